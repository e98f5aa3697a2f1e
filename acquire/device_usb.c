/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wristbands on USB, through libusb: found by vendor and product, told apart
 * by serial number. The high byte of bcdDevice is the wire version.
 */
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/clocks.h"
#include "acquire/device_backend.h"
#include "acquire/usb_error.h"
#include "acquire/usb_find.h"
#include "acquire/usb_stream.h"
#include "acquire/usb_user.h"
#include "firmware/core/bytes.h"

enum {
    CONTROL_TIMEOUT_MS = 1000,
    QUIET_MS = 10,    /* ten frames of the bus: nothing more is to come */
    ARRIVAL_MS = 200, /* waited for one that is away, a look */
};

/* A full ring takes 0.3 s at full speed. */
static const int64_t DRAIN_NS = 3000000000;

struct usb_device {
    struct device device;
    libusb_context *context;
    libusb_device_handle *handle;
    struct usb_stream *stream;
    char serial[64];       /* of what was opened */
    bool foreign;          /* what is there speaks another version */
    libusb_context *watch; /* while it is away; NULL: nobody tells */
    int arrived;           /* for `watch`: some wristband was plugged in */
};

static struct usb_device *from(struct device *device)
{
    return (struct usb_device *)device;
}

/* ---- what is there ---- */

static int usb_list(struct device_entry *out, size_t cap, size_t *count,
                    struct error *note)
{
    libusb_context *context;
    int number = libusb_init(&context);
    if (number != 0) {
        usb_find_nothing(note, NULL, "libusb_init", number);
        return 0;
    }
    struct usb_found found[USB_FOUND_MAX] = {0};
    libusb_device **list;
    int n = usb_find(context, &list, found);
    for (int i = 0; i < n && *count < cap; i++) {
        usb_find_entry(&found[i], &out[*count]);
        (*count)++;
    }
    if (n < 0) {
        usb_find_nothing(note, NULL, "libusb_get_device_list", n);
    } else {
        libusb_free_device_list(list, 1);
    }
    libusb_exit(context);
    return 0;
}

/* ---- opening ---- */

static bool usb_matches(const char *name)
{
    (void)name;
    return true;
}

/* Says why it cannot be claimed, and if another program has it, which. */
static int not_claimed(libusb_device *usb, int number, const char *serial,
                       struct error *error)
{
    struct usb_user user;
    if (number != LIBUSB_ERROR_BUSY ||
        !usb_user_find(libusb_get_bus_number(usb),
                       libusb_get_device_address(usb), &user)) {
        return usb_error(error, "libusb_claim_interface", number,
                         "cannot use wristband %s", serial);
    }
    return error_set(error, ERR_BUSY,
                     "cannot use wristband %s: it is in use by process %ld "
                     "(%s); end that one first (libusb_claim_interface: %s)",
                     serial, user.pid, user.name, usb_error_name(number));
}

static int open_and_claim(struct usb_device *u, libusb_device *usb,
                          struct error *error)
{
    int number = libusb_open(usb, &u->handle);
    if (number != 0) {
        u->handle = NULL;
        return usb_error(error, "libusb_open", number,
                         "cannot use wristband %s", u->serial);
    }
    number = libusb_claim_interface(u->handle, 0);
    return number == 0 ? 0 : not_claimed(usb, number, u->serial, error);
}

/* Opens the wristband called `name` and claims its interface. */
static int open_handle(struct usb_device *u, const char *name,
                       struct error *error)
{
    struct usb_found found[USB_FOUND_MAX] = {0};
    libusb_device **list;
    int n = usb_find(u->context, &list, found);
    if (n < 0) {
        return usb_find_nothing(error, usb_find_is_any(name) ? NULL : name,
                                "libusb_get_device_list", n);
    }
    int err = usb_find_choose(found, n, name, error);
    if (err >= 0) {
        const struct usb_found *chosen = &found[err];
        snprintf(u->serial, sizeof(u->serial), "%s", chosen->serial);
        err = usb_find_check_version(chosen, error);
        u->foreign = err < 0;
        err = err < 0 ? err : open_and_claim(u, chosen->usb, error);
    }
    libusb_free_device_list(list, 1);
    return err;
}

static int refused(const struct wire_setup *setup, struct error *error)
{
    struct error plain;
    int err = device_refused(setup, &plain);
    return error_set(error, err, "%s (libusb_control_transfer: %s)", plain.text,
                     usb_error_name(LIBUSB_ERROR_PIPE));
}

