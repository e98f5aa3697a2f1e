/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "acquire/recording.h"

enum { ROWS = 1000 };

/* The farthest that a row's time, as read, is from its time as written. */
static double worst_off_s(const double *time_s)
{
    char path[] = "/tmp/carpus-times-XXXXXX.csv";
    int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fprintf(file, "t_s,ax_g,ay_g,az_g\n");
    for (size_t i = 0; i < ROWS; i++) {
        fprintf(file, "%.9f,0,0,1\n", time_s[i]);
    }
    assert_int_equal(fclose(file), 0);

    struct recording *recording;
    struct recording_chunk chunk;
    struct error error;
    assert_int_equal(recording_open(path, NULL, &recording, &error), 0);
    double worst = 0.0;
    size_t rows = 0;
    while (recording_read(recording, &chunk, &error) == 0 && chunk.count > 0) {
        for (size_t i = 0; i < chunk.count; i++) {
            double at = chunk.t0_s + (double)i * chunk.dt_s;
            worst = fmax(worst, fabs(at - time_s[rows++]));
        }
    }
    assert_int_equal(rows, ROWS);
    recording_close(recording);
    assert_int_equal(unlink(path), 0);
    return worst;
}

static void times_in_runs_of_equal_steps_are_followed(void **state)
{
    (void)state;
    double time_s[ROWS] = {0.0};
    for (size_t i = 1; i < ROWS; i++) {
        time_s[i] = time_s[i - 1] + ((i / 90) % 2 == 0 ? 0.01 : 0.01004);
    }
    assert_true(worst_off_s(time_s) < 1e-8);
}

static void jitter_of_times_is_smoothed(void **state)
{
    (void)state;
    double time_s[ROWS] = {0.0};
    uint32_t seed = 1;
    for (size_t i = 1; i < ROWS; i++) {
        seed = seed * 1664525u + 1013904223u;
        time_s[i] = 0.01 * (double)i + 1e-3 * (double)(seed >> 24) / 256.0;
    }
    assert_true(worst_off_s(time_s) > 3e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_in_runs_of_equal_steps_are_followed),
        cmocka_unit_test(jitter_of_times_is_smoothed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
