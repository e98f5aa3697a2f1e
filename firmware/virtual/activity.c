/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/virtual/activity.h"

#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct pose POSES[] = {
    {"lap", {0.10, 0.17, 0.980}, 1.0, 0.0, "rest"},
    {"table", {0.0, 0.0, 1.0}, 0.7, 0.0, "rest"},
    {"hanging", {-0.97, 0.05, 0.24}, 1.5, 0.0, "rest"},
    {"raised", {0.50, 0.05, 0.865}, 2.0, 0.0, "postural"},
    {"outstretched", {0.05, 0.12, 0.991}, 2.5, 0.0, "postural"},
    {"moving", {0.30, -0.20, 0.933}, 2.0, 25.0, "kinetic"},
};

static const struct activity *const ACTIVITIES[] = {
    &activity_rest,   &activity_walk,  &activity_tremor, &activity_taps,
    &activity_curls,  &activity_wash,  &activity_shake,  &activity_brush,
    &activity_typing, &activity_knock, &activity_table,  &activity_bag};

const struct activity *activity_find(const char *name)
{
    for (size_t k = 0; k < COUNT(ACTIVITIES); k++) {
        if (strcmp(ACTIVITIES[k]->name, name) == 0) {
            return ACTIVITIES[k];
        }
    }
    return NULL;
}

const struct pose *pose_find(const char *name)
{
    for (size_t k = 0; k < COUNT(POSES); k++) {
        if (strcmp(POSES[k].name, name) == 0) {
            return &POSES[k];
        }
    }
    return NULL;
}

static void append(char *out, size_t size, const char *word)
{
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%s", used ? ", " : "", word);
}

void activity_names(char *out, size_t size)
{
    out[0] = '\0';
    for (size_t k = 0; k < COUNT(ACTIVITIES); k++) {
        append(out, size, ACTIVITIES[k]->name);
    }
}

void pose_names(char *out, size_t size)
{
    out[0] = '\0';
    for (size_t k = 0; k < COUNT(POSES); k++) {
        append(out, size, POSES[k].name);
    }
}

void parameter_names(const struct activity *activity, char *out, size_t size)
{
    out[0] = '\0';
    append(out, size, "pose");
    for (size_t k = 0; k < ACTIVITY_PARAMETERS; k++) {
        if (activity->parameters[k].name) {
            append(out, size, activity->parameters[k].name);
        }
    }
}

bool activity_is_unworn(const struct activity *activity)
{
    return activity == &activity_table || activity == &activity_bag;
}
