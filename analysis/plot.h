/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of data as vector graphics, drawn with Cairo and Pango: one pair of
 * axes, and on it lines, envelopes, bars, dots, levels and strips. Colours are
 * those of Okabe and Ito (2008), which people with any colour vision can tell
 * apart.
 *
 * Use: plot_begin, plot_axes, any number of drawing calls, plot_end. Data
 * coordinates throughout; NAN breaks a line. All lengths go by the height of
 * the canvas's letters. Drawing errors are Cairo's: they stick to its context.
 */
#ifndef ANALYSIS_PLOT_H
#define ANALYSIS_PLOT_H

#include <pango/pangocairo.h>
#include <stddef.h>

#include "analysis/document.h"

enum plot_colour {
    PLOT_INK, /* nearly black */
    PLOT_GREY,
    PLOT_BLUE,
    PLOT_SKY,
    PLOT_GREEN,
    PLOT_ORANGE,
    PLOT_RED,
    PLOT_PURPLE,
    PLOT_COLOURS
};

struct plot_axis {
    double least;
    double most;       /* > least */
    const char *label; /* with unit; "" for none */
    int is_time;       /* seconds, ticks as 0:30 or 1:05:00 */
};

struct plot_point {
    double x;
    double y;
};

/* Where a plot stands while it is drawn; nothing of it is for others. */
struct plot {
    cairo_t *cairo;
    const struct voice *voice;
    PangoLayout *layout;
    double width;
    double height;
    double font;
    double left; /* the data's rectangle */
    double right;
    double top;
    double bottom;
    double strips_top;
    struct plot_axis x;
    struct plot_axis y;
};

void plot_begin(struct plot *plot, const struct canvas *canvas);
void plot_end(struct plot *plot);

/* Draws the axes; `strips` rows are kept free above the data for plot_strip.
 * A y axis with an empty label and no ticks is had by most <= least. */
void plot_axes(struct plot *plot, const struct plot_axis *x,
               const struct plot_axis *y, int strips);

void plot_line(struct plot *plot, const struct plot_point *points, size_t n,
               enum plot_colour colour);
/* Dots by rising x; those that would lie on each other are drawn once. */
void plot_dots(struct plot *plot, const struct plot_point *points, size_t n,
               enum plot_colour colour);

/* Fills between the line of `low` and that of `high` (same x). */
void plot_envelope(struct plot *plot, const struct plot_point *low,
                   const struct plot_point *high, size_t n,
                   enum plot_colour colour);

/* A bar from 0 to y, from x0 to x1. */
void plot_bar(struct plot *plot, double x0, double x1, double y,
              enum plot_colour colour);

/* A dashed level across, named at its right end. */
void plot_level(struct plot *plot, double y, const char *name);

/* Shades everything from x0 to x1. */
void plot_shade(struct plot *plot, double x0, double x1,
                enum plot_colour colour);

/* Strip `row` above the data: its name on the left, once; then its spans. */
void plot_strip_name(struct plot *plot, int row, const char *name);
void plot_strip(struct plot *plot, int row, double x0, double x1,
                enum plot_colour colour);

/* Writes `text` into the strip, from x0; what does not fit before x1 is cut,
 * and nothing is written where hardly a word has room. */
void plot_strip_label(struct plot *plot, int row, double x0, double x1,
                      const char *text);

#endif
