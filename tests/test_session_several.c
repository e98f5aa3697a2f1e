/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several sensors from one journal into one recording: each its own, on one
 * time line. Each sample bears the host's time at which it was taken, in
 * microseconds from the first of all.
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

#include "acquire/import.h"
#include "acquire/journal.h"
#include "acquire/session.h"
#include "firmware/core/wire.h"

enum { SENSORS = 2, COUNT = 10, DIGIT = 10000 };

static const double FOR_S = 60;
static const int64_t HOST_ZERO_NS = 5000000000000;

/* Their clocks have nothing in common; B begins 0.3 s after A. */
static const struct model {
    struct recording_info info;
    double clock_ppm;
    double device_zero_s; /* of its clock, at host time 0 */
    double start_s;       /* of its first sample, host time */
    double rate_hz;       /* true */
} models[SENSORS] = {
    {{.uuid = "00000000-0000-4000-8000-000000000001",
      .serial = "A",
      .placement = PLACEMENT_LEFT_WRIST,
      .participant = "P01",
      .accel_scale = 0.0024,
      .gyro_scale = 0.0012,
      .rate_nominal_hz = 208},
     200,
     7000,
     0,
     209.3},
    {{.uuid = "00000000-0000-4000-8000-000000000001",
      .serial = "B",
      .placement = PLACEMENT_RIGHT_WRIST,
      .participant = "P01",
      .accel_scale = 0.0012,
      .gyro_scale = 0.0006,
      .rate_nominal_hz = 104},
     -200,
     0.5,
     0.3,
     102.9},
};

static char folder[64];
static char journal_path[128];
static char path[128];
static struct journal journal;
static struct session_summary summary;
static struct error error;

static int64_t device_ns(const struct model *m, double host_s)
{
    return llround((m->device_zero_s + host_s * (1 + m->clock_ppm * 1e-6)) *
                   1e9);
}

/* Up to 0.3 ms of the round trip are on one side of the reading. */
static void put_probe(const struct model *m, double host_s)
{
    int64_t off_us = llround(host_s * 7919) % 301 - 150;
    const struct recording_clock probe = {
        .device_ns = device_ns(m, host_s),
        .host_monotonic_ns =
            HOST_ZERO_NS + llround(host_s * 1e9) + off_us * 1000,
        .host_utc_ns = 1700000000000000000 + llround(host_s * 1e9),
        .round_trip_ns = 60000 + 2000 * llabs(off_us),
    };
    assert_int_equal(journal_append_clock(&journal, &probe, &error), 0);
}

/* Frame `number` of a sensor. */
static void put_frame(const struct model *m, uint64_t number)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    double host_s = m->start_s + (double)(number * COUNT) / m->rate_hz;
    struct wire_frame frame = {
        .type = WIRE_FRAME_SAMPLES,
        .flags = number == 0 ? WIRE_FIRST : 0,
        .sequence = (uint32_t)number,
        .index = number * COUNT,
        .device_ns = (uint64_t)device_ns(m, host_s),
        .count = COUNT,
    };
    for (size_t i = 0; i < COUNT; i++) {
        int64_t us = llround((host_s + (double)i / m->rate_hz) * 1e6);
        frame.samples[i][0] = (int16_t)(us / DIGIT);
        frame.samples[i][1] = (int16_t)(us % DIGIT);
    }
    size_t size = wire_put_frame(bytes, &frame);
    assert_int_equal(
        journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
}

static void begin(void)
{
    unlink(path);
    unlink(journal_path);
    assert_int_equal(journal_create(&journal, journal_path, &error), 0);
    for (int i = 0; i < SENSORS; i++) {
        journal.sensor = (uint16_t)i;
        assert_int_equal(
            journal_append_session(&journal, &models[i].info, &error), 0);
    }
}

/* Puts what comes up to host time `to_s`, in the order in which it comes;
 * frames [from, to) of sensor `gap` are lost. */
static void put_all(double to_s, int gap, uint64_t from, uint64_t to)
{
    uint64_t next[SENSORS] = {0, 0};
    for (double s = 0; s < to_s; s += 0.05) {
        for (int i = 0; i < SENSORS; i++) {
            const struct model *m = &models[i];
            journal.sensor = (uint16_t)i;
            if (fmod(s + 1e-6, 2) < 0.04) {
                put_probe(m, s);
            }
            while (m->start_s + (double)(next[i] * COUNT) / m->rate_hz < s) {
                if (gap != i || next[i] < from || next[i] >= to) {
                    put_frame(m, next[i]);
                }
                next[i]++;
            }
        }
    }
}

static void end(void)
{
    journal.sensor = 0;
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_ASKED, &error),
                     0);
    assert_int_equal(journal_file_close(&journal.file, &error), 0);
    assert_int_equal(session_build(journal_path, path, &summary, &error), 0);
}

static struct recording *open_in(const char *file, const char *sensor)
{
    const struct import_options options = {.sensor = sensor};
    struct recording *recording = NULL;
    assert_int_equal(recording_open(file, &options, &recording, &error), 0);
    return recording;
}

