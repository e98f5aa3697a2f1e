/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/csv_columns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "acquire/units.h"

enum sensor { ACCEL, GYRO, TIME };

/* All names and units are compared without case and without anything but
 * letters and digits; "m/s^2" is ms2. */
static const struct {
    enum sensor sensor;
    const char *name;
} names[] = {
    {ACCEL, ""},
    {ACCEL, "a"},
    {ACCEL, "acc"},
    {ACCEL, "accel"},
    {ACCEL, "acceleration"},
    {ACCEL, "accelerometer"},
    {GYRO, "g"},
    {GYRO, "gyr"},
    {GYRO, "gyro"},
    {GYRO, "gyroscope"},
    {GYRO, "rot"},
    {GYRO, "rotation"},
    {GYRO, "rotationrate"},
    {GYRO, "angularvelocity"},
    {GYRO, "angularrate"},
    {GYRO, "angvel"},
    {GYRO, "w"},
    {GYRO, "omega"},
    {TIME, ""},
    {TIME, "t"},
    {TIME, "time"},
    {TIME, "timestamp"},
    {TIME, "elapsed"},
    {TIME, "elapsedtime"},
    {TIME, "unixtime"},
    {TIME, "unixtimestamp"},
    {TIME, "epoch"},
    {TIME, "date"},
    {TIME, "datetime"},
    {TIME, "utc"},
};

static const struct {
    enum sensor sensor;
    const char *name;
    double value; /* g, deg/s, s of one */
} units[] = {
    {ACCEL, "g", 1},
    {ACCEL, "mg", 1e-3},
    {ACCEL, "ms2", 1 / STANDARD_GRAVITY_MS2},
    {ACCEL, "mss", 1 / STANDARD_GRAVITY_MS2},
    {ACCEL, "mps2", 1 / STANDARD_GRAVITY_MS2},
    {GYRO, "dps", 1},
    {GYRO, "mdps", 1e-3},
    {GYRO, "degs", 1},
    {GYRO, "degsec", 1},
    {GYRO, "degps", 1},
    {GYRO, "rads", DEGREES_PER_RADIAN},
    {GYRO, "radsec", DEGREES_PER_RADIAN},
    {GYRO, "radps", DEGREES_PER_RADIAN},
    {TIME, "s", 1},
    {TIME, "sec", 1},
    {TIME, "secs", 1},
    {TIME, "second", 1},
    {TIME, "seconds", 1},
    {TIME, "ms", 1e-3},
    {TIME, "msec", 1e-3},
    {TIME, "millis", 1e-3},
    {TIME, "milliseconds", 1e-3},
    {TIME, "us", 1e-6},
    {TIME, "usec", 1e-6},
    {TIME, "micros", 1e-6},
    {TIME, "microseconds", 1e-6},
    {TIME, "ns", 1e-9},
    {TIME, "nsec", 1e-9},
    {TIME, "nanos", 1e-9},
    {TIME, "nanoseconds", 1e-9},
};

/* What other columns begin with whose meaning is known, and which are left
 * out. A column that is neither measured nor here may be a misspelt one. */
