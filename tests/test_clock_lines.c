/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The map of acquire/clock_fit.h where it can be told exactly: probes that lie
 * on lines but for what a test puts beside them. Time goes in whole seconds,
 * what is added to the host's in microseconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/clock_fit.h"
#include "recording_maker.h"

enum { MOST = 640, PARTS = 32 };

static const double second = 1e9;

struct series {
    struct recording_clock probes[MOST];
    size_t n;
};

/* A probe a second, all on one line. */
static void begin(struct series *series, size_t n, double round_trip_us)
{
    series->n = n;
    for (size_t i = 0; i < n; i++) {
        series->probes[i] = (struct recording_clock){
            .device_ns = (int64_t)i * 1000000000,
            .host_monotonic_ns = (int64_t)i * 1000000000,
            .round_trip_ns = (int64_t)(round_trip_us * 1e3),
        };
    }
}

static void move(struct series *series, size_t i, double us)
{
    series->probes[i].host_monotonic_ns += llround(us * 1e3);
}

static void move_all(struct series *series, size_t from, size_t to, double us)
{
    for (size_t i = from; i < to; i++) {
        move(series, i, us);
    }
}

/* From probe `from` on the host's clock is off by `ppm` of the time since
 * `cross`, in seconds. */
static void bend(struct series *series, size_t from, double cross, double ppm)
{
    for (size_t i = from; i < series->n; i++) {
        move(series, i, ppm * ((double)i - cross));
    }
}

static struct clock_map fitted(struct series *series)
{
    struct clock_map map;
    struct clock_probes probes = {
        .best = series->probes, .count = series->n, .total = series->n};
    assert_int_equal(clock_map_init(&map, &probes, NULL), 0);
    return map;
}

/* What the map adds to device time, counted from the first probe. */
static double off_us(const struct clock_map *map, double device_s)
{
    double device = device_s * second;
    return (clock_map_host(map, device) - device) / 1e3;
}

#define assert_off(map, device_s, us)                                          \
    assert_true(fabs(off_us(map, device_s) - (us)) < 0.01)

static size_t lines_of(struct series *series)
{
    struct clock_map map = fitted(series);
    size_t lines = map.fit.lines;
    clock_map_deinit(&map);
    return lines;
}

static size_t used_of(struct series *series)
{
    struct clock_map map = fitted(series);
    size_t used = map.fit.used;
    clock_map_deinit(&map);
    return used;
}

/* ---- one line ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), by_size);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/* The best of each of 32 parts, as near to the same number as can be. */
static size_t best_of_parts(const struct series *series,
                            struct recording_clock *best)
{
    size_t n = series->n;
    size_t parts = n < PARTS ? n : PARTS;
    size_t part = SIZE_MAX;
    for (size_t i = 0, next = 0; i < n; i++) {
        if (i == next) {
            part++;
            next = n * (part + 1) / parts;
            best[part] = series->probes[i];
        } else if (series->probes[i].round_trip_ns < best[part].round_trip_ns) {
            best[part] = series->probes[i];
        }
    }
    return parts;
}

/* As Theil and Sen have it: slope and height at device time 0. */
static void theil_sen(const struct series *series, double *rate, double *host)
{
    struct recording_clock p[PARTS];
    double slopes[PARTS * PARTS] = {0};
    double heights[PARTS] = {0};
    size_t count = 0;
    size_t n = best_of_parts(series, p);
    for (size_t j = 1; j < n; j++) {
        for (size_t i = 0; i < j; i++) {
            slopes[count++] =
                (double)(p[j].host_monotonic_ns - p[i].host_monotonic_ns) /
                (double)(p[j].device_ns - p[i].device_ns);
        }
    }
    *rate = middle(slopes, count);
    for (size_t i = 0; i < n; i++) {
        heights[i] =
            (double)p[i].host_monotonic_ns - *rate * (double)p[i].device_ns;
    }
    *host = middle(heights, n);
}

