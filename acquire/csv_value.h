/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers and times as they stand in a field of a CSV file: not terminated,
 * in any locale the same, and fast, as a day has fifty million of them.
 */
#ifndef ACQUIRE_CSV_VALUE_H
#define ACQUIRE_CSV_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/* A finite decimal number, all of the `n` bytes; `decimal` is '.' or ','.
 * False if they are anything else (nan and inf too). */
bool csv_number(const char *text, size_t n, char decimal, double *out);

/* What stands where nothing was measured: nothing, nan, NA, null. */
bool csv_absent(const char *text, size_t n);

/* ISO 8601, "2026-11-21T08:15:02.123Z", a blank for the T, an offset such as
 * +01:00 for the Z, or none (taken as UTC). Seconds since 1970. */
bool csv_time(const char *text, size_t n, double *out);

#endif
