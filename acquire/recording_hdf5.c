/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a recording's HDF5 file. It may come from anywhere, so nothing in it
 * is believed before it is looked at: types, ranks, extents, filters, scales;
 * links lead nowhere outside the file.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/hdf5_check.h"
#include "acquire/recording_source.h"
#include "acquire/units.h"
#include "acquire/vector.h"

enum {
    WINDOW_ROWS = 32768, /* read at once; several chunks of the file */
    WINDOW_BLOCKS = 4096,
    INDEX_BYTES = 1 << 16,
    CHUNK_BYTES = 1 << 18,
    CHUNK_SLOTS = 97, /* a prime well above the chunks that fit */
};

static const double rate_min_hz = 0.1; /* beyond these nobody records motion */
static const double rate_max_hz = 100000;

/* Rows [first, first + n) of the samples, held in memory. */
struct window {
    uint64_t first;
    size_t n;
    int16_t *accel; /* three a row */
    int16_t *gyro;
};

struct hdf5_source {
    const char *path; /* while opening */
    hid_t file;
    size_t chosen; /* sensor, while opening */
    hid_t sensor;
    hid_t dataset[HDF5_SETS]; /* -1: not there */
    hid_t type[HDF5_SETS];    /* in memory */
    uint64_t rows[HDF5_SETS];
    struct source_facts *facts; /* while opening */
    float accel_g;              /* per LSB */
    float gyro_dps;
    uint64_t row; /* next for rows() */
    struct window window;
    uint64_t block; /* next for block() */
    uint64_t blocks_first;
    size_t blocks_held;
    struct recording_block *blocks;
    float *temperatures;
};

static int damaged(const struct hdf5_source *s, const char *what,
                   struct error *error)
{
    return error_set(error, ERR_DATA,
                     "'%s' is damaged or not written by carpus: %s", s->path,
                     what);
}

/* ---- reading rows of a set ---- */

static int read_set(struct hdf5_source *s, enum hdf5_set set, uint64_t first,
                    size_t n, void *out)
{
    int rank = hdf5_sets[set].columns > 0 ? 2 : 1;
    hsize_t start[2] = {first, 0};
    hsize_t count[2] = {n, hdf5_sets[set].columns};
    hid_t there = H5Dget_space(s->dataset[set]);
    hid_t here = H5Screate_simple(rank, count, NULL);
    int err = -1;
    if (there >= 0 && here >= 0 &&
        H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, count, NULL) >=
            0 &&
        H5Dread(s->dataset[set], s->type[set], here, there, H5P_DEFAULT, out) >=
            0) {
        err = 0;
    }
    hdf5_release(here);
    hdf5_release(there);
    return err;
}

static int read_failed(const struct hdf5_source *s, enum hdf5_set set,
                       struct error *error)
{
    char what[64];
    snprintf(what, sizeof(what), "read dataset '%s' of", hdf5_sets[set].name);
    return hdf5_failed(error, ERR_DATA, what, s->path);
}

/* ---- opening ---- */

static int open_set(struct hdf5_source *s, enum hdf5_set set,
                    struct error *error)
{
    hid_t home = set == HDF5_SET_EVENTS ? s->file : s->sensor;
    const char *name = hdf5_sets[set].name;
    if (H5Lexists(home, name, H5P_DEFAULT) == 0) {
        return 0;
    }
    if (!hdf5_is_hard_link(home, name)) {
        return error_set(error, ERR_DATA,
                         "'%s': dataset '%s' is a link, which is not followed",
                         s->path, name);
    }
    s->type[set] = hdf5_set_type(set, true);
    s->dataset[set] = H5Dopen2(home, name, H5P_DEFAULT);
    if (s->type[set] < 0 || s->dataset[set] < 0) {
        return read_failed(s, set, error);
    }
    const char *fault =
        hdf5_fault(s->dataset[set], set, s->type[set], &s->rows[set]);
    return fault == NULL ? 0
                         : error_set(error, ERR_DATA,
                                     "'%s' is damaged or not written by "
                                     "carpus: dataset '%s': %s",
                                     s->path, name, fault);
}