static void line_is_theil_and_sens_of_the_best_of_each_part(void **state)
{
    (void)state;
    static struct series series;
    uint32_t seed = 11;
    for (size_t k = 0; k < 300; k++) {
        begin(&series, 7 + (size_t)(made_random(&seed) * (k % 2 ? 30 : 400)),
              0);
        for (size_t i = 0; i < series.n; i++) {
            series.probes[i].round_trip_ns =
                100000 + (int64_t)(made_random(&seed) * 40) * 5000;
            move(&series, i, 90 * (made_random(&seed) - 0.5));
        }
        double rate;
        double host;
        double base = (double)series.probes[0].host_monotonic_ns;
        theil_sen(&series, &rate, &host);
        struct clock_map map = fitted(&series);
        assert_int_equal(map.fit.lines, 1);
        assert_true(fabs(map.rate - rate) < 1e-12);
        for (size_t i = 0; i < 3; i++) {
            double device = second * (double)(i * (series.n - 1)) / 2;
            double wanted = host + rate * device - base;
            assert_true(fabs(clock_map_host(&map, device) - wanted) < 1);
        }
        clock_map_deinit(&map);
    }
}

static void residuals_are_of_all_probes(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 60, 10);
    struct clock_map map = fitted(&series);
    assert_true(map.fit.residual_rms_us < 1e-6);
    assert_true(map.fit.residual_max_us < 1e-6);
    clock_map_deinit(&map);
    static const size_t at[] = {0, 30};
    for (size_t i = 0; i < 2; i++) {
        begin(&series, 60, 10);
        move(&series, at[i], 100);
        map = fitted(&series);
        assert_int_equal(map.fit.lines, 1);
        assert_true(fabs(map.fit.residual_max_us - 100) < 1e-6);
        assert_true(fabs(map.fit.residual_rms_us - 100 / sqrt(60)) < 1e-6);
        clock_map_deinit(&map);
    }
}

/* ---- where one line does not do ---- */

/* Of eight parts of 20, or of 56 and a 57, one lies beside the line, by more
 * than 100 us or not. */
static void line_holds_while_no_part_is_beside_it(void **state)
{
    (void)state;
    static struct series series;
    static const double us[] = {99, 100, 101, -100, -101};
    static const size_t counts[] = {160, 449};
    for (size_t part = 0; part < 2 * 8; part++) {
        for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++) {
            size_t n = counts[part / 8];
            size_t k = part % 8;
            begin(&series, n, 400);
            move_all(&series, n * k / 8, n * (k + 1) / 8, us[i]);
            assert_int_equal(lines_of(&series) == 1, fabs(us[i]) <= 100);
        }
    }
}

/* Of eight probes there are two parts, which tell nothing; of nine three. */
static void few_probes_are_one_line(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 8, 4000);
    move_all(&series, 4, 8, 1000);
    assert_int_equal(lines_of(&series), 1);
    begin(&series, 9, 4000);
    move_all(&series, 5, 9, 1000);
    assert_true(lines_of(&series) > 1);
}

/* Which probes are off, by how much over half a round trip and 100 us. */
static void two_probes_in_a_row_refute_a_line_or_one_at_an_end(void **state)
{
    (void)state;
    static const struct {
        size_t at[2];
        bool refute;
    } cases[] = {{{30, 30}, false}, {{30, 31}, true}, {{30, 32}, false},
                 {{0, 0}, true},    {{59, 59}, true}, {{1, 1}, false},
                 {{58, 58}, false}, {{0, 1}, true},   {{58, 59}, true}};
    static const double trips[] = {10, 300};
    static const double more[] = {-1, 0, 1, 300};
    static struct series series;
    for (size_t i = 0; i < 2 * 4 * sizeof(cases) / sizeof(cases[0]); i++) {
        double over = more[i % 4];
        double trip = trips[i / 4 % 2];
        size_t first = cases[i / 8].at[0];
        size_t last = cases[i / 8].at[1];
        begin(&series, 60, trip);
        move(&series, first, trip / 2 + 100 + over);
        if (last != first) {
            move(&series, last, trip / 2 + 100 + over);
        }
        assert_int_equal(lines_of(&series) > 1,
                         cases[i / 8].refute && over > 0);
    }
}

