/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/document.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/array.h"

const char *const badge_symbols[BADGES] = {[BADGE_NONE] = "",
                                           [BADGE_FULL] = "\u2713",
                                           [BADGE_PART] = "\u25d0",
                                           [BADGE_NOT] = "\u25cb",
                                           [BADGE_UNKNOWN] = "\u2013"};

const char *const paper_names[PAPERS] = {"a4", "letter"};

/* A copy that is UTF-8 without control characters; NULL if memory is short. */
static char *clean_copy(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    for (char *c = valid; *c != '\0'; c++) {
        bool is_control = ((unsigned char)*c < ' ' && *c != '\n') || *c == 127;
        *c = is_control ? ' ' : *c;
    }
    char *copy = strdup(valid);
    g_free(valid);
    return copy;
}

static char *keep(struct document *document, const char *text)
{
    char *copy = clean_copy(text);
    document->failed = document->failed || copy == NULL;
    return copy;
}

void document_init(struct document *document, const struct voice *voice,
                   const char *title, const char *made_by)
{
    memset(document, 0, sizeof(*document));
    document->voice = *voice;
    document->is_large = voice->audience == AUDIENCE_WEARER;
    document->title = keep(document, title);
    document->made_by = keep(document, made_by);
}

static void block_free(struct block *block)
{
    for (size_t i = 0; i < block->column_count; i++) {
        free(block->column[i].head);
    }
    for (size_t i = 0; i < block->piece_count; i++) {
        free(block->piece[i].text);
        free(block->piece[i].word);
    }
    free(block->column);
    free(block->piece);
    free(block->text);
}

void document_free(struct document *document)
{
    for (size_t i = 0; i < document->block_count; i++) {
        block_free(&document->block[i]);
    }
    free(document->block);
    free(document->title);
    free(document->made_by);
    memset(document, 0, sizeof(*document));
}

/* NULL where memory is short: then nothing more is taken. */
static struct block *add(struct document *document, enum block_kind kind,
                         const char *text)
{
    struct block *block =
        document->failed ? NULL
                         : array_add(&document->block, document->block_count,
                                     sizeof(*block));
    if (block == NULL) {
        document->failed = true;
        return NULL;
    }
    document->block_count++;
    block->kind = kind;
    block->text = keep(document, text);
    return block;
}

/* The last block, if it is of that kind. */
static struct block *open_block(struct document *document, enum block_kind kind)
{
    size_t count = document->block_count;
    struct block *last = count > 0 ? &document->block[count - 1] : NULL;
    return last != NULL && last->kind == kind ? last : NULL;
}

static void add_piece(struct document *document, struct block *block,
                      const char *text, const struct piece *like,
                      const char *word)
{
    struct piece *piece =
        block == NULL || document->failed
            ? NULL
            : array_add(&block->piece, block->piece_count, sizeof(*piece));
    if (piece == NULL) {
        document->failed = true;
        return;
    }
    block->piece_count++;
    *piece = *like;
    piece->text = keep(document, text);
    piece->word = keep(document, word);
}

static const struct piece plain = {.span = 1};

void document_heading(struct document *document, int level, const char *text)
{
    struct block *block = add(document, BLOCK_HEADING, text);
    if (block != NULL) {
        block->level = level;
    }
}

void document_paragraph(struct document *document, const char *text)
{
    add(document, BLOCK_PARAGRAPH, text);
}

void document_note(struct document *document, const char *text)
{
    add(document, BLOCK_NOTE, text);
}

void document_fact(struct document *document, const char *term,
                   const char *text)
{
    if (text[0] == '\0') {
        return;
    }
    struct block *block = open_block(document, BLOCK_FACTS);
    block = block != NULL ? block : add(document, BLOCK_FACTS, "");
    add_piece(document, block, term, &plain, "");
    add_piece(document, block, text, &plain, "");
}

void document_table(struct document *document, const char *const *heads,
                    size_t count)
{
    struct block *block = add(document, BLOCK_TABLE, "");
    if (block == NULL) {
        return;
    }
    block->column = calloc(count, sizeof(*block->column));
    if (block->column == NULL) {
        document->failed = true;
        return;
    }
    block->column_count = count;
    for (size_t i = 0; i < count; i++) {
        bool is_number = heads[i][0] == '#';
        block->column[i].is_number = is_number;
        block->column[i].head = keep(document, heads[i] + is_number);
    }
}

void document_cell(struct document *document, const char *text)
{
    add_piece(document, open_block(document, BLOCK_TABLE), text, &plain, "");
}

void document_badges(struct document *document)
{
    add(document, BLOCK_BADGES, "");
}

void document_badge(struct document *document, enum badge badge,
                    const char *word, const char *text)
{
    add_piece(document, open_block(document, BLOCK_BADGES), text,
              &(struct piece){.badge = badge, .span = 1}, word);
}

void document_badge_cell(struct document *document, unsigned span,
                         enum badge badge, const char *word, const char *text)
{
    add_piece(document, open_block(document, BLOCK_TABLE), text,
              &(struct piece){.badge = badge, .span = span}, word);
}

void document_figure(struct document *document, const struct figure *figure,
                     const char *alternative)
{
    struct block *block = add(document, BLOCK_FIGURE, alternative);
    if (block != NULL) {
        block->figure = *figure;
    }
}

void document_page(struct document *document)
{
    add(document, BLOCK_PAGE, "");
}

void document_foot(struct document *document)
{
    add(document, BLOCK_FOOT, "");
}
