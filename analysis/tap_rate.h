/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of finding taps depends on how fast the recording was made. From 90
 * samples a second on, all of a fingertip's blow that is looked at is there.
 * Below, what is left of it is slower, weaker, and nearer to how an arm moves:
 * the band begins lower and more steeply, and a series needs more strength but
 * less in all.
 */
#ifndef ANALYSIS_TAP_RATE_H
#define ANALYSIS_TAP_RATE_H

#include <stdbool.h>
#include <stddef.h>

/* Where a sensor's band begins: as high as that, but no higher than this part
 * of the recording's rate. */
struct tap_corner {
    double hz;
    double of_source;
};

struct tap_rate {
    double from_hz; /* the slowest recordings that it is for */
    struct tap_corner accel;
    struct tap_corner gyro;
    bool steep;             /* below, 24 dB an octave and not 12 */
    size_t quiet_rank;      /* of ten blocks the one that is noise, 1 the
                             * quietest */
    size_t apart;           /* rows: of onsets closer than that the stronger
                             * counts */
    float lone_noise;       /* of a sensor without the other (tap_weight.h) */
    float sway_gain;        /* that slow motion is multiplied by */
    float total_least;      /* of a series' scores */
    float strength_least;   /* median of a series; 0: no limit */
    float over_sway_least;  /* peak over slow motion, as that; 0: no limit */
    float tap_apart_s;      /* of taps, unless their rhythm is quicker */
    float interval_least_s; /* median of a series; 0: no limit */
};

/* NULL: too slow, too little of a tap is left. */
const struct tap_rate *tap_rate_of(double source_hz);

#endif
