/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures of a session's report, drawn from its summary. All that are over
 * time have the same axis, so that they can be read beside each other.
 */
#ifndef ANALYSIS_FIGURES_H
#define ANALYSIS_FIGURES_H

#include "analysis/document.h"
#include "analysis/summary.h"

enum session_figure {
    FIGURE_OVERVIEW,  /* acceleration, and strips that mark what was found */
    FIGURE_CADENCE,   /* with the lines of moderate and vigorous walking */
    FIGURE_INTERVALS, /* time before each tap */
    FIGURE_RANGES,    /* of each repetition */
    FIGURE_HOLDS,     /* of each repetition */
    FIGURE_AMPLITUDE, /* of tremor, over the session */
    FIGURE_SPECTRUM,  /* the band of tremor shaded */
    SESSION_FIGURES
};

/* Adds one to the document, with its words; nothing where there is nothing to
 * show. `summary` must live as long as the document. */
void figures_add(struct document *document, const struct summary *summary,
                 enum session_figure which);

/* How a set of `exercise` is called: by the programme, or a word for any. */
const char *figures_set_name(const struct voice *voice,
                             const struct summary *summary,
                             const struct exercise_set *set);

#endif
