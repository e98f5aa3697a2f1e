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

#include "analysis/history.h"

static const char text[] =
    "programme: test\n"
    "title: {en: Test}\n"
    "about: {en: For tests.}\n"
    "weeks: 4\n"
    "cautions:\n"
    "  - {id: hurts, text: {en: Stop.}, symptom: pain, at_least: 7}\n"
    "  - {id: numb, text: {en: Short walks.}, symptom: numbness, at_least: 5,\n"
    "     walk_minutes: 30}\n"
    "  - {id: slowly, text: {en: Slowly.}, rise_percent: 30}\n"
    "exercises:\n"
    "  - {id: curls, name: {en: Curls}, instruction: {en: Curl.}, source: x,\n"
    "     movement: repetitions, placement: wrist, side: each,\n"
    "     repetitions: 10, days_a_week: 3, period_s: 2..12,\n"
    "     progression: [{week: 2, repetitions: 20}]}\n"
    "  - {id: walk, name: {en: Walk}, instruction: {en: Walk.}, source: x,\n"
    "     movement: walk, placement: any, side: none, minutes: 30,\n"
    "     days_a_week: 3}\n";

enum { CURLS_LEFT, CURLS_RIGHT, WALK, TASKS };

struct fixture {
    struct history history;
    struct programme *programme; /* of the history */
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct error error = {0};
    setenv("TZ", "UTC", 1);
    history_init(&f->history);
    int err =
        programme_parse("test", text, strlen(text), &f->programme, &error);
    if (err < 0) {
        print_error("%s\n", error.text);
        return -1;
    }
    *state = f;
    return history_use_programme(&f->history, f->programme);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    history_free(&f->history);
    free(f);
    return 0;
}

/* A session as the analysis would have it, with nothing done. */
struct session {
    struct summary summary;
    struct adherence_item item[TASKS];
};

static void make(struct session *session, const struct fixture *f, int day,
                 const char *uuid)
{
    static const enum side sides[TASKS] = {SIDE_LEFT, SIDE_RIGHT, SIDE_NONE};
    struct summary *summary = &session->summary;
    summary_init(summary);
    snprintf(summary->path, sizeof(summary->path), "%s.h5", uuid);
    snprintf(summary->info.uuid, sizeof(summary->info.uuid), "%s", uuid);
    snprintf(summary->info.created_utc, sizeof(summary->info.created_utc),
             "2026-11-%02dT08:00:00.000Z", day);
    strcpy(summary->info.participant, "P01");
    summary->info.placement = PLACEMENT_LEFT_WRIST;
    for (int i = 0; i < TASKS; i++) {
        struct adherence_item *item = &session->item[i];
        memset(item, 0, sizeof(*item));
        item->exercise = &f->programme->exercise[i == WALK];
        item->side = sides[i];
        item->verdict = VERDICT_NOT;
        item->basis = BASIS_NONE;
        item->fraction = 0;
        double *done = (double *)&item->done;
        for (size_t k = 0; k < sizeof(item->done) / sizeof(double); k++) {
            done[k] = NAN;
        }
    }
    summary->adherence.item = session->item; /* borrowed */
    summary->adherence.item_count = TASKS;
}

static void do_task(struct session *session, int task, double amount,
                    double fraction)
{
    struct adherence_item *item = &session->item[task];
    item->basis = BASIS_MEASURED;
    item->fraction = fraction;
    item->verdict = fraction >= 1 ? VERDICT_FULL : VERDICT_PART;
    item->done.part[task == WALK ? DOSE_MINUTES : DOSE_REPETITIONS] = amount;
}

static void add(struct fixture *f, const struct session *session)
{
    struct error error = {0};
    assert_int_equal(history_add(&f->history, &session->summary, &error), 0);
}

static void settle(struct fixture *f)
{
    struct error error = {0};
    assert_int_equal(history_settle(&f->history, &error), 0);
}

static const struct history_series *series_of(const struct fixture *f,
                                              enum history_measure measure)
{
    for (size_t i = 0; i < f->history.series_count; i++) {
        if (f->history.series[i].measure == measure) {
            return &f->history.series[i];
        }
    }
    return NULL;
}

