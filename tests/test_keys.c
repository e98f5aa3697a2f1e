/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "acquire/keys.h"

/* What the keys are that `bytes` make, a letter each. */
static void check_keys(const char *bytes, const char *kinds)
{
    static const char letters[] = {
        [KEY_TEXT] = 't', [KEY_ENTER] = 'e', [KEY_BACKSPACE] = 'b',
        [KEY_LEFT] = 'l', [KEY_RIGHT] = 'r', [KEY_UP] = 'u',
        [KEY_DOWN] = 'd', [KEY_OTHER] = 'o'};
    struct keys keys = {0};
    struct key key;
    char found[64] = "";
    for (const char *byte = bytes; *byte != '\0'; byte++) {
        if (keys_take(&keys, *byte, &key)) {
            found[strlen(found)] = letters[key.kind];
        }
    }
    assert_string_equal(found, kinds);
}

static void bytes_are_keys(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *kinds;
    } rows[] = {
        {"a 1", "ttt"},
        {"\r\n", "ee"},
        {"\x7f\b", "bb"},
        {"\t\x01", "oo"},
        {"\033[A\033[B\033[C\033[D", "udrl"},
        {"\033OA\033OB\033OC\033OD", "udrl"}, /* application mode */
        {"\033[1;5C", "o"},                   /* Ctrl-right */
        {"\033[3~", "o"},                     /* Delete */
        {"\033[200~x", "ot"},
        {"\033x", "o"}, /* Alt-x */
        {"ä", "t"},
        {"€", "t"},
        {"😀", "t"},
        {"\xff\xfe", "oo"},
        {"\xc3(", "o"}, /* no such character */
        {"\033[0000000000000000A", "ottt"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_keys(rows[i].bytes, rows[i].kinds);
    }
}

static void text_is_a_whole_character(void **state)
{
    (void)state;
    struct keys keys = {0};
    struct key key;
    assert_false(keys_take(&keys, '\xc3', &key));
    assert_true(keys_take(&keys, '\xbc', &key));
    assert_int_equal(key.kind, KEY_TEXT);
    assert_string_equal(key.text, "ü");
}

static void escape_alone_takes_no_key_with_it(void **state)
{
    (void)state;
    struct keys keys = {0};
    struct key key;
    assert_false(keys_take(&keys, '\033', &key));
    keys_forget(&keys);
    assert_true(keys_take(&keys, '[', &key));
    assert_string_equal(key.text, "[");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_keys),
        cmocka_unit_test(text_is_a_whole_character),
        cmocka_unit_test(escape_alone_takes_no_key_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
