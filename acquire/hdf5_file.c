/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/hdf5_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "acquire/hdf5_check.h"

enum {
    INDEX_BYTES = 1 << 16,
    CHUNK_BYTES = 1 << 18,
    CHUNK_SLOTS = 97, /* a prime well above the chunks that fit */
};

/* ---- rows ---- */

static int read_rows(struct hdf5_file *f, enum hdf5_set set, uint64_t first,
                     size_t n, void *out)
{
    int rank = hdf5_sets[set].columns > 0 ? 2 : 1;
    hsize_t start[2] = {first, 0};
    hsize_t count[2] = {n, hdf5_sets[set].columns};
    hid_t there = H5Dget_space(f->dataset[set]);
    hid_t here = H5Screate_simple(rank, count, NULL);
    int err = -1;
    if (there >= 0 && here >= 0 &&
        H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, count, NULL) >=
            0 &&
        H5Dread(f->dataset[set], f->type[set], here, there, H5P_DEFAULT, out) >=
            0) {
        err = 0;
    }
    hdf5_release(here);
    hdf5_release(there);
    return err;
}

/* Reads whole chunks from `first` on as they stand in the file; returns how
 * many of the rows. */
static size_t read_chunks(struct hdf5_file *f, enum hdf5_set set,
                          uint64_t first, size_t n, unsigned char *out)
{
    size_t chunk = f->chunk[set];
    size_t done = 0;
    while (chunk > 0 && n - done >= chunk && (first + done) % chunk == 0) {
        size_t size = hdf5_sets[set].row_size;
        if (hdf5_chunk_read(f->dataset[set], first + done, chunk * size,
                            out + done * size) < 0) {
            break;
        }
        done += chunk;
    }
    return done;
}

int hdf5_file_read(struct hdf5_file *file, enum hdf5_set set, uint64_t first,
                   size_t n, void *out, struct error *error)
{
    size_t done = read_chunks(file, set, first, n, out);
    unsigned char *rest = (unsigned char *)out + done * hdf5_sets[set].row_size;
    if (done == n || read_rows(file, set, first + done, n - done, rest) == 0) {
        return 0;
    }
    char what[96];
    snprintf(what, sizeof(what),
             "read rows %" PRIu64 " to %" PRIu64 " of dataset '%s' of",
             first + done, first + n - 1, hdf5_sets[set].name);
    return hdf5_failed(error, ERR_DAMAGED, what, file->path);
}

/* ---- opening ---- */

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

static int open_file(struct hdf5_file *f, struct hdf5_contents *contents,
                     struct error *error)
{
    (void)contents;
    hid_t how = H5Pcreate(H5P_FILE_ACCESS);
    if (how >= 0 && keep_little(how) >= 0 &&
        H5Pset_fclose_degree(how, H5F_CLOSE_STRONG) >= 0) {
        f->file = H5Fopen(f->path, H5F_ACC_RDONLY, how);
    }
    hdf5_release(how);
    return f->file >= 0
               ? 0
               : hdf5_failed(error, ERR_DAMAGED, "read the recording", f->path);
}

static int check_format(struct hdf5_file *f, struct hdf5_contents *contents,
                        struct error *error)
{
    (void)contents;
    char format[32];
    uint64_t version;
    if (hdf5_get_text(f->file, "format", format, sizeof(format)) < 0 ||
        strcmp(format, "carpus-recording") != 0) {
        return error_set(error, ERR_DATA,
                         "'%s' is an HDF5 file but no carpus recording",
                         f->path);
    }
    if (hdf5_get_u64(f->file, "format_version", &version) < 0 || version == 0) {
        return hdf5_damaged(error, f->path, "it has no format version");
    }
    if (version > RECORDING_VERSION) {
        return error_set(error, ERR_PROTOCOL,
                         "'%s' is of format version %" PRIu64
                         ", this carpus knows up to %d; update carpus",
                         f->path, version, RECORDING_VERSION);
    }
    return 0;
}

