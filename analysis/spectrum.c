/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>

struct spectrum {
    size_t length;
    size_t padded;
    double step_hz;
    float scale;        /* |X|^2 to a one-sided density */
    float *window;      /* length */
    float *in;          /* padded; zero from length on */
    fftwf_complex *out; /* padded / 2 + 1 */
    fftwf_plan plan;
};

static void window_fill(struct spectrum *spectrum, double rate_hz,
                        enum spectrum_window window)
{
    const double pi = 3.14159265358979323846;
    size_t length = spectrum->length;
    size_t period = window == SPECTRUM_HANN_SYMMETRIC ? length - 1 : length;
    double energy = 0.0;
    for (size_t i = 0; i < length; i++) {
        double w = 1.0;
        if (length > 1) {
            w = 0.5 - 0.5 * cos(2.0 * pi * (double)i / (double)period);
        }
        spectrum->window[i] = (float)w;
        energy += w * w;
    }
    spectrum->scale = (float)(2.0 / (rate_hz * energy));
}

struct spectrum *spectrum_new(size_t length, size_t padded, double rate_hz,
                              enum spectrum_window window)
{
    struct spectrum *spectrum = calloc(1, sizeof(*spectrum));
    if (spectrum == NULL) {
        return NULL;
    }
    spectrum->length = length;
    spectrum->padded = padded;
    spectrum->step_hz = rate_hz / (double)padded;
    spectrum->window = fftwf_alloc_real(length);
    spectrum->in = fftwf_alloc_real(padded);
    spectrum->out = fftwf_alloc_complex(padded / 2 + 1);
    if (spectrum->window == NULL || spectrum->in == NULL ||
        spectrum->out == NULL) {
        spectrum_free(spectrum);
        return NULL;
    }
    /* Measured plans round differently from run to run: the same recording
     * must give the same summary. */
    spectrum->plan = fftwf_plan_dft_r2c_1d((int)padded, spectrum->in,
                                           spectrum->out, FFTW_ESTIMATE);
    if (spectrum->plan == NULL) {
        spectrum_free(spectrum);
        return NULL;
    }
    memset(spectrum->in, 0, padded * sizeof(*spectrum->in));
    window_fill(spectrum, rate_hz, window);
    return spectrum;
}

void spectrum_free(struct spectrum *spectrum)
{
    if (spectrum == NULL) {
        return;
    }
    if (spectrum->plan != NULL) {
        fftwf_destroy_plan(spectrum->plan);
    }
    fftwf_free(spectrum->window);
    fftwf_free(spectrum->in);
    fftwf_free(spectrum->out);
    free(spectrum);
}

size_t spectrum_bins(const struct spectrum *spectrum)
{
    return spectrum->padded / 2 + 1;
}

double spectrum_step_hz(const struct spectrum *spectrum)
{
    return spectrum->step_hz;
}

/* Four sums side by side, which a processor adds at once. */
static float mean_of(const float *x, size_t stride, size_t n)
{
    double sum[4] = {0.0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (size_t k = 0; k < 4; k++) {
            sum[k] += (double)x[(i + k) * stride];
        }
    }
    for (; i < n; i++) {
        sum[0] += (double)x[i * stride];
    }
    return (float)((sum[0] + sum[1] + sum[2] + sum[3]) / (double)n);
}

void spectrum_add(struct spectrum *spectrum, const float *x, size_t stride,
                  int detrend, float *psd)
{
    size_t length = spectrum->length;
    float mean = detrend ? mean_of(x, stride, length) : 0.0f;
    for (size_t i = 0; i < length; i++) {
        spectrum->in[i] = (x[i * stride] - mean) * spectrum->window[i];
    }
    fftwf_execute(spectrum->plan);

    size_t bins = spectrum_bins(spectrum);
    for (size_t k = 0; k < bins; k++) {
        const float *value = spectrum->out[k];
        float power = value[0] * value[0] + value[1] * value[1];
        /* DC and half the rate have no mirror image to stand for. */
        int single = k == 0 || 2 * k == spectrum->padded;
        psd[k] += power * spectrum->scale * (single ? 0.5f : 1.0f);
    }
}

double spectrum_peak_hz(const float *psd, size_t bins, size_t bin,
                        double step_hz, double *height)
{
    double at = (double)bin;
    double top = (double)psd[bin];
    if (bin > 0 && bin + 1 < bins && psd[bin - 1] > 0.0f && psd[bin] > 0.0f &&
        psd[bin + 1] > 0.0f) {
        double left = log((double)psd[bin - 1]);
        double here = log((double)psd[bin]);
        double right = log((double)psd[bin + 1]);
        double bend = left - 2.0 * here + right;
        /* Only a maximum has its top between the three bins. */
        if (bend < 0.0 && here >= left && here >= right) {
            double shift = 0.5 * (left - right) / bend;
            at += shift;
            top = exp(here - 0.25 * (left - right) * shift);
        }
    }
    if (height != NULL) {
        *height = top;
    }
    return at * step_hz;
}
