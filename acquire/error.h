/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors of the host tool: one list of codes, and one table from code to exit
 * status, here and in carpus(1).
 *
 * A function that can fail returns int: 0 (or a count), or a negative code.
 * Where a person needs to know more than the code, it takes a struct error and
 * leaves there one sentence: what failed, on what, why, and what to do. The
 * caller that gives up prints it; nobody else prints.
 */
#ifndef ACQUIRE_ERROR_H
#define ACQUIRE_ERROR_H

#include <stddef.h>

enum error_code {
    ERR_INTERNAL = -1,  /* a mistake of ours */
    ERR_USAGE = -2,     /* unknown option, value out of range */
    ERR_DATA = -3,      /* not a recording, ragged CSV */
    ERR_NO_INPUT = -4,  /* no such file, is a directory, empty */
    ERR_NO_DEVICE = -5, /* no such device, no USB on this machine */
    ERR_NO_MEMORY = -6,
    ERR_EXISTS = -7,    /* output is there already; nothing is overwritten */
    ERR_CREATE = -8,    /* read-only folder, no such folder */
    ERR_IO = -9,        /* read, write, sync failed */
    ERR_BUSY = -10,     /* the device is in use */
    ERR_PROTOCOL = -11, /* device or file of a version not known here */
    ERR_PERMISSION = -12,
    ERR_FULL = -13,        /* no space left on disk */
    ERR_LOST = -14,        /* recording kept, but samples are missing */
    ERR_STOPPED = -15,     /* Ctrl-C: a journal or part of a batch is left */
    ERR_SOME_FAILED = -16, /* batch: some of the files */
    ERR_DEVICE_LOST = -17, /* device went away; what came is kept */
    ERR_VERIFY = -18,      /* verify found something wrong */
    ERR_DAMAGED = -19,     /* a recording, but not as it was written */
    ERR_UNFIT = -20,       /* doctor: this computer is not ready to record */
};

enum { ERROR_TEXT = 480 };

struct error {
    int code;              /* 0 or enum error_code */
    char text[ERROR_TEXT]; /* one sentence, NUL-terminated, "" if code is 0 */
};

/* Notes `code` and the formatted sentence in `error` (may be NULL) and returns
 * `code`, so that it can stand in a return statement. */
int error_set(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set for a failed system call: picks the code from `number` (an
 * errno: ENOENT, EACCES, ENOSPC, EROFS, EEXIST, EISDIR, ...) and appends its
 * text and, where there is something to do about it, what. `what` is a clause
 * such as "cannot open 'x.csv'". */
int error_from_errno(struct error *error, int number, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

/* Exit status of a code (sysexits.h and, from 80 up, our own); 0 for >= 0. */
int error_exit_status(int code);

/* All statuses but 0 and what they mean: "64 wrong usage; 65 ..." into `out`,
 * as much as fits. */
void error_statuses(char *out, size_t size);

/* A few words for a code, for logs and batch tables. */
const char *error_name(int code);

#endif
