/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Laidig & Seel (2023), "VQF: Highly accurate IMU orientation estimation with
 * bias estimation and magnetic disturbance rejection", Information Fusion 91:
 * strap-down integration of the gyroscope, then a correction of inclination
 * from the accelerometer low-passed in the integrated frame. Of its parts the
 * magnetometer is left out, and the gyroscope's bias is learnt at rest only.
 *
 * Since the correction brings the low-passed acceleration up at every sample,
 * inclination is the direction of that acceleration and nothing else. It is
 * kept in the sensor's axes: instead of turning each sample into the
 * integrated frame, what is gathered is turned back by each sample's turn.
 */
#include "analysis/orientation.h"

#include <math.h>
#include <string.h>

/* Times and limits of the paper's table 1, but for one. */
static const float ACCEL_TAU_S = 3.0F;
static const float REST_TAU_S = 0.5F; /* low-pass of rest detection */
static const float REST_MIN_S = 1.5F;
static const float REST_GYRO_DPS = 2.0F;  /* deviation from the low-pass */
static const float REST_ACCEL_G = 0.051F; /* 0.5 m/s2 */
/* Not the paper's 2: cheap gyroscopes that nobody calibrated are off by more.
 * But who turns slowly out of the horizontal, leaves the low-passed
 * acceleration behind by rate times REST_TAU_S: a bias does not do half of
 * that. */
static const float BIAS_MAX_DPS = 12.0F;
static const float BIAS_LAG = 0.5F;
static const float BIAS_TAU_S = 5.0F; /* of learning, once learnt */
/* Without gyroscope: gravity is what is below 0.3 Hz, two poles. */
static const float GRAVITY_TAU_S = 0.5F;
static const float RAD = 0.01745329252F;

typedef orientation_vector vector;

void orientation_init(struct orientation *o, double rate_hz, bool has_gyro)
{
    memset(o, 0, sizeof(*o));
    o->dt_s = (float)(1 / rate_hz);
    o->has_gyro = has_gyro;
    orientation_reset(o);
}

void orientation_reset(struct orientation *o)
{
    const vector zero = {0};
    o->low[0] = o->low[1] = zero;
    o->rest_accel = o->rest_gyro = zero;
    o->age_s = 0;
    o->rest_s = 0;
    o->gravity[0] = o->gravity[1] = 0;
    o->gravity[2] = 1;
    o->still = false;
    o->started = false;
}

/* A low-pass of one pole that is a running mean for its first tau, so that it
 * starts without a transient. */
static float pole_gain(float dt_s, float tau_s, float age_s)
{
    float seen_s = age_s + dt_s;
    return dt_s / (seen_s < tau_s ? seen_s : tau_s);
}

static void low_pass(vector *state, vector x, float gain)
{
    *state += gain * (x - *state);
}

static float dot(vector a, vector b)
{
    vector product = a * b;
    return product[0] + product[1] + product[2];
}

static bool is_near(vector a, vector b, float limit)
{
    return dot(a - b, a - b) < limit * limit;
}

static void learn_bias(struct orientation *o)
{
    float gain = pole_gain(o->dt_s, BIAS_TAU_S, o->learnt_s);
    o->learnt_s += o->dt_s;
    low_pass(&o->bias, o->rest_gyro, gain);
}

/* True if the acceleration is left behind as if the sensor turned, by more than
 * the bias that the paper allows. */
static bool lags(const struct orientation *o, vector accel)
{
    float lag = BIAS_LAG * REST_TAU_S * RAD;
    return !is_near(o->rest_gyro, (vector){0}, REST_GYRO_DPS) &&
           dot(o->rest_accel - accel, o->rest_accel - accel) >
               lag * lag * dot(o->rest_gyro, o->rest_gyro);
}

static void detect_rest(struct orientation *o, vector accel, vector gyro)
{
    float gain = pole_gain(o->dt_s, REST_TAU_S, o->age_s);
    low_pass(&o->rest_accel, accel, gain);
    low_pass(&o->rest_gyro, gyro, gain);

    bool calm = is_near(o->rest_accel, accel, REST_ACCEL_G);
    if (o->has_gyro) {
        calm = calm && is_near(o->rest_gyro, gyro, REST_GYRO_DPS) &&
               !lags(o, accel);
        for (int i = 0; i < 3; i++) {
            calm = calm && fabsf(o->rest_gyro[i]) < BIAS_MAX_DPS;
        }
    }
    o->rest_s = calm ? o->rest_s + o->dt_s : 0;
    o->still = o->rest_s >= REST_MIN_S;
    if (o->still && o->has_gyro) {
        learn_bias(o);
    }
}

static vector cross(vector a, vector b)
{
    vector a_next = __builtin_shufflevector(a, a, 1, 2, 0, 3);
    vector b_next = __builtin_shufflevector(b, b, 1, 2, 0, 3);
    vector product = a * b_next - a_next * b; /* z, x, y */
    return __builtin_shufflevector(product, product, 1, 2, 0, 3);
}

/* Turns what is gathered against the sensor's turn in one sample: Rodrigues'
 * formula, v - sin(a)/a (r x v) + (1 - cos(a))/a^2 (r x (r x v)), with both
 * factors as series: 4e-6 at 80 degrees a sample. */
static void turn(struct orientation *o, vector gyro)
{
    vector r = (gyro - o->bias) * (o->dt_s * RAD);
    float x = dot(r, r);
    float sine =
        1 - x * (1 / 6.0F) *
                (1 - x * (1 / 20.0F) *
                         (1 - x * (1 / 42.0F) * (1 - x * (1 / 72.0F))));
    float versine =
        0.5F - x * (1 / 24.0F) * (1 - x * (1 / 30.0F) * (1 - x * (1 / 56.0F)));
    for (int pole = 0; pole < 2; pole++) {
        vector once = cross(r, o->low[pole]);
        vector twice = cross(r, once);
        o->low[pole] += versine * twice - sine * once;
    }
}

/* Up is where the low-passed acceleration points, if it points anywhere. */
static void look_up(struct orientation *o)
{
    vector up = o->low[1];
    float norm = sqrtf(dot(up, up));
    if (norm > 1e-6F) {
        up /= norm;
        for (int i = 0; i < 3; i++) {
            o->gravity[i] = up[i];
        }
    }
}

void orientation_update(struct orientation *o, const struct motion *sample)
{
    const float *a = sample->accel;
    const float *w = sample->gyro;
    const vector accel = {a[0], a[1], a[2]};
    const vector gyro = {w[0], w[1], w[2]};
    detect_rest(o, accel, gyro);
    if (o->has_gyro && o->started) {
        turn(o, gyro);
    }
    /* Two poles of half the time each have the paper's group delay. */
    float tau_s = o->has_gyro ? ACCEL_TAU_S / 2 : GRAVITY_TAU_S;
    float gain = pole_gain(o->dt_s, tau_s, o->age_s);
    low_pass(&o->low[0], accel, gain);
    low_pass(&o->low[1], o->low[0], gain);
    look_up(o);
    o->started = true;
    o->age_s += o->dt_s;
}
