/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user's thread does in a guided session: as record_watch.h, but keys,
 * motion and time go to a guide (record_guide.h), and what it shows is the
 * screen.
 */
#ifndef ACQUIRE_RECORD_GUIDED_H
#define ACQUIRE_RECORD_GUIDED_H

#include "acquire/record_guide.h"
#include "acquire/record_options.h"
#include "acquire/recorder.h"

/* Has `guide`, opened as `self`, lead through the session. Returns when all
 * that came is in the journal. */
void record_guided(struct recorder *recorder,
                   const struct record_options *options,
                   const struct record_guide *guide, void *self);

#endif
