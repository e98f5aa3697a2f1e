/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/adherence_rig.h"

static void repetitions_in_the_span_are_the_item_s(void **state)
{
    (void)state;
    add_event(0, 0, "programme name=hand-neuropathy week=2");
    add_event(95, 160, "exercise id=biceps-curls side=left set=1");
    add_set(20, 5, 90, 0); /* before it */
    add_set(100, 12, 90, 1);
    find("hand-neuropathy");
    const struct adherence_item *it = item("biceps-curls", SIDE_LEFT);
    assert_true(summary.adherence.guided);
    assert_int_equal(summary.adherence.week, 2);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_int_equal(it->basis, BASIS_MEASURED);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 12, 0);
    assert_float_equal(it->done.part[DOSE_SETS], 1, 0);
    assert_float_equal(it->done.part[DOSE_HOLD_S], 1, 1e-9);
    assert_float_equal(it->done.range_deg, 90, 1e-9);
    assert_float_equal(it->done.tempo_s, 3, 1e-9);
    assert_float_equal(it->start_s, 100, 1e-9);
    assert_float_equal(it->confidence, 0.8, 1e-6);
    assert_int_equal(it->flags, 0);
    it = item("nerve-glides", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_NOT);
    assert_int_equal(it->basis, BASIS_NONE);
    assert_true(isnan(it->done.part[DOSE_REPETITIONS]));
}

static void half_of_the_repetitions_is_a_part(void **state)
{
    (void)state;
    add_event(95, 160, "exercise id=biceps-curls side=left set=1");
    add_set(100, 5, 40, 1);
    find("hand-neuropathy");
    const struct adherence_item *it = item("biceps-curls", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_PART);
    assert_float_equal(it->fraction, 0.5, 1e-9);
    assert_int_equal(it->flags, QUALITY_TOO_SMALL);
}

static void no_hold_where_one_is_asked_is_too_fast(void **state)
{
    (void)state;
    add_event(95, 160, "exercise id=finger-lifts side=left set=1");
    add_event(200, 300, "exercise id=finger-lifts side=right set=1");
    add_set(100, 5, 15, 0.6);
    find("hand-neuropathy");
    const struct adherence_item *it = item("finger-lifts", SIDE_LEFT);
    assert_int_equal(it->flags, QUALITY_TOO_FAST | QUALITY_HOLDS_SHORT);
    assert_int_equal(it->verdict, VERDICT_PART);
    assert_float_equal(it->fraction, 0.3, 1e-9);
}

static void what_is_done_in_a_pause_does_not_count(void **state)
{
    (void)state;
    add_event(95, 160, "exercise id=biceps-curls side=left set=1");
    add_event(119.9, 130.1, "pause");
    add_set(100, 12, 90, 0); /* of which 3 are in the pause */
    find("hand-neuropathy");
    const struct adherence_item *it = item("biceps-curls", SIDE_LEFT);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 9, 0);
    assert_float_equal(it->done.part[DOSE_SETS], 1, 0);
}

static void overlapping_spans_count_nothing_twice(void **state)
{
    (void)state;
    add_event(95, 400, "exercise id=biceps-curls side=left set=1");
    add_event(140, 200, "exercise id=nerve-glides side=left set=1");
    add_set(100, 10, 90, 0);
    add_set(141, 8, 90, 0);
    find("hand-neuropathy");
    assert_float_equal(
        item("biceps-curls", SIDE_LEFT)->done.part[DOSE_REPETITIONS], 10, 0);
    assert_float_equal(
        item("nerve-glides", SIDE_LEFT)->done.part[DOSE_REPETITIONS], 8, 0);
    assert_non_null(strstr(summary.adherence.reason, "overlap"));
}

