/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/analyse.h"

#include <stdio.h>
#include <string.h>

#include "acquire/command.h"

enum { KEY_PLACEMENT = 0x100, KEY_LEVER, KEY_COLUMNS, KEY_UNIT, KEY_RATE };

static const struct argp_option option_table[] = {
    {"placement", KEY_PLACEMENT, "PLACE", 0,
     "Where the sensor was: left-wrist, right-wrist, left-ankle, right-ankle "
     "(default: as the recording says)",
     0},
    {"lever", KEY_LEVER, "MM", 0,
     "Distance from the elbow to the point whose tremor is given in "
     "millimetres (default 350)",
     0},
    {NULL, 0, NULL, 0, "For CSV files:", 1},
    {"columns", KEY_COLUMNS, "LIST", 0,
     "What the columns are, e.g. t,ax,ay,az,gx,gy,gz; - skips one (default: "
     "from the header)",
     1},
    {"unit", KEY_UNIT, "LIST", 0,
     "Units, e.g. g,dps or m/s2,rad/s (default: from the header)", 1},
    {"rate", KEY_RATE, "HZ", 0,
     "Output data rate where there is no time column", 1},
    {0},
};

static int parse_placement(const char *text, enum placement *out,
                           struct error *error)
{
    return placement_parse(text, out)
               ? 0
               : error_set(error, ERR_USAGE,
                           "--placement: '%s' is not one of left-wrist, "
                           "right-wrist, left-ankle, right-ankle",
                           text);
}

static int parse_value(struct analyse_options *out, int key, const char *value,
                       struct error *error)
{
    switch (key) {
    case KEY_PLACEMENT:
        return parse_placement(value, &out->pipeline.placement, error);
    case KEY_LEVER: {
        double millimetres;
        int err =
            command_number("--lever", value, 10, 2000, &millimetres, error);
        out->pipeline.lever_m = millimetres / 1000;
        return err;
    }
    case KEY_COLUMNS:
        out->import.columns = value;
        return 0;
    case KEY_UNIT:
        out->import.unit = value;
        return 0;
    default:
        return command_number("--rate", value, 1, 10000, &out->import.rate_hz,
                              error);
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    if (key < KEY_PLACEMENT || key > KEY_RATE) {
        return ARGP_ERR_UNKNOWN;
    }
    struct error error = {0};
    if (parse_value(state->input, key, value, &error) < 0) {
        argp_error(state, "%s", error.text);
    }
    return 0;
}

const struct argp analyse_argp = {option_table, parse, NULL, NULL,
                                  NULL,         NULL,  NULL};

static void add_setting(char out[ANALYSE_SETTINGS], const char *name,
                        const char *value)
{
    size_t used = strlen(out);
    snprintf(out + used, ANALYSE_SETTINGS - used, "%s--%s %s",
             used > 0 ? " " : "", name, value);
}

void analyse_settings(const struct analyse_options *options,
                      char out[ANALYSE_SETTINGS])
{
    char number[32];
    out[0] = '\0';
    if (options->pipeline.placement != PLACEMENT_OTHER) {
        add_setting(out, "placement",
                    placement_name(options->pipeline.placement));
    }
    if (options->pipeline.lever_m > 0) {
        snprintf(number, sizeof(number), "%.9g",
                 1000 * options->pipeline.lever_m);
        add_setting(out, "lever", number);
    }
    if (options->import.columns != NULL) {
        add_setting(out, "columns", options->import.columns);
    }
    if (options->import.unit != NULL) {
        add_setting(out, "unit", options->import.unit);
    }
    if (options->import.rate_hz > 0) {
        snprintf(number, sizeof(number), "%.9g", options->import.rate_hz);
        add_setting(out, "rate", number);
    }
}

int analyse_file(const char *path, const struct analyse_options *options,
                 struct summary *out, struct error *error)
{
    summary_init(out);
    struct recording *recording = NULL;
    int err = recording_open(path, &options->import, &recording, error);
    if (err < 0) {
        return err;
    }
    err = pipeline_run(recording, &options->pipeline, out, error);
    recording_close(recording);
    snprintf(out->path, sizeof(out->path), "%s", path);
    analyse_settings(options, out->settings);
    return err;
}