/* Sensor `i` by name, which is its serial number. What else is wrong with it is
 * for who wants this sensor to complain of. */
static int list_sensor(struct hdf5_file *f, hid_t sensors, size_t i,
                       struct hdf5_contents *contents, struct error *error)
{
    char *serial = contents->sensor[i].serial;
    size_t size = sizeof(contents->sensor[i].serial);
    ssize_t n = H5Lget_name_by_idx(sensors, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                   serial, size, H5P_DEFAULT);
    if (n <= 0 || (size_t)n >= size) {
        return hdf5_damaged(error, f->path, "the name of sensor %zu is wrong",
                            i + 1);
    }
    hid_t sensor = hdf5_is_hard_link(sensors, serial)
                       ? H5Gopen2(sensors, serial, H5P_DEFAULT)
                       : -1;
    if (sensor < 0 ||
        hdf5_get_text(sensor, "placement", contents->sensor[i].placement,
                      sizeof(contents->sensor[i].placement)) < 0) {
        contents->sensor[i].placement[0] = '\0';
    }
    if (i != contents->chosen) {
        hdf5_release(sensor);
        return 0;
    }
    f->sensor = sensor;
    return sensor >= 0 ? 0
                       : hdf5_damaged(error, f->path,
                                      "group '%s' cannot be opened", serial);
}

static int list_sensors(struct hdf5_file *f, hid_t sensors,
                        struct hdf5_contents *contents, struct error *error)
{
    H5G_info_t group;
    if (sensors < 0 || H5Gget_info(sensors, &group) < 0 || group.nlinks == 0 ||
        (contents->chosen != HDF5_LIST_ONLY &&
         contents->chosen >= group.nlinks)) {
        return hdf5_damaged(error, f->path, "it holds no sensor");
    }
    if (group.nlinks > RECORDING_SENSORS_MAX) {
        return hdf5_damaged(error, f->path,
                            "it holds more sensors than there can be");
    }
    int err = 0;
    contents->sensors = (size_t)group.nlinks;
    for (size_t i = 0; err == 0 && i < contents->sensors; i++) {
        err = list_sensor(f, sensors, i, contents, error);
    }
    return err;
}

static int open_sensor(struct hdf5_file *f, struct hdf5_contents *contents,
                       struct error *error)
{
    hid_t sensors = hdf5_is_hard_link(f->file, "sensors")
                        ? H5Gopen2(f->file, "sensors", H5P_DEFAULT)
                        : -1;
    int err = list_sensors(f, sensors, contents, error);
    hdf5_release(sensors);
    return err;
}

static int open_set(struct hdf5_file *f, enum hdf5_set set, int64_t *rows,
                    struct error *error)
{
    hid_t home = set == HDF5_SET_EVENTS ? f->file : f->sensor;
    const char *name = hdf5_sets[set].name;
    *rows = HDF5_ABSENT;
    if (H5Lexists(home, name, H5P_DEFAULT) == 0) {
        return 0;
    }
    if (!hdf5_is_hard_link(home, name)) {
        return hdf5_damaged(error, f->path,
                            "dataset '%s' is a link, which is not followed",
                            name);
    }
    f->type[set] = hdf5_set_type(set, true);
    f->dataset[set] = H5Dopen2(home, name, H5P_DEFAULT);
    if (f->type[set] < 0 || f->dataset[set] < 0) {
        char what[64];
        snprintf(what, sizeof(what), "open dataset '%s' of", name);
        return hdf5_failed(error, ERR_DAMAGED, what, f->path);
    }
    uint64_t count;
    const char *fault = hdf5_fault(f->dataset[set], set, f->type[set], &count);
    if (fault != NULL) {
        return hdf5_damaged(error, f->path, "dataset '%s': %s", name, fault);
    }
    *rows = (int64_t)count; /* the file has as many */
    if (set == HDF5_SET_ACCEL || set == HDF5_SET_GYRO) {
        f->chunk[set] = hdf5_chunk_rows(f->dataset[set], f->type[set]);
    }
    return 0;
}

