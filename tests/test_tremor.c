/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure.h"
#include "analysis/summary.h"
#include "firmware/virtual/script.h"

/* LSM6DSOX data sheet, table 3: noise densities. */
static const double GYRO_NOISE = 0.0038;   /* [deg/s/sqrt(Hz)] */
static const double ACCEL_NOISE = 0.00011; /* [g/sqrt(Hz)] */

enum { GRID_HZ = 100 };

static double uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*seed >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
    double size = sqrt(-2.0 * log(uniform(seed)));
    return size * cos(6.283185307179586 * uniform(seed));
}

struct play {
    struct motion *rows;
    size_t count;
};

/* A script as a sensor at the grid's own rate would see it. */
static struct play play_new(const char *text)
{
    char why[256];
    struct script *script;
    if (script_parse(text, 7, &script, why, sizeof(why)) < 0) {
        fail_msg("%s", why);
    }
    struct motion_source source = script_motion(script);
    struct play play = {.count = (size_t)(source.duration_s * GRID_HZ)};
    void *rows;
    if (posix_memalign(&rows, 32, play.count * sizeof(*play.rows)) != 0) {
        fail();
    }
    memset(rows, 0, play.count * sizeof(*play.rows));
    play.rows = rows;
    uint64_t seed = 99;
    double density = sqrt(0.5 * GRID_HZ);
    for (size_t i = 0; i < play.count; i++) {
        struct motion_point point;
        assert_int_equal(
            source.at(source.ctx, (double)i / GRID_HZ, GRID_HZ, &point), 0);
        for (size_t axis = 0; axis < 3; axis++) {
            play.rows[i].accel[axis] =
                (float)(point.accel_g[axis] +
                        ACCEL_NOISE * density * normal(&seed));
            play.rows[i].gyro[axis] =
                (float)(point.gyro_dps[axis] +
                        GYRO_NOISE * density * normal(&seed));
        }
    }
    source.release(source.ctx);
    return play;
}

struct how {
    double source_hz;
    bool no_gyro;
    bool no_accel;
    size_t part;   /* rows a push; 0: 100 */
    size_t gap_at; /* a gap before this row; 0: none */
};

static struct summary *measure(const struct play *play, const struct how *how)
{
    const struct measure *m = &tremor_measure;
    struct measure_input input = {.source_hz = how->source_hz,
                                  .has_accel = !how->no_accel,
                                  .has_gyro = !how->no_gyro,
                                  .lever_m = 0.35};
    void *state = m->create(&input);
    assert_non_null(state);
    size_t part = how->part > 0 ? how->part : 100;
    for (size_t i = 0; i < play->count;) {
        size_t n = part < play->count - i ? part : play->count - i;
        if (how->gap_at > i && how->gap_at < i + n) {
            n = how->gap_at - i;
        }
        if (i > 0 && i == how->gap_at) {
            assert_int_equal(m->gap(state), 0);
        }
        assert_int_equal(m->push(state, play->rows + i, n, (double)i / GRID_HZ,
                                 1.0 / GRID_HZ),
                         0);
        i += n;
    }
    assert_int_equal(m->gap(state), 0);
    struct summary *summary = calloc(1, sizeof(*summary));
    assert_non_null(summary);
    assert_int_equal(m->finish(state, summary), 0);
    m->destroy(state);
    return summary;
}

static void forget(struct summary *summary)
{
    free(summary->tremor.segment);
    free(summary);
}

static struct summary *play_and_measure(const char *text, struct how how)
{
    struct play play = play_new(text);
    struct summary *summary = measure(&play, &how);
    free(play.rows);
    return summary;
}

static const struct how AS_IT_IS = {.source_hz = 100.0};

static void assert_near(double value, double truth, double tolerance)
{
    if (!(fabs(value - truth) <= tolerance)) {
        fail_msg("%.9g is not %.9g within %.3g", value, truth, tolerance);
    }
}

struct tremor_case {
    const char *text; /* after 15 s of rest in the lap */
    double frequency_hz;
    double rms_dps;
    double rms_percent; /* tolerance */
    enum tremor_kind kind;
};

