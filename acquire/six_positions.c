/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/six_positions.h"

#include <math.h>
#include <string.h>

enum {
    STILL_S = 2,
    ITERATIONS_MAX = 10000,
};

static const double STILL_G = 0.010;  /* rms of an axis: a hand has 20 mg */
static const double UP_G = 0.85;      /* of the axis that is up: 30 degrees */
static const double CONVERGED = 1e-9; /* step of an offset [g], of a gain */
static const double OFFSET_MOST_G = 0.2;
static const double GAIN_MOST = 0.1;

void six_positions_begin(struct six_positions *six,
                         const struct wire_config *config)
{
    *six = (struct six_positions){
        .g_per_lsb = wire_accel_ug_per_lsb(config->accel_g) * 1e-6,
        .window = (uint32_t)STILL_S * config->rate_hz,
    };
}

static void begin_window(struct six_positions *six)
{
    six->count = 0;
    memset(six->sum, 0, sizeof(six->sum));
    memset(six->squares, 0, sizeof(six->squares));
}

static bool is_still(const struct six_positions *six)
{
    double n = six->count;
    for (int axis = 0; axis < 3; axis++) {
        double mean = six->sum[axis] / n;
        if (six->squares[axis] / n - mean * mean > STILL_G * STILL_G) {
            return false;
        }
    }
    return true;
}

/* The side that is up, -1 if none is. */
static int find_side(const struct six_positions *six)
{
    for (int axis = 0; axis < 3; axis++) {
        double mean = six->sum[axis] / six->count;
        if (fabs(mean) > UP_G) {
            return 2 * axis + (mean < 0);
        }
    }
    return -1;
}

static enum six_step judge(struct six_positions *six, int *side)
{
    if (!is_still(six)) {
        return SIX_MOVING;
    }
    *side = find_side(six);
    if (*side < 0) {
        return SIX_TILTED;
    }
    if (six->seen[*side]) {
        return SIX_AGAIN;
    }
    six->seen[*side] = true;
    for (int axis = 0; axis < 3; axis++) {
        six->mean[*side][axis] = six->sum[axis] / six->count;
    }
    return SIX_TAKEN;
}

enum six_step six_positions_add(struct six_positions *six,
                                const int16_t sample[6], int *side)
{
    for (int axis = 0; axis < 3; axis++) {
        double g = sample[axis] * six->g_per_lsb;
        six->sum[axis] += g;
        six->squares[axis] += g * g;
    }
    six->count++;
    if (six->count < six->window) {
        return SIX_NOTHING;
    }
    enum six_step step = judge(six, side);
    begin_window(six);
    return step;
}

const char *six_positions_name(int side)
{
    static const char *const names[SIX_POSITIONS] = {
        "x up", "x down", "y up", "y down", "z up", "z down"};
    return names[side];
}

int six_positions_count(const struct six_positions *six)
{
    int count = 0;
    for (int side = 0; side < SIX_POSITIONS; side++) {
        count += six->seen[side];
    }
    return count;
}

struct fit {
    double offset[3];
    double gain[3];
};

static double apply(const struct fit *fit, const double raw[3], double out[3])
{
    double square = 0;
    for (int axis = 0; axis < 3; axis++) {
        out[axis] = (raw[axis] - fit->offset[axis]) * fit->gain[axis];
        square += out[axis] * out[axis];
    }
    return sqrt(square);
}

/* A step of the iteration, on one axis: the straight line from what was read
 * to the closest points of the sphere. Returns how far it went. */
static double improve(const struct six_positions *six, struct fit *fit,
                      const double target[SIX_POSITIONS][3], int axis)
{
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (int side = 0; side < SIX_POSITIONS; side++) {
        double raw = six->mean[side][axis];
        x += raw / SIX_POSITIONS;
        y += target[side][axis] / SIX_POSITIONS;
        xx += raw * raw / SIX_POSITIONS;
        xy += raw * target[side][axis] / SIX_POSITIONS;
    }
    double gain = (xy - x * y) / (xx - x * x);
    double offset = x - y / gain;
    double step =
        fabs(gain - fit->gain[axis]) + fabs(offset - fit->offset[axis]);
    fit->gain[axis] = gain;
    fit->offset[axis] = offset;
    return step;
}

static void iterate(const struct six_positions *six, struct fit *fit)
{
    double step = 1;
    for (int i = 0; i < ITERATIONS_MAX && step > CONVERGED; i++) {
        double target[SIX_POSITIONS][3];
        for (int side = 0; side < SIX_POSITIONS; side++) {
            double length = apply(fit, six->mean[side], target[side]);
            for (int axis = 0; axis < 3; axis++) {
                target[side][axis] /= length;
            }
        }
        step = 0;
        for (int axis = 0; axis < 3; axis++) {
            step += improve(six, fit, (const double(*)[3])target, axis);
        }
    }
}

static double residual_g(const struct six_positions *six, const struct fit *fit)
{
    double sum = 0;
    for (int side = 0; side < SIX_POSITIONS; side++) {
        double now[3];
        double off = apply(fit, six->mean[side], now) - 1;
        sum += off * off;
    }
    return sqrt(sum / SIX_POSITIONS);
}

bool six_positions_solve(const struct six_positions *six,
                         struct wire_calibration *out)
{
    struct fit fit = {.gain = {1, 1, 1}};
    iterate(six, &fit);
    *out = (struct wire_calibration){0};
    for (int axis = 0; axis < 3; axis++) {
        if (!(fabs(fit.offset[axis]) < OFFSET_MOST_G &&
              fabs(fit.gain[axis] - 1) < GAIN_MOST)) {
            return false;
        }
        out->offset_ug[axis] = (int32_t)lround(fit.offset[axis] * 1e6);
        out->gain_ppm[axis] = (int32_t)lround((fit.gain[axis] - 1) * 1e6);
    }
    out->residual_ug = (uint32_t)lround(residual_g(six, &fit) * 1e6);
    return true;
}
