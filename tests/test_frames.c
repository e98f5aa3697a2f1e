/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "acquire/frames.h"
#include "figure.h"

enum {
    FRAMES = 5,
    TRIALS = 333334, /* of each of three kinds of damage */
    STREAM_MAX = (FRAMES + 1) * WIRE_FRAME_MAX
};

/* Frames one after another, and where each begins; start[FRAMES] is the end. */
struct stream {
    uint8_t bytes[STREAM_MAX];
    size_t size;
    size_t start[FRAMES + 1];
};

/* Bytes [from, to) of a stream replaced by `added` others. */
struct damage {
    size_t from;
    size_t to;
    size_t added;
};

/* xorshift64, Marsaglia 2003. */
static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static size_t random_below(uint64_t *seed, size_t limit)
{
    return (size_t)(random_next(seed) % limit);
}

static void make_stream(struct stream *stream, uint64_t *seed)
{
    stream->size = 0;
    for (uint32_t i = 0; i < FRAMES; i++) {
        struct wire_frame frame = {.type = WIRE_FRAME_SAMPLES, .sequence = i};
        frame.count = (uint16_t)random_below(seed, WIRE_SAMPLES_MAX + 1);
        for (size_t k = 0; k < frame.count; k++) {
            for (int axis = 0; axis < 6; axis++) {
                frame.samples[k][axis] = (int16_t)random_next(seed);
            }
        }
        stream->start[i] = stream->size;
        stream->size += wire_put_frame(stream->bytes + stream->size, &frame);
    }
    stream->start[FRAMES] = stream->size;
}

/* Half of the added bytes are sync bytes, so that false beginnings occur. */
static size_t apply(uint8_t *out, const struct stream *stream,
                    struct damage damage, uint64_t *seed)
{
    static const uint8_t tempting[] = {WIRE_SYNC_0, WIRE_SYNC_1, WIRE_VERSION,
                                       WIRE_FRAME_SAMPLES};
    size_t n = damage.from;

    memcpy(out, stream->bytes, n);
    for (size_t i = 0; i < damage.added; i++) {
        uint64_t r = random_next(seed);
        out[n++] = r & 1 ? tempting[i % 4] : (uint8_t)(r >> 8);
    }
    memcpy(out + n, stream->bytes + damage.to, stream->size - damage.to);
    return n + stream->size - damage.to;
}

static bool is_hit(const struct stream *stream, size_t i, struct damage damage)
{
    bool ends_before = stream->start[i + 1] <= damage.from;
    bool begins_after = stream->start[i] >= damage.to;
    return !ends_before && !begins_after;
}

/* Decodes `bytes` in pieces of random size; sets got[i] for each frame of
 * `stream` that comes out. Fails on a frame that is not one of them. */
static void decode(const struct stream *stream, const uint8_t *bytes,
                   size_t size, bool got[FRAMES], uint64_t *seed)
{
    struct frames frames;
    struct wire_frame frame;
    const uint8_t *raw = NULL;
    size_t good_bytes = 0;

    frames_init(&frames);
    memset(got, 0, FRAMES * sizeof got[0]);
    for (size_t at = 0; at < size;) {
        size_t piece = 1 + random_below(seed, 700);
        piece = piece < size - at ? piece : size - at;
        at += frames_push(&frames, bytes + at, piece);
        size_t length = frames_next(&frames, &frame, &raw);
        for (; length > 0; length = frames_next(&frames, &frame, &raw)) {
            assert_true(frame.sequence < FRAMES);
            size_t begin = stream->start[frame.sequence];
            assert_int_equal(length, stream->start[frame.sequence + 1] - begin);
            assert_memory_equal(raw, stream->bytes + begin, length);
            assert_false(got[frame.sequence]);
            got[frame.sequence] = true;
            good_bytes += length;
        }
    }
    size_t held = frames.used - frames.start;
    assert_int_equal(good_bytes + frames.skipped_bytes + held, size);
}

static void run_damage_trials(bool remove, bool add)
{
    static struct stream stream;
    static uint8_t bytes[2 * STREAM_MAX];
    uint64_t seed = 88172645463325252;
    bool got[FRAMES];
    int trials = figure_points(TRIALS);

    for (int trial = 0; trial < trials; trial++) {
        if (trial % 100 == 0) {
            make_stream(&stream, &seed);
        }
        struct damage damage = {.from = random_below(&seed, stream.size)};
        size_t most = stream.size - damage.from;
        most = most < 600 ? most : 600;
        damage.to = damage.from + (remove ? 1 + random_below(&seed, most) : 0);
        damage.added = add ? 1 + random_below(&seed, 600) : 0;
        size_t size = apply(bytes, &stream, damage, &seed);
        decode(&stream, bytes, size, got, &seed);
        for (size_t i = 0; i < FRAMES; i++) {
            assert_true(got[i] || is_hit(&stream, i, damage));
        }
    }
    figure("frames",
           add && remove ? "frames: bytes replaced"
           : add         ? "frames: bytes added"
                         : "frames: bytes removed",
           (unsigned long long)trials,
           "no good frame lost beside the damage, none false");
}

