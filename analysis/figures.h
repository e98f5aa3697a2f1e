/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures of a report, each an SVG document made from the summary. A
 * figure returns NULL with *size 0 where there is nothing to show, and NULL
 * with *size 1 where memory is short.
 */
#ifndef ANALYSIS_FIGURES_H
#define ANALYSIS_FIGURES_H

#include <stddef.h>

#include "analysis/summary.h"

/* Acceleration over the session, with strips that mark what was found. */
char *figure_overview(const struct summary *summary, size_t *size);

/* Cadence over time with the lines of moderate and vigorous walking. */
char *figure_cadence(const struct summary *summary, size_t *size);

/* The mean spectrum, the tremor band shaded. */
char *figure_spectrum(const struct summary *summary, size_t *size);

/* The interval before each tap, over time. */
char *figure_intervals(const struct summary *summary, size_t *size);

/* The range of motion of each repetition. */
char *figure_repetitions(const struct summary *summary, size_t *size);

#endif
