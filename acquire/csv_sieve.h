/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of a CSV that can be used, and how many cannot. Exports have faults
 * that are no reason to refuse an hour of motion:
 *  - a field without a value: that sample is missing;
 *  - a time before the one of the row above: that row is left out;
 *  - a row that came twice, with the same time and values: once is enough.
 *    Where many rows share their time with the one above, stamps are rounded
 *    or of a batch, and two such rows may well be two samples.
 * Rows that are left out leave a hole in the times, which gap_finder.h sees.
 *
 * Ownership: caller's storage, zeroed; `rows` and `path` are borrowed.
 */
#ifndef ACQUIRE_CSV_SIEVE_H
#define ACQUIRE_CSV_SIEVE_H

#include <stdbool.h>
#include <stddef.h>

#include "acquire/csv_rows.h"

struct csv_fault {
    uint64_t rows;
    uint64_t line; /* of the first */
};

struct csv_sieve {
    struct csv_rows *rows;
    const char *path;
    bool has_time;     /* times count */
    bool drops_copies; /* rows do not share times */
    uint64_t seen;     /* rows, good and bad */
    uint64_t kept;
    struct csv_fault absent;
    struct csv_fault back;
    struct csv_fault copy;
    double back_from; /* times at the first that goes back */
    double back_to;
    uint64_t back_row; /* rows in a row that go back, and most of them */
    uint64_t back_most;
    struct csv_row last; /* that was kept */
};

/* The next good row: 1, 0 at the end, or an error. */
int csv_sieve_next(struct csv_sieve *sieve, struct csv_row *out,
                   struct error *error);

/* Back to the first row; nothing is counted yet. */
int csv_sieve_rewind(struct csv_sieve *sieve, struct error *error);

/* ERR_DATA where there are more faults than a good export has. */
int csv_sieve_judge(const struct csv_sieve *sieve, struct error *error);

/* Says what was left out, "" for nothing. */
void csv_sieve_describe(const struct csv_sieve *sieve, char *out, size_t size);

#endif
