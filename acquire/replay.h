/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replay: moves a virtual wristband by a recording, or by any file that import
 * understands, resampled band-limited at the sensor's own instants.
 *
 * Motion time 0 is the file's first sample. A missing gyroscope replays as no
 * rotation; a missing accelerometer is refused, since no wrist is without
 * gravity. Gaps are bridged: over a gap of up to a second the motion goes
 * smoothly from the last sample to the next; over a longer one the wrist also
 * comes to rest a quarter of a second after it begins and moves again a quarter
 * before it ends. What was lost is not invented: the bridge has no tremor,
 * taps or steps.
 *
 * Ownership: replay_open fills in a source; its `release` closes the file.
 * Threads: a source one at a time, several sources at once: each reads its file
 * by a process of its own (hdf5_reader.h).
 * Errors: negative enum error_code with a sentence; replay_error for what goes
 * wrong while it plays.
 */
#ifndef ACQUIRE_REPLAY_H
#define ACQUIRE_REPLAY_H

#include "acquire/error.h"
#include "firmware/virtual/motion.h"

int replay_open(const char *path, struct motion_source *out,
                struct error *error);

/* Why `at` of an open source from replay_open returned -1; code 0 if it did
 * not. Borrowed until the source is released. */
const struct error *replay_error(const struct motion_source *source);

#endif
