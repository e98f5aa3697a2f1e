/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reader: the recorder's thread that fetches from a device, one for each, and
 * never waits for the disk. What comes goes into the stream queue as it is, and
 * every two seconds a burst of readings of the device's clock, and its status.
 *
 * Where the queue is full and the device does not wait, bytes are thrown away
 * and counted; the count goes into the queue at the place where they are
 * missing, as soon as there is room.
 *
 * A device that goes away is waited for, until the recording is to end or ten
 * minutes have passed; what comes when it is back is carried on (carry_on.h).
 */
#ifndef ACQUIRE_RECORD_READER_H
#define ACQUIRE_RECORD_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "acquire/carry_on.h"
#include "acquire/device.h"
#include "acquire/frames.h"
#include "acquire/record_link.h"

struct record_reader {
    struct device *device;    /* borrowed, started */
    struct record_link *link; /* borrowed */
    int64_t for_ns; /* how long to record from the first frame on, INT64_MAX:
                     * until stopped */
    double rate_hz; /* nominal */
    struct error error;   /* read it when the thread has ended; code 0: the
                           * stream came to its end */
    struct frames frames; /* to see the stream's begin and end, and to carry
                           * it on */
    struct carry_on carry;
    bool away;        /* the device is gone, `error` says why */
    bool back;        /* it is there again, but does not stream yet */
    unsigned returns; /* since bytes came last */
    int64_t away_ns;  /* when it went, host's monotonic clock */
    bool waits;
    bool begun;
    bool stopping;
    bool ended;
    uint64_t dropped_bytes; /* not yet told */
    int64_t begin_ns;       /* of the stream, host's clock as the device sees it
                             */
    int64_t heard_ns;       /* when bytes came last */
    int silent_reads;       /* since */
    int64_t stop_ns;        /* when the device was asked to stop */
    int64_t probe_ns;       /* when the next probe is due */
};

/* The thread: runs until the stream has ended. Its argument is a struct
 * record_reader with its first four members set, the others 0. */
void *record_reader_run(void *argument);

#endif
