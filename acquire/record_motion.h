/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the devices send, while it is recorded, for who looks on: a guided
 * session counts in it. The writer puts a copy into a queue for each device,
 * the user's thread takes it. Neither waits: where nobody takes it in time,
 * what comes next is left out of the copy, never of the recording.
 *
 * Ownership: caller's storage; the queues are the recorder's.
 * Threads: show from the writer's, take from one other.
 */
#ifndef ACQUIRE_RECORD_MOTION_H
#define ACQUIRE_RECORD_MOTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/queue.h"
#include "acquire/recording.h"
#include "acquire/stream.h"
#include "firmware/core/wire.h"

/* A run of samples without a gap inside. */
struct record_motion {
    size_t sensor;   /* in the order of the recorder's sources */
    uint64_t index;  /* of its first sample; a jump tells what is missing */
    int64_t host_ns; /* of that sample, as the best clock probe of the last
                      * burst has it */
    size_t count;
    int16_t samples[WIRE_SAMPLES_MAX][6];
};

/* What is known of a device's clock while taking; zeroed before the first. */
struct record_motion_clock {
    bool known;
    int64_t offset_ns; /* host minus device, of the best probe */
    int64_t round_trip_ns;
    int64_t burst_ns; /* when its burst began, host's clock */
};

void record_motion_show(struct queue *queue, const struct stream_run *run);
void record_motion_show_clock(struct queue *queue,
                              const struct recording_clock *probe);

/* Takes the oldest run (its `sensor` is left alone); false if there is none.
 * What came before the first clock probe has no place in time, and is passed
 * over. */
bool record_motion_take(struct queue *queue, struct record_motion_clock *clock,
                        struct record_motion *out);

#endif
