/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/hdf5_source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/units.h"

static const double rate_min_hz = 0.1; /* beyond these nobody records motion */
static const double rate_max_hz = 100000;

bool hdf5_source_has(const struct hdf5_source *source, enum hdf5_set set)
{
    return source->rows[set] >= 0;
}

uint64_t hdf5_source_rows(const struct hdf5_source *source, enum hdf5_set set)
{
    return hdf5_source_has(source, set) ? (uint64_t)source->rows[set] : 0;
}

/* What is wrong with a single table ends the opening only where nobody
 * listens. */
static int told(const struct hdf5_source *s, int err, const struct error *error)
{
    if (err != ERR_DAMAGED || s->listener.fault == NULL) {
        return err;
    }
    s->listener.fault(s->listener.self, error->text);
    return 0;
}

static int take_list(const struct hdf5_contents *contents, const char *path,
                     struct recording_sensors *list, struct error *error)
{
    if (contents->sensors == 0 || contents->sensors > RECORDING_SENSORS_MAX) {
        return hdf5_damaged(error, path, "it holds no sensor, or too many");
    }
    list->count = contents->sensors;
    for (size_t i = 0; i < list->count; i++) {
        struct recording_sensor *sensor = &list->sensor[i];
        memcpy(sensor->serial, contents->sensor[i].serial,
               sizeof(sensor->serial));
        if (!placement_parse(contents->sensor[i].placement,
                             &sensor->placement)) {
            sensor->placement = PLACEMENT_OTHER;
        }
    }
    return 0;
}

static int check_sensors(struct hdf5_source *s, struct error *error)
{
    const struct hdf5_contents *contents = s->contents;
    struct recording_sensors *list = &s->facts->sensors;
    struct recording_info *info = &s->facts->info;
    int err = take_list(contents, s->path, list, error);
    if (err == 0 && contents->chosen >= list->count) {
        err = hdf5_damaged(error, s->path, "it holds no sensor, or too many");
    }
    if (err < 0) {
        return err;
    }
    *info = contents->info;
    memcpy(info->serial, list->sensor[contents->chosen].serial,
           sizeof(info->serial));
    info->placement = PLACEMENT_OTHER;
    return placement_parse(contents->sensor[contents->chosen].placement,
                           &info->placement)
               ? 0
               : told(s,
                      hdf5_damaged(error, s->path,
                                   "attribute 'placement' is missing or wrong"),
                      error);
}

static int check_tables(struct hdf5_source *s, struct error *error)
{
    int err = 0;
    for (enum hdf5_set set = 0; set < HDF5_SETS && err == 0; set++) {
        s->rows[set] = s->contents->rows[set];
        if (s->rows[set] == HDF5_UNUSABLE) {
            err = error_set(error, ERR_DAMAGED, "%s", s->contents->fault[set]);
            err = told(s, err, error);
        }
    }
    return err;
}

static bool scale_good(double scale)
{
    return isfinite(scale) && scale > 0;
}

static int check_info(struct hdf5_source *s, struct error *error)
{
    struct recording_info *info = &s->facts->info;
    info->has_accel = hdf5_source_has(s, HDF5_SET_ACCEL);
    info->has_gyro = hdf5_source_has(s, HDF5_SET_GYRO);
    if ((info->has_accel && !scale_good(info->accel_scale)) ||
        (info->has_gyro && !scale_good(info->gyro_scale))) {
        int err = hdf5_damaged(error, s->path,
                               "a scale is not above zero: accelerometer %g, "
                               "gyroscope %g",
                               info->accel_scale, info->gyro_scale);
        return told(s, err, error);
    }
    s->accel_g = (float)(info->accel_scale / STANDARD_GRAVITY_MS2);
    s->gyro_dps = (float)(info->gyro_scale * DEGREES_PER_RADIAN);
    return 0;
}

