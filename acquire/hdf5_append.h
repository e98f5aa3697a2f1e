/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the recording: a dataset of a new file that grows row by row and
 * is stored chunk by chunk.
 *
 * Errors: -1 where HDF5 failed or memory is short; hdf5_failed tells of HDF5.
 */
#ifndef ACQUIRE_HDF5_APPEND_H
#define ACQUIRE_HDF5_APPEND_H

#include "acquire/hdf5_layout.h"

struct appender {
    hid_t dataset; /* -1: this recording has none; closed by the owner */
    hid_t type;    /* in memory */
    enum hdf5_set set;
    size_t held; /* rows in `rows` */
    uint64_t stored;
    uint32_t crc;        /* of what is stored, if it is samples */
    unsigned char *rows; /* one chunk of them */
};

/* Creates the dataset in `home`. */
int appender_open(struct appender *a, enum hdf5_set set, hid_t home);

int appender_add(struct appender *a, const void *row);

/* Stores what is held and says how many rows count. */
int appender_finish(struct appender *a);

/* Frees all but the dataset, whose closing must be looked at. */
void appender_free(struct appender *a);

#endif
