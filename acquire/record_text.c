/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_text.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "acquire/recording.h"

enum { PART = 64, CAUSES = 60 };

bool record_text_is_utf8(const char *text)
{
    json_t *json = json_string(text);
    bool valid = json != NULL;
    json_decref(json);
    return valid;
}

void record_text_duration(double seconds, char *out, size_t size)
{
    uint64_t s = seconds > 0 ? (uint64_t)(seconds + 0.5) : 0;
    snprintf(out, size, "%" PRIu64 ":%02u:%02u", s / 3600,
             (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

/* " (fifo+usb)", nothing if none are lost. */
static void write_causes(uint64_t lost, uint32_t causes, char *out, size_t size)
{
    char names[CAUSES] = "";
    out[0] = '\0';
    if (lost > 0) {
        gap_cause_text(causes, names);
        snprintf(out, size, " (%s)", names);
    }
}

static void write_supply(const struct recorder_sensor_stats *stats, char *out)
{
    if (stats->away) {
        snprintf(out, PART, "UNPLUGGED");
    } else if (!stats->has_supply) {
        out[0] = '\0';
    } else if (stats->on_usb_power || stats->supply_mv == 0) {
        snprintf(out, PART, "%s", stats->on_usb_power ? "USB" : "battery");
    } else {
        snprintf(out, PART, "battery %.1f V", stats->supply_mv / 1000.0);
    }
}

static void write_space(const struct recorder_stats *stats, char *out)
{
    double hours = stats->left_s / 3600;
    if (hours <= 0) {
        snprintf(out, PART, "disk %.0f MB", (double)stats->space_bytes / 1e6);
    } else if (hours < 2) {
        snprintf(out, PART, "disk %.0f min", hours * 60);
    } else if (hours < 48) {
        snprintf(out, PART, "disk %.0f h", hours);
    } else {
        snprintf(out, PART, "disk %.0f d", hours / 24);
    }
}

/* Parts of a status line; a part that is empty is left out. */
enum { PARTS = RECORDER_DEVICES_MAX + 7, LOSS = 20 };

/* All fit 79 columns for an hour at 1667 Hz, as long as little is lost. */
static void write_one(const struct recorder_stats *stats,
                      char parts[PARTS][PART])
{
    const struct recorder_sensor_stats *sensor = &stats->sensors[0];
    char causes[PART];
    write_causes(sensor->lost, sensor->causes, causes, sizeof(causes));
    record_text_duration(sensor->elapsed_s, parts[0], PART);
    snprintf(parts[1], PART, "lost %" PRIu64 " of %" PRIu64 "%.*s",
             sensor->lost, sensor->samples + sensor->lost, LOSS, causes);
    snprintf(parts[2], PART, "%.1f Hz", sensor->rate_hz);
    snprintf(parts[3], PART, "move %.0f mg", sensor->motion_mg);
    snprintf(parts[4], PART, "clipped %" PRIu64, sensor->clipped);
    write_space(stats, parts[5]);
    write_supply(sensor, parts[6]);
}

/* "left lost 0", or what is more urgent. */
static void write_loss(const struct recorder_sensor_stats *sensor,
                       const char *name, char *out)
{
    char causes[PART];
    write_causes(sensor->lost, sensor->causes, causes, sizeof(causes));
    snprintf(out, PART, "%.16s %slost %" PRIu64 "%.*s", name,
             sensor->away    ? "UNPLUGGED "
             : sensor->ended ? "ENDED "
                             : "",
             sensor->lost, LOSS, causes);
}

/* Up to so many sensors each is told of: of two all but the rates fit 79
 * columns. */
enum { TOLD_EACH = 3 };

/* A value of each sensor, or from the least to the most. */
static void write_values(const double *values, size_t n, const char *format,
                         char *out)
{
    double least = values[0];
    double most = values[0];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    if (n > TOLD_EACH) {
        used += (size_t)snprintf(out, PART, format, least);
        used += (size_t)snprintf(out + used, PART - used, " to ");
        snprintf(out + used, PART - used, format, most);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        used +=
            (size_t)snprintf(out + used, PART - used, "%s", i > 0 ? ", " : "");
        used += (size_t)snprintf(out + used, PART - used, format, values[i]);
    }
}

/* Of many sensors those that lack something come one by one; the most urgent
 * are unplugged or have ended. */
static void write_losses(const struct recorder_stats *stats,
                         const char *const *names, char parts[PARTS][PART])
{
    size_t n = stats->sensor_count;
    size_t used = 1; /* after the time */
    uint64_t lost = 0;
    for (size_t i = 0; i < n; i++) {
        lost += stats->sensors[i].lost;
    }
    if (n > TOLD_EACH) {
        snprintf(parts[used++], PART, "%zu bands lost %" PRIu64, n, lost);
    }
    for (int urgent = 1; urgent >= 0; urgent--) {
        for (size_t i = 0; i < n; i++) {
            const struct recorder_sensor_stats *sensor = &stats->sensors[i];
            bool is_urgent = sensor->away || sensor->ended;
            if (n <= TOLD_EACH ? urgent != 0
                               : is_urgent != urgent ||
                                     (!is_urgent && sensor->lost == 0)) {
                continue;
            }
            write_loss(sensor, names[i], parts[used++]);
        }
    }
}

static void write_several(const struct recorder_stats *stats,
                          const char *const *names, char parts[PARTS][PART])
{
    size_t n = stats->sensor_count;
    double elapsed_s = 0;
    uint64_t clipped = 0;
    double moves[RECORDER_DEVICES_MAX] = {0};
    double rates[RECORDER_DEVICES_MAX] = {0};
    char values[PART];
    for (size_t i = 0; i < n; i++) {
        const struct recorder_sensor_stats *sensor = &stats->sensors[i];
        elapsed_s = fmax(elapsed_s, sensor->elapsed_s);
        clipped += sensor->clipped;
        moves[i] = sensor->motion_mg;
        rates[i] = sensor->rate_hz;
    }
    char(*part)[PART] = parts + 1 + RECORDER_DEVICES_MAX + 1;
    record_text_duration(elapsed_s, parts[0], PART);
    write_losses(stats, names, parts);
    write_values(moves, n, "%.0f", values);
    snprintf(part[0], PART, "move %.50s mg", values);
    snprintf(part[1], PART, "clipped %" PRIu64, clipped);
    write_space(stats, part[2]);
    write_values(rates, n, "%.1f", values);
    snprintf(part[3], PART, "%.50s Hz", values);
}

void record_text_status(const struct recorder_stats *stats,
                        const char *const *names, size_t width, char *out)
{
    char parts[PARTS][PART] = {{0}};
    size_t used = 0;
    if (stats->sensor_count > 1) {
        write_several(stats, names, parts);
    } else {
        write_one(stats, parts);
    }
    out[0] = '\0';
    for (size_t i = 0; i < PARTS; i++) {
        size_t length = strlen(parts[i]);
        size_t space = used > 0 ? 2 : 0;
        if (length == 0 || used + space + length > width) {
            continue;
        }
        memset(out + used, ' ', space);
        memcpy(out + used + space, parts[i], length + 1);
        used += space + length;
    }
}

static uint64_t file_size(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void name_of(const struct session_sensor_summary *sensor,
                    char out[SENSOR_NAME])
{
    sensor_name(sensor->serial, sensor->placement, out);
}

/* Returns how much was written, at most what fits. */
static size_t write_sensor(const struct session_sensor_summary *sensor,
                           const char *before, const char *joint, char *out,
                           size_t size)
{
    char causes[PART];
    write_causes(sensor->lost, sensor->causes, causes, sizeof(causes));
    int n = snprintf(out, size,
                     "%s%s%" PRIu64 " samples at %.2f Hz, lost %" PRIu64
                     "%s, clipped %" PRIu64,
                     before, joint, sensor->rows, sensor->rate_hz, sensor->lost,
                     causes, sensor->clipped);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

/* One line; of several sensors first one for each. */
void record_text_summary(const struct session_summary *summary,
                         const char *path, char *out, size_t size)
{
    char duration[PART];
    size_t used = 0;
    record_text_duration(summary->duration_s, duration, sizeof(duration));
    if (summary->sensor_count == 1) {
        used = write_sensor(&summary->sensors[0], duration, ", ", out, size);
    } else {
        for (size_t i = 0; i < summary->sensor_count; i++) {
            char name[SENSOR_NAME];
            name_of(&summary->sensors[i], name);
            used += write_sensor(&summary->sensors[i], name, ": ", out + used,
                                 size - used);
            used += (size_t)snprintf(out + used, size - used, "\n");
        }
        used += (size_t)snprintf(out + used, size - used,
                                 "%s, %" PRIu64 " samples, lost %" PRIu64,
                                 duration, summary->rows, summary->lost);
    }
    snprintf(out + used, size - used, ": %s (%.1f MB)", path,
             (double)file_size(path) / 1e6);
}

static json_t *causes_json(uint64_t lost, uint32_t causes)
{
    char text[CAUSES] = "";
    if (lost > 0) {
        gap_cause_text(causes, text);
    }
    return json_string(text);
}

static json_t *sensors_json(const struct session_summary *summary)
{
    json_t *array = json_array();
    for (size_t i = 0; i < summary->sensor_count; i++) {
        const struct session_sensor_summary *sensor = &summary->sensors[i];
        json_array_append_new(
            array,
            json_pack("{s:s, s:s, s:b, s:f, s:I, s:f, s:I, s:o, s:I}", "sensor",
                      sensor->serial, "placement",
                      placement_name(sensor->placement), "written",
                      sensor->written, "duration_s", sensor->duration_s,
                      "samples", (json_int_t)sensor->rows, "rate_hz",
                      sensor->rate_hz, "lost_samples", (json_int_t)sensor->lost,
                      "lost_causes", causes_json(sensor->lost, sensor->causes),
                      "clipped_samples", (json_int_t)sensor->clipped));
    }
    return array;
}

/* Of several sensors there is no one rate. */
static json_t *rate_json(const struct session_summary *summary)
{
    return summary->sensor_count == 1 ? json_real(summary->sensors[0].rate_hz)
                                      : json_null();
}

int record_text_json(const struct session_summary *summary, const char *path,
                     struct error *error)
{
    json_t *json = json_pack(
        "{s:s, s:f, s:I, s:o, s:I, s:o, s:I, s:I, s:b, s:I, s:o}", "file", path,
        "duration_s", summary->duration_s, "samples", (json_int_t)summary->rows,
        "rate_hz", rate_json(summary), "lost_samples",
        (json_int_t)summary->lost, "lost_causes",
        causes_json(summary->lost, summary->causes), "clipped_samples",
        (json_int_t)summary->clipped, "events", (json_int_t)summary->events,
        "complete", summary->complete, "file_bytes",
        (json_int_t)file_size(path), "sensors", sensors_json(summary));
    if (json == NULL) {
        return error_set(error, ERR_NO_MEMORY,
                         "cannot make JSON: out of memory, or the file's name "
                         "is not UTF-8");
    }
    int failed = json_dumpf(json, stdout, JSON_INDENT(2));
    json_decref(json);
    return failed == 0 && putchar('\n') == '\n'
               ? 0
               : error_set(error, ERR_IO, "cannot write to standard output");
}

/* A sensor that is not in the recording at all. */
static int left_out(const struct session_sensor_summary *sensor,
                    const char *path, struct error *error)
{
    char name[SENSOR_NAME];
    name_of(sensor, name);
    return error_set(error, ERR_LOST,
                     "%s %s, so it is not in the recording '%s'", name,
                     sensor->rows == 0 ? "sent no samples"
                                       : "has no description that can be read",
                     path);
}

/* " of left-wrist (A)": whose samples are missing, where that is a question. */
static void name_losers(const struct session_summary *summary, char *out,
                        size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < summary->sensor_count && used < size; i++) {
        char name[SENSOR_NAME];
        if (summary->sensor_count > 1 && summary->sensors[i].lost > 0) {
            name_of(&summary->sensors[i], name);
            used += (size_t)snprintf(out + used, size - used, "%s %s",
                                     used > 0 ? " and" : " of", name);
        }
    }
}

int record_text_lost(const struct session_summary *summary, const char *path,
                     struct error *error)
{
    char causes[CAUSES];
    char losers[128];
    for (size_t i = 0; i < summary->sensor_count; i++) {
        if (!summary->sensors[i].written) {
            return left_out(&summary->sensors[i], path, error);
        }
    }
    if (summary->lost == 0) {
        return 0;
    }
    gap_cause_text(summary->causes, causes);
    name_losers(summary, losers, sizeof(losers));
    return error_set(error, ERR_LOST,
                     "%" PRIu64
                     " sample%s%s %s missing (%s); the recording '%s' "
                     "is kept and says where",
                     summary->lost, summary->lost == 1 ? "" : "s", losers,
                     summary->lost == 1 ? "is" : "are", causes, path);
}
