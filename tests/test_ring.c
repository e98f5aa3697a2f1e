/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "firmware/core/ring.h"

enum { SIZE = 64 };

static void fill(uint8_t *frame, size_t size, uint32_t number)
{
    for (size_t i = 0; i < size; i++) {
        frame[i] = (uint8_t)(number * 31 + i * 7);
    }
}

static void frames_come_out_in_order_through_many_wraps(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    uint8_t in[SIZE];
    uint8_t out[SIZE];
    struct ring ring;

    ring_init(&ring, bytes, SIZE);
    for (uint32_t i = 0; i < 1000; i++) {
        size_t size = 1 + i % 29;
        fill(in, size, i);
        assert_true(ring_put(&ring, in, size));
        assert_true(ring_put(&ring, in, size));
        for (int k = 0; k < 2; k++) {
            assert_int_equal(ring_get(&ring, out), size);
            assert_memory_equal(out, in, size);
        }
        assert_int_equal(ring_get(&ring, out), 0);
    }
}

static void frame_that_fills_the_ring_exactly_goes_in(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    uint8_t frame[SIZE] = {1, 2, 3};
    uint8_t out[SIZE];
    struct ring ring;

    ring_init(&ring, bytes, SIZE);
    assert_false(ring_put(&ring, frame, SIZE - RING_OVERHEAD + 1));
    assert_int_equal(ring_used(&ring), 0);
    assert_true(ring_put(&ring, frame, SIZE - RING_OVERHEAD));
    assert_int_equal(ring_used(&ring), SIZE);
    assert_false(ring_put(&ring, frame, 0));
    assert_int_equal(ring_get(&ring, out), SIZE - RING_OVERHEAD);
    assert_memory_equal(out, frame, SIZE - RING_OVERHEAD);
}

static void full_ring_keeps_what_it_has(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    uint8_t frame[SIZE];
    uint8_t out[SIZE];
    struct ring ring;

    ring_init(&ring, bytes, SIZE);
    fill(frame, 30, 1);
    assert_true(ring_put(&ring, frame, 30));
    fill(frame, 31, 2);
    assert_false(ring_put(&ring, frame, 31));
    assert_true(ring_put(&ring, frame, 30));
    fill(frame, 30, 1);
    assert_int_equal(ring_get(&ring, out), 30);
    assert_memory_equal(out, frame, 30);
}

static void peak_is_the_most_ever_used_and_drop_empties(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    uint8_t frame[SIZE] = {0};
    struct ring ring;

    ring_init(&ring, bytes, SIZE);
    assert_true(ring_put(&ring, frame, 10));
    assert_true(ring_put(&ring, frame, 20));
    ring_drop(&ring);
    assert_int_equal(ring_used(&ring), 0);
    assert_int_equal(ring_get(&ring, frame), 0);
    assert_true(ring_put(&ring, frame, 5));
    assert_int_equal(ring_peak(&ring), 10 + 20 + 2 * RING_OVERHEAD);
}

static void counters_may_wrap_around_32_bits(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    uint8_t frame[SIZE];
    uint8_t out[SIZE];
    struct ring ring;

    ring_init(&ring, bytes, SIZE);
    atomic_init(&ring.head, UINT32_MAX - 40);
    atomic_init(&ring.tail, UINT32_MAX - 40);
    for (uint32_t i = 0; i < 10; i++) {
        fill(frame, 20, i);
        assert_true(ring_put(&ring, frame, 20));
        assert_int_equal(ring_used(&ring), 20 + RING_OVERHEAD);
        assert_int_equal(ring_get(&ring, out), 20);
        assert_memory_equal(out, frame, 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_in_order_through_many_wraps),
        cmocka_unit_test(frame_that_fills_the_ring_exactly_goes_in),
        cmocka_unit_test(full_ring_keeps_what_it_has),
        cmocka_unit_test(peak_is_the_most_ever_used_and_drop_empties),
        cmocka_unit_test(counters_may_wrap_around_32_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
