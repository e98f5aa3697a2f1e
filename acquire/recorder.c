/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/recorder.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/clocks.h"
#include "acquire/record_link.h"
#include "acquire/record_reader.h"
#include "acquire/record_writer.h"

struct recorder {
    struct record_link link;
    struct journal journal;
    struct record_reader reader;
    struct record_writer writer;
    struct recorder_stats stats;
    pthread_t reader_thread;
    pthread_t writer_thread;
};

static void free_recorder(struct recorder *recorder)
{
    queue_free(recorder->link.stream);
    queue_free(recorder->link.marks);
    queue_free(recorder->link.snapshots);
    free(recorder);
}

static struct recorder *new_recorder(const struct recorder_config *config)
{
    struct recorder *recorder = calloc(1, sizeof(*recorder));
    if (recorder == NULL) {
        return NULL;
    }
    struct record_link *link = &recorder->link;
    link->stream = queue_new(config->queue_bytes > 0 ? config->queue_bytes
                                                     : QUEUE_STREAM_BYTES);
    link->marks = queue_new(QUEUE_SMALL_BYTES);
    link->snapshots = queue_new(QUEUE_SMALL_BYTES);
    if (link->stream == NULL || link->marks == NULL ||
        link->snapshots == NULL) {
        free_recorder(recorder);
        return NULL;
    }
    recorder->reader = (struct record_reader){
        .device = config->device,
        .link = link,
        .for_ns = config->for_s > 0 && config->for_s < 9e9
                      ? (int64_t)(config->for_s * 1e9)
                      : INT64_MAX,
        .rate_hz = config->info->rate_nominal_hz,
    };
    recorder->writer = (struct record_writer){
        .link = link,
        .journal = &recorder->journal,
        .info = config->info,
        .reserve_bytes = RECORDER_RESERVE,
    };
    return recorder;
}

/* Journal and recording of one sample: its bytes, a thirty-ninth of a frame's
 * header and CRC, records; and a tenth more. */
static const double BYTES_PER_SAMPLE = 2 * 15 * 1.1;

static int check_room(struct recorder *recorder,
                      const struct recorder_config *config, struct error *error)
{
    uint64_t free_bytes;
    int err = journal_file_space(&recorder->journal.file, &free_bytes, error);
    if (err < 0) {
        return err;
    }
    double needed = RECORDER_RESERVE + config->for_s *
                                           config->info->rate_nominal_hz *
                                           BYTES_PER_SAMPLE;
    if ((double)free_bytes < needed) {
        return error_set(error, ERR_FULL,
                         "cannot record to '%s': %.1f MB are needed and %.1f "
                         "MB are free; free some space or record for less long",
                         config->journal, needed / 1e6,
                         (double)free_bytes / 1e6);
    }
    return 0;
}

static int begin_journal(struct recorder *recorder,
                         const struct recorder_config *config,
                         struct error *error)
{
    int err = check_room(recorder, config, error);
    if (err == 0) {
        err = journal_append_session(&recorder->journal, config->info, error);
    }
    for (size_t i = 0; err == 0 && i < config->event_count; i++) {
        err =
            journal_append_event(&recorder->journal, &config->events[i], error);
    }
    return err;
}

/* Signals are the user's thread's business. */
static int start_threads(struct recorder *recorder, struct error *error)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&recorder->writer_thread, NULL,
                                record_writer_run, &recorder->writer);
    if (failed == 0) {
        failed = pthread_create(&recorder->reader_thread, NULL,
                                record_reader_run, &recorder->reader);
        if (failed != 0) {
            atomic_store(&recorder->link.reader_done, true);
            pthread_join(recorder->writer_thread, NULL);
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0
               ? 0
               : error_from_errno(error, failed, "cannot start a thread");
}

int recorder_start(const struct recorder_config *config, struct recorder **out,
                   struct error *error)
{
    struct recorder *recorder = new_recorder(config);
    if (recorder == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = journal_create(&recorder->journal, config->journal, error);
    if (err < 0) {
        free_recorder(recorder);
        return err;
    }
    err = begin_journal(recorder, config, error);
    if (err == 0) {
        err = device_start(config->device, error);
    }
    if (err == 0) {
        err = start_threads(recorder, error);
        if (err < 0) {
            (void)device_stop(config->device, NULL);
        }
    }
    if (err < 0) {
        /* What went wrong first is what is told. */
        (void)journal_file_close(&recorder->journal.file, NULL);
        (void)journal_file_remove(config->journal, NULL);
        free_recorder(recorder);
        return err;
    }
    *out = recorder;
    return 0;
}

bool recorder_stats(struct recorder *recorder, struct recorder_stats *out)
{
    uint32_t type;
    size_t size;
    bool any = false;
    while (queue_pop(recorder->link.snapshots, &type, &recorder->stats,
                     sizeof(recorder->stats), &size)) {
        any = true;
    }
    *out = recorder->stats;
    out->away = atomic_load(&recorder->link.away);
    return any;
}

bool recorder_mark(struct recorder *recorder, const char *label)
{
    int64_t now_ns =
        monotonic_ns() + atomic_load(&recorder->link.clock_offset_ns);
    struct journal_event event = {
        .start_ns = now_ns, .end_ns = now_ns, .source = "key"};
    snprintf(event.label, sizeof(event.label), "%s", label);
    return queue_push(recorder->link.marks, 0, &event, sizeof(event));
}

void recorder_stop(struct recorder *recorder)
{
    record_link_stop(&recorder->link, STOP_GENTLY);
}

void recorder_abort(struct recorder *recorder)
{
    record_link_stop(&recorder->link, STOP_AT_ONCE);
}

bool recorder_running(const struct recorder *recorder)
{
    return !atomic_load(&recorder->link.writer_done);
}

/* A journal that cannot be written cannot be ended either; a full disk may
 * still take a few bytes of what is set aside. */
static int end_journal(struct recorder *recorder, struct error *error)
{
    static const struct {
        int code;
        enum journal_end why;
    } ends[] = {
        {0, JOURNAL_END_ASKED},
        {ERR_DEVICE_LOST, JOURNAL_END_DEVICE},
        {ERR_FULL, JOURNAL_END_FULL},
    };
    enum journal_end why = JOURNAL_END_ERROR;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        why = ends[i].code == error->code ? ends[i].why : why;
    }
    struct error closing = {0};
    int err = 0;
    if (atomic_load(&recorder->link.stop) != STOP_AT_ONCE) {
        err = journal_append_end(&recorder->journal, why, &closing);
    }
    int closed =
        journal_file_close(&recorder->journal.file, err == 0 ? &closing : NULL);
    err = err == 0 ? closed : err;
    if (error->code == 0 && err < 0) {
        *error = closing;
    }
    return error->code;
}

int recorder_finish(struct recorder *recorder, struct recorder_stats *last,
                    struct error *error)
{
    struct error first = {0};
    pthread_join(recorder->reader_thread, NULL);
    pthread_join(recorder->writer_thread, NULL);
    if (recorder->writer.error.code != 0) {
        first = recorder->writer.error;
    } else if (recorder->reader.error.code != 0) {
        first = recorder->reader.error;
    }
    if (last != NULL) {
        *last = recorder->writer.stats;
    }
    int err = end_journal(recorder, &first);
    if (err < 0 && error != NULL) {
        *error = first;
    }
    free_recorder(recorder);
    return err;
}
