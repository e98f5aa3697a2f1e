/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tuned parameters that can be set while a program runs. For each file of
 * tuned.csv the Makefile makes one that includes it, without its `const`, and
 * has a line TUNED("analysis/x.c", NAME) for each parameter; whoever links
 * that has tuned_add called for all of them before main.
 */
#ifndef TESTS_ACCURACY_TUNED_H
#define TESTS_ACCURACY_TUNED_H

#include <stdbool.h>

struct tuned {
    const char *file;
    const char *name;
    bool is_whole; /* a number without a fraction */
    void (*set)(double value);
    double (*get)(void);
};

void tuned_add(struct tuned added);

#define TUNED(file, name) TUNED_NUMBERED(__COUNTER__, file, name)
#define TUNED_NUMBERED(n, file, name) TUNED_NAMED(n, file, name)
#define TUNED_NAMED(n, file, name)                                             \
    static void set_##n(double value)                                          \
    {                                                                          \
        name = (__typeof__(name))value;                                        \
    }                                                                          \
    static double get_##n(void)                                                \
    {                                                                          \
        return (double)name;                                                   \
    }                                                                          \
    __attribute__((constructor)) static void add_##n(void)                     \
    {                                                                          \
        bool is_whole = (__typeof__(name))0.5 == 0;                            \
        tuned_add((struct tuned){file, #name, is_whole, set_##n, get_##n});    \
    }

#endif
