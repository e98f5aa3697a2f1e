/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a document looks in a browser: on a screen of any width, light or dark as
 * the reader's system has it, and on paper. All text meets WCAG AA (a test
 * computes the contrasts); letters are sized in rem, so that a reader's own
 * size holds.
 */
#ifndef ANALYSIS_DOCUMENT_STYLE_H
#define ANALYSIS_DOCUMENT_STYLE_H

/* Tables stand as a list of rows, and figures are drawn narrow, up to here. */
#define DOCUMENT_NARROW "(max-width:40em)"

extern const char document_style[];

#endif
