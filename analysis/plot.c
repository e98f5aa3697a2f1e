/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/plot.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char FONT[] = "DejaVu Sans";

/* Lengths, in heights of letters. */
static const double LEFT = 6.8; /* room for the names of strips */
static const double RIGHT = 1.2;
static const double STRIP_HEIGHT = 1.4;
static const double TICK = 0.36;
static const double LABEL_HEIGHT = 1.45;
static const double LABEL_GAP = 0.36;
static const double LABEL_LEAST = 2.2; /* about three letters */
static const double X_TICKS_APART = 6;
static const double Y_TICKS_APART = 2;
static const double DOT = 0.18;
static const double DOTS_APART = 0.12; /* nearer ones are one */
static const double THIN = 0.07;
static const double LINE_WIDTH = 0.12;

enum { DOT_ROWS = 1024 };

/* Okabe and Ito 2008, "Color Universal Design", and two greys. */
static const double colours[PLOT_COLOURS][3] = {
    [PLOT_INK] = {0.13, 0.13, 0.13},   [PLOT_GREY] = {0.62, 0.62, 0.62},
    [PLOT_BLUE] = {0.00, 0.45, 0.70},  [PLOT_SKY] = {0.34, 0.71, 0.91},
    [PLOT_GREEN] = {0.00, 0.62, 0.45}, [PLOT_ORANGE] = {0.90, 0.62, 0.00},
    [PLOT_RED] = {0.84, 0.37, 0.00},   [PLOT_PURPLE] = {0.80, 0.47, 0.65},
};

/* Lengths of the table above on this canvas. */
static double em(const struct plot *plot, double heights)
{
    return heights * plot->font;
}

void plot_begin(struct plot *plot, const struct canvas *canvas)
{
    memset(plot, 0, sizeof(*plot));
    plot->cairo = canvas->cairo;
    plot->voice = canvas->voice;
    plot->width = canvas->width;
    plot->height = canvas->height;
    plot->font = canvas->font;
    plot->layout = pango_cairo_create_layout(plot->cairo);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    pango_font_description_set_absolute_size(font, plot->font * PANGO_SCALE);
    pango_layout_set_font_description(plot->layout, font);
    pango_font_description_free(font);
}

void plot_end(struct plot *plot)
{
    g_object_unref(plot->layout);
}

static void set_colour(struct plot *plot, enum plot_colour colour, double alpha)
{
    const double *c = colours[colour];
    cairo_set_source_rgba(plot->cairo, c[0], c[1], c[2], alpha);
}

static struct plot_point text_size(struct plot *plot, const char *text)
{
    int width;
    int height;
    pango_layout_set_text(plot->layout, text, -1);
    pango_layout_get_size(plot->layout, &width, &height);
    return (struct plot_point){(double)width / PANGO_SCALE,
                               (double)height / PANGO_SCALE};
}

/* Writes `text` so that its box's point (ax, ay), each 0 .. 1, is at (x, y). */
static void put_text(struct plot *plot, const char *text,
                     const struct plot_point *at, double ax, double ay)
{
    struct plot_point size = text_size(plot, text);
    cairo_move_to(plot->cairo, at->x - ax * size.x, at->y - ay * size.y);
    pango_cairo_show_layout(plot->cairo, plot->layout);
}

static double place_x(const struct plot *plot, double x)
{
    double share = (x - plot->x.least) / (plot->x.most - plot->x.least);
    return plot->left + share * (plot->right - plot->left);
}

static double place_y(const struct plot *plot, double y)
{
    double share = (y - plot->y.least) / (plot->y.most - plot->y.least);
    return plot->bottom - share * (plot->bottom - plot->top);
}

/* ---- axes ---- */

/* The step of a scale with at most `most` ticks: 1, 2 or 5 times a power of
 * ten; for time also steps that clocks have. */
