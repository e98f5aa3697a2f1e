/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recorder with several devices: one journal, in which each has its own
 * account, and a disk that stalls while both go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "acquire/queue.h"
#include "acquire/recorder.h"
#include "tests/fake_device.h"

enum { DEVICES = 2 };

static char folder[64];
static char path[128];
static struct error error;
static struct device devices[DEVICES];
static size_t queue_bytes;

/* ---- a disk that stalls ---- */

/* A sync waits until each device has sent so many frames more; 0: no stall. */
static _Atomic uint64_t stall_frames;
static atomic_bool stalled;
static atomic_bool over;

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl51-cpp): libc's name */
int fdatasync(int __fildes)
{
    (void)__fildes;
    if (atomic_load(&stall_frames) == 0 || atomic_load(&over)) {
        return 0;
    }
    atomic_store(&stalled, true);
    while (!atomic_load(&over)) {
        sleep_ns(1000000);
    }
    return 0;
}

/* ---- help ---- */

static const struct recording_info infos[DEVICES] = {
    {.serial = "A",
     .placement = PLACEMENT_LEFT_WRIST,
     .accel_scale = 1,
     .gyro_scale = 1,
     .rate_nominal_hz = RATE_HZ},
    {.serial = "B", .accel_scale = 1, .gyro_scale = 1, .rate_nominal_hz = 1667},
};

static int start(struct recorder **out)
{
    static const struct recorder_source sources[DEVICES] = {
        {&devices[0], &infos[0]}, {&devices[1], &infos[1]}};
    const struct recorder_config config = {
        .sources = sources,
        .source_count = DEVICES,
        .journal = path,
        .queue_bytes = queue_bytes,
    };
    unlink(path);
    error = (struct error){0};
    return recorder_start(&config, out, &error);
}

static int record(struct recorder_stats *stats)
{
    struct recorder *recorder = NULL;
    assert_int_equal(start(&recorder), 0);
    return recorder_finish(recorder, stats, &error);
}

static void set_devices(struct device a, struct device b)
{
    devices[0] = a;
    devices[1] = b;
    queue_bytes = 0;
    atomic_store(&stall_frames, 0);
    atomic_store(&stalled, false);
    atomic_store(&over, false);
}

/* ---- rules ---- */

static void each_device_has_its_own_account(void **state)
{
    (void)state;
    /* Far more than the queues hold; one ends long before the other. */
    static const struct device longer = {.frames = 20000, .waits = true};
    static const struct device shorter = {.frames = 300, .waits = true};
    set_devices(longer, shorter);
    queue_bytes = 32768;
    struct recorder_stats stats;
    assert_int_equal(record(&stats), 0);
    static const uint64_t rows[DEVICES] = {200000, 3000};
    assert_int_equal(stats.sensor_count, DEVICES);
    for (int i = 0; i < DEVICES; i++) {
        struct account *account = read_journal(path, (uint16_t)i);
        assert_int_equal(account->stream.rows, rows[i]);
        assert_int_equal(account->stream.lost, 0);
        assert_true(account->sessions > 0);
        assert_true(account->clocks > 0);
        assert_int_equal(account->end, JOURNAL_END_ASKED);
        assert_int_equal(stats.sensors[i].samples, rows[i]);
    }
}

static void lost_device_does_not_stop_the_other(void **state)
{
    (void)state;
    static const struct device thousand = {.frames = 1000, .waits = true};
    for (int lost = 0; lost < DEVICES; lost++) {
        set_devices(thousand, thousand);
        devices[lost].lost_at = 10;
        assert_int_equal(record(NULL), ERR_DEVICE_LOST);
        assert_non_null(
            strstr(error.text, lost == 0 ? "left-wrist (A): " : "B: "));
        assert_int_equal(read_journal(path, (uint16_t)lost)->stream.rows, 100);
        struct account *other = read_journal(path, (uint16_t)(1 - lost));
        assert_int_equal(other->stream.rows, 10000);
        assert_int_equal(other->stream.lost, 0);
    }
}

