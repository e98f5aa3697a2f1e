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
#include "acquire/vector.h"
#include "analysis/tap_rate.h"

enum {
    TAP_RATE_HZ = 100, /* of the grid that motion comes on */
    TAP_AXES = 6,
    TAP_LANES = 8 /* a row: the axes, and two that make it a vector */
};

/* Second-order section, transposed direct form II, a lane an axis. */
struct tap_section {
    octet b0;
    octet b1;
    octet b2;
    octet a1;
    octet a2;
    octet delay1;
    octet delay2;
};

struct tap_band {
    struct tap_section high;
    struct tap_section low;
};

/* A row as a vector: its lanes behind the axes (temperature) go along and are
 * never looked at. */
static inline const octet *tap_lanes(const struct motion *row)
{
    static_assert(sizeof(*row) == sizeof(octet) &&
                      offsetof(struct motion, gyro) == 3 * sizeof(float),
                  "a row is eight floats, accelerometer first");
    return (const octet *)(const void *)row;
}

void tap_band_init(struct tap_band *band, const struct tap_rate *rate);

/* Begins a segment, as if its first row had been there for ever. */
void tap_band_start(struct tap_band *band, const struct motion *row);

/* Writes a section's answer to the next row to `y`. */
VECTOR_INLINE void tap_section_next(struct tap_section *s, const octet *x,
                                    octet *y)
{
    octet in = *x;
    octet out = s->b0 * in + s->delay1;
    s->delay1 = s->b1 * in - s->a1 * out + s->delay2;
    s->delay2 = s->b2 * in - s->a2 * out;
    *y = out;
}

/* Writes what is in the band of the next row to `out`; lanes behind the axes
 * mean nothing. Each row waits for the one before: the loop around has time
 * for other work. */
VECTOR_INLINE void tap_band_next(struct tap_band *band,
                                 const struct motion *row, octet *out)
{
    tap_section_next(&band->high, tap_lanes(row), out);
    tap_section_next(&band->low, out, out);
}

#endif
