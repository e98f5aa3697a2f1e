/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linked in with --wrap: the n-th memory that carpus's own code asks for is
 * refused; see fail.h. What libraries ask for themselves is not: GLib ends a
 * program that is refused any.
 */
#include <errno.h>
#include <string.h>

#include "tests/crash/fail.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static bool refused(void)
{
    bool now = fail_now();
    errno = now ? ENOMEM : errno;
    return now;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return refused() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return refused() ? NULL : __real_strdup(text);
}
