/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_writer.h"

#include <math.h>
#include <string.h>

#include "acquire/clocks.h"

static const int64_t IDLE_NS = 10000000;         /* between looks at a queue */
static const int64_t SYNC_EVERY_NS = 1000000000; /* what a power cut may cost */
static const int64_t SNAPSHOT_EVERY_NS = 200000000;
/* The description is repeated, so that no single damage takes it. */
static const int64_t SESSION_EVERY_NS = 600000000000;
/* How much may be written between two looks at the space left: a simulated
 * device may fill a disk within a second. */
static const uint64_t SPACE_EVERY_BYTES = 1 << 20;

static const double STANDARD_GRAVITY = 9.80665; /* [m/s2] */

/* The first error stays; the reader is asked to stop. */
static void fail(struct record_writer *writer, const struct error *error)
{
    if (writer->error.code == 0) {
        writer->error = *error;
    }
    record_link_stop(writer->link, STOP_GENTLY);
}

/* ---- statistics ---- */

static void add_motion(struct record_writer *writer,
                       const struct stream_run *run)
{
    double g_per_lsb = writer->info->accel_scale / STANDARD_GRAVITY;
    for (size_t i = 0; i < run->block.count; i++) {
        double x = run->samples[i][0];
        double y = run->samples[i][1];
        double z = run->samples[i][2];
        double length_g = g_per_lsb * sqrt(x * x + y * y + z * z);
        writer->motion_sum += (length_g - 1) * (length_g - 1);
    }
    writer->motion_count += run->block.count;
    if ((double)writer->motion_count >= writer->info->rate_nominal_hz) {
        writer->stats.motion_mg =
            1000 * sqrt(writer->motion_sum / (double)writer->motion_count);
        writer->motion_sum = 0;
        writer->motion_count = 0;
    }
}

static void count_run(struct record_writer *writer,
                      const struct stream_run *run)
{
    if (run->block.count == 0) {
        return;
    }
    if (run->block.first_sample == 0) {
        writer->first_device_ns = run->block.device_ns;
        writer->first_index = run->index;
    }
    double ns = (double)(run->block.device_ns - writer->first_device_ns);
    double samples = (double)(run->index - writer->first_index);
    if (ns > 0 && samples > 0) {
        writer->stats.rate_hz = samples * 1e9 / ns;
        writer->stats.elapsed_s = (ns + run->block.count * ns / samples) / 1e9;
    }
    add_motion(writer, run);
}

static void count_frames(struct record_writer *writer, const uint8_t *data,
                         size_t size)
{
    size_t done = 0;
    while (done < size) {
        done += stream_push(&writer->stream, data + done, size - done);
        struct stream_run run;
        while (stream_next(&writer->stream, &run)) {
            count_run(writer, &run);
        }
    }
}

static void count_status(struct record_writer *writer,
                         const struct wire_status *status)
{
    writer->stats.has_supply = true;
    writer->stats.on_usb_power = status->on_usb_power;
    writer->stats.supply_mv = status->supply_mv;
}

static void give_snapshot(struct record_writer *writer)
{
    struct record_link *link = writer->link;
    struct recorder_stats *stats = &writer->stats;
    stats->samples = writer->stream.rows;
    stats->lost = writer->stream.lost;
    stats->causes = writer->stream.causes;
    stats->clipped = writer->stream.clipped;
    if (stats->elapsed_s > 0) {
        double bytes_per_s =
            (double)writer->journal->file.size / stats->elapsed_s;
        stats->left_s = (double)stats->space_bytes / (2 * bytes_per_s);
    }
    stats->queue_peak =
        (double)queue_peak(link->stream) / (double)queue_capacity(link->stream);
    /* Where nobody takes them, older ones will do. */
    (void)queue_push(link->snapshots, 0, stats, sizeof(*stats));
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

static void append_message(struct record_writer *writer,
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
        err =
            journal_append(writer->journal, JOURNAL_FRAMES, data, size, &error);
        break;
    case MESSAGE_CLOCK:
        memcpy(&clock, data, sizeof(clock));
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
}

/* What could not be written is missing from the account as well. */
static void take_message(struct record_writer *writer, uint32_t type,
                         const void *data, size_t size)
{
    struct wire_status status;
    if (writer->error.code != 0 && writer->error.code != ERR_FULL) {
        return;
    }
    append_message(writer, type, data, size);
    if (type == MESSAGE_FRAMES) {
        count_frames(writer, data, size);
    } else if (type == MESSAGE_GAP) {
        stream_broken(&writer->stream, GAP_HOST);
    } else if (type == MESSAGE_AWAY) {
        stream_broken(&writer->stream, GAP_UNPLUGGED);
    } else if (type == MESSAGE_STATUS) {
        memcpy(&status, data, sizeof(status));
        count_status(writer, &status);
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
    if (writer->error.code == 0 &&
        journal_append_event(writer->journal, event, &error) < 0) {
        fail(writer, &error);
    }
}

/* After a failed sync nobody knows what is on the disk, and a second one may
 * say that all is well: so the first one ends the recording. */
static void sync_journal(struct record_writer *writer)
{
    struct error error = {0};
    struct journal_sync sync = {monotonic_ns(), utc_ns(), writer->stream.rows};
    if (writer->journal->file.size == writer->synced_size) {
        return;
    }
    int err = journal_file_sync(&writer->journal->file, &error);
    if (err == 0) {
        err = journal_append_sync(writer->journal, &sync, &error);
    }
    if (err == 0 && sync.host_monotonic_ns >= writer->session_ns) {
        writer->session_ns = sync.host_monotonic_ns + SESSION_EVERY_NS;
        err = journal_append_session(writer->journal, writer->info, &error);
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

/* Returns whether there was anything. */
static bool empty_queues(struct record_writer *writer)
{
    uint8_t buffer[JOURNAL_PAYLOAD_MAX];
    struct journal_event event;
    uint32_t type;
    size_t size;
    bool any = false;
    while (
        queue_pop(writer->link->stream, &type, buffer, sizeof(buffer), &size)) {
        take_message(writer, type, buffer, size);
        do_what_is_due(writer);
        any = true;
    }
    while (
        queue_pop(writer->link->marks, &type, &event, sizeof(event), &size)) {
        take_mark(writer, &event);
        any = true;
    }
    return any;
}

void *record_writer_run(void *argument)
{
    struct record_writer *writer = argument;
    int64_t now_ns = monotonic_ns();

    stream_init(&writer->stream, writer->info->rate_nominal_hz);
    writer->sync_ns = now_ns + SYNC_EVERY_NS;
    writer->session_ns = now_ns;
    check_space(writer);
    for (;;) {
        /* In this order: what came before the reader was done is then seen. */
        bool last = atomic_load(&writer->link->reader_done);
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
    atomic_store(&writer->link->writer_done, true);
    return NULL;
}
