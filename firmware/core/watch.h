/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watch: says whether the band is moved. An accelerometer at rest reads its own
 * slow mean, whichever way it lies; motion is what is farther off than a
 * threshold, on any axis.
 *
 * Ownership: caller's storage. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_WATCH_H
#define FIRMWARE_CORE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/wire.h"

struct watch {
    int32_t mean[3];   /* [LSB], 2^shift times */
    int32_t threshold; /* [LSB] */
    uint32_t shift;    /* the mean's memory: 2^shift samples, about a second */
    uint32_t rate_hz;
    uint32_t still; /* samples since the last motion */
    bool begun;
};

/* Begins, for samples taken with `config`; `motion_mg` is what is motion. */
void watch_begin(struct watch *watch, const struct wire_config *config,
                 uint16_t motion_mg);

/* Takes a sample in; returns whether it is one of motion. */
bool watch_sample(struct watch *watch, const int16_t axes[6]);

/* For how long there has been none [s]. */
uint32_t watch_still_s(const struct watch *watch);

#endif