/* HDF5 would keep up to 1 MiB of chunks of each set, and of its index 32 MiB. A
 * file that is read from its beginning to its end needs a chunk or two. */
static herr_t keep_little(hid_t how)
{
    H5AC_cache_config_t config = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (H5Pget_mdc_config(how, &config) < 0) {
        return -1;
    }
    config.initial_size = config.min_size = config.max_size = INDEX_BYTES;
    return H5Pset_mdc_config(how, &config) < 0
               ? -1
               : H5Pset_cache(how, 0, CHUNK_SLOTS, CHUNK_BYTES, 1);
}

static int open_file(struct hdf5_source *s, struct error *error)
{
    hid_t how = H5Pcreate(H5P_FILE_ACCESS);
    if (how >= 0 && keep_little(how) >= 0 &&
        H5Pset_fclose_degree(how, H5F_CLOSE_STRONG) >= 0) {
        s->file = H5Fopen(s->path, H5F_ACC_RDONLY, how);
    }
    hdf5_release(how);
    return s->file >= 0
               ? 0
               : hdf5_failed(error, ERR_DATA, "read the recording", s->path);
}

static int check_format(struct hdf5_source *s, struct error *error)
{
    char format[32];
    uint64_t version;
    if (hdf5_get_text(s->file, "format", format, sizeof(format)) < 0 ||
        strcmp(format, "carpus-recording") != 0) {
        return error_set(error, ERR_DATA,
                         "'%s' is an HDF5 file but no carpus recording",
                         s->path);
    }
    if (hdf5_get_u64(s->file, "format_version", &version) < 0 || version == 0) {
        return damaged(s, "it has no format version", error);
    }
    if (version > RECORDING_VERSION) {
        return error_set(error, ERR_PROTOCOL,
                         "'%s' is of format version %" PRIu64
                         ", this carpus knows up to %d; update carpus",
                         s->path, version, RECORDING_VERSION);
    }
    return 0;
}

static int read_placement(struct hdf5_source *s, hid_t sensor,
                          enum placement *out, struct error *error)
{
    char text[32];
    return hdf5_get_text(sensor, "placement", text, sizeof(text)) == 0 &&
                   placement_parse(text, out)
               ? 0
               : damaged(s, "attribute 'placement' is missing or wrong", error);
}

/* Sensor `i` by name, which is its serial number. */
static int list_sensor(struct hdf5_source *s, hid_t sensors, size_t i,
                       struct error *error)
{
    struct recording_sensor *out = &s->facts->sensors.sensor[i];
    size_t size = sizeof(out->serial);
    ssize_t n = H5Lget_name_by_idx(sensors, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                   out->serial, size, H5P_DEFAULT);
    hid_t sensor =
        n > 0 && (size_t)n < size && hdf5_is_hard_link(sensors, out->serial)
            ? H5Gopen2(sensors, out->serial, H5P_DEFAULT)
            : -1;
    if (sensor < 0) {
        return damaged(s, "a sensor's name is wrong", error);
    }
    int err = read_placement(s, sensor, &out->placement, error);
    if (i == s->chosen && err == 0) {
        s->sensor = sensor;
    } else {
        hdf5_release(sensor);
    }
    return err;
}

static int open_sensors(struct hdf5_source *s, hid_t sensors,
                        struct error *error)
{
    struct recording_sensors *list = &s->facts->sensors;
    H5G_info_t group;
    if (sensors < 0 || H5Gget_info(sensors, &group) < 0 ||
        s->chosen >= group.nlinks) {
        return damaged(s, "it holds no sensor", error);
    }
    if (group.nlinks > RECORDING_SENSORS_MAX) {
        return damaged(s, "it holds more sensors than there can be", error);
    }
    int err = 0;
    list->count = (size_t)group.nlinks;
    for (size_t i = 0; err == 0 && i < list->count; i++) {
        err = list_sensor(s, sensors, i, error);
    }
    return err;
}

