/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/recorder.h"

#include <math.h>
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
    struct record_control control;
    struct record_link links[RECORDER_DEVICES_MAX];
    size_t device_count;
    struct journal journal;
    struct record_reader readers[RECORDER_DEVICES_MAX];
    struct record_writer writer;
    struct recorder_stats stats;
    pthread_t reader_threads[RECORDER_DEVICES_MAX];
    size_t reader_count; /* threads that were started */
    pthread_t writer_thread;
    struct record_motion_clock clocks[RECORDER_DEVICES_MAX];
    char notes[sizeof(((struct recording_info *)NULL)->notes)]; /* "": as they
                                                                 * were */
};

static void free_recorder(struct recorder *recorder)
{
    for (size_t i = 0; i < recorder->device_count; i++) {
        queue_free(recorder->links[i].stream);
        queue_free(recorder->links[i].motion);
    }
    queue_free(recorder->control.marks);
    queue_free(recorder->control.snapshots);
    free(recorder);
}

static bool new_queues(struct recorder *recorder,
                       const struct recorder_config *config)
{
    size_t stream_bytes =
        config->queue_bytes > 0 ? config->queue_bytes : QUEUE_STREAM_BYTES;
    struct record_control *control = &recorder->control;
    control->marks = queue_new(QUEUE_SMALL_BYTES);
    control->snapshots = queue_new(QUEUE_SMALL_BYTES);
    bool good = control->marks != NULL && control->snapshots != NULL;
    for (size_t i = 0; i < recorder->device_count; i++) {
        struct record_link *link = &recorder->links[i];
        link->control = control;
        link->stream = queue_new(stream_bytes);
        link->motion = config->motion ? queue_new(QUEUE_MOTION_BYTES) : NULL;
        good &= link->stream != NULL;
        good &= link->motion != NULL || !config->motion;
    }
    return good;
}

static void set_up(struct recorder *recorder,
                   const struct recorder_config *config)
{
    recorder->writer.control = &recorder->control;
    recorder->writer.journal = &recorder->journal;
    recorder->writer.reserve_bytes = RECORDER_RESERVE;
    recorder->writer.sensor_count = config->source_count;
    for (size_t i = 0; i < config->source_count; i++) {
        const struct recorder_source *source = &config->sources[i];
        recorder->readers[i] = (struct record_reader){
            .device = source->device,
            .link = &recorder->links[i],
            .for_ns = config->for_s > 0 && config->for_s < 9e9
                          ? (int64_t)(config->for_s * 1e9)
                          : INT64_MAX,
            .rate_hz = source->info->rate_nominal_hz,
        };
        recorder->writer.sensors[i].link = &recorder->links[i];
        recorder->writer.sensors[i].info = source->info;
    }
}

static struct recorder *new_recorder(const struct recorder_config *config)
{
    struct recorder *recorder = calloc(1, sizeof(*recorder));
    if (recorder == NULL) {
        return NULL;
    }
    recorder->device_count = config->source_count;
    if (!new_queues(recorder, config)) {
        free_recorder(recorder);
        return NULL;
    }
    set_up(recorder, config);
    return recorder;
}

/* Journal and recording of one sample: its bytes, a thirty-ninth of a frame's
 * header and CRC, records; and a tenth more. */
static const double BYTES_PER_SAMPLE = 2 * 15 * 1.1;

/* And of a second's clock probes: four, of 52 and 32 bytes. */
static const double CLOCK_BYTES_PER_S = 4 * (52 + 32);

double recorder_bytes_per_s(double rate_hz)
{
    return rate_hz * BYTES_PER_SAMPLE + CLOCK_BYTES_PER_S;
}

/* What to do is computed, too: on a disk that is too small for any recording
 * a shorter one is no help. */
static int refuse_room(const struct recorder_config *config, double bytes_per_s,
                       double free_bytes, struct error *error)
{
    enum { LEAST_S = 10 };
    char shorter[64] = "";
    double needed = RECORDER_RESERVE + config->for_s * bytes_per_s;
    double most_s = (free_bytes - RECORDER_RESERVE) / bytes_per_s;
    if (most_s >= LEAST_S) {
        snprintf(shorter, sizeof(shorter), ", or record for at most %.0fs",
                 floor(most_s));
    }
    return error_set(error, ERR_FULL,
                     "cannot record to '%s': %.1f MB are needed and %.1f MB "
                     "are free; free some space, record to another disk with "
                     "-o%s",
                     config->journal, needed / 1e6, free_bytes / 1e6, shorter);
}

