/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The details of a report: a section a measure, with its pictures, and to the
 * therapist its table.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/figures.h"
#include "analysis/report_sections.h"
#include "analysis/report_text.h"

enum { SEGMENTS_MAX = 10 };

static bool to_therapist(const struct section *section)
{
    return section->voice->audience == AUDIENCE_THERAPIST;
}

/* The wearer is told at a glance where there is nothing; a section on nothing
 * would be in the way. */
static bool is_left_out(const struct section *section, const char *reason,
                        size_t found)
{
    return !to_therapist(section) && (reason[0] != '\0' || found == 0);
}

static void fact(const struct section *section, enum voice_key term,
                 enum voice_key sentence, const struct voice_parts *parts)
{
    char text[VOICE_TEXT];
    voice_say(section->voice, sentence, parts, text);
    document_fact(section->document, voice_word(section->voice, term), text);
}

static void paragraph(const struct section *section, text_fn *sentence)
{
    char text[VOICE_TEXT];
    sentence(section->summary, section->voice, text);
    document_paragraph(section->document, text);
}

static void figure(const struct section *section, enum session_figure which)
{
    figures_add(section->document, section->summary, which);
}

/* ---- exercise ---- */

static void put_sets(const struct section *section, const struct exercise *e)
{
    static const struct section_column columns[] = {
        {VOICE_FROM_TO, false},    {VOICE_MOVEMENT, false},
        {VOICE_REPETITIONS, true}, {VOICE_RANGE, true},
        {VOICE_HOLD, true},        {VOICE_TEMPO, true},
        {VOICE_CONFIDENCE, true},
    };
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < section_shown(e->set_count); i++) {
        const struct exercise_set *set = &e->set[i];
        section_span(section, set->start_s, set->end_s);
        document_cell(section->document,
                      figures_set_name(section->voice, section->summary, set));
        section_number(section, 0, set->repetitions);
        section_number(section, 0, set->range_deg_median);
        section_number(section, 1, set->hold_s_median);
        section_number(section, 1, set->tempo_s_median);
        section_number(section, 2, set->confidence);
    }
    section_rows(section, e->set_count);
}

void section_exercise(const struct section *section)
{
    const struct exercise *e = &section->summary->exercise;
    if (is_left_out(section, e->reason, e->set_count) ||
        !section_begin(section, VOICE_EXERCISE, e->reason)) {
        return;
    }
    if (e->set_count == 0) {
        section_none(section, VOICE_EXERCISE_NONE);
        return;
    }
    section_paragraph(section, VOICE_EXERCISE_EXPLAINED);
    figure(section, FIGURE_RANGES);
    figure(section, FIGURE_HOLDS);
    if (to_therapist(section)) {
        put_sets(section, e);
    }
}

/* ---- taps ---- */

static void put_series(const struct section *section, const struct taps *t)
{
    static const struct section_column columns[] = {
        {VOICE_FROM_TO, false},   {VOICE_TAPS_HEAD, true},
        {VOICE_RATE, true},       {VOICE_VARIATION, true},
        {VOICE_LAST_THIRD, true}, {VOICE_HESITATIONS, true},
        {VOICE_HALTS, true},      {VOICE_CONFIDENCE, true},
    };
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < section_shown(t->series_count); i++) {
        const struct tap_series *series = &t->series[i];
        char last_third[VOICE_TEXT];
        text_decrement(section->voice, series->amplitude_decrement, last_third);
        section_span(section, series->start_s, series->end_s);
        section_number(section, 0, series->count);
        section_number(section, 2, series->rate_hz);
        section_number(section, 0, 100 * series->interval_cv);
        document_cell(section->document, last_third);
        section_number(section, 0, series->hesitations);
        section_number(section, 0, series->halts);
        section_number(section, 2, series->confidence);
    }
    section_rows(section, t->series_count);
}

void section_taps(const struct section *section)
{
    const struct taps *t = &section->summary->taps;
    if (is_left_out(section, t->reason, t->series_count) ||
        !section_begin(section, VOICE_TAPS, t->reason)) {
        return;
    }
    if (t->series_count == 0) {
        section_none(section, VOICE_TAPS_NONE);
        return;
    }
    section_paragraph(section, VOICE_TAPS_EXPLAINED);
    figure(section, FIGURE_INTERVALS);
    if (to_therapist(section)) {
        put_series(section, t);
    }
}

