/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A band that logs: flash.h's chip and a sensor whose samples tell which they
 * are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/core/band.h"
#include "tests/fake_flash.h"
#include "tests/fake_imu.h"

enum { RING = 8192, START_DROPPED = 2, PAGE_US = 1000, ERASE_US = 380000 };

struct bench {
    struct fake_imu sensor;
    struct fake_flash chip;
    struct band band;
    uint8_t ring[RING];
    uint32_t erase_us;
    bool button;
    bool attached;
    bool numbered; /* samples tell their index */
    unsigned updates;
    /* Of the frames that came: */
    uint32_t frames;
    uint64_t index;
    uint64_t samples;
    uint32_t lost;
    uint16_t flags;
    uint64_t first_ns;
    struct wire_frame last;
};

static struct bench bench;

static void set_led(void *ctx, bool on)
{
    (void)ctx;
    (void)on;
}

static uint16_t supply(void *ctx, bool *on_usb_power)
{
    (void)ctx;
    *on_usb_power = false;
    return 0;
}

static bool button(void *ctx)
{
    (void)ctx;
    return bench.button;
}

static bool attached(void *ctx)
{
    (void)ctx;
    return bench.attached;
}

static void update(void *ctx)
{
    (void)ctx;
    bench.updates++;
}

/* The chip takes its time, five times what is usual (flash.h); the sensor goes
 * on. */
static void take_time(void *ctx, uint32_t address, const uint8_t *in)
{
    (void)ctx;
    (void)address;
    uint64_t us = in != NULL ? PAGE_US : bench.erase_us;
    fake_until(&bench.sensor, bench.sensor.ns + us * 1000);
}

/* Power on; the flash is as it was. */
static void power_on(const struct flash *flash)
{
    fake_init(&bench.sensor);
    const struct band_config config = {.io = {.bus = fake_bus(&bench.sensor),
                                              .led = set_led,
                                              .supply = supply,
                                              .button = button,
                                              .attached = attached,
                                              .update = update},
                                       .ring = bench.ring,
                                       .ring_bytes = RING,
                                       .flash = flash,
                                       .image = {1234, 0x89ABCDEF},
                                       .serial = "SERIAL",
                                       .model = "fake",
                                       .firmware = {1, 2, 3}};
    band_init(&bench.band, &config);
}

static int setup(void **state)
{
    (void)state;
    memset(&bench, 0, sizeof(bench));
    fake_flash_init(&bench.chip);
    bench.chip.before = take_time;
    bench.erase_us = ERASE_US;
    bench.numbered = true;
    power_on(&bench.chip.flash);
    return 0;
}

static int ask(uint8_t request, bool in, uint16_t length, uint8_t *data)
{
    struct wire_setup setup = {.in = in, .request = request, .length = length};
    return band_request(&bench.band, &setup, data);
}

static int tell(uint8_t request, uint16_t value)
{
    struct wire_setup setup = {.request = request, .value = value};
    return band_request(&bench.band, &setup, NULL);
}

static int tell_number(uint8_t request, uint32_t number)
{
    uint8_t data[WIRE_NUMBER_SIZE];
    put_u32(data, number);
    return ask(request, false, sizeof(data), data);
}

static void fetch(void)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size;
    while ((size = band_frame(&bench.band, bytes)) > 0) {
        struct wire_frame *frame = &bench.last;
        assert_int_equal(wire_get_frame(frame, bytes, size), size);
        assert_int_equal(frame->sequence, bench.frames);
        assert_int_equal(frame->index, bench.index + frame->lost);
        for (uint32_t i = 0; i < frame->count && bench.numbered; i++) {
            uint64_t number = frame->index + i + START_DROPPED;
            assert_int_equal(frame->samples[i][0], number % 1000);
            assert_int_equal(frame->samples[i][3], number % 1000);
        }
        bench.first_ns = bench.frames == 0 ? frame->device_ns : bench.first_ns;
        bench.frames++;
        bench.index = frame->index + frame->count;
        bench.samples += frame->count;
        bench.lost += frame->lost;
        bench.flags |= frame->flags;
    }
}

