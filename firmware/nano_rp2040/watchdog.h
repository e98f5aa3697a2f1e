/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done when the firmware fails. The main loop says each time round
 * that it lives. Where it does not for a second and a half, the hang alarm
 * records where it hangs and resets the chip; where even that does not run, the
 * watchdog resets it after two. A fault is recorded and resets the chip, too.
 *
 * The record is in memory that keeps its contents over a reset, with a CRC; the
 * host reads it (WIRE_REQUEST_FAULT).
 */
#ifndef FIRMWARE_NANO_RP2040_WATCHDOG_H
#define FIRMWARE_NANO_RP2040_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/wire_board.h"

/* Finds out why the chip was reset, and whether that was the second press of
 * its button within half a second: then it starts the boot loader. */
void watchdog_init(void);

/* The main loop lives. */
void watchdog_feed(void);

/* How long the main loop may sleep [us]: less than the half second after which
 * a press of the button is forgotten. */
enum { WATCHDOG_SLEEP_US = 250000 };

enum wire_reset watchdog_reset_cause(void);

/* Resets without power-on in between, by the watchdog or a fault. */
uint32_t watchdog_failures(void);

/* The record of the last fault or hang; all zero if there is none. */
void watchdog_record(uint8_t out[WIRE_FAULT_SIZE]);

void watchdog_forget_record(void);

/* Starts the boot loader in the boot ROM. Does not return. */
void watchdog_start_loader(void);

/* For fault_entry and hang_entry (entries.S) only: records where the processor
 * was and resets the chip. `frame` is what it saved when the exception came: r0
 * r1 r2 r3 r12 lr pc psr; `kind` is an enum wire_fault_kind. */
void watchdog_fail(const uint32_t *frame, uint32_t kind);

#endif
