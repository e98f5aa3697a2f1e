/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How good the data is: calibration, noise below 50 Hz, gyroscope bias, and
 * when the band was worn (wear.h). All from one-second epochs.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/vector.h"
#include "analysis/calibration.h"
#include "analysis/measure.h"
#include "analysis/summary.h"
#include "analysis/wear.h"

static const double EPOCH_S = 1.0;
static const double LEAST_SOURCE_HZ = 10; /* slower hides all that moves */
static const double TURN_G = 0.02;        /* mean moves less in the run */
enum { STILL_RUN = 5 };                   /* epochs to a calibration point */
enum { GRID_HZ = 100, EPOCH_ROWS = 128 }; /* more than an epoch has */

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
    size_t sample_rows; /* from one of the source's samples to the next */
    struct motion row[EPOCH_ROWS];
    double celsius; /* sum over the rows that have a temperature */
    unsigned warm_rows;
    /* the still run under way */
    double still_first_g[3]; /* mean of its first epoch */
    unsigned still_epochs;
    double still_sum_g[3];
    double still_total_s;
    double seen_s;
    double bias_sum[3];
    unsigned bias_count;
    double accel_noise_mg;
    double gyro_noise_dps;
    struct wear wear;
    struct calibration calibration;
};

static void *create(const struct measure_input *input)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state != NULL) {
        state->source_hz = input->source_hz;
        state->sample_rows = (size_t)fmax(1, round(GRID_HZ / input->source_hz));
        state->has_accel = input->has_accel;
        state->has_gyro = input->has_gyro;
        state->accel_noise_mg = NAN;
        state->gyro_noise_dps = NAN;
        wear_init(&state->wear);
    }
    return state;
}

static void destroy(void *self)
{
    struct state *state = self;
    if (state != NULL) {
        wear_deinit(&state->wear);
        free(state);
    }
}

/* Autocorrelation of the gyroscope's axes together, `lag` rows apart. */
static double correlation(const struct state *state, size_t lag)
{
    double sum = 0;
    double sum2 = 0;
    for (int axis = 0; axis < 3; axis++) {
        double mean = state->sum[3 + axis] / state->rows +
                      (double)state->origin[3 + axis];
        for (size_t i = 0; i < state->rows; i++) {
            double here = (double)state->row[i].gyro[axis] - mean;
            sum2 += here * here;
            if (i >= lag) {
                sum += here * ((double)state->row[i - lag].gyro[axis] - mean);
            }
        }
    }
    return sum2 > 0 ? sum / sum2 : 0;
}

/* That of what moves is large at one lag or the next, be it slow or a tremor;
 * that of noise at none. */
static double gyro_colour(const struct state *state)
{
    return fmax(fabs(correlation(state, state->sample_rows)),
                fabs(correlation(state, 2 * state->sample_rows)));
}

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
    epoch.gyro_sd_dps = state->has_gyro ? sqrt(gyro2) : 0;
    epoch.gyro_colour = wear_asks_colour(&epoch) ? gyro_colour(state) : NAN;
    epoch.celsius =
        state->warm_rows > 0 ? state->celsius / state->warm_rows : (double)NAN;
    state->rows = 0;
    return epoch;
}

static void still_end(struct state *state)
{
    state->still_epochs = 0;
    memset(state->still_sum_g, 0, sizeof(state->still_sum_g));
}

static void still_add(struct state *state, const struct epoch *epoch)
{
    bool still = epoch_is_still(epoch);
    if (!still || (state->still_epochs > 0 &&
                   epoch_has_turned(epoch, state->still_first_g, TURN_G))) {
        still_end(state);
    }
    if (!still) {
        return;
    }
    if (state->still_epochs == 0) {
        memcpy(state->still_first_g, epoch->mean, sizeof(state->still_first_g));
    }
    state->still_total_s += epoch->end_s - epoch->start_s;
    state->accel_noise_mg = fmin(state->accel_noise_mg, epoch->accel_sd_mg);
    state->gyro_noise_dps = fmin(state->gyro_noise_dps, epoch->gyro_sd_dps);
    for (int axis = 0; axis < 3; axis++) {
        state->still_sum_g[axis] += epoch->mean[axis];
    }
    if (++state->still_epochs < STILL_RUN) {
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

static int epoch_end(struct state *state)
{
    struct epoch epoch = epoch_take(state);
    state->seen_s += epoch.end_s - epoch.start_s;
    if (!state->has_accel) {
        return 0;
    }
    still_add(state, &epoch);
    return wear_add(&state->wear, &epoch);
}

static void epoch_begin(struct state *state, const struct motion *row,
                        double t_s)
{
    state->epoch_start_s = t_s;
    memcpy(state->origin, row->accel, sizeof(row->accel));
    memcpy(state->origin + 3, row->gyro, sizeof(row->gyro));
    memset(state->sum, 0, sizeof(state->sum));
    memset(state->sum2, 0, sizeof(state->sum2));
    state->celsius = 0;
    state->warm_rows = 0;
}

/* Adds n rows to the epoch. Float sums of at most a few hundred differences
 * from the origin, then added up in double. */
VECTOR_CLONES
static void epoch_add(struct state *state, const struct motion *rows, size_t n)
{
    const float *o = state->origin;
    const octet origin = {o[0], o[1], o[2], o[3], o[4], o[5], 0, 0};
    octet sum = {0};
    octet sum2 = {0};
    for (size_t i = 0; i < n; i++) {
        octet d = *(const octet *)(const void *)&rows[i] - origin;
        sum += d;
        sum2 += d * d;
    }
    for (int k = 0; k < 6; k++) {
        state->sum[k] += (double)sum[k];
        state->sum2[k] += (double)sum2[k];
    }
    assert(state->rows + n <= EPOCH_ROWS);
    memcpy(&state->row[state->rows], rows, n * sizeof(*rows));
    state->rows += (unsigned)n;
    /* It changes once in seconds: the last will do. */
    double celsius = (double)rows[n - 1].temperature;
    if (!isnan(celsius)) {
        state->celsius += celsius;
        state->warm_rows++;
    }
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
    return wear_gap(&state->wear);
}

static double spans_s(const struct span *spans, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += spans[i].end_s - spans[i].start_s;
    }
    return sum;
}

/* The last row stands for a period of the grid, and the recording may end
 * before that is over. */
static void end_with_recording(struct span *spans, size_t count, double end_s)
{
    if (count > 0) {
        spans[count - 1].end_s = fmin(spans[count - 1].end_s, end_s);
    }
}

static int finish(void *self, struct summary *summary)
{
    struct state *state = self;
    struct quality *quality = &summary->quality;
    double length_s = summary->duration_s;
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
    int err = wear_finish(&state->wear, quality);
    if (err < 0) {
        return err;
    }
    end_with_recording(quality->nonwear, quality->nonwear_count, length_s);
    end_with_recording(quality->wear_unknown, quality->wear_unknown_count,
                       length_s);
    quality->worn_s =
        fmin(state->seen_s, length_s) -
        spans_s(quality->nonwear, quality->nonwear_count) -
        spans_s(quality->wear_unknown, quality->wear_unknown_count);
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
    .rate_hz = GRID_HZ,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
