/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the units of files (m/s2, rad/s) and those people use (g, deg/s).
 */
#ifndef ACQUIRE_UNITS_H
#define ACQUIRE_UNITS_H

#define STANDARD_GRAVITY_MS2 9.80665 /* ISO 80000-3 */
#define DEGREES_PER_RADIAN 57.29577951308232

#endif
