/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/clocks.h"
#include "acquire/cmd_device.h"
#include "acquire/describe.h"
#include "acquire/interrupt.h"
#include "acquire/log_get.h"
#include "acquire/record_text.h"
#include "acquire/requests.h"
#include "acquire/sensor_option.h"
#include "acquire/terminal.h"

enum { PATH_SIZE = 4096 };

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

static const struct command list_command = {"list", "list what it has recorded",
                                            run_list};

/* ---- get ---- */

enum get_key {
    KEY_WRIST = 256,
    KEY_PLACEMENT,
    KEY_PARTICIPANT,
    KEY_LABEL,
    KEY_NOTES,
    KEY_JSON,
};

static const struct argp_option get_table[] = {
    {"output", 'o', "FILE", 0, "Recording to write (log-RECORD.h5)", 0},
    {"wrist", KEY_WRIST, "SIDE", 0, "Was worn on the left or right wrist", 0},
    {"placement", KEY_PLACEMENT, "PLACE", 0,
     "left-wrist, right-wrist, left-ankle, right-ankle, other (other)", 0},
    {"participant", KEY_PARTICIPANT, "CODE", 0,
     "Whose motion it is: a code, never a name", 0},
    {"label", KEY_LABEL, "TEXT", 0, "What was recorded", 0},
    {"notes", KEY_NOTES, "TEXT", 0, "Anything else to keep with it", 0},
    {"quiet", 'q', NULL, 0, "No status line, no summary", 0},
    {"json", KEY_JSON, NULL, 0, "Summary as JSON on standard output", 0},
    {0},
};

struct get_options {
    struct device_options device;
    char path[PATH_SIZE];
    uint32_t record;
    struct recording_info info;
    bool quiet;
    bool json;
    struct terminal terminal;
    struct error *error;
    int err; /* of the first option that was wrong */
};

static int take_number(const char *text, struct get_options *options)
{
    double number = 0;
    int err =
        command_number("RECORD", text, 1, UINT32_MAX, &number, options->error);
    options->record = (uint32_t)number;
    return err;
}

static int take_text(const char *option, const char *text, char *out,
                     size_t size, struct get_options *options)
{
    if (strlen(text) >= size || !record_text_is_utf8(text)) {
        return error_set(options->error, ERR_USAGE,
                         "%s: is longer than %zu bytes or not UTF-8", option,
                         size - 1);
    }
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

static int take_placement(const char *option, const char *text,
                          struct get_options *options)
{
    return placement_parse(text, &options->info.placement)
               ? 0
               : error_set(options->error, ERR_USAGE,
                           "%s: '%s' is no place; write left or right, "
                           "left-ankle, right-ankle or other",
                           option, text);
}

static int take_get_option(int key, const char *text,
                           struct get_options *options)
{
    struct recording_info *info = &options->info;
    switch (key) {
    case 'o':
        return take_text("--output", text, options->path,
                         sizeof(options->path) - 32, options);
    case KEY_WRIST:
        return take_placement("--wrist", text, options);
    case KEY_PLACEMENT:
        return take_placement("--placement", text, options);
    case KEY_PARTICIPANT:
        return take_text("--participant", text, info->participant,
                         sizeof(info->participant), options);
    case KEY_LABEL:
        return take_text("--label", text, info->label, sizeof(info->label),
                         options);
    case KEY_NOTES:
        return take_text("--notes", text, info->notes, sizeof(info->notes),
                         options);
    default: /* the argument */
        return take_number(text, options);
    }
}

static error_t parse_get(int key, char *text, struct argp_state *state)
{
    struct get_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->device;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->record != 0) {
            return ARGP_ERR_UNKNOWN;
        }
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "give the number of a record, see `carpus device "
                          "log list`");
        return 0;
    default:
        if (key != 'o' && (key < KEY_WRIST || key > KEY_NOTES)) {
            return ARGP_ERR_UNKNOWN;
        }
    }
    if (options->err == 0) {
        options->err = take_get_option(key, text, options);
    }
    return 0;
}

static void show_progress(void *ctx, uint64_t samples, uint64_t of)
{
    struct get_options *options = ctx;
    char line[80];
    snprintf(line, sizeof(line), "%" PRIu64 " of %" PRIu64 " samples (%.0f %%)",
             samples, of, of > 0 ? 100.0 * (double)samples / (double)of : 100);
    terminal_show(&options->terminal, line);
}

