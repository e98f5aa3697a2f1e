/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/cmd_device.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "acquire/describe.h"
#include "acquire/requests.h"
#include "acquire/sensor_option.h"

/* ---- what all of them share ---- */

enum { KEY_SIMULATE = 1024 };

static const struct argp_option shared_table[] = {
    {"device", 'd', "ID", 0,
     "Serial number, usb, or virtual[:FILE] (the only one there is)", 1},
    {"simulate", KEY_SIMULATE, "KEY=VALUE,...", 0,
     "Settings of a virtual device, such as seed=7,flash=FILE", 1},
    {0},
};

static error_t parse_shared(int key, char *text, struct argp_state *state)
{
    struct device_options *options = state->input;
    switch (key) {
    case 'd':
        options->name = text;
        return 0;
    case KEY_SIMULATE:
        options->simulate = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp shared = {.options = shared_table,
                                   .parser = parse_shared};

const struct argp_child device_children[] = {{&shared, 0, NULL, 0}, {0}};

static error_t parse_nothing(int key, char *text, struct argp_state *state)
{
    (void)text;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        argp_error(state, "takes no argument");
    }
    return ARGP_ERR_UNKNOWN;
}

int device_parse(const char *doc, int argc, char **argv,
                 struct device_options *options, struct error *error)
{
    const struct argp argp = {
        .parser = parse_nothing, .doc = doc, .children = device_children};
    *options = (struct device_options){.name = ""};
    return command_parse(&argp, argc, argv, options, error);
}

int device_open_option(const struct device_options *options,
                       struct device **out, struct error *error)
{
    return device_open(options->name, options->simulate, out, error);
}

int device_run(const char *doc,
               int (*act)(struct device *device, struct error *error), int argc,
               char **argv, struct error *error)
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

/* ---- info ---- */

struct facts {
    struct wire_info info;
    struct wire_status status;
    struct wire_config config;
    struct wire_calibration calibration;
    struct wire_image image;
    struct wire_log log;
    bool has_log;
};

static int find_facts(struct device *device, struct facts *facts,
                      struct error *error)
{
    device_info(device, &facts->info);
    int err = request_wait(device, 50, error); /* it may have just come up */
    if (err == 0) {
        err = device_status(device, &facts->status, error);
    }
    if (err == 0) {
        err = request_config(device, &facts->config, error);
    }
    if (err == 0) {
        err = request_calibration(device, &facts->calibration, error);
    }
    if (err == 0) {
        err = request_image(device, &facts->image, error);
    }
    facts->has_log = err == 0 && request_log(device, &facts->log, NULL) == 0;
    return err;
}

static const char *state_name(uint8_t state)
{
    static const char *const names[] = {
        [WIRE_STOPPED] = "idle",         [WIRE_STREAMING] = "streaming",
        [WIRE_TESTING] = "in self-test", [WIRE_FAILED] = "sensor silent",
        [WIRE_LOGGING] = "logging",
    };
    return names[state]; /* wire_get_status lets no other through */
}

static void print_facts(const struct facts *facts)
{
    const struct wire_status *status = &facts->status;
    char calibration[RECORDING_TEXT];
    describe_calibration(&facts->calibration, calibration, sizeof(calibration));
    printf("serial        %s\n", facts->info.serial);
    printf("model         %s\n", facts->info.model);
    printf("firmware      %u.%u.%u\n", facts->info.firmware[0],
           facts->info.firmware[1], facts->info.firmware[2]);
    printf("image         %u bytes, CRC-32C %08x\n", facts->image.bytes,
           facts->image.crc);
    printf("state         %s\n", state_name(status->state));
    printf("up            %u s\n", status->uptime_s);
    if (status->supply_mv > 0) {
        printf("supply        %.2f V%s\n", status->supply_mv / 1e3,
               status->on_usb_power ? ", USB" : "");
    }
    printf("settings      %u Hz, %u g, %u deg/s\n", facts->config.rate_hz,
           facts->config.accel_g, facts->config.gyro_dps);
    printf("oscillator    %+.2f %% as trimmed\n", 0.15 * status->freq_fine);
    printf("calibration   %s\n", calibration);
    if (facts->has_log) {
        printf("log           %u records, %.0f %% of %.1f MB used\n",
               facts->log.newest + 1 - facts->log.oldest,
               100.0 * facts->log.used / facts->log.blocks,
               facts->log.blocks * (double)facts->log.block_bytes / 1e6);
    }
    printf("errors        %u of the bus, %u FIFO words, %u restarts\n",
           status->bus_errors, status->tag_errors, status->restarts);
}

static int tell(struct device *device, struct error *error)
{
    struct facts facts = {0};
    int err = find_facts(device, &facts, error);
    if (err == 0) {
        print_facts(&facts);
    }
    return err;
}

static int run_info(int argc, char **argv, struct error *error)
{
    return device_run("Tell what a wristband is and how it is set up.", tell,
                      argc, argv, error);
}

static const struct command info = {"info", "tell what a wristband is",
                                    run_info};

/* ---- configure ---- */

enum { KEY_RATE = 256, KEY_ACCEL, KEY_GYRO };

static const struct argp_option configure_table[] = {
    {"rate", KEY_RATE, "HZ", 0, "26 52 104 208 416 833 1667", 0},
    {"accel-range", KEY_ACCEL, "G", 0, "2 4 8 16 g", 0},
    {"gyro-range", KEY_GYRO, "DPS", 0, "250 500 1000 2000 deg/s", 0},
    {0},
};

struct configure {
    struct device_options device;
    struct wire_config config; /* 0 where not given */
    struct error *error;
    int err; /* of the first option that was wrong */
};

static void set_sensor(struct configure *configure, const char *option,
                       const char *text)
{
    if (configure->err == 0) {
        configure->err =
            sensor_option(option, text, &configure->config, configure->error);
    }
}

static error_t parse_configure(int key, char *text, struct argp_state *state)
{
    struct configure *configure = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &configure->device;
        return 0;
    case KEY_RATE:
        set_sensor(configure, "--rate", text);
        return 0;
    case KEY_ACCEL:
        set_sensor(configure, "--accel-range", text);
        return 0;
    case KEY_GYRO:
        set_sensor(configure, "--gyro-range", text);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "takes no argument");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int save_config(struct device *device, const struct wire_config *wanted,
                       struct error *error)
{
    struct wire_config config;
    int err = request_config(device, &config, error);
    if (err < 0) {
        return err;
    }
    config.rate_hz = wanted->rate_hz ? wanted->rate_hz : config.rate_hz;
    config.accel_g = wanted->accel_g ? wanted->accel_g : config.accel_g;
    config.gyro_dps = wanted->gyro_dps ? wanted->gyro_dps : config.gyro_dps;
    err = device_configure(device, &config, error);
    if (err == 0) {
        err = request_put(device, WIRE_REQUEST_SAVE, 0, NULL, 0, error);
    }
    if (err == 0) {
        err = request_settle(device, "to save its settings", error);
    }
    if (err == 0) {
        printf("%u Hz, %u g, %u deg/s, saved\n", config.rate_hz, config.accel_g,
               config.gyro_dps);
    }
    return err;
}

static int run_configure(int argc, char **argv, struct error *error)
{
    static const char doc[] =
        "Set how a wristband measures, and keep it there.\v"
        "What is not given stays as it is. `carpus record` sets its own for "
        "the time it records; `carpus device log setup` those of the log.";
    static const struct argp argp = {.options = configure_table,
                                     .parser = parse_configure,
                                     .doc = doc,
                                     .children = device_children};
    struct configure configure = {.device.name = "", .error = error};
    struct device *device;
    int err = command_parse(&argp, argc, argv, &configure, error);
    err = err < 0 ? err : configure.err;
    if (err == 0) {
        err = device_open_option(&configure.device, &device, error);
    }
    if (err != 0) {
        return err;
    }
    err = save_config(device, &configure.config, error);
    device_close(device);
    return err;
}

static const struct command configure = {
    "configure", "set how a wristband measures, and keep it", run_configure};

/* ---- identify ---- */

static int blink(struct device *device, struct error *error)
{
    enum { BLINK_S = 10 };
    struct wire_info band;
    device_info(device, &band);
    int err =
        request_put(device, WIRE_REQUEST_IDENTIFY, BLINK_S, NULL, 0, error);
    if (err == 0) {
        printf("%s blinks for %d s\n", band.serial, BLINK_S);
    }
    return err;
}

static int run_identify(int argc, char **argv, struct error *error)
{
    return device_run("Have a wristband blink for ten seconds.", blink, argc,
                      argv, error);
}

static const struct command identify = {"identify", "have a wristband blink",
                                        run_identify};

/* ---- table ---- */

static const struct command *const commands[] = {
    &info,
    &configure,
    &identify,
    &device_selftest_command,
    &device_calibrate_command,
    &device_log_command,
    &device_update_command,
};

static int run(int argc, char **argv, struct error *error)
{
    return command_group(
        commands, sizeof(commands) / sizeof(commands[0]),
        "Looks after a wristband: settings, tests, calibration, what it "
        "recorded by itself, new firmware.",
        argc, argv, error);
}

const struct command device_command = {
    "device", "test, calibrate, read out and update a wristband", run};
