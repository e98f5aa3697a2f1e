/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/usb_error.h"

#include <libusb.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "acquire/fix.h"

struct number_row {
    int number; /* enum libusb_error */
    int code;
    const char *name;
    const char *text; /* why, and what to do */
};

static const struct number_row numbers[] = {
    {LIBUSB_ERROR_IO, ERR_IO, "LIBUSB_ERROR_IO",
     "the transfer failed on the wire; try another cable or socket"},
    {LIBUSB_ERROR_INVALID_PARAM, ERR_INTERNAL, "LIBUSB_ERROR_INVALID_PARAM",
     "carpus asked for what cannot be; please report this"},
    {LIBUSB_ERROR_ACCESS, ERR_PERMISSION, "LIBUSB_ERROR_ACCESS",
     "this user may not use it; put the udev rule in place:\n" FIX_UDEV_RULE
     "\nthen plug the wristband in again"},
    {LIBUSB_ERROR_NO_DEVICE, ERR_DEVICE_LOST, "LIBUSB_ERROR_NO_DEVICE",
     "the wristband is gone; plug it in again"},
    {LIBUSB_ERROR_NOT_FOUND, ERR_NO_DEVICE, "LIBUSB_ERROR_NOT_FOUND",
     "it has no such part; update the wristband's firmware"},
    {LIBUSB_ERROR_BUSY, ERR_BUSY, "LIBUSB_ERROR_BUSY",
     "another program uses it; end that one first"},
    {LIBUSB_ERROR_TIMEOUT, ERR_IO, "LIBUSB_ERROR_TIMEOUT",
     "it did not answer in time; plug the wristband out and in again"},
    {LIBUSB_ERROR_OVERFLOW, ERR_PROTOCOL, "LIBUSB_ERROR_OVERFLOW",
     "it sent more than was asked for; update carpus and the wristband"},
    {LIBUSB_ERROR_PIPE, ERR_PROTOCOL, "LIBUSB_ERROR_PIPE",
     "the wristband refused; update carpus and the wristband"},
    {LIBUSB_ERROR_INTERRUPTED, ERR_IO, "LIBUSB_ERROR_INTERRUPTED",
     "a signal came in between; try again"},
    {LIBUSB_ERROR_NO_MEM, ERR_NO_MEMORY, "LIBUSB_ERROR_NO_MEM",
     "there is no memory for USB transfers; allow more:\n" FIX_USB_MEMORY},
    {LIBUSB_ERROR_NOT_SUPPORTED, ERR_NO_DEVICE, "LIBUSB_ERROR_NOT_SUPPORTED",
     "this system cannot do it"},
    {LIBUSB_ERROR_OTHER, ERR_IO, "LIBUSB_ERROR_OTHER",
     "libusb does not know why"},
};

static const struct number_row *find_number(int number)
{
    size_t count = sizeof(numbers) / sizeof(numbers[0]);
    for (size_t i = 0; i < count; i++) {
        if (numbers[i].number == number) {
            return &numbers[i];
        }
    }
    return &numbers[count - 1];
}

int usb_error(struct error *error, const char *call, int number,
              const char *what, ...)
{
    char clause[120];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(clause, sizeof(clause), what, arguments);
    va_end(arguments);
    const struct number_row *row = find_number(number);
    return error_set(error, row->code, "%s: %s (%s: %s)", clause, row->text,
                     call, row->name);
}

const char *usb_error_name(int number)
{
    return find_number(number)->name;
}

const char *usb_error_text(int number)
{
    return find_number(number)->text;
}

static const struct status_row {
    int status; /* enum libusb_transfer_status */
    enum usb_next next;
    const char *name;
    const char *text;
} statuses[] = {
    {LIBUSB_TRANSFER_COMPLETED, USB_GO_ON, "LIBUSB_TRANSFER_COMPLETED",
     "all went well"},
    {LIBUSB_TRANSFER_ERROR, USB_RETRY, "LIBUSB_TRANSFER_ERROR",
     "transfers fail on the wire; try another cable or socket"},
    {LIBUSB_TRANSFER_TIMED_OUT, USB_RETRY, "LIBUSB_TRANSFER_TIMED_OUT",
     "transfers that have all the time they want are out of time; plug the "
     "wristband out and in"},
    {LIBUSB_TRANSFER_CANCELLED, USB_RETRY, "LIBUSB_TRANSFER_CANCELLED",
     "transfers are cancelled, and not by carpus; plug the wristband out and "
     "in"},
    {LIBUSB_TRANSFER_STALL, USB_CLEAR, "LIBUSB_TRANSFER_STALL",
     "the wristband halts its stream again and again; plug it out and in, and "
     "update its firmware"},
    {LIBUSB_TRANSFER_NO_DEVICE, USB_GIVE_UP, "LIBUSB_TRANSFER_NO_DEVICE",
     "the wristband is gone; plug it in again"},
    {LIBUSB_TRANSFER_OVERFLOW, USB_RETRY, "LIBUSB_TRANSFER_OVERFLOW",
     "the wristband sends more than a packet holds; update its firmware"},
};

static const struct status_row *find_status(int status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i].status == status) {
            return &statuses[i];
        }
    }
    return &statuses[1];
}

enum usb_next usb_status_next(int status)
{
    return find_status(status)->next;
}

int usb_status_error(struct error *error, int status)
{
    const struct status_row *row = find_status(status);
    return error_set(error, ERR_DEVICE_LOST, "the stream broke off: %s (%s)",
                     row->text, row->name);
}

const char *usb_status_name(int status)
{
    return find_status(status)->name;
}
