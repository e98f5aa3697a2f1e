/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"
#include "analysis/programme.h"

/* ---- words ---- */

/* "10", "10 to 15". */
static void range_text(const struct range *range, char *out, size_t size)
{
    if (range->low == range->high) {
        snprintf(out, size, "%g", range->low);
    } else {
        snprintf(out, size, "%g to %g", range->low, range->high);
    }
}

/* "2 sets of 10 to 15, hold 5 s" */
static void dose_text(const struct dose *dose, char *out, size_t size)
{
    static const char *const forms[DOSE_PARTS] = {"%s sets of ", "%s times",
                                                  "hold %s s", "%s min"};
    size_t used = 0;
    out[0] = '\0';
    for (size_t part = 0; part < DOSE_PARTS; part++) {
        const struct range *range = &dose->part[part];
        char number[48];
        if (isnan(range->low) || (part == DOSE_SETS && range->high <= 1)) {
            continue;
        }
        range_text(range, number, sizeof(number));
        const char *form =
            part == DOSE_REPETITIONS && range->high == 1 ? "once" : forms[part];
        const char *joint = used > 0 && out[used - 1] != ' ' ? ", " : "";
        used += (size_t)snprintf(out + used, size - used, "%s", joint);
        used += (size_t)snprintf(out + used, size - used, form, number);
    }
}

static const char *side_text(const struct programme_exercise *exercise)
{
    return exercise->sides == SIDES_EACH   ? "each side"
           : exercise->sides == SIDES_BOTH ? "both sides"
                                           : "";
}

static void print_exercise(const struct programme_exercise *exercise)
{
    char dose[160];
    char days[48];
    dose_text(&exercise->dose, dose, sizeof(dose));
    range_text(&exercise->days_a_week, days, sizeof(days));
    printf("  %-22s %-11s %-11s %s\n", exercise->id, side_text(exercise), days,
           dose);
}

/* ---- commands ---- */

struct name_argument {
    const char *what; /* it is called */
    char *name;
};

static error_t parse_name(int key, char *value, struct argp_state *state)
{
    struct name_argument *argument = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (argument->name != NULL) {
            argp_error(state, "one %s at a time", argument->what);
        }
        argument->name = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which %s?", argument->what);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int run_list(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        NULL, NULL, NULL, "Lists the programmes that are built in.",
        NULL, NULL, NULL};
    int err = command_parse(&argp, argc, argv, NULL, error);
    for (size_t i = 0; err >= 0 && i < programme_builtin_count; i++) {
        struct programme *programme;
        err = programme_read(programme_builtins[i].name, &programme, error);
        if (err >= 0) {
            printf("%s: %s (%zu exercises, %u weeks)\n", programme->id,
                   programme->title.in[LANGUAGE_EN], programme->exercise_count,
                   programme->weeks);
            programme_free(programme);
        }
    }
    return err;
}

static int run_show(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        NULL,
        parse_name,
        "NAME",
        "Writes a built-in programme to standard output as it is, to be "
        "changed and used by --programme FILE.",
        NULL,
        NULL,
        NULL};
    struct name_argument argument = {.what = "NAME"};
    int err = command_parse(&argp, argc, argv, &argument, error);
    if (err < 0) {
        return err;
    }
    const struct programme_builtin *builtin = programme_builtin(argument.name);
    if (builtin == NULL) {
        return error_set(error, ERR_NO_INPUT,
                         "no programme '%s' is built in; `carpus programme "
                         "list` says which are",
                         argument.name);
    }
    fwrite(builtin->text, 1, builtin->size, stdout);
    return 0;
}

static int run_check(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        NULL,
        parse_name,
        "FILE",
        "Reads a programme (a file, or the name of one that is built in) and "
        "says what it prescribes, or line and column of what is wrong.",
        NULL,
        NULL,
        NULL};
    struct name_argument argument = {.what = "FILE"};
    struct programme *programme;
    int err = command_parse(&argp, argc, argv, &argument, error);
    if (err >= 0) {
        err = programme_read(argument.name, &programme, error);
    }
    if (err < 0) {
        return err;
    }
    printf("%s: good; '%s', %zu exercises, %zu cautions, %u weeks\n",
           argument.name, programme->title.in[LANGUAGE_EN],
           programme->exercise_count, programme->caution_count,
           programme->weeks);
    printf("  %-22s %-11s %-11s %s\n", "exercise", "side", "days a week",
           "dose in week 1");
    for (size_t i = 0; i < programme->exercise_count; i++) {
        print_exercise(&programme->exercise[i]);
    }
    programme_free(programme);
    return 0;
}

static const struct command list_command = {
    "list", "the programmes that are built in", run_list};
static const struct command show_command = {
    "show", "the text of one, to make your own of", run_show};
static const struct command check_command = {
    "check", "check a programme that you wrote", run_check};

static int run(int argc, char **argv, struct error *error)
{
    static const struct command *const commands[] = {
        &list_command, &show_command, &check_command};
    return command_group(commands, sizeof(commands) / sizeof(commands[0]),
                         "Exercise programmes: what is prescribed.", argc, argv,
                         error);
}

const struct command programme_command = {
    "programme", "list, show and check exercise programmes", run};
