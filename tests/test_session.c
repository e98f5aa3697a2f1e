/* SPDX-License-Identifier: GPL-3.0-or-later */
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

#include "acquire/journal.h"
#include "acquire/session.h"
#include "firmware/core/wire.h"

enum { RATE_HZ = 104, COUNT = 13, FRAMES = 80 };

/* The device's clock starts somewhere, runs 200 ppm fast, and the sensor takes
 * samples 1 % faster than its name says; host times are of another origin. */
static const double DEVICE_PPM = 200e-6;
static const double HOST_PERIOD_NS = 1e9 / (RATE_HZ * 1.01);
static const int64_t HOST_ZERO_NS = 5000000000000;
static const int64_t DEVICE_ZERO_NS = 700000000000;

static char folder[64];
static char journal_path[128];
static char path[128];
static struct journal journal;
static struct session_summary summary;
static struct error error;

static int64_t device_time(double host_ns)
{
    return DEVICE_ZERO_NS + llround(host_ns * (1 + DEVICE_PPM));
}

static void begin(void)
{
    static const struct recording_info info = {
        .uuid = "00000000-0000-4000-8000-000000000001",
        .created_utc = "2026-11-21T08:15:02.123Z",
        .software = "carpus test",
        .serial = "T1",
        .model = "test",
        .firmware = "0.1.0",
        .participant = "P01",
        .placement = PLACEMENT_LEFT_WRIST,
        .accel_range_g = 8,
        .gyro_range_dps = 2000,
        .accel_scale = 0.0024,
        .gyro_scale = 0.0012,
        .rate_nominal_hz = RATE_HZ,
        .calibration = "none",
    };
    unlink(path);
    unlink(journal_path);
    assert_int_equal(journal_create(&journal, journal_path, &error), 0);
    assert_int_equal(journal_append_session(&journal, &info, &error), 0);
}

static void put_probe(double host_ns)
{
    const struct recording_clock probe = {
        .device_ns = device_time(host_ns),
        .host_monotonic_ns = HOST_ZERO_NS + llround(host_ns),
        .host_utc_ns = 1700000000000000000 + llround(host_ns),
        .round_trip_ns = 50000,
    };
    assert_int_equal(journal_append_clock(&journal, &probe, &error), 0);
}

static size_t make_frame(uint64_t number, uint32_t lost, uint16_t flags,
                         uint8_t *out)
{
    struct wire_frame frame = {
        .type = WIRE_FRAME_SAMPLES,
        .flags = flags,
        .sequence = (uint32_t)number,
        .lost = lost,
        .index = number * COUNT,
        .device_ns =
            (uint64_t)device_time((double)(number * COUNT) * HOST_PERIOD_NS),
        .temperature = 256,
        .count = COUNT,
    };
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t axis = 0; axis < 6; axis++) {
            frame.samples[i][axis] =
                (int16_t)(1000 * axis + number * COUNT + i);
        }
    }
    return wire_put_frame(out, &frame);
}

static void put_frame(uint64_t number, uint32_t lost, uint16_t flags)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size = make_frame(number, lost, flags, bytes);
    assert_int_equal(
        journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
}

static void put_frames(uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        if (i % 16 == 0) {
            put_probe((double)(i * COUNT) * HOST_PERIOD_NS);
        }
        put_frame(i, 0, i == 0 ? WIRE_FIRST : 0);
    }
}

static void end(bool complete)
{
    if (complete) {
        assert_int_equal(
            journal_append_end(&journal, JOURNAL_END_ASKED, &error), 0);
    }
    assert_int_equal(journal_file_close(&journal.file, &error), 0);
}

static int build(void)
{
    memset(&summary, 0, sizeof(summary));
    return session_build(journal_path, path, &summary, &error);
}

static struct recording *open_built(void)
{
    struct recording *recording = NULL;
    assert_int_equal(build(), 0);
    assert_int_equal(recording_open(path, NULL, &recording, &error), 0);
    return recording;
}

