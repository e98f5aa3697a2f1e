/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/programme_event.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const moment_names[MOMENTS] = {"before", "after"};

/* What a label may say. */
enum part {
    PART_NAME = 1 << 0,
    PART_WEEK = 1 << 1,
    PART_ID = 1 << 2,
    PART_SIDE = 1 << 3,
    PART_SET = 1 << 4,
    PART_SYMPTOM = 1 << 5,
    PART_WHEN = 1 << 6,
    PART_VALUE = 1 << 7,
    PART_DOSE = 1 << 8, /* one of the dose's parts */
};

static const struct {
    const char *word;
    unsigned parts; /* all of them, no others */
} kinds[PROGRAMME_EVENTS] = {
    [PROGRAMME_EVENT_PROGRAMME] = {"programme", PART_NAME | PART_WEEK},
    [PROGRAMME_EVENT_EXERCISE] = {"exercise", PART_ID | PART_SIDE | PART_SET},
    [PROGRAMME_EVENT_SKIPPED] = {"skipped", PART_ID | PART_SIDE},
    [PROGRAMME_EVENT_PAUSE] = {"pause", 0},
    [PROGRAMME_EVENT_SYMPTOM] = {"symptom",
                                 PART_SYMPTOM | PART_WHEN | PART_VALUE},
    [PROGRAMME_EVENT_WORD] = {"word", PART_ID | PART_SIDE | PART_DOSE},
    [PROGRAMME_EVENT_HAND] = {"hand", PART_ID | PART_DOSE},
};

/* ---- writing ---- */

static void add(char *out, const char *key, const char *value)
{
    size_t used = strlen(out);
    snprintf(out + used, PROGRAMME_EVENT_LABEL - used, " %s=%s", key, value);
}

static void add_number(char *out, const char *key, double value)
{
    char text[32];
    snprintf(text, sizeof(text), "%g", value);
    add(out, key, text);
}

void programme_event_label(const struct programme_event *event, char *out)
{
    unsigned parts = kinds[event->kind].parts;
    snprintf(out, PROGRAMME_EVENT_LABEL, "%s", kinds[event->kind].word);
    if (parts & PART_NAME) {
        add(out, "name", event->name);
    }
    if (parts & PART_WEEK) {
        add_number(out, "week", event->week);
    }
    if (parts & PART_ID) {
        add(out, "id", event->name);
    }
    if (parts & PART_SIDE) {
        add(out, "side", side_names[event->side]);
    }
    if (parts & PART_SET) {
        add_number(out, "set", event->set);
    }
    if (parts & PART_SYMPTOM) {
        add(out, "name", symptom_names[event->symptom]);
    }
    if (parts & PART_WHEN) {
        add(out, "when", moment_names[event->when]);
    }
    if (parts & PART_VALUE) {
        add_number(out, "value", event->value);
    }
    if (parts & PART_DOSE) {
        add_number(out, dose_names[event->part], event->value);
    }
}

/* ---- reading ---- */

/* The index of `text` among `names`, -1 if it is none. */
static int find(const char *text, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static bool take_number(const char *text, double least, double most,
                        double *out)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && *out >= least && *out <= most;
}

static bool take_count(const char *text, double most, uint32_t *out)
{
    double number;
    if (!take_number(text, 1, most, &number) || number != floor(number)) {
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

static bool take_name(const char *text, char out[PROGRAMME_ID])
{
    return text[0] != '\0' &&
           (size_t)snprintf(out, PROGRAMME_ID, "%s", text) < PROGRAMME_ID;
}

/* Takes "key=value"; returns the part that it is, 0 if it is wrong. */
static unsigned take(const char *key, const char *value, unsigned parts,
                     struct programme_event *out)
{
    int index;
    if (strcmp(key, "name") == 0 && (parts & PART_NAME)) {
        return take_name(value, out->name) ? PART_NAME : 0;
    }
    if (strcmp(key, "id") == 0) {
        return take_name(value, out->name) ? PART_ID : 0;
    }
    if (strcmp(key, "week") == 0) {
        return take_count(value, PROGRAMME_WEEKS_MAX, &out->week) ? PART_WEEK
                                                                  : 0;
    }
    if (strcmp(key, "set") == 0) {
        return take_count(value, 1000, &out->set) ? PART_SET : 0;
    }
    if (strcmp(key, "value") == 0) {
        return take_number(value, 0, 10, &out->value) ? PART_VALUE : 0;
    }
    if (strcmp(key, "side") == 0) {
        index = find(value, side_names, SIDE_COUNT);
        out->side = index < 0 ? SIDE_NONE : (enum side)index;
        return index < 0 ? 0 : PART_SIDE;
    }
    if (strcmp(key, "name") == 0) {
        index = find(value, symptom_names, SYMPTOM_NONE);
        out->symptom = index < 0 ? SYMPTOM_NONE : (enum symptom)index;
        return index < 0 ? 0 : PART_SYMPTOM;
    }
    if (strcmp(key, "when") == 0) {
        index = find(value, moment_names, MOMENTS);
        out->when = index < 0 ? MOMENT_BEFORE : (enum moment)index;
        return index < 0 ? 0 : PART_WHEN;
    }
    index = find(key, dose_names, DOSE_PARTS);
    out->part = index < 0 ? DOSE_SETS : (enum dose_part)index;
    return index >= 0 && take_number(value, 0, 10000, &out->value) ? PART_DOSE
                                                                   : 0;
}

bool programme_event_parse(const struct recording_event *event,
                           struct programme_event *out)
{
    char label[sizeof(event->label)];
    if (strcmp(event->source, PROGRAMME_EVENT_SOURCE) != 0) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    snprintf(label, sizeof(label), "%s", event->label);
    char *rest = NULL;
    const char *word = strtok_r(label, " ", &rest);
    int kind = 0;
    while (kind < PROGRAMME_EVENTS &&
           (word == NULL || strcmp(word, kinds[kind].word) != 0)) {
        kind++;
    }
    if (kind == PROGRAMME_EVENTS) {
        return false;
    }
    out->kind = (enum programme_event_kind)kind;
    unsigned missing = kinds[kind].parts;
    for (char *pair = strtok_r(NULL, " ", &rest); pair != NULL;
         pair = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(pair, '=');
        if (equals == NULL) {
            return false;
        }
        *equals = '\0';
        unsigned part = take(pair, equals + 1, missing, out);
        if (part == 0 || !(missing & part)) {
            return false; /* wrong, unknown, or said twice */
        }
        missing &= ~part;
    }
    return missing == 0;
}
