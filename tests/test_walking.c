/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure.h"
#include "analysis/summary.h"

static const double PI = 3.14159265358979323846;
static const double RATE_HZ = 25;
enum { ROWS_MAX = 25 * 400 };

/* What a wrist does for a while. */
struct scene {
    double seconds;
    double step_hz;   /* 0: no steps */
    double impact_g;  /* of a step, at step_hz and twice that */
    double swing_deg; /* of the arm, peak to peak, at half of step_hz */
    double slow_hz;   /* of turning about gravity's direction, and */
    double slow_deg;  /* its peak to peak */
    double shake_g;   /* noise on each axis */
    double wave_g;    /* up and down at step_hz, as smooth as can be */
    double stride_g;  /* and at half of it */
    double blow_g;    /* of a step: rings at 8 Hz for 50 ms */
};

static uint32_t noise_state;

static double noise(void)
{
    noise_state = noise_state * 1664525U + 1013904223U;
    return (double)(noise_state >> 8) / (1 << 23) - 1;
}

/* A wrist that swings about x with the arm hanging along -z. */
static struct motion wrist(const struct scene *scene, double t_s)
{
    double step = 2 * PI * scene->step_hz * t_s;
    double slow = 2 * PI * scene->slow_hz * t_s;
    double swing = 0.5 * scene->swing_deg;
    double turn = 0.5 * scene->slow_deg;
    double angle = (swing * sin(step / 2) + turn * sin(slow)) * PI / 180;
    double up = 1 + scene->impact_g * (cos(step) + 0.5 * cos(2 * step)) +
                scene->wave_g * cos(step) + scene->stride_g * cos(step / 2);
    if (scene->blow_g > 0) {
        double since_s = fmod(t_s, 1 / scene->step_hz);
        up += scene->blow_g * exp(-since_s / 0.05) * sin(2 * PI * 8 * since_s);
    }
    double rate_dps = swing * PI * scene->step_hz * cos(step / 2) +
                      turn * 2 * PI * scene->slow_hz * cos(slow);
    /* The arm's own fore-and-aft acceleration, half a metre from the joint. */
    double along = 0.05 * angle * scene->step_hz * scene->step_hz * PI * PI;
    struct motion row = {
        .accel = {(float)(scene->shake_g * noise()),
                  (float)(up * sin(angle) - along + scene->shake_g * noise()),
                  (float)(up * cos(angle) + scene->shake_g * noise())},
        .gyro = {(float)rate_dps, 0, 0},
    };
    return row;
}

/* Rows of the scenes, one after the other. Returns how many. */
static size_t play(const struct scene *scene, size_t scenes,
                   struct motion *rows)
{
    size_t n = 0;
    noise_state = 1;
    for (size_t i = 0; i < scenes; i++) {
        size_t count = (size_t)lround(scene[i].seconds * RATE_HZ);
        for (size_t k = 0; k < count; k++) {
            assert_true(n < ROWS_MAX);
            rows[n++] = wrist(&scene[i], (double)k / RATE_HZ);
        }
    }
    return n;
}

/* How rows are given to the measure. */
struct feed {
    bool has_gyro;
    size_t run;    /* rows a push */
    size_t gap_at; /* row before which a gap stands; 0: none */
    double gap_s;
    double source_hz; /* 0: 100 Hz */
};

