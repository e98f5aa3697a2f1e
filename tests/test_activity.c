/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/script_play.h"

static void rest_is_one_g_and_nearly_still_in_every_pose(void **state)
{
    (void)state;
    static const char *const POSES[] = {"lap", "table", "hanging", "raised",
                                        "outstretched"};
    for (size_t p = 0; p < COUNT(POSES); p++) {
        char text[64];
        snprintf(text, sizeof(text), "rest 20 pose=%s", POSES[p]);
        struct play play = play_new(text, 7);
        double square = 0.0;
        for (int k = 0; k < 4000; k++) {
            struct motion_point point = at(&play, k * 0.005);
            /* An arm held up trembles by 10 mg (8 to 12 Hz). */
            assert_near(length(point.accel_g), 1.0, 0.02);
            square += pow(length(point.gyro_dps), 2.0);
        }
        double rms = sqrt(square / 4000.0);
        /* People at rest: 0.65 deg/s and more, sensor noise included. */
        assert_true(rms > 0.2 && rms < 2.0);
        play_free(&play);
    }
}

/* Gravity as a gyroscope alone would follow it: d(up)/dt = up x rate, by the
 * midpoint rule. */
static void follow(double up[3], const double rate_dps[3], double dt)
{
    double half[3];
    const double *from = up;
    double scale[2] = {0.5 * dt * RADIANS, dt * RADIANS};
    for (int pass = 0; pass < 2; pass++) {
        double turn[3] = {
            from[1] * rate_dps[2] - from[2] * rate_dps[1],
            from[2] * rate_dps[0] - from[0] * rate_dps[2],
            from[0] * rate_dps[1] - from[1] * rate_dps[0],
        };
        for (int i = 0; i < 3; i++) {
            half[i] = up[i] + scale[pass] * turn[i];
        }
        from = half;
    }
    memcpy(up, half, sizeof(half));
}

static void angular_rate_is_the_derivative_of_attitude(void **state)
{
    (void)state;
    static const char *const ACTIVITIES[] = {
        "walk 12",
        "curls 20 count=3 hold=1",
        "curls 20 count=3 hold=1 pose=raised twist=60 yaw=30",
        "wash 10",
        "tremor 8 amplitude=20 pose=raised wander=0.05 waxing=0.5",
        "taps 8 size=100 spin=20",
        "shake 8",
        "brush 8",
        "typing 8",
        "table 8",
    };
    for (size_t k = 0; k < COUNT(ACTIVITIES); k++) {
        char text[160];
        snprintf(text, sizeof(text),
                 "rest 4 micro=0\n%s\nrest 6 pose=raised micro=0",
                 ACTIVITIES[k]);
        struct play play = play_new(text, 3);
        double up[3];
        memcpy(up, at(&play, 0.0).accel_g, sizeof(up));
        double dt = 0.0005;
        long steps = lround(play.motion.duration_s / dt);
        for (long n = 0; n < steps; n++) {
            follow(up, at(&play, ((double)n + 0.5) * dt).gyro_dps, dt);
        }
        struct motion_point end = at(&play, play.motion.duration_s);
        for (int i = 0; i < 3; i++) {
            assert_near(up[i], end.accel_g[i], 1e-4);
        }
        play_free(&play);
    }
}

static void motion_is_continuous_where_activities_meet(void **state)
{
    (void)state;
    struct play play = play_new(SCRIPT_DEFAULT, 5);
    struct motion_point before = at(&play, 0.0);
    double dt = 0.0002;
    for (double t = dt; t < play.motion.duration_s + 1.0; t += dt) {
        struct motion_point now = at(&play, t);
        for (int i = 0; i < 3; i++) {
            assert_near(now.gyro_dps[i], before.gyro_dps[i], 3.0);
            /* the knock of 3 g at 60 Hz climbs by 0.3 g in this time */
            assert_near(now.accel_g[i], before.accel_g[i], 0.5);
        }
        before = now;
    }
    play_free(&play);
}

/* Amplitude of the part of frequency `hz`, all axes, from an even fit over
 * whole cycles [deg/s rms]. */
static double rms_at(const struct play *play, double hz, double from_s,
                     double to_s)
{
    double step_s = 0.001;
    long cycles = (long)((to_s - from_s) * hz);
    long n = lround((double)cycles / hz / step_s);
    double sums[3][2] = {{0.0}};
    for (long k = 0; k < n; k++) {
        double t_s = from_s + (double)k * step_s;
        double phase = 360.0 * RADIANS * hz * t_s;
        struct motion_point point = at(play, t_s);
        for (int i = 0; i < 3; i++) {
            sums[i][0] += point.gyro_dps[i] * sin(phase);
            sums[i][1] += point.gyro_dps[i] * cos(phase);
        }
    }
    double square = 0.0;
    for (int i = 0; i < 3; i++) {
        square += sums[i][0] * sums[i][0] + sums[i][1] * sums[i][1];
    }
    return sqrt(2.0 * square) / (double)n;
}

