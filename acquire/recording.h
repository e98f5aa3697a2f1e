/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recordings: the one way in which samples are stored and read. A recording is
 * an HDF5 file (layout: README, "Recording file"); for reading it may also be
 * any file that import.h understands, so that analysis needs to know neither.
 *
 * Rows and time. A sensor's samples are rows 0 .. rows-1 of what arrived. A
 * block is a run of rows with the device time of its first; between blocks
 * time is a straight line. A gap stands before row `at_sample` and has its
 * length and cause. Device time becomes session time (seconds from the first
 * sample, on the host's clock) by a robust map through the clock probes
 * (clock_fit.h); it is fitted on reading, stored nowhere. Device time never
 * goes back within a recording: who writes one carries it on over a reset of
 * the device.
 *
 * Several sensors. A recording may hold what several sensors saw at the same
 * time, each with its own rows, blocks, gaps and clock probes; the host's clock
 * is common to them. Session time 0 is then the earliest first sample, so that
 * a moment has the same time in all, and events stand on that line. One sensor
 * is opened at a time (import_options.sensor). Where another is damaged, time
 * begins with those that can be read, and a note in info.notes says so.
 *
 * Ownership: recording_open and recording_create give objects that the caller
 * closes; strings and arrays inside are borrowed until then.
 * Threads: HDF5 is not thread-safe here; one thread at a time in the process.
 * Errors: negative enum error_code with a sentence. Closing is checked: a
 * recording counts as written only when recording_commit has returned 0.
 */
#ifndef ACQUIRE_RECORDING_H
#define ACQUIRE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"
#include "acquire/motion.h"

/* Version 2 has several sensors; a recording of one is still version 1. */
enum {
    RECORDING_VERSION = 2,
    RECORDING_SENSORS_MAX = 8,
    RECORDING_TEXT = 256,
};

enum placement {
    PLACEMENT_OTHER,
    PLACEMENT_LEFT_WRIST,
    PLACEMENT_RIGHT_WRIST,
    PLACEMENT_LEFT_ANKLE,
    PLACEMENT_RIGHT_ANKLE,
    PLACEMENTS
};

/* "left-wrist" and so on; placement_parse also takes left and right. */
const char *placement_name(enum placement placement);
bool placement_parse(const char *text, enum placement *out);

/* How a sensor is called among others: "left-wrist (SERIAL)", or its serial
 * number where its place is not known. */
enum { SENSOR_NAME = 96 };
void sensor_name(const char *serial, enum placement placement,
                 char out[SENSOR_NAME]);

/* What is known of a recording, one sensor. Empty strings: not known. */
struct recording_info {
    char uuid[37];
    char created_utc[32]; /* ISO 8601, "2026-11-21T08:15:02.123Z" */
    char software[64];
    char participant[64]; /* a code, never a name */
    char label[RECORDING_TEXT];
    char notes[4096];
    char serial[64];
    char model[64];
    char firmware[32];
    enum placement placement;
    bool has_accel;
    bool has_gyro;
    double accel_range_g; /* 0: not known */
    double gyro_range_dps;
    double accel_scale; /* [m/s2 per LSB]; of a CSV: as import would store it */
    double gyro_scale;  /* [rad/s per LSB] */
    double rate_nominal_hz;
    double rate_measured_hz;          /* of rows, on the host's clock */
    char calibration[RECORDING_TEXT]; /* "none", or what was applied */
    char state[16];                   /* "complete", "recovered" */
};

enum block_flag {
    BLOCK_CLIP_ACCEL = 1 << 0, /* a sample of it is at the range's end */
    BLOCK_CLIP_GYRO = 1 << 1,
    BLOCK_RESTARTED = 1 << 2, /* the sensor was set up anew before it */
};

struct recording_block {
    uint64_t first_sample; /* row */
    int64_t device_ns;     /* of that row */
    uint32_t count;        /* rows */
    uint32_t flags;        /* enum block_flag */
};

/* Causes of a gap, bits; their names: gap_cause_text. */
enum gap_cause {
    GAP_FIFO = 1 << 0,      /* sensor's FIFO overran */
    GAP_BUS = 1 << 1,       /* sensor's bus failed */
    GAP_DEVICE = 1 << 2,    /* device's ring was full: host did not fetch */
    GAP_USB = 1 << 3,       /* whole frames missing or damaged in transit */
    GAP_HOST = 1 << 4,      /* host's ring was full: disk too slow */
    GAP_UNPLUGGED = 1 << 5, /* device was away */
    GAP_SOURCE = 1 << 6,    /* missing in an imported file */
    GAP_LOG = 1 << 7,       /* the wristband's flash did not keep it */
};

struct recording_gap {
    uint64_t at_sample; /* row before which samples are missing */
    uint64_t lost_samples;
    int64_t start_ns; /* device time of the last sample before it */
    int64_t end_ns;   /* and of the first after it */
    uint32_t cause;   /* enum gap_cause */
};

struct recording_clock {
    int64_t device_ns;         /* device clock, read between the two host */
    int64_t host_monotonic_ns; /* times; this is their middle */
    int64_t host_utc_ns;       /* since 1970 */
    int64_t round_trip_ns;
};

struct recording_event {
    int64_t start_ns; /* session time: from the first sample */
    int64_t end_ns;   /* equal to start for a mark */
    char label[64];
    char source[16]; /* "key", "preset", "programme", "import", "clock" */
};

/* ---- writing ---- */

struct recording_writer;

/* Begins a recording that will be at `path`; it is built beside it under a
 * temporary name. Refuses a path that exists (ERR_EXISTS). `info` is copied;
 * its rate_measured_hz is found at commit, from blocks and clock probes. */
int recording_create(const char *path, const struct recording_info *info,
                     struct recording_writer **out, struct error *error);

/* Adds another sensor (its serial number must be its own; of `info` only what
 * is the sensor's counts). What is appended next is of it. */
int recording_add_sensor(struct recording_writer *writer,
                         const struct recording_info *info,
                         struct error *error);

/* What is appended next is of sensor 0, 1, ..., in the order they were added;
 * events are of all. */
void recording_choose_sensor(struct recording_writer *writer, size_t sensor);

/* Appends `n` rows. `samples` are raw six-axis values, accelerometer first;
 * columns of a sensor that info says is missing are ignored. `temperature` is
 * degrees C for the run, NAN if not known. Device time of the first row in
 * `block` (first_sample and count are filled in here). */
int recording_append(struct recording_writer *writer,
                     struct recording_block block, const int16_t (*samples)[6],
                     size_t n, float temperature, struct error *error);

/* Notes a gap before the next row to be appended (at_sample is filled in).
 * Two with no row between become one. */
int recording_append_gap(struct recording_writer *writer,
                         struct recording_gap gap, struct error *error);
int recording_append_clock(struct recording_writer *writer,
                           const struct recording_clock *probe,
                           struct error *error);
int recording_append_event(struct recording_writer *writer,
                           const struct recording_event *event,
                           struct error *error);

/* Writes what is left, syncs, reads the file back and compares its checksum,
 * gives it its name, syncs the folder. Frees the writer, also on error; then
 * nothing is left of the file. */
int recording_commit(struct recording_writer *writer, struct error *error);

/* Gives up: frees the writer, removes the temporary file. NULL is legal. */
void recording_abort(struct recording_writer *writer);

/* ---- reading ---- */

struct recording;

/* Which sensor is meant, and how a file that is no recording is to be
 * understood; see import.h. */
struct import_options;

struct recording_sensor {
    char serial[64];
    enum placement placement;
};

struct recording_sensors {
    size_t count;
    struct recording_sensor sensor[RECORDING_SENSORS_MAX];
};

/* Which sensors of `path` are meant: those that options->sensor names, else
 * all. ERR_USAGE where it names none. A CSV has one, without a name. */
int recording_list(const char *path, const struct import_options *options,
                   struct recording_sensors *out, struct error *error);

/* Opens a recording, or a file that import understands (`options` may be NULL:
 * recognise everything). ERR_USAGE where it holds several sensors and
 * options->sensor does not choose one. */
int recording_open(const char *path, const struct import_options *options,
                   struct recording **out, struct error *error);
void recording_close(struct recording *recording);

/* Takes one sensor's recording, of `count` that are meant; it is borrowed for
 * the call. A negative return ends the visit. */
struct recording_visitor {
    int (*visit)(void *self, struct recording *recording, size_t count,
                 struct error *error);
    void *self;
};

/* Opens all sensors that are meant (see recording_list) one after the other,
 * so that none is left out. One of several that is damaged does not keep the
 * others from being visited; ERR_DAMAGED comes after them. */
int recording_each(const char *path, const struct import_options *options,
                   struct recording_visitor visitor, struct error *error);

const struct recording_info *recording_info(const struct recording *recording);
uint64_t recording_rows(const struct recording *recording);
double recording_duration_s(const struct recording *recording);

/* Tables, in order; *count receives their length. Of clock probes only the
 * best of each burst are held (clock_probes.h). */
const struct recording_gap *recording_gaps(const struct recording *recording,
                                           size_t *count);
const struct recording_clock *
recording_clocks(const struct recording *recording, size_t *count);
const struct recording_event *
recording_events(const struct recording *recording, size_t *count);

/* A run of rows without a gap inside, evenly spaced: row i is at
 * t0_s + i * dt_s of session time. */
struct recording_chunk {
    uint64_t first; /* row */
    size_t count;   /* 0 at the end */
    double t0_s;
    double dt_s;
    bool gap_before;        /* samples are missing before row `first` */
    uint32_t clipped_accel; /* rows of it at the range's end */
    uint32_t clipped_gyro;
    const struct motion *rows; /* borrowed until the next read */
};

/* Reads the next chunk, about a second of it. Memory does not grow with the
 * length of the recording. Returns 0; at the end chunk->count is 0. */
int recording_read(struct recording *recording, struct recording_chunk *chunk,
                   struct error *error);

/* Goes back to the first row. */
int recording_rewind(struct recording *recording, struct error *error);

/* Reads rows [first, first + n) as raw int16, for verify and export; ERR_DATA
 * where the file holds no int16 (a CSV). */
int recording_read_raw(struct recording *recording, uint64_t first, size_t n,
                       int16_t (*out)[6], struct error *error);

/* How the device clock maps to the host's: what the probes say. */
struct clock_fit {
    size_t probes; /* all that were taken; 0: no fit, rate 1 */
    size_t used;   /* of them: the best of each burst */
    size_t lines;  /* of the map, one after the other: 1 where it is straight */
    double ppm;    /* device against host, mean, + is fast */
    double residual_rms_us;
    double residual_max_us;
};
void recording_clock_fit(const struct recording *recording,
                         struct clock_fit *out);

/* Session time of a device time, such as that of a gap [s]. */
double recording_session_s(const struct recording *recording,
                           int64_t device_ns);

/* "fifo", "fifo+usb", ... into `out` (64 bytes). */
void gap_cause_text(uint32_t cause, char *out);

#endif
