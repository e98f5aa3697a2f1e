/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of a PDF: where the pen is, text that flows from line to line and page
 * to page, and structure tags for screen readers. Lengths are points (1/72
 * inch).
 *
 * A document is laid out twice: first to count its pages, then to draw them
 * with "page n of m". While counting nothing that takes long is drawn.
 *
 * Errors are Cairo's: they stick to its context.
 */
#ifndef ANALYSIS_PDF_PAGE_H
#define ANALYSIS_PDF_PAGE_H

#include <pango/pangocairo.h>
#include <stdbool.h>

#include "analysis/document.h"

struct pdf {
    const struct document *document;
    cairo_surface_t *surface;
    cairo_t *cairo;
    double width; /* of the paper */
    double height;
    double left; /* of what is printed on */
    double right;
    double top;
    double bottom;
    double font;
    double y; /* where the next thing goes */
    int page; /* from 1 */
    int pages;
    bool counting;
};

struct pdf_style {
    double size; /* against the body's letters */
    bool is_bold;
    bool is_quiet; /* grey */
    PangoAlignment align;
};

extern const struct pdf_style pdf_body;
extern const struct pdf_style pdf_bold;
extern const struct pdf_style pdf_quiet;
extern const struct pdf_style pdf_small;

/* Goes to the next page unless there is room for `height` on this one; true if
 * it did. */
bool pdf_need(struct pdf *pdf, double height);
void pdf_new_page(struct pdf *pdf);
void pdf_end_page(struct pdf *pdf);

/* Structure: a tag of the PDF standard around what is drawn in between. */
void pdf_open(struct pdf *pdf, const char *tag);
void pdf_close(struct pdf *pdf, const char *tag);

/* A layout of `text` in lines of `width`; of a piece with its badge. To be
 * unreferenced. */
PangoLayout *pdf_layout(const struct pdf *pdf, const struct pdf_style *style,
                        const char *text, double width);
PangoLayout *pdf_piece_layout(const struct pdf *pdf,
                              const struct pdf_style *style,
                              const struct piece *piece, double width);
double pdf_layout_width(PangoLayout *layout);
double pdf_layout_height(PangoLayout *layout);

/* Draws it as it is, with its corner at (x, y). */
void pdf_show(struct pdf *pdf, const struct pdf_style *style,
              PangoLayout *layout, double x, double y);

/* Text from `x` to the right margin, line by line over as many pages as it
 * takes. */
void pdf_flow(struct pdf *pdf, const struct pdf_style *style, const char *text,
              double x);

/* A thin line across at the pen. */
void pdf_rule(struct pdf *pdf);

#endif
