/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds each step of a stretch of walking whose cadence is known: peaks of the
 * magnitude of acceleration behind a filter four steps long that follows the
 * cadence. Its zeros are at the stride, at three halves of a step and at
 * gravity, so that arm swing makes no steps; at the ends of walking its output
 * has half its height, which is where steps begin and end.
 *
 * Caller's storage; nothing allocated. Threads: one at a time.
 */
#ifndef ANALYSIS_WALKING_STEPS_H
#define ANALYSIS_WALKING_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/walking_model.h"

enum {
    WALKING_HOP = 12,    /* samples from a window to the next: 0.48 s */
    WALKING_RING = 2048, /* samples kept: 82 s */
    WALKING_PIECE = 120, /* hops of a stretch at most: 58 s */
    WALKING_EXTEND = 50, /* samples that steps may reach past its ends */
    WALKING_KERNEL = 88, /* samples the filter may see on either side: half of
                          * it at the lowest cadence, and a vector of 8 */
    WALKING_TAPS = 2 * WALKING_KERNEL, /* of all of it, at most */
    /* samples that are filtered for a stretch, at most */
    WALKING_BAND = WALKING_PIECE * WALKING_HOP + 2 * WALKING_EXTEND + 2,
    WALKING_STEPS = 512, /* more than a stretch can hold at 3.5 Hz */
};

/* The last WALKING_RING samples of a segment. The ring's first samples stand
 * after its last as well, so that any WALKING_WINDOW lie side by side. */
struct walking_signal {
    size_t count; /* of the segment so far */
    float channel[WALKING_CHANNELS][WALKING_RING + WALKING_WINDOW];
};

static inline float walking_signal_at(const struct walking_signal *signal,
                                      size_t channel, size_t sample)
{
    return signal->channel[channel][sample % WALKING_RING];
}

/* A stretch of walking, or a part of it: hops first .. last - 1. */
struct walking_piece {
    size_t first;
    size_t last;
    bool begins; /* walking begins here, it does not go on from before */
    bool ends;
    size_t earliest; /* samples that steps may lie in */
    size_t latest;
    double last_step; /* sample of the step before, below 0: none */
    double log_rate[WALKING_PIECE]; /* smoothed, a hop each */
};

struct walking_steps {
    float kernel[WALKING_RATES][WALKING_TAPS]; /* 0 from 2 half + 1 on */
    size_t half[WALKING_RATES];
    float band[WALKING_BAND];
    /* Magnitude where `band` is and around it, by WALKING_KERNEL. */
    float around[WALKING_BAND + WALKING_TAPS];
    struct walking_peak {
        double sample;
        float height;
        float motion; /* rms of magnitude around it [g] */
        bool keep;
        bool pause; /* who walked stands */
    } peak[WALKING_STEPS];
};

void walking_steps_init(struct walking_steps *steps);

/* Finds the steps of `piece`; their times, in samples of the segment, go to
 * `out` (WALKING_STEPS). Returns how many. */
size_t walking_steps_find(struct walking_steps *steps,
                          const struct walking_signal *signal,
                          const struct walking_piece *piece, double *out);

/* Of the piece whose steps were found last: how alike the magnitude of
 * acceleration is to itself `later` steps on (up to 2), -1 .. 1. */
double walking_steps_likeness(const struct walking_steps *steps,
                              const struct walking_piece *piece, double later);

/* How steady the `count` > 1 steps are that were found last, at a rate that the
 * median of their intervals corrects. */
struct walking_rhythm {
    double log_hz;
    double likeness; /* as above, a step later */
};

struct walking_rhythm walking_steps_rhythm(const struct walking_steps *steps,
                                           const struct walking_piece *piece,
                                           const double *found, size_t count);

/* How that magnitude moves. */
struct walking_motion {
    double rms_g;
    double change;    /* from sample to sample, mean square, over its mean
                       * square: 0 .. 4, 2 if samples are independent */
    double sharpness; /* change over that of a sine at the step rate */
};

/* Of the piece whose steps were found last. */
struct walking_motion walking_steps_motion(const struct walking_steps *steps,
                                           const struct walking_piece *piece);

/* Smoothed step frequency of a piece at a sample [Hz]. */
double walking_piece_hz(const struct walking_piece *piece, double sample);

#endif