static double tick_step(double span, int most, bool is_time)
{
    static const double clock_s[] = {
        1,   2,   5,    10,   15,   30,    60,    120,   300,
        600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
    };
    double least = span / most;
    if (is_time && least >= 1) {
        for (size_t i = 0; i < sizeof(clock_s) / sizeof(clock_s[0]); i++) {
            if (clock_s[i] >= least) {
                return clock_s[i];
            }
        }
    }
    double power = pow(10, floor(log10(least)));
    double digit = least / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static void format_tick(const struct plot *plot, const struct plot_axis *axis,
                        double step, double value, char out[VOICE_SHORT])
{
    if (!axis->is_time || step < 1) {
        double shown = fabs(value) < step / 1e6 ? 0 : value;
        snprintf(out, VOICE_SHORT, "%.6g", shown);
        voice_localise(plot->voice, out);
    } else {
        voice_clock(value, out);
    }
}

static void draw_x_ticks(struct plot *plot)
{
    const struct plot_axis *x = &plot->x;
    int most = (int)((plot->right - plot->left) / em(plot, X_TICKS_APART));
    double step = tick_step(x->most - x->least, most, x->is_time);
    for (double v = ceil(x->least / step - 1e-9) * step;
         v <= x->most + step * 1e-6; v += step) {
        char text[VOICE_SHORT];
        format_tick(plot, x, step, v, text);
        double px = place_x(plot, v);
        set_colour(plot, PLOT_INK, 1);
        cairo_move_to(plot->cairo, px, plot->bottom);
        cairo_line_to(plot->cairo, px, plot->bottom + em(plot, TICK));
        cairo_stroke(plot->cairo);
        /* The last one must not leave the picture. */
        double half = text_size(plot, text).x / 2;
        px = fmin(px, plot->width - half);
        put_text(plot, text,
                 &(struct plot_point){px, plot->bottom + em(plot, TICK) + 1},
                 0.5, 0);
    }
}

static void draw_y_ticks(struct plot *plot)
{
    const struct plot_axis *y = &plot->y;
    int most = (int)((plot->bottom - plot->top) / em(plot, Y_TICKS_APART));
    double step = tick_step(y->most - y->least, most < 2 ? 2 : most, false);
    for (double v = ceil(y->least / step - 1e-9) * step;
         v <= y->most + step * 1e-6; v += step) {
        char text[VOICE_SHORT];
        format_tick(plot, y, step, v, text);
        double py = place_y(plot, v);
        set_colour(plot, PLOT_GREY, 0.4);
        cairo_move_to(plot->cairo, plot->left, py);
        cairo_line_to(plot->cairo, plot->right, py);
        cairo_stroke(plot->cairo);
        set_colour(plot, PLOT_INK, 1);
        put_text(plot, text,
                 &(struct plot_point){plot->left - em(plot, TICK), py}, 1, 0.5);
    }
}

static void draw_frame(struct plot *plot)
{
    set_colour(plot, PLOT_INK, 1);
    cairo_move_to(plot->cairo, plot->left, plot->top);
    cairo_line_to(plot->cairo, plot->left, plot->bottom);
    cairo_line_to(plot->cairo, plot->right, plot->bottom);
    cairo_stroke(plot->cairo);
}

void plot_axes(struct plot *plot, const struct plot_axis *x,
               const struct plot_axis *y, int strips)
{
    plot->x = *x;
    plot->y = *y;
    double below = x->label[0] != '\0' ? 3.4 : 2;
    double above = y->label[0] != '\0' ? LABEL_HEIGHT + 0.6 : 0.4;
    plot->left = em(plot, LEFT);
    plot->right = plot->width - em(plot, RIGHT);
    plot->bottom = plot->height - em(plot, below);
    plot->strips_top = 0.4 * plot->font;
    plot->top = plot->strips_top + em(plot, strips * STRIP_HEIGHT + above);

    cairo_set_line_width(plot->cairo, em(plot, THIN));
    draw_y_ticks(plot);
    draw_frame(plot);
    draw_x_ticks(plot);
    /* The y label stands level above its axis: easier to read than turned. */
    put_text(plot, y->label,
             &(struct plot_point){2, plot->top - em(plot, LABEL_HEIGHT + 0.4)},
             0, 0);
    put_text(
        plot, x->label,
        &(struct plot_point){(plot->left + plot->right) / 2, plot->height - 2},
        0.5, 1);
}

/* ---- data ---- */

static void clip(struct plot *plot)
{
    cairo_save(plot->cairo);
    cairo_rectangle(plot->cairo, plot->left, plot->top,
                    plot->right - plot->left, plot->bottom - plot->top);
    cairo_clip(plot->cairo);
}

void plot_line(struct plot *plot, const struct plot_point *points, size_t n,
               enum plot_colour colour)
{
    clip(plot);
    set_colour(plot, colour, 1);
    cairo_set_line_width(plot->cairo, em(plot, LINE_WIDTH));
    cairo_set_line_join(plot->cairo, CAIRO_LINE_JOIN_ROUND);
    bool down = false;
    for (size_t i = 0; i < n; i++) {
        bool known = isfinite(points[i].x) && isfinite(points[i].y);
        if (known) {
            double x = place_x(plot, points[i].x);
            double y = place_y(plot, points[i].y);
            (down ? cairo_line_to : cairo_move_to)(plot->cairo, x, y);
        }
        down = known;
    }
    cairo_stroke(plot->cairo);
    cairo_restore(plot->cairo);
}

void plot_dots(struct plot *plot, const struct plot_point *points, size_t n,
               enum plot_colour colour)
{
    bool taken[DOT_ROWS] = {false};
    double column = -1;
    clip(plot);
    set_colour(plot, colour, 1);
    cairo_set_line_cap(plot->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(plot->cairo, 2 * em(plot, DOT));
    for (size_t i = 0; i < n; i++) {
        double x = place_x(plot, points[i].x);
        double y = place_y(plot, points[i].y);
        double row = floor((y - plot->top) / em(plot, DOTS_APART));
        if (!(row >= 0 && row < DOT_ROWS)) {
            continue;
        }
        if (floor(x / em(plot, DOTS_APART)) != column) {
            column = floor(x / em(plot, DOTS_APART));
            memset(taken, 0, sizeof(taken));
        }
        if (!taken[(size_t)row]) {
            taken[(size_t)row] = true;
            cairo_move_to(plot->cairo, x, y);
            cairo_line_to(plot->cairo, x, y);
        }
    }
    cairo_stroke(plot->cairo);
    cairo_restore(plot->cairo);
}

/* Fills one run of points in which all is known. */
static void fill_run(struct plot *plot, const struct plot_point *low,
                     const struct plot_point *high, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cairo_line_to(plot->cairo, place_x(plot, high[i].x),
                      place_y(plot, high[i].y));
    }
    for (size_t i = n; i-- > 0;) {
        cairo_line_to(plot->cairo, place_x(plot, low[i].x),
                      place_y(plot, low[i].y));
    }
    cairo_close_path(plot->cairo);
    cairo_fill_preserve(plot->cairo);
    cairo_stroke(plot->cairo);
}

void plot_envelope(struct plot *plot, const struct plot_point *low,
                   const struct plot_point *high, size_t n,
                   enum plot_colour colour)
{
    clip(plot);
    set_colour(plot, colour, 1);
    cairo_set_line_width(plot->cairo, em(plot, THIN) / 2);
    size_t begin = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i == n || !isfinite(low[i].y) || !isfinite(high[i].y)) {
            if (i > begin) {
                fill_run(plot, low + begin, high + begin, i - begin);
            }
            begin = i + 1;
        }
    }
    cairo_restore(plot->cairo);
}

