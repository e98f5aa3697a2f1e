/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/frames.h"

#include <string.h>

#include "acquire/crc32c_fast.h"

void frames_init(struct frames *frames)
{
    memset(frames, 0, sizeof *frames);
}

size_t frames_push(struct frames *frames, const uint8_t *in, size_t size)
{
    frames->used -= frames->start;
    memmove(frames->buffer, frames->buffer + frames->start, frames->used);
    frames->start = 0;

    size_t room = sizeof frames->buffer - frames->used;
    size_t taken = size < room ? size : room;
    if (taken > 0) {
        memcpy(frames->buffer + frames->used, in, taken);
        frames->used += taken;
    }
    return taken;
}

/* What looks like the beginning of a frame may be garbage that tells a length:
 * were it waited for, good frames behind it would be held back, at the end of
 * a stream for ever. So the search goes on behind it, and a whole frame with
 * the right CRC there settles the matter. */
size_t frames_next(struct frames *frames, struct wire_frame *frame,
                   const uint8_t **bytes)
{
    size_t keep = frames->used;

    for (size_t at = frames->start; at < frames->used; at++) {
        const uint8_t *in = frames->buffer + at;
        int length =
            wire_get_frame_by(crc32c_fast, frame, in, frames->used - at);
        if (length > 0) {
            frames->skipped_bytes += at - frames->start;
            frames->start = at + (size_t)length;
            if (bytes != NULL) {
                *bytes = in;
            }
            return (size_t)length;
        }
        if (length == 0 && at < keep) {
            keep = at;
        }
    }
    frames->skipped_bytes += keep - frames->start;
    frames->start = keep;
    return 0;
}
