/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guide_maker.h"

#include "analysis/guide_text.h"
#include "analysis/guide_view.h"

#define LEAD(...) lead_through((const char *const[]){__VA_ARGS__, NULL}, 1)

/* All that is to be seen, in rows of that width and height. */
static const char *seen(enum language language, size_t width, size_t height)
{
    static char text[SCREEN_ROWS * (SCREEN_ROW + 1)];
    static struct screen_rows rows;
    struct screen screen = {0};
    guide_view(guide, language, now_ns, &screen);
    screen_lay_out(&screen, width, height, &rows);
    text[0] = '\0';
    for (size_t i = 0; i < rows.count; i++) {
        append(text, sizeof(text), rows.row[i]);
        append(text, sizeof(text), "\n");
    }
    return text;
}

static bool shows(const char *words)
{
    return strstr(seen(LANGUAGE_EN, 80, 40), words) != NULL;
}

static void every_text_is_in_every_language(void **state)
{
    (void)state;
    for (int text = 0; text < GUIDE_TEXTS; text++) {
        const char *english = guide_texts[LANGUAGE_EN][text];
        assert_non_null(english);
        for (int language = 0; language < LANGUAGES; language++) {
            const char *other = guide_texts[language][text];
            assert_non_null(other);
            assert_true(other[0] != '\0');
            /* They take the same things in the same order. */
            const char *a = strchr(english, '%');
            const char *b = strchr(other, '%');
            while (a != NULL && b != NULL) {
                size_t length = strspn(a + 1, ".0123456789z") + 2;
                assert_memory_equal(a, b, length);
                a = strchr(a + 1, '%');
                b = strchr(b + 1, '%');
            }
            assert_true(a == NULL && b == NULL);
        }
    }
}

static void question_shows_the_answer_so_far(void **state)
{
    (void)state;
    LEAD(CURLS);
    play(">>>");
    assert_true(shows("how strong is your pain"));
    assert_non_null(strstr(seen(LANGUAGE_EN, 80, 9), "\n3\n"));
    play("s");
    assert_true(shows("how numb"));
    assert_true(shows("less"));
    assert_true(shows("more"));
}

static void wait_shows_what_comes_and_the_cautions(void **state)
{
    (void)state;
    LEAD(CURLS);
    play("ss");
    assert_true(shows("First: Curls, both hands\n10 to 15 times\n"));
    assert_true(shows("Do curls now."));
    assert_true(shows("Take care."));
    assert_false(shows("It hurts."));
    assert_true(shows("space: start"));
    end_guide(NULL);
    LEAD(CURLS);
    play(">>>>>>>ss");
    assert_true(shows("It hurts."));
}

static void exercise_shows_count_and_keys(void **state)
{
    (void)state;
    LEAD(CURLS);
    play("sss3");
    assert_true(shows("Get ready."));
    assert_non_null(strstr(seen(LANGUAGE_EN, 40, 10), "\n2\n"));
    play("2=7 65");
    assert_non_null(strstr(seen(LANGUAGE_EN, 40, 12), "7 of 10 to 15 times\n"));
    assert_true(shows("Time 1:05"));
    assert_true(shows("The band counts."));
    assert_true(shows("space: finished · → skip · ← again · ↓ pause"));
    assert_false(shows("that is enough"));
    play("=10 1");
    assert_true(shows("that is enough. Up to 15 times if"));
}

static void hold_and_cadence_are_shown_as_they_happen(void **state)
{
    (void)state;
    LEAD(CURLS);
    play("sss5");
    const struct guide_count count = {3, 4.25, 112};
    guide_counted(guide, &count, now_ns);
    assert_true(shows("held 4 s"));
    assert_true(shows("112 steps a minute"));
}

static void what_no_sensor_counts_is_said(void **state)
{
    (void)state;
    LEAD(TOUCHES, STRETCH, TAPS);
    play("ss");
    assert_true(shows("follow the bell"));
    play("s5 2");
    assert_true(shows("Hold for 3 s more."));
    play("4");
    assert_true(shows("Let go. Again in 2 s."));
    play("17");
    assert_true(shows("How many did you do? Touches"));
    play("s");
    assert_true(shows("Done: Touches\n  3 of 3 times, hold 5 s (as you said)"));
    assert_true(shows("Next: Stretch"));
    assert_true(shows("the clock counts"));
    assert_true(shows("It goes on in 8 s."));
    play("s5 12");
    assert_non_null(strstr(seen(LANGUAGE_EN, 40, 12), "12 of 15 to 30 s"));
    play(">>");
    assert_true(shows("Next: Taps, right hand"));
    assert_true(shows("count yourself"));
    play("s5 9");
    assert_non_null(strstr(seen(LANGUAGE_EN, 40, 12), "0:09\n"));
}

