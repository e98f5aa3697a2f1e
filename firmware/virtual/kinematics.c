/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/virtual/kinematics.h"

#include <math.h>
#include <string.h>

static const double STANDARD_GRAVITY = 9.80665; /* [m/s2] */
static const double DEGREES = 180.0 / 3.14159265358979323846;
static const double TWO_PI = 2.0 * 3.14159265358979323846;

struct jet jet_scale(struct jet jet, double factor)
{
    return (struct jet){jet.x * factor, jet.v * factor, jet.a * factor};
}

struct jet jet_sum(struct jet a, struct jet b)
{
    return (struct jet){a.x + b.x, a.v + b.v, a.a + b.a};
}

struct jet jet_product(struct jet a, struct jet b)
{
    return (struct jet){a.x * b.x, a.v * b.x + a.x * b.v,
                        a.a * b.x + 2.0 * a.v * b.v + a.x * b.a};
}

struct jet jet_sine(struct jet phase)
{
    double s = sin(phase.x);
    double c = cos(phase.x);
    return (struct jet){s, phase.v * c, phase.a * c - phase.v * phase.v * s};
}

struct jet jet_phase(double t_s, double hz)
{
    return (struct jet){TWO_PI * hz * t_s, TWO_PI * hz, 0.0};
}

struct jet jet_rise(double t_s, double begin_s, double length_s)
{
    double u = t_s - begin_s;
    if (u <= 0.0) {
        return (struct jet){0.0, 0.0, 0.0};
    }
    if (u >= length_s) {
        return (struct jet){1.0, 0.0, 0.0};
    }
    u /= length_s;
    double w = 1.0 - u;
    return (struct jet){
        u * u * u * (10.0 - u * (15.0 - 6.0 * u)),
        30.0 * u * u * w * w / length_s,
        60.0 * u * w * (w - u) / (length_s * length_s),
    };
}

struct jet jet_envelope(double t_s, double begin_s, double end_s, double ramp_s)
{
    struct jet fall = jet_scale(jet_rise(t_s, end_s - ramp_s, ramp_s), -1.0);
    fall.x += 1.0;
    return jet_product(jet_rise(t_s, begin_s, ramp_s), fall);
}

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014) over both. */
uint64_t hash_index(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

double hash_uniform(uint64_t seed, uint64_t index)
{
    return (double)(hash_index(seed, index) >> 11) * 0x1p-53;
}

/* The sum of twelve: variance 1, never beyond 6. */
double hash_normal(uint64_t seed, uint64_t index)
{
    double sum = -6.0;
    for (uint64_t k = 0; k < 12; k++) {
        sum += hash_uniform(seed, index * 12 + k);
    }
    return sum;
}

/* A control point: even in +-sqrt(3), which has unit variance. */
static double control_point(uint64_t seed, int64_t index)
{
    static const double HALF_WIDTH = 1.7320508075688772;
    return HALF_WIDTH * (2.0 * hash_uniform(seed, (uint64_t)index) - 1.0);
}

struct jet jet_noise(uint64_t seed, double t_s, double spacing_s)
{
    double position = t_s / spacing_s;
    double whole = floor(position);
    double u = position - whole;
    double w = 1.0 - u;
    int64_t k = (int64_t)whole;
    double c[4];
    for (int i = 0; i < 4; i++) {
        c[i] = control_point(seed, k + i);
    }
    double x = w * w * w * c[0] + (4.0 - 3.0 * u * u * (1.0 + w)) * c[1] +
               (4.0 - 3.0 * w * w * (1.0 + u)) * c[2] + u * u * u * c[3];
    double v = w * w * (c[1] - c[0]) + (1.0 + 2.0 * u * w) * (c[2] - c[1]) +
               u * u * (c[3] - c[2]);
    double a = w * (c[2] - 2.0 * c[1] + c[0]) + u * (c[3] - 2.0 * c[2] + c[1]);
    return (struct jet){x / 6.0, v / (2.0 * spacing_s),
                        a / (spacing_s * spacing_s)};
}

double blow_scale(double pitch_hz, double decay_s)
{
    double w = TWO_PI * pitch_hz;
    double top_s = atan(w * decay_s) / w;
    return 1.0 / (exp(-top_s / decay_s) * sin(w * top_s));
}

double blow_wave(double t_s, double pitch_hz, double decay_s)
{
    return exp(-t_s / decay_s) * sin(TWO_PI * pitch_hz * t_s);
}

/* x = u^3 exp(-u); its derivative is greatest at u = 3 - sqrt(3). */
struct jet jet_twitch(double t_s, double length_s)
{
    static const double GREATEST = 0.783612; /* (3 u^2 - u^3) exp(-u) there */
    double u = t_s / length_s;
    double scale = exp(-u) * u / GREATEST;
    return (struct jet){
        scale * u * u * length_s,
        scale * u * (3.0 - u),
        scale * (6.0 - u * (6.0 - u)) / length_s,
    };
}

double vector_dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void vector_cross(const double a[3], const double b[3], double out[3])
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

void vector_normalise(double v[3])
{
    double length = sqrt(vector_dot(v, v));
    for (int i = 0; i < 3; i++) {
        v[i] /= length;
    }
}

void body_init(struct body *body, const double up[3])
{
    memset(body, 0, sizeof(*body));
    memcpy(body->up, up, sizeof(body->up));
    /* Any direction across `up` will do: yaw is not felt. */
    static const double side[3] = {0.0, 0.0, 1.0};
    static const double front[3] = {0.0, 1.0, 0.0};
    vector_cross(up, fabs(up[2]) < 0.9 ? side : front, body->ahead);
    vector_normalise(body->ahead);
}

/* Axes that turn by an angle about `axis` see a fixed vector turn by its
 * opposite (Rodrigues' formula). */
static void see_turned(double v[3], const double axis[3], double s, double c)
{
    double across[3];
    double along = vector_dot(axis, v) * (1.0 - c);
    vector_cross(axis, v, across);
    for (int i = 0; i < 3; i++) {
        v[i] = v[i] * c - across[i] * s + axis[i] * along;
    }
}

void body_turn(struct body *body, const double axis[3], struct jet angle)
{
    double s = sin(angle.x);
    double c = cos(angle.x);
    see_turned(body->up, axis, s, c);
    see_turned(body->ahead, axis, s, c);
    see_turned(body->rate, axis, s, c);
    see_turned(body->spin, axis, s, c);
    see_turned(body->push, axis, s, c);
    double drag[3];
    vector_cross(axis, body->rate, drag);
    for (int i = 0; i < 3; i++) {
        body->spin[i] += angle.a * axis[i] - angle.v * drag[i];
        body->rate[i] += angle.v * axis[i];
    }
}

void body_push(struct body *body, const double direction[3], double size)
{
    for (int i = 0; i < 3; i++) {
        body->push[i] += size * direction[i];
    }
}

void body_feel(const struct body *body, struct motion_point *out)
{
    const double arm[3] = {body->lever_m / STANDARD_GRAVITY, 0.0, 0.0};
    double tangential[3];
    double velocity[3];
    double centripetal[3];
    vector_cross(body->spin, arm, tangential);
    vector_cross(body->rate, arm, velocity);
    vector_cross(body->rate, velocity, centripetal);
    for (int i = 0; i < 3; i++) {
        out->accel_g[i] =
            body->up[i] + body->push[i] + tangential[i] + centripetal[i];
        out->gyro_dps[i] = body->rate[i] * DEGREES;
    }
}
