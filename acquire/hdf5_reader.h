/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the recording: reads an HDF5 file, which may come from anywhere,
 * in a process of its own (hdf5_file.h, confine.h), so that a file on which the
 * HDF5 library crashes, hangs, or does worse costs an error message. The
 * process has the file, a socket to its parent and a stretch of shared memory,
 * into which it reads rows; it ends when the reader is closed or its parent is
 * gone, and signals from the terminal are none of its business.
 *
 * What comes out of it is to be judged like any file's content: no number has
 * been compared with another.
 *
 * Ownership: open gives an object that close frees; `path` is copied.
 * Threads: one at a time. A fork copies the caller's alone; the thread that
 * opens must outlive the reader (Linux tells a child of its parent thread's
 * end).
 * Errors: as hdf5_file.h; ERR_DAMAGED also where the process came to its end.
 */
#ifndef ACQUIRE_HDF5_READER_H
#define ACQUIRE_HDF5_READER_H

#include "acquire/hdf5_file.h"

/* What reading may cost. */
struct hdf5_limits {
    bool here;          /* in this process: a file that it has written */
    size_t memory;      /* [bytes] beside what the program has */
    double processor_s; /* of one request */
    double silence_s;   /* without an answer */
};

/* For a file that was handed over; for one of our own. */
extern const struct hdf5_limits hdf5_limits_any;
extern const struct hdf5_limits hdf5_limits_own;

struct hdf5_reader;

/* Opens sensor 0, 1, ... of the file, or HDF5_LIST_ONLY. *contents is borrowed
 * until close; its text ends with NUL. */
int hdf5_reader_open(const char *path, const struct hdf5_limits *limits,
                     size_t sensor, struct hdf5_reader **out,
                     const struct hdf5_contents **contents,
                     struct error *error);

/* The most rows of a set that can be read at once. */
size_t hdf5_reader_most(enum hdf5_set set);

/* Reads rows [first, first + n) of a set that is there. *rows, aligned for its
 * type, is borrowed until the next read of that set. */
int hdf5_reader_read(struct hdf5_reader *reader, enum hdf5_set set,
                     uint64_t first, size_t n, const void **rows,
                     struct error *error);

/* NULL is legal. */
void hdf5_reader_close(struct hdf5_reader *reader);

#endif