/* What journal and recording will take is set aside before the first sample:
 * the journal gives back what it did not need when it is closed. */
static int find_room(struct recorder *recorder,
                     const struct recorder_config *config, struct error *error)
{
    uint64_t free_bytes;
    struct journal_file *file = &recorder->journal.file;
    int err = journal_file_space(file, &free_bytes, error);
    if (err < 0) {
        return err;
    }
    double bytes_per_s = 0;
    for (size_t i = 0; i < config->source_count; i++) {
        bytes_per_s +=
            recorder_bytes_per_s(config->sources[i].info->rate_nominal_hz);
    }
    double planned = config->for_s * bytes_per_s;
    if ((double)free_bytes < RECORDER_RESERVE + planned) {
        return refuse_room(config, bytes_per_s, (double)free_bytes, error);
    }
    return planned > 0 ? journal_file_reserve(file, (uint64_t)planned, error)
                       : 0;
}

static int begin_journal(struct recorder *recorder,
                         const struct recorder_config *config,
                         struct error *error)
{
    struct journal *journal = &recorder->journal;
    int err = find_room(recorder, config, error);
    for (size_t i = 0; err == 0 && i < config->source_count; i++) {
        journal->sensor = (uint16_t)i;
        err = journal_append_session(journal, config->sources[i].info, error);
    }
    journal->sensor = 0;
    for (size_t i = 0; err == 0 && i < config->event_count; i++) {
        err = journal_append_event(journal, &config->events[i], error);
    }
    return err;
}

static void join_threads(struct recorder *recorder)
{
    for (size_t i = 0; i < recorder->reader_count; i++) {
        pthread_join(recorder->reader_threads[i], NULL);
    }
    pthread_join(recorder->writer_thread, NULL);
}

/* Readers that run already are ended again, with their devices. */
static int start_readers(struct recorder *recorder)
{
    int failed = 0;
    while (failed == 0 && recorder->reader_count < recorder->device_count) {
        size_t i = recorder->reader_count;
        failed = pthread_create(&recorder->reader_threads[i], NULL,
                                record_reader_run, &recorder->readers[i]);
        recorder->reader_count += failed == 0;
    }
    if (failed != 0) {
        record_stop(&recorder->control, STOP_AT_ONCE);
        for (size_t i = recorder->reader_count; i < recorder->device_count;
             i++) {
            atomic_store(&recorder->links[i].reader_done, true);
        }
        join_threads(recorder);
    }
    return failed;
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
        failed = start_readers(recorder);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    /* EAGAIN: there is no memory for it, or there are too many. */
    return failed == 0
               ? 0
               : error_set(error, ERR_NO_MEMORY,
                           "cannot start a thread: %s; end other programs or "
                           "raise the limits (ulimit -v, ulimit -u)",
                           strerror(failed));
}

/* Of several devices a sentence says which one it is about. */
static void name_device(const struct recorder *recorder, size_t i,
                        struct error *error)
{
    const struct recording_info *info = recorder->writer.sensors[i].info;
    char why[sizeof(error->text)];
    char name[SENSOR_NAME];
    if (recorder->device_count > 1) {
        memcpy(why, error->text, sizeof(why));
        sensor_name(info->serial, info->placement, name);
        error_set(error, error->code, "%s: %s", name, why);
    }
}

/* Starts all devices and the threads, or none. */
static int start(struct recorder *recorder, struct error *error)
{
    size_t started = 0;
    int err = 0;
    while (err == 0 && started < recorder->device_count) {
        err = device_start(recorder->readers[started].device, error);
        if (err == 0) {
            started++;
        } else if (error != NULL) {
            name_device(recorder, started, error);
        }
    }
    if (err == 0) {
        err = start_threads(recorder, error);
    }
    while (err < 0 && started > 0) {
        (void)device_stop(recorder->readers[--started].device, NULL);
    }
    return err;
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
        err = start(recorder, error);
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
    while (queue_pop(recorder->control.snapshots, &type, &recorder->stats,
                     sizeof(recorder->stats), &size)) {
        any = true;
    }
    *out = recorder->stats;
    for (size_t i = 0; i < recorder->device_count; i++) {
        out->sensors[i].away = atomic_load(&recorder->links[i].away);
        out->sensors[i].ended = atomic_load(&recorder->links[i].reader_done);
    }
    return any;
}

