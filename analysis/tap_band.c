/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_band.h"

#include <math.h>
#include <string.h>

/* Chosen with the table of tap_chain.c. */
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

void tap_band_init(struct tap_band *band, const struct tap_rate *rate)
{
    static const int accel[2] = {0, 3};
    static const int gyro[2] = {3, TAP_AXES};
    static const int both[2] = {0, TAP_AXES};
    memset(band, 0, sizeof(*band));
    set_section(&band->high, HIGH, (double)rate->accel_hz, accel);
    set_section(&band->high, HIGH, (double)rate->gyro_hz, gyro);
    set_section(&band->low, LOW, UPPER_CORNER_HZ, both);
}

static void be_silent(struct tap_section *s)
{
    s->delay1 = (octet){0};
    s->delay2 = (octet){0};
}

void tap_band_start(struct tap_band *band, const struct motion *row)
{
    struct tap_section *high = &band->high;
    const octet *x = tap_lanes(row);
    be_silent(&band->low);
    high->delay1 = -high->b0 * *x;
    high->delay2 = high->b2 * *x;
}
