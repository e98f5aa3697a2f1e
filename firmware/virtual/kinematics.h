/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kinematics of a sensor on a limb: what scripted motion is made of.
 *
 * A jet is a function of time at one instant together with its first and
 * second derivative; sums and products of jets keep the three consistent. A
 * body is turned by jets, one axis after the other, so that its angular rate
 * is the exact derivative of its attitude and gravity turns with it.
 *
 * Everything here is a pure function; randomness is a hash of seed and index.
 */
#ifndef FIRMWARE_VIRTUAL_KINEMATICS_H
#define FIRMWARE_VIRTUAL_KINEMATICS_H

#include <stdint.h>

#include "firmware/virtual/motion.h"

struct jet {
    double x; /* value */
    double v; /* its derivative [1/s] */
    double a; /* the derivative of that [1/s2] */
};

struct jet jet_scale(struct jet jet, double factor);
struct jet jet_sum(struct jet a, struct jet b);
struct jet jet_product(struct jet a, struct jet b);

/* Returns sin(phase) of a phase in radians. */
struct jet jet_sine(struct jet phase);

/* Returns the phase 2 pi hz t [rad]. */
struct jet jet_phase(double t_s, double hz);

/* Goes from 0 at `begin_s` to 1 `length_s` later, with minimum jerk as human
 * movements do (Flash and Hogan 1985). A length of 0 is a jump. */
struct jet jet_rise(double t_s, double begin_s, double length_s);

/* Rises from `begin_s` and is back at 0 at `end_s`; `ramp_s` each. */
struct jet jet_envelope(double t_s, double begin_s, double end_s,
                        double ramp_s);

/* Smooth noise: a cubic B-spline through random control points of unit
 * variance, `spacing_s` apart. Its power lies below about 0.5 / spacing_s. */
struct jet jet_noise(uint64_t seed, double t_s, double spacing_s);

/* Root mean square of jet_noise's v times its spacing_s, and of the change of
 * its x over one spacing (autocorrelation of the cubic B-spline). */
#define JET_NOISE_RATE 0.816496580927726   /* sqrt(2/3) */
#define JET_NOISE_CHANGE 0.697216688778396 /* sqrt(2 (2416 - 1191) / 5040) */

/* What a blow leaves behind: exp(-t/decay) sin(2 pi pitch t) from t = 0 on, its
 * highest point scaled to 1; blow_scale returns the factor for that. */
double blow_scale(double pitch_hz, double decay_s);
double blow_wave(double t_s, double pitch_hz, double decay_s);

/* A twitch: a turn that comes and goes within about ten times `length_s`;
 * greatest rate 1. */
struct jet jet_twitch(double t_s, double length_s);

/* Random numbers by index: in 0 .. 1, and of unit variance about 0. */
uint64_t hash_index(uint64_t seed, uint64_t index);
double hash_uniform(uint64_t seed, uint64_t index);
double hash_normal(uint64_t seed, uint64_t index);

/* A sensor's state of motion, in its own axes. */
struct body {
    double up[3];    /* unit vector against gravity */
    double ahead[3]; /* unit vector in the direction of walking */
    double rate[3];  /* angular rate [rad/s] */
    double spin[3];  /* angular acceleration [rad/s2] */
    double push[3];  /* linear acceleration beside that of the turns [g] */
    double lever_m;  /* from the centre of the turns to the sensor, along x */
};

/* At rest, with `up` (copied). */
void body_init(struct body *body, const double up[3]);

/* Turns the body about `axis` (unit vector in its own axes) by `angle` [rad].
 * Turns apply one after the other: later ones in the axes already turned. */
void body_turn(struct body *body, const double axis[3], struct jet angle);

/* Adds a push of `size` [g] along `direction` (unit vector in its axes). */
void body_push(struct body *body, const double direction[3], double size);

/* What the sensor feels. Sets accel_g and gyro_dps of `out`. */
void body_feel(const struct body *body, struct motion_point *out);

double vector_dot(const double a[3], const double b[3]);
void vector_cross(const double a[3], const double b[3], double out[3]);

/* Makes `v` a unit vector; it must not be 0. */
void vector_normalise(double v[3]);

#endif
