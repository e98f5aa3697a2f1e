/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recordings made to order for tests, each in a folder of its own that goes
 * with the test.
 */
#ifndef TESTS_RECORDING_MAKER_H
#define TESTS_RECORDING_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/recording.h"

struct folder {
    char path[64];
    char file[128]; /* "recording.h5" in it */
};

static inline int folder_new(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    assert_non_null(folder);
    strcpy(folder->path, "/tmp/carpus-test-XXXXXX");
    if (mkdtemp(folder->path) == NULL) {
        free(folder);
        return -1;
    }
    snprintf(folder->file, sizeof(folder->file), "%s/recording.h5",
             folder->path);
    *state = folder;
    return 0;
}

static inline int is_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static inline size_t folder_count(const char *path)
{
    struct dirent **names;
    int count = scandir(path, &names, is_name, alphasort);
    assert_true(count >= 0);
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
    return (size_t)count;
}

static inline int folder_free(void **state)
{
    struct folder *folder = *state;
    struct dirent **names;
    int count = scandir(folder->path, &names, is_name, alphasort);
    for (int i = 0; i < count; i++) {
        char path[384];
        snprintf(path, sizeof(path), "%s/%s", folder->path, names[i]->d_name);
        unlink(path);
        free(names[i]);
    }
    free(names);
    int failed = rmdir(folder->path);
    free(folder);
    return failed;
}

/* From 0 to below 1, the same each time a test runs. */
static inline double made_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed / 4294967296.0;
}

/* What a sensor "measured" at row `row`: different in every row and axis. */
static inline void made_sample(uint64_t row, int16_t out[6])
{
    for (uint64_t k = 0; k < 6; k++) {
        out[k] = (int16_t)(((row * 6 + k) * 2654435761U) >> 7);
    }
}

struct made {
    uint64_t rows;
    size_t block;       /* rows of one */
    double rate_hz;     /* true, on the host's clock */
    double clock_ppm;   /* device clock fast by */
    double jitter_us;   /* of a block's time, +- */
    uint64_t gap_every; /* rows; 0: no gaps */
    uint64_t lost;      /* samples of each */
    bool no_accel;
    bool no_gyro;
};

static inline struct recording_info made_info(const struct made *made)
{
    struct recording_info info = {
        .uuid = "01234567-89ab-4cde-8f01-23456789abcd",
        .created_utc = "2026-11-21T08:15:02.123Z",
        .software = "carpus test",
        .participant = "P07",
        .label = "morning, \xc3\xa9tude 1",
        .notes = "none",
        .serial = "E66118C4",
        .model = "Nano RP2040 Connect",
        .firmware = "0.1.0",
        .placement = PLACEMENT_RIGHT_WRIST,
        .has_accel = !made->no_accel,
        .has_gyro = !made->no_gyro,
        .accel_range_g = 8,
        .gyro_range_dps = 2000,
        .accel_scale = 0.244e-3 * 9.80665,
        .gyro_scale = 0.07 / 57.29577951308232,
        .rate_nominal_hz = 104,
        .calibration = "none",
        .state = "complete",
    };
    return info;
}

/* Session time of a row, from the truth. */
static inline double made_time_s(const struct made *made, uint64_t row)
{
    uint64_t gaps = made->gap_every > 0 ? row / made->gap_every : 0;
    return (double)(row + gaps * made->lost) / made->rate_hz;
}

static inline int64_t made_device_ns(const struct made *made, double host_s)
{
    return 3000000000 + llround(host_s * 1e9 * (1 + made->clock_ppm * 1e-6));
}

static inline void made_gap(struct recording_writer *writer,
                            const struct made *made, uint64_t row)
{
    struct recording_gap gap = {
        .lost_samples = made->lost,
        .start_ns = made_device_ns(made, made_time_s(made, row - 1)),
        .end_ns = made_device_ns(made, made_time_s(made, row)),
        .cause = GAP_FIFO | GAP_USB,
    };
    assert_int_equal(recording_append_gap(writer, gap, NULL), 0);
}

/* Appends all rows, a gap where one is due, and a clock probe a second.
 * Returns 0 or the first error. */
static inline int made_append(struct recording_writer *writer,
                              const struct made *made, struct error *error)
{
    int16_t(*samples)[6] = calloc(made->block, sizeof(*samples));
    double next_probe_s = 0;
    uint32_t seed = 3;
    int err = 0;
    for (uint64_t row = 0; row < made->rows && err == 0;) {
        uint64_t to_gap = made->gap_every > 0
                              ? made->gap_every - row % made->gap_every
                              : made->rows;
        uint64_t n = made->block;
        n = n < to_gap ? n : to_gap;
        n = n < made->rows - row ? n : made->rows - row;
        if (row > 0 && made->gap_every > 0 && row % made->gap_every == 0) {
            made_gap(writer, made, row);
        }
        for (uint64_t i = 0; i < n; i++) {
            made_sample(row + i, samples[i]);
        }
        double s = made_time_s(made, row);
        double jitter = made->jitter_us * (2 * made_random(&seed) - 1) * 1e-6;
        struct recording_block block = {.device_ns =
                                            made_device_ns(made, s + jitter)};
        err = recording_append(writer, block, (const int16_t(*)[6])samples,
                               (size_t)n, 31.5F, error);
        for (; next_probe_s <= s; next_probe_s++) {
            struct recording_clock probe = {
                .device_ns = made_device_ns(made, next_probe_s),
                .host_monotonic_ns = 9000000000 + llround(next_probe_s * 1e9),
                .host_utc_ns =
                    1700000000000000000 + llround(next_probe_s * 1e9),
                .round_trip_ns = 90000 + (int64_t)(made_random(&seed) * 60000),
            };
            assert_int_equal(recording_append_clock(writer, &probe, NULL), 0);
        }
        row += n;
    }
    free(samples);
    return err;
}

static inline void made_write(const char *path, const struct made *made)
{
    struct recording_info info = made_info(made);
    struct recording_writer *writer;
    struct error error = {0};
    if (recording_create(path, &info, &writer, &error) < 0) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(made_append(writer, made, NULL), 0);
    struct recording_event event = {1000000000, 2500000000, "tap", "key"};
    assert_int_equal(recording_append_event(writer, &event, NULL), 0);
    if (recording_commit(writer, &error) < 0) {
        fail_msg("%s", error.text);
    }
}

static inline struct recording *opened(const char *path)
{
    struct recording *recording = NULL;
    struct error error = {0};
    if (recording_open(path, NULL, &recording, &error) < 0) {
        fail_msg("%s", error.text);
    }
    return recording;
}

/* Opens and reads all there is; returns the first error. */
static inline int read_all(const char *path, struct error *error)
{
    struct recording *recording = NULL;
    int err = recording_open(path, NULL, &recording, error);
    if (err < 0) {
        return err;
    }
    struct recording_chunk chunk;
    while ((err = recording_read(recording, &chunk, error)) == 0 &&
           chunk.count > 0) {
    }
    recording_close(recording);
    return err;
}

#endif
