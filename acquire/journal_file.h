/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal's file: every system call that the journal makes is in
 * journal_file.c and nowhere else, so that a test can stand in its way.
 *
 * The file is written at its end only. Space is set aside in steps, so that a
 * sync need not change the file's size and a full disk shows early; bytes
 * after the end are zero until they are written (after a power cut, on some
 * file systems, what stood there before). While a file is open it is locked:
 * for writing by one, for reading by many.
 *
 * Ownership: caller's storage; create and open are undone by close.
 * Errors: negative enum error_code with a sentence that names the file.
 */
#ifndef ACQUIRE_JOURNAL_FILE_H
#define ACQUIRE_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"

struct journal_file {
    int fd; /* -1: not open */
    bool writing;
    uint64_t size;      /* [bytes] that were written, or that are there */
    uint64_t allocated; /* [bytes] set aside */
    uint64_t step;      /* [bytes] to set aside next, 0: not possible here */
    char path[4096];
};

/* Makes a file that was not there (ERR_EXISTS) and its name lasting. */
int journal_file_create(struct journal_file *file, const char *path,
                        struct error *error);

/* Sets space aside for `bytes` in all, so that nobody else can take it;
 * ERR_FULL where it is not to be had. A file system that cannot do that at once
 * is no error. */
int journal_file_reserve(struct journal_file *file, uint64_t bytes,
                         struct error *error);

/* Opens for reading; ERR_BUSY while someone writes it. */
int journal_file_open(struct journal_file *file, const char *path,
                      struct error *error);

/* Opens a file of that name to go on writing it behind its first `size` bytes;
 * ERR_BUSY while someone else writes or reads it. */
int journal_file_continue(struct journal_file *file, const char *path,
                          uint64_t size, struct error *error);

/* Writes what a new file begins with, and waits until it is on the disk: only
 * then is space set aside behind it, where older bytes may come to light. */
int journal_file_begin(struct journal_file *file, const void *data, size_t size,
                       struct error *error);

/* Appends all of `data`; on error the file's size is as before, and the next
 * append writes over what may have been written. */
int journal_file_append(struct journal_file *file, const void *data,
                        size_t size, struct error *error);

/* Waits until what was appended is on the disk. Where the name no longer leads
 * there, that is an error (ERR_IO) that says where it is now: a file that was
 * removed, with its folder or without, is saved to a folder above or that for
 * temporary files, and written there from now on. A file that somebody has cut
 * short is an error likewise. */
int journal_file_sync(struct journal_file *file, struct error *error);

/* Reads up to `size` bytes at `offset`; returns how many, fewer only at the
 * file's end. */
int journal_file_read(const struct journal_file *file, uint64_t offset,
                      void *out, size_t size, struct error *error);

/* Closes; a file that was written is first cut to its size and synced, and its
 * name is looked at as by journal_file_sync. The file is closed also on
 * error. */
int journal_file_close(struct journal_file *file, struct error *error);

/* Removes the file of that name, lastingly. */
int journal_file_remove(const char *path, struct error *error);

/* Bytes free on its disk, what is set aside for it included. */
int journal_file_space(const struct journal_file *file, uint64_t *bytes,
                       struct error *error);

#endif
