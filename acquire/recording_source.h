/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to recording.c: what a recording is read from. recording_source.c
 * looks what kind of file it is, and recording_hdf5.c or recording_csv.c opens
 * it; recording.c makes time and chunks of its rows and blocks.
 */
#ifndef ACQUIRE_RECORDING_SOURCE_H
#define ACQUIRE_RECORDING_SOURCE_H

#include "acquire/clock_probes.h"
#include "acquire/hdf5_reader.h"
#include "acquire/import.h"
#include "acquire/recording.h"

/* What open has found; arrays are the source's, until close. */
struct source_facts {
    struct recording_sensors sensors; /* that the file holds */
    struct recording_info info;       /* of the one that is open */
    uint64_t rows;
    double last_ns;   /* device time of the last row */
    bool exact_times; /* blocks' times are to be followed, not smoothed */
    bool no_blocks;   /* their table cannot be read (source_listener) */
    bool no_gaps;     /* likewise */
    bool has_crc[2];  /* accelerometer, gyroscope: the file has a checksum */
    uint32_t crc[2];
    struct recording_gap *gaps;
    size_t gap_count;
    struct clock_probes probes;
    struct recording_event *events;
    size_t event_count;
};

/* Rows are taken in order by `rows`, blocks in order by `block` (1, or 0 at
 * the end); blocks run ahead of rows by 2.5 groups of a timeline at most. */
struct source_operations {
    int (*block)(void *self, struct recording_block *block, float *temperature,
                 struct error *error);
    int (*rows)(void *self, struct motion *out, size_t n,
                struct recording_chunk *clipped, struct error *error);
    int (*raw)(void *self, uint64_t first, size_t n, int16_t (*out)[6],
               struct error *error); /* NULL: no int16 there */
    int (*rewind)(void *self, struct error *error);
    void (*close)(void *self);
};

/* Takes one sentence about a table that cannot be used: opening goes on without
 * it. `text` is borrowed for the call. */
struct source_listener {
    void (*fault)(void *self, const char *text);
    void *self;
};

struct source {
    struct source_listener listener; /* set by who opens; NULL: whatever cannot
                                      * be used is an error */
    const struct source_operations *operations;
    void *self;
    struct source_facts facts;
};

/* What an open that failed has left in `out` is closed and freed by the caller
 * as if it had not. */
int source_open_hdf5(const char *path, const struct hdf5_limits *limits,
                     size_t sensor, struct source *out, struct error *error);
int source_list_hdf5(const char *path, const struct hdf5_limits *limits,
                     struct recording_sensors *out, struct error *error);
int source_open_csv(const char *path, const struct import_options *options,
                    struct source *out, struct error *error);

/* Looks what kind of file `path` is and opens its sensor 0, 1, ... (of those
 * that facts.sensors lists); for who needs blocks. */
int source_open(const char *path, const struct import_options *options,
                size_t sensor, struct source *out, struct error *error);

/* Which sensors `path` holds; what they recorded is not looked at, so that one
 * that is damaged does not stand in the way of the others. */
int source_list(const char *path, const struct import_options *options,
                struct recording_sensors *out, struct error *error);

/* Closes what is open and frees the arrays; legal after a failed open. */
void source_close(struct source *source);

/* The largest number of rows that one `rows` call is asked for. */
enum { SOURCE_ROWS_MAX = 4096 };

#endif
