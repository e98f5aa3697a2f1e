/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session says of its sensors, where it can be told exactly: sensors
 * whose samples and clocks are regular, and journals that end in each way.
 */
#include "recording_maker.h"

#include <fcntl.h>
#include <sys/file.h>

#include "acquire/import.h"
#include "acquire/journal.h"
#include "acquire/session.h"
#include "firmware/core/wire.h"

enum { COUNT = 10, RATE_HZ = 1667 };

static const int64_t second = 1000000000;
static const double HOST_ZERO_S = 5000;
static const double DEVICE_ZERO_S = 700;

/* A sensor, and where it stands. */
struct model {
    const char *serial; /* NULL: it is not described */
    double start_s;     /* of its first sample, host time */
    double rate_hz;     /* true */
    double ppm;         /* its clock is fast by */
    uint64_t index;
    double heard_s;
};

static char journal_path[160];
static struct journal journal;
static struct session_summary summary;
static struct error error;

static int64_t device_ns(const struct model *m, double host_s)
{
    return llround((DEVICE_ZERO_S + host_s * (1 + m->ppm * 1e-6)) * 1e9);
}

static int64_t host_ns(double host_s)
{
    return llround((HOST_ZERO_S + host_s) * 1e9);
}

static void begin(const struct folder *folder)
{
    unlink(folder->file);
    snprintf(journal_path, sizeof(journal_path), "%s.journal", folder->file);
    unlink(journal_path);
    assert_int_equal(journal_create(&journal, journal_path, &error), 0);
}

static void describe(const struct model *m)
{
    struct recording_info info = {.uuid =
                                      "00000000-0000-4000-8000-000000000001",
                                  .placement = PLACEMENT_LEFT_WRIST,
                                  .accel_scale = 0.0024,
                                  .gyro_scale = 0.0012,
                                  .rate_nominal_hz = floor(m->rate_hz)};
    if (m->serial != NULL) {
        snprintf(info.serial, sizeof(info.serial), "%s", m->serial);
        assert_int_equal(journal_append_session(&journal, &info, &error), 0);
    }
}

static void put_probe(struct model *m, double host_s)
{
    const struct recording_clock probe = {
        .device_ns = device_ns(m, host_s),
        .host_monotonic_ns = host_ns(host_s),
        .host_utc_ns = 1700000000 * second,
        .round_trip_ns = 10000,
    };
    assert_int_equal(journal_append_clock(&journal, &probe, &error), 0);
    m->heard_s = host_s;
}

static double time_of(const struct model *m, uint64_t index)
{
    return m->start_s + (double)index / m->rate_hz;
}

static size_t make_frame(struct model *m, uint16_t count, uint16_t flags,
                         uint8_t *out)
{
    struct wire_frame frame = {
        .type = WIRE_FRAME_SAMPLES,
        .flags = (uint16_t)(flags | (m->index == 0 ? WIRE_FIRST : 0)),
        .sequence = (uint32_t)m->index,
        .index = m->index,
        .device_ns = (uint64_t)device_ns(m, time_of(m, m->index)),
        .count = count,
    };
    for (size_t i = 0; i < count; i++) {
        made_sample(m->index + i, frame.samples[i]);
    }
    m->index += count;
    return wire_put_frame(out, &frame);
}

static void put_frame(struct model *m, uint16_t count, uint16_t flags)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t size = make_frame(m, count, flags, bytes);
    assert_int_equal(
        journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
}

