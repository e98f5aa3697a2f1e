/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of crash_calls share: the commands that are run with failing
 * calls (calls.c), one run (calls_run.c), and what is said of what it leaves
 * behind (calls_judge.c).
 */
#ifndef TESTS_CRASH_CALLS_H
#define TESTS_CRASH_CALLS_H

#include "tests/crash/harness.h"
#include "tests/crash/supervise.h"

enum { WORDS = 24, FILES = 4, TIMEOUT_S = 60, WHY = 160 };

/* How a result is known to be whole. */
enum whole {
    WHOLE_SESSION, /* s.h5, from a journal: by its rows */
    WHOLE_ROWS,    /* a recording: by its rows */
    WHOLE_BYTES,   /* by its bytes */
    WHOLE_BATCH,   /* by its bytes, but a row may tell why there is none */
    WHOLE_ANSWER,  /* what it prints is all there is */
};

struct command {
    const char *name;
    const char *line;
    const char *before[FILES]; /* files to lay into the folder */
    const char *result;
    enum whole whole;
    uint64_t rows; /* that a session of status 0 has at least */
    /* Those it uses that bear it when they get no memory (calls.c). */
    const char *libraries;
    /* With CRASH_FACTOR 1 every so many-th call of HDF5 fails: those of a
     * command that makes the calls of another, mostly. */
    unsigned hdf5_step;
    unsigned kinds; /* 1 << enum call_kind: calls of the system that fail, and
                     * nothing else does; 0: all */
};

/* What fails. */
enum layer {
    LAYER_SYSTEM,  /* a system call (supervise.h) */
    LAYER_HDF5,    /* a call of HDF5 (fail_hdf5.c) */
    LAYER_MEMORY,  /* a request of ours for memory (fail_memory.c) */
    LAYER_LIBRARY, /* a library's request for memory (fail_library.c) */
    LAYERS
};

struct fault {
    enum layer layer;
    enum call_kind kind; /* of the system */
    int answer;
    uint64_t at; /* the n-th, from 1; 0: none */
    bool ever;
};

struct run {
    const struct command *command;
    struct harness *harness;
    char home[96];   /* what the commands need, and the references */
    char folder[96]; /* the program's */
    struct fault fault;
    uint64_t count; /* of the kind, so far */
    bool told;      /* that what was written may not be on the disk */
    int shadow;     /* a copy of what was written to the journal */
    struct kept kept;
};

/* Cuts the line into the words of a command. */
void calls_split(char *carpus, char *line, char **argv);

/* Runs the command with its fault; `count` is then how often it could have
 * come about. Returns what supervise_run does. */
int calls_run(struct run *run);

/* The path of a file of the folder; whether it is there. */
bool calls_find(const char *folder, const char *name, char *path, size_t size);

/* Whether what the run left is as the head of calls.c says; `why` (WHY bytes)
 * says what is not. */
bool calls_judge(const struct run *run, int status, char *why);

#endif
