/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* fallocate; NOLINT(cert-dcl51-cpp): its name */
#include "acquire/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "acquire/output.h"

enum {
    STEP_FIRST = 16 << 20, /* set aside at a time: 10 min at 1667 Hz */
    STEP_LEAST = 64 << 10, /* less is not worth the call */
    PIECE = 64 << 10,      /* copied at a time */
};

static uint64_t greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* A file that is not open yet; false: the name is too long for one. */
static bool set_path(struct journal_file *file, const char *path)
{
    *file = (struct journal_file){.fd = -1};
    int length = snprintf(file->path, sizeof(file->path), "%s", path);
    return (size_t)length < sizeof(file->path);
}

static int refuse_path(struct error *error)
{
    return error_set(error, ERR_USAGE,
                     "the name of the journal is longer "
                     "than a file's may be");
}

/* With the permissions an ordinary file would get. */
static int open_new(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* File systems without locks are no reason to refuse work. */
static int lock(const struct journal_file *file, int how, struct error *error)
{
    if (flock(file->fd, how | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
        return 0;
    }
    return error_set(error, ERR_BUSY,
                     "'%s' is being written by another carpus; wait until it "
                     "has ended",
                     file->path);
}

static int close_quietly(struct journal_file *file)
{
    int fd = file->fd;
    file->fd = -1;
    return close(fd) == 0 ? 0 : errno;
}

int journal_file_create(struct journal_file *file, const char *path,
                        struct error *error)
{
    if (!set_path(file, path)) {
        return refuse_path(error);
    }
    file->fd = open_new(path);
    if (file->fd < 0) {
        return output_cannot_create(error, path, errno);
    }
    file->writing = true;
    file->step = STEP_FIRST;
    int err = lock(file, LOCK_EX, error);
    if (err == 0) {
        err = output_sync_folder(path, error);
    }
    if (err < 0) {
        close_quietly(file);
        unlink(path);
    }
    return err;
}

static int measure(struct journal_file *file, struct error *error)
{
    struct stat status;
    if (fstat(file->fd, &status) != 0) {
        return error_from_errno(error, errno, "cannot read '%s'", file->path);
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(error, ERR_NO_INPUT,
                         "cannot read '%s': it is not a file", file->path);
    }
    file->size = (uint64_t)status.st_size;
    return lock(file, LOCK_SH, error);
}

int journal_file_open(struct journal_file *file, const char *path,
                      struct error *error)
{
    if (!set_path(file, path)) {
        return refuse_path(error);
    }
    /* Not blocking: a pipe of that name must not make us wait. */
    file->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file->fd < 0) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    int err = measure(file, error);
    if (err < 0) {
        close_quietly(file);
    }
    return err;
}

int journal_file_continue(struct journal_file *file, const char *path,
                          uint64_t size, struct error *error)
{
    if (!set_path(file, path)) {
        return refuse_path(error);
    }
    file->fd = open(path, O_RDWR | O_CLOEXEC);
    if (file->fd < 0) {
        return error_from_errno(error, errno, "cannot write '%s'", path);
    }
    file->writing = true;
    file->step = STEP_FIRST;
    file->size = size;
    file->allocated = size;
    int err = lock(file, LOCK_EX, error);
    if (err < 0) {
        close_quietly(file);
    }
    return err;
}

/* Returns 0 or an errno. posix_fallocate would write to every block where the
 * file system has no such call (FAT): on a memory stick that takes seconds. */
static int allocate(int fd, uint64_t at, uint64_t length)
{
#ifdef __linux__
    return fallocate(fd, 0, (off_t)at, (off_t)length) == 0 ? 0 : errno;
#else
    return posix_fallocate(fd, (off_t)at, (off_t)length);
#endif
}

/* Sets space aside so that `end` fits. That it cannot be had is no error yet:
 * the write itself will tell. */
static void set_aside(struct journal_file *file, uint64_t end)
{
    while (end > file->allocated && file->step >= STEP_LEAST) {
        uint64_t length = end - file->allocated + file->step;
        int number = allocate(file->fd, file->allocated, length);
        if (number == 0) {
            file->allocated += length;
        } else if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
            file->step /= 2;
        } else if (number != EINTR) {
            file->step = 0;
        }
    }
}