static void tasks_are_exercises_and_their_sides(void **state)
{
    const struct history *h = &((struct fixture *)*state)->history;
    assert_int_equal(h->task_count, TASKS);
    assert_string_equal(h->task[CURLS_RIGHT].exercise->id, "curls");
    assert_int_equal(h->task[CURLS_RIGHT].side, SIDE_RIGHT);
    assert_int_equal(h->task[WALK].side, SIDE_NONE);
}

static void days_are_counted_by_week(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    static const struct {
        int day;
        double fraction;
    } days[] = {{2, 1}, {15, 1}, {3, 0.5}, {8, 1}, {9, 0}};
    for (size_t i = 0; i < 5; i++) {
        char uuid[16];
        snprintf(uuid, sizeof(uuid), "u%zu", i);
        make(&s, f, days[i].day, uuid);
        if (days[i].fraction > 0) {
            do_task(&s, CURLS_LEFT, 10 * days[i].fraction, days[i].fraction);
        }
        add(f, &s);
    }
    settle(f);
    const struct history *h = &f->history;
    assert_int_equal(h->session_count, 5);
    assert_int_equal(h->week_count, 2); /* from the 2nd: 2-8, 9-15 */
    assert_int_equal(h->week[0].days, 3);
    assert_int_equal(h->week[0].task[CURLS_LEFT].days_full, 2);
    assert_int_equal(h->week[0].task[CURLS_LEFT].days_part, 1);
    assert_true(h->week[0].task[CURLS_LEFT].repetitions == 25);
    assert_true(h->week[0].asked == 9); /* three tasks, three days each */
    assert_true(h->week[0].full == 2 && h->week[0].part == 1);
    assert_true(h->week[0].repetitions == 25);
    assert_int_equal(h->week[1].days, 2);
    assert_int_equal(h->week[1].task[CURLS_LEFT].days_full, 1);
    assert_int_equal(h->week[1].task[CURLS_RIGHT].days_full, 0);
    assert_true(h->week[1].task[CURLS_RIGHT].seen);
}

static void weeks_begin_where_they_are_said_to(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    struct error error = {0};
    assert_int_equal(history_start(&f->history, "1 May", &error), ERR_USAGE);
    assert_int_equal(history_start(&f->history, "2026-02-30", &error),
                     ERR_USAGE);
    assert_int_equal(history_start(&f->history, "2026-10-28", &error), 0);
    make(&s, f, 4, "a"); /* of November */
    add(f, &s);
    settle(f);
    assert_int_equal(f->history.week_count, 2);
    assert_int_equal(f->history.week[0].sessions, 0);
    assert_int_equal(f->history.session[0].week, 2);
}

static void a_week_without_sessions_is_there(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    make(&s, f, 1, "a");
    add(f, &s);
    make(&s, f, 20, "b");
    add(f, &s);
    settle(f);
    assert_int_equal(f->history.week_count, 3);
    assert_int_equal(f->history.week[1].sessions, 0);
    assert_int_equal(f->history.week[2].sessions, 1);
}

static void halves_of_a_day_are_a_whole(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    for (int i = 0; i < 2; i++) {
        make(&s, f, 2, i == 0 ? "a" : "b");
        do_task(&s, WALK, 15, 0.5);
        add(f, &s);
    }
    settle(f);
    assert_int_equal(f->history.week[0].days, 1);
    assert_int_equal(f->history.week[0].sessions, 2);
    assert_int_equal(f->history.week[0].task[WALK].days_full, 1);
    assert_true(f->history.week[0].task[WALK].minutes == 30);
}

/* Left and right wrist in one recording: what each saw of its own hand; the
 * walk that both saw is one. */
static void sensors_of_a_session_are_one_session(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    make(&s, f, 2, "a");
    do_task(&s, CURLS_LEFT, 10, 1);
    do_task(&s, WALK, 28, 0.9);
    s.item[CURLS_RIGHT].verdict = VERDICT_NOT_MEASURABLE;
    s.summary.walking.walking_s = 28 * 60;
    add(f, &s);
    make(&s, f, 2, "a");
    do_task(&s, CURLS_RIGHT, 5, 0.5);
    do_task(&s, WALK, 30, 1);
    s.item[CURLS_LEFT].verdict = VERDICT_NOT_MEASURABLE;
    s.summary.walking.walking_s = 30 * 60;
    add(f, &s);
    settle(f);
    const struct history *h = &f->history;
    assert_int_equal(h->session_count, 1);
    assert_int_equal(h->session[0].item[CURLS_LEFT].verdict, VERDICT_FULL);
    assert_int_equal(h->session[0].item[CURLS_RIGHT].verdict, VERDICT_PART);
    assert_true(h->session[0].item[WALK].done.part[DOSE_MINUTES] == 30);
    assert_true(h->week[0].walk_minutes == 30);
}

