/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "firmware/core/band.h"
#include "tests/fake_imu.h"

enum { RING = 4096, START_DROPPED = 2 };

/* A band with its sensor, and the host's view of its frames. */
struct bench {
    struct fake_imu sensor;
    struct band band;
    uint8_t ring[RING];
    bool led;
    unsigned led_changes;
    bool deaf; /* the host does not fetch */
    uint32_t frames;
    uint64_t index; /* expected of the next sample */
    uint64_t samples;
    uint32_t lost;
    uint16_t flags; /* of all frames */
    bool numbered;  /* samples tell their index */
    bool ended;
    struct wire_frame last;
};

static void set_led(void *ctx, bool on)
{
    struct bench *bench = ctx;
    bench->led_changes += on != bench->led;
    bench->led = on;
}

static uint16_t supply(void *ctx, bool *on_usb_power)
{
    (void)ctx;
    *on_usb_power = true;
    return 3712;
}

static void begin(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    fake_init(&bench->sensor);
    struct band_config config = {.io = {.bus = fake_bus(&bench->sensor),
                                        .led = set_led,
                                        .supply = supply,
                                        .ctx = bench},
                                 .ring = bench->ring,
                                 .ring_bytes = RING,
                                 .serial = "SERIAL",
                                 .model = "fake",
                                 .firmware = {1, 2, 3}};
    band_init(&bench->band, &config);
    bench->numbered = true;
}

static int ask(struct bench *bench, uint8_t request, bool in, uint16_t length,
               uint8_t *data)
{
    struct wire_setup setup = {.in = in, .request = request, .length = length};
    return band_request(&bench->band, &setup, data);
}

static int tell(struct bench *bench, uint8_t request, uint16_t value)
{
    struct wire_setup setup = {.request = request, .value = value};
    return band_request(&bench->band, &setup, NULL);
}

static int configure(struct bench *bench, uint16_t rate, uint16_t g,
                     uint16_t dps)
{
    struct wire_config config = {rate, g, dps};
    uint8_t data[64];
    wire_put_config(data, &config);
    return ask(bench, WIRE_REQUEST_SET_CONFIG, false, WIRE_CONFIG_SIZE, data);
}

static struct wire_status status_of(struct bench *bench)
{
    uint8_t data[64];
    struct wire_status status;
    assert_int_equal(ask(bench, WIRE_REQUEST_STATUS, true, 64, data), 64);
    assert_true(wire_get_status(&status, data));
    return status;
}

static void take(struct bench *bench, const struct wire_frame *frame)
{
    assert_false(bench->ended);
    assert_int_equal(frame->sequence, bench->frames);
    assert_int_equal(frame->index, bench->index + frame->lost);
    assert_int_equal((frame->flags & WIRE_FIRST) != 0, bench->frames == 0);
    assert_int_equal((frame->flags & WIRE_LOST_MASK) != 0, frame->lost > 0);
    for (int i = 0; i < frame->count && bench->numbered; i++) {
        uint64_t number = frame->index + (uint64_t)i + START_DROPPED;
        assert_int_equal(frame->samples[i][0], number % 1000);
        assert_int_equal(frame->samples[i][3], number % 1000);
    }
    bench->frames++;
    bench->lost += frame->lost;
    bench->samples += frame->count;
    bench->index = frame->index + frame->count;
    bench->flags |= frame->flags;
    bench->ended = frame->type == WIRE_FRAME_END;
    bench->last = *frame;
}

static void fetch(struct bench *bench)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size = band_frame(&bench->band, bytes);

    for (; size > 0; size = band_frame(&bench->band, bytes)) {
        struct wire_frame frame;
        assert_int_equal(wire_get_frame(&frame, bytes, size), size);
        take(bench, &frame);
    }
}

static void run(struct bench *bench, uint32_t ms)
{
    uint64_t end = bench->sensor.ns + (uint64_t)ms * 1000000;

    while (bench->sensor.ns < end) {
        uint64_t due_us = band_deadline_us(&bench->band);
        uint64_t due = due_us < end / 1000 ? due_us * 1000 + 999 : end;
        fake_until(&bench->sensor, due);
        band_poll(&bench->band);
        if (!bench->deaf) {
            fetch(bench);
        }
    }
}