void plot_bar(struct plot *plot, double x0, double x1, double y,
              enum plot_colour colour)
{
    clip(plot);
    set_colour(plot, colour, 1);
    double left = place_x(plot, x0);
    double top = place_y(plot, y);
    double width = place_x(plot, x1) - left;
    /* What is short must still be seen. */
    cairo_rectangle(plot->cairo, left, top, width < 1.5 ? 1.5 : width,
                    place_y(plot, 0) - top);
    cairo_fill(plot->cairo);
    cairo_restore(plot->cairo);
}

/* Text that ends at (right, bottom), readable over whatever is there. */
static void put_on_white(struct plot *plot, const char *text, double right,
                         double bottom)
{
    struct plot_point size = text_size(plot, text);
    cairo_set_source_rgba(plot->cairo, 1, 1, 1, 0.85);
    cairo_rectangle(plot->cairo, right - size.x - 2, bottom - size.y,
                    size.x + 4, size.y);
    cairo_fill(plot->cairo);
    set_colour(plot, PLOT_INK, 1);
    put_text(plot, text, &(struct plot_point){right, bottom}, 1, 1);
}

void plot_level(struct plot *plot, double y, const char *name)
{
    static const double dashes[] = {4, 3};
    double py = place_y(plot, y);
    if (py < plot->top || py > plot->bottom) {
        return;
    }
    cairo_save(plot->cairo);
    set_colour(plot, PLOT_INK, 0.8);
    cairo_set_line_width(plot->cairo, em(plot, THIN));
    cairo_set_dash(plot->cairo, dashes, 2, 0);
    cairo_move_to(plot->cairo, plot->left, py);
    cairo_line_to(plot->cairo, plot->right, py);
    cairo_stroke(plot->cairo);
    cairo_restore(plot->cairo);
    put_on_white(plot, name, plot->right, py - 1);
}

