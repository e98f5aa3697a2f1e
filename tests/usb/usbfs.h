/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A USB with one socket: plays the kernel's usbfs for programs that run under
 * umockdev-wrapper, with a wristband (band.h) behind it that can be plugged out
 * and in at any moment of what a program does with it. As in a kernel, each
 * opening has its own URBs, one owner has the interface, an opening outlives
 * its device only to reap, and a device that comes back has a new address.
 *
 * Threads: all functions from one; what programs ask is served by umockdev's
 * own. Errors: what cannot go wrong in a test aborts it.
 */
#ifndef TESTS_USB_USBFS_H
#define TESTS_USB_USBFS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/usb/band.h"

/* What a program does with the device. */
enum usbfs_moment {
    USBFS_NEVER,
    USBFS_OPEN,      /* the first that is asked of an open device */
    USBFS_CLAIM,     /* claims its interface */
    USBFS_CLEAR,     /* clears its endpoint's halt */
    USBFS_INFO,      /* asks what it is */
    USBFS_CONFIGURE, /* sends settings */
    USBFS_START,     /* starts it */
    USBFS_DATA,      /* takes data */
    USBFS_STOP,      /* stops it */
    USBFS_DRAIN,     /* takes the first data after that */
    USBFS_CLOCK,     /* asks its clock */
    USBFS_MOMENTS
};

const char *usbfs_moment_name(enum usbfs_moment moment);

struct usbfs;

/* Gives a USB with nothing in its socket. */
struct usbfs *usbfs_new(void);
void usbfs_free(struct usbfs *usbfs);

/* `band` is borrowed until it is plugged out. */
void usbfs_plug(struct usbfs *usbfs, struct band *band);
void usbfs_unplug(struct usbfs *usbfs);

/* Has it plugged out when that moment comes next; usbfs_unplug is to be called
 * soon after, once usbfs_pulled says so. */
void usbfs_pull_at(struct usbfs *usbfs, enum usbfs_moment when);
bool usbfs_pulled(struct usbfs *usbfs);

/* Since it was plugged in: has the moment come? Since usbfs_new: how many
 * samples of streams were given to programs? */
bool usbfs_came(struct usbfs *usbfs, enum usbfs_moment moment);
uint64_t usbfs_given(struct usbfs *usbfs);

/* When data was first taken since it was plugged in, CLOCK_MONOTONIC; 0: none
 * was. */
int64_t usbfs_data_ns(struct usbfs *usbfs);

#endif
