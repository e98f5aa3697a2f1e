/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sections of a session's report. Each adds its part to the document, or
 * nothing where there is nothing to say; report.c has their order, and whom
 * they are for.
 */
#ifndef ANALYSIS_REPORT_SECTIONS_H
#define ANALYSIS_REPORT_SECTIONS_H

#include "analysis/document.h"
#include "analysis/summary.h"

struct section {
    struct document *document;
    const struct summary *summary;
    const struct voice *voice;
};

typedef void section_fn(const struct section *section);

/* report_glance.c */
section_fn section_head;
section_fn section_glance;
section_fn section_programme;
section_fn section_overview;

/* report_programme.c */
section_fn section_exercises;
section_fn section_sources;

/* report_details.c */
section_fn section_exercise;
section_fn section_taps;
section_fn section_walking;
section_fn section_tremor;
section_fn section_events;
section_fn section_quality;
section_fn section_foot;

/* ---- what they share (report_sections.c) ---- */

/* A heading of level 2 and, where nothing was measured, why. */
bool section_begin(const struct section *section, enum voice_key heading,
                   const char *reason);

/* That nothing was found, as a sentence of its own. */
void section_none(const struct section *section, enum voice_key key);

/* A sentence of the table as a paragraph. */
void section_paragraph(const struct section *section, enum voice_key key);

/* A table whose heads are keys; those of numbers are marked. */
struct section_column {
    enum voice_key head;
    bool is_number;
};
void section_table(const struct section *section,
                   const struct section_column *columns, size_t count);

/* Cells. */
void section_number(const struct section *section, int decimals, double value);
void section_span(const struct section *section, double start_s, double end_s);

/* Rows of a table that are shown; the rest is in the JSON, and `section_rows`
 * says so under it. */
enum { SECTION_ROWS = 25 };
size_t section_shown(size_t rows);
void section_rows(const struct section *section, size_t rows);

#endif
