/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/hdf5_reader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/confine.h"
#include "acquire/interrupt.h"

/* A disk that sleeps wakes within ten seconds; a chunk (hdf5_check.c) is
 * unpacked in one; and HDF5 holds a few chunks. */
const struct hdf5_limits hdf5_limits_any = {
    .memory = (size_t)512 << 20,
    .processor_s = 20,
    .silence_s = 60,
};
const struct hdf5_limits hdf5_limits_own = {.here = true};

enum { SET_BYTES = 1 << 20 };

/* Both processes have it in memory. Pages that nobody uses cost nothing. */
struct area {
    struct hdf5_contents contents;
    struct error error;
    _Alignas(64) unsigned char rows[HDF5_SETS][SET_BYTES];
};

struct hdf5_reader {
    struct hdf5_limits limits;
    char *path;
    size_t sensor;
    struct area *area;
    struct hdf5_contents contents;
    struct hdf5_file file; /* in the process that reads */
    pid_t pid;             /* of the other; 0: there is none */
    int socket;            /* to it, -1: none */
};

struct request {
    enum hdf5_set set;
    size_t n;
    uint64_t first;
};

size_t hdf5_reader_most(enum hdf5_set set)
{
    return (SET_BYTES - HDF5_FILE_SPARE) / hdf5_sets[set].row_size;
}

/* ---- in the process that reads ---- */

static int open_here(struct hdf5_reader *r, struct error *error)
{
    return hdf5_file_open(r->path, r->sensor, &r->file, &r->area->contents,
                          error);
}

static int read_here(struct hdf5_reader *r, const struct request *request,
                     struct error *error)
{
    return hdf5_file_read(&r->file, request->set, request->first, request->n,
                          r->area->rows[request->set], error);
}

static void answer(int socket, int err)
{
    if (write(socket, &err, sizeof(err)) != sizeof(err)) {
        _exit(EXIT_FAILURE);
    }
}

_Noreturn static void serve(struct hdf5_reader *r, int socket, pid_t parent)
{
    interrupt_ignore();
    confine_to_parent(parent, SIGKILL);
    socket = confine_files(socket);
    confine_memory(r->limits.memory);
    confine_processor(r->limits.processor_s);
    confine_calls(true);
    int err = open_here(r, &r->area->error);
    confine_calls(false);
    answer(socket, err);
    struct request request;
    while (read(socket, &request, sizeof(request)) == sizeof(request)) {
        confine_processor(r->limits.processor_s);
        answer(socket, read_here(r, &request, &r->area->error));
    }
    _exit(EXIT_SUCCESS);
}

/* ---- in the one that asks ---- */

static int start(struct hdf5_reader *r, struct error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return error_from_errno(error, errno, "cannot read '%s'", r->path);
    }
    pid_t parent = getpid();
    r->pid = fork();
    if (r->pid == 0) {
        serve(r, ends[1], parent);
    }
    int number = errno;
    r->socket = ends[0];
    close(ends[1]);
    return r->pid > 0 ? 0
                      : error_from_errno(error, number,
                                         "cannot start a process to read '%s'",
                                         r->path);
}

/* Ends the other process; its status, or -1 if somebody else has asked. */
static int stop(struct hdf5_reader *r)
{
    int status = -1;
    if (r->socket >= 0) {
        close(r->socket);
        r->socket = -1;
    }
    if (r->pid > 0) {
        kill(r->pid, SIGKILL); /* one that crashed has its status already */
        while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR) {
        }
        r->pid = 0;
    }
    return status;
}

static int died(struct hdf5_reader *r, struct error *error)
{
    int status = stop(r);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        return error_set(error, ERR_DAMAGED,
                         "'%s' is damaged, or made to do harm: reading it "
                         "takes more than %g s of processor time",
                         r->path, r->limits.processor_s);
    }
    return error_set(error, ERR_DAMAGED,
                     "'%s' is damaged, or made to do harm: the HDF5 library "
                     "crashed on it (%s %d)",
                     r->path, WIFSIGNALED(status) ? "signal" : "status",
                     WIFSIGNALED(status) ? WTERMSIG(status)
                                         : WEXITSTATUS(status));
}

/* Waits second by second: were this process stopped for a while (Ctrl-Z), it
 * must not take the other's silence for a hang. */
