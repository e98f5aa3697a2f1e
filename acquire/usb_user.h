/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who uses a USB device: the process that has its node below /dev/bus/usb open,
 * as Linux tells in /proc. Of processes of other users only root is told; on
 * other systems nobody is found.
 *
 * Ownership: caller's storage, nothing allocated. Threads: any.
 */
#ifndef ACQUIRE_USB_USER_H
#define ACQUIRE_USB_USER_H

#include <stdbool.h>
#include <stdint.h>

struct usb_user {
    long pid;
    char name[32]; /* of the program; "" if that is not told */
};

/* Finds a process other than this one that has the device open. */
bool usb_user_find(uint8_t bus, uint8_t address, struct usb_user *out);

#endif
