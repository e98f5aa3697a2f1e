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
    float scale;       /* |X|^2 to a one-sided density */
    float *window;     /* length */
    fftwf_complex *in; /* padded; two signals; zero from length on */
    fftwf_complex *out;
    float *re; /* of `out`, padded */
    float *im;
    float *power;
    fftwf_plan plan;
};

static void window_fill(struct spectrum *spectrum, double rate_hz)
{
    const double pi = 3.14159265358979323846;
    size_t length = spectrum->length;
    double energy = 0.0;
    for (size_t i = 0; i < length; i++) {
        double w = 1.0;
        if (length > 1) {
            w = 0.5 - 0.5 * cos(2.0 * pi * (double)i / (double)length);
        }
        spectrum->window[i] = (float)w;
        energy += w * w;
    }
    spectrum->scale = (float)(2.0 / (rate_hz * energy));
}

struct spectrum *spectrum_new(size_t length, size_t padded, double rate_hz)
{
    struct spectrum *spectrum = calloc(1, sizeof(*spectrum));
    if (spectrum == NULL) {
        return NULL;
    }
    spectrum->length = length;
    spectrum->padded = padded;
    spectrum->step_hz = rate_hz / (double)padded;
    spectrum->window = fftwf_alloc_real(length);
    spectrum->in = fftwf_alloc_complex(padded);
    spectrum->out = fftwf_alloc_complex(padded);
    spectrum->re = fftwf_alloc_real(padded);
    spectrum->im = fftwf_alloc_real(padded);
    spectrum->power = fftwf_alloc_real(padded);
    if (spectrum->window == NULL || spectrum->in == NULL ||
        spectrum->out == NULL || spectrum->re == NULL || spectrum->im == NULL ||
        spectrum->power == NULL) {
        spectrum_free(spectrum);
        return NULL;
    }
    /* Measured plans round differently from run to run: the same recording
     * must give the same summary. */
    spectrum->plan = fftwf_plan_dft_1d((int)padded, spectrum->in, spectrum->out,
                                       FFTW_FORWARD, FFTW_ESTIMATE);
    if (spectrum->plan == NULL) {
        spectrum_free(spectrum);
        return NULL;
    }
    memset(spectrum->in, 0, padded * sizeof(*spectrum->in));
    window_fill(spectrum, rate_hz);
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
    fftwf_free(spectrum->re);
    fftwf_free(spectrum->im);
    fftwf_free(spectrum->power);
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

/* Signals are short: floats do, side by side, which a processor adds at
 * once. */
static inline float mean_of(const float *x, size_t n)
{
    enum { LANES = sizeof(octet) / sizeof(float) };
    octet sum = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        octet part;
        memcpy(&part, x + i, sizeof(part));
        sum += part;
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

/* Two real signals, their means removed, as one complex one. FFTW takes less
 * time for it than for a single real one. */
static inline void transform(struct spectrum *spectrum, const float *x,
                             const float *y)
{
    float mean_x = mean_of(x, spectrum->length);
    float mean_y = mean_of(y, spectrum->length);
    for (size_t i = 0; i < spectrum->length; i++) {
        float window = spectrum->window[i];
        spectrum->in[i][0] = (x[i] - mean_x) * window;
        spectrum->in[i][1] = (y[i] - mean_y) * window;
    }
    fftwf_execute(spectrum->plan);
}

static inline void transform_one(struct spectrum *spectrum, const float *x)
{
    float mean = mean_of(x, spectrum->length);
    for (size_t i = 0; i < spectrum->length; i++) {
        spectrum->in[i][0] = (x[i] - mean) * spectrum->window[i];
        spectrum->in[i][1] = 0.0f;
    }
    fftwf_execute(spectrum->plan);
}

static inline float power(float re, float im)
{
    return re * re + im * im;
}

/* Real and imaginary parts side by side, as a processor takes them at once. */
static inline void unzip(struct spectrum *spectrum)
{
    float *restrict re = spectrum->re;
    float *restrict im = spectrum->im;
    for (size_t k = 0; k < spectrum->padded; k++) {
        re[k] = spectrum->out[k][0];
        im[k] = spectrum->out[k][1];
    }
}

/* The power of what has been transformed, alone or added to what is there. */
static inline void set_power(struct spectrum *spectrum)
{
    float *restrict at = spectrum->power;
    for (size_t k = 0; k < spectrum->padded; k++) {
        at[k] = power(spectrum->out[k][0], spectrum->out[k][1]);
    }
}

static inline void add_power(struct spectrum *spectrum)
{
    float *restrict at = spectrum->power;
    for (size_t k = 0; k < spectrum->padded; k++) {
        at[k] += power(spectrum->out[k][0], spectrum->out[k][1]);
    }
}

/* The signals' powers add up to half of what is at k and at -k. DC and half
 * the rate are their own mirror images and stand for themselves. */
static inline void add_density(const struct spectrum *spectrum, float *psd)
{
    const float *restrict at = spectrum->power;
    float *restrict sum = psd;
    size_t padded = spectrum->padded;
    size_t middle = (padded + 1) / 2;
    float half = 0.5f * spectrum->scale;
    sum[0] += half * at[0];
    for (size_t k = 1; k < middle; k++) {
        sum[k] += half * (at[k] + at[padded - k]);
    }
    if (padded % 2 == 0) {
        sum[middle] += half * at[middle];
    }
}

VECTOR_CLONES
void spectrum_add(struct spectrum *spectrum, const float *x, const float *y,
                  float *psd)
{
    transform(spectrum, x, y);
    set_power(spectrum);
    add_density(spectrum, psd);
}

VECTOR_CLONES
void spectrum_add_axes(struct spectrum *spectrum, const float *const axis[3],
                       float *psd)
{
    transform(spectrum, axis[0], axis[1]);
    set_power(spectrum);
    transform_one(spectrum, axis[2]);
    add_power(spectrum);
    add_density(spectrum, psd);
}

VECTOR_CLONES
void spectrum_add_each(struct spectrum *spectrum, const float *const signal[2],
                       float *const psd[2])
{
    transform(spectrum, signal[0], signal[1]);
    unzip(spectrum);
    const float *restrict re = spectrum->re;
    const float *restrict im = spectrum->im;
    float *restrict sum_x = psd[0];
    float *restrict sum_y = psd[1];
    size_t padded = spectrum->padded;
    size_t middle = (padded + 1) / 2;
    float half = 0.5f * spectrum->scale;
    sum_x[0] += half * re[0] * re[0];
    sum_y[0] += half * im[0] * im[0];
    /* A real signal's value at -k is conjugate to that at k. */
    for (size_t k = 1; k < middle; k++) {
        size_t mirror = padded - k;
        sum_x[k] += 0.5f * half * power(re[k] + re[mirror], im[k] - im[mirror]);
        sum_y[k] += 0.5f * half * power(im[k] + im[mirror], re[k] - re[mirror]);
    }
    if (padded % 2 == 0) {
        sum_x[middle] += half * re[middle] * re[middle];
        sum_y[middle] += half * im[middle] * im[middle];
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
