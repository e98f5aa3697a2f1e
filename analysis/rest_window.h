/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The published rest-tremor method (ParaDigMa 1.1.2; Timmermans et al. 2025):
 * the features of one window of 4 s of wrist angular rate, and what its
 * regression makes of them. In double precision and to the method's own
 * conventions, so that its published outputs are met digit by digit.
 *
 * Ownership: rest_window_new gives a heap object, its FFTW plans are made
 * once. Threads: one at a time each; rest_window_new from one thread only.
 */
#ifndef ANALYSIS_REST_WINDOW_H
#define ANALYSIS_REST_WINDOW_H

#include <stdbool.h>

enum {
    REST_WINDOW_HZ = 100, /* grid of its samples */
    REST_WINDOW_ROWS = 4 * REST_WINDOW_HZ,
    REST_MFCC = 12
};

struct rest_features {
    double mfcc[REST_MFCC];
    double peak_hz;      /* of the spectrum, 1 to 25 Hz */
    double below_power;  /* below tremor, 0.5 to 3 Hz [(deg/s)^2] */
    double tremor_power; /* around the peak in 3 to 7 Hz [(deg/s)^2] */
    double probability;  /* by the regression on the cepstra */
    bool regression;     /* flagged by the regression */
    bool at_rest;        /* arm still but for tremor */
    bool tremor;         /* flagged, at rest, and peak in 3 to 7 Hz */
};

struct rest_window;

/* NULL where memory is short. */
struct rest_window *rest_window_new(void);
void rest_window_free(struct rest_window *window);

/* Features of REST_WINDOW_ROWS rows of angular rate [deg/s]. */
void rest_window_features(struct rest_window *window, double (*gyro)[3],
                          struct rest_features *out);

#endif
