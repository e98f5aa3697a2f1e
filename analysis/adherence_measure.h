/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of an exercise was done in given stretches of a session, by its kind of
 * movement: one line in the table of adherence_measure.c a kind. Guided
 * sessions say where the stretches are (adherence_guided.h), otherwise they are
 * found (adherence_match.h).
 *
 * Ownership: windows are the caller's to free with windows_free. Threads: one
 * at a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_ADHERENCE_MEASURE_H
#define ANALYSIS_ADHERENCE_MEASURE_H

#include "analysis/summary.h"

/* A stretch of the session that is an item's. */
struct window {
    struct span span;
    uint32_t set; /* which set of the exercise it is of; pauses cut one */
};

/* By their beginnings, none overlaps the next. */
struct windows {
    size_t count;
    struct window *window;
};

int windows_add(struct windows *windows, struct span span, uint32_t set);
void windows_free(struct windows *windows);

/* Seconds of all, and sets. */
double windows_s(const struct windows *windows);
size_t windows_sets(const struct windows *windows);

/* Fills in item->done, confidence, start_s and end_s with what the sensor saw
 * in the windows. item->basis is BASIS_MEASURED then, which may be of nothing
 * at all; or BASIS_NONE, and item->reason says why nothing can be told. */
int adherence_measure(const struct summary *summary,
                      const struct windows *windows,
                      struct adherence_item *item);

/* False if a sensor at `placement` cannot tell of such an exercise on that
 * side; why it cannot is then in `why`. */
bool adherence_can_measure(const struct adherence_item *item,
                           enum placement placement, char *why, size_t size);

#endif
