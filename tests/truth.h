/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of the whole way: what the simulated sensor put into its FIFO
 * (--simulate samples=FILE), and whether a recording says the same.
 */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/recording.h"
#include "firmware/core/bytes.h"

struct truth {
    int16_t (*samples)[6];
    uint64_t count;
};

static inline bool truth_load(struct truth *truth, const char *path)
{
    uint8_t bytes[12];
    size_t room = 0;
    memset(truth, 0, sizeof(*truth));
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    while (fread(bytes, sizeof(bytes), 1, file) == 1) {
        if (truth->count == room) {
            room = room > 0 ? 2 * room : 4096;
            int16_t(*samples)[6] =
                realloc(truth->samples, room * sizeof(*samples));
            if (samples == NULL) {
                break;
            }
            truth->samples = samples;
        }
        for (size_t axis = 0; axis < 6; axis++) {
            truth->samples[truth->count][axis] = get_i16(bytes + 2 * axis);
        }
        truth->count++;
    }
    fclose(file);
    return truth->count > 0;
}

static inline void truth_free(struct truth *truth)
{
    free(truth->samples);
    truth->samples = NULL;
}

/* Compares rows with the truth from `at` on; returns how many are equal. */
static inline uint64_t truth_equal(struct recording *recording, uint64_t row,
                                   uint64_t rows, const struct truth *truth,
                                   uint64_t at)
{
    static int16_t samples[1024][6];
    uint64_t equal = 0;
    while (equal < rows) {
        uint64_t left = rows - equal;
        size_t n = left < 1024 ? (size_t)left : 1024;
        if (recording_read_raw(recording, row + equal, n, samples, NULL) < 0) {
            return equal;
        }
        for (size_t i = 0; i < n; i++, equal++) {
            if (at + equal >= truth->count ||
                memcmp(samples[i], truth->samples[at + equal],
                       sizeof(samples[i])) != 0) {
                return equal;
            }
        }
    }
    return equal;
}

/* Where in the truth row 0 is: a driver leaves out the first few samples, which
 * come while the sensor's filters settle. UINT64_MAX if nowhere. */
static inline uint64_t truth_begin(struct recording *recording,
                                   const struct truth *truth)
{
    enum { SETTLING_MAX = 64, ENOUGH = 4 };
    for (uint64_t at = 0; at < SETTLING_MAX; at++) {
        if (truth_equal(recording, 0, ENOUGH, truth, at) == ENOUGH) {
            return at;
        }
    }
    return UINT64_MAX;
}

/* True if every row is what the sensor took at its place, gaps counted. Else
 * says in `why` (128 bytes) what differs. */
static inline bool truth_holds(struct recording *recording,
                               const struct truth *truth, char *why)
{
    size_t gap_count;
    const struct recording_gap *gaps = recording_gaps(recording, &gap_count);
    uint64_t rows = recording_rows(recording);
    uint64_t at = truth_begin(recording, truth);
    uint64_t row = 0;
    if (at == UINT64_MAX) {
        snprintf(why, 128, "the first rows are nowhere in the truth");
        return false;
    }
    for (size_t i = 0; i <= gap_count; i++) {
        uint64_t end = i < gap_count ? gaps[i].at_sample : rows;
        uint64_t equal = truth_equal(recording, row, end - row, truth, at);
        if (equal != end - row) {
            snprintf(why, 128, "row %llu of %llu differs, after %zu gaps",
                     (unsigned long long)(row + equal),
                     (unsigned long long)rows, i);
            return false;
        }
        at += end - row + (i < gap_count ? gaps[i].lost_samples : 0);
        row = end;
    }
    return true;
}

#endif
