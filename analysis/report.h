/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report of a session: a first page that a glance tells, then details with
 * pictures. It is one document (document.h), in a voice (voice.h): to the
 * therapist with figures, units and confidence, to the wearer with few numbers
 * and plain words.
 *
 * The order of things is here; the first page is report_glance.c, the rest
 * report_details.c, and the sentences are report_text.c.
 */
#ifndef ANALYSIS_REPORT_H
#define ANALYSIS_REPORT_H

#include "acquire/error.h"
#include "analysis/report_options.h"
#include "analysis/summary.h"

/* Writes the report of `summary` to `path`, which must not be there yet; it
 * appears whole or not at all. */
int report_write(const struct summary *summary,
                 const struct report_options *options, const char *path,
                 struct error *error);

/* Makes the document alone; `summary` must live as long. */
void report_document(struct document *document, const struct summary *summary,
                     const struct voice *voice);

#endif
