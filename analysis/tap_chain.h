/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain of onsets that explains a stretch of motion best as taps, by
 * dynamic programming as beat trackers do it (Ellis 2007): an onset adds the
 * logarithm of its strength over a local threshold, and an interval that is
 * out of rhythm costs. Rhythm is the median interval of the chain around; the
 * chain is found a few times over, each time with the rhythm of the one
 * before.
 */
#ifndef ANALYSIS_TAP_CHAIN_H
#define ANALYSIS_TAP_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/tap_onset.h"
#include "analysis/tap_rhythm.h"

/* Onsets further apart than this never belong to one series. */
#define TAP_CHAIN_GAP_S 2.5

/* What chains are made by. */
struct tap_chain_rules {
    const struct tap_lags *lags; /* borrowed */
    float apart_s; /* taps are at least, unless the rhythm is quicker */
};

/* An onset on its way into a chain. */
struct tap_link {
    float score;    /* of the onset itself; above 0 it looks like a tap */
    float total;    /* of the best chain that ends here */
    float most;     /* greatest total up to here */
    float period_s; /* of the rhythm around; 0: none known */
    float steady;   /* how sure that rhythm is, 0 .. 1 */
    size_t before;  /* index + 1 of the chain's link before; 0: none */
};

/* Strength over noise with which an onset scores 0. */
extern const float tap_chain_threshold;

/* True of an onset that slow motion does not explain. */
bool tap_onset_is_still(const struct tap_onset *onset);

/* Scores `n` onsets, by time, that are to have at least `threshold`, and takes
 * out those that can be no link of any chain. Sets the `score` of `links` (n);
 * `scratch` has room for n. Returns how many onsets are left. */
size_t tap_chain_score(struct tap_onset *onsets, size_t n, float threshold,
                       struct tap_link *links, float *scratch);

/* Finds the chain among `n` onsets that are scored. Sets the rest of `links`
 * and writes the indices of its members, by time, to `member` (room for n).
 * Returns how many. A chain may go over gaps. */
size_t tap_chain_find(const struct tap_onset *onsets, size_t n,
                      const struct tap_chain_rules *rules,
                      struct tap_link *links, size_t *member);

#endif
