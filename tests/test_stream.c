/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "acquire/stream.h"
#include "figure.h"

enum { RATE_HZ = 100, PERIOD_NS = 10000000, COUNT = 10 };

static struct stream stream;

static struct wire_frame make_frame(uint64_t index, uint32_t lost,
                                    uint16_t flags)
{
    struct wire_frame frame = {
        .type = WIRE_FRAME_SAMPLES,
        .flags = flags,
        .lost = lost,
        .index = index,
        .device_ns = 1000000000 + index * PERIOD_NS,
        .count = COUNT,
    };
    for (int i = 0; i < COUNT; i++) {
        frame.samples[i][0] = (int16_t)(index + (uint64_t)i);
    }
    return frame;
}

static void push_frame(const struct wire_frame *frame)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size = wire_put_frame(bytes, frame);
    assert_true(size > 0);
    assert_int_equal(stream_push(&stream, bytes, size), size);
}

static void push(uint64_t index, uint32_t lost, uint16_t flags)
{
    struct wire_frame frame = make_frame(index, lost, flags);
    push_frame(&frame);
}

static struct stream_run next(void)
{
    struct stream_run run;
    assert_true(stream_next(&stream, &run));
    return run;
}

static void assert_none_left(void)
{
    struct stream_run run;
    assert_false(stream_next(&stream, &run));
}

/* A stream of which ten samples have come. */
static void begin(void)
{
    stream_init(&stream, RATE_HZ);
    push(0, 0, WIRE_FIRST);
    struct stream_run run = next();
    assert_int_equal(run.gap.lost_samples, 0);
    assert_int_equal(run.block.count, COUNT);
}

static void test_pattern_is_no_motion(void **state)
{
    (void)state;
    struct wire_frame pattern;
    begin();
    wire_pattern(&pattern, 3);
    push_frame(&pattern);
    assert_none_left();
    assert_int_equal(stream.rows, COUNT);
}

/* The flash lost them, not the way here. */
static void loss_in_the_log_is_named(void **state)
{
    (void)state;
    begin();
    push(COUNT + 4, 4, WIRE_LOST_LOG);
    struct stream_run run = next();
    assert_int_equal(run.gap.lost_samples, 4);
    assert_int_equal(run.gap.cause, GAP_LOG);
}

static void whole_stream_has_no_gap(void **state)
{
    (void)state;
    begin();
    for (uint64_t i = 1; i < 5; i++) {
        push(i * COUNT, 0, 0);
        struct stream_run run = next();
        assert_int_equal(run.gap.lost_samples, 0);
        assert_int_equal(run.block.first_sample, i * COUNT);
        assert_int_equal(run.block.device_ns, 1000000000 + i * 100000000);
        assert_int_equal(run.samples[3][0], i * COUNT + 3);
    }
    assert_int_equal(stream.rows, 50);
    assert_int_equal(stream.lost, 0);
    assert_none_left();
}

/* Sample 2^31 comes after 15 days of 1667 Hz, 2^32 after a month; a frame's
 * number comes round with 32 bits, too. */
static void samples_are_counted_beyond_32_bits(void **state)
{
    (void)state;
    static const unsigned bits[] = {15, 16, 31, 32, 33, 38};
    unsigned long long frames = 0;
    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
        uint64_t at = (UINT64_C(1) << bits[i]) - 25;
        stream_init(&stream, RATE_HZ);
        for (uint32_t k = 0; k < 12; k++) {
            /* Ten samples are lost in the middle, and all before. */
            uint64_t index = at + (uint64_t)(k < 6 ? k : k + 1) * COUNT;
            struct wire_frame frame = make_frame(index, 0, 0);
            frame.flags = k == 0 ? WIRE_FIRST : 0;
            frame.sequence = UINT32_MAX - 3 + k;
            push_frame(&frame);
            struct stream_run run = next();
            uint64_t lost = k == 0 ? at : k == 6 ? COUNT : 0;
            assert_int_equal(run.gap.lost_samples, lost);
            assert_int_equal(run.block.count, COUNT);
            frames += run.block.count == COUNT ? 1 : 0;
        }
        assert_int_equal(stream.rows, 12 * COUNT);
        assert_int_equal(stream.lost, at + COUNT);
    }
    figure("counters", "samples beyond 2^31 and 2^32, frames beyond 2^32",
           frames, "each loss at its place");
}

