/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "analysis/spline.h"

static void assert_near(double value, double truth, double tolerance)
{
    if (!(fabs(value - truth) <= tolerance)) {
        fail_msg("%.17g is not %.17g within %.3g", value, truth, tolerance);
    }
}

enum { ROWS_MAX = 4000 };

/* Takes what there is behind `count` rows of `out`. */
static size_t drain(struct spline *spline, double (*out)[3], size_t count)
{
    size_t n;
    do {
        n = spline_take(spline, out + count, ROWS_MAX - count);
        count += n;
    } while (n > 0);
    return count;
}

/* Uneven: every third step is longer. */
static double knot_time(size_t i)
{
    size_t thirds = i / 3;
    return 5.0 + 0.01 * (double)i + 0.002 * (double)thirds;
}

static void cubic(double t, double out[3])
{
    double u = t - 6.0;
    out[0] = 1.0 + u * (2.0 + u * (3.0 - u));
    out[1] = -4.0 + 0.5 * u;
    out[2] = u * u * u;
}

static void cubic_comes_back_exactly_up_to_both_ends(void **state)
{
    (void)state;
    static double out[ROWS_MAX][3];
    static const size_t lengths[] = {4, 5, 20, 256, 257, 258, 700};
    for (size_t c = 0; c < sizeof(lengths) / sizeof(lengths[0]); c++) {
        struct spline *spline = spline_new(100.0);
        assert_non_null(spline);
        size_t count = 0;
        double row[3];
        for (size_t i = 0; i < lengths[c]; i++) {
            cubic(knot_time(i), row);
            spline_add(spline, knot_time(i), row);
            count = drain(spline, out, count);
        }
        spline_end(spline);
        count = drain(spline, out, count);

        double span_s = knot_time(lengths[c] - 1) - 5.0;
        assert_int_equal(count, (size_t)ceil(span_s * 100.0 - 1e-9));
        for (size_t k = 0; k < count; k++) {
            cubic(5.0 + (double)k / 100.0, row);
            for (size_t axis = 0; axis < 3; axis++) {
                double size = fmax(1.0, fabs(row[axis]));
                assert_near(out[k][axis], row[axis], 1e-11 * size);
            }
        }
        spline_free(spline);
    }
}

/* scipy 1.10: interp1d(t, y, kind="cubic") of y = {0, 1, -1, 2, 0, 0, 3} at
 * t = {0, 1, 1.5, 2.5, 4, 5, 6}, at 0, 0.5, 1, ... 5.5. */
static void uneven_rows_give_what_scipy_gives(void **state)
{
    (void)state;
    static const double t[7] = {0.0, 1.0, 1.5, 2.5, 4.0, 5.0, 6.0};
    static const double y[7] = {0.0, 1.0, -1.0, 2.0, 0.0, 0.0, 3.0};
    static const double truth[12] = {0.0,
                                     2.837352245862885,
                                     1.0,
                                     -1.0,
                                     0.02937352245862897,
                                     2.0,
                                     2.26380351983189,
                                     1.213028631468348,
                                     1.457167719820518e-16,
                                     -0.4350177304964539,
                                     0.0,
                                     1.185017730496454};
    struct spline *spline = spline_new(2.0);
    assert_non_null(spline);
    for (size_t i = 0; i < 7; i++) {
        double row[3] = {y[i], -y[i], 0.0};
        spline_add(spline, t[i], row);
    }
    spline_end(spline);
    static double out[ROWS_MAX][3];
    assert_int_equal(drain(spline, out, 0), 12);
    for (size_t k = 0; k < 12; k++) {
        assert_near(out[k][0], truth[k], 1e-12);
        assert_near(out[k][1], -truth[k], 1e-12);
        assert_near(out[k][2], 0.0, 0.0);
    }
    spline_free(spline);
}

static void rows_on_the_grid_are_kept(void **state)
{
    (void)state;
    static double out[ROWS_MAX][3];
    struct spline *spline = spline_new(100.0);
    assert_non_null(spline);
    size_t count = 0;
    for (size_t i = 0; i < 1000; i++) {
        double row[3] = {(double)((i * 7919) % 101), 1.0, 0.0};
        spline_add(spline, (double)i / 100.0, row);
        count = drain(spline, out, count);
    }
    spline_end(spline);
    count = drain(spline, out, count);
    assert_in_range(count, 999, 1000);
    for (size_t k = 0; k < count; k++) {
        assert_near(out[k][0], (double)((k * 7919) % 101), 1e-9);
    }
    spline_free(spline);
}

static void reset_begins_a_segment_and_too_few_rows_give_nothing(void **state)
{
    (void)state;
    static double out[ROWS_MAX][3];
    struct spline *spline = spline_new(100.0);
    assert_non_null(spline);
    const double row[3] = {1.0, 2.0, 3.0};
    for (size_t i = 0; i < 3; i++) {
        spline_add(spline, (double)i / 50.0, row);
    }
    spline_end(spline);
    assert_int_equal(drain(spline, out, 0), 0);
    spline_reset(spline);
    for (size_t i = 0; i < 5; i++) {
        spline_add(spline, 100.0 + (double)i / 50.0, row);
    }
    spline_end(spline);
    assert_int_equal(drain(spline, out, 0), 8);
    assert_near(out[7][2], 3.0, 1e-12);
    spline_free(spline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cubic_comes_back_exactly_up_to_both_ends),
        cmocka_unit_test(uneven_rows_give_what_scipy_gives),
        cmocka_unit_test(rows_on_the_grid_are_kept),
        cmocka_unit_test(reset_begins_a_segment_and_too_few_rows_give_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
