/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the crash tests have in common: a folder to work in, chance that is the
 * same each time, programs to run, recordings to judge, and the line that says
 * what came out. A test works in its folder; what it makes there is removed.
 *
 * Environment: CRASH_SEED (1), and CRASH_FACTOR, how many times the ordinary
 * number of points to try where points are drawn (1); CRASH_FIGURES, a file
 * for the results.
 */
#ifndef TESTS_CRASH_HARNESS_H
#define TESTS_CRASH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct harness {
    char carpus[512]; /* the program */
    char folder[64];  /* where the test works, its current one as well */
    int output;       /* standard output of what is spawned, 0: the test's */
    uint64_t seed;
    unsigned factor;
    uint64_t points;
    uint64_t failed;
};

/* Makes and enters the folder; in memory where that is possible. */
bool harness_begin(struct harness *harness, const char *carpus);

/* splitmix64: the same for the same seed, on every system. */
uint64_t harness_random(uint64_t *state);

/* One point: it counts, and is described if it is not good. Returns good. */
bool harness_point(struct harness *harness, bool good, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints "class | points | result" and appends it to the file CRASH_FIGURES.
 * `result` says what a pass means. */
void harness_result(struct harness *harness, const char *name,
                    const char *result);

/* Removes the folder. Returns the exit status of the test. */
int harness_end(struct harness *harness);

/* Empties a folder, and what is below it. */
void harness_empty(const char *folder);

/* A child process of the program, not supervised: `arguments` as a shell would
 * read them. */
pid_t harness_spawn(const struct harness *harness, const char *arguments);

/* Waits; returns exit status, or 128 and the signal. */
int harness_wait(pid_t pid);
int harness_run(const struct harness *harness, const char *arguments);

/* The whole text of a file, cut to `size`; "" if there is none. */
void harness_text(const char *path, char *out, size_t size);

/* ---- what is kept ---- */

/* The undisturbed recording, which others are to be a part of. */
struct kept {
    int16_t (*samples)[6];
    uint64_t *index; /* of each row: rows and what was lost before it */
    uint64_t rows;
    bool any; /* acknowledged rows are so many of any, not the first */
};

/* Loads it; if `truth` is not NULL, it must agree with what the simulated
 * sensor says (truth.h). */
bool kept_load(struct kept *kept, const char *path, const char *truth);
void kept_free(struct kept *kept);

/* Whether the recording can be read, and says nothing but what the undisturbed
 * one does, and its first `acknowledged` rows. `why` (160 bytes) says what is
 * wrong. */
bool kept_holds(const struct kept *kept, const char *path,
                uint64_t acknowledged, char *why);

/* The same for what is left of the session NAME.h5: the recording, or what is
 * made of the journal. */
bool kept_session(const struct kept *kept, const char *path,
                  uint64_t acknowledged, char *why);

/* Rows in the whole records of a journal, and the highest that a SYNC record
 * in it acknowledges. */
uint64_t harness_journal_rows(const char *journal, uint64_t *acknowledged);

#endif
