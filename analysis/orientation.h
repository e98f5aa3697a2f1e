/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which way is up for the sensor: gravity from accelerometer and gyroscope.
 * The accelerometer is low-passed while the gyroscope turns what has been
 * gathered with the sensor (after Laidig & Seel, "VQF", 2023: tau 3 s;
 * gyroscope bias from moments of rest). Without a gyroscope gravity is the
 * low-passed accelerometer.
 *
 * Caller's storage; nothing allocated. Threads: one at a time.
 */
#ifndef ANALYSIS_ORIENTATION_H
#define ANALYSIS_ORIENTATION_H

#include <stdbool.h>

#include "acquire/motion.h"

/* x, y, z and a fourth that is 0: what a processor takes at once. */
typedef float orientation_vector __attribute__((vector_size(16)));

struct orientation {
    float gravity[3]; /* unit vector, sensor axes: what it reads at rest */
    orientation_vector bias; /* of the gyroscope [deg/s] */
    bool still;              /* no motion for the last second and a half */
    /* The rest is private to orientation.c. */
    float dt_s;
    bool has_gyro;
    bool started;
    orientation_vector
        low[2]; /* specific force behind each pole, sensor axes [g] */
    orientation_vector
        rest_accel;               /* low-passed for the detection of rest [g] */
    orientation_vector rest_gyro; /* [deg/s] */
    float age_s;                  /* since reset */
    float rest_s;                 /* at rest for so long */
    float learnt_s;               /* rest that the bias has seen */
};

void orientation_init(struct orientation *orientation, double rate_hz,
                      bool has_gyro);

/* Forgets which way is up (after a gap) but keeps the gyroscope's bias. */
void orientation_reset(struct orientation *orientation);

void orientation_update(struct orientation *orientation,
                        const struct motion *sample);

#endif
