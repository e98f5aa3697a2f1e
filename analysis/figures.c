/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/figures.h"

#include <math.h>

#include "analysis/figure_kinds.h"

/* CADENCE-Adults (Tudor-Locke et al. 2019-2021): 100 steps/min is moderate
 * walking (3 METs), 130 vigorous (6 METs). */
static const double MODERATE_SPM = 100;
static const double VIGOROUS_SPM = 130;

/* Where tremor of the hand is looked for. [Hz] */
static const double TREMOR_LOW_HZ = 2;
static const double TREMOR_HIGH_HZ = 12;
static const double SPECTRUM_HZ = 20; /* shown up to here */

/* What a strip adds to the height of a figure, as plot.c draws it. */
static const double STRIP_HEIGHT = 1.4 * FIGURE_FONT;

enum { CHUNK = 512 }; /* points that are drawn at a time */

struct plot_axis figure_time_axis(const struct canvas *canvas,
                                  const struct summary *s)
{
    double most = s->duration_s > 1 ? s->duration_s : 1;
    return (struct plot_axis){0, most,
                              voice_word(canvas->voice, VOICE_AXIS_TIME), true};
}

/* ---- walking ---- */

static bool cadence_has(const struct summary *s)
{
    return s->walking.cadence_count > 0;
}

static void draw_cadence(const struct canvas *canvas, const void *of)
{
    const struct summary *s = of;
    const struct walking *w = &s->walking;
    const struct voice *voice = canvas->voice;
    struct plot_axis x = figure_time_axis(canvas, s);
    struct plot_axis y = {0, 160, voice_word(voice, VOICE_AXIS_CADENCE), false};
    for (size_t i = 0; i < w->cadence_count; i++) {
        y.most = fmax(y.most, (double)w->cadence[i].cadence_spm + 10);
    }
    struct plot plot;
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, 0);
    plot_level(&plot, MODERATE_SPM, voice_word(voice, VOICE_LEVEL_MODERATE));
    plot_level(&plot, VIGOROUS_SPM, voice_word(voice, VOICE_LEVEL_VIGOROUS));
    struct plot_point points[CHUNK];
    for (size_t i = 0; i < w->cadence_count;) {
        size_t n = 0;
        for (; n < CHUNK && i < w->cadence_count; i++) {
            points[n++] = (struct plot_point){
                w->cadence[i].time_s, (double)w->cadence[i].cadence_spm};
        }
        plot_dots(&plot, points, n, PLOT_BLUE);
    }
    plot_end(&plot);
}

/* ---- tremor ---- */

static bool amplitude_has(const struct summary *s)
{
    return s->tremor.segment_count > 0;
}

static double amplitude(const struct summary *s,
                        const struct tremor_segment *segment)
{
    return s->info.has_gyro ? segment->peak_to_peak_deg : segment->accel_rms_mg;
}

static void draw_amplitude(const struct canvas *canvas, const void *of)
{
    const struct summary *s = of;
    const struct tremor *t = &s->tremor;
    enum voice_key label =
        s->info.has_gyro ? VOICE_AXIS_AMPLITUDE_DEG : VOICE_AXIS_AMPLITUDE_MG;
    struct plot_axis x = figure_time_axis(canvas, s);
    struct plot_axis y = {0, 0, voice_word(canvas->voice, label), false};
    for (size_t i = 0; i < t->segment_count; i++) {
        y.most = fmax(y.most, 1.1 * amplitude(s, &t->segment[i]));
    }
    y.most = y.most > 0 ? y.most : 1;
    struct plot plot;
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, 0);
    for (size_t i = 0; i < t->segment_count; i++) {
        double value = amplitude(s, &t->segment[i]);
        if (isfinite(value)) {
            plot_bar(&plot, t->segment[i].start_s, t->segment[i].end_s, value,
                     PLOT_RED);
        }
    }
    plot_end(&plot);
}

/* The part of the spectrum that is shown; its highest value. */
static size_t spectrum_points(const struct tremor *tremor,
                              struct plot_point points[TREMOR_BINS],
                              double *most)
{
    size_t n = 0;
    *most = 0;
    for (size_t i = 0; i < TREMOR_BINS; i++) {
        double hz = (double)i * tremor->spectrum_step_hz;
        /* Below 1 Hz lies all movement at will; it would dwarf the rest. */
        if (hz >= 1 && hz <= SPECTRUM_HZ) {
            points[n++] = (struct plot_point){hz, tremor->spectrum[i]};
            *most = fmax(*most, tremor->spectrum[i]);
        }
    }
    return n;
}

