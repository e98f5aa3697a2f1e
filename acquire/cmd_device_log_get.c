/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `carpus device log get`. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/cmd_device.h"
#include "acquire/interrupt.h"
#include "acquire/log_get.h"
#include "acquire/record_text.h"
#include "acquire/terminal.h"

enum { PATH_SIZE = 4096 };

enum get_key {
    KEY_WRIST = 256,
    KEY_PLACEMENT,
    KEY_PARTICIPANT,
    KEY_LABEL,
    KEY_NOTES,
    KEY_JSON,
};

static const struct argp_option get_table[] = {
    {"output", 'o', "FILE", 0, "Recording to write (log-RECORD.h5)", 0},
    {"wrist", KEY_WRIST, "SIDE", 0, "Was worn on the left or right wrist", 0},
    {"placement", KEY_PLACEMENT, "PLACE", 0,
     "left-wrist, right-wrist, left-ankle, right-ankle, other (other)", 0},
    {"participant", KEY_PARTICIPANT, "CODE", 0,
     "Whose motion it is: a code, never a name", 0},
    {"label", KEY_LABEL, "TEXT", 0, "What was recorded", 0},
    {"notes", KEY_NOTES, "TEXT", 0, "Anything else to keep with it", 0},
    {"quiet", 'q', NULL, 0, "No status line, no summary", 0},
    {"json", KEY_JSON, NULL, 0, "Summary as JSON on standard output", 0},
    {0},
};

struct get_options {
    struct device_options device;
    char path[PATH_SIZE];
    uint32_t record;
    struct recording_info info;
    bool quiet;
    bool json;
    struct terminal terminal;
    struct error *error;
    int err; /* of the first option that was wrong */
};

static int take_number(const char *text, struct get_options *options)
{
    return command_whole("RECORD", text, 1, UINT32_MAX, &options->record,
                         options->error);
}

static int take_text(const char *option, const char *text, char *out,
                     size_t size, struct get_options *options)
{
    if (strlen(text) >= size || !record_text_is_utf8(text)) {
        return error_set(options->error, ERR_USAGE,
                         "%s: is longer than %zu bytes or not UTF-8", option,
                         size - 1);
    }
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

static int take_placement(const char *option, const char *text,
                          struct get_options *options)
{
    return placement_parse(text, &options->info.placement)
               ? 0
               : error_set(options->error, ERR_USAGE,
                           "%s: '%s' is no place; write left or right, "
                           "left-ankle, right-ankle or other",
                           option, text);
}

static int take_get_option(int key, const char *text,
                           struct get_options *options)
{
    struct recording_info *info = &options->info;
    switch (key) {
    case 'o':
        return take_text("--output", text, options->path,
                         sizeof(options->path) - 32, options);
    case KEY_WRIST:
        return take_placement("--wrist", text, options);
    case KEY_PLACEMENT:
        return take_placement("--placement", text, options);
    case KEY_PARTICIPANT:
        return take_text("--participant", text, info->participant,
                         sizeof(info->participant), options);
    case KEY_LABEL:
        return take_text("--label", text, info->label, sizeof(info->label),
                         options);
    case KEY_NOTES:
        return take_text("--notes", text, info->notes, sizeof(info->notes),
                         options);
    default: /* the argument */
        return take_number(text, options);
    }
}

static error_t parse_get(int key, char *text, struct argp_state *state)
{
    struct get_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->device;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->record != 0) {
            return ARGP_ERR_UNKNOWN;
        }
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "give the number of a record, see `carpus device "
                          "log list`");
        return 0;
    default:
        if (key != 'o' && (key < KEY_WRIST || key > KEY_NOTES)) {
            return ARGP_ERR_UNKNOWN;
        }
    }
    if (options->err == 0) {
        options->err = take_get_option(key, text, options);
    }
    return 0;
}

static void show_progress(void *ctx, uint64_t samples, uint64_t of)
{
    struct get_options *options = ctx;
    char line[80];
    snprintf(line, sizeof(line), "%" PRIu64 " of %" PRIu64 " samples (%.0f %%)",
             samples, of, of > 0 ? 100.0 * (double)samples / (double)of : 100);
    terminal_show(&options->terminal, line);
}

static int tell_got(const struct get_options *options,
                    const struct log_got *got)
{
    char line[PATH_SIZE + 256];
    if (!options->quiet) {
        record_text_summary(&got->summary, options->path, line, sizeof(line));
        fprintf(stderr, "%s\n", line);
        if (got->resumed > 0) {
            fprintf(stderr, "%" PRIu64 " samples of it had come before\n",
                    got->resumed);
        }
        if (got->cut) {
            fprintf(stderr, "The wristband's power went while it recorded: up "
                            "to some seconds at the end are missing\n");
        }
    }
    int err = options->json ? record_text_json(&got->summary, options->path,
                                               options->error)
                            : 0;
    return err < 0
               ? err
               : record_text_lost(&got->summary, options->path, options->error);
}

static int get(struct get_options *options, struct device *device)
{
    struct log_get get = {.device = device,
                          .record = options->record,
                          .path = options->path,
                          .cancelled = interrupt_once,
                          .progress = show_progress,
                          .ctx = options,
                          .info = options->info};
    struct log_got got;
    interrupt_catch();
    terminal_begin(&options->terminal, options->quiet);
    int err = log_get(&get, &got, options->error);
    terminal_end(&options->terminal);
    return err < 0 ? err : tell_got(options, &got);
}

static int run_get(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        .options = get_table,
        .parser = parse_get,
        .args_doc = "RECORD",
        .doc = "Read a record out into a file as `carpus record` writes it.\v"
               "What was broken off is fetched on by the same command: what "
               "came is in FILE.journal until then. The record stays on the "
               "wristband until it is erased.\n\n"
               "Exit status: 0 all is well; 66 there is no such record; 73 "
               "FILE exists; 81 samples are missing; 82 stopped, 84 the device "
               "went away: the same command fetches the rest.",
        .children = device_children};
    struct get_options *options = calloc(1, sizeof(*options));
    struct device *device;
    if (options == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    options->device.name = "";
    options->error = error;
    int err = command_parse(&argp, argc, argv, options, error);
    err = err < 0 ? err : options->err;
    if (err == 0 && options->path[0] == '\0') {
        snprintf(options->path, sizeof(options->path), "log-%u.h5",
                 options->record);
    }
    if (err == 0) {
        err = device_open_option(&options->device, &device, error);
    }
    if (err == 0) {
        err = get(options, device);
        device_close(device);
    }
    free(options);
    return err;
}

const struct command device_log_get_command = {
    "get", "read a record out into a recording", run_get};
