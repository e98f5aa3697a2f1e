/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/batch_table.h"

#include <string.h>

#include "analysis/csv_text.h"

enum kind {
    VALUE, /* as it stands */
    COUNT, /* elements of an array */
    MEAN,  /* of a member of an array's objects, weighted by duration */
    THOSE, /* of an array's objects whose verdict is `member` */
};

struct column {
    const char *name;
    enum kind kind;
    const char *group;
    const char *key;
    const char *member; /* of MEAN, THOSE */
};

static const struct column columns[] = {
    {"created_utc", VALUE, "recording", "created_utc", NULL},
    {"participant", VALUE, "recording", "participant", NULL},
    {"session_label", VALUE, "recording", "session_label", NULL},
    {"sensor", VALUE, "recording", "sensor", NULL},
    {"placement", VALUE, "recording", "placement", NULL},
    {"duration_s", VALUE, "recording", "duration_s", NULL},
    {"sample_rate_hz", VALUE, "recording", "sample_rate_hz", NULL},
    {"gaps", VALUE, "quality", "gaps", NULL},
    {"lost_samples", VALUE, "quality", "lost_samples", NULL},
    {"clipped_samples", VALUE, "quality", "clipped_samples", NULL},
    {"calibration_error_mg", VALUE, "quality", "calibration_error_mg", NULL},
    {"worn_s", VALUE, "quality", "worn_s", NULL},
    {"steps", VALUE, "walking", "steps", NULL},
    {"walking_s", VALUE, "walking", "walking_s", NULL},
    {"cadence_median_spm", VALUE, "walking", "cadence_median_spm", NULL},
    {"minutes_over_100_spm", VALUE, "walking", "minutes_over_100_spm", NULL},
    {"minutes_over_130_spm", VALUE, "walking", "minutes_over_130_spm", NULL},
    {"walking_bouts", COUNT, "walking", "bouts", NULL},
    {"tremor_analysed_s", VALUE, "tremor", "analysed_s", NULL},
    {"tremor_s", VALUE, "tremor", "tremor_s", NULL},
    {"tremor_frequency_hz", MEAN, "tremor", "segments", "frequency_hz"},
    {"tremor_rms_dps", MEAN, "tremor", "segments", "rms_dps"},
    {"tremor_peak_to_peak_deg", MEAN, "tremor", "segments", "peak_to_peak_deg"},
    {"taps", VALUE, "taps", "count", NULL},
    {"tap_series", COUNT, "taps", "series", NULL},
    {"tap_rate_hz", MEAN, "taps", "series", "rate_hz"},
    {"tap_interval_cv", MEAN, "taps", "series", "interval_cv"},
    {"exercise_sets", COUNT, "exercise", "sets", NULL},
    {"programme", VALUE, "programme", "name", NULL},
    {"programme_week", VALUE, "programme", "week", NULL},
    {"items_full", THOSE, "programme", "items", "full"},
    {"items_part", THOSE, "programme", "items", "part"},
    {"items_not_done", THOSE, "programme", "items", "not done"},
    {"items_not_measurable", THOSE, "programme", "items", "not measurable"},
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void put_value(FILE *out, const json_t *value)
{
    if (json_is_string(value)) {
        csv_put_text(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        csv_put_real(out, json_real_value(value));
    }
}

static void put_mean(FILE *out, const json_t *array, const char *member)
{
    double sum = 0;
    double weights = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const json_t *value = json_object_get(item, member);
        double weight = json_number_value(json_object_get(item, "end_s")) -
                        json_number_value(json_object_get(item, "start_s"));
        if (json_is_number(value) && weight > 0) {
            sum += weight * json_number_value(value);
            weights += weight;
        }
    }
    if (weights > 0) {
        fprintf(out, "%.5g", sum / weights);
    }
}

/* Nothing where there is no such array. */
static void put_those(FILE *out, const json_t *array, const char *verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const char *said = json_string_value(json_object_get(item, "verdict"));
        count += said != NULL && strcmp(said, verdict) == 0;
    }
    if (json_is_array(array)) {
        fprintf(out, "%zu", count);
    }
}

static void put_column(FILE *out, const struct column *column,
                       const json_t *summary)
{
    const json_t *value =
        json_object_get(json_object_get(summary, column->group), column->key);
    switch (column->kind) {
    case VALUE:
        put_value(out, value);
        break;
    case COUNT:
        fprintf(out, "%zu", json_array_size(value));
        break;
    case MEAN:
        put_mean(out, value, column->member);
        break;
    case THOSE:
        put_those(out, value, column->member);
        break;
    }
}

/* What a table begins with. */
static const char first_columns[] = "file,status,problem";

bool batch_table_is(const char *path)
{
    char start[sizeof(first_columns)] = {0};
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    size_t got = fread(start, 1, sizeof(start) - 1, file);
    fclose(file);
    return got == sizeof(start) - 1 && strcmp(start, first_columns) == 0;
}

void batch_table_header(FILE *out)
{
    fputs(first_columns, out);
    for (size_t i = 0; i < COLUMNS; i++) {
        fprintf(out, ",%s", columns[i].name);
    }
    fputc('\n', out);
}

void batch_table_row(FILE *out, const char *file, const char *problem,
                     const json_t *summary)
{
    csv_put_text(out, file);
    fputs(summary != NULL ? ",ok," : ",failed,", out);
    csv_put_text(out, problem);
    for (size_t i = 0; i < COLUMNS; i++) {
        fputc(',', out);
        if (summary != NULL) {
            put_column(out, &columns[i], summary);
        }
    }
    fputc('\n', out);
}
