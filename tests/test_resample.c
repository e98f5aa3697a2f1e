/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/resample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PI 3.14159265358979323846

enum { OUT_MAX = 1 << 16 };

struct segment {
    double t0_s;
    double dt_s;
    size_t n;     /* rows */
    size_t chunk; /* rows a push */
};

struct result {
    struct motion *rows;
    size_t n;
    double t0_s;
};

typedef struct motion signal_fn(double t_s, double parameter);

static struct motion sine(double t_s, double frequency_hz)
{
    double angle = 2 * PI * frequency_hz * t_s;
    return (struct motion){
        .accel = {(float)sin(angle), (float)cos(angle), 1},
        .gyro = {(float)(200 * sin(angle)), (float)(-3 * cos(angle)), 0},
        .temperature = 25,
    };
}

static void pull_all(struct resample *r, struct result *result)
{
    double t0_s;
    size_t n;
    while ((n = resample_pull(r, result->rows + result->n, OUT_MAX - result->n,
                              &t0_s)) > 0) {
        if (result->n == 0) {
            result->t0_s = t0_s;
        }
        result->n += n;
    }
}

static void push_segment(struct resample *r, const struct segment *s,
                         signal_fn *signal, double parameter,
                         struct result *result)
{
    struct motion rows[RESAMPLE_PUSH_MAX];
    result->n = 0;
    for (size_t first = 0; first < s->n; first += s->chunk) {
        size_t n = s->chunk < s->n - first ? s->chunk : s->n - first;
        double t0_s = s->t0_s + (double)first * s->dt_s;
        for (size_t i = 0; i < n; i++) {
            rows[i] = signal(t0_s + (double)i * s->dt_s, parameter);
        }
        resample_push(r, rows, n, t0_s, s->dt_s);
        pull_all(r, result);
    }
    resample_flush(r);
    pull_all(r, result);
}

static int setup(void **state)
{
    struct result *result = calloc(1, sizeof(*result));
    assert_non_null(result);
    result->rows = aligned_alloc(32, OUT_MAX * sizeof(*result->rows));
    assert_non_null(result->rows);
    *state = result;
    return 0;
}

static int teardown(void **state)
{
    struct result *result = *state;
    free(result->rows);
    free(result);
    return 0;
}

/* Amplitude, and time shift in seconds, of the sine of `frequency_hz` in
 * column x of rows that are 1 / out_hz apart, the edges left out. */
static void fit_sine(const struct result *result, double out_hz,
                     double frequency_hz, double *amplitude, double *shift_s)
{
    double a[3] = {0}; /* sums of ss, sc, cc */
    double b[2] = {0};
    size_t edge = result->n / 5;
    for (size_t i = edge; i < result->n - edge; i++) {
        double t = result->t0_s + (double)i / out_hz;
        double s = sin(2 * PI * frequency_hz * t);
        double c = cos(2 * PI * frequency_hz * t);
        double x = (double)result->rows[i].accel[0];
        a[0] += s * s;
        a[1] += s * c;
        a[2] += c * c;
        b[0] += s * x;
        b[1] += c * x;
    }
    double det = a[0] * a[2] - a[1] * a[1];
    double in_phase = (b[0] * a[2] - b[1] * a[1]) / det;
    double quadrature = (b[1] * a[0] - b[0] * a[1]) / det;
    *amplitude = hypot(in_phase, quadrature);
    *shift_s = atan2(quadrature, in_phase) / (2 * PI * frequency_hz);
}

/* Largest deviation of column x from `gain` times the sine, edges left out. */
static double residual(const struct result *result, double out_hz,
                       double frequency_hz, double gain)
{
    double most = 0;
    size_t edge = result->n / 5;
    for (size_t i = edge; i < result->n - edge; i++) {
        double t = result->t0_s + (double)i / out_hz;
        double x = (double)result->rows[i].accel[0] -
                   gain * sin(2 * PI * frequency_hz * t);
        most = fmax(most, fabs(x));
    }
    return most;
}

static const struct {
    double in_hz;
    double out_hz;
} rates[] = {
    {100, 100}, {12.5, 100},  {1667, 100},  {1667, 25},
    {26, 100},  {20, 100},    {104, 100},   {99.7, 100},
    {50, 100},  {416, 100},   {100, 12.5},  {31.25, 25},
    {833, 416}, {52, 1667.2}, {10000, 100}, {1.5, 100},
};
enum { RATES = sizeof(rates) / sizeof(rates[0]) };

