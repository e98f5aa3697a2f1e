/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recorder's CRC-32C is the wristband's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "acquire/crc32c_fast.h"
#include "firmware/core/crc32c.h"

enum { BYTES = 96, ALIGNMENTS = 8 };

static void fill(uint8_t *bytes, size_t size)
{
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

static void every_length_and_alignment_agrees(void **state)
{
    (void)state;
    uint8_t bytes[BYTES + ALIGNMENTS];
    fill(bytes, sizeof(bytes));
    for (size_t from = 0; from < ALIGNMENTS; from++) {
        for (size_t size = 0; size <= BYTES; size++) {
            assert_int_equal(crc32c_fast(0, bytes + from, size),
                             crc32c(0, bytes + from, size));
        }
    }
}

static void carried_on_anywhere_it_agrees(void **state)
{
    (void)state;
    uint8_t bytes[BYTES];
    fill(bytes, sizeof(bytes));
    uint32_t whole = crc32c(0, bytes, sizeof(bytes));
    for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
        uint32_t crc = crc32c_fast(0, bytes, cut);
        assert_int_equal(crc32c_fast(crc, bytes + cut, sizeof(bytes) - cut),
                         whole);
    }
}

static void it_gives_the_check_value(void **state)
{
    (void)state;
    assert_int_equal(crc32c_fast(0, "123456789", 9), 0xE3069283);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_and_alignment_agrees),
        cmocka_unit_test(carried_on_anywhere_it_agrees),
        cmocka_unit_test(it_gives_the_check_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
