/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"
#include "firmware/core/wire.h"

static struct wire_frame example(uint16_t count)
{
    struct wire_frame frame = {
        .type = WIRE_FRAME_SAMPLES,
        .flags = WIRE_LOST_BUS | WIRE_CLIP_GYRO,
        .sequence = 0xFFFFFFFE,
        .lost = 70000,
        .index = 0x123456789ABCDEF0,
        .device_ns = 0xFEDCBA9876543210,
        .imu_ticks = 0x89ABCDEF,
        .temperature = -1234,
        .count = count,
    };
    for (int i = 0; i < count; i++) {
        for (int axis = 0; axis < 6; axis++) {
            frame.samples[i][axis] = (int16_t)(i * 2311 - axis * 7919);
        }
    }
    return frame;
}

static void crc32c_gives_the_check_value(void **state)
{
    (void)state;
    assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283);
    assert_int_equal(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xE3069283);
    assert_int_equal(crc32c(0, "", 0), 0);
    uint8_t zeros[32] = {0}; /* RFC 3720 appendix B.4 */
    assert_int_equal(crc32c(0, zeros, sizeof zeros), 0x8A9136AA);
}

static void frame_of_any_count_comes_back_as_it_went(void **state)
{
    (void)state;
    for (int count = 0; count <= WIRE_SAMPLES_MAX; count++) {
        struct wire_frame in = example((uint16_t)count);
        struct wire_frame out;
        uint8_t bytes[WIRE_FRAME_MAX];
        memset(&out, 0, sizeof out);
        size_t length = wire_put_frame(bytes, &in);
        assert_int_equal(length, 44 + 12 * count);
        assert_int_equal(wire_get_frame(&out, bytes, length), length);
        assert_memory_equal(&in, &out, sizeof in);
    }
}

static void frame_with_too_many_samples_is_not_written(void **state)
{
    (void)state;
    struct wire_frame frame = example(0);
    uint8_t bytes[WIRE_FRAME_MAX];
    frame.count = WIRE_SAMPLES_MAX + 1;
    assert_int_equal(wire_put_frame(bytes, &frame), 0);
}

/* The layout is a contract with hosts that this code never met. */
static void frame_header_stands_where_the_table_says(void **state)
{
    (void)state;
    struct wire_frame frame = example(1);
    uint8_t b[WIRE_FRAME_MAX];
    assert_int_equal(wire_put_frame(b, &frame), 56);
    static const uint8_t head[WIRE_HEADER] = {
        0xCA, 0x52, 1,    1,    56,   0,    0x12, 0,    0xFE, 0xFF,
        0xFF, 0xFF, 0x70, 0x11, 1,    0,    0xF0, 0xDE, 0xBC, 0x9A,
        0x78, 0x56, 0x34, 0x12, 0x10, 0x32, 0x54, 0x76, 0x98, 0xBA,
        0xDC, 0xFE, 0xEF, 0xCD, 0xAB, 0x89, 0x2E, 0xFB, 1,    0};
    assert_memory_equal(b, head, sizeof head);
    assert_int_equal(get_i16(b + 42), -7919);
    assert_int_equal(get_u32(b + 52), crc32c(0, b, 52));
}

static void beginning_of_a_frame_asks_for_more(void **state)
{
    (void)state;
    struct wire_frame frame = example(3);
    uint8_t bytes[WIRE_FRAME_MAX];
    int length = (int)wire_put_frame(bytes, &frame);
    for (int size = 0; size < length; size++) {
        assert_int_equal(wire_get_frame(&frame, bytes, (size_t)size), 0);
    }
}

static void flip(uint8_t *bytes, size_t bit)
{
    bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
}

/* A flip may make the length longer, so the frame is read in the middle of
 * more bytes than its own. */
