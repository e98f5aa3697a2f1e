/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pdf_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FONT[] = "DejaVu Sans";

const struct pdf_style pdf_body = {.size = 1};
const struct pdf_style pdf_bold = {.size = 1, .is_bold = true};
const struct pdf_style pdf_quiet = {.size = 1, .is_quiet = true};
const struct pdf_style pdf_small = {.size = 0.875, .is_quiet = true};

/* Ink and paper of badges, as on the screen (document_style.c). */
static const struct {
    uint16_t ink[3];
    uint16_t paper[3];
} badge_colours[BADGES] = {
    [BADGE_FULL] = {{0x00, 0x40, 0x6b}, {0xd9, 0xec, 0xf8}},
    [BADGE_PART] = {{0x5c, 0x3c, 0x00}, {0xff, 0xe9, 0xc2}},
    [BADGE_NOT] = {{0x33, 0x33, 0x33}, {0xe6, 0xe6, 0xe6}},
    [BADGE_UNKNOWN] = {{0x4a, 0x4a, 0x4a}, {0xff, 0xff, 0xff}},
};

/* ---- pages ---- */

static void show_number(struct pdf *pdf)
{
    char page[VOICE_SHORT];
    char pages[VOICE_SHORT];
    char text[VOICE_TEXT];
    voice_count((unsigned long long)pdf->page, page);
    voice_count((unsigned long long)pdf->pages, pages);
    voice_say(&pdf->document->voice, VOICE_PAGE,
              &(struct voice_parts){{page, pages}}, text);
    PangoLayout *layout =
        pdf_layout(pdf, &pdf_small, text, pdf->right - pdf->left);
    double x = pdf->right - pdf_layout_width(layout);
    pdf_show(pdf, &pdf_small, layout, x, pdf->bottom + pdf->font);
    g_object_unref(layout);
}

void pdf_end_page(struct pdf *pdf)
{
    show_number(pdf);
    cairo_show_page(pdf->cairo);
}

void pdf_new_page(struct pdf *pdf)
{
    pdf_end_page(pdf);
    pdf->page++;
    pdf->y = pdf->top;
}

bool pdf_need(struct pdf *pdf, double height)
{
    bool full = pdf->y + height > pdf->bottom && pdf->y > pdf->top;
    if (full) {
        pdf_new_page(pdf);
    }
    return full;
}

void pdf_open(struct pdf *pdf, const char *tag)
{
    cairo_tag_begin(pdf->cairo, tag, "");
}

void pdf_close(struct pdf *pdf, const char *tag)
{
    cairo_tag_end(pdf->cairo, tag);
}

void pdf_rule(struct pdf *pdf)
{
    cairo_set_source_rgb(pdf->cairo, 0.77, 0.77, 0.77);
    cairo_set_line_width(pdf->cairo, 0.5);
    cairo_move_to(pdf->cairo, pdf->left, pdf->y);
    cairo_line_to(pdf->cairo, pdf->right, pdf->y);
    cairo_stroke(pdf->cairo);
}

/* ---- text ---- */

