/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A document that people read: headings, paragraphs, facts, badges, tables,
 * figures, in their order. It is made once, and written as HTML
 * (document_html.c) or as PDF (document_pdf.c): the same words in both, so that
 * no content is written twice.
 *
 * Making: document_init, then blocks in the order of reading. Whatever comes
 * after a heading belongs to it. A fact, row's cell or badge goes to the block
 * that was opened last. Texts are copied and cleaned: what is not UTF-8 or is a
 * control character is shown as such, and can become markup nowhere.
 *
 * No meaning is by colour alone: a badge is a symbol, a word and a colour.
 *
 * Errors stick: where memory is short `failed` is set, and the writers return
 * ERR_NO_MEMORY. Ownership: document_free frees all but what figures draw from,
 * which must live as long. Threads: one at a time.
 */
#ifndef ANALYSIS_DOCUMENT_H
#define ANALYSIS_DOCUMENT_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "acquire/error.h"
#include "analysis/voice.h"

/* What a figure is drawn on: from (0, 0) to (width, height), on white. */
struct canvas {
    cairo_t *cairo;
    double width;
    double height;
    double font; /* height of letters */
    const struct voice *voice;
};

typedef void canvas_fn(const struct canvas *canvas, const void *of);

struct figure {
    canvas_fn *draw;
    const void *of; /* borrowed */
    double height;  /* of one that is FIGURE_WIDTH wide, letters FIGURE_FONT */
};

/* As wide as a page has room for, at letters of that height. */
enum { FIGURE_WIDTH = 720, FIGURE_FONT = 13 };

/* Letters of a large document's figures, against those of others. */
#define FIGURE_LARGE 1.3

enum badge {
    BADGE_NONE,
    BADGE_FULL,
    BADGE_PART,
    BADGE_NOT,
    BADGE_UNKNOWN,
    BADGES
};

/* The symbols, by enum badge; "" for none. */
extern const char *const badge_symbols[BADGES];

enum block_kind {
    BLOCK_HEADING, /* level 1 is the title, once; 2 and 3 */
    BLOCK_PARAGRAPH,
    BLOCK_NOTE,   /* small print */
    BLOCK_FACTS,  /* pieces: term, text, term, text, ... */
    BLOCK_BADGES, /* a row of badges */
    BLOCK_TABLE,
    BLOCK_FIGURE,
    BLOCK_PAGE, /* on paper, what follows begins a page */
    BLOCK_FOOT, /* what follows is the foot of the document */
};

/* A term, a text, a cell. */
struct piece {
    char *text;
    enum badge badge;
    char *word;    /* of the badge; "" for none */
    unsigned span; /* columns of a table */
};

struct column {
    char *head;
    bool is_number; /* set to the right */
};

struct block {
    enum block_kind kind;
    int level;
    char *text; /* of a figure what it shows, in words */
    size_t column_count;
    struct column *column;
    size_t piece_count;
    struct piece *piece;
    struct figure figure;
};

struct document {
    struct voice voice; /* its language, and the page number's words */
    bool is_large;      /* letters for eyes that are no longer young */
    char *title;        /* for the window and the library */
    char *made_by;
    size_t block_count;
    struct block *block;
    bool failed;
};

void document_init(struct document *document, const struct voice *voice,
                   const char *title, const char *made_by);
void document_free(struct document *document);

void document_heading(struct document *document, int level, const char *text);
void document_paragraph(struct document *document, const char *text);
void document_note(struct document *document, const char *text);

/* One of terms and what they are; one without a text is left out. */
void document_fact(struct document *document, const char *term,
                   const char *text);

/* Opens a table; heads with a leading '#' are of numbers. */
void document_table(struct document *document, const char *const *heads,
                    size_t count);
/* The next cell; rows follow from the number of columns. */
void document_cell(struct document *document, const char *text);

/* Opens a row of badges. */
void document_badges(struct document *document);
/* The next in the row; without a badge, words alone. */
void document_badge(struct document *document, enum badge badge,
                    const char *word, const char *text);
/* The next cell of the open table, `span` columns wide, begins with a badge. */
void document_badge_cell(struct document *document, unsigned span,
                         enum badge badge, const char *word, const char *text);

void document_figure(struct document *document, const struct figure *figure,
                     const char *alternative);
void document_page(struct document *document);
void document_foot(struct document *document);

/* Paper of the PDF. */
enum paper { PAPER_A4, PAPER_LETTER, PAPERS };
extern const char *const paper_names[PAPERS]; /* "a4", "letter" */

/* Write the document to `path`, which must not be there yet; it appears whole
 * or not at all. */
int document_html_write(const struct document *document, const char *path,
                        struct error *error);
int document_pdf_write(const struct document *document, enum paper paper,
                       const char *path, struct error *error);

#endif
