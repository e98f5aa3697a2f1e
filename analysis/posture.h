/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether an arm rests or is held up, without knowing how the sensor sits on
 * it. The recording itself shows in which orientations the arm rests: where it
 * is stillest, and where it stays for long without a break. An arm that is
 * turned away from all of these is held up, unless it hangs straight down with
 * the forearm along gravity.
 *
 * What cannot be seen: an arm stretched out level in the same orientation in
 * which it rests elsewhere; it counts as resting.
 *
 * Caller's storage; memory is fixed.
 */
#ifndef ANALYSIS_POSTURE_H
#define ANALYSIS_POSTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POSTURE_PLACES = 24, POSTURE_LEVELS = 40 };

/* An orientation in which the arm has been, and how it swayed there. */
struct posture_place {
    double up[3];
    uint32_t windows;
    uint32_t longest;               /* windows in a row */
    uint32_t quiet;                 /* windows without tremor */
    uint32_t level[POSTURE_LEVELS]; /* of them: counts of log2 of sway */
};

struct posture {
    size_t count;
    struct posture_place place[POSTURE_PLACES];
    size_t at;       /* place of the last window */
    uint32_t in_row; /* windows there by now */
};

void posture_init(struct posture *posture);

/* Takes so many windows in which the arm is not moved about: the mean of the
 * accelerometer (any length), and the rms of slow angular rate [deg/s]; NAN in
 * tremor, in which stillness cannot be judged. */
void posture_add(struct posture *posture, const double accel[3],
                 double sway_dps, uint32_t windows);

/* True where an arm with this orientation is held up. */
bool posture_is_held(const struct posture *posture, const double accel[3]);

#endif
