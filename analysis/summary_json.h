/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The summary as JSON and its events as CSV. Keys are an interface that others
 * rely on (DESIGN.md, "Summary"); a value that could not be measured is null
 * and its group has a "reason".
 */
#ifndef ANALYSIS_SUMMARY_JSON_H
#define ANALYSIS_SUMMARY_JSON_H

#include <stdio.h>

#include "acquire/error.h"
#include "analysis/summary.h"

/* Writes one JSON object and a newline; `compact` on a single line. */
int summary_json_write(const struct summary *summary, bool compact, FILE *out,
                       struct error *error);

/* Writes "kind,start_s,end_s,value,confidence" and a row an event, by start:
 * step (value: cadence), tap, repetition (range, degrees), tremor (frequency,
 * Hz), walk (steps), nonwear. */
int summary_events_write(const struct summary *summary, FILE *out,
                         struct error *error);

#endif
