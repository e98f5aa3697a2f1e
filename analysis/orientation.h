/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which way is up for the sensor: gravity from accelerometer and gyroscope.
 * The gyroscope turns the estimate; the accelerometer, low-passed in an almost
 * inertial frame, pulls it back (after Laidig & Seel, "VQF", 2023: tau 3 s;
 * gyroscope bias from moments of rest). Without a gyroscope gravity is the
 * low-passed accelerometer.
 *
 * Caller's storage; nothing allocated. Threads: one at a time.
 */
#ifndef ANALYSIS_ORIENTATION_H
#define ANALYSIS_ORIENTATION_H

#include <stdbool.h>

#include "acquire/motion.h"

struct orientation {
    float gravity[3];  /* unit vector, sensor axes: what it reads at rest */
    float linear[3];   /* acceleration without gravity [g] */
    float rate[3];     /* angular rate without bias [deg/s] */
    float attitude[4]; /* unit quaternion, sensor to an earth frame whose z
                        * is up and whose heading is arbitrary */
    float bias[3];     /* of the gyroscope [deg/s] */
    bool still;        /* no motion for the last second and a half */
    /* The rest is private to orientation.c. */
    float dt_s;
    bool has_gyro;
    bool started;
    float state[24];
};

void orientation_init(struct orientation *orientation, double rate_hz,
                      bool has_gyro);

/* Forgets the attitude (after a gap) but keeps the gyroscope's bias. */
void orientation_reset(struct orientation *orientation);

void orientation_update(struct orientation *orientation,
                        const struct motion *sample);

#endif
