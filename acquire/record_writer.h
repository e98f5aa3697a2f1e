/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writer: the recorder's thread that owns the journal. It takes what the
 * readers and the user's thread put into their queues, appends it, syncs each
 * second, watches the space left, and gives snapshots of the statistics.
 *
 * After an error it goes on emptying the queues, so that nobody waits for it,
 * but writes nothing more.
 */
#ifndef ACQUIRE_RECORD_WRITER_H
#define ACQUIRE_RECORD_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "acquire/journal.h"
#include "acquire/record_link.h"
#include "acquire/recorder.h"
#include "acquire/stream.h"
#include "firmware/core/wire.h"

/* What is known of one device. */
struct record_sensor {
    struct record_link *link;          /* borrowed */
    const struct recording_info *info; /* borrowed */
    struct stream stream;              /* what the statistics are made of */
    int64_t first_device_ns;           /* of the first run */
    uint64_t first_index;
    double motion_sum; /* of squares, this second [g2] */
    uint64_t motion_count;
    uint64_t unwritten; /* bytes that the disk did not take, not yet told of */
};

struct record_writer {
    struct record_control *control; /* borrowed */
    struct journal *journal;        /* borrowed, open */
    uint64_t reserve_bytes;         /* to be left on the disk */
    size_t sensor_count;
    struct record_sensor sensors[RECORDER_DEVICES_MAX]; /* link and info set */
    struct error error; /* read it when the thread has ended */
    struct recorder_stats stats;
    uint64_t synced_size;  /* journal's, at the last sync [bytes] */
    uint64_t checked_size; /* and at the last look at the space */
    int64_t sync_ns;       /* when the next one is due */
    int64_t session_ns;    /* and the next session records */
    int64_t snapshot_ns;
};

/* The thread: runs until the readers are done and the queues are empty.
 * Its argument is a struct record_writer with its first five members set, the
 * others 0. */
void *record_writer_run(void *argument);

#endif
