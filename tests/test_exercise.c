/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/measure.h"
#include "analysis/summary.h"

enum { RATE_HZ = 25, ROWS_MAX = 25 * 400 };
static const double RAD = 0.017453292519943295;

/* A session: the angle of a forearm that turns about one axis, row by row. */
struct session {
    double angle_deg[ROWS_MAX];
    size_t rows;
};

static void hold(struct session *session, double seconds, double angle_deg)
{
    for (int i = 0; i < (int)(seconds * RATE_HZ); i++) {
        session->angle_deg[session->rows++] = angle_deg;
    }
}

/* Goes from `from` to `to` as hands do (minimum jerk). */
static void turn(struct session *session, double seconds, double from,
                 double to)
{
    int n = (int)(seconds * RATE_HZ);
    for (int i = 0; i < n; i++) {
        double x = (double)i / n;
        double y = x * x * x * (10 - 15 * x + 6 * x * x);
        session->angle_deg[session->rows++] = from + (to - from) * y;
    }
}

static void repeat(struct session *session, int count, double range_deg,
                   double hold_s)
{
    for (int i = 0; i < count; i++) {
        turn(session, 1.2, 0, range_deg);
        hold(session, hold_s, range_deg);
        turn(session, 1.2, range_deg, 0);
        hold(session, 0.8, 0);
    }
}

/* What differs between bands that see the same session. */
struct band {
    bool has_gyro;
    double roll_deg; /* how it is worn: turned by two angles */
    double pitch_deg;
    size_t chunk;    /* rows a push */
    size_t gap_row;  /* 0: none */
    bool is_level;   /* the arm turns about the vertical */
    double bias_dps; /* of the gyroscope, about that axis */
};

static const struct band plain = {true, 0, 0, 64, 0, false, 0};

static void rotate(const struct band *band, const double in[3], float out[3])
{
    double a = band->roll_deg * RAD;
    double b = band->pitch_deg * RAD;
    double x = cos(a) * in[0] - sin(a) * in[1];
    double y = sin(a) * in[0] + cos(a) * in[1];
    out[0] = (float)x;
    out[1] = (float)(cos(b) * y - sin(b) * in[2]);
    out[2] = (float)(sin(b) * y + cos(b) * in[2]);
}

static struct motion row_of(const struct session *session,
                            const struct band *band, size_t row)
{
    double now = session->angle_deg[row];
    double before = row > 0 ? session->angle_deg[row - 1] : now;
    /* Before the turn by pitch and roll the arm turns about x. */
    const double turning[3] = {0, sin(now * RAD), cos(now * RAD)};
    const double level[3] = {1, 0, 0};
    const double gyro[3] = {(now - before) * RATE_HZ + band->bias_dps, 0, 0};
    struct motion m = {0};
    rotate(band, band->is_level ? level : turning, m.accel);
    rotate(band, gyro, m.gyro);
    return m;
}

static struct exercise measure(const struct session *session,
                               const struct band *band)
{
    const struct measure_input input = {
        .source_hz = RATE_HZ, .has_accel = true, .has_gyro = band->has_gyro};
    void *state = exercise_measure.create(&input);
    assert_non_null(state);
    struct motion rows[256];
    size_t row = 0;
    while (row < session->rows) {
        size_t n = 0;
        double t0_s = (double)row / RATE_HZ;
        while (n < band->chunk && row < session->rows) {
            rows[n++] = row_of(session, band, row++);
            if (row == band->gap_row) {
                break;
            }
        }
        assert_int_equal(
            exercise_measure.push(state, rows, n, t0_s, 1.0 / RATE_HZ), 0);
        if (row == band->gap_row) {
            assert_int_equal(exercise_measure.gap(state), 0);
        }
    }
    struct summary summary;
    summary_init(&summary);
    assert_int_equal(exercise_measure.gap(state), 0);
    assert_int_equal(exercise_measure.finish(state, &summary), 0);
    exercise_measure.destroy(state);
    return summary.exercise;
}

static void release(struct exercise *exercise)
{
    free(exercise->set);
    free(exercise->repetition);
}

static void repetitions_are_counted_with_hold_range_and_tempo(void **unused)
{
    (void)unused;
    static const struct {
        int count;
        double range_deg;
        double hold_s;
    } cases[] = {
        {10, 120, 5}, {10, 60, 1}, {5, 30, 3}, {3, 90, 2}, {8, 25, 0.5}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int gyro = 0; gyro < 2; gyro++) {
            static struct session session;
            session.rows = 0;
            hold(&session, 10, 0);
            repeat(&session, cases[i].count, cases[i].range_deg,
                   cases[i].hold_s);
            hold(&session, 10, 0);
            struct band band = plain;
            band.has_gyro = gyro == 1;
            struct exercise found = measure(&session, &band);
            assert_int_equal(found.set_count, 1);
            assert_int_equal(found.repetition_count, cases[i].count);
            const struct exercise_set *set = found.set;
            assert_int_equal(set->repetitions, cases[i].count);
            assert_true(fabs(set->hold_s_median - cases[i].hold_s) < 0.2);
            assert_true(fabs(set->range_deg_median - cases[i].range_deg) < 2);
            assert_true(fabs(set->tempo_s_median - 2.4) < 0.2);
            assert_true(fabs(set->start_s - 10.3) < 0.3);
            assert_string_equal(set->exercise, "repetition");
            for (size_t k = 1; k < found.repetition_count; k++) {
                assert_true(found.repetition[k].start_s >=
                            found.repetition[k - 1].end_s);
            }
            release(&found);
        }
    }
}

