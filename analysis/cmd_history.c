/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "acquire/command.h"
#include "acquire/output.h"
#include "analysis/history_document.h"
#include "analysis/history_json.h"
#include "analysis/history_read.h"
#include "analysis/history_text.h"
#include "analysis/report_options.h"

enum { KEY_PARTICIPANT = 0x300, KEY_START };

struct arguments {
    struct history_options history;
    struct report_options report;
    const char *out;
};

static const struct argp_option options[] = {
    {"output", 'o', "OUT", 0,
     "Also write the history to OUT.html or OUT.pdf, to be read, or OUT.json "
     "or OUT.csv",
     0},
    {"participant", KEY_PARTICIPANT, "CODE", 0,
     "Whose sessions, where FOLDER has those of several", 0},
    {"start", KEY_START, "DATE", 0,
     "Day on which week 1 begins, such as 2026-11-30 (default: that of the "
     "first session)",
     0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->history.analyse;
        state->child_inputs[1] = &arguments->report;
        return 0;
    case 'o':
        arguments->out = value;
        return 0;
    case KEY_PARTICIPANT:
        arguments->history.participant = value;
        return 0;
    case KEY_START:
        arguments->history.start = value;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->history.folder != NULL) {
            argp_error(state, "one FOLDER, please");
        }
        arguments->history.folder = value;
        return 0;
    case ARGP_KEY_END:
        if (arguments->history.folder == NULL) {
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

/* Those that are data; the others are documents (report_options.h). */
static const struct {
    const char *ending;
    write_fn *write;
} data_formats[] = {
    {".json", history_json_write},
    {".csv", history_csv_write},
};

static write_fn *find_data_format(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0;
         dot != NULL && i < sizeof(data_formats) / sizeof(data_formats[0]);
         i++) {
        if (strcasecmp(dot, data_formats[i].ending) == 0) {
            return data_formats[i].write;
        }
    }
    return NULL;
}

static int check_format(const char *path, struct error *error)
{
    enum report_format format;
    return path == NULL || find_data_format(path) != NULL ||
                   report_format_of(path, &format)
               ? 0
               : error_set(error, ERR_USAGE,
                           "'%s' does not end in .html, .pdf, .json or .csv, "
                           "so its format is not known",
                           path);
}

static int write_data(const struct history *history, const char *path,
                      struct error *error)
{
    struct output output;
    int err = output_open(&output, path, error);
    if (err < 0) {
        return err;
    }
    err = find_data_format(path)(history, output.file, error);
    if (err < 0) {
        output_abort(&output);
        return err;
    }
    return output_commit(&output, error);
}

static int write_document(const struct history *history,
                          const struct arguments *arguments,
                          struct error *error)
{
    struct document document;
    struct report_options report = arguments->report;
    report_format_of(arguments->out, &report.format);
    history_document(&document, history, &report.voice);
    int err = report_put(&document, &report, arguments->out, error);
    document_free(&document);
    return err;
}

static int write_file(const struct history *history,
                      const struct arguments *arguments, struct error *error)
{
    return find_data_format(arguments->out) != NULL
               ? write_data(history, arguments->out, error)
               : write_document(history, arguments, error);
}

/* ---- all of it ---- */

static void tell_left_out(const struct error *why)
{
    fprintf(stderr, "carpus history: %s; left out\n", why->text);
}

static int run_history(const struct arguments *arguments, struct error *error)
{
    struct history history;
    history_init(&history);
    int err = history_read(&arguments->history, &history, error);
    if (err == 0 || err == ERR_SOME_FAILED) {
        struct error writing = {0};
        history_text_write(&history, stdout);
        if (arguments->out != NULL &&
            write_file(&history, arguments, &writing) < 0) {
            *error = writing; /* weighs more than a file that was left out */
            err = writing.code;
        }
    }
    history_free(&history);
    return err;
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
        "FOLDER",
        "What the sessions of a participant in FOLDER, and all that is below, "
        "show over the weeks: exercises done against the programme, measures "
        "and how they change, pain and numbness, and what to take care of.\v"
        "Week 1 begins on the day of the first session, or on --start; a "
        "session that was not guided is held against the programme's dose of "
        "its week. A change is told from scatter by the median of the slopes "
        "between all days and its 95 % interval (Theil-Sen), and means "
        "something where it is greater than a published smallest change or, "
        "where there is none, than the measure's own scatter from day to "
        "day.\n\n"
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
    err = check_format(arguments.out, error);
    if (err < 0) {
        return err;
    }
    arguments.history.left_out = tell_left_out;
    return run_history(&arguments, error);
}

const struct command history_command = {
    "history", "follow a participant over the weeks", run};
