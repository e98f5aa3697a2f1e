/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How good the data is: calibration, noise below 50 Hz, gyroscope bias, and
 * when the band was worn. All from one-second epochs.
 *
 * Wear. A wrist is never as still as a table: pulse, breath and muscle turn it
 * by more than a gyroscope's noise, even at rest. So with a gyroscope a band
 * is off when its turning stays near the noise floor for some time; with an
 * accelerometer alone, which sees little of that, stillness must last longer
 * (after Vert et al. 2022, DETACH: 8 mg for 5 min, there with temperature).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/array.h"
#include "analysis/calibration.h"
#include "analysis/measure.h"
#include "analysis/summary.h"

/* Measured on real recordings: the quietest second of five people at rest has
 * 0.65 deg/s rms over three axes, sensor noise included. Noise alone, below
 * 50 Hz, is 0.05 deg/s with an LSM6DSOX (3.8 mdps/sqrt(Hz), data sheet) and
 * 0.12 with a gyroscope twice and a half as noisy. Between them lies tremor
 * too faint to see, 0.2 deg/s: that is still an arm. */
static const double EPOCH_S = 1.0;
static const double LEAST_SOURCE_HZ = 10; /* slower hides all that moves */
static const double STILL_SD_MG = 13;     /* van Hees et al. 2014 */
static const double STILL_GYRO_DPS = 2;   /* rms of three axes */
static const double OFF_GYRO_DPS = 0.15;
static const double OFF_SD_MG = 8;       /* DETACH */
static const double OFF_SD_ALONE_MG = 5; /* accelerometer alone */
static const double OFF_MIN_S = 20;      /* with gyroscope */
static const double OFF_MIN_ALONE_S = 180;
static const double TURN_G = 0.02; /* mean moves less in the run */
enum { OFF_BLIPS = 10 };           /* one epoch in ten may be a blip */
enum { STILL_RUN = 5 };            /* epochs to a calibration point */

struct run { /* consecutive quiet epochs */
    double start_s;
    double end_s;
    double first_g[3]; /* mean of its first epoch */
    unsigned epochs;
    unsigned blips; /* of them not quiet, only still */
};

struct state {
    double source_hz;
    bool has_accel;
    bool has_gyro;
    /* the epoch under way */
    double epoch_start_s;
    double last_s; /* end of the last row */
    unsigned rows;
    float origin[6]; /* first row: sums are kept relative to it */
    double sum[6];
    double sum2[6];
    /* the still run under way */
    struct run still;
    double still_sum_g[3];
    double still_total_s;
    double seen_s;
    double bias_sum[3];
    unsigned bias_count;
    double accel_noise_mg;
    double gyro_noise_dps;
    struct run off;
    double off_total_s;
    size_t nonwear_count;
    struct span *nonwear;
    struct calibration calibration;
};

static void *create(const struct measure_input *input)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state != NULL) {
        state->source_hz = input->source_hz;
        state->has_accel = input->has_accel;
        state->has_gyro = input->has_gyro;
        state->accel_noise_mg = NAN;
        state->gyro_noise_dps = NAN;
    }
    return state;
}

static void destroy(void *self)
{
    struct state *state = self;
    if (state != NULL) {
        free(state->nonwear);
        free(state);
    }
}

struct epoch {
    double start_s;
    double end_s;
    double mean[6];
    double accel_sd_mg; /* largest of the axes */
    double gyro_sd_dps; /* rms of three axes */
};

static struct epoch epoch_take(struct state *state)
{
    struct epoch epoch = {.start_s = state->epoch_start_s,
                          .end_s = state->last_s};
    double rows = state->rows;
    double gyro2 = 0;
    for (int i = 0; i < 6; i++) {
        double mean = state->sum[i] / rows;
        double variance = fmax(0, state->sum2[i] / rows - mean * mean);
        epoch.mean[i] = mean + (double)state->origin[i];
        if (i < 3) {
            epoch.accel_sd_mg = fmax(epoch.accel_sd_mg, 1000 * sqrt(variance));
        } else {
            gyro2 += variance;
        }
    }
    epoch.gyro_sd_dps = sqrt(gyro2);
    state->rows = 0;
    return epoch;
}

