/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "analysis/summary_json.h"

struct row {
    const char *kind;
    double start_s;
    double end_s;
    double value;
    double confidence;
};

static int by_start(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static size_t step_rows(const struct walking *walking, struct row *rows)
{
    for (size_t i = 0; i < walking->step_count; i++) {
        const struct step *step = &walking->step[i];
        /* Cadence at a step is that of the way to the next one, or, for the
         * last of a bout, from the one before. */
        const struct step *from = step;
        const struct step *to = step + 1;
        if (i + 1 == walking->step_count || to->time_s - step->time_s > 2) {
            from = i > 0 ? step - 1 : step;
            to = step;
        }
        double step_s = to->time_s - from->time_s;
        rows[i] = (struct row){"step", step->time_s, step->time_s,
                               step_s > 0 && step_s < 2 ? 60 / step_s : NAN,
                               (double)step->confidence};
    }
    return walking->step_count;
}

/* Cadence at each whole second of the bouts. */
static size_t cadence_rows(const struct walking *walking, struct row *rows)
{
    const struct walk_bout *bout = walking->bout;
    for (size_t i = 0; i < walking->cadence_count; i++) {
        const struct cadence_point *point = &walking->cadence[i];
        while (point->time_s >= bout->end_s) {
            bout++;
        }
        rows[i] = (struct row){"cadence", point->time_s, point->time_s,
                               (double)point->cadence_spm, bout->confidence};
    }
    return walking->cadence_count;
}

static size_t collect(const struct summary *s, struct row *rows)
{
    size_t n = step_rows(&s->walking, rows);
    n += cadence_rows(&s->walking, rows + n);
    for (size_t i = 0; i < s->walking.bout_count; i++) {
        const struct walk_bout *bout = &s->walking.bout[i];
        rows[n++] = (struct row){"walk", bout->start_s, bout->end_s,
                                 bout->steps, bout->confidence};
    }
    for (size_t i = 0; i < s->taps.tap_count; i++) {
        const struct tap *tap = &s->taps.tap[i];
        rows[n++] = (struct row){"tap", tap->time_s, tap->time_s,
                                 s->taps.series[tap->series].rate_hz,
                                 (double)tap->confidence};
    }
    for (size_t i = 0; i < s->exercise.repetition_count; i++) {
        const struct repetition *r = &s->exercise.repetition[i];
        rows[n++] = (struct row){"repetition", r->start_s, r->end_s,
                                 r->range_deg, (double)r->confidence};
    }
    for (size_t i = 0; i < s->tremor.segment_count; i++) {
        const struct tremor_segment *t = &s->tremor.segment[i];
        rows[n++] = (struct row){"tremor", t->start_s, t->end_s,
                                 t->frequency_hz, t->confidence};
    }
    for (size_t i = 0; i < s->quality.nonwear_count; i++) {
        const struct span *span = &s->quality.nonwear[i];
        rows[n++] = (struct row){"nonwear", span->start_s, span->end_s,
                                 span->end_s - span->start_s, 1};
    }
    return n;
}

static void put_known(FILE *out, const char *format, double value,
                      const char *otherwise)
    __attribute__((format(printf, 2, 0)));

/* What is not known is an empty field. */
static void put_known(FILE *out, const char *format, double value,
                      const char *otherwise)
{
    if (isfinite(value)) {
        fprintf(out, format, value);
    } else {
        fputs(otherwise, out);
    }
}

int summary_events_write(const struct summary *summary, FILE *out,
                         struct error *error)
{
    size_t most = summary->walking.step_count + summary->walking.cadence_count +
                  summary->walking.bout_count + summary->taps.tap_count +
                  summary->exercise.repetition_count +
                  summary->tremor.segment_count +
                  summary->quality.nonwear_count;
    struct row *rows = calloc(most + 1, sizeof(*rows));
    if (rows == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    size_t n = collect(summary, rows);
    qsort(rows, n, sizeof(*rows), by_start);

    fputs("kind,start_s,end_s,value,confidence\n", out);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s,%.3f,%.3f,", rows[i].kind, rows[i].start_s,
                rows[i].end_s);
        put_known(out, "%.6g,", rows[i].value, ",");
        put_known(out, "%.2f\n", rows[i].confidence, "\n");
    }
    free(rows);
    return ferror(out) ? error_set(error, ERR_IO, "cannot write events") : 0;
}
