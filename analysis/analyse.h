/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a file's name to its summary, and the options that say how: what the
 * commands analyse, report and batch have in common.
 */
#ifndef ANALYSIS_ANALYSE_H
#define ANALYSIS_ANALYSE_H

#include <argp.h>

#include "acquire/import.h"
#include "analysis/pipeline.h"

struct analyse_options {
    struct pipeline_options pipeline;
    struct import_options import; /* strings are borrowed from argv */
};

/* The options --placement, --lever, --columns, --unit, --rate, as an argp
 * child; its input is a struct analyse_options, zeroed by the caller. */
extern const struct argp analyse_argp;

/* The options that differ from the defaults, as they would be typed; "" for
 * none. */
enum { ANALYSE_SETTINGS = SUMMARY_SETTINGS };
void analyse_settings(const struct analyse_options *options,
                      char out[ANALYSE_SETTINGS]);

/* Opens, analyses, closes. `out` is to be freed with summary_free whatever is
 * returned. */
int analyse_file(const char *path, const struct analyse_options *options,
                 struct summary *out, struct error *error);

#endif
