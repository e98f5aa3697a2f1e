/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Maps the sensor's own 32-bit time (ticks of about 25 us) to the controller's
 * clock. It is fed pairs of both, taken at one moment, and follows them with a
 * straight line: a least-squares fit that grows with the pairs and then forgets
 * slowly (Morrison, "Introduction to Sequential Smoothing and Prediction",
 * expanding and fading memory, degree 1). Integer arithmetic; the ticks may
 * wrap.
 *
 * Ownership: caller's storage. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_TICKCLOCK_H
#define FIRMWARE_CORE_TICKCLOCK_H

#include <stdint.h>

struct tickclock {
    uint64_t ns; /* of the line at `ticks`, controller's clock */
    uint32_t ticks;
    uint32_t tick_q16; /* length of a tick [ns / 65536] */
    uint32_t pairs;    /* weigh in, up to the memory's length */
    uint32_t odd;      /* pairs in a row far off the line */
};

/* Begins with no pair and a tick of `tick_q16` [ns / 65536]. */
void tickclock_init(struct tickclock *clock, uint32_t tick_q16);

/* Takes a pair in. One far off the line is ignored; several in a row begin a
 * new line. */
void tickclock_pair(struct tickclock *clock, uint32_t ticks, uint64_t ns);

/* Controller's time [ns] of `ticks`, at most 2^31 ticks from the last pair. */
uint64_t tickclock_ns(const struct tickclock *clock, uint32_t ticks);

#endif
