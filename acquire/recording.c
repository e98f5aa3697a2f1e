/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading: which of its sensors, its time, and its chunks. */
#include "acquire/recording.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/clock_fit.h"
#include "acquire/recording_source.h"
#include "acquire/timeline.h"

struct recording {
    char *path;
    struct source source;
    struct timeline timeline;
    struct timeline_line line; /* rows from `row` on are still to be read */
    bool on_line;
    uint64_t row;
    struct clock_map clock;
    double first_ns;  /* device time of row 0, from the timeline's base */
    double origin_ns; /* host time of row 0, from the map's beginning */
    double start_s;   /* session time of row 0 */
    double end_s;     /* session time up to which chunks have come */
    double shift_s;   /* of this stretch, so that it begins after that */
    double duration_s;
    struct motion rows[SOURCE_ROWS_MAX];
};

/* ---- time ---- */

/* Host time of device time `ns` from the timeline's base. */
static double host_ns(const struct recording *r, double ns)
{
    double base_ns = (double)r->timeline.base_ns - (double)r->clock.device_ns;
    return clock_map_host(&r->clock, base_ns + ns);
}

static double session_s(const struct recording *r, double ns)
{
    return r->start_s + (host_ns(r, ns) - r->origin_ns) * 1e-9;
}

static double line_ns(const struct timeline_line *line, double row)
{
    return line->ns + (row - line->row) * line->ns_per_row;
}

/* Where a file does not say how many rows came in a second, the clock of its
 * blocks does. */
static double nanoseconds_per_row(const struct recording *r)
{
    const struct source_facts *facts = &r->source.facts;
    double rate = facts->info.rate_measured_hz > 0
                      ? facts->info.rate_measured_hz
                      : facts->info.rate_nominal_hz;
    return 1e9 / (rate * r->clock.rate);
}

static int begin(struct recording *r, struct error *error)
{
    const struct source *source = &r->source;
    struct timeline_supply supply = {source->operations->block, source->self,
                                     r->path};
    timeline_init(&r->timeline, supply, source->facts.rows,
                  nanoseconds_per_row(r));
    timeline_set_gaps(&r->timeline, source->facts.gaps,
                      source->facts.gap_count);
    if (source->facts.exact_times) {
        timeline_set_exact(&r->timeline);
    }
    r->row = 0;
    r->end_s = 0;
    r->shift_s = 0;
    int got = timeline_next(&r->timeline, &r->line, error);
    if (got < 0) {
        return got;
    }
    r->on_line = true;
    r->first_ns = line_ns(&r->line, 0);
    r->origin_ns = host_ns(r, r->first_ns);
    return 0;
}

static int start(struct recording *r, struct error *error)
{
    struct source_facts *facts = &r->source.facts;
    int err = clock_map_init(&r->clock, &facts->probes, error);
    if (err == 0) {
        err = begin(r, error);
    }
    if (err < 0) {
        return err;
    }
    double last_ns = facts->last_ns - (double)r->timeline.base_ns;
    r->duration_s = session_s(r, last_ns + r->timeline.ns_per_row);
    return 0;
}

/* Opens sensor `sensor` as if it were the only one. */
static int open_one(const char *path, const struct import_options *options,
                    size_t sensor, struct recording **out, struct error *error)
{
    struct recording *r = aligned_alloc(_Alignof(struct recording), sizeof(*r));
    if (r == NULL) {
        error_set(error, ERR_NO_MEMORY, "out of memory");
        return ERR_NO_MEMORY;
    }
    memset(r, 0, sizeof(*r));
    r->path = strdup(path);
    int err = r->path != NULL
                  ? source_open(path, options, sensor, &r->source, error)
                  : error_set(error, ERR_NO_MEMORY, "out of memory");
    if (err == 0) {
        err = start(r, error);
    }
    if (err < 0) {
        recording_close(r);
        return err;
    }
    *out = r;
    return 0;
}

/* ---- several sensors ---- */

/* All names, for who has to choose. */
static void name_sensors(const struct recording_sensors *list, char *out,
                         size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < list->count && used < size; i++) {
        char name[SENSOR_NAME];
        sensor_name(list->sensor[i].serial, list->sensor[i].placement, name);
        used += (size_t)snprintf(out + used, size - used, "%s%s",
                                 i > 0 ? ", " : "", name);
    }
}

/* By serial number, or else by place. */
static bool is_meant(const struct recording_sensors *list, size_t i,
                     const char *choice)
{
    enum placement placement;
    for (size_t k = 0; k < list->count; k++) {
        if (strcmp(list->sensor[k].serial, choice) == 0) {
            return k == i;
        }
    }
    return placement_parse(choice, &placement) &&
           placement == list->sensor[i].placement;
}

