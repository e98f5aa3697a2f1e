/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "analysis/arbitrate.h"
#include "analysis/array.h"
#include "analysis/summary_json.h"

static struct summary summary;

static int begin(void **state)
{
    (void)state;
    summary_init(&summary);
    return 0;
}

static int end(void **state)
{
    (void)state;
    summary_free(&summary);
    return 0;
}

static void add_bout(double start_s, double end_s)
{
    struct walking *w = &summary.walking;
    struct walk_bout *bout =
        array_add(&w->bout, w->bout_count++, sizeof(*bout));
    *bout = (struct walk_bout){start_s, end_s, 40, 110, 2, NAN, 0.9};
    w->steps += 40;
}

/* 40 steps to each bout, 80 a minute. */
static void add_steps(void)
{
    struct walking *w = &summary.walking;
    for (size_t i = 0; i < w->bout_count; i++) {
        for (int k = 0; k < 40; k++) {
            struct step *step =
                array_add(&w->step, w->step_count++, sizeof(*step));
            *step = (struct step){w->bout[i].start_s + 0.75 * k, 0.9F};
        }
        w->bout[i].steps = 40;
        w->bout[i].cadence_spm = 80;
    }
}

static void add_tremor(double start_s, double end_s)
{
    struct tremor *t = &summary.tremor;
    struct tremor_segment *segment =
        array_add(&t->segment, t->segment_count++, sizeof(*segment));
    segment->start_s = start_s;
    segment->end_s = end_s;
    segment->frequency_hz = 5;
    t->tremor_s += end_s - start_s;
}

static void add_series(double start_s, double end_s, uint32_t count)
{
    struct taps *t = &summary.taps;
    uint32_t index = (uint32_t)t->series_count;
    struct tap_series *series =
        array_add(&t->series, t->series_count++, sizeof(*series));
    *series = (struct tap_series){
        .start_s = start_s, .end_s = end_s, .count = count, .rate_hz = 3};
    for (uint32_t i = 0; i < count; i++) {
        struct tap *tap = array_add(&t->tap, t->tap_count++, sizeof(*tap));
        *tap = (struct tap){start_s + 0.3 * i, 0.9F, index};
    }
    t->count += count;
}

static void add_set(double start_s, double end_s)
{
    struct exercise *e = &summary.exercise;
    uint32_t index = (uint32_t)e->set_count;
    struct exercise_set *set = array_add(&e->set, e->set_count++, sizeof(*set));
    *set =
        (struct exercise_set){"repetition", start_s, end_s, 1, 5, 90, 4, 0.8};
    struct repetition *r =
        array_add(&e->repetition, e->repetition_count++, sizeof(*r));
    *r = (struct repetition){start_s, end_s, 5, 90, 4, 0.8F, index};
}

static void add_nonwear(double start_s, double end_s)
{
    struct quality *q = &summary.quality;
    struct span *span =
        array_add(&q->nonwear, q->nonwear_count++, sizeof(*span));
    *span = (struct span){start_s, end_s};
    q->worn_s = 1000 - (end_s - start_s);
}

static void walking_explains_what_lies_in_it_and_nothing_else(void **state)
{
    (void)state;
    add_bout(100, 200);
    add_tremor(10, 20);
    add_tremor(110, 120);
    add_series(120, 130, 5);
    add_series(300, 310, 7);
    add_set(150, 190);
    add_set(195, 260);
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.tremor.segment_count, 1);
    assert_true(summary.tremor.tremor_s == 10);
    assert_int_equal(summary.taps.series_count, 1);
    assert_int_equal(summary.taps.count, 7);
    assert_int_equal(summary.taps.tap_count, 7);
    assert_int_equal(summary.taps.tap[6].series, 0);
    assert_int_equal(summary.exercise.set_count, 1);
    assert_int_equal(summary.exercise.repetition_count, 1);
    assert_true(summary.exercise.repetition[0].start_s == 195);
    assert_int_equal(summary.exercise.repetition[0].set, 0);
}

static void tremor_that_is_sure_stays_in_what_looks_like_walking(void **state)
{
    (void)state;
    add_bout(100, 200);
    add_tremor(110, 120);
    add_tremor(130, 140);
    for (size_t i = 0; i < 2; i++) {
        summary.tremor.segment[i].kind = TREMOR_KINETIC;
        summary.tremor.segment[i].rms_dps = 30;
    }
    summary.tremor.segment[1].confidence = 0.95;
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.tremor.segment_count, 1);
    assert_true(summary.tremor.segment[0].start_s == 130);
}

static void onsets_in_tremor_are_no_taps(void **state)
{
    (void)state;
    add_tremor(10, 20);
    add_series(11, 19, 30);
    add_series(25, 35, 7);
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.tremor.segment_count, 1);
    assert_int_equal(summary.taps.series_count, 1);
    assert_int_equal(summary.taps.count, 7);
}

