/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>

#include "acquire/vector.h"

struct spectrum {
    size_t length;
    size_t padded;
    double step_hz;
    float scale;        /* |X|^2 to a one-sided density */
    float *window;      /* length */
    float *in;          /* padded; zero from length on */
    fftwf_complex *out; /* padded / 2 + 1 */
    fftwf_plan plan;
    fftwf_complex *pair_in; /* padded; two signals; zero from length on */
    fftwf_complex *pair_out;
    fftwf_plan pair_plan;
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
    spectrum->pair_in = fftwf_alloc_complex(padded);
    spectrum->pair_out = fftwf_alloc_complex(padded);
    if (spectrum->window == NULL || spectrum->in == NULL ||
        spectrum->out == NULL || spectrum->pair_in == NULL ||
        spectrum->pair_out == NULL) {
        spectrum_free(spectrum);
        return NULL;
    }
    /* Measured plans round differently from run to run: the same recording
     * must give the same summary. */
    spectrum->plan = fftwf_plan_dft_r2c_1d((int)padded, spectrum->in,
                                           spectrum->out, FFTW_ESTIMATE);
    spectrum->pair_plan =
        fftwf_plan_dft_1d((int)padded, spectrum->pair_in, spectrum->pair_out,
                          FFTW_FORWARD, FFTW_ESTIMATE);
    if (spectrum->plan == NULL || spectrum->pair_plan == NULL) {
        spectrum_free(spectrum);
        return NULL;
    }
    memset(spectrum->in, 0, padded * sizeof(*spectrum->in));
    memset(spectrum->pair_in, 0, padded * sizeof(*spectrum->pair_in));
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
    if (spectrum->pair_plan != NULL) {
        fftwf_destroy_plan(spectrum->pair_plan);
    }
    fftwf_free(spectrum->window);
    fftwf_free(spectrum->in);
    fftwf_free(spectrum->out);
    fftwf_free(spectrum->pair_in);
    fftwf_free(spectrum->pair_out);
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

/* As mean_of for signals that lie close; short ones, for which floats do. */
static float mean_close(const float *x, size_t n)
{
    enum { LANES = 8 };
    float sum[LANES] = {0.0f};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum[k] += x[i + k];
        }
    }
    for (; i < n; i++) {
        sum[0] += x[i];
    }
    float all = 0.0f;
    for (size_t k = 0; k < LANES; k++) {
        all += sum[k];
    }
    return all / (float)n;
}

static void transform(struct spectrum *spectrum, const float *x, size_t stride,
                      float mean)
{
    for (size_t i = 0; i < spectrum->length; i++) {
        spectrum->in[i] = (x[i * stride] - mean) * spectrum->window[i];
    }
    fftwf_execute(spectrum->plan);
}

static float power(const float value[2])
{
    return value[0] * value[0] + value[1] * value[1];
}

VECTOR_CLONES
void spectrum_add(struct spectrum *spectrum, const float *x, size_t stride,
                  int detrend, float *psd)
{
    transform(spectrum, x, stride,
              detrend ? mean_of(x, stride, spectrum->length) : 0.0f);
    size_t bins = spectrum_bins(spectrum);
    for (size_t k = 0; k < bins; k++) {
        /* DC and half the rate have no mirror image to stand for. */
        int single = k == 0 || 2 * k == spectrum->padded;
        psd[k] +=
            power(spectrum->out[k]) * spectrum->scale * (single ? 0.5f : 1.0f);
    }
}

/* Two real signals, the means removed, as one complex one: their powers add up
 * to half of what is at k and at -k. */
static void transform_pair(struct spectrum *spectrum, const float *re,
                           const float *im)
{
    float mean_re = mean_close(re, spectrum->length);
    float mean_im = mean_close(im, spectrum->length);
    for (size_t i = 0; i < spectrum->length; i++) {
        float window = spectrum->window[i];
        spectrum->pair_in[i][0] = (re[i] - mean_re) * window;
        spectrum->pair_in[i][1] = (im[i] - mean_im) * window;
    }
    fftwf_execute(spectrum->pair_plan);
}

VECTOR_CLONES
void spectrum_add_axes(struct spectrum *spectrum, const float *const axis[3],
                       float *psd)
{
    transform_pair(spectrum, axis[0], axis[1]);
    transform(spectrum, axis[2], 1, mean_close(axis[2], spectrum->length));
    fftwf_complex *up = spectrum->pair_out;
    fftwf_complex *down = spectrum->pair_out + spectrum->padded;
    fftwf_complex *single = spectrum->out;
    float half = 0.5f * spectrum->scale;
    size_t bins = spectrum_bins(spectrum);
    psd[0] += half * (power(up[0]) + power(single[0]));
    for (size_t k = 1; k < bins; k++) {
        const float *mirror = *(down - k);
        float sum = power(up[k]) + power(mirror);
        psd[k] += half * (sum + 2.0f * power(single[k]));
    }
    if (spectrum->padded % 2 == 0) {
        psd[bins - 1] -= half * (power(up[bins - 1]) + power(single[bins - 1]));
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