static const char *const others[] = {
    "label",
    "activity",
    "class",
    "step",
    "event",
    "annotation",
    "marker",
    "comment",
    "note",
    "subject",
    "user",
    "participant",
    "session",
    "id",
    "index",
    "counter",
    "packet",
    "sample",
    "frame",
    "row",
    "unnamed",
    "temp",
    "mag",
    "mx",
    "my",
    "mz",
    "compass",
    "press",
    "baro",
    "alt",
    "batt",
    "volt",
    "heart",
    "hr",
    "bpm",
    "ecg",
    "ppg",
    "emg",
    "eda",
    "quat",
    "q0",
    "q1",
    "q2",
    "q3",
    "qw",
    "qx",
    "qy",
    "qz",
    "euler",
    "roll",
    "pitch",
    "yaw",
    "heading",
    "absolute",
    "norm",
    "vm",
    "enmo",
    "svm",
    "light",
    "lux",
    "humid",
    "gravity",
    "linear",
    "lat",
    "lon",
    "gps",
    "speed",
    "button",
    "status",
    "flag",
    "valid",
    "device",
    "secondselapsed",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Signs of units beyond ASCII, in UTF-8. */
static const struct {
    const char *sign;
    const char *text;
} signs[] = {
    {"\xc2\xb2", "2"},
    {"\xc2\xb0", "deg"},
    {"\xc2\xb5", "u"},
    {"\xce\xbc", "u"},
};

static void compact(const char *text, char *out, size_t size)
{
    size_t used = 0;
    while (*text != '\0' && used + 4 < size) {
        size_t length = 1;
        const char *put = "";
        char letter[2] = {(char)tolower((unsigned char)*text), '\0'};
        if (isalnum((unsigned char)*text)) {
            put = letter;
        }
        for (size_t i = 0; i < COUNT(signs); i++) {
            if (strncmp(text, signs[i].sign, 2) == 0) {
                put = signs[i].text;
                length = 2;
            }
        }
        used += (size_t)snprintf(out + used, size - used, "%s", put);
        text += length;
    }
    out[used] = '\0';
}

/* Unit of `text`, all of it; 0 if none, -1 if `text` is no unit of it. */
static double unit_of(enum sensor sensor, const char *text)
{
    if (*text == '\0') {
        return 0;
    }
    for (size_t i = 0; i < COUNT(units); i++) {
        if (units[i].sensor == sensor && strcmp(units[i].name, text) == 0) {
            return units[i].value;
        }
    }
    return -1;
}

static const char *after(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncmp(text, word, n) == 0 ? text + n : text;
}

/* NAME AXIS [axis] [UNIT], or AXIS NAME [UNIT] with a NAME. */
static enum csv_role axis_of(size_t i, const char *text, double *unit)
{
    const char *name = names[i].name;
    size_t n = strlen(name);
    const char *rest = NULL;
    char axis = '\0';
    if (strncmp(text, name, n) == 0 && strchr("xyz", text[n]) != NULL) {
        axis = text[n];
        rest = axis != '\0' ? after(text + n + 1, "axis") : NULL;
    }
    bool fits = rest != NULL && unit_of(names[i].sensor, rest) >= 0;
    if (!fits && n > 1 && text[0] >= 'x' && text[0] <= 'z' &&
        strncmp(text + 1, name, n) == 0) {
        axis = text[0];
        rest = text + 1 + n;
    }
    *unit = rest != NULL ? unit_of(names[i].sensor, rest) : -1;
    return (enum csv_role)((names[i].sensor == ACCEL ? CSV_AX : CSV_GX) +
                           (axis - 'x'));
}

static enum csv_role role_of(const char *name, double *unit)
{
    char text[CSV_NAME_MAX];
    compact(name, text, sizeof(text));
    for (size_t i = 0; i < COUNT(names) && text[0] != '\0'; i++) {
        enum csv_role role = CSV_TIME;
        size_t n = strlen(names[i].name);
        if (names[i].sensor != TIME) {
            role = axis_of(i, text, unit);
        } else if (strncmp(text, names[i].name, n) == 0) {
            *unit = unit_of(TIME, text + n);
        } else {
            continue;
        }
        if (*unit >= 0) {
            return role;
        }
    }
    *unit = 0;
    return CSV_SKIP;
}

static bool is_other(const char *name)
{
    char text[CSV_NAME_MAX];
    compact(name, text, sizeof(text));
    bool found = text[0] == '\0';
    for (size_t i = 0; i < COUNT(others) && !found; i++) {
        found = strncmp(text, others[i], strlen(others[i])) == 0;
    }
    return found;
}

/* ---- --columns and --unit ---- */

/* The next part of a list with commas; NULL at its end. */
static const char *next_part(const char *list, char *out, size_t size)
{
    if (list == NULL || *list == '\0') {
        return NULL;
    }
    size_t n = strcspn(list, ",");
    snprintf(out, size, "%.*s", (int)n, list);
    return list + n + (list[n] == ',');
}

static int take_chosen(struct csv_columns *c, const char *chosen,
                       struct error *error)
{
    for (size_t i = 0; i < c->count; i++) {
        snprintf(c->name[i], CSV_NAME_MAX, "-");
    }
    char name[CSV_NAME_MAX];
    size_t i = 0;
    while ((chosen = next_part(chosen, name, sizeof(name))) != NULL) {
        double unit;
        if (strcmp(name, "-") != 0 && role_of(name, &unit) == CSV_SKIP) {
            return error_set(error, ERR_USAGE,
                             "--columns: unknown column '%s'; known are t, "
                             "ax, ay, az, gx, gy, gz and - to skip one",
                             name);
        }
        if (i == c->count) {
            return error_set(error, ERR_USAGE,
                             "--columns names more columns than the %zu of "
                             "the file",
                             c->count);
        }
        memcpy(c->name[i++], name, sizeof(name));
    }
    return 0;
}

static int take_units(struct csv_columns *c, const char *unit,
                      struct error *error)
{
    static const enum csv_role first[] = {CSV_AX, CSV_GX, CSV_TIME};
    static const int axes[] = {3, 3, 1};
    char part[CSV_NAME_MAX];
    char text[CSV_NAME_MAX];
    while ((unit = next_part(unit, part, sizeof(part))) != NULL) {
        compact(part, text, sizeof(text));
        bool known = false;
        for (int sensor = ACCEL; sensor <= TIME && !known; sensor++) {
            double value = unit_of((enum sensor)sensor, text);
            known = value > 0;
            for (int k = 0; known && k < axes[sensor]; k++) {
                c->unit[(int)first[sensor] + k] = value;
            }
        }
        if (!known) {
            return error_set(error, ERR_USAGE,
                             "--unit: unknown unit '%s'; known are g, mg, "
                             "m/s2, dps, mdps, rad/s, s, ms, us and ns",
                             part);
        }
    }
    return 0;
}

/* Says what to write so that column `i` is left out. */
static int unknown_column(const struct csv_columns *c, size_t i,
                          struct error *error)
{
    char list[240] = "";
    size_t used = 0;
    for (size_t k = 0; k < c->count && used < sizeof(list); k++) {
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
                                 k > 0 ? "," : "",
                                 c->role[k] != CSV_SKIP ? c->name[k] : "-");
    }
    if (used >= sizeof(list)) {
        snprintf(list, sizeof(list), "t,ax,ay,az,-");
    }
    return error_set(error, ERR_DATA,
                     "what is in column '%s' is not known; to leave it out, "
                     "add --columns '%s'",
                     c->name[i], list);
}

