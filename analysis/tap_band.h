/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The band in which a fingertip's blow is felt at the wrist: a burst at 20 Hz
 * and above in the accelerometer, with a twitch that is slower in the
 * gyroscope. It ends where a recording at 100 Hz ends, so that a faster one
 * shows the same; it begins lower where a recording is slow (tap_rate.h).
 * Second-order Butterworth sections, all axes at once.
 */
#ifndef ANALYSIS_TAP_BAND_H
#define ANALYSIS_TAP_BAND_H

#include <assert.h>
#include <stddef.h>

#include "acquire/motion.h"
#include "analysis/tap_rate.h"

enum {
    TAP_RATE_HZ = 100, /* of the grid that motion comes on */
    TAP_AXES = 6,
    TAP_LANES = 8 /* a row: the axes, and two that make it a vector */
};

/* Second-order section, transposed direct form II, a lane an axis. */
struct tap_section {
    float b0[TAP_LANES];
    float b1[TAP_LANES];
    float b2[TAP_LANES];
    float a1[TAP_LANES];
    float a2[TAP_LANES];
    float delay1[TAP_LANES];
    float delay2[TAP_LANES];
};

struct tap_band {
    struct tap_section high;
    struct tap_section low;
    bool steep;
    struct tap_section again; /* where it is steep: as `high` */
};

/* A row as a vector: its lanes behind the axes (temperature) go along and are
 * never looked at. */
static inline const float *tap_lanes(const struct motion *row)
{
    static_assert(sizeof(*row) == TAP_LANES * sizeof(float) &&
                      offsetof(struct motion, gyro) == 3 * sizeof(float),
                  "a row is eight floats, accelerometer first");
    return (const float *)(const void *)row;
}

/* `source_hz`: rate of the recording; the band lies below half of it. */
void tap_band_init(struct tap_band *band, const struct tap_rate *rate,
                   double source_hz);

/* Begins a segment, as if its first row had been there for ever. */
void tap_band_start(struct tap_band *band, const struct motion *row);

/* Writes what is in the band of the next `n` rows to `out`; lanes behind the
 * axes mean nothing. */
void tap_band_filter(struct tap_band *band, const struct motion *rows, size_t n,
                     float (*out)[TAP_LANES]);

#endif
