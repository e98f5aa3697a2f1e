/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ring of whole frames: bytes with a length before each, in the caller's
 * storage. A frame goes in whole or not at all.
 *
 * Threads: one context puts, one context gets; either may interrupt the other
 * or be another thread. ring_used and ring_peak may be called from anywhere.
 * Only 32-bit loads and stores are needed of the machine (the Cortex-M0+ has no
 * exclusive access).
 */
#ifndef FIRMWARE_CORE_RING_H
#define FIRMWARE_CORE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RING_OVERHEAD = 2 }; /* bytes a frame takes beside its own */

/* head and tail count bytes and wrap with 2^32; only the putter writes head
 * and peak, only the getter writes tail. */
struct ring {
    uint8_t *bytes;
    uint32_t size; /* a power of two */
    _Atomic uint32_t head;
    _Atomic uint32_t tail;
    _Atomic uint32_t peak;
};

/* `bytes` is borrowed for the life of the ring; `size` is a power of two. */
void ring_init(struct ring *ring, uint8_t *bytes, uint32_t size);

/* Puts a frame of `size` bytes (65535 at most) in. Returns false, and changes
 * nothing, where there is no room for it. */
bool ring_put(struct ring *ring, const uint8_t *frame, size_t size);

/* Takes the oldest frame out to `frame`. Returns its length [bytes], 0 if there
 * is none. */
size_t ring_get(struct ring *ring, uint8_t *frame);

/* Drops all there is; for the getter. */
void ring_drop(struct ring *ring);

/* Bytes in use now, and the most so far. */
uint32_t ring_used(const struct ring *ring);
uint32_t ring_peak(const struct ring *ring);

#endif