static int open_sets(struct hdf5_file *f, struct hdf5_contents *contents,
                     struct error *error)
{
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        struct error why;
        int err = open_set(f, set, &contents->rows[set], &why);
        if (err < 0 && err != ERR_DAMAGED) {
            return error_set(error, err, "%s", why.text);
        }
        if (err < 0) {
            contents->rows[set] = HDF5_UNUSABLE;
            memcpy(contents->fault[set], why.text, sizeof(why.text));
        }
    }
    return 0;
}

/* ---- attributes ---- */

static int read_field(struct hdf5_file *f, const struct hdf5_field *field,
                      struct recording_info *info, struct error *error)
{
    const hid_t homes[] = {
        [HDF5_ROOT] = f->file,
        [HDF5_SENSOR] = f->sensor,
        [HDF5_ACCEL] = f->dataset[HDF5_SET_ACCEL],
        [HDF5_GYRO] = f->dataset[HDF5_SET_GYRO],
    };
    void *value = (char *)info + field->offset;
    hid_t home = homes[field->home];
    if (home < 0 || H5Aexists(home, field->name) == 0) {
        return 0;
    }
    bool good = field->size > 0
                    ? hdf5_get_text(home, field->name, value, field->size) == 0
                    : hdf5_get_double(home, field->name, value) == 0 &&
                          isfinite(*(double *)value) && *(double *)value >= 0;
    return good ? 0
                : hdf5_damaged(error, f->path, "attribute '%s' is wrong",
                               field->name);
}

static int read_fields(struct hdf5_file *f, struct hdf5_contents *contents,
                       struct error *error)
{
    int err = 0;
    for (size_t i = 0; i < hdf5_field_count && err == 0; i++) {
        err = read_field(f, &hdf5_fields[i], &contents->info, error);
    }
    return err;
}

static int read_checksums(struct hdf5_file *f, struct hdf5_contents *contents,
                          struct error *error)
{
    (void)error;
    for (enum hdf5_set set = HDF5_SET_ACCEL; set <= HDF5_SET_GYRO; set++) {
        uint64_t crc;
        bool there = f->dataset[set] >= 0 &&
                     hdf5_get_u64(f->dataset[set], "crc32c", &crc) == 0;
        contents->crc[set] = there ? (int64_t)(uint32_t)crc : -1;
    }
    return 0;
}

int hdf5_file_open(const char *path, size_t sensor, struct hdf5_file *out,
                   struct hdf5_contents *contents, struct error *error)
{
    static int (*const steps[])(struct hdf5_file *, struct hdf5_contents *,
                                struct error *) = {
        open_file, check_format, open_sensor,
        open_sets, read_fields,  read_checksums,
    };
    enum { STEPS = sizeof(steps) / sizeof(steps[0]), STEPS_TO_LIST = 3 };
    size_t wanted = sensor == HDF5_LIST_ONLY ? STEPS_TO_LIST : STEPS;
    memset(contents, 0, sizeof(*contents));
    contents->chosen = sensor;
    *out = (struct hdf5_file){.path = path, .file = -1, .sensor = -1};
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        out->dataset[set] = -1;
        out->type[set] = -1;
    }
    int err = hdf5_find_room(1, error);
    if (err == 0) {
        hdf5_begin();
    }
    for (size_t i = 0; i < wanted && err == 0; i++) {
        err = steps[i](out, contents, error);
    }
    return err;
}

void hdf5_file_close(struct hdf5_file *file)
{
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        hdf5_release(file->dataset[set]);
        hdf5_release(file->type[set]);
    }
    hdf5_release(file->sensor);
    hdf5_release(file->file);
}
