/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/sensor_option.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"

enum { VALUES_MAX = 8 };

static const struct {
    const char *option;
    size_t offset;
    uint16_t values[VALUES_MAX]; /* up to 0 */
} options[] = {
    {"--rate",
     offsetof(struct wire_config, rate_hz),
     {26, 52, 104, 208, 416, 833, 1667}},
    {"--accel-range", offsetof(struct wire_config, accel_g), {2, 4, 8, 16}},
    {"--gyro-range",
     offsetof(struct wire_config, gyro_dps),
     {250, 500, 1000, 2000}},
};

static int choose(const char *option, const char *text, const uint16_t *values,
                  uint16_t *out, struct error *error)
{
    double number = 0;
    int err = command_number(option, text, 0, UINT16_MAX, &number, error);
    if (err < 0) {
        return err;
    }
    char list[64] = "";
    size_t used = 0;
    for (size_t i = 0; values[i] != 0; i++) {
        if (number == values[i]) {
            *out = values[i];
            return 0;
        }
        used += (size_t)snprintf(list + used, sizeof(list) - used, " %d",
                                 values[i]);
    }
    return error_set(error, ERR_USAGE, "%s: '%s' is none of%s", option, text,
                     list);
}

int sensor_option(const char *option, const char *text,
                  struct wire_config *config, struct error *error)
{
    size_t i = 0;
    while (strcmp(options[i].option, option) != 0) {
        i++;
    }
    uint16_t value = 0;
    int err = choose(option, text, options[i].values, &value, error);
    if (err == 0) {
        memcpy((char *)config + options[i].offset, &value, sizeof(value));
    }
    return err;
}