static const struct tremor_case TREMORS[] = {
    {"tremor 15 frequency=2 amplitude=0.2 pose=lap", 2.0, 0.2, 10.0,
     TREMOR_REST},
    {"tremor 15 frequency=3.1 amplitude=0.5 pose=lap", 3.1, 0.5, 5.0,
     TREMOR_REST},
    {"tremor 15 frequency=4.77 amplitude=20 pose=lap", 4.77, 20.0, 5.0,
     TREMOR_REST},
    {"tremor 15 frequency=5.2 amplitude=3 pose=hanging", 5.2, 3.0, 5.0,
     TREMOR_REST},
    {"tremor 15 frequency=6.4 amplitude=3 pose=raised", 6.4, 3.0, 5.0,
     TREMOR_POSTURAL},
    {"tremor 15 frequency=12 amplitude=0.2 pose=raised", 12.0, 0.2, 10.0,
     TREMOR_POSTURAL},
    {"tremor 15 frequency=8.3 amplitude=4 pose=moving", 8.3, 4.0, 5.0,
     TREMOR_KINETIC},
};

static void tremor_check(const struct tremor_case *wanted)
{
    char text[256];
    snprintf(text, sizeof(text), "rest 15 pose=lap\n%s\nrest 6 pose=lap\n",
             wanted->text);
    struct summary *summary = play_and_measure(text, AS_IT_IS);
    const struct tremor *tremor = &summary->tremor;
    if (tremor->segment_count != 1) {
        fail_msg("%s: %zu segments", wanted->text, tremor->segment_count);
    }
    const struct tremor_segment *segment = &tremor->segment[0];
    assert_near(segment->frequency_hz, wanted->frequency_hz, 0.05);
    assert_near(segment->rms_dps, wanted->rms_dps,
                wanted->rms_dps * wanted->rms_percent / 100.0);
    assert_int_equal(segment->kind, wanted->kind);
    /* The arm goes to its pose for up to 1.2 s and begins within 0.5 s. */
    assert_near(segment->start_s, 16.2, 1.5);
    assert_near(segment->end_s, 30.0, 1.5);
    assert_near(segment->peak_to_peak_deg,
                2.8284271 * segment->rms_dps /
                    (6.2831853 * segment->frequency_hz),
                1e-6);
    assert_near(segment->peak_to_peak_mm,
                segment->peak_to_peak_deg * 0.0174532925 * 350.0, 1e-5);
    assert_true(segment->sensors_agree);
    assert_true(segment->confidence > 0.8);
    assert_near(tremor->tremor_s, segment->end_s - segment->start_s, 1e-9);
    assert_true(tremor->spectrum_is_tremor);
    forget(summary);
}

static void scripted_tremor_has_its_frequency_amplitude_and_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(TREMORS) / sizeof(TREMORS[0]); i++) {
        tremor_check(&TREMORS[i]);
    }
}

static const char *const NOT_TREMOR[] = {
    "rest 20 pose=lap\nrest 15 pose=raised\nrest 15 pose=outstretched\n",
    "walk 40 cadence=112\nwalk 30 cadence=95 swing=5\n",
    "taps 15 rate=3 size=20\nrest 4\ntaps 15 rate=5 size=80\n",
    "curls 40 count=8 range=120 hold=2\nknock 3 size=3\n",
    "shake 20\nrest 5\nbrush 20\nrest 5\nwash 15\n",
    "table 40\nrest 10\n",
};

static void voluntary_motion_is_no_tremor(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(NOT_TREMOR) / sizeof(NOT_TREMOR[0]); i++) {
        struct summary *summary = play_and_measure(NOT_TREMOR[i], AS_IT_IS);
        if (summary->tremor.segment_count != 0) {
            fail_msg("tremor in: %s", NOT_TREMOR[i]);
        }
        assert_true(summary->tremor.tremor_s == 0.0);
        assert_true(summary->tremor.analysed_s > 30.0);
        assert_string_equal(summary->tremor.reason, "");
        forget(summary);
    }
}

