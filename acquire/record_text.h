/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `carpus record` and `carpus recover` tell a person: the status line
 * while recording, and the line and the JSON that sum a recording up.
 */
#ifndef ACQUIRE_RECORD_TEXT_H
#define ACQUIRE_RECORD_TEXT_H

#include <stddef.h>

#include <stdbool.h>

#include "acquire/error.h"
#include "acquire/recorder.h"
#include "acquire/session.h"

/* Writes the status line; of its parts, by importance, as many as fit `width`
 * columns. `names` say which sensor is which, and are not needed for one alone.
 * `out` has room for width + 1 bytes. */
void record_text_status(const struct recorder_stats *stats,
                        const char *const *names, size_t width, char *out);

/* Jansson and HDF5 take no other text. */
bool record_text_is_utf8(const char *text);

/* Writes a duration as h:mm:ss, rounded. */
void record_text_duration(double seconds, char *out, size_t size);

/* Writes how long, how many rows, rate, losses, file and its size; of several
 * sensors a line each before. So much room is enough beside the path. */
enum { RECORD_TEXT_SUMMARY = 2048 };
void record_text_summary(const struct session_summary *summary,
                         const char *path, char *out, size_t size);

/* Prints the same as one JSON object to standard output. */
int record_text_json(const struct session_summary *summary, const char *path,
                     struct error *error);

/* Notes ERR_LOST with a sentence if samples are missing from the recording
 * that was made. Returns its code or 0. */
int record_text_lost(const struct session_summary *summary, const char *path,
                     struct error *error);

#endif