/* Where there is no time the unknown may be it: somebody will ask for it. */
static int check_others(const struct csv_columns *c, struct error *error)
{
    for (size_t i = 0; i < c->count && c->column[CSV_TIME] >= 0; i++) {
        if (c->role[i] == CSV_SKIP && !is_other(c->name[i])) {
            return unknown_column(c, i, error);
        }
    }
    return 0;
}

static int find_roles(struct csv_columns *c, struct error *error)
{
    for (int role = 0; role < CSV_ROLES; role++) {
        c->column[role] = -1;
        c->unit[role] = 0;
    }
    for (size_t i = 0; i < c->count; i++) {
        double unit;
        enum csv_role role = role_of(c->name[i], &unit);
        c->role[i] = role;
        if (role == CSV_SKIP) {
            continue;
        }
        if (c->column[role] >= 0) {
            return error_set(error, ERR_DATA,
                             "columns '%s' and '%s' mean the same; say with "
                             "--columns which to take",
                             c->name[c->column[role]], c->name[i]);
        }
        c->column[role] = (int)i;
        c->unit[role] = unit;
    }
    return 0;
}

bool csv_columns_has_accel(const struct csv_columns *columns)
{
    const int *column = columns->column;
    return column[CSV_AX] >= 0 || column[CSV_AY] >= 0 || column[CSV_AZ] >= 0;
}

bool csv_columns_has_gyro(const struct csv_columns *columns)
{
    const int *column = columns->column;
    return column[CSV_GX] >= 0 || column[CSV_GY] >= 0 || column[CSV_GZ] >= 0;
}

int csv_columns_recognise(struct csv_columns *columns, const char *chosen,
                          const char *unit, struct error *error)
{
    int err = chosen != NULL ? take_chosen(columns, chosen, error) : 0;
    if (err == 0) {
        err = find_roles(columns, error);
    }
    if (err == 0) {
        err = take_units(columns, unit, error);
    }
    if (err == 0 && !csv_columns_has_accel(columns) &&
        !csv_columns_has_gyro(columns)) {
        return error_set(error, ERR_DATA,
                         "no column of an accelerometer (ax, ay, az) or a "
                         "gyroscope (gx, gy, gz) was found; name them with "
                         "--columns");
    }
    return err == 0 ? check_others(columns, error) : err;
}
