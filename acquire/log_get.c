/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/log_get.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "acquire/clocks.h"
#include "acquire/describe.h"
#include "acquire/journal.h"
#include "acquire/output.h"
#include "acquire/requests.h"
#include "acquire/session_apart.h"
#include "acquire/stream.h"

enum {
    TIMEOUT_MS = 1000,
    SILENT_READS = 5, /* time-outs in a row, then it is gone */
    SYNC_READS = 64,  /* 1 MiB */
    PATH_SIZE = 4096,
    ROUND_TRIP_NS = 1000000, /* of WIRE_REQUEST_SET_UTC: a full-speed frame */
};

struct fetch {
    const struct log_get *get;
    struct wire_record record;
    struct wire_calibration calibration;
    char path[PATH_SIZE]; /* of the journal */
    struct journal journal;
    struct stream stream; /* what is in the journal */
    bool cut;             /* as the wristband says at the end */
};

/* ---- the journal ---- */

/* By this a journal is known to be of this record: it stands in the notes. */
static void name_record(const struct wire_record *record, char *out,
                        size_t size)
{
    snprintf(out, size, "record %u of the log, begun at %.3f s of its clock",
             record->number, (double)record->begin_ns * 1e-9);
}

static int describe(struct fetch *fetch, struct recording_info *info,
                    struct error *error)
{
    const struct recording_info *given = &fetch->get->info;
    const struct wire_record *record = &fetch->record;
    int err = describe_device(fetch->get->device, &record->config,
                              &fetch->calibration, info, error);
    if (err < 0) {
        return err;
    }
    char name[128];
    name_record(record, name, sizeof(name));
    info->placement = given->placement;
    memcpy(info->participant, given->participant, sizeof(info->participant));
    memcpy(info->label, given->label, sizeof(info->label));
    snprintf(info->notes, sizeof(info->notes), "%s%s%.3000s", name,
             given->notes[0] != '\0' ? "; " : "", given->notes);
    snprintf(info->firmware, sizeof(info->firmware), "%u.%u.%u",
             record->firmware[0], record->firmware[1], record->firmware[2]);
    return 0;
}

/* A pair of clocks that the host told before the record began. */
static struct recording_clock told_clock(const struct wire_record *record)
{
    return (struct recording_clock){
        .device_ns = (int64_t)record->clock_ns,
        .host_monotonic_ns = (int64_t)record->utc_ns,
        .host_utc_ns = (int64_t)record->utc_ns,
        .round_trip_ns = ROUND_TRIP_NS,
    };
}

/* Finds the probes, none to two. */
static int find_clocks(const struct fetch *fetch,
                       struct recording_clock clocks[2], struct error *error)
{
    int count = 0;
    if (fetch->record.utc_ns != 0) {
        clocks[count++] = told_clock(&fetch->record);
    }
    if (fetch->record.same_clock) {
        struct recording_clock now;
        int err = device_probe(fetch->get->device, &now, error);
        if (err < 0) {
            return err;
        }
        now.host_monotonic_ns = now.host_utc_ns;
        clocks[count++] = now;
    }
    return count;
}

static int create_journal(struct fetch *fetch, struct error *error)
{
    struct recording_info info;
    struct recording_clock clocks[2];
    int count = find_clocks(fetch, clocks, error);
    int err = count < 0 ? count : describe(fetch, &info, error);
    if (err < 0) {
        return err;
    }
    if (count > 0) {
        describe_utc(clocks[0].host_utc_ns + (int64_t)fetch->record.begin_ns -
                         clocks[0].device_ns,
                     info.created_utc, sizeof(info.created_utc));
    }
    err = journal_create(&fetch->journal, fetch->path, error);
    if (err < 0) {
        return err;
    }
    err = journal_append_session(&fetch->journal, &info, error);
    for (int i = 0; err == 0 && i < count; i++) {
        err = journal_append_clock(&fetch->journal, &clocks[i], error);
    }
    if (err < 0) {
        (void)journal_file_close(&fetch->journal.file, NULL);
    }
    return err;
}

static void push(struct fetch *fetch, const uint8_t *data, size_t size)
{
    struct stream_run run;
    for (size_t done = 0; done < size;) {
        done += stream_push(&fetch->stream, data + done, size - done);
        while (stream_next(&fetch->stream, &run)) {
            /* Only counted. */
        }
    }
}

/* Reads what is in the journal already; *ours: it is of this record. */
static int survey(struct fetch *fetch, struct journal_reader *reader,
                  bool *ours, struct error *error)
{
    struct wire_info band;
    struct journal_record record;
    char name[128];
    int more;
    device_info(fetch->get->device, &band);
    name_record(&fetch->record, name, sizeof(name));
    while ((more = journal_next(reader, &record, error)) == 1) {
        struct recording_info info;
        if (record.type == JOURNAL_FRAMES) {
            push(fetch, record.payload, record.size);
        } else if (record.type == JOURNAL_SESSION &&
                   journal_get_session(&record, &info)) {
            *ours = strcmp(info.serial, band.serial) == 0 &&
                    strncmp(info.notes, name, strlen(name)) == 0;
        }
    }
    return more;
}

