/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes in series: the taps of a series, the repetitions of a set, in the
 * order in which they were made. A strip above names the series.
 */
#include <math.h>
#include <string.h>

#include "analysis/figure_kinds.h"
#include "analysis/figures.h"

enum { CHUNK = 512 }; /* points that are drawn at a time */

/* ---- taps ---- */

bool figure_intervals_has(const struct summary *s)
{
    const struct taps *t = &s->taps;
    for (size_t i = 1; i < t->tap_count; i++) {
        if (t->tap[i].series == t->tap[i - 1].series) {
            return true;
        }
    }
    return false;
}

/* Intervals between taps of a series from tap *i on, CHUNK at most: x is the
 * number of the tap. */
static size_t take_intervals(const struct taps *taps, size_t *i,
                             struct plot_point points[CHUNK])
{
    size_t n = 0;
    for (; *i < taps->tap_count && n < CHUNK; ++*i) {
        const struct tap *tap = &taps->tap[*i];
        if (*i > 0 && tap->series == tap[-1].series) {
            points[n++] = (struct plot_point){(double)*i + 1,
                                              tap->time_s - tap[-1].time_s};
        }
    }
    return n;
}

/* Room for 19 of 20 intervals; a long halt may leave the picture. [s] */
static double interval_most(const struct taps *taps)
{
    enum { BINS = 500 };
    static const double bin_s = 0.01;
    size_t count[BINS] = {0};
    size_t total = 0;
    struct plot_point points[CHUNK];
    for (size_t i = 0, n; (n = take_intervals(taps, &i, points)) > 0;) {
        for (size_t k = 0; k < n; k++) {
            double bin = fmin(points[k].y / bin_s, BINS - 1);
            count[(size_t)fmax(bin, 0)]++;
        }
        total += n;
    }
    size_t below = 0;
    size_t bin = 0;
    while (bin < BINS - 1 && below + count[bin] <= total * 19 / 20) {
        below += count[bin++];
    }
    return fmax(0.2, 1.3 * (double)(bin + 1) * bin_s);
}

/* The strip of series, each with the time at which it began. */
static void draw_series(struct plot *plot, const struct taps *t)
{
    for (size_t i = 0; i < t->tap_count;) {
        size_t first = i;
        while (i < t->tap_count && t->tap[i].series == t->tap[first].series) {
            i++;
        }
        char start[VOICE_SHORT];
        voice_clock(t->tap[first].time_s, start);
        double from = (double)first + 0.6;
        double to = (double)i + 0.4;
        plot_strip(plot, 0, from, to, PLOT_SKY);
        plot_strip_label(plot, 0, from, to, start);
    }
}

void figure_intervals_draw(const struct canvas *canvas, const void *of)
{
    const struct summary *s = of;
    const struct taps *t = &s->taps;
    const struct voice *voice = canvas->voice;
    struct plot plot;
    struct plot_axis x = {0.5, (double)t->tap_count + 0.5,
                          voice_word(voice, VOICE_AXIS_TAP), false};
    struct plot_axis y = {0, interval_most(t),
                          voice_word(voice, VOICE_AXIS_INTERVAL), false};
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, 1);
    struct plot_point points[CHUNK];
    for (size_t i = 0, n; (n = take_intervals(t, &i, points)) > 0;) {
        plot_dots(&plot, points, n, PLOT_GREEN);
    }
    draw_series(&plot, t);
    plot_end(&plot);
}

/* ---- exercise ---- */

enum { BARS_MAX = 400 };

/* What the programme calls the set: by its name there, or by what was being
 * done in its middle. NULL: it is none of the programme. */
static const struct programme_exercise *
exercise_of(const struct summary *s, const struct exercise_set *set)
{
    const struct adherence *a = &s->adherence;
    double middle_s = (set->start_s + set->end_s) / 2;
    for (size_t i = 0; i < a->item_count; i++) {
        const struct adherence_item *item = &a->item[i];
        enum movement movement = item->exercise->movement;
        bool is_slow =
            movement == MOVEMENT_REPETITIONS || movement == MOVEMENT_HOLD;
        if (strcmp(item->exercise->id, set->exercise) == 0 ||
            (is_slow && item->start_s <= middle_s && middle_s <= item->end_s)) {
            return item->exercise;
        }
    }
    return NULL;
}

const char *figures_set_name(const struct voice *voice,
                             const struct summary *summary,
                             const struct exercise_set *set)
{
    const struct programme_exercise *exercise = exercise_of(summary, set);
    return exercise != NULL ? exercise->name.in[voice->language]
                            : voice_word(voice, VOICE_REPETITION);
}

/* What is shown of a repetition, and what the programme asks of it. */
struct aspect {
    double (*value)(const struct repetition *repetition);
    double (*asked)(const struct adherence *adherence,
                    const struct programme_exercise *exercise);
    enum voice_key axis;
    double least_most; /* the axis goes up to here at least */
};

