/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flash as the core sees it: an area of whole sectors that is all its own. The
 * board (firmware/nano_rp2040) gives the 16 MB chip without what the firmware's
 * image takes; addresses count from the area's first byte. What stands where:
 *
 *   sector 0 .. 1   settings.h
 *   sector 2        scratch, for the self-test
 *   sector 3 ..     log.h
 *
 * A page that was erased reads 0xFF; programming clears bits and is done once
 * between two erases. What a power cut leaves in the page or sector that was
 * being written is anybody's guess, and the core makes none.
 *
 * Each function returns 0, or -1 if the flash did not do it. They are called
 * by band_init's and band_poll's context only, and may block for as long as
 * the chip takes (AT25SF128A, typical: page 0.6 ms, sector 70 ms). The IMU's
 * FIFO holds out 0.4 s at 416 Hz, the fastest rate that the log takes; a chip
 * that is slower costs samples, which are marked as lost.
 */
#ifndef FIRMWARE_CORE_FLASH_H
#define FIRMWARE_CORE_FLASH_H

#include <stddef.h>
#include <stdint.h>

enum {
    FLASH_PAGE = 256,
    FLASH_SECTOR = 4096,
    FLASH_SETTINGS = 0, /* first of two sectors */
    FLASH_SCRATCH = 2,
    FLASH_LOG = 3,          /* first of all others */
    FLASH_SECTORS_MIN = 11, /* the log needs eight */
};

struct flash {
    void *ctx;
    uint32_t sectors; /* 0: this board has none, nothing is called */
    int (*read)(void *ctx, uint32_t address, uint8_t *out, size_t size);
    /* Programs the FLASH_PAGE bytes at `in` to a page that is erased. */
    int (*program)(void *ctx, uint32_t address, const uint8_t *in);
    /* Erases the FLASH_SECTOR bytes from `address` on. */
    int (*erase)(void *ctx, uint32_t address);
};

#endif
