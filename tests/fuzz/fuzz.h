/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fuzzers have in common. Each is a libFuzzer program of its own,
 * tests/fuzz/fuzz_NAME.c, with AddressSanitizer and UBSan; tests/fuzz/run runs
 * them. An input is a script: numbers are taken off its front, and where it is
 * used up they are 0.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule that no input may break; stays on whatever the build. */
#define FUZZ_RULE(holds)                                                       \
    do {                                                                       \
        if (!(holds)) {                                                        \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__,         \
                    #holds);                                                   \
            abort();                                                           \
        }                                                                      \
    } while (0)

struct fuzz {
    const uint8_t *at; /* borrowed */
    size_t left;
};

/* Up to `most` bytes; *size receives how many. */
static inline const uint8_t *fuzz_bytes(struct fuzz *fuzz, size_t most,
                                        size_t *size)
{
    const uint8_t *bytes = fuzz->at;
    *size = most < fuzz->left ? most : fuzz->left;
    fuzz->at += *size;
    fuzz->left -= *size;
    return bytes;
}

/* A little-endian number of `width` bytes, 8 at most. */
static inline uint64_t fuzz_number(struct fuzz *fuzz, size_t width)
{
    uint64_t value = 0;
    size_t size;
    const uint8_t *bytes = fuzz_bytes(fuzz, width, &size);
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

static inline void fuzz_remove(void)
{
    char path[64];
    snprintf(path, sizeof(path), "/dev/shm/carpus-fuzz-%d", (int)getpid());
    unlink(path);
}

/* Puts `size` bytes into a file in memory, which is there until the next call;
 * returns its path. */
static inline const char *fuzz_file(const void *data, size_t size)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        snprintf(path, sizeof(path), "/dev/shm/carpus-fuzz-%d", (int)getpid());
        fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
        FUZZ_RULE(fd >= 0);
        atexit(fuzz_remove);
    }
    FUZZ_RULE(ftruncate(fd, 0) == 0);
    FUZZ_RULE(pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

#endif
