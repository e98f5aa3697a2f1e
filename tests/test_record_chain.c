/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole way from the simulated sensor to the file: the virtual wristband
 * through recorder, journal and session, as `carpus record` does it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/device.h"
#include "acquire/recorder.h"
#include "acquire/session.h"
#include "tests/truth.h"

static char folder[64];
static char journal_path[128];
static char path[128];
static char samples_path[128];
static char motion_path[128];
static char device_name[160];
static struct session_summary summary;
static struct error error;

/* Records `for_s` and gives the recording; the truth is then in a file. */
static struct recording *record(uint16_t rate_hz, const char *simulate,
                                double for_s)
{
    const struct wire_config wire = {rate_hz, 8, 2000};
    const struct recording_info info = {
        .uuid = "00000000-0000-4000-8000-000000000001",
        .serial = "V1",
        .accel_range_g = 8,
        .gyro_range_dps = 2000,
        .accel_scale = wire_accel_ug_per_lsb(8) * 9.80665e-6,
        .gyro_scale = wire_gyro_udps_per_lsb(2000) * 1e-6,
        .rate_nominal_hz = rate_hz,
        .calibration = "none",
    };
    struct device *device = NULL;
    struct recorder *recorder = NULL;
    struct recording *recording = NULL;
    char settings[512];
    unlink(journal_path);
    unlink(path);
    unlink(samples_path);
    snprintf(settings, sizeof(settings), "speed=max,samples=%s,%s",
             samples_path, simulate);
    assert_int_equal(device_open(device_name, settings, &device, &error), 0);
    assert_int_equal(device_configure(device, &wire, &error), 0);
    const struct recorder_source source = {device, &info};
    const struct recorder_config config = {.sources = &source,
                                           .source_count = 1,
                                           .journal = journal_path,
                                           .for_s = for_s};
    assert_int_equal(recorder_start(&config, &recorder, &error), 0);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    device_close(device);
    assert_int_equal(session_build(journal_path, path, &summary, &error), 0);
    assert_int_equal(recording_open(path, NULL, &recording, &error), 0);
    return recording;
}

static void check_truth(struct recording *recording)
{
    struct truth truth;
    char why[128] = "";
    assert_true(truth_load(&truth, samples_path));
    if (!truth_holds(recording, &truth, why)) {
        fail_msg("%s", why);
    }
    truth_free(&truth);
}

static void every_rate_is_recorded_sample_by_sample(void **state)
{
    (void)state;
    static const uint16_t rates[] = {26, 52, 104, 208, 416, 833, 1667};
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct recording *recording = record(rates[i], "seed=5", 8);
        check_truth(recording);
        assert_int_equal(summary.lost, 0);
        /* All of it but what was on its way when the time was over. */
        assert_true((double)summary.rows > 7.5 * rates[i]);
        recording_close(recording);
    }
}

static void check_fault(uint16_t rate_hz, double for_s, const char *fault,
                        uint32_t causes)
{
    char settings[128];
    snprintf(settings, sizeof(settings), "seed=5,%s", fault);
    struct recording *recording = record(rate_hz, settings, for_s);
    check_truth(recording);
    assert_int_equal(summary.causes & ~causes, 0);
    recording_close(recording);
}

static void every_fault_leaves_its_gap_at_the_exact_sample(void **state)
{
    (void)state;
    static const struct {
        const char *fault;
        uint32_t cause; /* some of these, and no other */
        bool may_lose_nothing;
    } cases[] = {
        {"fault=stall@2:3", GAP_FIFO, false},
        {"fault=nack@2:2", GAP_BUS | GAP_FIFO, true},
        {"fault=nack@2:200", GAP_BUS | GAP_FIFO, true},
        {"fault=stuck@2:1", GAP_BUS | GAP_FIFO, true},
        {"fault=tag@2:1", GAP_BUS, false},
        {"fault=drop@2:3", GAP_BUS | GAP_FIFO, false},
        {"fault=deaf@2:20", GAP_DEVICE, false},
        {"fault=stall@2:3;deaf@8:25;tag@34:1", GAP_FIFO | GAP_DEVICE | GAP_BUS,
         false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check_fault(833, 36, cases[i].fault, cases[i].cause);
        assert_true(cases[i].may_lose_nothing || summary.lost > 0);
    }
}

/* How much is lost depends on the rate, that it is in its place does not. */
static void every_fault_is_exact_at_every_rate(void **state)
{
    (void)state;
    static const uint16_t rates[] = {26, 52, 104, 208, 416, 1667};
    static const char *const faults[] = {"fault=stall@1:2;tag@6:5",
                                         "fault=nack@1:40;drop@5:7",
                                         "fault=stuck@1:9", "fault=deaf@1:5"};
    for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
            check_fault(rates[r], 9, faults[i],
                        GAP_FIFO | GAP_BUS | GAP_DEVICE);
        }
    }
}