/* ---- where lines meet ---- */

/* They cross up to half a line's length away from where the second begins, and
 * no more than 50 probes: there they meet; else halfway between them. */
static void lines_meet_where_they_cross_if_that_is_near(void **state)
{
    (void)state;
    static struct series series;
    static const size_t counts[] = {80, 600};
    for (size_t k = 0; k < 2; k++) {
        size_t half = counts[k] / 2;
        double reach = half / 2 < 50 ? (double)half / 2 : 50;
        double first = (double)half - 1 - reach;
        double last = (double)half + reach;
        double between = (double)half - 0.5;
        const double crosses[] = {first - 0.5, first, first + 0.5, between,
                                  last - 0.5,  last,  last + 0.5};
        for (size_t i = 0; i < sizeof(crosses) / sizeof(crosses[0]); i++) {
            double ppm = 15;
            double cross = crosses[i];
            begin(&series, counts[k], 20);
            bend(&series, half, cross, ppm);
            struct clock_map map = fitted(&series);
            bool near = cross > first && cross < last;
            assert_int_equal(map.fit.lines, 2);
            if (cross == first || cross == last) {
                clock_map_deinit(&map);
                continue; /* a matter of rounding */
            }
            assert_true(fabs(map.knots[1].device / second -
                             (near ? cross : between)) < 1e-6);
            assert_off(&map, near ? cross : between,
                       near ? 0 : ppm * (between - cross) / 2);
            assert_off(&map, 0, 0);
            assert_off(&map, (double)counts[k] - 1,
                       ppm * ((double)counts[k] - 1 - cross));
            clock_map_deinit(&map);
        }
    }
}

/* How near is counted from where the line before begins. */
static void third_line_meets_the_second_alone(void **state)
{
    (void)state;
    static struct series series;
    static const double crosses[] = {58.5, 59.5};
    for (size_t i = 0; i < 2; i++) {
        double cross = crosses[i];
        begin(&series, 160, 20);
        bend(&series, 40, 40, 15);
        bend(&series, 80, cross, 15);
        struct clock_map map = fitted(&series);
        assert_int_equal(map.fit.lines, 3);
        assert_true(fabs(map.knots[1].device / second - 40) < 1e-6);
        assert_true(fabs(map.knots[2].device / second -
                         (cross > 59 ? cross : 79.5)) < 1e-6);
        assert_off(&map, 159, 15 * (159 - 40) + 15 * (159 - cross));
        clock_map_deinit(&map);
    }
}

/* Beside each other, they never cross. */
static void step_within_the_round_trips_is_crossed_halfway(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 600, 500);
    move_all(&series, 300, 600, 400);
    struct clock_map map = fitted(&series);
    assert_int_equal(map.fit.lines, 2);
    assert_int_equal(map.fit.used, 600);
    assert_off(&map, 0, 0);
    assert_off(&map, 299.5, 200);
    assert_off(&map, 599, 400);
    clock_map_deinit(&map);
}

/* ---- stretches ---- */

static void pause_of_more_than_six_seconds_ends_a_stretch(void **state)
{
    (void)state;
    static struct series series;
    for (int64_t more = -1; more <= 1; more++) {
        begin(&series, 100, 10);
        for (size_t i = 50; i < 100; i++) {
            series.probes[i].device_ns += 5000000000 + more;
            series.probes[i].host_monotonic_ns += 5000000000 + more;
        }
        assert_int_equal(lines_of(&series), more > 0 ? 3 : 1);
    }
}

