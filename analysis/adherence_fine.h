/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is measured only because a session's events or a match say that it was
 * to be done there: holds among the spans of stillness (holds.c); active time
 * and touches in the effort of small movements (effort.c).
 *
 * Each is a line in the table of adherence_measure.c, which says what it fills
 * in. Threads: one at a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_ADHERENCE_FINE_H
#define ANALYSIS_ADHERENCE_FINE_H

#include "analysis/adherence_tally.h"

int adherence_holds(const struct summary *summary,
                    const struct windows *windows, struct adherence_item *item);
int adherence_rhythm(const struct summary *summary,
                     const struct windows *windows,
                     struct adherence_item *item);
int adherence_touches(const struct summary *summary,
                      const struct windows *windows,
                      struct adherence_item *item);

/* Seconds in which the hand moved at all; notes them in the tally. */
double adherence_active_s(const struct summary *summary, struct tally *tally);

/* What is held for less is no hold of that dose. */
double adherence_hold_least_s(const struct dose *dose);

/* The angle between two directions. */
double adherence_angle_deg(const double a[3], const double b[3]);

#endif