static void run(uint32_t ms)
{
    uint64_t end = bench.sensor.ns + (uint64_t)ms * 1000000;
    while (bench.sensor.ns < end) {
        uint64_t due_us = band_deadline_us(&bench.band);
        uint64_t due = due_us < end / 1000 ? due_us * 1000 + 999 : end;
        fake_until(&bench.sensor, due);
        band_poll(&bench.band);
        fetch();
    }
}

static struct wire_log log_now(void)
{
    uint8_t data[WIRE_LOG_SIZE];
    struct wire_log log;
    assert_int_equal(ask(WIRE_REQUEST_LOG, true, sizeof(data), data),
                     WIRE_LOG_SIZE);
    assert_true(wire_get_log(&log, data));
    return log;
}

static void set_logging(uint16_t rate_hz, uint16_t flags, uint16_t still_s)
{
    const struct wire_logging logging = {
        .config = {.rate_hz = rate_hz, .accel_g = 4, .gyro_dps = 2000},
        .flags = flags,
        .motion_mg = 50,
        .still_s = still_s};
    uint8_t data[WIRE_LOGGING_SIZE];
    wire_put_logging(data, &logging);
    assert_int_equal(ask(WIRE_REQUEST_SET_LOGGING, false, sizeof(data), data),
                     0);
    assert_true(log_now().busy);
    run(1000);
    assert_false(log_now().busy);
    assert_false(log_now().failed);
}

static struct wire_record look_up(uint32_t number)
{
    uint8_t data[WIRE_RECORD_SIZE];
    struct wire_record record;
    assert_int_equal(tell_number(WIRE_REQUEST_LOG_LOOK, number), 0);
    run(10);
    assert_int_equal(ask(WIRE_REQUEST_RECORD, true, sizeof(data), data),
                     WIRE_RECORD_SIZE);
    assert_true(wire_get_record(&record, data));
    return record;
}

/* Fetches a record from sample `index` on. */
static void read_out(uint32_t number, uint32_t index)
{
    const struct wire_log_read read = {number, index};
    uint8_t data[WIRE_LOG_READ_SIZE];
    wire_put_log_read(data, &read);
    bench.frames = bench.flags = 0;
    bench.samples = bench.lost = 0;
    bench.index = index;
    assert_int_equal(ask(WIRE_REQUEST_LOG_READ, false, sizeof(data), data), 0);
    run(2000);
    assert_int_equal(bench.last.type, WIRE_FRAME_END);
}

static void make_record(uint32_t ms)
{
    assert_int_equal(tell(WIRE_REQUEST_LOG_BEGIN, 0), 0);
    run(ms);
    assert_true(log_now().logging);
    assert_int_equal(tell(WIRE_REQUEST_LOG_END, 0), 0);
    run(1500);
    assert_false(log_now().logging);
}

/* With the flash at its slowest, at every rate that a log takes. */
static void record_is_the_stream_that_it_would_have_been(void **state)
{
    (void)state;
    static const uint16_t rates[] = {26, 52, 104, 208, 416};
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        setup(NULL);
        set_logging(rates[i], 0, 10);
        make_record(20000);
        struct wire_record record = look_up(1);
        assert_int_equal(record.number, 1);
        assert_int_equal(record.config.rate_hz, rates[i]);
        assert_int_equal(record.began, WIRE_CAUSE_HOST);
        assert_int_equal(record.ended, WIRE_CAUSE_HOST);
        assert_true(record.same_clock);
        read_out(1, 0);
        assert_int_equal(bench.lost, 0);
        assert_int_equal(bench.flags, WIRE_FIRST);
        assert_int_equal(bench.samples, record.samples);
        assert_true(bench.samples > rates[i] * 19u);
        assert_in_range(bench.first_ns, record.begin_ns,
                        record.begin_ns + 1000000000);
        assert_in_range(record.end_ns - record.begin_ns, 19000000000,
                        22000000000);
    }
}