static int tell_got(const struct get_options *options,
                    const struct log_got *got)
{
    char line[PATH_SIZE + 256];
    if (!options->quiet) {
        record_text_summary(&got->summary, options->path, line, sizeof(line));
        fprintf(stderr, "%s\n", line);
        if (got->resumed > 0) {
            fprintf(stderr, "%" PRIu64 " samples of it had come before\n",
                    got->resumed);
        }
        if (got->cut) {
            fprintf(stderr, "The wristband's power went while it recorded: up "
                            "to some seconds at the end are missing\n");
        }
    }
    int err = options->json ? record_text_json(&got->summary, options->path,
                                               options->error)
                            : 0;
    return err < 0
               ? err
               : record_text_lost(&got->summary, options->path, options->error);
}

static int get(struct get_options *options, struct device *device)
{
    struct log_get get = {.device = device,
                          .record = options->record,
                          .path = options->path,
                          .cancelled = interrupt_once,
                          .progress = show_progress,
                          .ctx = options,
                          .info = options->info};
    struct log_got got;
    interrupt_catch();
    terminal_begin(&options->terminal, options->quiet);
    int err = log_get(&get, &got, options->error);
    terminal_end(&options->terminal);
    return err < 0 ? err : tell_got(options, &got);
}

static int run_get(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        .options = get_table,
        .parser = parse_get,
        .args_doc = "RECORD",
        .doc = "Read a record out into a file as `carpus record` writes it.\v"
               "What was broken off is fetched on by the same command: what "
               "came is in FILE.journal until then. The record stays on the "
               "wristband until it is erased.\n\n"
               "Exit status: 0 all is well; 66 there is no such record; 73 "
               "FILE exists; 81 samples are missing; 82 stopped, 84 the device "
               "went away: the same command fetches the rest.",
        .children = device_children};
    struct get_options *options = calloc(1, sizeof(*options));
    struct device *device;
    if (options == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    options->device.name = "";
    options->error = error;
    int err = command_parse(&argp, argc, argv, options, error);
    err = err < 0 ? err : options->err;
    if (err == 0 && options->path[0] == '\0') {
        snprintf(options->path, sizeof(options->path), "log-%u.h5",
                 options->record);
    }
    if (err == 0) {
        err = device_open_option(&options->device, &device, error);
    }
    if (err == 0) {
        err = get(options, device);
        device_close(device);
    }
    free(options);
    return err;
}

static const struct command get_command = {
    "get", "read a record out into a recording", run_get};

/* ---- erase ---- */

struct erase_options {
    struct device_options device;
    bool yes;
};

static error_t parse_erase(int key, char *text, struct argp_state *state)
{
    struct erase_options *options = state->input;
    (void)text;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->device;
        return 0;
    case 'y':
        options->yes = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "takes no argument: it erases all records");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int erase(struct device *device, bool yes, struct error *error)
{
    struct wire_log log;
    uint8_t data[WIRE_NUMBER_SIZE];
    int err = request_log(device, &log, error);
    if (err < 0) {
        return err;
    }
    uint32_t count = log.newest + 1 - log.oldest;
    if (count == 0) {
        printf("there is nothing to erase\n");
        return 0;
    }
    if (!yes) {
        return error_set(error, ERR_USAGE,
                         "%u record%s would be lost; say --yes once all that "
                         "matter have been read out",
                         count, count == 1 ? "" : "s");
    }
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(log.newest >> 8 * i);
    }
    err = request_put(device, WIRE_REQUEST_LOG_ERASE, 0, data, sizeof(data),
                      error);
    if (err == 0) {
        err = request_settle(device, "to erase its log", error);
    }
    if (err == 0) {
        printf("%u record%s erased\n", count, count == 1 ? "" : "s");
    }
    return err;
}

static int run_erase(int argc, char **argv, struct error *error)
{
    static const struct argp_option table[] = {
        {"yes", 'y', NULL, 0, "Do it: nothing brings the records back", 0},
        {0}};
    static const struct argp argp = {
        .options = table,
        .parser = parse_erase,
        .doc = "Erase all records of a wristband.\v"
               "Nothing else ever erases one: a log that is full stops. The "
               "bytes of a record stay in the flash chip, where no command "
               "reads them, until newer ones take their place.",
        .children = device_children};
    struct erase_options options = {.device.name = ""};
    struct device *device;
    int err = command_parse(&argp, argc, argv, &options, error);
    if (err == 0) {
        err = device_open_option(&options.device, &device, error);
    }
    if (err != 0) {
        return err;
    }
    err = erase(device, options.yes, error);
    device_close(device);
    return err;
}