static void put_many(struct model *m, size_t frames)
{
    static uint8_t bytes[JOURNAL_PAYLOAD_MAX];
    size_t size = 0;
    for (size_t i = 0; i < frames; i++) {
        size += make_frame(m, COUNT, 0, bytes + size);
    }
    assert_int_equal(
        journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
}

/* Frames of ten samples and a probe a second, up to sample `to`. */
static void put_all(struct model *m, uint64_t to)
{
    double next_s = m->start_s;
    while (m->index < to) {
        for (; next_s <= time_of(m, m->index); next_s++) {
            put_probe(m, next_s);
        }
        put_frame(m, COUNT, 0);
    }
}

static void end(enum journal_end why)
{
    assert_int_equal(journal_append_end(&journal, why, &error), 0);
}

static void build(const struct folder *folder)
{
    assert_int_equal(journal_file_close(&journal.file, &error), 0);
    assert_int_equal(
        session_build(journal_path, folder->file, &summary, &error), 0);
}

static struct recording *open_sensor(const struct folder *folder,
                                     const char *serial)
{
    const struct import_options options = {.sensor = serial};
    struct recording *recording;
    assert_int_equal(recording_open(folder->file, &options, &recording, &error),
                     0);
    return recording;
}

/* The gaps of a sensor in the file: how many, and the last of them. */
static size_t gaps_of(const struct folder *folder, const char *serial,
                      struct recording_gap *last)
{
    size_t count;
    struct recording *recording = open_sensor(folder, serial);
    const struct recording_gap *gaps = recording_gaps(recording, &count);
    *last = count > 0 ? gaps[count - 1] : (struct recording_gap){0};
    recording_close(recording);
    return count;
}

static void rate_and_duration_are_by_the_hosts_clock(void **state)
{
    const struct folder *folder = *state;
    static const double ppms[] = {0, 500, -500};
    for (size_t i = 0; i < 3; i++) {
        double rate_hz = 1667.4;
        struct model m = {"A", 0.25, rate_hz, ppms[i], 0, 0};
        begin(folder);
        describe(&m);
        put_all(&m, 60000);
        end(JOURNAL_END_ASKED);
        build(folder);
        double duration_s = 59999 / rate_hz;
        assert_int_equal(summary.rows, 60000);
        assert_true(fabs(summary.sensors[0].rate_hz - rate_hz) < 1e-3);
        assert_true(fabs(summary.duration_s - duration_s) < 1e-5);
        assert_true(fabs(summary.sensors[0].duration_s - duration_s) < 1e-5);
        assert_true(summary.complete);
        assert_int_equal(summary.causes, 0);
        struct recording *recording = open_sensor(folder, "A");
        const struct recording_info *info = recording_info(recording);
        assert_true(fabs(info->rate_measured_hz - rate_hz) < 1e-3);
        assert_string_equal(info->state, "complete");
        recording_close(recording);
    }
}

/* How long a gap took its samples do not tell: the sensor may have stood
 * still. */
static void rate_is_not_bent_by_a_pause(void **state)
{
    const struct folder *folder = *state;
    static const uint64_t lost[] = {1, 500};
    for (size_t i = 0; i < 2; i++) {
        struct model m = {"A", 0, RATE_HZ, 0, 0, 0};
        begin(folder);
        describe(&m);
        put_all(&m, 20000);
        m.index += lost[i];
        m.start_s += 5;
        put_all(&m, 40000);
        end(JOURNAL_END_ASKED);
        build(folder);
        assert_int_equal(summary.lost, lost[i]);
        assert_true(fabs(summary.sensors[0].rate_hz - RATE_HZ) < 1e-3);
    }
}

/* Of less than two frames the rate is the nominal one, of any size. */
static void shortest_recording_has_the_nominal_rate(void **state)
{
    const struct folder *folder = *state;
    static const struct {
        uint16_t count;
        double rate_hz;
    } cases[] = {{1, RATE_HZ}, {COUNT, RATE_HZ}, {1, 1}, {COUNT, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double rate_hz = cases[i].rate_hz;
        double duration_s = (cases[i].count - 1) / rate_hz;
        struct model m = {"A", 0, rate_hz, 0, 0, 0};
        begin(folder);
        describe(&m);
        put_frame(&m, cases[i].count, 0);
        end(JOURNAL_END_ASKED);
        build(folder);
        assert_int_equal(summary.rows, cases[i].count);
        assert_true(fabs(summary.duration_s - duration_s) < 1e-6);
        assert_true(summary.sensors[0].rate_hz == rate_hz);
        struct recording *recording = open_sensor(folder, "A");
        assert_int_equal(recording_rows(recording), cases[i].count);
        assert_true(recording_info(recording)->rate_measured_hz == rate_hz);
        recording_close(recording);
    }
}

/* It began when the first sample should have come. */
static void loss_before_the_first_sample_has_its_length(void **state)
{
    const struct folder *folder = *state;
    struct recording_gap gap;
    struct model m = {"A", 1, RATE_HZ, 0, 0, 0};
    int64_t start_ns = device_ns(&m, time_of(&m, 0));
    begin(folder);
    describe(&m);
    m.index = 500;
    put_all(&m, 2000);
    end(JOURNAL_END_ASKED);
    build(folder);
    assert_int_equal(summary.lost, 500);
    assert_int_equal(gaps_of(folder, "A", &gap), 1);
    assert_int_equal(gap.at_sample, 0);
    assert_int_equal(gap.lost_samples, 500);
    assert_int_equal(gap.end_ns, device_ns(&m, time_of(&m, 500)));
    assert_true(llabs(gap.start_ns - start_ns) < second / RATE_HZ);
}

/* A frame of one sample, a gap of one, and many frames in one record. */
static void smallest_and_largest_are_kept(void **state)
{
    const struct folder *folder = *state;
    struct recording_gap gap;
    struct model m = {"A", 0, RATE_HZ, 0, 0, 0};
    begin(folder);
    describe(&m);
    put_frame(&m, 1, 0);
    put_frame(&m, COUNT, 0);
    m.index++;
    put_frame(&m, COUNT, 0);
    put_many(&m, 60);
    end(JOURNAL_END_ASKED);
    build(folder);
    assert_int_equal(summary.rows, 1 + 62 * COUNT);
    assert_int_equal(summary.lost, 1);
    assert_int_equal(gaps_of(folder, "A", &gap), 1);
    assert_int_equal(gap.at_sample, 1 + COUNT);
    assert_int_equal(gap.lost_samples, 1);
    struct recording *recording = open_sensor(folder, "A");
    assert_int_equal(recording_rows(recording), 1 + 62 * COUNT);
    recording_close(recording);
}

/* The one is far ahead of the other, which would have a gap if it took what is
 * not its own; records of several sizes end differently in the parts in which
 * they are taken. */
static void large_records_of_two_sensors_do_not_mix(void **state)
{
    const struct folder *folder = *state;
    enum { LEAST = 50, MOST = 60 };
    struct model m[] = {{"A", 0, RATE_HZ, 0, 0, 0}, {"B", 0, RATE_HZ, 0, 0, 0}};
    begin(folder);
    for (uint16_t i = 0; i < 2; i++) {
        journal.sensor = i;
        describe(&m[i]);
    }
    put_many(&m[1], MOST);
    put_many(&m[1], MOST);
    for (size_t frames = LEAST; frames <= MOST; frames++) {
        for (uint16_t i = 0; i < 2; i++) {
            journal.sensor = i;
            put_many(&m[i], frames);
        }
    }
    end(JOURNAL_END_ASKED);
    build(folder);
    assert_int_equal(summary.lost, 0);
    assert_int_equal(summary.sensors[0].rows, m[0].index);
    assert_int_equal(summary.sensors[1].rows, m[1].index);
}

static void clipped_rows_are_added_up(void **state)
{
    const struct folder *folder = *state;
    struct model m[] = {{"A", 0, RATE_HZ, 0, 0, 0}, {"B", 0, RATE_HZ, 0, 0, 0}};
    begin(folder);
    for (uint16_t i = 0; i < 2; i++) {
        uint8_t bytes[WIRE_FRAME_MAX];
        journal.sensor = i;
        describe(&m[i]);
        put_frame(&m[i], COUNT, 0);
        struct wire_frame frame = {.type = WIRE_FRAME_SAMPLES,
                                   .flags = WIRE_CLIP_ACCEL,
                                   .index = COUNT,
                                   .device_ns = (uint64_t)device_ns(&m[i], 1),
                                   .count = COUNT};
        frame.samples[3][0] = INT16_MAX;
        frame.samples[7][1] = INT16_MIN;
        size_t size = wire_put_frame(bytes, &frame);
        assert_int_equal(
            journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
    }
    end(JOURNAL_END_ASKED);
    build(folder);
    assert_true(summary.sensors[0].clipped > 0);
    assert_int_equal(summary.sensors[1].clipped, summary.sensors[0].clipped);
    assert_int_equal(summary.clipped, 2 * summary.sensors[0].clipped);
}

/* Events that were stamped by the host's clock. */
static void events_get_session_time(void **state)
{
    const struct folder *folder = *state;
    struct model m = {"A", 0.25, RATE_HZ, 0, 0, 0};
    const struct journal_event events[] = {
        {false, host_ns(1.25), host_ns(2.75), "reach", "key"},
        {false, host_ns(-3), host_ns(0.5), "early", "key"},
        {true, 4 * second, 5 * second, "rest", "preset"}};
    static const double times_s[][2] = {{1, 2.5}, {0, 0.25}, {4, 5}};
    begin(folder);
    describe(&m);
    put_all(&m, 20000);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(journal_append_event(&journal, &events[i], &error), 0);
    }
    end(JOURNAL_END_ASKED);
    build(folder);
    assert_int_equal(summary.events, 3);
    struct recording *recording = open_sensor(folder, "A");
    size_t count;
    const struct recording_event *got = recording_events(recording, &count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(fabs((double)got[i].start_ns - times_s[i][0] * 1e9) < 1e5);
        assert_true(fabs((double)got[i].end_ns - times_s[i][1] * 1e9) < 1e5);
    }
    recording_close(recording);
}

/* How long after its last sample a device was heard of whose end did not come,
 * and what was lost. */
static void tail_is_what_fits_until_it_was_last_heard_of(void **state)
{
    const struct folder *folder = *state;
    static const double periods[] = {0.5, 1.5, 2.5, 10.5};
    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        struct recording_gap gap;
        uint64_t lost = (uint64_t)periods[i];
        struct model m = {"A", 0, RATE_HZ, 0, 0, 0};
        begin(folder);
        describe(&m);
        put_all(&m, 2000);
        put_probe(&m, time_of(&m, 1999) + periods[i] / RATE_HZ);
        end(JOURNAL_END_DEVICE);
        build(folder);
        assert_int_equal(summary.lost, lost);
        assert_int_equal(summary.causes, lost > 0 ? GAP_UNPLUGGED : 0);
        assert_false(summary.complete);
        assert_int_equal(gaps_of(folder, "A", &gap), lost > 0);
        assert_int_equal(gap.lost_samples, lost);
        assert_int_equal(gap.at_sample, lost > 0 ? 2000 : 0);
    }
}

/* None where it was asked to end, where nobody knows, and of what is not in
 * the recording. */
static void tail_is_of_a_device_that_was_lost_alone(void **state)
{
    const struct folder *folder = *state;
    for (int k = 0; k < 3; k++) {
        struct model m[] = {{"A", 0, RATE_HZ, 0, 0, 0},
                            {"B", 0, RATE_HZ, 0, 0, 0}};
        begin(folder);
        describe(&m[0]);
        put_all(&m[0], 2000);
        put_probe(&m[0], 30);
        journal.sensor = 1;
        describe(&m[1]);
        put_probe(&m[1], 1);
        put_probe(&m[1], 2000);
        if (k > 0) {
            end(k == 1 ? JOURNAL_END_ASKED : JOURNAL_END_DEVICE);
        }
        build(folder);
        assert_int_equal(summary.complete, k == 1);
        assert_int_equal(summary.lost > 0, k == 2);
        assert_int_equal(summary.sensor_count, 2);
        assert_int_equal(summary.sensors[1].lost, 0);
        assert_true(summary.sensors[1].duration_s == 0);
        assert_false(summary.sensors[1].written);
        assert_true(session_took_all(&summary));
    }
}

/* By the device's own clock, half a second off in a thousand. */
static void tail_goes_on_until_the_device_was_given_up(void **state)
{
    const struct folder *folder = *state;
    static const double ppms[] = {500, -500};
    for (size_t i = 0; i < 2; i++) {
        struct model m = {"A", 0, RATE_HZ, ppms[i], 0, 0};
        begin(folder);
        describe(&m);
        put_all(&m, 40000);
        assert_int_equal(journal_append_away(&journal,
                                             host_ns(time_of(&m, 40000)),
                                             host_ns(2000), &error),
                         0);
        end(JOURNAL_END_DEVICE);
        build(folder);
        double lost = (2000 - time_of(&m, 39999)) * RATE_HZ;
        assert_true(fabs((double)summary.lost - lost) < 2);
    }
}

/* Each has its own end; the time line is from the earliest to the latest. */
static void each_sensor_has_its_own_tail(void **state)
{
    const struct folder *folder = *state;
    struct model m[] = {{"A", 3, RATE_HZ, 0, 0, 0}, {"B", 1, RATE_HZ, 0, 0, 0}};
    struct recording_gap gaps[2];
    begin(folder);
    for (uint16_t i = 0; i < 2; i++) {
        journal.sensor = i;
        describe(&m[i]);
        put_all(&m[i], 2000U + 1000U * i);
        put_probe(&m[i], time_of(&m[i], m[i].index - 1) + (5.5 + i) / RATE_HZ);
    }
    end(JOURNAL_END_DEVICE);
    build(folder);
    assert_true(fabs(summary.duration_s - (2 + 1999.0 / RATE_HZ)) < 1e-3);
    assert_int_equal(gaps_of(folder, "A", &gaps[0]), 1);
    assert_int_equal(gaps_of(folder, "B", &gaps[1]), 1);
    assert_int_equal(gaps[0].at_sample, 2000);
    assert_int_equal(gaps[0].lost_samples, 5);
    assert_int_equal(gaps[1].at_sample, 3000);
    assert_int_equal(gaps[1].lost_samples, 6);
}

/* The first sensor is not described: its samples have no unit. How long one
 * frame of them lasted is guessed as of 100 Hz. */
static void sensor_without_description_counts_for_nothing(void **state)
{
    const struct folder *folder = *state;
    static const uint64_t rows[] = {COUNT, 1000};
    static const double durations_s[] = {(COUNT - 1) / 100.0, 999.0 / RATE_HZ};
    for (size_t k = 0; k < 2; k++) {
        struct model m[] = {{NULL, 0, RATE_HZ, 0, 0, 0},
                            {"B", 1, RATE_HZ, 0, 0, 0}};
        begin(folder);
        for (uint16_t i = 0; i < 2; i++) {
            journal.sensor = i;
            describe(&m[i]);
            put_all(&m[i], i == 0 ? rows[k] : 1000);
        }
        end(JOURNAL_END_ASKED);
        build(folder);
        assert_int_equal(summary.rows, 1000);
        assert_int_equal(summary.sensors[0].rows, rows[k]);
        assert_true(fabs(summary.sensors[0].duration_s - durations_s[k]) <
                    1e-6);
        assert_false(summary.sensors[0].written);
        assert_false(session_took_all(&summary));
    }
}

static void journal_that_is_not_there_is_named(void **state)
{
    const struct folder *folder = *state;
    assert_int_equal(
        session_build("/none/x.h5.journal", folder->file, &summary, &error),
        ERR_NO_INPUT);
    assert_non_null(strstr(error.text, "'/none/x.h5.journal'"));
    assert_int_equal(folder_count(folder->path), 0);
}

static void journal_is_free_afterwards(void **state)
{
    const struct folder *folder = *state;
    struct model m = {"A", 0, RATE_HZ, 0, 0, 0};
    begin(folder);
    describe(&m);
    put_all(&m, 100);
    end(JOURNAL_END_ASKED);
    build(folder);
    int fd = open(journal_path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, folder_new, folder_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(rate_and_duration_are_by_the_hosts_clock),
        IN_FOLDER(rate_is_not_bent_by_a_pause),
        IN_FOLDER(shortest_recording_has_the_nominal_rate),
        IN_FOLDER(loss_before_the_first_sample_has_its_length),
        IN_FOLDER(smallest_and_largest_are_kept),
        IN_FOLDER(large_records_of_two_sensors_do_not_mix),
        IN_FOLDER(clipped_rows_are_added_up),
        IN_FOLDER(events_get_session_time),
        IN_FOLDER(tail_is_what_fits_until_it_was_last_heard_of),
        IN_FOLDER(tail_is_of_a_device_that_was_lost_alone),
        IN_FOLDER(tail_goes_on_until_the_device_was_given_up),
        IN_FOLDER(each_sensor_has_its_own_tail),
        IN_FOLDER(sensor_without_description_counts_for_nothing),
        IN_FOLDER(journal_that_is_not_there_is_named),
        IN_FOLDER(journal_is_free_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
