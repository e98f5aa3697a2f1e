/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames and stream: what a device, or a cable, can make of the bytes. A
 * script sends whole frames with the right CRC, frames with a byte changed,
 * pieces of frames and anything else, cut anywhere.
 */
#include "tests/fuzz/fuzz.h"

#include "acquire/stream.h"

enum { SEND_WHOLE, SEND_CHANGED, SEND_PIECE, SEND_ANYTHING, BREAK, ACTS };

struct run {
    struct fuzz fuzz;
    struct frames frames;
    struct stream stream;
    struct wire_frame next; /* the frame a device would send now */
    uint64_t pushed;        /* bytes */
    uint64_t accepted;      /* bytes of good frames */
    uint64_t whole;         /* frames that were sent whole */
    uint64_t good;          /* frames that were accepted */
};

static void take_frames(struct run *run)
{
    struct wire_frame frame;
    const uint8_t *bytes;
    size_t length;
    while ((length = frames_next(&run->frames, &frame, &bytes)) > 0) {
        uint8_t again[WIRE_FRAME_MAX];
        FUZZ_RULE(wire_put_frame(again, &frame) == length);
        FUZZ_RULE(memcmp(again, bytes, length) == 0);
        run->accepted += length;
        run->good++;
    }
    const struct frames *f = &run->frames;
    FUZZ_RULE(run->pushed ==
              run->accepted + f->skipped_bytes + f->used - f->start);
}

static void take_runs(struct run *run)
{
    struct stream *stream = &run->stream;
    uint64_t rows = stream->rows;
    struct stream_run out;
    while (stream_next(stream, &out)) {
        FUZZ_RULE(out.block.count <= WIRE_SAMPLES_MAX);
        FUZZ_RULE(out.block.first_sample == rows);
        FUZZ_RULE(out.block.count > 0 || out.gap.lost_samples > 0);
        if (out.gap.lost_samples > 0) {
            FUZZ_RULE(out.gap.at_sample == rows && out.gap.cause != 0);
            FUZZ_RULE(out.gap.start_ns <= out.gap.end_ns);
        }
        rows += out.block.count;
        FUZZ_RULE(stream->rows == rows);
        FUZZ_RULE(stream->rows + stream->lost == stream->expected);
        FUZZ_RULE(stream->clipped <= stream->rows);
    }
}

static void push(struct run *run, const uint8_t *bytes, size_t size)
{
    for (size_t used = 0; used < size;) {
        size_t taken = frames_push(&run->frames, bytes + used, size - used);
        FUZZ_RULE(taken > 0);
        used += taken;
        run->pushed += taken;
        take_frames(run);
    }
    for (size_t used = 0; used < size;) {
        used += stream_push(&run->stream, bytes + used, size - used);
        take_runs(run);
    }
}

/* The next frame of a device: mostly in order, any field may be anything. */
static size_t make_frame(struct run *run, uint8_t *out)
{
    struct wire_frame *frame = &run->next;
    uint64_t how = fuzz_number(&run->fuzz, 1);
    frame->type = how & 1 ? WIRE_FRAME_SAMPLES
                          : (uint8_t)(WIRE_FRAME_SAMPLES + (how >> 1) % 3);
    frame->count =
        (uint16_t)(fuzz_number(&run->fuzz, 1) % (WIRE_SAMPLES_MAX + 1));
    frame->lost = how & 8 ? (uint32_t)fuzz_number(&run->fuzz, 4) : 0;
    frame->flags = how & 8 ? (uint16_t)fuzz_number(&run->fuzz, 2) : 0;
    frame->index += how & 16 ? fuzz_number(&run->fuzz, 8) : frame->lost;
    frame->device_ns += how & 32 ? fuzz_number(&run->fuzz, 8) : 1000000;
    frame->samples[0][0] = (int16_t)fuzz_number(&run->fuzz, how & 64 ? 2 : 0);
    size_t size = wire_put_frame(out, frame);
    frame->index += frame->count;
    frame->sequence++;
    return size;
}

static void act(struct run *run)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size;
    switch (fuzz_number(&run->fuzz, 1) % ACTS) {
    case SEND_WHOLE:
        size = make_frame(run, bytes);
        run->whole++;
        push(run, bytes, size);
        break;
    case SEND_CHANGED:
        size = make_frame(run, bytes);
        bytes[fuzz_number(&run->fuzz, 2) % size] ^=
            (uint8_t)(1U << fuzz_number(&run->fuzz, 1) % 8);
        push(run, bytes, size);
        break;
    case SEND_PIECE:
        size = make_frame(run, bytes);
        push(run, bytes, fuzz_number(&run->fuzz, 2) % size);
        break;
    case SEND_ANYTHING: {
        size_t most = (size_t)fuzz_number(&run->fuzz, 1);
        const uint8_t *raw = fuzz_bytes(&run->fuzz, most, &size);
        push(run, raw, size);
        break;
    }
    default:
        stream_broken(&run->stream, (uint32_t)fuzz_number(&run->fuzz, 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run run; /* large: not for the stack */
    run = (struct run){.fuzz = {data, size}};
    frames_init(&run.frames);
    stream_init(&run.stream, 104);
    while (run.fuzz.left > 0) {
        act(&run);
    }
    FUZZ_RULE(run.good >= run.whole);
    return 0;
}