void plot_shade(struct plot *plot, double x0, double x1,
                enum plot_colour colour)
{
    clip(plot);
    set_colour(plot, colour, 0.18);
    double left = place_x(plot, x0);
    cairo_rectangle(plot->cairo, left, plot->top, place_x(plot, x1) - left,
                    plot->bottom - plot->top);
    cairo_fill(plot->cairo);
    cairo_restore(plot->cairo);
}

void plot_strip_name(struct plot *plot, int row, const char *name)
{
    double y = plot->strips_top + em(plot, (row + 0.5) * STRIP_HEIGHT);
    set_colour(plot, PLOT_INK, 1);
    put_text(plot, name, &(struct plot_point){plot->left - em(plot, TICK), y},
             1, 0.5);
    set_colour(plot, PLOT_GREY, 0.25);
    cairo_set_line_width(plot->cairo, em(plot, THIN));
    cairo_move_to(plot->cairo, plot->left, y);
    cairo_line_to(plot->cairo, plot->right, y);
    cairo_stroke(plot->cairo);
}

void plot_strip(struct plot *plot, int row, double x0, double x1,
                enum plot_colour colour)
{
    double left = place_x(plot, x0);
    double width = place_x(plot, x1) - left;
    double y = plot->strips_top + em(plot, row * STRIP_HEIGHT + 0.15);
    set_colour(plot, colour, 1);
    /* What is short must still be seen, neighbours be told apart. */
    cairo_rectangle(plot->cairo, left, y, width < 2.5 ? 1.5 : width - 1,
                    em(plot, STRIP_HEIGHT - 0.3));
    cairo_fill(plot->cairo);
}

void plot_strip_label(struct plot *plot, int row, double x0, double x1,
                      const char *text)
{
    double left = place_x(plot, x0) + em(plot, LABEL_GAP);
    double room = place_x(plot, x1) - left;
    if (room < em(plot, LABEL_LEAST)) {
        return;
    }
    /* Text from a file may not be UTF-8, which Pango has to have. */
    char *valid = g_utf8_make_valid(text, -1);
    double y = plot->strips_top + em(plot, (row + 0.5) * STRIP_HEIGHT);
    pango_layout_set_width(plot->layout, (int)(room * PANGO_SCALE));
    pango_layout_set_ellipsize(plot->layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_single_paragraph_mode(plot->layout, TRUE);
    set_colour(plot, PLOT_INK, 1);
    put_text(plot, valid, &(struct plot_point){left, y}, 0, 0.5);
    pango_layout_set_single_paragraph_mode(plot->layout, FALSE);
    pango_layout_set_ellipsize(plot->layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_width(plot->layout, -1);
    g_free(valid);
}
