/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded: the n-th memory that a library asks for is refused; see fail.h.
 * CRASH_LIBRARIES names those that count, parts of their files' names with
 * colons between them; who asks is known from where the call returns to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <string.h>

#include "tests/crash/fail.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

enum { CODES = 64 };

/* Where the libraries' code lies. */
static struct {
    uintptr_t from;
    uintptr_t to;
} codes[CODES];
static size_t code_count;

static bool is_named(const char *file)
{
    const char *names = getenv("CRASH_LIBRARIES");
    const char *slash = strrchr(file, '/');
    file = slash != NULL ? slash + 1 : file;
    while (names != NULL && names[0] != '\0') {
        size_t length = strcspn(names, ":");
        if (length > 0 && strncmp(file, names, length) == 0) {
            return true;
        }
        names += length + (names[length] == ':' ? 1 : 0);
    }
    return false;
}

static int add_codes(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (size_t i = 0; i < info->dlpi_phnum && is_named(info->dlpi_name); i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0 &&
            code_count < CODES) {
            uintptr_t from = info->dlpi_addr + part->p_vaddr;
            codes[code_count].from = from;
            codes[code_count++].to = from + part->p_memsz;
        }
    }
    return 0;
}

__attribute__((constructor)) static void find_codes(void)
{
    (void)dl_iterate_phdr(add_codes, NULL);
}

static bool refused(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    for (size_t i = 0; i < code_count; i++) {
        if (at >= codes[i].from && at < codes[i].to && fail_now()) {
            errno = ENOMEM;
            return true;
        }
    }
    return false;
}

void *malloc(size_t size)
{
    return refused(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return refused(__builtin_return_address(0)) ? NULL
                                                : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return refused(__builtin_return_address(0)) ? NULL
                                                : __libc_realloc(old, size);
}
