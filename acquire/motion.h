/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One six-axis sample in physical units, as analysis sees it. Eight floats, so
 * that filters can take it as one vector.
 */
#ifndef ACQUIRE_MOTION_H
#define ACQUIRE_MOTION_H

struct motion {
    _Alignas(32) float accel[3]; /* specific force, gravity included [g] */
    float gyro[3];               /* angular rate [deg/s]; 0 if no gyroscope */
    float temperature;           /* [C]; NAN if not measured */
    float spare;                 /* 0 */
};

#endif