int journal_file_reserve(struct journal_file *file, uint64_t bytes,
                         struct error *error)
{
    int failed;
    do {
        failed = allocate(file->fd, 0, bytes);
    } while (failed == EINTR);
    if (failed == ENOSPC || failed == EDQUOT || failed == EFBIG) {
        return error_from_errno(error, failed,
                                "cannot set aside %.1f MB for '%s'",
                                (double)bytes / 1e6, file->path);
    }
    if (failed == 0) {
        file->allocated = greater(file->allocated, bytes);
    }
    return 0;
}

/* Writes all of it; 0 or an errno. */
static int write_at(int fd, const uint8_t *data, size_t size, uint64_t at)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pwrite(fd, data + done, size - done, (off_t)(at + done));
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            return n == 0 ? ENOSPC : errno;
        }
    }
    return 0;
}

static int put(struct journal_file *file, const void *data, size_t size,
               struct error *error)
{
    int failed = write_at(file->fd, data, size, file->size);
    if (failed != 0) {
        return error_from_errno(error, failed, "cannot write '%s'", file->path);
    }
    file->size += size;
    return 0;
}

int journal_file_append(struct journal_file *file, const void *data,
                        size_t size, struct error *error)
{
    set_aside(file, file->size + size);
    return put(file, data, size, error);
}

int journal_file_read(const struct journal_file *file, uint64_t offset,
                      void *out, size_t size, struct error *error)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pread(file->fd, (uint8_t *)out + done, size - done,
                          (off_t)(offset + done));
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0) {
            break;
        } else if (errno != EINTR) {
            return error_from_errno(error, errno, "cannot read '%s'",
                                    file->path);
        }
    }
    return (int)done;
}

/* ---- a file that lost its name ---- */

static bool copy_to(const struct journal_file *file, int fd)
{
    uint8_t bytes[PIECE];
    int n = 0;
    for (uint64_t at = 0; at < file->size; at += (uint64_t)n) {
        uint64_t left = file->size - at;
        size_t size = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);
        n = journal_file_read(file, at, bytes, size, NULL);
        if (n <= 0 || write_at(fd, bytes, (size_t)n, at) != 0) {
            return false;
        }
    }
    return fsync(fd) == 0;
}

/* Copies it to `path`, which becomes the file from now on. */
static bool move_to(struct journal_file *file, const char *path)
{
    int fd = open_new(path);
    if (fd < 0) {
        return false;
    }
    if (!copy_to(file, fd) || output_sync_folder(path, NULL) < 0) {
        close(fd);
        unlink(path);
        return false;
    }
    close_quietly(file);
    file->fd = fd;
    file->allocated = file->size;
    snprintf(file->path, sizeof(file->path), "%s", path);
    (void)lock(file, LOCK_EX, NULL);
    return true;
}

/* Into a folder, under its own name or, where that is taken, "1-NAME" and so
 * on. */
static bool move_into(struct journal_file *file, const char *folder,
                      const char *name)
{
    enum { NAMES = 100 };
    char path[sizeof(file->path)];
    for (int i = 0; i < NAMES; i++) {
        int length =
            i == 0 ? snprintf(path, sizeof(path), "%s/%s", folder, name)
                   : snprintf(path, sizeof(path), "%s/%d-%s", folder, i, name);
        if ((size_t)length < sizeof(path) && move_to(file, path)) {
            return true;
        }
    }
    return false;
}

/* Of a file that was removed the bytes are there as long as it is open: they
 * go to the nearest folder above that is still there, or else to the one for
 * temporary files. */
static bool rescue(struct journal_file *file)
{
    char folder[sizeof(file->path)];
    char name[sizeof(file->path)];
    memcpy(folder, file->path, sizeof(folder));
    char *slash = strrchr(folder, '/');
    snprintf(name, sizeof(name), "%s", slash != NULL ? slash + 1 : folder);
    while (slash != NULL) {
        *slash = '\0';
        if (move_into(file, folder, name)) {
            return true;
        }
        slash = strrchr(folder, '/');
    }
    const char *temporary = getenv("TMPDIR");
    return (file->path[0] != '/' && move_into(file, ".", name)) ||
           move_into(file, temporary != NULL ? temporary : "/tmp", name);
}

