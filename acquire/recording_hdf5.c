/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a recording's HDF5 file: what hdf5_reader.h hands over is held
 * against each other here, and becomes rows and blocks.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/hdf5_reader.h"
#include "acquire/recording_source.h"
#include "acquire/units.h"
#include "acquire/vector.h"

enum {
    WINDOW_ROWS = 32768, /* read at once; several chunks of the file */
    WINDOW_BLOCKS = 4096,
};

static const double rate_min_hz = 0.1; /* beyond these nobody records motion */
static const double rate_max_hz = 100000;

/* Rows [first, first + n) of the samples; of a sensor that is not there,
 * zeros. */
struct window {
    uint64_t first;
    size_t n;
    const int16_t *axes[2]; /* of accelerometer and gyroscope, three a row */
};

struct hdf5_source {
    const char *path; /* while opening */
    struct hdf5_reader *reader;
    const struct hdf5_contents *contents; /* the reader's */
    struct source_facts *facts;           /* while opening */
    float accel_g;                        /* per LSB */
    float gyro_dps;
    uint64_t row; /* next for rows() */
    struct window window;
    int16_t *zeros;
    uint64_t block; /* next for block() */
    uint64_t blocks_first;
    size_t blocks_held;
    const struct recording_block *blocks;
    const float *temperatures; /* NULL: not measured */
};

static bool there(const struct hdf5_source *s, enum hdf5_set set)
{
    return s->contents->rows[set] >= 0;
}

static uint64_t rows_of(const struct hdf5_source *s, enum hdf5_set set)
{
    return there(s, set) ? (uint64_t)s->contents->rows[set] : 0;
}

/* ---- opening ---- */

static int check_sensors(struct hdf5_source *s, struct error *error)
{
    const struct hdf5_contents *contents = s->contents;
    struct recording_sensors *list = &s->facts->sensors;
    struct recording_info *info = &s->facts->info;
    if (contents->sensors == 0 || contents->sensors > RECORDING_SENSORS_MAX ||
        contents->chosen >= contents->sensors) {
        return hdf5_damaged(error, s->path, "it holds no sensor, or too many");
    }
    list->count = contents->sensors;
    for (size_t i = 0; i < list->count; i++) {
        struct recording_sensor *sensor = &list->sensor[i];
        memcpy(sensor->serial, contents->sensor[i].serial,
               sizeof(sensor->serial));
        if (!placement_parse(contents->sensor[i].placement,
                             &sensor->placement)) {
            return hdf5_damaged(error, s->path,
                                "attribute 'placement' is missing or wrong");
        }
    }
    *info = contents->info;
    memcpy(info->serial, list->sensor[contents->chosen].serial,
           sizeof(info->serial));
    info->placement = list->sensor[contents->chosen].placement;
    return 0;
}

static bool scale_good(double scale)
{
    return isfinite(scale) && scale > 0;
}

static int check_info(struct hdf5_source *s, struct error *error)
{
    struct recording_info *info = &s->facts->info;
    info->has_accel = there(s, HDF5_SET_ACCEL);
    info->has_gyro = there(s, HDF5_SET_GYRO);
    if ((info->has_accel && !scale_good(info->accel_scale)) ||
        (info->has_gyro && !scale_good(info->gyro_scale))) {
        return hdf5_damaged(error, s->path,
                            "a scale is not above zero: accelerometer %g, "
                            "gyroscope %g",
                            info->accel_scale, info->gyro_scale);
    }
    s->accel_g = (float)(info->accel_scale / STANDARD_GRAVITY_MS2);
    s->gyro_dps = (float)(info->gyro_scale * DEGREES_PER_RADIAN);
    return 0;
}

