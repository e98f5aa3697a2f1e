/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control endpoint's protocol (USB 2.0 chapters 8.5.3 and 9), apart from
 * any controller's registers. The driver tells what came and does what it is
 * told:
 *
 *   a setup packet came             usb_control_setup
 *   the packet to send was taken    usb_control_sent
 *   a data packet came              usb_control_received
 *   the bus was reset               usb_control_reset
 *
 * Each answers with the next step: send a packet, be ready to receive one,
 * stall both directions until the next setup packet, or nothing.
 *
 * Ownership: caller's storage; a packet to send stays valid until the next
 * call. Threads: one at a time (the USB interrupt).
 */
#ifndef FIRMWARE_CORE_USB_CONTROL_H
#define FIRMWARE_CORE_USB_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/usb_descriptors.h"
#include "firmware/core/wire.h"

enum { USB_CONTROL_DATA = 64 /* bytes a vendor request sends or answers */ };

/* What the requests act on. */
struct usb_control_io {
    const char *serial; /* borrowed */
    void *ctx;
    /* A vendor request to the device, as band_request. */
    int (*vendor)(void *ctx, const struct wire_setup *setup, uint8_t *data);
    /* The device's address from now on. */
    void (*address)(void *ctx, uint8_t address);
    /* The bulk endpoint is switched on anew, with toggle DATA0, or off. */
    void (*configure)(void *ctx, bool on);
    /* It is halted, or goes on with toggle DATA0. */
    void (*halt)(void *ctx, bool halted);
};

enum usb_action { USB_NOTHING, USB_SEND, USB_RECEIVE, USB_STALL };

struct usb_step {
    enum usb_action action;
    bool data1;          /* toggle of the packet */
    const uint8_t *data; /* USB_SEND */
    size_t size;         /* bytes, USB_PACKET at most */
};

enum usb_stage {
    USB_IDLE,
    USB_DATA_IN,
    USB_DATA_OUT,
    USB_STATUS_IN,
    USB_STATUS_OUT,
};

/* All fields are private to usb_control.c. */
struct usb_control {
    struct usb_control_io io;
    enum usb_stage stage;
    uint8_t type;  /* bmRequestType */
    bool data1;    /* toggle of the next packet */
    bool end_zero; /* an empty packet ends the data */
    struct wire_setup setup;
    const uint8_t *data; /* still to send */
    size_t left;         /* bytes still to send or to receive */
    uint8_t new_address; /* holds when the status stage is over */
    bool has_new_address;
    uint8_t configuration; /* 0 or 1 */
    uint8_t address;
    bool halted;
    uint8_t room[USB_ROOM]; /* for data that is made or comes */
};

/* Keeps a copy of `io`. */
void usb_control_init(struct usb_control *control,
                      const struct usb_control_io *io);

void usb_control_reset(struct usb_control *control);

/* `packet` has the eight bytes of a setup packet. */
struct usb_step usb_control_setup(struct usb_control *control,
                                  const uint8_t *packet);

struct usb_step usb_control_sent(struct usb_control *control);

struct usb_step usb_control_received(struct usb_control *control,
                                     const uint8_t *data, size_t size);

/* The host has configured the device. */
bool usb_control_configured(const struct usb_control *control);

#endif
