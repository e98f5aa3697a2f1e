/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "acquire/queue.h"

static void records_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct queue *queue = queue_new(64);
    uint8_t out[64];
    uint32_t type;
    size_t size;
    assert_false(queue_pop(queue, &type, out, sizeof(out), &size));
    /* Many more bytes than fit at once: every record crosses the end of the
     * ring at some time. */
    for (uint8_t i = 0; i < 250; i++) {
        uint8_t in[23];
        memset(in, i, sizeof(in));
        assert_true(queue_push(queue, i, in, i % 24));
        assert_true(queue_pop(queue, &type, out, sizeof(out), &size));
        assert_int_equal(type, i);
        assert_int_equal(size, i % 24);
        assert_memory_equal(out, in, size);
    }
    queue_free(queue);
}

static void full_queue_refuses_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct queue *queue = queue_new(64);
    uint8_t data[57] = {7};
    uint8_t out[64];
    uint32_t type;
    size_t size;
    assert_false(queue_push(queue, 1, data, 57));
    assert_true(queue_push(queue, 2, data, 56));
    assert_false(queue_push(queue, 3, NULL, 0));
    assert_int_equal(queue_peak(queue), 64);
    assert_true(queue_pop(queue, &type, out, sizeof(out), &size));
    assert_int_equal(type, 2);
    assert_int_equal(size, 56);
    assert_true(queue_push(queue, 4, NULL, 0));
    assert_int_equal(queue_peak(queue), 64);
    queue_free(queue);
}

static void stream_queue_holds_more_than_ten_seconds(void **state)
{
    (void)state;
    struct queue *queue = queue_new(QUEUE_STREAM_BYTES);
    static uint8_t frame[512]; /* 39 samples */
    size_t samples = 0;
    while (queue_push(queue, 1, frame, sizeof(frame))) {
        samples += 39;
    }
    assert_true(samples >= 10 * 1667);
    queue_free(queue);
}

enum { HANDED_OVER = 200000 };

static void *produce(void *arg)
{
    struct queue *queue = arg;
    uint8_t data[40];
    for (uint32_t i = 0; i < HANDED_OVER; i++) {
        size_t size = i % sizeof(data);
        memset(data, (int)(i & 0xFF), sizeof(data));
        while (!queue_push(queue, i, data, size)) {
            sched_yield();
        }
    }
    return NULL;
}

static void two_threads_lose_and_change_nothing(void **state)
{
    (void)state;
    struct queue *queue = queue_new(1024);
    pthread_t producer;
    assert_int_equal(pthread_create(&producer, NULL, produce, queue), 0);
    for (uint32_t i = 0; i < HANDED_OVER; i++) {
        uint8_t out[64];
        uint8_t expected[40];
        uint32_t type;
        size_t size;
        while (!queue_pop(queue, &type, out, sizeof(out), &size)) {
            sched_yield();
        }
        memset(expected, (int)(i & 0xFF), sizeof(expected));
        assert_int_equal(type, i);
        assert_int_equal(size, i % sizeof(expected));
        assert_memory_equal(out, expected, size);
    }
    assert_int_equal(pthread_join(producer, NULL), 0);
    assert_true(queue_peak(queue) <= queue_capacity(queue));
    queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_out_as_they_went_in),
        cmocka_unit_test(full_queue_refuses_and_keeps_what_it_has),
        cmocka_unit_test(stream_queue_holds_more_than_ten_seconds),
        cmocka_unit_test(two_threads_lose_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