static void rest_and_pause_say_how_to_go_on(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS);
    play("sss5=15 1");
    assert_true(shows("Done: Curls, both hands\n  15 of 10 to 15 times"));
    assert_true(shows("space: go on"));
    play("v65");
    assert_true(shows("Pause."));
    assert_non_null(strstr(seen(LANGUAGE_EN, 60, 9), "1:05\n"));
    play("v>");
    assert_true(shows("Skipped: Taps, left hand"));
}

static void exercises_by_hand_and_notes_are_asked_for(void **state)
{
    (void)state;
    LEAD(HEAT);
    play("ss");
    assert_true(shows("How many minutes of this did you do today? Heat"));
    play("s");
    assert_true(shows("That was all."));
    play("ss!h!i");
    assert_true(shows("> hi_"));
    assert_true(shows("Enter: finish"));
    play("e");
    assert_string_equal(seen(LANGUAGE_EN, 80, 24), "");
}

/* What to do, how far it is and the keys stay on a small terminal; no row is
 * wider than it. */
static void small_terminals_show_what_matters(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "",       ">>s",     "ss",        "sss2",      "sss5=7 30",
        "sss5 9", "sss5 9v", "sss5=15 1", "sss5=10 1", "sss5=0 1s"};
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        for (int language = 0; language < LANGUAGES; language++) {
            LEAD(CURLS, TAPS);
            play(scripts[i]);
            const char *text = seen((enum language)language, 40, 10);
            const char *key = language == LANGUAGE_EN ? "space" : "Leertaste";
            assert_non_null(strstr(text, key));
            if (guide_item(guide) != NULL) {
                assert_non_null(strstr(text, "Curls"));
            }
            for (const char *row = text; *row != '\0';) {
                size_t columns = 0;
                for (; *row != '\n'; row++) {
                    columns += ((unsigned char)*row & 0xc0) != 0x80;
                }
                assert_true(columns <= 40);
                row++;
            }
            end_guide(NULL);
        }
    }
}

static void german_is_german(void **state)
{
    (void)state;
    LEAD(CURLS);
    play("sss");
    const char *text = seen(LANGUAGE_DE, 80, 40);
    assert_non_null(strstr(text, "Ein kleines für Sie, Woche 1"));
    assert_non_null(strstr(text, "Übung 1 von 1"));
    assert_non_null(strstr(text, "Curls auf Deutsch, beide Hände"));
    assert_non_null(strstr(text, "10 bis 15 Mal"));
    assert_non_null(strstr(text, "Tun Sie curls."));
    assert_non_null(strstr(text, "Leertaste: jetzt"));
}

/* ---- after ---- */

enum { SUMMARY = 4096 };

static void hear(void *self, const char *line)
{
    append(self, SUMMARY, line);
    append(self, SUMMARY, "\n");
}

static const char *summary(void)
{
    static char text[SUMMARY];
    text[0] = '\0';
    guide_sum_up(guide, LANGUAGE_EN, (struct guide_listener){hear, text});
    return text;
}

static void summary_says_what_was_done(void **state)
{
    (void)state;
    LEAD(CURLS, TAPS, ROLLING, STRETCH);
    assert_string_equal(summary(), "No exercise was done in this session.\n");
    play(">>>sss5=12 7>s5sss5 90>>s");
    assert_string_equal(summary(),
                        "Done in this session:\n"
                        "  Curls, both hands: 12 of 10 to 15 times\n"
                        "  Taps, right hand: 10 of 10 times (as you said)\n"
                        "  Rolling: 1:30 of 1 to 2 min (by the clock)\n"
                        "Not done: 2 of the exercises.\n"
                        "Pain, 0 to 10: 3 before, 0 after\n"
                        "Numbness, 0 to 10: 0 before, – after\n");
}

static void what_came_to_nothing_is_not_done(void **state)
{
    (void)state;
    LEAD(CURLS);
    play("sss5=0 5q");
    assert_string_equal(summary(), "No exercise was done in this session.\n"
                                   "Pain, 0 to 10: 0 before, – after\n"
                                   "Numbness, 0 to 10: 0 before, – after\n");
}

#define RULE(name) cmocka_unit_test_teardown(name, end_guide)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(every_text_is_in_every_language),
        RULE(question_shows_the_answer_so_far),
        RULE(wait_shows_what_comes_and_the_cautions),
        RULE(exercise_shows_count_and_keys),
        RULE(hold_and_cadence_are_shown_as_they_happen),
        RULE(what_no_sensor_counts_is_said),
        RULE(rest_and_pause_say_how_to_go_on),
        RULE(exercises_by_hand_and_notes_are_asked_for),
        RULE(small_terminals_show_what_matters),
        RULE(german_is_german),
        RULE(summary_says_what_was_done),
        RULE(what_came_to_nothing_is_not_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
