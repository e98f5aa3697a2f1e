/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/programme_event.h"

static bool parse(const char *label, const char *source,
                  struct programme_event *out)
{
    struct recording_event event = {0};
    assert_true(strlen(label) < sizeof(event.label));
    snprintf(event.label, sizeof(event.label), "%s", label);
    snprintf(event.source, sizeof(event.source), "%s", source);
    return programme_event_parse(&event, out);
}

static void labels_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const labels[] = {
        "programme name=hand-neuropathy week=104",
        "exercise id=abcdefghijklmnopqrstuvwxyz1 side=right set=1000",
        "skipped id=wrist-curls side=both",
        "pause",
        "symptom name=pain when=before value=0",
        "symptom name=numbness when=after value=10",
        "word id=abcdefghijklmnopqrstuvwxyz1 side=right repetitions=12",
        "word id=calf-raises side=none hold_s=7.5",
        "hand id=swimming minutes=30",
    };
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct programme_event event;
        char label[PROGRAMME_EVENT_LABEL];
        assert_true(parse(labels[i], "programme", &event));
        programme_event_label(&event, label);
        assert_string_equal(label, labels[i]);
    }
}

static void the_order_of_the_words_is_free(void **state)
{
    (void)state;
    struct programme_event event;
    assert_true(
        parse("exercise set=2 side=left id=nerve-glides", "programme", &event));
    assert_int_equal(event.kind, PROGRAMME_EVENT_EXERCISE);
    assert_string_equal(event.name, "nerve-glides");
    assert_int_equal(event.side, SIDE_LEFT);
    assert_int_equal(event.set, 2);
}

static void what_is_not_of_a_programme_is_left_alone(void **state)
{
    (void)state;
    static const char *const labels[] = {
        "",
        " ",
        "mark 1",
        "programme",
        "programme name=x",
        "programme name=x week=0",
        "programme name=x week=1.5",
        "programme name=x week=105",
        "programme name= week=1",
        "programme name=abcdefghijklmnopqrstuvwxyz12 week=1",
        "exercise id=x side=left",
        "exercise id=x side=up set=1",
        "exercise id=x side=left set=1 set=2",
        "exercise id=x side=left set=1 week=2",
        "exercise id=x side=left set 1",
        "exercise id=x side=left set=1x",
        "pause set=1",
        "symptom name=joy when=before value=1",
        "symptom name=none when=before value=1",
        "symptom name=pain when=during value=1",
        "symptom name=pain when=after value=11",
        "symptom name=pain when=after value=nan",
        "word id=x side=left repetitions=-1",
        "word id=x side=left loops=3",
        "hand id=swimming minutes=",
    };
    struct programme_event event;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        assert_false(parse(labels[i], "programme", &event));
    }
    assert_false(parse("pause", "key", &event));
    assert_true(parse("pause", "programme", &event));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_come_back_as_they_were),
        cmocka_unit_test(the_order_of_the_words_is_free),
        cmocka_unit_test(what_is_not_of_a_programme_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