static int continue_journal(struct fetch *fetch, struct error *error)
{
    struct journal_reader *reader = malloc(sizeof(*reader));
    bool ours = false;
    if (reader == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = journal_open(reader, fetch->path, error);
    if (err == 0) {
        err = survey(fetch, reader, &ours, error);
        if (err == 0 && !ours) {
            err = error_set(error, ERR_EXISTS,
                            "'%s' is of another recording; run `carpus recover "
                            "%s`, or choose another name",
                            fetch->path, fetch->path);
        }
        if (err < 0) {
            journal_reader_close(reader);
        } else {
            err = journal_continue(&fetch->journal, reader, error);
        }
    }
    free(reader);
    return err;
}

/* ---- fetching ---- */

static int ask(const struct fetch *fetch, struct error *error)
{
    const struct wire_log_read read = {
        .number = fetch->record.number,
        .index = (uint32_t)fetch->stream.expected,
    };
    uint8_t data[WIRE_LOG_READ_SIZE];
    wire_put_log_read(data, &read);
    return request_put(fetch->get->device, WIRE_REQUEST_LOG_READ, 0, data,
                       sizeof(data), error);
}

static int broken_off(const struct fetch *fetch, int code, const char *why,
                      struct error *error)
{
    return error_set(error, code,
                     "%s; what came is in '%s', and the same command fetches "
                     "the rest",
                     why, fetch->path);
}

/* Reads once; returns bytes or an error. */
static int read_some(struct fetch *fetch, uint8_t *buffer, int *silent,
                     struct error *error)
{
    struct error why;
    if (fetch->get->cancelled != NULL && fetch->get->cancelled()) {
        (void)device_stop(fetch->get->device, NULL);
        return broken_off(fetch, ERR_STOPPED, "stopped", error);
    }
    int n = device_read(fetch->get->device, buffer, JOURNAL_PAYLOAD_MAX,
                        TIMEOUT_MS, &why);
    if (n < 0) {
        return broken_off(fetch, n, why.text, error);
    }
    *silent = n == 0 ? *silent + 1 : 0;
    return *silent < SILENT_READS
               ? n
               : broken_off(fetch, ERR_DEVICE_LOST,
                            "the wristband sends nothing any more", error);
}

static int fetch_all(struct fetch *fetch, struct error *error)
{
    uint8_t buffer[JOURNAL_PAYLOAD_MAX];
    int silent = 0;
    for (int reads = 1; !fetch->stream.ended; reads++) {
        int n = read_some(fetch, buffer, &silent, error);
        if (n <= 0) {
            if (n < 0) {
                return n;
            }
            continue;
        }
        int err = journal_append(&fetch->journal, JOURNAL_FRAMES, buffer,
                                 (size_t)n, error);
        if (err == 0 && reads % SYNC_READS == 0) {
            err = journal_file_sync(&fetch->journal.file, error);
        }
        if (err < 0) {
            return err;
        }
        push(fetch, buffer, (size_t)n);
        if (fetch->get->progress != NULL) {
            fetch->get->progress(fetch->get->ctx, fetch->stream.expected,
                                 fetch->record.samples);
        }
    }
    fetch->cut = (fetch->stream.frame.flags & WIRE_CUT) != 0;
    return 0;
}

/* All that the wristband said it had has come, lost samples counted. */
static int check_all(const struct fetch *fetch, struct error *error)
{
    if (fetch->stream.expected == fetch->record.samples) {
        return 0;
    }
    return error_set(error, ERR_VERIFY,
                     "record %u has %u samples and ends after %llu; '%s' has "
                     "what came",
                     fetch->record.number, fetch->record.samples,
                     (unsigned long long)fetch->stream.expected, fetch->path);
}

static int fetch_into_journal(struct fetch *fetch, struct error *error)
{
    int err = 0;
    if (!fetch->stream.ended) {
        err = ask(fetch, error);
    }
    if (err == 0) {
        err = fetch_all(fetch, error);
    }
    if (err == 0) {
        err = check_all(fetch, error);
    }
    if (err == 0 && !fetch->cut) {
        err = journal_append_end(&fetch->journal, JOURNAL_END_ASKED, error);
    }
    /* What went wrong first is what is told. */
    int closed =
        journal_file_close(&fetch->journal.file, err < 0 ? NULL : error);
    return err < 0 ? err : closed;
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static int prepare(struct fetch *fetch, struct error *error)
{
    const struct log_get *get = fetch->get;
    if (!journal_name(get->path, fetch->path, sizeof(fetch->path))) {
        return error_set(error, ERR_USAGE,
                         "the name of the recording is too long");
    }
    if (is_there(get->path)) {
        return output_cannot_create(error, get->path, EEXIST);
    }
    int err = request_record(get->device, get->record, &fetch->record,
                             &fetch->calibration, error);
    if (err < 0) {
        return err;
    }
    if (fetch->record.ended == 0) {
        return error_set(error, ERR_BUSY,
                         "record %u goes on; end it by `carpus device log "
                         "stop` or its button",
                         get->record);
    }
    stream_init(&fetch->stream, fetch->record.config.rate_hz);
    return is_there(fetch->path) ? continue_journal(fetch, error)
                                 : create_journal(fetch, error);
}

int log_get(struct log_get *get, struct log_got *got, struct error *error)
{
    struct fetch *fetch = calloc(1, sizeof(*fetch));
    if (fetch == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    fetch->get = get;
    *got = (struct log_got){0};
    int err = prepare(fetch, error);
    if (err == 0) {
        got->resumed = fetch->stream.expected;
        err = fetch_into_journal(fetch, error);
    }
    if (err == 0) {
        got->cut = fetch->cut;
        err = session_build_apart(fetch->path, get->path, get->cancelled,
                                  &got->summary, error);
    }
    /* A record without a sample makes no recording, nor a journal. */
    if (err == 0 || (err == ERR_DATA && fetch->stream.rows == 0)) {
        int removed = journal_file_remove(fetch->path, NULL);
        err = err < 0 ? err : removed;
    }
    free(fetch);
    return err;
}