static void every_loss_has_its_cause(void **state)
{
    (void)state;
    static const struct {
        uint64_t index; /* of a frame after ten samples */
        uint32_t lost;
        uint16_t flags;
        uint32_t broken;
        uint32_t cause;
    } cases[] = {
        {15, 5, WIRE_LOST_FIFO, 0, GAP_FIFO},
        {15, 5, WIRE_LOST_BUS, 0, GAP_BUS},
        {15, 5, WIRE_LOST_RING, 0, GAP_DEVICE},
        {15, 5, WIRE_LOST_FIFO | WIRE_LOST_RING, 0, GAP_FIFO | GAP_DEVICE},
        {15, 0, 0, 0, GAP_USB},
        {15, 3, WIRE_LOST_FIFO, 0, GAP_FIFO | GAP_USB},
        {15, 0, 0, GAP_HOST, GAP_HOST},
        {15, 3, WIRE_LOST_BUS, GAP_HOST, GAP_BUS | GAP_HOST},
        /* Nothing is missing where the host threw away only an echo. */
        {15, 5, WIRE_LOST_FIFO, GAP_HOST, GAP_FIFO},
        {10, 0, 0, GAP_HOST, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        if (cases[i].broken != 0) {
            stream_broken(&stream, cases[i].broken);
        }
        push(cases[i].index, cases[i].lost, cases[i].flags);
        struct stream_run run = next();
        assert_int_equal(run.gap.lost_samples, cases[i].index - 10);
        assert_int_equal(run.gap.cause, cases[i].cause);
        assert_int_equal(stream.causes, cases[i].cause);
        assert_int_equal(run.block.first_sample, 10);
        assert_int_equal(stream.broken, 0);
    }
}

static void gap_lies_between_the_samples_beside_it(void **state)
{
    (void)state;
    begin();
    push(40, 30, WIRE_LOST_FIFO);
    struct stream_run run = next();
    assert_int_equal(run.gap.at_sample, 10);
    assert_int_equal(run.gap.start_ns, 1000000000 + 9 * PERIOD_NS);
    assert_int_equal(run.gap.end_ns, 1000000000 + 40 * (int64_t)PERIOD_NS);
    assert_int_equal(stream.lost, 30);
}

static void samples_missing_at_the_start_are_a_gap_before_row_0(void **state)
{
    (void)state;
    stream_init(&stream, RATE_HZ);
    push(20, 0, 0);
    struct stream_run run = next();
    assert_int_equal(run.gap.at_sample, 0);
    assert_int_equal(run.gap.lost_samples, 20);
    assert_int_equal(run.gap.start_ns, 1000000000);
    assert_int_equal(run.block.first_sample, 0);
}

static void loss_before_the_end_is_told(void **state)
{
    (void)state;
    begin();
    struct wire_frame end = make_frame(14, 4, WIRE_LOST_RING);
    end.type = WIRE_FRAME_END;
    end.count = 0;
    push_frame(&end);
    struct stream_run run = next();
    assert_int_equal(run.block.count, 0);
    assert_int_equal(run.gap.at_sample, 10);
    assert_int_equal(run.gap.lost_samples, 4);
    assert_int_equal(run.gap.cause, GAP_DEVICE);
    assert_true(stream.ended);
    assert_int_equal(stream.rows, 10);
}

static void end_without_loss_is_no_run(void **state)
{
    (void)state;
    begin();
    struct wire_frame end = make_frame(10, 0, 0);
    end.type = WIRE_FRAME_END;
    end.count = 0;
    push_frame(&end);
    assert_none_left();
    assert_true(stream.ended);
}

static void echoes_and_impossible_frames_are_no_samples(void **state)
{
    (void)state;
    begin();
    push(0, 0, 0);
    struct wire_frame frame = make_frame(10, 0, 0);
    frame.device_ns = UINT64_MAX;
    push_frame(&frame);
    push(10, 0, 0);
    assert_int_equal(next().block.first_sample, 10);
    assert_none_left();
    assert_int_equal(stream.rows, 20);
    assert_int_equal(stream.lost, 0);
}

static void largest_index_does_not_overflow(void **state)
{
    (void)state;
    begin();
    struct wire_frame frame = make_frame(UINT64_MAX - COUNT, 0, 0);
    frame.device_ns = (uint64_t)1 << 62;
    push_frame(&frame);
    struct stream_run run = next();
    assert_int_equal(run.gap.lost_samples, UINT64_MAX - 2 * COUNT);
    assert_true(run.gap.start_ns <= run.gap.end_ns);

    stream_init(&stream, RATE_HZ);
    push_frame(&frame);
    run = next();
    assert_int_equal(run.gap.start_ns, 0);
}

static void clipped_rows_are_counted_and_flags_kept(void **state)
{
    (void)state;
    begin();
    struct wire_frame frame =
        make_frame(10, 0, WIRE_CLIP_ACCEL | WIRE_RESTARTED);
    frame.samples[2][0] = INT16_MAX;
    frame.samples[2][1] = INT16_MIN;
    frame.samples[7][5] = INT16_MIN;
    push_frame(&frame);
    assert_int_equal(next().block.flags, BLOCK_CLIP_ACCEL | BLOCK_RESTARTED);
    assert_int_equal(stream.clipped, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_stream_has_no_gap),
        cmocka_unit_test(every_loss_has_its_cause),
        cmocka_unit_test(gap_lies_between_the_samples_beside_it),
        cmocka_unit_test(samples_missing_at_the_start_are_a_gap_before_row_0),
        cmocka_unit_test(loss_before_the_end_is_told),
        cmocka_unit_test(end_without_loss_is_no_run),
        cmocka_unit_test(echoes_and_impossible_frames_are_no_samples),
        cmocka_unit_test(largest_index_does_not_overflow),
        cmocka_unit_test(test_pattern_is_no_motion),
        cmocka_unit_test(loss_in_the_log_is_named),
        cmocka_unit_test(clipped_rows_are_counted_and_flags_kept),
        cmocka_unit_test(samples_are_counted_beyond_32_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
