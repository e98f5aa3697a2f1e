/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recording_maker.h"

#include "acquire/clock_fit.h"
#include "acquire/slope.h"

static const int64_t second = 1000000000;

/* Probes once a second of a device clock that is `ppm` fast; each is late by
 * up to half its round trip of 0.1 to 0.4 ms. Every `outlier`-th (0: none) is
 * late by 30 ms, with a round trip that does not tell. */
static struct recording_clock *make_probes(size_t n, double ppm, size_t outlier)
{
    struct recording_clock *probes = calloc(n, sizeof(*probes));
    assert_non_null(probes);
    uint32_t seed = 7;
    for (size_t i = 0; i < n; i++) {
        int64_t host = (int64_t)i * second;
        int64_t trip = 100000 + (int64_t)(made_random(&seed) * 300000);
        int64_t late = (int64_t)(made_random(&seed) * 0.5 * (double)trip);
        if (outlier > 0 && i % outlier == 1) {
            late = 30000000;
        }
        probes[i] = (struct recording_clock){
            .device_ns = 5 * second + llround((double)host * (1 + ppm * 1e-6)),
            .host_monotonic_ns = 77 * second + host + late,
            .round_trip_ns = trip,
        };
    }
    return probes;
}

static struct clock_map fitted(const struct recording_clock *made, size_t n)
{
    struct clock_probes probes = {0};
    struct clock_map map;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(clock_probes_add(&probes, &made[i], NULL), 0);
    }
    assert_int_equal(clock_map_init(&map, &probes, NULL), 0);
    clock_probes_deinit(&probes);
    return map;
}

static void assert_says_nothing(struct clock_map *map)
{
    assert_int_equal(map->fit.probes, 0);
    assert_int_equal(map->count, 0);
    assert_true(map->rate == 1);
    assert_true(clock_map_host(map, 1e9) == 1e9);
    assert_true(clock_map_host(map, -1e9) == -1e9);
    clock_map_deinit(map);
}

static void clock_fit_finds_drift_despite_outliers(void **state)
{
    static const struct {
        double ppm;
        size_t n;
        size_t outlier;
        double tolerance_ppm;
    } cases[] = {
        {0, 600, 0, 0.5},   {200, 600, 0, 0.5},    {-200, 600, 0, 0.5},
        {200, 600, 5, 0.5}, {200, 86400, 5, 0.01}, {40, 60, 6, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct recording_clock *probes =
            make_probes(cases[i].n, cases[i].ppm, cases[i].outlier);
        struct clock_map map = fitted(probes, cases[i].n);
        const struct clock_fit *fit = &map.fit;
        size_t outliers =
            cases[i].outlier > 0
                ? (cases[i].n + cases[i].outlier - 2) / cases[i].outlier
                : 0;
        assert_int_equal(fit->probes, cases[i].n);
        assert_int_equal(fit->used, cases[i].n - outliers);
        assert_int_equal(fit->lines, 1);
        assert_true(fabs(fit->ppm - cases[i].ppm) < cases[i].tolerance_ppm);
        assert_true(fabs((1 / map.rate - 1) * 1e6 - fit->ppm) < 1e-3);
        assert_true(cases[i].outlier > 0 ? fit->residual_max_us > 29000
                                         : fit->residual_max_us < 250);
        clock_map_deinit(&map);
        free(probes);
    }
}

static void clock_fit_says_nothing_of_too_little(void **state)
{
    (void)state;
    struct recording_clock *probes = make_probes(60, 200, 0);
    static const size_t counts[] = {0, 1, 2, CLOCK_FIT_SPAN_S};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct clock_map map = fitted(probes, counts[i]);
        assert_says_nothing(&map);
    }
    struct clock_map map = fitted(probes, CLOCK_FIT_SPAN_S + 2);
    assert_int_equal(map.fit.probes, CLOCK_FIT_SPAN_S + 2);
    clock_map_deinit(&map);
    free(probes);
}

static void clock_fit_ignores_probes_of_no_working_clock(void **state)
{
    (void)state;
    struct recording_clock *probes = make_probes(60, 20000, 0);
    struct clock_map map = fitted(probes, 60);
    assert_says_nothing(&map);
    for (size_t i = 0; i < 60; i++) {
        probes[i].device_ns = (i % 2 ? -1 : 1) * INT64_MAX / 2;
    }
    map = fitted(probes, 60);
    assert_says_nothing(&map);
    free(probes);
}

/* A rate beyond a percent is believed of no clock, though round trips of
 * seconds let every probe agree with the next. */
static void clock_fit_doubts_a_rate_that_round_trips_hide(void **state)
{
    (void)state;
    struct recording_clock *probes = make_probes(60, 20000, 0);
    for (size_t i = 0; i < 60; i++) {
        probes[i].round_trip_ns = second;
    }
    struct clock_map map = fitted(probes, 60);
    assert_says_nothing(&map);
    free(probes);
}

