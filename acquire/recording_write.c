/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing a recording. HDF5 never syncs, and its H5Fclose has returned success
 * on a full disk, so the file is built under a temporary name, closed, read
 * back and compared before it is published.
 */
#include "acquire/recording.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/clock_fit.h"
#include "acquire/hdf5_append.h"
#include "acquire/import.h"
#include "acquire/output.h"
#include "acquire/slope.h"

struct sensor_writer {
    struct recording_info info;
    char name[sizeof(((struct recording_info *)0)->serial)]; /* its group's */
    hid_t group;
    struct appender sets[HDF5_SETS]; /* events: of the first sensor's only */
    uint64_t rows;
    bool gap_noted;
    int64_t first_ns;
    struct slope slope;         /* device time over rows */
    struct clock_probes probes; /* for the measured rate */
    uint32_t crc[2]; /* accelerometer, gyroscope; when all is written */
};

struct recording_writer {
    struct output output; /* only its names; the file is HDF5's */
    hid_t file;
    struct sensor_writer sensors[RECORDING_SENSORS_MAX];
    size_t sensor_count;
    struct sensor_writer *sensor; /* to which is appended */
};

static int failed(struct recording_writer *w, struct error *error)
{
    return hdf5_failed(error, ERR_IO, "write", w->output.path);
}

static int no_memory(struct error *error)
{
    return error_set(error, ERR_NO_MEMORY, "out of memory");
}

/* ---- begin ---- */

/* Metadata with checksums (superblock 2 and object headers of HDF5 1.8), which
 * the original format lacks and every reader of today knows. */
static hid_t create_file(const char *path)
{
    hid_t how = H5Pcreate(H5P_FILE_ACCESS);
    hid_t file = -1;
    if (how >= 0 &&
        H5Pset_libver_bounds(how, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
        H5Pset_fclose_degree(how, H5F_CLOSE_STRONG) >= 0) {
        file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, how);
    }
    hdf5_release(how);
    return file;
}

/* A serial number names a group: what HDF5 reads as a path is replaced. */
static void group_name(const char *serial, char *out, size_t size)
{
    snprintf(out, size, "%s", serial[0] != '\0' ? serial : "sensor");
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '/' || (c == out && *c == '.')) {
            *c = '_';
        }
    }
}

static int create_group(struct recording_writer *w, struct sensor_writer *s)
{
    group_name(s->info.serial, s->name, sizeof(s->name));
    hid_t sensors = w->sensor_count == 0
                        ? H5Gcreate2(w->file, "sensors", H5P_DEFAULT,
                                     H5P_DEFAULT, H5P_DEFAULT)
                        : H5Gopen2(w->file, "sensors", H5P_DEFAULT);
    if (sensors >= 0) {
        s->group =
            H5Gcreate2(sensors, s->name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    }
    hdf5_release(sensors);
    return s->group >= 0 ? 0 : -1;
}

static int create_sets(struct recording_writer *w, struct sensor_writer *s)
{
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        if ((set == HDF5_SET_ACCEL && !s->info.has_accel) ||
            (set == HDF5_SET_GYRO && !s->info.has_gyro) ||
            (set == HDF5_SET_EVENTS && w->sensor_count > 0)) {
            continue;
        }
        hid_t home = set == HDF5_SET_EVENTS ? w->file : s->group;
        if (appender_open(&s->sets[set], set, home) < 0) {
            return -1;
        }
    }
    return 0;
}

static int create(struct recording_writer *w, const char *path,
                  struct error *error)
{
    int err = output_open(&w->output, path, error);
    if (err < 0) {
        return err;
    }
    if (fclose(w->output.file) != 0) {
        return failed(w, error);
    }
    w->file = create_file(w->output.temporary);
    return w->file >= 0 ? 0 : failed(w, error);
}

static bool scale_good(double scale)
{
    return isfinite(scale) && scale > 0;
}

static int check_info(const struct recording_info *info, struct error *error)
{
    if ((!info->has_accel && !info->has_gyro) ||
        (info->has_accel && !scale_good(info->accel_scale)) ||
        (info->has_gyro && !scale_good(info->gyro_scale))) {
        return error_set(error, ERR_INTERNAL,
                         "a recording needs a sensor and its scale");
    }
    return 0;
}