/* Frames of 56 and of 68 bytes, the lengths next to 64. */
static void no_flip_of_one_or_two_bits_is_accepted(void **state)
{
    (void)state;
    unsigned long long flips = 0;
    for (uint16_t count = 1; count <= 2; count++) {
        const struct wire_frame made = {.type = WIRE_FRAME_SAMPLES,
                                        .sequence = 7,
                                        .index = 12345,
                                        .device_ns = 987654321,
                                        .count = count,
                                        .samples = {{1, -2, 3, -4, 5, -6}}};
        uint8_t bytes[WIRE_FRAME_MAX] = {0};
        struct wire_frame frame;
        size_t bits = 8 * wire_put_frame(bytes, &made);
        for (size_t i = 0; i < bits; i++) {
            for (size_t j = i; j < bits; j++) {
                bytes[i / 8] ^= (uint8_t)(1 << i % 8);
                bytes[j / 8] ^= (uint8_t)(j > i ? 1 << j % 8 : 0);
                assert_true(wire_get_frame(&frame, bytes, sizeof(bytes)) <= 0);
                bytes[i / 8] ^= (uint8_t)(1 << i % 8);
                bytes[j / 8] ^= (uint8_t)(j > i ? 1 << j % 8 : 0);
                flips++;
            }
        }
        assert_int_equal(wire_get_frame(&frame, bytes, sizeof(bytes)),
                         bits / 8);
    }
    figure("frames", "frames: every flip of one or two bits", flips,
           "0 accepted");
}

static void clean_stream_gives_all_frames_and_skips_nothing(void **state)
{
    (void)state;
    static struct stream stream;
    uint64_t seed = 1;
    bool got[FRAMES];
    for (int trial = 0; trial < 100; trial++) {
        make_stream(&stream, &seed);
        decode(&stream, stream.bytes, stream.size, got, &seed);
        for (size_t i = 0; i < FRAMES; i++) {
            assert_true(got[i]);
        }
    }
}

static void bytes_added_cost_only_the_frame_they_fall_into(void **state)
{
    (void)state;
    run_damage_trials(false, true);
}

static void bytes_removed_cost_only_the_frames_they_came_from(void **state)
{
    (void)state;
    run_damage_trials(true, false);
}

static void bytes_replaced_cost_only_the_frames_they_fall_into(void **state)
{
    (void)state;
    run_damage_trials(true, true);
}

/* The last frame of a stream has nothing behind it that would fill up what a
 * broken frame before it still seems to need. */
static void frame_behind_a_cut_one_is_not_held_back(void **state)
{
    (void)state;
    struct wire_frame long_one = {.type = WIRE_FRAME_SAMPLES,
                                  .count = WIRE_SAMPLES_MAX};
    struct wire_frame end = {.type = WIRE_FRAME_END, .sequence = 1};
    struct wire_frame frame;
    struct frames frames;
    uint8_t bytes[WIRE_FRAME_MAX];

    frames_init(&frames);
    (void)wire_put_frame(bytes, &long_one);
    assert_int_equal(frames_push(&frames, bytes, 100), 100);
    assert_int_equal(frames_next(&frames, &frame, NULL), 0);
    size_t length = wire_put_frame(bytes, &end);
    assert_int_equal(frames_push(&frames, bytes, length), length);
    assert_int_equal(frames_next(&frames, &frame, NULL), length);
    assert_int_equal(frame.type, WIRE_FRAME_END);
    assert_int_equal(frames.skipped_bytes, 100);
}

static void full_decoder_takes_no_more_until_frames_are_taken(void **state)
{
    (void)state;
    static struct stream stream;
    struct wire_frame frame;
    struct frames frames;
    uint64_t seed = 3;

    make_stream(&stream, &seed);
    frames_init(&frames);
    size_t taken = frames_push(&frames, stream.bytes, stream.size);
    assert_int_equal(taken, sizeof frames.buffer);
    assert_int_equal(frames_push(&frames, stream.bytes + taken, 1), 0);
    assert_true(frames_next(&frames, &frame, NULL) > 0);
    assert_int_equal(frames_push(&frames, stream.bytes + taken, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_stream_gives_all_frames_and_skips_nothing),
        cmocka_unit_test(bytes_added_cost_only_the_frame_they_fall_into),
        cmocka_unit_test(bytes_removed_cost_only_the_frames_they_came_from),
        cmocka_unit_test(bytes_replaced_cost_only_the_frames_they_fall_into),
        cmocka_unit_test(no_flip_of_one_or_two_bits_is_accepted),
        cmocka_unit_test(frame_behind_a_cut_one_is_not_held_back),
        cmocka_unit_test(full_decoder_takes_no_more_until_frames_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
