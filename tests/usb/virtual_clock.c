/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/usb/virtual_clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define EPOCH_NS (1700000000 * NS_PER_S) /* UTC when the clock began */

/* The linker's --wrap gives these names. NOLINTBEGIN */
int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __real_poll(struct pollfd *files, nfds_t count, int timeout_ms);
int __real_pthread_create(pthread_t *out, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);
int __real_pthread_join(pthread_t id, void **out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_poll(struct pollfd *files, nfds_t count, int timeout_ms);
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex,
                                  const struct timespec *end);
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument);
int __wrap_pthread_join(pthread_t id, void **out);
/* NOLINTEND */

/* A thread that waits, for what `on` points to or until a time. */
struct waiter {
    const void *on;
    int64_t end_ns;
    bool woken;
    bool late; /* woken because it is time */
    pthread_cond_t turn;
    struct waiter *next;
};

struct thread {
    pthread_t id;
    void *(*run)(void *);
    void *argument;
    bool ended;
    struct thread *next;
};

static _Atomic int64_t now_ns = NS_PER_S;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static int running = 1;
static struct waiter *waiters;
static struct thread *threads;

static void wake(struct waiter *waiter)
{
    waiter->woken = true;
    running++;
    pthread_cond_signal(&waiter->turn);
}

static void wake_all_on(const void *on)
{
    for (struct waiter *w = waiters; w != NULL; w = w->next) {
        if (w->on == on && !w->woken) {
            wake(w);
        }
    }
}

/* Nobody runs: leaps to the end of the shortest wait. */
static void leap(void)
{
    int64_t end_ns = INT64_MAX;
    for (const struct waiter *w = waiters; w != NULL; w = w->next) {
        end_ns = w->end_ns < end_ns ? w->end_ns : end_ns;
    }
    if (end_ns == INT64_MAX) {
        fputs("FAILED all threads wait without end\n", stderr);
        abort();
    }
    if (end_ns > now_ns) {
        now_ns = end_ns;
    }
    for (struct waiter *w = waiters; w != NULL; w = w->next) {
        if (w->end_ns <= now_ns) {
            w->late = true;
            wake(w);
        }
    }
}

static void one_less_runs(void)
{
    running--;
    if (running == 0) {
        leap();
    }
}

static void forget(const struct waiter *waiter)
{
    struct waiter **at = &waiters;
    while (*at != waiter) {
        at = &(*at)->next;
    }
    *at = waiter->next;
}

/* Waits, with `lock` held. As for a condition, `mutex` (NULL: none) is let go
 * meanwhile. Returns false once `end_ns` has come. */
static bool wait_on(const void *on, int64_t end_ns, pthread_mutex_t *mutex)
{
    struct waiter waiter = {.on = on,
                            .end_ns = end_ns,
                            .turn = PTHREAD_COND_INITIALIZER,
                            .next = waiters};
    waiters = &waiter;
    if (mutex != NULL) {
        pthread_mutex_unlock(mutex);
    }
    one_less_runs();
    while (!waiter.woken) {
        pthread_cond_wait(&waiter.turn, &lock);
    }
    forget(&waiter);
    return !waiter.late;
}

static int64_t to_ns(const struct timespec *time)
{
    return time->tv_sec * NS_PER_S + time->tv_nsec;
}

static void sleep_for(int64_t ns)
{
    pthread_mutex_lock(&lock);
    (void)wait_on(NULL, now_ns + ns, NULL);
    pthread_mutex_unlock(&lock);
}

static void *run_thread(void *argument)
{
    struct thread *thread = argument;
    void *result = thread->run(thread->argument);
    pthread_mutex_lock(&lock);
    thread->ended = true;
    wake_all_on(thread);
    one_less_runs();
    pthread_mutex_unlock(&lock);
    return result;
}

static struct thread *take_thread(pthread_t id)
{
    struct thread **at = &threads;
    while (pthread_equal((*at)->id, id) == 0) {
        at = &(*at)->next;
    }
    struct thread *thread = *at;
    *at = thread->next;
    return thread;
}

/* The linker's names again. NOLINTBEGIN */
int __wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
    if (clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_PROCESS_CPUTIME_ID) {
        return __real_clock_gettime(clock, out);
    }
    int64_t ns = atomic_fetch_add_explicit(&now_ns, VIRTUAL_CLOCK_LOOK_NS,
                                           memory_order_relaxed);
    ns += clock == CLOCK_REALTIME ? EPOCH_NS : 0;
    *out = (struct timespec){ns / NS_PER_S, ns % NS_PER_S};
    return 0;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)left;
    sleep_for(to_ns(time));
    return 0;
}

int __wrap_poll(struct pollfd *files, nfds_t count, int timeout_ms)
{
    sleep_for(timeout_ms * NS_PER_MS);
    return __real_poll(files, count, 0);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex,
                                  const struct timespec *end)
{
    pthread_mutex_lock(&lock);
    bool in_time = wait_on(condition, to_ns(end), mutex);
    pthread_mutex_unlock(&lock);
    pthread_mutex_lock(mutex);
    return in_time ? 0 : ETIMEDOUT;
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *condition)
{
    pthread_mutex_lock(&lock);
    wake_all_on(condition);
    pthread_mutex_unlock(&lock);
    return 0;
}

int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *argument)
{
    struct thread *thread = calloc(1, sizeof(*thread));
    if (thread == NULL) {
        return ENOMEM;
    }
    thread->run = run;
    thread->argument = argument;
    pthread_mutex_lock(&lock);
    int failed =
        __real_pthread_create(&thread->id, attributes, run_thread, thread);
    if (failed == 0) {
        *out = thread->id;
        running++;
        thread->next = threads;
        threads = thread;
    } else {
        free(thread);
    }
    pthread_mutex_unlock(&lock);
    return failed;
}

int __wrap_pthread_join(pthread_t id, void **out)
{
    pthread_mutex_lock(&lock);
    struct thread *thread = take_thread(id);
    if (!thread->ended) {
        (void)wait_on(thread, INT64_MAX, NULL);
    }
    pthread_mutex_unlock(&lock);
    int failed = __real_pthread_join(id, out);
    free(thread);
    return failed;
}
/* NOLINTEND */
