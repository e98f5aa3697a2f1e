/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of a recording: places, sensors, causes of a gap. */
#include "acquire/recording.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const placements[PLACEMENTS] = {
    [PLACEMENT_OTHER] = "other",
    [PLACEMENT_LEFT_WRIST] = "left-wrist",
    [PLACEMENT_RIGHT_WRIST] = "right-wrist",
    [PLACEMENT_LEFT_ANKLE] = "left-ankle",
    [PLACEMENT_RIGHT_ANKLE] = "right-ankle",
};

const char *placement_name(enum placement placement)
{
    return placements[placement];
}

bool placement_parse(const char *text, enum placement *out)
{
    if (strcasecmp(text, "left") == 0 || strcasecmp(text, "right") == 0) {
        *out = strcasecmp(text, "left") == 0 ? PLACEMENT_LEFT_WRIST
                                             : PLACEMENT_RIGHT_WRIST;
        return true;
    }
    for (int i = 0; i < PLACEMENTS; i++) {
        if (strcasecmp(text, placements[i]) == 0) {
            *out = (enum placement)i;
            return true;
        }
    }
    return false;
}

void sensor_name(const char *serial, enum placement placement,
                 char out[SENSOR_NAME])
{
    bool placed = placement != PLACEMENT_OTHER;
    if (serial[0] == '\0') {
        serial = "one without a name";
    }
    snprintf(out, SENSOR_NAME, placed ? "%s (%s)" : "%s%s",
             placed ? placement_name(placement) : "", serial);
}

static const struct {
    uint32_t bit;
    const char *name;
} causes[] = {
    {GAP_FIFO, "fifo"},     {GAP_BUS, "bus"},   {GAP_DEVICE, "device"},
    {GAP_USB, "usb"},       {GAP_HOST, "host"}, {GAP_UNPLUGGED, "unplugged"},
    {GAP_SOURCE, "source"}, {GAP_LOG, "log"},
};

void gap_cause_text(uint32_t cause, char *out)
{
    enum { TEXT = 64 };
    out[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        if (cause & causes[i].bit) {
            int n = snprintf(out + used, TEXT - used, "%s%s",
                             used > 0 ? "+" : "", causes[i].name);
            used += (size_t)n;
        }
    }
    if (used == 0) {
        snprintf(out, TEXT, "unknown");
    }
}
