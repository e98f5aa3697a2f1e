/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "acquire/apart.h"
#include "acquire/command.h"
#include "acquire/import.h"

struct arguments {
    struct import_options import;
    const char *in;
    const char *out;
};

enum { KEY_COLUMNS = 0x100, KEY_UNIT, KEY_RATE, KEY_PLACEMENT };

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "The recording to write (.h5)", 0},
    {"columns", KEY_COLUMNS, "LIST", 0,
     "What the columns are, e.g. t,ax,ay,az,gx,gy,gz; - skips one (default: "
     "from the header)",
     0},
    {"unit", KEY_UNIT, "LIST", 0,
     "Units, e.g. g,dps or m/s2,rad/s,ms (default: from the header)", 0},
    {"rate", KEY_RATE, "HZ", 0,
     "Rows a second; the column of time, if any, is then not used", 0},
    {"placement", KEY_PLACEMENT, "PLACE", 0,
     "Where the sensor was: left-wrist, right-wrist, left-ankle, right-ankle",
     0},
    {0},
};

static error_t parse_import(int key, char *value, struct argp_state *state)
{
    struct import_options *import = &((struct arguments *)state->input)->import;
    struct error error = {0};
    switch (key) {
    case KEY_COLUMNS:
        import->columns = value;
        return 0;
    case KEY_UNIT:
        import->unit = value;
        return 0;
    case KEY_RATE:
        if (command_number("--rate", value, 1, 10000, &import->rate_hz,
                           &error) < 0) {
            argp_error(state, "%s", error.text);
        }
        return 0;
    case KEY_PLACEMENT:
        if (!placement_parse(value, &import->placement)) {
            argp_error(state,
                       "--placement: '%s' is not one of left-wrist, "
                       "right-wrist, left-ankle, right-ankle",
                       value);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->out = value;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->in != NULL) {
            argp_error(state, "one FILE at a time");
        }
        arguments->in = value;
        return 0;
    case ARGP_KEY_END:
        if (arguments->in == NULL || arguments->out == NULL) {
            argp_error(state, "which FILE, and -o which recording?");
        }
        return 0;
    default:
        return parse_import(key, value, state);
    }
}

static void report(const char *out, const struct import_result *result)
{
    fprintf(stderr,
            "%s: %" PRIu64 " samples at %.3f Hz, %.1f s, %zu gap%s (%" PRIu64
            " samples)\n",
            out, result->rows, result->rate_hz, result->duration_s,
            result->gaps, result->gaps == 1 ? "" : "s", result->lost_samples);
    fputs("rounded to steps of", stderr);
    if (result->accel_step_mg > 0) {
        fprintf(stderr, " %.4g mg", result->accel_step_mg);
    }
    if (result->gyro_step_mdps > 0) {
        fprintf(stderr, "%s %.4g mdeg/s",
                result->accel_step_mg > 0 ? " and" : "",
                result->gyro_step_mdps);
    }
    fputs("\n", stderr);
    if (result->notes[0] != '\0') {
        fprintf(stderr, "note: %s\n", result->notes);
    }
}

static int import_apart(const void *context, void *result, struct error *error)
{
    const struct arguments *arguments = context;
    return import_file(arguments->in, arguments->out, &arguments->import,
                       result, error);
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        options,
        parse,
        "FILE -o RECORDING",
        "Writes a CSV file of motion as a recording. Column names and units "
        "are recognised; samples are stored as 16-bit integers with the finest "
        "scale that holds the largest. A row without a value (an empty "
        "field, nan, NA) is a missing sample; a row whose time goes back, or "
        "that came twice, is left out; how many is said.",
        NULL,
        NULL,
        NULL};
    struct arguments arguments = {0};
    int err = command_parse(&argp, argc, argv, &arguments, error);
    if (err < 0) {
        return err;
    }
    struct import_result result;
    const struct apart apart = {.path = arguments.out,
                                .work = import_apart,
                                .context = &arguments,
                                .result_size = sizeof(result)};
    err = apart_run(&apart, &result, error);
    if (err == 0) {
        report(arguments.out, &result);
    }
    return err;
}

const struct command import_command = {
    "import", "turn a CSV file of motion into a recording", run};
