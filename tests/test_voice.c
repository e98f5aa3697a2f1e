/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/voice.h"

static const struct voice english = {LANGUAGE_EN, AUDIENCE_THERAPIST};
static const struct voice german = {LANGUAGE_DE, AUDIENCE_THERAPIST};
static const struct voice to_wearer = {LANGUAGE_DE, AUDIENCE_WEARER};

/* Which parts a sentence has, a bit each; a brace that is no part fails. */
static unsigned parts_of(const char *text)
{
    unsigned parts = 0;
    for (const char *c = strchr(text, '{'); c != NULL; c = strchr(c + 1, '{')) {
        if (c[1] < '1' || c[1] >= '1' + VOICE_PARTS || c[2] != '}') {
            fail_msg("no part: %s", text);
        }
        parts |= 1U << (c[1] - '1');
    }
    return parts;
}

static void every_language_has_every_key_with_the_same_parts(void **state)
{
    (void)state;
    for (int key = 0; key < VOICE_KEYS; key++) {
        for (int i = 0; i < LANGUAGES * AUDIENCES; i++) {
            struct voice voice = {(enum language)(i % LANGUAGES),
                                  (enum audience)(i / LANGUAGES)};
            struct voice first = {LANGUAGE_EN, voice.audience};
            const char *text = voice_word(&voice, (enum voice_key)key);
            const char *like = voice_word(&first, (enum voice_key)key);
            if (text == NULL || text[0] == '\0' || like == NULL) {
                fail_msg("key %d has no words in %s", key,
                         language_codes[voice.language]);
            } else if (parts_of(text) != parts_of(like)) {
                fail_msg("other parts than '%s': '%s'", like, text);
            }
        }
    }
}

static void sentences_have_their_parts_in_any_order(void **state)
{
    (void)state;
    char out[VOICE_TEXT];
    voice_fill("{2} of {1}, {2}%", &(struct voice_parts){{"a", "b"}}, out);
    assert_string_equal(out, "b of a, b%");
    voice_fill("{3} {x} {", &(struct voice_parts){{"a"}}, out);
    assert_string_equal(out, " {x} {");
}

static void what_is_too_long_is_cut(void **state)
{
    (void)state;
    char large[2 * VOICE_TEXT];
    char out[VOICE_TEXT];
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    voice_fill("{1}{1}", &(struct voice_parts){{large}}, out);
    assert_int_equal(strlen(out), VOICE_TEXT - 1);
    voice_join(out, ", ", "more");
    assert_int_equal(strlen(out), VOICE_TEXT - 1);
}

static void numbers_and_dates_are_the_language_s(void **state)
{
    (void)state;
    char out[VOICE_SHORT];
    voice_number(&english, 1, 12.5, out);
    assert_string_equal(out, "12.5");
    voice_number(&german, 1, 12.5, out);
    assert_string_equal(out, "12,5");
    voice_number(&german, 1, NAN, out);
    assert_string_equal(out, "\u2013");
    voice_duration(&german, 12.5, out);
    assert_string_equal(out, "12,5 s");
    voice_duration(&to_wearer, 12.6, out);
    assert_string_equal(out, "13 Sekunden");
    voice_duration(&german, NAN, out);
    assert_string_equal(out, "nicht bekannt");
    voice_date(&german, "2026-03-02T08:05:42.722Z", out);
    assert_string_equal(out, "2. März 2026, 08:05 UTC");
}

static void reasons_are_said_in_the_language(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"signal-to-noise 4 dB", "Signal zu Rauschen 4 dB"},
        {"signal-to-noise 4 dB in a hand as still as a table",
         "Signal zu Rauschen 4 dB an einer Hand, so still wie ein Tisch"},
        {"sampled at 12.5 Hz, and steps need 15 Hz or more",
         "mit 12,5 Hz gemessen, und Schritte brauchen 15 Hz oder mehr"},
        {"a band on the left wrist does not see the right hand",
         "ein Band am linken Handgelenk sieht die rechte Hand nicht"},
        {"sampled at 12.5 Hz, and so on",
         "sampled at 12.5 Hz, and so on"}, /* not known */
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[VOICE_TEXT];
        voice_reason(&german, cases[i][0], out);
        assert_string_equal(out, cases[i][1]);
        voice_reason(&english, cases[i][0], out);
        assert_string_equal(out, cases[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_has_every_key_with_the_same_parts),
        cmocka_unit_test(sentences_have_their_parts_in_any_order),
        cmocka_unit_test(what_is_too_long_is_cut),
        cmocka_unit_test(numbers_and_dates_are_the_language_s),
        cmocka_unit_test(reasons_are_said_in_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