/* A week off is a week in which all was prescribed and nothing done. */
static void a_week_off_was_asked_for_too(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    make(&s, f, 1, "a");
    do_task(&s, CURLS_LEFT, 10, 1);
    add(f, &s);
    make(&s, f, 16, "b");
    do_task(&s, CURLS_LEFT, 50, 1);
    add(f, &s);
    settle(f);
    const struct history *h = &f->history;
    assert_true(h->week[1].asked == h->week[0].asked && h->week[1].asked > 0);
    assert_true(h->week[1].full == 0);
    /* 50 of 20 after a rest is more than 10 of 10 before it */
    assert_int_equal(h->warning_count, 1);
    assert_true(h->warning[0].value > 149 && h->warning[0].value < 151);
}

static void what_one_session_lacks_does_not_hide_another(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    make(&s, f, 1, "a");
    snprintf(s.summary.walking.reason, sizeof(s.summary.walking.reason),
             "no accelerometer");
    add(f, &s);
    make(&s, f, 1, "b");
    s.summary.walking.walking_s = 600;
    add(f, &s);
    settle(f);
    assert_int_equal(series_of(f, HISTORY_WALK_MINUTES)->count, 1);
    assert_true(series_of(f, HISTORY_WALK_MINUTES)->point[0].value == 10);
}

static void a_short_stop_does_not_end_a_long_walk(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    static struct walk_bout bouts[] = {{.start_s = 0, .end_s = 1500},
                                       {.start_s = 1520, .end_s = 2120},
                                       {.start_s = 2300, .end_s = 2900}};
    make(&s, f, 1, "a");
    s.summary.walking.bout = bouts;
    s.summary.walking.bout_count = 3;
    add(f, &s);
    assert_true(f->history.session[0].longest_walk_minutes == 35);
}

static void sessions_of_another_programme_are_counted(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    make(&s, f, 1, "a");
    snprintf(s.summary.adherence.name, sizeof(s.summary.adherence.name),
             "mine");
    s.summary.adherence.item_count = 0;
    add(f, &s);
    make(&s, f, 2, "b");
    add(f, &s);
    assert_int_equal(f->history.others, 1);
}

static void another_participant_is_refused(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    struct error error = {0};
    make(&s, f, 2, "a");
    add(f, &s);
    make(&s, f, 3, "b");
    strcpy(s.summary.info.participant, "P02");
    assert_int_equal(history_add(&f->history, &s.summary, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "P02"));
    make(&s, f, 3, "c");
    strcpy(s.summary.info.created_utc, "yesterday");
    assert_int_equal(history_add(&f->history, &s.summary, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "when"));
    assert_int_equal(f->history.session_count, 1);
}

static void a_day_is_that_of_the_clock_on_the_wall(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    char date[HISTORY_DATE];
    setenv("TZ", "XYZ-2", 1); /* two hours ahead of UTC */
    make(&s, f, 2, "a");
    strcpy(s.summary.info.created_utc, "2026-11-02T22:30:00.000Z");
    add(f, &s);
    setenv("TZ", "UTC", 1);
    history_date(f->history.session[0].day, date);
    assert_string_equal(date, "2026-11-03");
}

