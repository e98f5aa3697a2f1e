/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of a report that depend on what was measured. Each writes at
 * most VOICE_TEXT bytes, without a full stop.
 */
#ifndef ANALYSIS_REPORT_TEXT_H
#define ANALYSIS_REPORT_TEXT_H

#include "analysis/summary.h"
#include "analysis/voice.h"

enum { TEXT_GLANCE = 5 };

typedef void text_fn(const struct summary *summary, const struct voice *voice,
                     char out[VOICE_TEXT]);

text_fn text_quality_line;
text_fn text_walking_line;
text_fn text_taps_line;
text_fn text_exercise_line;
text_fn text_tremor_line;

/* The lines that say it all at a glance, in their order, and what they are
 * about. */
struct text_line {
    enum voice_key term;
    text_fn *text;
};
extern const struct text_line text_glance[TEXT_GLANCE];

/* Time of moderate and vigorous walking: a sentence with its full stop. */
text_fn text_walking_detail;

/* How taps end, of how much smaller they got: "63 % weaker", "27 % stronger",
 * "the same", or a dash for NAN. */
void text_decrement(const struct voice *voice, double fraction,
                    char out[VOICE_TEXT]);

/* "the left wrist" and so on. */
const char *text_placement(const struct voice *voice, enum placement placement);

/* "Left" and so on, as in a table. */
const char *text_side(const struct voice *voice, enum side side);

/* "3", "10-15". */
void text_range(const struct voice *voice, const struct range *range,
                char out[VOICE_SHORT]);

/* A dose, or what was done of it: "3 sets of 10-15 times, held 5 s"; "" for
 * nothing. */
void text_dose(const struct voice *voice, const struct dose *dose,
               char out[VOICE_TEXT]);

#endif
