/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guided session's events say of a programme's items: when each exercise
 * was under way, what the wearer said, what was done without the sensor.
 *
 * Ownership: the caller's; windows are freed with windows_free. Threads: one at
 * a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_ADHERENCE_GUIDED_H
#define ANALYSIS_ADHERENCE_GUIDED_H

#include "analysis/adherence_measure.h"

/* True where the recording has events of a guided session. */
bool guided_is(const struct summary *summary);

/* The mark of the session's programme; false if there is none. */
bool guided_programme(const struct recording_event *events, size_t count,
                      struct programme_event *out);

/* The spans of its exercises, by their beginnings, none overlapping the next;
 * the caller frees *out. */
int guided_spans(const struct recording_event *events, size_t count,
                 struct span **out, size_t *out_count);

/* Fills in what the items have from a guided session. */
int guided_find(const struct summary *summary, struct adherence *adherence);

/* Fills in what the wearer entered: symptoms, and items done without the
 * sensor. */
void guided_enter(const struct summary *summary, struct adherence *adherence);

#endif