/* Nothing after this measure takes tapping for what it is: it must itself. */
static void tapping_is_no_tremor(void **state)
{
    static const double RATES[] = {1.5, 2.5, 3.5, 4.5, 5.5, 7.0};
    static const struct {
        int size_mg;
        int spin_dps;
    } TAPS[] = {{20, 1}, {20, 30}, {100, 6}, {600, 1}, {600, 30}};
    (void)state;
    for (size_t t = 0; t < sizeof(TAPS) / sizeof(TAPS[0]); t++) {
        char text[1024] = "rest 15 pose=lap\n";
        for (size_t r = 0; r < sizeof(RATES) / sizeof(RATES[0]); r++) {
            size_t at = strlen(text);
            snprintf(text + at, sizeof(text) - at,
                     "taps 15 rate=%.1f size=%d spin=%d\nrest 4 pose=lap\n",
                     RATES[r], TAPS[t].size_mg, TAPS[t].spin_dps);
        }
        struct summary *summary = play_and_measure(text, AS_IT_IS);
        assert_int_equal(summary->tremor.segment_count, 0);
        forget(summary);
    }
}

/* Rows of NOT_TREMOR go by one seed; here the rhythm differs. */
static void voluntary_rhythm_is_no_tremor(void **state)
{
    (void)state;
    static const double frequency_hz[] = {2.6, 3.5, 3.8, 4.5, 5.4};
    static const int amplitude_dps[] = {8, 15, 60};
    static const char *const name[] = {"brush", "shake"};
    for (size_t i = 0; i < 5 * 3 * 2; i++) {
        char text[128];
        snprintf(text, sizeof(text),
                 "rest 10 pose=lap\n%s 20 frequency=%g amplitude=%d\n",
                 name[i % 2], frequency_hz[i / 6], amplitude_dps[i / 2 % 3]);
        struct summary *summary = play_and_measure(text, AS_IT_IS);
        if (summary->tremor.segment_count != 0) {
            fail_msg("tremor in: %s", text);
        }
        forget(summary);
    }
}

static void strong_tremor_is_tremor(void **state)
{
    (void)state;
    static const char *const pose[] = {"lap", "raised", "moving"};
    for (size_t i = 0; i < 3; i++) {
        char text[128];
        snprintf(text, sizeof(text),
                 "rest 10 pose=lap\ntremor 20 frequency=4.6 amplitude=150 "
                 "wander=0.05 pose=%s\n",
                 pose[i]);
        struct summary *summary = play_and_measure(text, AS_IT_IS);
        assert_int_equal(summary->tremor.segment_count, 1);
        assert_near(summary->tremor.segment[0].rms_dps, 150.0, 7.5);
        forget(summary);
    }
}

/* Slow motion is a rhythm by chance here and there, of which the tremor's
 * frequency is a multiple. */
static void waxing_tremor_of_a_moving_arm_is_one_segment(void **state)
{
    (void)state;
    enum { TIMES = 12 };
    for (int hz10 = 35; hz10 < 90; hz10 += 11) {
        char text[2048] = "rest 12 pose=lap\n";
        for (size_t i = 0; i < TIMES; i++) {
            size_t at = strlen(text);
            snprintf(text + at, sizeof(text) - at,
                     "tremor 18 frequency=%g amplitude=25 pose=moving "
                     "wander=0.02 waxing=0.5\nrest 8 pose=lap\n",
                     0.1 * hz10);
        }
        struct summary *summary = play_and_measure(text, AS_IT_IS);
        if (summary->tremor.segment_count != TIMES) {
            fail_msg("%zu segments at %g Hz", summary->tremor.segment_count,
                     0.1 * hz10);
        }
        for (size_t i = 0; i < TIMES; i++) {
            const struct tremor_segment *segment = &summary->tremor.segment[i];
            assert_near(segment->rms_dps, 25.0, 1.25);
            assert_near(segment->frequency_hz, 0.1 * hz10, 0.05);
        }
        forget(summary);
    }
}

/* The rhythm of brushing, but 12 s of tremor at rest go before it. */
static void strong_rhythm_is_tremor_of_one_who_has_it_at_rest(void **state)
{
    (void)state;
    struct summary *summary = play_and_measure(
        "rest 10 pose=lap\ntremor 12 frequency=4.5 amplitude=15 pose=lap\n"
        "rest 10 pose=lap\nbrush 20 frequency=4.5 amplitude=60\n",
        AS_IT_IS);
    assert_int_equal(summary->tremor.segment_count, 2);
    assert_true(summary->tremor.segment[1].rms_dps > 50.0);
    assert_true(summary->tremor.segment[1].confidence < 0.5);
    forget(summary);
}

