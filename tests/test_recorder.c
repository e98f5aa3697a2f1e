/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recorder against a device that does what a test orders (fake_device.h).
 * The virtual wristband's turn is in test_record_chain.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/recorder.h"
#include "acquire/stream.h"
#include "tests/fake_device.h"

/* ---- help ---- */

static char folder[64];
static char path[128];
static struct error error;

static const struct recording_info info = {
    .uuid = "00000000-0000-4000-8000-000000000001",
    .accel_scale = 2 * 9.80665 / INT16_MAX,
    .gyro_scale = 1,
    .rate_nominal_hz = RATE_HZ,
};

static struct recorder_config make_config(struct device *device)
{
    static struct recorder_source source;
    source = (struct recorder_source){device, &info};
    unlink(path);
    error = (struct error){0};
    return (struct recorder_config){
        .sources = &source, .source_count = 1, .journal = path};
}

static struct recorder *start(const struct recorder_config *config)
{
    struct recorder *recorder = NULL;
    assert_int_equal(recorder_start(config, &recorder, &error), 0);
    return recorder;
}

static int record(const struct recorder_config *config,
                  struct recorder_stats *stats)
{
    return recorder_finish(start(config), stats, &error);
}

/* ---- rules ---- */

static void device_that_waits_loses_nothing(void **state)
{
    (void)state;
    /* Far more than the queue holds, faster than any disk. */
    struct device device = {.frames = 20000, .waits = true};
    struct recorder_config config = make_config(&device);
    struct recorder_stats stats;
    config.queue_bytes = 32768;
    assert_int_equal(record(&config, &stats), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows, 200000);
    assert_int_equal(account->stream.lost, 0);
    assert_int_equal(account->end, JOURNAL_END_ASKED);
    assert_int_equal(device.stops, 0);
    assert_int_equal(stats.sensors[0].samples, 200000);
    assert_int_equal(stats.sensors[0].lost, 0);
}

static void full_queue_is_marked_at_the_exact_sample(void **state)
{
    (void)state;
    /* Frames 100 to 149 come as one lump that can never fit the queue. */
    struct device device = {
        .frames = 300, .lump_at = 100, .lump = 50, .nap_ns = 200000};
    struct recorder_config config = make_config(&device);
    struct recorder_stats stats;
    config.queue_bytes = 4096;
    assert_int_equal(record(&config, &stats), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows + account->stream.lost, 3000);
    assert_int_equal(account->stream.causes, GAP_HOST);
    assert_true(account->stream.lost >= 500);
    assert_int_equal(stats.sensors[0].lost, account->stream.lost);
    assert_int_equal(stats.sensors[0].causes, GAP_HOST);
    uint64_t lost_before = 0;
    bool found = false;
    for (size_t i = 0; i < account->gap_count; i++) {
        const struct recording_gap *gap = &account->gaps[i];
        uint64_t from = gap->at_sample + lost_before;
        found |= from <= 1000 && from + gap->lost_samples >= 1500;
        lost_before += gap->lost_samples;
    }
    assert_true(found);
}

static void loss_at_the_very_end_is_marked(void **state)
{
    (void)state;
    struct device device = {
        .frames = 150, .lump_at = 100, .lump = 50, .nap_ns = 200000};
    struct recorder_config config = make_config(&device);
    config.queue_bytes = 4096;
    assert_int_equal(record(&config, NULL), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows + account->stream.lost, 1500);
    assert_true(account->stream.lost >= 500);
    assert_int_equal(account->stream.causes, GAP_HOST);
}

static void unplugged_device_keeps_what_came(void **state)
{
    (void)state;
    struct device device = {.frames = 1000, .waits = true, .lost_at = 77};
    struct recorder_config config = make_config(&device);
    assert_int_equal(record(&config, NULL), ERR_DEVICE_LOST);
    assert_string_equal(error.text, "the device is gone");
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows, 770);
    assert_int_equal(account->end, JOURNAL_END_DEVICE);
}

static void device_that_is_back_goes_on_where_it_is(void **state)
{
    (void)state;
    struct device device = {.frames = 200,
                            .waits = true,
                            .lost_at = 77,
                            .looks = 2,
                            .look_ns = 250000000,
                            .skips = 5};
    struct recorder_config config = make_config(&device);
    assert_int_equal(record(&config, NULL), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows, 1950);
    assert_int_equal(account->stream.lost, 50);
    assert_int_equal(account->gap_count, 1);
    assert_int_equal(account->gaps[0].at_sample, 770);
    assert_int_equal(account->gaps[0].cause, GAP_UNPLUGGED);
    assert_int_equal(device.starts, 1);
    assert_int_equal(account->end, JOURNAL_END_ASKED);
}

/* Each sample's value is its true number: count_runs compares it with the
 * index that it was given. */
