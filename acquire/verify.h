/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a recording is what its writer left: every sample is read and
 * compared with the checksum, and the tables are held against each other. A
 * table that cannot be used is a fault like any other, and what remains is
 * checked.
 */
#ifndef ACQUIRE_VERIFY_H
#define ACQUIRE_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"

struct verify_report {
    uint64_t rows;
    uint64_t blocks;
    size_t gaps;
    uint64_t lost_samples;
    uint64_t lost_at_end; /* of them: behind the last row */
    uint64_t probes;
    size_t events;
    size_t faults;
};

/* Takes one sentence about what is wrong; `text` is borrowed for the call. */
struct verify_listener {
    void (*fault)(void *self, const char *text);
    void *self;
};

/* Checks sensor 0, 1, ... of those that recording_list tells, and the events
 * of all. Returns 0 with the number of faults in report->faults, or the error
 * that kept the file from being opened. ERR_DATA where it is no HDF5 recording.
 */
int verify_file(const char *path, size_t sensor,
                struct verify_listener listener, struct verify_report *report,
                struct error *error);

#endif