static void start(struct bench *bench, uint16_t rate)
{
    begin(bench);
    assert_int_equal(configure(bench, rate, 4, 2000), 0);
    assert_int_equal(tell(bench, WIRE_REQUEST_START, 0), 0);
    run(bench, 1000);
}

static void stop(struct bench *bench)
{
    bench->deaf = false;
    assert_int_equal(tell(bench, WIRE_REQUEST_STOP, 0), 0);
    run(bench, 500);
    assert_true(bench->ended);
    struct wire_status status = status_of(bench);
    assert_int_equal(status.state, WIRE_STOPPED);
    assert_int_equal(status.samples, bench->samples);
    assert_int_equal(status.lost_fifo + status.lost_bus + status.lost_ring,
                     bench->lost);
}

static void stream_has_every_sample_and_one_end(void **state)
{
    (void)state;
    static const uint16_t rates[] = {26, 52, 104, 208, 416, 833, 1667};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct bench bench;
        start(&bench, rates[i]);
        run(&bench, 4000);
        assert_int_equal(status_of(&bench).state, WIRE_STREAMING);
        stop(&bench);
        assert_int_equal(bench.lost, 0);
        assert_int_equal(bench.last.count, 0);
        assert_int_equal(bench.flags, WIRE_FIRST);
        assert_true(bench.samples > rates[i] * 4);
        run(&bench, 1000);
        assert_int_equal(band_deadline_us(&bench.band), UINT64_MAX);
    }
}

static void
second_stream_begins_anew_without_the_first_ones_frames(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 104);
    bench.deaf = true;
    assert_int_equal(tell(&bench, WIRE_REQUEST_STOP, 0), 0);
    run(&bench, 500);
    assert_int_equal(tell(&bench, WIRE_REQUEST_START, 0), 0);
    bench.deaf = false;
    bench.frames = 0;
    bench.index = 0;
    bench.samples = 0;
    run(&bench, 1000);
    assert_true(bench.samples > 50);
    stop(&bench);
}

static void stopped_and_streaming_allow_what_they_should(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    assert_int_equal(tell(&bench, WIRE_REQUEST_STOP, 0), 0);
    assert_int_equal(configure(&bench, 100, 2, 250), -1);
    assert_int_equal(configure(&bench, 208, 2, 250), 0);
    assert_int_equal(tell(&bench, WIRE_REQUEST_START, 0), 0);
    /* It holds from the request on, not only from the next poll on. */
    assert_int_equal(configure(&bench, 104, 2, 250), -1);
    assert_int_equal(tell(&bench, WIRE_REQUEST_START, 0), -1);
    assert_int_equal(tell(&bench, WIRE_REQUEST_SELFTEST, 0), -1);
    assert_int_equal(status_of(&bench).state, WIRE_STREAMING);
    run(&bench, 500);
    assert_int_equal(configure(&bench, 104, 2, 250), -1);
    assert_int_equal(tell(&bench, WIRE_REQUEST_START, 0), -1);
    assert_int_equal(tell(&bench, WIRE_REQUEST_STOP, 0), 0);
    assert_int_equal(tell(&bench, WIRE_REQUEST_START, 0), -1);
    run(&bench, 500);
    assert_true(bench.ended);
    assert_int_equal(configure(&bench, 104, 2, 250), 0);
    uint8_t data[64];
    struct wire_config config;
    assert_int_equal(ask(&bench, WIRE_REQUEST_GET_CONFIG, true, 8, data), 8);
    assert_true(wire_get_config(&config, data));
    assert_int_equal(config.rate_hz, 104);
}

static void request_that_is_not_one_stalls(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t data[64] = {0};
    begin(&bench);
    assert_int_equal(ask(&bench, 0, true, 64, data), -1);
    assert_int_equal(ask(&bench, 0x7F, true, 64, data), -1);
    assert_int_equal(ask(&bench, WIRE_REQUEST_INFO, false, 0, data), -1);
    assert_int_equal(ask(&bench, WIRE_REQUEST_START, true, 0, data), -1);
    assert_int_equal(ask(&bench, WIRE_REQUEST_START, false, 1, data), -1);
    assert_int_equal(ask(&bench, WIRE_REQUEST_SET_CONFIG, false, 7, data), -1);
}

