/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of a batch: one CSV row a recording, or one for each of its
 * sensors, taken from its summary.
 */
#ifndef ANALYSIS_BATCH_TABLE_H
#define ANALYSIS_BATCH_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

void batch_table_header(FILE *out);

/* One row. `summary` is NULL where there is none: then `problem` says why. */
void batch_table_row(FILE *out, const char *file, const char *problem,
                     const json_t *summary);

/* Whether the file at `path` is such a table. */
bool batch_table_is(const char *path);

#endif
