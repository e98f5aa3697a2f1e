/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Import: other makers' files read as if they were recordings. CSV for now;
 * a format is one file and one line in the table of import.c.
 *
 * A CSV has a header that names its columns, or `columns` does. Recognised
 * (any case; separators space _ - . ( ) [ ] and units such as _g, _mg, _ms2,
 * "m/s^2", _dps, "deg/s", _rads, "rad/s" are understood): time (t, time,
 * timestamp, seconds, ms, ...), accelerometer x y z (ax, acc_x, accel x,
 * accelerometer_x, x ...), gyroscope x y z (gx, gyro_x, rot_x ...), and labels,
 * temperature, magnetometer and the like (csv_columns.c), which are left out. A
 * column of which nothing is known is an error: it may be a misspelt axis.
 * Where the header names no unit, the length of gravity tells g from m/s2, and
 * the size of the numbers is never guessed for a gyroscope: deg/s unless `unit`
 * says otherwise, with a note. An accelerometer without gravity is refused.
 *
 * Rows without a value, out of order or twice are left out (csv_sieve.h), with
 * a note, and missing samples are a gap.
 *
 * Time is seconds, milliseconds, microseconds or nanoseconds (told by the
 * header, else by the step), ISO 8601, or absent with a rate given.
 */
#ifndef ACQUIRE_IMPORT_H
#define ACQUIRE_IMPORT_H

#include "acquire/recording.h"

struct import_options {
    const char
        *columns;     /* "t,ax,ay,az,gx,gy,gz", "-" skips one; NULL: header */
    const char *unit; /* "g,dps", "m/s2,rad/s", "mg"; NULL: recognise */
    double rate_hz;   /* 0: from the time column */
    enum placement placement;
    const char *sensor; /* of a recording: "left-wrist", "left", or a serial
                         * number; NULL: the only one */
    bool own; /* this process has just written the recording, so it is read
               * without a process of its own */
};            /* recording_open borrows the strings until recording_close */

/* What import has done. */
struct import_result {
    uint64_t rows;
    uint64_t lost_samples;
    size_t gaps;
    double rate_hz;
    double duration_s;
    double accel_step_mg; /* rounding is to this step; 0: no such sensor */
    double gyro_step_mdps;
    char notes[1024]; /* what had to be assumed, "" for nothing */
};

/* Writes what is in `in` as a recording to `out`; samples become int16 with
 * the finest scale that holds the largest. `result` may be NULL. */
int import_file(const char *in, const char *out,
                const struct import_options *options,
                struct import_result *result, struct error *error);

#endif
