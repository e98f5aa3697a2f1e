/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds wristbands on USB, told apart by their serial numbers, and says why one
 * that is there cannot be used.
 *
 * Ownership: what is found borrows from the list that it was found in.
 * Threads: any. Errors: negative enum error_code with a sentence.
 */
#ifndef ACQUIRE_USB_FIND_H
#define ACQUIRE_USB_FIND_H

#include <libusb.h>
#include <stdbool.h>
#include <stdint.h>

#include "acquire/device.h"

enum { USB_FOUND_MAX = 32 };

/* One that is plugged in: a wristband, or the boot ROM of one. */
struct usb_found {
    libusb_device *usb; /* borrowed from the list */
    uint16_t version;   /* bcdDevice */
    bool bootloader;
    int number;       /* of looking at it: 0 or enum libusb_error, */
    const char *call; /* and what returned it */
    char serial[64];  /* "" if it cannot be opened */
};

/* Looks at all that is plugged in; returns how many of ours, or a negative
 * enum libusb_error. *list goes back with libusb_free_device_list(.., 1). */
int usb_find(libusb_context *context, libusb_device ***list,
             struct usb_found found[USB_FOUND_MAX]);

/* True if `name` is of whichever wristband is there. */
bool usb_find_is_any(const char *name);

/* Returns which of the `n` is meant by `name`, or an error. */
int usb_find_choose(const struct usb_found *found, int n, const char *name,
                    struct error *error);

/* Returns 0, or an error where a wristband's protocol is not ours. */
int usb_find_check_version(const struct usb_found *found, struct error *error);

void usb_find_entry(const struct usb_found *found, struct device_entry *out);

/* Says that there is no USB here, as `number` of libusb's `call` shows; `name`:
 * of a device that is wanted, NULL for none. */
int usb_find_nothing(struct error *error, const char *name, const char *call,
                     int number);

#endif
