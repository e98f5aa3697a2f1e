/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of numbers out of a CSV file, one after the other in fixed memory.
 * Separators , ; and tab are told by the first line; with ; and tab a number
 * may have a decimal comma. A byte order mark, CR LF, quotes, blank lines and
 * lines that begin with # are understood. What is wrong is named by its line.
 *
 * Ownership: csv_rows_open gives an object, csv_rows_close frees it.
 */
#ifndef ACQUIRE_CSV_ROWS_H
#define ACQUIRE_CSV_ROWS_H

#include <stdint.h>

#include "acquire/csv_columns.h"
#include "acquire/error.h"
#include "acquire/import.h"

struct csv_row {
    double time;    /* as it stands; ISO 8601: seconds since 1970 */
    float value[6]; /* as it stands; 0 where there is no such column */
    bool absent;    /* a field that counts has no value: a sample is missing */
    uint64_t line;
    uint64_t number; /* of the row in the file, from 0 */
};

struct csv_rows;

/* Opens `path` and reads as far as the first row of numbers. `options` are
 * borrowed until close. */
int csv_rows_open(const char *path, const struct import_options *options,
                  struct csv_rows **out, struct error *error);
void csv_rows_close(struct csv_rows *rows);

const struct csv_columns *csv_rows_columns(const struct csv_rows *rows);

/* True once a time was written as ISO 8601. */
bool csv_rows_iso_time(const struct csv_rows *rows);

/* The next row: 1, 0 at the end, or an error. */
int csv_rows_next(struct csv_rows *rows, struct csv_row *out,
                  struct error *error);
int csv_rows_rewind(struct csv_rows *rows, struct error *error);

#endif
