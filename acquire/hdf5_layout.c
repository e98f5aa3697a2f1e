/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/hdf5_layout.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "acquire/crc32c_fast.h"
#include "firmware/core/bytes.h"

#define INFO(field) offsetof(struct recording_info, field)
#define TEXT(home, name, field)                                                \
    {                                                                          \
        home, name, INFO(field), sizeof(((struct recording_info *)0)->field)   \
    }
#define NUMBER(home, name, field)                                              \
    {                                                                          \
        home, name, INFO(field), 0                                             \
    }

const struct hdf5_field hdf5_fields[] = {
    TEXT(HDF5_ROOT, "session_uuid", uuid),
    TEXT(HDF5_ROOT, "created_utc", created_utc),
    TEXT(HDF5_ROOT, "software", software),
    TEXT(HDF5_ROOT, "participant", participant),
    TEXT(HDF5_ROOT, "session_label", label),
    TEXT(HDF5_ROOT, "notes", notes),
    TEXT(HDF5_SENSOR, "model", model),
    TEXT(HDF5_SENSOR, "firmware", firmware),
    TEXT(HDF5_SENSOR, "calibration", calibration),
    TEXT(HDF5_SENSOR, "state", state),
    NUMBER(HDF5_SENSOR, "accel_range", accel_range_g),
    NUMBER(HDF5_SENSOR, "gyro_range", gyro_range_dps),
    NUMBER(HDF5_SENSOR, "rate_nominal_hz", rate_nominal_hz),
    NUMBER(HDF5_SENSOR, "rate_measured_hz", rate_measured_hz),
    NUMBER(HDF5_ACCEL, "scale", accel_scale),
    NUMBER(HDF5_GYRO, "scale", gyro_scale),
};
const size_t hdf5_field_count = sizeof(hdf5_fields) / sizeof(hdf5_fields[0]);

enum {
    SAMPLE_CHUNK = 8192, /* rows: 48 KiB a sensor, 0.2 % of it overhead */
    BLOCK_CHUNK = 1024,
    TABLE_CHUNK = 256,
    /* Far beyond what a device gives in a month, and few enough to hold. */
    GAPS_MAX = 1 << 20,
    CLOCKS_MAX = 1 << 22,
    EVENTS_MAX = 1 << 20,
};

const struct hdf5_set_layout hdf5_sets[HDF5_SETS] = {
    {"accelerometer", 3 * sizeof(int16_t), 3, SAMPLE_CHUNK, 0},
    {"gyroscope", 3 * sizeof(int16_t), 3, SAMPLE_CHUNK, 0},
    {"temperature", sizeof(float), 0, BLOCK_CHUNK, 0},
    {"blocks", sizeof(struct recording_block), 0, BLOCK_CHUNK, 0},
    {"gaps", sizeof(struct recording_gap), 0, TABLE_CHUNK, GAPS_MAX},
    {"clock", sizeof(struct recording_clock), 0, TABLE_CHUNK, CLOCKS_MAX},
    {"events", sizeof(struct recording_event), 0, TABLE_CHUNK, EVENTS_MAX},
};