/* Who brings the arm into place and begins has not done a repetition more, nor
 * one less. */
static void way_to_the_beginning_and_from_the_end_is_none(void **unused)
{
    (void)unused;
    for (int i = 0; i < 6; i++) {
        static struct session session;
        double pose = 15.0 * (i - 3) - 60;
        session.rows = 0;
        hold(&session, 10, pose);
        turn(&session, 1, pose, 0);
        hold(&session, i * 0.5, 0);
        repeat(&session, 8, 70, i * 0.7);
        turn(&session, 1, 0, pose);
        hold(&session, 10, pose);
        struct exercise found = measure(&session, &plain);
        assert_int_equal(found.set_count, 1);
        assert_int_equal(found.repetition_count, 8);
        assert_true(fabs(found.set[0].range_deg_median - 70) < 3);
        release(&found);
    }
}

/* Where one rests is home, though the first stroke seen led to it. */
static void first_stroke_seen_may_be_the_way_back(void **unused)
{
    (void)unused;
    static const struct {
        int sets;
        double before_s;  /* up, before the arm is lowered */
        double between_s; /* down */
        double after_s;
    } cases[] = {{1, 0, 0, 12}, {1, 3, 0, 12}, {3, 3, 9, 3}, {2, 7, 12, 12}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static struct session session;
        session.rows = 0;
        hold(&session, cases[i].before_s, 70);
        turn(&session, 1.2, 70, 0);
        for (int k = 0; k < cases[i].sets; k++) {
            hold(&session, k > 0 ? cases[i].between_s : 0.8, 0);
            repeat(&session, 6, 70, 3);
        }
        hold(&session, cases[i].after_s, 0);
        struct exercise found = measure(&session, &plain);
        assert_int_equal(found.set_count, cases[i].sets);
        assert_int_equal(found.repetition_count, 6 * cases[i].sets);
        for (size_t k = 0; k < found.set_count; k++) {
            assert_true(fabs(found.set[k].hold_s_median - 3) < 0.2);
        }
        release(&found);
    }
}

/* A rest half-way belongs to no repetition, and nothing is counted twice. */
static void rest_away_from_home_ends_a_set(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 10, 0);
    repeat(&session, 5, 70, 1);
    turn(&session, 1.2, 0, 70);
    hold(&session, 8, 70);
    turn(&session, 1.2, 70, 0);
    hold(&session, 0.8, 0);
    repeat(&session, 5, 70, 1);
    hold(&session, 10, 0);
    struct exercise found = measure(&session, &plain);
    assert_int_equal(found.set_count, 2);
    assert_int_equal(found.repetition_count, 10);
    assert_true(found.set[1].start_s > found.set[0].end_s + 8);
    assert_true(fabs(found.set[1].hold_s_median - 1) < 0.2);
    release(&found);
}

static void two_sets_are_told_apart_by_the_rest_between(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 5, 0);
    repeat(&session, 6, 90, 1);
    hold(&session, 20, 0);
    repeat(&session, 4, 45, 1);
    hold(&session, 5, 0);
    struct exercise found = measure(&session, &plain);
    assert_int_equal(found.set_count, 2);
    assert_int_equal(found.set[0].repetitions, 6);
    assert_int_equal(found.set[1].repetitions, 4);
    assert_int_equal(found.repetition[6].set, 1);
    release(&found);
}

static void way_of_wearing_changes_no_count(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 5, 0);
    repeat(&session, 10, 50, 1);
    hold(&session, 5, 0);
    for (int i = 0; i < 24; i++) {
        struct band band = {i % 2 == 0, i * 77.0, i * 131.0, 25, 0, false, 0};
        struct exercise found = measure(&session, &band);
        assert_int_equal(found.repetition_count, 10);
        release(&found);
    }
}

static void size_of_chunks_changes_nothing(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 5, 0);
    repeat(&session, 7, 70, 2);
    hold(&session, 5, 0);
    struct exercise whole = measure(&session, &plain);
    static const size_t chunks[] = {1, 7, 256};
    for (size_t i = 0; i < 3; i++) {
        struct band band = plain;
        band.chunk = chunks[i];
        struct exercise found = measure(&session, &band);
        assert_int_equal(found.repetition_count, whole.repetition_count);
        assert_memory_equal(found.repetition, whole.repetition,
                            found.repetition_count * sizeof(struct repetition));
        release(&found);
    }
    release(&whole);
}

