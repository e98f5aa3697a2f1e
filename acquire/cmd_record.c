/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <math.h>
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
#include "acquire/record_name.h"
#include "acquire/record_text.h"
#include "acquire/record_watch.h"
#include "acquire/recorder.h"
#include "acquire/sensor_option.h"
#include "acquire/session.h"

/* ---- options ---- */

struct options {
    struct record_name name;
    struct record_devices devices;
    struct record_device any; /* what was said before the first --device */
    const char *events;
    const char *truth;
    const char *participant;
    const char *label;
    const char *notes;
    double for_s;
    struct wire_config config;
    bool quiet;
    bool json;
    struct error *error;
    int err; /* of the first option that was wrong */
};

enum option_key {
    KEY_SIMULATE = 256,
    KEY_FOR,
    KEY_RATE,
    KEY_ACCEL,
    KEY_GYRO,
    KEY_WRIST,
    KEY_PLACEMENT,
    KEY_PARTICIPANT,
    KEY_LABEL,
    KEY_NOTES,
    KEY_EVENTS,
    KEY_TRUTH,
    KEY_JSON,
};

static const struct argp_option option_table[] = {
    {"output", 'o', "FILE", 0, "Recording to write (carpus-YYYYMMDD-HHMMSS.h5)",
     0},
    {"device", 'd', "ID", 0,
     "Serial number, usb, or virtual[:FILE] (the only one there is); may be "
     "given several times",
     0},
    {"for", KEY_FOR, "TIME", 0, "Stop after 90s, 5m, 1.5h (never)", 0},
    {"rate", KEY_RATE, "HZ", 0, "26 52 104 208 416 833 1667 (208)", 0},
    {"accel-range", KEY_ACCEL, "G", 0, "2 4 8 16 g (8)", 0},
    {"gyro-range", KEY_GYRO, "DPS", 0, "250 500 1000 2000 deg/s (2000)", 0},
    {"participant", KEY_PARTICIPANT, "CODE", 0,
     "Whose motion it is: a code, never a name", 0},
    {"label", KEY_LABEL, "TEXT", 0, "What is recorded", 0},
    {"notes", KEY_NOTES, "TEXT", 0, "Anything else to keep with it", 0},
    {"events", KEY_EVENTS, "FILE", 0,
     "CSV start_s,end_s,label: events known beforehand", 0},
    {"truth", KEY_TRUTH, "FILE", 0,
     "Write what a scripted motion really was (virtual device)", 0},
    {"quiet", 'q', NULL, 0, "No status line, no summary", 0},
    {"json", KEY_JSON, NULL, 0, "Summary as JSON on standard output", 0},
    {NULL, 0, NULL, 0, "Of the --device before it:", 1},
    {"wrist", KEY_WRIST, "SIDE", 0, "Worn on the left or right wrist", 1},
    {"placement", KEY_PLACEMENT, "PLACE", 0,
     "left-wrist, right-wrist, left-ankle, right-ankle, other (other)", 1},
    {"simulate", KEY_SIMULATE, "KEY=VALUE,...", 0,
     "Settings of a virtual device, such as seed=7,speed=max (before the first "
     "--device: of all)",
     1},
    {0},
};

static const char doc[] =
    "Record a wristband, or several at once, until Ctrl-C, q, or --for.\v"
    "Both wrists on one time line: carpus record -o s.h5 --device ID --wrist "
    "left --device ID --wrist right. One that is lost does not stop the "
    "others.\n\n"
    "While it records, a digit or a letter marks the moment as \"mark 1\", "
    "\"mark a\" and so on, space as \"mark\". What comes is first written to "
    "FILE.journal, which is on the disk within a second whatever happens; at "
    "the end the recording is made from it, verified, and the journal removed. "
    "A second Ctrl-C stops at once and leaves the journal for `carpus "
    "recover`. A wristband that is unplugged is waited for, ten minutes at "
    "most, and then goes on in the same recording.\n\n"
    "Exit status: 0 all is well; 65 no sample came; 73 FILE or its journal "
    "exists; 74 a read or write failed, or somebody moved or removed the "
    "journal: the message says where it is now; 80 stopped because the disk "
    "was nearly full; 81 samples are missing; 82 stopped at once, a journal is "
    "left; 84 the device went away. After 80, 81 and 84 the "
    "recording is there with all that came.";