/* Rows are all samples but those of the frames [from, to). */
static void check_rows(struct recording *recording, uint64_t from, uint64_t to)
{
    uint64_t row = 0;
    for (uint64_t i = 0; i < (uint64_t)FRAMES * COUNT; i++) {
        int16_t sample[1][6];
        if (i >= from * COUNT && i < to * COUNT) {
            continue;
        }
        assert_int_equal(
            recording_read_raw(recording, row++, 1, sample, &error), 0);
        for (int axis = 0; axis < 6; axis++) {
            assert_int_equal(sample[0][axis], 1000 * axis + (int)i);
        }
    }
    assert_int_equal(recording_rows(recording), row);
}

static void whole_journal_becomes_the_recording(void **state)
{
    (void)state;
    begin();
    put_frames(0, FRAMES);
    end(true);
    struct recording *recording = open_built();
    const struct recording_info *info = recording_info(recording);
    assert_string_equal(info->serial, "T1");
    assert_string_equal(info->participant, "P01");
    assert_string_equal(info->state, "complete");
    assert_int_equal(info->placement, PLACEMENT_LEFT_WRIST);
    check_rows(recording, 0, 0);
    size_t count;
    (void)recording_gaps(recording, &count);
    assert_int_equal(count, 0);
    (void)recording_clocks(recording, &count);
    assert_int_equal(count, FRAMES / 16);
    recording_close(recording);
    assert_true(summary.complete);
    assert_int_equal(summary.rows, FRAMES * COUNT);
    assert_int_equal(summary.lost, 0);
}

static void rate_is_measured_on_the_hosts_clock(void **state)
{
    (void)state;
    begin();
    put_frames(0, FRAMES);
    end(true);
    struct recording *recording = open_built();
    double rate_hz = recording_info(recording)->rate_measured_hz;
    assert_true(fabs(rate_hz / (RATE_HZ * 1.01) - 1) < 5e-6);
    double expected_s = (FRAMES * COUNT - 1) * HOST_PERIOD_NS / 1e9;
    /* The last run's length is known by the nominal rate only. */
    assert_true(fabs(summary.duration_s - expected_s) < 0.01);
    recording_close(recording);
}

static void gaps_stand_where_samples_are_missing(void **state)
{
    (void)state;
    static const struct {
        uint32_t lost; /* as told by the frame after the gap */
        uint16_t flags;
        bool host;
        uint32_t cause;
    } cases[] = {
        {3 * COUNT, WIRE_LOST_FIFO, false, GAP_FIFO},
        {3 * COUNT, WIRE_LOST_BUS, false, GAP_BUS},
        {3 * COUNT, WIRE_LOST_RING, false, GAP_DEVICE},
        {0, 0, false, GAP_USB},
        {0, 0, true, GAP_HOST},
        {COUNT, WIRE_LOST_FIFO, true, GAP_FIFO | GAP_HOST},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        put_frames(0, 20);
        if (cases[i].host) {
            assert_int_equal(journal_append_gap(&journal, 999, &error), 0);
        }
        put_frame(23, cases[i].lost, cases[i].flags);
        put_frames(24, FRAMES);
        end(true);
        struct recording *recording = open_built();
        size_t count;
        const struct recording_gap *gaps = recording_gaps(recording, &count);
        assert_int_equal(count, 1);
        assert_int_equal(gaps[0].at_sample, 20 * COUNT);
        assert_int_equal(gaps[0].lost_samples, 3 * COUNT);
        assert_int_equal(gaps[0].cause, cases[i].cause);
        assert_true(gaps[0].end_ns - gaps[0].start_ns >
                    (int64_t)(3 * COUNT * HOST_PERIOD_NS));
        check_rows(recording, 20, 23);
        recording_close(recording);
        assert_int_equal(summary.causes, cases[i].cause);
    }
}

