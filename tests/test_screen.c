/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "acquire/screen.h"

static struct screen screen;
static struct screen_rows rows;

static int begin(void **state)
{
    (void)state;
    screen = (struct screen){0};
    return 0;
}

/* The rows as one text, each with '\n'. */
static const char *lay_out(size_t width, size_t height)
{
    static char text[SCREEN_ROWS * (SCREEN_ROW + 1)];
    screen_lay_out(&screen, width, height, &rows);
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < rows.count; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n",
                                 rows.row[i]);
    }
    return text;
}

static void long_lines_are_broken_between_words(void **state)
{
    (void)state;
    screen_add(&screen, SCREEN_NEEDED, "one two three");
    assert_string_equal(lay_out(13, 9), "one two three\n");
    assert_string_equal(lay_out(12, 9), "one two\nthree\n");
    assert_string_equal(lay_out(7, 9), "one two\nthree\n");
    assert_string_equal(lay_out(6, 9), "one\ntwo\nthree\n");
    assert_string_equal(lay_out(4, 9), "one\ntwo\nthre\ne\n");
    assert_string_equal(lay_out(0, 3), "o\nn\ne\n");
}

static void umlauts_are_one_column(void **state)
{
    (void)state;
    screen_add(&screen, SCREEN_NEEDED, "über Öl");
    assert_string_equal(lay_out(7, 9), "über Öl\n");
    assert_string_equal(lay_out(6, 9), "über\nÖl\n");
}

static void lists_are_broken_between_their_parts(void **state)
{
    (void)state;
    screen_add(&screen, SCREEN_NEEDED, "go on: now · not at all · no");
    assert_string_equal(lay_out(26, 9), "go on: now · not at all\nno\n");
    assert_string_equal(lay_out(14, 9), "go on: now\nnot at all\nno\n");
    screen.count = 0;
    screen_add(&screen, SCREEN_NEEDED, "go on: now | not at all");
    assert_string_equal(lay_out(16, 9), "go on: now\nnot at all\n");
}

static void what_is_worth_least_goes_first_and_from_the_end(void **state)
{
    (void)state;
    screen_add(&screen, SCREEN_EXTRA, "extra 1");
    screen_add(&screen, SCREEN_SPACE, "%s", "");
    screen_add(&screen, SCREEN_NEEDED, "needed");
    screen_add(&screen, SCREEN_USEFUL, "useful");
    screen_add(&screen, SCREEN_EXTRA, "extra 2");
    assert_string_equal(lay_out(20, 5), "extra 1\n\nneeded\nuseful\nextra 2\n");
    assert_string_equal(lay_out(20, 4), "extra 1\nneeded\nuseful\nextra 2\n");
    assert_string_equal(lay_out(20, 3), "extra 1\nneeded\nuseful\n");
    assert_string_equal(lay_out(20, 2), "needed\nuseful\n");
    assert_string_equal(lay_out(20, 1), "needed\n");
    assert_string_equal(lay_out(20, 0), "");
    assert_string_equal(lay_out(4, 1), "need\n");
}

static void figures_are_big_where_there_is_room(void **state)
{
    (void)state;
    screen_add_figure(&screen, "17", "of 40");
    screen_add(&screen, SCREEN_SPACE, "%s", "");
    screen_add(&screen, SCREEN_EXTRA, "more");
    assert_string_equal(lay_out(20, 8), "    ██    ██████  \n"
                                        "  ████        ██  \n"
                                        "    ██        ██  \n"
                                        "    ██      ██    \n"
                                        "  ██████    ██    \n"
                                        "of 40\n\nmore\n");
    /* An empty row goes for it, no text does. */
    assert_non_null(strstr(lay_out(20, 7), "of 40\nmore\n"));
    assert_string_equal(lay_out(20, 6), "17 of 40\n\nmore\n");
    assert_non_null(strstr(lay_out(12, 9), "   █  ███ \n"));
    assert_string_equal(lay_out(9, 9), "17 of 40\n\nmore\n");
}

static void figures_that_cannot_be_drawn_are_text(void **state)
{
    (void)state;
    screen_add_figure(&screen, "x7", "");
    assert_string_equal(lay_out(80, 24), "x7\n");
    screen.count = 0;
    screen_add_figure(&screen, "1:07", "");
    screen_lay_out(&screen, 80, 24, &rows);
    assert_int_equal(rows.count, 5);
}

static void too_many_lines_are_left_out(void **state)
{
    (void)state;
    for (int i = 0; i < SCREEN_LINES + 3; i++) {
        screen_add_ticking(&screen, SCREEN_NEEDED, "%d", i);
        screen_add_figure(&screen, "1", "");
    }
    assert_int_equal(screen.count, SCREEN_LINES);
    assert_true(screen.line[0].ticks);
    assert_false(screen.line[1].ticks);
    screen_lay_out(&screen, 10, 24, &rows);
    assert_int_equal(rows.count, 24);
}

static void ascii_has_all_that_was_said(void **state)
{
    (void)state;
    char out[64];
    screen_ascii("Füße → ÄÖÜ · 5° „x“", out, sizeof(out));
    assert_string_equal(out, "Fuesse > AeOeUe | 5 deg ?x?");
    screen_ascii("aäb", out, 4);
    assert_string_equal(out, "aae");
    screen_ascii("aäb", out, 3);
    assert_string_equal(out, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(long_lines_are_broken_between_words, begin),
        cmocka_unit_test_setup(umlauts_are_one_column, begin),
        cmocka_unit_test_setup(lists_are_broken_between_their_parts, begin),
        cmocka_unit_test_setup(what_is_worth_least_goes_first_and_from_the_end,
                               begin),
        cmocka_unit_test_setup(figures_are_big_where_there_is_room, begin),
        cmocka_unit_test_setup(figures_that_cannot_be_drawn_are_text, begin),
        cmocka_unit_test_setup(too_many_lines_are_left_out, begin),
        cmocka_unit_test_setup(ascii_has_all_that_was_said, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
