/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recordings below a folder, in the order of their names.
 *
 * Ownership: the list is the caller's; folder_free frees what is in it.
 * Threads: one at a time. Errors: negative enum error_code with a sentence.
 */
#ifndef ANALYSIS_FOLDER_H
#define ANALYSIS_FOLDER_H

#include <stddef.h>

#include "acquire/error.h"

struct folder_file {
    char *path;
    const char *name; /* within `path`: relative to the folder */
    int number;       /* errno where it is there but cannot be read, else 0 */
};

struct folder {
    struct folder_file *file;
    size_t count;
};

/* Finds all recordings (.h5, .csv) below `in`. The folder `out`, where results
 * go, is passed over if it is there (NULL: none), and so are the tables of
 * batches. ERR_NO_INPUT if there is no recording, ERR_USAGE if `out` is `in`.
 */
int folder_find(struct folder *folder, const char *in, const char *out,
                struct error *error);
void folder_free(struct folder *folder);

#endif