static void read_goes_on_where_it_was_broken_off(void **state)
{
    (void)state;
    set_logging(208, 0, 10);
    make_record(5000);
    uint32_t samples = look_up(1).samples;
    for (uint32_t from = 0; from <= samples; from += 97) {
        read_out(1, from);
        assert_int_equal(bench.samples, samples - from);
    }
}

/* More than what ring and polls hold: the host does not fetch for a while. */
static void sending_waits_for_the_host(void **state)
{
    (void)state;
    set_logging(416, 0, 10);
    make_record(8000);
    read_out(1, 0);
    uint64_t samples = bench.samples;
    assert_true(samples * WIRE_SAMPLE > 4 * RING);
    assert_int_equal(bench.lost, 0);
}

static void stop_breaks_sending_off_and_says_so(void **state)
{
    (void)state;
    set_logging(416, 0, 10);
    make_record(8000);
    const struct wire_log_read read = {1, 0};
    uint8_t data[WIRE_LOG_READ_SIZE];
    wire_put_log_read(data, &read);
    assert_int_equal(ask(WIRE_REQUEST_LOG_READ, false, sizeof(data), data), 0);
    band_poll(&bench.band);
    assert_int_equal(tell(WIRE_REQUEST_STOP, 0), 0);
    uint8_t bytes[WIRE_FRAME_MAX];
    struct wire_frame frame = {0};
    for (int i = 0; i < 40 && frame.type != WIRE_FRAME_END; i++) {
        band_poll(&bench.band);
        size_t size = band_frame(&bench.band, bytes);
        if (size > 0) {
            assert_int_equal(wire_get_frame(&frame, bytes, size), size);
        }
    }
    assert_int_equal(frame.type, WIRE_FRAME_END);
    assert_true((frame.flags & WIRE_CUT) != 0);
    band_poll(&bench.band);
    assert_int_equal(tell(WIRE_REQUEST_START, 0), 0);
}

/* As after a host that crashed while it read: the next one asks at once. */
static void stop_needs_nobody_to_fetch_the_rest(void **state)
{
    (void)state;
    set_logging(416, 0, 10);
    make_record(30000);
    const struct wire_log_read read = {1, 0};
    uint8_t data[WIRE_LOG_READ_SIZE];
    wire_put_log_read(data, &read);
    assert_int_equal(ask(WIRE_REQUEST_LOG_READ, false, sizeof(data), data), 0);
    for (int i = 0; i < 100; i++) {
        fake_until(&bench.sensor, bench.sensor.ns + 1000000);
        band_poll(&bench.band);
    }
    assert_true(ring_used(&bench.band.ring) > RING - WIRE_FRAME_MAX);
    assert_int_equal(tell(WIRE_REQUEST_STOP, 0), 0);
    assert_int_equal(tell_number(WIRE_REQUEST_LOG_LOOK, 1), 0);
    band_poll(&bench.band);
    assert_int_equal(tell(WIRE_REQUEST_START, 0), 0);
}

static void record_that_is_not_there_ends_at_once(void **state)
{
    (void)state;
    read_out(7, 0);
    assert_int_equal(bench.frames, 1);
    assert_true((bench.last.flags & WIRE_CUT) != 0);
    assert_int_equal(look_up(7).number, 0);
    assert_true(log_now().failed);
}

static void erase_slower_than_the_fifo_is_told_as_loss(void **state)
{
    (void)state;
    bench.erase_us = 1000000;
    set_logging(416, 0, 10);
    make_record(60000);
    read_out(1, 0);
    assert_true(bench.lost > 100);
    assert_int_equal(bench.flags, WIRE_FIRST | WIRE_LOST_FIFO);
    assert_int_equal(bench.samples + bench.lost, look_up(1).samples);
}

static void press(uint32_t ms)
{
    for (int bounce = 0; bounce < 5; bounce++) {
        bench.button = !bench.button;
        run(2);
    }
    assert_true(bench.button);
    run(ms);
    bench.button = false;
    run(100);
}