static const char *sensor_option_name(int key)
{
    switch (key) {
    case KEY_RATE:
        return "--rate";
    case KEY_ACCEL:
        return "--accel-range";
    default:
        return "--gyro-range";
    }
}

/* The device that an option is about. */
static struct record_device *current(struct options *options)
{
    size_t count = options->devices.count;
    return count > 0 ? &options->devices.device[count - 1] : &options->any;
}

static int take_device(const char *name, struct options *options)
{
    struct record_devices *devices = &options->devices;
    if (devices->count == RECORDER_DEVICES_MAX) {
        return error_set(options->error, ERR_USAGE,
                         "--device: at most %d can record together",
                         RECORDER_DEVICES_MAX);
    }
    devices->device[devices->count++] = (struct record_device){.name = name};
    return 0;
}

static int choose_placement(const char *option, const char *text,
                            struct options *options)
{
    if (!placement_parse(text, &current(options)->placement)) {
        return error_set(options->error, ERR_USAGE,
                         "%s: '%s' is no place; write left or right, "
                         "left-ankle, right-ankle or other",
                         option, text);
    }
    return 0;
}

/* What came before the first --device is of the only one; of several, settings
 * of the simulation are of all, and a place is nobody's. */
static int settle_devices(struct options *options)
{
    struct record_devices *devices = &options->devices;
    const struct record_device *any = &options->any;
    if (devices->count == 0) {
        devices->device[devices->count++] = *any;
    }
    if (devices->count > 1 && any->placement != PLACEMENT_OTHER) {
        return error_set(options->error, ERR_USAGE,
                         "of several devices, write --wrist or --placement "
                         "after the --device that is worn there");
    }
    for (size_t i = 0; i < devices->count; i++) {
        struct record_device *device = &devices->device[i];
        if (device->placement == PLACEMENT_OTHER) {
            device->placement = any->placement;
        }
        if (device->simulate == NULL) {
            device->simulate = any->simulate;
        }
    }
    if (devices->count > 1 && options->truth != NULL) {
        return error_set(options->error, ERR_USAGE,
                         "--truth goes with one device only");
    }
    return record_devices_check(devices, options->error);
}

static int take_text(const char *option, const char *text, size_t size,
                     const char **out, struct options *options)
{
    *out = text;
    if (strlen(text) >= size) {
        return error_set(options->error, ERR_USAGE, "%s: longer than %zu bytes",
                         option, size - 1);
    }
    return record_text_is_utf8(text)
               ? 0
               : error_set(options->error, ERR_USAGE,
                           "%s: the text is not UTF-8", option);
}

static int take_path(const char *text, struct options *options)
{
    if (text[0] == '\0' || strlen(text) >= sizeof(options->name.path)) {
        return error_set(options->error, ERR_USAGE,
                         "--output: '%s' is no name of a file", text);
    }
    if (strcmp(text, "-") == 0) {
        return error_set(options->error, ERR_USAGE,
                         "--output: a recording cannot go to standard output; "
                         "name a file");
    }
    memcpy(options->name.path, text, strlen(text) + 1);
    return 0;
}

