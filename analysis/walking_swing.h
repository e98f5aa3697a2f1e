/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far the arm swings in walking: the angular rate about the axis of most
 * rotation, integrated, without its mean over a stride, from its least to its
 * most in each stride. The median of strides is kept in a histogram, so that
 * an hour's walk takes no more memory than a minute's.
 *
 * Threads: one at a time.
 */
#ifndef ANALYSIS_WALKING_SWING_H
#define ANALYSIS_WALKING_SWING_H

#include <stdint.h>

#include "analysis/walking_steps.h"

enum { WALKING_SWING_BINS = 400 }; /* half a degree each */

struct walking_swing {
    uint32_t strides;
    uint32_t bin[WALKING_SWING_BINS];
};

/* Adds the strides of a piece. */
void walking_swing_add(struct walking_swing *swing,
                       const struct walking_signal *signal,
                       const struct walking_piece *piece);

/* Median peak-to-peak angle [deg]; NAN if there is no stride. */
double walking_swing_median(const struct walking_swing *swing);

#endif
