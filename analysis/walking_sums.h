/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What follows from steps and bouts: cadence by the second, by bout and in
 * all, minutes of the session, minutes of moderate and vigorous walking.
 */
#ifndef ANALYSIS_WALKING_SUMS_H
#define ANALYSIS_WALKING_SUMS_H

#include "analysis/summary.h"

/* Fills in the rest of `out`, of which steps and bouts are there; anew, if it
 * was. Returns 0 or ERR_NO_MEMORY. */
int walking_sum_up(struct walking *out);

#endif
