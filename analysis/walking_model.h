/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much a window of wrist motion looks like walking, for each step frequency
 * that people walk or run at. One logistic model of few weights, the same for
 * all frequencies, on what of the window's power lies on the step, the stride
 * (half of it) and their harmonics. All of it comes from the magnitude of
 * acceleration and from power summed over axes, so that the way in which the
 * band is worn does not matter.
 *
 * Ownership: walking_model_new gives a heap object. Threads: one at a time.
 */
#ifndef ANALYSIS_WALKING_MODEL_H
#define ANALYSIS_WALKING_MODEL_H

#include <stdbool.h>
#include <stddef.h>

enum {
    WALKING_RATE_HZ = 25,
    WALKING_WINDOW = 80, /* samples: 3.2 s, three strides */
    WALKING_RATES = 48,  /* step frequencies looked at, 0.65 .. 3.37 Hz; a
                          * multiple of 8, so that loops are vectors */
    WALKING_MAGNITUDE = 0,
    WALKING_ACCEL = 1, /* three axes */
    WALKING_GYRO = 4,  /* three axes */
    WALKING_CHANNELS = 7,
};

struct walking_model;

/* How much of the band that the model looks at a recording of `source_hz`
 * lacks: 0 from 22 Hz up, 1 where only the lower half is there. */
double walking_band_missing(double source_hz);

struct walking_model *walking_model_new(bool has_gyro, double source_hz);
void walking_model_free(struct walking_model *model);

/* Step frequency `rate` [Hz]; the next is WALKING_RATE_STEP higher in
 * logarithm. */
double walking_rate_hz(size_t rate);
double walking_rate_log(size_t rate);
#define WALKING_RATE_STEP 0.035

/* Logarithm of how much likelier walking at each of WALKING_RATES is than no
 * walking, in a window of WALKING_WINDOW samples of each channel [g, deg/s].
 * Their means do not matter. The gyroscope's channels may be NULL where there
 * is none. */
void walking_model_score(struct walking_model *model,
                         const float *const channel[WALKING_CHANNELS],
                         float *score);

#endif