static int take_option(int key, char *text, struct options *options)
{
    struct recording_info *info = NULL; /* only for the sizes of its texts */
    switch (key) {
    case 'o':
        return take_path(text, options);
    case 'd':
        return take_device(text, options);
    case KEY_FOR:
        return command_duration("--for", text, &options->for_s, options->error);
    case KEY_RATE:
    case KEY_ACCEL:
    case KEY_GYRO:
        return sensor_option(sensor_option_name(key), text, &options->config,
                             options->error);
    case KEY_WRIST:
        return choose_placement("--wrist", text, options);
    case KEY_PLACEMENT:
        return choose_placement("--placement", text, options);
    case KEY_PARTICIPANT:
        return take_text("--participant", text, sizeof(info->participant),
                         &options->participant, options);
    case KEY_LABEL:
        return take_text("--label", text, sizeof(info->label), &options->label,
                         options);
    case KEY_NOTES:
        return take_text("--notes", text, sizeof(info->notes), &options->notes,
                         options);
    default:
        return 0;
    }
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case KEY_SIMULATE:
        current(options)->simulate = text;
        return 0;
    case KEY_EVENTS:
        options->events = text;
        return 0;
    case KEY_TRUTH:
        options->truth = text;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        return ARGP_ERR_UNKNOWN;
    default:
        if (key != 'o' && key != 'd' &&
            (key < KEY_SIMULATE || key > KEY_JSON)) {
            return ARGP_ERR_UNKNOWN;
        }
        if (options->err == 0) {
            options->err = take_option(key, text, options);
        }
        return 0;
    }
}

static int parse(int argc, char **argv, struct options *options)
{
    static const struct argp argp = {option_table, parse_option, NULL, doc,
                                     NULL,         NULL,         NULL};
    int err = command_parse(&argp, argc, argv, options, options->error);
    if (err == 0) {
        err = options->err;
    }
    if (err == 0) {
        err = settle_devices(options);
    }
    if (err < 0) {
        return err;
    }
    return record_name_settle(&options->name, options->error);
}

/* ---- before ---- */

/* recorder_start and session_build refuse as well; but to hear it only after
 * recording would be late. */
static int check_outputs(const struct options *options)
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
static int write_truth(const struct options *options,
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
static void describe(const struct options *options, struct recording_info *info)
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
static int journal_is_left(const struct options *options, int code,
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
static int build(const struct options *options, int recorded, uint64_t came,
                 struct session_summary *summary)
{
    struct error why = {0};
    if (interrupt_twice()) {
        return journal_is_left(options, ERR_STOPPED, "stopped at once");
    }
    int err = session_build(options->name.journal, options->name.path,
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
static void release_journal(const struct options *options,
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

static int tell(const struct options *options,
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
static int finish(const struct options *options, int recorded, uint64_t came)
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
static int start(struct options *options, const struct recorder_config *config,
                 struct recorder **out)
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

static int record_with(struct options *options,
                       const struct recorder_config *config)
{
    struct recorder *recorder;
    interrupt_catch();
    int err = start(options, config, &recorder);
    if (err < 0) {
        return err;
    }
    record_watch(recorder, &options->devices, options->quiet);
    struct recorder_stats last;
    err = recorder_finish(recorder, &last, options->error);
    uint64_t came = 0;
    for (size_t i = 0; i < last.sensor_count; i++) {
        came += last.sensors[i].samples;
    }
    return finish(options, err, came);
}

static int record_from(struct options *options,
                       const struct journal_event *events, size_t event_count)
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
    };
    int err = write_truth(options, devices->device[0].device);
    if (err < 0) {
        return err;
    }
    err = record_with(options, &config);
    if (err < 0 && options->truth != NULL &&
        !record_name_is_there(options->name.path) &&
        !record_name_is_there(options->name.journal)) {
        /* What it is the truth of has not come to be. */
        unlink(options->truth);
    }
    return err;
}

static int record(struct options *options)
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
            err = record_from(options, events, event_count);
        }
        record_devices_close(&options->devices);
    }
    free(events);
    return err;
}

static int run(int argc, char **argv, struct error *error)
{
    struct options *options = calloc(1, sizeof(*options));
    if (options == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    options->any.name = "";
    options->config = (struct wire_config){208, 8, 2000};
    options->error = error;
    int err = parse(argc, argv, options);
    if (err == 0) {
        err = record(options);
    }
    free(options);
    return err;
}

const struct command record_command = {"record",
                                       "record wristbands into a file", run};
