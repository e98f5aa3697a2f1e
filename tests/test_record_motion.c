/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who looks on while it is recorded: motion comes as it is recorded, events
 * and notes go in up to the end, and nothing of it is felt by the recording.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/record_motion.h"
#include "acquire/recorder.h"
#include "tests/fake_device.h"

static char folder[64];
static char path[128];
static struct error error;

static struct recorder *start(struct device *device, bool motion)
{
    static const struct recording_info info = {
        .uuid = "00000000-0000-4000-8000-000000000001",
        .notes = "said beforehand",
        .accel_scale = 1,
        .gyro_scale = 1,
        .rate_nominal_hz = RATE_HZ,
    };
    const struct recorder_source source = {device, &info};
    const struct recorder_config config = {.sources = &source,
                                           .source_count = 1,
                                           .journal = path,
                                           .motion = motion};
    struct recorder *recorder = NULL;
    unlink(path);
    error = (struct error){0};
    assert_int_equal(recorder_start(&config, &recorder, &error), 0);
    return recorder;
}

/* Takes all runs that are there, which follow one another from *next on. */
static void take_all(struct recorder *recorder, uint64_t *next)
{
    struct record_motion motion;
    while (recorder_motion(recorder, &motion)) {
        assert_int_equal(motion.sensor, 0);
        assert_int_equal(motion.index, *next);
        assert_int_equal(motion.count, COUNT);
        assert_int_equal(motion.host_ns, motion.index * PERIOD_NS);
        for (size_t i = 0; i < motion.count; i++) {
            assert_int_equal(motion.samples[i][0], (int16_t)(motion.index + i));
        }
        *next += motion.count;
    }
}

static void motion_comes_as_it_is_recorded(void **state)
{
    (void)state;
    /* Its clock is a second ahead of the host's. */
    struct device device = {
        .frames = 2000, .nap_ns = 100000, .boot_ns = -1000000000};
    struct recorder *recorder = start(&device, true);
    uint64_t next = 0;
    while (recorder_running(recorder)) {
        take_all(recorder, &next);
    }
    take_all(recorder, &next);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    assert_int_equal(next, 20000);
}

static void nobody_looks_on_unless_asked(void **state)
{
    (void)state;
    struct device device = {.frames = 50};
    struct recorder *recorder = start(&device, false);
    struct record_motion motion;
    while (recorder_running(recorder)) {
        assert_false(recorder_motion(recorder, &motion));
    }
    assert_false(recorder_motion(recorder, &motion));
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
}

/* Fifty times what the queue of motion holds. */
static void who_looks_on_too_late_costs_the_recording_nothing(void **state)
{
    (void)state;
    struct device device = {.frames = 100000, .waits = true};
    struct recorder *recorder = start(&device, true);
    struct recorder_stats stats;
    struct record_motion motion;
    uint64_t seen = 0;
    while (recorder_running(recorder)) {
    }
    while (recorder_motion(recorder, &motion)) {
        seen += motion.count;
    }
    assert_int_equal(recorder_finish(recorder, &stats, &error), 0);
    assert_true(seen > 0 && seen < 100000);
    assert_int_equal(stats.sensors[0].samples, 1000000);
    assert_int_equal(stats.sensors[0].lost, 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->stream.rows, 1000000);
    assert_int_equal(account->stream.lost, 0);
}

static void last_notes_of(char *out, size_t size)
{
    static struct journal_reader reader;
    struct journal_record record;
    struct recording_info info;
    assert_int_equal(journal_open(&reader, path, &error), 0);
    while (journal_next(&reader, &record, &error) > 0) {
        if (journal_get_session(&record, &info)) {
            snprintf(out, size, "%s", info.notes);
        }
    }
    journal_reader_close(&reader);
}

static void events_and_notes_may_come_after_the_end(void **state)
{
    (void)state;
    struct device device = {.frames = 50};
    struct recorder *recorder = start(&device, true);
    while (recorder_running(recorder)) {
    }
    const struct journal_event event = {false, 5, 10, "pause", "programme"};
    assert_true(recorder_event(recorder, &event));
    recorder_notes(recorder, "said at the end");
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    struct account *account = read_journal(path, 0);
    assert_int_equal(account->events, 1);
    assert_string_equal(account->event.label, "pause");
    assert_int_equal(account->event.start_ns, 5);
    assert_int_equal(account->event.end_ns, 10);
    assert_int_equal(account->end, JOURNAL_END_ASKED);
    char notes[64];
    last_notes_of(notes, sizeof(notes));
    assert_string_equal(notes, "said at the end");
}

static void notes_stay_as_they_are_where_there_are_no_others(void **state)
{
    (void)state;
    struct device device = {.frames = 50};
    struct recorder *recorder = start(&device, true);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    char notes[64];
    last_notes_of(notes, sizeof(notes));
    assert_string_equal(notes, "said beforehand");
}

static int64_t offset_after(struct queue *queue,
                            struct record_motion_clock *clock,
                            struct recording_clock probe)
{
    static const int16_t samples[1][6];
    const struct stream_run run = {.block = {.count = 1}, .samples = samples};
    struct record_motion motion;
    record_motion_show_clock(queue, &probe);
    record_motion_show(queue, &run);
    assert_true(record_motion_take(queue, clock, &motion));
    return motion.host_ns;
}

static void quickest_probe_of_the_last_burst_counts(void **state)
{
    (void)state;
    static const struct {
        int64_t device_ns, host_ns, round_trip_ns, offset_ns;
    } rows[] = {
        {1000, 6000, 500, 5000},
        {2000, 7300, 900, 5000}, /* slower */
        {3000, 8100, 400, 5100}, /* quicker */
        {2000000000, 2000007000, 800, 7000},
        {2000001000, 2000007900, 900, 7000},
    };
    struct queue *queue = queue_new(QUEUE_SMALL_BYTES);
    struct record_motion_clock clock = {0};
    assert_non_null(queue);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct recording_clock probe = {
            .device_ns = rows[i].device_ns,
            .host_monotonic_ns = rows[i].host_ns,
            .round_trip_ns = rows[i].round_trip_ns};
        assert_int_equal(offset_after(queue, &clock, probe), rows[i].offset_ns);
    }
    queue_free(queue);
}

static void motion_before_the_first_probe_has_no_place(void **state)
{
    (void)state;
    static const int16_t samples[1][6];
    const struct stream_run run = {.block = {.count = 1}, .samples = samples};
    struct queue *queue = queue_new(QUEUE_SMALL_BYTES);
    struct record_motion_clock clock = {0};
    struct record_motion motion;
    assert_non_null(queue);
    record_motion_show(queue, &run);
    assert_false(record_motion_take(queue, &clock, &motion));
    queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(motion_comes_as_it_is_recorded),
        cmocka_unit_test(nobody_looks_on_unless_asked),
        cmocka_unit_test(who_looks_on_too_late_costs_the_recording_nothing),
        cmocka_unit_test(events_and_notes_may_come_after_the_end),
        cmocka_unit_test(notes_stay_as_they_are_where_there_are_no_others),
        cmocka_unit_test(quickest_probe_of_the_last_burst_counts),
        cmocka_unit_test(motion_before_the_first_probe_has_no_place),
    };
    strcpy(folder, "/tmp/carpus-motion-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    snprintf(path, sizeof(path), "%s/x.h5.journal", folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