/* Finds which are meant, at least one; their indices go to `chosen`. */
static int choose(const char *path, const struct recording_sensors *list,
                  const struct import_options *options,
                  size_t chosen[RECORDING_SENSORS_MAX], struct error *error)
{
    const char *choice = options != NULL ? options->sensor : NULL;
    char names[256];
    int count = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (choice == NULL || is_meant(list, i, choice)) {
            chosen[count++] = i;
        }
    }
    if (count > 0) {
        return count;
    }
    name_sensors(list, names, sizeof(names));
    error_set(error, ERR_USAGE, "'%s' has no sensor '%s'; it has %s", path,
              choice, names);
    return ERR_USAGE;
}

int recording_list(const char *path, const struct import_options *options,
                   struct recording_sensors *out, struct error *error)
{
    struct recording_sensors all;
    size_t chosen[RECORDING_SENSORS_MAX] = {0};
    int count = source_list(path, options, &all, error);
    if (count == 0) {
        count = choose(path, &all, options, chosen, error);
    }
    out->count = count > 0 ? (size_t)count : 0;
    for (size_t i = 0; i < out->count; i++) {
        out->sensor[i] = all.sensor[chosen[i]];
    }
    return count < 0 ? count : 0;
}

/* A file of which the sensors are known. */
struct file {
    const char *path;
    const struct import_options *options;
    struct recording_sensors sensors;
};

/* Of several sensors a sentence says which one it is about. */
static int open_sensor(const struct file *file, size_t i,
                       struct recording **out, struct error *error)
{
    struct error why;
    char name[SENSOR_NAME];
    int err = open_one(file->path, file->options, i, out, &why);
    if (err == 0) {
        return 0;
    }
    sensor_name(file->sensors.sensor[i].serial,
                file->sensors.sensor[i].placement, name);
    bool several = file->sensors.count > 1;
    error_set(error, err, "%s%s%.360s", several ? name : "",
              several ? ": " : "", why.text);
    return err;
}

/* Host time of row 0; false where no probe tells it. */
static bool find_host_start(const struct recording *r, double *out)
{
    *out = clock_map_time(&r->clock, (double)r->timeline.base_ns + r->first_ns);
    return r->source.facts.probes.count > 0;
}

/* Time begins with another sensor where one that may have been the first cannot
 * be read: who reads the recording is to know. */
static void note_unaligned(struct recording *r, const struct error *why)
{
    char *notes = r->source.facts.info.notes;
    size_t used = strlen(notes);
    snprintf(notes + used, sizeof(r->source.facts.info.notes) - used,
             "%stime counts from the first sample of the sensors that can be "
             "read; one cannot: %s",
             used > 0 ? "; " : "", why->text);
}

/* Puts `r` on the line that begins with the earliest first sample. A sensor
 * without probes is taken to have begun with it. */
static int align(const struct file *file, size_t self, struct recording *r,
                 struct error *error)
{
    double own = 0;
    if (file->sensors.count < 2 || !find_host_start(r, &own)) {
        return 0;
    }
    double earliest = own;
    for (size_t i = 0; i < file->sensors.count; i++) {
        struct recording *other = NULL;
        struct error why;
        double start = 0;
        if (i == self) {
            continue;
        }
        int err = open_sensor(file, i, &other, &why);
        if (err == ERR_DAMAGED || err == ERR_DATA) {
            note_unaligned(r, &why);
            continue;
        }
        if (err < 0) {
            return error_set(error, err, "%s", why.text);
        }
        if (find_host_start(other, &start)) {
            earliest = fmin(earliest, start);
        }
        recording_close(other);
    }
    r->start_s = (own - earliest) * 1e-9;
    r->duration_s += r->start_s;
    return 0;
}

/* Opens sensor `i` on the common line. */
static int open_aligned(const struct file *file, size_t i,
                        struct recording **out, struct error *error)
{
    struct recording *r = NULL;
    int err = open_sensor(file, i, &r, error);
    if (err == 0) {
        err = align(file, i, r, error);
        if (err < 0) {
            recording_close(r);
            return err;
        }
        *out = r;
    }
    return err;
}

/* Lists the sensors and finds which are meant; returns how many. */
static int list(struct file *file, const char *path,
                const struct import_options *options,
                size_t chosen[RECORDING_SENSORS_MAX], struct error *error)
{
    *file = (struct file){.path = path, .options = options};
    int err = source_list(path, options, &file->sensors, error);
    return err < 0 ? err : choose(path, &file->sensors, options, chosen, error);
}

int recording_open(const char *path, const struct import_options *options,
                   struct recording **out, struct error *error)
{
    struct file file;
    size_t chosen[RECORDING_SENSORS_MAX] = {0};
    int count = list(&file, path, options, chosen, error);
    if (count > 1) {
        char names[256];
        name_sensors(&file.sensors, names, sizeof(names));
        return error_set(error, ERR_USAGE,
                         "'%s' holds several sensors, of which one is to be "
                         "chosen: %s",
                         path, names);
    }
    return count < 0 ? count : open_aligned(&file, chosen[0], out, error);
}

