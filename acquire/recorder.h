/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recorder: records devices into one journal until it is told to stop. Its
 * threads: for each device a reader that only fetches (record_reader.h), a
 * writer that only writes (record_writer.h), and the caller's, which looks on.
 * A device that is lost, or whose stream ends, does not stop the others.
 *
 * Whatever happens, what came is kept: the journal is whole up to the last
 * second and the recording can be built from it (session.h).
 *
 * Ownership: recorder_start gives an object; recorder_finish takes it.
 * Threads: all functions from the one that called recorder_start; while a
 * recorder runs, a device is its reader's, but for device_request.
 */
#ifndef ACQUIRE_RECORDER_H
#define ACQUIRE_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/device.h"
#include "acquire/error.h"
#include "acquire/journal.h"
#include "acquire/record_motion.h"
#include "acquire/recording.h"

/* Left free on the disk beside what the recording will need [bytes]. */
enum { RECORDER_RESERVE = 4 << 20 };

/* What one device takes on the disk, half of it while recording [bytes/s]. */
double recorder_bytes_per_s(double rate_hz);

enum { RECORDER_DEVICES_MAX = JOURNAL_SENSORS_MAX };

struct recorder_source {
    struct device *device;             /* borrowed, configured, stopped */
    const struct recording_info *info; /* borrowed until recorder_finish */
};

struct recorder_config {
    const struct recorder_source *sources; /* borrowed for the call */
    size_t source_count;                   /* 1 .. RECORDER_DEVICES_MAX */
    const char *journal;                   /* path; must not exist */
    const struct journal_event *events;    /* known beforehand; borrowed for the
                                            * call */
    size_t event_count;
    double for_s;       /* how long, 0: until told to stop */
    size_t queue_bytes; /* for each device; 0: QUEUE_STREAM_BYTES */
    bool motion;        /* recorder_motion shall give what comes */
};

/* In the order of the sources. */
struct recorder_sensor_stats {
    double elapsed_s; /* first to last sample, device's clock */
    double rate_hz;   /* measured so far, 0: not yet */
    uint64_t samples; /* that came */
    uint64_t lost;
    uint32_t causes;   /* enum gap_cause, of what was lost */
    uint64_t clipped;  /* samples at the range's end */
    double motion_mg;  /* rms of |a| - 1 g over the last second */
    bool away;         /* unplugged; it is waited for */
    bool ended;        /* nothing more comes */
    double queue_peak; /* of its queue, most that was used, 0 .. 1 */
    bool has_supply;
    bool on_usb_power;
    uint16_t supply_mv; /* 0: not measured */
};

struct recorder_stats {
    size_t sensor_count;
    struct recorder_sensor_stats sensors[RECORDER_DEVICES_MAX];
    uint64_t space_bytes; /* left for this recording */
    double left_s;        /* for which that is enough, 0: not known */
};

struct recorder;

/* Makes the journal, starts the devices and the threads. On error nothing is
 * left of it. ERR_FULL where the disk has no room for what is planned. */
int recorder_start(const struct recorder_config *config, struct recorder **out,
                   struct error *error);

/* The newest statistics; false if there are none newer than the last. */
bool recorder_stats(struct recorder *recorder, struct recorder_stats *out);

/* This moment on the host's clock as the first device sees it: what events are
 * stamped with. */
int64_t recorder_now_ns(const struct recorder *recorder);

/* Marks this moment. false if too many events wait to be written. */
bool recorder_mark(struct recorder *recorder, const char *label);

/* Adds an event; false as above. It may come as late as just before
 * recorder_finish, also if the recording has ended by itself. */
bool recorder_event(struct recorder *recorder,
                    const struct journal_event *event);

/* The recording's notes shall be these (UTF-8); recorder_finish writes them. */
void recorder_notes(struct recorder *recorder, const char *notes);

/* Takes the oldest motion that was not yet taken; false if there is none. */
bool recorder_motion(struct recorder *recorder, struct record_motion *out);

/* Asks for the end; nothing that the devices still have is lost. */
void recorder_stop(struct recorder *recorder);

/* Ends at once; what the devices still have is lost. */
void recorder_abort(struct recorder *recorder);

/* True until all that came is in the journal. */
bool recorder_running(const struct recorder *recorder);

/* Waits for the end, closes the journal and frees the recorder. Returns 0, or
 * what ended the recording, or one device's part of it, early
 * (ERR_DEVICE_LOST, ERR_FULL, ERR_IO, ...) with its sentence; the journal is
 * there in either case. `last` (may be NULL) receives the final statistics. */
int recorder_finish(struct recorder *recorder, struct recorder_stats *last,
                    struct error *error);

#endif
