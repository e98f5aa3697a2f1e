/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_rate.h"

#include <math.h>

/*
 * The first row is chosen with the table of tap_chain.c.
 *
 * The second is chosen on taps-pin brought to 50 (four phases, three filters),
 * 52, 56, 64 and 72 Hz, and to 50 to 64 Hz without gyroscope; against daily
 * life (tremor-ppp) and walking at half their rates, white noise, and scripts
 * of rest, typing, washing and knocks at 52 Hz: the middle of where random
 * draws do well. With all chosen without the sixth of the codes that is
 * scored, at 50 Hz exactly four in 60 % given the span, 57 % without; within
 * one in 94 % and 91 %; 83 % of the taps are those that 200 Hz has (F1).
 *
 * What a blow leaves below 20 Hz hardly tells it from how the hand moves. Of a
 * blow and anything else in a typed code the blow is the louder one in 98 % at
 * 20 to 42 Hz, 79 % at 14 to 24, 65 % at 14 to 20 and 55 % at 10 to 17.5 Hz,
 * by chance in 50 %; with a filter matched to the other blows of the same code
 * 78 %. So which taps are counted differs from 200 Hz whatever is chosen, but
 * how many need not: taps without a quick rhythm are `tap_apart_s` apart, in
 * which a finger is on its way back.
 */

/* A nominal 50 Hz may be a little slow. */
static const double SLOWEST_HZ = 48;
static const double SLOW_HZ = 50; /* of the second row; first: TAP_WHOLE_HZ */

enum { WHOLE, SLOW };

static const struct tap_rate rates[] = {
    [WHOLE] =
        {
            .accel_hz = 20,
            .gyro_hz = 8.3F,
            /* While fingers tap at 7 Hz about half of the blocks are quiet. */
            .quiet_rank = 3,
            .apart = 6,
            .total_least = 1.83F,
            .strength_least = 2.2F,
            .tap_apart_s = 0.125F,
            .interval_least_s = 0.125F,
        },
    [SLOW] =
        {
            .accel_hz = 12.8F,    /* 12.6 .. 13.8 */
            .gyro_hz = 7,         /* 6.8 .. 7.8: below, an arm; above, what
                                   * trembles in one at rest */
            .quiet_rank = 2,      /* what is left of noise varies more */
            .apart = 7,           /* 6 .. 8: what is left of a blow is longer */
            .total_least = 1.15F, /* 1 .. 1.3 */
            .strength_least = 2.6F,    /* 2.5 .. 2.8; white noise has 2.6 */
            .tap_apart_s = 0.19F,      /* 0.18 .. 0.205 */
            .interval_least_s = 0.19F, /* scripted taps: none are lost at 5 a
                                        * second, 10 % at 5.5 */
        },
};

static float between(float slow, float whole, double part)
{
    return slow + (float)part * (whole - slow);
}

static size_t rank_between(size_t slow, size_t whole, double part)
{
    return (size_t)lroundf(between((float)slow, (float)whole, part));
}

bool tap_rate_of(double source_hz, struct tap_rate *rate)
{
    const struct tap_rate *slow = &rates[SLOW];
    const struct tap_rate *whole = &rates[WHOLE];
    double part = (source_hz - SLOW_HZ) / (TAP_WHOLE_HZ - SLOW_HZ);
    part = fmin(1, fmax(0, part));
    *rate = (struct tap_rate){
        .accel_hz = between(slow->accel_hz, whole->accel_hz, part),
        .gyro_hz = between(slow->gyro_hz, whole->gyro_hz, part),
        .quiet_rank = rank_between(slow->quiet_rank, whole->quiet_rank, part),
        .apart = rank_between(slow->apart, whole->apart, part),
        .total_least = between(slow->total_least, whole->total_least, part),
        .strength_least =
            between(slow->strength_least, whole->strength_least, part),
        .tap_apart_s = between(slow->tap_apart_s, whole->tap_apart_s, part),
        .interval_least_s =
            between(slow->interval_least_s, whole->interval_least_s, part),
    };
    return source_hz >= SLOWEST_HZ;
}
