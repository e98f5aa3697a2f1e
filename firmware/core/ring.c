/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/ring.h"

#include <string.h>

#include "firmware/core/bytes.h"

void ring_init(struct ring *ring, uint8_t *bytes, uint32_t size)
{
    ring->bytes = bytes;
    ring->size = size;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->peak, 0);
}

static void copy_in(struct ring *ring, uint32_t at, const uint8_t *in, size_t n)
{
    size_t begin = at & (ring->size - 1);
    size_t first = ring->size - begin < n ? ring->size - begin : n;

    memcpy(ring->bytes + begin, in, first);
    memcpy(ring->bytes, in + first, n - first);
}

static void copy_out(const struct ring *ring, uint32_t at, uint8_t *out,
                     size_t n)
{
    size_t begin = at & (ring->size - 1);
    size_t first = ring->size - begin < n ? ring->size - begin : n;

    memcpy(out, ring->bytes + begin, first);
    memcpy(out + first, ring->bytes, n - first);
}

bool ring_put(struct ring *ring, const uint8_t *frame, size_t size)
{
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    uint32_t used = head - tail + (uint32_t)size + RING_OVERHEAD;
    uint8_t length[RING_OVERHEAD];

    if (used > ring->size) {
        return false;
    }
    put_u16(length, (uint16_t)size);
    copy_in(ring, head, length, RING_OVERHEAD);
    copy_in(ring, head + RING_OVERHEAD, frame, size);
    atomic_store_explicit(&ring->head, tail + used, memory_order_release);
    if (used > ring_peak(ring)) {
        atomic_store_explicit(&ring->peak, used, memory_order_relaxed);
    }
    return true;
}

size_t ring_get(struct ring *ring, uint8_t *frame)
{
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    uint8_t length[RING_OVERHEAD];

    if (head == tail) {
        return 0;
    }
    copy_out(ring, tail, length, RING_OVERHEAD);
    size_t size = get_u16(length);
    copy_out(ring, tail + RING_OVERHEAD, frame, size);
    atomic_store_explicit(&ring->tail, tail + RING_OVERHEAD + (uint32_t)size,
                          memory_order_release);
    return size;
}

void ring_drop(struct ring *ring)
{
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

    atomic_store_explicit(&ring->tail, head, memory_order_release);
}

/* The tail is read first: seen from an interrupt or another thread, the
 * difference then never is negative. */
uint32_t ring_used(const struct ring *ring)
{
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);

    return atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
}

uint32_t ring_peak(const struct ring *ring)
{
    return atomic_load_explicit(&ring->peak, memory_order_relaxed);
}
