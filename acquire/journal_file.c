/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "acquire/output.h"

enum {
    STEP_FIRST = 16 << 20, /* set aside at a time: 10 min at 1667 Hz */
    STEP_LEAST = 64 << 10, /* less is not worth the call */
};

static int set_path(struct journal_file *file, const char *path,
                    struct error *error)
{
    memset(file, 0, sizeof(*file));
    file->fd = -1;
    if (strlen(path) >= sizeof(file->path)) {
        return error_set(error, ERR_USAGE,
                         "the name of the journal is longer "
                         "than a file's may be");
    }
    memcpy(file->path, path, strlen(path) + 1);
    return 0;
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
    int err = set_path(file, path, error);
    if (err < 0) {
        return err;
    }
    file->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->fd < 0) {
        return output_cannot_create(error, path, errno);
    }
    file->writing = true;
    file->step = STEP_FIRST;
    err = lock(file, LOCK_EX, error);
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
    int err = set_path(file, path, error);
    if (err < 0) {
        return err;
    }
    /* Not blocking: a pipe of that name must not make us wait. */
    file->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file->fd < 0) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    err = measure(file, error);
    if (err < 0) {
        close_quietly(file);
    }
    return err;
}

int journal_file_continue(struct journal_file *file, const char *path,
                          uint64_t size, struct error *error)
{
    int err = set_path(file, path, error);
    if (err < 0) {
        return err;
    }
    file->fd = open(path, O_RDWR | O_CLOEXEC);
    if (file->fd < 0) {
        return error_from_errno(error, errno, "cannot write '%s'", path);
    }
    file->writing = true;
    file->step = STEP_FIRST;
    file->size = size;
    file->allocated = size;
    err = lock(file, LOCK_EX, error);
    if (err < 0) {
        close_quietly(file);
    }
    return err;
}

/* Sets space aside so that `end` fits. That it cannot be had is no error yet:
 * the write itself will tell. */
static void set_aside(struct journal_file *file, uint64_t end)
{
    while (end > file->allocated && file->step >= STEP_LEAST) {
        uint64_t length = end - file->allocated + file->step;
        int number =
            posix_fallocate(file->fd, (off_t)file->allocated, (off_t)length);
        if (number == 0) {
            file->allocated += length;
        } else if (number == ENOSPC || number == EDQUOT || number == EFBIG) {
            file->step /= 2;
        } else if (number != EINTR) {
            file->step = 0;
        }
    }
}

int journal_file_append(struct journal_file *file, const void *data,
                        size_t size, struct error *error)
{
    set_aside(file, file->size + size);
    size_t done = 0;
    while (done < size) {
        ssize_t n = pwrite(file->fd, (const uint8_t *)data + done, size - done,
                           (off_t)(file->size + done));
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return error_from_errno(error, n == 0 ? ENOSPC : errno,
                                    "cannot write '%s'", file->path);
        }
        done += n > 0 ? (size_t)n : 0;
    }
    file->size += size;
    return 0;
}

int journal_file_sync(struct journal_file *file, struct error *error)
{
    if (fdatasync(file->fd) != 0) {
        return error_from_errno(error, errno, "cannot sync '%s'", file->path);
    }
    return 0;
}

int journal_file_read(const struct journal_file *file, uint64_t offset,
                      void *out, size_t size, struct error *error)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = pread(file->fd, (uint8_t *)out + done, size - done,
                          (off_t)(offset + done));
        if (n == 0) {
            break;
        }
        if (n < 0 && errno != EINTR) {
            return error_from_errno(error, errno, "cannot read '%s'",
                                    file->path);
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return (int)done;
}

/* The first failure counts, but all is tried. */
int journal_file_close(struct journal_file *file, struct error *error)
{
    if (file->fd < 0) {
        return 0;
    }
    int failed = 0;
    if (file->writing) {
        failed = ftruncate(file->fd, (off_t)file->size) == 0 ? 0 : errno;
        if (fsync(file->fd) != 0 && failed == 0) {
            failed = errno;
        }
    }
    int closed = close_quietly(file);
    failed = failed != 0 ? failed : closed;
    return failed == 0 ? 0
                       : error_from_errno(error, failed, "cannot close '%s'",
                                          file->path);
}

int journal_file_remove(const char *path, struct error *error)
{
    if (unlink(path) != 0) {
        return error_from_errno(error, errno, "cannot remove '%s'", path);
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
    *bytes = (uint64_t)status.f_bavail * status.f_frsize;
    if (file->allocated > file->size) {
        *bytes += file->allocated - file->size;
    }
    return 0;
}