static void answer_is_no_longer_than_asked_for(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t data[64];
    struct wire_info info;
    begin(&bench);
    memset(data, 0xEE, sizeof data);
    assert_int_equal(ask(&bench, WIRE_REQUEST_INFO, true, 10, data), 10);
    assert_int_equal(data[10], 0xEE);
    assert_int_equal(ask(&bench, WIRE_REQUEST_INFO, true, 200, data), 64);
    assert_true(wire_get_info(&info, data));
    assert_string_equal(info.serial, "SERIAL");
    assert_string_equal(info.model, "fake");
    assert_int_equal(info.ring_bytes, RING);
    assert_int_equal(info.firmware[2], 3);
}

static void time_is_the_clock_at_the_request(void **state)
{
    (void)state;
    struct bench bench;
    uint8_t data[64];
    begin(&bench);
    bench.sensor.ns = UINT64_C(123456789000);
    assert_int_equal(ask(&bench, WIRE_REQUEST_TIME, true, 8, data), 8);
    assert_int_equal(get_u64(data), UINT64_C(123456789000));
    struct wire_status status = status_of(&bench);
    assert_int_equal(status.uptime_s, 123);
    assert_int_equal(status.supply_mv, 3712);
    assert_true(status.on_usb_power);
}

static void identify_blinks_for_the_time_asked_and_ends_dark(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    assert_int_equal(tell(&bench, WIRE_REQUEST_IDENTIFY, 3), 0);
    run(&bench, 2900);
    assert_int_equal(bench.led_changes, 12);
    run(&bench, 5000);
    assert_int_equal(bench.led_changes, 12);
    assert_false(bench.led);
    assert_int_equal(band_deadline_us(&bench.band), UINT64_MAX);
}

static void requests_beyond_what_can_be_noted_stall(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    for (int i = 0; i < BAND_NOTES; i++) {
        assert_int_equal(tell(&bench, WIRE_REQUEST_IDENTIFY, 1), 0);
    }
    assert_int_equal(tell(&bench, WIRE_REQUEST_IDENTIFY, 1), -1);
    assert_int_equal(band_deadline_us(&bench.band), 0);
    run(&bench, 10);
    assert_int_equal(tell(&bench, WIRE_REQUEST_IDENTIFY, 1), 0);
}

/* take() checks that each sample is at its index. */
static void ring_overrun_marks_gap_at_exact_index(void **state)
{
    (void)state;
    for (uint32_t deaf_ms = 200; deaf_ms <= 3000; deaf_ms += 400) {
        struct bench bench;
        start(&bench, 416);
        bench.deaf = true;
        run(&bench, deaf_ms);
        bench.deaf = false;
        run(&bench, 500);
        assert_int_equal(bench.lost > 0, deaf_ms > 700);
        assert_int_equal((bench.flags & WIRE_LOST_MASK) != 0, deaf_ms > 700);
        assert_int_equal(bench.flags & ~(WIRE_FIRST | WIRE_LOST_RING), 0);
        stop(&bench);
    }
}

static void end_gets_through_a_full_ring_with_what_was_lost(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 52); /* whose full ring has no room for END */
    bench.deaf = true;
    run(&bench, 6000);
    assert_int_equal(tell(&bench, WIRE_REQUEST_STOP, 0), 0);
    run(&bench, 2000);
    assert_int_equal(status_of(&bench).state, WIRE_STREAMING);
    assert_true(status_of(&bench).ring_peak > RING - 46);
    bench.deaf = false;
    fetch(&bench);
    run(&bench, 50);
    assert_true(bench.ended);
    assert_true(bench.last.lost > 150);
    assert_int_equal(bench.last.flags, WIRE_LOST_RING);
    assert_int_equal(status_of(&bench).state, WIRE_STOPPED);
    assert_int_equal(status_of(&bench).lost_ring, bench.lost);
}

static void fifo_overrun_splits_frames_and_keeps_indices_true(void **state)
{
    (void)state;
    for (unsigned stall_ms = 300; stall_ms < 312; stall_ms++) {
        struct bench bench;
        start(&bench, 833);
        fake_until(&bench.sensor, bench.sensor.ns + stall_ms * 1000000);
        run(&bench, 1000);
        stop(&bench);
        assert_true(bench.lost > 50);
        assert_int_equal(bench.flags, WIRE_FIRST | WIRE_LOST_FIFO);
        assert_int_equal(status_of(&bench).lost_fifo, bench.lost);
    }
}

