/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_writer.h"

#include <math.h>
#include <string.h>

#include "acquire/clocks.h"
#include "acquire/record_motion.h"

static const int64_t IDLE_NS = 10000000;         /* between looks at a queue */
static const int64_t SYNC_EVERY_NS = 1000000000; /* what a power cut may cost */
static const int64_t SNAPSHOT_EVERY_NS = 200000000;
/* The description is repeated, so that no single damage takes it. */
static const int64_t SESSION_EVERY_NS = 600000000000;
/* How much may be written between two looks at the space left: a simulated
 * device may fill a disk within a second. */
static const uint64_t SPACE_EVERY_BYTES = 1 << 20;

static const double STANDARD_GRAVITY = 9.80665; /* [m/s2] */

/* The first error stays; the readers are asked to stop. */
static void fail(struct record_writer *writer, const struct error *error)
{
    if (writer->error.code == 0) {
        writer->error = *error;
    }
    record_stop(writer->control, STOP_GENTLY);
}

/* ---- statistics ---- */

static void add_motion(struct record_sensor *sensor,
                       const struct stream_run *run,
                       struct recorder_sensor_stats *stats)
{
    double g_per_lsb = sensor->info->accel_scale / STANDARD_GRAVITY;
    for (size_t i = 0; i < run->block.count; i++) {
        double x = run->samples[i][0];
        double y = run->samples[i][1];
        double z = run->samples[i][2];
        double length_g = g_per_lsb * sqrt(x * x + y * y + z * z);
        sensor->motion_sum += (length_g - 1) * (length_g - 1);
    }
    sensor->motion_count += run->block.count;
    if ((double)sensor->motion_count >= sensor->info->rate_nominal_hz) {
        stats->motion_mg =
            1000 * sqrt(sensor->motion_sum / (double)sensor->motion_count);
        sensor->motion_sum = 0;
        sensor->motion_count = 0;
    }
}

static void count_run(struct record_sensor *sensor,
                      const struct stream_run *run,
                      struct recorder_sensor_stats *stats)
{
    if (run->block.count == 0) {
        return;
    }
    if (run->block.first_sample == 0) {
        sensor->first_device_ns = run->block.device_ns;
        sensor->first_index = run->index;
    }
    double ns = (double)(run->block.device_ns - sensor->first_device_ns);
    double samples = (double)(run->index - sensor->first_index);
    if (ns > 0 && samples > 0) {
        stats->rate_hz = samples * 1e9 / ns;
        stats->elapsed_s = (ns + run->block.count * ns / samples) / 1e9;
    }
    add_motion(sensor, run, stats);
}

static void count_frames(struct record_sensor *sensor, const uint8_t *data,
                         size_t size, struct recorder_sensor_stats *stats)
{
    size_t done = 0;
    while (done < size) {
        done += stream_push(&sensor->stream, data + done, size - done);
        struct stream_run run;
        while (stream_next(&sensor->stream, &run)) {
            count_run(sensor, &run, stats);
            if (sensor->link->motion != NULL && run.block.count > 0) {
                record_motion_show(sensor->link->motion, &run);
            }
        }
    }
}

static void count_status(const struct wire_status *status,
                         struct recorder_sensor_stats *stats)
{
    stats->has_supply = true;
    stats->on_usb_power = status->on_usb_power;
    stats->supply_mv = status->supply_mv;
}

static void sum_up(const struct record_sensor *sensor,
                   struct recorder_sensor_stats *stats)
{
    const struct queue *stream = sensor->link->stream;
    stats->samples = sensor->stream.rows;
    stats->lost = sensor->stream.lost;
    stats->causes = sensor->stream.causes;
    stats->clipped = sensor->stream.clipped;
    stats->queue_peak =
        (double)queue_peak(stream) / (double)queue_capacity(stream);
}

static void give_snapshot(struct record_writer *writer)
{
    struct recorder_stats *stats = &writer->stats;
    double elapsed_s = 0;
    stats->sensor_count = writer->sensor_count;
    for (size_t i = 0; i < writer->sensor_count; i++) {
        sum_up(&writer->sensors[i], &stats->sensors[i]);
        elapsed_s = fmax(elapsed_s, stats->sensors[i].elapsed_s);
    }
    if (elapsed_s > 0) {
        double bytes_per_s = (double)writer->journal->file.size / elapsed_s;
        stats->left_s = (double)stats->space_bytes / (2 * bytes_per_s);
    }
    /* Where nobody takes them, older ones will do. */
    (void)queue_push(writer->control->snapshots, 0, stats, sizeof(*stats));
}