/* Enough input for 200 samples of the lower rate. */
static struct segment segment_for(size_t rate)
{
    double lower = fmin(rates[rate].in_hz, rates[rate].out_hz);
    double in_hz = rates[rate].in_hz;
    return (struct segment){
        .t0_s = 1000.0021,
        .dt_s = 1 / in_hz,
        .n = (size_t)(200 / lower * in_hz),
        .chunk = 777,
    };
}

static void sine_in_pass_band_keeps_amplitude_and_time(void **state)
{
    struct result *result = *state;
    static const double parts[] = {0.01, 0.05, 0.1, 0.2, 0.3, 0.35, 0.4};
    for (size_t i = 0; i < RATES; i++) {
        double lower = fmin(rates[i].in_hz, rates[i].out_hz);
        struct segment s = segment_for(i);
        struct resample *r = resample_new(rates[i].in_hz, rates[i].out_hz);
        assert_non_null(r);
        for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
            double hz = parts[k] * lower;
            double amplitude;
            double shift_s;
            push_segment(r, &s, sine, hz, result);
            fit_sine(result, rates[i].out_hz, hz, &amplitude, &shift_s);
            assert_true(fabs(20 * log10(amplitude)) < 0.1);
            assert_true(fabs(shift_s) * 2 * PI * hz < 1e-3);
            /* What is left beside it is images and aliases. */
            double left = residual(result, rates[i].out_hz, hz, amplitude);
            assert_true(left < 1e-3);
        }
        resample_free(r);
    }
}

static void sine_above_stop_edge_is_60_db_down(void **state)
{
    struct result *result = *state;
    static const double parts[] = {0.6, 0.63, 0.7, 0.85, 1.0, 1.13, 1.4, 1.9};
    for (size_t i = 0; i < RATES; i++) {
        if (rates[i].in_hz < 3.9 * rates[i].out_hz) {
            continue;
        }
        struct segment s = segment_for(i);
        struct resample *r = resample_new(rates[i].in_hz, rates[i].out_hz);
        assert_non_null(r);
        for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
            double hz = parts[k] * rates[i].out_hz;
            push_segment(r, &s, sine, hz, result);
            assert_true(residual(result, rates[i].out_hz, hz, 0) < 1e-3);
        }
        resample_free(r);
    }
}

static struct motion constant(double t_s, double value)
{
    (void)t_s;
    float x = (float)value;
    return (struct motion){.accel = {x, -x, 0.1f},
                           .gyro = {x / 3, 7e-5f, 1999.99f},
                           .temperature = NAN};
}

static void constant_comes_out_exactly(void **state)
{
    struct result *result = *state;
    for (size_t i = 0; i < RATES; i++) {
        struct segment s = segment_for(i);
        struct resample *r = resample_new(rates[i].in_hz, rates[i].out_hz);
        assert_non_null(r);
        push_segment(r, &s, constant, 0.98321, result);
        struct motion want = constant(0, 0.98321);
        assert_true(result->n > 0);
        for (size_t k = 0; k < result->n; k++) {
            assert_memory_equal(&result->rows[k], &want,
                                sizeof(want.accel) + sizeof(want.gyro));
            assert_true(isnan(result->rows[k].temperature));
        }
        resample_free(r);
    }
}

/* Noise up to half of the rate, on a grid that is as fast or twice as fast. */
static void rows_on_the_grid_come_out_as_they_are(void **state)
{
    (void)state;
    enum { ROWS = 300 };
    struct motion rows[ROWS];
    struct motion out[2 * ROWS];
    double t0_s;
    uint32_t random = 1;
    for (size_t i = 0; i < ROWS; i++) {
        random = random * 1664525 + 1013904223;
        rows[i] = sine((double)random, 1);
    }
    for (size_t times = 1; times <= 2; times++) {
        struct resample *r = resample_new(100, 100 * (double)times);
        assert_non_null(r);
        resample_push(r, rows, ROWS, 604800, 0.01);
        resample_flush(r);
        size_t n = resample_pull(r, out, 2 * ROWS, &t0_s);
        assert_int_equal(n, times * (ROWS - 1) + 1);
        for (size_t i = 0; i < ROWS; i++) {
            assert_float_equal(out[times * i].accel[0], rows[i].accel[0], 1e-6);
            assert_float_equal(out[times * i].gyro[0], rows[i].gyro[0], 1e-4);
        }
        resample_free(r);
    }
}

