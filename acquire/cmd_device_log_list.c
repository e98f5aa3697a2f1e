/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `carpus device log list`. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "acquire/cmd_device.h"
#include "acquire/describe.h"
#include "acquire/record_text.h"
#include "acquire/requests.h"

/* ---- what a record is, in words ---- */

static const char *cause_name(uint8_t cause)
{
    static const char *const names[] = {
        "goes on",
        [WIRE_CAUSE_HOST] = "host",
        [WIRE_CAUSE_BUTTON] = "button",
        [WIRE_CAUSE_MOTION] = "motion",
        [WIRE_CAUSE_FULL] = "full",
        [WIRE_CAUSE_FLASH] = "bad flash",
        [WIRE_CAUSE_CUT] = "power cut",
    };
    return cause < sizeof(names) / sizeof(names[0]) ? names[cause] : "?";
}

/* UTC at which a record began [ns], 0 if nobody knows. */
static int64_t began_utc_ns(const struct wire_record *record,
                            const struct recording_clock *now)
{
    int64_t begin_ns = (int64_t)record->begin_ns;
    if (record->same_clock) {
        return now->host_utc_ns - (now->device_ns - begin_ns);
    }
    if (record->utc_ns != 0) {
        return (int64_t)record->utc_ns + begin_ns - (int64_t)record->clock_ns;
    }
    return 0;
}

static double seconds_of(const struct wire_record *record)
{
    return record->samples / (double)record->config.rate_hz;
}

/* ---- list ---- */

static void print_record(const struct wire_record *record,
                         const struct recording_clock *now, uint16_t bytes)
{
    char began[32] = "-";
    char length[32];
    int64_t utc_ns = began_utc_ns(record, now);
    if (utc_ns != 0) {
        describe_utc(utc_ns, began, sizeof(began));
    }
    record_text_duration(seconds_of(record), length, sizeof(length));
    printf("%6u  %-24s  %9s  %9u  %4u  %-6s  %-9s  %6.1f\n", record->number,
           began, length, record->samples, record->config.rate_hz,
           cause_name(record->began), cause_name(record->ended),
           record->blocks * (double)bytes / 1e3);
}

static json_t *record_json(const struct wire_record *record,
                           const struct recording_clock *now, uint16_t bytes)
{
    char began[32] = "";
    int64_t utc_ns = began_utc_ns(record, now);
    if (utc_ns != 0) {
        describe_utc(utc_ns, began, sizeof(began));
    }
    return json_pack(
        "{s:I, s:s, s:f, s:I, s:i, s:i, s:i, s:s, s:s, s:I}", "record",
        (json_int_t)record->number, "began_utc", began, "duration_s",
        seconds_of(record), "samples", (json_int_t)record->samples,
        "rate_nominal_hz", record->config.rate_hz, "accel_range_g",
        record->config.accel_g, "gyro_range_dps", record->config.gyro_dps,
        "began_by", cause_name(record->began), "ended_by",
        cause_name(record->ended), "bytes", (json_int_t)record->blocks * bytes);
}

static int print_json(json_t *records, struct error *error)
{
    int failed = json_dumpf(records, stdout, JSON_INDENT(2));
    return failed == 0 && putchar('\n') == '\n'
               ? 0
               : error_set(error, ERR_IO, "cannot write to standard output");
}

static int list_records(struct device *device, const struct wire_log *log,
                        json_t *records, struct error *error)
{
    struct recording_clock now;
    int err = device_probe(device, &now, error);
    for (uint32_t n = log->oldest; err == 0 && n <= log->newest; n++) {
        struct wire_record record;
        err = request_record(device, n, &record, NULL, error);
        if (err == ERR_NO_INPUT) {
            /* Its first block cannot be read any more. */
            fprintf(stderr, "record %u cannot be read\n", n);
            err = 0;
        } else if (err == 0 && records != NULL) {
            json_array_append_new(records,
                                  record_json(&record, &now, log->block_bytes));
        } else if (err == 0) {
            print_record(&record, &now, log->block_bytes);
        }
    }
    return err;
}

static int list(struct device *device, bool json, struct error *error)
{
    struct wire_log log;
    int err = request_log(device, &log, error);
    if (err < 0) {
        return err;
    }
    json_t *records = json ? json_array() : NULL;
    if (!json) {
        printf("RECORD  BEGAN                        LENGTH    SAMPLES    HZ  "
               "BY      ENDED BY       KB\n");
    }
    err = list_records(device, &log, records, error);
    if (err == 0 && json) {
        err = print_json(records, error);
    } else if (err == 0) {
        fprintf(stderr, "%.1f of %.1f MB used%s\n",
                log.used * (double)log.block_bytes / 1e6,
                log.blocks * (double)log.block_bytes / 1e6,
                log.full ? ": full; get the records, then erase" : "");
    }
    json_decref(records);
    return err;
}

struct list_options {
    struct device_options device;
    bool json;
};

static error_t parse_list(int key, char *text, struct argp_state *state)
{
    struct list_options *options = state->input;
    (void)text;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->device;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "takes no argument");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int run_list(int argc, char **argv, struct error *error)
{
    static const struct argp_option table[] = {
        {"json", 'j', NULL, 0, "Write JSON", 0}, {0}};
    static const struct argp argp = {
        .options = table,
        .parser = parse_list,
        .doc = "List what a wristband has recorded by itself.\v"
               "A record whose time is not known was begun after a reset that "
               "no host has seen.",
        .children = device_children};
    struct list_options options = {.device.name = ""};
    struct device *device;
    int err = command_parse(&argp, argc, argv, &options, error);
    if (err == 0) {
        err = device_open_option(&options.device, &device, error);
    }
    if (err != 0) {
        return err;
    }
    err = list(device, options.json, error);
    device_close(device);
    return err;
}

const struct command device_log_list_command = {
    "list", "list what it has recorded", run_list};
