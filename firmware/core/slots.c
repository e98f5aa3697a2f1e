/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/slots.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/lsm6dsox_regs.h"
#include "firmware/core/wire.h"

enum {
    HAVE_GYRO = 1 << 0,
    HAVE_ACCEL = 1 << 1,
    HAVE_TIME = 1 << 2,
    HAVE_ALL = HAVE_GYRO | HAVE_ACCEL | HAVE_TIME,
    COUNTS = 4,         /* values of the tag counter */
    START_DROP = 2,     /* first samples: filters not settled (AN5192, 3.4) */
    START_MOST = 64,    /* then as many with values that are not measured */
    BAD_MOST = 8,       /* slots in a row */
    GAP_MOST = 1 << 30, /* ticks, 7 h: more is no gap but a broken word */
};

void slots_begin(struct slots *slots, uint32_t period)
{
    uint32_t tag_errors = slots->tag_errors;

    memset(slots, 0, sizeof *slots);
    slots->period = period;
    slots->tag_errors = tag_errors;
}

/* Words from two sides of a hole must not become one sample: the tag counter
 * comes round every four slots. So the slot at hand is given up. */
void slots_suspect(struct slots *slots, uint16_t causes)
{
    slots->causes |= causes;
    slots->have = 0;
}

bool slots_astray(const struct slots *slots)
{
    return slots->bad >= BAD_MOST;
}

static void blame_tags(struct slots *slots)
{
    slots->tag_errors++;
    slots_suspect(slots, WIRE_LOST_BUS);
}

static bool parity_even(uint8_t x)
{
    unsigned folded = x ^ x >> 4;
    folded ^= folded >> 2;
    folded ^= folded >> 1;
    return (folded & 1) == 0;
}

/* Puts a word's data into the slot. Returns its HAVE bit, 0 for a word of no
 * concern, -1 for one that the sensor cannot have written. */
static int store(struct slots *slots, const uint8_t *word)
{
    int first;

    switch (word[0] >> LSM6DSOX_TAG_SENSOR_SHIFT) {
    case LSM6DSOX_TAG_TIMESTAMP:
        slots->sample.ticks = get_u32(word + 1);
        return HAVE_TIME;
    case LSM6DSOX_TAG_ACCEL:
        first = 0;
        break;
    case LSM6DSOX_TAG_GYRO:
        first = 3;
        break;
    case LSM6DSOX_TAG_TEMPERATURE:
    case LSM6DSOX_TAG_CONFIG_CHANGE:
        return 0;
    default:
        return -1;
    }
    const uint8_t *data = word + 1;
    for (int axis = 0; axis < 3; axis++, data += 2) {
        slots->sample.axes[first + axis] = get_i16(data);
    }
    return first == 0 ? HAVE_ACCEL : HAVE_GYRO;
}

/* Returns how many samples after the last one the slot's is; 0 if its time
 * cannot be. Of the numbers that agree with the tag counter, the one that is
 * nearest to the time elapsed. */
static uint32_t steps_from_last(const struct slots *slots)
{
    uint32_t elapsed = slots->sample.ticks - slots->last_ticks;
    uint32_t counted = (slots->count - slots->last_count) & (COUNTS - 1);
    uint32_t period = slots->period;

    if (elapsed > GAP_MOST) {
        return 0;
    }
    uint32_t shifted = elapsed + 2 * period;
    uint32_t behind = counted * period;
    uint32_t rounds = 0;
    if (shifted > behind) {
        rounds = (shifted - behind) / (COUNTS * period);
    }
    uint32_t steps = counted + COUNTS * rounds;
    uint32_t expected = steps * period;
    uint32_t off = expected > elapsed ? expected - elapsed : elapsed - expected;
    return off <= period / 2 + elapsed / 256 ? steps : 0;
}

/* The sensor gives values from 0x7FFD on until it has measured. Later the same
 * values are honest: the end of the range. */
static bool is_startup(struct slots *slots)
{
    if (slots->dropped < START_DROP) {
        return true;
    }
    if (slots->dropped >= START_DROP + START_MOST) {
        return false;
    }
    for (int axis = 0; axis < 6; axis++) {
        if (slots->sample.axes[axis] >= LSM6DSOX_INVALID) {
            return true;
        }
    }
    return false;
}

/* Sets how many samples are missing before the slot's. Returns false if the
 * slot is no sample to pass on. */
static bool place(struct slots *slots)
{
    struct slots_sample *sample = &slots->sample;

    sample->restarted = !slots->placed;
    sample->lost = 0;
    if (slots->placed) {
        uint32_t steps = steps_from_last(slots);
        if (steps == 0) {
            slots->bad++;
        }
        /* A hole that nothing foretold may be inside the slot. */
        if (steps == 0 || (steps > 1 && slots->causes == 0)) {
            blame_tags(slots);
            return false;
        }
        sample->lost = steps - 1;
    } else if (is_startup(slots)) {
        slots->dropped++;
        return false;
    }
    sample->causes = sample->lost > 0 ? slots->causes : 0;
    slots->causes = 0;
    slots->bad = 0;
    slots->placed = true;
    slots->last_ticks = sample->ticks;
    slots->last_count = slots->count;
    return true;
}

/* Begins a slot. That the one before it did not become whole, or was not the
 * one just before, is news only where nothing is known to be missing. */
static void begin_slot(struct slots *slots, uint8_t count)
{
    bool next = count == ((slots->count + 1) & (COUNTS - 1));
    bool whole = slots->have == HAVE_ALL;

    if (slots->placed && slots->causes == 0 && !(next && whole)) {
        blame_tags(slots);
    }
    slots->have = 0;
    slots->count = count;
}

bool slots_word(struct slots *slots, const uint8_t *word,
                struct slots_sample *out)
{
    uint8_t count = word[0] >> LSM6DSOX_TAG_COUNT_SHIFT & (COUNTS - 1);

    if (!parity_even(word[0])) {
        blame_tags(slots);
        return false;
    }
    if (count != slots->count) {
        begin_slot(slots, count);
    }
    int had = store(slots, word);
    if (had == 0) {
        return false;
    }
    if (had < 0) {
        blame_tags(slots);
        return false;
    }
    if ((slots->have & had) != 0) {
        begin_slot(slots, count);
    }
    slots->have = (uint8_t)(slots->have | had);
    if (slots->have != HAVE_ALL || !place(slots)) {
        return false;
    }
    *out = slots->sample;
    return true;
}
