/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table on the pages of a PDF: columns as wide as what is in them wants, as
 * far as there is room; rows are never broken; the head is there again on each
 * page.
 */
#ifndef ANALYSIS_PDF_TABLE_H
#define ANALYSIS_PDF_TABLE_H

#include "analysis/pdf_page.h"

void pdf_table(struct pdf *pdf, const struct block *block);

#endif