static void broken_tag_is_marked_as_bus_loss(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 833);
    bench.sensor.flip = 4;
    bench.sensor.flip_at = 50;
    run(&bench, 500);
    stop(&bench);
    assert_int_equal(bench.lost, 1);
    assert_int_equal(bench.flags, WIRE_FIRST | WIRE_LOST_BUS);
    assert_int_equal(status_of(&bench).tag_errors, 1);
    assert_int_equal(status_of(&bench).lost_bus, 1);
}

static void sensor_set_up_anew_is_told(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 833);
    bench.numbered = false;
    fake_reset(&bench.sensor);
    run(&bench, 1000);
    stop(&bench);
    assert_int_equal(bench.flags, WIRE_FIRST | WIRE_LOST_BUS | WIRE_RESTARTED);
    assert_int_equal(status_of(&bench).restarts, 1);
    assert_in_range(bench.lost, 100, 300);
}

static void stop_of_a_dead_sensor_ends_with_what_is_missing(void **state)
{
    (void)state;
    struct bench bench;
    start(&bench, 104);
    bench.sensor.nacks = 1000000;
    run(&bench, 2000);
    assert_int_equal(status_of(&bench).state, WIRE_FAILED);
    assert_int_equal(tell(&bench, WIRE_REQUEST_STOP, 0), 0);
    run(&bench, 100);
    assert_true(bench.ended);
    assert_in_range(bench.last.lost, 205, 225);
    assert_int_equal(bench.last.flags, WIRE_LOST_BUS);
}

static void absent_sensor_is_failed_until_it_comes(void **state)
{
    (void)state;
    struct bench bench;
    begin(&bench);
    bench.sensor.nacks = 1000000;
    run(&bench, 10);
    assert_int_equal(status_of(&bench).state, WIRE_FAILED);
    assert_int_equal(tell(&bench, WIRE_REQUEST_START, 0), 0);
    run(&bench, 3000);
    assert_int_equal(status_of(&bench).state, WIRE_FAILED);
    assert_int_equal(bench.frames, 0);
    bench.sensor.nacks = 0;
    run(&bench, 1000);
    assert_int_equal(status_of(&bench).state, WIRE_STREAMING);
    assert_true(bench.samples > 50);
    stop(&bench);
}

static void run_selftest(struct bench *bench, struct wire_selftest *results)
{
    uint8_t data[64];
    assert_int_equal(tell(bench, WIRE_REQUEST_SELFTEST, 0), 0);
    assert_int_equal(status_of(bench).state, WIRE_TESTING);
    run(bench, 6000);
    assert_int_equal(status_of(bench).state == WIRE_TESTING, false);
    assert_int_equal(ask(bench, WIRE_REQUEST_RESULTS, true, 64, data), 64);
    assert_true(wire_get_selftest(results, data));
    assert_true(results->done);
    assert_int_equal(bench->frames, 0);
}

static void selftest_of_a_sound_sensor_gives_its_figures(void **state)
{
    (void)state;
    static const struct {
        uint8_t number;
        int32_t low;
        int32_t high;
    } expected[] = {
        {WIRE_TEST_WHO_AM_I, 0x6C, 0x6C}, {WIRE_TEST_RATE, -9950, -9850},
        {WIRE_TEST_ACCEL_NOISE, 0, 0},    {WIRE_TEST_GYRO_NOISE, 0, 0},
        {WIRE_TEST_GRAVITY, 999, 1001},   {WIRE_TEST_ACCEL_SELF, 99, 101},
        {WIRE_TEST_GYRO_SELF, 299, 301},  {WIRE_TEST_FIFO_TAGS, 0, 0},
    };
    struct bench bench;
    struct wire_selftest results;
    begin(&bench);
    bench.sensor.still = true;
    bench.sensor.tick_ns = 25250;
    run_selftest(&bench, &results);
    assert_int_equal(results.count, 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(results.test[i].number, expected[i].number);
        assert_int_equal(results.test[i].verdict, WIRE_TEST_PASSED);
        assert_true(results.test[i].value >= expected[i].low);
        assert_true(results.test[i].value <= expected[i].high);
    }
    assert_int_equal(bench.sensor.regs[LSM6DSOX_CTRL5_C], 0);
}

