/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The board's pins beside I2C (i2c.c): LED, the Wi-Fi module's reset, and what
 * should be the IMU's interrupt pin INT1.
 *
 * That GPIO24 is INT1 but one public source says (README.md, list, number 1).
 * So nothing depends on it: the main loop sleeps until the FIFO should be full
 * by the clock, and an edge of the pin only wakes it earlier. Whether the pin
 * is what it should be is found out while measuring (firmware/core/wake_pin.h).
 */
#ifndef FIRMWARE_NANO_RP2040_PINS_H
#define FIRMWARE_NANO_RP2040_PINS_H

#include <stdbool.h>
#include <stdint.h>

enum pin {
    PIN_WIFI_RESET = 3, /* low: the module is off */
    PIN_LED = 6,
    PIN_INT1 = 24, /* see above */
};

void pins_init(void);

void pins_set_led(void *ctx, bool on);

/* Rising edges of INT1 seen since the start. */
uint32_t pins_int1_edges(void);

/* For irq_pins: an edge came. */
void pins_take_edge(void);

/* Whether edges wake the main loop. */
void pins_listen(bool on);

#endif
