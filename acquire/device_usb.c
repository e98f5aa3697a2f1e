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
#include "acquire/usb_stream.h"
#include "firmware/core/bytes.h"

enum {
    CONTROL_TIMEOUT_MS = 1000,
    QUIET_MS = 10, /* ten frames of the bus: nothing more is to come */
    PROBES = 8,    /* of which the quickest counts */
    DEPTH_MAX = 7, /* hubs in a row, USB 2.0 section 4.1.1 */
    FOUND_MAX = 32,
    BOOTLOADER_VENDOR = 0x2e8a, /* RP2040's boot ROM, data sheet 2.8.5.2 */
    BOOTLOADER_PRODUCT = 0x0003,
};

/* A full ring takes 0.3 s at full speed. */
static const int64_t DRAIN_NS = 3000000000;

struct usb_device {
    struct device device;
    libusb_context *context;
    libusb_device_handle *handle;
    struct usb_stream *stream;
    char serial[64]; /* of what was opened */
};

static struct usb_device *from(struct device *device)
{
    return (struct usb_device *)device;
}

/* ---- what is there ---- */

/* One that is plugged in: a wristband, or the boot ROM of one. */
struct found {
    libusb_device *usb; /* borrowed from the list */
    uint16_t version;   /* bcdDevice */
    bool bootloader;
    int number;      /* of opening: 0 or enum libusb_error */
    char serial[64]; /* "" if it cannot be opened */
};

static void read_serial(struct found *found, uint8_t index)
{
    libusb_device_handle *handle;
    found->number = libusb_open(found->usb, &handle);
    if (found->number != 0) {
        return;
    }
    int n = libusb_get_string_descriptor_ascii(
        handle, index, (unsigned char *)found->serial, sizeof(found->serial));
    if (n < 0) {
        found->number = n;
        found->serial[0] = '\0';
    }
    libusb_close(handle);
}

/* True if `usb` is one of ours; then `found` is filled in. */
static bool look_at(libusb_device *usb, struct found *found)
{
    struct libusb_device_descriptor d;
    if (libusb_get_device_descriptor(usb, &d) != 0) {
        return false;
    }
    bool wristband =
        d.idVendor == WIRE_VENDOR_ID && d.idProduct == WIRE_PRODUCT_ID;
    bool bootloader =
        d.idVendor == BOOTLOADER_VENDOR && d.idProduct == BOOTLOADER_PRODUCT;
    *found = (struct found){
        .usb = usb, .version = d.bcdDevice, .bootloader = bootloader};
    if (wristband) {
        read_serial(found, d.iSerialNumber);
    }
    return wristband || bootloader;
}

/* Looks at all that is plugged in; returns how many of ours, or a negative
 * enum libusb_error. *list goes back with libusb_free_device_list(.., 1).
 * libusb starts without complaint where there is no USB at all, but where there
 * is, it lists a root hub at least. */
static int look_around(libusb_context *context, libusb_device ***list,
                       struct found found[FOUND_MAX])
{
    ssize_t n = libusb_get_device_list(context, list);
    if (n < 0) {
        return (int)n;
    }
    if (n == 0) {
        libusb_free_device_list(*list, 1);
        return LIBUSB_ERROR_NOT_FOUND;
    }
    int count = 0;
    for (ssize_t i = 0; i < n && count < FOUND_MAX; i++) {
        if (look_at((*list)[i], &found[count])) {
            count++;
        }
    }
    return count;
}

/* A sentence for a wristband whose protocol is not ours; 0 if it is. */
static int check_version(const struct found *found, struct error *error)
{
    int version = found->version >> 8;
    if (version == WIRE_VERSION) {
        return 0;
    }
    return error_set(error, ERR_PROTOCOL,
                     "wristband %s speaks version %d of the protocol and this "
                     "carpus version %d; update %s",
                     found->serial, version, WIRE_VERSION,
                     version > WIRE_VERSION
                         ? "carpus"
                         : "the wristband's firmware: press its button twice, "
                           "then `carpus device update --volume DRIVE "
                           "carpus.uf2`");
}

