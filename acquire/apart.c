/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/apart.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "acquire/confine.h"
#include "acquire/interrupt.h"
#include "acquire/output.h"

/* Both processes have it in memory. */
struct area {
    atomic_bool done; /* all below is there */
    int code;
    struct error error;
    _Alignas(max_align_t) unsigned char result[];
};

_Noreturn static void work(const struct apart *apart, struct area *area,
                           pid_t parent)
{
    interrupt_ignore();
    confine_to_parent(parent, SIGKILL);
    area->code = apart->work(apart->context, area->result, &area->error);
#ifdef __SANITIZE_ADDRESS__
    __lsan_do_leak_check(); /* which _exit leaves out */
#endif
    atomic_store(&area->done, true);
    _exit(EXIT_SUCCESS);
}

/* Waits for the process, which is the only one that has the other end of
 * `pipe`. Returns false if it was cancelled. */
static bool wait_for(pid_t pid, int pipe, bool (*cancelled)(void), int *status)
{
    enum { SLICE_MS = 100 };
    struct pollfd end = {.fd = pipe};
    bool stopped = false;
    int got = 0;
    while (!stopped && (got == 0 || (got < 0 && errno == EINTR))) {
        got = poll(&end, 1, SLICE_MS);
        stopped = got <= 0 && cancelled != NULL && cancelled();
    }
    if (stopped) {
        kill(pid, SIGKILL);
    }
    while (waitpid(pid, status, 0) < 0 && errno == EINTR) {
    }
    return !stopped;
}

static int died(const struct apart *apart, int status, struct error *error)
{
    bool crashed = WIFSIGNALED(status);
    return error_set(error, ERR_IO,
                     "cannot write '%s': the HDF5 library crashed (%s %d), as "
                     "it does where it gets no memory; end other programs, and "
                     "try again",
                     apart->path, crashed ? "signal" : "status",
                     crashed ? WTERMSIG(status) : WEXITSTATUS(status));
}

static int take(const struct apart *apart, struct area *area, void *result,
                struct error *error)
{
    memcpy(result, area->result, apart->result_size);
    return area->code < 0 ? error_set(error, area->code, "%s", area->error.text)
                          : area->code;
}

/* The other process and what is needed when it ends: memory for it may not be
 * had any more. */
struct child {
    pid_t pid;
    int pipe;    /* of which it has the other end */
    DIR *folder; /* of what it writes; NULL: cannot be read */
    struct area *area;
};

static int conclude(const struct apart *apart, const struct child *child,
                    void *result, struct error *error)
{
    int status = 0;
    bool waited = wait_for(child->pid, child->pipe, apart->cancelled, &status);
    if (atomic_load(&child->area->done)) {
        return take(apart, child->area, result, error);
    }
    if (child->folder != NULL) {
        output_clear(child->folder, apart->path, child->pid);
    }
    return waited ? died(apart, status, error)
                  : error_set(error, ERR_STOPPED,
                              "stopped while '%s' was written", apart->path);
}

static int start(const struct apart *apart, struct child *child, void *result,
                 struct error *error)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return error_from_errno(error, errno, "cannot write '%s'", apart->path);
    }
    pid_t parent = getpid();
    child->pid = fork();
    if (child->pid == 0) {
        work(apart, child->area, parent);
    }
    int number = errno;
    child->pipe = ends[0];
    close(ends[1]);
    int err = child->pid > 0
                  ? conclude(apart, child, result, error)
                  : error_from_errno(error, number,
                                     "cannot start a process to write '%s'",
                                     apart->path);
    close(ends[0]);
    return err;
}

int apart_run(const struct apart *apart, void *result, struct error *error)
{
    size_t size = sizeof(struct area) + apart->result_size;
    struct child child = {.folder = output_folder(apart->path)};
    if (child.folder == NULL && errno == ENOMEM) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = 0;
    child.area = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (child.area == MAP_FAILED) {
        err = error_set(error, ERR_NO_MEMORY, "out of memory");
    } else {
        err = start(apart, &child, result, error);
        munmap(child.area, size);
    }
    if (child.folder != NULL) {
        closedir(child.folder);
    }
    return err;
}