PangoLayout *pdf_layout(const struct pdf *pdf, const struct pdf_style *style,
                        const char *text, double width)
{
    PangoLayout *layout = pango_cairo_create_layout(pdf->cairo);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    pango_font_description_set_absolute_size(font, pdf->font * style->size *
                                                       PANGO_SCALE);
    pango_font_description_set_weight(
        font, style->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, style->align);
    pango_layout_set_line_spacing(layout, 1.2F);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

/* Over the first `bytes` bytes. */
static void add_attribute(PangoAttrList *list, PangoAttribute *attribute,
                          size_t bytes)
{
    attribute->start_index = 0;
    attribute->end_index = (guint)bytes;
    pango_attr_list_insert(list, attribute);
}

PangoLayout *pdf_piece_layout(const struct pdf *pdf,
                              const struct pdf_style *style,
                              const struct piece *piece, double width)
{
    if (piece->badge == BADGE_NONE) {
        return pdf_layout(pdf, style, piece->text, width);
    }
    /* The spaces inside of the badge do not break. */
    char badge[128];
    snprintf(badge, sizeof(badge), "\u00a0%s\u00a0%.80s\u00a0",
             badge_symbols[piece->badge], piece->word);
    char *text = g_strconcat(badge, " ", piece->text, NULL);
    PangoLayout *layout = pdf_layout(pdf, style, text, width);
    g_free(text);

    const uint16_t *ink = badge_colours[piece->badge].ink;
    const uint16_t *paper = badge_colours[piece->badge].paper;
    PangoAttrList *list = pango_attr_list_new();
    size_t size = strlen(badge);
    add_attribute(list, pango_attr_weight_new(PANGO_WEIGHT_BOLD), size);
    add_attribute(list,
                  pango_attr_foreground_new((guint16)(ink[0] * 257),
                                            (guint16)(ink[1] * 257),
                                            (guint16)(ink[2] * 257)),
                  size);
    add_attribute(list,
                  pango_attr_background_new((guint16)(paper[0] * 257),
                                            (guint16)(paper[1] * 257),
                                            (guint16)(paper[2] * 257)),
                  size);
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
    return layout;
}

double pdf_layout_width(PangoLayout *layout)
{
    int width;
    pango_layout_get_size(layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

double pdf_layout_height(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

static void set_ink(struct pdf *pdf, const struct pdf_style *style)
{
    double grey = style->is_quiet ? 0.29 : 0.1;
    cairo_set_source_rgb(pdf->cairo, grey, grey, grey);
}

/* Draws the line where `iter` is, its baseline at `baseline`. Pango draws no
 * space where it breaks a line, and a screen reader, which reads letters as
 * they were drawn, would run two words together: so each line is laid out once
 * more by itself, its space with it. */
static void show_line(struct pdf *pdf, PangoLayoutIter *iter, double x,
                      double baseline)
{
    PangoRectangle box;
    PangoLayout *all = pango_layout_iter_get_layout(iter);
    const PangoLayoutLine *line = pango_layout_iter_get_line_readonly(iter);
    PangoLayout *own = pango_layout_copy(all);
    pango_layout_set_width(own, -1);
    if (line->start_index > 0) {
        pango_layout_set_attributes(own, NULL); /* those are of a badge */
    }
    pango_layout_set_text(own, pango_layout_get_text(all) + line->start_index,
                          line->length);
    pango_layout_iter_get_line_extents(iter, NULL, &box);
    cairo_move_to(pdf->cairo, x + (double)box.x / PANGO_SCALE,
                  baseline -
                      (double)pango_layout_get_baseline(own) / PANGO_SCALE);
    pango_cairo_show_layout(pdf->cairo, own);
    g_object_unref(own);
}

void pdf_show(struct pdf *pdf, const struct pdf_style *style,
              PangoLayout *layout, double x, double y)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    set_ink(pdf, style);
    do {
        int baseline = pango_layout_iter_get_baseline(iter);
        show_line(pdf, iter, x, y + (double)baseline / PANGO_SCALE);
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
}

void pdf_flow(struct pdf *pdf, const struct pdf_style *style, const char *text,
              double x)
{
    PangoLayout *layout = pdf_layout(pdf, style, text, pdf->right - x);
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    set_ink(pdf, style);
    do {
        int top;
        int bottom;
        pango_layout_iter_get_line_yrange(iter, &top, &bottom);
        int baseline = pango_layout_iter_get_baseline(iter);
        double height = (double)(bottom - top) / PANGO_SCALE;
        if (pdf_need(pdf, height)) {
            set_ink(pdf, style);
        }
        show_line(pdf, iter, x,
                  pdf->y + (double)(baseline - top) / PANGO_SCALE);
        pdf->y += height;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    g_object_unref(layout);
}
