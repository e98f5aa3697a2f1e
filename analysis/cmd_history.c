/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"
#include "acquire/output.h"
#include "analysis/analyse.h"
#include "analysis/folder.h"
#include "analysis/history.h"
#include "analysis/history_json.h"
#include "analysis/history_text.h"

enum { KEY_PARTICIPANT = 0x300 };

struct arguments {
    struct analyse_options analyse;
    const char *participant;
    const char *out;
    const char *folder;
};

static const struct argp_option options[] = {
    {"output", 'o', "OUT", 0,
     "Write the history to OUT.json or OUT.csv (default: a few lines on "
     "standard output)",
     0},
    {"participant", KEY_PARTICIPANT, "CODE", 0,
     "Whose sessions, where FOLDER has those of several", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->analyse;
        return 0;
    case 'o':
        arguments->out = value;
        return 0;
    case KEY_PARTICIPANT:
        arguments->participant = value;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->folder != NULL) {
            argp_error(state, "one FOLDER, please");
        }
        arguments->folder = value;
        return 0;
    case ARGP_KEY_END:
        if (arguments->folder == NULL) {
            argp_error(state, "FOLDER is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- the formats ---- */

typedef int write_fn(const struct history *history, FILE *out,
                     struct error *error);

static const struct format {
    const char *ending;
    write_fn *write;
} formats[] = {
    {".json", history_json_write},
    {".csv", history_csv_write},
};

static const struct format *find_format(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        size_t n = strlen(formats[i].ending);
        if (length > n && strcmp(path + length - n, formats[i].ending) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

static int write_file(const struct history *history, const char *path,
                      struct error *error)
{
    struct output output;
    int err = output_open(&output, path, error);
    if (err < 0) {
        return err;
    }
    err = find_format(path)->write(history, output.file, error);
    if (err < 0) {
        output_abort(&output);
        return err;
    }
    return output_commit(&output, error);
}

/* ---- the sessions ---- */

struct reading {
    const struct arguments *arguments;
    struct history *history;
    size_t others; /* sessions of other participants, passed over */
};

static int take(void *self, const struct summary *summary, size_t count,
                struct error *error)
{
    (void)count;
    struct reading *reading = self;
    const char *wanted = reading->arguments->participant;
    if (wanted != NULL && strcmp(wanted, summary->info.participant) != 0) {
        reading->others++;
        return 0;
    }
    return history_add(reading->history, summary, error);
}

/* A file that cannot be read costs a line and the exit status, no more. */
static int read_sessions(struct reading *reading, const struct folder *folder,
                         const char *program, struct error *error)
{
    const struct arguments *arguments = reading->arguments;
    size_t failed = 0;
    for (size_t i = 0; i < folder->count; i++) {
        const struct folder_file *file = &folder->file[i];
        struct error one = {0};
        if (file->number != 0) {
            error_from_errno(&one, file->number, "cannot read '%s'",
                             file->path);
        } else {
            analyse_file(file->path, &arguments->analyse,
                         (struct analyse_taker){take, reading}, &one);
        }
        if (one.code != 0) {
            fprintf(stderr, "%s: %s; left out\n", program, one.text);
            failed++;
        }
    }
    if (reading->history->session_count == 0) {
        return arguments->participant != NULL && reading->others > 0
                   ? error_set(error, ERR_NO_INPUT,
                               "no session in '%s' is of participant '%s'",
                               arguments->folder, arguments->participant)
                   : error_set(error, ERR_DATA,
                               "no session in '%s' can be taken into a history",
                               arguments->folder);
    }
    return failed == 0 ? 0
                       : error_set(error, ERR_SOME_FAILED,
                                   "%zu of %zu files were left out", failed,
                                   folder->count);
}

static int write_history(const struct arguments *arguments,
                         struct history *history, struct error *error)
{
    int err = history_settle(history, error);
    if (err < 0) {
        return err;
    }
    history_text_write(history, stdout);
    return arguments->out != NULL ? write_file(history, arguments->out, error)
                                  : 0;
}

static int run_folder(const struct arguments *arguments, const char *program,
                      const struct folder *folder, struct error *error)
{
    struct history history;
    struct reading reading = {arguments, &history, 0};
    struct error writing = {0};
    history_init(&history);
    int err = read_sessions(&reading, folder, program, error);
    if (history.session_count > 0 &&
        write_history(arguments, &history, &writing) < 0) {
        *error = writing; /* weighs more than a file that was left out */
        err = writing.code;
    }
    history_free(&history);
    return err;
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp_child children[] = {
        {&analyse_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        options,
        parse,
        "FOLDER",
        "What the sessions of a participant in FOLDER, and all that is below, "
        "show over the weeks: exercises done against the programme, measures "
        "and how they change, pain and numbness, and what to take care of.\v"
        "Week 1 begins on the day of the first session. A change is told from "
        "scatter by the median of the slopes between all days and its 95 % "
        "interval (Theil-Sen), and means something where it is greater than a "
        "published smallest change or, where there is none, than the "
        "measure's own scatter from day to day.\n\n"
        "Exit status: 0 all is well; 65 no session can be used; 66 no "
        "recording; 73 OUT is there already; 74 it could not be written; 83 "
        "some files were left out, the history is there without them.",
        children,
        NULL,
        NULL};
    struct arguments arguments = {0};
    int err = command_parse(&argp, argc, argv, &arguments, error);
    if (err < 0) {
        return err;
    }
    if (arguments.out != NULL && find_format(arguments.out) == NULL) {
        return error_set(error, ERR_USAGE,
                         "'%s' does not end in .json or .csv, so its format is "
                         "not known",
                         arguments.out);
    }
    struct folder folder;
    err = folder_find(&folder, arguments.folder, NULL, error);
    err = err < 0 ? err : run_folder(&arguments, argv[0], &folder, error);
    folder_free(&folder);
    return err;
}

const struct command history_command = {
    "history", "follow a participant over the weeks", run};