static double range_of(const struct repetition *repetition)
{
    return repetition->range_deg;
}

static double hold_of(const struct repetition *repetition)
{
    return repetition->hold_s;
}

static double range_asked(const struct adherence *adherence,
                          const struct programme_exercise *exercise)
{
    (void)adherence;
    return exercise->range_deg;
}

static double hold_asked(const struct adherence *adherence,
                         const struct programme_exercise *exercise)
{
    return programme_dose(exercise, adherence->week).part[DOSE_HOLD_S].low;
}

static const struct aspect range_aspect = {range_of, range_asked,
                                           VOICE_AXIS_RANGE, 30};
static const struct aspect hold_aspect = {hold_of, hold_asked, VOICE_AXIS_HOLD,
                                          5};

/* What the programme asks of the set's repetitions; NAN: nothing. */
static double asked_of(const struct summary *s, const struct aspect *aspect,
                       size_t set)
{
    const struct programme_exercise *exercise =
        exercise_of(s, &s->exercise.set[set]);
    return exercise != NULL ? aspect->asked(&s->adherence, exercise) : NAN;
}

/* How many repetitions a bar stands for. */
static size_t per_bar(const struct exercise *e)
{
    return (e->repetition_count + BARS_MAX - 1) / BARS_MAX;
}

static double bar_value(const struct exercise *e, const struct aspect *aspect,
                        size_t first, size_t count)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = first; i < first + count && i < e->repetition_count; i++) {
        double value = aspect->value(&e->repetition[i]);
        if (isfinite(value)) {
            sum += value;
            known++;
        }
    }
    return known > 0 ? sum / (double)known : NAN;
}

static double most_of(const struct summary *s, const struct aspect *aspect)
{
    const struct exercise *e = &s->exercise;
    double most = aspect->least_most;
    for (size_t i = 0; i < e->repetition_count; i++) {
        most = fmax(most, 1.1 * aspect->value(&e->repetition[i]));
    }
    for (size_t i = 0; i < e->set_count; i++) {
        most = fmax(most, 1.1 * asked_of(s, aspect, i));
    }
    return most;
}

/* The strip of sets, and a line at what is asked of each. */
static void draw_sets(struct plot *plot, const struct summary *s,
                      const struct aspect *aspect)
{
    const struct exercise *e = &s->exercise;
    for (size_t i = 0; i < e->repetition_count;) {
        size_t set = e->repetition[i].set;
        double from = (double)i + 0.6;
        while (i < e->repetition_count && e->repetition[i].set == set) {
            i++;
        }
        double to = (double)i + 0.4;
        plot_strip(plot, 0, from, to, PLOT_SKY);
        plot_strip_label(plot, 0, from, to,
                         figures_set_name(plot->voice, s, &e->set[set]));
        double asked = asked_of(s, aspect, set);
        struct plot_point line[2] = {{from, asked}, {to, asked}};
        plot_line(plot, line, 2, PLOT_INK);
    }
}

static void draw_repetitions(const struct canvas *canvas,
                             const struct summary *s,
                             const struct aspect *aspect)
{
    const struct exercise *e = &s->exercise;
    const struct voice *voice = canvas->voice;
    size_t each = per_bar(e);
    struct plot plot;
    struct plot_axis x = {0.5, (double)e->repetition_count + 0.5,
                          voice_word(voice, VOICE_AXIS_REPETITION), false};
    struct plot_axis y = {0, most_of(s, aspect),
                          voice_word(voice, aspect->axis), false};
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, 1);
    for (size_t i = 0; i < e->repetition_count; i += each) {
        double value = bar_value(e, aspect, i, each);
        if (isfinite(value)) {
            double from = (double)i + 0.6;
            plot_bar(&plot, from, from + (double)each - 0.2, value,
                     PLOT_PURPLE);
        }
    }
    draw_sets(&plot, s, aspect);
    plot_end(&plot);
}

bool figure_repetitions_has(const struct summary *s)
{
    return s->exercise.repetition_count > 0;
}

void figure_ranges_draw(const struct canvas *canvas, const void *of)
{
    draw_repetitions(canvas, of, &range_aspect);
}

void figure_holds_draw(const struct canvas *canvas, const void *of)
{
    draw_repetitions(canvas, of, &hold_aspect);
}

/* ---- what figures.c asks ---- */

size_t figure_repetitions_per_bar(const struct summary *s)
{
    return per_bar(&s->exercise);
}

static bool is_asked(const struct summary *s, const struct aspect *aspect)
{
    for (size_t i = 0; i < s->exercise.set_count; i++) {
        if (isfinite(asked_of(s, aspect, i))) {
            return true;
        }
    }
    return false;
}

bool figure_ranges_asked(const struct summary *s)
{
    return is_asked(s, &range_aspect);
}

bool figure_holds_asked(const struct summary *s)
{
    return is_asked(s, &hold_aspect);
}