/* Who cuts a file that is being written leaves a hole before what is written
 * next; but what is set aside is then missing at its end. */
static int check_length(const struct journal_file *file, uint64_t length,
                        struct error *error)
{
    return length >= greater(file->allocated, file->size)
               ? 0
               : error_set(error, ERR_IO,
                           "'%.200s' was cut short by another program while it "
                           "was written; some of what came is lost",
                           file->path);
}

/* The name that an open file has now, "" where it cannot be told. */
static void find_name(struct journal_file *file)
{
    char link[sizeof("/proc/self/fd/-2147483648")];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", file->fd);
    ssize_t n = readlink(link, file->path, sizeof(file->path));
    file->path[(size_t)n < sizeof(file->path) ? n : 0] = '\0';
}

/* Whether the name still leads to what is being written, and all of it is
 * there; where not, where it is now. */
static int check_place(struct journal_file *file, struct error *error)
{
    struct stat named;
    struct stat open;
    char old[sizeof(file->path)];
    if (fstat(file->fd, &open) != 0) {
        return 0;
    }
    int cut = check_length(file, (uint64_t)open.st_size, error);
    if (cut < 0 ||
        (stat(file->path, &named) == 0
             ? named.st_ino == open.st_ino && named.st_dev == open.st_dev
             : errno != ENOENT)) {
        return cut;
    }
    memcpy(old, file->path, sizeof(old));
    if (open.st_nlink > 0) {
        find_name(file);
        return error_set(
            error, ERR_IO,
            "'%.200s' was moved while it was written; what came "
            "is kept: run `carpus recover %s`",
            old, file->path[0] != '\0' ? file->path : "NAME.h5.journal");
    }
    return rescue(file)
               ? error_set(error, ERR_IO,
                           "'%.200s' was removed while it was written; what "
                           "came is kept: run `carpus recover %s`",
                           old, file->path)
               : error_set(error, ERR_IO,
                           "'%.200s' was removed while it was written and "
                           "cannot be saved elsewhere; what came is lost",
                           old);
}

static int sync_data(const struct journal_file *file, struct error *error)
{
    return fdatasync(file->fd) == 0
               ? 0
               : error_from_errno(error, errno, "cannot sync '%s'", file->path);
}

int journal_file_begin(struct journal_file *file, const void *data, size_t size,
                       struct error *error)
{
    int err = put(file, data, size, error);
    if (err == 0) {
        err = sync_data(file, error);
    }
    if (err == 0) {
        set_aside(file, file->size);
    }
    return err;
}

int journal_file_sync(struct journal_file *file, struct error *error)
{
    int err = sync_data(file, error);
    return err < 0 ? err : check_place(file, error);
}

/* The first failure counts, but all is tried. */
int journal_file_close(struct journal_file *file, struct error *error)
{
    if (file->fd < 0) {
        return 0;
    }
    int failed = 0;
    int err = 0;
    if (file->writing) {
        err = check_place(file, error);
        failed = ftruncate(file->fd, (off_t)file->size) == 0 ? 0 : errno;
        if (fsync(file->fd) != 0 && failed == 0) {
            failed = errno;
        }
    }
    int closed = close_quietly(file);
    failed = failed != 0 ? failed : closed;
    return failed == 0 ? err
                       : error_from_errno(error, failed, "cannot close '%s'",
                                          file->path);
}

int journal_file_remove(const char *path, struct error *error)
{
    if (unlink(path) != 0) {
        /* The advice of errno is about files that are to be made. */
        int code = error_from_errno(NULL, errno, "%s", path);
        return error_set(error, code, "cannot remove '%s': %s", path,
                         strerror(errno));
    }
    return output_sync_folder(path, error);
}

int journal_file_space(const struct journal_file *file, uint64_t *bytes,
                       struct error *error)
{
    struct statvfs status;
    if (fstatvfs(file->fd, &status) != 0) {
        return error_from_errno(error, errno,
                                "cannot find out the space left for '%s'",
                                file->path);
    }
    *bytes = (uint64_t)status.f_bavail * status.f_frsize +
             greater(file->allocated, file->size) - file->size;
    return 0;
}
