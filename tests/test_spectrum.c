/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "analysis/spectrum.h"

enum { LENGTH_MAX = 2048 };
static const float SILENCE[LENGTH_MAX]; /* beside a signal of its own */

static const double PI = 3.14159265358979323846;

/* cmocka 1.1 compares floats only. */
static void assert_near(double value, double truth, double tolerance)
{
    if (!(fabs(value - truth) <= tolerance)) {
        fail_msg("%.9g is not %.9g within %.3g", value, truth, tolerance);
    }
}

struct sine_case {
    size_t length;
    size_t padded;
    double rate_hz;
    double frequency_hz;
    double amplitude;
    double tolerance_hz;  /* of the interpolated peak */
    double power_percent; /* of the peak's power against amplitude^2 / 2 */
};

/* Tolerances: a parabola through log Hann bins is off by at most 1.6 % of a
 * bin without padding (Smith), much less with. */
static const struct sine_case SINES[] = {
    {440, 440, 100.0, 5.0, 1.0, 0.004, 0.1},
    {440, 440, 100.0, 5.113, 2.0, 0.004, 0.1},
    {400, 400, 99.6, 4.87, 10.0, 0.004, 0.1},
    {400, 800, 100.0, 7.31, 0.3, 0.001, 0.1},
    {1024, 1024, 200.0, 11.9, 5.0, 0.004, 0.1},
    {1200, 1200, 400.0, 3.3, 0.02, 0.006, 0.1},
    {300, 1200, 100.0, 2.04, 20.0, 0.002, 0.2},
};

static float *sine_new(const struct sine_case *sine, double offset)
{
    float *x = calloc(sine->length, sizeof(*x));
    assert_non_null(x);
    for (size_t i = 0; i < sine->length; i++) {
        double phase = 2.0 * PI * sine->frequency_hz * (double)i;
        x[i] = (float)(offset +
                       sine->amplitude * sin(phase / sine->rate_hz + 0.4));
    }
    return x;
}

static size_t largest(const float *psd, size_t bins)
{
    size_t best = 0;
    for (size_t k = 1; k < bins; k++) {
        if (psd[k] > psd[best]) {
            best = k;
        }
    }
    return best;
}

static void sine_check(const struct sine_case *sine)
{
    struct spectrum *spectrum =
        spectrum_new(sine->length, sine->padded, sine->rate_hz);
    assert_non_null(spectrum);
    size_t bins = spectrum_bins(spectrum);
    assert_int_equal(bins, sine->padded / 2 + 1);
    double step_hz = spectrum_step_hz(spectrum);
    assert_near(step_hz, sine->rate_hz / (double)sine->padded, 1e-12);

    float *x = sine_new(sine, 3.0 * sine->amplitude);
    float psd[LENGTH_MAX] = {0.0f};
    spectrum_add(spectrum, x, SILENCE, psd);

    double peak_hz =
        spectrum_peak_hz(psd, bins, largest(psd, bins), step_hz, NULL);
    assert_near(peak_hz, sine->frequency_hz, sine->tolerance_hz);
    double power = 0.0;
    for (size_t k = 0; k < bins; k++) {
        power += (double)psd[k] * step_hz;
    }
    double truth = 0.5 * sine->amplitude * sine->amplitude;
    assert_near(power, truth, truth * sine->power_percent / 100.0);
    free(x);
    spectrum_free(spectrum);
}

static void sines_have_their_frequency_and_power(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SINES) / sizeof(SINES[0]); i++) {
        sine_check(&SINES[i]);
    }
}

static float noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / 16777216.0f - 0.5f;
}

static void sum_of_bins_is_windowed_mean_square(void **state)
{
    (void)state;
    static const size_t lengths[] = {400, 440, 441, 1024, 1200};
    for (size_t c = 0; c < sizeof(lengths) / sizeof(lengths[0]); c++) {
        size_t n = lengths[c];
        struct spectrum *spectrum = spectrum_new(n, n, 100.0);
        assert_non_null(spectrum);
        float x[LENGTH_MAX];
        double energy = 0.0;
        double mean = 0.0;
        double weight = 0.0;
        uint32_t seed = (uint32_t)n;
        for (size_t i = 0; i < n; i++) {
            double w = 0.5 - 0.5 * cos(2.0 * PI * (double)i / (double)n);
            x[i] = noise(&seed);
            mean += (double)x[i] / (double)n;
            weight += w * w;
        }
        for (size_t i = 0; i < n; i++) {
            double w = 0.5 - 0.5 * cos(2.0 * PI * (double)i / (double)n);
            energy += pow(w * ((double)x[i] - mean), 2.0);
        }
        float psd[LENGTH_MAX] = {0.0f};
        spectrum_add(spectrum, x, SILENCE, psd);
        double power = 0.0;
        for (size_t k = 0; k < spectrum_bins(spectrum); k++) {
            power += (double)psd[k] * spectrum_step_hz(spectrum);
        }
        assert_near(power / (energy / weight), 1.0, 1e-5);
        spectrum_free(spectrum);
    }
}

/* Feeds one impulse of 1 at `at`: each bin is then w[at]^2 * 2 / (fs S); bins
 * from 2 on, that is, for below them the window shows the mean taken off. */
