/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/journal_memory.h"

#include "tests/fuzz/fuzz.h"

#include "acquire/journal_file.h"

static struct {
    size_t size;
    uint8_t bytes[2 << 20];
} memory;

void journal_memory_set(const void *data, size_t size)
{
    FUZZ_RULE(size <= sizeof(memory.bytes));
    memcpy(memory.bytes, data, size);
    memory.size = size;
}

static int use(struct journal_file *file, const char *path, uint64_t size,
               bool writing)
{
    file->fd = 0;
    file->size = size;
    file->writing = writing;
    snprintf(file->path, sizeof(file->path), "%s", path);
    return 0;
}

int journal_file_create(struct journal_file *file, const char *path,
                        struct error *error)
{
    (void)error;
    return use(file, path, 0, true);
}

int journal_file_open(struct journal_file *file, const char *path,
                      struct error *error)
{
    (void)error;
    return use(file, path, memory.size, false);
}

int journal_file_continue(struct journal_file *file, const char *path,
                          uint64_t size, struct error *error)
{
    (void)error;
    FUZZ_RULE(size <= memory.size);
    return use(file, path, size, true);
}

int journal_file_append(struct journal_file *file, const void *data,
                        size_t size, struct error *error)
{
    (void)error;
    FUZZ_RULE(file->writing && size <= sizeof(memory.bytes) - file->size);
    memcpy(memory.bytes + file->size, data, size);
    file->size += size;
    return 0;
}

int journal_file_begin(struct journal_file *file, const void *data, size_t size,
                       struct error *error)
{
    return journal_file_append(file, data, size, error);
}

int journal_file_read(const struct journal_file *file, uint64_t offset,
                      void *out, size_t size, struct error *error)
{
    (void)error;
    FUZZ_RULE(file->fd == 0);
    size_t left = offset < memory.size ? memory.size - offset : 0;
    size = size < left ? size : left;
    memcpy(out, memory.bytes + (size > 0 ? offset : 0), size);
    return (int)size;
}

int journal_file_close(struct journal_file *file, struct error *error)
{
    (void)error;
    FUZZ_RULE(file->fd == 0);
    file->fd = -1;
    memory.size = file->size;
    return 0;
}

int journal_file_remove(const char *path, struct error *error)
{
    (void)path;
    (void)error;
    memory.size = 0;
    return 0;
}
