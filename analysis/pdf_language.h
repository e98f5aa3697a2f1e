/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Says in a PDF in which language it is: screen readers need it to choose their
 * voice, and Cairo cannot. The catalog is written once more behind the end,
 * with the language, as the PDF standard has it for changes ("incremental
 * update", ISO 32000-1, 7.5.6). Shows the document's title instead of the
 * file's name, too.
 */
#ifndef ANALYSIS_PDF_LANGUAGE_H
#define ANALYSIS_PDF_LANGUAGE_H

#include <stdbool.h>

#include "analysis/bytes.h"

/* `code` is of ISO 639-1. False where `pdf` is not as Cairo writes it; then it
 * is left as it was. */
bool pdf_language_add(struct bytes *pdf, const char *code);

#endif
