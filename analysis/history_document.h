/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A history as a document (document.h), in a voice (voice.h): at a glance, the
 * exercises by week, how the wearer felt beside what was done, what changed,
 * and what to take care of. Its pictures are history_figures.h.
 */
#ifndef ANALYSIS_HISTORY_DOCUMENT_H
#define ANALYSIS_HISTORY_DOCUMENT_H

#include "analysis/document.h"
#include "analysis/history.h"

/* Makes the document; `history` must live as long. */
void history_document(struct document *document, const struct history *history,
                      const struct voice *voice);

#endif
