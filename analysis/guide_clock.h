/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the clock alone says of the exercise that a guide (guide.h) leads
 * through: how long it has been done, where in the bell's pace it is, and what
 * of its goal that is.
 */
#ifndef ANALYSIS_GUIDE_CLOCK_H
#define ANALYSIS_GUIDE_CLOCK_H

#include "analysis/guide.h"

/* How long the exercise has been going on, without pauses. */
double guide_elapsed_s(const struct guide *guide, int64_t now_ns);

/* Where in its turn a hold to the bell is: how long it is still to be held, or
 * (negative) until the next one begins. */
double guide_pace_s(const struct guide *guide, int64_t now_ns);

/* How much has been done of what the goal counts; NAN: the clock cannot tell.
 */
double guide_clock_amount(const struct guide *guide, int64_t now_ns);

#endif
