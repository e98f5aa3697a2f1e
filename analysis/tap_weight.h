/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much what is in the band counts: by how far it stands out from the noise
 * around, and by whether it points the way the loudest moments around do. A
 * finger's blows shake the wrist much the same way each time, noise any way;
 * this is the detector of a weak signal whose covariance is known (Kay,
 * "Fundamentals of Statistical Signal Processing: Detection Theory", 5.3).
 *
 * All of it is made of lengths and covariances of whole vectors: turning the
 * band on the wrist changes nothing.
 */
#ifndef ANALYSIS_TAP_WEIGHT_H
#define ANALYSIS_TAP_WEIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "acquire/vector.h"

enum {
    TAP_BLOCK = 5,   /* rows: 50 ms, about as long as what a tap leaves */
    TAP_BLOCKS = 10, /* in a hop */
    TAP_HOP = TAP_BLOCK * TAP_BLOCKS,
    TAP_QUIET_MAX = 3,
    TAP_AROUND = 7, /* hops that noise is that of: 3.5 s */
    TAP_SENSORS = 2 /* accelerometer [g], gyroscope [deg/s] */
};

/* A symmetric matrix: xx, yy, zz, xy, xz, yz, and two that make it a vector. */
struct tap_matrix {
    octet at;
};

/* A sensor in a hop. Energy: mean over a block of the squared length. */
struct tap_loudness {
    float quiet;             /* energy of one of the quietest blocks */
    float loud;              /* of the loudest one */
    struct tap_matrix shape; /* its covariance over its energy */
};

struct tap_weight {
    struct tap_matrix sensor[TAP_SENSORS];
    float noise; /* its level, in the same unit for all hops */
};

/* Looks at a whole hop of a sensor's three axes. `rank`: of the block that is
 * called quiet, 1 the quietest, TAP_QUIET_MAX at most. */
void tap_loudness_of(const float axis[3][TAP_HOP], size_t rank,
                     struct tap_loudness *loud);

/* Weights from `n` <= TAP_AROUND hops, each with its sensors. A sensor that is
 * not `alive`, that never said anything, counts nothing; the other one's noise
 * then passes for stronger, as it varies more than that of two. */
void tap_weight_set(struct tap_weight *weight,
                    const struct tap_loudness *const around[], size_t n,
                    const bool alive[TAP_SENSORS]);

/* Writes x' weight x of each row, in units of noise, summed over sensors.
 * `axis`: three of each sensor. */
void tap_weight_apply(const struct tap_weight *weight,
                      const float axis[][TAP_HOP], size_t rows, float *energy);

#endif
