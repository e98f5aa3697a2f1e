/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cuts frames into packets for the bulk endpoint, apart from any controller's
 * registers. A frame whose last packet is full is followed by an empty packet
 * if no other frame is ready: the host's transfer would wait for more.
 *
 * A frame is kept until all its packets were taken: what was not when the
 * endpoint is reset is sent again from the frame's first byte on, so that a
 * bus reset does not lose it. (The host drops the part that it had.)
 *
 * Ownership: caller's storage. Threads: one at a time (the USB interrupt).
 */
#ifndef FIRMWARE_CORE_USB_BULK_H
#define FIRMWARE_CORE_USB_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/usb_descriptors.h"
#include "firmware/core/wire.h"

struct usb_bulk_packet {
    const uint8_t *data;
    size_t size; /* bytes, USB_PACKET at most */
    bool data1;  /* toggle */
};

/* Where frames come from: as band_frame. */
struct usb_bulk_source {
    void *ctx;
    size_t (*frame)(void *ctx, uint8_t *out);
};

/* All fields are private to usb_bulk.c. */
struct usb_bulk {
    struct usb_bulk_source source;
    uint8_t frame[WIRE_FRAME_MAX];
    size_t size;  /* of the frame [bytes], 0: there is none */
    size_t given; /* bytes given out as packets */
    bool open;    /* the last packet given out was full */
    bool data1;   /* toggle of the next packet */
};

void usb_bulk_init(struct usb_bulk *bulk, const struct usb_bulk_source *source);

/* Gives out the next packets, two at most and all of one frame; the last ones
 * given out were taken. Returns how many. Their data stays valid until the next
 * call. */
int usb_bulk_next(struct usb_bulk *bulk, struct usb_bulk_packet out[2]);

/* The endpoint was reset: toggles begin with DATA0, and the frame is sent again
 * if part of it was not given out, or, as `untaken` says, not taken. */
void usb_bulk_reset(struct usb_bulk *bulk, bool untaken);

/* A new stream begins: forgets the frame. `untaken` of the packets given out
 * last were taken back. */
void usb_bulk_drop(struct usb_bulk *bulk, int untaken);

#endif
