/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a wristband keeps over a reset: how to measure, when to log, and how
 * its accelerometer was calibrated. One page each time it is saved, after one
 * another in two sectors; the sector that is full stays as it is until the
 * first page in the other one is whole. The newest page with the right CRC
 * counts: a power cut leaves what was saved before or what was to be saved.
 *
 *   offset size name         meaning
 *        0    4 crc          CRC-32C of bytes 4 .. 255
 *        4    1 version      SETTINGS_VERSION
 *        5    3 reserved     0
 *        8    4 number       pages saved since the flash was new
 *       12    8 config       struct wire_config
 *       20   16 logging      struct wire_logging
 *       36   40 calibration  struct wire_calibration
 *       76  180 reserved     0
 *
 * Ownership: caller's storage; the flash is borrowed. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_SETTINGS_H
#define FIRMWARE_CORE_SETTINGS_H

#include <stdint.h>

#include "firmware/core/flash.h"
#include "firmware/core/wire.h"

enum { SETTINGS_VERSION = 1 };

struct settings {
    struct wire_config config;
    struct wire_logging logging;
    struct wire_calibration calibration;
    uint32_t number; /* of the page this was read from, 0: none yet */
};

/* Reads what was saved last; *out keeps what is not there. */
void settings_load(struct settings *out, const struct flash *flash);

/* Saves; returns 0, or -1 if it cannot be read back: then what was saved
 * before still counts. */
int settings_save(struct settings *settings, const struct flash *flash);

#endif
