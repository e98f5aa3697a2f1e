/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analysis/plot.h"

static const double WIDTH = 720; /* points; the page scales it */
static const double HEIGHT = 190;

/* CADENCE-Adults (Tudor-Locke et al. 2019-2021): 100 steps/min is moderate
 * walking (3 METs), 130 vigorous (6 METs). */
static const double MODERATE_SPM = 100;
static const double VIGOROUS_SPM = 130;

/* Where tremor of the hand is looked for. [Hz] */
static const double TREMOR_LOW_HZ = 2;
static const double TREMOR_HIGH_HZ = 12;

/* What a NULL picture means, by *size. */
enum { NOTHING_TO_SHOW = 0, NO_MEMORY = 1 };

static char *nothing(size_t *size, size_t why)
{
    *size = why;
    return NULL;
}

static char *finish(struct plot *plot, size_t *size)
{
    char *svg = plot_finish(plot, size);
    return svg != NULL ? svg : nothing(size, NO_MEMORY);
}

static struct plot_axis time_axis(const struct summary *summary)
{
    double most = summary->duration_s > 1 ? summary->duration_s : 1;
    return (struct plot_axis){0, most, "time in the session", true};
}

/* ---- overview ---- */

/* The last one only where something was marked. */
enum { STRIPS = 6, MARKED = STRIPS - 1 };
static const double STRIPS_HEIGHT = 80;

/* What was marked while recording, each with as much room for its label as
 * there is until the next one. */
static void draw_marks(struct plot *plot, const struct summary *s)
{
    for (size_t i = 0; i < s->event_count; i++) {
        const struct recording_event *event = &s->event[i];
        double start_s = (double)event->start_ns * 1e-9;
        double room_s = i + 1 < s->event_count
                            ? (double)s->event[i + 1].start_ns * 1e-9
                            : s->duration_s;
        plot_strip(plot, MARKED, start_s, (double)event->end_ns * 1e-9,
                   PLOT_ORANGE);
        plot_strip_label(plot, MARKED, start_s, room_s, event->label);
    }
}

static void draw_strips(struct plot *plot, const struct summary *s)
{
    static const char *const names[STRIPS] = {"walking", "taps",     "exercise",
                                              "tremor",  "not worn", "marked"};
    int rows = s->event_count > 0 ? STRIPS : STRIPS - 1;
    for (int row = 0; row < rows; row++) {
        plot_strip_name(plot, row, names[row]);
    }
    draw_marks(plot, s);
    for (size_t i = 0; i < s->walking.bout_count; i++) {
        const struct walk_bout *bout = &s->walking.bout[i];
        plot_strip(plot, 0, bout->start_s, bout->end_s, PLOT_BLUE);
    }
    for (size_t i = 0; i < s->taps.series_count; i++) {
        const struct tap_series *series = &s->taps.series[i];
        plot_strip(plot, 1, series->start_s, series->end_s, PLOT_GREEN);
    }
    for (size_t i = 0; i < s->exercise.set_count; i++) {
        const struct exercise_set *set = &s->exercise.set[i];
        plot_strip(plot, 2, set->start_s, set->end_s, PLOT_PURPLE);
    }
    for (size_t i = 0; i < s->tremor.segment_count; i++) {
        const struct tremor_segment *segment = &s->tremor.segment[i];
        plot_strip(plot, 3, segment->start_s, segment->end_s, PLOT_RED);
    }
    for (size_t i = 0; i < s->quality.nonwear_count; i++) {
        const struct span *span = &s->quality.nonwear[i];
        plot_strip(plot, 4, span->start_s, span->end_s, PLOT_GREY);
    }
}

static double highest(const float *values, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, (double)values[i]); /* fmax passes over NAN */
    }
    return most;
}

