/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/cmd_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/command.h"
#include "acquire/describe.h"
#include "acquire/device.h"
#include "acquire/events.h"
#include "acquire/interrupt.h"
#include "acquire/output.h"
#include "acquire/record_devices.h"
#include "acquire/record_guided.h"
#include "acquire/record_name.h"
#include "acquire/record_options.h"
#include "acquire/record_text.h"
#include "acquire/record_watch.h"
#include "acquire/recorder.h"
#include "acquire/session_apart.h"

/* ---- before ---- */

/* recorder_start and session_build_apart refuse as well; but to hear it only
 * after recording would be late. */
static int check_outputs(const struct record_options *options)
{
    if (record_name_is_there(options->name.path)) {
        return output_cannot_create(options->error, options->name.path, EEXIST);
    }
    if (record_name_is_there(options->name.journal)) {
        return error_set(options->error, ERR_EXISTS,
                         "'%s' is of a recording that goes on or was cut off; "
                         "run `carpus recover %s` once it has ended, or choose "
                         "another name",
                         options->name.journal, options->name.journal);
    }
    if (options->truth != NULL &&
        strcmp(options->truth, options->name.path) == 0) {
        return error_set(options->error, ERR_USAGE,
                         "--truth and --output name the same file");
    }
    return 0;
}

/* Known before anything is recorded; a mistake in it must not cost the
 * recording. */
static int write_truth(const struct record_options *options,
                       const struct device *device)
{
    if (options->truth == NULL) {
        return 0;
    }
    int err = device_write_truth(device, options->truth, options->error);
    return err <= 0 ? err
                    : error_set(options->error, ERR_USAGE,
                                "--truth: the motion of this device is not "
                                "scripted");
}

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "");
}

/* What is of the whole recording. */
static void describe(const struct record_options *options,
                     struct recording_info *info)
{
    *info = (struct recording_info){0};
    describe_utc(utc_ns(), info->created_utc, sizeof(info->created_utc));
    copy_text(info->participant, sizeof(info->participant),
              options->participant);
    copy_text(info->label, sizeof(info->label), options->label);
    copy_text(info->notes, sizeof(info->notes), options->notes);
}

/* ---- after ---- */

/* The journal holds all that came: whatever went wrong, say how to get it;
 * unless somebody has taken it away. Where the name was taken meanwhile, under
 * another one. */
static int journal_is_left(const struct record_options *options, int code,
                           const char *why)
{
    char other[RECORD_NAME];
    const char *journal = options->name.journal;
    if (!record_name_is_there(journal)) {
        return error_set(options->error, code, "%s; what came is lost", why);
    }
    bool renamed = record_name_is_there(options->name.path) &&
                   record_name_other(options->name.path, other, sizeof(other));
    return error_set(options->error, code,
                     "%s; what came is kept: run `carpus recover %s%s%s%s`",
                     why, renamed ? "-o " : "", renamed ? other : "",
                     renamed ? " " : "", journal);
}

/* `came`: samples, by the recorder's account. */
static int build(const struct record_options *options, int recorded,
                 uint64_t came, struct session_summary *summary)
{
    struct error why = {0};
    if (interrupt_twice()) {
        return journal_is_left(options, ERR_STOPPED, "stopped at once");
    }
    int err = session_build_apart(options->name.journal, options->name.path,
                                  interrupt_twice, summary, &why);
    if (err == ERR_DATA && came == 0) {
        /* There is nothing to recover. */
        (void)journal_file_remove(options->name.journal, NULL);
        return recorded < 0 ? recorded
                            : error_set(options->error, ERR_DATA,
                                        "the device sent no samples; nothing "
                                        "was written");
    }
    if (err == ERR_DATA && recorded < 0) {
        return recorded; /* what ended the recording took its journal, too */
    }
    if (err < 0) {
        return journal_is_left(
            options, err, err == ERR_STOPPED ? "stopped at once" : why.text);
    }
    return 0;
}

/* What is not in the recording may still be got out of the journal. A journal
 * that cannot be removed costs nothing but its room. */
static void release_journal(const struct record_options *options,
                            const struct session_summary *summary)
{
    struct error why = {0};
    if (!session_took_all(summary)) {
        error_set(&why, ERR_DAMAGED,
                  "not all of the journal could be read, so '%s' is kept",
                  options->name.journal);
    } else {
        (void)journal_file_remove(options->name.journal, &why);
    }
    if (why.code != 0) {
        fprintf(stderr, "%s\n", why.text);
    }
}

static int tell(const struct record_options *options,
                const struct session_summary *summary)
{
    char line[RECORD_NAME + RECORD_TEXT_SUMMARY];
    record_text_summary(summary, options->name.path, line, sizeof(line));
    if (!options->quiet) {
        fprintf(stderr, "%s\n", line);
    }
    return options->json
               ? record_text_json(summary, options->name.path, options->error)
               : 0;
}

