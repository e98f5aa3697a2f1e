/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the recorder's threads share, and nothing else: the reader of each
 * device (record_reader.h), the writer (record_writer.h) and the one that
 * started them (recorder.h). Data goes through the queues; the rest is single
 * values. A link is of one device, the control of the whole recording.
 *
 *   reader --stream--> writer --snapshots--> user's thread --marks--> writer
 *                      writer --motion-----> user's thread
 */
#ifndef ACQUIRE_RECORD_LINK_H
#define ACQUIRE_RECORD_LINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "acquire/queue.h"

/* What is in the stream queue. */
enum record_message {
    MESSAGE_FRAMES = 1, /* bytes from the device */
    MESSAGE_CLOCK = 2,  /* struct recording_clock */
    MESSAGE_GAP = 3,    /* uint64_t: bytes thrown away, the queue was full */
    MESSAGE_STATUS = 4, /* struct wire_status */
    MESSAGE_AWAY = 5,   /* struct record_away: unplugged, and back */
};

struct record_away {
    int64_t from_ns; /* host's monotonic clock */
    int64_t to_ns;
};

/* How the recording is to end; only ever raised. */
enum record_stop {
    STOP_NOT = 0,
    STOP_GENTLY = 1, /* ask the device to stop, take all that still comes */
    STOP_AT_ONCE = 2,
};

struct record_control {
    struct queue *marks;     /* struct journal_event, type 0 */
    struct queue *snapshots; /* struct recorder_stats, type 0 */
    atomic_int stop;         /* enum record_stop */
    atomic_bool writer_done;
};

struct record_link {
    struct record_control *control;
    struct queue *stream;
    struct queue *motion; /* record_motion.h; NULL: nobody looks on */
    atomic_bool away;     /* the device is, and is waited for */
    atomic_bool reader_done;
    /* Host clock as the device sees it, minus CLOCK_MONOTONIC: 0 but for a
     * simulated device that is not in real time [ns]. */
    _Atomic int64_t clock_offset_ns;
};

static inline void record_stop(struct record_control *control, int how)
{
    int now = atomic_load(&control->stop);
    while (now < how &&
           !atomic_compare_exchange_weak(&control->stop, &now, how)) {
    }
}

#endif
