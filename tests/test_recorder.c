/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recorder against a device that does what a test orders: it stands here
 * in place of device.c. The virtual wristband's turn is in test_record_chain.c.
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

enum { RATE_HZ = 100, PERIOD_NS = 10000000, COUNT = 10, FRAME_BYTES = 164 };

/* ---- a device made to order ---- */

struct device {
    uint64_t frames;  /* it has so many, then the end */
    uint64_t sent;    /* frames */
    uint64_t lump_at; /* from here on `lump` frames come in one read */
    uint64_t lump;
    int64_t clock_ns; /* its own and the host's */
    int64_t nap_ns;   /* before each read */
    bool waits;
    bool silent; /* nothing comes, and its clock runs */
    bool no_end;
    bool deaf; /* goes on when asked to stop */
    bool fails_to_start;
    uint64_t lost_at; /* frame at which it is unplugged, 0: never */
    int looks;        /* until it is back, 0: never */
    int64_t look_ns;  /* that passes with each */
    bool loses_power; /* meanwhile; else it streams on, but for `skips` */
    uint64_t skips;   /* frames lost on the wire */
    uint64_t base;    /* sample with which its stream began */
    int64_t boot_ns;  /* when its clock was 0 */
    bool streams;
    int starts;
    int stops;
    bool stopped;
    bool ended;
};

int device_start(struct device *device, struct error *error)
{
    device->starts++;
    device->streams = true;
    return device->fails_to_start
               ? error_set(error, ERR_BUSY, "the device is in use")
               : 0;
}

int device_stop(struct device *device, struct error *error)
{
    (void)error;
    device->stops++;
    device->stopped = !device->deaf;
    return 0;
}

static size_t make_frame(const struct device *device, uint8_t *out)
{
    uint64_t sample = device->base + device->sent * COUNT;
    struct wire_frame frame = {
        .type = WIRE_FRAME_SAMPLES,
        .index = device->sent * COUNT,
        .device_ns = sample * PERIOD_NS - (uint64_t)device->boot_ns,
        .count = COUNT,
    };
    for (size_t i = 0; i < COUNT; i++) {
        frame.samples[i][0] = (int16_t)(sample + i);
        frame.samples[i][2] = INT16_MAX;
        frame.flags = WIRE_CLIP_ACCEL;
    }
    return wire_put_frame(out, &frame);
}

static size_t make_end(const struct device *device, uint8_t *out)
{
    const struct wire_frame frame = {
        .type = WIRE_FRAME_END,
        .index = device->sent * COUNT,
        .device_ns = (device->base + device->sent * COUNT) * PERIOD_NS -
                     (uint64_t)device->boot_ns,
    };
    return wire_put_frame(out, &frame);
}

int device_read(struct device *device, uint8_t *out, size_t size,
                int timeout_ms, struct error *error)
{
    uint64_t wanted =
        device->lump > 0 && device->sent == device->lump_at ? device->lump : 1;
    size_t n = 0;
    if (device->nap_ns > 0) {
        sleep_ns(device->nap_ns);
    }
    if (device->silent || device->ended) {
        device->clock_ns += timeout_ms * 1000000LL;
        return 0;
    }
    if (device->lost_at > 0 && device->sent == device->lost_at) {
        return error_set(error, ERR_DEVICE_LOST, "the device is gone");
    }
    if (device->stopped || device->sent == device->frames) {
        device->ended = true;
        return device->no_end ? 0 : (int)make_end(device, out);
    }
    for (uint64_t i = 0; i < wanted && n + FRAME_BYTES <= size; i++) {
        n += make_frame(device, out + n);
        device->sent++;
        device->clock_ns += COUNT * PERIOD_NS;
    }
    return (int)n;
}

int device_probe(struct device *device, struct recording_clock *out,
                 struct error *error)
{
    (void)error;
    *out = (struct recording_clock){device->clock_ns - device->boot_ns,
                                    device->clock_ns, 1, 1};
    return 0;
}

