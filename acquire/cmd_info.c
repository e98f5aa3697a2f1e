/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "acquire/anonymise.h"
#include "acquire/apart.h"
#include "acquire/command.h"
#include "acquire/import.h"
#include "acquire/recording.h"
#include "acquire/units.h"

enum { KEY_ANONYMISE = 0x100 };

struct arguments {
    const char *path;
    const char *out;
    bool anonymise;
    struct import_options import;
    bool json;
    size_t shown; /* sensors */
};

static const struct argp_option options[] = {
    {"json", 'j', NULL, 0,
     "Write one JSON object instead of text, or one a line if there are "
     "several "
     "sensors",
     0},
    {"sensor", 's', "SENSOR", 0, COMMAND_SENSOR_HELP, 0},
    {"anonymise", KEY_ANONYMISE, NULL, 0,
     "Write a copy without what somebody wrote freely: notes and the session's "
     "label",
     0},
    {"output", 'o', "OUT.h5", 0, "The copy's name", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'j':
        arguments->json = true;
        return 0;
    case 's':
        arguments->import.sensor = value;
        return 0;
    case KEY_ANONYMISE:
        arguments->anonymise = true;
        return 0;
    case 'o':
        arguments->out = value;
        return 0;
    case ARGP_KEY_END:
        if (arguments->anonymise != (arguments->out != NULL)) {
            argp_error(state, "--anonymise and -o OUT.h5 go together");
        }
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->path != NULL) {
            argp_error(state, "one FILE at a time");
        }
        arguments->path = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which FILE? A recording, or a CSV of motion");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- as text ---- */

static void line(const char *name, const char *value)
{
    if (value[0] != '\0') {
        printf("%-14s %s\n", name, value);
    }
}

static void print_session(const struct recording *recording)
{
    const struct recording_info *info = recording_info(recording);
    line("session", info->uuid);
    line("created", info->created_utc);
    line("participant", info->participant);
    line("label", info->label);
    line("notes", info->notes);
    line("software", info->software);
    line("sensor", info->model);
    line("serial", info->serial);
    line("firmware", info->firmware);
    line("placement", placement_name(info->placement));
    line("calibration", info->calibration);
    line("state", info->state);
}

static void print_sensor(const char *name, double range, double step,
                         const char *unit)
{
    printf("%-14s ", name);
    if (range > 0) {
        printf("range %g %s, ", range, unit);
    }
    printf("step %.4g m%s\n", step * 1e3, unit);
}

static void print_samples(const struct recording *recording)
{
    const struct recording_info *info = recording_info(recording);
    double s = recording_duration_s(recording);
    printf("%-14s %.3f s (%d:%02d:%02d)\n", "duration", s, (int)(s / 3600),
           (int)(s / 60) % 60, (int)s % 60);
    printf("%-14s %" PRIu64 "\n", "samples", recording_rows(recording));
    printf("%-14s %.4f Hz measured", "rate", info->rate_measured_hz);
    if (info->rate_nominal_hz > 0) {
        printf(", %g Hz nominal (%+.3f %%)", info->rate_nominal_hz,
               100 * (info->rate_measured_hz / info->rate_nominal_hz - 1));
    }
    fputs("\n", stdout);
    if (info->has_accel) {
        print_sensor("accelerometer", info->accel_range_g,
                     info->accel_scale / STANDARD_GRAVITY_MS2, "g");
    }
    if (info->has_gyro) {
        print_sensor("gyroscope", info->gyro_range_dps,
                     info->gyro_scale * DEGREES_PER_RADIAN, "deg/s");
    }
}

static void print_clock(const struct recording *recording)
{
    struct clock_fit fit;
    recording_clock_fit(recording, &fit);
    if (fit.probes == 0) {
        line("clock", "not compared with the host's");
        return;
    }
    printf("%-14s %+.2f ppm against the host's, ", "clock", fit.ppm);
    if (fit.lines == 1) {
        fputs("on one line\n", stdout);
    } else {
        printf("on %zu lines\n", fit.lines);
    }
    printf("%-14s %zu of %zu used, residual %.0f us rms, %.0f us most\n",
           "clock probes", fit.used, fit.probes, fit.residual_rms_us,
           fit.residual_max_us);
}

static void print_tables(const struct recording *recording)
{
    size_t count;
    const struct recording_gap *gap = recording_gaps(recording, &count);
    printf("%-14s %zu\n", "gaps", count);
    for (size_t i = 0; i < count; i++) {
        char cause[64];
        gap_cause_text(gap[i].cause, cause);
        printf("  %12.3f s  %" PRIu64 " lost before sample %" PRIu64 " (%s)\n",
               recording_session_s(recording, gap[i].start_ns),
               gap[i].lost_samples, gap[i].at_sample, cause);
    }
    const struct recording_event *event = recording_events(recording, &count);
    printf("%-14s %zu\n", "events", count);
    for (size_t i = 0; i < count; i++) {
        printf("  %12.3f s  %.3f s  %s (%s)\n",
               (double)event[i].start_ns * 1e-9,
               ((double)event[i].end_ns - (double)event[i].start_ns) * 1e-9,
               event[i].label, event[i].source);
    }
}

/* ---- as JSON ---- */

/* Jansson takes no text that is not UTF-8; what is not is given as null. */
static json_t *text(const char *value)
{
    json_t *string = json_string(value);
    return string != NULL ? string : json_null();
}

static json_t *session_json(const struct recording_info *info)
{
    return json_pack("{so so so so so so so so so so so so}", "uuid",
                     text(info->uuid), "created_utc", text(info->created_utc),
                     "participant", text(info->participant), "session_label",
                     text(info->label), "notes", text(info->notes), "software",
                     text(info->software), "model", text(info->model), "serial",
                     text(info->serial), "firmware", text(info->firmware),
                     "placement", text(placement_name(info->placement)),
                     "calibration", text(info->calibration), "state",
                     text(info->state));
}

static json_t *sensor_json(bool there, double range, double scale,
                           const char *unit)
{
    return there ? json_pack("{sf sf ss}", "range", range, "scale", scale,
                             "unit", unit)
                 : json_null();
}

static json_t *clock_json(const struct recording *recording)
{
    struct clock_fit fit;
    recording_clock_fit(recording, &fit);
    return json_pack("{sI sI sI sf sf sf}", "probes", (json_int_t)fit.probes,
                     "used", (json_int_t)fit.used, "lines",
                     (json_int_t)fit.lines, "ppm", fit.ppm, "residual_rms_us",
                     fit.residual_rms_us, "residual_max_us",
                     fit.residual_max_us);
}

static json_t *gaps_json(const struct recording *recording)
{
    size_t count;
    const struct recording_gap *gap = recording_gaps(recording, &count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        char cause[64];
        gap_cause_text(gap[i].cause, cause);
        json_array_append_new(
            array,
            json_pack(
                "{sI sI sf sf ss}", "at_sample", (json_int_t)gap[i].at_sample,
                "lost_samples", (json_int_t)gap[i].lost_samples, "start_s",
                recording_session_s(recording, gap[i].start_ns), "end_s",
                recording_session_s(recording, gap[i].end_ns), "cause", cause));
    }
    return array;
}

static json_t *events_json(const struct recording *recording)
{
    size_t count;
    const struct recording_event *event = recording_events(recording, &count);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(array,
                              json_pack("{sf sf so so}", "start_s",
                                        (double)event[i].start_ns * 1e-9,
                                        "end_s", (double)event[i].end_ns * 1e-9,
                                        "label", text(event[i].label), "source",
                                        text(event[i].source)));
    }
    return array;
}

