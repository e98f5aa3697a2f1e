/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Onsets: moments at which something may have struck, seen as high-frequency
 * transients in accelerometer and gyroscope. Each sensor is measured in units
 * of its own noise in the three seconds around, so that neither a loud moment
 * elsewhere nor the sensor's units matter; what is left of a knock is local.
 * Which way the sensor is turned does not matter (tap_weight.h).
 *
 * Most onsets are noise: tap_series.h decides which of them are taps.
 *
 * Ownership: tap_detector_new gives a heap object, nothing is allocated later.
 * Threads: one at a time.
 */
#ifndef ANALYSIS_TAP_ONSET_H
#define ANALYSIS_TAP_ONSET_H

#include <stdbool.h>
#include <stddef.h>

#include "acquire/motion.h"
#include "analysis/tap_band.h"

struct tap_onset {
    double time_s;
    float strength; /* amplitude of the transient over noise; noise: 1 */
    float noise;    /* its level around, the same unit for all onsets */
    float peak_mg;  /* greatest high-passed acceleration */
    float sway_mg;  /* slow acceleration in the second around, rms */
    float turn_dps; /* slow angular rate in the second around, rms */
};

/* Called with rising times. Returns 0 or ERR_NO_MEMORY, which push hands on. */
typedef int tap_onset_fn(void *ctx, const struct tap_onset *onset);

struct tap_detector;

struct tap_source {
    const struct tap_rate *rate; /* borrowed */
    bool has_gyro;
};

struct tap_detector *tap_detector_new(const struct tap_source *source,
                                      tap_onset_fn *found, void *ctx);
void tap_detector_free(struct tap_detector *detector);

/* Takes rows t0_s, t0_s + 1 / TAP_RATE_HZ, ... */
int tap_detector_push(struct tap_detector *detector, const struct motion *rows,
                      size_t n, double t0_s);

/* Reports what is held back; the next push begins a segment. */
int tap_detector_gap(struct tap_detector *detector);

/* Puts `x` among the `n` largest values so far, held in `top` by size. */
void tap_keep_top(float *top, int n, float x);

#endif
