/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/rest_window.h"
#include "analysis/spline.h"

enum { WINDOWS = 6, GRID_MAX = 3000, FIELDS = 16 };

/* The extract begins at 209.07 s; its first window at 212 s. */
enum { LEAD_ROWS = 293 };

static const double PI = 3.14159265358979323846;

/* Comma-separated numbers of a line; how many. */
static size_t fields(char *line, double *out, size_t max)
{
    size_t n = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, ",\n", &rest); word != NULL && n < max;
         word = strtok_r(NULL, ",\n", &rest)) {
        out[n++] = strtod(word, NULL);
    }
    return n;
}

static FILE *open_data(const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    return file;
}

static size_t load_grid(const char *path, double (*grid)[3])
{
    FILE *file = open_data(path);
    struct spline *spline = spline_new(REST_WINDOW_HZ);
    assert_non_null(spline);
    char line[1024];
    size_t count = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        double row[4] = {0};
        assert_int_equal(fields(line, row, 4), 4);
        spline_add(spline, row[0], row + 1);
        count += spline_take(spline, grid + count, GRID_MAX - count);
    }
    spline_end(spline);
    count += spline_take(spline, grid + count, GRID_MAX - count);
    assert_int_equal(fclose(file), 0);
    spline_free(spline);
    return count;
}

static void assert_same(double value, double truth)
{
    if (!(fabs(value - truth) <= 1e-6 * fabs(truth))) {
        fail_msg("%.17g is not %.17g within 1e-6", value, truth);
    }
}

static void published_features_of_real_tremor_are_met(void **state)
{
    (void)state;
    static double grid[GRID_MAX][3];
    size_t rows = load_grid("tests/data/tremor-rest.csv", grid);
    assert_true(rows >= LEAD_ROWS + WINDOWS * REST_WINDOW_ROWS);
    /* truth.csv of tremor-ppp, windows from 212 s on */
    static const bool tremor[WINDOWS] = {true, false, false, false, true, true};
    struct rest_window *window = rest_window_new();
    assert_non_null(window);
    FILE *file = open_data("tests/data/tremor-rest.features.csv");
    for (size_t i = 0; i < WINDOWS; i++) {
        char line[1024];
        double truth[FIELDS] = {0};
        assert_non_null(fgets(line, sizeof(line), file));
        assert_int_equal(fields(line, truth, FIELDS), FIELDS);
        struct rest_features f;
        rest_window_features(window, grid + LEAD_ROWS + i * REST_WINDOW_ROWS,
                             &f);
        for (size_t k = 0; k < REST_MFCC; k++) {
            assert_same(f.mfcc[k], truth[1 + k]);
        }
        assert_same(f.peak_hz, truth[13]);
        assert_same(f.below_power, truth[14]);
        assert_same(f.tremor_power, truth[15]);
        assert_int_equal(f.tremor, tremor[i]);
    }
    assert_int_equal(fclose(file), 0);
    rest_window_free(window);
}

static void powers_of_a_sine_are_its_mean_square(void **state)
{
    (void)state;
    static double gyro[REST_WINDOW_ROWS][3];
    for (size_t i = 0; i < REST_WINDOW_ROWS; i++) {
        double t_s = (double)i / REST_WINDOW_HZ;
        gyro[i][0] = 4.0 * sin(2.0 * PI * 5.0 * t_s);
        gyro[i][1] = 0.5 * sin(2.0 * PI * 1.5 * t_s);
    }
    struct rest_window *window = rest_window_new();
    assert_non_null(window);
    struct rest_features f;
    rest_window_features(window, gyro, &f);
    assert_true(f.peak_hz == 5.0);
    /* The window's main lobe is wider than the band that is summed. */
    assert_true(fabs(f.tremor_power - 8.0) < 0.2);
    assert_true(fabs(f.below_power - 0.125) < 0.01);
    assert_true(f.at_rest);
    rest_window_free(window);
}

static void window_without_any_motion_is_rest_without_tremor(void **state)
{
    (void)state;
    static double gyro[REST_WINDOW_ROWS][3];
    memset(gyro, 0, sizeof(gyro));
    struct rest_window *window = rest_window_new();
    assert_non_null(window);
    struct rest_features f;
    rest_window_features(window, gyro, &f);
    assert_true(f.at_rest);
    assert_false(f.tremor);
    assert_true(isfinite(f.mfcc[0]));
    rest_window_free(window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_features_of_real_tremor_are_met),
        cmocka_unit_test(powers_of_a_sine_are_its_mean_square),
        cmocka_unit_test(window_without_any_motion_is_rest_without_tremor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