static int usb_request(struct device *device, const struct wire_setup *setup,
                       uint8_t *data, struct error *error)
{
    struct usb_device *u = from(device);
    uint8_t type = LIBUSB_REQUEST_TYPE_VENDOR | LIBUSB_RECIPIENT_DEVICE;
    if (setup->in) {
        type |= LIBUSB_ENDPOINT_IN;
    }
    if (u->handle == NULL) {
        error_set(error, ERR_DEVICE_LOST, "the wristband is away");
        return ERR_DEVICE_LOST;
    }
    if (setup->request == WIRE_REQUEST_START) {
        usb_stream_drop(u->stream); /* what is left of a former stream */
    }
    int n = libusb_control_transfer(u->handle, type, setup->request,
                                    setup->value, setup->index, data,
                                    setup->length, CONTROL_TIMEOUT_MS);
    if (n == LIBUSB_ERROR_PIPE) {
        return refused(setup, error);
    }
    if (n < 0) {
        return usb_error(error, "libusb_control_transfer", n,
                         "the wristband does not answer");
    }
    return n;
}

/* A recorder that crashed may have left the endpoint's data toggle anywhere. */
static int start_stream(struct usb_device *u, struct error *error)
{
    int n = libusb_clear_halt(u->handle, WIRE_BULK_IN);
    if (n != 0) {
        return usb_error(error, "libusb_clear_halt", n,
                         "cannot reset the wristband's stream");
    }
    return usb_stream_new(u->context, u->handle, WIRE_BULK_IN, &u->stream,
                          error);
}

/* Throws away what the wristband has to send until it has ended and is quiet.
 * One that does not come to an end refuses what it is asked for next. */
static int drain_former(struct usb_device *u, struct error *error)
{
    uint8_t former[16 * USB_STREAM_TRANSFER];
    struct wire_status status = {.state = WIRE_STOPPED};
    int64_t end_ns = monotonic_ns() + DRAIN_NS;
    int n;
    do {
        n = usb_stream_read(u->stream, former, sizeof(former), QUIET_MS, error);
        if (n < 0) {
            return n;
        }
        (void)device_status(&u->device, &status, NULL);
    } while ((n > 0 || status.state == WIRE_STREAMING) &&
             monotonic_ns() < end_ns);
    return 0;
}

/* It may have left the wristband streaming, too: until the last of that is out
 * of the ring, a new stream is refused, and an old END would end it. */
static int stop_former(struct usb_device *u, struct error *error)
{
    struct wire_setup stop = {.request = WIRE_REQUEST_STOP};
    uint8_t none[1];
    int err = usb_request(&u->device, &stop, none, error);
    if (err < 0 && err != ERR_PROTOCOL) { /* refused, being stopped */
        return err;
    }
    return drain_former(u, error);
}

/* Opens the wristband called `name` with a context of its own: a context only
 * learns of devices that come later where udev runs. */
static int connect(struct usb_device *u, const char *name, struct error *error)
{
    int number = libusb_init(&u->context);
    if (number != 0) {
        u->context = NULL;
        return usb_find_nothing(error, usb_find_is_any(name) ? NULL : name,
                                "libusb_init", number);
    }
    int err = open_handle(u, name, error);
    return err < 0 ? err : start_stream(u, error);
}

static void disconnect(struct usb_device *u)
{
    usb_stream_stop(u->stream);
    if (u->handle != NULL) {
        /* Not claimed, or gone with the device: no harm. */
        (void)libusb_release_interface(u->handle, 0);
        libusb_close(u->handle);
        u->handle = NULL;
    }
    usb_stream_free(u->stream);
    u->stream = NULL;
    if (u->context != NULL) {
        libusb_exit(u->context);
        u->context = NULL;
    }
}

/* ---- while it is away ---- */

static int LIBUSB_CALL on_arrival(libusb_context *context, libusb_device *usb,
                                  libusb_hotplug_event event, void *argument)
{
    struct usb_device *u = argument;
    (void)context;
    (void)usb;
    (void)event;
    u->arrived = 1;
    return 0; /* goes on watching */
}

static void watch_end(struct usb_device *u)
{
    if (u->watch != NULL) {
        libusb_exit(u->watch);
        u->watch = NULL;
    }
}

/* Has libusb tell of arrivals. Where it cannot, looking now and then will do.
 */
static void watch_begin(struct usb_device *u)
{
    if (u->watch != NULL || libusb_init(&u->watch) != 0) {
        return;
    }
    if (libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) == 0 ||
        libusb_hotplug_register_callback(
            u->watch, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED,
            LIBUSB_HOTPLUG_NO_FLAGS, WIRE_VENDOR_ID, WIRE_PRODUCT_ID,
            LIBUSB_HOTPLUG_MATCH_ANY, on_arrival, u, NULL) != 0) {
        watch_end(u);
    }
}

