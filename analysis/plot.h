/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of data as vector graphics, drawn with Cairo and Pango: one pair of
 * axes, and on it lines, envelopes, bars, dots, levels and strips. Colours are
 * those of Okabe and Ito (2008), which people with any colour vision can tell
 * apart.
 *
 * Use: plot_new, plot_axes, any number of drawing calls, plot_finish. Data
 * coordinates throughout; NAN breaks a line. Drawing errors are Cairo's: they
 * stick, and plot_finish returns NULL.
 */
#ifndef ANALYSIS_PLOT_H
#define ANALYSIS_PLOT_H

#include <stddef.h>

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

struct plot;

/* A picture of `width` x `height` points. NULL if memory is short. */
struct plot *plot_new(double width, double height);

/* Gives up without a picture; NULL is legal. */
void plot_free(struct plot *plot);

/* Draws the axes; `strips` rows are kept free above the data for plot_strip.
 * A y axis with an empty label and no ticks is had by most <= least. */
void plot_axes(struct plot *plot, const struct plot_axis *x,
               const struct plot_axis *y, int strips);

void plot_line(struct plot *plot, const struct plot_point *points, size_t n,
               enum plot_colour colour);
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

/* Ends the picture: an SVG document of *size bytes, to be freed by the
 * caller. Frees the plot. NULL if anything went wrong. */
char *plot_finish(struct plot *plot, size_t *size);

#endif