int recording_add_sensor(struct recording_writer *writer,
                         const struct recording_info *info, struct error *error)
{
    struct recording_writer *w = writer;
    int err = check_info(info, error);
    if (err < 0) {
        return err;
    }
    if (w->sensor_count == RECORDING_SENSORS_MAX) {
        return error_set(error, ERR_INTERNAL, "too many sensors");
    }
    err = hdf5_find_room(w->sensor_count + 1, error);
    if (err < 0) {
        return err;
    }
    struct sensor_writer *s = &w->sensors[w->sensor_count];
    s->info = *info;
    s->group = -1;
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        s->sets[set] = (struct appender){.dataset = -1, .type = -1};
    }
    bool good = create_group(w, s) == 0 && create_sets(w, s) == 0;
    w->sensor_count++;
    w->sensor = s;
    return good ? 0 : failed(w, error);
}

void recording_choose_sensor(struct recording_writer *writer, size_t sensor)
{
    assert(sensor < writer->sensor_count);
    writer->sensor = &writer->sensors[sensor];
}

int recording_create(const char *path, const struct recording_info *info,
                     struct recording_writer **out, struct error *error)
{
    int err = check_info(info, error);
    if (err == 0) {
        err = hdf5_find_room(1, error);
    }
    if (err < 0) {
        return err;
    }
    if (strcmp(path, "-") == 0) {
        return error_set(error, ERR_USAGE,
                         "a recording cannot go to standard output; name a "
                         "file");
    }
    struct recording_writer *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        return no_memory(error);
    }
    hdf5_begin();
    w->file = -1;
    err = create(w, path, error);
    if (err == 0) {
        err = recording_add_sensor(w, info, error);
    }
    if (err < 0) {
        recording_abort(w);
        return err;
    }
    *out = w;
    return 0;
}

/* ---- append ---- */

static int append_sensor(struct appender *a, const int16_t (*samples)[6],
                         size_t n, size_t column)
{
    for (size_t i = 0; i < n; i++) {
        if (appender_add(a, &samples[i][column]) < 0) {
            return -1;
        }
    }
    return 0;
}

int recording_append(struct recording_writer *writer,
                     struct recording_block block, const int16_t (*samples)[6],
                     size_t n, float temperature, struct error *error)
{
    struct sensor_writer *s = writer->sensor;
    if (n == 0 || n > UINT32_MAX) {
        return error_set(error, ERR_INTERNAL, "a block of %zu rows", n);
    }
    block.first_sample = s->rows;
    block.count = (uint32_t)n;
    if (s->rows == 0) {
        s->first_ns = block.device_ns;
    }
    slope_add(&s->slope, (double)s->rows,
              (double)block.device_ns - (double)s->first_ns);
    s->rows += n;
    s->gap_noted = false;
    if (appender_add(&s->sets[HDF5_SET_BLOCKS], &block) < 0 ||
        appender_add(&s->sets[HDF5_SET_TEMPERATURE], &temperature) < 0 ||
        (s->info.has_accel &&
         append_sensor(&s->sets[HDF5_SET_ACCEL], samples, n, 0) < 0) ||
        (s->info.has_gyro &&
         append_sensor(&s->sets[HDF5_SET_GYRO], samples, n, 3) < 0)) {
        return failed(writer, error);
    }
    return 0;
}

/* Two gaps with no row between them are one. */
static void join(struct recording_gap *before, const struct recording_gap *gap)
{
    before->lost_samples += gap->lost_samples;
    before->cause |= gap->cause;
    before->end_ns = gap->end_ns;
}

int recording_append_gap(struct recording_writer *writer,
                         struct recording_gap gap, struct error *error)
{
    struct sensor_writer *s = writer->sensor;
    struct appender *gaps = &s->sets[HDF5_SET_GAPS];
    gap.at_sample = s->rows;
    slope_break(&s->slope);
    if (s->gap_noted) {
        struct recording_gap before;
        unsigned char *last = gaps->rows + sizeof(before) * (gaps->held - 1);
        memcpy(&before, last, sizeof(before));
        join(&before, &gap);
        memcpy(last, &before, sizeof(before));
        return 0;
    }
    s->gap_noted = true;
    return appender_add(gaps, &gap) < 0 ? failed(writer, error) : 0;
}

int recording_append_clock(struct recording_writer *writer,
                           const struct recording_clock *probe,
                           struct error *error)
{
    struct sensor_writer *s = writer->sensor;
    int err = clock_probes_add(&s->probes, probe, error);
    if (err < 0) {
        return err;
    }
    return appender_add(&s->sets[HDF5_SET_CLOCK], probe) < 0
               ? failed(writer, error)
               : 0;
}

