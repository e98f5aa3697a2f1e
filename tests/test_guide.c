/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guide as a machine of states: every key in every state, every kind of
 * exercise, without terminal or clock. Times of events are seconds from its
 * start; in scripts (guide_maker.h) "ss" answers the two questions before.
 */
#include "tests/guide_maker.h"

#define LEAD(...) lead_through((const char *const[]){__VA_ARGS__, NULL}, 1)

/* What happened since the last check. */
static void check_events(const char *expected)
{
    take_events();
    assert_string_equal(events, expected);
    events[0] = '\0';
}

/* ---- the way through ---- */

static void session_goes_from_questions_to_notes(void **state)
{
    (void)state;
    LEAD(CURLS, HEAT);
    play(">>>s>s");
    check_events("0.0..0.0 programme name=small week=1\n"
                 "0.0..0.0 symptom name=pain when=before value=3\n"
                 "0.0..0.0 symptom name=numbness when=before value=1\n");
    assert_int_equal(guide->state, GUIDE_WAIT);
    play("s5");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    play("20=15 1");
    check_events("5.0..25.1 exercise id=curls side=both set=1\n");
    assert_int_equal(guide->state, GUIDE_ASK);
    play(">>s");
    check_events("26.0..26.0 hand id=heat minutes=10\n");
    play(">ss");
    check_events("26.0..26.0 symptom name=pain when=after value=1\n"
                 "26.0..26.0 symptom name=numbness when=after value=0\n");
    assert_int_equal(guide->state, GUIDE_NOTES_LINE);
    play("!w!e!l!lse");
    assert_int_equal(guide->state, GUIDE_DONE);
    assert_string_equal(guide->notes, "well");
    check_events("");
}

static void each_side_is_an_exercise_of_its_own(void **state)
{
    (void)state;
    LEAD(TAPS);
    assert_int_equal(plan.count, 2);
    assert_true(plan.item[0].measured);
    assert_false(plan.item[1].measured);
    play("sss5=10 1");
    assert_int_equal(guide->state, GUIDE_REST);
    play("8");
    assert_int_equal(guide->state, GUIDE_COUNTDOWN);
    play("5");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    assert_int_equal(guide_item(guide)->side, SIDE_RIGHT);
}

static void sets_come_one_after_the_other(void **state)
{
    (void)state;
    static const char *const curls[] = {CURLS, NULL};
    lead_through(curls, 2);
    assert_int_equal(plan.count, 2);
    play("sss5=15 1s5 1");
    assert_non_null(strstr(events, "exercise id=curls side=both set=1\n"));
    assert_non_null(strstr(events, "exercise id=curls side=both set=2\n"));
}

static void programme_without_exercises_to_lead_asks_all_the_same(void **state)
{
    (void)state;
    LEAD(HEAT);
    assert_int_equal(plan.count, 0);
    play("ss>>>s");
    assert_null(guide_item(guide));
    play("sss");
    assert_int_equal(guide->state, GUIDE_DONE);
    check_events("0.0..0.0 programme name=small week=1\n"
                 "0.0..0.0 symptom name=pain when=before value=0\n"
                 "0.0..0.0 symptom name=numbness when=before value=0\n"
                 "0.0..0.0 hand id=heat minutes=15\n"
                 "0.0..0.0 symptom name=pain when=after value=0\n"
                 "0.0..0.0 symptom name=numbness when=after value=0\n");
}

static void what_was_not_done_by_hand_is_no_event(void **state)
{
    (void)state;
    LEAD(HEAT);
    play("sss");
    assert_null(strstr(events, "hand"));
}

/* ---- when an exercise is over ---- */

static void exercise_ends_when_the_dose_is_reached(void **state)
{
    (void)state;
    LEAD(TAPS);
    play("sss5");
    events[0] = '\0';
    bells = 0;
    play("=9 30");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    assert_int_equal(bells, 0);
    play("=10 1");
    assert_int_equal(guide->state, GUIDE_REST);
    assert_int_equal(bells, 1);
    check_events("5.0..35.1 exercise id=taps side=left set=1\n");
    assert_int_equal(guide->result[0].outcome, GUIDE_FULL);
}

static void more_may_be_done_up_to_the_upper_end(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS);
    play("sss5=10 5.9");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    assert_true(guide->enough);
    play("=11 5.9=12 5.9");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    play("0.2"); /* six seconds without another one */
    assert_int_equal(guide->state, GUIDE_REST);
    assert_true(guide->result[0].amount == 12);
}