/* ---- journal ---- */

/* The recording to be built takes no more than the journal does. */
static void check_space(struct record_writer *writer)
{
    struct recorder_stats *stats = &writer->stats;
    struct error error = {0};
    uint64_t size = writer->journal->file.size;
    uint64_t free_bytes;
    writer->checked_size = size;
    int err = journal_file_space(&writer->journal->file, &free_bytes, &error);
    if (err < 0) {
        fail(writer, &error);
        return;
    }
    uint64_t needed = size + writer->reserve_bytes;
    stats->space_bytes = free_bytes > needed ? free_bytes - needed : 0;
    if (stats->space_bytes == 0) {
        error_set(&error, ERR_FULL,
                  "the disk of '%s' is nearly full, so recording was stopped; "
                  "what came is kept",
                  writer->journal->file.path);
        fail(writer, &error);
    }
}

/* Bytes that a full disk did not take are a gap like those for which there was
 * no room in the queue, as soon as it takes any again. */
static int append_frames(struct record_writer *writer,
                         struct record_sensor *sensor, const void *data,
                         size_t size, struct error *error)
{
    int err = 0;
    if (sensor->unwritten > 0) {
        err = journal_append_gap(writer->journal, sensor->unwritten, error);
        sensor->unwritten = err < 0 ? sensor->unwritten : 0;
    }
    if (err == 0) {
        err =
            journal_append(writer->journal, JOURNAL_FRAMES, data, size, error);
    }
    if (err < 0) {
        sensor->unwritten += size;
        stream_broken(&sensor->stream, GAP_HOST);
    }
    return err;
}

/* Returns 0, or an error that has been noted. */
static int append_message(struct record_writer *writer,
                          struct record_sensor *sensor,
                          enum record_message type, const void *data,
                          size_t size)
{
    struct error error = {0};
    struct recording_clock clock;
    struct record_away away;
    uint64_t dropped;
    int err = 0;
    switch (type) {
    case MESSAGE_FRAMES:
        err = append_frames(writer, sensor, data, size, &error);
        break;
    case MESSAGE_CLOCK:
        memcpy(&clock, data, sizeof(clock));
        if (sensor->link->motion != NULL) {
            record_motion_show_clock(sensor->link->motion, &clock);
        }
        err = journal_append_clock(writer->journal, &clock, &error);
        break;
    case MESSAGE_GAP:
        memcpy(&dropped, data, sizeof(dropped));
        err = journal_append_gap(writer->journal, dropped, &error);
        break;
    case MESSAGE_AWAY:
        memcpy(&away, data, sizeof(away));
        err = journal_append_away(writer->journal, away.from_ns, away.to_ns,
                                  &error);
        break;
    case MESSAGE_STATUS:
        break;
    }
    if (err < 0) {
        fail(writer, &error);
    }
    return err;
}

/* What could not be written is missing from the account as well. */
static void take_message(struct record_writer *writer, size_t i, uint32_t type,
                         const void *data, size_t size)
{
    struct record_sensor *sensor = &writer->sensors[i];
    struct recorder_sensor_stats *stats = &writer->stats.sensors[i];
    struct wire_status status;
    if (writer->error.code != 0 && writer->error.code != ERR_FULL) {
        return;
    }
    writer->journal->sensor = (uint16_t)i;
    int err = append_message(writer, sensor, type, data, size);
    if (type == MESSAGE_FRAMES && err == 0) {
        count_frames(sensor, data, size, stats);
    } else if (type == MESSAGE_GAP) {
        stream_broken(&sensor->stream, GAP_HOST);
    } else if (type == MESSAGE_AWAY) {
        stream_broken(&sensor->stream, GAP_UNPLUGGED);
    } else if (type == MESSAGE_STATUS) {
        memcpy(&status, data, sizeof(status));
        count_status(&status, stats);
    }
    if (writer->journal->file.size >=
        writer->checked_size + SPACE_EVERY_BYTES) {
        check_space(writer);
    }
}

static void take_mark(struct record_writer *writer,
                      const struct journal_event *event)
{
    struct error error = {0};
    writer->journal->sensor = 0;
    if (writer->error.code == 0 &&
        journal_append_event(writer->journal, event, &error) < 0) {
        fail(writer, &error);
    }
}

