/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/clock_probes.h"

#include <math.h>
#include <stdlib.h>

/* Bursts last some 10 ms and come every two seconds. */
static const double BURST_NS = 5e8;

static bool other_burst(const struct recording_clock *probe,
                        const struct recording_clock *best)
{
    return fabs((double)probe->host_monotonic_ns -
                (double)best->host_monotonic_ns) > BURST_NS;
}

bool clock_probe_supersedes(const struct recording_clock *probe,
                            const struct recording_clock *best)
{
    return other_burst(probe, best) ||
           probe->round_trip_ns < best->round_trip_ns;
}

static bool at_fault(const struct clock_probes *probes,
                     const struct recording_clock *probe)
{
    const struct recording_clock *last = &probes->last;
    return probe->round_trip_ns < 0 ||
           (probes->total > 0 &&
            (probe->device_ns < last->device_ns ||
             probe->host_monotonic_ns < last->host_monotonic_ns));
}

/* Room doubles whenever it is a power of two that is full. */
static int make_room(struct clock_probes *probes, struct error *error)
{
    size_t n = probes->count;
    if ((n & (n - 1)) != 0) {
        return 0;
    }
    struct recording_clock *grown =
        realloc(probes->best, (n > 0 ? 2 * n : 1) * sizeof(*grown));
    if (grown == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    probes->best = grown;
    return 0;
}

int clock_probes_add(struct clock_probes *probes,
                     const struct recording_clock *probe, struct error *error)
{
    size_t n = probes->count;
    if (n == 0 || other_burst(probe, &probes->best[n - 1])) {
        int err = make_room(probes, error);
        if (err < 0) {
            return err;
        }
        probes->best[probes->count++] = *probe;
    } else if (clock_probe_supersedes(probe, &probes->best[n - 1])) {
        probes->best[n - 1] = *probe;
    }
    bool fault = at_fault(probes, probe);
    probes->last = *probe;
    probes->total++;
    probes->faults += fault;
    if (fault && probes->faults == 1) {
        probes->first_fault = probes->total;
    }
    return 0;
}

void clock_probes_deinit(struct clock_probes *probes)
{
    free(probes->best);
    *probes = (struct clock_probes){0};
}
