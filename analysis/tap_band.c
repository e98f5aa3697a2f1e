/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_band.h"

#include <math.h>
#include <string.h>

#include "acquire/vector.h"

/* Chosen with the table of tap_chain.c. Where a recording is slow the lower
 * corners give way. */
static const double ACCEL_CORNER_HZ = 20;
static const double GYRO_CORNER_HZ = 8.3;
static const double ACCEL_CORNER_OF_SOURCE = 0.2;
static const double GYRO_CORNER_OF_SOURCE = 0.16;
static const double UPPER_CORNER_HZ = 40.5;

enum pass { LOW, HIGH };

/* Bilinear transform, for lanes from .. to - 1. */
static void set_section(struct tap_section *s, enum pass pass, double corner_hz,
                        const int lanes[2])
{
    double k = tan(M_PI * corner_hz / TAP_RATE_HZ);
    double norm = 1 / (1 + M_SQRT2 * k + k * k);
    double gain = pass == LOW ? k * k * norm : norm;
    for (int c = lanes[0]; c < lanes[1]; c++) {
        s->b0[c] = (float)gain;
        s->b1[c] = (float)(pass == LOW ? 2 * gain : -2 * gain);
        s->b2[c] = (float)gain;
        s->a1[c] = (float)(2 * (k * k - 1) * norm);
        s->a2[c] = (float)((1 - M_SQRT2 * k + k * k) * norm);
    }
}

void tap_band_init(struct tap_band *band, double source_hz)
{
    static const int accel[2] = {0, 3};
    static const int gyro[2] = {3, TAP_AXES};
    static const int both[2] = {0, TAP_AXES};
    double accel_hz = fmin(ACCEL_CORNER_HZ, ACCEL_CORNER_OF_SOURCE * source_hz);
    double gyro_hz = fmin(GYRO_CORNER_HZ, GYRO_CORNER_OF_SOURCE * source_hz);
    memset(band, 0, sizeof(*band));
    set_section(&band->high, HIGH, accel_hz, accel);
    set_section(&band->high, HIGH, gyro_hz, gyro);
    set_section(&band->low, LOW, UPPER_CORNER_HZ, both);
    band->sway_gain = (float)sqrt(ACCEL_CORNER_HZ / accel_hz);
}

void tap_band_start(struct tap_band *band, const struct motion *row)
{
    struct tap_section *high = &band->high;
    const float *x = tap_lanes(row);
    memset(band->low.delay1, 0, sizeof(band->low.delay1));
    memset(band->low.delay2, 0, sizeof(band->low.delay2));
    for (int c = 0; c < TAP_LANES; c++) {
        high->delay1[c] = -high->b0[c] * x[c];
        high->delay2[c] = high->b2[c] * x[c];
    }
}

static inline void filter(struct tap_section *restrict s,
                          const float x[restrict TAP_LANES],
                          float y[restrict TAP_LANES])
{
    for (int c = 0; c < TAP_LANES; c++) {
        y[c] = s->b0[c] * x[c] + s->delay1[c];
        s->delay1[c] = s->b1[c] * x[c] - s->a1[c] * y[c] + s->delay2[c];
        s->delay2[c] = s->b2[c] * x[c] - s->a2[c] * y[c];
    }
}

VECTOR_CLONES
void tap_band_filter(struct tap_band *band, const struct motion *rows, size_t n,
                     float (*out)[TAP_LANES])
{
    struct tap_section high = band->high; /* here they stay in registers */
    struct tap_section low = band->low;
    for (size_t i = 0; i < n; i++) {
        float y[TAP_LANES];
        filter(&high, tap_lanes(&rows[i]), y);
        filter(&low, y, out[i]);
    }
    band->high = high;
    band->low = low;
}