/* Times here are exact in binary, so any split gives the same instants. */
static void chunk_size_does_not_change_a_bit(void **state)
{
    struct result *result = *state;
    struct segment s = {
        .t0_s = 3.25, .dt_s = 1.0 / 128, .n = 9000, .chunk = RESAMPLE_PUSH_MAX};
    static const size_t chunks[] = {1, 2, 7, 100, 1024, 3001};
    static const double out_hz[] = {100, 25, 128, 999};
    struct motion *want = malloc(OUT_MAX * sizeof(*want));
    assert_non_null(want);
    for (size_t i = 0; i < sizeof(out_hz) / sizeof(out_hz[0]); i++) {
        struct resample *r = resample_new(128, out_hz[i]);
        assert_non_null(r);
        push_segment(r, &s, sine, 7.3, result);
        memcpy(want, result->rows, result->n * sizeof(*want));
        size_t n = result->n;
        for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
            struct segment split = s;
            split.chunk = chunks[k];
            push_segment(r, &split, sine, 7.3, result);
            assert_int_equal(result->n, n);
            assert_memory_equal(result->rows, want, n * sizeof(*want));
        }
        resample_free(r);
    }
    free(want);
}

static void small_pulls_give_the_same_rows(void **state)
{
    struct result *result = *state;
    struct segment s = {.t0_s = 0, .dt_s = 0.01, .n = 500, .chunk = 500};
    struct resample *r = resample_new(100, 250);
    assert_non_null(r);
    push_segment(r, &s, sine, 3, result);
    struct motion rows[500];
    for (size_t i = 0; i < s.n; i++) {
        rows[i] = sine((double)i * s.dt_s, 3);
    }
    resample_reset(r);
    resample_push(r, rows, s.n, 0, s.dt_s);
    resample_flush(r);
    for (size_t i = 0; i < result->n; i++) {
        struct motion one;
        double t0_s;
        assert_int_equal(resample_pull(r, &one, 1, &t0_s), 1);
        assert_true(t0_s == (double)i / 250);
        assert_memory_equal(&one, &result->rows[i], sizeof(one));
    }
    struct motion one;
    double t0_s;
    assert_int_equal(resample_pull(r, &one, 1, &t0_s), 0);
    resample_free(r);
}

static void segment_starts_on_the_grid_and_has_all_its_outputs(void **state)
{
    struct result *result = *state;
    static const struct {
        double t0_s;
        double in_hz;
        size_t n;
        double out_hz;
        double first_s;
        size_t outputs;
    } cases[] = {
        {0, 100, 100, 100, 0, 100},
        {12.34, 100, 100, 100, 12.34, 100}, /* grids coincide */
        {86399.99, 100, 1001, 100, 86399.99, 1001},
        {0.001, 100, 100, 100, 0.01, 99}, /* 0.001 .. 0.991 */
        {0.009, 100, 1, 100, 0.01, 0},    /* between two instants */
        {0.01, 100, 1, 100, 0.01, 1},
        {5, 12.5, 2, 100, 5, 9},
        {5, 1667, 1667, 100, 5, 100},
        {5, 1667, 1, 25, 5, 1},
        {4.99, 1667, 1000, 25, 5, 15}, /* 4.99 .. 5.589 */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct segment s = {.t0_s = cases[i].t0_s,
                            .dt_s = 1 / cases[i].in_hz,
                            .n = cases[i].n,
                            .chunk = 64};
        struct resample *r = resample_new(cases[i].in_hz, cases[i].out_hz);
        assert_non_null(r);
        push_segment(r, &s, sine, 0.5, result);
        assert_int_equal(result->n, cases[i].outputs);
        if (result->n > 0) {
            assert_true(fabs(result->t0_s - cases[i].first_s) < 1e-9);
        }
        resample_free(r);
    }
}

/* The rate of each second differs by up to 1 %: the sine must not. */
static void varying_steps_keep_true_time(void **state)
{
    struct result *result = *state;
    struct resample *r = resample_new(104, 100);
    assert_non_null(r);
    struct motion rows[104];
    double t_s = 0.3;
    result->n = 0;
    for (int chunk = 0; chunk < 30; chunk++) {
        double dt_s = (1 + 0.01 * sin(chunk)) / 104;
        for (size_t i = 0; i < 104; i++) {
            rows[i] = sine(t_s + (double)i * dt_s, 5);
        }
        resample_push(r, rows, 104, t_s, dt_s);
        pull_all(r, result);
        t_s += 104 * dt_s;
    }
    resample_flush(r);
    pull_all(r, result);
    /* The jump in the step costs a little; half a sample would cost 0.15. */
    assert_true(residual(result, 100, 5, 1) < 2e-3);
    resample_free(r);
}