static void too_little_never_ends_by_itself(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS);
    play("sss5=9 600");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    play("s");
    assert_int_equal(guide->state, GUIDE_REST);
    assert_int_equal(guide->result[0].outcome, GUIDE_PART);
    assert_true(guide->result[0].amount == 9);
}

static void nothing_seen_is_asked_for(void **state)
{
    (void)state;
    LEAD(TAPS);
    play("sss5=0 30s");
    assert_int_equal(guide->state, GUIDE_ASK);
    assert_true(guide->question.value == 0);
    play(">>>>s");
    assert_non_null(
        strstr(events, "35.0..35.0 word id=taps side=left repetitions=4\n"));
    assert_int_equal(guide->result[0].outcome, GUIDE_PART);
    assert_int_equal(guide->result[0].basis, GUIDE_BY_WORD);
}

static void uncounted_repetitions_are_asked_for(void **state)
{
    (void)state;
    LEAD(TAPS);
    play("ss>"); /* to the right hand, where there is no band */
    assert_int_equal(guide_item(guide)->side, SIDE_RIGHT);
    play("s5 300");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    play("s");
    assert_true(guide->question.value == 10); /* what is asked for */
    events[0] = '\0';
    play("<<s");
    check_events("305.0..305.0 word id=taps side=right repetitions=8\n");
}

static void holds_without_a_sensor_follow_the_bell(void **state)
{
    (void)state;
    LEAD(TOUCHES);
    play("sss5");
    bells = 0;
    play("4.9");
    assert_int_equal(bells, 0);
    assert_true(fabs(guide_pace_s(guide, now_ns) - 0.1) < 1e-6);
    play("0.2"); /* held for five seconds: let go */
    assert_int_equal(bells, 1);
    assert_true(guide->amount == 1);
    assert_true(fabs(guide_pace_s(guide, now_ns) + 2.9) < 1e-6);
    play("3"); /* and again */
    assert_int_equal(bells, 2);
    play("5 3");
    assert_true(guide->amount == 2);
    play("5"); /* the third */
    assert_int_equal(guide->state, GUIDE_ASK);
    assert_true(guide->question.value == 3);
    events[0] = '\0';
    play("s");
    assert_non_null(strstr(events, "word id=touches side=none repetitions=3"));
}

static void one_hold_without_a_sensor_is_for_the_clock(void **state)
{
    (void)state;
    LEAD(STRETCH);
    play("sss5");
    bells = 0;
    play("14.9");
    assert_false(guide->enough);
    play("0.2");
    assert_true(guide->enough);
    assert_int_equal(bells, 1);
    play("14.8");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    events[0] = '\0';
    play("0.2");
    check_events("5.0..35.0 exercise id=stretch side=none set=1\n");
    assert_int_equal(guide->state, GUIDE_ASK); /* no word; pain after */
    assert_int_equal(guide->question.kind, GUIDE_QUESTION_SYMPTOM);
}

static void minutes_without_a_sensor_are_for_the_clock(void **state)
{
    (void)state;
    LEAD(ROLLING);
    play("sss5 59.9");
    assert_false(guide->enough);
    play("0.2");
    assert_true(guide->enough);
    play("59.8");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    play("0.2");
    assert_int_equal(guide->state, GUIDE_ASK);
    assert_true(fabs(guide->result[0].amount - 2) < 0.01);
}

static void clock_stands_in_for_a_sensor_that_cannot_tell(void **state)
{
    (void)state;
    LEAD(REACH, CURLS);
    play("sss5=? 9");
    assert_true(guide->by_clock);
    assert_true(fabs(guide->amount - 9) < 1e-6);
    play("7");
    assert_int_equal(guide->state, GUIDE_REST);
    assert_int_equal(guide->result[0].basis, GUIDE_BY_CLOCK);
    assert_int_equal(guide->result[0].outcome, GUIDE_FULL);
}

static void sensor_that_can_tell_has_the_last_word(void **state)
{
    (void)state;
    LEAD(REACH, CURLS);
    play("sss5=? 14=8 20");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    assert_false(guide->by_clock);
    assert_true(guide->amount == 8);
    play("s");
    assert_int_equal(guide->result[0].basis, GUIDE_BY_SENSOR);
    assert_int_equal(guide->result[0].outcome, GUIDE_PART);
}

