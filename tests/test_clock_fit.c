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
        struct clock_fit fit;
        double rate = clock_fit(probes, cases[i].n, &fit);
        assert_int_equal(fit.probes, cases[i].n);
        assert_true(fabs(fit.ppm - cases[i].ppm) < cases[i].tolerance_ppm);
        assert_true(fabs((1 / rate - 1) * 1e6 - fit.ppm) < 1e-3);
        assert_true(cases[i].outlier > 0 ? fit.residual_max_us > 29000
                                         : fit.residual_max_us < 250);
        free(probes);
    }
}

static void clock_fit_says_nothing_of_too_little(void **state)
{
    (void)state;
    struct recording_clock *probes = make_probes(60, 200, 0);
    static const size_t counts[] = {0, 1, 2, CLOCK_FIT_SPAN_S};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct clock_fit fit;
        assert_true(clock_fit(probes, counts[i], &fit) == 1);
        assert_int_equal(fit.probes, 0);
    }
    free(probes);
}

static void clock_fit_ignores_probes_of_no_working_clock(void **state)
{
    (void)state;
    struct clock_fit fit;
    struct recording_clock *probes = make_probes(60, 20000, 0);
    assert_true(clock_fit(probes, 60, &fit) == 1);
    assert_int_equal(fit.probes, 0);
    for (size_t i = 0; i < 60; i++) {
        probes[i].device_ns = (i % 2 ? -1 : 1) * INT64_MAX / 2;
    }
    assert_true(clock_fit(probes, 60, &fit) == 1);
    free(probes);
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
        cmocka_unit_test(slope_of_stretches_ignores_what_lies_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
