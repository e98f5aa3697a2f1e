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
    },
    {
        .from_hz = 48,       /* a nominal 50 Hz may be a little slow */
        .accel = {20, 0.17}, /* 0.165 .. 0.18 */
        .gyro = {11, 0.22},  /* 10 .. 12 */
        .steep = true,       /* or tremor and the arm are louder */
        .quiet_rank = 2,     /* what is left of noise varies more */
        .apart = 8,          /* 6 .. 9: what is left of a blow is longer */
        .lone_noise = 1,
        .sway_gain = 1.1F,          /* 1.05 .. 1.2 */
        .total_least = 1.35F,       /* 1 .. 1.4 */
        .strength_least = 2.75F,    /* 2.6 .. 2.8: scripted rest has series of
                                     * 2.6 */
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
