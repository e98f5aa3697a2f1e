/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Welch power spectra (Welch 1967) of real signals with FFTW, single
 * precision. The plan is made once for a length and used for ever.
 *
 * Scaling is that of a one-sided power spectral density: the sum of bins times
 * the bin width is the mean square of the signal [unit^2/Hz].
 *
 * Ownership: spectrum_new gives a heap object. Threads: one at a time each;
 * FFTW's planner is used only in spectrum_new, from one thread.
 */
#ifndef ANALYSIS_SPECTRUM_H
#define ANALYSIS_SPECTRUM_H

#include <stddef.h>

struct spectrum;

enum spectrum_window {
    SPECTRUM_HANN,          /* periodic */
    SPECTRUM_HANN_SYMMETRIC /* as scipy's get_window(..., fftbins=False) */
};

/* For segments of `length` samples at `rate_hz`, zero-padded to `padded`
 * (>= length). Returns NULL where memory is short. */
struct spectrum *spectrum_new(size_t length, size_t padded, double rate_hz,
                              enum spectrum_window window);
void spectrum_free(struct spectrum *spectrum);

/* padded / 2 + 1, and the distance between bins [Hz]. */
size_t spectrum_bins(const struct spectrum *spectrum);
double spectrum_step_hz(const struct spectrum *spectrum);

/* Adds the PSD of `length` samples at `x`, `stride` floats apart, to `psd`
 * (spectrum_bins floats). Its mean is removed first if `detrend`. */
void spectrum_add(struct spectrum *spectrum, const float *x, size_t stride,
                  int detrend, float *psd);

/* Adds the PSDs of three signals of `length` samples to `psd`, the mean of each
 * removed first: as spectrum_add three times, in less time. */
void spectrum_add_axes(struct spectrum *spectrum, const float *const axis[3],
                       float *psd);

/* The frequency [Hz] of the peak nearest bin `bin` by a parabola through the
 * logarithms of three bins (Smith, "Spectral Audio Signal Processing"); *height
 * receives its height in units of psd (may be NULL). */
double spectrum_peak_hz(const float *psd, size_t bins, size_t bin,
                        double step_hz, double *height);

#endif
