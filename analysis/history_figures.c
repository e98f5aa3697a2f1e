/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/history_figures.h"

#include <math.h>

#include "analysis/plot.h"

enum { DOSE_HEIGHT = 180, SERIES_HEIGHT = 170, DAYS_A_WEEK = 7 };

static struct plot_axis week_axis(const struct canvas *canvas,
                                  const struct history *history)
{
    return (struct plot_axis){
        1, (double)history->week_count + 1,
        voice_word(canvas->voice, VOICE_HISTORY_AXIS_WEEK), false};
}

/* ---- what was done ---- */

static void draw_dose(const struct canvas *canvas, const void *of)
{
    const struct history *history = of;
    struct plot_axis x = week_axis(canvas, history);
    struct plot_axis y = {
        0, 100, voice_word(canvas->voice, VOICE_HISTORY_AXIS_DONE), false};
    struct plot plot;
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, 0);
    for (size_t i = 0; i < history->week_count; i++) {
        const struct history_week *week = &history->week[i];
        if (week->asked > 0) {
            double from = (double)i + 1.1;
            double to = from + 0.8;
            plot_bar(&plot, from, to,
                     100 * (week->full + week->part) / week->asked, PLOT_SKY);
            plot_bar(&plot, from, to, 100 * week->full / week->asked,
                     PLOT_BLUE);
        }
    }
    plot_end(&plot);
}

void history_figure_dose(struct document *document,
                         const struct history *history)
{
    if (history->programme != NULL) {
        document_figure(document,
                        &(struct figure){draw_dose, history, DOSE_HEIGHT},
                        voice_word(&document->voice, VOICE_HISTORY_DOSE_ALT));
    }
}

/* ---- series ---- */

void history_series_name(const struct voice *voice,
                         const struct history_series *series,
                         char out[VOICE_TEXT])
{
    enum voice_key measure =
        VOICE_HISTORY_TAP_RATE + (enum voice_key)series->measure;
    out[0] = '\0';
    voice_join(out, "", voice_word(voice, measure));
    if (series->of.exercise != NULL) {
        voice_join(out, ": ", series->of.exercise->name.in[voice->language]);
    }
    if (series->of.side == SIDE_LEFT || series->of.side == SIDE_RIGHT) {
        voice_join(out, ", ",
                   voice_word(voice, series->of.side == SIDE_LEFT
                                         ? VOICE_HISTORY_LEFT
                                         : VOICE_HISTORY_RIGHT));
    }
}

static double week_of(const struct history *history, double day)
{
    return 1 + (day - (double)history->week[0].first_day + 0.5) / DAYS_A_WEEK;
}

static struct plot_axis value_axis(const struct canvas *canvas,
                                   const struct history_series *series)
{
    enum voice_key label =
        VOICE_HISTORY_TAP_RATE + (enum voice_key)series->measure;
    struct plot_axis y = {0, 0, voice_word(canvas->voice, label), false};
    for (size_t i = 0; i < series->count; i++) {
        y.most = fmax(y.most, 1.1 * series->point[i].value);
        y.least = fmin(y.least, 1.1 * series->point[i].value);
    }
    if (series->measure >= HISTORY_PAIN_BEFORE) {
        y.most = 10;
    }
    y.most = y.most > y.least ? y.most : y.least + 1;
    return y;
}

static void draw_trend(struct plot *plot, const struct history *history,
                       const struct history_series *series)
{
    const struct trend *trend = &series->trend;
    if (trend->direction == TREND_TOO_FEW) {
        return;
    }
    double first = series->point[0].day;
    double last = series->point[series->count - 1].day;
    struct plot_point line[2] = {
        {week_of(history, first), trend->level - trend->change},
        {week_of(history, last), trend->level},
    };
    plot_line(plot, line, 2, PLOT_INK);
}

static void draw_series(const struct canvas *canvas, const void *of)
{
    const struct history_series *series = of;
    const struct history *history = series->history;
    struct plot_axis x = week_axis(canvas, history);
    struct plot_axis y = value_axis(canvas, series);
    struct plot plot;
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, 0);
    for (size_t i = 0; i < series->count; i++) {
        struct plot_point dot = {week_of(history, series->point[i].day),
                                 series->point[i].value};
        plot_dots(&plot, &dot, 1, PLOT_BLUE);
    }
    draw_trend(&plot, history, series);
    plot_end(&plot);
}

void history_figure_series(struct document *document,
                           const struct history_series *series)
{
    char name[VOICE_TEXT];
    char text[VOICE_TEXT];
    history_series_name(&document->voice, series, name);
    voice_say(&document->voice, VOICE_HISTORY_SERIES_ALT,
              &(struct voice_parts){{name}}, text);
    document_figure(document,
                    &(struct figure){draw_series, series, SERIES_HEIGHT}, text);
}
