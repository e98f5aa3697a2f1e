/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's clocks and sleep, in nanoseconds.
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
    return clock_ns(CLOCK_MONOTONIC);
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
