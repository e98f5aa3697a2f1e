/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flash chip (AT25SF128A, 16 MB). All code is in RAM, so from flash_init on
 * it is a serial device that is given commands; nothing may read it by address
 * (XIP) any more. From the main loop only.
 */
#ifndef FIRMWARE_NANO_RP2040_FLASH_H
#define FIRMWARE_NANO_RP2040_FLASH_H

#include <stddef.h>
#include <stdint.h>

enum {
    FLASH_ID_SIZE = 8,
    FLASH_BYTES = 1 << 24,
};

void flash_init(void);

/* Maker, type and size, as JEDEC has it: 0x1F8901 is the AT25SF128A. */
uint32_t flash_jedec_id(void);

/* The chip's own number, which no other has. */
void flash_unique_id(uint8_t id[FLASH_ID_SIZE]);

void flash_read(uint32_t at, uint8_t *out, size_t size);

#endif