static void button_begins_and_ends_a_record(void **state)
{
    (void)state;
    press(500);
    assert_int_equal(log_now().newest, 0);
    set_logging(104, WIRE_BY_BUTTON, 10);
    press(500);
    assert_true(log_now().logging);
    run(5000);
    press(500);
    run(1000);
    assert_false(log_now().logging);
    struct wire_record record = look_up(1);
    assert_int_equal(record.began, WIRE_CAUSE_BUTTON);
    assert_int_equal(record.ended, WIRE_CAUSE_BUTTON);
    assert_int_equal(log_now().newest, 1);
}

static void touch_shorter_than_contacts_bounce_is_no_press(void **state)
{
    (void)state;
    set_logging(104, WIRE_BY_BUTTON, 10);
    bench.button = true;
    run(20);
    bench.button = false;
    run(500);
    assert_int_equal(log_now().newest, 0);
}

static void move(uint32_t ms)
{
    for (uint32_t gone = 0; gone < ms; gone += 200) {
        bench.sensor.push ^= 2000;
        run(200);
    }
}

static void motion_begins_a_record_and_stillness_ends_it(void **state)
{
    (void)state;
    bench.numbered = false;
    bench.sensor.still = true;
    bench.attached = true;
    set_logging(52, WIRE_BY_MOTION, 10);
    move(5000);
    assert_int_equal(log_now().newest, 0); /* a host is there */
    assert_false(log_now().watching);
    bench.attached = false;
    run(20000);
    assert_true(log_now().watching);
    assert_int_equal(log_now().newest, 0); /* nothing moves */
    move(15000);
    assert_true(log_now().logging);
    run(9000);
    assert_true(log_now().logging);
    run(5000);
    assert_false(log_now().logging);
    assert_true(log_now().watching);
    struct wire_record record = look_up(1);
    assert_int_equal(record.began, WIRE_CAUSE_MOTION);
    assert_int_equal(record.ended, WIRE_CAUSE_MOTION);
    assert_int_equal(record.config.rate_hz, 52);
    run(20000);
    assert_int_equal(log_now().newest, 1);
}

static void host_may_stream_while_motion_is_watched_for(void **state)
{
    (void)state;
    bench.numbered = false;
    bench.sensor.still = true;
    set_logging(52, WIRE_BY_MOTION, 10);
    run(2000);
    assert_true(log_now().watching);
    bench.index = 0;
    assert_int_equal(tell(WIRE_REQUEST_START, 0), 0);
    run(3000);
    assert_false(log_now().watching);
    assert_int_equal(tell(WIRE_REQUEST_STOP, 0), 0);
    run(3000);
    assert_int_equal(bench.last.type, WIRE_FRAME_END);
    assert_true(bench.samples > 250);
    assert_true(log_now().watching);
}

static void power_cut_leaves_a_record_that_says_so(void **state)
{
    (void)state;
    set_logging(104, 0, 10);
    assert_int_equal(tell(WIRE_REQUEST_LOG_BEGIN, 0), 0);
    run(30000);
    uint32_t stored = log_now().stored;
    assert_true(stored > 2000);
    power_on(&bench.chip.flash);
    run(100);
    assert_false(log_now().logging);
    struct wire_record record = look_up(1);
    assert_int_equal(record.ended, WIRE_CAUSE_CUT);
    assert_false(record.same_clock);
    assert_true(record.samples >= stored);
    read_out(1, 0);
    assert_int_equal(bench.samples, record.samples);
    assert_true((bench.last.flags & WIRE_CUT) != 0);
}

