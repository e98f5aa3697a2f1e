/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frame decoder: bytes as they come from the device, whole frames out. After
 * garbage it finds the next frame by itself; it accepts no frame whose CRC is
 * wrong; damage costs no good frame beside the damaged one.
 *
 * Ownership: caller's storage, nothing allocated. Threads: one at a time.
 */
#ifndef ACQUIRE_FRAMES_H
#define ACQUIRE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/core/wire.h"

struct frames {
    uint64_t skipped_bytes; /* bytes that belonged to no good frame */
    size_t used;            /* bytes held in `buffer` */
    size_t start;           /* of them already consumed */
    uint8_t buffer[2 * WIRE_FRAME_MAX];
};

void frames_init(struct frames *frames);

/* Takes in up to `size` bytes and returns how many; fewer than `size` if
 * frames must first be taken out. */
size_t frames_push(struct frames *frames, const uint8_t *in, size_t size);

/* Takes out the next good frame: decoded to `frame`, and its bytes (borrowed
 * until the next push) to *bytes if not NULL. Returns its length in bytes, 0
 * if more input is needed. */
size_t frames_next(struct frames *frames, struct wire_frame *frame,
                   const uint8_t **bytes);

#endif
