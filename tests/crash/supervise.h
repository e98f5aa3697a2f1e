/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Supervise: runs a program and stands between it and the system: each system
 * call that concerns a file in one folder is shown to a hook before it is
 * made, and the hook says what becomes of it. By seccomp's user notification,
 * so that no call escapes, whichever library makes it, in whichever thread or
 * child, and the program is the one that is shipped.
 *
 * Linux 5.9 or later. Threads: one at a time.
 */
#ifndef TESTS_CRASH_SUPERVISE_H
#define TESTS_CRASH_SUPERVISE_H

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum call_kind {
    CALL_OPEN,
    CALL_READ,
    CALL_WRITE,
    CALL_SYNC,  /* fsync, fdatasync */
    CALL_SPACE, /* ftruncate, fallocate */
    CALL_NAME,  /* rename, link, unlink, in all their forms */
    CALL_CLOSE,
    CALL_MAP, /* mmap: all of them, once the folder has been used */
    CALL_KINDS
};

const char *call_kind_name(enum call_kind kind);

struct call {
    enum call_kind kind;
    int number; /* SYS_... */
    pid_t pid;
    int fd;          /* -1: named by path */
    char path[512];  /* within the folder; "." is the folder itself */
    char other[512]; /* the second name of rename and link */
    uint64_t inode;  /* of fd */
    uint64_t offset; /* of write and fallocate; new size of ftruncate */
    size_t size;     /* of write and fallocate */
    int flags;       /* of open; mode of fallocate */
    uint64_t memory; /* where the data of a write is, for call_data */
};

/* Reads the data that a write is about to write. */
bool call_data(const struct call *call, void *out);

enum answer {
    ANSWER_GO_ON = 0,
    ANSWER_SHORT = -1, /* half of a write or read is done, and it says so */
    /* above 0: it fails with this errno; a file is closed even so */
};

struct supervise {
    char *const *argv;  /* argv[0] is its path */
    const char *folder; /* absolute, no link in it; the program runs in it */
    const char *const *environment; /* NAME=VALUE to add; NULL: none */
    const char *errors; /* file for standard error; NULL: nowhere. Standard
                         * output is the file "stdout" in the folder */
    unsigned kinds;     /* of calls to show, bits 1 << enum call_kind */
    int timeout_s;      /* then it is killed */
    int (*hook)(void *context, const struct call *call); /* may be NULL */
    void *context;
};

/* Runs it to its end. Returns its exit status, 128 and the signal that ended
 * it, or -1 if it was killed after the time-out or could not be run. */
int supervise_run(const struct supervise *run);

#endif