int recording_each(const char *path, const struct import_options *options,
                   struct recording_visitor visitor, struct error *error)
{
    struct file file;
    struct error damage = {0};
    size_t chosen[RECORDING_SENSORS_MAX] = {0};
    int count = list(&file, path, options, chosen, error);
    for (int i = 0; i < count; i++) {
        struct recording *r = NULL;
        struct error why;
        int err = open_aligned(&file, chosen[i], &r, &why);
        if (err == ERR_DAMAGED && count > 1) {
            damage = damage.code == 0 ? why : damage;
            continue;
        }
        if (err < 0) {
            return error_set(error, err, "%s", why.text);
        }
        err = visitor.visit(visitor.self, r, (size_t)count, error);
        recording_close(r);
        if (err < 0) {
            return err;
        }
    }
    if (damage.code != 0) {
        return error_set(error, damage.code,
                         "%s; the other sensors can be read alone with "
                         "--sensor",
                         damage.text);
    }
    return count < 0 ? count : 0;
}

void recording_close(struct recording *recording)
{
    if (recording != NULL) {
        source_close(&recording->source);
        free(recording->path);
        clock_map_deinit(&recording->clock);
        free(recording);
    }
}

/* ---- what is known ---- */

const struct recording_info *recording_info(const struct recording *recording)
{
    return &recording->source.facts.info;
}

uint64_t recording_rows(const struct recording *recording)
{
    return recording->source.facts.rows;
}

double recording_duration_s(const struct recording *recording)
{
    return recording->duration_s;
}

const struct recording_gap *recording_gaps(const struct recording *recording,
                                           size_t *count)
{
    *count = recording->source.facts.gap_count;
    return recording->source.facts.gaps;
}

const struct recording_clock *
recording_clocks(const struct recording *recording, size_t *count)
{
    *count = recording->source.facts.probes.count;
    return recording->source.facts.probes.best;
}

const struct recording_event *
recording_events(const struct recording *recording, size_t *count)
{
    *count = recording->source.facts.event_count;
    return recording->source.facts.events;
}

void recording_clock_fit(const struct recording *recording,
                         struct clock_fit *out)
{
    *out = recording->clock.fit;
}

double recording_session_s(const struct recording *recording, int64_t device_ns)
{
    return session_s(recording,
                     (double)device_ns - (double)recording->timeline.base_ns);
}

/* ---- samples ---- */

/* A line is up to 2.5 s long: in how many rows of it to read next, so that
 * none of its pieces is much longer or shorter than the others. */
static size_t piece_of(const struct recording *r)
{
    uint64_t left = r->line.end - r->row;
    uint64_t most = r->timeline.second_rows + r->timeline.second_rows / 2;
    uint64_t pieces = (left + most - 1) / most;
    return (size_t)((left + pieces - 1) / pieces);
}

static int next_line(struct recording *r, struct error *error)
{
    while (!r->on_line || r->row >= r->line.end) {
        int got = timeline_next(&r->timeline, &r->line, error);
        if (got <= 0) {
            r->on_line = false;
            return got;
        }
        r->on_line = true;
    }
    return 1;
}

int recording_read(struct recording *recording, struct recording_chunk *chunk,
                   struct error *error)
{
    struct recording *r = recording;
    *chunk = (struct recording_chunk){.first = r->row, .rows = r->rows};
    int got = r->row < r->source.facts.rows ? next_line(r, error) : 0;
    if (got <= 0) {
        return got;
    }

    size_t n = piece_of(r);
    int err =
        r->source.operations->rows(r->source.self, r->rows, n, chunk, error);
    if (err < 0) {
        return err;
    }
    for (size_t i = 0; i < n; i++) {
        r->rows[i].temperature = r->line.temperature;
    }
    chunk->count = n;
    chunk->gap_before = r->line.gap_before && r->row == r->line.first;
    double t0_s = session_s(r, line_ns(&r->line, (double)r->row));
    double next_s = session_s(r, line_ns(&r->line, (double)(r->row + n)));
    chunk->dt_s = (next_s - t0_s) / (double)n;
    if (chunk->gap_before) {
        /* Jitter could place a row before the end of what came. */
        r->shift_s = fmax(r->end_s - t0_s, 0);
    }
    chunk->t0_s = t0_s + r->shift_s;
    r->end_s = chunk->t0_s + (double)n * chunk->dt_s;
    r->row += n;
    return 0;
}

int recording_rewind(struct recording *recording, struct error *error)
{
    int err =
        recording->source.operations->rewind(recording->source.self, error);
    return err < 0 ? err : begin(recording, error);
}

int recording_read_raw(struct recording *recording, uint64_t first, size_t n,
                       int16_t (*out)[6], struct error *error)
{
    const struct source *source = &recording->source;
    if (source->operations->raw == NULL) {
        return error_set(error, ERR_DATA,
                         "a CSV file holds no raw integers; import it first");
    }
    if (first > source->facts.rows || n > source->facts.rows - first) {
        return error_set(error, ERR_INTERNAL, "rows beyond the end");
    }
    return source->operations->raw(source->self, first, n, out, error);
}
