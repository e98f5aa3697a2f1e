/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A document as one HTML file that needs nothing else: a header, main and
 * footer; a section for each heading of level 2; figures as SVG inside the
 * page, each drawn twice, wide and for small screens.
 */
#include <cairo-svg.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "acquire/output.h"
#include "analysis/bytes.h"
#include "analysis/document.h"
#include "analysis/document_style.h"
#include "analysis/html.h"

static const double NARROW_WIDTH = 360;

static const char *const badge_classes[BADGES] = {
    [BADGE_FULL] = "badge full",
    [BADGE_PART] = "badge part",
    [BADGE_NOT] = "badge not",
    [BADGE_UNKNOWN] = "badge unknown",
};

enum place { IN_HEADER, IN_MAIN, IN_FOOTER };

struct page {
    const struct document *document;
    struct html html;
    enum place place;
    bool in_section;
    bool breaks; /* on paper, the next section begins a page */
    int headings;
    bool failed;
};

/* ---- figures ---- */

/* Cairo writes six decimals; two are less than an eye can see. */
static void shorten_numbers(struct bytes *svg)
{
    size_t to = 0;
    size_t decimals = 0;
    bool in_decimals = false;
    for (size_t i = 0; i < svg->size; i++) {
        char c = svg->data[i];
        bool digit = isdigit((unsigned char)c) != 0;
        bool point =
            c == '.' && i > 0 && isdigit((unsigned char)svg->data[i - 1]) != 0;
        in_decimals = point || (in_decimals && digit);
        decimals = point || !in_decimals ? 0 : decimals + 1;
        if (decimals <= 2) {
            svg->data[to++] = c;
        }
    }
    svg->size = to;
}

static void draw_svg(const struct page *page, const struct figure *figure,
                     double width, struct bytes *out)
{
    double letters = page->document->is_large ? FIGURE_LARGE : 1;
    double height = figure->height * letters;
    cairo_surface_t *surface = cairo_svg_surface_create_for_stream(
        bytes_from_cairo, out, width, height);
    cairo_t *cairo = cairo_create(surface);
    figure->draw(&(struct canvas){cairo, width, height, FIGURE_FONT * letters,
                                  &page->document->voice},
                 figure->of);
    out->failed = out->failed || cairo_status(cairo) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    out->failed =
        out->failed || cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    if (!out->failed) {
        shorten_numbers(out);
    }
}

/* The attribute `name` of the open element becomes the figure. */
static void put_drawing(struct page *page, const struct figure *figure,
                        const char *name, double width)
{
    struct bytes svg = {0};
    draw_svg(page, figure, width, &svg);
    if (svg.failed) {
        page->failed = true;
    } else {
        html_svg_attribute(&page->html, name, svg.data, svg.size);
    }
    bytes_free(&svg);
}

/* The words under a figure are its alternative text as well: what can be seen
 * in it is for all to read. */
static void put_figure(struct page *page, const struct block *block)
{
    struct html *html = &page->html;
    const struct figure *figure = &block->figure;
    html_open(html, "figure", NULL);
    html_open(html, "picture", NULL);
    html_open(html, "source", NULL);
    html_attribute(html, "media", "screen and " DOCUMENT_NARROW);
    put_drawing(page, figure, "srcset", NARROW_WIDTH);
    html_close_empty(html);
    html_open(html, "img", NULL);
    html_attribute(html, "alt", block->text);
    put_drawing(page, figure, "src", FIGURE_WIDTH);
    html_close_empty(html);
    html_close(html);
    html_open(html, "figcaption", NULL);
    html_attribute(html, "aria-hidden", "true");
    html_text(html, block->text);
    html_close(html);
    html_close(html);
}

/* ---- other blocks ---- */

static void end_section(struct page *page)
{
    if (page->in_section) {
        html_close(&page->html);
    }
    page->in_section = false;
}

/* Goes on from the header to main, from there to the footer. */
static void go_to(struct page *page, enum place place)
{
    static const char *const names[] = {"header", "main", "footer"};
    end_section(page);
    while (page->place < place) {
        html_close(&page->html);
        page->place++;
        html_open(&page->html, names[page->place], NULL);
    }
}

static void put_heading(struct page *page, const struct block *block)
{
    struct html *html = &page->html;
    char name[3] = {'h', (char)('0' + block->level), '\0'};
    char id[16];
    snprintf(id, sizeof(id), "h%d", page->headings++);
    if (block->level == 2 && page->place != IN_FOOTER) {
        go_to(page, IN_MAIN);
        html_open(html, "section", page->breaks ? "page" : NULL);
        html_attribute(html, "aria-labelledby", id);
        page->in_section = true;
        page->breaks = false;
    }
    html_open(html, name, NULL);
    html_attribute(html, "id", id);
    html_text(html, block->text);
    html_close(html);
}

