/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user's thread does while it records: shows how it goes, takes keys
 * as marks, and has the recorder end when it is asked to.
 */
#ifndef ACQUIRE_RECORD_WATCH_H
#define ACQUIRE_RECORD_WATCH_H

#include <stdbool.h>

#include "acquire/record_devices.h"
#include "acquire/recorder.h"

/* Returns when all that came is in the journal. */
void record_watch(struct recorder *recorder,
                  const struct record_devices *devices, bool quiet);

/* The line that it shows, of at most `width` columns. */
enum { RECORD_WATCH_LINE = 251 }; /* bytes, with the NUL */
void record_watch_status(const struct record_devices *devices,
                         const struct recorder_stats *stats, size_t width,
                         char line[RECORD_WATCH_LINE]);

/* Passes on that it was asked to end (interrupt.h). */
void record_watch_interrupts(struct recorder *recorder);

#endif
