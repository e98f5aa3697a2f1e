/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guide: who leads the wearer through a session while it is recorded. Here is
 * only what the recorder needs of one; what a session is, knows analysis
 * (analysis/guided_session.h), and carpus.c brings them together.
 *
 * The recorder's user thread calls, all times are recorder_now_ns:
 *
 *   open                     before anything is recorded
 *   motion, key, tick        again and again, and after a tick
 *   event, bell, done, view  what there is to write, to ring and to show
 *   stop                     once at the end, whatever ended it; then event
 *                            until there is none, notes and sum_up
 *   close
 *
 * None of them may take long: what comes meanwhile waits in queues that hold
 * some seconds of it.
 */
#ifndef ACQUIRE_RECORD_GUIDE_H
#define ACQUIRE_RECORD_GUIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"
#include "acquire/journal.h"
#include "acquire/keys.h"
#include "acquire/record_motion.h"
#include "acquire/screen.h"

struct record_guide_request {
    const char *programme; /* its name, or a file */
    const char *language;  /* its code; NULL: the usual one */
    uint32_t week;         /* 0: the first */
};

struct record_guide {
    /* `sensors`: what is known of each, borrowed until close. */
    int (*open)(const struct record_guide_request *request,
                const struct recording_info *const *sensors, size_t count,
                void **self, struct error *error);
    void (*motion)(void *self, const struct record_motion *motion);
    void (*key)(void *self, const struct key *key, int64_t now_ns);
    void (*tick)(void *self, int64_t now_ns);
    void (*stop)(void *self, int64_t now_ns);
    bool (*event)(void *self, struct journal_event *out); /* the next one */
    bool (*bell)(void *self); /* it is to ring, once */
    bool (*done)(const void *self);
    void (*view)(const void *self, int64_t now_ns, struct screen *out);
    const char *(*notes)(const void *self); /* "": none */
    /* Tells what was done, line by line. */
    void (*sum_up)(const void *self, void (*hear)(void *listener, const char *),
                   void *listener);
    void (*close)(void *self);
};

#endif