static int open_sensor(struct hdf5_source *s, struct error *error)
{
    struct recording_info *info = &s->facts->info;
    hid_t sensors = hdf5_is_hard_link(s->file, "sensors")
                        ? H5Gopen2(s->file, "sensors", H5P_DEFAULT)
                        : -1;
    int err = open_sensors(s, sensors, error);
    hdf5_release(sensors);
    if (err == 0) {
        const struct recording_sensor *sensor =
            &s->facts->sensors.sensor[s->chosen];
        memcpy(info->serial, sensor->serial, sizeof(info->serial));
        info->placement = sensor->placement;
    }
    return err;
}

static int read_field(struct hdf5_source *s, const struct hdf5_field *f,
                      struct error *error)
{
    const hid_t homes[] = {
        [HDF5_ROOT] = s->file,
        [HDF5_SENSOR] = s->sensor,
        [HDF5_ACCEL] = s->dataset[HDF5_SET_ACCEL],
        [HDF5_GYRO] = s->dataset[HDF5_SET_GYRO],
    };
    void *value = (char *)&s->facts->info + f->offset;
    hid_t home = homes[f->home];
    if (home < 0 || H5Aexists(home, f->name) == 0) {
        return 0;
    }
    bool good = f->size > 0
                    ? hdf5_get_text(home, f->name, value, f->size) == 0
                    : hdf5_get_double(home, f->name, value) == 0 &&
                          isfinite(*(double *)value) && *(double *)value >= 0;
    return good ? 0
                : error_set(error, ERR_DATA,
                            "'%s' is damaged or not written by carpus: "
                            "attribute '%s' is wrong",
                            s->path, f->name);
}

static int read_info(struct hdf5_source *s, struct error *error)
{
    struct recording_info *info = &s->facts->info;
    for (size_t i = 0; i < hdf5_field_count; i++) {
        int err = read_field(s, &hdf5_fields[i], error);
        if (err < 0) {
            return err;
        }
    }
    info->has_accel = s->dataset[HDF5_SET_ACCEL] >= 0;
    info->has_gyro = s->dataset[HDF5_SET_GYRO] >= 0;
    if ((info->has_accel && !(info->accel_scale > 0)) ||
        (info->has_gyro && !(info->gyro_scale > 0))) {
        return damaged(s, "a scale is not above zero", error);
    }
    s->accel_g = (float)(info->accel_scale / STANDARD_GRAVITY_MS2);
    s->gyro_dps = (float)(info->gyro_scale * DEGREES_PER_RADIAN);
    return 0;
}

static int check_rows(struct hdf5_source *s, struct error *error)
{
    const hid_t *set = s->dataset;
    if (set[HDF5_SET_ACCEL] < 0 && set[HDF5_SET_GYRO] < 0) {
        return damaged(s, "it has neither an accelerometer nor a gyroscope",
                       error);
    }
    enum hdf5_set any =
        set[HDF5_SET_ACCEL] >= 0 ? HDF5_SET_ACCEL : HDF5_SET_GYRO;
    uint64_t rows = s->rows[any];
    if (set[HDF5_SET_GYRO] >= 0 && s->rows[HDF5_SET_GYRO] != rows) {
        return damaged(s, "its sensors differ in rows", error);
    }
    if (rows == 0) {
        return error_set(error, ERR_DATA, "'%s' holds no samples", s->path);
    }
    if (set[HDF5_SET_BLOCKS] < 0 || s->rows[HDF5_SET_BLOCKS] == 0 ||
        s->rows[HDF5_SET_BLOCKS] > rows ||
        (set[HDF5_SET_TEMPERATURE] >= 0 &&
         s->rows[HDF5_SET_TEMPERATURE] != s->rows[HDF5_SET_BLOCKS])) {
        return damaged(s, "its table of blocks is wrong", error);
    }
    s->facts->rows = rows;
    return 0;
}

