/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/programme.h"

static struct error error;

static int parse(const char *text, struct programme **out)
{
    error = (struct error){0};
    *out = NULL;
    return programme_parse("p.yaml", text, strlen(text), out, &error);
}

#define HEAD "programme: mine\ntitle: Mine\nweeks: 4\n"
#define FIRST                                                                  \
    "exercises:\n- id: curls\n  name: Curls\n  instruction: Bend.\n"           \
    "  movement: repetitions\n  placement: wrist\n  side: each\n"              \
    "  days_a_week: 3..5\n"
#define GOOD HEAD FIRST "  repetitions: 10..15\n"

static void a_programme_is_read_with_its_defaults(void **state)
{
    (void)state;
    struct programme *programme;
    assert_int_equal(parse(GOOD, &programme), 0);
    assert_string_equal(programme->id, "mine");
    assert_string_equal(programme->title.in[LANGUAGE_DE], "Mine");
    assert_int_equal(programme->weeks, 4);
    assert_int_equal(programme->exercise_count, 1);
    const struct programme_exercise *curls = programme_find(programme, "curls");
    assert_non_null(curls);
    assert_null(programme_find(programme, "curl"));
    assert_int_equal(curls->movement, MOVEMENT_REPETITIONS);
    assert_int_equal(curls->site, SITE_WRIST);
    assert_int_equal(curls->sides, SIDES_EACH);
    assert_true(curls->days_a_week.low == 3 && curls->days_a_week.high == 5);
    assert_true(curls->dose.part[DOSE_SETS].low == 1);
    assert_true(curls->dose.part[DOSE_REPETITIONS].high == 15);
    assert_true(isnan(curls->dose.part[DOSE_HOLD_S].low));
    assert_true(isnan(curls->range_deg) && isnan(curls->period_s.low));
    assert_string_equal(curls->limits.in[LANGUAGE_EN], "");
    programme_free(programme);
}

static void languages_that_are_left_out_get_the_first(void **state)
{
    (void)state;
    struct programme *programme;
    assert_int_equal(
        parse("programme: mine\ntitle: {de: Übung}\nweeks: 4\n" FIRST
              "  repetitions: 10\n  limits: {en: a, de: b}",
              &programme),
        0);
    assert_string_equal(programme->title.in[LANGUAGE_EN], "Übung");
    assert_string_equal(programme->exercise[0].limits.in[LANGUAGE_DE], "b");
    programme_free(programme);
}

static void a_progression_changes_the_dose_from_its_week(void **state)
{
    (void)state;
    struct programme *programme;
    assert_int_equal(parse(GOOD
                           "  progression:\n  - {week: 2, repetitions: 20}\n"
                           "  - {week: 4, sets: 2, hold_s: 0.5..5}\n",
                           &programme),
                     0);
    static const struct {
        uint32_t week;
        double sets, repetitions, hold;
    } cases[] = {{1, 1, 15, 0},
                 {2, 1, 20, 0},
                 {3, 1, 20, 0},
                 {4, 2, 20, 5},
                 {9, 2, 20, 5}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct dose dose =
            programme_dose(&programme->exercise[0], cases[i].week);
        assert_true(dose.part[DOSE_SETS].high == cases[i].sets);
        assert_true(dose.part[DOSE_REPETITIONS].high == cases[i].repetitions);
        assert_true(cases[i].hold > 0
                        ? dose.part[DOSE_HOLD_S].high == cases[i].hold
                        : isnan(dose.part[DOSE_HOLD_S].high));
    }
    programme_free(programme);
}