int recording_append_event(struct recording_writer *writer,
                           const struct recording_event *event,
                           struct error *error)
{
    return appender_add(&writer->sensors[0].sets[HDF5_SET_EVENTS], event) < 0
               ? failed(writer, error)
               : 0;
}

/* ---- commit ---- */

static int put_field(const struct recording_writer *w,
                     const struct sensor_writer *s, const struct hdf5_field *f)
{
    const hid_t homes[] = {
        [HDF5_ROOT] = s == w->sensors ? w->file : -1,
        [HDF5_SENSOR] = s->group,
        [HDF5_ACCEL] = s->sets[HDF5_SET_ACCEL].dataset,
        [HDF5_GYRO] = s->sets[HDF5_SET_GYRO].dataset,
    };
    const void *value = (const char *)&s->info + f->offset;
    hid_t home = homes[f->home];
    if (home < 0) {
        return 0;
    }
    return f->size > 0 ? hdf5_put_text(home, f->name, value)
                       : hdf5_put_double(home, f->name, *(const double *)value);
}

/* "1 fifo, 2 bus, ...": so that whoever reads the table needs no manual. */
static int put_causes(hid_t gaps)
{
    char text[256];
    size_t used = 0;
    for (uint32_t bit = GAP_FIFO; bit <= GAP_LOG; bit <<= 1) {
        char cause[64];
        gap_cause_text(bit, cause);
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "%s%" PRIu32 " %s", used > 0 ? ", " : "", bit,
                                 cause);
    }
    return hdf5_put_text(gaps, "cause_bits", text);
}

static int put_unit(const struct appender *a, const char *unit)
{
    return a->dataset < 0 ? 0 : hdf5_put_text(a->dataset, "unit", unit);
}

static int put_attributes(const struct recording_writer *w,
                          const struct sensor_writer *s)
{
    for (size_t i = 0; i < hdf5_field_count; i++) {
        if (put_field(w, s, &hdf5_fields[i]) < 0) {
            return -1;
        }
    }
    if (hdf5_put_text(s->group, "placement",
                      placement_name(s->info.placement)) < 0 ||
        hdf5_put_text(s->group, "axes", "x,y,z; right-handed") < 0 ||
        put_unit(&s->sets[HDF5_SET_ACCEL], "m/s2") < 0 ||
        put_unit(&s->sets[HDF5_SET_GYRO], "rad/s") < 0 ||
        put_unit(&s->sets[HDF5_SET_TEMPERATURE], "degC") < 0 ||
        put_causes(s->sets[HDF5_SET_GAPS].dataset) < 0 ||
        hdf5_put_text(s->sets[HDF5_SET_BLOCKS].dataset, "flag_bits",
                      "1 accelerometer clipped, 2 gyroscope clipped, "
                      "4 sensor restarted before") < 0) {
        return -1;
    }
    return 0;
}

/* Rows per second of the host's clock; left as it was given where the file is
 * too short to tell. */
static int measure_rate(struct sensor_writer *s, struct error *error)
{
    double host_per_device;
    int err = clock_fit_rate(&s->probes, &host_per_device, error);
    double ns_per_row = slope_value(&s->slope);
    if (err == 0 && ns_per_row > 0) {
        s->info.rate_measured_hz = 1e9 / (ns_per_row * host_per_device);
    }
    return err;
}

static int finish_sensor(const struct recording_writer *w,
                         struct sensor_writer *s)
{
    if (put_attributes(w, s) < 0) {
        return -1;
    }
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        if (s->sets[set].dataset >= 0 && appender_finish(&s->sets[set]) < 0) {
            return -1;
        }
    }
    s->crc[0] = s->sets[HDF5_SET_ACCEL].crc;
    s->crc[1] = s->sets[HDF5_SET_GYRO].crc;
    return 0;
}

static int finish(struct recording_writer *w)
{
    for (size_t i = 0; i < w->sensor_count; i++) {
        if (finish_sensor(w, &w->sensors[i]) < 0) {
            return -1;
        }
    }
    uint64_t version = w->sensor_count > 1 ? RECORDING_VERSION : 1;
    return hdf5_put_text(w->file, "format", "carpus-recording") < 0 ||
                   hdf5_put_u64(w->file, "format_version", version) < 0
               ? -1
               : 0;
}