/* What ended the recording early comes first, then what is missing. Where the
 * journal is not, what ended it says what became of it. */
static int finish(const struct record_options *options, int recorded,
                  uint64_t came)
{
    struct session_summary summary = {0};
    struct error early = *options->error;
    if (recorded < 0 && !record_name_is_there(options->name.journal)) {
        return recorded;
    }
    int err = build(options, recorded, came, &summary);
    if (err < 0) {
        return err;
    }
    err = tell(options, &summary);
    release_journal(options, &summary);
    if (recorded < 0) {
        *options->error = early;
        return recorded;
    }
    return err < 0
               ? err
               : record_text_lost(&summary, options->name.path, options->error);
}

/* Somebody else may have begun within the same second. */
static int start(struct record_options *options,
                 const struct recorder_config *config, struct recorder **out)
{
    int err = recorder_start(config, out, options->error);
    while (err == ERR_EXISTS && options->name.chosen) {
        err = record_name_settle(&options->name, options->error);
        if (err == 0) {
            err = recorder_start(config, out, options->error);
        }
    }
    return err;
}

/* A guide that was opened, or none. */
struct guiding {
    const struct record_guide *guide;
    void *self; /* NULL: none */
};

static int record_with(struct record_options *options,
                       const struct recorder_config *config,
                       const struct guiding *guiding)
{
    struct recorder *recorder;
    interrupt_catch();
    int err = start(options, config, &recorder);
    if (err < 0) {
        return err;
    }
    if (guiding->self != NULL) {
        record_guided(recorder, options, guiding->guide, guiding->self);
    } else {
        record_watch(recorder, &options->devices, options->quiet);
    }
    struct recorder_stats last;
    err = recorder_finish(recorder, &last, options->error);
    uint64_t came = 0;
    for (size_t i = 0; i < last.sensor_count; i++) {
        came += last.sensors[i].samples;
    }
    return finish(options, err, came);
}

static int record_from(struct record_options *options,
                       const struct journal_event *events, size_t event_count,
                       const struct guiding *guiding)
{
    const struct record_devices *devices = &options->devices;
    struct recorder_source sources[RECORDER_DEVICES_MAX];
    for (size_t i = 0; i < devices->count; i++) {
        sources[i] = (struct recorder_source){devices->device[i].device,
                                              &devices->device[i].info};
    }
    const struct recorder_config config = {
        .sources = sources,
        .source_count = devices->count,
        .journal = options->name.journal,
        .events = events,
        .event_count = event_count,
        .for_s = options->for_s,
        .motion = guiding->self != NULL,
    };
    int err = write_truth(options, devices->device[0].device);
    if (err < 0) {
        return err;
    }
    err = record_with(options, &config, guiding);
    if (err < 0 && options->truth != NULL &&
        !record_name_is_there(options->name.path) &&
        !record_name_is_there(options->name.journal)) {
        /* What it is the truth of has not come to be. */
        unlink(options->truth);
    }
    return err;
}

/* The guide is told of the devices as they are now that they are open. */
static int open_guide(struct record_options *options, struct guiding *guiding)
{
    const struct recording_info *infos[RECORDER_DEVICES_MAX];
    if (options->guide.programme == NULL) {
        return 0;
    }
    for (size_t i = 0; i < options->devices.count; i++) {
        infos[i] = &options->devices.device[i].info;
    }
    return guiding->guide->open(&options->guide, infos, options->devices.count,
                                &guiding->self, options->error);
}

static int record_opened(struct record_options *options,
                         const struct record_guide *guide,
                         const struct journal_event *events, size_t event_count)
{
    struct guiding guiding = {guide, NULL};
    int err = open_guide(options, &guiding);
    if (err == 0) {
        err = record_from(options, events, event_count, &guiding);
    }
    if (guiding.self != NULL) {
        guide->close(guiding.self);
    }
    return err;
}

static int record(struct record_options *options,
                  const struct record_guide *guide)
{
    struct journal_event *events = NULL;
    size_t event_count = 0;
    struct recording_info common;
    int err = check_outputs(options);
    if (err == 0 && options->events != NULL) {
        err =
            events_read(options->events, &events, &event_count, options->error);
    }
    if (err == 0) {
        describe(options, &common);
        err = record_devices_open(&options->devices, &options->config, &common,
                                  options->error);
        if (err == 0) {
            err = record_opened(options, guide, events, event_count);
        }
        record_devices_close(&options->devices);
    }
    free(events);
    return err;
}

int record_run(const struct record_guide *guide, int argc, char **argv,
               struct error *error)
{
    struct record_options *options = calloc(1, sizeof(*options));
    if (options == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    options->error = error;
    int err = record_options_parse(argc, argv, options);
    if (err == 0) {
        err = record(options, guide);
    }
    free(options);
    return err;
}
