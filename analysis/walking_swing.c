/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/walking_swing.h"

#include <math.h>
#include <string.h>

static const double BIN_DEG = 0.5;

enum {
    SAMPLES = WALKING_PIECE * WALKING_HOP,
    POWER_ITERATIONS = 12, /* swing is mostly about one axis: 1e-4 by then */
};

struct span_samples {
    size_t first;
    size_t last;
};

static void covariance(const struct walking_signal *signal,
                       struct span_samples span, double c[3][3])
{
    double mean[3] = {0};
    double n = (double)(span.last - span.first);
    memset(c, 0, 9 * sizeof(c[0][0]));
    for (size_t s = span.first; s < span.last; s++) {
        double w[3];
        for (size_t i = 0; i < 3; i++) {
            w[i] = (double)walking_signal_at(signal, WALKING_GYRO + i, s);
            mean[i] += w[i] / n;
        }
        for (size_t i = 0; i < 3; i++) {
            for (size_t k = 0; k < 3; k++) {
                c[i][k] += w[i] * w[k] / n;
            }
        }
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 3; k++) {
            c[i][k] -= mean[i] * mean[k];
        }
    }
}

static void multiply(double c[3][3], double v[3])
{
    double out[3];
    double norm = 0;
    for (size_t i = 0; i < 3; i++) {
        out[i] = c[i][0] * v[0] + c[i][1] * v[1] + c[i][2] * v[2];
        norm += out[i] * out[i];
    }
    norm = sqrt(norm);
    for (size_t i = 0; i < 3; i++) {
        v[i] = norm > 0 ? out[i] / norm : 0;
    }
}

/* The axis of most rotation, by power iteration from the strongest column. */
static void main_axis(double c[3][3], double axis[3])
{
    size_t strongest = 0;
    for (size_t i = 1; i < 3; i++) {
        strongest = c[i][i] > c[strongest][strongest] ? i : strongest;
    }
    for (size_t i = 0; i < 3; i++) {
        axis[i] = c[i][strongest];
    }
    for (int i = 0; i < POWER_ITERATIONS; i++) {
        multiply(c, axis);
    }
}

static void note_stride(struct walking_swing *swing, double degrees)
{
    size_t bin = (size_t)fmin(degrees / BIN_DEG, WALKING_SWING_BINS - 1);
    swing->bin[bin]++;
    swing->strides++;
}

/* Range, in each stride, of `angle` less its mean over a stride around.
 * sums[i] is the sum of the angles before i. */
static void note_strides(struct walking_swing *swing, const double *angle,
                         const double *sums, size_t n, size_t stride)
{
    size_t half = stride / 2;
    double low = INFINITY;
    double high = -INFINITY;
    size_t in_stride = 0;
    for (size_t i = half; i + half < n; i++) {
        double mean =
            (sums[i + half + 1] - sums[i - half]) / (double)(2 * half + 1);
        low = fmin(low, angle[i] - mean);
        high = fmax(high, angle[i] - mean);
        if (++in_stride >= stride) {
            note_stride(swing, high - low);
            low = INFINITY;
            high = -INFINITY;
            in_stride = 0;
        }
    }
}

void walking_swing_add(struct walking_swing *swing,
                       const struct walking_signal *signal,
                       const struct walking_piece *piece)
{
    struct span_samples span = {piece->first * WALKING_HOP,
                                piece->last * WALKING_HOP};
    span.last = span.last < signal->count ? span.last : signal->count;
    double c[3][3];
    double axis[3];
    covariance(signal, span, c);
    main_axis(c, axis);

    double angle[SAMPLES];
    double sums[SAMPLES + 1];
    double at = 0;
    size_t n = span.last - span.first;
    sums[0] = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 3; k++) {
            at += axis[k] *
                  (double)walking_signal_at(signal, WALKING_GYRO + k,
                                            span.first + i) /
                  WALKING_RATE_HZ;
        }
        angle[i] = at;
        sums[i + 1] = sums[i] + at;
    }
    double middle = (double)(span.first + span.last) / 2;
    double hz = walking_piece_hz(piece, middle);
    size_t stride = (size_t)lround(2 * WALKING_RATE_HZ / hz);
    note_strides(swing, angle, sums, n, stride);
}

double walking_swing_median(const struct walking_swing *swing)
{
    uint32_t seen = 0;
    for (size_t i = 0; i < WALKING_SWING_BINS; i++) {
        seen += swing->bin[i];
        if (2 * seen >= swing->strides && seen > 0) {
            return ((double)i + 0.5) * BIN_DEG;
        }
    }
    return NAN;
}
