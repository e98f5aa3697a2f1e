/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a recording says of the wristband that it was made with: the same for
 * one that was streamed and for one that was logged.
 */
#ifndef ACQUIRE_DESCRIBE_H
#define ACQUIRE_DESCRIBE_H

#include <stddef.h>
#include <stdint.h>

#include "acquire/device.h"
#include "acquire/recording.h"

/* Fills `info` in: a new uuid, what the device is, ranges and scales of
 * `config`, `calibration` as text. Placement and the user's texts are left
 * empty, as is created_utc. */
int describe_device(const struct device *device,
                    const struct wire_config *config,
                    const struct wire_calibration *calibration,
                    struct recording_info *info, struct error *error);

/* "2026-11-21T08:15:02.123Z". */
void describe_utc(int64_t utc_ns, char *out, size_t size);

/* "none", or offsets, gains and when they were found. */
void describe_calibration(const struct wire_calibration *calibration, char *out,
                          size_t size);

#endif