static struct walking measure(const struct motion *rows, size_t n,
                              const struct feed *feed)
{
    struct measure_input input = {
        .source_hz = feed->source_hz > 0 ? feed->source_hz : 100,
        .has_accel = true,
        .has_gyro = feed->has_gyro,
    };
    assert_float_equal(walking_measure.rate_hz, RATE_HZ, 0);
    void *state = walking_measure.create(&input);
    assert_non_null(state);
    double late_s = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i + feed->run < n ? i + feed->run : n;
        if (i < feed->gap_at && feed->gap_at < end) {
            end = feed->gap_at;
        }
        if (i > 0 && i == feed->gap_at) {
            assert_int_equal(walking_measure.gap(state), 0);
            late_s = feed->gap_s;
        }
        assert_int_equal(walking_measure.push(state, rows + i, end - i,
                                              (double)i / RATE_HZ + late_s,
                                              1 / RATE_HZ),
                         0);
        i = end;
    }
    static struct summary summary;
    memset(&summary, 0, sizeof(summary));
    assert_int_equal(walking_measure.finish(state, &summary), 0);
    walking_measure.destroy(state);
    return summary.walking;
}

static void forget(struct walking *walking)
{
    free(walking->step);
    free(walking->bout);
    free(walking->minute);
    free(walking->cadence);
    memset(walking, 0, sizeof(*walking));
}

static void assert_near(double value, double truth, double tolerance)
{
    if (!(fabs(value - truth) <= tolerance)) {
        fail_msg("%.6g is not %.6g within %.3g", value, truth, tolerance);
    }
}

static struct motion rows[ROWS_MAX];

static const struct feed PLAIN = {.run = 64};
static const struct feed GYRO = {.run = 64, .has_gyro = true};

static const struct scene REST = {.seconds = 20, .shake_g = 0.004};

/* ---- steps and cadence ---- */

static const struct scene WALKS[] = {
    {.seconds = 60,
     .step_hz = 1.30,
     .impact_g = 0.10,
     .swing_deg = 15,
     .shake_g = 0.02},
    {.seconds = 60,
     .step_hz = 1.60,
     .impact_g = 0.15,
     .swing_deg = 12,
     .shake_g = 0.02},
    {.seconds = 60,
     .step_hz = 1.80,
     .impact_g = 0.20,
     .swing_deg = 40,
     .shake_g = 0.02},
    {.seconds = 60, .step_hz = 2.00, .impact_g = 0.20, .shake_g = 0.02},
    {.seconds = 60,
     .step_hz = 2.10,
     .impact_g = 0.30,
     .swing_deg = 60,
     .shake_g = 0.02},
    {.seconds = 60,
     .step_hz = 2.70,
     .impact_g = 0.80,
     .swing_deg = 40,
     .shake_g = 0.05},
};

static void check_walk(const struct scene *walk, const struct feed *feed)
{
    const struct scene scenes[] = {REST, *walk, REST};
    size_t n = play(scenes, 3, rows);
    struct walking w = measure(rows, n, feed);
    double truth = walk->seconds * walk->step_hz;
    assert_near((double)w.steps, truth, 3);
    assert_int_equal(w.bout_count, 1);
    assert_int_equal(w.bout[0].steps, w.steps);
    assert_near(w.bout[0].start_s, 20, 2);
    assert_near(w.bout[0].end_s, 80, 2);
    assert_near(w.bout[0].cadence_spm, 60 * walk->step_hz, 1);
    assert_near(w.cadence_median_spm, 60 * walk->step_hz, 1);
    forget(&w);
}

static void walking_counts_every_step_at_any_cadence(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(WALKS) / sizeof(WALKS[0]); i++) {
        check_walk(&WALKS[i], &PLAIN);
        check_walk(&WALKS[i], &GYRO);
    }
}

/* At 54 to 72 steps a minute, by a hand on a rail: no window convinces, but
 * that one step is like another does. */
static void walking_finds_slow_steps_that_are_steady(void **unused)
{
    (void)unused;
    static const double step_hz[] = {0.9, 1.0, 1.1, 1.2};
    for (size_t i = 0; i < sizeof(step_hz) / sizeof(step_hz[0]); i++) {
        const struct scene walk = {.seconds = 60,
                                   .step_hz = step_hz[i],
                                   .wave_g = 0.04,
                                   .slow_hz = 0.2,
                                   .slow_deg = 8,
                                   .shake_g = 0.005};
        check_walk(&walk, &PLAIN);
        check_walk(&walk, &GYRO);
    }
}