/* Acceleration, or turning where there is no accelerometer. */
static void draw_trace(struct plot *plot, const struct summary *s,
                       struct plot_point *low, struct plot_point *high)
{
    const struct trace *trace = &s->trace;
    bool accel = s->info.has_accel;
    for (size_t i = 0; i < trace->columns; i++) {
        double x = ((double)i + 0.5) * trace->column_s;
        double from = accel ? (double)trace->accel_low_g[i] : 0;
        double to = accel ? (double)trace->accel_high_g[i]
                          : (double)trace->gyro_high_dps[i];
        low[i] = (struct plot_point){x, from};
        high[i] = (struct plot_point){x, to};
    }
    plot_envelope(plot, low, high, trace->columns, PLOT_SKY);
}

static struct plot_axis overview_axis(const struct summary *s)
{
    const struct trace *trace = &s->trace;
    if (s->info.has_accel) {
        double most = highest(trace->accel_high_g, trace->columns);
        return (struct plot_axis){0, fmax(2, 1.05 * most),
                                  "acceleration with gravity (g)", false};
    }
    double most = highest(trace->gyro_high_dps, trace->columns);
    return (struct plot_axis){0, fmax(10, 1.05 * most), "turning (deg/s)",
                              false};
}

char *figure_overview(const struct summary *summary, size_t *size)
{
    const struct trace *trace = &summary->trace;
    if (trace->columns == 0) {
        return nothing(size, NOTHING_TO_SHOW);
    }
    struct plot_point *points = calloc(2 * trace->columns, sizeof(*points));
    struct plot *plot = plot_new(WIDTH, HEIGHT + STRIPS_HEIGHT);
    if (points == NULL || plot == NULL) {
        free(points);
        plot_free(plot);
        return nothing(size, NO_MEMORY);
    }
    struct plot_axis x = time_axis(summary);
    struct plot_axis y = overview_axis(summary);
    plot_axes(plot, &x, &y, summary->event_count > 0 ? STRIPS : STRIPS - 1);
    draw_trace(plot, summary, points, points + trace->columns);
    draw_strips(plot, summary);
    free(points);
    return finish(plot, size);
}

/* ---- walking ---- */

char *figure_cadence(const struct summary *summary, size_t *size)
{
    const struct walking *w = &summary->walking;
    if (w->cadence_count == 0) {
        return nothing(size, NOTHING_TO_SHOW);
    }
    struct plot_point *points = calloc(w->cadence_count, sizeof(*points));
    struct plot *plot = plot_new(WIDTH, HEIGHT);
    if (points == NULL || plot == NULL) {
        free(points);
        plot_free(plot);
        return nothing(size, NO_MEMORY);
    }
    struct plot_axis x = time_axis(summary);
    struct plot_axis y = {0, 160, "cadence (steps a minute)", false};
    for (size_t i = 0; i < w->cadence_count; i++) {
        points[i] = (struct plot_point){w->cadence[i].time_s,
                                        (double)w->cadence[i].cadence_spm};
        y.most = fmax(y.most, points[i].y + 10);
    }
    plot_axes(plot, &x, &y, 0);
    plot_dots(plot, points, w->cadence_count, PLOT_BLUE);
    plot_level(plot, MODERATE_SPM, "moderate, 100");
    plot_level(plot, VIGOROUS_SPM, "vigorous, 130");
    free(points);
    return finish(plot, size);
}

/* ---- tremor ---- */

static const char *spectrum_label(const struct tremor *tremor)
{
    return tremor->spectrum_is_gyro ? "power of turning ((deg/s)\u00b2/Hz)"
                                    : "power of acceleration (g\u00b2/Hz)";
}

