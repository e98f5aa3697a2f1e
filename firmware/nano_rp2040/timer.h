/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 64-bit microsecond clock, which starts at reset and never steps, and
 * four alarms. Each alarm's handler is its user's.
 */
#ifndef FIRMWARE_NANO_RP2040_TIMER_H
#define FIRMWARE_NANO_RP2040_TIMER_H

#include <stdbool.h>
#include <stdint.h>

enum timer_alarm {
    TIMER_WAKE = 0,  /* the main loop */
    TIMER_I2C = 1,   /* a transfer that takes too long */
    TIMER_HANG = 2,  /* the main loop does not come round */
    TIMER_FLASH = 3, /* the flash should be ready */
};

void timer_init(void);

/* Time since reset [us]; from any context. */
uint64_t timer_now_us(void);

/* Sets an alarm to `at_us`, at most 2^31 us ahead. Returns false, with no alarm
 * set, if that is past. */
bool timer_set(enum timer_alarm alarm, uint64_t at_us);

/* For the handler of an alarm: it has been seen. */
void timer_clear(enum timer_alarm alarm);

/* The alarm will not go off any more. */
void timer_cancel(enum timer_alarm alarm);

/* Waits with the processor running; for some microseconds. */
void timer_spin_us(uint32_t us);

#endif