/* They ring at twice the step rate as well. */
static void walking_counts_hard_blows_once(void **unused)
{
    (void)unused;
    const struct scene walk = {
        .seconds = 150, .step_hz = 4.0 / 3, .blow_g = 4, .shake_g = 0.02};
    const struct scene scenes[] = {REST, walk, REST};
    size_t n = play(scenes, 3, rows);
    struct walking w = measure(rows, n, &PLAIN);
    assert_near((double)w.steps, walk.seconds * walk.step_hz, 4);
    assert_int_equal(w.bout_count, 1);
    assert_near(w.bout[0].cadence_spm, 60 * walk.step_hz, 1);
    forget(&w);
}

/* Who stops for a moment sways, perhaps as often as he walks. */
static void walking_leaves_out_where_one_stands(void **unused)
{
    (void)unused;
    const double begin_s = 20 + 24;
    const double end_s = begin_s + 6;
    const struct scene walk = {
        .seconds = 24, .step_hz = 1.5, .impact_g = 0.2, .shake_g = 0.02};
    const struct scene stand = {
        .seconds = 6, .step_hz = 1.5, .impact_g = 0.03, .shake_g = 0.02};
    const struct scene scenes[] = {REST, walk, stand, walk, REST};
    size_t n = play(scenes, 5, rows);
    struct walking w = measure(rows, n, &PLAIN);
    assert_near((double)w.steps, 2 * walk.seconds * walk.step_hz, 4);
    for (size_t i = 0; i < w.step_count; i++) {
        assert_true(w.step[i].time_s < begin_s + 0.7 ||
                    w.step[i].time_s > end_s - 0.7);
    }
    forget(&w);
}

static void walking_puts_steps_where_the_impacts_are(void **unused)
{
    (void)unused;
    const struct scene scenes[] = {REST, WALKS[2], REST};
    size_t n = play(scenes, 3, rows);
    struct walking w = measure(rows, n, &PLAIN);
    for (size_t i = 0; i < w.step_count; i++) {
        double phase = (w.step[i].time_s - 20) * WALKS[2].step_hz;
        assert_near(phase, round(phase), 0.1);
        assert_true(i == 0 || w.step[i].time_s > w.step[i - 1].time_s);
    }
    forget(&w);
}

static void walking_says_how_far_the_arm_swings(void **unused)
{
    (void)unused;
    const struct scene scenes[] = {REST, WALKS[2], REST};
    size_t n = play(scenes, 3, rows);
    struct walking w = measure(rows, n, &GYRO);
    assert_int_equal(w.bout_count, 1);
    assert_near(w.bout[0].arm_swing_deg, WALKS[2].swing_deg, 2);
    forget(&w);
    w = measure(rows, n, &PLAIN);
    assert_true(isnan(w.bout[0].arm_swing_deg));
    forget(&w);
}

static void walking_sums_up_minutes_and_intensity(void **unused)
{
    (void)unused;
    const struct scene scenes[] = {WALKS[0], REST, WALKS[2], REST, WALKS[5]};
    size_t n = play(scenes, 5, rows);
    struct walking w = measure(rows, n, &PLAIN);
    assert_int_equal(w.bout_count, 3);
    assert_near(w.walking_s, 180, 3);
    assert_near(w.minutes_over_100_spm, 2, 0.1);
    assert_near(w.minutes_over_130_spm, 1, 0.1);
    uint64_t steps = 0;
    for (size_t i = 0; i < w.minute_count; i++) {
        assert_near(fmod(w.minute[i].start_s, 60), 0, 0);
        steps += w.minute[i].steps;
    }
    assert_true(steps == w.steps && steps == w.step_count);
    forget(&w);
}

/* ---- no steps ---- */