static struct recording *opened(const char *sensor)
{
    return open_in(path, sensor);
}

/* The largest error of a row's time [s]. */
static double time_error_s(const char *file, const char *sensor,
                           double *first_s)
{
    struct recording *recording = open_in(file, sensor);
    struct recording_chunk chunk;
    double worst = 0;
    while (recording_read(recording, &chunk, &error) == 0 && chunk.count > 0) {
        for (size_t i = 0; i < chunk.count; i++) {
            int16_t row[1][6];
            assert_int_equal(
                recording_read_raw(recording, chunk.first + i, 1, row, &error),
                0);
            double true_s = (row[0][0] * (double)DIGIT + row[0][1]) * 1e-6;
            double t_s = chunk.t0_s + (double)i * chunk.dt_s;
            if (chunk.first + i == 0) {
                *first_s = t_s;
            }
            worst = fmax(worst, fabs(t_s - true_s));
        }
    }
    recording_close(recording);
    return worst;
}

/* ---- rules ---- */

static void sensors_are_on_one_time_line_within_a_millisecond(void **state)
{
    (void)state;
    double first_s[SENSORS] = {-1, -1};
    begin();
    put_all(FOR_S, 1, 100, 120);
    end();
    double a_s = time_error_s(path, "A", &first_s[0]);
    double b_s = time_error_s(path, "B", &first_s[1]);
    print_message("worst error of a time: %.0f us, %.0f us\n", a_s * 1e6,
                  b_s * 1e6);
    assert_true(a_s < 1e-3);
    assert_true(b_s < 1e-3);
    assert_true(fabs(first_s[0]) < 1e-9);
    assert_true(fabs(first_s[1] - 0.3) < 1e-3);
}

static void each_sensor_has_its_own_tables(void **state)
{
    (void)state;
    begin();
    put_all(FOR_S, 1, 100, 120);
    end();
    static const size_t gap_counts[SENSORS] = {0, 1};
    assert_int_equal(summary.sensor_count, SENSORS);
    for (int i = 0; i < SENSORS; i++) {
        struct recording *recording = opened(models[i].info.serial);
        const struct recording_info *info = recording_info(recording);
        struct clock_fit fit;
        size_t count;
        assert_string_equal(info->serial, models[i].info.serial);
        assert_string_equal(info->participant, "P01");
        assert_int_equal(info->placement, models[i].info.placement);
        assert_true(fabs(info->accel_scale / models[i].info.accel_scale - 1) <
                    1e-12);
        assert_true(fabs(info->rate_measured_hz / models[i].rate_hz - 1) <
                    20e-6);
        recording_clock_fit(recording, &fit);
        assert_true(fabs(fit.ppm - models[i].clock_ppm) < 5);
        const struct recording_gap *gaps = recording_gaps(recording, &count);
        assert_int_equal(count, gap_counts[i]);
        if (count > 0) {
            assert_int_equal(gaps[0].at_sample, 100 * COUNT);
            assert_int_equal(gaps[0].lost_samples, 20 * COUNT);
            assert_true(fabs(recording_session_s(recording, gaps[0].end_ns) -
                             (0.3 + 120 * COUNT / 102.9)) < 1e-3);
        }
        (void)recording_clocks(recording, &count);
        assert_true(count >= (size_t)FOR_S / 2);
        assert_int_equal(recording_rows(recording), summary.sensors[i].rows);
        assert_true(fabs(recording_duration_s(recording) - FOR_S) < 0.1);
        recording_close(recording);
    }
    assert_int_equal(summary.lost, 20 * COUNT);
    assert_int_equal(summary.sensors[0].lost, 0);
    assert_true(fabs(summary.duration_s - FOR_S) < 0.1);
}

static void events_are_on_the_common_line(void **state)
{
    (void)state;
    const struct journal_event key = {false, HOST_ZERO_NS + 10000000000,
                                      HOST_ZERO_NS + 10000000000, "mark",
                                      "key"};
    begin();
    put_all(FOR_S, -1, 0, 0);
    journal.sensor = 0;
    assert_int_equal(journal_append_event(&journal, &key, &error), 0);
    end();
    for (int i = 0; i < SENSORS; i++) {
        struct recording *recording = opened(models[i].info.serial);
        size_t count;
        const struct recording_event *event =
            recording_events(recording, &count);
        assert_int_equal(count, 1);
        assert_true(llabs(event[0].start_ns - 10000000000) < 1000000);
        recording_close(recording);
    }
}

