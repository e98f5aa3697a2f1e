/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a record of the wristband's log out. It comes as the frames of a
 * stream and goes the way of one: into a journal NAME.h5.journal, from which
 * session.h builds the recording. Where that is broken off, the journal stays,
 * and the next time the rest is asked for: from the first sample that is not
 * in it.
 *
 * The host's clock of such a recording is UTC, monotonic or not, for nobody
 * was there to read another: its probes are the last time that a host told the
 * wristband before the record began, and, if the wristband's clock has run on
 * since, the time of reading out.
 *
 * Threads: one at a time. Errors: negative enum error_code with a sentence.
 */
#ifndef ACQUIRE_LOG_GET_H
#define ACQUIRE_LOG_GET_H

#include <stdbool.h>
#include <stdint.h>

#include "acquire/device.h"
#include "acquire/recording.h"
#include "acquire/session.h"

struct log_get {
    struct device *device; /* borrowed, idle */
    uint32_t record;
    const char *path;        /* of the recording */
    bool (*cancelled)(void); /* may be NULL; the journal then is left */
    /* Called now and then; may be NULL. */
    void (*progress)(void *ctx, uint64_t samples, uint64_t of);
    void *ctx; /* of progress */
    /* What the user says of it: placement, participant, label, notes; the rest
     * is filled in. Of a read that goes on, what was said first holds. */
    struct recording_info info;
};

struct log_got {
    bool cut;         /* power went: the record has no end */
    uint64_t resumed; /* samples that were there already */
    struct session_summary summary;
};

/* Reads a record out and builds the recording. */
int log_get(struct log_get *get, struct log_got *got, struct error *error);

#endif