static void tremor_has_its_rms_rate_at_its_frequency(void **state)
{
    (void)state;
    static const struct {
        double hz;
        double rms;
        const char *pose;
        const char *note;
    } CASES[] = {
        {2.0, 0.2, "lap", "rest"},       {2.0, 20.0, "lap", "rest"},
        {5.2, 4.0, "hanging", "rest"},   {7.0, 2.0, "raised", "postural"},
        {12.0, 0.2, "table", "rest"},    {12.0, 20.0, "raised", "postural"},
        {6.0, 5.0, "moving", "kinetic"},
    };
    for (size_t k = 0; k < COUNT(CASES); k++) {
        char text[128];
        snprintf(text, sizeof(text),
                 "tremor 31 frequency=%g amplitude=%g pose=%s", CASES[k].hz,
                 CASES[k].rms, CASES[k].pose);
        struct play play = play_new(text, 11);
        assert_int_equal(play.count, 1);
        const struct script_truth *truth = &play.truths[0];
        assert_string_equal(truth->kind, "tremor");
        assert_string_equal(truth->note, CASES[k].note);
        assert_near(truth->value, CASES[k].hz, 1e-12);
        assert_near(truth->value2, CASES[k].rms, 1e-12);
        double rms = rms_at(&play, CASES[k].hz, truth->start_s, truth->end_s);
        assert_near(rms / CASES[k].rms, 1.0, 0.01);
        play_free(&play);
    }
}

/* The rms over all axes and time, the wandering tremor's too. */
static void wandering_tremor_keeps_its_rms(void **state)
{
    (void)state;
    struct play play = play_new(
        "tremor 101 frequency=5 amplitude=10 micro=0 wander=0.03 waxing=0.6",
        2);
    double square = 0.0;
    for (int k = 0; k < 100000; k++) {
        square += pow(length(at(&play, 0.5 + k * 0.001).gyro_dps), 2.0);
    }
    assert_near(sqrt(square / 100000.0), 10.0, 0.1);
    play_free(&play);
}

static void tremor_moves_the_accelerometer_by_its_lever(void **state)
{
    (void)state;
    struct play play = play_new(
        "tremor 11 frequency=6 amplitude=10 micro=0 lever=50 pose=table", 2);
    struct play none = play_new(
        "tremor 11 frequency=6 amplitude=10 micro=0 lever=0 pose=table", 2);
    double square = 0.0;
    for (int k = 0; k < 9000; k++) {
        double t_s = 1.0 + k * 0.001;
        double z = at(&play, t_s).accel_g[2] - at(&none, t_s).accel_g[2];
        square += z * z;
    }
    /* z = w' r, w about y: 0.75 of the rate */
    double expected =
        0.75 * 10.0 * RADIANS * 360.0 * RADIANS * 6.0 * 0.5 / 9.80665;
    assert_near(sqrt(square / 9000.0) / expected, 1.0, 0.01);
    play_free(&play);
    play_free(&none);
}

static void walk_has_a_step_truth_for_each_impact(void **state)
{
    (void)state;
    struct play play = play_new("rest 3\nwalk 60 cadence=120 jitter=0.02", 4);
    const struct script_truth *walk = find_kind(&play, "walk");
    size_t steps = count_kind(&play, "step");
    assert_near(walk->value, (double)steps, 0.1);
    double lasted_s = walk->end_s - walk->start_s;
    assert_near(60.0 * ((double)steps - 1.0) / lasted_s, 120.0, 0.5);
    assert_true(walk->start_s > 3.0 && walk->end_s < 63.0);
    play_free(&play);
}

static void walk_jitter_is_the_spread_of_its_step_times(void **state)
{
    (void)state;
    struct play play =
        play_new("walk 600 cadence=100 jitter=0.04 asymmetry=0", 9);
    double sum = 0.0;
    double square = 0.0;
    double before_s = -1.0;
    double n = 0.0;
    for (size_t k = 0; k < play.count; k++) {
        if (strcmp(play.truths[k].kind, "step") != 0) {
            continue;
        }
        double step_s = play.truths[k].start_s - before_s;
        if (before_s >= 0.0) {
            sum += step_s;
            square += step_s * step_s;
            n += 1.0;
        }
        before_s = play.truths[k].start_s;
    }
    double mean = sum / n;
    assert_near(mean, 0.6, 0.002);
    assert_near(sqrt(square / n - mean * mean) / mean, 0.04, 0.004);
    play_free(&play);
}

