/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds out whether a pin is the sensor's interrupt, from what the main loop
 * sees of it. The loop sleeps until the FIFO should be full by the clock, and a
 * little longer; so the interrupt comes shortly before that. A pin that never
 * does so is silent: the clock alone does its work. One that comes at other
 * times, again and again, is noisy and not listened to any more.
 *
 * Ownership: caller's storage. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_WAKE_PIN_H
#define FIRMWARE_CORE_WAKE_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/wire_board.h"

struct wake_pin {
    enum wire_pin state;
    uint8_t early;  /* edges at the wrong time, in a row */
    uint8_t silent; /* sleeps to their end without an edge, in a row */
};

/* How a sleep went [us]. */
struct wake_pin_sleep {
    uint64_t from_us;
    uint64_t due_us; /* when it was to end at the latest */
    uint64_t to_us;
    bool edge; /* the pin rose meanwhile */
};

void wake_pin_init(struct wake_pin *pin);

void wake_pin_slept(struct wake_pin *pin, const struct wake_pin_sleep *sleep);

/* Whether the pin may wake the main loop. */
bool wake_pin_is_heard(const struct wake_pin *pin);

#endif
