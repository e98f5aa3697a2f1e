/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "tests/crash/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/clocks.h"

/* Which argument is what; -1: it has none. */
struct trapped {
    int number;
    enum call_kind kind;
    int fd;
    int path;
    int other;
    int memory;
    int size;
    int offset;
    int flags;
};

static const struct trapped table[] = {
    /* number, kind, fd, path, other, memory, size, offset, flags */
    {SYS_openat, CALL_OPEN, -1, 1, -1, -1, -1, -1, 2},
    {SYS_read, CALL_READ, 0, -1, -1, 1, 2, -1, -1},
    {SYS_pread64, CALL_READ, 0, -1, -1, 1, 2, 3, -1},
    {SYS_write, CALL_WRITE, 0, -1, -1, 1, 2, -1, -1},
    {SYS_pwrite64, CALL_WRITE, 0, -1, -1, 1, 2, 3, -1},
    {SYS_fsync, CALL_SYNC, 0, -1, -1, -1, -1, -1, -1},
    {SYS_fdatasync, CALL_SYNC, 0, -1, -1, -1, -1, -1, -1},
    {SYS_ftruncate, CALL_SPACE, 0, -1, -1, -1, -1, 1, -1},
    {SYS_fallocate, CALL_SPACE, 0, -1, -1, -1, 3, 2, 1},
    {SYS_renameat, CALL_NAME, -1, 1, 3, -1, -1, -1, -1},
    {SYS_renameat2, CALL_NAME, -1, 1, 3, -1, -1, -1, -1},
    {SYS_linkat, CALL_NAME, -1, 1, 3, -1, -1, -1, -1},
    {SYS_unlinkat, CALL_NAME, -1, 1, -1, -1, -1, -1, -1},
#ifdef SYS_open /* not on newer machines */
    {SYS_open, CALL_OPEN, -1, 0, -1, -1, -1, -1, 1},
    {SYS_creat, CALL_OPEN, -1, 0, -1, -1, -1, -1, -1},
    {SYS_rename, CALL_NAME, -1, 0, 1, -1, -1, -1, -1},
    {SYS_link, CALL_NAME, -1, 0, 1, -1, -1, -1, -1},
    {SYS_unlink, CALL_NAME, -1, 0, -1, -1, -1, -1, -1},
#endif
    {SYS_close, CALL_CLOSE, 0, -1, -1, -1, -1, -1, -1},
    {SYS_mmap, CALL_MAP, -1, -1, -1, -1, 1, -1, -1},
    /* Nobody here uses these; the trap says so if that changes. */
    {SYS_writev, CALL_WRITE, 0, -1, -1, -1, -1, -1, -1},
    {SYS_pwritev, CALL_WRITE, 0, -1, -1, -1, -1, -1, -1},
};

enum { TRAPPED = sizeof(table) / sizeof(table[0]) };

const char *call_kind_name(enum call_kind kind)
{
    static const char *const names[CALL_KINDS] = {
        "open", "read", "write", "sync", "space", "name", "close", "mmap"};
    return names[kind];
}

bool call_data(const struct call *call, void *out)
{
    struct iovec here = {out, call->size};
    struct iovec there = {(void *)(uintptr_t)call->memory, call->size};
    return process_vm_readv(call->pid, &here, 1, &there, 1, 0) ==
           (ssize_t)call->size;
}

/* Linux 6.6: who waits for an answer is woken on the processor of who gives
 * it, which halves the time. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/* ---- the program's side ---- */

static int install_filter(unsigned kinds)
{
    struct sock_filter filter[2 * TRAPPED + 2];
    size_t n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < TRAPPED; i++) {
        if ((kinds & 1U << table[i].kind) != 0) {
            filter[n++] = (struct sock_filter)BPF_JUMP(
                BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)table[i].number, 0, 1);
            filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                                                       SECCOMP_RET_USER_NOTIF);
        }
    }
    filter[n++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)n, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return -1;
    }
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                        SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* A file descriptor through a socket. */
union passed {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

static bool send_listener(int socket, int fd)
{
    char byte = 0;
    struct iovec data = {&byte, 1};
    union passed control;
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
    return sendmsg(socket, &message, 0) == 1;
}

static int receive_listener(int socket)
{
    char byte;
    int fd = -1;
    struct iovec data = {&byte, 1};
    union passed control;
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 &&
        CMSG_FIRSTHDR(&message) != NULL) {
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    }
    return fd;
}

