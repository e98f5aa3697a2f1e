/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line from device clock to host clock through the probes of a recording.
 * A probe is wrong by up to half its round trip, and now and then by far more
 * (the host was busy between two readings), so the line is a robust one: of
 * each of up to 128 equal stretches of the session the probe with the shortest
 * round trip, and through those the median of all pairwise slopes (Theil 1950,
 * Sen 1968), which a quarter of wrong points does not move.
 */
#ifndef ACQUIRE_CLOCK_FIT_H
#define ACQUIRE_CLOCK_FIT_H

#include <stddef.h>

#include "acquire/recording.h"

/* Returns host nanoseconds per device nanosecond, and what the probes say in
 * `out`. 1, with out->probes 0, where they say nothing: fewer than two, less
 * than CLOCK_FIT_SPAN_S apart, or a rate that no working clock has. */
double clock_fit(const struct recording_clock *probes, size_t n,
                 struct clock_fit *out);

/* A round trip of 0.1 ms over less than this says nothing against a crystal,
 * which is good to some 50 ppm. */
enum { CLOCK_FIT_SPAN_S = 5 };

#endif
