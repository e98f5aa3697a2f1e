/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/usb/fast_clock.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

/* The linker's --wrap gives these names. NOLINTBEGIN */
int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __real_nanosleep(const struct timespec *time, struct timespec *left);
int __real_poll(struct pollfd *files, nfds_t count, int timeout_ms);
int __real_pthread_cond_timedwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex,
                                  const struct timespec *end);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_poll(struct pollfd *files, nfds_t count, int timeout_ms);
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex,
                                  const struct timespec *end);

static int64_t to_ns(const struct timespec *time)
{
    return time->tv_sec * NS_PER_S + time->tv_nsec;
}

static struct timespec to_time(int64_t ns)
{
    return (struct timespec){ns / NS_PER_S, ns % NS_PER_S};
}

/* Where nobody has looked for longer than this, the computer was busy with
 * something else, and no more than this has passed. */
static const int64_t STEP_NS = 2000000;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of these two */
static int64_t looked_ns;                                /* 0: never yet */
static int64_t ahead_ns; /* of the true clocks; may be negative */

int __wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
    struct timespec now;
    pthread_mutex_lock(&lock);
    int failed = __real_clock_gettime(clock, out);
    __real_clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t passed_ns = looked_ns == 0 ? 0 : to_ns(&now) - looked_ns;
    int64_t counted_ns = passed_ns < STEP_NS ? passed_ns : STEP_NS;
    looked_ns = to_ns(&now);
    ahead_ns += counted_ns * FAST_CLOCK - passed_ns;
    if (failed == 0) {
        *out = to_time(to_ns(out) + ahead_ns);
    }
    pthread_mutex_unlock(&lock);
    return failed;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    const struct timespec real = to_time(to_ns(time) / FAST_CLOCK);
    return __real_nanosleep(&real, left);
}

int __wrap_poll(struct pollfd *files, nfds_t count, int timeout_ms)
{
    return __real_poll(files, count, timeout_ms / FAST_CLOCK);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex,
                                  const struct timespec *end)
{
    struct timespec now;
    struct timespec real;
    __wrap_clock_gettime(CLOCK_MONOTONIC, &now);
    __real_clock_gettime(CLOCK_MONOTONIC, &real);
    int64_t left_ns = to_ns(end) > to_ns(&now) ? to_ns(end) - to_ns(&now) : 0;
    real = to_time(to_ns(&real) + left_ns / FAST_CLOCK);
    return __real_pthread_cond_timedwait(condition, mutex, &real);
}
/* NOLINTEND */