static void where_text(libusb_device *usb, char *out, size_t size)
{
    uint8_t ports[DEPTH_MAX];
    int n = libusb_get_port_numbers(usb, ports, DEPTH_MAX);
    int used = snprintf(out, size, "usb %d", libusb_get_bus_number(usb));
    for (int i = 0; i < n && used > 0 && (size_t)used < size; i++) {
        used += snprintf(out + used, size - (size_t)used, "%c%d",
                         i == 0 ? '-' : '.', ports[i]);
    }
}

static void to_entry(const struct found *found, struct device_entry *out)
{
    *out = (struct device_entry){0};
    where_text(found->usb, out->where, sizeof(out->where));
    snprintf(out->id, sizeof(out->id), "%s",
             found->serial[0] != '\0' ? found->serial : "?");
    const char *what = "wristband";
    if (found->bootloader) {
        what = "a board in its boot ROM: it waits for firmware";
    } else if (found->number == LIBUSB_ERROR_ACCESS) {
        what = "no permission: the udev rule scripts/70-carpus.rules is not in "
               "place";
    } else if (found->number != 0) {
        what = libusb_strerror(found->number);
    } else if (check_version(found, NULL) < 0) {
        what = found->version >> 8 > WIRE_VERSION
                   ? "newer than this carpus: update carpus"
                   : "older than this carpus: update its firmware";
    } else {
        out->usable = true;
    }
    snprintf(out->what, sizeof(out->what), "%s", what);
}

/* `name`: of a device that is wanted, NULL for any. */
static int no_usb(struct error *error, const char *name, int number)
{
    return error_set(error, ERR_NO_DEVICE,
                     "%s%.64s%sthis computer has no USB that programs may use "
                     "(%s); --device virtual simulates a wristband",
                     name != NULL ? "no device '" : "",
                     name != NULL ? name : "", name != NULL ? "': " : "",
                     libusb_error_name(number));
}