/* Turning about the vertical leaves gravity where it is. */
static void turns_about_the_vertical_need_the_gyroscope(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 5, 0);
    repeat(&session, 8, 60, 3);
    hold(&session, 5, 0);
    for (int i = 0; i < 6; i++) {
        struct band band = {true, i * 77.0, i * 131.0, 25, 0, true, 0.1 * i};
        struct exercise found = measure(&session, &band);
        assert_int_equal(found.set_count, 1);
        assert_int_equal(found.repetition_count, 8);
        assert_true(fabs(found.set[0].range_deg_median - 60) < 3);
        assert_true(fabs(found.set[0].hold_s_median - 3) < 0.2);
        release(&found);
        band.has_gyro = false;
        found = measure(&session, &band);
        assert_int_equal(found.set_count, 0);
        release(&found);
    }
}

/* An idle movement after the first set joins it to the second. */
static void sets_of_different_tempo_are_told_apart(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 5, 0);
    repeat(&session, 10, 60, 6);
    hold(&session, 5, 0);
    turn(&session, 1, 0, 50);
    turn(&session, 3, 50, 0);
    hold(&session, 4, 0);
    repeat(&session, 10, 60, 0);
    hold(&session, 5, 0);
    struct exercise found = measure(&session, &plain);
    assert_int_equal(found.set_count, 2);
    assert_true(abs((int)found.set[0].repetitions - 10) <= 1);
    assert_true(abs((int)found.set[1].repetitions - 10) <= 1);
    assert_true(fabs(found.set[0].hold_s_median - 6) < 0.2);
    assert_true(fabs(found.set[1].hold_s_median) < 0.2);
    release(&found);
}

/* The same way there and back, but now far, now near, now soon, now late. */
static void fidgeting_to_and_fro_is_no_exercise(void **unused)
{
    (void)unused;
    static const double degrees[] = {20, 34, 22, 40, 30, 18, 38, 25};
    static const double pauses_s[] = {0.2, 1.4, 0.8, 2.5, 0.4, 2, 1.1};
    static struct session session;
    session.rows = 0;
    hold(&session, 5, 0);
    for (int i = 0; i < 30; i++) {
        turn(&session, 0.9, 0, degrees[i % 8]);
        turn(&session, 0.9, degrees[i % 8], 0);
        hold(&session, pauses_s[i % 7], 0);
    }
    struct exercise found = measure(&session, &plain);
    assert_int_equal(found.set_count, 0);
    release(&found);
}

static void gap_ends_a_set(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 5, 0);
    repeat(&session, 8, 70, 1);
    struct band band = plain;
    band.gap_row = (size_t)((5 + 4 * 4.2) * RATE_HZ);
    struct exercise found = measure(&session, &band);
    assert_int_equal(found.set_count, 2);
    assert_int_equal(found.repetition_count, 8);
    release(&found);
}

static void what_is_no_exercise_raises_no_set(void **unused)
{
    (void)unused;
    static struct session session;
    session.rows = 0;
    hold(&session, 20, 0); /* two changes of posture, one gesture */
    turn(&session, 1, 0, 60);
    hold(&session, 20, 60);
    turn(&session, 1, 60, -20);
    hold(&session, 20, -20);
    turn(&session, 1, -20, 40);
    turn(&session, 1, 40, -20);
    hold(&session, 20, -20);
    for (int i = 0; i < 60; i++) { /* arm swing */
        turn(&session, 0.52, -20, 20);
        turn(&session, 0.52, 20, -20);
    }
    hold(&session, 20, -20);
    struct exercise found = measure(&session, &plain);
    assert_int_equal(found.set_count, 0);
    assert_int_equal(found.repetition_count, 0);
    release(&found);
}

static void without_accelerometer_it_says_why_not(void **unused)
{
    (void)unused;
    const struct measure_input input = {.source_hz = 100, .has_gyro = true};
    void *state = exercise_measure.create(&input);
    struct motion row = {0};
    struct summary summary;
    summary_init(&summary);
    assert_int_equal(exercise_measure.push(state, &row, 1, 0, 0.04), 0);
    assert_int_equal(exercise_measure.gap(state), 0);
    assert_int_equal(exercise_measure.finish(state, &summary), 0);
    assert_string_not_equal(summary.exercise.reason, "");
    exercise_measure.destroy(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repetitions_are_counted_with_hold_range_and_tempo),
        cmocka_unit_test(way_to_the_beginning_and_from_the_end_is_none),
        cmocka_unit_test(first_stroke_seen_may_be_the_way_back),
        cmocka_unit_test(rest_away_from_home_ends_a_set),
        cmocka_unit_test(two_sets_are_told_apart_by_the_rest_between),
        cmocka_unit_test(way_of_wearing_changes_no_count),
        cmocka_unit_test(size_of_chunks_changes_nothing),
        cmocka_unit_test(turns_about_the_vertical_need_the_gyroscope),
        cmocka_unit_test(sets_of_different_tempo_are_told_apart),
        cmocka_unit_test(fidgeting_to_and_fro_is_no_exercise),
        cmocka_unit_test(gap_ends_a_set),
        cmocka_unit_test(what_is_no_exercise_raises_no_set),
        cmocka_unit_test(without_accelerometer_it_says_why_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
