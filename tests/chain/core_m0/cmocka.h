/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the unit tests of firmware/core use of cmocka, for a Cortex-M0 that has
 * no operating system: same names, and the same closing lines. A test ends at
 * its first failure; the program goes on with the next one.
 */
#ifndef TESTS_CHAIN_CORE_M0_CMOCKA_H
#define TESTS_CHAIN_CORE_M0_CMOCKA_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*setup)(void **state);
};

static jmp_buf cmocka_next;

#define cmocka_unit_test(f)                                                    \
    {                                                                          \
#f, f, NULL                                                            \
    }
#define cmocka_unit_test_setup(f, setup)                                       \
    {                                                                          \
#f, f, setup                                                           \
    }

static inline void cmocka_check(bool good, const char *what, const char *file,
                                int line)
{
    if (!good) {
        printf("%s:%d: %s\n", file, line, what);
        longjmp(cmocka_next, 1);
    }
}

#define assert_true(c) cmocka_check((c) ? true : false, #c, __FILE__, __LINE__)
#define assert_false(c) assert_true(!(c))
#define assert_null(p) assert_true((p) == NULL)
#define assert_int_equal(a, b)                                                 \
    cmocka_check((uint64_t)(a) == (uint64_t)(b), #a " == " #b, __FILE__,       \
                 __LINE__)
#define assert_in_range(v, low, high)                                          \
    cmocka_check((v) >= (low) && (v) <= (high), #v " in range", __FILE__,      \
                 __LINE__)
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)
#define assert_string_equal(a, b) assert_true(strcmp(a, b) == 0)
#define fail_msg(...) cmocka_check(false, "fail_msg", __FILE__, __LINE__)

static int cmocka_run(const struct CMUnitTest *tests, size_t count)
{
    volatile size_t passed = 0;

    for (volatile size_t i = 0; i < count; i++) {
        void *state = NULL;
        if (setjmp(cmocka_next) == 0) {
            if (tests[i].setup != NULL) {
                cmocka_check(tests[i].setup(&state) == 0, "setup", __FILE__,
                             __LINE__);
            }
            tests[i].test(&state);
            passed++;
        } else {
            printf("[  FAILED  ] %s\n", tests[i].name);
        }
    }
    printf("[  PASSED  ] %u test(s).\n", (unsigned)passed);
    if (passed < count) {
        printf("[  FAILED  ] %u test(s), listed below:\n",
               (unsigned)(count - passed));
    }
    return (int)(count - passed);
}

#define cmocka_run_group_tests(tests, setup, teardown)                         \
    cmocka_run(tests, sizeof(tests) / sizeof((tests)[0]))

#endif