/* A stretch of one probe is a point of the map, once. */
static void first_probe_may_be_a_stretch(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 60, 10);
    series.probes[0].device_ns -= 7000000000;
    series.probes[0].host_monotonic_ns -= 7000000000;
    struct clock_map map = fitted(&series);
    assert_int_equal(map.fit.lines, 2);
    assert_int_equal(map.fit.used, 60);
    clock_map_deinit(&map);
}

/* Its line goes through both. */
static void two_probes_make_a_stretch(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 60, 10);
    move(&series, 1, 900);
    for (size_t i = 2; i < 60; i++) {
        series.probes[i].device_ns += 7000000000;
        series.probes[i].host_monotonic_ns += 7000000000;
    }
    struct clock_map map = fitted(&series);
    assert_int_equal(map.fit.lines, 3);
    assert_off(&map, 0, 0);
    assert_off(&map, 1, 900);
    assert_off(&map, 9, 0);
    clock_map_deinit(&map);
}

/* Before and behind all probes time goes on at the mean rate, whatever that of
 * the nearest line. */
static void rate_outside_the_probes_is_the_mean(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 80, 20);
    bend(&series, 40, 40, 15);
    struct clock_map map = fitted(&series);
    double ppm = 15 * 39.0 / 79;
    assert_int_equal(map.fit.lines, 2);
    assert_true(fabs((map.rate - 1) * 1e6 - ppm) < 1e-3);
    assert_off(&map, -1000, -1000 * ppm);
    assert_off(&map, 1079, 15 * 39 + 1000 * ppm);
    clock_map_deinit(&map);
}

/* The map never goes back: it is straight from the last probe before to the
 * next that is later. */
static void host_that_jumps_back_is_waited_for(void **state)
{
    (void)state;
    static struct series series;
    static const double back_s[] = {10, 1};
    for (size_t i = 0; i < 2; i++) {
        begin(&series, 100, 10);
        move_all(&series, 50, 100, -1e6 * back_s[i]);
        struct clock_map map = fitted(&series);
        assert_int_equal(map.fit.lines, 2);
        assert_int_equal(map.fit.used, 100);
        assert_off(&map, 49, 0);
        assert_off(&map, 74, -1e6 * back_s[i] / 2);
        assert_off(&map, 99, -1e6 * back_s[i]);
        clock_map_deinit(&map);
    }
}

/* A minute of stretches tells the rate without what lies between; of less, the
 * rate is that of all, from the first probe that is believed. */
static void rate_is_of_stretches_if_they_are_long_enough(void **state)
{
    (void)state;
    static struct series series;
    for (size_t n = 61; n <= 62; n++) {
        begin(&series, n, 10);
        move(&series, 0, -5e6); /* alone */
        move_all(&series, 31, n, 1e5);
        struct clock_map map = fitted(&series);
        double span = (double)(n - 2);
        /* The jump lies in the second between the stretches. */
        assert_int_equal(map.fit.used, n - 1);
        assert_true(fabs(map.rate - (1 + 0.1 / span)) < 1e-9);
        clock_map_deinit(&map);
    }
    for (int less = 0; less <= 1; less++) {
        begin(&series, 62, 10);
        move_all(&series, 31, 62, 1e5);
        series.n -= (size_t)less;
        struct clock_map map = fitted(&series);
        double all = 1 + 0.1 / (double)(series.n - 1);
        assert_true(fabs(map.rate - (less ? all : 1)) < 1e-9);
        clock_map_deinit(&map);
    }
}

/* Five seconds of probes that are believed. */
static void map_needs_five_seconds(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 6, 10);
    assert_int_equal(lines_of(&series), 1);
    begin(&series, 5, 10);
    assert_int_equal(lines_of(&series), 0);
    begin(&series, 6, 10);
    move(&series, 0, -5e6);
    assert_int_equal(lines_of(&series), 0);
}

/* ---- which probes are believed ---- */

