/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a file's name to its summary, one for each of its sensors, and the
 * options that say how: what the commands analyse, report and batch have in
 * common.
 */
#ifndef ANALYSIS_ANALYSE_H
#define ANALYSIS_ANALYSE_H

#include <argp.h>

#include "acquire/import.h"
#include "analysis/pipeline.h"

struct analyse_options {
    struct pipeline_options pipeline;
    struct import_options import; /* strings are borrowed from argv */
    const char *programme; /* name or file; NULL: as the recording says */
    uint32_t week;         /* of it; 0: as the recording says, or 1 */
};

/* The options --sensor, --placement, --lever, --programme, --week, --columns,
 * --unit, --rate, as an argp child; its input is a struct analyse_options,
 * zeroed by the caller. */
extern const struct argp analyse_argp;

/* The options that differ from the defaults, as they would be typed; "" for
 * none. */
enum { ANALYSE_SETTINGS = SUMMARY_SETTINGS };
void analyse_settings(const struct analyse_options *options,
                      char out[ANALYSE_SETTINGS]);

/* Whether the programme can be read, before many files fail for it. */
int analyse_check(const struct analyse_options *options, struct error *error);

/* Takes the summary of one sensor, of `count` that are meant; it is borrowed
 * for the call. A negative return ends the analysis. */
struct analyse_taker {
    int (*take)(void *self, const struct summary *summary, size_t count,
                struct error *error);
    void *self;
};

/* Opens `path`, analyses each sensor that is meant, closes. */
int analyse_file(const char *path, const struct analyse_options *options,
                 struct analyse_taker taker, struct error *error);

#endif
