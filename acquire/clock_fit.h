/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From device clock to host clock through the probes of a recording, fitted
 * when it is read and stored nowhere.
 *
 * A probe is wrong by up to half its round trip, and now and then by far more
 * (the host was busy between two readings), so everything here is a median.
 * Its line is that of Theil (1950) and Sen (1968): the median of the slopes of
 * all pairs of up to 32 probes, each the best of its part of the session, which
 * a quarter of wrong ones does not move. Where no part of the probes lies
 * beside it by more than CLOCK_FIT_LINE_US, one line is the map. Where a part
 * does (a crystal warms on the wrist, the host's clock is slewed), each half of
 * the session gets its own line, and so on; they meet halfway.
 *
 * A stretch of lines ends where the clocks jump against each other, and where
 * there were no probes because the host slept: in between the map is straight.
 * The host's clock is the time line that several devices share, so a jump of it
 * is followed, not undone; it is CLOCK_BOOTTIME (clocks.h), which neither steps
 * nor stands still while the host sleeps. The map is continuous and strictly
 * rising whatever the probes say.
 *
 * Ownership: the caller's map; init allocates its knots (16 bytes a line),
 * deinit frees them. Threads: a map that is made may be read by several.
 */
#ifndef ACQUIRE_CLOCK_FIT_H
#define ACQUIRE_CLOCK_FIT_H

#include <stddef.h>
#include <stdint.h>

#include "acquire/clock_probes.h"
#include "acquire/recording.h"

enum {
    /* A round trip of 0.1 ms over less than this says nothing against a
     * crystal, which is good to some 50 ppm. */
    CLOCK_FIT_SPAN_S = 5,
    CLOCK_FIT_LINE_US = 100,
};

struct clock_knot {
    double device; /* [ns] from the first probe */
    double host;   /* likewise */
};

struct clock_map {
    int64_t device_ns;        /* of the first probe */
    int64_t host_ns;          /* host_monotonic_ns, likewise */
    double rate;              /* host nanoseconds per device nanosecond, mean */
    struct clock_knot *knots; /* that the lines lead from one to the next */
    size_t count;
    struct clock_fit fit; /* what `carpus info` says of it */
};

/* Fits. Where the probes say nothing (none, less than CLOCK_FIT_SPAN_S of them,
 * or a rate that no working clock has) the rate is 1 and fit.probes 0. Returns
 * 0 or ERR_NO_MEMORY. */
int clock_map_init(struct clock_map *map, const struct clock_probes *probes,
                   struct error *error);
void clock_map_deinit(struct clock_map *map);

/* Host time from map->host_ns for device time from map->device_ns [ns]. */
double clock_map_host(const struct clock_map *map, double device);

/* The host's monotonic clock at a reading of the device's [ns]; to a part of a
 * nanosecond, as far as a double goes. */
double clock_map_time(const struct clock_map *map, double device_ns);

/* The mean rate alone: host nanoseconds per device nanosecond. */
int clock_fit_rate(const struct clock_probes *probes, double *rate,
                   struct error *error);

#endif
