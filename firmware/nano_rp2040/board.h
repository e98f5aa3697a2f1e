/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the board says of itself: its serial number, which is the flash chip's
 * own number in hexadecimal, its image, and the requests of
 * firmware/core/wire_board.h; and how it leaves for the boot loader.
 */
#ifndef FIRMWARE_NANO_RP2040_BOARD_H
#define FIRMWARE_NANO_RP2040_BOARD_H

#include "firmware/core/band.h"
#include "firmware/core/wake_pin.h"

/* Reads the flash chip's numbers and checks the image. */
void board_init(void);

/* Fills in what identifies the board. */
void board_describe(struct band_config *config);

/* What is known of the IMU's interrupt pin; kept by the main loop. */
struct wake_pin *board_int1(void);

/* Answers a request of enum wire_board_request, as band_request; -1 for all
 * others. In the USB interrupt. */
int board_request(const struct wire_setup *setup, uint8_t *data);

/* Detaches from USB and starts the boot loader. Does not return. `ctx` is not
 * used. */
void board_update(void *ctx);

#endif
