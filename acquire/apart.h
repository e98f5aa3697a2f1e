/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Apart: a piece of work that writes a recording is done in a process of its
 * own. HDF5 1.10 uses memory that it did not get, or ends its process; so that
 * this costs an error message and nothing else, it happens to a child. The
 * child ends with its parent, and heeds no signal that is meant for that.
 *
 * Threads: one at a time; what other threads of the process hold locked, the
 * work must not need. Errors: those of the work; ERR_IO where it crashed,
 * ERR_STOPPED where it was cancelled: then no temporary file of it is left.
 */
#ifndef ACQUIRE_APART_H
#define ACQUIRE_APART_H

#include <stdbool.h>
#include <stddef.h>

#include "acquire/error.h"

struct apart {
    const char *path; /* of what it writes (output.h) */
    /* Fills `result`; whatever else it changes is lost. */
    int (*work)(const void *context, void *result, struct error *error);
    const void *context;
    size_t result_size;
    /* May be NULL; asked now and then: once it returns true, the work is
     * ended. */
    bool (*cancelled)(void);
};

/* Does it, and copies what came of it to `result`. */
int apart_run(const struct apart *apart, void *result, struct error *error);

#endif
