/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queue: the one way in which threads hand data to each other. A lock-free
 * ring of byte records for one producer and one consumer; neither ever waits
 * for the other. A record has a type, a length and bytes; it is copied in and
 * copied out.
 *
 * How large: the stream of 1667 Hz comes to at most 27 KB/s (20 KB/s of
 * samples; with frames of 14 samples, 44 bytes of header and CRC each, 5.2 KB/s
 * more; 8 bytes for each record here). QUEUE_STREAM_BYTES is 1 MiB and so holds
 * 38 s of it: more than the 10 s that a disk may stall. Each device has its
 * own.
 *
 * Ownership: queue_new gives a heap object; queue_free takes it when neither
 * thread uses it any more.
 * Threads: queue_push from one thread, queue_pop from one other; queue_peak
 * and queue_capacity from any.
 */
#ifndef ACQUIRE_QUEUE_H
#define ACQUIRE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    QUEUE_STREAM_BYTES = 1 << 20, /* reader to writer, see above */
    QUEUE_MOTION_BYTES = 1 << 18, /* writer to who looks on: 10 s */
    QUEUE_SMALL_BYTES = 1 << 14,  /* marks and statistics */
};

struct queue;

/* Returns a queue of `capacity` bytes (a power of two, 64 at least), NULL
 * where memory is short. */
struct queue *queue_new(size_t capacity);
void queue_free(struct queue *queue);

/* Appends a record. Returns false, and changes nothing, if it does not fit
 * now. */
bool queue_push(struct queue *queue, uint32_t type, const void *data,
                size_t size);

/* Takes the oldest record out: its bytes to `out` (room for any that is ever
 * pushed), its length to *size. Returns false if there is none. */
bool queue_pop(struct queue *queue, uint32_t *type, void *out, size_t room,
               size_t *size);

/* The most bytes that were ever in it, and how many fit. */
size_t queue_peak(const struct queue *queue);
size_t queue_capacity(const struct queue *queue);

#endif