/* Members of the tables. A size makes it a string. */
static const struct {
    enum hdf5_set set;
    const char *name;
    size_t offset;
    enum { U32, U64, I64, STRING } kind;
    size_t size;
} members[] = {
    {HDF5_SET_BLOCKS, "first_sample",
     offsetof(struct recording_block, first_sample), U64, 8},
    {HDF5_SET_BLOCKS, "device_ns", offsetof(struct recording_block, device_ns),
     I64, 8},
    {HDF5_SET_BLOCKS, "count", offsetof(struct recording_block, count), U32, 4},
    {HDF5_SET_BLOCKS, "flags", offsetof(struct recording_block, flags), U32, 4},
    {HDF5_SET_GAPS, "at_sample", offsetof(struct recording_gap, at_sample), U64,
     8},
    {HDF5_SET_GAPS, "lost_samples",
     offsetof(struct recording_gap, lost_samples), U64, 8},
    {HDF5_SET_GAPS, "start_ns", offsetof(struct recording_gap, start_ns), I64,
     8},
    {HDF5_SET_GAPS, "end_ns", offsetof(struct recording_gap, end_ns), I64, 8},
    {HDF5_SET_GAPS, "cause", offsetof(struct recording_gap, cause), U32, 4},
    {HDF5_SET_CLOCK, "device_ns", offsetof(struct recording_clock, device_ns),
     I64, 8},
    {HDF5_SET_CLOCK, "host_monotonic_ns",
     offsetof(struct recording_clock, host_monotonic_ns), I64, 8},
    {HDF5_SET_CLOCK, "host_utc_ns",
     offsetof(struct recording_clock, host_utc_ns), I64, 8},
    {HDF5_SET_CLOCK, "round_trip_ns",
     offsetof(struct recording_clock, round_trip_ns), I64, 8},
    {HDF5_SET_EVENTS, "start_ns", offsetof(struct recording_event, start_ns),
     I64, 8},
    {HDF5_SET_EVENTS, "end_ns", offsetof(struct recording_event, end_ns), I64,
     8},
    {HDF5_SET_EVENTS, "label", offsetof(struct recording_event, label), STRING,
     sizeof(((struct recording_event *)0)->label)},
    {HDF5_SET_EVENTS, "source", offsetof(struct recording_event, source),
     STRING, sizeof(((struct recording_event *)0)->source)},
};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

/* Code that HDF5 would load at its start, or for a filter. Newer versions look
 * there before they can be told not to. */
static void forget_plugins(void)
{
    static const char *const places[] = {"HDF5_PLUGIN_PATH", "HDF5_DRIVER",
                                         "HDF5_VOL_CONNECTOR"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        unsetenv(places[i]);
    }
    setenv("HDF5_PLUGIN_PRELOAD", "::", 1); /* none at all */
}

/* What could not be closed because the disk is full HDF5 1.10.8 would try to
 * close once more at exit, and crash. All that we open we close ourselves. */
void hdf5_begin(void)
{
    forget_plugins();
    H5dont_atexit();
    H5PLset_loading_state(0);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* Measured: 6 MB for one sensor and 3 for each other. */
enum { ROOM_FILE = 8 << 20, ROOM_SENSOR = 4 << 20 };

int hdf5_find_room(size_t sensors, struct error *error)
{
    size_t size = ROOM_FILE + sensors * (size_t)ROOM_SENSOR;
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) {
        return error_set(error, ERR_NO_MEMORY,
                         "out of memory: %zu MB more are needed; end other "
                         "programs or raise the limit (ulimit -v)",
                         size >> 20);
    }
    munmap(room, size);
    return 0;
}

/* ---- errors ---- */

struct reason {
    char text[300];
    int number;  /* errno, 0 if none */
    bool memory; /* it was out of it */
};

/* The walk goes from the innermost failure outwards. The first description is
 * the reason; the system's error number stands in one of them. */
static herr_t take_reason(unsigned n, const H5E_error2_t *entry, void *data)
{
    struct reason *reason = data;
    const char *text = entry->desc != NULL ? entry->desc : "";
    if (n == 0) {
        strncpy(reason->text, text, sizeof(reason->text) - 1);
        reason->memory = entry->maj_num == H5E_RESOURCE;
    }
    const char *number = strstr(text, "errno = ");
    if (number != NULL && reason->number == 0) {
        reason->number = (int)strtol(number + strlen("errno = "), NULL, 10);
    }
    return 0;
}

