/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The USB device controller: the control endpoint (firmware/core/usb_control.h)
 * and one bulk IN endpoint that sends the band's frames. All runs in the USB
 * interrupt, but for the functions here.
 *
 * The bulk endpoint is armed with two packets at a time, in both its buffers.
 * Erratum E15: packets made available in the last 200 us before a start of
 * frame can lock the controller up on some hubs; so they are made available
 * after a start of frame only, in the first 800 us.
 */
#ifndef FIRMWARE_NANO_RP2040_USB_H
#define FIRMWARE_NANO_RP2040_USB_H

#include <stdbool.h>

#include "firmware/core/usb_bulk.h"
#include "firmware/core/usb_control.h"

struct usb_config {
    const char *serial; /* borrowed */
    void *ctx;
    int (*vendor)(void *ctx, const struct wire_setup *setup, uint8_t *data);
    size_t (*frame)(void *ctx, uint8_t *out);
    void (*changed)(void *ctx); /* usb_active says something else */
};

/* Attaches to the bus. */
void usb_init(const struct usb_config *config);

/* There may be frames to send. From the main loop. */
void usb_wake(void);

/* The stream begins anew: what was about to be sent is dropped. From
 * config->vendor. */
void usb_drop(void);

/* The host has configured the device, and the bus is awake. */
bool usb_active(void);

/* Bus resets since usb_init. */
uint32_t usb_bus_resets(void);

/* Detaches from the bus, for good. */
void usb_detach(void);

#endif
