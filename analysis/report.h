/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report of a session: one self-contained HTML file, no network, prints
 * well. Text is written with libxml2's writer, so that whatever a recording
 * says cannot become markup; pictures are vector graphics by Cairo (plot.h).
 */
#ifndef ANALYSIS_REPORT_H
#define ANALYSIS_REPORT_H

#include "acquire/error.h"
#include "analysis/summary.h"

/* Writes the report of `summary` to `path`, which must not be there yet; it
 * appears whole or not at all. */
int report_write(const struct summary *summary, const char *path,
                 struct error *error);

#endif
