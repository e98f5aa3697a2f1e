/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/clock_fit.h"
#include "acquire/journal.h"
#include "acquire/recording.h"
#include "acquire/slope.h"
#include "acquire/stream.h"

struct session {
    struct journal_reader journal;
    struct stream stream;
    struct recording_info info;
    bool has_info;
    bool complete;
    uint64_t events;
    int64_t first_ns;     /* device time of row 0 */
    int64_t last_ns;      /* and of the last row, about */
    struct slope samples; /* index to device time [ns] */
    struct recording_clock *probes;
    size_t probe_count;
    size_t probe_room;
    double host_zero_ns; /* host's monotonic clock at row 0 */
    bool (*cancelled)(void);
    struct recording_writer *writer; /* NULL while surveying */
};

/* One each two seconds: 10 MB for a week. */
static int keep_probe(struct session *session,
                      const struct recording_clock *probe, struct error *error)
{
    if (session->probe_count == session->probe_room) {
        size_t room = session->probe_room > 0 ? 2 * session->probe_room : 64;
        struct recording_clock *probes =
            realloc(session->probes, room * sizeof(*probes));
        if (probes == NULL) {
            return error_set(error, ERR_NO_MEMORY, "out of memory");
        }
        session->probes = probes;
        session->probe_room = room;
    }
    session->probes[session->probe_count++] = *probe;
    return 0;
}

static int take_clock(struct session *session,
                      const struct journal_record *record, struct error *error)
{
    struct recording_clock probe;
    if (!journal_get_clock(record, &probe)) {
        return 0;
    }
    return session->writer == NULL
               ? keep_probe(session, &probe, error)
               : recording_append_clock(session->writer, &probe, error);
}

static int64_t session_time(const struct session *session, int64_t host_ns)
{
    double ns = (double)host_ns - session->host_zero_ns;
    return ns > 0 ? llround(ns) : 0;
}

static int take_event(struct session *session,
                      const struct journal_record *record, struct error *error)
{
    struct journal_event event;
    if (!journal_get_event(record, &event)) {
        return 0;
    }
    if (session->writer == NULL) {
        session->events++;
        return 0;
    }
    struct recording_event out = {event.start_ns, event.end_ns, "", ""};
    if (!event.session_time) {
        out.start_ns = session_time(session, event.start_ns);
        out.end_ns = session_time(session, event.end_ns);
    }
    memcpy(out.label, event.label, sizeof(out.label));
    memcpy(out.source, event.source, sizeof(out.source));
    return recording_append_event(session->writer, &out, error);
}

static void survey_run(struct session *session, const struct stream_run *run)
{
    if (run->block.count == 0) {
        return;
    }
    if (run->block.first_sample == 0) {
        session->first_ns = run->block.device_ns;
    }
    session->last_ns =
        run->block.device_ns +
        llround((run->block.count - 1) * session->stream.period_ns);
    if (run->gap.lost_samples > 0) {
        slope_break(&session->samples);
    }
    slope_add(&session->samples, (double)run->index,
              (double)run->block.device_ns);
}

static int write_run(struct session *session, const struct stream_run *run,
                     struct error *error)
{
    int err = 0;
    if (run->gap.lost_samples > 0) {
        err = recording_append_gap(session->writer, run->gap, error);
    }
    if (err == 0 && run->block.count > 0) {
        err = recording_append(session->writer, run->block, run->samples,
                               run->block.count, run->temperature_c, error);
    }
    return err;
}

static int take_frames(struct session *session,
                       const struct journal_record *record, struct error *error)
{
    size_t done = 0;
    while (done < record->size) {
        done += stream_push(&session->stream, record->payload + done,
                            record->size - done);
        struct stream_run run;
        while (stream_next(&session->stream, &run)) {
            if (session->writer == NULL) {
                survey_run(session, &run);
                continue;
            }
            int err = write_run(session, &run, error);
            if (err < 0) {
                return err;
            }
        }
    }
    return 0;
}

