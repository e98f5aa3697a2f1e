/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Carries a recording on over a device that was away: unplugged and plugged in
 * again, with or without power meanwhile. What comes afterwards gets the
 * indices and device times that it would have had: so device time never goes
 * back within a recording, and the jump of the index is the length of the gap.
 *
 * Where the device kept its clock that length is exact. Where it lost power it
 * follows from the host's clock, to within half of the two probes' round trips.
 *
 * Its clock tells which of the two it was. One that began anew is behind where
 * it should be by what it had come to at least; one that went on, by round
 * trips, drift, and whatever the host's clock is wrong by after a sleep. The
 * limit is half of what it had come to, so that it needs no figure for these.
 *
 * Ownership: caller's storage, nothing allocated. Threads: one at a time.
 */
#ifndef ACQUIRE_CARRY_ON_H
#define ACQUIRE_CARRY_ON_H

#include <stdbool.h>
#include <stdint.h>

#include "acquire/recording.h"
#include "firmware/core/wire.h"

struct carry_on {
    double nominal_ns;    /* between samples */
    int64_t shift_ns;     /* to be added to device times */
    uint64_t shift;       /* to be added to indices */
    bool place;           /* `shift` follows from the next frame's time */
    uint64_t first_index; /* of the first frame with samples */
    int64_t first_ns;
    uint64_t last_index; /* and of the latest; all as carried on */
    int64_t last_ns;
    uint32_t last_count;          /* 0: none has come yet */
    struct recording_clock clock; /* best of the latest burst, likewise */
    int64_t read_ns;              /* what that clock said last, unchanged */
    bool has_clock;
};

void carry_on_init(struct carry_on *carry, double rate_nominal_hz);

/* Changes a frame, or a reading of the device's clock, to what it would have
 * been if the device had never been away. Each goes through once, in order. */
void carry_on_frame(struct carry_on *carry, struct wire_frame *frame);
void carry_on_clock(struct carry_on *carry, struct recording_clock *clock);

/* The device is back, and `clock` is its clock, unchanged. Returns true if
 * that went on all the time; false if it began anew, and with it all else. */
bool carry_on_back(struct carry_on *carry, const struct recording_clock *clock);

/* The device has begun a new stream, which counts from 0. */
void carry_on_restart(struct carry_on *carry);

/* True if frames and times are changed. */
bool carry_on_active(const struct carry_on *carry);

#endif
