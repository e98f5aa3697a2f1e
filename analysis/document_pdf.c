/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A document as PDF: vector text and figures, tagged for screen readers, with
 * an outline, title and language, on A4 or Letter.
 */
#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "acquire/output.h"
#include "analysis/bytes.h"
#include "analysis/document.h"
#include "analysis/pdf_language.h"
#include "analysis/pdf_page.h"
#include "analysis/pdf_table.h"

static const struct {
    double width;
    double height;
} papers[PAPERS] = {
    [PAPER_A4] = {595.28, 841.89},
    [PAPER_LETTER] = {612, 792},
};

static const double MARGIN = 45;
static const double FOOT = 24; /* below what is printed on: the page's number */
static const double FONT = 9;
static const double LARGE_FONT = 13;

/* ---- blocks ---- */

/* Gives a heading its place in the outline. */
static void outline(struct pdf *pdf, const char *text)
{
    if (!pdf->counting) {
        char place[64];
        snprintf(place, sizeof(place), "page=%d pos=[%d %d]", pdf->page,
                 (int)pdf->left, (int)pdf->y);
        cairo_pdf_surface_add_outline(pdf->surface, CAIRO_PDF_OUTLINE_ROOT,
                                      text, place, 0);
    }
}

/* What a figure's lengths are multiplied by. */
static double figure_scale(const struct pdf *pdf)
{
    double letters = pdf->document->is_large ? FIGURE_LARGE : 1;
    return letters * (pdf->right - pdf->left) / FIGURE_WIDTH;
}

/* Room that what comes after a heading takes at least: a figure, and what
 * introduces it, are not to stand on another page. */
static double begin_of(const struct pdf *pdf, const struct block *block)
{
    const struct document *document = pdf->document;
    const struct block *end = document->block + document->block_count;
    double room = 0;
    while (block < end && block->kind == BLOCK_PARAGRAPH) {
        room += 3 * pdf->font;
        block++;
    }
    if (block < end && block->kind == BLOCK_FIGURE) {
        return room + block->figure.height * figure_scale(pdf) + 3 * pdf->font;
    }
    return room + 3 * pdf->font;
}

static void put_heading(struct pdf *pdf, const struct block *block)
{
    static const struct pdf_style styles[] = {{0},
                                              {1.8, true, false, 0},
                                              {1.3, true, false, 0},
                                              {1.1, true, false, 0}};
    static const char *const tags[] = {"", "H1", "H2", "H3"};
    double size = styles[block->level].size * pdf->font;
    double before = block->level == 1 ? 0 : 0.9 * size;
    double after = begin_of(pdf, block + 1);
    if (!pdf_need(pdf, before + 1.6 * size + after) && pdf->y > pdf->top) {
        pdf->y += before;
    }
    outline(pdf, block->text);
    pdf_open(pdf, tags[block->level]);
    pdf_flow(pdf, &styles[block->level], block->text, pdf->left);
    pdf_close(pdf, tags[block->level]);
    pdf->y += 0.3 * pdf->font;
}

static void put_text(struct pdf *pdf, const struct pdf_style *style,
                     const char *tag, const char *text)
{
    pdf_open(pdf, tag);
    pdf_flow(pdf, style, text, pdf->left);
    pdf_close(pdf, tag);
    pdf->y += 0.4 * pdf->font;
}

static void put_paragraph(struct pdf *pdf, const struct block *block)
{
    put_text(pdf, &pdf_body, "P", block->text);
}

static void put_note(struct pdf *pdf, const struct block *block)
{
    put_text(pdf, &pdf_small, "P", block->text);
}

static double term_width(const struct pdf *pdf, const struct block *block)
{
    double most = 0;
    for (size_t i = 0; i < block->piece_count; i += 2) {
        PangoLayout *layout =
            pdf_layout(pdf, &pdf_quiet, block->piece[i].text, 1e5);
        most = fmax(most, pdf_layout_width(layout));
        g_object_unref(layout);
    }
    return fmin(most, 0.4 * (pdf->right - pdf->left));
}

static void put_fact(struct pdf *pdf, const struct piece *term, double width)
{
    PangoLayout *layout = pdf_layout(pdf, &pdf_quiet, term->text, width);
    pdf_need(pdf, pdf_layout_height(layout));
    int page = pdf->page;
    double below = pdf->y + pdf_layout_height(layout);
    pdf_open(pdf, "LI");
    pdf_open(pdf, "Lbl");
    pdf_show(pdf, &pdf_quiet, layout, pdf->left, pdf->y);
    pdf_close(pdf, "Lbl");
    g_object_unref(layout);
    pdf_open(pdf, "LBody");
    pdf_flow(pdf, &pdf_body, term[1].text, pdf->left + width + pdf->font);
    pdf_close(pdf, "LBody");
    pdf_close(pdf, "LI");
    pdf->y = page == pdf->page ? fmax(pdf->y, below) : pdf->y;
    pdf->y += 0.2 * pdf->font;
}

static void put_facts(struct pdf *pdf, const struct block *block)
{
    double width = term_width(pdf, block);
    pdf_open(pdf, "L");
    for (size_t i = 0; i < block->piece_count; i += 2) {
        put_fact(pdf, &block->piece[i], width);
    }
    pdf_close(pdf, "L");
    pdf->y += 0.4 * pdf->font;
}

