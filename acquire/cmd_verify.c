/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "acquire/command.h"
#include "acquire/verify.h"

static error_t parse(int key, char *value, struct argp_state *state)
{
    char **path = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (*path != NULL) {
            argp_error(state, "one RECORDING at a time");
        }
        *path = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which RECORDING?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_fault(void *self, const char *text)
{
    printf("%s: %s\n", (const char *)self, text);
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        NULL,
        parse,
        "RECORDING",
        "Reads every sample of a recording and compares it with its checksum, "
        "and the tables of blocks, gaps, clock and events with each other. "
        "Says what is wrong, one line each.",
        NULL,
        NULL,
        NULL};
    char *path = NULL;
    int err = command_parse(&argp, argc, argv, &path, error);
    if (err < 0) {
        return err;
    }
    struct verify_report report;
    struct verify_listener listener = {print_fault, path};
    err = verify_file(path, listener, &report, error);
    if (err < 0) {
        return err;
    }
    if (report.faults > 0) {
        return error_set(error, ERR_VERIFY, "'%s' has %zu fault%s", path,
                         report.faults, report.faults == 1 ? "" : "s");
    }
    printf("%s: good; %" PRIu64 " samples, %" PRIu64
           " blocks, %zu gap%s (%" PRIu64
           " samples lost), %zu clock probes, %zu events\n",
           path, report.rows, report.blocks, report.gaps,
           report.gaps == 1 ? "" : "s", report.lost_samples, report.probes,
           report.events);
    return 0;
}

const struct command verify_command = {"verify",
                                       "check that a recording is whole", run};