static void bell_sets_the_pace_of_presses_that_a_sensor_counts(void **state)
{
    (void)state;
    LEAD(PRESSES, CURLS);
    play("sss5=0 4.9");
    bells = 0;
    play("0.2");
    assert_int_equal(bells, 1);
    play("=1 3");
    assert_int_equal(bells, 2);
    assert_true(guide->amount == 1);
    play("=3 1");
    assert_int_equal(guide->state, GUIDE_REST);
}

static void presses_that_no_sensor_tells_are_asked_for(void **state)
{
    (void)state;
    LEAD(PRESSES, CURLS);
    play("sss5=? 22");
    assert_int_equal(guide->state, GUIDE_ASK);
    assert_true(guide->question.value == 3); /* by the bell */
    play("<s");
    assert_int_equal(guide->result[0].basis, GUIDE_BY_WORD);
    assert_true(guide->result[0].amount == 2);
}

static void time_is_up_though_the_wrist_shows_little(void **state)
{
    (void)state;
    LEAD(CIRCLES, CURLS);
    bells = 0;
    play("sss5=0.2 59.8");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    assert_int_equal(bells, 1); /* that it begins */
    play("0.3");
    assert_int_equal(bells, 2);
    assert_int_equal(guide->state, GUIDE_REST);
    assert_true(guide->result[0].amount == 0.2);
    assert_int_equal(guide->result[0].outcome, GUIDE_PART);
}

static void enough_by_the_clock_is_done_at_a_key(void **state)
{
    (void)state;
    LEAD(ROLLING);
    play("sss5 70s");
    assert_int_equal(guide->result[0].outcome, GUIDE_FULL);
    assert_int_equal(guide->state, GUIDE_ASK);
}

/* ---- keys ---- */

static void space_goes_on_without_waiting(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS);
    play("sss1s");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    play("=3 1s");
    assert_int_equal(guide->state, GUIDE_REST);
    play("s");
    assert_int_equal(guide->state, GUIDE_COUNTDOWN);
    play("s");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    assert_string_equal(guide_item(guide)->exercise->id, "taps");
}

static void right_skips_in_every_state(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        const char *expected;
    } rows[] = {
        {">", "0.0..0.0 skipped id=curls side=both\n"},
        {"s1>", "1.0..1.0 skipped id=curls side=both\n"},
        {"s5=4 2>", "5.0..7.0 exercise id=curls side=both set=1\n"
                    "7.0..7.0 skipped id=curls side=both\n"},
        {"s5 2v3>", "7.0..10.0 pause\n"
                    "5.0..7.0 exercise id=curls side=both set=1\n"
                    "10.0..10.0 skipped id=curls side=both\n"},
        {"s1v1>", "1.0..2.0 pause\n2.0..2.0 skipped id=curls side=both\n"},
        {"s5=15 1>", "5.0..5.1 exercise id=curls side=both set=1\n"
                     "6.0..6.0 skipped id=taps side=left\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        LEAD(CURLS, TAPS);
        play("ss");
        events[0] = '\0';
        play(rows[i].script);
        check_events(rows[i].expected);
        assert_true(guide->item > 0);
        end_guide(NULL);
    }
}

static void skipping_what_is_done_is_no_skip(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS);
    play("sss5=11 1>");
    assert_int_equal(guide->state, GUIDE_REST);
    assert_int_equal(guide->result[0].outcome, GUIDE_FULL);
    play("<=11 5 1v1>");
    assert_int_equal(guide->state, GUIDE_REST);
    assert_null(strstr(events, "skipped"));
}

static void skipping_all_comes_to_the_end(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS, TOUCHES);
    play("ss>>>>");
    assert_int_equal(guide->state, GUIDE_ASK);
    assert_null(guide_item(guide));
    play("sse");
    assert_int_equal(guide->state, GUIDE_DONE);
}

static void left_repeats_in_every_state(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        const char *id;
        enum guide_state state;
    } rows[] = {
        {"<", "curls", GUIDE_WAIT}, /* there is none before the first */
        {"><", "curls", GUIDE_WAIT},
        {"s2<", "curls", GUIDE_COUNTDOWN},
        {"s5=4 9<", "curls", GUIDE_COUNTDOWN},
        {"s5=4 9v1<", "curls", GUIDE_COUNTDOWN},
        {"s5=15 1<", "curls", GUIDE_COUNTDOWN},
        {"s5=15 1v1<", "curls", GUIDE_COUNTDOWN},
        {"s5=15 1s1<", "curls", GUIDE_COUNTDOWN}, /* the one before */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        LEAD(CURLS, TAPS);
        play("ss");
        play(rows[i].script);
        assert_int_equal(guide->state, rows[i].state);
        assert_string_equal(guide_item(guide)->exercise->id, rows[i].id);
        end_guide(NULL);
    }
}

