/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libusb says, for people. It has two sets of numbers, which overlap: the
 * negative codes that functions return, and the status of a transfer.
 */
#ifndef ACQUIRE_USB_ERROR_H
#define ACQUIRE_USB_ERROR_H

#include "acquire/error.h"

/* As error_from_errno for a negative enum libusb_error that the function `call`
 * of libusb returned; both names stand in the sentence. */
int usb_error(struct error *error, const char *call, int number,
              const char *what, ...) __attribute__((format(printf, 4, 5)));

/* "LIBUSB_ERROR_IO" and so on. */
const char *usb_error_name(int number);

/* Why, and what to do: "the wristband is gone; plug it in again". */
const char *usb_error_text(int number);

/* What a stream does after a transfer that ended in some way. */
enum usb_next {
    USB_GO_ON,   /* it is all right */
    USB_RETRY,   /* unless it happens again and again */
    USB_CLEAR,   /* clear the endpoint's halt, then go on */
    USB_GIVE_UP, /* the device is gone */
};

/* Of an enum libusb_transfer_status; any other number is USB_RETRY. */
enum usb_next usb_status_next(int status);

/* Notes the sentence for a stream that ended with transfers of this status;
 * returns ERR_DEVICE_LOST. */
int usb_status_error(struct error *error, int status);

/* "LIBUSB_TRANSFER_STALL" and so on. */
const char *usb_status_name(int status);

#endif
