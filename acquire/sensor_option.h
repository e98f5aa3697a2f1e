/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options that say how the sensor measures: --rate, --accel-range,
 * --gyro-range.
 */
#ifndef ACQUIRE_SENSOR_OPTION_H
#define ACQUIRE_SENSOR_OPTION_H

#include "acquire/error.h"
#include "firmware/core/wire.h"

/* Sets what `option` is about to `text`; ERR_USAGE with a sentence that lists
 * what there is. */
int sensor_option(const char *option, const char *text,
                  struct wire_config *config, struct error *error);

#endif