/* Returns true when a wristband arrives; false after a while, or at once where
 * nobody tells. */
static bool wait_for_arrival(struct usb_device *u)
{
    struct timeval wait = {.tv_usec = ARRIVAL_MS * 1000};
    u->arrived = 0;
    return u->watch != NULL &&
           libusb_handle_events_timeout_completed(u->watch, &wait,
                                                  &u->arrived) == 0 &&
           u->arrived != 0;
}

static void usb_close(struct device *device)
{
    struct usb_device *u = from(device);
    watch_end(u);
    disconnect(u);
    free(u);
}

static int usb_open(const char *name, const char *simulate, struct device **out,
                    struct error *error)
{
    if (simulate != NULL && simulate[0] != '\0') {
        return error_set(error, ERR_USAGE,
                         "--simulate is for --device virtual only");
    }
    struct usb_device *u = calloc(1, sizeof(*u));
    if (u == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    u->device.backend = &device_usb;
    int err = connect(u, name, error);
    if (err == 0) {
        err = stop_former(u, error);
    }
    if (err < 0) {
        usb_close(&u->device);
        return err;
    }
    *out = &u->device;
    return 0;
}

/* ---- running ---- */

static int usb_read(struct device *device, uint8_t *out, size_t size,
                    int timeout_ms, struct error *error)
{
    struct usb_stream *stream = from(device)->stream;
    if (stream == NULL) {
        return error_set(error, ERR_DEVICE_LOST, "the wristband is away");
    }
    return usb_stream_read(stream, out, size, timeout_ms, error);
}

/* Whatever keeps it from being opened may pass (udev has not yet given leave),
 * but for firmware that is another. Returns 1, 0 or that error. */
static int try_again(struct usb_device *u, struct error *error)
{
    char serial[sizeof(u->serial)];
    memcpy(serial, u->serial, sizeof(serial));
    int err = connect(u, serial, error);
    if (err < 0) {
        disconnect(u);
        return u->foreign ? err : 0;
    }
    watch_end(u);
    return 1;
}

/* Looks anew at each call, whether or not an arrival is told: that one may have
 * come before it was watched for, or while the device could not be opened. */
static int usb_reopen(struct device *device, struct error *error)
{
    struct usb_device *u = from(device);
    disconnect(u);
    watch_begin(u);
    int back = try_again(u, error);
    return back == 0 && wait_for_arrival(u) ? try_again(u, error) : back;
}

static int64_t usb_now_ns(const struct device *device)
{
    (void)device;
    return monotonic_ns();
}

static int usb_probe(struct device *device, struct recording_clock *out,
                     struct error *error)
{
    uint8_t data[WIRE_TIME_SIZE];
    struct wire_setup setup = {
        .in = true, .request = WIRE_REQUEST_TIME, .length = WIRE_TIME_SIZE};
    int64_t before_ns = monotonic_ns();
    int64_t now_utc_ns = utc_ns();
    int n = usb_request(device, &setup, data, error);
    int64_t after_ns = monotonic_ns();
    if (n < 0) {
        return n;
    }
    if (n != WIRE_TIME_SIZE) {
        return error_set(error, ERR_PROTOCOL,
                         "the wristband tells its clock in %d bytes, not %d; "
                         "update carpus or the wristband",
                         n, WIRE_TIME_SIZE);
    }
    *out = (struct recording_clock){
        .device_ns = (int64_t)get_u64(data),
        .host_monotonic_ns = before_ns + (after_ns - before_ns) / 2,
        .host_utc_ns = now_utc_ns + (after_ns - before_ns) / 2,
        .round_trip_ns = after_ns - before_ns,
    };
    return 0;
}

static bool usb_waits(const struct device *device)
{
    (void)device;
    return false;
}

static int usb_write_truth(const struct device *device, const char *path,
                           struct error *error)
{
    (void)device;
    (void)path;
    (void)error;
    return 1;
}

const struct device_backend device_usb = {
    .list = usb_list,
    .matches = usb_matches,
    .open = usb_open,
    .close = usb_close,
    .request = usb_request,
    .read = usb_read,
    .reopen = usb_reopen,
    .probe = usb_probe,
    .now_ns = usb_now_ns,
    .waits = usb_waits,
    .write_truth = usb_write_truth,
};