static void each_one_and_two_bit_flip_is_refused(void **state)
{
    (void)state;
    struct wire_frame frame = example(2);
    uint8_t bytes[WIRE_FRAME_MAX] = {0};
    size_t bits = wire_put_frame(bytes, &frame) * 8;
    for (size_t a = 0; a < bits; a++) {
        flip(bytes, a);
        assert_int_equal(wire_get_frame(&frame, bytes, sizeof bytes), -1);
        for (size_t b = a + 1; b < bits; b++) {
            flip(bytes, b);
            assert_int_equal(wire_get_frame(&frame, bytes, sizeof bytes), -1);
            flip(bytes, b);
        }
        flip(bytes, a);
    }
    assert_true(wire_get_frame(&frame, bytes, sizeof bytes) > 0);
}

static void frame_of_other_version_type_or_length_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } cases[] = {{0, 0xCB}, {1, 0x53}, {2, 2}, {3, 0},
                 {3, 4},    {4, 57},   {5, 2}, {38, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_frame frame = example(1);
        uint8_t b[WIRE_FRAME_MAX] = {0};
        size_t length = wire_put_frame(b, &frame);
        b[cases[i].at] = cases[i].value;
        put_u32(b + length - 4, crc32c(0, b, length - 4));
        assert_int_equal(wire_get_frame(&frame, b, sizeof b), -1);
    }
}

static void info_comes_back_and_texts_must_be_printable(void **state)
{
    (void)state;
    struct wire_info in = {.protocol = 1,
                           .firmware = {1, 2, 3},
                           .ring_bytes = 131072,
                           .serial = "12345678901234567890",
                           .model = "model"};
    struct wire_info out;
    uint8_t b[WIRE_INFO_SIZE];
    wire_put_info(b, &in);
    assert_true(wire_get_info(&out, b));
    assert_memory_equal(out.firmware, in.firmware, 3);
    assert_int_equal(out.ring_bytes, in.ring_bytes);
    assert_string_equal(out.serial, in.serial);
    assert_string_equal(out.model, in.model);
    b[38] = 'x'; /* behind the end of "model" */
    assert_false(wire_get_info(&out, b));
    b[38] = 0;
    b[12] = 27; /* an escape sequence must not reach a terminal */
    assert_false(wire_get_info(&out, b));
}

