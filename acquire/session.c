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

struct sensor {
    bool present;     /* the journal knows it */
    bool complete;    /* its stream came to its end */
    int64_t heard_ns; /* latest reading of its clock, device time */
    int64_t away_ns;  /* host's clock when it was given up or was back */
    struct recording_gap tail; /* from the last sample to the end */
    struct stream stream;
    struct recording_info info;
    bool has_info;
    int64_t first_ns; /* device time of row 0 */
    int64_t block_ns; /* and of the last block, which has so many rows */
    uint32_t block_count;
    int64_t last_ns;      /* and of its last row, by the measured rate */
    struct slope samples; /* index to device time [ns] */
    struct clock_probes probes;
    double host_start_ns; /* host's monotonic clock at row 0 */
    double host_end_ns;   /* and of the last row */
    bool written;
    size_t place; /* among the recording's sensors */
};

struct session {
    struct journal_reader journal;
    struct sensor sensors[JOURNAL_SENSORS_MAX];
    bool ended; /* JOURNAL_END is there */
    bool asked; /* and no device was lost, nor anything else */
    uint64_t events;
    double host_zero_ns; /* host's monotonic clock at session time 0 */
    struct recording_writer *writer; /* NULL while surveying */
};

static int take_clock(struct session *session, struct sensor *sensor,
                      const struct journal_record *record, struct error *error)
{
    struct recording_clock probe;
    if (!journal_get_clock(record, &probe)) {
        return 0;
    }
    if (session->writer == NULL) {
        sensor->heard_ns = probe.device_ns;
        return clock_probes_add(&sensor->probes, &probe, error);
    }
    return sensor->written
               ? recording_append_clock(session->writer, &probe, error)
               : 0;
}

