/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_beat.h"

#include <math.h>

enum {
    LAG_FIRST = 2, /* epochs; what comes back so soon is a tremor */
    LAG_LEAST = 4, /* 2.5 beats a second */
    LAG_MOST = 50, /* 0.2 */
    LAGS = LAG_MOST + 2,
    EPOCHS_LEAST = 60, /* 6 s: at least one pair of the slowest */
    POWER_STEPS = 30
};

/* A beat is clear where so much of the movement comes back after it. */
static const double CLEAR = 0.5;
/* Two beats come back as well as one: the first lag that is nearly as good. */
static const double NEARLY = 0.85;

struct beat {
    const struct effort *effort;
    const struct windows *windows;
    double axis[3];
};

static double along(const struct beat *beat, size_t i)
{
    const float *turn = beat->effort->epoch[i].turn_dps;
    return (double)turn[0] * beat->axis[0] + (double)turn[1] * beat->axis[1] +
           (double)turn[2] * beat->axis[2];
}

/* The direction of the greatest variance, by power iteration; returns how many
 * epochs lie in the windows. */
static size_t find_axis(struct beat *beat)
{
    double c[3][3] = {{0}};
    size_t count = 0;
    for (size_t i = 0; i < beat->effort->count; i++) {
        const struct effort_epoch *epoch = &beat->effort->epoch[i];
        if (window_at(beat->windows, epoch->time_s) == NULL) {
            continue;
        }
        count++;
        for (int k = 0; k < 9; k++) {
            c[k / 3][k % 3] +=
                (double)epoch->turn_dps[k / 3] * (double)epoch->turn_dps[k % 3];
        }
    }
    double *a = beat->axis;
    a[0] = 1;
    a[1] = 0.9; /* not at right angles to any direction that matters */
    a[2] = 0.8;
    for (int step = 0; step < POWER_STEPS; step++) {
        double next[3];
        for (int k = 0; k < 3; k++) {
            next[k] = c[k][0] * a[0] + c[k][1] * a[1] + c[k][2] * a[2];
        }
        double norm =
            sqrt(next[0] * next[0] + next[1] * next[1] + next[2] * next[2]);
        for (int k = 0; k < 3 && norm > 0; k++) {
            a[k] = next[k] / norm;
        }
    }
    return count;
}

/* How alike the movement is to itself `lag` epochs later, -1 to 1. */
static double alike(const struct beat *beat, size_t lag)
{
    const struct effort_epoch *epoch = beat->effort->epoch;
    double product = 0, before = 0, after = 0;
    for (size_t i = 0; i + lag < beat->effort->count; i++) {
        const struct window *window = window_at(beat->windows, epoch[i].time_s);
        double apart_s = epoch[i + lag].time_s - epoch[i].time_s;
        bool goes_on =
            fabs(apart_s - (double)lag * EFFORT_EPOCH_S) < 0.5 * EFFORT_EPOCH_S;
        if (window == NULL || !goes_on ||
            window_at(beat->windows, epoch[i + lag].time_s) != window) {
            continue;
        }
        double x = along(beat, i);
        double y = along(beat, i + lag);
        product += x * y;
        before += x * x;
        after += y * y;
    }
    return before > 0 && after > 0 ? product / sqrt(before * after) : 0;
}

static bool is_peak(const double *r, size_t lag)
{
    return r[lag] >= r[lag - 1] && r[lag] >= r[lag + 1];
}

/* The lag of the beat, finer than an epoch; NAN: there is none. */
static double find_lag(const double r[LAGS])
{
    double best = CLEAR;
    for (size_t lag = LAG_FIRST; lag <= LAG_MOST; lag++) {
        best = is_peak(r, lag) && r[lag] > best ? r[lag] : best;
    }
    size_t lag = LAG_FIRST;
    while (lag <= LAG_MOST &&
           !(is_peak(r, lag) && r[lag] >= CLEAR && r[lag] >= NEARLY * best)) {
        lag++;
    }
    if (lag < LAG_LEAST || lag > LAG_MOST) {
        return NAN;
    }
    double bend = r[lag - 1] - 2 * r[lag] + r[lag + 1];
    double shift = bend < 0 ? 0.5 * (r[lag - 1] - r[lag + 1]) / bend : 0;
    return (double)lag + shift;
}

double adherence_beat_hz(const struct summary *summary,
                         const struct windows *windows)
{
    struct beat beat = {&summary->effort, windows, {0}};
    double r[LAGS];
    if (!summary->info.has_gyro || find_axis(&beat) < EPOCHS_LEAST) {
        return NAN;
    }
    for (size_t lag = LAG_FIRST - 1; lag < LAGS; lag++) {
        r[lag] = alike(&beat, lag);
    }
    return 1 / (EFFORT_EPOCH_S * find_lag(r));
}
