/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Check of the accelerometer's calibration by gravity: held still, it must
 * read 1 g in every direction (van Hees et al. 2014, J. Appl. Physiol. 117).
 * Offsets and gains that would make it so are fitted where the sensor was
 * still in enough directions; they are reported, never applied.
 *
 * Caller's storage, fixed size. Threads: one at a time.
 */
#ifndef ANALYSIS_CALIBRATION_H
#define ANALYSIS_CALIBRATION_H

#include <stddef.h>

#include "analysis/summary.h"

enum { CALIBRATION_POINTS = 1024 };

struct calibration {
    size_t count;
    size_t stride;  /* every stride-th point offered is kept */
    size_t offered; /* for the fit */
    size_t seen;
    size_t beyond;      /* of them so far from 1 g that no fit makes sense */
    double error_sum_g; /* of | |a| - 1 g | over all seen */
    float point[CALIBRATION_POINTS][3];
};

/* Offers the mean of a still moment [g]. */
void calibration_add(struct calibration *calibration, const double mean_g[3]);

/* Sets calibration_error_mg, calibration_error_after_mg and
 * calibration_reason of `quality`. */
void calibration_finish(const struct calibration *calibration,
                        struct quality *quality);

#endif