/* ---- walking ---- */

static void put_bouts(const struct section *section, const struct walking *w)
{
    static const struct section_column columns[] = {
        {VOICE_FROM_TO, false},  {VOICE_STEPS, true},
        {VOICE_CADENCE, true},   {VOICE_SPREAD, true},
        {VOICE_ARM_SWING, true}, {VOICE_CONFIDENCE, true},
    };
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < section_shown(w->bout_count); i++) {
        const struct walk_bout *bout = &w->bout[i];
        section_span(section, bout->start_s, bout->end_s);
        section_number(section, 0, bout->steps);
        section_number(section, 0, bout->cadence_spm);
        section_number(section, 1, bout->cadence_sd_spm);
        section_number(section, 0, bout->arm_swing_deg);
        section_number(section, 2, bout->confidence);
    }
    section_rows(section, w->bout_count);
}

void section_walking(const struct section *section)
{
    const struct walking *w = &section->summary->walking;
    if (is_left_out(section, w->reason, w->bout_count) ||
        !section_begin(section, VOICE_WALKING, w->reason)) {
        return;
    }
    if (w->steps == 0) {
        section_none(section, VOICE_WALKING_NONE);
        return;
    }
    paragraph(section, text_walking_detail);
    figure(section, FIGURE_CADENCE);
    if (to_therapist(section)) {
        put_bouts(section, w);
        document_note(section->document,
                      voice_word(section->voice, VOICE_LIMITS_CADENCE));
    }
}

/* ---- tremor ---- */

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

static void put_segment(const struct section *section,
                        const struct tremor_segment *segment)
{
    section_span(section, segment->start_s, segment->end_s);
    section_number(section, 1, length_s(segment));
    document_cell(section->document,
                  voice_word(section->voice,
                             VOICE_KIND_REST + (enum voice_key)segment->kind));
    section_number(section, 2, segment->frequency_hz);
    section_number(section, 2, segment->rms_dps);
    section_number(section, 2, segment->peak_to_peak_deg);
    section_number(section, 1, segment->peak_to_peak_mm);
    section_number(section, 2, segment->confidence);
}

/* Tremor comes and goes: the short segments, of which there may be many nearly
 * alike, are but counted. */
static void put_segments(const struct section *section, const struct tremor *t)
{
    static const struct section_column columns[] = {
        {VOICE_FROM_TO, false},  {VOICE_LENGTH_S, true},   {VOICE_KIND, false},
        {VOICE_FREQUENCY, true}, {VOICE_RMS, true},        {VOICE_ANGLE, true},
        {VOICE_PATH, true},      {VOICE_CONFIDENCE, true},
    };
    double rest_s = 0;
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < t->segment_count; i++) {
        if (is_long(t, i)) {
            put_segment(section, &t->segment[i]);
        } else {
            rest_s += length_s(&t->segment[i]);
        }
    }
    if (t->segment_count > SEGMENTS_MAX) {
        char shown[VOICE_SHORT];
        char more[VOICE_SHORT];
        char rest[VOICE_SHORT];
        char text[VOICE_TEXT];
        voice_count(SEGMENTS_MAX, shown);
        voice_count(t->segment_count - SEGMENTS_MAX, more);
        voice_duration(section->voice, rest_s, rest);
        voice_say(section->voice, VOICE_LONGEST_ROWS,
                  &(struct voice_parts){{shown, more, rest}}, text);
        document_note(section->document, text);
    }
}

static void put_rest_detector(const struct section *section,
                              const struct rest_detector *r)
{
    char percent[VOICE_SHORT];
    char windows[VOICE_SHORT];
    char why[VOICE_TEXT];
    char text[VOICE_TEXT];
    voice_number(section->voice, 1, r->tremor_percent, percent);
    voice_count(r->rest_windows, windows);
    voice_reason(section->voice, r->reason, why);
    bool unused = r->reason[0] != '\0';
    enum voice_key key = unused                 ? VOICE_DETECTOR_NOT_USED
                         : r->rest_windows == 0 ? VOICE_DETECTOR_NO_REST
                                                : VOICE_DETECTOR;
    voice_say(section->voice, key,
              &(struct voice_parts){{unused ? why : percent, windows}}, text);
    document_note(section->document, text);
}