static int usb_list(struct device_entry *out, size_t cap, size_t *count,
                    struct error *note)
{
    libusb_context *context;
    int number = libusb_init(&context);
    if (number != 0) {
        no_usb(note, NULL, number);
        return 0;
    }
    struct found found[FOUND_MAX] = {0};
    libusb_device **list;
    int n = look_around(context, &list, found);
    for (int i = 0; i < n && *count < cap; i++) {
        to_entry(&found[i], &out[*count]);
        (*count)++;
    }
    if (n < 0) {
        no_usb(note, NULL, n);
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

static bool is_any(const char *name)
{
    return name[0] == '\0' || strcmp(name, "usb") == 0;
}

/* Says why no wristband answers to `name`, given what is there. */
static int not_found(const struct found *found, int n, const char *name,
                     struct error *error)
{
    for (int i = 0; i < n; i++) {
        if (!found[i].bootloader && found[i].number != 0) {
            return usb_error(error, found[i].number,
                             "cannot open the wristband");
        }
    }
    for (int i = 0; i < n; i++) {
        if (found[i].bootloader) {
            return error_set(error, ERR_NO_DEVICE,
                             "the board that is there waits for firmware in "
                             "its boot ROM; copy carpus.uf2 to its drive");
        }
    }
    if (is_any(name)) {
        return error_set(error, ERR_NO_DEVICE,
                         "no wristband is plugged in; plug one in, or simulate "
                         "one with --device virtual");
    }
    return error_set(error, ERR_NO_DEVICE,
                     "no device '%.64s'; `carpus devices` lists what is there",
                     name);
}

/* Returns which one is meant by `name`, or an error. */
static int choose(const struct found *found, int n, const char *name,
                  struct error *error)
{
    int chosen = -1;
    for (int i = 0; i < n; i++) {
        const struct found *f = &found[i];
        if (f->bootloader || f->number != 0 ||
            !(is_any(name) || strcmp(name, f->serial) == 0)) {
            continue;
        }
        if (chosen >= 0) {
            return error_set(error, ERR_USAGE,
                             "there is more than one wristband; say which by "
                             "--device %s or --device %s",
                             found[chosen].serial, f->serial);
        }
        chosen = i;
    }
    if (chosen < 0) {
        return not_found(found, n, name, error);
    }
    int err = check_version(&found[chosen], error);
    return err < 0 ? err : chosen;
}

/* Opens the wristband called `name` and claims its interface. */
static int open_handle(struct usb_device *u, const char *name,
                       struct error *error)
{
    struct found found[FOUND_MAX] = {0};
    libusb_device **list;
    int n = look_around(u->context, &list, found);
    if (n < 0) {
        return no_usb(error, is_any(name) ? NULL : name, n);
    }
    int err = choose(found, n, name, error);
    if (err >= 0) {
        const struct found *chosen = &found[err];
        err = 0;
        snprintf(u->serial, sizeof(u->serial), "%s", chosen->serial);
        int number = libusb_open(chosen->usb, &u->handle);
        if (number == 0) {
            number = libusb_claim_interface(u->handle, 0);
        }
        if (number != 0) {
            err = usb_error(error, number, "cannot use wristband %s",
                            chosen->serial);
        }
    }
    libusb_free_device_list(list, 1);
    return err;
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
        return device_refused(setup, error);
    }
    if (n < 0) {
        return usb_error(error, n, "the wristband does not answer");
    }
    return n;
}

/* A recorder that crashed may have left the endpoint's data toggle anywhere. */
static int start_stream(struct usb_device *u, struct error *error)
{
    int n = libusb_clear_halt(u->handle, WIRE_BULK_IN);
    if (n != 0) {
        return usb_error(error, n, "cannot reset the wristband's stream");
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
        return no_usb(error, is_any(name) ? NULL : name, number);
    }
    int err = open_handle(u, name, error);
    return err < 0 ? err : start_stream(u, error);
}

static void disconnect(struct usb_device *u)
{
    usb_stream_free(u->stream);
    u->stream = NULL;
    if (u->handle != NULL) {
        /* Not claimed, or gone with the device: no harm. */
        (void)libusb_release_interface(u->handle, 0);
        libusb_close(u->handle);
        u->handle = NULL;
    }
    if (u->context != NULL) {
        libusb_exit(u->context);
        u->context = NULL;
    }
}

static void usb_close(struct device *device)
{
    disconnect(from(device));
    free(device);
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
    return usb_stream_read(from(device)->stream, out, size, timeout_ms, error);
}

/* Whatever keeps it from being opened may pass (udev has not yet given leave),
 * but for firmware that is another. */
static int usb_reopen(struct device *device, struct error *error)
{
    struct usb_device *u = from(device);
    char serial[sizeof(u->serial)];
    memcpy(serial, u->serial, sizeof(serial));
    disconnect(u);
    int err = connect(u, serial, error);
    if (err < 0) {
        disconnect(u);
        return err == ERR_PROTOCOL ? err : 0;
    }
    return 1;
}

static int64_t usb_now_ns(const struct device *device)
{
    (void)device;
    return monotonic_ns();
}

static int probe_once(struct device *device, struct recording_clock *out,
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

static int usb_probe(struct device *device, struct recording_clock *out,
                     struct error *error)
{
    struct recording_clock best = {.round_trip_ns = INT64_MAX};
    for (int i = 0; i < PROBES; i++) {
        struct recording_clock probe = {0};
        int err = probe_once(device, &probe, error);
        if (err < 0) {
            return err;
        }
        if (probe.round_trip_ns < best.round_trip_ns) {
            best = probe;
        }
    }
    *out = best;
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