/* What is wrong, where, and a part of what is said of it. */
static const struct {
    const char *text;
    const char *says;
} bad[] = {
    {"", "nothing in it"},
    {"# only a comment\n", "nothing in it"},
    {"just words", "1:1: here must be keys"},
    {"- a\n- list\n", "1:1: here must be keys"},
    {"a: [", "no YAML"},
    {"a: 'b", "no YAML"},
    {"\tx: 1\n", "no YAML"},
    {"programme: mine\ntitle: Mine\nweeks: 4\n", "'exercises: ...' is missing"},
    {"title: Mine\nweeks: 4\n" FIRST "  repetitions: 3",
     "'programme: ...' is missing"},
    {GOOD "---\nb: 2\n", "a second document"},
    {GOOD "weeks: 5\n", "13:1: 'weeks' is here twice"},
    {GOOD "wekks: 5\n", "13:1: 'wekks' is no key here; these are: programme"},
    {GOOD "? [a]\n: 5\n", "a key must be one word"},
    {"programme: My Plan\n", "1:12: 'programme: My Plan': write a to z"},
    {"programme: 0123456789012345678901234567890123\n", "longer than 27"},
    {"programme: ''\n", "'programme' is empty"},
    {"programme: [a]\n", "'programme' must have one value"},
    {"programme: \"a\\0b\"\n", "'programme' is empty"},
    {HEAD "about: {fr: Oui}\n", "'fr' is no key here; these are: en, de"},
    {HEAD "about: {}\n", "'about' has no text"},
    {HEAD "about: {en: ''}\n", "'en' is empty"},
    {HEAD "about: [a]\n", "here must be keys"},
    {HEAD "about: \"two\\nlines\"\n", "must be one line"},
    {"weeks: 0\n", "'0' is no number from 1 to 104"},
    {"weeks: four\n", "'four' is no number from 1 to 104"},
    {"weeks: 1.5\n", "'weeks' must be a whole number"},
    {"weeks: 1e99\n", "is no number from 1 to 104"},
    {"weeks: nan\n", "'nan' is no number"},
    {HEAD "exercises: []\n", "'exercises' must be a list"},
    {HEAD "exercises: curls\n", "'exercises' must be a list"},
    {HEAD "exercises:\n- curls\n", "5:3: here must be keys, such as 'id: ...'"},
    {HEAD "exercises:\n- id: a\n", "5:3: 'name: ...' is missing"},
    {HEAD FIRST, "5:3: 'movement: repetitions' needs 'repetitions' or"},
    {HEAD FIRST "  repetitions: ten\n", "12:16: 'repetitions': 'ten' is no"},
    {HEAD FIRST "  repetitions: 15..10\n", "write the lower one first"},
    {HEAD FIRST "  repetitions: 10..\n", "'' is no number"},
    {HEAD FIRST "  repetitions: 10-15\n", "'10-15' is no number"},
    {HEAD FIRST "  repetitions: 2.5\n", "must be a whole number"},
    {HEAD FIRST "  repetitions: 0\n", "'0' is no number from 1"},
    {HEAD FIRST "  repetitions: 00000000000000000000000000000000001\n",
     "'repetitions' is no number"},
    {HEAD FIRST "  repetitions: [1, 2]\n", "must have one value"},
    {HEAD FIRST "  repetitions: 5\n  hold_s: -1\n", "'-1' is no number"},
    {HEAD FIRST "  repetitions: 5\n  reps: 5\n", "'reps' is no key here"},
    {GOOD "  progression: 3\n", "'progression' must be a list"},
    {GOOD "  progression:\n  - {repetitions: 3}\n", "'week: ...' is missing"},
    {GOOD "  progression:\n  - {week: 1}\n", "'1' is no number from 2"},
    {GOOD "  progression:\n  - {week: 3}\n  - {week: 2}\n",
     "week 2 comes after week 3"},
    {GOOD "  progression:\n  - week: 2\n  - week: 3\n  - week: 4\n"
          "  - week: 5\n  - week: 6\n  - week: 7\n  - week: 8\n  - week: 9\n"
          "  - week: 10\n",
     "more than 8 steps"},
    {GOOD "- id: curls\n  name: B\n  instruction: B\n  movement: walk\n"
          "  placement: any\n  side: none\n  days_a_week: 3\n  minutes: 3\n",
     "a second exercise 'curls'"},
    {HEAD "exercises:\n- {id: a, name: A, instruction: A, movement: jump}\n",
     "'movement: jump' must be one of taps, touches"},
    {HEAD "exercises:\n- {id: a, name: A, instruction: A, movement: by-hand, "
          "placement: wrist, side: none, days_a_week: 1, minutes: 5}\n",
     "go together"},
    {HEAD "exercises:\n- {id: a, name: A, instruction: A, movement: walk, "
          "placement: any, side: none, days_a_week: 8, minutes: 5}\n",
     "'8' is no number from 0 to 7"},
    {HEAD "exercises:\n- {id: a, name: A, instruction: A, movement: hold, "
          "placement: wrist, side: left, days_a_week: 7, hold_s: 5}\n",
     "'side: left' must be one of each, both, none"},
    {HEAD "cautions: {id: a}\n", "'cautions' must be a list"},
    {HEAD "cautions:\n- {id: a, text: A, symptom: pain}\n",
     "'symptom' and 'at_least' go together"},
    {HEAD "cautions:\n- {id: a, text: A, at_least: 5}\n",
     "'symptom' and 'at_least' go together"},
    {HEAD "cautions:\n- {id: a, text: A, symptom: pain, at_least: 11}\n",
     "'11' is no number from 0 to 10"},
    {"programme: a\xff\n", "UTF-8"},
};