/* The fake counts upwards when it is not still: that is a moving hand. */
static void selftest_of_a_moved_sensor_says_not_possible(void **state)
{
    (void)state;
    struct bench bench;
    struct wire_selftest results;
    begin(&bench);
    run_selftest(&bench, &results);
    for (int i = 0; i < results.count; i++) {
        uint8_t number = results.test[i].number;
        bool needs_rest =
            number >= WIRE_TEST_ACCEL_NOISE && number <= WIRE_TEST_GYRO_SELF;
        assert_int_equal(results.test[i].verdict, needs_rest
                                                      ? WIRE_TEST_NOT_POSSIBLE
                                                      : WIRE_TEST_PASSED);
    }
}

static void selftest_without_actuation_fails(void **state)
{
    (void)state;
    struct bench bench;
    struct wire_selftest results;
    begin(&bench);
    bench.sensor.still = true;
    bench.sensor.stuck = true;
    run_selftest(&bench, &results);
    assert_int_equal(results.test[5].number, WIRE_TEST_ACCEL_SELF);
    assert_int_equal(results.test[5].verdict, WIRE_TEST_FAILED);
    assert_int_equal(results.test[6].verdict, WIRE_TEST_FAILED);
    assert_int_equal(results.test[4].verdict, WIRE_TEST_PASSED);
}

static void selftest_of_an_absent_sensor_fails_at_once(void **state)
{
    (void)state;
    struct bench bench;
    struct wire_selftest results;
    begin(&bench);
    bench.sensor.regs[LSM6DSOX_WHO_AM_I] = 0x69;
    run_selftest(&bench, &results);
    assert_int_equal(results.count, 1);
    assert_int_equal(results.test[0].number, WIRE_TEST_WHO_AM_I);
    assert_int_equal(results.test[0].verdict, WIRE_TEST_FAILED);
    assert_int_equal(results.test[0].value, 0x69);
    assert_int_equal(status_of(&bench).state, WIRE_FAILED);
}

static void selftest_may_be_stopped(void **state)
{
    (void)state;
    struct bench bench;
    struct wire_selftest results;
    uint8_t data[64];
    begin(&bench);
    assert_int_equal(tell(&bench, WIRE_REQUEST_SELFTEST, 0), 0);
    run(&bench, 1000);
    assert_int_equal(tell(&bench, WIRE_REQUEST_STOP, 0), 0);
    run(&bench, 10);
    assert_int_equal(status_of(&bench).state, WIRE_STOPPED);
    assert_int_equal(ask(&bench, WIRE_REQUEST_RESULTS, true, 64, data), 64);
    assert_true(wire_get_selftest(&results, data));
    assert_true(results.done);
    assert_int_equal(results.count, 0);
    assert_int_equal(tell(&bench, WIRE_REQUEST_START, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_has_every_sample_and_one_end),
        cmocka_unit_test(
            second_stream_begins_anew_without_the_first_ones_frames),
        cmocka_unit_test(stopped_and_streaming_allow_what_they_should),
        cmocka_unit_test(request_that_is_not_one_stalls),
        cmocka_unit_test(answer_is_no_longer_than_asked_for),
        cmocka_unit_test(time_is_the_clock_at_the_request),
        cmocka_unit_test(identify_blinks_for_the_time_asked_and_ends_dark),
        cmocka_unit_test(requests_beyond_what_can_be_noted_stall),
        cmocka_unit_test(ring_overrun_marks_gap_at_exact_index),
        cmocka_unit_test(end_gets_through_a_full_ring_with_what_was_lost),
        cmocka_unit_test(fifo_overrun_splits_frames_and_keeps_indices_true),
        cmocka_unit_test(broken_tag_is_marked_as_bus_loss),
        cmocka_unit_test(sensor_set_up_anew_is_told),
        cmocka_unit_test(stop_of_a_dead_sensor_ends_with_what_is_missing),
        cmocka_unit_test(absent_sensor_is_failed_until_it_comes),
        cmocka_unit_test(selftest_of_a_sound_sensor_gives_its_figures),
        cmocka_unit_test(selftest_of_a_moved_sensor_says_not_possible),
        cmocka_unit_test(selftest_without_actuation_fails),
        cmocka_unit_test(selftest_of_an_absent_sensor_fails_at_once),
        cmocka_unit_test(selftest_may_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