static int check_rows(struct hdf5_source *s, struct error *error)
{
    if (!hdf5_source_has(s, HDF5_SET_ACCEL) &&
        !hdf5_source_has(s, HDF5_SET_GYRO)) {
        return hdf5_damaged(error, s->path,
                            "it has neither an accelerometer nor a gyroscope "
                            "that can be read");
    }
    enum hdf5_set any =
        hdf5_source_has(s, HDF5_SET_ACCEL) ? HDF5_SET_ACCEL : HDF5_SET_GYRO;
    uint64_t rows = hdf5_source_rows(s, any);
    if (hdf5_source_has(s, HDF5_SET_GYRO) &&
        hdf5_source_rows(s, HDF5_SET_GYRO) != rows) {
        int err = hdf5_damaged(error, s->path,
                               "its sensors differ in rows: dataset "
                               "'accelerometer' has %" PRIu64
                               ", 'gyroscope' %" PRIu64,
                               rows, hdf5_source_rows(s, HDF5_SET_GYRO));
        s->rows[HDF5_SET_GYRO] = HDF5_UNUSABLE;
        err = told(s, err, error);
        if (err < 0) {
            return err;
        }
    }
    s->facts->rows = rows;
    return rows > 0
               ? 0
               : error_set(error, ERR_DATA, "'%s' holds no samples", s->path);
}

/* Without blocks nobody knows when a row was. */
static int without_blocks(struct hdf5_source *s, int err,
                          const struct error *error)
{
    s->facts->no_blocks = true;
    return told(s, err, error);
}

static int check_blocks(struct hdf5_source *s, struct error *error)
{
    uint64_t rows = s->facts->rows;
    uint64_t blocks = hdf5_source_rows(s, HDF5_SET_BLOCKS);
    if (s->rows[HDF5_SET_BLOCKS] == HDF5_UNUSABLE) {
        s->facts->no_blocks = true;
        return 0; /* has been told */
    }
    if (blocks == 0 || blocks > rows ||
        (hdf5_source_has(s, HDF5_SET_TEMPERATURE) &&
         hdf5_source_rows(s, HDF5_SET_TEMPERATURE) != blocks)) {
        int err = hdf5_damaged(
            error, s->path,
            "its table of blocks is wrong: dataset 'blocks' has %" PRIu64
            " rows, 'temperature' %" PRIi64 " (-1: none), for %" PRIu64
            " samples",
            blocks, s->rows[HDF5_SET_TEMPERATURE], rows);
        return without_blocks(s, err, error);
    }
    return 0;
}

static int read_block(struct hdf5_source *s, uint64_t at,
                      struct recording_block *out, struct error *error)
{
    const void *rows;
    int err = hdf5_reader_read(s->reader, HDF5_SET_BLOCKS, at, 1, &rows, error);
    if (err == 0) {
        memcpy(out, rows, sizeof(*out));
    }
    return err;
}

/* Rate of the device's clock, for files that do not say; time of the end. */
static int find_end(struct hdf5_source *s, struct error *error)
{
    struct recording_block first = {0};
    struct recording_block last = {0};
    int err = read_block(s, 0, &first, error);
    if (err == 0) {
        err = read_block(s, hdf5_source_rows(s, HDF5_SET_BLOCKS) - 1, &last,
                         error);
    }
    if (err < 0) {
        return err;
    }
    uint64_t rows = s->facts->rows;
    if (first.first_sample != 0 || last.first_sample >= rows ||
        last.count != rows - last.first_sample) {
        return hdf5_damaged(
            error, s->path,
            "its table of blocks does not fit the %" PRIu64
            " samples: dataset 'blocks' begins at row %" PRIu64
            " and ends with %" PRIu32 " from row %" PRIu64 " on",
            rows, first.first_sample, last.count, last.first_sample);
    }
    struct recording_info *info = &s->facts->info;
    double rate = info->rate_measured_hz > 0 ? info->rate_measured_hz
                                             : info->rate_nominal_hz;
    if (!(rate >= rate_min_hz && rate <= rate_max_hz)) {
        return hdf5_damaged(error, s->path,
                            "it says no rate, or one that cannot be: %g Hz",
                            rate);
    }
    s->facts->last_ns =
        (double)last.device_ns + (last.count - 1.0) * 1e9 / rate;
    return 0;
}

static int check_ends(struct hdf5_source *s, struct error *error)
{
    int err = s->facts->no_blocks ? 0 : find_end(s, error);
    return err < 0 ? without_blocks(s, err, error) : 0;
}