int device_reopen(struct device *device, struct error *error)
{
    if (device->looks == 0) {
        return error_set(error, ERR_DEVICE_LOST, "it will not be back");
    }
    device->clock_ns += device->look_ns;
    if (--device->looks > 0) {
        return 0;
    }
    device->lost_at = 0;
    device->sent += device->skips;
    if (device->loses_power) {
        device->base = (uint64_t)(device->clock_ns / PERIOD_NS);
        device->boot_ns = device->clock_ns - PERIOD_NS * 50;
        device->sent = 0;
        device->streams = false;
    }
    return 1;
}

int device_restart(struct device *device, struct error *error)
{
    return device_start(device, error);
}

int device_status(struct device *device, struct wire_status *out,
                  struct error *error)
{
    (void)error;
    *out = (struct wire_status){.state = device->streams ? WIRE_STREAMING
                                                         : WIRE_STOPPED,
                                .on_usb_power = true,
                                .supply_mv = 4900};
    return 0;
}

int64_t device_now_ns(const struct device *device)
{
    return device->clock_ns;
}

bool device_waits(const struct device *device)
{
    return device->waits;
}

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
    unlink(path);
    error = (struct error){0};
    return (struct recorder_config){
        .device = device, .journal = path, .info = &info};
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

/* What is in the journal that was written. */
struct account {
    struct stream stream;
    size_t clocks;
    size_t events;
    size_t sessions;
    struct journal_event event; /* the last one */
    struct recording_gap gaps[64];
    size_t gap_count;
    int end; /* -1: none */
};

static void count_runs(struct account *account,
                       const struct journal_record *record)
{
    size_t done = 0;
    while (done < record->size) {
        struct stream_run run;
        done += stream_push(&account->stream, record->payload + done,
                            record->size - done);
        while (stream_next(&account->stream, &run)) {
            if (run.gap.lost_samples > 0 && account->gap_count < 64) {
                account->gaps[account->gap_count++] = run.gap;
            }
            for (uint64_t i = 0; i < run.block.count; i++) {
                assert_int_equal(run.samples[i][0], (int16_t)(run.index + i));
            }
        }
    }
}

static void count_record(struct account *account,
                         const struct journal_record *record)
{
    int64_t from_ns;
    int64_t to_ns;
    uint64_t bytes;
    assert_false(record->after_damage);
    account->clocks += record->type == JOURNAL_CLOCK;
    account->sessions += record->type == JOURNAL_SESSION;
    if (record->type == JOURNAL_FRAMES) {
        count_runs(account, record);
    } else if (journal_get_event(record, &account->event)) {
        account->events++;
    } else if (journal_get_gap(record, &bytes)) {
        assert_true(bytes > 0);
        stream_broken(&account->stream, GAP_HOST);
    } else if (journal_get_away(record, &from_ns, &to_ns)) {
        assert_true(to_ns > from_ns);
        stream_broken(&account->stream, GAP_UNPLUGGED);
    } else if (record->type == JOURNAL_END) {
        account->end = record->payload[0];
    }
}

