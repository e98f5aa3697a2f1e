/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"
#include "acquire/output.h"
#include "analysis/adherence_write.h"
#include "analysis/analyse.h"
#include "analysis/summary_json.h"

struct arguments {
    struct analyse_options analyse;
    const char *events;
    const char *items;
    char **files;
    int count;
};

static const struct argp_option options[] = {
    {"events", 'e', "OUT.csv", 0,
     "Also write one row an event: steps, taps, repetitions, tremor, walks "
     "(one FILE and sensor only)",
     0},
    {"items", 'i', "OUT.csv", 0,
     "Also write one row an item of the programme: prescribed, done, how well "
     "(one FILE and sensor only)",
     0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->analyse;
        return 0;
    case 'e':
        arguments->events = value;
        return 0;
    case 'i':
        arguments->items = value;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->files = state->argv + state->next;
        arguments->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which FILE? A recording, or a CSV of motion");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

typedef int write_fn(const struct summary *summary, FILE *out,
                     struct error *error);

static int write_items(const struct summary *summary, FILE *out,
                       struct error *error)
{
    const struct adherence *adherence = &summary->adherence;
    if (adherence->programme == NULL) {
        return error_set(error, ERR_USAGE, "--items: '%s': %s", summary->path,
                         adherence->reason[0] != '\0'
                             ? adherence->reason
                             : "no programme to compare with: name one with "
                               "--programme");
    }
    return adherence_items_write(adherence, out, error);
}

/* Writes a table of the one summary there is; `path` NULL: not asked for. */
static int write_table(const struct summary *summary, const char *path,
                       write_fn *write, struct error *error)
{
    struct output output;
    int err = path != NULL ? output_open(&output, path, error) : 0;
    if (path == NULL || err < 0) {
        return err;
    }
    err = write(summary, output.file, error);
    if (err < 0) {
        output_abort(&output);
        return err;
    }
    return output_commit(&output, error);
}

static int take(void *self, const struct summary *summary, size_t count,
                struct error *error)
{
    const struct arguments *arguments = self;
    if (count > 1 && (arguments->events != NULL || arguments->items != NULL)) {
        return error_set(
            error, ERR_USAGE,
            "%s is of one sensor, and '%s' has several; choose one "
            "with --sensor",
            arguments->events != NULL ? "--events" : "--items", summary->path);
    }
    int err =
        write_table(summary, arguments->events, summary_events_write, error);
    if (err == 0) {
        err = write_table(summary, arguments->items, write_items, error);
    }
    bool compact = arguments->count > 1 || count > 1;
    return err < 0 ? err : summary_json_write(summary, compact, stdout, error);
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
        "FILE...",
        "Analyses recordings and writes what was measured as JSON to standard "
        "output: one object, or one a line if there are several files or "
        "sensors.",
        children,
        NULL,
        NULL};
    struct arguments arguments = {0};
    int err = command_parse(&argp, argc, argv, &arguments, error);
    if (err < 0) {
        return err;
    }
    if ((arguments.events != NULL || arguments.items != NULL) &&
        arguments.count > 1) {
        return error_set(error, ERR_USAGE, "%s goes with one FILE only",
                         arguments.events != NULL ? "--events" : "--items");
    }
    err = analyse_check(&arguments.analyse, error);
    if (err < 0) {
        return err;
    }
    const struct analyse_taker taker = {take, &arguments};
    int failed = 0;
    for (int i = 0; i < arguments.count; i++) {
        err =
            analyse_file(arguments.files[i], &arguments.analyse, taker, error);
        if (err < 0 && arguments.count > 1) {
            fprintf(stderr, "%s: %s\n", argv[0], error->text);
            failed++;
        }
    }
    if (failed > 0) {
        return error_set(error, ERR_SOME_FAILED, "%d of %d files failed",
                         failed, arguments.count);
    }
    return err;
}

const struct command analyse_command = {"analyse",
                                        "measure recordings; writes JSON", run};