static int take_record(struct session *session,
                       const struct journal_record *record, struct error *error)
{
    int64_t from_ns;
    int64_t to_ns;
    uint64_t bytes;
    switch (record->type) {
    case JOURNAL_SESSION:
        if (!session->has_info) {
            session->has_info = journal_get_session(record, &session->info);
        }
        return 0;
    case JOURNAL_FRAMES:
        return take_frames(session, record, error);
    case JOURNAL_CLOCK:
        return take_clock(session, record, error);
    case JOURNAL_EVENT:
        return take_event(session, record, error);
    case JOURNAL_GAP:
        if (journal_get_gap(record, &bytes)) {
            stream_broken(&session->stream, GAP_HOST);
        }
        return 0;
    case JOURNAL_AWAY:
        if (journal_get_away(record, &from_ns, &to_ns)) {
            stream_broken(&session->stream, GAP_UNPLUGGED);
        }
        return 0;
    case JOURNAL_END:
        session->complete = true;
        return 0;
    case JOURNAL_SYNC:
        break;
    }
    return 0;
}

/* Passes once through the journal. Until the first session record is found
 * the rate is not known; it only matters for a gap before the first sample. */
static int pass(struct session *session, struct error *error)
{
    double rate_hz =
        session->info.rate_nominal_hz > 0 ? session->info.rate_nominal_hz : 100;
    stream_init(&session->stream, rate_hz);
    journal_rewind(&session->journal);
    for (;;) {
        struct journal_record record;
        int more = journal_next(&session->journal, &record, error);
        if (more <= 0) {
            return more;
        }
        if (session->cancelled != NULL && session->cancelled()) {
            return error_set(error, ERR_STOPPED, "stopped while '%s' was read",
                             session->journal.file.path);
        }
        if (record.after_damage) {
            stream_broken(&session->stream, GAP_HOST);
        }
        int err = take_record(session, &record, error);
        if (err < 0) {
            return err;
        }
    }
}

static int check_survey(const struct session *session, struct error *error)
{
    const char *path = session->journal.file.path;
    if (!session->has_info || !(session->info.rate_nominal_hz > 0)) {
        return error_set(error, ERR_DATA,
                         "no description of the recording can be read from "
                         "'%s', so its samples have no unit",
                         path);
    }
    if (session->stream.rows == 0) {
        return error_set(error, ERR_DATA, "'%s' holds no samples", path);
    }
    return 0;
}

/* The first probe is the nearest to the first sample. */
static double find_host_zero(const struct session *session,
                             double host_per_device)
{
    if (session->probe_count == 0) {
        return (double)session->first_ns;
    }
    const struct recording_clock *probe = &session->probes[0];
    return (double)probe->host_monotonic_ns +
           host_per_device *
               ((double)session->first_ns - (double)probe->device_ns);
}

/* What the first pass found out. */
static void conclude(struct session *session, struct session_summary *out)
{
    struct clock_fit fit;
    double host_per_device =
        clock_fit(session->probes, session->probe_count, &fit);
    double period_ns = slope_value(&session->samples);
    session->info.rate_measured_hz = period_ns > 0
                                         ? 1e9 / (period_ns * host_per_device)
                                         : session->info.rate_nominal_hz;
    session->host_zero_ns = find_host_zero(session, host_per_device);
    snprintf(session->info.state, sizeof(session->info.state), "%s",
             session->complete ? "complete" : "recovered");
    *out = (struct session_summary){
        .duration_s = (double)(session->last_ns - session->first_ns) *
                      host_per_device / 1e9,
        .rate_hz = session->info.rate_measured_hz,
        .rows = session->stream.rows,
        .lost = session->stream.lost,
        .causes = session->stream.causes,
        .clipped = session->stream.clipped,
        .events = session->events,
        .damaged_bytes = session->journal.damaged_bytes,
        .complete = session->complete,
    };
}

static int write_recording(struct session *session, const char *path,
                           struct error *error)
{
    int err = recording_create(path, &session->info, &session->writer, error);
    if (err < 0) {
        return err;
    }
    err = pass(session, error);
    if (err < 0) {
        recording_abort(session->writer);
        return err;
    }
    return recording_commit(session->writer, error);
}

int session_build(const char *journal, const char *path,
                  bool (*cancelled)(void), struct session_summary *out,
                  struct error *error)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    session->cancelled = cancelled;
    int err = journal_open(&session->journal, journal, error);
    if (err < 0) {
        goto out_free;
    }
    err = pass(session, error);
    if (err == 0) {
        err = check_survey(session, error);
    }
    if (err == 0) {
        conclude(session, out);
        err = write_recording(session, path, error);
    }
    journal_reader_close(&session->journal);
out_free:
    free(session->probes);
    free(session);
    return err;
}