static void changes_are_judged_by_what_is_better(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    for (int i = 0; i < 8; i++) {
        char uuid[16];
        snprintf(uuid, sizeof(uuid), "u%d", i);
        make(&s, f, 2 + i, uuid);
        do_task(&s, CURLS_LEFT, 10, 1);
        s.item[CURLS_LEFT].done.range_deg = 60 + 2 * i;
        s.item[CURLS_LEFT].done.tempo_s = 3 + 0.1 * i;
        s.summary.adherence.symptom[SYMPTOM_PAIN][MOMENT_BEFORE] = 8 - 0.1 * i;
        s.summary.adherence.symptom[SYMPTOM_PAIN][MOMENT_AFTER] = 1 + 0.5 * i;
        s.summary.adherence.symptom[SYMPTOM_NUMBNESS][MOMENT_BEFORE] = i % 2;
        s.summary.adherence.symptom[SYMPTOM_NUMBNESS][MOMENT_AFTER] = NAN;
        add(f, &s);
    }
    settle(f);
    const struct history_series *range = series_of(f, HISTORY_RANGE);
    assert_string_equal(range->of.exercise->id, "curls");
    assert_int_equal(range->of.side, SIDE_LEFT);
    assert_int_equal(range->judgement, HISTORY_BETTER);
    assert_true(fabs(range->trend.slope - 14) < 1e-9);
    assert_int_equal(series_of(f, HISTORY_TEMPO)->judgement, HISTORY_CHANGED);
    /* 0.7 of 10 is a trend, but less than the two points that mean something */
    assert_int_equal(series_of(f, HISTORY_PAIN_BEFORE)->judgement,
                     HISTORY_SMALL);
    assert_int_equal(series_of(f, HISTORY_PAIN_AFTER)->judgement,
                     HISTORY_WORSE);
    assert_int_equal(series_of(f, HISTORY_NUMBNESS_BEFORE)->judgement,
                     HISTORY_NO_TREND);
    assert_null(series_of(f, HISTORY_NUMBNESS_AFTER));
}

static void cautions_warn(void **state)
{
    struct fixture *f = *state;
    static struct session s;
    static const struct {
        int day;
        double pain, numbness, longest, curls;
    } days[] = {
        {2, 7, 0, 40, 10},  /* hurts; the walk is long, but nothing is numb */
        {3, NAN, 5, 31, 0}, /* numb, and long */
        {4, 0, 5, 30, 0},   /* not longer than that */
        {9, 0, 0, 0, 20},   /* week 2 asks for 20: no rise */
        {16, 0, 0, 0, 20},  {17, 0, 0, 0, 7}, /* 27 after 20: up by 35 % */
    };
    for (size_t i = 0; i < 6; i++) {
        struct walk_bout bout = {.start_s = 10,
                                 .end_s = 10 + 60 * days[i].longest};
        char uuid[16];
        snprintf(uuid, sizeof(uuid), "u%zu", i);
        make(&s, f, days[i].day, uuid);
        s.summary.adherence.symptom[SYMPTOM_PAIN][MOMENT_AFTER] = days[i].pain;
        s.summary.adherence.symptom[SYMPTOM_NUMBNESS][MOMENT_BEFORE] =
            days[i].numbness;
        s.summary.walking.bout = &bout;
        s.summary.walking.bout_count = 1;
        if (days[i].curls > 0) {
            do_task(&s, CURLS_LEFT, days[i].curls, 1);
        }
        add(f, &s);
    }
    settle(f);
    const struct history *h = &f->history;
    assert_int_equal(h->warning_count, 3);
    assert_string_equal(h->warning[0].caution->id, "hurts");
    assert_true(h->warning[0].value == 7);
    assert_string_equal(h->warning[1].caution->id, "numb");
    assert_true(h->warning[1].value == 31 && h->warning[1].limit == 30);
    assert_string_equal(h->warning[2].caution->id, "slowly");
    assert_true(h->warning[2].of_week);
    assert_true(fabs(h->warning[2].value - 35) < 1e-9);
    assert_ptr_equal(h->warning[2].task, &h->task[CURLS_LEFT]);
}

static void nothing_is_nothing(void **state)
{
    struct fixture *f = *state;
    settle(f);
    assert_int_equal(f->history.week_count, 0);
    assert_int_equal(f->history.series_count, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tasks_are_exercises_and_their_sides),
        TEST(days_are_counted_by_week),
        TEST(weeks_begin_where_they_are_said_to),
        TEST(a_week_without_sessions_is_there),
        TEST(halves_of_a_day_are_a_whole),
        TEST(sensors_of_a_session_are_one_session),
        TEST(a_week_off_was_asked_for_too),
        TEST(what_one_session_lacks_does_not_hide_another),
        TEST(a_short_stop_does_not_end_a_long_walk),
        TEST(sessions_of_another_programme_are_counted),
        TEST(another_participant_is_refused),
        TEST(a_day_is_that_of_the_clock_on_the_wall),
        TEST(changes_are_judged_by_what_is_better),
        TEST(cautions_warn),
        TEST(nothing_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
