/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/csv_sieve.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One row in a hundred may go back, and so many in a row: more is a clock that
 * was set, or no order at all. */
enum { BACK_PART = 100, BACK_ROW = 100 };
enum { ABSENT_PART = 2 }; /* half of the rows may be without a value */

static void count(struct csv_fault *fault, const struct csv_row *row)
{
    if (fault->rows++ == 0) {
        fault->line = row->line;
    }
}

static bool goes_back(struct csv_sieve *s, const struct csv_row *row)
{
    if (!s->has_time || s->kept == 0 || row->time >= s->last.time) {
        s->back_row = 0;
        return false;
    }
    if (s->back.rows == 0) {
        s->back_from = s->last.time;
        s->back_to = row->time;
    }
    if (++s->back_row > s->back_most) {
        s->back_most = s->back_row;
    }
    count(&s->back, row);
    return true;
}

static bool is_copy(const struct csv_sieve *s, const struct csv_row *row)
{
    if (!s->has_time || !s->drops_copies || s->kept == 0 ||
        row->time > s->last.time) {
        return false;
    }
    for (size_t k = 0; k < 6; k++) {
        if (row->value[k] < s->last.value[k] ||
            row->value[k] > s->last.value[k]) {
            return false;
        }
    }
    return true;
}

int csv_sieve_next(struct csv_sieve *sieve, struct csv_row *out,
                   struct error *error)
{
    struct csv_sieve *s = sieve;
    int got;
    while ((got = csv_rows_next(s->rows, out, error)) > 0) {
        s->seen++;
        if (out->absent) {
            count(&s->absent, out);
        } else if (goes_back(s, out)) {
            continue;
        } else if (is_copy(s, out)) {
            count(&s->copy, out);
        } else {
            s->kept++;
            s->last = *out;
            return 1;
        }
    }
    return got;
}

int csv_sieve_rewind(struct csv_sieve *sieve, struct error *error)
{
    *sieve = (struct csv_sieve){
        .rows = sieve->rows,
        .path = sieve->path,
        .has_time = sieve->has_time,
        .drops_copies = sieve->drops_copies,
    };
    return csv_rows_rewind(sieve->rows, error);
}

int csv_sieve_judge(const struct csv_sieve *sieve, struct error *error)
{
    const struct csv_sieve *s = sieve;
    if (s->back.rows * BACK_PART > s->seen || s->back_most > BACK_ROW) {
        return error_set(error, ERR_DATA,
                         "'%s', line %" PRIu64 ": time goes back, from %.9g "
                         "to %.9g, and does so in %" PRIu64 " of %" PRIu64
                         " rows; sort the rows, or give --rate",
                         s->path, s->back.line, s->back_from, s->back_to,
                         s->back.rows, s->seen);
    }
    if (s->absent.rows * ABSENT_PART > s->seen) {
        return error_set(error, ERR_DATA,
                         "'%s', line %" PRIu64 ": a value is missing, as in "
                         "%" PRIu64 " of %" PRIu64 " rows; leave out the "
                         "column that has them with --columns",
                         s->path, s->absent.line, s->absent.rows, s->seen);
    }
    return 0;
}

void csv_sieve_describe(const struct csv_sieve *sieve, char *out, size_t size)
{
    const struct {
        const struct csv_fault *fault;
        const char *one;
        const char *more;
    } faults[] = {
        {&sieve->absent, "row without a value", "rows without a value"},
        {&sieve->back, "row whose time goes back", "rows whose time goes back"},
        {&sieve->copy, "row that came twice", "rows that came twice"},
    };
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        const struct csv_fault *fault = faults[i].fault;
        if (fault->rows > 0 && used < size) {
            used += (size_t)snprintf(
                out + used, size - used,
                "%s%" PRIu64 " %s left out, the first in line %" PRIu64,
                used > 0 ? "; " : "", fault->rows,
                fault->rows == 1 ? faults[i].one : faults[i].more, fault->line);
        }
    }
}
