/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a back-end of device.h gives: a table of functions, and an object that
 * begins with struct device. Only device*.c include this.
 */
#ifndef ACQUIRE_DEVICE_BACKEND_H
#define ACQUIRE_DEVICE_BACKEND_H

#include "acquire/device.h"

/* All functions as those of their name in device.h. */
struct device_backend {
    /* Appends to `out`, of which *count of `cap` are taken. */
    int (*list)(struct device_entry *out, size_t cap, size_t *count,
                struct error *note);
    /* True if a device of this name is this back-end's. */
    bool (*matches)(const char *name);
    int (*open)(const char *name, const char *simulate, struct device **out,
                struct error *error);
    void (*close)(struct device *device);
    int (*request)(struct device *device, const struct wire_setup *setup,
                   uint8_t *data, struct error *error);
    int (*read)(struct device *device, uint8_t *out, size_t size,
                int timeout_ms, struct error *error);
    int (*reopen)(struct device *device, struct error *error);
    int (*probe)(struct device *device, struct recording_clock *out,
                 struct error *error);
    int64_t (*now_ns)(const struct device *device);
    bool (*waits)(const struct device *device);
    int (*write_truth)(const struct device *device, const char *path,
                       struct error *error);
};

struct device {
    const struct device_backend *backend;
    struct wire_info info;     /* device.c asks for it after `open` */
    struct wire_config config; /* as last set */
};

/* The device has stalled `setup`: says so and returns ERR_PROTOCOL. */
int device_refused(const struct wire_setup *setup, struct error *error);

extern const struct device_backend device_virtual;
extern const struct device_backend device_usb;

#endif
