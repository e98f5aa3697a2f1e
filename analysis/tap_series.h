/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Series of taps: which chains of onsets (tap_chain.h) are people tapping, and
 * what a series is like (rate and the observations of MDS-UPDRS 3.4).
 */
#ifndef ANALYSIS_TAP_SERIES_H
#define ANALYSIS_TAP_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/summary.h"
#include "analysis/tap_onset.h"
#include "analysis/tap_rhythm.h"

struct tap_findings {
    const struct tap_rate *rate; /* borrowed; set by the caller, as is: */
    const struct tap_lags *lags;
    struct taps taps; /* arrays on the heap */
    float weak; /* strength of the strongest series that was too weak to be told
                 * from noise; 0: none */
};

/* True of an onset that noise alone hardly brings forth: a stretch that is
 * worth looking at begins and ends with one. */
bool tap_onset_is_strong(const struct tap_onset *onset);

/* Adds the series among `n` onsets, by time. Returns 0 or ERR_NO_MEMORY. */
int tap_series_find(const struct tap_onset *onsets, size_t n,
                    struct tap_findings *findings);

#endif