static int check_rows(struct hdf5_source *s, struct error *error)
{
    if (!there(s, HDF5_SET_ACCEL) && !there(s, HDF5_SET_GYRO)) {
        return hdf5_damaged(error, s->path,
                            "it has neither an accelerometer nor a gyroscope");
    }
    enum hdf5_set any =
        there(s, HDF5_SET_ACCEL) ? HDF5_SET_ACCEL : HDF5_SET_GYRO;
    uint64_t rows = rows_of(s, any);
    if (there(s, HDF5_SET_GYRO) && rows_of(s, HDF5_SET_GYRO) != rows) {
        return hdf5_damaged(error, s->path,
                            "its sensors differ in rows: dataset "
                            "'accelerometer' has %" PRIu64
                            ", 'gyroscope' %" PRIu64,
                            rows, rows_of(s, HDF5_SET_GYRO));
    }
    if (rows == 0) {
        return error_set(error, ERR_DATA, "'%s' holds no samples", s->path);
    }
    uint64_t blocks = rows_of(s, HDF5_SET_BLOCKS);
    if (blocks == 0 || blocks > rows ||
        (there(s, HDF5_SET_TEMPERATURE) &&
         rows_of(s, HDF5_SET_TEMPERATURE) != blocks)) {
        return hdf5_damaged(error, s->path,
                            "its table of blocks is wrong: dataset 'blocks' "
                            "has %" PRIu64 " rows, 'temperature' %" PRIi64
                            " (-1: none), for %" PRIu64 " samples",
                            blocks, s->contents->rows[HDF5_SET_TEMPERATURE],
                            rows);
    }
    s->facts->rows = rows;
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
static int check_ends(struct hdf5_source *s, struct error *error)
{
    struct recording_block first = {0};
    struct recording_block last = {0};
    int err = read_block(s, 0, &first, error);
    if (err == 0) {
        err = read_block(s, rows_of(s, HDF5_SET_BLOCKS) - 1, &last, error);
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

/* A whole table on the heap; NULL where it is missing or empty. */
static int load_table(struct hdf5_source *s, enum hdf5_set set, void **out,
                      size_t *count, struct error *error)
{
    size_t n = (size_t)rows_of(s, set);
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
static int load_probes(struct hdf5_source *s, struct error *error)
{
    uint64_t n = rows_of(s, HDF5_SET_CLOCK);
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

static int load_tables(struct hdf5_source *s, struct error *error)
{
    struct source_facts *f = s->facts;
    void *rows[2];
    int err = load_table(s, HDF5_SET_GAPS, &rows[0], &f->gap_count, error);
    f->gaps = rows[0];
    if (err == 0) {
        err = load_probes(s, error);
    }
    if (err == 0) {
        err = load_table(s, HDF5_SET_EVENTS, &rows[1], &f->event_count, error);
        f->events = rows[1];
    }
    if (err < 0) {
        return err;
    }
    for (size_t i = 0; i < f->event_count; i++) {
        struct recording_event *e = &f->events[i];
        hdf5_clean_text(e->label, sizeof(e->label));
        hdf5_clean_text(e->source, sizeof(e->source));
    }
    return check_gaps(s, error);
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

static int open_all(struct hdf5_source *s, const struct hdf5_limits *limits,
                    size_t sensor, struct error *error)
{
    static int (*const steps[])(struct hdf5_source *, struct error *) = {
        check_sensors, check_rows,     check_info, check_ends,
        load_tables,   take_checksums, allocate,
    };
    int err = hdf5_reader_open(s->path, limits, sensor, &s->reader,
                               &s->contents, error);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && err == 0; i++) {
        err = steps[i](s, error);
    }
    return err;
}

/* ---- rows and blocks in order ---- */

static int fill_window(struct hdf5_source *s, uint64_t first,
                       struct error *error)
{
    struct window *w = &s->window;
    uint64_t left =
        rows_of(s, there(s, HDF5_SET_ACCEL) ? HDF5_SET_ACCEL : HDF5_SET_GYRO) -
        first;
    size_t n = left < WINDOW_ROWS ? (size_t)left : WINDOW_ROWS;
    *w = (struct window){.first = first};
    for (enum hdf5_set set = HDF5_SET_ACCEL; set <= HDF5_SET_GYRO; set++) {
        const void *rows = s->zeros;
        int err = there(s, set)
                      ? hdf5_reader_read(s->reader, set, first, n, &rows, error)
                      : 0;
        if (err < 0) {
            return err;
        }
        w->axes[set] = rows;
    }
    w->n = n;
    return 0;
}

/* How many rows from `first` on the window holds; it is filled anew if none. */
static int in_window(struct hdf5_source *s, uint64_t first, size_t most,
                     size_t *count, struct error *error)
{
    struct window *w = &s->window;
    if (first < w->first || first - w->first >= w->n) {
        int err = fill_window(s, first, error);
        if (err < 0) {
            return err;
        }
    }
    size_t there = w->n - (size_t)(first - w->first);
    *count = there < most ? there : most;
    return 0;
}

static bool at_end(const int16_t v[3])
{
    return v[0] == INT16_MAX || v[0] == INT16_MIN || v[1] == INT16_MAX ||
           v[1] == INT16_MIN || v[2] == INT16_MAX || v[2] == INT16_MIN;
}

/* Most often no value is at an end, which is seen of many at once. */
VECTOR_CLONES
static uint32_t count_clipped(const int16_t *v, size_t n)
{
    int16_t any = 0;
    for (size_t i = 0; i < 3 * n; i++) {
        any |= v[i] == INT16_MAX || v[i] == INT16_MIN;
    }
    uint32_t clipped = 0;
    if (any == 0) {
        return clipped;
    }
    for (size_t i = 0; i < n; i++) {
        clipped += at_end(v + 3 * i);
    }
    return clipped;
}

static void convert(const struct hdf5_source *s, size_t at, size_t n,
                    struct motion *out)
{
    const int16_t *accel = s->window.axes[0] + 3 * at;
    const int16_t *gyro = s->window.axes[1] + 3 * at;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 3; k++) {
            out[i].accel[k] = (float)accel[3 * i + k] * s->accel_g;
            out[i].gyro[k] = (float)gyro[3 * i + k] * s->gyro_dps;
        }
        out[i].spare = 0;
    }
}

static int hdf5_rows(void *self, struct motion *out, size_t n,
                     struct recording_chunk *clipped, struct error *error)
{
    struct hdf5_source *s = self;
    while (n > 0) {
        size_t part;
        int err = in_window(s, s->row, n, &part, error);
        if (err < 0) {
            return err;
        }
        size_t at = (size_t)(s->row - s->window.first);
        convert(s, at, part, out);
        clipped->clipped_accel +=
            count_clipped(s->window.axes[0] + 3 * at, part);
        clipped->clipped_gyro +=
            count_clipped(s->window.axes[1] + 3 * at, part);
        s->row += part;
        out += part;
        n -= part;
    }
    return 0;
}

static int hdf5_raw(void *self, uint64_t first, size_t n, int16_t (*out)[6],
                    struct error *error)
{
    struct hdf5_source *s = self;
    while (n > 0) {
        size_t part;
        int err = in_window(s, first, n, &part, error);
        if (err < 0) {
            return err;
        }
        size_t at = (size_t)(first - s->window.first);
        for (size_t i = 0; i < part; i++) {
            memcpy(&out[i][0], s->window.axes[0] + 3 * (at + i),
                   3 * sizeof(int16_t));
            memcpy(&out[i][3], s->window.axes[1] + 3 * (at + i),
                   3 * sizeof(int16_t));
        }
        first += part;
        out += part;
        n -= part;
    }
    return 0;
}

static int fill_blocks(struct hdf5_source *s, struct error *error)
{
    uint64_t left = rows_of(s, HDF5_SET_BLOCKS) - s->block;
    size_t n = left < WINDOW_BLOCKS ? (size_t)left : WINDOW_BLOCKS;
    const void *blocks;
    const void *temperatures = NULL;
    s->blocks_first = s->block;
    s->blocks_held = 0;
    int err = hdf5_reader_read(s->reader, HDF5_SET_BLOCKS, s->block, n, &blocks,
                               error);
    if (err == 0 && there(s, HDF5_SET_TEMPERATURE)) {
        err = hdf5_reader_read(s->reader, HDF5_SET_TEMPERATURE, s->block, n,
                               &temperatures, error);
    }
    if (err < 0) {
        return err;
    }
    s->blocks = blocks;
    s->temperatures = temperatures;
    s->blocks_held = n;
    return 0;
}

static int hdf5_block(void *self, struct recording_block *block,
                      float *temperature, struct error *error)
{
    struct hdf5_source *s = self;
    if (s->block >= rows_of(s, HDF5_SET_BLOCKS)) {
        return 0;
    }
    if (s->block < s->blocks_first ||
        s->block - s->blocks_first >= s->blocks_held) {
        int err = fill_blocks(s, error);
        if (err < 0) {
            return err;
        }
    }
    size_t at = (size_t)(s->block - s->blocks_first);
    *block = s->blocks[at];
    *temperature = s->temperatures != NULL ? s->temperatures[at] : NAN;
    s->block++;
    return 1;
}

static int hdf5_rewind(void *self, struct error *error)
{
    struct hdf5_source *s = self;
    (void)error;
    s->row = 0;
    s->block = 0;
    return 0;
}

static void hdf5_close(void *self)
{
    struct hdf5_source *s = self;
    hdf5_reader_close(s->reader);
    free(s->zeros);
    free(s);
}

static const struct source_operations operations = {
    .block = hdf5_block,
    .rows = hdf5_rows,
    .raw = hdf5_raw,
    .rewind = hdf5_rewind,
    .close = hdf5_close,
};

int source_open_hdf5(const char *path, const struct hdf5_limits *limits,
                     size_t sensor, struct source *out, struct error *error)
{
    struct hdf5_source *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    s->path = path;
    s->facts = &out->facts;
    int err = open_all(s, limits, sensor, error);
    s->path = NULL;
    s->facts = NULL;
    out->operations = &operations;
    out->self = s;
    return err;
}
