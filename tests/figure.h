/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures of a run, for the table in tests/README.md: lines "class | points |
 * result", printed and appended to build/figures/NAME.txt. Of several lines of
 * a class the last counts (scripts/figures).
 */
#ifndef TESTS_FIGURE_H
#define TESTS_FIGURE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* How many points to try, of as many as the figure is to have: a hundredth
 * where the test is run very often (TEST_SHORT, tests/mutants). */
static inline int figure_points(int points)
{
    return getenv("TEST_SHORT") == NULL ? points : points / 100 + 1;
}

__attribute__((format(printf, 4, 5))) static inline void
figure(const char *name, const char *what, unsigned long long points,
       const char *format, ...)
{
    char result[160];
    char path[96];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result, sizeof(result), format, arguments);
    va_end(arguments);
    printf("%s | %llu | %s\n", what, points, result);
    mkdir("build", 0777);
    mkdir("build/figures", 0777);
    snprintf(path, sizeof(path), "build/figures/%s.txt", name);
    FILE *file = fopen(path, "a");
    if (file != NULL) {
        fprintf(file, "%s | %llu | %s\n", what, points, result);
        fclose(file);
    }
}

#endif
