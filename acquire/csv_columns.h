/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the columns of a CSV file are: names and units as people write them
 * (import.h says which), told apart by tables.
 */
#ifndef ACQUIRE_CSV_COLUMNS_H
#define ACQUIRE_CSV_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "acquire/error.h"

enum {
    CSV_COLUMNS_MAX = 256,
    CSV_NAME_MAX = 96, /* longer names are cut */
};

enum csv_role {
    CSV_SKIP = -1,
    CSV_AX, /* the order of a sample */
    CSV_AY,
    CSV_AZ,
    CSV_GX,
    CSV_GY,
    CSV_GZ,
    CSV_TIME,
    CSV_ROLES
};

struct csv_columns {
    size_t count;
    enum csv_role role[CSV_COLUMNS_MAX];
    char name[CSV_COLUMNS_MAX][CSV_NAME_MAX];
    int column[CSV_ROLES];  /* -1: there is none */
    double unit[CSV_ROLES]; /* g, deg/s or s of one; 0: not known */
};

/* Recognises the names already in columns->name. `chosen` are the names of
 * --columns, which take their place, or NULL; `unit` is that of --unit or
 * NULL. ERR_DATA or ERR_USAGE where two columns are the same, a name is
 * unknown, or nothing measured remains. */
int csv_columns_recognise(struct csv_columns *columns, const char *chosen,
                          const char *unit, struct error *error);

bool csv_columns_has_accel(const struct csv_columns *columns);
bool csv_columns_has_gyro(const struct csv_columns *columns);

#endif
