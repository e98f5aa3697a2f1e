/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/confine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#endif

static void limit(int resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0 && most < limit.rlim_max) {
        limit = (struct rlimit){.rlim_cur = most, .rlim_max = most};
        setrlimit(resource, &limit);
    }
}

void confine_to_parent(pid_t parent, int signal)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, signal);
#else
    (void)signal;
#endif
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
}

/* A sanitizer reserves terabytes of addresses for itself. */
#ifndef __SANITIZE_ADDRESS__
/* Addresses in use; 0 if the system does not tell. */
static size_t addresses(void)
{
    char text[64] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fgets(text, sizeof(text), file) == NULL) {
            text[0] = '\0';
        }
        fclose(file);
    }
    unsigned long pages = strtoul(text, NULL, 10); /* the first of seven */
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}
#endif

void confine_memory(size_t bytes)
{
    limit(RLIMIT_CORE, 0);
#ifdef __SANITIZE_ADDRESS__
    (void)bytes;
#else
    limit(RLIMIT_AS, addresses() + bytes);
#endif
}

void confine_processor(double seconds)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CPU, &limit) == 0) {
        double used = (double)clock() / CLOCKS_PER_SEC;
        limit.rlim_cur = (rlim_t)ceil(used + seconds);
        setrlimit(RLIMIT_CPU, &limit); /* refused above rlim_max */
    }
}

int confine_files(int fd)
{
    enum { KEPT = STDERR_FILENO + 1 };
    int nowhere = open("/dev/null", O_RDWR);
#ifdef __SANITIZE_ADDRESS__
    int last = STDOUT_FILENO;
#else
    int last = STDERR_FILENO;
#endif
    for (int standard = STDIN_FILENO; standard <= last; standard++) {
        dup2(nowhere, standard);
    }
    dup2(fd, KEPT);
    closefrom(KEPT + 1);
    return KEPT;
}

/* ---- system calls ---- */

#ifdef __linux__
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const int calls[] = {
    SCMP_SYS(read),        SCMP_SYS(pread64),         SCMP_SYS(readv),
    SCMP_SYS(preadv),      SCMP_SYS(write),           SCMP_SYS(lseek),
    SCMP_SYS(_llseek),     SCMP_SYS(fstat),           SCMP_SYS(fstat64),
    SCMP_SYS(newfstatat),  SCMP_SYS(fstatat64),       SCMP_SYS(statx),
    SCMP_SYS(close),       SCMP_SYS(flock),           SCMP_SYS(brk),
    SCMP_SYS(munmap),      SCMP_SYS(mremap),          SCMP_SYS(madvise),
    SCMP_SYS(futex),       SCMP_SYS(clock_gettime),   SCMP_SYS(gettimeofday),
    SCMP_SYS(getpid),      SCMP_SYS(gettid),          SCMP_SYS(getrlimit),
    SCMP_SYS(ugetrlimit),  SCMP_SYS(setrlimit),       SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),   SCMP_SYS(rt_sigprocmask),  SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield),     SCMP_SYS(exit),
    SCMP_SYS(exit_group),  SCMP_SYS(restart_syscall),
};

/* To find the file, which may be named by a link; and a filter is laid upon the
 * one before. */
static const int opening_calls[] = {
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(stat),
    SCMP_SYS(stat64),   SCMP_SYS(lstat),      SCMP_SYS(lstat64),
    SCMP_SYS(getcwd),   SCMP_SYS(prctl),      SCMP_SYS(seccomp),
};

/* Memory that can be run is not to be had. */
static const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};

enum { PROCESS = 0, FLAGS_OF_OPENAT = 2, PROTECTION = 2 /* arguments */ };

static void allow(scmp_filter_ctx filter, const int *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, numbers[i], 0);
    }
}

static void load(scmp_filter_ctx filter, bool opening)
{
    allow(filter, calls, COUNT(calls));
    for (size_t i = 0; i < COUNT(maps); i++) {
        seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, maps[i], 1,
            SCMP_CMP(PROTECTION, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    /* To end itself, and to set its own limits. */
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                     SCMP_CMP(PROCESS, SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                     SCMP_CMP(PROCESS, SCMP_CMP_EQ, 0));
    if (opening) {
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                         SCMP_CMP(FLAGS_OF_OPENAT, SCMP_CMP_MASKED_EQ,
                                  O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
        allow(filter, opening_calls, COUNT(opening_calls));
    }
    seccomp_load(filter);
}
#endif

void confine_calls(bool opening)
{
#ifdef __linux__
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter != NULL) {
        load(filter, opening);
        seccomp_release(filter);
    }
#else
    (void)opening;
#endif
}
