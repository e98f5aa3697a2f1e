/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_options.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"
#include "acquire/record_text.h"
#include "acquire/sensor_option.h"
#include "acquire/terminal_screen.h"

enum { WEEK_MAX = 9999 }; /* the guide knows how many there are */

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
    KEY_PROGRAMME,
    KEY_WEEK,
    KEY_LANGUAGE,
    KEY_JSON, /* the last */
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
    {NULL, 0, NULL, 0, "A guided session:", 1},
    {"programme", KEY_PROGRAMME, "NAME", 0,
     "Lead through this programme of exercises: one that is built in "
     "(`carpus programme list`), or a file",
     1},
    {"week", KEY_WEEK, "N", 0, "As prescribed for week N (1)", 1},
    {"lang", KEY_LANGUAGE, "CODE", 0, "Speak en or de (en)", 1},
    {NULL, 0, NULL, 0, "Of the --device before it:", 2},
    {"wrist", KEY_WRIST, "SIDE", 0, "Worn on the left or right wrist", 2},
    {"placement", KEY_PLACEMENT, "PLACE", 0,
     "left-wrist, right-wrist, left-ankle, right-ankle, other (other)", 2},
    {"simulate", KEY_SIMULATE, "KEY=VALUE,...", 0,
     "Settings of a virtual device, such as seed=7,speed=max (before the first "
     "--device: of all)",
     2},
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
    "With --programme it leads through a session on the terminal: pain and "
    "numbness before and after, each exercise for each side with countdown, "
    "count and time as they happen, what was done without the band, notes. "
    "Keys: space starts, ends an exercise and goes on; right arrow skips, left "
    "arrow repeats, up or down pauses; q ends the session, Ctrl-C too, and all "
    "that was done is kept. What the band cannot tell at its place is led "
    "through all the same, by the clock or the wearer's word. A bell rings "
    "when an exercise begins and when its dose is reached; it then goes on by "
    "itself. All of it is in the recording as events of source \"programme\"; "
    "`carpus analyse --programme` says what of it was done.\n\n"
    "Exit status: 0 all is well; 64 an option is wrong, or there is no "
    "terminal for --programme; 65 no sample came, or a mistake in the "
    "programme; 66 no such programme or file; 73 FILE or its journal "
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
static struct record_device *current(struct record_options *options)
{
    size_t count = options->devices.count;
    return count > 0 ? &options->devices.device[count - 1] : &options->any;
}

static int take_device(const char *name, struct record_options *options)
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
                            struct record_options *options)
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
static int settle_devices(struct record_options *options)
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
                     const char **out, struct record_options *options)
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

static int take_path(const char *text, struct record_options *options)
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

static int take_option(int key, char *text, struct record_options *options)
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
    case KEY_WEEK:
        return command_whole("--week", text, 1, WEEK_MAX, &options->guide.week,
                             options->error);
    default:
        return 0;
    }
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct record_options *options = state->input;
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
    case KEY_PROGRAMME:
        options->guide.programme = text;
        return 0;
    case KEY_LANGUAGE:
        options->guide.language = text;
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

static int check_guide(const struct record_options *options)
{
    const struct record_guide_request *guide = &options->guide;
    if (guide->programme == NULL &&
        (guide->week > 0 || guide->language != NULL)) {
        return error_set(options->error, ERR_USAGE,
                         "--week and --lang go with --programme only");
    }
    if (guide->programme != NULL && !terminal_screen_possible()) {
        return error_set(options->error, ERR_USAGE,
                         "--programme: a guided session needs a terminal, and "
                         "standard input or standard error is none; record "
                         "without --programme, what was done is found all the "
                         "same");
    }
    return 0;
}

int record_options_parse(int argc, char **argv, struct record_options *options)
{
    static const struct argp argp = {option_table, parse_option, NULL, doc,
                                     NULL,         NULL,         NULL};
    options->any.name = "";
    options->config = (struct wire_config){208, 8, 2000};
    int err = command_parse(&argp, argc, argv, options, options->error);
    if (err == 0) {
        err = options->err;
    }
    if (err == 0) {
        err = settle_devices(options);
    }
    if (err == 0) {
        err = check_guide(options);
    }
    if (err < 0) {
        return err;
    }
    return record_name_settle(&options->name, options->error);
}
