/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reports of a session that is made up, an hour of a guided programme in which
 * some is done, some in part, some not: sample FOLDER writes
 * sample-WHOM-LANGUAGE.html and .pdf, and history-... of six weeks, and says
 * how long the slowest took. What a measure would have found is put into the
 * summary by hand, so that all that a report can show is in it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "analysis/array.h"
#include "analysis/history_document.h"
#include "analysis/report.h"
#include "tests/history_sample.h"

static const double LENGTH_S = 3600;

static struct summary summary;
static struct history history;

static void add_event(double start_s, double end_s, const char *label)
{
    struct recording_event *event =
        array_add(&summary.event, summary.event_count++, sizeof(*event));
    event->start_ns = llround(start_s * 1e9);
    event->end_ns = llround(end_s * 1e9);
    snprintf(event->label, sizeof(event->label), "%s", label);
    snprintf(event->source, sizeof(event->source), PROGRAMME_EVENT_SOURCE);
}

/* ---- what was found ---- */

struct stint {
    const char *id;
    const char *side;
    double start_s;
    double end_s;
    unsigned count; /* taps or repetitions */
    double range_deg;
    double hold_s;
};

static void add_set(const struct stint *p)
{
    struct exercise *e = &summary.exercise;
    double each_s = (p->end_s - p->start_s) / p->count;
    for (unsigned i = 0; i < p->count; i++) {
        struct repetition *r =
            array_add(&e->repetition, e->repetition_count++, sizeof(*r));
        double wave = sin(1.7 * i);
        double at_s = p->start_s + each_s * i;
        *r = (struct repetition){at_s,
                                 at_s + 0.9 * each_s,
                                 fmax(0, p->hold_s * (1 + 0.15 * wave)),
                                 p->range_deg * (1 - 0.02 * i + 0.05 * wave),
                                 each_s - p->hold_s,
                                 0.9F,
                                 (uint32_t)e->set_count};
    }
    struct exercise_set *set = array_add(&e->set, e->set_count++, sizeof(*set));
    *set = (struct exercise_set){"repetition",       p->start_s, p->end_s,
                                 p->count,           p->hold_s,  p->range_deg,
                                 each_s - p->hold_s, 0.9};
}

static void add_taps(const struct stint *p)
{
    struct taps *t = &summary.taps;
    double each_s = (p->end_s - p->start_s) / p->count;
    for (unsigned i = 0; i < p->count; i++) {
        struct tap *tap = array_add(&t->tap, t->tap_count++, sizeof(*tap));
        *tap = (struct tap){p->start_s + each_s * (i + 0.2 * sin(2.3 * i)),
                            0.9F, (uint32_t)t->series_count};
    }
    struct tap_series *series =
        array_add(&t->series, t->series_count++, sizeof(*series));
    *series = (struct tap_series){
        p->start_s, p->end_s, p->count, 1 / each_s, 0.14, 0.22, 2, 1, 21, 0.93};
    t->count += p->count;
}

static void add_walk(double start_s, double end_s)
{
    struct walking *w = &summary.walking;
    uint32_t steps = (uint32_t)(1.85 * (end_s - start_s));
    for (double at_s = start_s; at_s < end_s; at_s += 1) {
        struct cadence_point *point =
            array_add(&w->cadence, w->cadence_count++, sizeof(*point));
        *point = (struct cadence_point){
            at_s, (float)(111 + 14 * sin(at_s / 90) + 3 * sin(at_s * 7))};
    }
    for (uint32_t i = 0; i < steps; i++) {
        struct step *step = array_add(&w->step, w->step_count++, sizeof(*step));
        *step = (struct step){start_s + i / 1.85, 0.95F};
    }
    struct walk_bout *bout =
        array_add(&w->bout, w->bout_count++, sizeof(*bout));
    *bout = (struct walk_bout){start_s, end_s, steps, 111, 6.2, 28, 0.98};
    w->steps += steps;
    w->walking_s += end_s - start_s;
    w->cadence_median_spm = 111;
    w->minutes_over_100_spm = (end_s - start_s) / 75;
}

