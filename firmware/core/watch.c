/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/watch.h"

#include <string.h>

enum { UG_PER_MG = 1000 };

void watch_begin(struct watch *watch, const struct wire_config *config,
                 uint16_t motion_mg)
{
    memset(watch, 0, sizeof *watch);
    watch->rate_hz = config->rate_hz;
    watch->threshold = (int32_t)(motion_mg * (uint32_t)UG_PER_MG /
                                 wire_accel_ug_per_lsb(config->accel_g));
    while (1U << watch->shift < watch->rate_hz) {
        watch->shift++;
    }
}

bool watch_sample(struct watch *watch, const int16_t axes[6])
{
    bool moved = false;

    for (int axis = 0; axis < 3; axis++) {
        int32_t *mean = &watch->mean[axis];
        if (!watch->begun) {
            *mean = axes[axis] * (1 << watch->shift);
        }
        int32_t off = axes[axis] - *mean / (1 << watch->shift);
        moved = moved || off > watch->threshold || off < -watch->threshold;
        *mean += off;
    }
    watch->begun = true;
    watch->still = moved ? 0 : watch->still + 1;
    return moved;
}

uint32_t watch_still_s(const struct watch *watch)
{
    return watch->still / watch->rate_hz;
}