static void sensor_is_chosen_by_serial_number_or_place(void **state)
{
    (void)state;
    static const struct {
        const char *choice;
        const char *serial; /* NULL: refused */
        const char *says;
    } cases[] = {
        {"A", "A", ""},
        {"B", "B", ""},
        {"left-wrist", "A", ""},
        {"RIGHT", "B", ""},
        {NULL, NULL, "several"},
        {"left-ankle", NULL, "no sensor 'left-ankle'"},
        {"C", NULL, "left-wrist (A), right-wrist (B)"},
    };
    begin();
    put_all(8, -1, 0, 0);
    end();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct import_options options = {.sensor = cases[i].choice};
        struct recording_sensors list;
        struct recording *r = NULL;
        int err = recording_open(path, &options, &r, &error);
        if (cases[i].serial == NULL) {
            assert_int_equal(err, ERR_USAGE);
            assert_non_null(strstr(error.text, cases[i].says));
            continue;
        }
        assert_int_equal(err, 0);
        assert_string_equal(recording_info(r)->serial, cases[i].serial);
        recording_close(r);
        assert_int_equal(recording_list(path, &options, &list, &error), 0);
        assert_int_equal(list.count, 1);
        assert_string_equal(list.sensor[0].serial, cases[i].serial);
    }
    struct recording_sensors all;
    assert_int_equal(recording_list(path, NULL, &all, &error), 0);
    assert_int_equal(all.count, SENSORS);
    assert_int_equal(all.sensor[1].placement, PLACEMENT_RIGHT_WRIST);
}

static void sensor_that_sent_nothing_is_said(void **state)
{
    (void)state;
    begin();
    journal.sensor = 1;
    for (uint64_t i = 0; i < 100; i++) {
        put_frame(&models[1], i);
    }
    end();
    assert_int_equal(summary.sensor_count, SENSORS);
    assert_false(summary.sensors[0].written);
    assert_string_equal(summary.sensors[0].serial, "A");
    assert_true(summary.sensors[1].written);
    struct recording *recording = opened(NULL);
    assert_string_equal(recording_info(recording)->serial, "B");
    assert_int_equal(recording_rows(recording), 100 * COUNT);
    recording_close(recording);
}

static void damage_may_have_cost_any_sensor(void **state)
{
    (void)state;
    begin();
    for (uint64_t i = 0; i < 100; i++) {
        for (int sensor = 0; sensor < SENSORS; sensor++) {
            journal.sensor = (uint16_t)sensor;
            if (i == 50) {
                journal.sequence++; /* a record that is not there */
            } else {
                put_frame(&models[sensor], i);
            }
        }
    }
    end();
    for (int i = 0; i < SENSORS; i++) {
        assert_int_equal(summary.sensors[i].lost, COUNT);
        assert_int_equal(summary.sensors[i].causes, GAP_HOST);
    }
}

/* All were written when their version was new: by begin, put_all(8, 1, 20, 24)
 * and an event. The recording is what the journal of version 2 then became. */
static void check_golden(const char *file)
{
    static const uint64_t rows[SENSORS] = {1680, 760};
    for (int i = 0; i < SENSORS; i++) {
        double first_s;
        const char *serial = models[i].info.serial;
        assert_true(time_error_s(file, serial, &first_s) < 1e-3);
        struct recording *recording = open_in(file, serial);
        size_t count;
        assert_int_equal(recording_rows(recording), rows[i]);
        assert_int_equal(recording_info(recording)->placement,
                         models[i].info.placement);
        (void)recording_gaps(recording, &count);
        assert_int_equal(count, i);
        (void)recording_clocks(recording, &count);
        assert_int_equal(count, 5);
        const struct recording_event *event =
            recording_events(recording, &count);
        assert_int_equal(count, 1);
        assert_true(llabs(event[0].start_ns - 5000000000) < 1000000);
        recording_close(recording);
    }
}

static void check_golden_journal(const char *file)
{
    unlink(path);
    assert_int_equal(session_build(file, path, &summary, &error), 0);
    assert_int_equal(summary.damaged_bytes, 0);
    check_golden(path);
}

static void journal_of_version_2_is_read(void **state)
{
    (void)state;
    check_golden_journal("tests/data/format-2.h5.journal");
}

static void journal_of_version_3_is_read(void **state)
{
    (void)state;
    check_golden_journal("tests/data/format-3.h5.journal");
}

static void recording_of_version_2_is_read(void **state)
{
    (void)state;
    check_golden("tests/data/format-2.h5");
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(strcpy(folder, "/tmp/carpus-session-XXXXXX")) == NULL) {
        return -1;
    }
    snprintf(journal_path, sizeof(journal_path), "%s/x.h5.journal", folder);
    snprintf(path, sizeof(path), "%s/x.h5", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(journal_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sensors_are_on_one_time_line_within_a_millisecond),
        cmocka_unit_test(each_sensor_has_its_own_tables),
        cmocka_unit_test(events_are_on_the_common_line),
        cmocka_unit_test(sensor_is_chosen_by_serial_number_or_place),
        cmocka_unit_test(sensor_that_sent_nothing_is_said),
        cmocka_unit_test(damage_may_have_cost_any_sensor),
        cmocka_unit_test(journal_of_version_2_is_read),
        cmocka_unit_test(journal_of_version_3_is_read),
        cmocka_unit_test(recording_of_version_2_is_read),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
