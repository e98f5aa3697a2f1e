/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_weight.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "acquire/vector.h"
#include "analysis/extreme.h"

/* No sensor is quieter than this in the band; a coarse one at rest seems so.
 * [g, deg/s] */
static const float FLOOR[TAP_SENSORS] = {0.9e-3F, 0.05F};
/* Chosen with the table of tap_chain.c. How much the direction counts, and how
 * much a moment may for standing out: one knock is no direction. */
static const float DIRECTION_GAIN = 6.3F;
static const float EXCESS_MAX = 8.7F;
/* Of a sensor without the other. 1.05: series in white noise. */
static const float LONE_NOISE = 1.1F;

static float square_of(const float axis[3][TAP_HOP], size_t i)
{
    return axis[0][i] * axis[0][i] + axis[1][i] * axis[1][i] +
           axis[2][i] * axis[2][i];
}

/* Puts `x` among the `n` smallest values so far, held in `least` by size. */
static void keep_least(float *least, size_t n, float x)
{
    for (size_t k = 0; k < n; k++) {
        float held = smaller(x, least[k]);
        x = larger(x, least[k]);
        least[k] = held;
    }
}

/* Covariance of the rows from `first`, a block of them, over its energy. */
VECTOR_INLINE void shape_of(const float axis[3][TAP_HOP], size_t first,
                            float energy, struct tap_matrix *shape)
{
    octet sum = {0};
    float part = energy > 0 ? 1 / (energy * TAP_BLOCK) : 0;
    for (size_t i = first; i < first + TAP_BLOCK; i++) {
        float x = axis[0][i];
        float y = axis[1][i];
        float z = axis[2][i];
        sum += (octet){x, y, z, x, x, y} * (octet){x, y, z, y, z, z} * part;
    }
    shape->at = sum;
}

VECTOR_CLONES
void tap_loudness_of(const float axis[3][TAP_HOP], size_t rank,
                     struct tap_loudness *loud)
{
    float square[TAP_HOP];
    float quiet[TAP_QUIET_MAX] = {FLT_MAX, FLT_MAX, FLT_MAX};
    float most = -1;
    size_t loudest = 0;
    for (size_t i = 0; i < TAP_HOP; i++) {
        square[i] = square_of(axis, i);
    }
    for (size_t first = 0; first < TAP_HOP; first += TAP_BLOCK) {
        float energy = 0;
        for (size_t i = first; i < first + TAP_BLOCK; i++) {
            energy += square[i] * (1.0F / TAP_BLOCK);
        }
        loudest = energy > most ? first : loudest;
        most = larger(energy, most);
        keep_least(quiet, TAP_QUIET_MAX, energy);
    }
    loud->quiet = quiet[rank - 1];
    loud->loud = most;
    shape_of(axis, loudest, most, &loud->shape);
}

/* Mean square of a sensor's noise: the median of what is quiet in hops. */
VECTOR_INLINE float noise_of(const struct tap_loudness *const around[],
                             size_t n, int sensor)
{
    float least[TAP_AROUND / 2 + 1];
    size_t middle = n / 2;
    for (size_t k = 0; k <= middle; k++) {
        least[k] = FLT_MAX;
    }
    for (size_t h = 0; h < n; h++) {
        keep_least(least, middle + 1, around[h][sensor].quiet);
    }
    float median = 0.5F * (least[(n - 1) / 2] + least[middle]);
    return larger(median, FLOOR[sensor] * FLOOR[sensor]);
}

/* The unit matrix and the shapes of the loudest moments, each by how far it
 * stands out, so scaled that noise that points anywhere adds up to `part`. */
VECTOR_INLINE void set_matrix(const struct tap_loudness *const around[],
                              size_t n, int sensor, float noise, float part,
                              struct tap_matrix *matrix)
{
    float gain = DIRECTION_GAIN / (float)n;
    float sum = 0;
    octet at = {0};
    for (size_t h = 0; h < n; h++) {
        const struct tap_loudness *loud = &around[h][sensor];
        float excess = smaller(larger(loud->loud / noise - 1, 0), EXCESS_MAX);
        sum += gain * excess;
        at += gain * excess * loud->shape.at;
    }
    part /= noise * (1 + sum / 3);
    /* What is off the diagonal stands for its mirror image, too. */
    matrix->at = (at + (octet){1, 1, 1}) * ((octet){1, 1, 1, 2, 2, 2} * part);
}

VECTOR_CLONES
void tap_weight_set(struct tap_weight *weight,
                    const struct tap_loudness *const around[], size_t n,
                    const bool alive[TAP_SENSORS])
{
    bool both = alive[0] && alive[1];
    float part = both ? 0.5F : 1 / (LONE_NOISE * LONE_NOISE);
    float product = 1;
    memset(weight, 0, sizeof(*weight));
    for (int s = 0; s < TAP_SENSORS && n > 0; s++) {
        if (alive[s]) {
            float noise = noise_of(around, n, s);
            set_matrix(around, n, s, noise, part, &weight->sensor[s]);
            product *= noise;
        }
    }
    weight->noise = both ? sqrtf(sqrtf(product)) : sqrtf(product);
}

VECTOR_CLONES
void tap_weight_apply(const struct tap_weight *weight,
                      const float axis[][TAP_HOP], size_t rows, float *energy)
{
    memset(energy, 0, rows * sizeof(*energy));
    for (int s = 0; s < TAP_SENSORS; s++) {
        const octet w = weight->sensor[s].at;
        const float *x = axis[3 * s];
        const float *y = axis[3 * s + 1];
        const float *z = axis[3 * s + 2];
        for (size_t i = 0; i < rows; i++) {
            energy[i] += x[i] * (w[0] * x[i] + w[3] * y[i] + w[4] * z[i]) +
                         y[i] * (w[1] * y[i] + w[5] * z[i]) +
                         z[i] * w[2] * z[i];
        }
    }
}
