/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_recording MOTION HOURS AWAKE OUT.h5: a long recording for benchmarks,
 * 100 Hz, six axes. In the first AWAKE hours of each 24 it is real motion, over
 * and over; then it lies still, with the noise of an LSM6DSOX (data sheet: 70
 * ug/sqrt(Hz), 3.8 mdps/sqrt(Hz)).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "acquire/recording.h"
#include "acquire/resample.h"

enum { RATE_HZ = 100, ROWS_MAX = 1 << 16, BLOCK = 100 };
static const double ACCEL_G_PER_LSB = 0.000244; /* range 8 g */
static const double GYRO_DPS_PER_LSB = 0.035;   /* range 1000 deg/s */
static const double ACCEL_NOISE_G = 0.0005;     /* below 50 Hz */
static const double GYRO_NOISE_DPS = 0.027;
static const double GRAVITY = 9.80665;
static const double RAD = 0.017453292519943295;

static int16_t rows[ROWS_MAX][6];
static int16_t still[ROWS_MAX][6];

static size_t store(const struct motion *motion, size_t n, size_t at)
{
    for (size_t i = 0; i < n && at < ROWS_MAX; i++, at++) {
        for (int axis = 0; axis < 3; axis++) {
            double a = (double)motion[i].accel[axis] / ACCEL_G_PER_LSB;
            double w = (double)motion[i].gyro[axis] / GYRO_DPS_PER_LSB;
            rows[at][axis] = (int16_t)lround(fmax(-32767, fmin(32767, a)));
            rows[at][3 + axis] = (int16_t)lround(fmax(-32767, fmin(32767, w)));
        }
    }
    return at;
}

static size_t load(const char *path, struct error *error)
{
    static struct motion pulled[1024];
    struct recording *recording;
    struct recording_chunk chunk;
    size_t count = 0;
    size_t n;
    double t0_s;
    if (recording_open(path, NULL, &recording, error) < 0) {
        return 0;
    }
    struct resample *resample =
        resample_new(recording_info(recording)->rate_measured_hz, RATE_HZ);
    while (resample != NULL && recording_read(recording, &chunk, error) == 0 &&
           chunk.count > 0) {
        resample_push(resample, chunk.rows, chunk.count, chunk.t0_s,
                      chunk.dt_s);
        while ((n = resample_pull(resample, pulled, 1024, &t0_s)) > 0) {
            count = store(pulled, n, count);
        }
    }
    resample_free(resample);
    recording_close(recording);
    return count;
}

/* Near enough to a normal deviate: variance 1. */
static double noise(void)
{
    static uint32_t random = 1;
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        random = random * 1664525 + 1013904223;
        sum += random / 4294967296.0;
    }
    return sum;
}

static void lie_still(void)
{
    for (size_t i = 0; i < ROWS_MAX; i++) {
        for (int axis = 0; axis < 3; axis++) {
            double a = (axis == 2) + ACCEL_NOISE_G * noise();
            double w = GYRO_NOISE_DPS * noise();
            still[i][axis] = (int16_t)lround(a / ACCEL_G_PER_LSB);
            still[i][3 + axis] = (int16_t)lround(w / GYRO_DPS_PER_LSB);
        }
    }
}

struct plan {
    size_t count; /* rows of motion */
    double hours;
    double awake_h; /* of each 24 */
};

static int append_all(struct recording_writer *writer, const struct plan *plan,
                      struct error *error)
{
    uint64_t total = (uint64_t)(plan->hours * 3600 * RATE_HZ);
    for (uint64_t done = 0; done + BLOCK <= total; done += BLOCK) {
        bool awake = fmod((double)done / (3600 * RATE_HZ), 24) < plan->awake_h;
        size_t count = awake ? plan->count : ROWS_MAX;
        struct recording_block block = {
            .device_ns = (int64_t)(done * (1000000000 / RATE_HZ))};
        size_t from = (size_t)(done % (count / BLOCK * BLOCK));
        const int16_t(*block_rows)[6] =
            (const int16_t(*)[6])(awake ? &rows[from] : &still[from]);
        int err =
            recording_append(writer, block, block_rows, BLOCK, 25.0F, error);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

static int write_recording(const char *path, const struct plan *plan,
                           struct error *error)
{
    struct recording_info info = {
        .uuid = "00000000-0000-4000-8000-000000000000",
        .created_utc = "2026-01-01T00:00:00.000Z",
        .software = "bench",
        .serial = "BENCH",
        .model = "none",
        .placement = PLACEMENT_LEFT_WRIST,
        .has_accel = true,
        .has_gyro = true,
        .accel_range_g = 8,
        .gyro_range_dps = 1000,
        .accel_scale = ACCEL_G_PER_LSB * GRAVITY,
        .gyro_scale = GYRO_DPS_PER_LSB * RAD,
        .rate_nominal_hz = RATE_HZ,
        .rate_measured_hz = RATE_HZ,
        .state = "complete",
    };
    struct recording_writer *writer;
    int err = recording_create(path, &info, &writer, error);
    if (err < 0) {
        return err;
    }
    err = append_all(writer, plan, error);
    if (err < 0) {
        recording_abort(writer);
        return err;
    }
    return recording_commit(writer, error);
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct plan plan = {0};
    if (argc == 5) {
        plan.hours = strtod(argv[2], NULL);
        plan.awake_h = strtod(argv[3], NULL);
    }
    if (!(plan.hours > 0)) {
        fputs("Usage: bench_recording MOTION HOURS AWAKE OUT.h5\n", stderr);
        return error_exit_status(ERR_USAGE);
    }
    plan.count = load(argv[1], &error);
    lie_still();
    if (plan.count < BLOCK || write_recording(argv[4], &plan, &error) < 0) {
        fprintf(stderr, "bench_recording: %s\n", error.text);
        return 1;
    }
    return 0;
}
