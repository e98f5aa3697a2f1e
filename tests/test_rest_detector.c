/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure.h"
#include "analysis/summary.h"

static const double PI = 3.14159265358979323846;

static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / 16777216.0f - 0.5f;
}

/* Tremor of 5 Hz and 3 deg/s with a little noise; or noise alone. */
static struct motion *motion_new(size_t rows, double rate_hz, bool tremor)
{
    struct motion *motion = NULL;
    if (posix_memalign((void **)&motion, 32, rows * sizeof(*motion)) != 0) {
        fail();
    }
    memset(motion, 0, rows * sizeof(*motion));
    uint32_t seed = 3;
    for (size_t i = 0; i < rows; i++) {
        double t_s = (double)i / rate_hz;
        motion[i].accel[2] = 1.0f;
        for (size_t axis = 0; axis < 3; axis++) {
            motion[i].gyro[axis] = 0.1f * noise(&seed);
        }
        if (tremor) {
            motion[i].gyro[0] += (float)(3.0 * sin(2.0 * PI * 5.0 * t_s));
        }
    }
    return motion;
}

static struct measure_input input_of(double rate_hz, bool has_gyro)
{
    return (struct measure_input){
        .source_hz = rate_hz, .has_accel = true, .has_gyro = has_gyro};
}

/* At which rows of a recording come. */
static double row_hz_of(double rate_hz)
{
    double grid_hz = measure_grid_hz(&rest_detector_measure, rate_hz);
    return grid_hz > 0.0 ? grid_hz : rate_hz;
}

struct run {
    double rate_hz; /* of the recording */
    size_t rows;
    size_t part;   /* rows a push */
    size_t gap_at; /* a gap before this row; 0: none */
    bool tremor;
};

static struct rest_detector run(const struct run *run)
{
    const struct measure *m = &rest_detector_measure;
    double row_hz = row_hz_of(run->rate_hz);
    struct motion *motion = motion_new(run->rows, row_hz, run->tremor);
    struct measure_input input = input_of(run->rate_hz, true);
    void *state = m->create(&input);
    assert_non_null(state);
    double dt_s = 1.0 / row_hz;
    size_t n = 0;
    for (size_t i = 0; i < run->rows; i += n) {
        n = run->part < run->rows - i ? run->part : run->rows - i;
        if (run->gap_at > i && run->gap_at < i + n) {
            n = run->gap_at - i;
        }
        if (i == run->gap_at && i > 0) {
            assert_int_equal(m->gap(state), 0);
        }
        assert_int_equal(m->push(state, motion + i, n, (double)i * dt_s, dt_s),
                         0);
    }
    assert_int_equal(m->gap(state), 0);
    static struct summary summary;
    memset(&summary, 0, sizeof(summary));
    assert_int_equal(m->finish(state, &summary), 0);
    m->destroy(state);
    free(motion);
    return summary.tremor.rest_detector;
}

static void tremor_is_found_at_every_rate_it_is_valid_for(void **state)
{
    (void)state;
    static const double rates[] = {64.0, 99.6, 100.0, 104.0, 208.0, 1667.0};
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        /* 40.5 s */
        size_t rows = (size_t)(40.5 * row_hz_of(rates[i]));
        struct rest_detector out =
            run(&(struct run){rates[i], rows, 100, 0, true});
        assert_int_equal(out.windows, 10);
        assert_int_equal(out.rest_windows, 10);
        assert_int_equal(out.tremor_windows, 10);
        assert_true(out.tremor_percent == 100.0);
        /* log10(3^2 / 2 + 1), less what the band leaves out */
        assert_true(fabs(out.power_log_median - 0.74) < 0.02);
        assert_string_equal(out.reason, "");
    }
}

static void stillness_is_rest_without_tremor(void **state)
{
    (void)state;
    struct rest_detector out = run(&(struct run){100.0, 4100, 100, 0, false});
    assert_int_equal(out.rest_windows, 10);
    assert_int_equal(out.tremor_windows, 0);
    assert_true(out.tremor_percent == 0.0);
    assert_true(isnan(out.power_log_median));
}

static void result_does_not_depend_on_how_rows_come(void **state)
{
    (void)state;
    struct rest_detector whole = run(&(struct run){99.6, 4100, 4100, 0, true});
    struct rest_detector parts = run(&(struct run){99.6, 4100, 7, 0, true});
    assert_int_equal(parts.windows, whole.windows);
    assert_int_equal(parts.tremor_windows, whole.tremor_windows);
    assert_true(fabs(parts.power_log_p90 - whole.power_log_p90) < 1e-9);
}

static void no_window_reaches_over_a_gap(void **state)
{
    (void)state;
    /* 6 s and 35 s */
    struct rest_detector out = run(&(struct run){100.0, 4100, 100, 600, true});
    assert_int_equal(out.windows, 1 + 8);
}

static void declined(double rate_hz, bool has_gyro, const char *why)
{
    struct measure_input input = input_of(rate_hz, has_gyro);
    void *state = rest_detector_measure.create(&input);
    assert_non_null(state);
    struct motion *motion = motion_new(1000, rate_hz, true);
    assert_int_equal(rest_detector_measure.push(state, motion, 1000, 0.0, 0.01),
                     0);
    assert_int_equal(rest_detector_measure.gap(state), 0);
    static struct summary summary;
    memset(&summary, 0, sizeof(summary));
    assert_int_equal(rest_detector_measure.finish(state, &summary), 0);
    assert_non_null(strstr(summary.tremor.rest_detector.reason, why));
    assert_true(isnan(summary.tremor.rest_detector.tremor_percent));
    rest_detector_measure.destroy(state);
    free(motion);
}

static void it_says_why_it_cannot_measure(void **state)
{
    (void)state;
    declined(100.0, false, "gyroscope");
    declined(50.0, true, "50 Hz");
    declined((double)NAN, true, "64 Hz");
}

static void short_recording_has_a_reason(void **state)
{
    (void)state;
    struct rest_detector out = run(&(struct run){100.0, 399, 100, 0, true});
    assert_int_equal(out.windows, 0);
    assert_non_null(strstr(out.reason, "4 s"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tremor_is_found_at_every_rate_it_is_valid_for),
        cmocka_unit_test(stillness_is_rest_without_tremor),
        cmocka_unit_test(result_does_not_depend_on_how_rows_come),
        cmocka_unit_test(no_window_reaches_over_a_gap),
        cmocka_unit_test(it_says_why_it_cannot_measure),
        cmocka_unit_test(short_recording_has_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
