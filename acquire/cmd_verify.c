/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "acquire/command.h"
#include "acquire/recording.h"
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

struct listener {
    const char *path;
    const char *sensor; /* "" for the only one */
};

static void print_fault(void *self, const char *text)
{
    const struct listener *listener = self;
    printf("%s: %s%s\n", listener->path, listener->sensor, text);
}

/* A file may be as it was written and lack samples all the same. */
static void tell(const struct listener *listener,
                 const struct verify_report *report)
{
    char end[64] = "";
    if (report->lost_at_end > 0) {
        snprintf(end, sizeof(end), ", %" PRIu64 " of them at its end",
                 report->lost_at_end);
    }
    printf("%s: %s%s; %" PRIu64 " samples, %" PRIu64
           " blocks, %zu gap%s (%" PRIu64 " sample%s lost%s), %" PRIu64
           " clock probes, %zu event%s\n",
           listener->path, listener->sensor,
           report->lost_samples == 0
               ? "good"
               : "as it was written, but samples are missing",
           report->rows, report->blocks, report->gaps,
           report->gaps == 1 ? "" : "s", report->lost_samples,
           report->lost_samples == 1 ? "" : "s", end, report->probes,
           report->events, report->events == 1 ? "" : "s");
}

static int verify_sensor(const char *path, size_t i, const char *sensor,
                         size_t *faults, struct error *error)
{
    struct verify_report report;
    struct listener self = {path, sensor};
    int err = verify_file(path, i, (struct verify_listener){print_fault, &self},
                          &report, error);
    *faults += report.faults;
    if (err == ERR_DAMAGED) {
        print_fault(&self, error->text); /* and the next sensor is looked at */
        ++*faults;
        return 0;
    }
    if (err < 0) {
        return err;
    }
    if (report.faults == 0) {
        tell(&self, &report);
    }
    return 0;
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        NULL,
        parse,
        "RECORDING",
        "Reads every sample of a recording and compares it with its checksum, "
        "and the tables of blocks, gaps, clock and events with each other. "
        "Says what is wrong, one line each: in which dataset and row, and the "
        "value that it has.\v"
        "Exit status: 0 it is as it was written, with the samples that it says "
        "are "
        "missing; 85 it is not; 65 it is no "
        "recording; 76 it is of a version not known here.",
        NULL,
        NULL,
        NULL};
    char *path = NULL;
    int err = command_parse(&argp, argc, argv, &path, error);
    if (err < 0) {
        return err;
    }
    struct recording_sensors list;
    size_t faults = 0;
    err = recording_list(path, NULL, &list, error);
    for (size_t i = 0; err == 0 && i < list.count; i++) {
        char name[SENSOR_NAME + 2] = "";
        if (list.count > 1) {
            char sensor[SENSOR_NAME];
            sensor_name(list.sensor[i].serial, list.sensor[i].placement,
                        sensor);
            snprintf(name, sizeof(name), "%s: ", sensor);
        }
        err = verify_sensor(path, i, name, &faults, error);
    }
    if (err == ERR_DAMAGED) {
        printf("%s\n", error->text);
        return error_set(error, ERR_VERIFY,
                         "'%s' is damaged so that no more can be checked",
                         path);
    }
    if (err < 0) {
        return err;
    }
    return faults == 0 ? 0
                       : error_set(error, ERR_VERIFY, "'%s' has %zu fault%s",
                                   path, faults, faults == 1 ? "" : "s");
}

const struct command verify_command = {"verify",
                                       "check that a recording is whole", run};
