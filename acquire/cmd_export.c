/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "acquire/command.h"
#include "acquire/import.h"
#include "acquire/output.h"
#include "acquire/recording.h"

struct arguments {
    const char *in;
    const char *out;
    struct import_options import;
    bool raw;
    struct output output; /* open as soon as there is something to write */
    bool writing;
    bool has[2]; /* accelerometer, gyroscope: columns that are written */
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0,
     "The CSV to write; - is standard output (default)", 0},
    {"raw", 'r', NULL, 0,
     "The integers as they are stored, instead of g and deg/s", 0},
    {"sensor", 's', "SENSOR", 0, COMMAND_SENSOR_HELP, 0},
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
    case 's':
        arguments->import.sensor = value;
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

/* Where a CSV goes, and how its rows begin: of several sensors with which. */
struct sheet {
    FILE *file;
    const struct recording_info *info;
    const char *sensor; /* NULL: the only one */
};

static void write_header(const struct sheet *sheet, bool raw)
{
    fputs(sheet->sensor != NULL ? "sensor,t_s" : "t_s", sheet->file);
    if (sheet->info->has_accel) {
        fputs(raw ? ",ax_raw,ay_raw,az_raw" : ",ax_g,ay_g,az_g", sheet->file);
    }
    if (sheet->info->has_gyro) {
        fputs(raw ? ",gx_raw,gy_raw,gz_raw" : ",gx_dps,gy_dps,gz_dps",
              sheet->file);
    }
    fputc('\n', sheet->file);
}

static void begin_row(const struct sheet *sheet, double t_s)
{
    if (sheet->sensor != NULL) {
        fprintf(sheet->file, "%s,", sheet->sensor);
    }
    fprintf(sheet->file, "%.6f", t_s);
}

/* Six places of a g and four of a deg/s are below the least step of any sensor
 * here (61 ug and 8.75 mdeg/s, LSM6DSOX table 2). */
static void write_row(const struct sheet *sheet, double t_s,
                      const struct motion *row)
{
    begin_row(sheet, t_s);
    if (sheet->info->has_accel) {
        fprintf(sheet->file, ",%.6f,%.6f,%.6f", (double)row->accel[0],
                (double)row->accel[1], (double)row->accel[2]);
    }
    if (sheet->info->has_gyro) {
        fprintf(sheet->file, ",%.4f,%.4f,%.4f", (double)row->gyro[0],
                (double)row->gyro[1], (double)row->gyro[2]);
    }
    fputc('\n', sheet->file);
}

static void write_raw_row(const struct sheet *sheet, double t_s,
                          const int16_t row[6])
{
    begin_row(sheet, t_s);
    if (sheet->info->has_accel) {
        fprintf(sheet->file, ",%d,%d,%d", row[0], row[1], row[2]);
    }
    if (sheet->info->has_gyro) {
        fprintf(sheet->file, ",%d,%d,%d", row[3], row[4], row[5]);
    }
    fputc('\n', sheet->file);
}

static int write_raw_chunk(struct recording *recording,
                           const struct sheet *sheet,
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
        write_raw_row(sheet, chunk->t0_s + (double)i * chunk->dt_s,
                      rows[i % ROWS]);
    }
    return 0;
}

static int write_rows(struct recording *recording, const struct sheet *sheet,
                      bool raw, struct error *error)
{
    struct recording_chunk chunk;
    int err;
    while ((err = recording_read(recording, &chunk, error)) == 0 &&
           chunk.count > 0 && !ferror(sheet->file)) {
        if (raw) {
            err = write_raw_chunk(recording, sheet, &chunk, error);
            if (err < 0) {
                return err;
            }
            continue;
        }
        for (size_t i = 0; i < chunk.count; i++) {
            write_row(sheet, chunk.t0_s + (double)i * chunk.dt_s,
                      &chunk.rows[i]);
        }
    }
    return err;
}

/* Rows of one table have the same columns. */
static int check_columns(struct arguments *arguments,
                         const struct recording_info *info, struct error *error)
{
    if (!arguments->writing) {
        arguments->has[0] = info->has_accel;
        arguments->has[1] = info->has_gyro;
    }
    return arguments->has[0] == info->has_accel &&
                   arguments->has[1] == info->has_gyro
               ? 0
               : error_set(error, ERR_DATA,
                           "the sensors of '%s' do not measure the same; "
                           "export each with --sensor",
                           arguments->in);
}

static int export(void *self, struct recording *recording, size_t count,
                  struct error *error)
{
    struct arguments *arguments = self;
    /* Nothing is written where there are no integers to write. */
    int err =
        arguments->raw ? recording_read_raw(recording, 0, 0, NULL, error) : 0;
    const struct recording_info *info = recording_info(recording);
    bool first = !arguments->writing;
    if (err >= 0) {
        err = check_columns(arguments, info, error);
    }
    if (err >= 0 && first) {
        err = output_open(&arguments->output, arguments->out, error);
        arguments->writing = err == 0;
    }
    if (err < 0) {
        return err;
    }
    const struct sheet sheet = {
        .file = arguments->output.file,
        .info = info,
        .sensor = count > 1 ? info->serial : NULL,
    };
    if (first) {
        write_header(&sheet, arguments->raw);
    }
    return write_rows(recording, &sheet, arguments->raw, error);
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        options,
        parse,
        "FILE [-o CSV]",
        "Writes a recording as CSV: time in seconds from the first sample on "
        "the host's clock, acceleration in g, rotation in deg/s. Of several "
        "sensors all rows follow one another, with a first column that says "
        "whose they are.",
        NULL,
        NULL,
        NULL};
    struct arguments arguments = {.out = "-"};
    int err = command_parse(&argp, argc, argv, &arguments, error);
    if (err < 0) {
        return err;
    }
    err = recording_each(arguments.in, &arguments.import,
                         (struct recording_visitor){export, &arguments}, error);
    if (err == 0) {
        return output_commit(&arguments.output, error);
    }
    if (arguments.writing) {
        output_abort(&arguments.output);
    }
    return err;
}

const struct command export_command = {"export", "write a recording as CSV",
                                       run};