static const struct scene IDLE[] = {
    /* on a table */
    {.seconds = 120, .shake_g = 0.004},
    /* shaken at random */
    {.seconds = 120, .shake_g = 0.30},
    /* slow repetitions */
    {.seconds = 120, .slow_hz = 0.25, .slow_deg = 90, .shake_g = 0.01},
    /* and faster ones */
    {.seconds = 120, .slow_hz = 0.50, .slow_deg = 120, .shake_g = 0.01},
};

static void walking_counts_nothing_in_rest_noise_and_repetitions(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(IDLE) / sizeof(IDLE[0]); i++) {
        size_t n = play(&IDLE[i], 1, rows);
        struct walking w = measure(rows, n, &PLAIN);
        assert_int_equal(w.steps, 0);
        assert_int_equal(w.bout_count, 0);
        assert_true(isnan(w.cadence_median_spm));
        forget(&w);
        w = measure(rows, n, &GYRO);
        assert_int_equal(w.steps, 0);
        forget(&w);
    }
}

static void check_no_steps(const struct scene *scene)
{
    size_t n = play(scene, 1, rows);
    for (size_t i = 0; i < 2; i++) {
        struct walking w = measure(rows, n, i == 0 ? &PLAIN : &GYRO);
        assert_int_equal(w.steps, 0);
        forget(&w);
    }
}

/* No foot has struck: a smooth wave, however strong and regular. */
static void walking_is_no_arm_swung_hard(void **unused)
{
    (void)unused;
    const struct scene hard = {.seconds = 60,
                               .step_hz = 2.5,
                               .wave_g = 0.7,
                               .swing_deg = 6,
                               .shake_g = 0.05};
    check_no_steps(&hard);
}

/* The wrist goes round once where two steps might be. */
static void walking_is_no_arm_that_circles(void **unused)
{
    (void)unused;
    const struct scene circles = {.seconds = 60,
                                  .step_hz = 2,
                                  .impact_g = 0.1,
                                  .swing_deg = 20,
                                  .stride_g = 0.17,
                                  .shake_g = 0.01};
    check_no_steps(&circles);
}

static void walking_of_nothing_is_no_steps(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < 100; n++) {
        struct walking w =
            measure(rows, n > 0 ? play(&REST, 1, rows) / n : 0, &PLAIN);
        assert_int_equal(w.steps, 0);
        assert_string_equal(w.reason, "");
        forget(&w);
    }
}

static void walking_says_why_it_cannot_be_measured(void **unused)
{
    (void)unused;
    const struct feed slow = {.run = 64, .source_hz = 5};
    size_t n = play(&WALKS[2], 1, rows);
    struct walking w = measure(rows, n, &slow);
    assert_int_equal(w.steps, 0);
    assert_string_not_equal(w.reason, "");
    forget(&w);
}

/* ---- what must not matter ---- */

static void assert_same(const struct walking *a, const struct walking *b)
{
    assert_int_equal(a->step_count, b->step_count);
    assert_int_equal(a->bout_count, b->bout_count);
    assert_int_equal(a->cadence_count, b->cadence_count);
    for (size_t i = 0; i < a->step_count; i++) {
        assert_true(a->step[i].time_s == b->step[i].time_s);
    }
}

static void walking_is_the_same_in_runs_of_any_length(void **unused)
{
    (void)unused;
    static const size_t runs[] = {1, 7, 12, 25, 997, ROWS_MAX};
    const struct scene scenes[] = {REST, WALKS[1], REST, WALKS[4]};
    size_t n = play(scenes, 4, rows);
    struct walking whole = measure(rows, n, &GYRO);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct feed feed = {.run = runs[i], .has_gyro = true};
        struct walking w = measure(rows, n, &feed);
        assert_same(&whole, &w);
        forget(&w);
    }
    forget(&whole);
}

