/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * carpus: records, measures and reports what a wrist-worn inertial sensor saw.
 * Here is only the table of commands; each is its own file (command.h).
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "acquire/cmd_record.h"
#include "acquire/command.h"
#include "analysis/guided_session.h"

static int run_record(int argc, char **argv, struct error *error)
{
    return record_run(&guided_session, argc, argv, error);
}

static const struct command record_command = {
    "record", "record wristbands into a file", run_record};

static const struct command *const commands[] = {
    &doctor_command,  &devices_command,   &device_command, &record_command,
    &recover_command, &info_command,      &verify_command, &import_command,
    &export_command,  &analyse_command,   &report_command, &batch_command,
    &history_command, &programme_command,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out)
{
    fputs("Usage: carpus COMMAND [OPTION...] [FILE...]\n"
          "Records a wrist-worn motion sensor and measures taps, tremor, "
          "walking and exercise.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->purpose);
    }
    fputs("\n`carpus COMMAND --help` tells more of each. carpus is not a "
          "medical device.\n",
          out);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

/* Data that did not reach standard output is a failure like any other. */
static int close_stdout(struct error *error)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return error_set(error, ERR_IO, "cannot write to standard output");
    }
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct error error = {0};
    char name[64];
    snprintf(name, sizeof(name), "carpus %s", command->name);
    argv[0] = name;

    /* A limit on the size of files is an error like a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    int err = command->run(argc, argv, &error);
    if (err >= 0) {
        err = close_stdout(&error);
    }
    if (err < 0) {
        fprintf(stderr, "%s: %s\n", name,
                error.text[0] ? error.text : error_name(err));
    }
    return error_exit_status(err);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return error_exit_status(ERR_USAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("carpus " CARPUS_VERSION);
        return 0;
    }
    const struct command *command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "carpus: no command '%s'; `carpus --help` lists them\n",
                argv[1]);
        return error_exit_status(ERR_USAGE);
    }
    return run(command, argc - 1, argv + 1);
}
