/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options that say how a report looks, which the commands that write one
 * have in common, and its two formats.
 */
#ifndef ANALYSIS_REPORT_OPTIONS_H
#define ANALYSIS_REPORT_OPTIONS_H

#include <argp.h>

#include "acquire/error.h"
#include "analysis/document.h"

enum report_format { REPORT_HTML, REPORT_PDF, REPORT_FORMATS };

/* "html", "pdf": the names of formats, and how names of files end. */
extern const char *const report_format_names[REPORT_FORMATS];

struct report_options {
    struct voice voice;
    enum paper paper;
    enum report_format format;
};

/* The options --for, --lang, --paper, as an argp child; its input is a struct
 * report_options, zeroed by the caller. The format is the command's to find. */
extern const struct argp report_argp;

/* Finds `word` among `count` names; ends the program with a usage error where
 * it is none of them. For argp's parsers. */
int report_choose(struct argp_state *state, const char *option,
                  const char *const *names, int count, const char *word);

/* The format that the name of a file ends in, in any case of letters; false
 * where it is none. */
bool report_format_of(const char *path, enum report_format *out);

/* Writes the document to `path`, which must not be there yet; it appears whole
 * or not at all. */
int report_put(const struct document *document,
               const struct report_options *options, const char *path,
               struct error *error);

#endif
