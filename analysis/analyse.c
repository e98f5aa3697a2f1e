/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/analyse.h"

#include <stdio.h>
#include <string.h>

#include "acquire/command.h"

enum {
    KEY_SENSOR = 0x100,
    KEY_PLACEMENT,
    KEY_LEVER,
    KEY_COLUMNS,
    KEY_UNIT,
    KEY_RATE,
};

static const struct argp_option option_table[] = {
    {"sensor", KEY_SENSOR, "SENSOR", 0, COMMAND_SENSOR_HELP, 0},
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
    case KEY_SENSOR:
        out->import.sensor = value;
        return 0;
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
    if (key < KEY_SENSOR || key > KEY_RATE) {
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
    if (options->import.sensor != NULL) {
        add_setting(out, "sensor", options->import.sensor);
    }
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

struct analysis {
    const char *path;
    const struct analyse_options *options;
    struct analyse_taker taker;
};

static int analyse_sensor(void *self, struct recording *recording, size_t count,
                          struct error *error)
{
    static struct summary summary; /* large: not for the stack */
    const struct analysis *a = self;
    const struct pipeline_options *options = &a->options->pipeline;
    if (count > 1 && options->placement != PLACEMENT_OTHER) {
        return error_set(error, ERR_USAGE,
                         "--placement is of one sensor, and '%s' has several; "
                         "choose one with --sensor",
                         a->path);
    }
    int err = pipeline_run(recording, options, &summary, error);
    snprintf(summary.path, sizeof(summary.path), "%s", a->path);
    analyse_settings(a->options, summary.settings);
    if (err >= 0) {
        err = a->taker.take(a->taker.self, &summary, count, error);
    }
    summary_free(&summary);
    return err;
}

int analyse_file(const char *path, const struct analyse_options *options,
                 struct analyse_taker taker, struct error *error)
{
    struct analysis analysis = {path, options, taker};
    return recording_each(path, &options->import,
                          (struct recording_visitor){analyse_sensor, &analysis},
                          error);
}