static void what_is_done_again_comes_on_top(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS);
    play("sss5=4 9<=7 5 1s");
    assert_true(guide->result[0].amount == 11);
    assert_int_equal(guide->result[0].outcome, GUIDE_FULL);
    assert_non_null(strstr(events, "5.0..14.0 exercise id=curls"));
    assert_non_null(strstr(events, "19.0..20.0 exercise id=curls"));
}

static void up_and_down_pause(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum guide_state after; /* a second pause key, or space */
    } rows[] = {
        {"s2v", GUIDE_COUNTDOWN},
        {"s5 2^", GUIDE_EXERCISE},
        {"s5=15 2^", GUIDE_REST},
    };
    static const char *const resume[] = {"v", "^", "s"};
    for (size_t i = 0; i < 9; i++) {
        LEAD(CURLS, TAPS);
        play("ss");
        play(rows[i / 3].script);
        assert_int_equal(guide->state, GUIDE_PAUSE);
        play("100");
        assert_int_equal(guide->state, GUIDE_PAUSE);
        play(resume[i % 3]);
        assert_int_equal(guide->state, rows[i / 3].after);
        assert_non_null(strstr(events, " pause\n"));
        end_guide(NULL);
    }
}

static void waiting_needs_no_pause(void **state)
{
    (void)state;
    LEAD(CURLS);
    play("ssv^");
    assert_int_equal(guide->state, GUIDE_WAIT);
}

static void time_of_a_pause_does_not_count(void **state)
{
    (void)state;
    LEAD(ROLLING);
    play("sss5 30v100");
    assert_true(fabs(guide_elapsed_s(guide, now_ns) - 30) < 1e-6);
    play("v29");
    assert_false(guide->enough);
    play("1.1");
    assert_true(guide->enough);
    events[0] = '\0';
    play("s");
    check_events("5.0..165.1 exercise id=rolling side=none set=1\n");
}

static void pause_does_not_end_an_exercise_that_is_enough(void **state)
{
    (void)state;
    LEAD(CURLS);
    play("sss5=10 5v60v0.9");
    assert_int_equal(guide->state, GUIDE_EXERCISE);
    play("0.2");
    assert_int_not_equal(guide->state, GUIDE_EXERCISE);
}

static void answers_stay_in_their_range(void **state)
{
    (void)state;
    LEAD(HEAT);
    play("<<s");
    assert_non_null(strstr(events, "name=pain when=before value=0\n"));
    play(">>>>>>>>>>>>>>>s");
    assert_non_null(strstr(events, "name=numbness when=before value=10\n"));
}

static void other_keys_do_nothing(void **state)
{
    (void)state;
    static const char *const states[] = {"", "ss", "sss", "sss5", "sss5v"};
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        LEAD(CURLS);
        play(states[i]);
        enum guide_state before = guide->state;
        take_events();
        events[0] = '\0';
        play("!x!1eb!Q");
        assert_int_equal(guide->state, before);
        check_events("");
        end_guide(NULL);
    }
}

static void notes_are_text(void **state)
{
    (void)state;
    LEAD(HEAT);
    play("sssss");
    assert_int_equal(guide->state, GUIDE_NOTES_LINE);
    play("!qs!b!x<>^v");
    press("ü", KEY_TEXT);
    press("€", KEY_TEXT);
    assert_string_equal(guide->notes, "q bxü€");
    play("bb");
    assert_string_equal(guide->notes, "q bx");
    play("bbbbbbb");
    assert_string_equal(guide->notes, "");
    play("!asse");
    assert_string_equal(guide->notes, "a");
    assert_int_equal(guide->state, GUIDE_DONE);
    play("s>e");
    assert_int_equal(guide->state, GUIDE_DONE);
}

static void notes_have_an_end(void **state)
{
    (void)state;
    LEAD(HEAT);
    play("sssss");
    for (int i = 0; i < 2 * GUIDE_NOTES; i++) {
        press("ü", KEY_TEXT);
    }
    assert_int_equal(strlen(guide->notes), (GUIDE_NOTES - 1) / 2 * 2);
}

static void space_before_any_notes_ends_the_session(void **state)
{
    (void)state;
    LEAD(HEAT);
    play("ssssss");
    assert_int_equal(guide->state, GUIDE_DONE);
    assert_string_equal(guide->notes, "");
}

/* ---- the end at any time ---- */

