/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/trend.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void assert_near(double value, double wanted, double within)
{
    assert_true(fabs(value - wanted) <= within);
}

/* From 0 to 1, the same in each run. */
static double chance(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed / 4294967296.0;
}

static struct trend find(const struct trend_point *points, size_t n)
{
    struct trend trend;
    assert_int_equal(trend_find(points, n, &trend), 0);
    return trend;
}

static void a_line_is_found_exactly(void **state)
{
    (void)state;
    struct trend_point points[20];
    for (size_t i = 0; i < N(points); i++) {
        points[i] = (struct trend_point){(double)(2 * i), 3 + 0.5 * (double)i};
    }
    struct trend trend = find(points, N(points));
    assert_int_equal(trend.days, 20);
    assert_near(trend.slope, 0.25 * 7, 1e-12);
    assert_near(trend.low, trend.slope, 1e-12);
    assert_near(trend.high, trend.slope, 1e-12);
    assert_near(trend.change, 0.25 * 38, 1e-12);
    assert_near(trend.level, 12.5, 1e-12);
    assert_near(trend.repeatability, 0, 1e-9);
    assert_int_equal(trend.direction, TREND_UP);
}

/* scipy.stats.theilslopes(y, x, 0.95) of these numbers (a tie in y). Where the
 * interval's rank is no whole number, scipy rounds it, and we take the wider
 * one; here it is 6.1. */
static void slope_and_interval_are_those_of_sen(void **state)
{
    (void)state;
    static const struct trend_point points[] = {
        {0, 5.1}, {1, 4.7}, {3, 5.1},  {4, 4.2},
        {7, 9.9}, {8, 4.4}, {10, 3.9}, {12, 3.2},
    };
    struct trend trend = find(points, N(points));
    assert_near(trend.slope / 7, -0.1381818181818181, 1e-9);
    assert_near(trend.low / 7, -0.34999999999999987, 1e-9);
    assert_near(trend.high / 7, 0.050000000000000044, 1e-9);
    assert_int_equal(trend.direction, TREND_NONE);
}

static void a_single_odd_day_moves_it_little(void **state)
{
    (void)state;
    struct trend_point points[15];
    for (size_t i = 0; i < N(points); i++) {
        points[i] = (struct trend_point){(double)i, 10 + 0.1 * (double)i};
    }
    points[7].value = 1000;
    assert_near(find(points, N(points)).slope, 0.7, 1e-9);
}

static void scatter_alone_is_no_trend(void **state)
{
    (void)state;
    uint32_t seed = 7;
    size_t trends = 0;
    for (int trial = 0; trial < 1000; trial++) {
        struct trend_point points[12];
        for (size_t i = 0; i < N(points); i++) {
            points[i] = (struct trend_point){(double)i, chance(&seed)};
        }
        trends += find(points, N(points)).direction != TREND_NONE;
    }
    assert_in_range(trends, 10, 80); /* 5 % of 1000 */
}

static void points_of_a_day_are_one(void **state)
{
    (void)state;
    static const struct trend_point points[] = {
        {0, 1}, {0, 3}, {1, 2}, {2, 0}, {2, 4}, {3, 2},
    };
    struct trend trend = find(points, N(points));
    assert_int_equal(trend.days, 4);
    assert_int_equal(trend.direction, TREND_TOO_FEW);
    assert_true(isnan(trend.slope));
}

static void nothing_is_said_of_few_or_of_none(void **state)
{
    (void)state;
    assert_int_equal(find(NULL, 0).direction, TREND_TOO_FEW);
    static const struct trend_point same[] = {
        {0, 2}, {1, 2}, {2, 2}, {3, 2}, {4, 2}};
    assert_int_equal(find(same, 4).direction, TREND_TOO_FEW);
    assert_int_equal(find(same, 5).direction, TREND_NONE);
    assert_near(find(same, 5).slope, 0, 0);
}

/* Repeatability of normal scatter: 1.96 sqrt(2) of its standard deviation. */
static void repeatability_is_that_of_bland_and_altman(void **state)
{
    (void)state;
    static struct trend_point points[2000];
    uint32_t seed = 3;
    for (size_t i = 0; i < N(points); i++) {
        double sum = 0; /* of 12: normal enough, deviation 1 */
        for (int k = 0; k < 12; k++) {
            sum += chance(&seed);
        }
        points[i] = (struct trend_point){(double)i, sum - 6};
    }
    assert_near(find(points, N(points)).repeatability, 2.77, 0.15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_found_exactly),
        cmocka_unit_test(slope_and_interval_are_those_of_sen),
        cmocka_unit_test(a_single_odd_day_moves_it_little),
        cmocka_unit_test(scatter_alone_is_no_trend),
        cmocka_unit_test(points_of_a_day_are_one),
        cmocka_unit_test(nothing_is_said_of_few_or_of_none),
        cmocka_unit_test(repeatability_is_that_of_bland_and_altman),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