static int print_json(const struct recording *recording, const char *path,
                      bool compact, struct error *error)
{
    const struct recording_info *info = recording_info(recording);
    json_t *root = json_pack(
        "{ss si so so sI sf sf sf so so so so so}", "format", "carpus-info",
        "version", 1, "file", text(path), "session", session_json(info),
        "samples", (json_int_t)recording_rows(recording), "duration_s",
        recording_duration_s(recording), "rate_nominal_hz",
        info->rate_nominal_hz, "rate_measured_hz", info->rate_measured_hz,
        "accelerometer",
        sensor_json(info->has_accel, info->accel_range_g, info->accel_scale,
                    "m/s2"),
        "gyroscope",
        sensor_json(info->has_gyro, info->gyro_range_dps, info->gyro_scale,
                    "rad/s"),
        "clock", clock_json(recording), "gaps", gaps_json(recording), "events",
        events_json(recording));
    if (root == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int failed = json_dumpf(root, stdout, compact ? 0 : JSON_INDENT(2)) != 0;
    fputs("\n", stdout);
    json_decref(root);
    return failed ? error_set(error, ERR_IO, "cannot write to standard output")
                  : 0;
}

static int show(void *self, struct recording *recording, size_t count,
                struct error *error)
{
    struct arguments *arguments = self;
    if (arguments->json) {
        return print_json(recording, arguments->path, count > 1, error);
    }
    if (arguments->shown++ > 0) {
        putchar('\n');
    }
    line("file", arguments->path);
    print_session(recording);
    print_samples(recording);
    print_clock(recording);
    print_tables(recording);
    return 0;
}

/* ---- the copy ---- */

static int copy_apart(const void *context, void *result, struct error *error)
{
    const struct arguments *arguments = context;
    return anonymise_file(arguments->path, arguments->out, result, error);
}

static int write_copy(const struct arguments *arguments, struct error *error)
{
    struct anonymise_result result;
    const struct apart apart = {.path = arguments->out,
                                .work = copy_apart,
                                .context = arguments,
                                .result_size = sizeof(result)};
    int err = apart_run(&apart, &result, error);
    if (err < 0) {
        return err;
    }
    fprintf(stderr,
            "%s: written without notes (%zu bytes) and label (%zu bytes); the "
            "participant's code and %zu events with their labels are in it\n",
            arguments->out, result.notes, result.label, result.events);
    return 0;
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        options,
        parse,
        "FILE",
        "Tells what is in a recording: who and when, rates, the sensor's "
        "clock against the host's, gaps and events. With --anonymise it writes "
        "a copy without notes and label; FILE stays as it is. Marks set by "
        "--events and the participant's code stay too: look whether they name "
        "anybody.",
        NULL,
        NULL,
        NULL};
    struct arguments arguments = {0};
    int err = command_parse(&argp, argc, argv, &arguments, error);
    if (err < 0) {
        return err;
    }
    if (arguments.anonymise) {
        return write_copy(&arguments, error);
    }
    return recording_each(arguments.path, &arguments.import,
                          (struct recording_visitor){show, &arguments}, error);
}

const struct command info_command = {"info", "tell what is in a recording",
                                     run};