static void spans_that_are_turned_round_cut_nothing(void **state)
{
    (void)state;
    add_event(95, 160, "exercise id=biceps-curls side=left set=1");
    add_event(120, 100, "exercise id=nerve-glides side=left set=1");
    add_event(5000, 6000, "exercise id=wrist-curls side=left set=1");
    add_event(130, 110, "pause");
    add_event(104.1, 107.9, "pause"); /* two that are one */
    add_event(104.2, 107.1, "pause");
    add_set(100, 10, 90, 0);
    find("hand-neuropathy");
    assert_float_equal(
        item("biceps-curls", SIDE_LEFT)->done.part[DOSE_REPETITIONS], 9, 0);
    assert_string_equal(summary.adherence.reason, "");
    assert_int_equal(item("wrist-curls", SIDE_LEFT)->verdict, VERDICT_NOT);
}

static void taps_and_walks_are_measured_in_their_spans(void **state)
{
    (void)state;
    add_event(95, 160, "exercise id=finger-taps side=left set=1");
    add_event(200, 2000, "exercise id=walking side=none set=1");
    add_taps(100, 44);
    add_walk(150, 1950);
    find("hand-neuropathy");
    const struct adherence_item *it = item("finger-taps", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 44, 0);
    assert_float_equal(it->done.rate_hz, 2, 1e-9);
    assert_float_equal(it->done.interval_cv, 0.05, 1e-9);
    assert_float_equal(it->done.decrement, 0.1, 1e-9);
    assert_float_equal(it->done.hesitations, 1, 0);
    assert_float_equal(it->done.halts, 2, 0);
    it = item("walking", SIDE_NONE);
    assert_int_equal(it->verdict, VERDICT_FULL); /* 29 min 10 s of 30 */
    assert_float_equal(it->done.part[DOSE_MINUTES], 1750.0 / 60, 1e-6);
    assert_float_equal(it->done.longest_minutes, 1750.0 / 60, 1e-6);
    assert_float_equal(it->done.minutes_over_100_spm, 1750.0 / 60, 1e-6);
    assert_float_equal(it->done.steps, 3500, 0);
    assert_float_equal(it->done.cadence_spm, 120, 1e-6);
}

static void the_other_hand_is_known_by_word_or_not_at_all(void **state)
{
    (void)state;
    add_event(95, 160, "exercise id=biceps-curls side=right set=1");
    add_event(170, 230, "exercise id=triceps-extensions side=right set=1");
    add_event(231, 231, "word id=triceps-extensions side=right repetitions=12");
    add_set(100, 12, 90, 1);
    find("hand-neuropathy");
    const struct adherence_item *it = item("biceps-curls", SIDE_RIGHT);
    assert_int_equal(it->verdict, VERDICT_NOT_MEASURABLE);
    assert_int_equal(it->basis, BASIS_NONE);
    assert_string_equal(it->reason,
                        "a band on the left wrist does not see the right hand");
    assert_true(isnan(it->done.part[DOSE_REPETITIONS]));
    it = item("triceps-extensions", SIDE_RIGHT);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_int_equal(it->basis, BASIS_WORD);
    assert_float_equal(it->done.part[DOSE_REPETITIONS], 12, 0);
    assert_true(isnan(it->confidence));
}

static void a_band_that_is_off_sees_nothing(void **state)
{
    (void)state;
    struct quality *q = &summary.quality;
    struct span *off = array_add(&q->nonwear, q->nonwear_count++, sizeof(*off));
    *off = (struct span){90, 140};
    add_event(95, 160, "exercise id=biceps-curls side=left set=1");
    add_event(161, 161, "word id=biceps-curls side=left repetitions=12");
    add_event(110, 130, "exercise id=thumb-opposition side=left set=1");
    find("hand-neuropathy");
    const struct adherence_item *it = item("biceps-curls", SIDE_LEFT);
    assert_int_equal(it->basis, BASIS_WORD);
    assert_string_equal(it->reason, "the band was not worn");
    assert_true(isnan(it->done.part[DOSE_SETS]));
    assert_int_equal(item("thumb-opposition", SIDE_LEFT)->basis, BASIS_CLOCK);
}

