/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The devices of a recording: those that the user named, opened and set up
 * together, or not at all. Each is another wristband, worn in another place.
 *
 * Ownership: caller's storage; record_devices_open is undone by
 * record_devices_close, also where it failed.
 * Errors: negative enum error_code with a sentence, which of several devices
 * says the one that it is about.
 */
#ifndef ACQUIRE_RECORD_DEVICES_H
#define ACQUIRE_RECORD_DEVICES_H

#include "acquire/device.h"
#include "acquire/recorder.h"

struct record_device {
    const char *name;     /* as device_open takes it; borrowed */
    const char *simulate; /* likewise; NULL: none */
    enum placement placement;
    struct device *device;
    struct recording_info info;
};

struct record_devices {
    size_t count;
    struct record_device device[RECORDER_DEVICES_MAX];
};

/* Refuses what cannot be meant: one device twice, two in one place, simulated
 * ones at different speeds or with one flash. */
int record_devices_check(const struct record_devices *devices,
                         struct error *error);

/* Opens all, sets them to `config` and finds out what they are; `common` has
 * what is the recording's (created_utc, participant, label, notes). */
int record_devices_open(struct record_devices *devices,
                        const struct wire_config *config,
                        const struct recording_info *common,
                        struct error *error);
void record_devices_close(struct record_devices *devices);

/* What a person calls it in short: "left", "right-ankle", or its serial. */
const char *record_device_nickname(const struct record_device *device);

#endif