static void settings_outlast_a_reset(void **state)
{
    (void)state;
    const struct wire_calibration calibration = {
        .utc_s = 1800000000, .offset_ug = {1, -2, 3}, .gain_ppm = {4, 5, -6}};
    const struct wire_config config = {208, 16, 250};
    uint8_t data[64];
    wire_put_config(data, &config);
    assert_int_equal(
        ask(WIRE_REQUEST_SET_CONFIG, false, WIRE_CONFIG_SIZE, data), 0);
    assert_int_equal(tell(WIRE_REQUEST_SAVE, 0), 0);
    wire_put_calibration(data, &calibration);
    assert_int_equal(
        ask(WIRE_REQUEST_SET_CALIBRATION, false, WIRE_CALIBRATION_SIZE, data),
        0);
    set_logging(52, WIRE_BY_BUTTON, 33);
    power_on(&bench.chip.flash);
    struct wire_config got;
    struct wire_calibration got_calibration;
    struct wire_logging got_logging;
    assert_int_equal(ask(WIRE_REQUEST_GET_CONFIG, true, 64, data),
                     WIRE_CONFIG_SIZE);
    assert_true(wire_get_config(&got, data));
    assert_int_equal(got.accel_g, 16);
    assert_int_equal(ask(WIRE_REQUEST_GET_CALIBRATION, true, 64, data),
                     WIRE_CALIBRATION_SIZE);
    assert_true(wire_get_calibration(&got_calibration, data));
    assert_int_equal(got_calibration.utc_s, calibration.utc_s);
    assert_memory_equal(got_calibration.offset_ug, calibration.offset_ug,
                        sizeof(calibration.offset_ug));
    assert_memory_equal(got_calibration.gain_ppm, calibration.gain_ppm,
                        sizeof(calibration.gain_ppm));
    assert_int_equal(ask(WIRE_REQUEST_GET_LOGGING, true, 64, data),
                     WIRE_LOGGING_SIZE);
    assert_true(wire_get_logging(&got_logging, data));
    assert_int_equal(got_logging.still_s, 33);
    assert_int_equal(got_logging.flags, WIRE_BY_BUTTON);
}

/* A record carries the host's clock and the calibration of its time. */
static void record_carries_clock_and_calibration(void **state)
{
    (void)state;
    struct wire_calibration calibration = {.utc_s = 5};
    uint8_t data[64];
    run(100);
    put_u64(data, 1800000000123456789u);
    uint64_t told_ns = bench.sensor.ns;
    assert_int_equal(ask(WIRE_REQUEST_SET_UTC, false, WIRE_UTC_SIZE, data), 0);
    wire_put_calibration(data, &calibration);
    assert_int_equal(
        ask(WIRE_REQUEST_SET_CALIBRATION, false, WIRE_CALIBRATION_SIZE, data),
        0);
    make_record(2000);
    calibration.utc_s = 6;
    wire_put_calibration(data, &calibration);
    assert_int_equal(
        ask(WIRE_REQUEST_SET_CALIBRATION, false, WIRE_CALIBRATION_SIZE, data),
        0);
    struct wire_record record = look_up(1);
    assert_int_equal(record.utc_ns, 1800000000123456789u);
    assert_in_range(record.clock_ns, told_ns - 1000, told_ns);
    assert_int_equal(ask(WIRE_REQUEST_RECORD_CALIBRATION, true, 64, data),
                     WIRE_CALIBRATION_SIZE);
    assert_true(wire_get_calibration(&calibration, data));
    assert_int_equal(calibration.utc_s, 5);
    assert_int_equal(record.firmware[2], 3);
}

static void full_log_ends_by_itself_and_is_erased_on_request(void **state)
{
    (void)state;
    bench.erase_us = 50000;
    set_logging(416, WIRE_BY_BUTTON, 10);
    assert_int_equal(tell(WIRE_REQUEST_LOG_BEGIN, 0), 0);
    run(200000);
    assert_false(log_now().logging);
    assert_true(log_now().full);
    assert_int_equal(look_up(1).ended, WIRE_CAUSE_FULL);
    press(500);
    assert_int_equal(log_now().newest, 1);
    assert_int_equal(tell(WIRE_REQUEST_LOG_BEGIN, 0), 0);
    run(100);
    assert_true(log_now().failed);
    assert_int_equal(tell_number(WIRE_REQUEST_LOG_ERASE, 2), 0);
    run(500);
    assert_true(log_now().failed);
    assert_int_equal(log_now().oldest, 1);
    assert_int_equal(tell_number(WIRE_REQUEST_LOG_ERASE, 1), 0);
    run(500);
    assert_false(log_now().failed);
    assert_int_equal(log_now().oldest, 2);
    make_record(1000);
    assert_int_equal(log_now().newest, 2);
}

