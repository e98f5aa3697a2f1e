/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/replay.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "acquire/recording.h"
#include "acquire/resample.h"

#define LONG_GAP_S 1.0
#define SETTLE_S 0.25         /* in which the wrist comes to rest there */
#define ROOM_TEMPERATURE_C 25 /* where the file has none */

struct replay {
    struct recording *recording;
    double in_hz;
    struct resample *resample; /* for sensors of `rate_hz` */
    double rate_hz;
    double asked_s;              /* last instant that was asked for */
    bool any;                    /* `resample` has been given rows */
    double last_s;               /* of the last of them */
    bool in_gap;                 /* a long gap follows it, then `next` */
    struct recording_chunk next; /* what is yet to be given */
    struct error error;
};

static void replay_release(void *ctx)
{
    struct replay *replay = ctx;
    recording_close(replay->recording);
    resample_free(replay->resample);
    free(replay);
}

/* Gives the resampler as much of `next` as it takes at once. */
static void push_piece(struct replay *replay)
{
    struct recording_chunk *next = &replay->next;
    size_t n =
        next->count < RESAMPLE_PUSH_MAX ? next->count : RESAMPLE_PUSH_MAX;
    resample_push(replay->resample, next->rows, n, next->t0_s, next->dt_s);
    replay->any = true;
    replay->last_s = next->t0_s + (double)(n - 1) * next->dt_s;
    next->rows += n;
    next->count -= n;
    next->t0_s += (double)n * next->dt_s;
}

/* Gives the resampler more, or the end of the segment. */
static int feed(struct replay *replay)
{
    struct recording_chunk *next = &replay->next;
    if (next->count > 0) {
        push_piece(replay);
        return 0;
    }
    int err = recording_read(replay->recording, next, &replay->error);
    if (err < 0) {
        next->count = 0;
        return err;
    }
    if (next->count == 0 && !replay->any) {
        return error_set(&replay->error, ERR_DATA,
                         "the recording that is replayed has no samples");
    }
    replay->in_gap = next->count > 0 && replay->any &&
                     next->t0_s - replay->last_s > LONG_GAP_S;
    if (next->count == 0 || replay->in_gap) {
        resample_flush(replay->resample);
        return 0;
    }
    push_piece(replay);
    return 0;
}

/* Motion in the long gap: from one end to the other, at rest in between. */
static void bridge(struct replay *replay, double t_s, struct motion *out)
{
    const struct motion *after = &replay->next.rows[0];
    double since_s = t_s - replay->last_s;
    double until_s = replay->next.t0_s - t_s;
    float part = (float)(since_s / (since_s + until_s));
    float dying = (float)fmax(0, 1 - since_s / SETTLE_S);
    float coming = (float)fmax(0, 1 - until_s / SETTLE_S);
    resample_at(replay->resample, replay->last_s, out);
    for (int c = 0; c < 3; c++) {
        out->accel[c] += part * (after->accel[c] - out->accel[c]);
        out->gyro[c] = dying * out->gyro[c] + coming * after->gyro[c];
    }
}

/* Motion at `t_s`, for which more may have to be read. */
static int find(struct replay *replay, double t_s, struct motion *out)
{
    for (;;) {
        if (replay->in_gap && t_s >= replay->next.t0_s) {
            replay->in_gap = false;
            push_piece(replay);
        }
        if (replay->in_gap && t_s > replay->last_s) {
            bridge(replay, t_s, out);
            return 0;
        }
        if (resample_at(replay->resample, t_s, out) == 1) {
            return 0;
        }
        int err = feed(replay);
        if (err < 0) {
            return err;
        }
    }
}

/* Begins anew where the sensor is set to another rate or starts once more. */
static int restart(struct replay *replay, double rate_hz)
{
    resample_free(replay->resample);
    replay->rate_hz = 0;
    replay->any = false;
    replay->in_gap = false;
    replay->next.count = 0;
    replay->resample = resample_new(replay->in_hz, rate_hz);
    if (replay->resample == NULL) {
        return error_set(&replay->error, ERR_NO_MEMORY, "out of memory");
    }
    int err = recording_rewind(replay->recording, &replay->error);
    if (err < 0) {
        return err;
    }
    replay->rate_hz = rate_hz;
    return 0;
}

static void to_point(const struct motion *motion, struct motion_point *out)
{
    for (int c = 0; c < 3; c++) {
        out->accel_g[c] = (double)motion->accel[c];
        out->gyro_dps[c] = (double)motion->gyro[c];
    }
    out->temperature_c = isnan(motion->temperature)
                             ? ROOM_TEMPERATURE_C
                             : (double)motion->temperature;
}

static int replay_at(void *ctx, double t_s, double rate_hz,
                     struct motion_point *out)
{
    struct replay *replay = ctx;
    struct motion motion;
    if (rate_hz != replay->rate_hz || t_s < replay->asked_s) {
        if (restart(replay, rate_hz) < 0) {
            return -1;
        }
    }
    replay->asked_s = t_s;
    if (find(replay, t_s, &motion) < 0) {
        return -1;
    }
    to_point(&motion, out);
    return 0;
}

/* What makes a file no motion for a wrist. */
static int check(const struct replay *replay, const char *path,
                 struct error *error)
{
    if (!recording_info(replay->recording)->has_accel) {
        return error_set(error, ERR_DATA,
                         "cannot replay '%s': it has no accelerometer", path);
    }
    if (recording_rows(replay->recording) == 0) {
        return error_set(error, ERR_DATA,
                         "cannot replay '%s': it has no samples", path);
    }
    if (!(replay->in_hz >= 1 && replay->in_hz <= 10000)) {
        return error_set(error, ERR_DATA,
                         "cannot replay '%s': its rate of %g Hz is not from 1 "
                         "to 10000",
                         path, replay->in_hz);
    }
    return 0;
}

int replay_open(const char *path, struct motion_source *out,
                struct error *error)
{
    struct replay *replay = calloc(1, sizeof(*replay));
    if (replay == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = recording_open(path, NULL, &replay->recording, error);
    if (err < 0) {
        free(replay);
        return err;
    }
    const struct recording_info *info = recording_info(replay->recording);
    replay->in_hz = info->rate_measured_hz > 0 ? info->rate_measured_hz
                                               : info->rate_nominal_hz;
    err = check(replay, path, error);
    if (err < 0) {
        replay_release(replay);
        return err;
    }
    *out = (struct motion_source){
        .ctx = replay,
        .duration_s = recording_duration_s(replay->recording),
        .at = replay_at,
        .release = replay_release,
    };
    return 0;
}

const struct error *replay_error(const struct motion_source *source)
{
    const struct replay *replay = source->ctx;
    return &replay->error;
}