static void stopping_keeps_what_is_under_way(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        const char *expected;
    } rows[] = {
        {"", "0.0..0.0 programme name=small week=1\n"},
        {"ss", ""},
        {"sss2", ""},
        {"sss5=4 9", "5.0..14.0 exercise id=curls side=both set=1\n"},
        {"sss5=4 9v3", "14.0..17.0 pause\n"
                       "5.0..14.0 exercise id=curls side=both set=1\n"},
        {"sss2v3", "2.0..5.0 pause\n"},
        {"sss5=15 1", "5.0..5.1 exercise id=curls side=both set=1\n"},
        {"ss>>>", ""},
    };
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        LEAD(CURLS, TAPS);
        play(rows[i / 2].script);
        if (i % 2 == 0) {
            guide_stop(guide, now_ns);
        } else {
            play("q");
        }
        take_events();
        assert_int_equal(guide->state, GUIDE_DONE);
        size_t all = strlen(events);
        size_t last = strlen(rows[i / 2].expected);
        assert_true(all >= last);
        assert_string_equal(events + all - last, rows[i / 2].expected);
        events[0] = '\0';
        guide_stop(guide, now_ns + 1);
        check_events("");
        end_guide(NULL);
    }
}

/* Whatever is typed at whatever time: every span ends after it began, pauses
 * and exercises are not open at the end, and the end is always reached. */
static void any_keys_at_any_time_make_good_events(void **state)
{
    (void)state;
    static const char *const some[] = {"s",   ">",  "<",  "v",  "1",  "4", "9",
                                       "=12", "=0", "=?", "30", "!x", "e"};
    uint64_t random = 1;
    for (int round = 0; round < 300; round++) {
        LEAD(CURLS, TAPS, TOUCHES, PRESSES, STRETCH, CIRCLES, ROLLING, HEAT);
        for (int i = 0; i < 60; i++) {
            struct guide_event event;
            random = random * 6364136223846793005U + 1442695040888963407U;
            play(some[(random >> 33) % (sizeof(some) / sizeof(some[0]))]);
            while (guide_next_event(guide, &event)) {
                assert_true(event.end_ns >= event.start_ns);
                assert_true(event.end_ns <= now_ns);
            }
            events[0] = '\0';
        }
        guide_stop(guide, now_ns);
        assert_int_equal(guide->state, GUIDE_DONE);
        end_guide(NULL);
    }
}

#define RULE(name) cmocka_unit_test_teardown(name, end_guide)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(session_goes_from_questions_to_notes),
        RULE(each_side_is_an_exercise_of_its_own),
        RULE(sets_come_one_after_the_other),
        RULE(programme_without_exercises_to_lead_asks_all_the_same),
        RULE(what_was_not_done_by_hand_is_no_event),
        RULE(exercise_ends_when_the_dose_is_reached),
        RULE(more_may_be_done_up_to_the_upper_end),
        RULE(too_little_never_ends_by_itself),
        RULE(nothing_seen_is_asked_for),
        RULE(uncounted_repetitions_are_asked_for),
        RULE(holds_without_a_sensor_follow_the_bell),
        RULE(one_hold_without_a_sensor_is_for_the_clock),
        RULE(minutes_without_a_sensor_are_for_the_clock),
        RULE(clock_stands_in_for_a_sensor_that_cannot_tell),
        RULE(sensor_that_can_tell_has_the_last_word),
        RULE(bell_sets_the_pace_of_presses_that_a_sensor_counts),
        RULE(presses_that_no_sensor_tells_are_asked_for),
        RULE(time_is_up_though_the_wrist_shows_little),
        RULE(enough_by_the_clock_is_done_at_a_key),
        RULE(space_goes_on_without_waiting),
        RULE(right_skips_in_every_state),
        RULE(skipping_what_is_done_is_no_skip),
        RULE(skipping_all_comes_to_the_end),
        RULE(left_repeats_in_every_state),
        RULE(what_is_done_again_comes_on_top),
        RULE(up_and_down_pause),
        RULE(waiting_needs_no_pause),
        RULE(time_of_a_pause_does_not_count),
        RULE(pause_does_not_end_an_exercise_that_is_enough),
        RULE(answers_stay_in_their_range),
        RULE(other_keys_do_nothing),
        RULE(notes_are_text),
        RULE(notes_have_an_end),
        RULE(space_before_any_notes_ends_the_session),
        RULE(stopping_keeps_what_is_under_way),
        RULE(any_keys_at_any_time_make_good_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
