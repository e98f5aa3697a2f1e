/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/output.h"
#include "analysis/figures.h"
#include "analysis/html.h"
#include "analysis/report_text.h"

/* Rows of a table that are shown; the rest is in the JSON. */
enum { ROWS_MAX = 25, SEGMENTS_MAX = 10 };

static const char style[] =
    "body{font:16px/1.5 'DejaVu Sans',Verdana,sans-serif;color:#222;"
    "background:#fff;max-width:50em;margin:0 auto;padding:1em}"
    "h1{font-size:1.6em;margin:.2em 0}"
    "h2{font-size:1.2em;margin:1.6em 0 .4em;border-bottom:2px solid #0072b2}"
    "p{margin:.5em 0}.line{font-size:1.05em}.small{font-size:.85em;color:#444}"
    "table{border-collapse:collapse;width:100%;margin:.6em 0;font-size:.9em}"
    "th,td{text-align:left;padding:.25em .6em .25em 0;vertical-align:top;"
    "border-bottom:1px solid #ddd}"
    "td.n,th.n{text-align:right}td:first-child{white-space:nowrap}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1.2em;"
    "margin:.5em 0}dt{color:#444}dd{margin:0;overflow-wrap:anywhere}"
    "img{width:100%;height:auto;margin:.4em 0}"
    /* A picture's letters must not shrink with a small screen. */
    ".wide{overflow-x:auto}.wide img{min-width:40em}"
    "@media print{body{font-size:10.5pt;max-width:none;padding:0}"
    ".wide img{min-width:0}"
    "h2,h2+p{break-after:avoid}img,tr,dl{break-inside:avoid}}";

/* ---- pieces ---- */

