/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Erratum E5 of the RP2040's revisions B0 and B1: after a bus reset the
 * controller takes part in the bus only when it has seen it idle (J) for 800
 * us. A hub that passes on what is meant for other devices never is idle for so
 * long, and the device would not be found. As the data sheet has it, the idle
 * state is made for it: its data line is switched for a millisecond from the
 * bus to pin GPIO15, whose input is forced high. The pin (D3 of the board) is
 * not driven, and left as it was.
 */
#ifndef FIRMWARE_NANO_RP2040_USB_LINE_H
#define FIRMWARE_NANO_RP2040_USB_LINE_H

/* The bus is being reset. From the USB interrupt. On later chips it does
 * nothing. */
void usb_line_reset(void);

#endif
