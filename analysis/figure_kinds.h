/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What figures.c has of each picture of a session: whether there is something
 * to show, how it is drawn, and what its height and words depend on.
 */
#ifndef ANALYSIS_FIGURE_KINDS_H
#define ANALYSIS_FIGURE_KINDS_H

#include "analysis/plot.h"
#include "analysis/summary.h"

/* The axis that all pictures over time share. */
struct plot_axis figure_time_axis(const struct canvas *canvas,
                                  const struct summary *summary);

/* figure_overview.c */
bool figure_overview_has(const struct summary *summary);
canvas_fn figure_overview_draw;
int figure_overview_strips(const struct summary *summary);

/* figure_series.c: what comes in series, in its order */
bool figure_intervals_has(const struct summary *summary);
canvas_fn figure_intervals_draw;
bool figure_repetitions_has(const struct summary *summary);
canvas_fn figure_ranges_draw;
canvas_fn figure_holds_draw;

/* How many repetitions a bar stands for. */
size_t figure_repetitions_per_bar(const struct summary *summary);

/* True if a line in it shows what the programme asks for. */
bool figure_ranges_asked(const struct summary *summary);
bool figure_holds_asked(const struct summary *summary);

#endif