/* Swing goes through its middle once a step, so that the rate about the swing
 * axis has half the step rate. */
static void walk_swings_at_half_the_step_rate(void **state)
{
    (void)state;
    struct play play =
        play_new("walk 62 cadence=120 swing=40 jitter=0 asymmetry=0", 9);
    double rms = rms_at(&play, 1.0, 1.0, 61.0);
    double expected = 20.0 * 360.0 * RADIANS / sqrt(2.0);
    assert_near(rms / expected, 1.0, 0.01);
    play_free(&play);
}

static void walk_impacts_sound_at_each_step(void **state)
{
    (void)state;
    struct play play = play_new(
        "walk 30 cadence=100 swing=0 bounce=0 impact=0.5 asymmetry=0", 9);
    for (size_t k = 0; k < play.count; k++) {
        if (strcmp(play.truths[k].kind, "step") != 0) {
            continue;
        }
        double most = 0.0;
        for (double t = 0.0; t < 0.05; t += 0.001) {
            struct motion_point point = at(&play, play.truths[k].start_s + t);
            most = fmax(most, fabs(length(point.accel_g) - 1.0));
        }
        assert_true(most > 0.35 && most < 0.65);
    }
    play_free(&play);
}

static void taps_come_at_their_rate(void **state)
{
    (void)state;
    static const double RATES[] = {1.0, 3.0, 5.0, 7.0};
    for (size_t k = 0; k < COUNT(RATES); k++) {
        char text[64];
        snprintf(text, sizeof(text), "taps 60.8 rate=%g", RATES[k]);
        struct play play = play_new(text, 1);
        double expected = 60.0 * RATES[k];
        assert_near((double)count_kind(&play, "tap"), expected,
                    1.0 + 0.01 * expected);
        play_free(&play);
    }
}

static void tap_has_its_peak_and_is_over_in_60_ms(void **state)
{
    (void)state;
    struct play play = play_new("taps 20 rate=1 size=100 jitter=0 spin=0", 6);
    for (size_t k = 0; k < play.count; k++) {
        double most = 0.0;
        double late = 0.0;
        double before[3];
        memcpy(before, at(&play, play.truths[k].start_s - 0.001).accel_g,
               sizeof(before));
        for (double t = 0.0; t < 0.2; t += 0.0005) {
            struct motion_point point = at(&play, play.truths[k].start_s + t);
            double change[3];
            for (int i = 0; i < 3; i++) {
                change[i] = 1000.0 * (point.accel_g[i] - before[i]);
            }
            double *worst = t < 0.08 ? &most : &late;
            *worst = fmax(*worst, length(change));
        }
        assert_near(most, play.truths[k].value, 2.0);
        assert_true(late < 5.0);
    }
    play_free(&play);
}

static void taps_lose_size_by_their_decrement(void **state)
{
    (void)state;
    struct play play = play_new("taps 30 size=50 decrement=0.5", 6);
    assert_near(play.truths[0].value, 50.0, 0.01);
    assert_near(play.truths[play.count - 1].value, 25.0, 1.0);
    play_free(&play);
}

static void hesitations_are_pauses_of_more_than_two_intervals(void **state)
{
    (void)state;
    struct play play = play_new("taps 30 rate=4 hesitations=3", 6);
    size_t pauses = 0;
    for (size_t k = 1; k < play.count; k++) {
        double step_s = play.truths[k].start_s - play.truths[k - 1].start_s;
        pauses += step_s > 0.5;
    }
    assert_int_equal(pauses, 3);
    play_free(&play);
}

static void curl_turns_gravity_by_its_range_and_holds(void **state)
{
    (void)state;
    struct play play = play_new("curls 90 count=10 range=90 hold=5", 8);
    assert_int_equal(count_kind(&play, "repetition"), 10);
    for (size_t k = 0; k < play.count; k++) {
        const struct script_truth *rep = &play.truths[k];
        double middle_s = 0.5 * (rep->start_s + rep->end_s);
        struct motion_point low = at(&play, rep->start_s - 0.01);
        struct motion_point high = at(&play, middle_s);
        double cosine = 0.0;
        for (int i = 0; i < 3; i++) {
            cosine += low.accel_g[i] * high.accel_g[i];
        }
        /* gravity is a little off the plane of the turn */
        assert_near(acos(cosine) / RADIANS, rep->value, 2.0);
        assert_near(rep->value2, 5.0, 1e-9);
        for (double t = -2.45; t < 2.45; t += 0.01) {
            assert_true(length(at(&play, middle_s + t).gyro_dps) < 2.0);
        }
    }
    play_free(&play);
}

