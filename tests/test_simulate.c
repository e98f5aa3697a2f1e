/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/simulate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void nothing_said_is_real_time_with_noise(void **state)
{
    (void)state;
    static const char *const nothing[] = {NULL, "", ","};
    for (int i = 0; i < 3; i++) {
        struct simulate s;
        assert_int_equal(simulate_parse(nothing[i], &s, NULL), 0);
        assert_true(s.seed == 1 && s.speed == 1 && !s.no_noise);
        assert_int_equal(s.fault_count, 0);
        assert_string_equal(s.samples, "");
    }
}

static void every_setting_is_read(void **state)
{
    (void)state;
    struct simulate s;
    assert_int_equal(
        simulate_parse("seed=18446744073709551615,speed=max,rate_error=-0.025,"
                       "clock_ppm=40,noise=off,startup=7,asymmetry_us=125.5,"
                       "samples=/a/b c.bin",
                       &s, NULL),
        0);
    assert_true(s.seed == UINT64_MAX);
    assert_true(isinf(s.speed));
    assert_true(s.rate_error == -0.025 && s.clock_ppm == 40);
    assert_true(s.no_noise && s.startup == 7 && s.asymmetry_us == 125.5);
    assert_string_equal(s.samples, "/a/b c.bin");
    assert_int_equal(simulate_parse("speed=2.5", &s, NULL), 0);
    assert_true(s.speed == 2.5);
}

static void faults_come_in_a_list_or_one_by_one(void **state)
{
    (void)state;
    struct simulate s;
    assert_int_equal(
        simulate_parse("fault=nack@10:3;stall@20.5:0.25,seed=2,fault=reset@30,"
                       "fault=stuck@1:2;tag@2:3;drop@3:4;deaf@4:5",
                       &s, NULL),
        0);
    static const struct wristband_fault want[] = {
        {FAULT_NACK, 10, 3}, {FAULT_STALL, 20.5, 0.25}, {FAULT_RESET, 30, 1},
        {FAULT_STUCK, 1, 2}, {FAULT_TAG, 2, 3},         {FAULT_DROP, 3, 4},
        {FAULT_DEAF, 4, 5},
    };
    assert_int_equal(s.fault_count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(s.faults[i].kind, want[i].kind);
        assert_true(s.faults[i].at_s == want[i].at_s);
        assert_true(s.faults[i].amount == want[i].amount);
    }
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"sed=1", "no setting 'sed'"},
        {"seed", "'seed' is not KEY=VALUE"},
        {"seed=", "seed takes"},
        {"seed=-1", "seed takes"},
        {"seed=1x", "seed takes"},
        {"speed=0", "speed takes"},
        {"speed=fast", "speed takes"},
        {"speed=nan", "speed takes"},
        {"rate_error=0.11", "rate_error takes"},
        {"clock_ppm=1e9", "clock_ppm takes"},
        {"noise=maybe", "noise takes"},
        {"startup=1.5", "startup takes"},
        {"startup=-1", "startup takes"},
        {"samples=", "samples takes"},
        {"asymmetry_us=x", "asymmetry_us takes"},
        {"fault=", "fault takes"},
        {"fault=bang@1:1", "fault takes"},
        {"fault=nack", "fault takes"},
        {"fault=nack@", "fault takes"},
        {"fault=nack@-1:2", "fault takes"},
        {"fault=nack@1:", "fault takes"},
        {"fault=nack@1:2;;stall", "fault takes"},
        {"speed=1,sed=1", "no setting 'sed'"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct simulate s;
        struct error error = {0};
        assert_int_equal(simulate_parse(wrong[i][0], &s, &error), ERR_USAGE);
        assert_non_null(strstr(error.text, wrong[i][1]));
    }
}

static void too_many_faults_and_too_long_a_text_are_refused(void **state)
{
    (void)state;
    struct simulate s;
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof(text), "fault=nack@1:1");
    for (int i = 1; i <= SIMULATE_FAULTS_MAX; i++) {
        int wanted = i < SIMULATE_FAULTS_MAX ? 0 : ERR_USAGE;
        used += (size_t)snprintf(text + used, sizeof(text) - used, ";tag@1");
        assert_int_equal(simulate_parse(text, &s, NULL), wanted);
    }
    memset(text, 'x', 5000);
    text[5000] = '\0';
    assert_int_equal(simulate_parse(text, &s, NULL), ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_said_is_real_time_with_noise),
        cmocka_unit_test(every_setting_is_read),
        cmocka_unit_test(faults_come_in_a_list_or_one_by_one),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(too_many_faults_and_too_long_a_text_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
