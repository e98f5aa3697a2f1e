/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <stdio.h>
#include <unistd.h>

#include "acquire/command.h"
#include "acquire/interrupt.h"
#include "analysis/batch.h"

enum { KEY_TIMEOUT = 0x200, KEY_MEMORY };

static const struct argp_option options[] = {
    {"output", 'o', "OUT", 0,
     "Folder for the results: one FILE.json a recording and summary.csv, one "
     "row a recording, or one a sensor",
     0},
    {"jobs", 'j', "N", 0, "Files at a time (default: as many as processors)",
     0},
    {"again", 'a', NULL, 0, "Analyse even what is up to date", 0},
    {"timeout", KEY_TIMEOUT, "TIME", 0,
     "Give a file up after this long (default 10m)", 0},
    {"memory", KEY_MEMORY, "MB", 0, "Memory a file may take (default 1024)", 0},
    {"quiet", 'q', NULL, 0, "No progress bar", 0},
    {0},
};

static int parse_value(struct batch_options *out, int key, const char *value,
                       struct error *error)
{
    double number = 0;
    int err = 0;
    switch (key) {
    case 'j':
        err =
            command_number("--jobs", value, 1, BATCH_JOBS_MAX, &number, error);
        out->jobs = (unsigned)number;
        return err;
    case KEY_TIMEOUT:
        return command_duration("--timeout", value, &out->timeout_s, error);
    default:
        return command_number("--memory", value, 16, 1e6, &out->memory_mb,
                              error);
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct batch_options *batch = state->input;
    struct error error = {0};
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &batch->analyse;
        return 0;
    case 'o':
        batch->out = value;
        return 0;
    case 'a':
        batch->again = true;
        return 0;
    case 'q':
        batch->progress = false;
        return 0;
    case 'j':
    case KEY_TIMEOUT:
    case KEY_MEMORY:
        if (parse_value(batch, key, value, &error) < 0) {
            argp_error(state, "%s", error.text);
        }
        return 0;
    case ARGP_KEY_ARG:
        if (batch->in != NULL) {
            argp_error(state, "one FOLDER only");
        }
        batch->in = value;
        return 0;
    case ARGP_KEY_END:
        if (batch->in == NULL || batch->out == NULL) {
            argp_error(state, "FOLDER and -o OUT are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
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
        "FOLDER -o OUT",
        "Analyses every recording (.h5, .csv) in FOLDER and below, several at "
        "a time, each in a process of its own; what is up to date is skipped.",
        children,
        NULL,
        NULL};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct batch_options batch = {
        .jobs = processors < 1                ? 1
                : processors > BATCH_JOBS_MAX ? BATCH_JOBS_MAX
                                              : (unsigned)processors,
        .timeout_s = 600,
        .memory_mb = 1024,
        .progress = isatty(STDERR_FILENO),
    };
    int err = command_parse(&argp, argc, argv, &batch, error);
    if (err == 0) {
        err = analyse_check(&batch.analyse, error);
    }
    if (err < 0) {
        return err;
    }
    struct batch_result result = {0};
    interrupt_catch();
    err = batch_run(&batch, &result, error);
    if (err < 0) {
        return err;
    }
    fprintf(stderr,
            "%zu files: %zu analysed, %zu up to date, %zu failed; "
            "table in %s/summary.csv\n",
            result.files, result.analysed, result.up_to_date, result.failed,
            batch.out);
    return result.failed == 0
               ? 0
               : error_set(error, ERR_SOME_FAILED,
                           "%zu of %zu files failed; the table says why",
                           result.failed, result.files);
}

const struct command batch_command = {
    "batch", "measure a folder of recordings; writes a table", run};
