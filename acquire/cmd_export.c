/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "acquire/command.h"
#include "acquire/output.h"
#include "acquire/recording.h"

struct arguments {
    const char *in;
    const char *out;
    bool raw;
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0,
     "The CSV to write; - is standard output (default)", 0},
    {"raw", 'r', NULL, 0,
     "The integers as they are stored, instead of g and deg/s", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->out = value;
        return 0;
    case 'r':
        arguments->raw = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->in != NULL) {
            argp_error(state, "one FILE at a time");
        }
        arguments->in = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which FILE? A recording, or a CSV of motion");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void write_header(FILE *file, const struct recording_info *info,
                         bool raw)
{
    fputs("t_s", file);
    if (info->has_accel) {
        fputs(raw ? ",ax_raw,ay_raw,az_raw" : ",ax_g,ay_g,az_g", file);
    }
    if (info->has_gyro) {
        fputs(raw ? ",gx_raw,gy_raw,gz_raw" : ",gx_dps,gy_dps,gz_dps", file);
    }
    fputc('\n', file);
}

/* Six places of a g and four of a deg/s are below the least step of any sensor
 * here (61 ug and 8.75 mdeg/s, LSM6DSOX table 2). */
static void write_row(FILE *file, const struct recording_info *info, double t_s,
                      const struct motion *row)
{
    fprintf(file, "%.6f", t_s);
    if (info->has_accel) {
        fprintf(file, ",%.6f,%.6f,%.6f", (double)row->accel[0],
                (double)row->accel[1], (double)row->accel[2]);
    }
    if (info->has_gyro) {
        fprintf(file, ",%.4f,%.4f,%.4f", (double)row->gyro[0],
                (double)row->gyro[1], (double)row->gyro[2]);
    }
    fputc('\n', file);
}

static void write_raw_row(FILE *file, const struct recording_info *info,
                          double t_s, const int16_t row[6])
{
    fprintf(file, "%.6f", t_s);
    if (info->has_accel) {
        fprintf(file, ",%d,%d,%d", row[0], row[1], row[2]);
    }
    if (info->has_gyro) {
        fprintf(file, ",%d,%d,%d", row[3], row[4], row[5]);
    }
    fputc('\n', file);
}

static int write_raw_chunk(struct recording *recording, FILE *file,
                           const struct recording_chunk *chunk,
                           struct error *error)
{
    enum { ROWS = 256 };
    int16_t rows[ROWS][6];
    for (size_t i = 0; i < chunk->count; i++) {
        if (i % ROWS == 0) {
            size_t left = chunk->count - i;
            int err =
                recording_read_raw(recording, chunk->first + i,
                                   left < ROWS ? left : ROWS, rows, error);
            if (err < 0) {
                return err;
            }
        }
        write_raw_row(file, recording_info(recording),
                      chunk->t0_s + (double)i * chunk->dt_s, rows[i % ROWS]);
    }
    return 0;
}

static int write_rows(struct recording *recording, FILE *file, bool raw,
                      struct error *error)
{
    const struct recording_info *info = recording_info(recording);
    write_header(file, info, raw);
    struct recording_chunk chunk;
    int err;
    while ((err = recording_read(recording, &chunk, error)) == 0 &&
           chunk.count > 0 && !ferror(file)) {
        if (raw) {
            err = write_raw_chunk(recording, file, &chunk, error);
            if (err < 0) {
                return err;
            }
            continue;
        }
        for (size_t i = 0; i < chunk.count; i++) {
            write_row(file, info, chunk.t0_s + (double)i * chunk.dt_s,
                      &chunk.rows[i]);
        }
    }
    return err;
}

static int export(struct recording *recording,
                  const struct arguments *arguments, struct error *error)
{
    /* Nothing is written where there are no integers to write. */
    int err =
        arguments->raw ? recording_read_raw(recording, 0, 0, NULL, error) : 0;
    if (err < 0) {
        return err;
    }
    struct output output;
    err = output_open(&output, arguments->out, error);
    if (err < 0) {
        return err;
    }
    err = write_rows(recording, output.file, arguments->raw, error);
    if (err < 0) {
        output_abort(&output);
        return err;
    }
    return output_commit(&output, error);
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        options,
        parse,
        "FILE [-o CSV]",
        "Writes a recording as CSV: time in seconds from the first sample on "
        "the host's clock, acceleration in g, rotation in deg/s.",
        NULL,
        NULL,
        NULL};
    struct arguments arguments = {.out = "-"};
    int err = command_parse(&argp, argc, argv, &arguments, error);
    if (err < 0) {
        return err;
    }
    struct recording *recording;
    err = recording_open(arguments.in, NULL, &recording, error);
    if (err < 0) {
        return err;
    }
    err = export(recording, &arguments, error);
    recording_close(recording);
    return err;
}

const struct command export_command = {"export", "write a recording as CSV",
                                       run};