static bool comes(const struct hdf5_reader *r)
{
    enum { SLICE_MS = 1000 };
    double left_ms = 1000 * r->limits.silence_s;
    while (left_ms > 0) {
        struct pollfd wait = {.fd = r->socket, .events = POLLIN};
        int slice = left_ms < SLICE_MS ? (int)left_ms + 1 : SLICE_MS;
        int got = poll(&wait, 1, slice);
        if (got > 0 || (got < 0 && errno != EINTR)) {
            return true; /* or read says what is wrong */
        }
        left_ms -= got == 0 ? slice : 0;
    }
    return false;
}

/* The code that the other process gives; its sentence is copied. */
static int wait_answer(struct hdf5_reader *r, struct error *error)
{
    int code;
    if (!comes(r)) {
        stop(r);
        return error_set(error, ERR_DAMAGED,
                         "'%s' is damaged, made to do harm, or on a disk that "
                         "does not answer: reading it took more than %g s",
                         r->path, r->limits.silence_s);
    }
    if (read(r->socket, &code, sizeof(code)) != sizeof(code)) {
        return died(r, error);
    }
    if (code >= 0) {
        return 0;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): reader_new maps */
    struct error told = r->area->error;
    told.text[sizeof(told.text) - 1] = '\0';
    return error_set(error, code, "%s", told.text);
}

static int ask(struct hdf5_reader *r, const struct request *request,
               struct error *error)
{
    if (r->pid == 0) {
        return error_set(error, ERR_DAMAGED, "'%s' could not be read before",
                         r->path);
    }
    if (send(r->socket, request, sizeof(*request), MSG_NOSIGNAL) !=
        sizeof(*request)) {
        return died(r, error);
    }
    return wait_answer(r, error);
}

static void clean_contents(struct hdf5_contents *contents)
{
    struct recording_info *info = &contents->info;
    for (size_t i = 0; i < hdf5_field_count; i++) {
        if (hdf5_fields[i].size > 0) {
            hdf5_clean_text((char *)info + hdf5_fields[i].offset,
                            hdf5_fields[i].size);
        }
    }
    for (size_t i = 0; i < RECORDING_SENSORS_MAX; i++) {
        hdf5_clean_text(contents->sensor[i].serial,
                        sizeof(contents->sensor[i].serial));
        hdf5_clean_text(contents->sensor[i].placement,
                        sizeof(contents->sensor[i].placement));
    }
    for (enum hdf5_set set = 0; set < HDF5_SETS; set++) {
        hdf5_clean_text(contents->fault[set], sizeof(contents->fault[set]));
    }
}

static int open_any(struct hdf5_reader *r, struct error *error)
{
    if (r->limits.here) {
        return open_here(r, error);
    }
    int err = start(r, error);
    return err < 0 ? err : wait_answer(r, error);
}

static struct hdf5_reader *reader_new(const char *path,
                                      const struct hdf5_limits *limits)
{
    struct hdf5_reader *r = calloc(1, sizeof(*r));
    char *copy = strdup(path);
    void *area = mmap(NULL, sizeof(*r->area), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r == NULL || copy == NULL || area == MAP_FAILED) {
        if (area != MAP_FAILED) {
            munmap(area, sizeof(*r->area));
        }
        free(copy);
        free(r);
        return NULL;
    }
    *r = (struct hdf5_reader){
        .limits = *limits, .path = copy, .area = area, .socket = -1};
    return r;
}

int hdf5_reader_open(const char *path, const struct hdf5_limits *limits,
                     size_t sensor, struct hdf5_reader **out,
                     const struct hdf5_contents **contents, struct error *error)
{
    struct hdf5_reader *r = reader_new(path, limits);
    if (r == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    r->sensor = sensor;
    int err = open_any(r, error);
    if (err < 0) {
        hdf5_reader_close(r);
        return err;
    }
    r->contents = r->area->contents;
    clean_contents(&r->contents);
    *out = r;
    *contents = &r->contents;
    return 0;
}

int hdf5_reader_read(struct hdf5_reader *reader, enum hdf5_set set,
                     uint64_t first, size_t n, const void **rows,
                     struct error *error)
{
    struct request request = {.set = set, .n = n, .first = first};
    if (n > hdf5_reader_most(set)) {
        return error_set(error, ERR_INTERNAL, "%zu rows at once", n);
    }
    *rows = reader->area->rows[set];
    return reader->limits.here ? read_here(reader, &request, error)
                               : ask(reader, &request, error);
}

void hdf5_reader_close(struct hdf5_reader *reader)
{
    struct hdf5_reader *r = reader;
    if (r == NULL) {
        return;
    }
    if (r->limits.here) {
        hdf5_file_close(&r->file);
    }
    stop(r);
    munmap(r->area, sizeof(*r->area));
    free(r->path);
    free(r);
}
