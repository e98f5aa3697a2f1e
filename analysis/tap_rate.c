/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_rate.h"

/*
 * The first row is chosen with the table of tap_chain.c.
 *
 * The second is chosen as that is, on taps-pin at 50 Hz: each file in the four
 * phases that halving it twice has, and without gyroscope; against the same
 * daily life and walking, and scripts at 52 Hz. With all chosen without the
 * file that is scored: exactly four in 63 % given the span (58 to 71 % in the
 * four phases), 57 % without; within one in 95 % and 86 %; without gyroscope
 * 66, 61, 90 and 84 %. In brackets what makes no more difference than a file
 * in 38.
 *
 * What a blow leaves below 20 Hz hardly tells it from how the hand moves. Of a
 * blow and anything else in a typed code the blow is the louder one in 98 % at
 * 20 to 42 Hz, 79 % at 14 to 24, 65 % at 14 to 20 and 55 % at 10 to 17.5 Hz,
 * by chance in 50 %; with a filter matched to the other blows of the same code
 * 78 %. So which taps are counted differs from 200 Hz whatever is chosen, but
 * how many need not: taps without a quick rhythm are `tap_apart_s` apart, in
 * which a finger is on its way back. With 0.125, 0.16, 0.183 and 0.2 s 4.3,
 * 1.7, -0.9 and -3.8 % more are counted than at 200 Hz; with 0.183 s in the
 * four phases 2.1, 0.7, -1.4 and -4.8 %, or if it is chosen without the sixth
 * of the files that is counted, 0.7, -0.7, -2.7 and -7.5 %.
 */
static const struct tap_rate rates[] = {
    {
        .from_hz = 90,
        .accel = {20, 0.2},
        .gyro = {8.3, 0.16},
        /* While fingers tap at 7 Hz about half of the blocks are quiet. */
        .quiet_rank = 3,
        .apart = 6,
        .lone_noise = 1.1F, /* 1.05: series in white noise */
        .sway_gain = 1,
        .total_least = 1.83F,
        .tap_apart_s = 0.125F,
    },
    {
        .from_hz = 48,       /* a nominal 50 Hz may be a little slow */
        .accel = {20, 0.17}, /* 0.165 .. 0.18 */
        .gyro = {11, 0.22},  /* 10 .. 12 */
        .steep = true,       /* or tremor and the arm are louder */
        .quiet_rank = 2,     /* what is left of noise varies more */
        .apart = 8,          /* 6 .. 9: what is left of a blow is longer */
        .lone_noise = 1,
        .sway_gain = 1.1F,       /* 1.05 .. 1.2 */
        .total_least = 1.35F,    /* 1 .. 1.4 */
        .strength_least = 2.75F, /* 2.6 .. 2.8: scripted rest has series of
                                  * 2.6 */
        .tap_apart_s = 0.183F,
        .over_sway_least = 1.2F,    /* 1.1 .. 1.3: no right series has less */
        .interval_least_s = 0.195F, /* scripted taps: none are lost at 4.5 a
                                     * second, 3 % at 5, 10 % at 5.5 */
    },
};

const struct tap_rate *tap_rate_of(double source_hz)
{
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        if (source_hz >= rates[i].from_hz) {
            return &rates[i];
        }
    }
    return NULL;
}
