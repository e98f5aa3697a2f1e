/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the recording: reading an HDF5 file by the HDF5 library, in this
 * process. The file may come from anywhere, so nothing in it is believed before
 * it is looked at: types, ranks, extents, filters, storage; links lead nowhere
 * outside the file. What the numbers in it mean is not looked at.
 *
 * The library itself is not proof against every file (its makers mend overflows
 * that fuzzers find every year): use it through hdf5_reader.h, but for files
 * that this process has just written.
 *
 * Ownership: caller's storage; open is undone by close, also where it failed.
 * Errors: ERR_DAMAGED, ERR_DATA (no recording at all), ERR_PROTOCOL.
 */
#ifndef ACQUIRE_HDF5_FILE_H
#define ACQUIRE_HDF5_FILE_H

#include "acquire/hdf5_chunk.h"
#include "acquire/hdf5_layout.h"

enum {
    HDF5_LIST_ONLY = RECORDING_SENSORS_MAX, /* in the place of a sensor */
    HDF5_ABSENT = -1,                       /* in the place of rows */
    HDF5_UNUSABLE = -2,
};

/* What a file says of itself. Made of what any bytes can stand for, since it
 * may come out of a process that has been taken over. */
struct hdf5_contents {
    size_t sensors; /* that the file holds */
    size_t chosen;  /* that is open; what follows the list is its. Or
                     * HDF5_LIST_ONLY: nothing follows */
    struct {
        char serial[64];
        char placement[32];
    } sensor[RECORDING_SENSORS_MAX]; /* by name */
    struct recording_info info;      /* but for serial, placement and has_... */
    int64_t rows[HDF5_SETS]; /* that count, HDF5_ABSENT or HDF5_UNUSABLE */
    char fault[HDF5_SETS][sizeof(
        ((struct error *)0)->text)]; /* why it cannot be used: a sentence */
    int64_t crc[2];                  /* of accelerometer, gyroscope; -1: none */
};

struct hdf5_file {
    const char *path; /* borrowed until close */
    hid_t file;
    hid_t sensor;
    hid_t dataset[HDF5_SETS]; /* -1: not there */
    hid_t type[HDF5_SETS];    /* in memory */
    size_t chunk[HDF5_SETS];  /* rows, if read as they stand; else 0 */
};

/* Opens sensor 0, 1, ... of the list; with HDF5_LIST_ONLY no sensor is looked
 * at. A set that is not as it should be is no error: contents->rows says so. */
int hdf5_file_open(const char *path, size_t sensor, struct hdf5_file *out,
                   struct hdf5_contents *contents, struct error *error);

/* Reads rows [first, first + n) of a set that is there, as they are in memory
 * (hdf5_sets); `out` has room for HDF5_FILE_SPARE bytes more. */
enum { HDF5_FILE_SPARE = HDF5_CHUNK_CHECKSUM };
int hdf5_file_read(struct hdf5_file *file, enum hdf5_set set, uint64_t first,
                   size_t n, void *out, struct error *error);

void hdf5_file_close(struct hdf5_file *file);

#endif
