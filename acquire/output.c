/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any file system hands out at once. */
enum { RETRY_BYTES = 1 << 20 };

/* Where the missing thing is the folder, "no such file" would mislead. */
int output_cannot_create(struct error *error, const char *path, int number)
{
    if (number == ENOENT || number == ENOTDIR) {
        return error_set(error, ERR_CREATE,
                         "cannot create '%s': there is no such folder", path);
    }
    return error_from_errno(error, number, "cannot create '%s'", path);
}

/* What the temporary names of a process have before the part that is random. A
 * name that is as long as one may be is cut, between characters of UTF-8. */
static void name_part(const char *path, pid_t pid, char *out, size_t size)
{
    enum { NAME_MOST = 200, UTF8_MASK = 0xC0, UTF8_GOES_ON = 0x80 };
    const char *slash = strrchr(path, '/');
    size_t name = slash != NULL ? (size_t)(slash + 1 - path) : 0;
    size_t end = strlen(path);
    if (end > name + NAME_MOST) {
        end = name + NAME_MOST;
        while (end > name &&
               ((unsigned char)path[end] & UTF8_MASK) == UTF8_GOES_ON) {
            end--;
        }
    }
    snprintf(out, size, "%.*s.part-%ld-", (int)end, path, (long)pid);
}

/* Makes the temporary file, with the permissions an ordinary one would get. */
static int open_temporary(struct output *output, const char *path,
                          struct error *error)
{
    static const char any[] = "XXXXXX"; /* mkstemp's */
    memset(output, 0, sizeof(*output));
    if (strlen(path) >= sizeof(output->path)) {
        return error_set(error, ERR_USAGE,
                         "the name of the output is longer "
                         "than a file's may be");
    }
    snprintf(output->path, sizeof(output->path), "%s", path);
    name_part(path, getpid(), output->temporary,
              sizeof(output->temporary) - sizeof(any));
    memcpy(output->temporary + strlen(output->temporary), any, sizeof(any));
    int fd = mkstemp(output->temporary);
    if (fd < 0) {
        return output_cannot_create(error, path, errno);
    }
    mode_t mask = umask(0);
    umask(mask);
    output->file = fchmod(fd, 0666 & ~mask) == 0 ? fdopen(fd, "w") : NULL;
    if (output->file == NULL) {
        int number = errno;
        close(fd);
        unlink(output->temporary);
        return output_cannot_create(error, path, number);
    }
    return 0;
}

int output_open(struct output *output, const char *path, struct error *error)
{
    if (strcmp(path, "-") == 0) {
        memset(output, 0, sizeof(*output));
        output->file = stdout;
        return 0;
    }
    struct stat status;
    if (lstat(path, &status) == 0) {
        return output_cannot_create(error, path, EEXIST);
    }
    return open_temporary(output, path, error);
}

int output_open_replace(struct output *output, const char *path,
                        struct error *error)
{
    int err = open_temporary(output, path, error);
    output->replaces = err == 0;
    return err;
}

static int open_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 0 : slash == path ? 1 : (int)(slash - path);
    snprintf(folder, sizeof(folder), "%.*s", length, path);
    return open(length > 0 ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int output_sync_folder(const char *path, struct error *error)
{
    int fd = open_folder(path);
    if (fd < 0) {
        /* A folder may be writable and not readable: then it cannot be
         * synced, and the file is there all the same. */
        return 0;
    }
    int failed = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    close(fd);
    return failed == 0
               ? 0
               : error_from_errno(error, failed,
                                  "cannot sync the folder of '%s'", path);
}

static int sync_file(const char *path, struct error *error)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    int failed = fsync(fd) != 0 ? errno : 0;
    if (close(fd) != 0 && failed == 0) {
        failed = errno;
    }
    return failed == 0
               ? 0
               : error_from_errno(error, failed, "cannot sync '%s'", path);
}

/* rename() would replace a file that came meanwhile; link() does not. Where
 * the file system has no links, the window between look and rename stays. */
static int name_file(const char *temporary, const char *path)
{
    if (link(temporary, path) == 0) {
        unlink(temporary);
        return 0;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) {
        return errno;
    }
    if (access(path, F_OK) == 0) {
        return EEXIST;
    }
    return rename(temporary, path) == 0 ? 0 : errno;
}

static int publish(const char *temporary, const char *path, int replaces,
                   struct error *error)
{
    int err = sync_file(temporary, error);
    if (err < 0) {
        return err;
    }
    int number = 0;
    if (!replaces) {
        number = name_file(temporary, path);
    } else if (rename(temporary, path) != 0) {
        number = errno;
    }
    if (number != 0) {
        return output_cannot_create(error, path, number);
    }
    return output_sync_folder(path, error);
}

int output_publish(const char *temporary, const char *path, struct error *error)
{
    return publish(temporary, path, 0, error);
}

/* A stream that failed earlier does not tell why any more, but what stood in
 * the way mostly still does: asks for room again. */
static int why_failed(FILE *file)
{
    int fd = fileno(file);
    off_t end = lseek(fd, 0, SEEK_END);
    int number = end < 0 ? EIO : posix_fallocate(fd, end, RETRY_BYTES);
    return number != 0 ? number : EIO;
}

/* Returns 0 or an errno. */
static int close_written(FILE *file)
{
    int number = 0;
    if (fflush(file) != 0) {
        number = errno;
    } else if (ferror(file)) {
        number = why_failed(file);
    }
    if (fclose(file) != 0 && number == 0) {
        number = errno;
    }
    return number;
}

int output_commit(struct output *output, struct error *error)
{
    FILE *file = output->file;
    output->file = NULL;
    if (file == stdout) {
        return fflush(file) == 0 && !ferror(file)
                   ? 0
                   : error_set(error, ERR_IO,
                               "cannot write to standard output");
    }
    int number = close_written(file);
    int err =
        number != 0
            ? error_from_errno(error, number, "cannot write '%s'", output->path)
            : publish(output->temporary, output->path, output->replaces, error);
    if (err < 0) {
        unlink(output->temporary);
    }
    return err;
}

void output_abort(struct output *output)
{
    if (output->file != NULL && output->file != stdout) {
        fclose(output->file);
        unlink(output->temporary);
    }
    output->file = NULL;
}

DIR *output_folder(const char *path)
{
    int fd = open_folder(path);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL && fd >= 0) {
        int number = errno;
        close(fd);
        errno = number;
    }
    return folder;
}

void output_clear(DIR *folder, const char *path, pid_t pid)
{
    char part[sizeof(((struct output *)NULL)->temporary)];
    name_part(path, pid, part, sizeof(part));
    const char *slash = strrchr(part, '/');
    const char *name = slash != NULL ? slash + 1 : part;
    const struct dirent *entry;
    rewinddir(folder);
    /* cppcheck-suppress readdirCalled; of a folder of our own */
    while ((entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, name, strlen(name)) == 0) {
            unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
}

int output_bytes(const char *path, const void *data, size_t size,
                 struct error *error)
{
    struct output output = {.file = NULL};
    int err = output_open(&output, path, error);
    if (err < 0 || output.file == NULL) {
        return err;
    }
    fwrite(data, 1, size, output.file);
    return output_commit(&output, error); /* finds what was not written */
}
