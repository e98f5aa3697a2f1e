/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pdf_table.h"

#include <math.h>

enum { COLUMNS_MAX = 16 };

static const double GAP = 0.8; /* between columns, in letters */
static const double PADDING = 0.25;
static const double NO_LIMIT = 1e5;

static const struct pdf_style cell_style = {.size = 0.9};
static const struct pdf_style head_style = {.size = 0.9, .is_bold = true};

struct widths {
    double least; /* of the longest word */
    double natural;
    double given;
};

struct grid {
    const struct block *block;
    size_t columns;
    double gap;
    double padding;
    struct widths width[COLUMNS_MAX];
};

static struct pdf_style aligned(const struct pdf_style *style,
                                const struct column *column)
{
    struct pdf_style own = *style;
    own.align = column->is_number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
    return own;
}

/* What one cell wants of its column. */
static void want(const struct pdf *pdf, const struct pdf_style *style,
                 const struct piece *piece, struct widths *width)
{
    PangoLayout *layout = pdf_piece_layout(pdf, style, piece, NO_LIMIT);
    pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT);
    width->natural = fmax(width->natural, pdf_layout_width(layout));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD);
    pango_layout_set_width(layout, 0);
    width->least = fmax(width->least, pdf_layout_width(layout));
    g_object_unref(layout);
}

/* Gives each column what it wants, or its least and a share of what is left. */
static void share_out(struct grid *grid, double room)
{
    double least = 0;
    double natural = 0;
    for (size_t i = 0; i < grid->columns; i++) {
        least += grid->width[i].least;
        natural += grid->width[i].natural;
    }
    for (size_t i = 0; i < grid->columns; i++) {
        struct widths *w = &grid->width[i];
        if (natural <= room) {
            w->given = w->natural + (room - natural) / (double)grid->columns;
        } else if (least < room) {
            w->given = w->least + (w->natural - w->least) * (room - least) /
                                      (natural - least);
        } else {
            w->given = w->least * room / least;
        }
    }
}

static struct grid measure(const struct pdf *pdf, const struct block *block)
{
    struct grid grid = {.block = block,
                        .columns = block->column_count,
                        .gap = GAP * pdf->font,
                        .padding = PADDING * pdf->font};
    for (size_t i = 0; i < grid.columns; i++) {
        want(pdf, &head_style, &(struct piece){.text = block->column[i].head},
             &grid.width[i]);
    }
    size_t at = 0;
    for (size_t i = 0; i < block->piece_count; i++) {
        const struct piece *piece = &block->piece[i];
        if (piece->span == 1) {
            want(pdf, &cell_style, piece, &grid.width[at]);
        }
        at = (at + piece->span) % grid.columns;
    }
    share_out(&grid,
              pdf->right - pdf->left - grid.gap * (double)(grid.columns - 1));
    return grid;
}

static double span_width(const struct grid *grid, size_t at, unsigned span)
{
    double width = grid->gap * (span - 1);
    for (size_t i = at; i < at + span && i < grid->columns; i++) {
        width += grid->width[i].given;
    }
    return width;
}

/* Lays out the cells of a row; returns how many and the row's height. */
static size_t lay_out(const struct pdf *pdf, const struct grid *grid,
                      const struct pdf_style *style, const struct piece *piece,
                      PangoLayout *layout[COLUMNS_MAX], double *height)
{
    size_t count = 0;
    *height = 0;
    for (size_t at = 0; at < grid->columns; at += piece[count++].span) {
        struct pdf_style own = aligned(style, &grid->block->column[at]);
        layout[count] = pdf_piece_layout(
            pdf, &own, &piece[count], span_width(grid, at, piece[count].span));
        *height = fmax(*height, pdf_layout_height(layout[count]));
    }
    *height += 2 * grid->padding;
    return count;
}

static void show_row(struct pdf *pdf, const struct grid *grid,
                     const struct pdf_style *style, const struct piece *piece,
                     PangoLayout *const layout[COLUMNS_MAX], double height)
{
    double x = pdf->left;
    pdf_open(pdf, "TR");
    for (size_t at = 0, i = 0; at < grid->columns; at += piece[i++].span) {
        const char *tag = style->is_bold || at == 0 ? "TH" : "TD";
        pdf_open(pdf, tag);
        pdf_show(pdf, style, layout[i], x, pdf->y + grid->padding);
        pdf_close(pdf, tag);
        x += span_width(grid, at, piece[i].span) + grid->gap;
    }
    pdf_close(pdf, "TR");
    pdf->y += height;
    pdf_rule(pdf);
}

static void free_row(PangoLayout *const layout[COLUMNS_MAX], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_object_unref(layout[i]);
    }
}

/* `room` is what has to follow on the same page. */
static void put_head(struct pdf *pdf, const struct grid *grid, double room)
{
    struct piece piece[COLUMNS_MAX];
    PangoLayout *layout[COLUMNS_MAX];
    double height;
    for (size_t i = 0; i < grid->columns; i++) {
        piece[i] =
            (struct piece){.text = grid->block->column[i].head, .span = 1};
    }
    size_t count = lay_out(pdf, grid, &head_style, piece, layout, &height);
    pdf_need(pdf, height + room);
    show_row(pdf, grid, &head_style, piece, layout, height);
    free_row(layout, count);
}

void pdf_table(struct pdf *pdf, const struct block *block)
{
    if (block->column_count == 0 || block->column_count > COLUMNS_MAX) {
        return;
    }
    struct grid grid = measure(pdf, block);
    pdf_open(pdf, "Table");
    put_head(pdf, &grid, 3 * pdf->font);
    for (size_t i = 0; i < block->piece_count;) {
        PangoLayout *layout[COLUMNS_MAX];
        double height;
        size_t count =
            lay_out(pdf, &grid, &cell_style, &block->piece[i], layout, &height);
        if (pdf_need(pdf, height)) {
            put_head(pdf, &grid, 0);
        }
        show_row(pdf, &grid, &cell_style, &block->piece[i], layout, height);
        free_row(layout, count);
        i += count;
    }
    pdf_close(pdf, "Table");
    pdf->y += 0.6 * pdf->font;
}
