/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the commands of `carpus device` share: which device, how to open it, and
 * their own table.
 */
#ifndef ACQUIRE_CMD_DEVICE_H
#define ACQUIRE_CMD_DEVICE_H

#include <argp.h>

#include "acquire/command.h"
#include "acquire/device.h"

struct device_options {
    const char *name;
    const char *simulate;
};

/* --device and --simulate, as a child of a command's own argp; its input is
 * struct device_options. */
extern const struct argp_child device_children[];

/* A command that has no other option and takes no argument. */
int device_parse(const char *doc, int argc, char **argv,
                 struct device_options *options, struct error *error);

/* Runs such a command: opens the wristband that its options name, has `act` do
 * its work, and closes it. Returns what went wrong first. */
int device_run(const char *doc,
               int (*act)(struct device *device, struct error *error), int argc,
               char **argv, struct error *error);

/* Opens what the options name. */
int device_open_option(const struct device_options *options,
                       struct device **out, struct error *error);

extern const struct command device_calibrate_command;
extern const struct command device_log_command;
extern const struct command device_log_get_command;
extern const struct command device_log_list_command;
extern const struct command device_selftest_command;
extern const struct command device_update_command;

#endif
