/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/queue.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A record in the ring: type u32, length u32, bytes. Both counters only ever
 * grow; their difference is what is held, and their low bits are places. Each
 * is written by one side only and has its own cache line, so that the sides do
 * not slow each other down. */
enum { RECORD_HEAD = 8, CACHE_LINE = 64, LEAST_CAPACITY = 64 };

struct queue {
    _Alignas(CACHE_LINE) atomic_size_t written; /* [bytes], by the producer */
    atomic_size_t peak;
    _Alignas(CACHE_LINE) atomic_size_t read; /* [bytes], by the consumer */
    _Alignas(CACHE_LINE) size_t capacity;
    uint8_t *bytes;
};

struct queue *queue_new(size_t capacity)
{
    assert(capacity >= LEAST_CAPACITY && (capacity & (capacity - 1)) == 0);
    struct queue *queue = aligned_alloc(CACHE_LINE, sizeof(*queue));
    uint8_t *bytes = malloc(capacity);
    if (queue == NULL || bytes == NULL) {
        free(queue);
        free(bytes);
        return NULL;
    }
    atomic_init(&queue->written, 0);
    atomic_init(&queue->peak, 0);
    atomic_init(&queue->read, 0);
    queue->capacity = capacity;
    queue->bytes = bytes;
    return queue;
}

void queue_free(struct queue *queue)
{
    if (queue != NULL) {
        free(queue->bytes);
        free(queue);
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void copy_in(struct queue *queue, size_t at, const void *data,
                    size_t size)
{
    size_t place = at & (queue->capacity - 1);
    size_t first = smaller(size, queue->capacity - place);
    if (size > 0) {
        memcpy(queue->bytes + place, data, first);
        memcpy(queue->bytes, (const uint8_t *)data + first, size - first);
    }
}

static void copy_out(const struct queue *queue, size_t at, void *out,
                     size_t size)
{
    size_t place = at & (queue->capacity - 1);
    size_t first = smaller(size, queue->capacity - place);
    if (size > 0) {
        memcpy(out, queue->bytes + place, first);
        memcpy((uint8_t *)out + first, queue->bytes, size - first);
    }
}

bool queue_push(struct queue *queue, uint32_t type, const void *data,
                size_t size)
{
    size_t written =
        atomic_load_explicit(&queue->written, memory_order_relaxed);
    /* Acquire: the consumer has copied out what is overwritten here. */
    size_t held =
        written - atomic_load_explicit(&queue->read, memory_order_acquire);
    if (size > UINT32_MAX || RECORD_HEAD > queue->capacity - held ||
        size > queue->capacity - held - RECORD_HEAD) {
        return false;
    }
    uint32_t head[2] = {type, (uint32_t)size};
    copy_in(queue, written, head, RECORD_HEAD);
    copy_in(queue, written + RECORD_HEAD, data, size);
    held += RECORD_HEAD + size;
    if (held > atomic_load_explicit(&queue->peak, memory_order_relaxed)) {
        atomic_store_explicit(&queue->peak, held, memory_order_relaxed);
    }
    atomic_store_explicit(&queue->written, written + RECORD_HEAD + size,
                          memory_order_release);
    return true;
}

bool queue_pop(struct queue *queue, uint32_t *type, void *out, size_t room,
               size_t *size)
{
    size_t read = atomic_load_explicit(&queue->read, memory_order_relaxed);
    if (atomic_load_explicit(&queue->written, memory_order_acquire) == read) {
        return false;
    }
    uint32_t head[2];
    copy_out(queue, read, head, RECORD_HEAD);
    assert(head[1] <= room);
    copy_out(queue, read + RECORD_HEAD, out, head[1]);
    *type = head[0];
    *size = head[1];
    atomic_store_explicit(&queue->read, read + RECORD_HEAD + head[1],
                          memory_order_release);
    return true;
}

size_t queue_peak(const struct queue *queue)
{
    return atomic_load_explicit(&queue->peak, memory_order_relaxed);
}

size_t queue_capacity(const struct queue *queue)
{
    return queue->capacity;
}
