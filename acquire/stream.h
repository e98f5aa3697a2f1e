/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stream: bytes from the device as an account of samples. Runs of samples come
 * out, each with what is missing before it, how many and why. The live
 * statistics and the recording are made from the same account.
 *
 * A frame's index counts every sample that the sensor took; where it jumps,
 * the frame itself says how many the device lost and why (`lost`, flags). The
 * rest of a jump went missing on the way: GAP_USB, or what stream_broken named.
 *
 * Ownership: caller's storage, nothing allocated. Threads: one at a time.
 */
#ifndef ACQUIRE_STREAM_H
#define ACQUIRE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/frames.h"
#include "acquire/recording.h"

struct stream {
    struct frames frames;
    struct wire_frame frame; /* that the last run lies in */
    uint64_t rows;           /* samples that came */
    uint64_t lost;           /* samples that did not */
    uint64_t clipped;        /* rows with a value at the range's end */
    uint32_t causes;         /* enum gap_cause, of all that is lost */
    uint32_t broken;         /* causes of bytes missing since the last frame */
    bool ended;              /* WIRE_FRAME_END has come */
    double period_ns;        /* nominal, until two frames tell better */
    uint64_t expected;       /* index of the next sample */
    uint64_t last_index;     /* of the run before */
    uint64_t last_count;     /* of it; 0: none yet */
    int64_t last_device_ns;  /* of it */
};

struct stream_run {
    struct recording_gap gap;     /* before it; lost_samples 0: none */
    struct recording_block block; /* count 0: the stream ends, with a gap */
    uint64_t index;               /* of its first sample */
    const int16_t (*samples)[6];  /* borrowed until the next stream_next */
    float temperature_c;
};

void stream_init(struct stream *stream, double rate_nominal_hz);

/* Takes in up to `size` bytes and returns how many; fewer than `size` if runs
 * must first be taken out. */
size_t stream_push(struct stream *stream, const uint8_t *in, size_t size);

/* Bytes are missing here; `cause` (enum gap_cause) explains the next jump. */
void stream_broken(struct stream *stream, uint32_t cause);

/* Takes out the next run. Returns false if more input is needed. */
bool stream_next(struct stream *stream, struct stream_run *out);

#endif
