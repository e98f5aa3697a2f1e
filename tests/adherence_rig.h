/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A summary made to order for tests of adherence: begin and end are a test's
 * setup and teardown; add_... put into it what an analysis might have found;
 * find holds it against a programme; item is what came of an exercise.
 */
#ifndef TESTS_ADHERENCE_RIG_H
#define TESTS_ADHERENCE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/array.h"
#include "analysis/summary.h"

static struct summary summary;

static inline int begin(void **state)
{
    (void)state;
    summary_init(&summary);
    summary.duration_s = 4000;
    summary.info.placement = PLACEMENT_LEFT_WRIST;
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    summary_free(&summary);
    return 0;
}

/* ---- what the recording has ---- */

static inline void add_event(double start_s, double end_s, const char *label)
{
    struct recording_event *event =
        array_add(&summary.event, summary.event_count++, sizeof(*event));
    event->start_ns = llround(start_s * 1e9);
    event->end_ns = llround(end_s * 1e9);
    snprintf(event->label, sizeof(event->label), "%s", label);
    strcpy(event->source, "programme");
}

/* So many repetitions from `start_s` on, 4 s apart. */
static inline void add_set(double start_s, uint32_t count, double range_deg,
                           double hold_s)
{
    struct exercise *e = &summary.exercise;
    for (uint32_t i = 0; i < count; i++) {
        struct repetition *r =
            array_add(&e->repetition, e->repetition_count++, sizeof(*r));
        double at_s = start_s + (4 + hold_s) * i;
        *r = (struct repetition){
            at_s, at_s + 3 + hold_s,     hold_s, range_deg, 3,
            0.8F, (uint32_t)e->set_count};
    }
    struct exercise_set *set = array_add(&e->set, e->set_count++, sizeof(*set));
    *set = (struct exercise_set){"repetition",
                                 start_s,
                                 start_s + (4 + hold_s) * count,
                                 count,
                                 hold_s,
                                 range_deg,
                                 3,
                                 0.8};
}

static inline void add_taps(double start_s, uint32_t count)
{
    struct taps *t = &summary.taps;
    for (uint32_t i = 0; i < count; i++) {
        struct tap *tap = array_add(&t->tap, t->tap_count++, sizeof(*tap));
        *tap = (struct tap){start_s + 0.5 * i, 0.9F, (uint32_t)t->series_count};
    }
    struct tap_series *series =
        array_add(&t->series, t->series_count++, sizeof(*series));
    *series = (struct tap_series){
        start_s, start_s + 0.5 * (count - 1), count, 2, 0.05, 0.1, 1, 2, 20,
        0.9};
    t->count += count;
}

/* A walk of 120 steps a minute. */
static inline void add_walk(double start_s, double end_s)
{
    struct walking *w = &summary.walking;
    uint32_t steps = (uint32_t)(2 * (end_s - start_s));
    for (uint32_t i = 0; i < steps; i++) {
        struct step *step = array_add(&w->step, w->step_count++, sizeof(*step));
        *step = (struct step){start_s + 0.5 * i, 0.9F};
        if (i % 2 == 0) {
            struct cadence_point *point =
                array_add(&w->cadence, w->cadence_count++, sizeof(*point));
            *point = (struct cadence_point){start_s + 0.5 * i, 120};
        }
    }
    struct walk_bout *bout =
        array_add(&w->bout, w->bout_count++, sizeof(*bout));
    *bout = (struct walk_bout){start_s, end_s, steps, 120, 2, 30, 0.9};
}

/* ---- what is found ---- */

static inline void find(const char *name)
{
    struct programme *programme = NULL;
    struct error error = {0};
    if (programme_read(name, &programme, &error) < 0) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(adherence_find(&summary, programme, 0), 0);
}

static inline const struct adherence_item *item(const char *id, enum side side)
{
    for (size_t i = 0; i < summary.adherence.item_count; i++) {
        const struct adherence_item *it = &summary.adherence.item[i];
        if (strcmp(it->exercise->id, id) == 0 && it->side == side) {
            return it;
        }
    }
    fail_msg("no item %s %s", id, side_names[side]);
    return NULL;
}

/* As find, with a programme of these exercises: lines of YAML, each exercise
 * indented by two. */
static inline void find_text(const char *exercises)
{
    static char text[8192];
    struct programme *programme = NULL;
    struct error error = {0};
    int size = snprintf(text, sizeof(text),
                        "programme: test\ntitle: {en: Test}\nweeks: 4\n"
                        "exercises:\n%s",
                        exercises);
    assert_true(size > 0 && size < (int)sizeof(text));
    if (programme_parse("test", text, (size_t)size, &programme, &error) < 0) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(adherence_find(&summary, programme, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