static void fact(struct html *html, const char *term, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fact(struct html *html, const char *term, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (text[0] != '\0') {
        html_element(html, "dt", "%s", term);
        html_element(html, "dd", "%s", text);
    }
}

static void line(struct html *html, const char *text)
{
    html_open(html, "p", "line");
    html_text(html, "%s", text);
    html_close(html);
}

static void reason(struct html *html, const char *text)
{
    html_element(html, "p", "Not measured: %s.", text);
}

typedef char *figure_fn(const struct summary *summary, size_t *size);

static void figure(struct html *html, const struct summary *summary,
                   figure_fn *draw, const char *alternative)
{
    size_t size;
    char *svg = draw(summary, &size);
    if (svg != NULL) {
        html_open(html, "div", "wide");
        html_svg(html, svg, size, alternative);
        html_close(html);
        free(svg);
    } else if (size != 0) {
        html->failed = true;
    }
}

/* Heads are given with a leading '#' where the column holds numbers. */
static void table_open(struct html *html, const char *const *heads, size_t n)
{
    html_open(html, "div", "wide");
    html_open(html, "table", NULL);
    html_open(html, "thead", NULL);
    html_open(html, "tr", NULL);
    for (size_t i = 0; i < n; i++) {
        bool number = heads[i][0] == '#';
        html_open(html, "th", number ? "n" : NULL);
        html_attribute(html, "scope", "col");
        html_text(html, "%s", heads[i] + number);
        html_close(html);
    }
    html_close(html);
    html_close(html);
    html_open(html, "tbody", NULL);
}

static void table_end(struct html *html)
{
    html_close(html);
    html_close(html);
    html_close(html);
}

static void table_close(struct html *html, size_t rows)
{
    table_end(html);
    if (rows > ROWS_MAX) {
        html_open(html, "p", "small");
        html_text(html, "The first %d of %zu are shown; all are in the JSON.",
                  ROWS_MAX, rows);
        html_close(html);
    }
}

static void cell_text(struct html *html, const char *text)
{
    html_open(html, "td", "n");
    html_text(html, "%s", text);
    html_close(html);
}

/* A number, or a dash where it was not measured. */
static void cell(struct html *html, const char *format, double value)
    __attribute__((format(printf, 2, 0)));

static void cell(struct html *html, const char *format, double value)
{
    char text[64];
    snprintf(text, sizeof(text), format, value);
    cell_text(html, isfinite(value) ? text : "\u2013");
}

static void cell_span(struct html *html, double start_s, double end_s)
{
    char from[32];
    char to[32];
    text_clock(start_s, from);
    text_clock(end_s, to);
    html_element(html, "td", "%s \u2013 %s", from, to);
}

static size_t shown(size_t rows)
{
    return rows < ROWS_MAX ? rows : ROWS_MAX;
}

/* ---- sections ---- */

static void put_head(struct html *html, const struct summary *s)
{
    const struct recording_info *info = &s->info;
    char duration[32];
    char recorded[TEXT_DATE];
    text_duration(s->duration_s, duration);
    text_date(info->created_utc, recorded);
    html_element(html, "h1", "Session report");
    html_open(html, "dl", NULL);
    fact(html, "Participant", "%s",
         info->participant[0] ? info->participant : "no code given");
    fact(html, "Recorded", "%s", recorded);
    fact(html, "Length", "%s", duration);
    fact(html, "Worn on", "%s", text_placement(info->placement));
    fact(html, "Session", "%s", info->label);
    fact(html, "Sensor", "%s%s%s%s", info->model,
         info->model[0] && info->serial[0] ? ", " : "", info->serial,
         info->has_gyro ? "" : " (no gyroscope)");
    fact(html, "File", "%s", s->path);
    fact(html, "Notes", "%s", info->notes);
    html_close(html);
}

static void put_glance(struct html *html, const struct summary *s)
{
    char text[TEXT_LINE];
    html_element(html, "h2", "At a glance");
    for (size_t i = 0; i < TEXT_GLANCE; i++) {
        text_glance[i](s, text);
        line(html, text);
    }
    figure(html, s, figure_overview,
           "Acceleration over the session, with strips that mark walking, "
           "taps, exercise, tremor, when the band was not worn and what was "
           "marked while recording");
}

static void put_quality(struct html *html, const struct summary *s)
{
    const struct quality *q = &s->quality;
    char worn[32];
    text_duration(q->worn_s, worn);
    html_element(html, "h2", "Quality of the data");
    if (q->reason[0] != '\0') {
        reason(html, q->reason);
    }
    html_open(html, "dl", NULL);
    fact(html, "Samples", "%llu at %.2f Hz", (unsigned long long)s->rows,
         s->info.rate_measured_hz);
    fact(html, "Lost", "%llu samples in %zu gaps",
         (unsigned long long)q->lost_samples, q->gaps);
    fact(html, "Beyond the range", "%llu samples",
         (unsigned long long)q->clipped_samples);
    if (isfinite(q->worn_s)) {
        fact(html, "Worn", "%s", worn);
    }
    if (isfinite(q->calibration_error_mg)) {
        fact(html, "Gravity error", "%.0f mg at rest (0 is perfect)",
             q->calibration_error_mg);
    }
    if (q->calibration_reason[0] != '\0') {
        fact(html, "Calibration", "%s", q->calibration_reason);
    } else {
        fact(html, "Calibration", "a fit leaves %.1f mg; it is not applied",
             q->calibration_error_after_mg);
    }
    if (isfinite(q->gyro_bias_dps[0])) {
        fact(html, "Gyroscope at rest", "%+.2f, %+.2f, %+.2f deg/s",
             q->gyro_bias_dps[0], q->gyro_bias_dps[1], q->gyro_bias_dps[2]);
    }
    if (s->clock.probes > 0) {
        fact(html, "Clock", "%+.1f ppm against the computer, %zu probes",
             s->clock.ppm, s->clock.probes);
    }
    html_close(html);
}

static void put_walking(struct html *html, const struct summary *s)
{
    static const char *const heads[] = {"From \u2013 to",       "#Steps",
                                        "#Cadence (steps/min)", "#Spread",
                                        "#Arm swing (\u00b0)",  "#Confidence"};
    const struct walking *w = &s->walking;
    html_element(html, "h2", "Walking");
    if (w->reason[0] != '\0') {
        reason(html, w->reason);
        return;
    }
    char text[TEXT_LINE];
    text_walking_detail(s, text);
    html_element(html, "p", "%s", text);
    figure(html, s, figure_cadence,
           "Cadence over time; 100 steps a minute is moderate walking, 130 "
           "vigorous");
    if (w->bout_count == 0) {
        return;
    }
    table_open(html, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < shown(w->bout_count); i++) {
        const struct walk_bout *bout = &w->bout[i];
        html_open(html, "tr", NULL);
        cell_span(html, bout->start_s, bout->end_s);
        cell(html, "%.0f", bout->steps);
        cell(html, "%.0f", bout->cadence_spm);
        cell(html, "%.1f", bout->cadence_sd_spm);
        cell(html, "%.0f", bout->arm_swing_deg);
        cell(html, "%.2f", bout->confidence);
        html_close(html);
    }
    table_close(html, w->bout_count);
}

static void put_taps(struct html *html, const struct summary *s)
{
    static const char *const heads[] = {
        "From \u2013 to", "#Taps",        "#Rate (1/s)", "#Variation (%)",
        "#Last third",    "#Hesitations", "#Halts",      "#Confidence"};
    const struct taps *t = &s->taps;
    html_element(html, "h2", "Finger taps");
    if (t->reason[0] != '\0') {
        reason(html, t->reason);
        return;
    }
    if (t->series_count == 0) {
        html_element(html, "p", "No series of taps was found.");
        return;
    }
    html_element(html, "p",
                 "Variation is the spread of the time between taps; the last "
                 "third of the taps is compared in strength with the first.");
    figure(html, s, figure_intervals, "Time between taps over the session");
    table_open(html, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < shown(t->series_count); i++) {
        const struct tap_series *series = &t->series[i];
        html_open(html, "tr", NULL);
        cell_span(html, series->start_s, series->end_s);
        cell(html, "%.0f", series->count);
        cell(html, "%.2f", series->rate_hz);
        cell(html, "%.0f", 100 * series->interval_cv);
        char last_third[32];
        text_decrement(series->amplitude_decrement, last_third);
        cell_text(html, last_third);
        cell(html, "%.0f", series->hesitations);
        cell(html, "%.0f", series->halts);
        cell(html, "%.2f", series->confidence);
        html_close(html);
    }
    table_close(html, t->series_count);
}

static void put_exercise(struct html *html, const struct summary *s)
{
    static const char *const heads[] = {"From \u2013 to",  "#Repetitions",
                                        "#Range (\u00b0)", "#Hold (s)",
                                        "#Tempo (s)",      "#Confidence"};
    const struct exercise *e = &s->exercise;
    html_element(html, "h2", "Exercise");
    if (e->reason[0] != '\0') {
        reason(html, e->reason);
        return;
    }
    if (e->set_count == 0) {
        html_element(html, "p", "No repeated slow movement was found.");
        return;
    }
    html_element(html, "p",
                 "Sets of a slow movement made again and again, found without "
                 "being told which it was. Values are medians of a set; tempo "
                 "is the time of moving there and back, without the hold.");
    figure(html, s, figure_repetitions, "Range of motion of each repetition");
    table_open(html, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < shown(e->set_count); i++) {
        const struct exercise_set *set = &e->set[i];
        html_open(html, "tr", NULL);
        cell_span(html, set->start_s, set->end_s);
        cell(html, "%.0f", set->repetitions);
        cell(html, "%.0f", set->range_deg_median);
        cell(html, "%.1f", set->hold_s_median);
        cell(html, "%.1f", set->tempo_s_median);
        cell(html, "%.2f", set->confidence);
        html_close(html);
    }
    table_close(html, e->set_count);
}

static double length_s(const struct tremor_segment *segment)
{
    return segment->end_s - segment->start_s;
}

/* True if fewer than SEGMENTS_MAX segments go before it by length; of the same
 * length the earlier does. */
static bool is_long(const struct tremor *t, size_t index)
{
    double own_s = length_s(&t->segment[index]);
    size_t before = 0;
    for (size_t i = 0; i < t->segment_count && before < SEGMENTS_MAX; i++) {
        double other_s = length_s(&t->segment[i]);
        before += other_s > own_s || (i < index && !(other_s < own_s));
    }
    return before < SEGMENTS_MAX;
}

static void put_segment(struct html *html, const struct tremor_segment *segment)
{
    html_open(html, "tr", NULL);
    cell_span(html, segment->start_s, segment->end_s);
    cell(html, "%.1f", length_s(segment));
    html_element(html, "td", "%s", tremor_kind_name(segment->kind));
    cell(html, "%.2f", segment->frequency_hz);
    cell(html, "%.2f", segment->rms_dps);
    cell(html, "%.2f", segment->peak_to_peak_deg);
    cell(html, "%.1f", segment->peak_to_peak_mm);
    cell(html, "%.2f", segment->confidence);
    html_close(html);
}

/* Tremor comes and goes: the short segments, of which there may be many nearly
 * alike, are but counted. */
static void put_segments(struct html *html, const struct tremor *t)
{
    static const char *const heads[] = {
        "From \u2013 to",  "#Length (s)",     "Kind",       "#Frequency (Hz)",
        "#rms (\u00b0/s)", "#Angle (\u00b0)", "#Path (mm)", "#Confidence"};
    table_open(html, heads, sizeof(heads) / sizeof(heads[0]));
    double rest_s = 0;
    for (size_t i = 0; i < t->segment_count; i++) {
        if (is_long(t, i)) {
            put_segment(html, &t->segment[i]);
        } else {
            rest_s += length_s(&t->segment[i]);
        }
    }
    table_end(html);
    if (t->segment_count > SEGMENTS_MAX) {
        char rest[32];
        text_duration(rest_s, rest);
        html_open(html, "p", "small");
        html_text(html,
                  "The %d longest are shown; %zu more, %s in all, are in the "
                  "JSON.",
                  SEGMENTS_MAX, t->segment_count - SEGMENTS_MAX, rest);
        html_close(html);
    }
}

static void put_rest_detector(struct html *html, const struct rest_detector *r)
{
    html_open(html, "p", "small");
    if (r->reason[0] != '\0') {
        html_text(html, "Published rest-tremor detector: not used, %s.",
                  r->reason);
    } else if (r->rest_windows == 0) {
        html_text(html, "Published rest-tremor detector: the arm was in no 4-s "
                        "window at rest.");
    } else {
        html_text(
            html,
            "Published rest-tremor detector (ParaDigMa, Timmermans 2025): "
            "tremor in %.1f %% of %u four-second windows at rest.",
            r->tremor_percent, r->rest_windows);
    }
    html_close(html);
}

static void put_tremor(struct html *html, const struct summary *s)
{
    const struct tremor *t = &s->tremor;
    html_element(html, "h2", "Tremor");
    if (t->reason[0] != '\0') {
        reason(html, t->reason);
        return;
    }
    if (t->segment_count == 0) {
        html_element(html, "p", "No tremor was found.");
    } else {
        html_element(html, "p",
                     "Angle and path are peak to peak; path is that of a point "
                     "%.0f mm from the joint that turns.",
                     1000 * t->lever_m);
    }
    figure(html, s, figure_spectrum,
           t->spectrum_is_tremor
               ? "Mean spectrum while there was tremor; the band of tremor is "
                 "shaded"
               : "Mean spectrum of the session; the band of tremor is shaded");
    if (t->segment_count > 0) {
        put_segments(html, t);
    }
    put_rest_detector(html, &t->rest_detector);
}

static void put_events(struct html *html, const struct summary *s)
{
    static const char *const heads[] = {"From \u2013 to", "What", "Set by"};
    if (s->event_count == 0) {
        return;
    }
    html_element(html, "h2", "Marked while recording");
    table_open(html, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < shown(s->event_count); i++) {
        const struct recording_event *event = &s->event[i];
        html_open(html, "tr", NULL);
        cell_span(html, (double)event->start_ns * 1e-9,
                  (double)event->end_ns * 1e-9);
        html_element(html, "td", "%s", event->label);
        html_element(html, "td", "%s", event->source);
        html_close(html);
    }
    table_close(html, s->event_count);
}

static void put_foot(struct html *html, const struct summary *s)
{
    html_element(html, "h2", "What this can and cannot tell");
    html_open(html, "p", "small");
    html_text(html,
              "carpus is not a medical device and makes no diagnosis. It sees "
              "how the wrist moves, not the fingers: taps are found by the "
              "small shocks they send to the wrist. Confidence runs from 0 to "
              "1. Moderate and vigorous walking, 100 and 130 steps a minute, "
              "are from CADENCE-Adults (Tudor-Locke and others, 2019 to "
              "2021).");
    html_close(html);
    html_open(html, "p", "small");
    html_text(html, "Made by carpus %s from recording %s.", CARPUS_VERSION,
              s->info.uuid[0] ? s->info.uuid : s->path);
    html_close(html);
}

typedef void section_fn(struct html *html, const struct summary *summary);

static section_fn *const sections[] = {
    put_head,   put_glance, put_walking, put_taps, put_exercise,
    put_tremor, put_events, put_quality, put_foot,
};

static int write_page(const char *page, const char *path, struct error *error)
{
    struct output output;
    int err = output_open(&output, path, error);
    if (err < 0) {
        return err;
    }
    fputs(page, output.file);
    return output_commit(&output, error);
}

int report_write(const struct summary *summary, const char *path,
                 struct error *error)
{
    struct html html;
    char title[96];
    snprintf(title, sizeof(title), "Session report %s",
             summary->info.participant);
    if (html_begin(&html, title, style) < 0) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    html_open(&html, "main", NULL);
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        sections[i](&html, summary);
    }
    html_close(&html);
    const char *page = html_finish(&html);
    int err = page != NULL ? write_page(page, path, error)
                           : error_set(error, ERR_NO_MEMORY, "out of memory");
    html_free(&html);
    return err;
}