static void events_get_session_time(void **state)
{
    (void)state;
    static const struct journal_event preset = {true, 1000000000, 2000000000,
                                                "reach", "preset"};
    struct journal_event key = {false, HOST_ZERO_NS + 3000000000,
                                HOST_ZERO_NS + 3000000000, "mark 1", "key"};
    begin();
    assert_int_equal(journal_append_event(&journal, &preset, &error), 0);
    put_frames(0, FRAMES);
    assert_int_equal(journal_append_event(&journal, &key, &error), 0);
    key.start_ns = HOST_ZERO_NS - 5;
    assert_int_equal(journal_append_event(&journal, &key, &error), 0);
    end(true);
    struct recording *recording = open_built();
    size_t count;
    const struct recording_event *events = recording_events(recording, &count);
    assert_int_equal(count, 3);
    assert_int_equal(summary.events, 3);
    assert_int_equal(events[0].start_ns, 1000000000);
    assert_int_equal(events[0].end_ns, 2000000000);
    assert_string_equal(events[0].label, "reach");
    assert_string_equal(events[0].source, "preset");
    assert_true(llabs(events[1].start_ns - 3000000000) < 1000);
    assert_string_equal(events[1].label, "mark 1");
    /* Before the first sample there is no session time. */
    assert_int_equal(events[2].start_ns, 0);
    recording_close(recording);
}

static void notes_that_were_written_last_are_meant(void **state)
{
    (void)state;
    struct recording_info later = {.notes = "it hurt less",
                                   .serial = "T2",
                                   .rate_nominal_hz = 52,
                                   .accel_scale = 1,
                                   .gyro_scale = 1};
    begin();
    put_frames(0, FRAMES);
    assert_int_equal(journal_append_session(&journal, &later, &error), 0);
    end(true);
    struct recording *recording = open_built();
    const struct recording_info *info = recording_info(recording);
    assert_string_equal(info->notes, "it hurt less");
    assert_string_equal(info->serial, "T1");
    assert_true(info->rate_nominal_hz == RATE_HZ);
    recording_close(recording);
}

/* Changes one byte of the journal where `text` stands in it. */
static void damage(uint64_t at)
{
    FILE *file = fopen(journal_path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 0x40, file), byte ^ 0x40);
    assert_int_equal(fclose(file), 0);
}

static void damaged_stretch_becomes_a_gap(void **state)
{
    (void)state;
    begin();
    put_frames(0, 30);
    uint64_t at = journal.file.size + 100;
    put_frames(30, 31);
    put_frames(31, FRAMES);
    end(true);
    damage(at);
    struct recording *recording = open_built();
    size_t count;
    const struct recording_gap *gaps = recording_gaps(recording, &count);
    assert_int_equal(count, 1);
    assert_int_equal(gaps[0].at_sample, 30 * COUNT);
    assert_int_equal(gaps[0].lost_samples, COUNT);
    assert_int_equal(gaps[0].cause, GAP_HOST);
    check_rows(recording, 30, 31);
    recording_close(recording);
    assert_true(summary.damaged_bytes > 0);
    assert_false(session_took_all(&summary));
}

/* A part of the file that stands twice, and one far ahead of its place, cost
 * nothing; but the journal is kept. */