static void what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    assert_true(sizeof(bad) / sizeof(bad[0]) >= 50);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct programme *programme;
        if (parse(bad[i].text, &programme) != ERR_DATA ||
            strncmp(error.text, "p.yaml:", 7) != 0 ||
            strstr(error.text, bad[i].says) == NULL) {
            fail_msg("%s\nsays \"%s\", not \"%s\"", bad[i].text, error.text,
                     bad[i].says);
        }
        assert_null(programme);
    }
}

static void aliases_that_loop_end(void **state)
{
    (void)state;
    struct programme *programme;
    assert_int_equal(parse("exercises: &a [*a]\n", &programme), ERR_DATA);
    assert_int_equal(parse("programme: &a {b: *a}\n", &programme), ERR_DATA);
}

static void more_than_there_is_room_for_is_refused(void **state)
{
    (void)state;
    static const char one[] = "- {id: a%d, text: A}\n";
    char text[2048] = HEAD "cautions:\n";
    struct programme *programme;
    for (int i = 0; i <= PROGRAMME_CAUTIONS; i++) {
        sprintf(text + strlen(text), one, i);
    }
    assert_int_equal(parse(text, &programme), ERR_DATA);
    assert_non_null(strstr(error.text, "more than 16 cautions"));
}

static void what_is_built_in_is_whole_in_each_language(void **state)
{
    (void)state;
    assert_true(programme_builtin_count > 0);
    for (size_t i = 0; i < programme_builtin_count; i++) {
        struct programme *programme;
        assert_int_equal(
            programme_read(programme_builtins[i].name, &programme, &error), 0);
        assert_string_equal(programme->id, programme_builtins[i].name);
        for (size_t k = 0; k < programme->exercise_count; k++) {
            const struct programme_exercise *exercise = &programme->exercise[k];
            assert_true(exercise->source[0] != '\0');
            assert_string_not_equal(exercise->instruction.in[LANGUAGE_EN],
                                    exercise->instruction.in[LANGUAGE_DE]);
        }
        programme_free(programme);
    }
    assert_null(programme_builtin("none"));
}

static void files_are_read_and_what_is_no_file_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/carpus-programme-XXXXXX";
    struct programme *programme;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(programme_read(path, &programme, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "is empty"));
    assert_int_equal(write(fd, GOOD, strlen(GOOD)), strlen(GOOD));
    assert_int_equal(programme_read(path, &programme, &error), 0);
    programme_free(programme);
    assert_int_equal(ftruncate(fd, 2 << 20), 0);
    assert_int_equal(programme_read(path, &programme, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "too long"));
    close(fd);
    unlink(path);
    assert_int_equal(programme_read(path, &programme, &error), ERR_NO_INPUT);
    assert_int_equal(programme_read("/tmp", &programme, &error), ERR_NO_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_programme_is_read_with_its_defaults),
        cmocka_unit_test(languages_that_are_left_out_get_the_first),
        cmocka_unit_test(a_progression_changes_the_dose_from_its_week),
        cmocka_unit_test(what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(aliases_that_loop_end),
        cmocka_unit_test(more_than_there_is_room_for_is_refused),
        cmocka_unit_test(what_is_built_in_is_whole_in_each_language),
        cmocka_unit_test(files_are_read_and_what_is_no_file_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
