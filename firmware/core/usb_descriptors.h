/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wristband's USB descriptors: a vendor-class device with one interface
 * and one bulk IN endpoint beside control. Windows finds its generic driver
 * (WinUSB) by the Microsoft OS 2.0 descriptors. For a device with a single
 * interface their features stand directly under the set header: subsets are
 * for composite devices only, and Windows shows code 28 where one is given all
 * the same (specification, July 2018, "Microsoft OS 2.0 descriptor sets";
 * tinyusb issue 3365). Windows remembers all this by bcdDevice: its low byte
 * goes up whenever a descriptor changes.
 */
#ifndef FIRMWARE_CORE_USB_DESCRIPTORS_H
#define FIRMWARE_CORE_USB_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

enum {
    USB_PACKET = 64,           /* bytes, of control and bulk */
    USB_MICROSOFT_CODE = 0x20, /* vendor request; no enum wire_request */
    USB_MICROSOFT_INDEX = 7,   /* its wIndex: the descriptor set */
    USB_ROOM = 192,            /* bytes, for descriptors that are made */
};

enum usb_descriptor_type {
    USB_DEVICE = 1,
    USB_CONFIGURATION = 2,
    USB_STRING = 3,
    USB_INTERFACE = 4,
    USB_ENDPOINT = 5,
    USB_BOS = 15,
    USB_CAPABILITY = 16,
};

struct usb_bytes {
    const uint8_t *bytes; /* NULL: there is no such descriptor */
    size_t size;
};

/* The descriptor of `type` and `index`. A string is written to `room` (USB_ROOM
 * bytes); the serial number's is `serial`, of 32 characters at most. */
struct usb_bytes usb_descriptor(uint8_t type, uint8_t index, const char *serial,
                                uint8_t *room);

/* The Microsoft OS 2.0 descriptor set; written to `room` (USB_ROOM bytes). */
struct usb_bytes usb_microsoft_set(uint8_t *room);

#endif
