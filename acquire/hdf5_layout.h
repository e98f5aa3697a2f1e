/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the recording: names, types and attributes of a recording's HDF5
 * file (format version 1; the layout is drawn in the README), used by writing
 * and reading alike, and HDF5's own errors as one sentence.
 *
 * Strings are fixed-length UTF-8, padded with NUL. A table is a compound
 * dataset. How many rows of a dataset count is its attribute `rows`; what the
 * extent has beyond is not there. `accelerometer` and `gyroscope` have an
 * attribute `crc32c`, the CRC-32C of their rows as little-endian int16.
 *
 * Threads: none; HDF5 is not thread-safe here.
 */
#ifndef ACQUIRE_HDF5_LAYOUT_H
#define ACQUIRE_HDF5_LAYOUT_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/recording.h"

/* To be called before any other use of HDF5: it prints nothing then, and does
 * nothing at exit. */
void hdf5_begin(void);

/* HDF5 ends the program where it finds no memory for its own notes. What a file
 * with so many sensors takes is therefore asked for beforehand, once for each
 * that is added: ERR_NO_MEMORY where it is not to be had. */
int hdf5_find_room(size_t sensors, struct error *error);

/* Notes what HDF5 says of its last failure, innermost first: "cannot WHAT
 * 'PATH': REASON", with the code of the system's error where there was one,
 * else `code`. Returns that code. */
int hdf5_failed(struct error *error, int code, const char *what,
                const char *path);

/* Notes what is wrong with a file, and where: ERR_DAMAGED. */
int hdf5_damaged(struct error *error, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Closes any object where there is nothing more to learn from it; legal for a
 * negative one. HDF5 forgets its last failure with each call: this keeps it. */
void hdf5_release(hid_t object);

/* The strings and numbers of struct recording_info and where they stand. */
enum hdf5_home { HDF5_ROOT, HDF5_SENSOR, HDF5_ACCEL, HDF5_GYRO };

struct hdf5_field {
    enum hdf5_home home;
    const char *name;
    size_t offset; /* in struct recording_info */
    size_t size;   /* of a string with its NUL; 0: a double */
};
extern const struct hdf5_field hdf5_fields[];
extern const size_t hdf5_field_count;

/* Data sets of a sensor, in the order of their table. */
enum hdf5_set {
    HDF5_SET_ACCEL,
    HDF5_SET_GYRO,
    HDF5_SET_TEMPERATURE, /* float32, one a block [C] */
    HDF5_SET_BLOCKS,
    HDF5_SET_GAPS,
    HDF5_SET_CLOCK,
    HDF5_SET_EVENTS, /* stands at the root */
    HDF5_SETS
};

struct hdf5_set_layout {
    const char *name;
    size_t row_size;  /* in memory */
    hsize_t columns;  /* 0: one dimension */
    hsize_t chunk;    /* rows */
    size_t most_rows; /* that are believed on reading; 0: no limit */
};
extern const struct hdf5_set_layout hdf5_sets[HDF5_SETS];

/* Type of a set's elements in memory or in the file; the caller closes it.
 * Negative on failure. */
hid_t hdf5_set_type(enum hdf5_set set, bool in_memory);

/* Attributes. Return 0, or -1 where HDF5 failed or, on reading, the attribute
 * is missing or of another type (a number may be any integer or float). */
int hdf5_put_text(hid_t object, const char *name, const char *text);
int hdf5_put_double(hid_t object, const char *name, double value);
int hdf5_put_u64(hid_t object, const char *name, uint64_t value);
int hdf5_get_text(hid_t object, const char *name, char *out, size_t size);
int hdf5_get_double(hid_t object, const char *name, double *out);
int hdf5_get_u64(hid_t object, const char *name, uint64_t *out);

/* Ends text of `size` bytes that was read, and puts question marks for what a
 * terminal would obey: control characters but for newline and tab. */
void hdf5_clean_text(char *text, size_t size);

/* CRC-32C of `n` values as little-endian int16. */
uint32_t hdf5_crc(uint32_t crc, const int16_t *values, size_t n);

/* The same of the accelerometer's and the gyroscope's halves of `n` rows. */
void hdf5_crc_rows(uint32_t crc[2], int16_t (*rows)[6], size_t n);

#endif