static void one_thing_at_a_time(void **state)
{
    (void)state;
    uint8_t data[64] = {0};
    run(100);
    assert_int_equal(tell(WIRE_REQUEST_LOG_BEGIN, 0), 0);
    run(2000);
    assert_int_equal(tell(WIRE_REQUEST_START, 0), -1);
    assert_int_equal(tell(WIRE_REQUEST_SELFTEST, 0), -1);
    assert_int_equal(tell(WIRE_REQUEST_LOG_BEGIN, 0), -1);
    assert_int_equal(tell(WIRE_REQUEST_PATTERN, 3), -1);
    assert_int_equal(tell(WIRE_REQUEST_UPDATE, WIRE_UPDATE_KEY), -1);
    assert_int_equal(tell_number(WIRE_REQUEST_LOG_ERASE, 1), -1);
    assert_int_equal(ask(WIRE_REQUEST_LOG_READ, false, 8, data), -1);
    assert_int_equal(tell(WIRE_REQUEST_STOP, 0), 0); /* every host's first */
    assert_int_equal(ask(WIRE_REQUEST_STATUS, true, 64, data), 64);
    struct wire_status status;
    assert_true(wire_get_status(&status, data));
    assert_int_equal(status.state, WIRE_LOGGING);
    run(1000);
    assert_true(log_now().logging);
    assert_int_equal(look_up(1).ended, 0);
}

static void board_without_flash_has_none_of_it(void **state)
{
    (void)state;
    static const uint8_t requests[] = {
        WIRE_REQUEST_SAVE,     WIRE_REQUEST_GET_LOGGING,
        WIRE_REQUEST_LOG,      WIRE_REQUEST_LOG_BEGIN,
        WIRE_REQUEST_LOG_END,  WIRE_REQUEST_LOG_LOOK,
        WIRE_REQUEST_RECORD,   WIRE_REQUEST_LOG_READ,
        WIRE_REQUEST_LOG_ERASE};
    uint8_t data[64] = {0};
    power_on(NULL);
    run(100);
    for (size_t i = 0; i < sizeof(requests); i++) {
        for (uint16_t length = 0; length < 64; length++) {
            assert_int_equal(ask(requests[i], false, length, data), -1);
            assert_int_equal(ask(requests[i], true, length, data), -1);
        }
    }
    press(100);
    assert_int_equal(tell(WIRE_REQUEST_START, 0), 0);
}

static void pattern_counts_on_and_ends(void **state)
{
    (void)state;
    struct wire_frame expected;
    uint8_t bytes[WIRE_FRAME_MAX];
    struct wire_frame frame;
    uint32_t sequence = 0;
    uint8_t byte = 0;
    assert_int_equal(tell(WIRE_REQUEST_PATTERN, 0), -1);
    assert_int_equal(tell(WIRE_REQUEST_PATTERN, 300), 0);
    for (int polls = 0; polls < 2000; polls++) {
        fake_until(&bench.sensor, bench.sensor.ns + 1000000);
        band_poll(&bench.band);
        size_t size = band_frame(&bench.band, bytes);
        if (size == 0 || wire_get_frame(&frame, bytes, size) <= 0 ||
            frame.type != WIRE_FRAME_PATTERN) {
            continue;
        }
        wire_pattern(&expected, sequence++);
        uint8_t wanted[WIRE_FRAME_MAX];
        assert_int_equal(wire_put_frame(wanted, &expected), size);
        assert_memory_equal(bytes, wanted, size);
        for (size_t i = WIRE_HEADER; i < size - WIRE_CRC; i++) {
            assert_int_equal(bytes[i], byte);
            byte = (uint8_t)((byte + 1) % 251);
        }
    }
    assert_int_equal(sequence, 300);
    assert_int_equal(frame.type, WIRE_FRAME_END);
    assert_int_equal(tell(WIRE_REQUEST_START, 0), 0);
}