static bool spectrum_has(const struct summary *s)
{
    struct plot_point points[TREMOR_BINS];
    double most;
    return spectrum_points(&s->tremor, points, &most) >= 2 && most > 0;
}

static void draw_spectrum(const struct canvas *canvas, const void *of)
{
    const struct summary *s = of;
    const struct voice *voice = canvas->voice;
    struct plot_point points[TREMOR_BINS];
    double most;
    size_t n = spectrum_points(&s->tremor, points, &most);
    struct plot_axis x = {0, SPECTRUM_HZ,
                          voice_word(voice, VOICE_AXIS_FREQUENCY), false};
    struct plot_axis y = {
        0, 1.1 * most,
        voice_word(voice, s->tremor.spectrum_is_gyro
                              ? VOICE_AXIS_POWER_TURNING
                              : VOICE_AXIS_POWER_ACCELERATION),
        false};
    struct plot plot;
    plot_begin(&plot, canvas);
    plot_axes(&plot, &x, &y, 0);
    plot_shade(&plot, TREMOR_LOW_HZ, TREMOR_HIGH_HZ, PLOT_ORANGE);
    plot_line(&plot, points, n, PLOT_RED);
    plot_end(&plot);
}

/* ---- all of them ---- */

static const struct {
    bool (*has)(const struct summary *summary);
    canvas_fn *draw;
    double height;
    enum voice_key alternative;
} kinds[SESSION_FIGURES] = {
    [FIGURE_OVERVIEW] = {figure_overview_has, figure_overview_draw, 200,
                         VOICE_OVERVIEW_ALT},
    [FIGURE_CADENCE] = {cadence_has, draw_cadence, 220, VOICE_CADENCE_ALT},
    [FIGURE_INTERVALS] = {figure_intervals_has, figure_intervals_draw, 200,
                          VOICE_TAPS_ALT},
    [FIGURE_RANGES] = {figure_repetitions_has, figure_ranges_draw, 220,
                       VOICE_RANGE_ALT},
    [FIGURE_HOLDS] = {figure_repetitions_has, figure_holds_draw, 200,
                      VOICE_HOLD_ALT},
    [FIGURE_AMPLITUDE] = {amplitude_has, draw_amplitude, 200,
                          VOICE_AMPLITUDE_ALT},
    [FIGURE_SPECTRUM] = {spectrum_has, draw_spectrum, 200, VOICE_SPECTRUM_ALT},
};

/* Where the words depend on what is in it. */
static enum voice_key alternative(const struct summary *s,
                                  enum session_figure which)
{
    bool turning = which == FIGURE_OVERVIEW && !s->info.has_accel;
    bool means = which == FIGURE_RANGES && figure_repetitions_per_bar(s) > 1;
    bool tremor = which == FIGURE_SPECTRUM && s->tremor.spectrum_is_tremor;
    return turning  ? VOICE_OVERVIEW_TURNING_ALT
           : means  ? VOICE_RANGE_MEAN_ALT
           : tremor ? VOICE_SPECTRUM_TREMOR_ALT
                    : kinds[which].alternative;
}

static bool shows_asked(const struct summary *s, enum session_figure which)
{
    return which == FIGURE_RANGES  ? figure_ranges_asked(s)
           : which == FIGURE_HOLDS ? figure_holds_asked(s)
                                   : false;
}

void figures_add(struct document *document, const struct summary *summary,
                 enum session_figure which)
{
    if (!kinds[which].has(summary)) {
        return;
    }
    char each[VOICE_SHORT];
    char text[VOICE_TEXT];
    char with[VOICE_TEXT];
    voice_count(figure_repetitions_per_bar(summary), each);
    voice_say(&document->voice, alternative(summary, which),
              &(struct voice_parts){{each}}, text);
    voice_say(&document->voice, VOICE_ASKED_ALT, &(struct voice_parts){{text}},
              with);
    double strips =
        which == FIGURE_OVERVIEW ? figure_overview_strips(summary) : 0;
    document_figure(
        document,
        &(struct figure){kinds[which].draw, summary,
                         kinds[which].height + strips * STRIP_HEIGHT},
        shows_asked(summary, which) ? with : text);
}
