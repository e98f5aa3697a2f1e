/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flash chip (AT25SF128A, 16 MB). All code is in RAM, so from
 * flash_chip_init on it is a serial device that is given commands; nothing may
 * read it by address (XIP) any more. Interrupts are served while it works, and
 * the processor sleeps. From the main loop only.
 *
 * Between commands its select line is let go of and pulled up: a button from
 * there (pin REC of the board) to ground can be read.
 */
#ifndef FIRMWARE_NANO_RP2040_FLASH_CHIP_H
#define FIRMWARE_NANO_RP2040_FLASH_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/flash.h"

enum {
    FLASH_CHIP_NUMBER = 8,         /* bytes */
    FLASH_CHIP_BYTES = 1 << 24,    /* of the chip */
    FLASH_CHIP_IMAGE = 1 << 20,    /* at its beginning: for the firmware */
    FLASH_CHIP_JEDEC = 0x1F8901,   /* AT25SF128A */
    FLASH_CHIP_ERASE_US = 600000,  /* given up then; 70 ms as a rule */
    FLASH_CHIP_PROGRAM_US = 10000, /* likewise; 0.6 ms as a rule */
};

void flash_chip_init(void);

/* Maker, type and size, as JEDEC has it. */
uint32_t flash_chip_jedec_id(void);

/* The chip's own number, which no other has. */
void flash_chip_number(uint8_t number[FLASH_CHIP_NUMBER]);

/* Reads from the chip's first byte on. */
void flash_chip_read(uint32_t at, uint8_t *out, size_t size);

/* All of the chip behind the firmware, for the core. */
extern const struct flash flash_chip_area;

/* The button is held down. An interrupt (irq_button) says when that changes. */
bool flash_chip_button(void);

/* For irq_button: it has been seen. */
void flash_chip_clear_button(void);

#endif
