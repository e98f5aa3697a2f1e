/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Output files that appear whole or not at all: written beside their name
 * under a temporary one, synced, then given their name; an existing file is
 * never replaced, unless the caller made it and says so. Used for everything
 * the program writes by name except the journal (which must be there from the
 * first second) and HDF5 (which does the same inside recording.c with these two
 * last steps).
 */
#ifndef ACQUIRE_OUTPUT_H
#define ACQUIRE_OUTPUT_H

#include <dirent.h>
#include <stdio.h>
#include <sys/types.h>

#include "acquire/error.h"

struct output {
    FILE *file;   /* write here */
    int replaces; /* a file of that name may be replaced */
    char path[4096];
    char temporary[4096 + 32];
};

/* Opens; ERR_EXISTS if `path` is there, ERR_CREATE if the folder is missing or
 * read-only. "-" is standard output. */
int output_open(struct output *output, const char *path, struct error *error);

/* As output_open, but a file that is there is replaced, at once and as a whole,
 * by output_commit: for what the program keeps up to date itself. */
int output_open_replace(struct output *output, const char *path,
                        struct error *error);

/* Flushes, syncs, names. On error nothing is left. */
int output_commit(struct output *output, struct error *error);
void output_abort(struct output *output);

/* The folder that `path` is in; NULL and errno. */
DIR *output_folder(const char *path);

/* Removes what the process `pid`, which ended before its work was done, left of
 * the output `path` in its folder. Takes no memory. */
void output_clear(DIR *folder, const char *path, pid_t pid);

/* All of it in one: a file of `size` bytes. */
int output_bytes(const char *path, const void *data, size_t size,
                 struct error *error);

/* As the last step of output_commit for a file that is complete and closed:
 * syncs `temporary`, gives it the name `path` if that is still free, syncs the
 * folder. */
int output_publish(const char *temporary, const char *path,
                   struct error *error);

/* As error_from_errno for a file that cannot be made: where the missing thing
 * is the folder, "no such file" would mislead. */
int output_cannot_create(struct error *error, const char *path, int number);

/* Syncs the folder that `path` is in, so that a name made or removed there
 * lasts. */
int output_sync_folder(const char *path, struct error *error);

#endif
