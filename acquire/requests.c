/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/requests.h"

#include <string.h>

#include "acquire/clocks.h"
#include "firmware/core/bytes.h"

enum {
    SETTLE_STEP_MS = 10,
    SETTLE_STEPS = 500, /* 5 s; an erase takes 0.1 s */
};

int request_get(struct device *device, enum wire_request request, uint8_t *data,
                size_t size, struct error *error)
{
    const struct wire_setup setup = {
        .in = true, .request = (uint8_t)request, .length = (uint16_t)size};
    int n = device_request(device, &setup, data, error);
    if (n < 0) {
        return n;
    }
    return (size_t)n == size
               ? 0
               : error_set(error, ERR_PROTOCOL,
                           "the wristband's answer makes no sense; update "
                           "carpus or the wristband");
}

int request_put(struct device *device, enum wire_request request,
                uint16_t value, const uint8_t *data, size_t size,
                struct error *error)
{
    const struct wire_setup setup = {
        .request = (uint8_t)request, .value = value, .length = (uint16_t)size};
    uint8_t copy[64] = {0};
    if (size > 0) {
        memcpy(copy, data, size);
    }
    int n = device_request(device, &setup, copy, error);
    return n < 0 ? n : 0;
}

/* An answer whose values cannot be. */
static int senseless(struct error *error)
{
    return error_set(error, ERR_PROTOCOL,
                     "the wristband tells values that cannot be; update carpus "
                     "or the wristband");
}

int request_wait(struct device *device, int ms, struct error *error)
{
    uint8_t thrown_away[4 * WIRE_FRAME_MAX];
    int64_t end_ns = device_now_ns(device) + ms * INT64_C(1000000);
    int n = 0;
    while (n >= 0 && device_now_ns(device) < end_ns) {
        n = device_read(device, thrown_away, sizeof(thrown_away),
                        SETTLE_STEP_MS, error);
    }
    return n < 0 ? n : 0;
}

int request_log(struct device *device, struct wire_log *out,
                struct error *error)
{
    uint8_t data[WIRE_LOG_SIZE];
    int err = request_get(device, WIRE_REQUEST_LOG, data, sizeof(data), error);
    if (err < 0) {
        return err;
    }
    return wire_get_log(out, data) ? 0 : senseless(error);
}

int request_settle(struct device *device, const char *what, struct error *error)
{
    for (int step = 0; step < SETTLE_STEPS; step++) {
        struct wire_log log;
        int err = request_log(device, &log, error);
        if (err < 0) {
            return err;
        }
        if (!log.busy) {
            return log.failed ? error_set(error, ERR_IO,
                                          "the wristband failed %s; "
                                          "`carpus device selftest` tells more",
                                          what)
                              : 0;
        }
        err = request_wait(device, SETTLE_STEP_MS, error);
        if (err < 0) {
            return err;
        }
    }
    return error_set(error, ERR_IO, "the wristband takes too long %s", what);
}

int request_record(struct device *device, uint32_t number,
                   struct wire_record *out,
                   struct wire_calibration *calibration, struct error *error)
{
    uint8_t data[64];
    put_u32(data, number);
    int err = request_put(device, WIRE_REQUEST_LOG_LOOK, 0, data,
                          WIRE_NUMBER_SIZE, error);
    if (err == 0) {
        err = request_settle(device, "to look a record up", NULL);
    }
    if (err < 0 && err != ERR_IO) {
        return err;
    }
    err =
        request_get(device, WIRE_REQUEST_RECORD, data, WIRE_RECORD_SIZE, error);
    if (err == 0 && !wire_get_record(out, data)) {
        err = senseless(error);
    }
    if (err == 0 && out->number != number) {
        err = error_set(error, ERR_NO_INPUT,
                        "the wristband has no record %u; `carpus device log "
                        "list` lists what it has",
                        number);
    }
    if (err < 0 || calibration == NULL) {
        return err;
    }
    err = request_get(device, WIRE_REQUEST_RECORD_CALIBRATION, data,
                      WIRE_CALIBRATION_SIZE, error);
    if (err == 0 && !wire_get_calibration(calibration, data)) {
        err = senseless(error);
    }
    return err;
}

int request_set_utc(struct device *device, struct error *error)
{
    uint8_t data[WIRE_UTC_SIZE];
    put_u64(data, (uint64_t)utc_ns());
    return request_put(device, WIRE_REQUEST_SET_UTC, 0, data, sizeof(data),
                       error);
}

int request_config(struct device *device, struct wire_config *out,
                   struct error *error)
{
    uint8_t data[WIRE_CONFIG_SIZE];
    int err =
        request_get(device, WIRE_REQUEST_GET_CONFIG, data, sizeof(data), error);
    if (err < 0) {
        return err;
    }
    return wire_get_config(out, data) ? 0 : senseless(error);
}

int request_logging(struct device *device, struct wire_logging *out,
                    struct error *error)
{
    uint8_t data[WIRE_LOGGING_SIZE];
    int err = request_get(device, WIRE_REQUEST_GET_LOGGING, data, sizeof(data),
                          error);
    if (err < 0) {
        return err;
    }
    return wire_get_logging(out, data) ? 0 : senseless(error);
}

int request_image(struct device *device, struct wire_image *out,
                  struct error *error)
{
    uint8_t data[WIRE_IMAGE_SIZE];
    int err =
        request_get(device, WIRE_REQUEST_IMAGE, data, sizeof(data), error);
    if (err < 0) {
        return err;
    }
    return wire_get_image(out, data) ? 0 : senseless(error);
}

int request_calibration(struct device *device, struct wire_calibration *out,
                        struct error *error)
{
    uint8_t data[WIRE_CALIBRATION_SIZE];
    int err = request_get(device, WIRE_REQUEST_GET_CALIBRATION, data,
                          sizeof(data), error);
    if (err == ERR_PROTOCOL) {
        *out = (struct wire_calibration){0};
        return 0;
    }
    if (err < 0) {
        return err;
    }
    return wire_get_calibration(out, data) ? 0 : senseless(error);
}
