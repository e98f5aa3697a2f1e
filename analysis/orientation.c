/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Laidig & Seel (2023), "VQF: Highly accurate IMU orientation estimation with
 * bias estimation and magnetic disturbance rejection", Information Fusion 91:
 * strap-down integration of the gyroscope, then a correction of inclination
 * from the accelerometer low-passed in the integrated frame. Of its parts the
 * magnetometer is left out, and the gyroscope's bias is learnt at rest only.
 */
#include "analysis/orientation.h"

#include <math.h>
#include <string.h>

/* Times and limits of the paper's table 1. */
static const float ACCEL_TAU_S = 3.0F;
static const float REST_TAU_S = 0.5F; /* low-pass of rest detection */
static const float REST_MIN_S = 1.5F;
static const float REST_GYRO_DPS = 2.0F;  /* deviation from the low-pass */
static const float REST_ACCEL_G = 0.051F; /* 0.5 m/s2 */
static const float BIAS_MAX_DPS = 2.0F;
static const float BIAS_TAU_S = 5.0F; /* of learning, once learnt */
/* Without gyroscope: gravity is what is below 0.3 Hz, two poles. */
static const float GRAVITY_TAU_S = 0.5F;
static const float RAD = 0.01745329252F;

/* Where things are in `state`. */
enum {
    LOW_1 = 0,      /* low-passed specific force, first pole [3] */
    LOW_2 = 3,      /* second pole [3] */
    REST_GYRO = 6,  /* low-passed angular rate [3] */
    REST_ACCEL = 9, /* low-passed specific force, sensor axes [3] */
    TILT = 12,      /* quaternion: integrated frame to earth [4] */
    TURN = 16,      /* quaternion: sensor to integrated frame [4] */
    AGE = 20,       /* since reset [s] */
    REST = 21,      /* at rest for [s] */
    LEARNT = 22,    /* rest that the bias has seen [s] */
};

static void quat_multiply(const float a[4], const float b[4], float out[4])
{
    float w = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
    float x = a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2];
    float y = a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1];
    float z = a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0];
    out[0] = w;
    out[1] = x;
    out[2] = y;
    out[3] = z;
}

static void quat_normalise(float q[4])
{
    float norm = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
    float scale = norm > 0 ? 1 / sqrtf(norm) : 0;
    for (int i = 0; i < 4; i++) {
        q[i] *= scale;
    }
}

static void quat_rotate(const float q[4], const float v[3], float out[3])
{
    /* v + 2 w (u x v) + 2 u x (u x v), u being the vector part */
    float tx = 2 * (q[2] * v[2] - q[3] * v[1]);
    float ty = 2 * (q[3] * v[0] - q[1] * v[2]);
    float tz = 2 * (q[1] * v[1] - q[2] * v[0]);
    float x = v[0] + q[0] * tx + q[2] * tz - q[3] * ty;
    float y = v[1] + q[0] * ty + q[3] * tx - q[1] * tz;
    float z = v[2] + q[0] * tz + q[1] * ty - q[2] * tx;
    out[0] = x;
    out[1] = y;
    out[2] = z;
}

static bool normalise(float v[3])
{
    float norm = sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    if (!(norm > 1e-6F)) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        v[i] /= norm;
    }
    return true;
}

void orientation_init(struct orientation *o, double rate_hz, bool has_gyro)
{
    memset(o, 0, sizeof(*o));
    o->dt_s = (float)(1 / rate_hz);
    o->has_gyro = has_gyro;
    orientation_reset(o);
}

void orientation_reset(struct orientation *o)
{
    float learnt = o->state[LEARNT];
    memset(o->state, 0, sizeof(o->state));
    o->state[LEARNT] = learnt;
    o->state[TILT] = 1;
    o->state[TURN] = 1;
    o->attitude[0] = 1;
    o->attitude[1] = o->attitude[2] = o->attitude[3] = 0;
    o->gravity[0] = o->gravity[1] = 0;
    o->gravity[2] = 1;
    o->still = false;
    o->started = false;
}

/* A low-pass of one pole that is a running mean for its first tau, so that it
 * starts without a transient. */
static float pole_gain(float dt_s, float tau_s, float age_s)
{
    float settled = dt_s / tau_s;
    float mean = dt_s / (age_s + dt_s);
    return mean > settled ? mean : settled;
}

static void low_pass(float *state, const float *x, float gain)
{
    for (int i = 0; i < 3; i++) {
        state[i] += gain * (x[i] - state[i]);
    }
}

/* Largest square of deviation of x from its low-pass. */
static float deviation2(const float *state, const float *x)
{
    float sum = 0;
    for (int i = 0; i < 3; i++) {
        sum += (x[i] - state[i]) * (x[i] - state[i]);
    }
    return sum;
}

static void learn_bias(struct orientation *o)
{
    float *s = o->state;
    float gain = pole_gain(o->dt_s, BIAS_TAU_S, s[LEARNT]);
    s[LEARNT] += o->dt_s;
    for (int i = 0; i < 3; i++) {
        float seen = s[REST_GYRO + i];
        seen = fmaxf(-BIAS_MAX_DPS, fminf(BIAS_MAX_DPS, seen));
        o->bias[i] += gain * (seen - o->bias[i]);
    }
}