/* One beside the other, as many as have room in a line. */
static void put_badges(struct pdf *pdf, const struct block *block)
{
    double x = pdf->left;
    double height = 0;
    if (block->piece_count == 0) {
        return;
    }
    pdf_open(pdf, "L");
    for (size_t i = 0; i < block->piece_count; i++) {
        PangoLayout *layout = pdf_piece_layout(pdf, &pdf_body, &block->piece[i],
                                               pdf->right - pdf->left);
        double width = pdf_layout_width(layout);
        if (x > pdf->left && x + width > pdf->right) {
            x = pdf->left;
            pdf->y += height;
        }
        height = 1.4 * pdf_layout_height(layout);
        if (x == pdf->left) {
            pdf_need(pdf, height);
        }
        pdf_open(pdf, "LI");
        pdf_show(pdf, &pdf_body, layout, x, pdf->y);
        pdf_close(pdf, "LI");
        x += width + 1.2 * pdf->font;
        g_object_unref(layout);
    }
    pdf_close(pdf, "L");
    pdf->y += height + 0.2 * pdf->font;
}

static void put_figure(struct pdf *pdf, const struct block *block)
{
    double width = pdf->right - pdf->left;
    double scale = figure_scale(pdf);
    double height = block->figure.height * scale;
    PangoLayout *words = pdf_layout(pdf, &pdf_small, block->text, width);
    pdf_need(pdf, height + pdf_layout_height(words));
    g_object_unref(words);
    if (!pdf->counting) {
        cairo_save(pdf->cairo);
        cairo_translate(pdf->cairo, pdf->left, pdf->y);
        pdf_open(pdf, "Figure");
        block->figure.draw(&(struct canvas){pdf->cairo, width, height,
                                            FIGURE_FONT * scale,
                                            &pdf->document->voice},
                           block->figure.of);
        pdf_close(pdf, "Figure");
        cairo_restore(pdf->cairo);
    }
    pdf->y += height;
    put_text(pdf, &pdf_small, "Caption", block->text);
}

static void put_page(struct pdf *pdf, const struct block *block)
{
    (void)block;
    if (pdf->y > pdf->top) {
        pdf_new_page(pdf);
    }
}

static void put_foot(struct pdf *pdf, const struct block *block)
{
    (void)block;
    pdf->y += pdf->font;
}

typedef void put_fn(struct pdf *pdf, const struct block *block);

static put_fn *const put[] = {
    [BLOCK_HEADING] = put_heading, [BLOCK_PARAGRAPH] = put_paragraph,
    [BLOCK_NOTE] = put_note,       [BLOCK_FACTS] = put_facts,
    [BLOCK_BADGES] = put_badges,   [BLOCK_TABLE] = pdf_table,
    [BLOCK_FIGURE] = put_figure,   [BLOCK_PAGE] = put_page,
    [BLOCK_FOOT] = put_foot,
};

/* ---- the file ---- */

static void describe(const struct pdf *pdf)
{
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE,
                                   pdf->document->title);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR,
                                   pdf->document->made_by);
}

/* Lays the document out; `pages` is how many it has, 0 to count them
 * (then without `out`). Returns how many there are, or a negative number where
 * Cairo failed. */
static int lay_out(const struct document *document, enum paper paper, int pages,
                   struct bytes *out)
{
    struct pdf pdf = {
        .document = document,
        .width = papers[paper].width,
        .height = papers[paper].height,
        .left = MARGIN,
        .right = papers[paper].width - MARGIN,
        .top = MARGIN,
        .bottom = papers[paper].height - MARGIN - FOOT,
        .font = document->is_large ? LARGE_FONT : FONT,
        .y = MARGIN,
        .page = 1,
        .pages = pages,
        .counting = pages == 0,
    };
    pdf.surface = cairo_pdf_surface_create_for_stream(
        out != NULL ? bytes_from_cairo : NULL, out, pdf.width, pdf.height);
    /* 1.4 has tags, and a table of objects that can be added to. */
    cairo_pdf_surface_restrict_to_version(pdf.surface, CAIRO_PDF_VERSION_1_4);
    pdf.cairo = cairo_create(pdf.surface);
    describe(&pdf);
    pdf_open(&pdf, "Document");
    for (size_t i = 0; i < document->block_count; i++) {
        put[document->block[i].kind](&pdf, &document->block[i]);
    }
    pdf_close(&pdf, "Document");
    pdf_end_page(&pdf);
    cairo_surface_finish(pdf.surface);
    bool good = cairo_status(pdf.cairo) == CAIRO_STATUS_SUCCESS &&
                cairo_surface_status(pdf.surface) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(pdf.cairo);
    cairo_surface_destroy(pdf.surface);
    return good ? pdf.page : -1;
}

int document_pdf_write(const struct document *document, enum paper paper,
                       const char *path, struct error *error)
{
    struct bytes bytes = {0};
    int pages = document->failed ? -1 : lay_out(document, paper, 0, NULL);
    bool good = pages > 0 && lay_out(document, paper, pages, &bytes) > 0;
    pdf_language_add(&bytes, language_codes[document->voice.language]);
    int err = good && !bytes.failed
                  ? output_bytes(path, bytes.data, bytes.size, error)
                  : error_set(error, ERR_NO_MEMORY, "out of memory");
    bytes_free(&bytes);
    return err;
}
