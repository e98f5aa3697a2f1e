/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Session: builds a recording from a journal, with all its sensors, when
 * recording stops and when `carpus recover` is asked. The journal is read
 * twice: once to learn what is in it (rate, clocks, where the first sample
 * lies), once to write; nothing but the journal is needed, and nothing but its
 * best clock probes is held in memory (clock_probes.h).
 *
 * Every run of frames becomes a block; jumps of the index, bytes that the host
 * threw away and damaged stretches of the journal become gaps with causes.
 * A stream whose end did not come lacks what lies between its last sample and
 * the last that the host heard of its device, or the moment when it was given
 * up (gap_cause GAP_UNPLUGGED); the sensor's `state` is then "recovered", not
 * "complete".
 * The measured rate is the slope of sample index against device time (slope.h)
 * on the host's clock (clock_fit.h). Events that were stamped by the host's
 * clock get session time: from the earliest first sample. A sensor that sent
 * nothing, or of which no description can be read, is left out, and the summary
 * says so.
 *
 * Threads: one at a time (HDF5). Errors: negative enum error_code with a
 * sentence; then there is no recording, and the journal is as it was.
 */
#ifndef ACQUIRE_SESSION_H
#define ACQUIRE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "acquire/error.h"
#include "acquire/recording.h"

struct session_sensor_summary {
    char serial[64]; /* "": no description of it can be read */
    enum placement placement;
    double duration_s; /* first to last sample, host's clock */
    double rate_hz;    /* measured */
    uint64_t rows;
    uint64_t lost;    /* samples */
    uint32_t causes;  /* enum gap_cause, of what is lost */
    uint64_t clipped; /* rows */
    bool written;     /* it is in the recording */
};

struct session_summary {
    double duration_s; /* earliest first to latest last sample */
    uint64_t rows;     /* of all sensors that are written, and so on */
    uint64_t lost;
    uint32_t causes;
    uint64_t clipped;
    uint64_t events;
    uint64_t damaged_bytes; /* of the journal, that could not be read */
    bool complete;          /* the streams of all came to their ends */
    size_t sensor_count;
    struct session_sensor_summary sensors[RECORDING_SENSORS_MAX];
};

/* Whether the recording has all that its journal holds: nothing is lost with
 * the journal. */
bool session_took_all(const struct session_summary *summary);

/* Builds the recording `path` from `journal`; recording_commit has verified it
 * when this returns 0. The journal is left where it is. ERR_DATA if there are
 * no samples. */
int session_build(const char *journal, const char *path,
                  struct session_summary *out, struct error *error);

#endif
