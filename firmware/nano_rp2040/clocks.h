/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clocks: everything runs from one PLL at 48 MHz, which USB needs anyway; that
 * is fast enough (README.md has the load) and draws the least. The oscillator
 * of the board has 12 MHz. Runs from flash, before anything else.
 */
#ifndef FIRMWARE_NANO_RP2040_CLOCKS_H
#define FIRMWARE_NANO_RP2040_CLOCKS_H

enum {
    CLOCK_MHZ = 48,     /* processor, I2C, USB */
    OSCILLATOR_MHZ = 12 /* also the tick of timer and watchdog, divided */
};

void clocks_init(void);

#endif