static void nothing_happens_on_a_band_that_is_not_worn(void **state)
{
    (void)state;
    add_nonwear(0, 50);
    add_bout(20, 30);
    add_series(10, 20, 4);
    add_tremor(30, 40);
    add_set(41, 49);
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.taps.count, 0);
    assert_int_equal(summary.tremor.segment_count, 0);
    assert_int_equal(summary.exercise.set_count, 0);
    assert_int_equal(summary.walking.bout_count, 0);
}

static void faint_taps_of_a_still_hand_are_not_measurable(void **state)
{
    (void)state;
    add_nonwear(0, 50);
    add_series(10, 20, 4);
    add_series(30, 40, 4);
    summary.taps.series[0].snr_db = 8.2;
    summary.taps.series[1].snr_db = 6;
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.taps.count, 0);
    assert_non_null(strstr(summary.taps.reason, "signal-to-noise 8 dB"));
}

static void taps_that_are_left_need_no_reason(void **state)
{
    (void)state;
    add_nonwear(0, 50);
    add_series(10, 20, 4);
    add_series(60, 70, 4);
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.taps.count, 4);
    assert_string_equal(summary.taps.reason, "");
}

static void stretch_held_still_is_worn(void **state)
{
    (void)state;
    add_nonwear(30, 55);
    add_set(10, 100);
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.quality.nonwear_count, 0);
    assert_true(summary.quality.worn_s == 1000);
    assert_int_equal(summary.exercise.set_count, 1);
}

static void what_trembles_is_no_bag(void **state)
{
    (void)state;
    struct quality *q = &summary.quality;
    for (int i = 0; i < 2; i++) {
        struct span *span =
            array_add(&q->wear_unknown, q->wear_unknown_count++, sizeof(*span));
        *span = (struct span){1000.0 * i, 1000.0 * i + 400};
    }
    q->worn_s = 100;
    add_tremor(50, 390);
    summary.tremor.segment[0].confidence = 0.95;
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(q->wear_unknown_count, 1);
    assert_true(q->wear_unknown[0].start_s == 1000);
    assert_true(q->worn_s == 500);
}

/* Steps at which a walking wrist would not turn up and down. */
static void exercise_and_walking_are_told_apart_by_the_stride(void **state)
{
    (void)state;
    add_bout(100, 130);
    add_bout(200, 230);
    add_bout(300, 330);
    add_steps();
    add_set(100, 130);
    add_set(200, 230);
    add_set(300, 330);
    summary.exercise.set[0].repetitions = 20; /* two steps in each */
    summary.exercise.set[0].range_deg_median = 35;
    summary.exercise.set[1].repetitions = 10;
    summary.exercise.set[1].range_deg_median = 35;
    summary.exercise.set[2].repetitions = 20; /* too far for a swing */
    summary.exercise.set[2].range_deg_median = 60;
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.exercise.set_count, 2);
    assert_true(summary.exercise.set[0].start_s == 200);
    assert_true(summary.exercise.set[1].start_s == 300);
    assert_int_equal(summary.walking.bout_count, 1);
    assert_true(summary.walking.bout[0].start_s == 100);
    assert_int_equal(summary.walking.steps, 40);
    assert_int_equal(summary.walking.step_count, 40);
    assert_true(summary.walking.walking_s == 30);
}

static void walks_over_and_over_are_no_exercise(void **state)
{
    (void)state;
    add_bout(105, 130);
    add_bout(140, 165);
    summary.walking.bout[0].cadence_spm = 90;
    summary.walking.bout[1].cadence_spm = 90;
    add_set(100, 170);
    summary.exercise.set[0].repetitions = 2; /* 52 steps in each */
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.walking.bout_count, 2);
    assert_int_equal(summary.exercise.set_count, 0);
}

static void strong_taps_are_no_steps_but_steps_may_strike(void **state)
{
    (void)state;
    add_bout(100, 130);
    add_bout(200, 230);
    add_steps();
    add_series(100, 130, 8);
    add_series(200, 230, 60);
    summary.taps.series[0].confidence = 0.99;
    summary.taps.series[1].confidence = 0.93;
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.taps.series_count, 1);
    assert_true(summary.taps.series[0].start_s == 100);
    assert_int_equal(summary.walking.bout_count, 1);
    assert_true(summary.walking.bout[0].start_s == 200);
}

static void steps_in_a_quiet_tremor_are_its_own(void **state)
{
    (void)state;
    add_bout(20, 30);
    add_tremor(10, 40);
    struct tremor_segment *segment = &summary.tremor.segment[0];
    segment->confidence = 0.95;
    segment->rms_dps = 10;
    assert_int_equal(arbitrate(&summary), 0);
    assert_int_equal(summary.walking.bout_count, 0);
    assert_int_equal(summary.tremor.segment_count, 1);
}