static void repeated_stretch_costs_no_sample(void **state)
{
    (void)state;
    static uint8_t bytes[FRAMES * WIRE_FRAME_MAX + 4096];
    begin();
    uint64_t at[3];
    for (size_t i = 0; i < 3; i++) {
        put_frames(i * 10, (i + 1) * 10);
        at[i] = journal.file.size;
    }
    put_frames(30, FRAMES);
    end(true);
    FILE *file = fopen(journal_path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    assert_true(size < sizeof(bytes));
    const size_t parts[][2] = {
        {0, at[0]}, {at[1], at[2]}, {at[0] / 2, at[1]}, {at[0], size}};
    file = fopen(journal_path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t n = parts[i][1] - parts[i][0];
        assert_int_equal(fwrite(bytes + parts[i][0], 1, n, file), n);
    }
    assert_int_equal(fclose(file), 0);
    struct recording *recording = open_built();
    size_t count;
    (void)recording_gaps(recording, &count);
    assert_int_equal(count, 0);
    check_rows(recording, 0, 0);
    recording_close(recording);
    assert_int_equal(summary.rows, FRAMES * COUNT);
    assert_true(summary.damaged_bytes > 0);
    assert_false(session_took_all(&summary));
}

static void frames_may_be_cut_anywhere(void **state)
{
    (void)state;
    static uint8_t bytes[FRAMES * WIRE_FRAME_MAX];
    size_t size = 0;
    for (uint64_t i = 0; i < FRAMES; i++) {
        size += make_frame(i, 0, 0, bytes + size);
    }
    begin();
    for (size_t at = 0, part = 1; at < size;
         at += part, part = part % 900 + 7) {
        size_t n = part < size - at ? part : size - at;
        assert_int_equal(
            journal_append(&journal, JOURNAL_FRAMES, bytes + at, n, &error), 0);
    }
    end(true);
    struct recording *recording = open_built();
    check_rows(recording, 0, 0);
    recording_close(recording);
    assert_int_equal(summary.lost, 0);
}

/* Writes a journal with every kind of record and of loss that there is. */
static void write_every_kind(void)
{
    static const struct journal_event preset = {true, 1000000000, 2000000000,
                                                "reach", "preset"};
    const struct journal_event key = {false, HOST_ZERO_NS + 3000000000,
                                      HOST_ZERO_NS + 3000000000, "mark 1",
                                      "key"};
    const struct journal_sync sync = {HOST_ZERO_NS + 1000000000,
                                      1700000001000000000, 10 * COUNT};
    begin();
    assert_int_equal(journal_append_event(&journal, &preset, &error), 0);
    put_frames(0, 10);
    assert_int_equal(journal_append_sync(&journal, &sync, &error), 0);
    assert_int_equal(journal_append_gap(&journal, 999, &error), 0);
    put_frames(13, 30);
    put_frame(32, 2 * COUNT, WIRE_LOST_FIFO);
    put_probe((double)(33 * COUNT) * HOST_PERIOD_NS);
    assert_int_equal(journal_append_event(&journal, &key, &error), 0);
    assert_int_equal(journal_append_away(&journal, HOST_ZERO_NS + 4000000000,
                                         HOST_ZERO_NS + 5000000000, &error),
                     0);
    put_frames(40, 56);
    end(true);
}

static void check_events_equal(struct recording *a, struct recording *b)
{
    size_t counts[2];
    const struct recording_event *x = recording_events(a, &counts[0]);
    const struct recording_event *y = recording_events(b, &counts[1]);
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[1], 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(x[i].start_ns, y[i].start_ns);
        assert_int_equal(x[i].end_ns, y[i].end_ns);
        assert_string_equal(x[i].label, y[i].label);
        assert_string_equal(x[i].source, y[i].source);
    }
}

static void check_tables_equal(struct recording *a, struct recording *b)
{
    size_t counts[2];
    const struct recording_gap *gaps = recording_gaps(a, &counts[0]);
    const struct recording_gap *others = recording_gaps(b, &counts[1]);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 3);
    assert_int_equal(gaps[0].cause, GAP_HOST);
    assert_int_equal(gaps[1].cause, GAP_FIFO);
    assert_int_equal(gaps[2].cause, GAP_UNPLUGGED);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(gaps[i].at_sample, others[i].at_sample);
        assert_int_equal(gaps[i].lost_samples, others[i].lost_samples);
        assert_int_equal(gaps[i].cause, others[i].cause);
        assert_int_equal(gaps[i].start_ns, others[i].start_ns);
        assert_int_equal(gaps[i].end_ns, others[i].end_ns);
    }
    const struct recording_clock *clocks = recording_clocks(a, &counts[0]);
    const struct recording_clock *probes = recording_clocks(b, &counts[1]);
    assert_int_equal(counts[0], 4);
    assert_int_equal(counts[1], 4);
    assert_memory_equal(clocks, probes, 4 * sizeof(*clocks));
    check_events_equal(a, b);
}

