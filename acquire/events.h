/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events known beforehand: a CSV with the header start_s,end_s,label, seconds
 * from the first sample; an empty end_s makes a mark. A fourth column, source,
 * says of what kind they are: preset (or nothing), or programme for those of a
 * guided session (analysis/programme_event.h has their labels).
 */
#ifndef ACQUIRE_EVENTS_H
#define ACQUIRE_EVENTS_H

#include <stddef.h>

#include "acquire/error.h"
#include "acquire/journal.h"

/* Reads `path`; the caller frees *out. ERR_DATA names the line that is wrong.
 */
int events_read(const char *path, struct journal_event **out, size_t *count,
                struct error *error);

#endif