static const struct command erase_command = {"erase", "erase all records",
                                             run_erase};

/* ---- setup ---- */

enum setup_key { KEY_BY = 256, KEY_MOTION, KEY_STILL, KEY_RATE, KEY_A, KEY_G };

static const struct argp_option setup_table[] = {
    {"by", KEY_BY, "WHAT", 0,
     "What begins a record: button, motion, both, none", 0},
    {"motion", KEY_MOTION, "MG", 0,
     "Change of acceleration that is motion, 16 mg at least", 0},
    {"still", KEY_STILL, "TIME", 0,
     "End a record that motion began after so long without any", 0},
    {"rate", KEY_RATE, "HZ", 0, "26 52 104 208 416", 0},
    {"accel-range", KEY_A, "G", 0, "2 4 8 16 g", 0},
    {"gyro-range", KEY_G, "DPS", 0, "250 500 1000 2000 deg/s", 0},
    {0},
};

struct setup_options {
    struct device_options device;
    struct wire_logging logging; /* 0 where not given */
    bool has_flags;
    struct error *error;
    int err; /* of the first option that was wrong */
};

static const struct {
    const char *name;
    uint16_t flags;
} beginnings[] = {
    {"none", 0},
    {"button", WIRE_BY_BUTTON},
    {"motion", WIRE_BY_MOTION},
    {"both", WIRE_BY_BUTTON | WIRE_BY_MOTION},
};

enum { BEGINNINGS = sizeof(beginnings) / sizeof(beginnings[0]) };

static int take_beginning(const char *text, struct setup_options *options)
{
    for (size_t i = 0; i < BEGINNINGS; i++) {
        if (strcmp(text, beginnings[i].name) == 0) {
            options->logging.flags = beginnings[i].flags;
            options->has_flags = true;
            return 0;
        }
    }
    return error_set(options->error, ERR_USAGE,
                     "--by: '%s' is none of button, motion, both, none", text);
}

static int take_setup_option(int key, const char *text,
                             struct setup_options *options)
{
    struct wire_logging *logging = &options->logging;
    double value = 0;
    int err;
    switch (key) {
    case KEY_BY:
        return take_beginning(text, options);
    case KEY_MOTION:
        err = command_number("--motion", text, WIRE_MOTION_LEAST_MG, 8000,
                             &value, options->error);
        logging->motion_mg = (uint16_t)value;
        return err;
    case KEY_STILL:
        err = command_duration("--still", text, &value, options->error);
        if (err == 0 && !(value >= 1 && value <= UINT16_MAX)) {
            err =
                error_set(options->error, ERR_USAGE, "--still: is 1 s to 18 h");
        }
        logging->still_s = err == 0 ? (uint16_t)value : 0;
        return err;
    case KEY_RATE:
        err = sensor_option("--rate", text, &logging->config, options->error);
        if (err == 0 && logging->config.rate_hz > WIRE_LOG_RATE_MOST) {
            err = error_set(options->error, ERR_USAGE,
                            "--rate: the log takes %d Hz at most",
                            WIRE_LOG_RATE_MOST);
        }
        return err;
    case KEY_A:
        return sensor_option("--accel-range", text, &logging->config,
                             options->error);
    default:
        return sensor_option("--gyro-range", text, &logging->config,
                             options->error);
    }
}

static error_t parse_setup(int key, char *text, struct argp_state *state)
{
    struct setup_options *options = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &options->device;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        argp_error(state, "takes no argument");
        return 0;
    }
    if (key < KEY_BY || key > KEY_G) {
        return ARGP_ERR_UNKNOWN;
    }
    if (options->err == 0) {
        options->err = take_setup_option(key, text, options);
    }
    return 0;
}

/* What was given goes over what was set before. */
static void merge(struct wire_logging *logging,
                  const struct setup_options *options)
{
    const struct wire_logging *given = &options->logging;
    struct wire_config *config = &logging->config;
    config->rate_hz =
        given->config.rate_hz ? given->config.rate_hz : config->rate_hz;
    config->accel_g =
        given->config.accel_g ? given->config.accel_g : config->accel_g;
    config->gyro_dps =
        given->config.gyro_dps ? given->config.gyro_dps : config->gyro_dps;
    logging->flags = options->has_flags ? given->flags : logging->flags;
    logging->motion_mg =
        given->motion_mg ? given->motion_mg : logging->motion_mg;
    logging->still_s = given->still_s ? given->still_s : logging->still_s;
}