static void device_that_lost_power_is_carried_on(void **state)
{
    (void)state;
    struct device device = {.frames = 100,
                            .waits = true,
                            .lost_at = 77,
                            .looks = 3,
                            .look_ns = 1230000000,
                            .loses_power = true};
    struct recorder_config config = make_config(&device);
    struct recorder_stats stats;
    assert_int_equal(record(&config, &stats), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(device.starts, 2);
    assert_int_equal(account->stream.rows, 1770);
    assert_int_equal(account->gap_count, 1);
    assert_int_equal(account->gaps[0].at_sample, 770);
    assert_int_equal(account->gaps[0].lost_samples, 369);
    assert_int_equal(account->gaps[0].cause, GAP_UNPLUGGED);
    assert_int_equal(account->gaps[0].start_ns, 769LL * PERIOD_NS);
    assert_int_equal(account->gaps[0].end_ns, 1139LL * PERIOD_NS);
    assert_int_equal(stats.sensors[0].lost, 369);
    assert_true(fabs(stats.sensors[0].rate_hz - RATE_HZ) < 1e-6);
}

static void device_that_is_away_does_not_keep_a_recording_open(void **state)
{
    (void)state;
    struct device device = {.frames = 1000,
                            .waits = true,
                            .lost_at = 77,
                            .looks = 1000,
                            .look_ns = 4000000000};
    struct recorder_config config = make_config(&device);
    config.for_s = 20;
    assert_int_equal(record(&config, NULL), ERR_DEVICE_LOST);
    assert_string_equal(error.text, "the device is gone");
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows, 770);
    assert_int_equal(account->end, JOURNAL_END_DEVICE);
    assert_true(device.looks > 990);
}

static void silent_device_is_lost(void **state)
{
    (void)state;
    struct device device = {.frames = 10, .waits = true, .silent = true};
    struct recorder_config config = make_config(&device);
    assert_int_equal(record(&config, NULL), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "sent nothing"));
}

static void stops_after_the_time_asked_for(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .waits = true};
    struct recorder_config config = make_config(&device);
    config.for_s = 60;
    assert_int_equal(record(&config, NULL), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows, 60 * RATE_HZ + COUNT);
    assert_true(account->stream.ended);
    assert_int_equal(device.stops, 1);
    /* Eight every two seconds, and at both ends. */
    assert_in_range(account->clocks, 8 * 30, 8 * 33);
}

static void told_to_stop_takes_all_that_still_comes(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .nap_ns = 100000};
    struct recorder_config config = make_config(&device);
    struct recorder *recorder = start(&config);
    struct recorder_stats stats = {0};
    while (stats.sensors[0].samples == 0) {
        assert_true(recorder_running(recorder));
        (void)recorder_stats(recorder, &stats);
    }
    recorder_stop(recorder);
    assert_int_equal(recorder_finish(recorder, &stats, &error), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(device.stops, 1);
    assert_true(account->stream.ended);
    assert_int_equal(account->stream.rows, device.sent * COUNT);
    assert_int_equal(account->end, JOURNAL_END_ASKED);
}

static void aborted_journal_has_no_end(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .nap_ns = 100000};
    struct recorder_config config = make_config(&device);
    struct recorder *recorder = start(&config);
    struct recorder_stats stats = {0};
    while (stats.sensors[0].samples == 0) {
        (void)recorder_stats(recorder, &stats);
    }
    recorder_abort(recorder);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    struct account *account = read_journal(path, 0);
    assert_true(account->stream.rows > 0);
    assert_int_equal(account->end, -1);
    assert_int_equal(device.stops, 1);
}

static void stream_without_end_ends_and_is_not_taken_for_whole(void **state)
{
    (void)state;
    struct device device = {
        .frames = UINT64_MAX, .waits = true, .no_end = true};
    struct recorder_config config = make_config(&device);
    config.for_s = 1;
    assert_int_equal(record(&config, NULL), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "did not say"));
    assert_int_equal(read_journal(path, 0)->stream.rows, RATE_HZ + COUNT);
}

static void device_that_does_not_stop_is_left(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .waits = true, .deaf = true};
    struct recorder_config config = make_config(&device);
    config.for_s = 1;
    assert_int_equal(record(&config, NULL), ERR_PROTOCOL);
    assert_int_equal(read_journal(path, 0)->stream.rows, 11 * RATE_HZ + COUNT);
}