static void put_tremor_details(const struct section *section,
                               const struct tremor *t)
{
    figure(section, FIGURE_SPECTRUM);
    if (t->segment_count > 0) {
        put_segments(section, t);
        document_note(section->document,
                      voice_word(section->voice, VOICE_TREMOR_BANDS));
    }
    put_rest_detector(section, &t->rest_detector);
}

void section_tremor(const struct section *section)
{
    const struct tremor *t = &section->summary->tremor;
    if (is_left_out(section, t->reason, t->segment_count) ||
        !section_begin(section, VOICE_TREMOR, t->reason)) {
        return;
    }
    if (t->segment_count == 0) {
        section_none(section, VOICE_TREMOR_NONE);
    } else {
        char lever[VOICE_SHORT];
        char text[VOICE_TEXT];
        voice_number(section->voice, 0, 1000 * t->lever_m, lever);
        voice_say(section->voice, VOICE_TREMOR_EXPLAINED,
                  &(struct voice_parts){{lever}}, text);
        document_paragraph(section->document, text);
        figure(section, FIGURE_AMPLITUDE);
    }
    if (to_therapist(section)) {
        put_tremor_details(section, t);
    }
}

/* ---- marks ---- */

/* What a guided session wrote is told as what was done. */
static bool is_mark(const struct recording_event *event)
{
    return strcmp(event->source, PROGRAMME_EVENT_SOURCE) != 0;
}

static const char *source_words(const struct voice *voice,
                                const struct recording_event *event)
{
    static const struct {
        const char *source;
        enum voice_key words;
    } sources[] = {
        {"key", VOICE_SET_BY_KEY},
        {"preset", VOICE_SET_BY_PRESET},
        {"import", VOICE_SET_BY_IMPORT},
        {"clock", VOICE_SET_BY_CLOCK},
    };
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (strcmp(event->source, sources[i].source) == 0) {
            return voice_word(voice, sources[i].words);
        }
    }
    return event->source;
}

void section_events(const struct section *section)
{
    static const struct section_column columns[] = {
        {VOICE_FROM_TO, false}, {VOICE_WHAT, false}, {VOICE_SET_BY, false}};
    const struct summary *s = section->summary;
    size_t marks = 0;
    for (size_t i = 0; i < s->event_count; i++) {
        marks += is_mark(&s->event[i]);
    }
    if (marks == 0) {
        return;
    }
    section_begin(section, VOICE_EVENTS, "");
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    size_t left = section_shown(marks);
    for (size_t i = 0; left > 0; i++) {
        const struct recording_event *event = &s->event[i];
        if (!is_mark(event)) {
            continue;
        }
        left--;
        section_span(section, (double)event->start_ns * 1e-9,
                     (double)event->end_ns * 1e-9);
        document_cell(section->document, event->label);
        document_cell(section->document, source_words(section->voice, event));
    }
    section_rows(section, marks);
}

/* ---- quality ---- */

static void put_source(const struct section *section)
{
    const struct recording_info *info = &section->summary->info;
    const struct voice *voice = section->voice;
    char sensor[256];
    snprintf(sensor, sizeof(sensor), "%s%s%s%s%s%s", info->model,
             info->model[0] && info->serial[0] ? ", " : "", info->serial,
             info->has_gyro ? "" : " (",
             info->has_gyro ? "" : voice_word(voice, VOICE_NO_GYROSCOPE),
             info->has_gyro ? "" : ")");
    document_fact(section->document, voice_word(voice, VOICE_SENSOR), sensor);
    document_fact(section->document, voice_word(voice, VOICE_FILE),
                  section->summary->path);
    document_fact(section->document, voice_word(voice, VOICE_NOTES),
                  info->notes);
}

