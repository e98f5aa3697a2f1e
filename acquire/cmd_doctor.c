/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"
#include "acquire/doctor.h"
#include "acquire/udev_rule.h"

enum { COLUMNS = 79, INDENT = 9 };

struct options {
    const char *folder;
    bool json;
    bool rule;
};

enum { KEY_UDEV_RULE = 256 };

static const struct argp_option option_table[] = {
    {"json", 'j', NULL, 0, "Write JSON", 0},
    {"udev-rule", KEY_UDEV_RULE, NULL, 0,
     "Write the udev rule that lets who sits here use a wristband, and check "
     "nothing",
     0},
    {0},
};

static const char doc[] =
    "Checks whether this computer is ready to record into FOLDER (default: "
    "here): the udev rule, wristbands that are plugged in, memory for USB, "
    "space and speed of the disk, the clock, libraries, and journals that were "
    "left. Says of each whether it is ok, a warning or a problem; below that "
    "stands a command that mends it, if there is one. Changes nothing.\v"
    "Exit status: 0 there is no problem, warnings or not; 66 no such folder; "
    "86 there is a problem.";

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'j':
        options->json = true;
        return 0;
    case KEY_UDEV_RULE:
        options->rule = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "one FOLDER at a time");
        }
        options->folder = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

struct listing {
    json_t *json; /* array; NULL: print */
    bool failed;  /* something did not get into it */
    int problems;
};

/* Prints `text` in lines that begin after INDENT columns, `used` of which are
 * taken in the first. */
static void print_wrapped(const char *text, size_t used)
{
    size_t column = INDENT + used;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column + 1 + word > COLUMNS) {
            printf("\n%*s", INDENT, "");
            column = INDENT;
        } else {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)word, text);
        column += word;
        text += word + strspn(text + word, " ");
    }
    putchar('\n');
}

static void print_fix(const char *fix)
{
    while (*fix != '\0') {
        size_t line = strcspn(fix, "\n");
        printf("%*s%.*s\n", INDENT, "", (int)line, fix);
        fix += line + (fix[line] == '\n');
    }
}

static void take(void *self, const struct doctor_finding *finding)
{
    struct listing *listing = self;
    const char *level = doctor_level_name(finding->level);
    listing->problems += finding->level == DOCTOR_PROBLEM;
    if (listing->json == NULL) {
        printf("%-*s%s:", INDENT, level, finding->check);
        print_wrapped(finding->text, strlen(finding->check) + 1);
        print_fix(finding->fix);
        return;
    }
    json_t *item =
        json_pack("{s:s, s:s, s:s, s:s}", "check", finding->check, "level",
                  level, "text", finding->text, "fix", finding->fix);
    if (json_array_append_new(listing->json, item) != 0) {
        listing->failed = true;
    }
}

static int print_json(struct listing *listing, struct error *error)
{
    if (listing->failed) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    if (json_dumpf(listing->json, stdout, JSON_INDENT(2)) != 0 ||
        putchar('\n') == EOF) {
        return error_set(error, ERR_IO, "cannot write to standard output");
    }
    return 0;
}

static int check_folder(const char *folder, struct error *error)
{
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return error_from_errno(error, errno, "cannot look into '%s'", folder);
    }
    closedir(entries);
    return 0;
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        option_table, parse_option, "[FOLDER]", doc, NULL, NULL, NULL};
    struct options options = {.folder = "."};
    struct listing listing = {0};
    struct doctor doctor;
    int err = command_parse(&argp, argc, argv, &options, error);
    if (err == 0 && options.rule) {
        size_t size;
        const char *text = udev_rule_text(&size);
        fwrite(text, 1, size, stdout); /* carpus.c finds out if it failed */
        return 0;
    }
    if (err == 0) {
        err = check_folder(options.folder, error);
    }
    if (err < 0) {
        return err;
    }
    if (options.json) {
        listing.json = json_array();
        if (listing.json == NULL) {
            return error_set(error, ERR_NO_MEMORY, "out of memory");
        }
    }
    doctor_init(&doctor, options.folder);
    doctor_run(&doctor, (struct doctor_listener){take, &listing});
    if (options.json) {
        err = print_json(&listing, error);
        json_decref(listing.json);
    }
    if (err == 0 && listing.problems > 0) {
        err = error_set(error, ERR_UNFIT, "%d problem%s", listing.problems,
                        listing.problems == 1 ? "" : "s");
    }
    return err;
}

const struct command doctor_command = {
    "doctor", "check that this computer is ready to record", run};