static void times_of_the_other_hand_are_known_by_the_clock(void **state)
{
    (void)state;
    add_event(0, 0, "programme name=hand-neuropathy week=1");
    add_event(100, 160, "exercise id=thumb-opposition side=right set=1");
    add_event(170, 180, "exercise id=hamstring-stretch side=left set=1");
    find("hand-neuropathy");
    const struct adherence_item *it = item("thumb-opposition", SIDE_RIGHT);
    assert_int_equal(it->verdict, VERDICT_FULL);
    assert_int_equal(it->basis, BASIS_CLOCK);
    assert_float_equal(it->done.part[DOSE_MINUTES], 1, 1e-9);
    it = item("hamstring-stretch", SIDE_LEFT);
    assert_int_equal(it->verdict, VERDICT_PART);
    assert_int_equal(it->basis, BASIS_CLOCK);
    assert_float_equal(it->fraction, 0.5, 1e-9);
    assert_string_equal(it->reason,
                        "a band on the left wrist does not see the left leg");
}

static void what_was_entered_by_hand_is_taken_as_it_is(void **state)
{
    (void)state;
    add_event(0, 0, "programme name=hand-neuropathy week=1");
    add_event(1, 1, "symptom name=pain when=before value=4");
    add_event(2, 2, "symptom name=numbness when=after value=0");
    add_event(3, 3, "hand id=swimming minutes=10");
    add_event(4, 4, "skipped id=nerve-glides side=left");
    find("hand-neuropathy");
    const struct adherence_item *it = item("swimming", SIDE_NONE);
    assert_int_equal(it->verdict, VERDICT_PART);
    assert_int_equal(it->basis, BASIS_HAND);
    assert_float_equal(it->fraction, 0.5, 1e-9);
    assert_float_equal(summary.adherence.symptom[SYMPTOM_PAIN][MOMENT_BEFORE],
                       4, 0);
    assert_true(isnan(summary.adherence.symptom[SYMPTOM_PAIN][MOMENT_AFTER]));
    assert_float_equal(
        summary.adherence.symptom[SYMPTOM_NUMBNESS][MOMENT_AFTER], 0, 0);
    assert_true(item("nerve-glides", SIDE_LEFT)->skipped);
    assert_false(item("nerve-glides", SIDE_RIGHT)->skipped);
}

static void a_programme_that_is_not_built_in_is_asked_for(void **state)
{
    (void)state;
    add_event(0, 0, "programme name=mine week=3");
    add_event(1, 1, "symptom name=pain when=before value=4");
    assert_int_equal(adherence_find(&summary, NULL, 0), 0);
    assert_string_equal(summary.adherence.name, "mine");
    assert_int_equal(summary.adherence.week, 3);
    assert_int_equal(summary.adherence.item_count, 0);
    assert_non_null(strstr(summary.adherence.reason, "--programme"));
    assert_float_equal(summary.adherence.symptom[SYMPTOM_PAIN][MOMENT_BEFORE],
                       4, 0);
}

static void without_events_and_programme_there_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(adherence_find(&summary, NULL, 0), 0);
    assert_string_equal(summary.adherence.name, "");
    assert_string_equal(summary.adherence.reason, "");
}

static void what_is_odd_about_the_session_is_said(void **state)
{
    (void)state;
    add_event(0, 0, "programme name=mine week=11");
    find("hand-neuropathy");
    assert_non_null(strstr(summary.adherence.reason, "'mine'"));
    summary_free(&summary);
    add_event(0, 0, "programme name=hand-neuropathy week=11");
    find("hand-neuropathy");
    assert_non_null(strstr(summary.adherence.reason, "beyond"));
    assert_float_equal(
        item("finger-taps", SIDE_LEFT)->prescribed.part[DOSE_REPETITIONS].low,
        80, 0);
}

static void
what_is_done_by_hand_is_not_measured_where_it_is_guided(void **state)
{
    (void)state;
    add_event(0, 1200, "exercise id=swimming side=none set=1");
    add_walk(10, 1000);
    find("hand-neuropathy");
    const struct adherence_item *it = item("swimming", SIDE_NONE);
    assert_int_equal(it->basis, BASIS_CLOCK);
    assert_true(isnan(it->done.steps));
    assert_string_equal(it->reason, "");
}

