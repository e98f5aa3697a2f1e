/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A command of the program: `carpus NAME ...`. Each is one file, cmd_NAME.c,
 * beside what it drives, and one line in the table of carpus.c. Options are
 * read with argp (GNU C library), so that --help, --usage and the manual pages
 * come from one table.
 */
#ifndef ACQUIRE_COMMAND_H
#define ACQUIRE_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"

struct command {
    const char *name;
    const char *purpose; /* one line, for `carpus --help` */
    /* Runs it; argv[0] is "carpus NAME". Returns 0 or an error code whose
     * sentence is in `error` (printed by carpus.c, which also picks the exit
     * status). */
    int (*run)(int argc, char **argv, struct error *error);
};

extern const struct command analyse_command;
extern const struct command batch_command;
extern const struct command device_command;
extern const struct command devices_command;
extern const struct command doctor_command;
extern const struct command export_command;
extern const struct command history_command;
extern const struct command import_command;
extern const struct command info_command;
extern const struct command programme_command;
extern const struct command recover_command;
extern const struct command report_command;
extern const struct command verify_command;

/* What --sensor is, in every command that reads recordings. */
#define COMMAND_SENSOR_HELP                                                    \
    "Of several sensors this one: its place, such as left-wrist, or its "      \
    "serial number (default: all)"

struct argp; /* <argp.h> */

/* argp_parse with our ways: program name "carpus NAME", usage errors exit with
 * the status of ERR_USAGE, --version. `input` is the command's own. Returns 0
 * or a negative code with a sentence. */
int command_parse(const struct argp *argp, int argc, char **argv, void *input,
                  struct error *error);

/* A command that is a group of others: runs the one that argv[1] names, or
 * lists them. `what` says what the group is for. */
int command_group(const struct command *const *commands, size_t count,
                  const char *what, int argc, char **argv, struct error *error);

/* Numbers and durations as a person writes them: "90", "90s", "5m", "1.5h",
 * "2d". Return 0 or ERR_USAGE with a sentence that names `option`. */
int command_duration(const char *option, const char *text, double *seconds,
                     struct error *error);
int command_number(const char *option, const char *text, double least,
                   double most, double *out, struct error *error);
int command_whole(const char *option, const char *text, uint32_t least,
                  uint32_t most, uint32_t *out, struct error *error);

#endif