static bool has_turned(const struct run *run, const struct epoch *epoch)
{
    for (int axis = 0; axis < 3; axis++) {
        if (fabs(epoch->mean[axis] - run->first_g[axis]) > TURN_G) {
            return true;
        }
    }
    return false;
}

static void still_end(struct state *state)
{
    state->still.epochs = 0;
    memset(state->still_sum_g, 0, sizeof(state->still_sum_g));
}

static bool is_still(const struct state *state, const struct epoch *epoch)
{
    return epoch->accel_sd_mg < STILL_SD_MG &&
           (!state->has_gyro || epoch->gyro_sd_dps < STILL_GYRO_DPS);
}

static void still_add(struct state *state, const struct epoch *epoch)
{
    bool still = is_still(state, epoch);
    if (!still ||
        (state->still.epochs > 0 && has_turned(&state->still, epoch))) {
        still_end(state);
    }
    if (!still) {
        return;
    }
    if (state->still.epochs == 0) {
        memcpy(state->still.first_g, epoch->mean, sizeof(state->still.first_g));
    }
    state->still_total_s += epoch->end_s - epoch->start_s;
    state->accel_noise_mg = fmin(state->accel_noise_mg, epoch->accel_sd_mg);
    state->gyro_noise_dps = fmin(state->gyro_noise_dps, epoch->gyro_sd_dps);
    for (int axis = 0; axis < 3; axis++) {
        state->still_sum_g[axis] += epoch->mean[axis];
    }
    if (++state->still.epochs < STILL_RUN) {
        return;
    }
    for (int axis = 0; axis < 3; axis++) {
        state->still_sum_g[axis] /= STILL_RUN;
        state->bias_sum[axis] += epoch->mean[3 + axis];
    }
    state->bias_count++;
    calibration_add(&state->calibration, state->still_sum_g);
    still_end(state);
}

static bool looks_off(const struct state *state, const struct epoch *epoch)
{
    if (state->has_gyro) {
        return epoch->gyro_sd_dps < OFF_GYRO_DPS &&
               epoch->accel_sd_mg < OFF_SD_MG;
    }
    return epoch->accel_sd_mg < OFF_SD_ALONE_MG;
}

static int off_end(struct state *state)
{
    struct run run = state->off;
    state->off = (struct run){0};
    double least_s = state->has_gyro ? OFF_MIN_S : OFF_MIN_ALONE_S;
    if (run.epochs == 0 || run.end_s - run.start_s < least_s) {
        return 0;
    }
    struct span *span =
        array_add(&state->nonwear, state->nonwear_count, sizeof(*span));
    if (span == NULL) {
        return ERR_NO_MEMORY;
    }
    state->nonwear_count++;
    *span = (struct span){run.start_s, run.end_s};
    state->off_total_s += run.end_s - run.start_s;
    return 0;
}

/* A step on the floor, a door: a table shakes now and then, a little. */
static bool is_blip(const struct state *state, const struct run *run,
                    const struct epoch *epoch)
{
    return is_still(state, epoch) && OFF_BLIPS * run->blips < run->epochs;
}

static int off_add(struct state *state, const struct epoch *epoch)
{
    struct run *run = &state->off;
    bool off = looks_off(state, epoch);
    bool goes_on = run->epochs > 0 && !has_turned(run, epoch) &&
                   (off || is_blip(state, run, epoch));
    if (!goes_on) {
        int err = off_end(state);
        if (err < 0 || !off) {
            return err;
        }
        run->start_s = epoch->start_s;
        memcpy(run->first_g, epoch->mean, sizeof(run->first_g));
    }
    run->epochs++;
    run->blips += !off;
    run->end_s = epoch->end_s;
    return 0;
}

static int epoch_end(struct state *state)
{
    struct epoch epoch = epoch_take(state);
    state->seen_s += epoch.end_s - epoch.start_s;
    if (!state->has_accel) {
        return 0;
    }
    still_add(state, &epoch);
    return off_add(state, &epoch);
}

