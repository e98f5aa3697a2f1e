/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "acquire/cmd_device.h"
#include "acquire/requests.h"
#include "acquire/sensor_option.h"

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
    uint32_t whole = 0;
    int err;
    switch (key) {
    case KEY_BY:
        return take_beginning(text, options);
    case KEY_MOTION:
        err = command_whole("--motion", text, WIRE_MOTION_LEAST_MG, 8000,
                            &whole, options->error);
        logging->motion_mg = (uint16_t)whole;
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
    int err = request_log(device, &log, error);
    if (err == 0 && !log.logging && !log.busy) {
        printf("no record goes on\n");
        return 0;
    }
    if (err == 0) {
        err = request_put(device, WIRE_REQUEST_LOG_END, 0, NULL, 0, error);
    }
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

static int run_start(int argc, char **argv, struct error *error)
{
    return device_run(
        "Begin a record now; the wristband may then be unplugged.", start, argc,
        argv, error);
}

static int run_stop(int argc, char **argv, struct error *error)
{
    return device_run("End the record that goes on, however it was begun.",
                      stop, argc, argv, error);
}

static const struct command start_command = {"start", "begin a record now",
                                             run_start};
static const struct command stop_command = {"stop", "end the record", run_stop};

/* ---- table ---- */

static const struct command *const commands[] = {
    &setup_command,           &start_command,          &stop_command,
    &device_log_list_command, &device_log_get_command, &erase_command,
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