static void redirect(const char *path, int flags, int to)
{
    int fd = open(path, flags, 0666);
    if (fd >= 0) {
        dup2(fd, to);
        close(fd);
    }
}

static void become_program(const struct supervise *run, int socket)
{
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(run->errors != NULL ? run->errors : "/dev/null",
             O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    if (chdir(run->folder) != 0) {
        _exit(127);
    }
    redirect("stdout", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    for (size_t i = 0; run->environment != NULL && run->environment[i]; i++) {
        putenv((char *)(uintptr_t)run->environment[i]);
    }
    int listener = install_filter(run->kinds);
    if (listener >= 0 && send_listener(socket, listener)) {
        execv(run->argv[0], run->argv);
    }
    _exit(127);
}

/* ---- the supervisor's side ---- */

struct supervisor {
    const struct supervise *run;
    int listener;
    bool begun; /* the folder has been used */
};

static const struct trapped *find(int number)
{
    for (size_t i = 0; i < TRAPPED; i++) {
        if (table[i].number == number) {
            return &table[i];
        }
    }
    return NULL;
}

/* The part of `path` below the folder; false if it is elsewhere. */
static bool below(const char *folder, const char *path, char *out)
{
    size_t length = strlen(folder);
    if (path[0] != '/' && strncmp(path, "../", 3) != 0) {
        snprintf(out, 512, "%s", path);
        return true;
    }
    if (strncmp(path, folder, length) != 0 ||
        (path[length] != '/' && path[length] != '\0')) {
        return false;
    }
    snprintf(out, 512, "%s", path[length] == '\0' ? "." : path + length + 1);
    return true;
}

static bool read_path(const struct supervisor *s, pid_t pid, uint64_t at,
                      char *out)
{
    char path[512] = "";
    struct iovec here = {path, sizeof(path) - 1};
    struct iovec there = {(void *)(uintptr_t)at, sizeof(path) - 1};
    /* It may lie just before the end of what is mapped. */
    while (there.iov_len > 0 &&
           process_vm_readv(pid, &here, 1, &there, 1, 0) < 0) {
        there.iov_len /= 2;
        here.iov_len = there.iov_len;
    }
    return below(s->run->folder, path, out);
}

static uint64_t position(pid_t pid, int fd)
{
    char name[64];
    unsigned long long at = 0;
    snprintf(name, sizeof(name), "/proc/%d/fdinfo/%d", (int)pid, fd);
    FILE *file = fopen(name, "r");
    if (file != NULL) {
        if (fscanf(file, "pos: %llu", &at) != 1) {
            at = 0;
        }
        fclose(file);
    }
    return at;
}

static bool look_up_fd(const struct supervisor *s, struct call *call)
{
    char name[64];
    char path[512];
    struct stat status;
    snprintf(name, sizeof(name), "/proc/%d/fd/%d", (int)call->pid, call->fd);
    ssize_t n = readlink(name, path, sizeof(path) - 1);
    if (n <= 0) {
        return false;
    }
    path[n] = '\0';
    if (path[0] != '/' || !below(s->run->folder, path, call->path) ||
        stat(name, &status) != 0) {
        return false;
    }
    call->inode = (uint64_t)status.st_ino;
    return true;
}

/* Returns whether the call is one that is to be shown. */
static bool understand(struct supervisor *s, const struct seccomp_notif *in,
                       struct call *call)
{
    const struct trapped *how = find(in->data.nr);
    const __u64 *a = in->data.args;
    *call = (struct call){.kind = how->kind,
                          .number = in->data.nr,
                          .pid = (pid_t)in->pid,
                          .fd = -1};
    call->size = how->size >= 0 ? (size_t)a[how->size] : 0;
    call->memory = how->memory >= 0 ? a[how->memory] : 0;
    call->flags = how->flags >= 0 ? (int)a[how->flags] : 0;
    call->offset = how->offset >= 0 ? a[how->offset] : 0;
    if (how->kind == CALL_MAP) {
        return s->begun;
    }
    if (how->fd >= 0) {
        call->fd = (int)a[how->fd];
        if (!look_up_fd(s, call)) {
            return false;
        }
        if (how->memory >= 0 && how->offset < 0) {
            call->offset = position(call->pid, call->fd);
        }
        return true;
    }
    bool mine = read_path(s, call->pid, a[how->path], call->path);
    return mine && (how->other < 0 ||
                    read_path(s, call->pid, a[how->other], call->other));
}

/* The program's file as one of ours; the offset is shared. */
static int borrow_fd(const struct call *call)
{
    char name[64];
    char line[128];
    int group = call->pid;
    snprintf(name, sizeof(name), "/proc/%d/status", (int)call->pid);
    FILE *file = fopen(name, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "Tgid: %d", &group) == 1) {
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    int process = (int)syscall(SYS_pidfd_open, group, 0);
    int fd = (int)syscall(SYS_pidfd_getfd, process, call->fd, 0);
    close(process);
    return fd;
}

/* Does half of it. What is not possible by halves is done as a whole. */
static bool do_half(const struct call *call, struct seccomp_notif_resp *out)
{
    static char bytes[1 << 20];
    size_t half = call->size / 2;
    if (call->kind != CALL_WRITE || half == 0 || half > sizeof(bytes)) {
        return false;
    }
    struct call part = *call;
    part.size = half;
    int fd = borrow_fd(call);
    if (fd < 0) {
        return false;
    }
    if (!call_data(&part, bytes)) {
        close(fd);
        return false;
    }
    ssize_t n = call->number == SYS_pwrite64
                    ? pwrite(fd, bytes, half, (off_t)call->offset)
                    : write(fd, bytes, half);
    close(fd);
    out->val = n;
    return n > 0;
}

/* A close that fails has closed all the same: what is left at that number is
 * a file of no interest. */
static void replace_fd(const struct supervisor *s, const struct call *call,
                       uint64_t id)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct seccomp_notif_addfd add = {.id = id,
                                      .flags = SECCOMP_ADDFD_FLAG_SETFD,
                                      .srcfd = (uint32_t)null,
                                      .newfd = (uint32_t)call->fd};
    (void)ioctl(s->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    close(null);
}

static void answer_one(struct supervisor *s)
{
    struct seccomp_notif in;
    struct call call;
    memset(&in, 0, sizeof(in));
    if (ioctl(s->listener, SECCOMP_IOCTL_NOTIF_RECV, &in) != 0) {
        return; /* the caller was killed */
    }
    struct seccomp_notif_resp out = {.id = in.id,
                                     .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    if (understand(s, &in, &call)) {
        s->begun = true;
        int answer = s->run->hook != NULL ? s->run->hook(s->run->context, &call)
                                          : ANSWER_GO_ON;
        if (answer > 0 || (answer == ANSWER_SHORT && do_half(&call, &out))) {
            out.flags = 0;
            out.error = answer > 0 ? -answer : 0;
        }
        if (answer > 0 && call.kind == CALL_CLOSE) {
            replace_fd(s, &call, in.id);
        }
    }
    (void)ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SEND, &out);
}

/* Answers until the program has ended; false if it does not in time. */
static bool answer_all(struct supervisor *s, pid_t pid)
{
    int64_t until_ns = monotonic_ns() + s->run->timeout_s * 1000000000LL;
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    bool ended = false;
    while (!ended) {
        struct pollfd wait[] = {{.fd = s->listener, .events = POLLIN},
                                {.fd = process, .events = POLLIN}};
        int64_t left_ms = (until_ns - monotonic_ns()) / 1000000;
        int n = left_ms > 0 ? poll(wait, 2, (int)left_ms + 1) : 0;
        if (n == 0) {
            break;
        }
        if (n > 0 && (wait[0].revents & POLLIN) != 0) {
            answer_one(s);
        } else if (n > 0) {
            ended = wait[1].revents != 0;
        }
    }
    close(process);
    return ended;
}

int supervise_run(const struct supervise *run)
{
    int pair[2];
    struct supervisor s = {.run = run};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        become_program(run, pair[1]);
    }
    close(pair[1]);
    s.listener = pid > 0 ? receive_listener(pair[0]) : -1;
    close(pair[0]);
    (void)ioctl(s.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
                SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
    bool ended = s.listener >= 0 && answer_all(&s, pid);
    if (pid > 0 && !ended) {
        kill(-pid, SIGKILL);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (s.listener >= 0) {
        close(s.listener);
    }
    if (!ended) {
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