static json_t *written(bool compact)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    assert_int_equal(summary_json_write(&summary, compact, file, NULL), 0);
    fclose(file);
    assert_int_equal(strchr(text, '\n') == text + size - 1, compact);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    free(text);
    return root;
}

static json_t *at(json_t *root, const char *group, const char *key)
{
    json_t *value = json_object_get(json_object_get(root, group), key);
    assert_non_null(value);
    return value;
}

static void json_has_every_key_that_others_rely_on(void **state)
{
    (void)state;
    static const char *const keys[][2] = {
        {"recording", "file"},
        {"recording", "uuid"},
        {"recording", "duration_s"},
        {"recording", "sample_rate_hz"},
        {"recording", "placement"},
        {"quality", "gaps"},
        {"quality", "lost_samples"},
        {"quality", "clipped_samples"},
        {"quality", "calibration_error_mg"},
        {"quality", "worn_s"},
        {"walking", "steps"},
        {"walking", "walking_s"},
        {"walking", "cadence_median_spm"},
        {"walking", "minutes_over_100_spm"},
        {"walking", "minutes_over_130_spm"},
        {"walking", "bouts"},
        {"walking", "minutes"},
        {"tremor", "analysed_s"},
        {"tremor", "tremor_s"},
        {"tremor", "segments"},
        {"tremor", "rest_detector"},
        {"taps", "count"},
        {"taps", "series"},
        {"exercise", "sets"},
        {"exercise", "repetitions"},
    };
    add_bout(0, 10);
    json_t *root = written(false);
    assert_string_equal(json_string_value(json_object_get(root, "format")),
                        "carpus-summary");
    assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        at(root, keys[i][0], keys[i][1]);
    }
    assert_int_equal(json_integer_value(at(root, "walking", "steps")), 40);
    json_t *bout = json_array_get(at(root, "walking", "bouts"), 0);
    assert_true(json_is_null(json_object_get(bout, "arm_swing_deg")));
    json_decref(root);
}

/* What a doctor asks for is said of each, not only of the middle of all. */
static void json_has_each_repetition(void **state)
{
    (void)state;
    add_set(2, 30);
    add_set(40, 60);
    summary.exercise.repetition[1].hold_s = NAN;
    json_t *root = written(true);
    json_t *list = at(root, "exercise", "repetitions");
    assert_int_equal(json_array_size(list), 2);
    static const struct {
        const char *key;
        double value;
    } known[] = {{"set", 0},    {"start_s", 2},    {"end_s", 30},
                 {"hold_s", 5}, {"range_deg", 90}, {"tempo_s", 4}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        json_t *value = json_object_get(json_array_get(list, 0), known[i].key);
        assert_true(json_number_value(value) == known[i].value);
    }
    json_t *second = json_array_get(list, 1);
    assert_int_equal(json_integer_value(json_object_get(second, "set")), 1);
    assert_true(json_is_null(json_object_get(second, "hold_s")));
    json_decref(root);
}

static void json_has_amplitudes_as_rms_and_peak_to_peak(void **state)
{
    (void)state;
    static const char *const units[] = {"dps", "deg", "mm"};
    add_tremor(10, 20);
    struct tremor_segment *segment = &summary.tremor.segment[0];
    segment->rms_dps = 10;
    segment->peak_to_peak_deg = 0.9;
    segment->peak_to_peak_mm = 5.5;
    json_t *root = written(true);
    json_t *o = json_array_get(at(root, "tremor", "segments"), 0);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        char rms[16];
        char all[32];
        snprintf(rms, sizeof(rms), "rms_%s", units[i]);
        snprintf(all, sizeof(all), "peak_to_peak_%s", units[i]);
        double ratio = json_number_value(json_object_get(o, all)) /
                       json_number_value(json_object_get(o, rms));
        assert_true(fabs(ratio - 2.8284271) < 1e-6); /* of a sine */
    }
    json_decref(root);
}

static void not_measured_is_null_with_a_reason_never_zero(void **state)
{
    (void)state;
    strcpy(summary.walking.reason, "sampled too slowly");
    strcpy(summary.tremor.reason, "sampled too slowly");
    strcpy(summary.taps.reason, "signal-to-noise 2 dB");
    json_t *root = written(true);
    assert_true(json_is_null(at(root, "walking", "steps")));
    assert_true(json_is_null(at(root, "tremor", "tremor_s")));
    assert_true(json_is_null(at(root, "taps", "count")));
    assert_string_equal(json_string_value(at(root, "taps", "reason")),
                        "signal-to-noise 2 dB");
    assert_true(json_is_null(at(root, "quality", "calibration_error_mg")));
    json_decref(root);
}

