/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The beat of small movements that are made again and again: squeezes, circles,
 * touches of finger after finger. Of the angular rate, epoch by epoch
 * (effort.c), the direction in which it varies most is taken, and its
 * autocorrelation: a movement there and back is one beat, whatever its shape.
 *
 * Threads: any. Errors: none.
 */
#ifndef ANALYSIS_ADHERENCE_BEAT_H
#define ANALYSIS_ADHERENCE_BEAT_H

#include "analysis/adherence_tally.h"

/* Beats a second inside the windows, 0.2 to 2.5; NAN where there is no clear
 * one, or no gyroscope. */
double adherence_beat_hz(const struct summary *summary,
                         const struct windows *windows);

#endif
