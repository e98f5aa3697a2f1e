/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the recording: an HDF5 file as a source. hdf5_source.c opens it:
 * what hdf5_reader.h hands over is held against each other there;
 * recording_hdf5.c makes rows and blocks of it.
 *
 * Errors: of a table that cannot be used, unless somebody listens
 * (source_listener).
 */
#ifndef ACQUIRE_HDF5_SOURCE_H
#define ACQUIRE_HDF5_SOURCE_H

#include "acquire/recording_source.h"

enum {
    WINDOW_ROWS = 131072, /* read at once; several chunks of the file */
    WINDOW_BLOCKS = 4096,
};

/* Rows [first, first + n) of the samples; of a sensor that is not there,
 * zeros. */
struct window {
    uint64_t first;
    size_t n;
    const int16_t *axes[2]; /* of accelerometer and gyroscope, three a row */
};

struct hdf5_source {
    const char *path; /* while opening */
    struct hdf5_reader *reader;
    const struct hdf5_contents *contents; /* the reader's */
    int64_t rows[HDF5_SETS];              /* below 0: not to be used */
    struct source_facts *facts;           /* while opening */
    struct source_listener listener;      /* likewise */
    float accel_g;                        /* per LSB */
    float gyro_dps;
    uint64_t row; /* next for rows() */
    struct window window;
    int16_t *zeros;
    uint64_t block; /* next for block() */
    uint64_t blocks_first;
    size_t blocks_held;
    const struct recording_block *blocks;
    const float *temperatures; /* NULL: not measured */
};

/* Whether a set can be used, and how many rows it has then, else 0. */
bool hdf5_source_has(const struct hdf5_source *source, enum hdf5_set set);
uint64_t hdf5_source_rows(const struct hdf5_source *source, enum hdf5_set set);

/* Opens `source`, of which path, facts and listener are set. What a failed open
 * has left is closed by the caller. */
int hdf5_source_open(struct hdf5_source *source,
                     const struct hdf5_limits *limits, size_t sensor,
                     struct error *error);

#endif
