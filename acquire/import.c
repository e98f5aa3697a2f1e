/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/recording_source.h"
#include "acquire/units.h"
#include "acquire/uuid.h"

struct import {
    struct recording *in;
    struct recording_writer *out;
    struct recording_info info;
    float accel_lsb;                 /* LSB per g */
    float gyro_lsb;                  /* LSB per deg/s */
    const struct recording_gap *gap; /* next to be noted */
    const struct recording_gap *gaps_end;
    int16_t rows[SOURCE_ROWS_MAX][6];
};

static int describe(struct import *import, const char *in, struct error *error)
{
    struct recording_info *info = &import->info;
    *info = *recording_info(import->in);
    if (info->software[0] != '\0') {
        return error_set(error, ERR_USAGE,
                         "'%s' is a recording of carpus already", in);
    }
    if (uuid_new(info->uuid) < 0) {
        return error_set(error, ERR_INTERNAL,
                         "this system gives no random numbers");
    }
    const char *slash = strrchr(in, '/');
    snprintf(info->label, sizeof(info->label), "%s",
             slash != NULL ? slash + 1 : in);
    snprintf(info->software, sizeof(info->software), "carpus %s import",
             CARPUS_VERSION);
    snprintf(info->serial, sizeof(info->serial), "import");
    import->accel_lsb = (float)(STANDARD_GRAVITY_MS2 / info->accel_scale);
    import->gyro_lsb = (float)(1 / (DEGREES_PER_RADIAN * info->gyro_scale));
    return 0;
}

static int16_t round_to_lsb(float value, float lsb)
{
    long rounded = lrintf(value * lsb);
    return (int16_t)(rounded > INT16_MAX   ? INT16_MAX
                     : rounded < INT16_MIN ? INT16_MIN
                                           : rounded);
}

static int copy_gaps(struct import *import, uint64_t row, struct error *error)
{
    while (import->gap < import->gaps_end && import->gap->at_sample <= row) {
        int err = recording_append_gap(import->out, *import->gap, error);
        if (err < 0) {
            return err;
        }
        import->gap++;
    }
    return 0;
}

static int copy_chunk(struct import *import,
                      const struct recording_chunk *chunk, struct error *error)
{
    int err = copy_gaps(import, chunk->first, error);
    if (err < 0) {
        return err;
    }
    for (size_t i = 0; i < chunk->count; i++) {
        for (size_t k = 0; k < 3; k++) {
            import->rows[i][k] =
                round_to_lsb(chunk->rows[i].accel[k], import->accel_lsb);
            import->rows[i][3 + k] =
                round_to_lsb(chunk->rows[i].gyro[k], import->gyro_lsb);
        }
    }
    struct recording_block block = {.device_ns = llround(chunk->t0_s * 1e9)};
    return recording_append(import->out, block,
                            (const int16_t(*)[6])import->rows, chunk->count,
                            NAN, error);
}

static int copy(struct import *import, struct error *error)
{
    size_t count;
    import->gap = recording_gaps(import->in, &count);
    import->gaps_end = import->gap + count;
    struct recording_chunk chunk;
    int err;
    while ((err = recording_read(import->in, &chunk, error)) == 0 &&
           chunk.count > 0) {
        err = copy_chunk(import, &chunk, error);
        if (err < 0) {
            return err;
        }
    }
    return err;
}

static void fill_result(const struct import *import,
                        struct import_result *result)
{
    const struct recording_info *info = &import->info;
    size_t count;
    const struct recording_gap *gaps = recording_gaps(import->in, &count);
    *result = (struct import_result){
        .rows = recording_rows(import->in),
        .gaps = count,
        .rate_hz = info->rate_measured_hz,
        .duration_s = recording_duration_s(import->in),
        .accel_step_mg = info->has_accel
                             ? info->accel_scale / STANDARD_GRAVITY_MS2 * 1e3
                             : 0,
        .gyro_step_mdps =
            info->has_gyro ? info->gyro_scale * DEGREES_PER_RADIAN * 1e3 : 0,
    };
    for (size_t i = 0; i < count; i++) {
        result->lost_samples += gaps[i].lost_samples;
    }
    snprintf(result->notes, sizeof(result->notes), "%.*s",
             (int)sizeof(result->notes) - 1, info->notes);
}

static int write_out(struct import *import, const char *out,
                     struct error *error)
{
    int err = recording_create(out, &import->info, &import->out, error);
    if (err < 0) {
        return err;
    }
    err = copy(import, error);
    if (err < 0) {
        recording_abort(import->out);
        return err;
    }
    return recording_commit(import->out, error);
}

int import_file(const char *in, const char *out,
                const struct import_options *options,
                struct import_result *result, struct error *error)
{
    struct import *import = calloc(1, sizeof(*import));
    if (import == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = recording_open(in, options, &import->in, error);
    if (err == 0) {
        err = describe(import, in, error);
    }
    if (err == 0) {
        err = write_out(import, out, error);
    }
    if (err == 0 && result != NULL) {
        fill_result(import, result);
    }
    recording_close(import->in);
    free(import);
    return err;
}