static double impulse_bin(size_t length, size_t at)
{
    struct spectrum *spectrum = spectrum_new(length, length, 1.0);
    assert_non_null(spectrum);
    float x[16] = {0.0f};
    float psd[16] = {0.0f};
    x[at] = 1.0f;
    spectrum_add(spectrum, x, SILENCE, psd);
    spectrum_free(spectrum);
    return (double)psd[2];
}

static void window_is_a_periodic_hann(void **state)
{
    (void)state;
    /* scipy.signal.get_window("hann", 8); the sum of their squares is 3. */
    static const double hann[8] = {0.0, 0.14644661, 0.5, 0.85355339,
                                   1.0, 0.85355339, 0.5, 0.14644661};
    for (size_t i = 0; i < 8; i++) {
        double w = hann[i];
        assert_near(impulse_bin(8, i), 2.0 * w * w / 3.0, 1e-6);
    }
}

static void psd_adds_up(void **state)
{
    (void)state;
    struct spectrum *spectrum = spectrum_new(440, 440, 100.0);
    assert_non_null(spectrum);
    float x[440];
    uint32_t seed = 7;
    for (size_t i = 0; i < 440; i++) {
        x[i] = noise(&seed);
    }
    float once[LENGTH_MAX] = {0.0f};
    float twice[LENGTH_MAX] = {0.0f};
    spectrum_add(spectrum, x, SILENCE, once);
    spectrum_add(spectrum, x, SILENCE, twice);
    spectrum_add(spectrum, x, SILENCE, twice);
    for (size_t k = 0; k < spectrum_bins(spectrum); k++) {
        assert_near(twice[k], 2.0f * once[k], 1e-9);
    }
    spectrum_free(spectrum);
}

static void mean_is_removed(void **state)
{
    (void)state;
    struct spectrum *spectrum = spectrum_new(400, 400, 100.0);
    assert_non_null(spectrum);
    float x[400];
    for (size_t i = 0; i < 400; i++) {
        x[i] = 2.0f;
    }
    float psd[LENGTH_MAX] = {0.0f};
    spectrum_add(spectrum, x, SILENCE, psd);
    assert_near(psd[0], 0.0, 1e-12);
    spectrum_free(spectrum);
}

static void two_signals_at_once_are_as_each_alone(void **state)
{
    (void)state;
    static const struct {
        size_t length;
        size_t padded;
    } sizes[] = {{150, 256}, {400, 400}, {201, 201}, {8, 9}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct spectrum *spectrum =
            spectrum_new(sizes[i].length, sizes[i].padded, 50.0);
        assert_non_null(spectrum);
        float x[2][400];
        uint32_t seed = 11;
        for (size_t k = 0; k < 2 * sizes[i].length; k++) {
            x[k % 2][k / 2] = (float)(k % 2) + noise(&seed);
        }
        float sum[LENGTH_MAX] = {0.0f};
        float each[2][LENGTH_MAX] = {{0.0f}};
        float alone[2][LENGTH_MAX] = {{0.0f}};
        spectrum_add(spectrum, x[0], x[1], sum);
        spectrum_add_each(spectrum, (const float *const[]){x[0], x[1]},
                          (float *const[]){each[0], each[1]});
        spectrum_add(spectrum, x[0], SILENCE, alone[0]);
        spectrum_add(spectrum, x[1], SILENCE, alone[1]);
        for (size_t k = 0; k < spectrum_bins(spectrum); k++) {
            double both = (double)alone[0][k] + (double)alone[1][k];
            assert_near(sum[k], both, 1e-6 + 1e-4 * both);
            for (size_t c = 0; c < 2; c++) {
                assert_near(each[c][k], alone[c][k],
                            1e-6 + 1e-4 * (double)alone[c][k]);
            }
        }
        spectrum_free(spectrum);
    }
}

static void peak_of_a_parabola_is_exact(void **state)
{
    (void)state;
    float psd[7];
    for (int k = 0; k < 7; k++) {
        double d = (double)k - 3.3;
        psd[k] = (float)(4.0 * exp(-0.5 * d * d));
    }
    double height;
    assert_near(spectrum_peak_hz(psd, 7, 3, 0.25, &height), 0.825, 1e-6);
    assert_near(height, 4.0, 1e-5);
}

static void peak_at_an_edge_or_beside_nothing_stays_on_its_bin(void **state)
{
    (void)state;
    static const float psd[4] = {5.0f, 2.0f, 0.0f, 9.0f};
    double height;
    assert_near(spectrum_peak_hz(psd, 4, 0, 0.5, &height), 0.0, 0.0);
    assert_near(height, 5.0, 0.0);
    assert_near(spectrum_peak_hz(psd, 4, 1, 0.5, NULL), 0.5, 0.0);
    assert_near(spectrum_peak_hz(psd, 4, 3, 0.5, NULL), 1.5, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sines_have_their_frequency_and_power),
        cmocka_unit_test(sum_of_bins_is_windowed_mean_square),
        cmocka_unit_test(window_is_a_periodic_hann),
        cmocka_unit_test(psd_adds_up),
        cmocka_unit_test(mean_is_removed),
        cmocka_unit_test(two_signals_at_once_are_as_each_alone),
        cmocka_unit_test(peak_of_a_parabola_is_exact),
        cmocka_unit_test(peak_at_an_edge_or_beside_nothing_stays_on_its_bin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
