/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Motion: what moves a simulated sensor. A source gives the true specific
 * force and angular rate at any instant; where it comes from (a script, a
 * recording) is its own affair.
 *
 * Axes are the sensor's: right-handed, at rest flat on the table the
 * accelerometer reads (0, 0, +1) g.
 */
#ifndef FIRMWARE_VIRTUAL_MOTION_H
#define FIRMWARE_VIRTUAL_MOTION_H

struct motion_point {
    double accel_g[3];  /* specific force, gravity included [g] */
    double gyro_dps[3]; /* angular rate [deg/s] */
    double temperature_c;
};

/* Borrowed by whoever uses it; `release` frees `ctx`. */
struct motion_source {
    void *ctx;
    double duration_s; /* INFINITY if it never ends */
    /* Motion at `t_s` [s] from its start, as seen through an anti-alias filter
     * for a sensor of `rate_hz`. Called with rising t_s from one thread.
     * Returns 0, or -1 if the source cannot be read any more. */
    int (*at)(void *ctx, double t_s, double rate_hz, struct motion_point *out);
    void (*release)(void *ctx);
};

#endif
