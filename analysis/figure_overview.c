/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session from beginning to end: strips that mark what was found, and the
 * acceleration below them.
 */
#include <math.h>
#include <string.h>

#include "analysis/figure_kinds.h"

enum strip {
    STRIP_PROGRAMME,
    STRIP_WALKING,
    STRIP_TAPS,
    STRIP_EXERCISE,
    STRIP_TREMOR,
    STRIP_NONWEAR,
    STRIP_MARKED,
    STRIPS
};

/* Strip by strip the row in which it is drawn, or -1. */
struct strip_rows {
    int row[STRIPS];
    int count;
};

static bool is_mark(const struct recording_event *event)
{
    return strcmp(event->source, PROGRAMME_EVENT_SOURCE) != 0;
}

static bool has_marks(const struct summary *s)
{
    for (size_t i = 0; i < s->event_count; i++) {
        if (is_mark(&s->event[i])) {
            return true;
        }
    }
    return false;
}

/* Those of the programme and of marks only where there are any. */
static struct strip_rows strip_rows(const struct summary *s)
{
    struct strip_rows rows = {.count = 0};
    for (int strip = 0; strip < STRIPS; strip++) {
        bool shown = strip == STRIP_PROGRAMME ? s->adherence.item_count > 0
                     : strip == STRIP_MARKED  ? has_marks(s)
                                              : true;
        rows.row[strip] = shown ? rows.count++ : -1;
    }
    return rows;
}

/* What was marked while recording, each with as much room for its label as
 * there is until the next one. */
static void draw_marks(struct plot *plot, const struct summary *s, int row)
{
    for (size_t i = 0; i < s->event_count; i++) {
        const struct recording_event *event = &s->event[i];
        if (!is_mark(event)) {
            continue;
        }
        size_t next = i + 1;
        while (next < s->event_count && !is_mark(&s->event[next])) {
            next++;
        }
        double start_s = (double)event->start_ns * 1e-9;
        double room_s = next < s->event_count
                            ? (double)s->event[next].start_ns * 1e-9
                            : s->duration_s;
        plot_strip(plot, row, start_s, (double)event->end_ns * 1e-9,
                   PLOT_ORANGE);
        plot_strip_label(plot, row, start_s, room_s, event->label);
    }
}

static void draw_programme(struct plot *plot, const struct summary *s, int row)
{
    const struct adherence *a = &s->adherence;
    for (size_t i = 0; i < a->item_count; i++) {
        const struct adherence_item *item = &a->item[i];
        if (isfinite(item->start_s) && isfinite(item->end_s)) {
            plot_strip(plot, row, item->start_s, item->end_s, PLOT_SKY);
            plot_strip_label(plot, row, item->start_s, item->end_s,
                             item->exercise->name.in[plot->voice->language]);
        }
    }
}

static void draw_found(struct plot *plot, const struct summary *s,
                       const int row[STRIPS])
{
    for (size_t i = 0; i < s->walking.bout_count; i++) {
        const struct walk_bout *bout = &s->walking.bout[i];
        plot_strip(plot, row[STRIP_WALKING], bout->start_s, bout->end_s,
                   PLOT_BLUE);
    }
    for (size_t i = 0; i < s->taps.series_count; i++) {
        const struct tap_series *series = &s->taps.series[i];
        plot_strip(plot, row[STRIP_TAPS], series->start_s, series->end_s,
                   PLOT_GREEN);
    }
    for (size_t i = 0; i < s->exercise.set_count; i++) {
        const struct exercise_set *set = &s->exercise.set[i];
        plot_strip(plot, row[STRIP_EXERCISE], set->start_s, set->end_s,
                   PLOT_PURPLE);
    }
    for (size_t i = 0; i < s->tremor.segment_count; i++) {
        const struct tremor_segment *segment = &s->tremor.segment[i];
        plot_strip(plot, row[STRIP_TREMOR], segment->start_s, segment->end_s,
                   PLOT_RED);
    }
    for (size_t i = 0; i < s->quality.nonwear_count; i++) {
        const struct span *span = &s->quality.nonwear[i];
        plot_strip(plot, row[STRIP_NONWEAR], span->start_s, span->end_s,
                   PLOT_GREY);
    }
}

static void draw_strips(struct plot *plot, const struct summary *s,
                        const struct strip_rows *rows)
{
    for (int strip = 0; strip < STRIPS; strip++) {
        if (rows->row[strip] >= 0) {
            enum voice_key name = VOICE_STRIP_PROGRAMME + (enum voice_key)strip;
            plot_strip_name(plot, rows->row[strip],
                            voice_word(plot->voice, name));
        }
    }
    draw_programme(plot, s, rows->row[STRIP_PROGRAMME]);
    draw_marks(plot, s, rows->row[STRIP_MARKED]);
    draw_found(plot, s, rows->row);
}

static double highest(const float *values, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, (double)values[i]); /* fmax passes over NAN */
    }
    return most;
}

/* Acceleration, or turning where there is no accelerometer: no more columns
 * than the canvas has points. */
static void draw_trace(struct plot *plot, const struct summary *s)
{
    struct plot_point low[TRACE_COLUMNS];
    struct plot_point high[TRACE_COLUMNS];
    const struct trace *trace = &s->trace;
    size_t join = (size_t)ceil((double)trace->columns / plot->width);
    size_t n = 0;
    for (size_t i = 0; i < trace->columns; i += join) {
        double x = ((double)i + 0.5 * (double)join) * trace->column_s;
        double from = NAN;
        double to = NAN;
        for (size_t k = i; k < trace->columns && k < i + join; k++) {
            bool accel = s->info.has_accel;
            from = accel ? fmin(from, (double)trace->accel_low_g[k]) : 0;
            to = fmax(to, accel ? (double)trace->accel_high_g[k]
                                : (double)trace->gyro_high_dps[k]);
        }
        low[n] = (struct plot_point){x, from};
        high[n++] = (struct plot_point){x, to};
    }
    plot_envelope(plot, low, high, n, PLOT_SKY);
}

static struct plot_axis value_axis(const struct canvas *canvas,
                                   const struct summary *s)
{
    const struct trace *trace = &s->trace;
    bool accel = s->info.has_accel;
    double most = highest(accel ? trace->accel_high_g : trace->gyro_high_dps,
                          trace->columns);
    return (struct plot_axis){
        0, fmax(accel ? 2 : 10, 1.05 * most),
        voice_word(canvas->voice,
                   accel ? VOICE_AXIS_ACCELERATION : VOICE_AXIS_TURNING),
        false};
}

bool figure_overview_has(const struct summary *s)
{
    return s->trace.columns > 0;
}

void figure_overview_draw(const struct canvas *canvas, const void *of)
{
    const struct summary *s = of;
    struct plot plot;
    struct plot_axis x = figure_time_axis(canvas, s);
    struct plot_axis y = value_axis(canvas, s);
    struct strip_rows rows = strip_rows(s);
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, rows.count);
    draw_trace(&plot, s);
    draw_strips(&plot, s, &rows);
    plot_end(&plot);
}

int figure_overview_strips(const struct summary *s)
{
    return strip_rows(s).count;
}
