/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/adherence_rig.h"

#define REPETITIONS(id, more)                                                  \
    "- id: " id "\n  name: x\n  instruction: x\n  movement: repetitions\n"     \
    "  placement: wrist\n  side: each\n  days_a_week: 3\n"                     \
    "  repetitions: 10\n  period_s: 2..8\n" more
#define HOLD(id, more)                                                         \
    "- id: " id "\n  name: x\n  instruction: x\n  movement: hold\n"            \
    "  placement: wrist\n  side: each\n  days_a_week: 3\n"                     \
    "  repetitions: 1\n" more
#define WALK                                                                   \
    "- id: walk\n  name: x\n  instruction: x\n  movement: walk\n"              \
    "  placement: any\n  side: none\n  days_a_week: 3\n  minutes: 10\n"

static void add_still(double start_s, double end_s, const double up[3])
{
    struct stillness *s = &summary.stillness;
    struct still *still = array_add(&s->still, s->count++, sizeof(*still));
    *still = (struct still){start_s, end_s, {up[0], up[1], up[2]}, 1};
}

static const double LAP[3] = {0, 0, 1};
static const double RAISED[3] = {1, 0, 0};

static void a_set_goes_to_the_exercise_that_it_fits(void **state)
{
    (void)state;
    add_set(100, 12, 90, 0);
    find_text(REPETITIONS("plain", "  range_deg: 60\n")
                  REPETITIONS("held", "  hold_s: 5\n"));
    const struct adherence_item *it = item("plain", SIDE_LEFT);
    assert_false(summary.adherence.guided);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_int_equal(it->basis, BASIS_MEASURED);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 12, 0);
    /* The other would explain it half as well. */
    assert_float_equal(it->confidence, 0.8 * 0.5, 1e-6);
    assert_int_equal(item("held", SIDE_LEFT)->verdict, VERDICT_NOT);
    assert_int_equal(item("plain", SIDE_RIGHT)->verdict,
                     VERDICT_NOT_MEASURABLE);
}

static void what_two_explain_is_neither_s_and_both_say_so(void **state)
{
    (void)state;
    add_set(100, 12, 90, 0);
    find_text(REPETITIONS("curls", "  range_deg: 60\n")
                  REPETITIONS("glides", ""));
    for (size_t i = 0; i < 2; i++) {
        const struct adherence_item *it =
            item(i == 0 ? "curls" : "glides", SIDE_LEFT);
        assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
        assert_int_equal(it->basis, BASIS_NONE);
        assert_string_equal(it->reason,
                            "12 repetitions at 1:40 could be curls or glides");
        assert_true(isnan(it->done.part[DOSE_REPETITIONS]));
    }
}

static void range_and_period_tell_exercises_apart(void **state)
{
    (void)state;
    add_set(100, 12, 30, 0); /* every 4 s */
    find_text(REPETITIONS("wide", "  range_deg: 90\n")
                  REPETITIONS("small", "  range_deg: 20\n"));
    assert_int_equal(item("wide", SIDE_LEFT)->verdict, VERDICT_NOT);
    assert_int_equal(item("small", SIDE_LEFT)->verdict, VERDICT_FULL);
}

static void a_range_that_is_too_large_is_another_movement(void **state)
{
    (void)state;
    add_set(100, 12, 90, 0);
    find_text(REPETITIONS("lifts", "  range_most_deg: 20\n")
                  REPETITIONS("curls", ""));
    assert_int_equal(item("lifts", SIDE_LEFT)->verdict, VERDICT_NOT);
    assert_int_equal(item("curls", SIDE_LEFT)->verdict, VERDICT_FULL);
}

static void what_is_as_likely_something_else_is_left_alone(void **state)
{
    (void)state;
    add_set(100, 12, 90, 0);
    summary.exercise.set[0].confidence = 0.4;
    find_text(REPETITIONS("curls", ""));
    assert_int_equal(item("curls", SIDE_LEFT)->verdict, VERDICT_NOT);
}

static void repetitions_that_fit_nothing_are_no_exercise(void **state)
{
    (void)state;
    add_set(100, 12, 90, 16); /* every 20 s */
    find_text(REPETITIONS("curls", ""));
    assert_int_equal(item("curls", SIDE_LEFT)->verdict, VERDICT_NOT);
}

