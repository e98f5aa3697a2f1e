/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holds, active time and touches: from the motion (holds.c, effort.c) to the
 * item of a guided session (adherence_fine.c).
 */
#include "tests/adherence_rig.h"

#include <stdlib.h>

#include "analysis/measure.h"

/* A forearm: `angle_deg` from level, a little sway. */
struct arm {
    struct summary *out;
    const struct measure *measure[2];
    void *state[2];
    double angle_deg;
    double now_s;
    bool has_gyro;
    double shake_dps; /* of a fast movement that goes on */
    double knock_g;   /* now */
    uint32_t seed;
};

static double noise(struct arm *arm)
{
    arm->seed = arm->seed * 1664525U + 1013904223U;
    return arm->seed / 2147483648.0 - 1;
}

static void arm_row(struct arm *arm, size_t m, double rate_dps)
{
    double shake = arm->shake_dps * sin(2 * M_PI * 3 * arm->now_s);
    double a = arm->angle_deg * M_PI / 180;
    struct motion row = {0};
    row.accel[0] = (float)(sin(a) + 0.001 * noise(arm) + arm->knock_g);
    row.accel[2] = (float)(cos(a) + 0.001 * noise(arm));
    row.gyro[1] = (float)(rate_dps + shake + 0.3 * noise(arm) + 0.5);
    if (!arm->has_gyro) {
        memset(row.gyro, 0, sizeof(row.gyro));
    }
    arm->measure[m]->push(arm->state[m], &row, 1, arm->now_s,
                          1 / arm->measure[m]->rate_hz);
}

/* Goes to `to_deg` in so long, with minimum jerk; 100 rows a second, of which
 * the holds get every fourth. */
static void arm_move(struct arm *arm, double to_deg, double length_s)
{
    double from_deg = arm->angle_deg;
    int rows = (int)lround(100 * length_s);
    for (int i = 0; i < rows; i++) {
        double x = (double)i / rows;
        double way = x * x * x * (10 - 15 * x + 6 * x * x);
        double speed = 30 * x * x * (1 - x) * (1 - x) / length_s;
        arm->angle_deg = from_deg + (to_deg - from_deg) * way;
        double rate_dps = (from_deg - to_deg) * speed;
        arm_row(arm, 1, rate_dps);
        if (lround(100 * arm->now_s) % 4 == 0) {
            arm_row(arm, 0, rate_dps);
        }
        arm->now_s += 0.01;
    }
    arm->angle_deg = to_deg;
}

static void arm_rest(struct arm *arm, double length_s)
{
    arm_move(arm, arm->angle_deg, length_s);
}

static struct arm arm_begin(bool has_gyro, const struct span *watch)
{
    const struct measure_input input = {
        .source_hz = 104,
        .has_accel = true,
        .has_gyro = has_gyro,
        .programme = true,
        .watch = watch,
        .watch_count = watch != NULL,
    };
    struct arm arm = {.measure = {&holds_measure, &effort_measure},
                      .has_gyro = has_gyro,
                      .seed = 7};
    for (size_t m = 0; m < 2; m++) {
        arm.state[m] = arm.measure[m]->create(&input);
        assert_non_null(arm.state[m]);
    }
    summary.info.has_gyro = has_gyro;
    return arm;
}

static void arm_end(struct arm *arm)
{
    for (size_t m = 0; m < 2; m++) {
        assert_int_equal(arm->measure[m]->gap(arm->state[m]), 0);
        assert_int_equal(arm->measure[m]->finish(arm->state[m], &summary), 0);
        arm->measure[m]->destroy(arm->state[m]);
    }
}

static void guide(const char *id, const char *side, struct span span)
{
    char label[64];
    snprintf(label, sizeof(label), "exercise id=%s side=%s set=1", id, side);
    add_event(span.start_s, span.end_s, label);
}

/* ---- holds ---- */

static void hold_twice(bool has_gyro, double way_deg, double way_s)
{
    struct arm arm = arm_begin(has_gyro, NULL);
    arm_rest(&arm, 10);
    arm_move(&arm, way_deg, way_s);
    arm_rest(&arm, 20);
    arm_move(&arm, 0, way_s);
    arm_rest(&arm, 5);
    arm_move(&arm, way_deg, way_s);
    arm_rest(&arm, 12);
    arm_move(&arm, 0, way_s);
    arm_rest(&arm, 10);
    arm_end(&arm);
}

