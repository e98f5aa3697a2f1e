/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes samples of the LSM6DSOX's FIFO words. Words of one time slot share a
 * tag counter; a slot with all three (gyroscope, accelerometer, timestamp) is a
 * sample. How many samples are missing before it follows from the timestamps
 * and the tag counters together: the number of ticks a sample is known, the
 * counter settles the rounding. So each sample's place is proven by its own
 * words, whatever went missing before.
 *
 * Ownership: caller's storage. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_SLOTS_H
#define FIRMWARE_CORE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

struct slots_sample {
    int16_t axes[6]; /* accelerometer x y z, gyroscope x y z */
    uint32_t ticks;  /* sensor's time */
    uint32_t lost;   /* samples missing just before this one */
    uint16_t causes; /* of them, enum wire_flag */
    bool restarted;  /* first after slots_begin; `lost` is not known */
};

struct slots {
    uint32_t period;     /* [ticks] a sample */
    uint32_t tag_errors; /* words and slots that cannot be */
    uint32_t bad;        /* slots in a row whose time makes no sense */
    uint32_t dropped;    /* samples left out since slots_begin */
    uint16_t causes;     /* seen since the last sample */
    bool placed;         /* last_ticks and last_count are known */
    uint32_t last_ticks;
    uint8_t last_count;
    uint8_t count; /* of the slot being put together */
    uint8_t have;  /* its words */
    struct slots_sample sample;
};

/* Begins anew at a sensor that has just been set up: the first samples, which
 * are not measured, are left out and not counted. tag_errors stays. */
void slots_begin(struct slots *slots, uint32_t period);

/* Notes that words may be missing before the next, and why (WIRE_LOST_...). */
void slots_suspect(struct slots *slots, uint16_t causes);

/* Takes a word in. Returns true if it completes a sample; it is in *out. */
bool slots_word(struct slots *slots, const uint8_t *word,
                struct slots_sample *out);

/* The sensor's time has made no sense for several slots. */
bool slots_astray(const struct slots *slots);

#endif
