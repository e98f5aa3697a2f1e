/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of an exercise was done in given stretches of a session, by its kind of
 * movement: one line in the table of adherence_measure.c a kind. Guided
 * sessions say where the stretches are (adherence_guided.h), otherwise they are
 * found (adherence_match.h).
 *
 * Threads: one at a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_ADHERENCE_MEASURE_H
#define ANALYSIS_ADHERENCE_MEASURE_H

#include "analysis/adherence_tally.h"

/* An item of which nothing is known yet. */
void adherence_item_init(struct adherence_item *item,
                         const struct programme_exercise *exercise,
                         enum side side, uint32_t week);

/* Fills in item->done, confidence, start_s and end_s with what the sensor saw
 * in the windows. item->basis is BASIS_MEASURED then, which may be of nothing
 * at all; or BASIS_NONE, and item->reason says why nothing can be told. */
int adherence_measure(const struct summary *summary,
                      const struct windows *windows,
                      struct adherence_item *item);

/* On which side a sensor there is. */
enum side adherence_side(enum placement placement);

/* False if a sensor at `placement` cannot tell of such an exercise on that
 * side; why it cannot is then in `why` ("" of what is entered by hand). */
bool adherence_can_measure(const struct adherence_item *item,
                           enum placement placement, char *why, size_t size);

#endif
