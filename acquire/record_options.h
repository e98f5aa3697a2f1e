/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `carpus record` is told on its command line.
 *
 * Ownership: caller's storage, zeroed but for `error`; texts are borrowed from
 * argv.
 */
#ifndef ACQUIRE_RECORD_OPTIONS_H
#define ACQUIRE_RECORD_OPTIONS_H

#include <stdbool.h>

#include "acquire/error.h"
#include "acquire/record_devices.h"
#include "acquire/record_guide.h"
#include "acquire/record_name.h"
#include "firmware/core/wire.h"

struct record_options {
    struct record_name name;
    struct record_devices devices;
    struct record_device any; /* what was said before the first --device */
    struct record_guide_request guide; /* programme NULL: none */
    const char *events;
    const char *truth;
    const char *participant;
    const char *label;
    const char *notes;
    double for_s;
    struct wire_config config;
    bool quiet;
    bool json;
    struct error *error;
    int err; /* of the first option that was wrong */
};

int record_options_parse(int argc, char **argv, struct record_options *options);

#endif
