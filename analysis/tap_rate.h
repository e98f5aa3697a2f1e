/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of finding taps depends on how fast the recording was made. From
 * TAP_WHOLE_HZ on, all of a fingertip's blow that is looked at is there. Below,
 * what is left of it is slower, weaker, and nearer to how an arm moves: the
 * accelerometer's band begins lower, taps are further apart, and a series needs
 * more strength but less in all. The slower the recording, the more so.
 */
#ifndef ANALYSIS_TAP_RATE_H
#define ANALYSIS_TAP_RATE_H

#include <stdbool.h>
#include <stddef.h>

/* A nominal 100 Hz may be a little slow. */
#define TAP_WHOLE_HZ 98.0

struct tap_rate {
    float accel_hz; /* where the accelerometer's band begins */
    float gyro_hz;
    size_t quiet_rank;      /* of ten blocks the one that is noise, 1 the
                             * quietest */
    size_t apart;           /* rows: of onsets closer than that the stronger
                             * counts */
    float total_least;      /* of a series' scores */
    float strength_least;   /* median of a series */
    float tap_apart_s;      /* of taps, unless their rhythm is quicker */
    float interval_least_s; /* median of a series */
};

/* Fills `rate`; false: too slow, too little of a tap is left. */
bool tap_rate_of(double source_hz, struct tap_rate *rate);

#endif