static void marks_and_presets_are_in_the_journal(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .nap_ns = 1000000};
    struct recorder_config config = make_config(&device);
    const struct journal_event presets[] = {
        {true, 0, 1000, "rest", "preset"}, {true, 1000, 2000, "tap", "preset"}};
    config.events = presets;
    config.event_count = 2;
    device.clock_ns = 7000000000000;
    struct recorder *recorder = start(&config);
    struct recorder_stats stats = {0};
    while (stats.sensors[0].samples == 0) {
        (void)recorder_stats(recorder, &stats);
    }
    assert_true(recorder_mark(recorder, "mark 1"));
    recorder_stop(recorder);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->events, 3);
    assert_string_equal(account->event.label, "mark 1");
    assert_string_equal(account->event.source, "key");
    assert_false(account->event.session_time);
    /* On the clock of the device's host, not of this computer. */
    assert_true(account->event.start_ns >= 7000000000000);
    assert_true(account->event.start_ns <= 7000000000000 + 3600000000000);
}

static void statistics_tell_what_came(void **state)
{
    (void)state;
    struct device device = {.frames = 1000, .waits = true};
    struct recorder_config config = make_config(&device);
    struct recorder_stats stats;
    assert_int_equal(record(&config, &stats), 0);
    assert_int_equal(stats.sensors[0].samples, 10000);
    assert_int_equal(stats.sensors[0].clipped, 10000);
    assert_true(fabs(stats.sensors[0].rate_hz - RATE_HZ) < 1e-6);
    assert_true(fabs(stats.sensors[0].elapsed_s - 100) < 1e-6);
    /* The z axis shows 2 g, the x axis at most 2 g more. */
    assert_true(stats.sensors[0].motion_mg > 990 &&
                stats.sensors[0].motion_mg < 2000);
    assert_true(stats.sensors[0].has_supply);
    assert_true(stats.sensors[0].on_usb_power);
    assert_int_equal(stats.sensors[0].supply_mv, 4900);
    assert_true(stats.space_bytes > 0);
    assert_true(stats.left_s > 0);
    assert_true(stats.sensors[0].queue_peak > 0 &&
                stats.sensors[0].queue_peak <= 1);
}

static void refused_start_leaves_nothing(void **state)
{
    (void)state;
    struct device device = {.frames = 10, .fails_to_start = true};
    struct recorder_config config = make_config(&device);
    struct recorder *recorder;
    assert_int_equal(recorder_start(&config, &recorder, &error), ERR_BUSY);
    assert_int_equal(access(path, F_OK), -1);

    device = (struct device){.frames = 10};
    config.for_s = 1e12; /* no disk is as large */
    assert_int_equal(recorder_start(&config, &recorder, &error), ERR_FULL);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(device.starts, 0);

    config.for_s = 0;
    config.journal = "/no/such/folder/x.journal";
    assert_int_equal(recorder_start(&config, &recorder, &error), ERR_CREATE);
    assert_int_equal(device.starts, 0);
}

static void existing_journal_is_not_touched(void **state)
{
    (void)state;
    struct device device = {.frames = 10, .waits = true};
    struct recorder_config config = make_config(&device);
    struct recorder *recorder;
    assert_int_equal(record(&config, NULL), 0);
    assert_int_equal(recorder_start(&config, &recorder, &error), ERR_EXISTS);
    assert_int_equal(read_journal(path, 0)->stream.rows, 100);
}

static void failing_write_keeps_all_before_it(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .waits = true};
    struct recorder_config config = make_config(&device);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit limit = {1000000, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    int err = record(&config, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(err, ERR_FULL);
    assert_non_null(strstr(error.text, path));
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.lost, 0);
    /* Frames are 164 bytes and records have 20; probes take some, too. */
    assert_in_range(account->stream.rows, 4800 * COUNT, 1000000 / 164 * COUNT);
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(strcpy(folder, "/tmp/carpus-recorder-XXXXXX")) == NULL) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/x.h5.journal", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_that_waits_loses_nothing),
        cmocka_unit_test(full_queue_is_marked_at_the_exact_sample),
        cmocka_unit_test(loss_at_the_very_end_is_marked),
        cmocka_unit_test(unplugged_device_keeps_what_came),
        cmocka_unit_test(device_that_is_back_goes_on_where_it_is),
        cmocka_unit_test(device_that_lost_power_is_carried_on),
        cmocka_unit_test(device_that_is_away_does_not_keep_a_recording_open),
        cmocka_unit_test(silent_device_is_lost),
        cmocka_unit_test(stops_after_the_time_asked_for),
        cmocka_unit_test(told_to_stop_takes_all_that_still_comes),
        cmocka_unit_test(aborted_journal_has_no_end),
        cmocka_unit_test(stream_without_end_ends_and_is_not_taken_for_whole),
        cmocka_unit_test(device_that_does_not_stop_is_left),
        cmocka_unit_test(marks_and_presets_are_in_the_journal),
        cmocka_unit_test(statistics_tell_what_came),
        cmocka_unit_test(refused_start_leaves_nothing),
        cmocka_unit_test(existing_journal_is_not_touched),
        cmocka_unit_test(failing_write_keeps_all_before_it),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
