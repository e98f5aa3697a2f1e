/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which exercises of a programme the things are that an analysis found without
 * a guided session: walks, series of taps, sets of repetitions, positions that
 * were held.
 *
 * Each thing is held against each item that it can be of: of its kind, that the
 * sensor sees at its place and side, with that period, range and hold. What one
 * item explains clearly better than the next is that item's; what several
 * explain is none's, and they say so in `reason`. Small movements (touches,
 * rhythm) are not looked for: hands do such things all day.
 *
 * Threads: one at a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_ADHERENCE_MATCH_H
#define ANALYSIS_ADHERENCE_MATCH_H

#include "analysis/adherence_measure.h"

/* Fills in what the items have from an unguided session. */
int match_find(const struct summary *summary, struct adherence *adherence);

#endif