/* Rate of the device's clock, for files that do not say; time of the end. */
static int check_ends(struct hdf5_source *s, struct error *error)
{
    struct recording_block first;
    struct recording_block last;
    uint64_t n = s->rows[HDF5_SET_BLOCKS];
    if (read_set(s, HDF5_SET_BLOCKS, 0, 1, &first) < 0 ||
        read_set(s, HDF5_SET_BLOCKS, n - 1, 1, &last) < 0) {
        return read_failed(s, HDF5_SET_BLOCKS, error);
    }
    uint64_t rows = s->facts->rows;
    if (first.first_sample != 0 || last.first_sample >= rows ||
        last.count != rows - last.first_sample) {
        return damaged(s, "its table of blocks does not fit the samples",
                       error);
    }
    struct recording_info *info = &s->facts->info;
    double rate = info->rate_measured_hz > 0 ? info->rate_measured_hz
                                             : info->rate_nominal_hz;
    if (!(rate >= rate_min_hz && rate <= rate_max_hz)) {
        return damaged(s, "it says no rate, or one that cannot be", error);
    }
    s->facts->last_ns =
        (double)last.device_ns + (last.count - 1.0) * 1e9 / rate;
    return 0;
}

/* A whole table on the heap; NULL where it is missing or empty. */
static int load_table(struct hdf5_source *s, enum hdf5_set set, void **out,
                      struct error *error)
{
    size_t n = (size_t)s->rows[set];
    *out = NULL;
    if (s->dataset[set] < 0 || n == 0) {
        return 0;
    }
    void *rows = calloc(n, hdf5_sets[set].row_size);
    if (rows == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    if (read_set(s, set, 0, n, rows) < 0) {
        free(rows);
        return read_failed(s, set, error);
    }
    *out = rows;
    return 0;
}

static int check_gaps(struct hdf5_source *s, struct error *error)
{
    const struct source_facts *facts = s->facts;
    for (size_t i = 0; i < facts->gap_count; i++) {
        if (facts->gaps[i].at_sample > facts->rows ||
            (i > 0 &&
             facts->gaps[i].at_sample <= facts->gaps[i - 1].at_sample)) {
            return damaged(s, "its table of gaps is not in order", error);
        }
    }
    return 0;
}

static int load_tables(struct hdf5_source *s, struct error *error)
{
    struct source_facts *f = s->facts;
    void *gaps;
    int err = load_table(s, HDF5_SET_GAPS, &gaps, error);
    if (err < 0) {
        return err;
    }
    f->gaps = gaps;
    f->gap_count = gaps != NULL ? (size_t)s->rows[HDF5_SET_GAPS] : 0;

    void *clocks;
    err = load_table(s, HDF5_SET_CLOCK, &clocks, error);
    if (err < 0) {
        return err;
    }
    f->clocks = clocks;
    f->clock_count = clocks != NULL ? (size_t)s->rows[HDF5_SET_CLOCK] : 0;

    void *events;
    err = load_table(s, HDF5_SET_EVENTS, &events, error);
    if (err < 0) {
        return err;
    }
    f->events = events;
    f->event_count = events != NULL ? (size_t)s->rows[HDF5_SET_EVENTS] : 0;
    for (size_t i = 0; i < f->event_count; i++) {
        struct recording_event *e = &f->events[i];
        e->label[sizeof(e->label) - 1] = '\0';
        e->source[sizeof(e->source) - 1] = '\0';
    }
    return check_gaps(s, error);
}

static int read_checksums(struct hdf5_source *s, struct error *error)
{
    (void)error;
    for (enum hdf5_set set = HDF5_SET_ACCEL; set <= HDF5_SET_GYRO; set++) {
        uint64_t crc;
        if (s->dataset[set] >= 0 &&
            hdf5_get_u64(s->dataset[set], "crc32c", &crc) == 0) {
            s->facts->has_crc[set] = true;
            s->facts->crc[set] = (uint32_t)crc;
        }
    }
    return 0;
}

static int allocate(struct hdf5_source *s, struct error *error)
{
    s->blocks = malloc(WINDOW_BLOCKS * sizeof(*s->blocks));
    s->temperatures = malloc(WINDOW_BLOCKS * sizeof(*s->temperatures));
    s->window.accel = calloc(WINDOW_ROWS, 3 * sizeof(int16_t));
    s->window.gyro = calloc(WINDOW_ROWS, 3 * sizeof(int16_t));
    if (s->blocks == NULL || s->temperatures == NULL ||
        s->window.accel == NULL || s->window.gyro == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    return 0;
}

static int open_all(struct hdf5_source *s, struct error *error)
{
    static int (*const steps[])(struct hdf5_source *, struct error *) = {
        open_file,
        check_format,
        open_sensor,
    };
    static int (*const then[])(struct hdf5_source *, struct error *) = {
        check_rows,  read_info,      check_ends,
        load_tables, read_checksums, allocate,
    };
    int err = 0;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && err == 0; i++) {
        err = steps[i](s, error);
    }
    for (enum hdf5_set set = 0; set < HDF5_SETS && err == 0; set++) {
        err = open_set(s, set, error);
    }
    for (size_t i = 0; i < sizeof(then) / sizeof(then[0]) && err == 0; i++) {
        err = then[i](s, error);
    }
    return err;
}

/* ---- rows and blocks in order ---- */

static int fill_window(struct hdf5_source *s, uint64_t first,
                       struct error *error)
{
    struct window *w = &s->window;
    uint64_t left = s->rows[s->dataset[HDF5_SET_ACCEL] >= 0 ? HDF5_SET_ACCEL
                                                            : HDF5_SET_GYRO] -
                    first;
    w->first = first;
    w->n = left < WINDOW_ROWS ? (size_t)left : WINDOW_ROWS;
    void *const out[2] = {w->accel, w->gyro};
    for (enum hdf5_set set = HDF5_SET_ACCEL; set <= HDF5_SET_GYRO; set++) {
        if (s->dataset[set] >= 0 &&
            read_set(s, set, w->first, w->n, out[set]) < 0) {
            w->n = 0;
            return read_failed(s, set, error);
        }
    }
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
    const int16_t *accel = s->window.accel + 3 * at;
    const int16_t *gyro = s->window.gyro + 3 * at;
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
        clipped->clipped_accel += count_clipped(s->window.accel + 3 * at, part);
        clipped->clipped_gyro += count_clipped(s->window.gyro + 3 * at, part);
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
            memcpy(&out[i][0], s->window.accel + 3 * (at + i),
                   3 * sizeof(int16_t));
            memcpy(&out[i][3], s->window.gyro + 3 * (at + i),
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
    uint64_t left = s->rows[HDF5_SET_BLOCKS] - s->block;
    size_t n = left < WINDOW_BLOCKS ? (size_t)left : WINDOW_BLOCKS;
    s->blocks_first = s->block;
    s->blocks_held = 0;
    if (read_set(s, HDF5_SET_BLOCKS, s->block, n, s->blocks) < 0) {
        return read_failed(s, HDF5_SET_BLOCKS, error);
    }
    if (s->dataset[HDF5_SET_TEMPERATURE] >= 0 &&
        read_set(s, HDF5_SET_TEMPERATURE, s->block, n, s->temperatures) < 0) {
        return read_failed(s, HDF5_SET_TEMPERATURE, error);
    }
    s->blocks_held = n;
    return 0;
}

static int hdf5_block(void *self, struct recording_block *block,
                      float *temperature, struct error *error)
{
    struct hdf5_source *s = self;
    if (s->block >= s->rows[HDF5_SET_BLOCKS]) {
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
    *temperature =
        s->dataset[HDF5_SET_TEMPERATURE] >= 0 ? s->temperatures[at] : NAN;
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
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        hdf5_release(s->dataset[set]);
        hdf5_release(s->type[set]);
    }
    hdf5_release(s->sensor);
    hdf5_release(s->file);
    free(s->blocks);
    free(s->temperatures);
    free(s->window.accel);
    free(s->window.gyro);
    free(s);
}

static const struct source_operations operations = {
    .block = hdf5_block,
    .rows = hdf5_rows,
    .raw = hdf5_raw,
    .rewind = hdf5_rewind,
    .close = hdf5_close,
};

int source_open_hdf5(const char *path, size_t sensor, struct source *out,
                     struct error *error)
{
    struct hdf5_source *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    hdf5_begin();
    s->path = path;
    s->facts = &out->facts;
    s->file = -1;
    s->chosen = sensor;
    s->sensor = -1;
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        s->dataset[set] = -1;
        s->type[set] = -1;
    }
    int err = open_all(s, error);
    s->path = NULL;
    s->facts = NULL;
    out->operations = &operations;
    out->self = s;
    return err;
}
