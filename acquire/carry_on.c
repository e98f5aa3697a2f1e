/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/carry_on.h"

#include <math.h>
#include <string.h>

#include "acquire/clock_probes.h"

void carry_on_init(struct carry_on *carry, double rate_nominal_hz)
{
    memset(carry, 0, sizeof(*carry));
    carry->nominal_ns = 1e9 / rate_nominal_hz;
}

bool carry_on_active(const struct carry_on *carry)
{
    return carry->place || carry->shift != 0 || carry->shift_ns != 0;
}

static double period_ns(const struct carry_on *carry)
{
    uint64_t samples = carry->last_index - carry->first_index;
    return samples == 0
               ? carry->nominal_ns
               : (double)(carry->last_ns - carry->first_ns) / (double)samples;
}

/* The index that a sample at `ns` has, counting on from the last frame. */
static uint64_t index_at(const struct carry_on *carry, int64_t ns)
{
    double passed = (double)(ns - carry->last_ns) / period_ns(carry);
    return carry->last_index +
           (uint64_t)fmax(nearbyint(passed), carry->last_count);
}

static void keep(struct carry_on *carry, const struct wire_frame *frame)
{
    if (frame->count == 0) {
        return;
    }
    if (carry->last_count == 0) {
        carry->first_index = frame->index;
        carry->first_ns = (int64_t)frame->device_ns;
    }
    carry->last_index = frame->index;
    carry->last_ns = (int64_t)frame->device_ns;
    carry->last_count = frame->count;
}

void carry_on_frame(struct carry_on *carry, struct wire_frame *frame)
{
    frame->device_ns += (uint64_t)carry->shift_ns;
    if (carry->place && carry->last_count > 0) {
        carry->shift =
            index_at(carry, (int64_t)frame->device_ns) - frame->index;
    }
    carry->place = false;
    frame->index += carry->shift;
    keep(carry, frame);
}

void carry_on_clock(struct carry_on *carry, struct recording_clock *clock)
{
    carry->read_ns = clock->device_ns;
    clock->device_ns += carry->shift_ns;
    if (!carry->has_clock || clock_probe_supersedes(clock, &carry->clock)) {
        carry->clock = *clock;
    }
    carry->has_clock = true;
}

void carry_on_restart(struct carry_on *carry)
{
    carry->place = true;
}

bool carry_on_back(struct carry_on *carry, const struct recording_clock *clock)
{
    if (!carry->has_clock) {
        return true;
    }
    int64_t read_ns = carry->read_ns;
    carry->read_ns = clock->device_ns;
    int64_t passed_ns =
        clock->host_monotonic_ns - carry->clock.host_monotonic_ns;
    int64_t expected_ns = carry->clock.device_ns + passed_ns;
    int64_t behind_ns = expected_ns - (clock->device_ns + carry->shift_ns);
    if (behind_ns < read_ns / 2) {
        return true;
    }
    carry->shift_ns = expected_ns - clock->device_ns;
    return false;
}