static void put_samples(const struct section *section)
{
    const struct summary *s = section->summary;
    const struct quality *q = &s->quality;
    char rows[VOICE_SHORT];
    char rate[VOICE_SHORT];
    char lost[VOICE_SHORT];
    char gaps[VOICE_SHORT];
    char clipped[VOICE_SHORT];
    voice_count(s->rows, rows);
    voice_number(section->voice, 2, s->info.rate_measured_hz, rate);
    voice_count(q->lost_samples, lost);
    voice_count(q->gaps, gaps);
    voice_count(q->clipped_samples, clipped);
    fact(section, VOICE_SAMPLES, VOICE_SAMPLES_VALUE,
         &(struct voice_parts){{rows, rate}});
    fact(section, VOICE_LOST, voice_plural(VOICE_LOST_ONE, q->gaps),
         &(struct voice_parts){{lost, gaps}});
    fact(section, VOICE_CLIPPED, VOICE_CLIPPED_VALUE,
         &(struct voice_parts){{clipped}});
}

static void put_calibration(const struct section *section)
{
    const struct quality *q = &section->summary->quality;
    const struct voice *voice = section->voice;
    char error[VOICE_SHORT];
    char after[VOICE_SHORT];
    voice_number(voice, 0, q->calibration_error_mg, error);
    voice_number(voice, 1, q->calibration_error_after_mg, after);
    if (isfinite(q->calibration_error_mg)) {
        fact(section, VOICE_GRAVITY, VOICE_GRAVITY_VALUE,
             &(struct voice_parts){{error}});
    }
    if (q->calibration_reason[0] != '\0') {
        char why[VOICE_TEXT];
        voice_reason(voice, q->calibration_reason, why);
        document_fact(section->document, voice_word(voice, VOICE_CALIBRATION),
                      why);
    } else if (isfinite(q->calibration_error_after_mg)) {
        fact(section, VOICE_CALIBRATION, VOICE_CALIBRATION_VALUE,
             &(struct voice_parts){{after}});
    }
}

/* With its sign. */
static void signed_number(const struct voice *voice, int decimals, double value,
                          char out[VOICE_SHORT])
{
    char number[VOICE_SHORT];
    voice_number(voice, decimals, fabs(value), number);
    snprintf(out, VOICE_SHORT, "%s%.60s", value < 0 ? "\u2212" : "+", number);
}

static void put_gyroscope_and_clock(const struct section *section)
{
    const struct summary *s = section->summary;
    if (isfinite(s->quality.gyro_bias_dps[0])) {
        char bias[3][VOICE_SHORT];
        for (int axis = 0; axis < 3; axis++) {
            signed_number(section->voice, 2, s->quality.gyro_bias_dps[axis],
                          bias[axis]);
        }
        fact(section, VOICE_GYROSCOPE, VOICE_GYROSCOPE_VALUE,
             &(struct voice_parts){{bias[0], bias[1], bias[2]}});
    }
    if (s->clock.probes > 0) {
        char ppm[VOICE_SHORT];
        char probes[VOICE_SHORT];
        signed_number(section->voice, 1, s->clock.ppm, ppm);
        voice_count(s->clock.probes, probes);
        fact(section, VOICE_CLOCK, VOICE_CLOCK_VALUE,
             &(struct voice_parts){{ppm, probes}});
    }
}

void section_quality(const struct section *section)
{
    const struct quality *q = &section->summary->quality;
    section_begin(section, VOICE_QUALITY, q->reason);
    put_samples(section);
    if (isfinite(q->worn_s)) {
        char worn[VOICE_SHORT];
        voice_duration(section->voice, q->worn_s, worn);
        document_fact(section->document, voice_word(section->voice, VOICE_WORN),
                      worn);
    }
    put_calibration(section);
    put_gyroscope_and_clock(section);
    put_source(section);
}

void section_foot(const struct section *section)
{
    const struct recording_info *info = &section->summary->info;
    const struct voice *voice = section->voice;
    char text[VOICE_TEXT];
    document_foot(section->document);
    document_heading(section->document, 2, voice_word(voice, VOICE_LIMITS));
    document_note(section->document, voice_word(voice, VOICE_LIMITS_TEXT));
    const char *from =
        info->uuid[0] != '\0' ? info->uuid : section->summary->path;
    voice_say(voice, VOICE_MADE_BY,
              &(struct voice_parts){{CARPUS_VERSION, from}}, text);
    document_note(section->document, text);
}
