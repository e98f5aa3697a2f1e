/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where samples are missing in a run of time stamps, which may be jittery,
 * rounded to milliseconds, or delivered in bursts: a late row is no gap if the
 * rows after it catch up. A gap is a step of more than one and a half periods
 * after which the earliest of the next rows is late too, against the earliest
 * of the rows before. Where rows share stamps (rounded to more than a period,
 * or one of a batch) it must be late by more than such a stamp, too. Finds the
 * rate as well, over all rows and not across gaps, in memory that grows with
 * the gaps only.
 *
 * Ownership: caller's storage; gap_finder_deinit frees the gaps.
 */
#ifndef ACQUIRE_GAP_FINDER_H
#define ACQUIRE_GAP_FINDER_H

#include <stddef.h>
#include <stdint.h>

#include "acquire/recording.h"
#include "acquire/slope.h"

enum {
    GAP_FINDER_LOOK = 12, /* rows looked at before and after a step */
    GAP_FINDER_HELD = 32, /* a power of two above twice that */
    GAP_FINDER_MAX = 1 << 20,
};

struct gap_finder {
    double period_ns; /* about, within some 3 % */
    double tick_ns;   /* of stamps that rows share; 0: they tell rows apart */
    uint64_t added;   /* rows */
    uint64_t judged;
    uint64_t stretch; /* row at which the last gap ended */
    int64_t time_ns[GAP_FINDER_HELD];
    struct slope slope;
    struct recording_gap *gaps; /* heap */
    size_t count;
};

/* The usual step of `n` > 1 ascending stamps [ns]. */
double gap_finder_step(const double *times_ns, size_t n);

void gap_finder_init(struct gap_finder *finder, double period_ns,
                     double tick_ns);

/* The same, period and tick found from the first `n` > 1 ascending stamps.
 * ERR_NO_MEMORY, or ERR_DATA for too many gaps. */
int gap_finder_survey(struct gap_finder *finder, const double *times_ns,
                      size_t n);

/* Adds the stamp of the next row (not before the last). Returns 0, or
 * ERR_NO_MEMORY; ERR_DATA where there are more gaps than can be meant. */
int gap_finder_add(struct gap_finder *finder, int64_t time_ns);
int gap_finder_finish(struct gap_finder *finder);
void gap_finder_deinit(struct gap_finder *finder);

#endif