static void a_few_taps_are_no_exercise(void **state)
{
    (void)state;
    add_taps(100, 7);
    add_taps(200, 8);
    find("hand-neuropathy");
    assert_float_equal(
        item("finger-taps", SIDE_LEFT)->done.part[DOSE_REPETITIONS], 8, 0);
}

static void walks_of_less_than_a_minute_do_not_count(void **state)
{
    (void)state;
    add_walk(100, 150);
    add_walk(200, 500);
    find_text(WALK);
    const struct adherence_item *it = item("walk", SIDE_NONE);
    assert_int_equal(it->verdict, VERDICT_PART);
    assert_float_equal(it->done.part[DOSE_MINUTES], 5, 1e-9);
    assert_float_equal(it->start_s, 200, 1e-9);
}

static void a_position_between_two_rests_is_a_hold(void **state)
{
    (void)state;
    add_still(0, 60, LAP);
    add_still(61, 81, RAISED);
    add_still(82, 120, LAP);
    find_text(HOLD("stretch", "  hold_s: 15..30\n"));
    const struct adherence_item *it = item("stretch", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_float_equal(it->done.part[DOSE_HOLD_S], 20, 1e-9);
    assert_true(it->confidence <= 0.6);
}

static void a_position_of_another_length_is_none(void **state)
{
    (void)state;
    add_still(0, 60, LAP);
    add_still(61, 160, RAISED);
    add_still(161, 180, LAP);
    find_text(HOLD("stretch", "  hold_s: 15..30\n  range_deg: 40\n")
                  HOLD("other", "  hold_s: 15..30\n"));
    assert_int_equal(item("stretch", SIDE_LEFT)->verdict, VERDICT_NOT);
    /* It may have been one that looks like rest. */
    assert_int_equal(item("other", SIDE_LEFT)->verdict, VERDICT_NOT_MEASURABLE);
}

static void
what_the_recording_cannot_show_is_not_said_to_be_missing(void **state)
{
    (void)state;
    strcpy(summary.walking.reason, "no accelerometer");
    find_text(WALK);
    const struct adherence_item *it = item("walk", SIDE_NONE);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_string_equal(it->reason, "no accelerometer");
}

static void what_a_wrist_shows_only_sometimes_is_not_missing(void **state)
{
    (void)state;
    find("hand-neuropathy");
    assert_int_equal(item("finger-lifts", SIDE_LEFT)->verdict,
                     VERDICT_NOT_MEASURABLE);
    assert_int_equal(item("biceps-curls", SIDE_LEFT)->verdict, VERDICT_NOT);
}

static void without_the_band_nothing_is_missing(void **state)
{
    (void)state;
    summary.quality.worn_s = 0;
    find("hand-neuropathy");
    const struct adherence_item *it = item("walking", SIDE_NONE);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_string_equal(it->reason, "the band was not worn");
}

static void where_the_band_was_must_be_known(void **state)
{
    (void)state;
    summary.info.placement = PLACEMENT_OTHER;
    add_set(100, 12, 90, 0);
    add_walk(200, 900);
    find_text(REPETITIONS("curls", "") WALK);
    const struct adherence_item *it = item("curls", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_non_null(strstr(it->reason, "--placement"));
    assert_int_equal(item("walk", SIDE_NONE)->verdict, VERDICT_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_set_goes_to_the_exercise_that_it_fits),
        TEST(what_two_explain_is_neither_s_and_both_say_so),
        TEST(range_and_period_tell_exercises_apart),
        TEST(a_range_that_is_too_large_is_another_movement),
        TEST(what_is_as_likely_something_else_is_left_alone),
        TEST(repetitions_that_fit_nothing_are_no_exercise),
        TEST(a_few_taps_are_no_exercise),
        TEST(walks_of_less_than_a_minute_do_not_count),
        TEST(a_position_between_two_rests_is_a_hold),
        TEST(a_position_of_another_length_is_none),
        TEST(what_the_recording_cannot_show_is_not_said_to_be_missing),
        TEST(what_a_wrist_shows_only_sometimes_is_not_missing),
        TEST(without_the_band_nothing_is_missing),
        TEST(where_the_band_was_must_be_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