static void absence_of_each_is_its_own_gap(void **state)
{
    (void)state;
    static const struct device away = {.frames = 200,
                                       .waits = true,
                                       .lost_at = 100,
                                       .looks = 2,
                                       .look_ns = 500000000,
                                       .skips = 10};
    set_devices(away, away);
    devices[1].lost_at = 50;
    devices[1].skips = 20;
    assert_int_equal(record(NULL), 0);
    static const uint64_t at[DEVICES] = {1000, 500};
    static const uint64_t lost[DEVICES] = {100, 200};
    for (int i = 0; i < DEVICES; i++) {
        struct account *account = read_journal(path, (uint16_t)i);
        assert_int_equal(account->gap_count, 1);
        assert_int_equal(account->gaps[0].at_sample, at[i]);
        assert_int_equal(account->gaps[0].lost_samples, lost[i]);
        assert_int_equal(account->gaps[0].cause, GAP_UNPLUGGED);
        assert_int_equal(account->stream.rows + account->stream.lost, 2000);
    }
}

static void refused_start_of_one_leaves_nothing(void **state)
{
    (void)state;
    static const struct device few = {.frames = 10};
    struct recorder *recorder;
    for (int refused = 0; refused < DEVICES; refused++) {
        set_devices(few, few);
        devices[refused].fails_to_start = true;
        assert_int_equal(start(&recorder), ERR_BUSY);
        assert_non_null(
            strstr(error.text, refused == 0 ? "left-wrist (A): " : "B: "));
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(devices[0].stops, refused);
        assert_int_equal(devices[1].stops, 0);
    }
}

/* Both devices send on during a stall of `stall_s` at 1667 Hz in the least
 * frames that there are, as fast as they can: the writer does not run then. */
static void stall(double stall_s, bool loses)
{
    static const struct device streaming = {.frames = UINT64_MAX,
                                            .nap_ns = 200000};
    set_devices(streaming, streaming);
    const uint64_t frames = (uint64_t)(stall_s * 1667 / COUNT);
    struct recorder *recorder = NULL;
    struct recorder_stats stats;
    uint64_t from[DEVICES];
    assert_int_equal(start(&recorder), 0);
    atomic_store(&stall_frames, frames); /* the journal's beginning is there */
    while (!atomic_load(&stalled)) {
        sleep_ns(1000000);
    }
    for (int i = 0; i < DEVICES; i++) {
        from[i] = atomic_load(&devices[i].sent);
        atomic_store(&devices[i].hurry_to, from[i] + frames);
    }
    for (int i = 0; i < DEVICES; i++) {
        while (atomic_load(&devices[i].sent) < from[i] + frames) {
            sleep_ns(1000000);
        }
    }
    atomic_store(&over, true);
    recorder_stop(recorder);
    assert_int_equal(recorder_finish(recorder, &stats, &error), 0);
    for (int i = 0; i < DEVICES; i++) {
        struct account *account = read_journal(path, (uint16_t)i);
        assert_int_equal(account->stream.rows + account->stream.lost,
                         devices[i].sent * COUNT);
        assert_int_equal(account->gap_count, loses);
        assert_int_equal(account->stream.causes, loses ? GAP_HOST : 0);
        assert_int_equal(stats.sensors[i].lost, account->stream.lost);
        if (loses) {
            /* What was in the queue when it was full is all there. */
            uint64_t held = QUEUE_STREAM_BYTES / (FRAME_BYTES + 8 + 32);
            assert_true(account->gaps[0].at_sample >= (from[i] + held) * COUNT);
        }
    }
}

static void disk_may_stall_for_half_a_minute(void **state)
{
    (void)state;
    stall(30, false);
}

static void longer_stall_is_one_gap_of_each_device(void **state)
{
    (void)state;
    stall(120, true);
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
        cmocka_unit_test(each_device_has_its_own_account),
        cmocka_unit_test(lost_device_does_not_stop_the_other),
        cmocka_unit_test(absence_of_each_is_its_own_gap),
        cmocka_unit_test(refused_start_of_one_leaves_nothing),
        cmocka_unit_test(disk_may_stall_for_half_a_minute),
        cmocka_unit_test(longer_stall_is_one_gap_of_each_device),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
