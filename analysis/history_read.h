/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the sessions of a folder into a history. Every recording is opened
 * twice: first to learn whose it is and of which day, which gives the week of
 * the programme that its session is held against, then to be analysed.
 *
 * Threads: one at a time (HDF5). Errors: negative enum error_code with a
 * sentence.
 */
#ifndef ANALYSIS_HISTORY_READ_H
#define ANALYSIS_HISTORY_READ_H

#include "analysis/analyse.h"
#include "analysis/history.h"

struct history_options {
    struct analyse_options analyse;
    const char *folder;
    const char *participant; /* NULL: the only one there is */
    const char *start;       /* day on which week 1 begins, "2026-11-02"; NULL:
                              * that of the first session */
    /* Told of each file that is left out, and why. */
    void (*left_out)(const struct error *why);
};

/* Fills `history`, which has been initialised; settled when this returns 0 or
 * ERR_SOME_FAILED, where some files were left out. */
int history_read(const struct history_options *options, struct history *history,
                 struct error *error);

#endif
