/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/stream.h"

#include <math.h>
#include <string.h>

void stream_init(struct stream *stream, double rate_nominal_hz)
{
    memset(stream, 0, sizeof(*stream));
    frames_init(&stream->frames);
    stream->period_ns = 1e9 / rate_nominal_hz;
}

size_t stream_push(struct stream *stream, const uint8_t *in, size_t size)
{
    return frames_push(&stream->frames, in, size);
}

void stream_broken(struct stream *stream, uint32_t cause)
{
    stream->broken |= cause;
}

static const struct {
    uint16_t flag; /* enum wire_flag */
    uint32_t cause;
} device_causes[] = {
    {WIRE_LOST_FIFO, GAP_FIFO},
    {WIRE_LOST_BUS, GAP_BUS},
    {WIRE_LOST_RING, GAP_DEVICE},
    {WIRE_LOST_LOG, GAP_LOG},
};

static uint32_t find_causes(const struct stream *stream, uint64_t jump)
{
    const struct wire_frame *frame = &stream->frame;
    uint32_t causes = 0;
    for (size_t i = 0; i < sizeof(device_causes) / sizeof(device_causes[0]);
         i++) {
        if (frame->lost > 0 && (frame->flags & device_causes[i].flag) != 0) {
            causes |= device_causes[i].cause;
        }
    }
    if (frame->lost > 0 && causes == 0) {
        causes = GAP_DEVICE; /* it does not say why */
    }
    if (jump > frame->lost) {
        causes |= stream->broken != 0 ? stream->broken : GAP_USB;
    }
    return causes;
}

/* Device time of the last sample before a gap: on the straight line between
 * the run before and this one, as their indices count what is lost too. */
static int64_t gap_start(const struct stream *stream)
{
    const struct wire_frame *frame = &stream->frame;
    double period_ns = stream->period_ns;
    if (stream->last_count == 0) {
        double lost_ns = (double)(frame->index - stream->expected) * period_ns;
        return llround(fmax((double)frame->device_ns - lost_ns, 0));
    }
    double ns = (double)((int64_t)frame->device_ns - stream->last_device_ns);
    if (ns > 0) {
        period_ns = ns / (double)(frame->index - stream->last_index);
    }
    return stream->last_device_ns +
           llround((double)(stream->last_count - 1) * period_ns);
}

static struct recording_gap find_gap(struct stream *stream)
{
    const struct wire_frame *frame = &stream->frame;
    uint64_t jump = frame->index - stream->expected;
    if (jump == 0) {
        return (struct recording_gap){0};
    }
    struct recording_gap gap = {
        .at_sample = stream->rows,
        .lost_samples = jump,
        .start_ns = gap_start(stream),
        .end_ns = (int64_t)frame->device_ns,
        .cause = find_causes(stream, jump),
    };
    if (gap.end_ns < gap.start_ns) {
        gap.end_ns = gap.start_ns;
    }
    stream->lost += jump;
    stream->causes |= gap.cause;
    return gap;
}

/* Values at the end of the int16 range; the frame only tells that there are
 * some. */
static uint64_t count_clipped(const struct wire_frame *frame)
{
    uint64_t count = 0;
    if ((frame->flags & (WIRE_CLIP_ACCEL | WIRE_CLIP_GYRO)) == 0) {
        return 0;
    }
    for (size_t i = 0; i < frame->count; i++) {
        bool clipped = false;
        for (size_t axis = 0; axis < 6; axis++) {
            int16_t value = frame->samples[i][axis];
            clipped |= value == INT16_MAX || value == INT16_MIN;
        }
        count += clipped;
    }
    return count;
}

static struct recording_block make_block(const struct stream *stream)
{
    const struct wire_frame *frame = &stream->frame;
    uint32_t flags = 0;
    flags |= (frame->flags & WIRE_CLIP_ACCEL) != 0 ? BLOCK_CLIP_ACCEL : 0U;
    flags |= (frame->flags & WIRE_CLIP_GYRO) != 0 ? BLOCK_CLIP_GYRO : 0U;
    flags |= (frame->flags & WIRE_RESTARTED) != 0 ? BLOCK_RESTARTED : 0U;
    return (struct recording_block){
        .first_sample = stream->rows,
        .device_ns = (int64_t)frame->device_ns,
        .count = frame->count,
        .flags = flags,
    };
}

enum { TEMPERATURE_LSB = 256, TEMPERATURE_ZERO_C = 25 }; /* wire.h */

static void take_run(struct stream *stream, struct stream_run *out)
{
    const struct wire_frame *frame = &stream->frame;
    *out = (struct stream_run){
        .gap = find_gap(stream),
        .block = make_block(stream),
        .index = frame->index,
        .samples = frame->samples,
        .temperature_c =
            (float)frame->temperature / TEMPERATURE_LSB + TEMPERATURE_ZERO_C,
    };
    stream->broken = 0;
    stream->ended |= frame->type == WIRE_FRAME_END;
    stream->rows += frame->count;
    stream->clipped += count_clipped(frame);
    stream->expected = frame->index + frame->count;
    if (frame->count > 0) {
        stream->last_index = frame->index;
        stream->last_count = frame->count;
        stream->last_device_ns = (int64_t)frame->device_ns;
    }
}

/* No device runs for a century: what says so is not one of its frames. */
static const uint64_t DEVICE_NS_MAX = (uint64_t)1 << 62;

bool stream_next(struct stream *stream, struct stream_run *out)
{
    while (frames_next(&stream->frames, &stream->frame, NULL) > 0) {
        /* A frame from before what has come already can only be an echo; that
         * of a test pattern is no motion. */
        if (stream->frame.index < stream->expected ||
            stream->frame.type == WIRE_FRAME_PATTERN ||
            stream->frame.device_ns > DEVICE_NS_MAX) {
            continue;
        }
        take_run(stream, out);
        if (out->block.count > 0 || out->gap.lost_samples > 0) {
            return true;
        }
    }
    return false;
}
