/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of a report: what was measured, in plain words. Each writes
 * one line of at most TEXT_LINE bytes.
 */
#ifndef ANALYSIS_REPORT_TEXT_H
#define ANALYSIS_REPORT_TEXT_H

#include "analysis/summary.h"

enum { TEXT_LINE = 512, TEXT_GLANCE = 5 };

typedef void text_fn(const struct summary *summary, char out[TEXT_LINE]);

text_fn text_quality_line;
text_fn text_walking_line;
text_fn text_walking_detail;
text_fn text_taps_line;
text_fn text_exercise_line;
text_fn text_tremor_line;

/* "12.5 s", "3 min 20 s", "2 h 05 min"; out has 32 bytes. */
void text_duration(double seconds, char *out);

/* How taps end, of how much smaller they got: "63 % weaker", "27 % stronger",
 * "the same", or a dash for NAN; out has 32 bytes. */
void text_decrement(double fraction, char *out);

/* "21 November 2026, 08:05 UTC" of an ISO 8601 time in UTC; what is none comes
 * back as it is. */
enum { TEXT_DATE = 64 };
void text_date(const char *iso, char out[TEXT_DATE]);

/* Time in the session, "1:05" or "1:02:05"; out has 32 bytes. */
void text_clock(double seconds, char *out);

/* "the left wrist" and so on. */
const char *text_placement(enum placement placement);

/* The lines that say it all at a glance, in their order. */
extern text_fn *const text_glance[TEXT_GLANCE];

#endif
