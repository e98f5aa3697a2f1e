/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot ROM's functions, found by name in its table (RP2040 data sheet
 * 2.8.3).
 */
#ifndef FIRMWARE_NANO_RP2040_ROM_H
#define FIRMWARE_NANO_RP2040_ROM_H

#include <stdint.h>

/* Starts the USB boot loader, with the pins of `activity` lit as it works. The
 * chip is reset; returns all the same, before that. */
void rom_start_loader(uint32_t activity);

#endif
