/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clock probes of a recording, gathered for the fit (clock_fit.h). The device
 * is asked for its time in bursts, and of each burst the probe with the
 * shortest round trip says most: its error is at most half of that. All of them
 * are stored; only the best of each burst is held here, which is 10 MB for a
 * week instead of 80.
 *
 * Ownership: caller's storage, all zero is an empty one; deinit frees the
 * array. Threads: one at a time. Errors: negative enum error_code.
 */
#ifndef ACQUIRE_CLOCK_PROBES_H
#define ACQUIRE_CLOCK_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/recording.h"

struct clock_probes {
    struct recording_clock *best; /* of each burst, in order */
    size_t count;
    uint64_t total;              /* probes that were added */
    uint64_t faults;             /* of them go back in time, or have a negative
                                  * round trip */
    uint64_t first_fault;        /* its number, from 1 */
    struct recording_clock last; /* added */
};

/* Adds a probe. Returns 0 or ERR_NO_MEMORY. */
int clock_probes_add(struct clock_probes *probes,
                     const struct recording_clock *probe, struct error *error);
void clock_probes_deinit(struct clock_probes *probes);

/* True if `probe` takes the place of `best`: it begins another burst, or has a
 * shorter round trip. */
bool clock_probe_supersedes(const struct recording_clock *probe,
                            const struct recording_clock *best);

#endif