static void epoch_begin(struct state *state, const struct motion *row,
                        double t_s)
{
    state->epoch_start_s = t_s;
    memcpy(state->origin, row->accel, sizeof(row->accel));
    memcpy(state->origin + 3, row->gyro, sizeof(row->gyro));
    memset(state->sum, 0, sizeof(state->sum));
    memset(state->sum2, 0, sizeof(state->sum2));
}

/* Adds n rows to the epoch. Float sums of at most a few hundred differences
 * from the origin, then added up in double. */
static void epoch_add(struct state *state, const struct motion *rows, size_t n)
{
    float sum[6] = {0};
    float sum2[6] = {0};
    for (size_t i = 0; i < n; i++) {
        const float x[6] = {rows[i].accel[0], rows[i].accel[1],
                            rows[i].accel[2], rows[i].gyro[0],
                            rows[i].gyro[1],  rows[i].gyro[2]};
        for (int k = 0; k < 6; k++) {
            float d = x[k] - state->origin[k];
            sum[k] += d;
            sum2[k] += d * d;
        }
    }
    for (int k = 0; k < 6; k++) {
        state->sum[k] += (double)sum[k];
        state->sum2[k] += (double)sum2[k];
    }
    state->rows += (unsigned)n;
}

static int push(void *self, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    struct state *state = self;
    while (n > 0) {
        if (state->rows == 0) {
            epoch_begin(state, rows, t0_s);
        }
        double left_s = state->epoch_start_s + EPOCH_S - t0_s;
        double fit = ceil(left_s / dt_s - 1e-6);
        size_t take = fit < 1 ? 1 : fit < (double)n ? (size_t)fit : n;
        epoch_add(state, rows, take);
        rows += take;
        n -= take;
        t0_s += (double)take * dt_s;
        state->last_s = t0_s;
        if (t0_s - state->epoch_start_s >= EPOCH_S - dt_s / 2) {
            int err = epoch_end(state);
            if (err < 0) {
                return err;
            }
        }
    }
    return 0;
}

/* What is left of an epoch at a gap is too short to judge; it counts as seen
 * only. */
static int gap(void *self)
{
    struct state *state = self;
    if (state->rows > 0) {
        state->seen_s += state->last_s - state->epoch_start_s;
        state->rows = 0;
    }
    still_end(state);
    return off_end(state);
}

static int finish(void *self, struct summary *summary)
{
    struct state *state = self;
    struct quality *quality = &summary->quality;
    if (state->has_accel && state->source_hz < LEAST_SOURCE_HZ) {
        snprintf(quality->reason, SUMMARY_REASON,
                 "stillness and wear need %g samples a second or more; this "
                 "recording has %g",
                 LEAST_SOURCE_HZ, state->source_hz);
        snprintf(quality->calibration_reason, SUMMARY_REASON,
                 "sampled too slowly");
        quality->still_s = NAN;
        return 0;
    }
    quality->still_s = state->still_total_s;
    quality->worn_s = state->seen_s - state->off_total_s;
    quality->nonwear_count = state->nonwear_count;
    quality->nonwear = state->nonwear;
    state->nonwear = NULL;
    if (!state->has_accel) {
        quality->worn_s = NAN;
        static const char why[] = "no accelerometer in this recording";
        snprintf(quality->reason, SUMMARY_REASON, "%s", why);
        snprintf(quality->calibration_reason, SUMMARY_REASON, "%s", why);
        return 0;
    }
    quality->accel_noise_mg = state->accel_noise_mg;
    if (state->has_gyro) {
        quality->gyro_noise_dps = state->gyro_noise_dps;
        for (int axis = 0; axis < 3 && state->bias_count > 0; axis++) {
            quality->gyro_bias_dps[axis] =
                state->bias_sum[axis] / state->bias_count;
        }
    }
    calibration_finish(&state->calibration, quality);
    return 0;
}

const struct measure quality_measure = {
    .name = "quality",
    .rate_hz = 100,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