static void update_waits_for_its_answer_to_arrive(void **state)
{
    (void)state;
    run(10);
    assert_int_equal(tell(WIRE_REQUEST_UPDATE, 0), -1);
    assert_int_equal(tell(WIRE_REQUEST_UPDATE, WIRE_UPDATE_KEY), 0);
    run(40);
    assert_int_equal(bench.updates, 0);
    run(20);
    assert_int_equal(bench.updates, 1);
    run(200);
    assert_int_equal(bench.updates, 1);
}

static void image_is_told(void **state)
{
    (void)state;
    uint8_t data[64];
    struct wire_image image;
    assert_int_equal(ask(WIRE_REQUEST_IMAGE, true, 64, data), WIRE_IMAGE_SIZE);
    assert_true(wire_get_image(&image, data));
    assert_int_equal(image.bytes, 1234);
    assert_int_equal(image.crc, 0x89ABCDEF);
}

static int32_t flash_result(void)
{
    uint8_t data[64];
    struct wire_selftest results = {0};
    assert_int_equal(tell(WIRE_REQUEST_SELFTEST, 0), 0);
    run(6000);
    assert_int_equal(ask(WIRE_REQUEST_RESULTS, true, 64, data), 64);
    assert_true(wire_get_selftest(&results, data));
    assert_true(results.done);
    assert_int_equal(results.test[8].number, WIRE_TEST_FLASH);
    assert_int_equal(results.test[8].verdict == WIRE_TEST_PASSED,
                     results.test[8].value == 0);
    return results.test[8].value;
}

static void selftest_tries_the_flash(void **state)
{
    (void)state;
    assert_int_equal(flash_result(), 0);
    bench.chip.bad_pages = 3;
    assert_int_equal(flash_result(), 3);
    bench.chip.bad_erases = 1;
    assert_int_equal(flash_result(), -1);
    assert_int_equal(bench.chip.erases[FLASH_SCRATCH], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(record_is_the_stream_that_it_would_have_been,
                               setup),
        cmocka_unit_test_setup(read_goes_on_where_it_was_broken_off, setup),
        cmocka_unit_test_setup(sending_waits_for_the_host, setup),
        cmocka_unit_test_setup(stop_breaks_sending_off_and_says_so, setup),
        cmocka_unit_test_setup(stop_needs_nobody_to_fetch_the_rest, setup),
        cmocka_unit_test_setup(record_that_is_not_there_ends_at_once, setup),
        cmocka_unit_test_setup(erase_slower_than_the_fifo_is_told_as_loss,
                               setup),
        cmocka_unit_test_setup(button_begins_and_ends_a_record, setup),
        cmocka_unit_test_setup(touch_shorter_than_contacts_bounce_is_no_press,
                               setup),
        cmocka_unit_test_setup(motion_begins_a_record_and_stillness_ends_it,
                               setup),
        cmocka_unit_test_setup(host_may_stream_while_motion_is_watched_for,
                               setup),
        cmocka_unit_test_setup(power_cut_leaves_a_record_that_says_so, setup),
        cmocka_unit_test_setup(settings_outlast_a_reset, setup),
        cmocka_unit_test_setup(record_carries_clock_and_calibration, setup),
        cmocka_unit_test_setup(full_log_ends_by_itself_and_is_erased_on_request,
                               setup),
        cmocka_unit_test_setup(one_thing_at_a_time, setup),
        cmocka_unit_test_setup(board_without_flash_has_none_of_it, setup),
        cmocka_unit_test_setup(pattern_counts_on_and_ends, setup),
        cmocka_unit_test_setup(update_waits_for_its_answer_to_arrive, setup),
        cmocka_unit_test_setup(image_is_told, setup),
        cmocka_unit_test_setup(selftest_tries_the_flash, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