/* Closes all there is. HDF5 tells of a full disk only here, and only of the
 * first failure does it know the reason. */
static int close_sets(struct recording_writer *w, struct sensor_writer *s,
                      int err, struct error *error)
{
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        struct appender *a = &s->sets[set];
        if (a->dataset >= 0 && H5Dclose(a->dataset) < 0 && err == 0) {
            err = failed(w, error);
        }
        appender_free(a);
    }
    hdf5_release(s->group);
    s->group = -1;
    return err;
}

static int close_all(struct recording_writer *w, struct error *error)
{
    int err = 0;
    for (size_t i = 0; i < w->sensor_count; i++) {
        err = close_sets(w, &w->sensors[i], err, error);
    }
    if (w->file >= 0 && H5Fflush(w->file, H5F_SCOPE_GLOBAL) < 0 && err == 0) {
        err = failed(w, error);
    }
    if (w->file >= 0 && H5Fclose(w->file) < 0 && err == 0) {
        err = failed(w, error);
    }
    w->file = -1;
    return err;
}

static int read_crc(struct recording *recording, uint32_t crc[2],
                    struct error *error)
{
    enum { ROWS = 4096 };
    int16_t(*rows)[6] = malloc(ROWS * sizeof(*rows));
    int err = rows != NULL ? 0 : no_memory(error);
    uint64_t total = recording_rows(recording);
    for (uint64_t at = 0; at < total && err == 0; at += ROWS) {
        size_t n = total - at < ROWS ? (size_t)(total - at) : ROWS;
        err = recording_read_raw(recording, at, n, rows, error);
        hdf5_crc_rows(crc, rows, err == 0 ? n : 0);
    }
    free(rows);
    return err;
}

/* Reads the closed file back as anyone would. */
static int compare(const struct recording_writer *w,
                   const struct sensor_writer *s, struct error *error)
{
    const struct import_options options = {.sensor = s->name, .own = true};
    struct recording *recording;
    int err = recording_open(w->output.temporary, &options, &recording, error);
    if (err < 0) {
        return err;
    }
    uint32_t read[2] = {0, 0};
    err = read_crc(recording, read, error);
    uint64_t rows = recording_rows(recording);
    recording_close(recording);
    if (err < 0) {
        return err;
    }
    if (rows != s->rows || (s->info.has_accel && read[0] != s->crc[0]) ||
        (s->info.has_gyro && read[1] != s->crc[1])) {
        return error_set(error, ERR_IO,
                         "'%s' reads back otherwise than it was written; the "
                         "disk or the memory of this computer is faulty",
                         w->output.path);
    }
    return 0;
}

static int commit(struct recording_writer *w, struct error *error)
{
    for (size_t i = 0; i < w->sensor_count; i++) {
        if (w->sensors[i].rows == 0) {
            return error_set(error, ERR_DATA,
                             "no sample came, so there is nothing to write to "
                             "'%s'",
                             w->output.path);
        }
    }
    int err = 0;
    for (size_t i = 0; err == 0 && i < w->sensor_count; i++) {
        err = measure_rate(&w->sensors[i], error);
    }
    if (err < 0) {
        return err;
    }
    if (finish(w) < 0) {
        return failed(w, error);
    }
    err = close_all(w, error);
    for (size_t i = 0; err == 0 && i < w->sensor_count; i++) {
        err = compare(w, &w->sensors[i], error);
    }
    if (err < 0) {
        return err;
    }
    err = output_publish(w->output.temporary, w->output.path, error);
    if (err == 0) {
        w->output.temporary[0] = '\0';
    }
    return err;
}

int recording_commit(struct recording_writer *writer, struct error *error)
{
    int err = commit(writer, error);
    recording_abort(writer);
    return err;
}

/* HDF5 keeps a file open that it failed to close, and its space would be taken
 * until the program ends: so it is emptied first. */
static void discard(const char *path)
{
    int fd = open(path, O_WRONLY | O_TRUNC);
    if (fd >= 0) {
        close(fd);
    }
    unlink(path);
}

void recording_abort(struct recording_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    /* The file goes, so what closing it says does not matter. */
    close_all(writer, NULL);
    if (writer->output.temporary[0] != '\0') {
        discard(writer->output.temporary);
    }
    for (size_t i = 0; i < writer->sensor_count; i++) {
        clock_probes_deinit(&writer->sensors[i].probes);
    }
    free(writer);
}
