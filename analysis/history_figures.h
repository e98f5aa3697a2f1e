/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures of a history. All are over weeks, with the same axis, so that
 * they can be read below each other.
 */
#ifndef ANALYSIS_HISTORY_FIGURES_H
#define ANALYSIS_HISTORY_FIGURES_H

#include "analysis/document.h"
#include "analysis/history.h"

/* Adds what was done each week of what is prescribed, as bars; nothing without
 * a programme. `history` must live as long as the document. */
void history_figure_dose(struct document *document,
                         const struct history *history);

/* Adds a series' days as dots, with its trend as a line where there is one.
 * `series` must live as long as the document. */
void history_figure_series(struct document *document,
                           const struct history_series *series);

/* What a series is of, "Range of motion: Biceps curls, left". */
void history_series_name(const struct voice *voice,
                         const struct history_series *series,
                         char out[VOICE_TEXT]);

#endif
