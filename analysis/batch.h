/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Analyses a folder of recordings, each in a process of its own, with limits
 * on its memory and time, so that one bad file costs one row and nothing else.
 *
 * For every recording IN/a/b.h5 the summary goes to OUT/a/b.h5.json; what is
 * there and newer than the recording, by this version of the program with the
 * same options, is not made again. Of several sensors it is one object a line.
 * OUT/summary.csv has one row a recording and sensor, failed ones included, and
 * is written anew at the end from the summaries.
 */
#ifndef ANALYSIS_BATCH_H
#define ANALYSIS_BATCH_H

#include "analysis/analyse.h"

enum { BATCH_JOBS_MAX = 256 }; /* processes at a time */

struct batch_options {
    struct analyse_options analyse;
    const char *in;   /* folder, searched with all that is below */
    const char *out;  /* folder; made if need be */
    unsigned jobs;    /* processes at a time, 1 .. BATCH_JOBS_MAX */
    double timeout_s; /* of one file */
    double memory_mb; /* of one process, on top of the program itself */
    bool again;       /* even what is up to date */
    bool progress;    /* draw a bar on standard error */
};

struct batch_result {
    size_t files;
    size_t analysed;
    size_t up_to_date;
    size_t failed;
};

/* Returns 0 when each file has been tried and the table written, even if some
 * failed; a negative code if the folder or OUT cannot be used. Looks at
 * interrupt.h: when asked to end it stops what runs, keeps what is done, writes
 * the table and returns ERR_STOPPED. */
int batch_run(const struct batch_options *options, struct batch_result *result,
              struct error *error);

#endif
