/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/device.h"

#include <string.h>

#include "acquire/device_backend.h"

/* The first whose `matches` says so opens a device; the last takes all. */
static const struct device_backend *const backends[] = {
    &device_virtual,
    &device_usb,
};

enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

static const char *const request_names[] = {
    [WIRE_REQUEST_INFO] = "to say what it is",
    [WIRE_REQUEST_STATUS] = "to tell its status",
    [WIRE_REQUEST_TIME] = "to tell its clock",
    [WIRE_REQUEST_GET_CONFIG] = "to tell its settings",
    [WIRE_REQUEST_SET_CONFIG] =
        "new settings (it takes none while it streams or logs)",
    [WIRE_REQUEST_START] = "to start (it does not while it logs)",
    [WIRE_REQUEST_STOP] = "to stop",
    [WIRE_REQUEST_IDENTIFY] = "to blink",
    [WIRE_REQUEST_SELFTEST] =
        "a self-test (it does none while it streams or logs)",
    [WIRE_REQUEST_RESULTS] = "the results of its self-test",
    [WIRE_REQUEST_SET_UTC] = "to take the time",
    [WIRE_REQUEST_IMAGE] = "to tell of its firmware",
    [WIRE_REQUEST_UPDATE] = "to go to its boot loader (not while it is busy)",
    [WIRE_REQUEST_PATTERN] = "a test pattern (not while it is busy)",
    [WIRE_REQUEST_SAVE] = "to keep settings: it has no flash",
    [WIRE_REQUEST_GET_CALIBRATION] = "to tell its calibration",
    [WIRE_REQUEST_SET_CALIBRATION] = "to keep a calibration: it has no flash",
    [WIRE_REQUEST_GET_LOGGING] = "to tell how it logs: it has no flash",
    [WIRE_REQUEST_SET_LOGGING] = "to keep how to log: it has no flash",
    [WIRE_REQUEST_LOG] = "to tell of its log: it has no flash",
    [WIRE_REQUEST_LOG_BEGIN] = "to log (not while it is busy)",
    [WIRE_REQUEST_LOG_END] = "to end its log: it has no flash",
    [WIRE_REQUEST_LOG_LOOK] = "to look into its log (not while it is busy)",
    [WIRE_REQUEST_RECORD] = "to tell of a record: it has no flash",
    [WIRE_REQUEST_LOG_READ] = "to send a record (not while it is busy)",
    [WIRE_REQUEST_LOG_ERASE] = "to erase its log (not while it is busy)",
    [WIRE_REQUEST_RECORD_CALIBRATION] = "to tell of a record",
};

int device_refused(const struct wire_setup *setup, struct error *error)
{
    size_t known = sizeof(request_names) / sizeof(request_names[0]);
    const char *name =
        setup->request < known ? request_names[setup->request] : NULL;
    return error_set(error, ERR_PROTOCOL, "the wristband refused %s",
                     name != NULL ? name : "a request that it does not know");
}

int device_list(struct device_entry *out, size_t cap, size_t *count,
                struct error *note)
{
    *count = 0;
    if (note != NULL) {
        *note = (struct error){0};
    }
    /* Backwards: what is real comes first. */
    for (size_t i = BACKENDS; i > 0; i--) {
        int err = backends[i - 1]->list(out, cap, count, note);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

static int read_info(struct device *device, struct error *error)
{
    uint8_t data[WIRE_INFO_SIZE];
    struct wire_setup setup = {
        .in = true, .request = WIRE_REQUEST_INFO, .length = WIRE_INFO_SIZE};
    int n = device_request(device, &setup, data, error);
    if (n < 0) {
        return n;
    }
    if (n != WIRE_INFO_SIZE || !wire_get_info(&device->info, data)) {
        return error_set(error, ERR_PROTOCOL,
                         "the wristband says what it is in a way that carpus "
                         "does not understand; update carpus");
    }
    return 0;
}

int device_open(const char *name, const char *simulate, struct device **out,
                struct error *error)
{
    size_t i = 0;
    while (i + 1 < BACKENDS && !backends[i]->matches(name)) {
        i++;
    }
    struct device *device;
    int err = backends[i]->open(name, simulate, &device, error);
    if (err < 0) {
        return err;
    }
    err = read_info(device, error);
    if (err < 0) {
        device_close(device);
        return err;
    }
    *out = device;
    return 0;
}

void device_close(struct device *device)
{
    if (device != NULL) {
        device->backend->close(device);
    }
}

bool device_is_virtual(const char *name)
{
    return device_virtual.matches(name);
}

void device_info(const struct device *device, struct wire_info *out)
{
    *out = device->info;
}

int device_request(struct device *device, const struct wire_setup *setup,
                   uint8_t *data, struct error *error)
{
    return device->backend->request(device, setup, data, error);
}

int device_configure(struct device *device, const struct wire_config *config,
                     struct error *error)
{
    uint8_t data[WIRE_CONFIG_SIZE];
    struct wire_setup setup = {.request = WIRE_REQUEST_SET_CONFIG,
                               .length = WIRE_CONFIG_SIZE};
    struct wire_config check;
    wire_put_config(data, config);
    if (!wire_get_config(&check, data)) {
        return error_set(error, ERR_USAGE,
                         "the sensor cannot do %u Hz, %u g, %u deg/s; rates "
                         "are 26, 52, 104, 208, 416, 833, 1667 Hz, ranges 2, "
                         "4, 8, 16 g and 250, 500, 1000, 2000 deg/s",
                         config->rate_hz, config->accel_g, config->gyro_dps);
    }
    int n = device_request(device, &setup, data, error);
    if (n < 0) {
        return n;
    }
    device->config = *config;
    return 0;
}

static int command(struct device *device, uint8_t request, struct error *error)
{
    struct wire_setup setup = {.request = request};
    uint8_t none[1];
    int n = device_request(device, &setup, none, error);
    return n < 0 ? n : 0;
}

int device_start(struct device *device, struct error *error)
{
    return command(device, WIRE_REQUEST_START, error);
}

int device_stop(struct device *device, struct error *error)
{
    return command(device, WIRE_REQUEST_STOP, error);
}

int device_status(struct device *device, struct wire_status *out,
                  struct error *error)
{
    uint8_t data[WIRE_STATUS_SIZE];
    struct wire_setup setup = {
        .in = true, .request = WIRE_REQUEST_STATUS, .length = WIRE_STATUS_SIZE};
    int n = device_request(device, &setup, data, error);
    if (n < 0) {
        return n;
    }
    if (n != WIRE_STATUS_SIZE || !wire_get_status(out, data)) {
        return error_set(error, ERR_PROTOCOL,
                         "the wristband's status makes no sense; update carpus "
                         "or the wristband");
    }
    return 0;
}

int device_read(struct device *device, uint8_t *out, size_t size,
                int timeout_ms, struct error *error)
{
    return device->backend->read(device, out, size, timeout_ms, error);
}

int device_reopen(struct device *device, struct error *error)
{
    return device->backend->reopen(device, error);
}

int device_restart(struct device *device, struct error *error)
{
    int err = device_configure(device, &device->config, error);
    return err < 0 ? err : device_start(device, error);
}

int device_probe(struct device *device, struct recording_clock *out,
                 struct error *error)
{
    return device->backend->probe(device, out, error);
}

int64_t device_now_ns(const struct device *device)
{
    return device->backend->now_ns(device);
}

bool device_waits(const struct device *device)
{
    return device->backend->waits(device);
}

int device_write_truth(const struct device *device, const char *path,
                       struct error *error)
{
    return device->backend->write_truth(device, path, error);
}
