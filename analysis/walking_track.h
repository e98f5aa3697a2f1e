/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Follows walking through time: the likeliest sequence of "no walking" and
 * step frequencies (Viterbi 1967), given the scores of walking_model.h window
 * by window, where cadence changes slowly and walking rarely begins or ends.
 * A window is decided when WALKING_TRACK_LAG more have been seen.
 *
 * Caller's storage; nothing allocated. Threads: one at a time.
 */
#ifndef ANALYSIS_WALKING_TRACK_H
#define ANALYSIS_WALKING_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/walking_model.h"

enum {
    WALKING_TRACK_LAG = 20, /* windows: 9.6 s, past which nothing changes */
    WALKING_TRACK_RING = 32,
    WALKING_NONE = -1,
};

struct walking_decision {
    int rate;    /* index of the step frequency, or WALKING_NONE */
    float score; /* of it in this window */
};

struct walking_track {
    size_t seen; /* windows */
    float value[WALKING_RATES + 1];
    uint8_t from[WALKING_TRACK_RING][WALKING_RATES + 1];
    float score[WALKING_TRACK_RING][WALKING_RATES];
};

void walking_track_init(struct walking_track *track);

/* Takes the scores of the next window. Returns true if *out received the
 * decision on the window WALKING_TRACK_LAG before it. */
bool walking_track_push(struct walking_track *track, const float *score,
                        struct walking_decision *out);

/* Decides the windows still open, at most WALKING_TRACK_LAG, and starts anew.
 * Returns how many. */
size_t walking_track_flush(struct walking_track *track,
                           struct walking_decision *out);

#endif