/* What write_every_kind wrote when the version was the only one. */
static void journal_of_version_1_is_read(void **state)
{
    (void)state;
    struct recording *recording = NULL;
    struct recording *golden = NULL;
    char golden_path[sizeof(path) + 8];
    snprintf(golden_path, sizeof(golden_path), "%s-1", path);
    write_every_kind();
    recording = open_built();
    struct session_summary new_summary = summary;
    assert_int_equal(session_build("tests/data/format-1.h5.journal",
                                   golden_path, &summary, &error),
                     0);
    assert_int_equal(recording_open(golden_path, NULL, &golden, &error), 0);
    assert_int_equal(unlink(golden_path), 0);
    assert_int_equal(summary.rows, new_summary.rows);
    assert_int_equal(summary.lost, new_summary.lost);
    assert_int_equal(summary.events, 2);
    assert_int_equal(summary.damaged_bytes, 0);
    assert_true(summary.complete);
    assert_int_equal(recording_rows(recording), 44 * COUNT);
    assert_int_equal(recording_rows(golden), 44 * COUNT);
    for (uint64_t row = 0; row < recording_rows(golden); row++) {
        int16_t samples[2][6];
        assert_int_equal(
            recording_read_raw(recording, row, 1, &samples[0], &error), 0);
        assert_int_equal(
            recording_read_raw(golden, row, 1, &samples[1], &error), 0);
        assert_memory_equal(samples[0], samples[1], sizeof(samples[0]));
    }
    const struct recording_info *info = recording_info(golden);
    assert_string_equal(info->serial, "T1");
    assert_string_equal(info->participant, "P01");
    assert_int_equal(info->placement, PLACEMENT_LEFT_WRIST);
    check_tables_equal(recording, golden);
    recording_close(recording);
    recording_close(golden);
}

static void journal_without_end_is_recovered(void **state)
{
    (void)state;
    begin();
    put_frames(0, FRAMES);
    end(false);
    struct recording *recording = open_built();
    assert_string_equal(recording_info(recording)->state, "recovered");
    assert_false(summary.complete);
    check_rows(recording, 0, 0);
    recording_close(recording);
}

/* The device was heard of, but its samples did not come, nor its end. */
static void silence_up_to_the_end_is_a_gap(void **state)
{
    (void)state;
    const uint64_t silent_frames = 20;
    begin();
    put_frames(0, FRAMES);
    put_probe((double)((FRAMES + silent_frames) * COUNT) * HOST_PERIOD_NS);
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_DEVICE, &error),
                     0);
    end(false);
    struct recording *recording = open_built();
    assert_string_equal(recording_info(recording)->state, "recovered");
    size_t count;
    const struct recording_gap *gaps = recording_gaps(recording, &count);
    assert_int_equal(count, 1);
    assert_int_equal(gaps[0].at_sample, FRAMES * COUNT);
    assert_in_range(gaps[0].lost_samples, silent_frames * COUNT - 1,
                    silent_frames * COUNT + 1);
    assert_int_equal(gaps[0].cause, GAP_UNPLUGGED);
    assert_int_equal(summary.lost, gaps[0].lost_samples);
    assert_false(summary.complete);
    recording_close(recording);
}

static void absence_up_to_the_end_is_a_gap(void **state)
{
    (void)state;
    const double second_ns = 1e9;
    double end_ns = FRAMES * COUNT * HOST_PERIOD_NS;
    begin();
    put_frames(0, FRAMES);
    assert_int_equal(
        journal_append_away(&journal, HOST_ZERO_NS + llround(end_ns),
                            HOST_ZERO_NS + llround(end_ns + second_ns), &error),
        0);
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_DEVICE, &error),
                     0);
    end(false);
    assert_int_equal(build(), 0);
    assert_in_range(summary.lost, second_ns / HOST_PERIOD_NS - 2,
                    second_ns / HOST_PERIOD_NS + 2);
    assert_int_equal(summary.causes, GAP_UNPLUGGED);
    assert_false(summary.complete);
}