static void print_setup(const struct wire_logging *logging)
{
    size_t i = 0;
    while (i + 1 < BEGINNINGS && beginnings[i].flags != logging->flags) {
        i++;
    }
    printf("records %u Hz, %u g, %u deg/s; begun by %s; motion is %u mg, "
           "stillness %u s\n",
           logging->config.rate_hz, logging->config.accel_g,
           logging->config.gyro_dps, beginnings[i].name, logging->motion_mg,
           logging->still_s);
}

static int set_up(struct device *device, const struct setup_options *options,
                  struct error *error)
{
    struct wire_logging logging;
    uint8_t data[WIRE_LOGGING_SIZE];
    int err = request_logging(device, &logging, error);
    if (err == 0) {
        err = request_set_utc(device, error);
    }
    if (err < 0) {
        return err;
    }
    merge(&logging, options);
    wire_put_logging(data, &logging);
    err = request_put(device, WIRE_REQUEST_SET_LOGGING, 0, data, sizeof(data),
                      error);
    if (err == 0) {
        err = request_settle(device, "to save how to log", error);
    }
    if (err == 0) {
        print_setup(&logging);
    }
    return err;
}

static int run_setup(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        .options = setup_table,
        .parser = parse_setup,
        .doc = "Set how a wristband records by itself, and its clock.\v"
               "What is not given stays as it is; without an option it is "
               "shown. Motion begins a record only while no computer is "
               "connected. The clock lasts until the wristband loses its "
               "power.",
        .children = device_children};
    struct setup_options options = {.device.name = "", .error = error};
    struct device *device;
    int err = command_parse(&argp, argc, argv, &options, error);
    err = err < 0 ? err : options.err;
    if (err == 0) {
        err = device_open_option(&options.device, &device, error);
    }
    if (err != 0) {
        return err;
    }
    err = set_up(device, &options, error);
    device_close(device);
    return err;
}

static const struct command setup_command = {
    "setup", "set how it records by itself", run_setup};

/* ---- start, stop ---- */

static int start(struct device *device, struct error *error)
{
    int err = request_set_utc(device, error);
    if (err == 0) {
        err = request_put(device, WIRE_REQUEST_LOG_BEGIN, 0, NULL, 0, error);
    }
    if (err == 0) {
        err = request_settle(device, "to begin a record (is its log full?)",
                             error);
    }
    struct wire_log log;
    if (err == 0) {
        err = request_log(device, &log, error);
    }
    if (err == 0) {
        printf("record %u begun\n", log.newest);
    }
    return err;
}

static int stop(struct device *device, struct error *error)
{
    enum { LOOK_MS = 100, LOOKS = 50 };
    struct wire_log log;
    int err = request_put(device, WIRE_REQUEST_LOG_END, 0, NULL, 0, error);
    for (int look = 0; err == 0 && look < LOOKS; look++) {
        err = request_log(device, &log, error);
        if (err == 0 && !log.logging && !log.busy) {
            printf("record %u ended\n", log.newest);
            return 0;
        }
        err = err < 0 ? err : request_wait(device, LOOK_MS, error);
    }
    return err < 0 ? err
                   : error_set(error, ERR_IO,
                               "the wristband does not end its record");
}

static int run_plain(const char *doc,
                     int (*act)(struct device *device, struct error *error),
                     int argc, char **argv, struct error *error)
{
    struct device_options options;
    struct device *device;
    int err = device_parse(doc, argc, argv, &options, error);
    if (err == 0) {
        err = device_open_option(&options, &device, error);
    }
    if (err != 0) {
        return err;
    }
    err = act(device, error);
    device_close(device);
    return err;
}

static int run_start(int argc, char **argv, struct error *error)
{
    return run_plain("Begin a record now; the wristband may then be unplugged.",
                     start, argc, argv, error);
}

static int run_stop(int argc, char **argv, struct error *error)
{
    return run_plain("End the record that goes on, however it was begun.", stop,
                     argc, argv, error);
}

static const struct command start_command = {"start", "begin a record now",
                                             run_start};
static const struct command stop_command = {"stop", "end the record", run_stop};

/* ---- table ---- */

static const struct command *const commands[] = {
    &setup_command, &start_command, &stop_command,
    &list_command,  &get_command,   &erase_command,
};

static int run(int argc, char **argv, struct error *error)
{
    return command_group(commands, sizeof(commands) / sizeof(commands[0]),
                         "What a wristband records by itself, with no computer "
                         "connected.",
                         argc, argv, error);
}

const struct command device_log_command = {
    "log", "what it records by itself: set up, list, get, erase", run};
