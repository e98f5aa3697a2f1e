/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/virtual_flash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/core/flash.h"

enum {
    MEMORY_BYTES = 1 << 20,
    FILE_BYTES = 15 << 20, /* 16 MB without 1 MB for the firmware */
    BYTES_MAX = 1 << 28,
};

static int map(struct virtual_flash *flash, int fd, size_t size)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (bytes == MAP_FAILED) {
        return errno;
    }
    flash->bytes = bytes;
    flash->sectors = (uint32_t)(size / FLASH_SECTOR);
    return 0;
}

/* Sizes a new file; returns an errno. *made: it is new. */
static int size_file(int fd, size_t *size, int *made)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return errno;
    }
    *made = status.st_size == 0;
    *size = *made ? FILE_BYTES : (size_t)status.st_size;
    return *made && ftruncate(fd, FILE_BYTES) != 0 ? errno : 0;
}

static int open_file(struct virtual_flash *flash, const char *path,
                     struct error *error)
{
    size_t size = 0;
    int made = 0;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    int number = fd < 0 ? errno : size_file(fd, &size, &made);
    if (number == 0 && (size % FLASH_SECTOR != 0 || size > BYTES_MAX ||
                        size < FLASH_SECTORS_MIN * (size_t)FLASH_SECTOR)) {
        close(fd);
        return error_set(error, ERR_DATA,
                         "'%s' is no flash of a virtual wristband: it has %zu "
                         "bytes",
                         path, size);
    }
    if (number == 0) {
        number = map(flash, fd, size);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (number == 0 && made) {
        memset(flash->bytes, 0xFF, size);
    }
    return number == 0 ? 0
                       : error_from_errno(error, number,
                                          "cannot use '%s' as flash", path);
}

int virtual_flash_open(struct virtual_flash *flash, const char *path,
                       struct error *error)
{
    *flash = (struct virtual_flash){0};
    if (path[0] != '\0') {
        return open_file(flash, path, error);
    }
    int number = map(flash, -1, MEMORY_BYTES);
    if (number != 0) {
        return error_from_errno(error, number, "cannot simulate flash");
    }
    memset(flash->bytes, 0xFF, MEMORY_BYTES);
    return 0;
}

void virtual_flash_close(struct virtual_flash *flash)
{
    if (flash->bytes != NULL) {
        munmap(flash->bytes, (size_t)flash->sectors * FLASH_SECTOR);
        flash->bytes = NULL;
    }
}
