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

#endif
