/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For code that is put between carpus and a library: which call is to fail.
 * CRASH_FAIL=n: the n-th; -n: every one from the n-th on. Calls are counted in
 * the file CRASH_COUNT (a uint64), those of child processes too.
 */
#ifndef TESTS_CRASH_FAIL_H
#define TESTS_CRASH_FAIL_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic uint64_t *fail_count;
static int64_t fail_at;

__attribute__((constructor)) static void fail_begin(void)
{
    const char *path = getenv("CRASH_COUNT");
    const char *fail = getenv("CRASH_FAIL");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *page = mmap(NULL, sizeof(*fail_count), PROT_READ | PROT_WRITE,
                      MAP_SHARED, fd, 0);
    fail_count = page != MAP_FAILED ? page : NULL;
    fail_at = fail != NULL ? strtoll(fail, NULL, 10) : 0;
    if (fd >= 0) {
        close(fd);
    }
    /* cppcheck-suppress memleak; for the life of the process */
}

static inline bool fail_now(void)
{
    if (fail_count == NULL) {
        return false;
    }
    int64_t n = (int64_t)atomic_fetch_add(fail_count, 1) + 1;
    return fail_at > 0 ? n == fail_at : fail_at < 0 && n >= -fail_at;
}

#endif