static const char STEADY[] =
    "rest 10 pose=lap\ntremor 20 frequency=5.3 amplitude=3 pose=lap\n";

static void result_does_not_depend_on_how_rows_come(void **state)
{
    (void)state;
    struct play play = play_new(STEADY);
    struct summary *whole =
        measure(&play, &(struct how){.source_hz = 100.0, .part = play.count});
    struct summary *parts =
        measure(&play, &(struct how){.source_hz = 100.0, .part = 7});
    assert_int_equal(whole->tremor.segment_count, 1);
    assert_int_equal(parts->tremor.segment_count, 1);
    const struct tremor_segment *a = &whole->tremor.segment[0];
    const struct tremor_segment *b = &parts->tremor.segment[0];
    assert_near(a->start_s, b->start_s, 1e-9);
    assert_near(a->frequency_hz, b->frequency_hz, 1e-9);
    assert_near(a->rms_dps, b->rms_dps, 1e-9);
    assert_near(a->stability_hz, b->stability_hz, 1e-9);
    forget(whole);
    forget(parts);
    free(play.rows);
}

static void no_window_reaches_over_a_gap(void **state)
{
    (void)state;
    struct summary *whole = play_and_measure(STEADY, AS_IT_IS);
    struct summary *cut = play_and_measure(
        STEADY, (struct how){.source_hz = 100.0, .gap_at = 2000});
    /* The windows that would hold the gap are missing, and the rows that the
     * first filter needs. */
    assert_near(whole->tremor.analysed_s - cut->tremor.analysed_s, 3.0, 0.51);
    for (size_t i = 0; i < cut->tremor.segment_count; i++) {
        const struct tremor_segment *segment = &cut->tremor.segment[i];
        assert_true(segment->end_s <= 20.0 || segment->start_s >= 20.0);
        assert_near(segment->frequency_hz, 5.3, 0.05);
    }
    assert_int_equal(cut->tremor.segment_count, 2);
    forget(whole);
    forget(cut);
}

static void rotation_changes_nothing(void **state)
{
    (void)state;
    /* About (1, 2, 3) by 1 rad, row by row. */
    static const double turn[3][3] = {{0.573138, -0.609007, 0.548292},
                                      {0.740349, 0.671645, -0.027879},
                                      {-0.351279, 0.421906, 0.835822}};
    struct play play = play_new(STEADY);
    struct summary *plain = measure(&play, &AS_IT_IS);
    for (size_t i = 0; i < play.count; i++) {
        struct motion row = play.rows[i];
        for (size_t a = 0; a < 3; a++) {
            double accel = 0.0;
            double gyro = 0.0;
            for (size_t b = 0; b < 3; b++) {
                accel += turn[a][b] * (double)row.accel[b];
                gyro += turn[a][b] * (double)row.gyro[b];
            }
            play.rows[i].accel[a] = (float)accel;
            play.rows[i].gyro[a] = (float)gyro;
        }
    }
    struct summary *turned = measure(&play, &AS_IT_IS);
    assert_int_equal(plain->tremor.segment_count, 1);
    assert_int_equal(turned->tremor.segment_count, 1);
    assert_near(turned->tremor.segment[0].frequency_hz,
                plain->tremor.segment[0].frequency_hz, 1e-3);
    assert_near(turned->tremor.segment[0].rms_dps,
                plain->tremor.segment[0].rms_dps, 1e-3);
    forget(plain);
    forget(turned);
    free(play.rows);
}

static void accelerometer_alone_finds_tremor_in_millimetres(void **state)
{
    (void)state;
    struct summary *summary = play_and_measure(
        STEADY, (struct how){.source_hz = 100.0, .no_gyro = true});
    assert_int_equal(summary->tremor.segment_count, 1);
    const struct tremor_segment *segment = &summary->tremor.segment[0];
    assert_near(segment->frequency_hz, 5.3, 0.05);
    assert_true(isnan(segment->rms_dps));
    assert_true(isnan(segment->peak_to_peak_deg));
    /* 3 deg/s rms at 5.3 Hz on a lever of 25 cm: 0.25 deg, 1.1 mm from peak to
     * peak; gravity turns with the sensor and takes or adds some. */
    assert_near(segment->peak_to_peak_mm, 1.1, 0.3);
    assert_non_null(strstr(segment->note, "no gyroscope"));
    assert_false(summary->tremor.spectrum_is_gyro);
    forget(summary);
}