/* A whole table on the heap; NULL where it is missing or empty. */
static int load_table(struct hdf5_source *s, enum hdf5_set set, void **out,
                      size_t *count, struct error *error)
{
    size_t n = (size_t)hdf5_source_rows(s, set);
    size_t row_size = hdf5_sets[set].row_size;
    *out = NULL;
    *count = 0;
    if (n == 0) {
        return 0;
    }
    unsigned char *rows =
        n <= hdf5_sets[set].most_rows ? calloc(n, row_size) : NULL;
    if (rows == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    *out = rows;
    for (size_t at = 0, part; at < n; at += part) {
        const void *some;
        size_t most = hdf5_reader_most(set);
        part = n - at < most ? n - at : most;
        int err = hdf5_reader_read(s->reader, set, at, part, &some, error);
        if (err < 0) {
            return err;
        }
        memcpy(rows + at * row_size, some, part * row_size);
    }
    *count = n;
    return 0;
}

static int check_gaps(struct hdf5_source *s, struct error *error)
{
    const struct source_facts *facts = s->facts;
    for (size_t i = 0; i < facts->gap_count; i++) {
        if (facts->gaps[i].at_sample > facts->rows ||
            (i > 0 &&
             facts->gaps[i].at_sample <= facts->gaps[i - 1].at_sample)) {
            return hdf5_damaged(error, s->path,
                                "its table of gaps is not in order: dataset "
                                "'gaps', row %zu, says at_sample %" PRIu64
                                " of %" PRIu64,
                                i, facts->gaps[i].at_sample, facts->rows);
        }
    }
    return 0;
}

/* Of the clock's probes the best of each burst are kept. */
static int add_probes(struct hdf5_source *s, struct error *error)
{
    uint64_t n = hdf5_source_rows(s, HDF5_SET_CLOCK);
    size_t most = hdf5_reader_most(HDF5_SET_CLOCK);
    for (uint64_t at = 0; at < n; at += most) {
        size_t part = n - at < most ? (size_t)(n - at) : most;
        const void *some;
        int err =
            hdf5_reader_read(s->reader, HDF5_SET_CLOCK, at, part, &some, error);
        const struct recording_clock *probes = some;
        for (size_t i = 0; i < part && err == 0; i++) {
            err = clock_probes_add(&s->facts->probes, &probes[i], error);
        }
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

static int load_probes(struct hdf5_source *s, struct error *error)
{
    return told(s, add_probes(s, error), error);
}

static int load_gaps(struct hdf5_source *s, struct error *error)
{
    struct source_facts *f = s->facts;
    void *rows;
    int err = load_table(s, HDF5_SET_GAPS, &rows, &f->gap_count, error);
    f->gaps = rows;
    f->no_gaps = err < 0 || s->rows[HDF5_SET_GAPS] == HDF5_UNUSABLE;
    return told(s, err < 0 ? err : check_gaps(s, error), error);
}

static int load_events(struct hdf5_source *s, struct error *error)
{
    struct source_facts *f = s->facts;
    void *rows;
    int err = load_table(s, HDF5_SET_EVENTS, &rows, &f->event_count, error);
    f->events = rows;
    for (size_t i = 0; i < f->event_count; i++) {
        struct recording_event *e = &f->events[i];
        hdf5_clean_text(e->label, sizeof(e->label));
        hdf5_clean_text(e->source, sizeof(e->source));
    }
    return told(s, err, error);
}

static int take_checksums(struct hdf5_source *s, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < 2; i++) {
        s->facts->has_crc[i] = s->contents->crc[i] >= 0;
        s->facts->crc[i] = (uint32_t)s->contents->crc[i];
    }
    return 0;
}

static int allocate(struct hdf5_source *s, struct error *error)
{
    s->zeros = calloc(WINDOW_ROWS, 3 * sizeof(int16_t));
    return s->zeros != NULL ? 0
                            : error_set(error, ERR_NO_MEMORY, "out of memory");
}

int hdf5_source_open(struct hdf5_source *source,
                     const struct hdf5_limits *limits, size_t sensor,
                     struct error *error)
{
    static int (*const steps[])(struct hdf5_source *, struct error *) = {
        check_sensors, check_tables,   check_rows, check_blocks,
        check_info,    check_ends,     load_gaps,  load_probes,
        load_events,   take_checksums, allocate,
    };
    struct hdf5_source *s = source;
    int err = hdf5_reader_open(s->path, limits, sensor, &s->reader,
                               &s->contents, error);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && err == 0; i++) {
        err = steps[i](s, error);
    }
    return err;
}

int source_list_hdf5(const char *path, const struct hdf5_limits *limits,
                     struct recording_sensors *out, struct error *error)
{
    struct hdf5_reader *reader = NULL;
    const struct hdf5_contents *contents;
    int err = hdf5_reader_open(path, limits, HDF5_LIST_ONLY, &reader, &contents,
                               error);
    if (err == 0) {
        err = take_list(contents, path, out, error);
    }
    hdf5_reader_close(reader);
    return err;
}