static void add_tremor(double start_s, double length_s)
{
    struct tremor *t = &summary.tremor;
    struct tremor_segment *segment =
        array_add(&t->segment, t->segment_count++, sizeof(*segment));
    *segment = (struct tremor_segment){
        .start_s = start_s,
        .end_s = start_s + length_s,
        .kind = (enum tremor_kind)(t->segment_count % 3),
        .frequency_hz = 5.3 + 0.2 * sin(start_s),
        .rms_dps = 2.1,
        .peak_to_peak_deg = 0.2 + 0.1 * sin(start_s),
        .peak_to_peak_mm = 1.2,
        .confidence = 0.88,
    };
    t->tremor_s += length_s;
}

static const struct stint stints[] = {
    {"finger-taps", "left", 60, 84, 42, 0, 0},
    {"finger-taps", "right", 95, 130, 24, 0, 0},
    {"thumb-touches", "left", 150, 225, 0, 0, 0},
    {"wrist-flexor-stretch", "left", 240, 270, 0, 0, 0},
    {"nerve-glides", "left", 300, 348, 8, 70, 0.5},
    {"wrist-curls", "left", 400, 460, 12, 45, 1},
    {"biceps-curls", "left", 500, 580, 14, 105, 2},
    {"biceps-curls", "right", 600, 615, 8, 62, 0.1},
    {"triceps-extensions", "left", 700, 730, 6, 88, 0.4},
};

static void find_programme(void)
{
    struct programme *programme = NULL;
    struct error error = {0};
    if (programme_read("hand-neuropathy", &programme, &error) < 0 ||
        adherence_find(&summary, programme, 0) < 0) {
        fprintf(stderr, "sample: %s\n", error.text);
    }
}

static void describe(void)
{
    struct recording_info *info = &summary.info;
    snprintf(info->participant, sizeof(info->participant), "P01");
    snprintf(info->created_utc, sizeof(info->created_utc),
             "2026-11-21T08:05:42.722Z");
    snprintf(info->label, sizeof(info->label), "Session 7");
    snprintf(info->notes, sizeof(info->notes), "Slept badly; hands cold.");
    snprintf(info->model, sizeof(info->model), "carpus wristband");
    snprintf(info->serial, sizeof(info->serial), "E6614C311B");
    snprintf(info->uuid, sizeof(info->uuid),
             "0b8c2c52-6a3e-4d0e-9b8e-0d8a2f8f9a11");
    snprintf(summary.path, sizeof(summary.path), "session7.h5");
    info->placement = PLACEMENT_LEFT_WRIST;
    info->has_accel = true;
    info->has_gyro = true;
    info->rate_measured_hz = 208.11;
    summary.duration_s = LENGTH_S;
    summary.rows = (uint64_t)(LENGTH_S * 208.11);
    summary.quality.worn_s = LENGTH_S;
    summary.quality.calibration_error_mg = 8;
    summary.quality.calibration_error_after_mg = 3.2;
    summary.clock.probes = 14400;
    summary.clock.ppm = -12.4;
}

static void add_trace(void)
{
    struct trace *trace = &summary.trace;
    trace->columns = 1200;
    trace->column_s = LENGTH_S / 1200;
    for (size_t i = 0; i < trace->columns; i++) {
        double at_s = (double)i * trace->column_s;
        bool walks = at_s > 1500 && at_s < 3100;
        float swing = (float)((walks ? 0.6 : 0.12) * (1.2 + sin(3.1 * at_s)));
        trace->accel_low_g[i] = 1 - swing / 2;
        trace->accel_high_g[i] = 1 + swing;
    }
}