static void sensor_that_lost_power_goes_on(void **state)
{
    (void)state;
    struct recording *recording = record(208, "seed=5,fault=reset@3", 10);
    struct truth truth;
    size_t count;
    const struct recording_gap *gaps = recording_gaps(recording, &count);
    assert_int_equal(count, 1);
    assert_true((double)summary.rows > 8.5 * 208);
    /* By the clock on both sides, so that one or two may lie between. */
    assert_true(truth_load(&truth, samples_path));
    uint64_t begin = truth_begin(recording, &truth);
    uint64_t before = gaps[0].at_sample;
    uint64_t after = summary.rows - before;
    uint64_t place = begin + before + gaps[0].lost_samples;
    assert_int_equal(truth_equal(recording, 0, before, &truth, begin), before);
    bool found = false;
    for (uint64_t at = place - 2; at <= place + 2 && !found; at++) {
        found = truth_equal(recording, before, after, &truth, at) == after;
    }
    assert_true(found);
    truth_free(&truth);
    recording_close(recording);
}

static void start_up_values_are_left_out(void **state)
{
    (void)state;
    struct recording *recording = record(416, "seed=5,startup=3", 4);
    check_truth(recording);
    recording_close(recording);
}

static void same_seed_gives_the_same_samples(void **state)
{
    (void)state;
    struct truth first;
    struct truth second;
    recording_close(record(104, "seed=9", 4));
    assert_true(truth_load(&first, samples_path));
    recording_close(record(104, "seed=9", 6));
    assert_true(truth_load(&second, samples_path));
    assert_true(second.count > first.count);
    assert_memory_equal(first.samples, second.samples,
                        first.count * sizeof(*first.samples));
    truth_free(&first);
    truth_free(&second);
}

static void rate_is_measured_within_50_ppm_over_ten_minutes(void **state)
{
    (void)state;
    static const struct {
        const char *simulate;
        double factor;
    } cases[] = {
        {"seed=2,rate_error=0.03,clock_ppm=120", 1.03},
        {"seed=2,rate_error=-0.08,clock_ppm=-90", 0.92},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct recording *recording = record(416, cases[i].simulate, 600);
        check_truth(recording);
        /* 416 Hz is the data sheet's name for a sixteenth of 20 kHz / 3. */
        double true_hz = 20000.0 / 3 / 16 * cases[i].factor;
        assert_true(summary.rows > 599 * (uint64_t)(416 * cases[i].factor));
        assert_true(fabs(summary.sensors[0].rate_hz / true_hz - 1) < 50e-6);
        double read_hz = recording_info(recording)->rate_measured_hz;
        assert_true(fabs(read_hz / true_hz - 1) < 50e-6);
        recording_close(recording);
    }
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(strcpy(folder, "/tmp/carpus-chain-XXXXXX")) == NULL) {
        return -1;
    }
    snprintf(journal_path, sizeof(journal_path), "%s/x.h5.journal", folder);
    snprintf(path, sizeof(path), "%s/x.h5", folder);
    snprintf(samples_path, sizeof(samples_path), "%s/samples", folder);
    snprintf(motion_path, sizeof(motion_path), "%s/x.motion", folder);
    snprintf(device_name, sizeof(device_name), "virtual:%s", motion_path);
    FILE *file = fopen(motion_path, "w");
    if (file == NULL) {
        return -1;
    }
    fputs("rest 2\nwalk 30\ncurls 30\nrest 600\n", file);
    return fclose(file);
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(journal_path);
    unlink(path);
    unlink(samples_path);
    unlink(motion_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_is_recorded_sample_by_sample),
        cmocka_unit_test(every_fault_leaves_its_gap_at_the_exact_sample),
        cmocka_unit_test(every_fault_is_exact_at_every_rate),
        cmocka_unit_test(sensor_that_lost_power_goes_on),
        cmocka_unit_test(start_up_values_are_left_out),
        cmocka_unit_test(same_seed_gives_the_same_samples),
        cmocka_unit_test(rate_is_measured_within_50_ppm_over_ten_minutes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
