/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"
#include "acquire/device.h"

enum { DEVICES_MAX = 64, KEY_JSON = 'j' };

static const struct argp_option options[] = {
    {"json", KEY_JSON, NULL, 0, "Write JSON", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    bool *json = state->input;
    (void)argument;
    if (key == KEY_JSON) {
        *json = true;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        argp_error(state, "takes no argument");
    }
    return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
    .options = options,
    .parser = parse_option,
    .doc = "Lists the wristbands that are plugged in, and what else "
           "`carpus record --device` takes.",
};

static int print_json(const struct device_entry *entries, size_t count,
                      const struct error *note, struct error *error)
{
    json_t *devices = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct device_entry *e = &entries[i];
        json_array_append_new(
            devices, json_pack("{s:s, s:s, s:s, s:b}", "id", e->id, "where",
                               e->where, "what", e->what, "usable", e->usable));
    }
    json_t *root =
        json_pack("{s:o, s:s}", "devices", devices, "note", note->text);
    if (root == NULL || json_array_size(devices) != count) {
        json_decref(root);
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int failed = json_dumpf(root, stdout, JSON_INDENT(2));
    json_decref(root);
    if (failed != 0 || putchar('\n') == EOF) {
        return error_set(error, ERR_IO, "cannot write to standard output");
    }
    return 0;
}

static void print_table(const struct device_entry *entries, size_t count)
{
    int id = (int)strlen("DEVICE");
    int where = (int)strlen("WHERE");
    for (size_t i = 0; i < count; i++) {
        int length = (int)strlen(entries[i].id);
        id = length > id ? length : id;
        length = (int)strlen(entries[i].where);
        where = length > where ? length : where;
    }
    printf("%-*s  %-*s  WHAT\n", id, "DEVICE", where, "WHERE");
    for (size_t i = 0; i < count; i++) {
        printf("%-*s  %-*s  %s\n", id, entries[i].id, where, entries[i].where,
               entries[i].what);
    }
}

static int run(int argc, char **argv, struct error *error)
{
    bool json = false;
    int err = command_parse(&argp, argc, argv, &json, error);
    if (err < 0) {
        return err;
    }
    struct device_entry entries[DEVICES_MAX];
    struct error note;
    size_t count;
    err = device_list(entries, DEVICES_MAX, &count, &note);
    if (err < 0) {
        return error_set(error, err, "%s", note.text);
    }
    if (json) {
        return print_json(entries, count, &note, error);
    }
    print_table(entries, count);
    if (note.code != 0) {
        fprintf(stderr, "%s: %s\n", argv[0], note.text);
    }
    return 0;
}

const struct command devices_command = {
    .name = "devices",
    .purpose = "list the wristbands that are there",
    .run = run,
};
