/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bulk IN endpoint read without a break: many transfers are always queued,
 * a thread of its own takes what they bring and queues them again at once with
 * a fresh buffer, so that a slow reader costs nothing until all buffers are
 * full (QUEUE below: 6 s at the highest rate). Then transfers stay unqueued and
 * the device's own ring holds, and counts what it cannot hold.
 *
 * Transfers are as long as the longest frame: a frame ends with a short packet
 * or fills a transfer, so that none waits for the next. The length is a
 * multiple of any bulk packet's (libusb io.c, "overflows").
 *
 * Ownership: usb_stream_new gives an object; it borrows context and handle.
 * Threads: one reader. Errors: negative enum error_code with a sentence.
 */
#ifndef ACQUIRE_USB_STREAM_H
#define ACQUIRE_USB_STREAM_H

#include <libusb.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"

enum {
    USB_STREAM_TRANSFER = 512, /* bytes */
    USB_STREAM_TRANSFERS = 32, /* queued: 16 KiB, 0.8 s at the highest rate, and
                                * far below the 16 MB that Linux gives to all
                                * USB programs */
};

struct usb_stream;

/* Prepares to read the bulk IN `endpoint`. Nothing is asked of the device until
 * the first usb_stream_read or usb_stream_drop: what it has stays there. */
int usb_stream_new(libusb_context *context, libusb_device_handle *handle,
                   uint8_t endpoint, struct usb_stream **out,
                   struct error *error);

/* The end in two steps, with libusb_close between them: cancels what is queued
 * and waits until it has come back, 5 s at most; then frees. Only of a handle
 * that is closed is it certain that nothing more is written to what did not
 * come back. NULL is legal. */
void usb_stream_stop(struct usb_stream *stream);
void usb_stream_free(struct usb_stream *stream);

/* As device_read; `size` is USB_STREAM_TRANSFER at least. What came before an
 * error is given out before the error is. */
int usb_stream_read(struct usb_stream *stream, uint8_t *out, size_t size,
                    int timeout_ms, struct error *error);

/* Forgets what came and was not read. */
void usb_stream_drop(struct usb_stream *stream);

#endif