static void exercises_that_the_programme_has_not_are_named(void **state)
{
    (void)state;
    add_event(0, 0, "programme name=hand-neuropathy week=1");
    add_event(5, 50, "exercise id=juggling side=both set=1");
    find("hand-neuropathy");
    assert_non_null(strstr(summary.adherence.reason, "'juggling'"));
}

static uint32_t seed = 1;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % below;
}

/* Times before the recording, behind it, turned round, or of no length. */
static void add_any_event(void)
{
    static const char *const labels[] = {
        "exercise id=biceps-curls side=left set=1",
        "exercise id=biceps-curls side=left set=2",
        "exercise id=biceps-curls side=right set=1",
        "exercise id=wrist-flexor-stretch side=left set=1",
        "exercise id=thumb-touches side=left set=1",
        "exercise id=thumb-opposition side=left set=1",
        "exercise id=finger-taps side=left set=1",
        "exercise id=walking side=none set=1",
        "exercise id=walking side=both set=1",
        "exercise id=swimming side=none set=1",
        "exercise id=nothing side=none set=1",
        "pause",
        "skipped id=walking side=none",
        "word id=biceps-curls side=right repetitions=5",
        "word id=walking side=none minutes=0",
        "hand id=swimming minutes=10000",
        "hand id=biceps-curls repetitions=3",
        "programme name=other week=104",
        "symptom name=pain when=after value=10",
        "exercise",
    };
    double start_s = (double)any(5000) - 500;
    double end_s = any(4) == 0 ? (double)any(5000) - 500 : start_s + any(200);
    add_event(start_s, end_s, labels[any(sizeof(labels) / sizeof(labels[0]))]);
}

static void whatever_the_events_are_items_hold_together(void **state)
{
    for (int run = 0; run < 300; run++) {
        end(state);
        begin(state);
        summary.info.placement = (enum placement)any(PLACEMENTS);
        for (uint32_t i = any(40); i > 0; i--) {
            add_any_event();
        }
        add_set(any(3000), 3 + any(20), 5 + any(120), any(8));
        add_taps(any(3000), 3 + any(50));
        add_walk(2000, 2000 + any(1900));
        find("hand-neuropathy");
        double repetitions = 0;
        for (size_t i = 0; i < summary.adherence.item_count; i++) {
            const struct adherence_item *it = &summary.adherence.item[i];
            assert_true(it->verdict < VERDICTS && it->basis < BASES);
            assert_true(isnan(it->fraction) ||
                        (it->fraction >= 0 && it->fraction <= 1));
            assert_true(isnan(it->confidence) ||
                        (it->confidence >= 0 && it->confidence <= 1));
            assert_true(!(it->start_s > it->end_s));
            assert_true(it->verdict != VERDICT_NOT_MEASURABLE ||
                        it->reason[0] != '\0');
            bool counted = it->basis == BASIS_MEASURED &&
                           it->exercise->movement == MOVEMENT_REPETITIONS;
            repetitions += counted ? it->done.part[DOSE_REPETITIONS] : 0;
        }
        assert_true(repetitions <= (double)summary.exercise.repetition_count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(repetitions_in_the_span_are_the_item_s),
        TEST(half_of_the_repetitions_is_a_part),
        TEST(no_hold_where_one_is_asked_is_too_fast),
        TEST(what_is_done_in_a_pause_does_not_count),
        TEST(overlapping_spans_count_nothing_twice),
        TEST(spans_that_are_turned_round_cut_nothing),
        TEST(taps_and_walks_are_measured_in_their_spans),
        TEST(the_other_hand_is_known_by_word_or_not_at_all),
        TEST(a_band_that_is_off_sees_nothing),
        TEST(times_of_the_other_hand_are_known_by_the_clock),
        TEST(what_was_entered_by_hand_is_taken_as_it_is),
        TEST(a_programme_that_is_not_built_in_is_asked_for),
        TEST(without_events_and_programme_there_is_nothing),
        TEST(what_is_odd_about_the_session_is_said),
        TEST(whatever_the_events_are_items_hold_together),
        TEST(what_is_done_by_hand_is_not_measured_where_it_is_guided),
        TEST(exercises_that_the_programme_has_not_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