static void config_takes_only_rates_and_ranges_of_the_sensor(void **state)
{
    (void)state;
    static const struct {
        struct wire_config config;
        bool legal;
    } cases[] = {
        {{26, 2, 250}, true},     {{52, 4, 500}, true},
        {{104, 8, 1000}, true},   {{208, 16, 2000}, true},
        {{416, 2, 250}, true},    {{833, 2, 250}, true},
        {{1667, 16, 2000}, true}, {{0, 2, 250}, false},
        {{100, 2, 250}, false},   {{3333, 2, 250}, false},
        {{104, 3, 250}, false},   {{104, 2, 125}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_config out;
        uint8_t b[WIRE_CONFIG_SIZE];
        wire_put_config(b, &cases[i].config);
        assert_int_equal(wire_get_config(&out, b), cases[i].legal);
        assert_memory_equal(&out, &cases[i].config, sizeof out);
    }
}

static void status_comes_back_as_it_went(void **state)
{
    (void)state;
    struct wire_status in = {.state = WIRE_STREAMING,
                             .on_usb_power = true,
                             .supply_mv = 3700,
                             .uptime_s = 5,
                             .samples = 0x100000001,
                             .lost_fifo = 1,
                             .lost_bus = 2,
                             .lost_ring = 3,
                             .bus_errors = 4,
                             .tag_errors = 6,
                             .restarts = 7,
                             .ring_used = 8,
                             .ring_peak = 9,
                             .freq_fine = -10};
    struct wire_status out;
    uint8_t a[WIRE_STATUS_SIZE];
    uint8_t b[WIRE_STATUS_SIZE];
    wire_put_status(a, &in);
    assert_true(wire_get_status(&out, a));
    assert_int_equal(out.samples, in.samples);
    assert_int_equal(out.freq_fine, -10);
    assert_int_equal(out.ring_peak, 9);
    wire_put_status(b, &out);
    assert_memory_equal(a, b, sizeof a);
    a[0] = WIRE_LOGGING + 1;
    assert_false(wire_get_status(&out, a));
}

static void selftest_comes_back_as_it_went(void **state)
{
    (void)state;
    struct wire_selftest in = {.done = true, .count = WIRE_TESTS_MAX};
    for (int i = 0; i < WIRE_TESTS_MAX; i++) {
        in.test[i].number = (uint8_t)(63 - i);
        in.test[i].verdict = (uint8_t)(i % 4);
        in.test[i].value = -100000 * i;
    }
    struct wire_selftest out;
    uint8_t b[WIRE_SELFTEST_SIZE];
    wire_put_selftest(b, &in);
    assert_true(wire_get_selftest(&out, b));
    assert_true(out.done);
    assert_int_equal(out.count, WIRE_TESTS_MAX);
    for (int i = 0; i < WIRE_TESTS_MAX; i++) {
        assert_int_equal(out.test[i].number, in.test[i].number);
        assert_int_equal(out.test[i].verdict, in.test[i].verdict);
        assert_int_equal(out.test[i].value, in.test[i].value);
    }
    b[0] = WIRE_TESTS_MAX + 1;
    assert_false(wire_get_selftest(&out, b));
}

static void calibration_comes_back_and_must_be_possible(void **state)
{
    (void)state;
    const struct wire_calibration in = {.utc_s = 0x123456789A,
                                        .offset_ug = {-1, 999999, 3},
                                        .gain_ppm = {4, -999999, 6},
                                        .residual_ug = 7};
    struct wire_calibration out;
    uint8_t b[WIRE_CALIBRATION_SIZE];
    uint8_t again[WIRE_CALIBRATION_SIZE];
    wire_put_calibration(b, &in);
    assert_true(wire_get_calibration(&out, b));
    assert_int_equal(out.utc_s, in.utc_s);
    assert_int_equal(out.offset_ug[0], -1);
    assert_int_equal(out.gain_ppm[1], -999999);
    assert_int_equal(out.residual_ug, 7);
    wire_put_calibration(again, &out);
    assert_memory_equal(again, b, sizeof(b));
    put_u32(b + 24, (uint32_t)-1000000);
    assert_false(wire_get_calibration(&out, b));
}

static void logging_takes_only_what_the_flash_keeps_up_with(void **state)
{
    (void)state;
    const struct wire_logging in = {.config = {416, 8, 2000},
                                    .flags = WIRE_BY_BUTTON | WIRE_BY_MOTION,
                                    .motion_mg = 16,
                                    .still_s = 1};
    struct wire_logging out;
    uint8_t b[WIRE_LOGGING_SIZE];
    static const struct {
        size_t at;
        uint16_t value;
    } cases[] = {{0, 833}, {8, 4}, {10, 15}, {12, 0}};
    wire_put_logging(b, &in);
    assert_true(wire_get_logging(&out, b));
    assert_int_equal(out.config.rate_hz, 416);
    assert_int_equal(out.flags, in.flags);
    assert_int_equal(out.motion_mg, 16);
    assert_int_equal(out.still_s, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wire_put_logging(b, &in);
        put_u16(b + cases[i].at, cases[i].value);
        assert_false(wire_get_logging(&out, b));
    }
}

static void log_and_record_come_back_as_they_went(void **state)
{
    (void)state;
    const struct wire_log log = {.oldest = 3,
                                 .newest = 9,
                                 .used = 100,
                                 .blocks = 15000,
                                 .block_bytes = 1024,
                                 .watching = true,
                                 .full = true,
                                 .stored = 7,
                                 .erases = 8,
                                 .failed = true};
    const struct wire_record record = {.number = 5,
                                       .samples = 6,
                                       .blocks = 7,
                                       .config = {104, 8, 2000},
                                       .begin_ns = 1u << 31,
                                       .end_ns = UINT64_C(1) << 40,
                                       .clock_ns = 9,
                                       .utc_ns = UINT64_C(1) << 60,
                                       .began = WIRE_CAUSE_BUTTON,
                                       .ended = WIRE_CAUSE_CUT,
                                       .same_clock = true,
                                       .firmware = {1, 2, 3}};
    struct wire_log log_out = {0};
    struct wire_record record_out = {0};
    uint8_t b[64];
    uint8_t again[64];
    wire_put_log(b, &log);
    assert_true(wire_get_log(&log_out, b));
    assert_int_equal(log_out.blocks, 15000);
    assert_true(log_out.full && log_out.watching && log_out.failed);
    assert_false(log_out.logging || log_out.busy);
    wire_put_log(again, &log_out);
    assert_memory_equal(b, again, WIRE_LOG_SIZE);
    put_u32(b, 11);
    assert_false(wire_get_log(&log_out, b));
    wire_put_record(b, &record);
    assert_true(wire_get_record(&record_out, b));
    assert_int_equal(record_out.utc_ns, record.utc_ns);
    assert_int_equal(record_out.config.gyro_dps, 2000);
    assert_true(record_out.same_clock);
    wire_put_record(again, &record_out);
    assert_memory_equal(b, again, WIRE_RECORD_SIZE);
    put_u16(b + 16, 105);
    assert_false(wire_get_record(&record_out, b));
}

static void read_names_a_record(void **state)
{
    (void)state;
    struct wire_log_read read = {.number = 4, .index = 0x80000001};
    struct wire_log_read out;
    uint8_t b[WIRE_LOG_READ_SIZE];
    wire_put_log_read(b, &read);
    assert_true(wire_get_log_read(&out, b));
    assert_int_equal(out.index, read.index);
    read.number = 0;
    wire_put_log_read(b, &read);
    assert_false(wire_get_log_read(&out, b));
}

/* LSM6DSOX data sheet, table of mechanical characteristics. */
static void scales_are_those_of_the_data_sheet(void **state)
{
    (void)state;
    assert_int_equal(wire_accel_ug_per_lsb(2), 61);
    assert_int_equal(wire_accel_ug_per_lsb(4), 122);
    assert_int_equal(wire_accel_ug_per_lsb(8), 244);
    assert_int_equal(wire_accel_ug_per_lsb(16), 488);
    assert_int_equal(wire_accel_ug_per_lsb(6), 0);
    assert_int_equal(wire_gyro_udps_per_lsb(250), 8750);
    assert_int_equal(wire_gyro_udps_per_lsb(500), 17500);
    assert_int_equal(wire_gyro_udps_per_lsb(1000), 35000);
    assert_int_equal(wire_gyro_udps_per_lsb(2000), 70000);
    assert_int_equal(wire_gyro_udps_per_lsb(125), 0);
}

static uint32_t wrong_crc(uint32_t crc, const void *data, size_t size)
{
    return crc32c(crc, data, size) ^ 1;
}

/* The CRC is computed by who is asked to, and believed. */
static void frame_is_judged_by_the_crc_that_is_given(void **state)
{
    (void)state;
    struct wire_frame in = {.type = WIRE_FRAME_SAMPLES, .count = 3};
    struct wire_frame out;
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size = wire_put_frame(bytes, &in);
    assert_int_equal(wire_get_frame_by(crc32c, &out, bytes, size), size);
    assert_int_equal(out.count, 3);
    assert_int_equal(wire_get_frame_by(wrong_crc, &out, bytes, size), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_is_judged_by_the_crc_that_is_given),
        cmocka_unit_test(crc32c_gives_the_check_value),
        cmocka_unit_test(frame_of_any_count_comes_back_as_it_went),
        cmocka_unit_test(frame_with_too_many_samples_is_not_written),
        cmocka_unit_test(frame_header_stands_where_the_table_says),
        cmocka_unit_test(beginning_of_a_frame_asks_for_more),
        cmocka_unit_test(each_one_and_two_bit_flip_is_refused),
        cmocka_unit_test(frame_of_other_version_type_or_length_is_refused),
        cmocka_unit_test(info_comes_back_and_texts_must_be_printable),
        cmocka_unit_test(config_takes_only_rates_and_ranges_of_the_sensor),
        cmocka_unit_test(status_comes_back_as_it_went),
        cmocka_unit_test(selftest_comes_back_as_it_went),
        cmocka_unit_test(calibration_comes_back_and_must_be_possible),
        cmocka_unit_test(logging_takes_only_what_the_flash_keeps_up_with),
        cmocka_unit_test(log_and_record_come_back_as_they_went),
        cmocka_unit_test(read_names_a_record),
        cmocka_unit_test(scales_are_those_of_the_data_sheet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
