/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a report says of a programme: done against prescribed.
 */
#ifndef ANALYSIS_REPORT_PROGRAMME_H
#define ANALYSIS_REPORT_PROGRAMME_H

#include "analysis/report_sections.h"

/* How many items are done, in part, not done and not measurable; nothing
 * without a programme. */
void programme_badges(const struct section *section);

/* Each exercise: what is prescribed, and the state of each side. */
void programme_table(const struct section *section);

#endif