static void reset_and_flush_begin_a_segment_that_knows_nothing(void **state)
{
    struct result *result = *state;
    struct segment other = {.t0_s = 7, .dt_s = 0.01, .n = 333, .chunk = 50};
    struct segment s = {.t0_s = 1, .dt_s = 0.01, .n = 200, .chunk = 50};
    struct motion want[200];
    struct motion row = sine(0, 1);
    struct resample *r = resample_new(100, 100);
    assert_non_null(r);
    push_segment(r, &s, sine, 2, result);
    assert_int_equal(result->n, 200);
    memcpy(want, result->rows, sizeof(want));
    push_segment(r, &other, sine, 9, result);
    resample_reset(r);
    resample_push(r, &row, 1, 50, 0.01);
    resample_reset(r);
    push_segment(r, &s, sine, 2, result);
    assert_int_equal(result->n, 200);
    assert_memory_equal(result->rows, want, sizeof(want));
    push_segment(r, &s, sine, 2, result); /* after a flush alone */
    assert_int_equal(result->n, 200);
    assert_memory_equal(result->rows, want, sizeof(want));
    resample_free(r);
}

static void nothing_comes_before_the_filter_has_its_rows(void **state)
{
    (void)state;
    struct motion out;
    double t0_s;
    struct resample *r = resample_new(100, 100);
    assert_non_null(r);
    assert_int_equal(resample_pull(r, &out, 1, &t0_s), 0);
    resample_flush(r);
    assert_int_equal(resample_pull(r, &out, 1, &t0_s), 0);
    struct motion row = sine(0, 1);
    resample_push(r, &row, 1, 0, 0.01);
    assert_int_equal(resample_pull(r, &out, 1, &t0_s), 0);
    resample_push(r, &row, 0, 0, 0.01);
    assert_int_equal(resample_pull(r, &out, 1, &t0_s), 0);
    resample_free(r);
}

static void motion_at_any_instant_is_that_of_the_sine(void **state)
{
    (void)state;
    struct resample *r = resample_new(50, 104);
    struct motion rows[500];
    struct motion out;
    assert_non_null(r);
    for (size_t i = 0; i < 500; i++) {
        rows[i] = sine((double)i / 50, 6);
    }
    resample_push(r, rows, 500, 0, 1.0 / 50);
    double t_s = 1;
    int steps = 0;
    while (resample_at(r, t_s, &out) == 1) {
        assert_true(fabs((double)out.accel[0] - sin(2 * PI * 6 * t_s)) < 2e-3);
        t_s += 0.0093 + 0.0001 * (steps % 7);
        steps++;
    }
    assert_true(t_s > 9.5);
    resample_flush(r);
    assert_int_equal(resample_at(r, 20, &out), 1);
    assert_true(isfinite(out.accel[0]));
    resample_free(r);
}

static void rates_out_of_range_are_refused(void **state)
{
    (void)state;
    static const double wrong[] = {0, -1, 0.5, 10001, NAN, INFINITY};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_null(resample_new(wrong[i], 100));
        assert_null(resample_new(100, wrong[i]));
    }
    resample_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sine_in_pass_band_keeps_amplitude_and_time),
        cmocka_unit_test(sine_above_stop_edge_is_60_db_down),
        cmocka_unit_test(constant_comes_out_exactly),
        cmocka_unit_test(rows_on_the_grid_come_out_as_they_are),
        cmocka_unit_test(chunk_size_does_not_change_a_bit),
        cmocka_unit_test(small_pulls_give_the_same_rows),
        cmocka_unit_test(segment_starts_on_the_grid_and_has_all_its_outputs),
        cmocka_unit_test(varying_steps_keep_true_time),
        cmocka_unit_test(reset_and_flush_begin_a_segment_that_knows_nothing),
        cmocka_unit_test(nothing_comes_before_the_filter_has_its_rows),
        cmocka_unit_test(motion_at_any_instant_is_that_of_the_sine),
        cmocka_unit_test(rates_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