static int64_t session_time(const struct session *session, int64_t host_ns)
{
    return llround(fmax((double)host_ns - session->host_zero_ns, 0));
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

static void survey_run(struct sensor *sensor, const struct stream_run *run)
{
    if (run->block.count == 0) {
        return;
    }
    if (run->block.first_sample == 0) {
        sensor->first_ns = run->block.device_ns;
    }
    sensor->block_ns = run->block.device_ns;
    sensor->block_count = run->block.count;
    if (run->gap.lost_samples > 0) {
        slope_break(&sensor->samples);
    }
    slope_add(&sensor->samples, (double)run->index,
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

static int take_frames(struct session *session, struct sensor *sensor,
                       const struct journal_record *record, struct error *error)
{
    size_t done = 0;
    while (done < record->size) {
        done += stream_push(&sensor->stream, record->payload + done,
                            record->size - done);
        struct stream_run run;
        while (stream_next(&sensor->stream, &run)) {
            int err = 0;
            if (session->writer == NULL) {
                survey_run(sensor, &run);
            } else if (sensor->written) {
                err = write_run(session, &run, error);
            }
            if (err < 0) {
                return err;
            }
        }
    }
    return 0;
}

/* The description is repeated as it is, but for the notes: those that were
 * written last are meant. */
static void take_session(struct sensor *sensor,
                         const struct journal_record *record)
{
    struct recording_info info;
    if (!journal_get_session(record, &info)) {
        return;
    }
    if (!sensor->has_info) {
        sensor->info = info;
        sensor->has_info = true;
    }
    memcpy(sensor->info.notes, info.notes, sizeof(info.notes));
}

static int take_record(struct session *session,
                       const struct journal_record *record, struct error *error)
{
    struct sensor *sensor = &session->sensors[record->sensor];
    int64_t from_ns;
    int64_t to_ns;
    uint64_t bytes;
    sensor->present = true;
    if (sensor->written) {
        recording_choose_sensor(session->writer, sensor->place);
    }
    switch (record->type) {
    case JOURNAL_SESSION:
        take_session(sensor, record);
        return 0;
    case JOURNAL_FRAMES:
        return take_frames(session, sensor, record, error);
    case JOURNAL_CLOCK:
        return take_clock(session, sensor, record, error);
    case JOURNAL_EVENT:
        return take_event(session, record, error);
    case JOURNAL_GAP:
        if (journal_get_gap(record, &bytes)) {
            stream_broken(&sensor->stream, GAP_HOST);
        }
        return 0;
    case JOURNAL_AWAY:
        if (journal_get_away(record, &from_ns, &to_ns)) {
            stream_broken(&sensor->stream, GAP_UNPLUGGED);
            sensor->away_ns = to_ns;
        }
        return 0;
    case JOURNAL_END:
        session->ended = true;
        session->asked = record->size == JOURNAL_END_SIZE &&
                         record->payload[0] == JOURNAL_END_ASKED;
        return 0;
    case JOURNAL_SYNC:
        break;
    }
    return 0;
}

static bool is_described(const struct sensor *sensor)
{
    return sensor->has_info && sensor->info.rate_nominal_hz > 0;
}

/* As its description has it, if there is one already; else a guess. */
static double nominal_hz(const struct sensor *sensor)
{
    return is_described(sensor) ? sensor->info.rate_nominal_hz : 100;
}

/* Until the first session record of a sensor is found its rate is not known; it
 * only matters for a gap before the first sample. */
static void begin_pass(struct session *session)
{
    for (size_t i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        struct sensor *sensor = &session->sensors[i];
        stream_init(&sensor->stream, nominal_hz(sensor));
    }
    journal_rewind(&session->journal);
}

/* Records are missing, and nobody knows whose. */
static void note_damage(struct session *session)
{
    for (size_t i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        stream_broken(&session->sensors[i].stream, GAP_HOST);
    }
}

/* Passes once through the journal. */
static int pass(struct session *session, struct error *error)
{
    begin_pass(session);
    for (;;) {
        struct journal_record record;
        int more = journal_next(&session->journal, &record, error);
        if (more <= 0) {
            return more;
        }
        if (record.after_damage) {
            note_damage(session);
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
    bool described = false;
    uint64_t rows = 0;
    for (size_t i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        const struct sensor *sensor = &session->sensors[i];
        described |= is_described(sensor);
        rows += is_described(sensor) ? sensor->stream.rows : 0;
    }
    if (!described) {
        return error_set(error, ERR_DATA,
                         "no description of the recording can be read from "
                         "'%s', so its samples have no unit",
                         path);
    }
    if (rows == 0) {
        return error_set(error, ERR_DATA, "'%s' holds no samples", path);
    }
    return 0;
}

/* A device whose end did not come may have gone on sampling until it was last
 * heard of, or given up: what lies between is missing. Of a recording that was
 * cut off itself nobody knows. */
static void find_tail(const struct session *session, struct sensor *sensor,
                      const struct clock_map *map, double period_ns)
{
    const struct stream *stream = &sensor->stream;
    sensor->complete = session->ended && (session->asked || stream->ended);
    sensor->tail = (struct recording_gap){0};
    if (!session->ended || sensor->complete || stream->rows == 0) {
        return;
    }
    double away_ns =
        (double)map->device_ns +
        ((double)sensor->away_ns - (double)map->host_ns) / map->rate;
    double end_ns = fmax((double)sensor->heard_ns, away_ns);
    double lost = floor((end_ns - (double)sensor->last_ns) / period_ns);
    if (lost >= 1) {
        sensor->tail = (struct recording_gap){
            .at_sample = stream->rows,
            .lost_samples = (uint64_t)lost,
            .start_ns = sensor->last_ns,
            .end_ns = llround(end_ns),
            .cause = GAP_UNPLUGGED,
        };
    }
}

/* What the first pass found out of a sensor. */
static int conclude_sensor(const struct session *session, struct sensor *sensor,
                           struct session_sensor_summary *out,
                           struct error *error)
{
    struct clock_map map;
    struct recording_info *info = &sensor->info;
    int err = clock_map_init(&map, &sensor->probes, error);
    if (err < 0) {
        return err;
    }
    double slope_ns = slope_value(&sensor->samples);
    bool measured = slope_ns > 0;
    double period_ns = measured ? slope_ns : 1e9 / nominal_hz(sensor);
    info->rate_measured_hz =
        measured ? 1e9 / (period_ns * map.rate) : info->rate_nominal_hz;
    if (sensor->block_count > 0) {
        sensor->last_ns =
            sensor->block_ns + llround((sensor->block_count - 1) * period_ns);
    }
    find_tail(session, sensor, &map, period_ns);
    snprintf(info->state, sizeof(info->state), "%s",
             sensor->complete ? "complete" : "recovered");
    sensor->host_start_ns = clock_map_time(&map, (double)sensor->first_ns);
    sensor->host_end_ns = clock_map_time(&map, (double)sensor->last_ns);
    clock_map_deinit(&map);
    *out = (struct session_sensor_summary){
        .placement = info->placement,
        .duration_s = (sensor->host_end_ns - sensor->host_start_ns) / 1e9,
        .rate_hz = info->rate_measured_hz,
        .rows = sensor->stream.rows,
        .lost = sensor->stream.lost + sensor->tail.lost_samples,
        .causes = sensor->stream.causes | sensor->tail.cause,
        .clipped = sensor->stream.clipped,
        .written = is_described(sensor) && sensor->stream.rows > 0,
    };
    memcpy(out->serial, info->serial, sizeof(out->serial));
    return 0;
}

/* Session time begins with the earliest first sample that is written. */
static void conclude_times(struct session *session, struct session_summary *out)
{
    double end_ns = -INFINITY;
    session->host_zero_ns = INFINITY;
    for (size_t i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        const struct sensor *sensor = &session->sensors[i];
        if (sensor->written) {
            session->host_zero_ns =
                fmin(session->host_zero_ns, sensor->host_start_ns);
            end_ns = fmax(end_ns, sensor->host_end_ns);
        }
    }
    out->duration_s = (end_ns - session->host_zero_ns) / 1e9;
}

static void add_up(struct session_summary *out,
                   const struct session_sensor_summary *sensor)
{
    out->rows += sensor->rows;
    out->lost += sensor->lost;
    out->causes |= sensor->causes;
    out->clipped += sensor->clipped;
}

static int conclude(struct session *session, struct session_summary *out,
                    struct error *error)
{
    size_t written = 0;
    *out = (struct session_summary){
        .events = session->events,
        .damaged_bytes = session->journal.damaged_bytes,
        .complete = session->ended,
    };
    for (size_t i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        struct sensor *sensor = &session->sensors[i];
        if (!sensor->present) {
            continue;
        }
        struct session_sensor_summary *summary =
            &out->sensors[out->sensor_count++];
        int err = conclude_sensor(session, sensor, summary, error);
        if (err < 0) {
            return err;
        }
        if (summary->written) {
            add_up(out, summary);
            out->complete &= sensor->complete;
        }
        sensor->written = summary->written;
        sensor->place = written;
        written += summary->written;
    }
    conclude_times(session, out);
    return 0;
}

/* Begins the recording with all sensors that are to be in it. */
static int create(struct session *session, const char *path,
                  struct error *error)
{
    int err = 0;
    for (size_t i = 0; err == 0 && i < JOURNAL_SENSORS_MAX; i++) {
        const struct sensor *sensor = &session->sensors[i];
        if (!sensor->written) {
            continue;
        }
        err =
            sensor->place == 0
                ? recording_create(path, &sensor->info, &session->writer, error)
                : recording_add_sensor(session->writer, &sensor->info, error);
    }
    return err;
}

static int write_tails(struct session *session, struct error *error)
{
    int err = 0;
    for (size_t i = 0; err == 0 && i < JOURNAL_SENSORS_MAX; i++) {
        const struct sensor *sensor = &session->sensors[i];
        if (sensor->written && sensor->tail.lost_samples > 0) {
            recording_choose_sensor(session->writer, sensor->place);
            err = recording_append_gap(session->writer, sensor->tail, error);
        }
    }
    return err;
}

static int write_recording(struct session *session, const char *path,
                           struct error *error)
{
    int err = create(session, path, error);
    if (err == 0) {
        err = pass(session, error);
    }
    if (err == 0) {
        err = write_tails(session, error);
    }
    if (err < 0) {
        recording_abort(session->writer);
        return err;
    }
    return recording_commit(session->writer, error);
}

bool session_took_all(const struct session_summary *summary)
{
    bool all = summary->damaged_bytes == 0;
    for (size_t i = 0; i < summary->sensor_count; i++) {
        all &= summary->sensors[i].written || summary->sensors[i].rows == 0;
    }
    return all;
}

int session_build(const char *journal, const char *path,
                  struct session_summary *out, struct error *error)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = journal_open(&session->journal, journal, error);
    if (err < 0) {
        goto out_free;
    }
    err = pass(session, error);
    if (err == 0) {
        err = check_survey(session, error);
    }
    if (err == 0) {
        err = conclude(session, out, error);
    }
    if (err == 0) {
        err = write_recording(session, path, error);
    }
    journal_reader_close(&session->journal);
out_free:
    for (size_t i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        clock_probes_deinit(&session->sensors[i].probes);
    }
    free(session);
    return err;
}
