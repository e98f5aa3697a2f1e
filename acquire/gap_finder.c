/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/gap_finder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/median.h"

static const double step_periods = 1.5;  /* longer: a gap or a late row */
static const double shift_periods = 0.6; /* and later for good: a gap */
enum { SHARED_PART = 10 }; /* more than a tenth of the rows share stamps */
static const double clock_tick_ns = 1e6; /* to which stamps are often rounded */

/* The mean of the steps within half of their median, so that neither gaps nor
 * late rows weigh; a tick more, because 1.4 ms comes as 1 and 2. Where most
 * rows come in bursts with one stamp the median says nothing. */
double gap_finder_step(const double *times_ns, size_t n)
{
    double mean = (times_ns[n - 1] - times_ns[0]) / (double)(n - 1);
    double *steps = malloc((n - 1) * sizeof(*steps));
    if (steps == NULL) {
        return mean;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        steps[i] = times_ns[i + 1] - times_ns[i];
    }
    double usual = median(steps, n - 1);
    double rounding = fmin(1.01 * clock_tick_ns, 1.1 * usual);
    double margin = fmax(0.5 * usual, rounding);
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (fabs(steps[i] - usual) <= margin) {
            sum += steps[i];
            count++;
        }
    }
    free(steps);
    return usual > 0 && count > 0 ? sum / (double)count : mean;
}

void gap_finder_init(struct gap_finder *finder, double period_ns,
                     double tick_ns)
{
    memset(finder, 0, sizeof(*finder));
    finder->period_ns = period_ns;
    finder->tick_ns = tick_ns;
}

/* The usual step between stamps that differ, if many rows share theirs with
 * the row before; else 0. */
static int find_tick(const double *times_ns, size_t n, double *tick_ns)
{
    double *steps = malloc(n * sizeof(*steps));
    if (steps == NULL) {
        return ERR_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double step = times_ns[i + 1] - times_ns[i];
        steps[count] = step;
        count += step > 0;
    }
    bool shared = SHARED_PART * (n - 1 - count) > n - 1;
    *tick_ns = shared && count > 0 ? median(steps, count) : 0;
    free(steps);
    return 0;
}

static double time_of(const struct gap_finder *f, uint64_t row)
{
    return (double)f->time_ns[row % GAP_FINDER_HELD];
}

/* The earliest of rows [from, to) against even steps, as of row `at`. */
static double earliest(const struct gap_finder *f, uint64_t from, uint64_t to,
                       uint64_t at)
{
    double least = INFINITY;
    for (uint64_t row = from; row < to; row++) {
        double even = ((double)row - (double)at) * f->period_ns;
        least = fmin(least, time_of(f, row) - even);
    }
    return least;
}

/* Periods by which rows from `row` on are late; 0 if it is no gap. */
static double shift_at(const struct gap_finder *f, uint64_t row)
{
    double step = time_of(f, row) - time_of(f, row - 1);
    if (!(step > step_periods * f->period_ns)) {
        return 0;
    }
    uint64_t from =
        row > f->stretch + GAP_FINDER_LOOK ? row - GAP_FINDER_LOOK : f->stretch;
    uint64_t to =
        row + GAP_FINDER_LOOK < f->added ? row + GAP_FINDER_LOOK : f->added;
    double shift = (earliest(f, row, to, row) - earliest(f, from, row, row)) /
                   f->period_ns;
    double least = shift_periods + f->tick_ns / f->period_ns;
    return shift > least ? shift : 0;
}

static int note(struct gap_finder *f, uint64_t row, double shift)
{
    size_t n = f->count;
    if (n == GAP_FINDER_MAX) {
        return ERR_DATA;
    }
    if ((n & (n - 1)) == 0) {
        struct recording_gap *grown =
            realloc(f->gaps, (n > 0 ? 2 * n : 1) * sizeof(*grown));
        if (grown == NULL) {
            return ERR_NO_MEMORY;
        }
        f->gaps = grown;
    }
    f->gaps[f->count++] = (struct recording_gap){
        .at_sample = row,
        .lost_samples = (uint64_t)fmax(round(shift), 1),
        .start_ns = f->time_ns[(row - 1) % GAP_FINDER_HELD],
        .end_ns = f->time_ns[row % GAP_FINDER_HELD],
        .cause = GAP_SOURCE,
    };
    f->stretch = row;
    return 0;
}

static int judge(struct gap_finder *f)
{
    uint64_t row = f->judged++;
    double shift = row > 0 ? shift_at(f, row) : 0;
    if (shift > 0) {
        slope_break(&f->slope);
        int err = note(f, row, shift);
        if (err < 0) {
            return err;
        }
    }
    slope_add(&f->slope, (double)row, time_of(f, row));
    return 0;
}

int gap_finder_add(struct gap_finder *finder, int64_t time_ns)
{
    finder->time_ns[finder->added % GAP_FINDER_HELD] = time_ns;
    finder->added++;
    return finder->added - finder->judged >= GAP_FINDER_LOOK ? judge(finder)
                                                             : 0;
}

int gap_finder_finish(struct gap_finder *finder)
{
    int err = 0;
    while (finder->judged < finder->added && err == 0) {
        err = judge(finder);
    }
    return err;
}

void gap_finder_deinit(struct gap_finder *finder)
{
    free(finder->gaps);
    finder->gaps = NULL;
    finder->count = 0;
}

int gap_finder_survey(struct gap_finder *finder, const double *times_ns,
                      size_t n)
{
    double tick_ns = 0;
    int err = find_tick(times_ns, n, &tick_ns);
    double period_ns = gap_finder_step(times_ns, n);
    if (err == 0 && tick_ns > 0) {
        /* Steps say nothing then; the slope does, over what is no gap as seen
         * with a period that is too long. */
        gap_finder_init(finder, tick_ns, tick_ns);
        for (size_t i = 0; i < n && err == 0; i++) {
            err = gap_finder_add(finder, llround(times_ns[i]));
        }
        err = err == 0 ? gap_finder_finish(finder) : err;
        period_ns = slope_value(&finder->slope);
        gap_finder_deinit(finder);
    }
    gap_finder_init(finder, period_ns, tick_ns);
    return err;
}
