/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small programme with every kind of exercise, a guide that leads through it,
 * and a script that plays the wearer. For test programs of the guide.
 */
#ifndef TESTS_GUIDE_MAKER_H
#define TESTS_GUIDE_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/guide_clock.h"

static const char HEAD[] = "programme: small\n"
                           "title: {en: A small one, de: Ein kleines für Sie}\n"
                           "about: {en: About it., de: Darüber.}\n"
                           "weeks: 4\n"
                           "cautions:\n"
                           "  - id: always\n"
                           "    text: {en: Take care., de: Vorsicht.}\n"
                           "    rise_percent: 30\n"
                           "  - id: pain\n"
                           "    text: {en: It hurts., de: Es tut weh.}\n"
                           "    symptom: pain\n"
                           "    at_least: 7\n"
                           "exercises:\n";

/* An exercise; `more` are its other lines. */
#define EXERCISE(id, name, more)                                               \
    "  - id: " id "\n"                                                         \
    "    name: {en: " name ", de: " name " auf Deutsch}\n"                     \
    "    instruction: {en: Do " id " now., de: Tun Sie " id ".}\n"             \
    "    source: nobody\n"                                                     \
    "    days_a_week: 7\n" more

static const char TAPS[] =
    EXERCISE("taps", "Taps",
             "    movement: taps\n    placement: wrist\n    side: each\n"
             "    repetitions: 10\n    period_s: 0.15..2\n");
static const char CURLS[] =
    EXERCISE("curls", "Curls",
             "    movement: repetitions\n    placement: wrist\n"
             "    side: both\n    repetitions: 10..15\n    period_s: 2..12\n"
             "    progression:\n      - {week: 2, sets: 2}\n");
static const char TOUCHES[] =
    EXERCISE("touches", "Touches",
             "    movement: touches\n    placement: ankle\n    side: none\n"
             "    repetitions: 3\n    hold_s: 5\n    period_s: 4..12\n");
static const char PRESSES[] =
    EXERCISE("presses", "Presses",
             "    movement: touches\n    placement: wrist\n    side: both\n"
             "    repetitions: 3\n    hold_s: 5\n    period_s: 4..12\n");
static const char REACH[] =
    EXERCISE("reach", "Reach",
             "    movement: hold\n    placement: wrist\n    side: both\n"
             "    repetitions: 1\n    hold_s: 15\n");
static const char STRETCH[] =
    EXERCISE("stretch", "Stretch",
             "    movement: hold\n    placement: ankle\n    side: none\n"
             "    repetitions: 1\n    hold_s: 15..30\n");
static const char ROLLING[] =
    EXERCISE("rolling", "Rolling",
             "    movement: rhythm\n    placement: ankle\n    side: none\n"
             "    minutes: 1..2\n");
static const char CIRCLES[] =
    EXERCISE("circles", "Circles",
             "    movement: rhythm\n    placement: wrist\n    side: both\n"
             "    minutes: 1\n");
static const char HEAT[] =
    EXERCISE("heat", "Heat",
             "    movement: by-hand\n    placement: none\n    side: none\n"
             "    minutes: 5..15\n");

static struct programme *programme;
static struct guide_plan plan;
static struct guide *guide;
static int64_t now_ns;
static double counted; /* what a sensor says, NAN: it cannot tell */
static bool counts;    /* it says anything at all */
static unsigned bells;
static char events[4096]; /* of the script, a line each */

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    assert_true(used + strlen(more) < size);
    snprintf(text + used, size - used, "%s", more);
}

/* A sensor on the left wrist. */
static bool sees_left_wrist(const void *self,
                            const struct programme_exercise *exercise,
                            enum side side, size_t *sensor)
{
    (void)self;
    *sensor = 0;
    return exercise->site == SITE_WRIST && side != SIDE_RIGHT;
}

/* Starts a guide through the exercises, at 100 s. */
static void lead_through(const char *const *exercises, uint32_t week)
{
    static const int64_t BEGIN_NS = 100000000000;
    char text[8192];
    struct error error;
    snprintf(text, sizeof(text), "%s", HEAD);
    for (size_t i = 0; exercises[i] != NULL; i++) {
        append(text, sizeof(text), exercises[i]);
    }
    if (programme_parse("test", text, strlen(text), &programme, &error) < 0) {
        fail_msg("%s", error.text);
    }
    const struct guide_senses senses = {sees_left_wrist, NULL};
    assert_int_equal(guide_plan_make(programme, week, senses, &plan), 0);
    guide = guide_new(programme, week, &plan);
    assert_non_null(guide);
    now_ns = BEGIN_NS;
    counts = false;
    bells = 0;
    events[0] = '\0';
    guide_start(guide, now_ns);
}

static int end_guide(void **state)
{
    (void)state;
    guide_free(guide);
    guide_plan_free(&plan);
    programme_free(programme);
    guide = NULL;
    programme = NULL;
    return 0;
}

static void take_events(void)
{
    struct guide_event event;
    while (guide_next_event(guide, &event)) {
        char label[PROGRAMME_EVENT_LABEL];
        char line[128];
        programme_event_label(&event.what, label);
        snprintf(line, sizeof(line), "%.1f..%.1f %s\n",
                 (double)event.start_ns * 1e-9 - 100,
                 (double)event.end_ns * 1e-9 - 100, label);
        append(events, sizeof(events), line);
    }
    bells += guide_take_bell(guide);
}

static void press(const char *text, enum key_kind kind)
{
    struct key key = {.kind = kind};
    snprintf(key.text, sizeof(key.text), "%s", text);
    guide_key(guide, &key, now_ns);
    take_events();
}

static void pass(double seconds)
{
    for (int i = 0; i < (int)lround(10 * seconds); i++) {
        now_ns += 100000000;
        if (counts) {
            const struct guide_count count = {counted, NAN, NAN};
            guide_counted(guide, &count, now_ns);
        }
        guide_tick(guide, now_ns);
        take_events();
    }
}

/* Plays keys: 's' for space, < > ^ v, 'e' Enter, 'b' backspace; a number is of
 * seconds that pass, after '=' what the sensor counts from now on (? that it
 * cannot tell); after '!'
 * comes a letter as it is. Spaces part numbers. */
static void play(const char *script)
{
    for (const char *c = script; *c != '\0';) {
        static const char arrows[] = "<>^v";
        static const enum key_kind kinds[] = {KEY_LEFT, KEY_RIGHT, KEY_UP,
                                              KEY_DOWN};
        const char *arrow = strchr(arrows, *c);
        char letter[2] = {*c, '\0'};
        char *end = NULL;
        if (*c == '=') {
            counted = c[1] == '?' ? (double)NAN : strtod(c + 1, &end);
            end = c[1] == '?' ? (char *)c + 2 : end;
            counts = true;
        } else if (*c >= '0' && *c <= '9') {
            pass(strtod(c, &end));
        } else if (*c == '!') {
            letter[0] = *++c;
            press(letter, KEY_TEXT);
        } else if (arrow != NULL) {
            press("", kinds[arrow - arrows]);
        } else if (*c == 'e' || *c == 'b') {
            press("", *c == 'e' ? KEY_ENTER : KEY_BACKSPACE);
        } else if (*c != ' ') {
            press(*c == 's' ? " " : letter, KEY_TEXT);
        }
        c = end != NULL ? end : c + 1;
    }
}

#endif