char *figure_spectrum(const struct summary *summary, size_t *size)
{
    const struct tremor *tremor = &summary->tremor;
    struct plot_point points[TREMOR_BINS];
    size_t n = 0;
    double most = 0;
    for (size_t i = 0; i < TREMOR_BINS; i++) {
        double hz = (double)i * tremor->spectrum_step_hz;
        /* Below 1 Hz lies all movement at will; it would dwarf the rest. */
        if (hz >= 1 && hz <= 20) {
            points[n++] = (struct plot_point){hz, tremor->spectrum[i]};
            most = fmax(most, tremor->spectrum[i]);
        }
    }
    if (n < 2 || !(most > 0)) {
        return nothing(size, NOTHING_TO_SHOW);
    }
    struct plot *plot = plot_new(WIDTH, HEIGHT);
    if (plot == NULL) {
        return nothing(size, NO_MEMORY);
    }
    struct plot_axis x = {0, points[n - 1].x, "frequency (Hz)", false};
    struct plot_axis y = {0, 1.1 * most, spectrum_label(tremor), false};
    plot_axes(plot, &x, &y, 0);
    plot_shade(plot, TREMOR_LOW_HZ, TREMOR_HIGH_HZ, PLOT_ORANGE);
    plot_line(plot, points, n, PLOT_RED);
    return finish(plot, size);
}

/* ---- taps ---- */

static size_t interval_points(const struct taps *taps,
                              struct plot_point *points)
{
    size_t n = 0;
    for (size_t i = 1; i < taps->tap_count; i++) {
        if (taps->tap[i].series == taps->tap[i - 1].series) {
            points[n++] = (struct plot_point){taps->tap[i].time_s,
                                              taps->tap[i].time_s -
                                                  taps->tap[i - 1].time_s};
        }
    }
    return n;
}

static int compare_y(const void *a, const void *b)
{
    double x = ((const struct plot_point *)a)->y;
    double y = ((const struct plot_point *)b)->y;
    return (x > y) - (x < y);
}

/* Room for 19 of 20 intervals; a long halt may leave the picture. */
static double interval_most(const struct plot_point *points, size_t n,
                            struct plot_point *scratch)
{
    for (size_t i = 0; i < n; i++) {
        scratch[i] = points[i];
    }
    qsort(scratch, n, sizeof(*scratch), compare_y);
    return fmax(0.2, 1.3 * scratch[n * 19 / 20].y);
}

char *figure_intervals(const struct summary *summary, size_t *size)
{
    const struct taps *taps = &summary->taps;
    if (taps->tap_count < 3) {
        return nothing(size, NOTHING_TO_SHOW);
    }
    struct plot_point *points = calloc(2 * taps->tap_count, sizeof(*points));
    struct plot *plot = plot_new(WIDTH, HEIGHT);
    size_t n = points != NULL ? interval_points(taps, points) : 0;
    if (plot == NULL || n == 0) {
        bool none = plot != NULL && points != NULL;
        plot_free(plot);
        free(points);
        return nothing(size, none ? NOTHING_TO_SHOW : NO_MEMORY);
    }
    struct plot_axis x = time_axis(summary);
    struct plot_axis y = {0, interval_most(points, n, points + taps->tap_count),
                          "time since the tap before (s)", false};
    plot_axes(plot, &x, &y, 0);
    plot_dots(plot, points, n, PLOT_GREEN);
    free(points);
    return finish(plot, size);
}

/* ---- exercise ---- */

char *figure_repetitions(const struct summary *summary, size_t *size)
{
    const struct exercise *e = &summary->exercise;
    if (e->repetition_count == 0) {
        return nothing(size, NOTHING_TO_SHOW);
    }
    struct plot *plot = plot_new(WIDTH, HEIGHT);
    if (plot == NULL) {
        return nothing(size, NO_MEMORY);
    }
    double most = 0;
    for (size_t i = 0; i < e->repetition_count; i++) {
        most = fmax(most, e->repetition[i].range_deg);
    }
    struct plot_axis x = time_axis(summary);
    struct plot_axis y = {0, fmax(30, 1.1 * most),
                          "range of each repetition (degrees)", false};
    plot_axes(plot, &x, &y, 0);
    for (size_t i = 0; i < e->repetition_count; i++) {
        const struct repetition *r = &e->repetition[i];
        plot_bar(plot, r->start_s, r->end_s, r->range_deg, PLOT_PURPLE);
    }
    return finish(plot, size);
}
