/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "firmware/core/ring.h"

enum { LARGE = 4096, FRAMES = 20000 };

static void fill(uint8_t *frame, size_t size, uint32_t number)
{
    for (size_t i = 0; i < size; i++) {
        frame[i] = (uint8_t)(number * 31 + i * 7);
    }
}

static void *put_all(void *arg)
{
    struct ring *ring = arg;
    uint8_t frame[256];

    for (uint32_t i = 0; i < FRAMES; i++) {
        size_t size = 1 + i % 251;
        fill(frame, size, i);
        while (!ring_put(ring, frame, size)) {
            sched_yield();
        }
    }
    return NULL;
}

static void two_threads_lose_and_change_nothing(void **state)
{
    (void)state;
    static uint8_t bytes[LARGE];
    uint8_t frame[256];
    uint8_t out[256];
    struct ring ring;
    pthread_t putter;

    ring_init(&ring, bytes, LARGE);
    assert_int_equal(pthread_create(&putter, NULL, put_all, &ring), 0);
    for (uint32_t i = 0; i < FRAMES; i++) {
        size_t size = ring_get(&ring, out);
        while (size == 0) {
            sched_yield();
            size = ring_get(&ring, out);
        }
        fill(frame, size, i);
        assert_int_equal(size, 1 + i % 251);
        assert_memory_equal(out, frame, size);
    }
    assert_int_equal(pthread_join(putter, NULL), 0);
    assert_int_equal(ring_used(&ring), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_lose_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
