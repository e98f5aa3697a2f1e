/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

enum { SIZE = 978, SAMPLES = 2000 };

static int16_t samples[SAMPLES][6];

/* Numerical Recipes' generator, chapter 7.1: any will do. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Packs `samples` into buffers of `size` bytes, unpacks each, and
 * compares. Returns the bytes that it took. */
static size_t round_trip(size_t size)
{
    static uint8_t bytes[SIZE];
    struct pack pack;
    size_t total = 0;
    pack_init(&pack);
    for (int at = 0; at < SAMPLES;) {
        int from = at;
        pack_begin(&pack, bytes, size);
        while (at < SAMPLES && pack_add(&pack, samples[at])) {
            at++;
        }
        assert_int_equal(pack.count, at - from);
        assert_true(at > from);
        assert_true(pack_bytes(&pack) <= size);
        total += pack_bytes(&pack);
        struct unpack unpack;
        unpack_begin(&unpack, bytes, pack_bytes(&pack));
        for (int i = from; i < at; i++) {
            int16_t sample[6];
            assert_true(unpack_next(&unpack, sample));
            assert_memory_equal(sample, samples[i], sizeof(sample));
        }
    }
    return total;
}

static void fill(uint32_t seed, uint32_t spread, int32_t drift)
{
    for (int i = 0; i < SAMPLES; i++) {
        for (int axis = 0; axis < 6; axis++) {
            int32_t noise = (int32_t)(next_random(&seed) % (2 * spread + 1));
            samples[i][axis] = (int16_t)(noise - (int32_t)spread + drift * i);
        }
    }
}

static void every_signal_comes_back(void **state)
{
    (void)state;
    static const uint32_t spreads[] = {0, 1, 3, 50, 3000, 32767};
    for (size_t k = 0; k < sizeof(spreads) / sizeof(spreads[0]); k++) {
        for (int32_t drift = 0; drift < 100; drift += 33) {
            fill(7, spreads[k], drift);
            round_trip(SIZE);
            round_trip(64);
        }
    }
}

static void jumps_from_end_to_end_come_back(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int i = 0; i < SAMPLES; i++) {
        for (int axis = 0; axis < 6; axis++) {
            bool high = next_random(&seed) % 2 == 0;
            samples[i][axis] = high ? INT16_MAX : INT16_MIN;
        }
    }
    size_t bytes = round_trip(SIZE);
    /* At worst an escape a value. */
    assert_true(bytes <= SAMPLES * 6 * (PACK_ESCAPE + 16) / 8 + SAMPLES);
}

/* A jump out of the quiet takes an escape, and is learnt from. */
static void knock_in_silence_comes_back(void **state)
{
    (void)state;
    fill(5, 1, 0);
    for (int i = 500; i < 510; i++) {
        samples[i][2] = (int16_t)(i % 2 == 0 ? 32767 : -32768);
    }
    round_trip(SIZE);
}

static void quiet_takes_under_two_bytes_a_sample(void **state)
{
    (void)state;
    fill(1, 1, 0);
    assert_true(round_trip(SIZE) < 2 * SAMPLES);
}

/* Uniform noise of 2 n + 1 values cannot take less than their logarithm. */
static void noise_takes_little_more_than_it_must(void **state)
{
    (void)state;
    fill(2, 127, 0);
    double must = SAMPLES * 6 * 8 / 8.0;
    double took = (double)round_trip(SIZE);
    assert_true(took < 1.1 * must);
}

/* Were only the last value believed, each step of 16 took five bits. */
static void slope_costs_little_more_than_rest(void **state)
{
    (void)state;
    fill(4, 1, 16);
    assert_true(round_trip(SIZE) < 3 * SAMPLES);
}

static void full_buffer_takes_no_more(void **state)
{
    (void)state;
    uint8_t bytes[64 + 1];
    uint8_t before[64];
    struct pack pack;
    fill(6, 32767, 0);
    bytes[64] = 0xA5;
    pack_init(&pack);
    pack_begin(&pack, bytes, 64);
    int at = 0;
    while (pack_add(&pack, samples[at])) {
        at++;
    }
    memcpy(before, bytes, sizeof(before));
    assert_false(pack_add(&pack, samples[at]));
    assert_memory_equal(bytes, before, sizeof(before));
    assert_int_equal(pack.count, at);
    assert_int_equal(bytes[64], 0xA5);
}

static void buffer_cut_short_says_so(void **state)
{
    (void)state;
    static uint8_t bytes[SIZE];
    struct pack pack;
    struct unpack unpack;
    int16_t sample[6];
    fill(8, 300, 0);
    pack_init(&pack);
    pack_begin(&pack, bytes, sizeof(bytes));
    for (int i = 0; i < 20; i++) {
        assert_true(pack_add(&pack, samples[i]));
    }
    unpack_begin(&unpack, bytes, pack_bytes(&pack) - 1);
    for (int i = 0; i < 19; i++) {
        assert_true(unpack_next(&unpack, sample));
    }
    assert_false(unpack_next(&unpack, sample));
}

/* Whatever the bytes, unpacking stays inside them. */
static void garbage_unpacks_to_an_end(void **state)
{
    (void)state;
    uint8_t bytes[64];
    uint32_t seed = 11;
    for (int trial = 0; trial < 500; trial++) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] = (uint8_t)next_random(&seed);
        }
        struct unpack unpack;
        int16_t sample[6];
        int count = 0;
        unpack_begin(&unpack, bytes, sizeof(bytes));
        while (unpack_next(&unpack, sample)) {
            count++;
        }
        assert_true(count <= 64 * 8 / 6 + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signal_comes_back),
        cmocka_unit_test(jumps_from_end_to_end_come_back),
        cmocka_unit_test(knock_in_silence_comes_back),
        cmocka_unit_test(quiet_takes_under_two_bytes_a_sample),
        cmocka_unit_test(noise_takes_little_more_than_it_must),
        cmocka_unit_test(slope_costs_little_more_than_rest),
        cmocka_unit_test(full_buffer_takes_no_more),
        cmocka_unit_test(buffer_cut_short_says_so),
        cmocka_unit_test(garbage_unpacks_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
