/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"
#include "firmware/core/image.h"
#include "firmware/core/wire_board.h"

static void board_comes_back_as_it_was(void **state)
{
    const struct wire_board in = {.reset = WIRE_RESET_HANG,
                                  .pin = WIRE_PIN_NOISY,
                                  .revision = 2,
                                  .fault = true,
                                  .image_length = 0x12345,
                                  .image_crc = 0x89ABCDEF,
                                  .crc_found = 0x01234567,
                                  .firmware = {1, 2, 3},
                                  .wire = 1,
                                  .flash_id = 0x1F8901,
                                  .failures = 9,
                                  .bus_resets = 10,
                                  .board = "sixteen-letters!"};
    uint8_t bytes[WIRE_BOARD_SIZE];
    struct wire_board out;

    (void)state;
    wire_put_board(bytes, &in);
    assert_true(wire_get_board(&out, bytes));
    assert_int_equal(out.reset, in.reset);
    assert_int_equal(out.pin, in.pin);
    assert_int_equal(out.revision, in.revision);
    assert_true(out.fault);
    assert_int_equal(out.image_length, in.image_length);
    assert_int_equal(out.image_crc, in.image_crc);
    assert_int_equal(out.crc_found, in.crc_found);
    assert_memory_equal(out.firmware, in.firmware, 3);
    assert_int_equal(out.wire, in.wire);
    assert_int_equal(out.flash_id, in.flash_id);
    assert_int_equal(out.failures, in.failures);
    assert_int_equal(out.bus_resets, in.bus_resets);
    assert_string_equal(out.board, in.board);
}

static void values_that_mean_nothing_are_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } cases[] = {{0, 8}, {1, 4}, {3, 2}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[WIRE_BOARD_SIZE] = {0};
        struct wire_board out;
        assert_true(wire_get_board(&out, bytes));
        bytes[cases[i].at] = cases[i].value;
        assert_false(wire_get_board(&out, bytes));
    }
}

static const struct wire_fault fault = {
    .kind = WIRE_FAULT_HARD,
    .exception = 3,
    .count = 7,
    .registers = {1, 2, 3, 4, 5, 6, 7, 0x61000003},
    .sp = 0x20041f00,
    .uptime_ms = 123456};

static void fault_comes_back_as_it_was(void **state)
{
    uint8_t bytes[WIRE_FAULT_SIZE];
    struct wire_fault out;

    (void)state;
    wire_put_fault(bytes, &fault);
    assert_true(wire_get_fault(&out, bytes));
    assert_int_equal(out.kind, fault.kind);
    assert_int_equal(out.exception, fault.exception);
    assert_int_equal(out.count, fault.count);
    assert_memory_equal(out.registers, fault.registers, sizeof out.registers);
    assert_int_equal(out.sp, fault.sp);
    assert_int_equal(out.uptime_ms, fault.uptime_ms);
}

/* What memory holds after power-on must not pass for a record. */
static void any_flipped_bit_makes_a_record_void(void **state)
{
    uint8_t bytes[WIRE_FAULT_SIZE];
    struct wire_fault out;

    (void)state;
    wire_put_fault(bytes, &fault);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(wire_get_fault(&out, bytes));
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    memset(bytes, 0, sizeof bytes);
    assert_false(wire_get_fault(&out, bytes));
    memset(bytes, 0xFF, sizeof bytes);
    assert_false(wire_get_fault(&out, bytes));
}

enum { LENGTH = IMAGE_HEADER_AT + IMAGE_HEADER + 100 };

static void make_image(uint8_t image[LENGTH])
{
    struct image_header header = {
        .length = LENGTH, .firmware = {4, 5, 6}, .wire = 1, .board = "board"};

    for (size_t i = 0; i < LENGTH; i++) {
        image[i] = (uint8_t)(7 * i);
    }
    image_put_header(image + IMAGE_HEADER_AT, &header);
    header.crc = image_crc(image, LENGTH);
    image_put_header(image + IMAGE_HEADER_AT, &header);
}

static void image_header_comes_back_with_its_crc(void **state)
{
    uint8_t image[LENGTH];
    struct image_header header;

    (void)state;
    make_image(image);
    assert_true(image_get_header(&header, image + IMAGE_HEADER_AT));
    assert_int_equal(header.length, LENGTH);
    assert_int_equal(header.crc, image_crc(image, LENGTH));
    assert_int_equal(header.firmware[2], 6);
    assert_int_equal(header.wire, 1);
    assert_string_equal(header.board, "board");
}

static void image_crc_leaves_out_where_it_stands_only(void **state)
{
    uint8_t image[LENGTH];
    uint8_t without[LENGTH - IMAGE_CRC];

    (void)state;
    make_image(image);
    memcpy(without, image, IMAGE_CRC_AT);
    memcpy(without + IMAGE_CRC_AT, image + IMAGE_CRC_AT + IMAGE_CRC,
           LENGTH - IMAGE_CRC_AT - IMAGE_CRC);
    assert_int_equal(image_crc(image, LENGTH),
                     crc32c(0, without, sizeof without));
}

static void any_flipped_byte_of_an_image_is_seen(void **state)
{
    uint8_t image[LENGTH];
    struct image_header header;

    (void)state;
    make_image(image);
    for (size_t i = 0; i < LENGTH; i++) {
        image[i] ^= 0x10;
        assert_true(!image_get_header(&header, image + IMAGE_HEADER_AT) ||
                    header.crc != image_crc(image, LENGTH));
        image[i] ^= 0x10;
    }
}

static void length_that_cannot_be_is_no_header(void **state)
{
    static const uint32_t lengths[] = {0, IMAGE_HEADER_AT + IMAGE_HEADER - 1,
                                       IMAGE_LENGTH_MAX + 1, UINT32_MAX};
    uint8_t image[LENGTH];
    struct image_header header;

    (void)state;
    make_image(image);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        put_u32(image + IMAGE_HEADER_AT + 4, lengths[i]);
        assert_false(image_get_header(&header, image + IMAGE_HEADER_AT));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(board_comes_back_as_it_was),
        cmocka_unit_test(values_that_mean_nothing_are_refused),
        cmocka_unit_test(fault_comes_back_as_it_was),
        cmocka_unit_test(any_flipped_bit_makes_a_record_void),
        cmocka_unit_test(image_header_comes_back_with_its_crc),
        cmocka_unit_test(image_crc_leaves_out_where_it_stands_only),
        cmocka_unit_test(any_flipped_byte_of_an_image_is_seen),
        cmocka_unit_test(length_that_cannot_be_is_no_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