/* The time of a reading of the device's clock is that of the host's. */
static void time_is_the_hosts_at_a_reading(void **state)
{
    (void)state;
    struct recording_clock *probes = make_probes(60, 200, 0);
    struct clock_map map = fitted(probes, 60);
    for (size_t i = 0; i < 60; i++) {
        double time = clock_map_time(&map, (double)probes[i].device_ns);
        /* Late by half a round trip at most. */
        assert_true(fabs(time - (double)probes[i].host_monotonic_ns) < 200000);
    }
    clock_map_deinit(&map);
    free(probes);
}

static void map_goes_through_two_probes_hours_apart(void **state)
{
    (void)state;
    const struct recording_clock probes[] = {
        {5000 * second, 77 * second, 0, 1000000},
        {5000 * second + 36001 * (second / 10), 77 * second + 3600 * second, 0,
         1000000}};
    struct clock_map map = fitted(probes, 2);
    assert_int_equal(map.fit.used, 2);
    assert_true(fabs(map.fit.ppm - 1e6 / 36000) < 0.01);
    assert_true(fabs(clock_map_host(&map, 1800.05e9) - 1800e9) < 1000);
    assert_true(fabs(clock_map_host(&map, 36001e9) - 36000e9) < 1000);
    assert_true(fabs(clock_map_host(&map, -3600.1e9) + 3600e9) < 1000);
    clock_map_deinit(&map);
}

/* A jump is followed between the two probes about it; a probe that stands
 * alone beside the others, first, last or within, is not. */
static void map_follows_jumps_and_leaves_out_what_stands_alone(void **state)
{
    (void)state;
    struct recording_clock *probes = make_probes(100, 0, 0);
    for (size_t i = 0; i < 100; i++) {
        probes[i].round_trip_ns = 100000;
        probes[i].host_monotonic_ns =
            (77 + (int64_t)i) * second + (i >= 50 ? 10 * second : 0);
    }
    probes[0].host_monotonic_ns -= 3 * second;
    probes[20].host_monotonic_ns += second / 10;
    probes[99].host_monotonic_ns += second;
    struct clock_map map = fitted(probes, 100);
    static const struct {
        double device_s;
        double host_s;
    } wanted[] = {{-1, 2},  {0, 3},   {1, 4},    {20, 23},
                  {49, 52}, {50, 63}, {98, 111}, {99, 112}};
    assert_int_equal(map.fit.used, 97);
    assert_int_equal(map.fit.lines, 3);
    assert_true(fabs(map.fit.ppm) < 0.01);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        double host = clock_map_host(&map, wanted[i].device_s * 1e9);
        assert_true(fabs(host - wanted[i].host_s * 1e9) < 1000);
    }
    assert_true(fabs(clock_map_host(&map, 49.5e9) - 57.5e9) < 1000);
    clock_map_deinit(&map);
    free(probes);
}

/* A bend that no single probe's round trip betrays is followed, since the
 * parts beside it lie off a single line in the middle. */
static void map_bends_where_long_round_trips_hide_it(void **state)
{
    (void)state;
    struct recording_clock *probes = make_probes(400, 0, 0);
    for (size_t i = 0; i < 400; i++) {
        int64_t past = i > 200 ? (int64_t)(i - 200) : 0;
        probes[i].host_monotonic_ns =
            (77 + (int64_t)i) * second + past * 20000; /* 20 ppm */
        probes[i].round_trip_ns = 8000000;
    }
    struct clock_map map = fitted(probes, 400);
    assert_true(map.fit.lines > 1);
    assert_int_equal(map.fit.used, 400);
    for (size_t i = 0; i < 400; i++) {
        double past = i > 200 ? (double)(i - 200) : 0;
        double host = clock_map_host(&map, 1e9 * (double)i);
        assert_true(fabs(host - (1e9 * (double)i + past * 20000)) < 200000);
    }
    assert_true(map.fit.residual_max_us < 200);
    clock_map_deinit(&map);
    free(probes);
}

/* Whatever is in the file: no crash, and a map that rises. */
static void map_rises_whatever_the_probes_say(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (size_t k = 0; k < 2000; k++) {
        size_t n = (size_t)(made_random(&seed) * 80);
        struct recording_clock probes[80];
        double steps[] = {1, 1e3, 1e6, 1e9, 1e12, 9e18};
        double step = steps[k % 6];
        for (size_t i = 0; i < n; i++) {
            bool near = made_random(&seed) < 0.7 && i > 0;
            double far = (made_random(&seed) - 0.5) * step;
            probes[i] = (struct recording_clock){
                (near ? probes[i - 1].device_ns / 2 + second : 0) +
                    (int64_t)far / 4,
                (near ? probes[i - 1].host_monotonic_ns / 2 + second : 0) +
                    (int64_t)(far * made_random(&seed)) / 4,
                0, (int64_t)(step * made_random(&seed))};
        }
        struct clock_map map = fitted(probes, n);
        double before = clock_map_host(&map, -2e9);
        for (double device = -1e9; device < 100e9; device += 0.5e9) {
            double host = clock_map_host(&map, device);
            assert_true(host > before);
            before = host;
        }
        clock_map_deinit(&map);
    }
}