static void holds_are_found_within_half_a_second(void **state)
{
    (void)state;
    static const struct {
        bool has_gyro;
        double way_deg;
        double way_s;
    } cases[] = {{true, 30, 1}, {true, 90, 1},  {true, 90, 3},
                 {true, 60, 2}, {false, 60, 1}, {false, 90, 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hold_twice(cases[i].has_gyro, cases[i].way_deg, cases[i].way_s);
        assert_int_equal(summary.stillness.count, 5);
        const struct still *still = summary.stillness.still;
        double from_s = 10 + cases[i].way_s;
        assert_float_equal(still[1].start_s, from_s, 0.25);
        assert_float_equal((float)(still[1].end_s - still[1].start_s), 20,
                           0.25);
        assert_float_equal((float)(still[3].end_s - still[3].start_s), 12,
                           0.25);
        end(NULL);
        begin(NULL);
    }
}

static void a_gap_ends_a_span_of_stillness(void **state)
{
    (void)state;
    struct arm arm = arm_begin(true, NULL);
    arm_rest(&arm, 10);
    assert_int_equal(holds_measure.gap(arm.state[0]), 0);
    arm.now_s += 5;
    arm_rest(&arm, 10);
    arm_end(&arm);
    assert_int_equal(summary.stillness.count, 2);
    assert_float_equal(summary.stillness.still[0].end_s, 9.8, 0.3);
}

static void a_wobble_does_not_end_a_hold(void **state)
{
    (void)state;
    struct arm arm = arm_begin(true, NULL);
    arm_rest(&arm, 10);
    arm_move(&arm, 5, 0.3);
    arm_move(&arm, 0, 0.3);
    arm_rest(&arm, 10);
    arm_end(&arm);
    assert_int_equal(summary.stillness.count, 1);
}

static void nothing_is_looked_for_without_a_programme(void **state)
{
    (void)state;
    const struct measure_input input = {.source_hz = 104, .has_accel = true};
    struct arm arm = {.measure = {&holds_measure, &effort_measure}, .seed = 7};
    for (size_t m = 0; m < 2; m++) {
        arm.state[m] = arm.measure[m]->create(&input);
    }
    arm_rest(&arm, 10);
    arm_end(&arm);
    assert_int_equal(summary.stillness.count, 0);
    assert_int_equal(summary.effort.count, 0);
}

static void a_guided_hold_is_what_is_away_from_where_the_arm_was(void **state)
{
    (void)state;
    struct arm arm = arm_begin(true, NULL);
    arm_rest(&arm, 20);
    arm_move(&arm, 60, 1); /* in the countdown */
    arm_rest(&arm, 20);
    arm_move(&arm, 0, 1);
    arm_rest(&arm, 20);
    arm_end(&arm);
    guide("wrist-flexor-stretch", "left", (struct span){22, 43});
    find("hand-neuropathy");
    const struct adherence_item *it = item("wrist-flexor-stretch", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 1, 0);
    assert_float_equal(it->done.part[DOSE_HOLD_S], 20, 0.5);
    assert_float_equal(it->done.range_deg, 60, 3);
    assert_true(it->done.steadiness_dps < 1);
    assert_int_equal(it->flags, 0);
}

static void a_hold_that_is_too_short_is_a_part(void **state)
{
    (void)state;
    struct arm arm = arm_begin(true, NULL);
    arm_rest(&arm, 20);
    arm_move(&arm, 60, 1);
    arm_rest(&arm, 7.5);
    arm_move(&arm, 0, 1);
    arm_rest(&arm, 20);
    arm_end(&arm);
    guide("wrist-flexor-stretch", "left", (struct span){18, 40});
    find("hand-neuropathy");
    const struct adherence_item *it = item("wrist-flexor-stretch", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_PART);
    assert_float_equal(it->fraction, 0.5, 0.5 / 15);
    assert_int_equal(it->flags, QUALITY_HOLDS_SHORT);
}

/* The recording begins a moment before the exercise does. */
static void a_position_without_another_before_it_is_no_hold(void **state)
{
    (void)state;
    struct arm arm = arm_begin(true, NULL);
    arm_rest(&arm, 60);
    arm_end(&arm);
    guide("wrist-flexor-stretch", "left", (struct span){3, 33});
    find("hand-neuropathy");
    const struct adherence_item *it = item("wrist-flexor-stretch", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_non_null(strstr(it->reason, "cannot be told"));
}

static void an_arm_that_stays_where_it_was_shows_no_hold(void **state)
{
    (void)state;
    struct arm arm = arm_begin(true, NULL);
    arm_rest(&arm, 60);
    arm_end(&arm);
    guide("wrist-flexor-stretch", "left", (struct span){20, 45});
    find("hand-neuropathy");
    const struct adherence_item *it = item("wrist-flexor-stretch", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_true(isnan(it->done.part[DOSE_HOLD_S]));
    assert_non_null(strstr(it->reason, "cannot be told"));
}

/* ---- active time ---- */

static void active_time_is_the_time_that_the_hand_moves(void **state)
{
    (void)state;
    const struct span watch = {20, 80};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 40);
    arm.shake_dps = 10;
    arm_rest(&arm, 30);
    arm.shake_dps = 0;
    arm_rest(&arm, 20);
    arm_end(&arm);
    assert_int_equal(summary.effort.count, 600);
    guide("thumb-opposition", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("thumb-opposition", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_PART);
    assert_int_equal(it->basis, BASIS_MEASURED);
    assert_float_equal(it->done.part[DOSE_MINUTES], 0.5, 0.01);
}

/* Squeezes: there quickly, back slowly, each `period_s`. */
static void squeeze(struct arm *arm, int count, double period_s)
{
    for (int i = 0; i < count; i++) {
        arm_move(arm, 3, 0.3 * period_s);
        arm_move(arm, 0, 0.5 * period_s);
        arm_rest(arm, 0.2 * period_s);
    }
}

static void squeezes_are_counted_by_their_beat(void **state)
{
    (void)state;
    static const struct {
        int count;
        double period_s;
    } cases[] = {{40, 0.8}, {30, 1}, {20, 1.5}, {12, 3}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double length_s = cases[i].count * cases[i].period_s;
        struct span span = {20, 20 + length_s};
        struct arm arm = arm_begin(true, &span);
        arm_rest(&arm, 20);
        squeeze(&arm, cases[i].count, cases[i].period_s);
        arm_rest(&arm, 10);
        arm_end(&arm);
        guide("grip-squeezes", "left", span);
        find("hand-neuropathy");
        const struct adherence_item *it = item("grip-squeezes", SIDE_LEFT);
        double off = it->done.rate_hz * cases[i].period_s - 1;
        double lost = it->done.part[DOSE_REPETITIONS] - cases[i].count;
        assert_true(fabs(off) < 0.02);
        assert_true(fabs(lost) <= fmax(1, 0.05 * cases[i].count));
        end(NULL);
        begin(NULL);
    }
}

/* Now quick, now slow: the time is known, a count is not. */
static void movements_without_a_beat_are_not_counted(void **state)
{
    (void)state;
    struct span span = {20, 50};
    struct arm arm = arm_begin(true, &span);
    arm_rest(&arm, 20);
    while (arm.now_s < span.end_s) {
        arm_move(&arm, 5 * noise(&arm), 0.2 + fabs(noise(&arm)));
    }
    arm_rest(&arm, 10);
    arm_end(&arm);
    guide("grip-squeezes", "left", span);
    find("hand-neuropathy");
    const struct adherence_item *it = item("grip-squeezes", SIDE_LEFT);
    assert_true(it->done.part[DOSE_MINUTES] > 0.4);
    assert_true(isnan(it->done.part[DOSE_REPETITIONS]));
    assert_true(isnan(it->done.rate_hz));
}

static void a_hand_that_trembles_is_not_active(void **state)
{
    (void)state;
    const struct span watch = {20, 80};
    struct arm arm = arm_begin(true, &watch);
    arm.shake_dps = 10;
    arm_rest(&arm, 100);
    arm_end(&arm);
    struct tremor *t = &summary.tremor;
    t->segment = calloc(1, sizeof(*t->segment));
    t->segment[0] =
        (struct tremor_segment){.start_s = 0, .end_s = 100, .rms_dps = 7};
    t->segment_count = 1;
    guide("thumb-opposition", "left", watch);
    find("hand-neuropathy");
    assert_int_equal(item("thumb-opposition", SIDE_LEFT)->verdict, VERDICT_NOT);
}

static void where_a_wrist_may_not_show_it_the_clock_is_taken(void **state)
{
    (void)state;
    const struct span watch = {20, 320};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 330);
    arm_end(&arm);
    guide("grip-squeezes", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("grip-squeezes", SIDE_LEFT);
    assert_int_equal(it->basis, BASIS_CLOCK);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_non_null(strstr(it->reason, "too little"));
}

static void lifts_that_do_not_reach_the_wrist_are_not_measurable(void **state)
{
    (void)state;
    const struct span watch = {20, 80};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 30);
    arm.shake_dps = 10;
    arm_rest(&arm, 30);
    arm.shake_dps = 0;
    arm_rest(&arm, 30);
    arm_end(&arm);
    guide("finger-lifts", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("finger-lifts", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_non_null(strstr(it->reason, "moved for 30 of 60 s"));
}

static void an_exercise_whose_samples_are_lost_is_not_measurable(void **state)
{
    (void)state;
    const struct span watch = {20, 80};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 30);
    effort_measure.gap(arm.state[1]);
    arm.now_s = 90;
    arm_rest(&arm, 10);
    arm_end(&arm);
    guide("biceps-curls", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("biceps-curls", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_non_null(strstr(it->reason, "samples are missing"));
}

static void curls_that_are_not_seen_were_not_done(void **state)
{
    (void)state;
    const struct span watch = {20, 80};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 90);
    arm_end(&arm);
    guide("biceps-curls", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("biceps-curls", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT);
    assert_int_equal(it->basis, BASIS_MEASURED);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 0, 0);
}

/* ---- touches ---- */

static void touch(struct arm *arm, int count, double hold_s, double pause_s)
{
    for (int i = 0; i < 2 * count; i++) {
        arm->knock_g = 0.1;
        arm_rest(arm, 0.1);
        arm->knock_g = 0;
        arm_rest(arm, (i % 2 == 0 ? hold_s : pause_s) - 0.1);
    }
}

static void touches_and_the_holds_between_are_counted(void **state)
{
    (void)state;
    const struct span watch = {20, 120};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 22);
    touch(&arm, 10, 5, 3);
    arm_rest(&arm, 30);
    arm_end(&arm);
    guide("thumb-touches", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("thumb-touches", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 10, 0);
    assert_float_equal(it->done.part[DOSE_HOLD_S], 5, 0.2);
}

static void touches_that_do_not_stand_out_are_not_measurable(void **state)
{
    (void)state;
    const struct span watch = {20, 120};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 130);
    arm_end(&arm);
    guide("thumb-touches", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("thumb-touches", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_non_null(strstr(it->reason, "signal-to-noise"));
    assert_true(isnan(it->done.part[DOSE_REPETITIONS]));
}

static void a_touch_that_is_missing_makes_the_rest_uncertain(void **state)
{
    (void)state;
    const struct span watch = {20, 120};
    struct arm arm = arm_begin(true, &watch);
    arm_rest(&arm, 22);
    touch(&arm, 3, 5, 2);
    arm.knock_g = 0.1; /* one that is not let go */
    arm_rest(&arm, 0.1);
    arm.knock_g = 0;
    arm_rest(&arm, 60);
    arm_end(&arm);
    guide("thumb-touches", "left", watch);
    find("hand-neuropathy");
    const struct adherence_item *it = item("thumb-touches", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_non_null(strstr(it->reason, "told from each other"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(holds_are_found_within_half_a_second),
        TEST(a_gap_ends_a_span_of_stillness),
        TEST(a_wobble_does_not_end_a_hold),
        TEST(nothing_is_looked_for_without_a_programme),
        TEST(a_guided_hold_is_what_is_away_from_where_the_arm_was),
        TEST(a_hold_that_is_too_short_is_a_part),
        TEST(a_position_without_another_before_it_is_no_hold),
        TEST(an_arm_that_stays_where_it_was_shows_no_hold),
        TEST(active_time_is_the_time_that_the_hand_moves),
        TEST(squeezes_are_counted_by_their_beat),
        TEST(movements_without_a_beat_are_not_counted),
        TEST(a_hand_that_trembles_is_not_active),
        TEST(where_a_wrist_may_not_show_it_the_clock_is_taken),
        TEST(lifts_that_do_not_reach_the_wrist_are_not_measurable),
        TEST(an_exercise_whose_samples_are_lost_is_not_measurable),
        TEST(curls_that_are_not_seen_were_not_done),
        TEST(touches_and_the_holds_between_are_counted),
        TEST(touches_that_do_not_stand_out_are_not_measurable),
        TEST(a_touch_that_is_missing_makes_the_rest_uncertain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