static struct account *read_journal(void)
{
    static struct account account;
    static struct journal_reader reader;
    struct journal_record record;
    int more;
    memset(&account, 0, sizeof(account));
    account.end = -1;
    stream_init(&account.stream, RATE_HZ);
    assert_int_equal(journal_open(&reader, path, &error), 0);
    while ((more = journal_next(&reader, &record, &error)) > 0) {
        count_record(&account, &record);
    }
    assert_int_equal(more, 0);
    journal_reader_close(&reader);
    return &account;
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
    struct account *account = read_journal();
    assert_int_equal(account->stream.rows, 200000);
    assert_int_equal(account->stream.lost, 0);
    assert_int_equal(account->end, JOURNAL_END_ASKED);
    assert_int_equal(device.stops, 0);
    assert_int_equal(stats.samples, 200000);
    assert_int_equal(stats.lost, 0);
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
    struct account *account = read_journal();
    assert_int_equal(account->stream.rows + account->stream.lost, 3000);
    assert_int_equal(account->stream.causes, GAP_HOST);
    assert_true(account->stream.lost >= 500);
    assert_int_equal(stats.lost, account->stream.lost);
    assert_int_equal(stats.causes, GAP_HOST);
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
    struct account *account = read_journal();
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
    struct account *account = read_journal();
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
    struct account *account = read_journal();
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
    struct account *account = read_journal();
    assert_int_equal(device.starts, 2);
    assert_int_equal(account->stream.rows, 1770);
    assert_int_equal(account->gap_count, 1);
    assert_int_equal(account->gaps[0].at_sample, 770);
    assert_int_equal(account->gaps[0].lost_samples, 369);
    assert_int_equal(account->gaps[0].cause, GAP_UNPLUGGED);
    assert_int_equal(account->gaps[0].start_ns, 769LL * PERIOD_NS);
    assert_int_equal(account->gaps[0].end_ns, 1139LL * PERIOD_NS);
    assert_int_equal(stats.lost, 369);
    assert_true(fabs(stats.rate_hz - RATE_HZ) < 1e-6);
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
    struct account *account = read_journal();
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
    struct account *account = read_journal();
    assert_int_equal(account->stream.rows, 60 * RATE_HZ + COUNT);
    assert_true(account->stream.ended);
    assert_int_equal(device.stops, 1);
    /* Every two seconds, and at both ends. */
    assert_in_range(account->clocks, 30, 33);
}

static void told_to_stop_takes_all_that_still_comes(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .nap_ns = 100000};
    struct recorder_config config = make_config(&device);
    struct recorder *recorder = start(&config);
    struct recorder_stats stats = {0};
    while (stats.samples == 0) {
        assert_true(recorder_running(recorder));
        (void)recorder_stats(recorder, &stats);
    }
    recorder_stop(recorder);
    assert_int_equal(recorder_finish(recorder, &stats, &error), 0);
    struct account *account = read_journal();
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
    while (stats.samples == 0) {
        (void)recorder_stats(recorder, &stats);
    }
    recorder_abort(recorder);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    struct account *account = read_journal();
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
    assert_int_equal(read_journal()->stream.rows, RATE_HZ + COUNT);
}

static void device_that_does_not_stop_is_left(void **state)
{
    (void)state;
    struct device device = {.frames = UINT64_MAX, .waits = true, .deaf = true};
    struct recorder_config config = make_config(&device);
    config.for_s = 1;
    assert_int_equal(record(&config, NULL), ERR_PROTOCOL);
    assert_int_equal(read_journal()->stream.rows, 11 * RATE_HZ + COUNT);
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
    while (stats.samples == 0) {
        (void)recorder_stats(recorder, &stats);
    }
    assert_true(recorder_mark(recorder, "mark 1"));
    recorder_stop(recorder);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    struct account *account = read_journal();
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
    assert_int_equal(stats.samples, 10000);
    assert_int_equal(stats.clipped, 10000);
    assert_true(fabs(stats.rate_hz - RATE_HZ) < 1e-6);
    assert_true(fabs(stats.elapsed_s - 100) < 1e-6);
    /* The z axis shows 2 g, the x axis at most 2 g more. */
    assert_true(stats.motion_mg > 990 && stats.motion_mg < 2000);
    assert_true(stats.has_supply);
    assert_true(stats.on_usb_power);
    assert_int_equal(stats.supply_mv, 4900);
    assert_true(stats.space_bytes > 0);
    assert_true(stats.left_s > 0);
    assert_true(stats.queue_peak > 0 && stats.queue_peak <= 1);
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
    assert_int_equal(read_journal()->stream.rows, 100);
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
    struct account *account = read_journal();
    assert_int_equal(account->stream.lost, 0);
    /* Frames are 164 bytes and records have 20. */
    assert_in_range(account->stream.rows, 5000 * COUNT, 1000000 / 164 * COUNT);
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