int hdf5_failed(struct error *error, int code, const char *what,
                const char *path)
{
    struct reason reason = {{0}, 0, false};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, &reason);
    H5Eclear2(H5E_DEFAULT);
    if (reason.number != 0) {
        return error_from_errno(error, reason.number, "cannot %s '%s'", what,
                                path);
    }
    /* What a damaged file asks for may be more than there is anywhere. */
    if (reason.memory && code != ERR_DAMAGED) {
        code = ERR_NO_MEMORY;
    }
    return error_set(error, code, "cannot %s '%s': %s", what, path,
                     reason.text[0] != '\0' ? reason.text : "HDF5 failed");
}

int hdf5_damaged(struct error *error, const char *path, const char *format, ...)
{
    char what[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    return error_set(error, ERR_DAMAGED,
                     "'%s' is damaged or not written by carpus: %s", path,
                     what);
}

void hdf5_release(hid_t object)
{
    if (object >= 0) {
        hid_t stack = H5Eget_current_stack();
        H5Idec_ref(object);
        H5Eset_current_stack(stack);
    }
}

/* ---- types ---- */

static hid_t string_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, size) < 0 ||
        H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
        hdf5_release(type);
        return -1;
    }
    return type;
}

static hid_t member_type(size_t i, bool in_memory)
{
    switch (members[i].kind) {
    case U32:
        return H5Tcopy(in_memory ? H5T_NATIVE_UINT32 : H5T_STD_U32LE);
    case U64:
        return H5Tcopy(in_memory ? H5T_NATIVE_UINT64 : H5T_STD_U64LE);
    case I64:
        return H5Tcopy(in_memory ? H5T_NATIVE_INT64 : H5T_STD_I64LE);
    case STRING:
        break;
    }
    return string_type(members[i].size);
}

static int insert_member(hid_t type, size_t i, size_t offset, bool in_memory)
{
    hid_t member = member_type(i, in_memory);
    if (member < 0) {
        return -1;
    }
    herr_t failed = H5Tinsert(type, members[i].name, offset, member);
    hdf5_release(member);
    return failed < 0 ? -1 : 0;
}

/* In memory as the struct is laid out; in the file without padding. */
static hid_t table_type(enum hdf5_set set, bool in_memory)
{
    size_t packed = 0;
    for (size_t i = 0; i < MEMBERS; i++) {
        packed += members[i].set == set ? members[i].size : 0;
    }
    hid_t type =
        H5Tcreate(H5T_COMPOUND, in_memory ? hdf5_sets[set].row_size : packed);
    size_t offset = 0;
    for (size_t i = 0; i < MEMBERS && type >= 0; i++) {
        if (members[i].set != set) {
            continue;
        }
        if (insert_member(type, i, in_memory ? members[i].offset : offset,
                          in_memory) < 0) {
            hdf5_release(type);
            return -1;
        }
        offset += members[i].size;
    }
    return type;
}

hid_t hdf5_set_type(enum hdf5_set set, bool in_memory)
{
    switch (set) {
    case HDF5_SET_ACCEL:
    case HDF5_SET_GYRO:
        return H5Tcopy(in_memory ? H5T_NATIVE_INT16 : H5T_STD_I16LE);
    case HDF5_SET_TEMPERATURE:
        return H5Tcopy(in_memory ? H5T_NATIVE_FLOAT : H5T_IEEE_F32LE);
    default:
        return table_type(set, in_memory);
    }
}

/* ---- attributes ---- */

static int put_scalar(hid_t object, const char *name, hid_t type,
                      const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute =
        H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    int err = attribute >= 0 && H5Awrite(attribute, type, value) >= 0 ? 0 : -1;
    if (attribute >= 0 && H5Aclose(attribute) < 0) {
        err = -1;
    }
    hdf5_release(space);
    return err;
}

int hdf5_put_text(hid_t object, const char *name, const char *text)
{
    size_t size = strlen(text);
    hid_t type = string_type(size > 0 ? size : 1);
    if (type < 0) {
        return -1;
    }
    int err = put_scalar(object, name, type, text);
    hdf5_release(type);
    return err;
}

