/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/analyse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/command.h"
#include "analysis/adherence_guided.h"

enum {
    KEY_SENSOR = 0x100,
    KEY_PLACEMENT,
    KEY_LEVER,
    KEY_PROGRAMME,
    KEY_WEEK,
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
    {"programme", KEY_PROGRAMME, "NAME", 0,
     "Compare with this programme of exercises: one that is built in, or a "
     "file (default: the one that the recording was guided by)",
     0},
    {"week", KEY_WEEK, "N", 0,
     "Week of the programme (default: as the recording says, or 1)", 0},
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
    case KEY_PROGRAMME:
        out->programme = value;
        return 0;
    case KEY_WEEK:
        return command_whole("--week", value, 1, PROGRAMME_WEEKS_MAX,
                             &out->week, error);
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
    if (options->programme != NULL) {
        add_setting(out, "programme", options->programme);
    }
    if (options->week > 0) {
        snprintf(number, sizeof(number), "%" PRIu32, options->week);
        add_setting(out, "week", number);
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

int analyse_check(const struct analyse_options *options, struct error *error)
{
    struct programme *programme = NULL;
    int err = options->programme != NULL
                  ? programme_read(options->programme, &programme, error)
                  : 0;
    programme_free(programme);
    return err;
}

/* The programme that is asked for, or else the one by which the recording was
 * guided, if it is built in; NULL where there is none. */
static int read_programme(const struct analyse_options *options,
                          const struct recording *recording,
                          struct programme **out, struct error *error)
{
    size_t count;
    const struct recording_event *events = recording_events(recording, &count);
    struct programme_event mark;
    const char *name = options->programme;
    if (name == NULL && guided_programme(events, count, &mark) &&
        programme_builtin(mark.name) != NULL) {
        name = mark.name;
    }
    *out = NULL;
    return name != NULL ? programme_read(name, out, error) : 0;
}

/* Runs the measures: of exercises those that `watch` and a programme need. */
static int measure(const struct analyse_options *options, bool programme,
                   struct recording *recording, struct summary *summary,
                   struct error *error)
{
    struct pipeline_options pipeline = options->pipeline;
    size_t count;
    const struct recording_event *events = recording_events(recording, &count);
    struct span *watch = NULL;
    pipeline.programme = programme;
    if (programme &&
        guided_spans(events, count, &watch, &pipeline.watch_count) < 0) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    pipeline.watch = watch;
    int err = pipeline_run(recording, &pipeline, summary, error);
    free(watch);
    return err;
}

/* One sensor's summary; `summary` is freed by the caller, also on error. */
static int summarise(const struct analyse_options *options,
                     struct recording *recording, struct summary *summary,
                     struct error *error)
{
    struct programme *programme;
    summary_init(summary);
    int err = read_programme(options, recording, &programme, error);
    if (err < 0) {
        return err;
    }
    err = measure(options, programme != NULL, recording, summary, error);
    if (err < 0) {
        programme_free(programme);
        return err;
    }
    return adherence_find(summary, programme, options->week) < 0
               ? error_set(error, ERR_NO_MEMORY, "out of memory")
               : 0;
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
    int err = summarise(a->options, recording, &summary, error);
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