static void best_of_each_burst_is_kept(void **state)
{
    (void)state;
    static const int64_t trips[] = {500, 300, 400, 300, 900, 100, 800, 700};
    struct clock_probes probes = {0};
    for (int64_t burst = 0; burst < 100; burst++) {
        for (int64_t i = 0; i < 8; i++) {
            const struct recording_clock probe = {
                burst * 2 * second + i * 1000000, burst * 2 * second + i, 0,
                trips[(i + burst) % 8]};
            assert_int_equal(clock_probes_add(&probes, &probe, NULL), 0);
        }
    }
    assert_int_equal(probes.total, 800);
    assert_int_equal(probes.count, 100);
    assert_int_equal(probes.faults, 0);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(probes.best[i].round_trip_ns, 100);
        assert_int_equal(probes.best[i].host_monotonic_ns / (2 * second), i);
    }
    clock_probes_deinit(&probes);
    assert_null(probes.best);
    assert_int_equal(probes.count, 0);
}

static void probes_at_fault_are_counted(void **state)
{
    (void)state;
    static const struct recording_clock made[] = {
        {-5, 5, 0, -1}, {-5, 5, 0, 0},  {-6, 5, 0, 0},
        {-6, 4, 0, 0},  {-6, 4, -9, 0}, {0, 3, 0, -2},
    };
    struct clock_probes probes = {0};
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        assert_int_equal(clock_probes_add(&probes, &made[i], NULL), 0);
    }
    assert_int_equal(probes.faults, 4);
    assert_int_equal(probes.first_fault, 1);
    clock_probes_deinit(&probes);
}

/* There is none before the first that it could be behind. */
static void first_probe_may_be_before_zero(void **state)
{
    (void)state;
    static const struct recording_clock made[] = {{-5, -5, 0, 1},
                                                  {-6, -5, 0, 1}};
    struct clock_probes probes = {0};
    assert_int_equal(clock_probes_add(&probes, &made[0], NULL), 0);
    assert_int_equal(probes.faults, 0);
    assert_int_equal(clock_probes_add(&probes, &made[1], NULL), 0);
    assert_int_equal(probes.faults, 1);
    assert_int_equal(probes.first_fault, 2);
    clock_probes_deinit(&probes);
}

static void rate_is_that_of_the_map(void **state)
{
    (void)state;
    struct recording_clock *made = make_probes(600, 100, 7);
    struct clock_probes probes = {0};
    for (size_t i = 0; i < 600; i++) {
        assert_int_equal(clock_probes_add(&probes, &made[i], NULL), 0);
    }
    double rate;
    struct clock_map map = fitted(made, 600);
    assert_int_equal(clock_fit_rate(&probes, &rate, NULL), 0);
    assert_true(rate == map.rate);
    assert_true(fabs(rate - 1 / 1.0001) < 1e-6);
    clock_map_deinit(&map);
    clock_probes_deinit(&probes);
    free(made);
}

static void slope_of_stretches_ignores_what_lies_between(void **state)
{
    (void)state;
    struct slope slope = {0};
    assert_true(slope_value(&slope) == 0);
    for (int i = 0; i < 1000; i++) {
        if (i % 100 == 0) {
            slope_break(&slope);
        }
        slope_add(&slope, i, 12.5e6 * i + 7e11 * floor(i / 100.0));
    }
    assert_true(fabs(slope_value(&slope) - 12.5e6) < 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_fit_finds_drift_despite_outliers),
        cmocka_unit_test(clock_fit_says_nothing_of_too_little),
        cmocka_unit_test(clock_fit_ignores_probes_of_no_working_clock),
        cmocka_unit_test(clock_fit_doubts_a_rate_that_round_trips_hide),
        cmocka_unit_test(time_is_the_hosts_at_a_reading),
        cmocka_unit_test(map_goes_through_two_probes_hours_apart),
        cmocka_unit_test(map_follows_jumps_and_leaves_out_what_stands_alone),
        cmocka_unit_test(map_bends_where_long_round_trips_hide_it),
        cmocka_unit_test(map_rises_whatever_the_probes_say),
        cmocka_unit_test(best_of_each_burst_is_kept),
        cmocka_unit_test(probes_at_fault_are_counted),
        cmocka_unit_test(first_probe_may_be_before_zero),
        cmocka_unit_test(rate_is_that_of_the_map),
        cmocka_unit_test(slope_of_stretches_ignores_what_lies_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
