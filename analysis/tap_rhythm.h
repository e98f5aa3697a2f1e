/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rhythm as a second witness: does the time between onsets, whichever they
 * are, favour one interval? By autocorrelation of the train of onsets, so that
 * it can be told before it is known which of them are taps.
 */
#ifndef ANALYSIS_TAP_RHYTHM_H
#define ANALYSIS_TAP_RHYTHM_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/tap_onset.h"

/* Onsets before and after that are looked at. [s] */
#define TAP_RHYTHM_REACH_S 5.0

struct tap_rhythm {
    float period_s; /* 0: none found */
    float steady;   /* 0: no rhythm .. 1: a clear one */
};

/* Lags are a logarithmic grid; times between onsets are looked up in it. Made
 * once and used for all calls. */
enum {
    TAP_LAGS = 125,            /* 0.125 s x 1.03^124 = 4.9 s */
    TAP_LAG_STEPS_PER_S = 400, /* 2.5 ms: finer than the shortest lags */
    TAP_LAG_STEPS = 2000
};

struct tap_lags {
    float lag_s[TAP_LAGS];
    uint8_t of[TAP_LAG_STEPS]; /* index of a time's lag; TAP_LAGS: none */
};

void tap_lags_init(struct tap_lags *lags);

/* The rhythm of the onsets within TAP_RHYTHM_REACH_S of `at_s`. */
struct tap_rhythm tap_rhythm_find(const struct tap_onset *onsets, size_t n,
                                  double at_s, const struct tap_lags *grid);

#endif