/* Turns by angle about a slanted axis (Rodrigues). */
static void rotate(float v[3], double angle)
{
    const double axis[3] = {2.0 / 3, -1.0 / 3, 2.0 / 3};
    double x[3] = {(double)v[0], (double)v[1], (double)v[2]};
    double dot = axis[0] * x[0] + axis[1] * x[1] + axis[2] * x[2];
    for (size_t i = 0; i < 3; i++) {
        size_t j = (i + 1) % 3;
        size_t k = (i + 2) % 3;
        double cross = axis[j] * x[k] - axis[k] * x[j];
        v[i] = (float)(x[i] * cos(angle) + cross * sin(angle) +
                       axis[i] * dot * (1 - cos(angle)));
    }
}

static void walking_is_the_same_however_the_band_is_worn(void **unused)
{
    (void)unused;
    const struct scene scenes[] = {REST, WALKS[1], REST, WALKS[4]};
    size_t n = play(scenes, 4, rows);
    struct walking before = measure(rows, n, &GYRO);
    for (size_t i = 0; i < n; i++) {
        rotate(rows[i].accel, 2);
        rotate(rows[i].gyro, 2);
    }
    struct walking after = measure(rows, n, &GYRO);
    assert_int_equal(before.step_count, after.step_count);
    for (size_t i = 0; i < before.step_count; i++) {
        assert_near(after.step[i].time_s, before.step[i].time_s, 0.01);
    }
    assert_near(after.bout[0].arm_swing_deg, before.bout[0].arm_swing_deg, 1);
    forget(&before);
    forget(&after);
}

static void walking_goes_on_for_longer_than_its_memory(void **unused)
{
    (void)unused;
    struct scene walk = WALKS[2];
    walk.seconds = 390;
    size_t n = play(&walk, 1, rows);
    struct walking w = measure(rows, n, &GYRO);
    assert_int_equal(w.bout_count, 1);
    assert_near((double)w.steps, 390 * walk.step_hz, 3);
    for (size_t i = 1; i < w.step_count; i++) {
        assert_near(w.step[i].time_s - w.step[i - 1].time_s, 1 / walk.step_hz,
                    0.1);
    }
    forget(&w);
}

static void walking_ends_at_a_gap_and_begins_anew(void **unused)
{
    (void)unused;
    size_t n = play(&WALKS[2], 1, rows);
    const struct feed feed = {.run = 64, .gap_at = n / 2, .gap_s = 100};
    struct walking w = measure(rows, n, &feed);
    assert_int_equal(w.bout_count, 2);
    assert_near((double)w.steps, 60 * WALKS[2].step_hz, 4);
    assert_near(w.bout[0].end_s, 30, 1);
    assert_near(w.bout[1].start_s, 130, 1);
    assert_near(w.bout[1].end_s, 160, 1);
    forget(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walking_counts_every_step_at_any_cadence),
        cmocka_unit_test(walking_finds_slow_steps_that_are_steady),
        cmocka_unit_test(walking_counts_hard_blows_once),
        cmocka_unit_test(walking_leaves_out_where_one_stands),
        cmocka_unit_test(walking_puts_steps_where_the_impacts_are),
        cmocka_unit_test(walking_says_how_far_the_arm_swings),
        cmocka_unit_test(walking_sums_up_minutes_and_intensity),
        cmocka_unit_test(walking_counts_nothing_in_rest_noise_and_repetitions),
        cmocka_unit_test(walking_is_no_arm_swung_hard),
        cmocka_unit_test(walking_is_no_arm_that_circles),
        cmocka_unit_test(walking_of_nothing_is_no_steps),
        cmocka_unit_test(walking_says_why_it_cannot_be_measured),
        cmocka_unit_test(walking_is_the_same_in_runs_of_any_length),
        cmocka_unit_test(walking_is_the_same_however_the_band_is_worn),
        cmocka_unit_test(walking_goes_on_for_longer_than_its_memory),
        cmocka_unit_test(walking_ends_at_a_gap_and_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
