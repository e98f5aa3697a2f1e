/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/usb_find.h"

#include <stdio.h>
#include <string.h>

#include "acquire/usb_error.h"
#include "firmware/core/wire.h"

enum {
    DEPTH_MAX = 7,              /* hubs in a row, USB 2.0 section 4.1.1 */
    BOOTLOADER_VENDOR = 0x2e8a, /* RP2040's boot ROM, data sheet 2.8.5.2 */
    BOOTLOADER_PRODUCT = 0x0003,
};

static void read_serial(struct usb_found *found, uint8_t index)
{
    libusb_device_handle *handle;
    found->call = "libusb_open";
    found->number = libusb_open(found->usb, &handle);
    if (found->number != 0) {
        return;
    }
    found->call = "libusb_get_string_descriptor_ascii";
    int n = libusb_get_string_descriptor_ascii(
        handle, index, (unsigned char *)found->serial, sizeof(found->serial));
    if (n < 0) {
        found->number = n;
        found->serial[0] = '\0';
    }
    libusb_close(handle);
}

/* True if `usb` is one of ours, or nobody knows; then `found` is filled in. */
static bool look_at(libusb_device *usb, struct usb_found *found)
{
    struct libusb_device_descriptor d;
    int number = libusb_get_device_descriptor(usb, &d);
    if (number != 0) {
        *found = (struct usb_found){.usb = usb,
                                    .number = number,
                                    .call = "libusb_get_device_descriptor"};
        return true;
    }
    bool wristband =
        d.idVendor == WIRE_VENDOR_ID && d.idProduct == WIRE_PRODUCT_ID;
    bool bootloader =
        d.idVendor == BOOTLOADER_VENDOR && d.idProduct == BOOTLOADER_PRODUCT;
    *found = (struct usb_found){
        .usb = usb, .version = d.bcdDevice, .bootloader = bootloader};
    if (wristband) {
        read_serial(found, d.iSerialNumber);
    }
    return wristband || bootloader;
}

/* libusb starts without complaint where there is no USB at all, but where there
 * is, it lists a root hub at least. */
int usb_find(libusb_context *context, libusb_device ***list,
             struct usb_found found[USB_FOUND_MAX])
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
    for (ssize_t i = 0; i < n && count < USB_FOUND_MAX; i++) {
        if (look_at((*list)[i], &found[count])) {
            count++;
        }
    }
    return count;
}

int usb_find_check_version(const struct usb_found *found, struct error *error)
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

void usb_find_entry(const struct usb_found *found, struct device_entry *out)
{
    *out = (struct device_entry){0};
    where_text(found->usb, out->where, sizeof(out->where));
    snprintf(out->id, sizeof(out->id), "%s",
             found->serial[0] != '\0' ? found->serial : "?");
    char failure[sizeof(out->what)];
    const char *what = "wristband";
    if (found->bootloader) {
        what = "a board in its boot ROM: it waits for firmware";
    } else if (found->number == LIBUSB_ERROR_ACCESS) {
        what = "no permission: the udev rule is not in place; `carpus doctor` "
               "says how to put it there";
    } else if (found->number != 0) {
        snprintf(failure, sizeof(failure), "%s (%s: %s)",
                 usb_error_text(found->number), found->call,
                 usb_error_name(found->number));
        what = failure;
    } else if (usb_find_check_version(found, NULL) < 0) {
        what = found->version >> 8 > WIRE_VERSION
                   ? "newer than this carpus: update carpus"
                   : "older than this carpus: update its firmware";
    } else {
        out->usable = true;
    }
    snprintf(out->what, sizeof(out->what), "%s", what);
}

int usb_find_nothing(struct error *error, const char *name, const char *call,
                     int number)
{
    return error_set(error, ERR_NO_DEVICE,
                     "%s%.64s%sthis computer has no USB that programs may use "
                     "(%s: %s); --device virtual simulates a wristband",
                     name != NULL ? "no device '" : "",
                     name != NULL ? name : "", name != NULL ? "': " : "", call,
                     usb_error_name(number));
}

bool usb_find_is_any(const char *name)
{
    return name[0] == '\0' || strcmp(name, "usb") == 0;
}

/* Says why no wristband answers to `name`, given what is there. */
static int not_found(const struct usb_found *found, int n, const char *name,
                     struct error *error)
{
    for (int i = 0; i < n; i++) {
        if (!found[i].bootloader && found[i].number != 0) {
            return usb_error(error, found[i].call, found[i].number,
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
    if (usb_find_is_any(name)) {
        return error_set(error, ERR_NO_DEVICE,
                         "no wristband is plugged in; plug one in, or simulate "
                         "one with --device virtual");
    }
    return error_set(error, ERR_NO_DEVICE,
                     "no device '%.64s'; `carpus devices` lists what is there",
                     name);
}

int usb_find_choose(const struct usb_found *found, int n, const char *name,
                    struct error *error)
{
    int chosen = -1;
    for (int i = 0; i < n; i++) {
        const struct usb_found *f = &found[i];
        if (f->bootloader || f->number != 0 ||
            !(usb_find_is_any(name) || strcmp(name, f->serial) == 0)) {
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
    return chosen < 0 ? not_found(found, n, name, error) : chosen;
}