/* How far each sensor is on the disk. */
static int append_progress(struct record_writer *writer,
                           const struct journal_sync *now, struct error *error)
{
    int err = 0;
    for (size_t i = 0; err == 0 && i < writer->sensor_count; i++) {
        struct journal_sync sync = *now;
        sync.samples = writer->sensors[i].stream.rows;
        writer->journal->sensor = (uint16_t)i;
        err = journal_append_sync(writer->journal, &sync, error);
    }
    return err;
}

/* What each sensor is. */
static int append_descriptions(struct record_writer *writer,
                               struct error *error)
{
    int err = 0;
    for (size_t i = 0; err == 0 && i < writer->sensor_count; i++) {
        writer->journal->sensor = (uint16_t)i;
        err = journal_append_session(writer->journal, writer->sensors[i].info,
                                     error);
    }
    return err;
}

/* After a failed sync nobody knows what is on the disk, and a second one may
 * say that all is well: so the first one ends the recording. The journal may
 * have lost its beginning, and what is left of it is to have its units. */
static void sync_journal(struct record_writer *writer)
{
    struct error error = {0};
    struct journal_sync now = {monotonic_ns(), utc_ns(), 0};
    if (writer->journal->file.size == writer->synced_size) {
        return;
    }
    int err = journal_file_sync(&writer->journal->file, &error);
    if (err < 0) {
        (void)append_descriptions(writer, NULL);
    } else {
        err = append_progress(writer, &now, &error);
        if (err == 0 && now.host_monotonic_ns >= writer->session_ns) {
            err = append_descriptions(writer, &error);
            writer->session_ns = now.host_monotonic_ns + SESSION_EVERY_NS;
        }
    }
    if (err < 0) {
        fail(writer, &error);
    }
    writer->synced_size = writer->journal->file.size;
}

/* ---- thread ---- */

static void do_what_is_due(struct record_writer *writer)
{
    int64_t now_ns = monotonic_ns();
    if (now_ns >= writer->sync_ns) {
        writer->sync_ns = now_ns + SYNC_EVERY_NS;
        if (writer->error.code == 0) {
            sync_journal(writer);
            check_space(writer);
        }
    }
    if (now_ns >= writer->snapshot_ns) {
        writer->snapshot_ns = now_ns + SNAPSHOT_EVERY_NS;
        give_snapshot(writer);
    }
}

/* Takes one message of each device in turn, so that none waits for another.
 * Returns whether there was any. */
static bool take_messages(struct record_writer *writer)
{
    uint8_t buffer[JOURNAL_PAYLOAD_MAX];
    uint32_t type;
    size_t size;
    bool any = false;
    for (size_t i = 0; i < writer->sensor_count; i++) {
        if (queue_pop(writer->sensors[i].link->stream, &type, buffer,
                      sizeof(buffer), &size)) {
            take_message(writer, i, type, buffer, size);
            any = true;
        }
    }
    return any;
}

/* Returns whether there was anything. */
static bool empty_queues(struct record_writer *writer)
{
    struct journal_event event;
    uint32_t type;
    size_t size;
    bool any = false;
    while (take_messages(writer)) {
        do_what_is_due(writer);
        any = true;
    }
    while (queue_pop(writer->control->marks, &type, &event, sizeof(event),
                     &size)) {
        take_mark(writer, &event);
        any = true;
    }
    return any;
}

static bool readers_done(const struct record_writer *writer)
{
    bool done = true;
    for (size_t i = 0; i < writer->sensor_count; i++) {
        done &= atomic_load(&writer->sensors[i].link->reader_done);
    }
    return done;
}

void *record_writer_run(void *argument)
{
    struct record_writer *writer = argument;
    int64_t now_ns = monotonic_ns();

    for (size_t i = 0; i < writer->sensor_count; i++) {
        struct record_sensor *sensor = &writer->sensors[i];
        stream_init(&sensor->stream, sensor->info->rate_nominal_hz);
    }
    writer->sync_ns = now_ns + SYNC_EVERY_NS;
    writer->session_ns = now_ns;
    check_space(writer);
    for (;;) {
        /* In this order: what came before a reader was done is then seen. */
        bool last = readers_done(writer);
        bool any = empty_queues(writer);
        do_what_is_due(writer);
        if (last && !any) {
            break;
        }
        if (!any) {
            sleep_ns(IDLE_NS);
        }
    }
    give_snapshot(writer);
    atomic_store(&writer->control->writer_done, true);
    return NULL;
}
