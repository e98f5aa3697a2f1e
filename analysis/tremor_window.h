/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one window of 3 s says about tremor: the peak of its spectrum, how it
 * stands out from the frequencies beside it, and how it compares with slow
 * motion. Spectra are summed over the axes, so that no rotation of the sensor
 * changes anything.
 */
#ifndef ANALYSIS_TREMOR_WINDOW_H
#define ANALYSIS_TREMOR_WINDOW_H

#include <stdbool.h>

#include "analysis/summary.h"

enum {
    TREMOR_WINDOW_HZ = 50, /* rows are at half the rate of the grid */
    TREMOR_WINDOW_ROWS = 150,
    TREMOR_WINDOW_HOP = 25,  /* from window to window */
    TREMOR_WINDOW_FFT = 256, /* gives TREMOR_BINS bins */
};

/* Spectra of a window, axes summed [(deg/s)^2/Hz and g^2/Hz]. */
struct tremor_spectra {
    float gyro[TREMOR_BINS];
    float accel[TREMOR_BINS];
};

/* What a window's verdict depends on beside its spectra. */
struct tremor_limits {
    bool has_gyro;
    bool has_accel;
    double highest_hz; /* up to which tremor is looked for */
    double top_hz;     /* up to which the recording shows overtones */
};

struct tremor_peak {
    double frequency_hz;
    double power;      /* of the peak, its background taken off */
    double prominence; /* power at the peak over that of the background */
    double ratio;      /* rms of the peak over that of slow motion */
    double slow_rms;   /* of slow motion, 0.3 to 2.3 Hz or 1 Hz below it */
};

enum tremor_verdict {
    TREMOR_NONE,
    TREMOR_LIKELY, /* goes on with a tremor that is there already */
    TREMOR_CLEAR
};

/* Slow motion above this is voluntary: 50 (deg/s)^2, ParaDigMa's bound of an
 * arm at rest. [deg/s rms] */
#define TREMOR_MOVING_DPS 7.07

double tremor_step_hz(void);

/* Slow motion of either sensor as angular rate [deg/s rms]. */
double tremor_sway_dps(const struct tremor_limits *limits, double slow_rms);

/* Power of `psd` between two frequencies. */
double tremor_power(const float *psd, double low_hz, double high_hz);

/* Looks at a window of the gyroscope, or of the accelerometer where there is no
 * gyroscope. */
enum tremor_verdict tremor_window_judge(const float psd[TREMOR_BINS],
                                        const struct tremor_limits *limits,
                                        struct tremor_peak *peak);

/* True where the accelerometer shows that what shakes at `hz` are blows;
 * `top_hz` as in struct tremor_limits. */
bool tremor_window_is_blows(const float accel[TREMOR_BINS], double hz,
                            double top_hz);

#endif
