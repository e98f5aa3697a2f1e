/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's clocks and sleep, in nanoseconds.
 *
 * Times are compared by CLOCK_BOOTTIME where there is one. Like CLOCK_MONOTONIC
 * it is not stepped when the host's time is set right, only slewed, so that its
 * rate is that of UTC; but it goes on while the host sleeps, as a wristband
 * does. By CLOCK_MONOTONIC a wristband would seem to have been ahead by the
 * whole sleep afterwards, or to have lost power. CLOCK_MONOTONIC_RAW neither
 * goes on nor has UTC's rate.
 */
#ifndef ACQUIRE_CLOCKS_H
#define ACQUIRE_CLOCKS_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t monotonic_ns(void)
{
#ifdef CLOCK_BOOTTIME
    return clock_ns(CLOCK_BOOTTIME);
#else
    return clock_ns(CLOCK_MONOTONIC);
#endif
}

static inline int64_t utc_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

/* A signal may end it early. */
static inline void sleep_ns(int64_t ns)
{
    struct timespec time = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    nanosleep(&time, NULL);
}

#endif
