/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "acquire/command.h"
#include "acquire/output.h"
#include "analysis/analyse.h"
#include "analysis/report.h"
#include "analysis/report_text.h"

enum { OUT_SIZE = 4096 }; /* a path, as the system allows it */

struct arguments {
    struct analyse_options analyse;
    struct report_options report;
    const char *out;
    const char *format; /* as typed, or NULL */
    char **files;
    int count;
};

enum { OPTION_FORMAT = 256 };

static const struct argp_option options[] = {
    {"output", 'o', "OUT", 0,
     "The report (OUT.html or OUT.pdf), or a folder that gets one FILE.html "
     "each, or FILE.PLACE.SERIAL.html of several sensors; for several FILEs a "
     "folder, made if need be",
     0},
    {"format", OPTION_FORMAT, "FORMAT", 0,
     "html or pdf, where OUT does not end so (default: html)", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->analyse;
        state->child_inputs[1] = &arguments->report;
        return 0;
    case 'o':
        arguments->out = value;
        return 0;
    case OPTION_FORMAT:
        arguments->format = value;
        arguments->report.format = (enum report_format)report_choose(
            state, "--format", report_format_names, REPORT_FORMATS, value);
        return 0;
    case ARGP_KEY_ARGS:
        arguments->files = state->argv + state->next;
        arguments->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_END:
        if (arguments->count == 0 || arguments->out == NULL) {
            argp_error(state, "FILE and -o OUT are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What the report begins with, for whoever does not open it at once. */
static void print_glance(const struct summary *summary,
                         const struct voice *voice, const char *out)
{
    printf("%s:\n", out);
    for (size_t i = 0; i < TEXT_GLANCE; i++) {
        char line[VOICE_TEXT];
        text_glance[i].text(summary, voice, line);
        printf("  %s: %s.\n", voice_word(voice, text_glance[i].term), line);
    }
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The report of one of `count` sensors, in the folder that was named. */
static int name_in_folder(const struct arguments *arguments,
                          const struct summary *summary, size_t count,
                          char out[OUT_SIZE], struct error *error)
{
    const char *folder = arguments->out;
    const struct recording_info *info = &summary->info;
    const char *slash = strrchr(summary->path, '/');
    char sensor[128] = "";
    if (count > 1) {
        snprintf(sensor, sizeof(sensor), ".%s.%s",
                 placement_name(info->placement), info->serial);
    }
    int n = snprintf(out, OUT_SIZE, "%s/%s%s.%s", folder,
                     slash != NULL ? slash + 1 : summary->path, sensor,
                     report_format_names[arguments->report.format]);
    return n < OUT_SIZE ? 0
                        : error_set(error, ERR_CREATE,
                                    "the name of the report in '%s' is too "
                                    "long",
                                    folder);
}

/* Of a report that goes to a file the ending says the format. */
static int settle_format(struct arguments *arguments, struct error *error)
{
    enum report_format named;
    bool one_file = arguments->count == 1 && !is_folder(arguments->out);
    if (!one_file || !report_format_of(arguments->out, &named)) {
        return 0;
    }
    if (arguments->format != NULL && named != arguments->report.format) {
        return error_set(error, ERR_USAGE,
                         "--format %s, but '%s' ends like the other; leave one "
                         "away",
                         arguments->format, arguments->out);
    }
    arguments->report.format = named;
    return 0;
}

static int take(void *self, const struct summary *summary, size_t count,
                struct error *error)
{
    const struct arguments *arguments = self;
    char out[OUT_SIZE];
    int err = 0;
    if (is_folder(arguments->out)) {
        err = name_in_folder(arguments, summary, count, out, error);
    } else if (count > 1) {
        return error_set(error, ERR_USAGE,
                         "'%s' has several sensors; give -o a folder that is "
                         "there, or choose one with --sensor",
                         summary->path);
    } else {
        snprintf(out, sizeof(out), "%s", arguments->out);
    }
    if (err == 0) {
        err = report_write(summary, &arguments->report, out, error);
    }
    if (err >= 0) {
        print_glance(summary, &arguments->report.voice, out);
    }
    return err;
}

static int report_one(struct arguments *arguments, const char *path,
                      struct error *error)
{
    return analyse_file(path, &arguments->analyse,
                        (struct analyse_taker){take, arguments}, error);
}

static int report_many(struct arguments *arguments, const char *program,
                       struct error *error)
{
    if (mkdir(arguments->out, 0777) != 0 && errno != EEXIST) {
        return output_cannot_create(error, arguments->out, errno);
    }
    int failed = 0;
    for (int i = 0; i < arguments->count; i++) {
        if (report_one(arguments, arguments->files[i], error) < 0) {
            fprintf(stderr, "%s: %s\n", program, error->text);
            failed++;
        }
    }
    return failed == 0
               ? 0
               : error_set(error, ERR_SOME_FAILED, "%d of %d files failed",
                           failed, arguments->count);
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp_child children[] = {
        {&analyse_argp, 0, NULL, 0},
        {&report_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        options,
        parse,
        "FILE... -o OUT",
        "Analyses recordings and writes a report of each, as HTML that needs "
        "nothing else or as PDF, for the therapist or for the person who wore "
        "the band, in English or German.",
        children,
        NULL,
        NULL};
    struct arguments arguments = {0};
    int err = command_parse(&argp, argc, argv, &arguments, error);
    if (err < 0) {
        return err;
    }
    err = settle_format(&arguments, error);
    if (err < 0) {
        return err;
    }
    return arguments.count > 1
               ? report_many(&arguments, argv[0], error)
               : report_one(&arguments, arguments.files[0], error);
}

const struct command report_command = {
    "report", "write the report of a session (HTML, PDF)", run};