/* Two agree within the mean of their round trips and 1 ms a second. */
static void probes_agree_to_within_their_round_trips(void **state)
{
    (void)state;
    static struct series series;
    static const double us[] = {1299, 1300, 1301, -1300, -1301};
    for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++) {
        begin(&series, 60, 200);
        series.probes[20].round_trip_ns = 400000;
        move(&series, 20, us[i]);
        assert_int_equal(used_of(&series), fabs(us[i]) <= 1300 ? 60 : 59);
    }
}

/* A jump is believed if most of the four that follow agree with it. */
static void jump_is_put_to_the_vote(void **state)
{
    (void)state;
    static const struct {
        size_t from;
        size_t to; /* that jumped */
        size_t used;
    } cases[] = {{50, 52, 98},  {50, 53, 97},   {50, 54, 100},
                 {50, 55, 100}, {96, 99, 99},   {96, 98, 98},
                 {99, 100, 99}, {98, 100, 100}, {97, 100, 100}};
    static struct series series;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin(&series, 100, 10);
        move_all(&series, cases[i].from, cases[i].to, 1e7);
        assert_int_equal(used_of(&series), cases[i].used);
    }
}

/* Probe 50 has those for it that are too vague to tell, but when it comes to
 * it neither neighbour agrees with it. */
static void probe_without_company_in_the_end_is_left_out(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 100, 10);
    move_all(&series, 50, 51, 1e7);
    move_all(&series, 51, 52, 2e7);
    move_all(&series, 52, 56, 1.5e7);
    move_all(&series, 56, 100, 2e7);
    for (size_t i = 52; i < 56; i++) {
        series.probes[i].round_trip_ns = 20000000000;
    }
    assert_int_equal(used_of(&series), 99);
}

/* A device whose clock stands still is not believed. */
static void probes_of_one_instant_are_left_out(void **state)
{
    (void)state;
    static struct series series;
    begin(&series, 100, 10);
    series.probes[50].device_ns = series.probes[49].device_ns;
    series.probes[50].host_monotonic_ns = series.probes[49].host_monotonic_ns;
    assert_int_equal(used_of(&series), 99);
    series.probes[50].device_ns++; /* it goes */
    assert_int_equal(used_of(&series), 100);
    assert_int_equal(lines_of(&series), 1);
    begin(&series, 100, 10);
    move_all(&series, 50, 100, 1e7);
    series.probes[50].device_ns = series.probes[49].device_ns;
    assert_int_equal(used_of(&series), 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_is_theil_and_sens_of_the_best_of_each_part),
        cmocka_unit_test(residuals_are_of_all_probes),
        cmocka_unit_test(line_holds_while_no_part_is_beside_it),
        cmocka_unit_test(few_probes_are_one_line),
        cmocka_unit_test(two_probes_in_a_row_refute_a_line_or_one_at_an_end),
        cmocka_unit_test(lines_meet_where_they_cross_if_that_is_near),
        cmocka_unit_test(third_line_meets_the_second_alone),
        cmocka_unit_test(step_within_the_round_trips_is_crossed_halfway),
        cmocka_unit_test(pause_of_more_than_six_seconds_ends_a_stretch),
        cmocka_unit_test(first_probe_may_be_a_stretch),
        cmocka_unit_test(two_probes_make_a_stretch),
        cmocka_unit_test(rate_outside_the_probes_is_the_mean),
        cmocka_unit_test(host_that_jumps_back_is_waited_for),
        cmocka_unit_test(rate_is_of_stretches_if_they_are_long_enough),
        cmocka_unit_test(map_needs_five_seconds),
        cmocka_unit_test(probes_agree_to_within_their_round_trips),
        cmocka_unit_test(jump_is_put_to_the_vote),
        cmocka_unit_test(probe_without_company_in_the_end_is_left_out),
        cmocka_unit_test(probes_of_one_instant_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
