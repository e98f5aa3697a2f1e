/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/command.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "carpus " CARPUS_VERSION;

/* What any command may end with stands at the end of its --help. */
static char *add_statuses(int key, const char *text, void *input)
{
    enum { SIZE = 1024 };
    static const char lead[] = "Exit statuses of all commands: 0 all is well; ";
    (void)input;
    char *out = key == ARGP_KEY_HELP_EXTRA ? calloc(1, SIZE) : NULL;
    if (out == NULL) {
        return (char *)text;
    }
    memcpy(out, lead, sizeof(lead));
    error_statuses(out + strlen(lead), SIZE - sizeof(lead));
    return out;
}

int command_parse(const struct argp *argp, int argc, char **argv, void *input,
                  struct error *error)
{
    struct argp told = *argp;
    told.help_filter = add_statuses;
    argp_err_exit_status = error_exit_status(ERR_USAGE);
    int number = argp_parse(&told, argc, argv, 0, NULL, input);
    if (number == ENOMEM) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    return number == 0 ? 0
                       : error_set(error, ERR_USAGE,
                                   "wrong usage; try `%s --help`", argv[0]);
}

static void print_group(FILE *out, const struct command *const *commands,
                        size_t count, const char *what, const char *name)
{
    fprintf(out, "Usage: %s COMMAND [OPTION...]\n%s\n\nCommands:\n", name,
            what);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->purpose);
    }
    fprintf(out, "\n`%s COMMAND --help` tells more of each.\n", name);
}

int command_group(const struct command *const *commands, size_t count,
                  const char *what, int argc, char **argv, struct error *error)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        print_group(stdout, commands, count, what, argv[0]);
        return 0;
    }
    for (size_t i = 0; argc > 1 && i < count; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0) {
            char name[64];
            snprintf(name, sizeof(name), "%s %s", argv[0], argv[1]);
            argv[1] = name;
            return commands[i]->run(argc - 1, argv + 1, error);
        }
    }
    return argc > 1 ? error_set(error, ERR_USAGE,
                                "no command '%.40s'; try `%s --help`", argv[1],
                                argv[0])
                    : error_set(error, ERR_USAGE,
                                "which command? try `%s --help`", argv[0]);
}

static const struct {
    const char *suffix;
    double seconds;
} units[] = {
    {"", 1},     {"s", 1},    {"ms", 0.001}, {"m", 60},
    {"min", 60}, {"h", 3600}, {"d", 86400},
};

/* As long as 64 bits of nanoseconds last, 285 years. */
static const double MOST_S = 9e9;

int command_duration(const char *option, const char *text, double *seconds,
                     struct error *error)
{
    char *end;
    double value = strtod(text, &end);
    if (end != text && isfinite(value) && value > 0) {
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            double product = value * units[i].seconds;
            if (strcmp(end, units[i].suffix) == 0 && product <= MOST_S) {
                *seconds = product;
                return 0;
            }
        }
    }
    return error_set(error, ERR_USAGE,
                     "%s: '%s' is no duration; write 90s, 5m or 1.5h", option,
                     text);
}

int command_number(const char *option, const char *text, double least,
                   double most, double *out, struct error *error)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least && value <= most)) {
        return error_set(error, ERR_USAGE,
                         "%s: '%s' is no number from %.10g to %.10g", option,
                         text, least, most);
    }
    *out = value;
    return 0;
}

int command_whole(const char *option, const char *text, uint32_t least,
                  uint32_t most, uint32_t *out, struct error *error)
{
    double value = 0;
    int err = command_number(option, text, least, most, &value, error);
    if (err == 0 && value != (double)(uint32_t)value) {
        err = error_set(error, ERR_USAGE, "%s: '%s' is no whole number", option,
                        text);
    }
    if (err == 0) {
        *out = (uint32_t)value;
    }
    return err;
}