int64_t recorder_now_ns(const struct recorder *recorder)
{
    return monotonic_ns() + atomic_load(&recorder->links[0].clock_offset_ns);
}

bool recorder_event(struct recorder *recorder,
                    const struct journal_event *event)
{
    return queue_push(recorder->control.marks, 0, event, sizeof(*event));
}

bool recorder_mark(struct recorder *recorder, const char *label)
{
    int64_t now_ns = recorder_now_ns(recorder);
    struct journal_event event = {
        .start_ns = now_ns, .end_ns = now_ns, .source = "key"};
    snprintf(event.label, sizeof(event.label), "%s", label);
    return recorder_event(recorder, &event);
}

void recorder_notes(struct recorder *recorder, const char *notes)
{
    snprintf(recorder->notes, sizeof(recorder->notes), "%s", notes);
}

bool recorder_motion(struct recorder *recorder, struct record_motion *out)
{
    for (size_t i = 0; i < recorder->device_count; i++) {
        struct queue *motion = recorder->links[i].motion;
        if (motion != NULL &&
            record_motion_take(motion, &recorder->clocks[i], out)) {
            out->sensor = i;
            return true;
        }
    }
    return false;
}

void recorder_stop(struct recorder *recorder)
{
    record_stop(&recorder->control, STOP_GENTLY);
}

void recorder_abort(struct recorder *recorder)
{
    record_stop(&recorder->control, STOP_AT_ONCE);
}

bool recorder_running(const struct recorder *recorder)
{
    return !atomic_load(&recorder->control.writer_done);
}

/* What came too late for the writer: events, and notes, which are the
 * description's. A journal that failed takes no more. */
static int end_events(struct recorder *recorder, struct error *error)
{
    struct journal *journal = &recorder->journal;
    struct journal_event event;
    uint32_t type;
    size_t size;
    int err = 0;
    journal->sensor = 0;
    while (err == 0 && queue_pop(recorder->control.marks, &type, &event,
                                 sizeof(event), &size)) {
        err = journal_append_event(journal, &event, error);
    }
    for (size_t i = 0;
         err == 0 && recorder->notes[0] != '\0' && i < recorder->device_count;
         i++) {
        struct recording_info info = *recorder->writer.sensors[i].info;
        memcpy(info.notes, recorder->notes, sizeof(info.notes));
        journal->sensor = (uint16_t)i;
        err = journal_append_session(journal, &info, error);
    }
    return err;
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
    if (recorder->writer.error.code == 0 || why == JOURNAL_END_FULL) {
        err = end_events(recorder, &closing);
    }
    recorder->journal.sensor = 0;
    if (atomic_load(&recorder->control.stop) != STOP_AT_ONCE) {
        int ended = journal_append_end(&recorder->journal, why,
                                       err == 0 ? &closing : NULL);
        err = err == 0 ? ended : err;
    }
    int closed =
        journal_file_close(&recorder->journal.file, err == 0 ? &closing : NULL);
    err = err == 0 ? closed : err;
    if (error->code == 0 && err < 0) {
        *error = closing;
    }
    return error->code;
}

/* What went wrong first: with the journal, or else with each device. */
static struct error find_error(struct recorder *recorder)
{
    struct error first = recorder->writer.error;
    for (size_t i = 0; first.code == 0 && i < recorder->device_count; i++) {
        if (recorder->readers[i].error.code != 0) {
            first = recorder->readers[i].error;
            name_device(recorder, i, &first);
        }
    }
    return first;
}

int recorder_finish(struct recorder *recorder, struct recorder_stats *last,
                    struct error *error)
{
    join_threads(recorder);
    struct error first = find_error(recorder);
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
