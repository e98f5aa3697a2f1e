/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A history as JSON and as CSV. Keys are an interface (DESIGN.md, "History").
 */
#ifndef ANALYSIS_HISTORY_JSON_H
#define ANALYSIS_HISTORY_JSON_H

#include <stdio.h>

#include "analysis/history.h"

/* One object: format="carpus-history", version, participant, programme,
 * sessions[], weeks[], trends[], warnings[]. */
int history_json_write(const struct history *history, FILE *out,
                       struct error *error);

/* Rows "date,week,session,of,side,measure,value": what each session did of each
 * exercise (verdict, basis, doses), and each measure of each day. Empty: does
 * not apply. */
int history_csv_write(const struct history *history, FILE *out,
                      struct error *error);

#endif