static void nothing_is_written_where_nothing_came(void **state)
{
    (void)state;
    begin();
    end(true);
    assert_int_equal(build(), ERR_DATA);
    assert_non_null(strstr(error.text, "no samples"));
    assert_int_equal(access(path, F_OK), -1);

    begin();
    put_frames(0, 2);
    end(true);
    damage(40); /* inside the only description */
    assert_int_equal(build(), ERR_DATA);
    assert_non_null(strstr(error.text, "no description"));
    assert_int_equal(access(path, F_OK), -1);
}

/* What was sent is all there, and the device's end came at once. */
static void nothing_is_missing_behind_the_last_sample(void **state)
{
    (void)state;
    begin();
    put_frames(0, FRAMES);
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_DEVICE, &error),
                     0);
    end(false);
    struct recording *recording = open_built();
    size_t count;
    (void)recording_gaps(recording, &count);
    assert_int_equal(count, 0);
    assert_string_equal(recording_info(recording)->state, "recovered");
    assert_true(session_took_all(&summary));
    recording_close(recording);
}

/* Why it ended cannot be read, but the device had said its last. */
static void device_that_said_its_last_is_complete(void **state)
{
    (void)state;
    const struct wire_frame last = {
        .type = WIRE_FRAME_END,
        .sequence = FRAMES,
        .index = FRAMES * COUNT,
        .device_ns =
            (uint64_t)device_time((double)(FRAMES * COUNT) * HOST_PERIOD_NS),
    };
    static const uint8_t odd[2] = {JOURNAL_END_ASKED};
    static const struct recording_info silent = {.serial = "T3",
                                                 .rate_nominal_hz = RATE_HZ};
    uint8_t bytes[WIRE_FRAME_MAX];
    begin();
    put_frames(0, FRAMES);
    size_t size = wire_put_frame(bytes, &last);
    assert_int_equal(
        journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
    journal.sensor = 1;
    assert_int_equal(journal_append_session(&journal, &silent, &error), 0);
    assert_int_equal(
        journal_append(&journal, JOURNAL_END, odd, sizeof(odd), &error), 0);
    end(false);
    struct recording *recording = open_built();
    assert_string_equal(recording_info(recording)->state, "complete");
    recording_close(recording);
}

/* A sensor that was described but sent nothing is nothing left out. */
static void silent_sensor_is_nothing_left_out(void **state)
{
    (void)state;
    static const struct recording_info silent = {.serial = "T3",
                                                 .rate_nominal_hz = RATE_HZ};
    begin();
    put_frames(0, FRAMES);
    journal.sensor = 1;
    assert_int_equal(journal_append_session(&journal, &silent, &error), 0);
    end(false);
    assert_int_equal(build(), 0);
    assert_int_equal(summary.sensor_count, 2);
    assert_true(session_took_all(&summary));
}

static void existing_recording_is_not_touched(void **state)
{
    (void)state;
    begin();
    put_frames(0, 2);
    end(true);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("mine", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(build(), ERR_EXISTS);
    char text[8] = "";
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    assert_string_equal(text, "mine");
}

/* Payloads that cannot be read, their CRC right, cost nothing else. */
static void unreadable_payloads_are_passed_over(void **state)
{
    (void)state;
    static const enum journal_type types[] = {JOURNAL_SESSION, JOURNAL_CLOCK,
                                              JOURNAL_EVENT,   JOURNAL_GAP,
                                              JOURNAL_AWAY,    JOURNAL_SYNC};
    begin();
    put_frames(0, 30);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_int_equal(journal_append(&journal, types[i], "odd", 3, &error),
                         0);
    }
    put_frames(32, FRAMES);
    end(true);
    struct recording *recording = open_built();
    size_t count;
    const struct recording_gap *gaps = recording_gaps(recording, &count);
    assert_int_equal(count, 1);
    assert_int_equal(gaps[0].cause, GAP_USB); /* no record gave another */
    (void)recording_events(recording, &count);
    assert_int_equal(count, 0);
    assert_int_equal(summary.events, 0);
    (void)recording_clocks(recording, &count);
    assert_int_equal(count, FRAMES / 16);
    assert_string_equal(recording_info(recording)->serial, "T1");
    check_rows(recording, 30, 32);
    recording_close(recording);
}

/* A sensor that nothing describes, and one that never sent a sample, are in
 * the summary and not in the recording. */
static void sensors_without_description_or_samples_are_left_out(void **state)
{
    (void)state;
    static const struct recording_info silent = {.serial = "T3",
                                                 .rate_nominal_hz = RATE_HZ};
    static const struct recording_info odd = {.serial = "T4"};
    begin();
    put_frames(0, 40);
    journal.sensor = 1;
    put_frames(0, 20);
    journal.sensor = 2;
    assert_int_equal(journal_append_session(&journal, &silent, &error), 0);
    journal.sensor = 3;
    assert_int_equal(journal_append_session(&journal, &odd, &error), 0);
    put_frames(0, 20); /* without a rate they have no times */
    journal.sensor = 0;
    put_frames(40, FRAMES);
    end(true);
    struct recording *recording = open_built();
    check_rows(recording, 0, 0);
    assert_int_equal(summary.sensor_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(summary.sensors[i].written, i == 0);
    }
    assert_string_equal(summary.sensors[2].serial, "T3");
    assert_int_equal(summary.sensors[2].rows, 0);
    assert_false(session_took_all(&summary)); /* T4 had sent samples */
    size_t count;
    (void)recording_clocks(recording, &count);
    assert_int_equal(count, FRAMES / 16);
    recording_close(recording);
}

/* The last frame tells what the device lost after the last sample. */
static void gap_at_the_end_is_kept(void **state)
{
    (void)state;
    const struct wire_frame last = {.type = WIRE_FRAME_END,
                                    .flags = WIRE_LOST_FIFO,
                                    .sequence = FRAMES,
                                    .lost = 7,
                                    .index = FRAMES * COUNT + 7};
    uint8_t bytes[WIRE_FRAME_MAX];
    begin();
    put_frames(0, FRAMES);
    size_t size = wire_put_frame(bytes, &last);
    assert_int_equal(
        journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
    end(true);
    struct recording *recording = open_built();
    size_t count;
    const struct recording_gap *gaps = recording_gaps(recording, &count);
    assert_int_equal(count, 1);
    assert_int_equal(gaps[0].at_sample, FRAMES * COUNT);
    assert_int_equal(gaps[0].lost_samples, 7);
    assert_int_equal(gaps[0].cause, GAP_FIFO);
    assert_int_equal(summary.lost, 7);
    check_rows(recording, 0, 0);
    double expected_s = (FRAMES * COUNT - 1) * HOST_PERIOD_NS / 1e9;
    assert_true(fabs(summary.duration_s - expected_s) < 0.01);
    recording_close(recording);
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
        cmocka_unit_test(whole_journal_becomes_the_recording),
        cmocka_unit_test(rate_is_measured_on_the_hosts_clock),
        cmocka_unit_test(gaps_stand_where_samples_are_missing),
        cmocka_unit_test(events_get_session_time),
        cmocka_unit_test(notes_that_were_written_last_are_meant),
        cmocka_unit_test(damaged_stretch_becomes_a_gap),
        cmocka_unit_test(repeated_stretch_costs_no_sample),
        cmocka_unit_test(frames_may_be_cut_anywhere),
        cmocka_unit_test(journal_of_version_1_is_read),
        cmocka_unit_test(journal_without_end_is_recovered),
        cmocka_unit_test(silence_up_to_the_end_is_a_gap),
        cmocka_unit_test(absence_up_to_the_end_is_a_gap),
        cmocka_unit_test(nothing_is_written_where_nothing_came),
        cmocka_unit_test(nothing_is_missing_behind_the_last_sample),
        cmocka_unit_test(device_that_said_its_last_is_complete),
        cmocka_unit_test(silent_sensor_is_nothing_left_out),
        cmocka_unit_test(existing_recording_is_not_touched),
        cmocka_unit_test(unreadable_payloads_are_passed_over),
        cmocka_unit_test(sensors_without_description_or_samples_are_left_out),
        cmocka_unit_test(gap_at_the_end_is_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