static void put_piece(struct html *html, const struct piece *piece)
{
    if (piece->badge != BADGE_NONE) {
        html_open(html, "span", badge_classes[piece->badge]);
        html_open(html, "span", NULL);
        html_attribute(html, "aria-hidden", "true");
        html_text(html, badge_symbols[piece->badge]);
        html_close(html);
        html_text(html, " ");
        html_text(html, piece->word);
        html_close(html);
        html_text(html, " ");
    }
    html_text(html, piece->text);
}

static void put_facts(struct page *page, const struct block *block)
{
    html_open(&page->html, "dl", NULL);
    for (size_t i = 0; i < block->piece_count; i++) {
        html_element(&page->html, i % 2 == 0 ? "dt" : "dd", NULL,
                     block->piece[i].text);
    }
    html_close(&page->html);
}

static void put_badges(struct page *page, const struct block *block)
{
    if (block->piece_count == 0) {
        return;
    }
    html_open(&page->html, "ul", "badges");
    for (size_t i = 0; i < block->piece_count; i++) {
        html_open(&page->html, "li", NULL);
        put_piece(&page->html, &block->piece[i]);
        html_close(&page->html);
    }
    html_close(&page->html);
}

/* Where a style makes blocks of a table's parts, browsers forget what they
 * were: roles keep it. */
static void open_part(struct html *html, const char *name, const char *class,
                      const char *role)
{
    html_open(html, name, class);
    html_attribute(html, "role", role);
}

static void put_head(struct html *html, const struct block *block)
{
    open_part(html, "thead", NULL, "rowgroup");
    open_part(html, "tr", NULL, "row");
    for (size_t i = 0; i < block->column_count; i++) {
        const struct column *column = &block->column[i];
        open_part(html, "th", column->is_number ? "n" : NULL, "columnheader");
        html_attribute(html, "scope", "col");
        html_text(html, column->head);
        html_close(html);
    }
    html_close(html);
    html_close(html);
}

static void put_cell(struct html *html, const struct piece *piece,
                     const struct column *column, bool is_first)
{
    open_part(html, is_first ? "th" : "td", column->is_number ? "n" : NULL,
              is_first ? "rowheader" : "cell");
    if (is_first) {
        html_attribute(html, "scope", "row");
    } else {
        html_attribute(html, "data-head", column->head);
    }
    if (piece->span > 1) {
        char span[16];
        snprintf(span, sizeof(span), "%u", piece->span);
        html_attribute(html, "colspan", span);
    }
    put_piece(html, piece);
    html_close(html);
}

static void put_table(struct page *page, const struct block *block)
{
    struct html *html = &page->html;
    open_part(html, "table", NULL, "table");
    put_head(html, block);
    open_part(html, "tbody", NULL, "rowgroup");
    size_t at = 0;
    for (size_t i = 0; i < block->piece_count; i++) {
        if (at == 0) {
            open_part(html, "tr", NULL, "row");
        }
        put_cell(html, &block->piece[i], &block->column[at], at == 0);
        at += block->piece[i].span;
        if (at >= block->column_count) {
            html_close(html);
            at = 0;
        }
    }
    html_close(html);
    html_close(html);
}

static void put_paragraph(struct page *page, const struct block *block)
{
    html_element(&page->html, "p", NULL, block->text);
}

static void put_note(struct page *page, const struct block *block)
{
    html_element(&page->html, "p", "note", block->text);
}

static void put_page(struct page *page, const struct block *block)
{
    (void)block;
    page->breaks = true;
}

static void put_foot(struct page *page, const struct block *block)
{
    (void)block;
    go_to(page, IN_FOOTER);
}

typedef void put_fn(struct page *page, const struct block *block);

static put_fn *const put[] = {
    [BLOCK_HEADING] = put_heading, [BLOCK_PARAGRAPH] = put_paragraph,
    [BLOCK_NOTE] = put_note,       [BLOCK_FACTS] = put_facts,
    [BLOCK_BADGES] = put_badges,   [BLOCK_TABLE] = put_table,
    [BLOCK_FIGURE] = put_figure,   [BLOCK_PAGE] = put_page,
    [BLOCK_FOOT] = put_foot,
};

static const char *make_page(struct page *page)
{
    const struct document *document = page->document;
    struct html *html = &page->html;
    if (html_begin(html, language_codes[document->voice.language],
                   document->title, document_style) < 0) {
        return NULL;
    }
    if (document->is_large) {
        html_attribute(html, "class", "large");
    }
    html_open(html, "header", NULL);
    for (size_t i = 0; i < document->block_count; i++) {
        put[document->block[i].kind](page, &document->block[i]);
    }
    end_section(page);
    html_close(html);
    return html_finish(html);
}

int document_html_write(const struct document *document, const char *path,
                        struct error *error)
{
    struct page page = {.document = document};
    const char *text = document->failed ? NULL : make_page(&page);
    int err = text != NULL && !page.failed
                  ? output_bytes(path, text, strlen(text), error)
                  : error_set(error, ERR_NO_MEMORY, "out of memory");
    html_free(&page.html);
    return err;
}
