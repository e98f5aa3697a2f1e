/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests: what is asked of a wristband beside streaming (wire.h), as
 * functions. All but request_wait are short.
 *
 * Threads: one at a time. Errors: negative enum error_code with a sentence;
 * ERR_PROTOCOL where the wristband refuses.
 */
#ifndef ACQUIRE_REQUESTS_H
#define ACQUIRE_REQUESTS_H

#include "acquire/device.h"

/* An IN request, answered with `size` bytes; and an OUT request. */
int request_get(struct device *device, enum wire_request request, uint8_t *data,
                size_t size, struct error *error);
int request_put(struct device *device, enum wire_request request,
                uint16_t value, const uint8_t *data, size_t size,
                struct error *error);

/* Lets time go by for the device; what it streams is thrown away. */
int request_wait(struct device *device, int ms, struct error *error);

/* State of the log. */
int request_log(struct device *device, struct wire_log *out,
                struct error *error);

/* Waits until what was asked for is done. ERR_IO, with `what` ("to save ...")
 * in its sentence, if it did not succeed. */
int request_settle(struct device *device, const char *what,
                   struct error *error);

/* Looks record `number` up; ERR_NO_INPUT if it is not there. `calibration` may
 * be NULL. */
int request_record(struct device *device, uint32_t number,
                   struct wire_record *out,
                   struct wire_calibration *calibration, struct error *error);

/* Tells the wristband what time it is. */
int request_set_utc(struct device *device, struct error *error);

int request_config(struct device *device, struct wire_config *out,
                   struct error *error);
int request_logging(struct device *device, struct wire_logging *out,
                    struct error *error);
int request_image(struct device *device, struct wire_image *out,
                  struct error *error);

/* Of a wristband that knows none, it is zeros. */
int request_calibration(struct device *device, struct wire_calibration *out,
                        struct error *error);

#endif