static void curl_about_the_vertical_leaves_gravity_where_it_is(void **state)
{
    (void)state;
    struct play play =
        play_new("curls 60 count=5 range=90 hold=5 pose=raised yaw=90", 8);
    struct motion_point still = at(&play, 0.0);
    for (size_t k = 0; k < play.count; k++) {
        const struct script_truth *rep = &play.truths[k];
        struct motion_point held = at(&play, 0.5 * (rep->start_s + rep->end_s));
        double most_dps = 0.0;
        for (int i = 0; i < 3; i++) {
            assert_near(held.accel_g[i], still.accel_g[i], 0.02);
        }
        for (double t = rep->start_s; t < rep->end_s; t += 0.01) {
            most_dps = fmax(most_dps, length(at(&play, t).gyro_dps));
        }
        assert_true(most_dps > 90.0);
    }
    play_free(&play);
}

static void table_lies_without_any_motion_and_cools(void **state)
{
    (void)state;
    struct play play = play_new("rest 5\ntable 600\nrest 5", 8);
    const struct script_truth *off = find_kind(&play, "nonwear");
    double from_s = off->start_s + 0.5;
    struct motion_point first = at(&play, from_s);
    for (double t = from_s; t < off->end_s; t += 0.5) {
        struct motion_point point = at(&play, t);
        assert_near(length(point.gyro_dps), 0.0, 1e-12);
        assert_memory_equal(point.accel_g, first.accel_g,
                            sizeof(first.accel_g));
    }
    double cooled = first.temperature_c - at(&play, off->end_s).temperature_c;
    assert_true(cooled > 5.0);
    play_free(&play);
}

static void knock_is_one_blow_of_its_size(void **state)
{
    (void)state;
    struct play play = play_new("knock 2 size=3", 8);
    assert_int_equal(play.count, 1);
    double most = 0.0;
    for (double t = 0.0; t < 2.0; t += 0.0002) {
        struct motion_point point = at(&play, t);
        /* at right angles to gravity in part: compare with the push alone */
        point.accel_g[0] -= 0.1;
        point.accel_g[1] -= 0.17;
        point.accel_g[2] -= 0.98;
        most = fmax(most, length(point.accel_g));
    }
    assert_near(most, 3.0, 0.05);
    play_free(&play);
}

static void filter_of_a_slow_sensor_takes_most_of_a_tap(void **state)
{
    (void)state;
    struct play play = play_new("taps 10 size=100 spin=0 pose=table", 8);
    double most[2] = {0.0, 0.0};
    for (double t = 0.0; t < 10.0; t += 0.0005) {
        for (int k = 0; k < 2; k++) {
            struct motion_point point;
            play.motion.at(play.motion.ctx, t, k ? 1667.0 : 26.0, &point);
            most[k] = fmax(most[k], fabs(point.accel_g[2] - 1.0));
        }
    }
    assert_true(most[0] < 0.3 * most[1]);
    play_free(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rest_is_one_g_and_nearly_still_in_every_pose),
        cmocka_unit_test(angular_rate_is_the_derivative_of_attitude),
        cmocka_unit_test(motion_is_continuous_where_activities_meet),
        cmocka_unit_test(tremor_has_its_rms_rate_at_its_frequency),
        cmocka_unit_test(wandering_tremor_keeps_its_rms),
        cmocka_unit_test(tremor_moves_the_accelerometer_by_its_lever),
        cmocka_unit_test(walk_has_a_step_truth_for_each_impact),
        cmocka_unit_test(walk_jitter_is_the_spread_of_its_step_times),
        cmocka_unit_test(walk_swings_at_half_the_step_rate),
        cmocka_unit_test(walk_impacts_sound_at_each_step),
        cmocka_unit_test(taps_come_at_their_rate),
        cmocka_unit_test(tap_has_its_peak_and_is_over_in_60_ms),
        cmocka_unit_test(taps_lose_size_by_their_decrement),
        cmocka_unit_test(hesitations_are_pauses_of_more_than_two_intervals),
        cmocka_unit_test(curl_turns_gravity_by_its_range_and_holds),
        cmocka_unit_test(curl_about_the_vertical_leaves_gravity_where_it_is),
        cmocka_unit_test(table_lies_without_any_motion_and_cools),
        cmocka_unit_test(knock_is_one_blow_of_its_size),
        cmocka_unit_test(filter_of_a_slow_sensor_takes_most_of_a_tap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