static void text_that_is_not_utf8_does_not_break_the_json(void **state)
{
    (void)state;
    strcpy(summary.info.participant, "P\xff\xfe");
    json_t *root = written(true);
    assert_string_equal(json_string_value(at(root, "recording", "participant")),
                        "P\uFFFD\uFFFD");
    json_decref(root);
}

static void events_are_rows_by_start(void **state)
{
    (void)state;
    add_bout(5, 15);
    add_series(1, 4, 2);
    add_tremor(20, 30);
    add_set(2, 3);
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_int_equal(summary_events_write(&summary, file, NULL), 0);
    fclose(file);
    assert_string_equal(text, "kind,start_s,end_s,value,confidence\n"
                              "tap,1.000,1.000,3,0.90\n"
                              "tap,1.300,1.300,3,0.90\n"
                              "repetition,2.000,3.000,90,0.80\n"
                              "walk,5.000,15.000,40,0.90\n"
                              "tremor,20.000,30.000,5,0.00\n");
    free(text);
}

static void cadence_is_an_event_a_second_of_each_bout(void **state)
{
    (void)state;
    add_bout(5, 7);
    add_bout(20, 21);
    summary.walking.bout[1].confidence = 0.5;
    static const struct cadence_point points[] = {{5, 100}, {6, 102}, {20, 90}};
    for (size_t i = 0; i < 3; i++) {
        struct walking *w = &summary.walking;
        struct cadence_point *point =
            array_add(&w->cadence, w->cadence_count++, sizeof(*point));
        *point = points[i];
    }
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_int_equal(summary_events_write(&summary, file, NULL), 0);
    fclose(file);
    static const char *const rows[] = {"\ncadence,5.000,5.000,100,0.90\n",
                                       "\ncadence,6.000,6.000,102,0.90\n",
                                       "\ncadence,20.000,20.000,90,0.50\n"};
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(strstr(text, rows[i]));
    }
    free(text);
}

static void event_without_a_value_has_an_empty_field(void **state)
{
    (void)state;
    add_set(2, 3);
    summary.exercise.repetition[0].range_deg = NAN;
    struct walking *w = &summary.walking;
    *(struct step *)array_add(&w->step, w->step_count++, sizeof(struct step)) =
        (struct step){9, 0.5F}; /* alone, so without cadence */
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    assert_int_equal(summary_events_write(&summary, file, NULL), 0);
    fclose(file);
    assert_string_equal(text, "kind,start_s,end_s,value,confidence\n"
                              "repetition,2.000,3.000,,0.80\n"
                              "step,9.000,9.000,,0.50\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            walking_explains_what_lies_in_it_and_nothing_else, begin, end),
        cmocka_unit_test_setup_teardown(
            tremor_that_is_sure_stays_in_what_looks_like_walking, begin, end),
        cmocka_unit_test_setup_teardown(onsets_in_tremor_are_no_taps, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            nothing_happens_on_a_band_that_is_not_worn, begin, end),
        cmocka_unit_test_setup_teardown(
            faint_taps_of_a_still_hand_are_not_measurable, begin, end),
        cmocka_unit_test_setup_teardown(taps_that_are_left_need_no_reason,
                                        begin, end),
        cmocka_unit_test_setup_teardown(stretch_held_still_is_worn, begin, end),
        cmocka_unit_test_setup_teardown(what_trembles_is_no_bag, begin, end),
        cmocka_unit_test_setup_teardown(
            exercise_and_walking_are_told_apart_by_the_stride, begin, end),
        cmocka_unit_test_setup_teardown(walks_over_and_over_are_no_exercise,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            strong_taps_are_no_steps_but_steps_may_strike, begin, end),
        cmocka_unit_test_setup_teardown(steps_in_a_quiet_tremor_are_its_own,
                                        begin, end),
        cmocka_unit_test_setup_teardown(json_has_every_key_that_others_rely_on,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            not_measured_is_null_with_a_reason_never_zero, begin, end),
        cmocka_unit_test_setup_teardown(
            text_that_is_not_utf8_does_not_break_the_json, begin, end),
        cmocka_unit_test_setup_teardown(json_has_each_repetition, begin, end),
        cmocka_unit_test_setup_teardown(
            json_has_amplitudes_as_rms_and_peak_to_peak, begin, end),
        cmocka_unit_test_setup_teardown(events_are_rows_by_start, begin, end),
        cmocka_unit_test_setup_teardown(
            cadence_is_an_event_a_second_of_each_bout, begin, end),
        cmocka_unit_test_setup_teardown(
            event_without_a_value_has_an_empty_field, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