static void gyroscope_alone_says_what_is_missing(void **state)
{
    (void)state;
    struct summary *summary = play_and_measure(
        STEADY, (struct how){.source_hz = 100.0, .no_accel = true});
    assert_int_equal(summary->tremor.segment_count, 1);
    const struct tremor_segment *segment = &summary->tremor.segment[0];
    assert_near(segment->rms_dps, 3.0, 0.15);
    assert_true(isnan(segment->accel_rms_mg));
    assert_non_null(strstr(segment->note, "no accelerometer"));
    forget(summary);
}

static void slow_recording_is_declined_with_a_reason(void **state)
{
    (void)state;
    struct summary *summary =
        play_and_measure(STEADY, (struct how){.source_hz = 12.5});
    assert_int_equal(summary->tremor.segment_count, 0);
    assert_non_null(strstr(summary->tremor.reason, "12.5"));
    forget(summary);
}

static void short_recording_has_a_reason(void **state)
{
    (void)state;
    struct play play = play_new("rest 2 pose=lap\n");
    struct summary *summary = measure(&play, &AS_IT_IS);
    assert_non_null(strstr(summary->tremor.reason, "3 s"));
    forget(summary);
    free(play.rows);
}

static void steady_tremor_has_a_small_stability_index(void **state)
{
    (void)state;
    struct summary *steady = play_and_measure(STEADY, AS_IT_IS);
    struct summary *wandering = play_and_measure(
        "rest 10\ntremor 30 frequency=5.3 amplitude=3 wander=0.08\n", AS_IT_IS);
    assert_true(steady->tremor.segment[0].stability_hz < 0.1);
    assert_true(steady->tremor.segment[0].half_width_hz < 0.3);
    assert_true(steady->tremor.segment[0].harmonic_ratio < 0.05);
    assert_true(wandering->tremor.segment_count >= 1);
    assert_true(wandering->tremor.segment[0].frequency_sd_hz >
                steady->tremor.segment[0].frequency_sd_hz);
    forget(steady);
    forget(wandering);
}

static void tremor_of_minutes_is_one_segment(void **state)
{
    (void)state;
    struct summary *summary = play_and_measure(
        "rest 10\ntremor 150 frequency=5 amplitude=2 waxing=0.4\nrest 8\n",
        AS_IT_IS);
    assert_int_equal(summary->tremor.segment_count, 1);
    assert_near(summary->tremor.tremor_s, 150.0, 4.0);
    assert_near(summary->tremor.segment[0].rms_dps, 2.0, 0.1);
    forget(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripted_tremor_has_its_frequency_amplitude_and_kind),
        cmocka_unit_test(voluntary_motion_is_no_tremor),
        cmocka_unit_test(tapping_is_no_tremor),
        cmocka_unit_test(voluntary_rhythm_is_no_tremor),
        cmocka_unit_test(strong_tremor_is_tremor),
        cmocka_unit_test(waxing_tremor_of_a_moving_arm_is_one_segment),
        cmocka_unit_test(strong_rhythm_is_tremor_of_one_who_has_it_at_rest),
        cmocka_unit_test(result_does_not_depend_on_how_rows_come),
        cmocka_unit_test(no_window_reaches_over_a_gap),
        cmocka_unit_test(rotation_changes_nothing),
        cmocka_unit_test(accelerometer_alone_finds_tremor_in_millimetres),
        cmocka_unit_test(gyroscope_alone_says_what_is_missing),
        cmocka_unit_test(slow_recording_is_declined_with_a_reason),
        cmocka_unit_test(short_recording_has_a_reason),
        cmocka_unit_test(steady_tremor_has_a_small_stability_index),
        cmocka_unit_test(tremor_of_minutes_is_one_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