static void detect_rest(struct orientation *o, const struct motion *sample)
{
    float *s = o->state;
    float gain = pole_gain(o->dt_s, REST_TAU_S, s[AGE]);
    low_pass(s + REST_ACCEL, sample->accel, gain);
    low_pass(s + REST_GYRO, sample->gyro, gain);

    bool calm =
        deviation2(s + REST_ACCEL, sample->accel) < REST_ACCEL_G * REST_ACCEL_G;
    if (o->has_gyro) {
        calm = calm && deviation2(s + REST_GYRO, sample->gyro) <
                           REST_GYRO_DPS * REST_GYRO_DPS;
        for (int i = 0; i < 3; i++) {
            calm = calm && fabsf(s[REST_GYRO + i]) < BIAS_MAX_DPS;
        }
    }
    s[REST] = calm ? s[REST] + o->dt_s : 0;
    o->still = s[REST] >= REST_MIN_S;
    if (o->still && o->has_gyro) {
        learn_bias(o);
    }
}

/* Turns the attitude by the angular rate of one sample. */
static void integrate(struct orientation *o)
{
    float half = 0.5F * o->dt_s * RAD;
    float x = o->rate[0] * half;
    float y = o->rate[1] * half;
    float z = o->rate[2] * half;
    float angle2 = x * x + y * y + z * z;
    /* sin(a)/a and cos(a) to fourth order: 1e-6 at 40 degrees a sample */
    float sinc = 1 - angle2 / 6 + angle2 * angle2 / 120;
    float turn[4] = {1 - angle2 / 2 + angle2 * angle2 / 24, x * sinc, y * sinc,
                     z * sinc};
    quat_multiply(o->state + TURN, turn, o->state + TURN);
    quat_normalise(o->state + TURN);
}

/* Tilts the integrated frame so that its low-passed acceleration is up. */
static void correct_tilt(struct orientation *o, const struct motion *sample)
{
    float *s = o->state;
    float force[3];
    quat_rotate(s + TURN, sample->accel, force);
    /* Two poles of half the time each have the paper's group delay. */
    float gain = pole_gain(o->dt_s, ACCEL_TAU_S / 2, s[AGE]);
    low_pass(s + LOW_1, force, gain);
    low_pass(s + LOW_2, s + LOW_1, gain);

    float up[3];
    quat_rotate(s + TILT, s + LOW_2, up);
    if (!normalise(up)) {
        return;
    }
    float w = sqrtf(fmaxf(0, (up[2] + 1) / 2));
    float fix[4] = {1, 0, 0, 0};
    if (w > 1e-6F) {
        fix[0] = w;
        fix[1] = 0.5F * up[1] / w;
        fix[2] = -0.5F * up[0] / w;
    } else {
        fix[0] = 0;
        fix[1] = 1;
    }
    quat_multiply(fix, s + TILT, s + TILT);
    quat_normalise(s + TILT);
}

/* Without a gyroscope the attitude is only the shortest turn that brings the
 * low-passed acceleration up. */
static void follow_gravity(struct orientation *o, const struct motion *sample)
{
    float *s = o->state;
    float gain = pole_gain(o->dt_s, GRAVITY_TAU_S, s[AGE]);
    low_pass(s + LOW_1, sample->accel, gain);
    low_pass(s + LOW_2, s + LOW_1, gain);
    float up[3];
    memcpy(up, s + LOW_2, sizeof(up));
    if (!normalise(up)) {
        return;
    }
    float turn[4] = {1 + up[2], up[1], -up[0], 0};
    if (turn[0] < 1e-6F) {
        turn[0] = 0;
        turn[1] = 1;
        turn[2] = 0;
    }
    quat_normalise(turn);
    memcpy(s + TILT, turn, sizeof(turn));
}

static void set_outputs(struct orientation *o, const struct motion *sample)
{
    quat_multiply(o->state + TILT, o->state + TURN, o->attitude);
    const float back[4] = {o->attitude[0], -o->attitude[1], -o->attitude[2],
                           -o->attitude[3]};
    const float up[3] = {0, 0, 1};
    quat_rotate(back, up, o->gravity);
    for (int i = 0; i < 3; i++) {
        o->linear[i] = sample->accel[i] - o->gravity[i];
    }
}

void orientation_update(struct orientation *o, const struct motion *sample)
{
    detect_rest(o, sample);
    for (int i = 0; i < 3; i++) {
        o->rate[i] = o->has_gyro ? sample->gyro[i] - o->bias[i] : 0;
    }
    if (!o->has_gyro) {
        follow_gravity(o, sample);
    } else {
        if (o->started) {
            integrate(o);
        }
        correct_tilt(o, sample);
    }
    o->started = true;
    o->state[AGE] += o->dt_s;
    set_outputs(o, sample);
}
