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

/* For segments of `length` samples at `rate_hz` under a Hann window,
 * zero-padded to `padded` (>= length). Returns NULL where memory is short. */
struct spectrum *spectrum_new(size_t length, size_t padded, double rate_hz);
void spectrum_free(struct spectrum *spectrum);

/* padded / 2 + 1, and the distance between bins [Hz]. */
size_t spectrum_bins(const struct spectrum *spectrum);
double spectrum_step_hz(const struct spectrum *spectrum);

/* Adds the PSD of the `length` samples at `x`, and of those at `y`, to `psd`
 * (spectrum_bins floats). The mean of each is removed first. Two signals take
 * hardly more time than one would. */
void spectrum_add(struct spectrum *spectrum, const float *x, const float *y,
                  float *psd);

/* As spectrum_add, of three signals. */
void spectrum_add_axes(struct spectrum *spectrum, const float *const axis[3],
                       float *psd);

/* As spectrum_add, to a `psd` each, which must not overlap. */
void spectrum_add_each(struct spectrum *spectrum, const float *const signal[2],
                       float *const psd[2]);

/* The frequency [Hz] of the peak nearest bin `bin` by a parabola through the
 * logarithms of three bins (Smith, "Spectral Audio Signal Processing"); *height
 * receives its height in units of psd (may be NULL). */
double spectrum_peak_hz(const float *psd, size_t bins, size_t bin,
                        double step_hz, double *height);

#endif
