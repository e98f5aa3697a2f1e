/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_motion.h"

#include <string.h>

/* Probes nearer to each other are of one burst (record_reader.c: a burst every
 * two seconds). */
static const int64_t BURST_NS = 1000000000;

enum message { MESSAGE_RUN, MESSAGE_CLOCK };

/* In the queue it has only the samples that there are. */
struct message_run {
    uint64_t index;
    int64_t device_ns;
    uint64_t count;
    int16_t samples[WIRE_SAMPLES_MAX][6];
};

void record_motion_show(struct queue *queue, const struct stream_run *run)
{
    struct message_run message = {
        .index = run->index,
        .device_ns = run->block.device_ns,
        .count = run->block.count,
    };
    size_t bytes = run->block.count * sizeof(message.samples[0]);
    memcpy(message.samples, run->samples, bytes);
    (void)queue_push(queue, MESSAGE_RUN, &message,
                     offsetof(struct message_run, samples) + bytes);
}

void record_motion_show_clock(struct queue *queue,
                              const struct recording_clock *probe)
{
    (void)queue_push(queue, MESSAGE_CLOCK, probe, sizeof(*probe));
}

static void take_probe(struct record_motion_clock *clock,
                       const struct recording_clock *probe)
{
    bool begins =
        !clock->known || probe->host_monotonic_ns - clock->burst_ns > BURST_NS;
    if (begins) {
        clock->burst_ns = probe->host_monotonic_ns;
    }
    if (begins || probe->round_trip_ns < clock->round_trip_ns) {
        clock->round_trip_ns = probe->round_trip_ns;
        clock->offset_ns = probe->host_monotonic_ns - probe->device_ns;
    }
    clock->known = true;
}

bool record_motion_take(struct queue *queue, struct record_motion_clock *clock,
                        struct record_motion *out)
{
    union {
        struct message_run run;
        struct recording_clock probe;
    } message;
    uint32_t type;
    size_t size;
    while (queue_pop(queue, &type, &message, sizeof(message), &size)) {
        if (type == MESSAGE_CLOCK) {
            take_probe(clock, &message.probe);
        } else if (clock->known) {
            out->index = message.run.index;
            out->host_ns = message.run.device_ns + clock->offset_ns;
            out->count = (size_t)message.run.count;
            memcpy(out->samples, message.run.samples,
                   out->count * sizeof(out->samples[0]));
            return true;
        }
    }
    return false;
}