static void make_session(void)
{
    summary_init(&summary);
    describe();
    add_trace();
    add_event(0, 0, "programme name=hand-neuropathy week=2");
    add_event(5, 5, "symptom name=pain when=before value=4");
    add_event(6, 6, "symptom name=numbness when=before value=6");
    for (size_t i = 0; i < sizeof(stints) / sizeof(stints[0]); i++) {
        const struct stint *p = &stints[i];
        char label[64];
        snprintf(label, sizeof(label), "exercise id=%s side=%s set=1", p->id,
                 p->side);
        add_event(p->start_s - 2, p->end_s + 2, label);
        if (strcmp(p->id, "finger-taps") == 0) {
            add_taps(p);
        } else if (p->count > 0) {
            add_set(p);
        }
    }
    add_event(800, 800, "skipped id=shoulder-presses side=both");
    add_event(1495, 3105, "exercise id=walking side=none set=1");
    add_walk(1500, 3100);
    add_event(3300, 3300, "hand id=heat minutes=10");
    add_event(3500, 3500, "word id=calf-raises side=none repetitions=12");
    add_event(3550, 3550, "symptom name=pain when=after value=3");
    add_event(3560, 3560, "symptom name=numbness when=after value=6");
    for (int i = 0; i < 14; i++) {
        add_tremor(620 + 47 * i, 3 + 2 * (i % 4));
    }
    summary.tremor.analysed_s = 1900;
    summary.tremor.lever_m = 0.35;
    summary.tremor.spectrum_is_gyro = true;
    summary.tremor.spectrum_is_tremor = true;
    summary.tremor.spectrum_step_hz = 0.25;
    for (int i = 0; i < TREMOR_BINS; i++) {
        summary.tremor.spectrum[i] =
            2 * exp(-2 * pow(0.25 * i - 5.3, 2)) + 0.3 / (1 + i);
    }
    summary.tremor.rest_detector.rest_windows = 31;
    summary.tremor.rest_detector.tremor_percent = 22.6;
    find_programme();
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef void make_fn(struct document *document, const struct voice *voice);

static void make_report(struct document *document, const struct voice *voice)
{
    report_document(document, &summary, voice);
}

static void make_history(struct document *document, const struct voice *voice)
{
    history_document(document, &history, voice);
}

/* Seconds it took, or -1. */
static double write_one(const char *folder, const char *name, make_fn *make,
                        const struct report_options *options)
{
    char path[512];
    struct error error = {0};
    struct document document;
    snprintf(path, sizeof(path), "%s/%s-%s-%s.%s", folder, name,
             audience_names[options->voice.audience],
             language_codes[options->voice.language],
             report_format_names[options->format]);
    double begin_s = now_s();
    make(&document, &options->voice);
    int err = report_put(&document, options, path, &error);
    document_free(&document);
    if (err < 0) {
        fprintf(stderr, "sample: %s\n", error.text);
        return -1;
    }
    return now_s() - begin_s;
}

/* All voices, languages and formats; seconds of the slowest, or -1. */
static double write_all(const char *folder, const char *name, make_fn *make)
{
    double slowest_s = 0;
    for (int i = 0; i < AUDIENCES * LANGUAGES * REPORT_FORMATS; i++) {
        struct report_options options = {
            .voice = {.language = (enum language)(i % LANGUAGES),
                      .audience = (enum audience)(i / LANGUAGES % AUDIENCES)},
            .format = (enum report_format)(i / LANGUAGES / AUDIENCES),
        };
        double took_s = write_one(folder, name, make, &options);
        if (took_s < 0) {
            return -1;
        }
        slowest_s = fmax(slowest_s, took_s);
    }
    return slowest_s;
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    struct error error = {0};
    make_session();
    double session_s = write_all(folder, "sample", make_report);
    summary_free(&summary);
    if (history_sample(&history, &error) < 0) {
        fprintf(stderr, "sample: %s\n", error.text);
        return 1;
    }
    double history_s = write_all(folder, "history", make_history);
    history_free(&history);
    if (session_s < 0 || history_s < 0) {
        return 1;
    }
    printf("%.3f\n", fmax(session_s, history_s));
    return 0;
}
