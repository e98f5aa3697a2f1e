/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/script_play.h"

/* One number that any other motion would change. */
static uint64_t digest(const char *text, uint64_t seed)
{
    struct play play = play_new(text, seed);
    uint64_t hash = 14695981039346656037u;
    for (double t = 0.0; t < play.motion.duration_s; t += 0.01) {
        struct motion_point point = at(&play, t);
        unsigned char bytes[sizeof(point)];
        memcpy(bytes, &point, sizeof(point));
        for (size_t k = 0; k < sizeof(bytes); k++) {
            hash = (hash ^ bytes[k]) * 1099511628211u;
        }
    }
    play_free(&play);
    return hash;
}

static void same_seed_gives_the_same_motion_and_another_another(void **state)
{
    (void)state;
    uint64_t first = digest(SCRIPT_DEFAULT, 42);
    assert_true(first == digest(SCRIPT_DEFAULT, 42));
    assert_true(first != digest(SCRIPT_DEFAULT, 43));
}

static void motion_does_not_depend_on_what_was_asked_before(void **state)
{
    (void)state;
    struct play play = play_new(SCRIPT_DEFAULT, 42);
    struct play other = play_new(SCRIPT_DEFAULT, 42);
    for (double t = 179.0; t >= 0.0; t -= 0.37) {
        struct motion_point back = at(&play, t);
        struct motion_point there = at(&other, 179.0 - t);
        (void)there;
        struct motion_point again = at(&other, t);
        assert_memory_equal(&back, &again, sizeof(back));
    }
    play_free(&play);
    play_free(&other);
}

static void truths_rise_by_start_and_lie_within_the_script(void **state)
{
    (void)state;
    struct play play = play_new(SCRIPT_DEFAULT, 42);
    static const char *const KINDS[] = {"step", "tap",     "repetition",
                                        "walk", "nonwear", "tremor",
                                        "rest", "knock"};
    for (size_t k = 0; k < COUNT(KINDS); k++) {
        assert_true(count_kind(&play, KINDS[k]) > 0);
    }
    for (size_t k = 0; k < play.count; k++) {
        assert_true(play.truths[k].start_s <= play.truths[k].end_s);
        assert_true(play.truths[k].end_s <= play.motion.duration_s);
        assert_true(k == 0 ||
                    play.truths[k].start_s >= play.truths[k - 1].start_s);
    }
    play_free(&play);
}

static void comments_blank_lines_and_returns_are_skipped(void **state)
{
    (void)state;
    struct play play = play_new("# head\n\n  rest 2 # tail\r\n\t walk 5\n", 1);
    assert_near(play.motion.duration_s, 7.0, 1e-12);
    play_free(&play);
}

static void errors_name_line_and_word(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *line;
        const char *word;
    } CASES[] = {
        {"rest 5\nwlak 10", "line 2:", "'wlak'"},
        {"rest", "line 1:", "'rest' lacks"},
        {"rest ten", "line 1:", "'ten'"},
        {"rest -4", "line 1:", "'-4'"},
        {"rest nan", "line 1:", "'nan'"},
        {"rest 1e99", "line 1:", "'1e99'"},
        {"\n\nwalk 10 cadnce=100", "line 3:", "'cadnce'"},
        {"walk 10 cadence=900", "line 1:", "'900'"},
        {"walk 10 cadence=", "line 1:", "''"},
        {"walk 10 cadence", "line 1:", "'cadence'"},
        {"rest 10 pose=head", "line 1:", "'head'"},
        {"table 10 size=3", "line 1:", "'size'"},
        {"curls 10 count=10 hold=5", "line 1:", "do not fit"},
        {"curls 20 count=10 hold=1 tempo=2", "line 1:", "do not fit"},
        {"# nothing\n", "", "no activity"},
        {"", "", "no activity"},
    };
    for (size_t k = 0; k < COUNT(CASES); k++) {
        struct script *script;
        char why[256] = "";
        int err = script_parse(CASES[k].text, 0, &script, why, sizeof(why));
        assert_int_equal(err, -1);
        assert_null(script);
        assert_non_null(strstr(why, CASES[k].line));
        assert_non_null(strstr(why, CASES[k].word));
    }
}

static void line_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[400];
    memset(text, ' ', sizeof(text));
    memcpy(text, "rest 5", 6);
    text[sizeof(text) - 1] = '\0';
    struct script *script;
    char why[256] = "";
    assert_int_equal(script_parse(text, 0, &script, why, sizeof(why)), -1);
    assert_non_null(strstr(why, "line 1: longer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_motion_and_another_another),
        cmocka_unit_test(motion_does_not_depend_on_what_was_asked_before),
        cmocka_unit_test(truths_rise_by_start_and_lie_within_the_script),
        cmocka_unit_test(comments_blank_lines_and_returns_are_skipped),
        cmocka_unit_test(errors_name_line_and_word),
        cmocka_unit_test(line_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