int hdf5_put_double(hid_t object, const char *name, double value)
{
    return put_scalar(object, name, H5T_NATIVE_DOUBLE, &value);
}

int hdf5_put_u64(hid_t object, const char *name, uint64_t value)
{
    return put_scalar(object, name, H5T_NATIVE_UINT64, &value);
}

/* Opens a scalar attribute; -1 if it is missing or no scalar. */
static hid_t open_scalar(hid_t object, const char *name)
{
    if (H5Aexists(object, name) <= 0) {
        return -1;
    }
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) {
        return -1;
    }
    hid_t space = H5Aget_space(attribute);
    bool scalar = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    hdf5_release(space);
    if (!scalar) {
        hdf5_release(attribute);
        return -1;
    }
    return attribute;
}

static int get_number(hid_t object, const char *name, hid_t type, void *out)
{
    hid_t attribute = open_scalar(object, name);
    if (attribute < 0) {
        return -1;
    }
    hid_t stored = H5Aget_type(attribute);
    H5T_class_t class = H5Tget_class(stored);
    bool number = class == H5T_INTEGER || class == H5T_FLOAT;
    int err = number && H5Aread(attribute, type, out) >= 0 ? 0 : -1;
    hdf5_release(stored);
    hdf5_release(attribute);
    return err;
}

int hdf5_get_double(hid_t object, const char *name, double *out)
{
    return get_number(object, name, H5T_NATIVE_DOUBLE, out);
}

int hdf5_get_u64(hid_t object, const char *name, uint64_t *out)
{
    return get_number(object, name, H5T_NATIVE_UINT64, out);
}

/* Reads a fixed-length string of whatever length and padding as one of `size`
 * bytes, NUL included; what is longer is cut off by HDF5's conversion. */
int hdf5_get_text(hid_t object, const char *name, char *out, size_t size)
{
    hid_t attribute = open_scalar(object, name);
    if (attribute < 0) {
        return -1;
    }
    hid_t stored = H5Aget_type(attribute);
    hid_t wanted = H5Tcopy(H5T_C_S1);
    bool text = H5Tget_class(stored) == H5T_STRING &&
                H5Tis_variable_str(stored) == 0 &&
                H5Tset_size(wanted, size) >= 0 &&
                H5Tset_cset(wanted, H5Tget_cset(stored)) >= 0;
    int err = text && H5Aread(attribute, wanted, out) >= 0 ? 0 : -1;
    out[size - 1] = '\0';
    hdf5_release(wanted);
    hdf5_release(stored);
    hdf5_release(attribute);
    return err;
}

void hdf5_clean_text(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        bool c1 = c[0] == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0; /* in UTF-8 */
        if ((*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7F || c1) {
            c[c1] = '?';
            c[0] = '?';
        }
    }
}

uint32_t hdf5_crc(uint32_t crc, const int16_t *values, size_t n)
{
    enum { AT_ONCE = 2048 };
    uint8_t bytes[AT_ONCE * 2];
    while (n > 0) {
        size_t part = n < AT_ONCE ? n : AT_ONCE;
        for (size_t i = 0; i < part; i++) {
            put_u16(bytes + 2 * i, (uint16_t)values[i]);
        }
        crc = crc32c_fast(crc, bytes, 2 * part);
        values += part;
        n -= part;
    }
    return crc;
}

void hdf5_crc_rows(uint32_t crc[2], int16_t (*rows)[6], size_t n)
{
    enum { AT_ONCE = 512 };
    int16_t half[AT_ONCE][3];
    for (size_t sensor = 0; sensor < 2; sensor++) {
        for (size_t i = 0; i < n;) {
            size_t part = 0;
            while (part < AT_ONCE && i < n) {
                memcpy(half[part++], &rows[i++][3 * sensor], sizeof(half[0]));
            }
            crc[sensor] = hdf5_crc(crc[sensor], half[0], 3 * part);
        }
    }
}
