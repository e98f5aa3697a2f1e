/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct bytes *bytes, size_t size)
{
    size_t needed = bytes->size + size + 1;
    if (needed <= bytes->capacity) {
        return true;
    }
    char *grown = realloc(bytes->data, 2 * needed);
    if (grown == NULL) {
        bytes->failed = true;
        return false;
    }
    bytes->data = grown;
    bytes->capacity = 2 * needed;
    return true;
}

void bytes_add(struct bytes *bytes, const void *data, size_t size)
{
    if (!bytes->failed && make_room(bytes, size)) {
        memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
        bytes->data[bytes->size] = '\0';
    }
}

void bytes_print(struct bytes *bytes, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= sizeof(text)) {
        bytes->failed = true;
        return;
    }
    bytes_add(bytes, text, (size_t)n);
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    memset(bytes, 0, sizeof(*bytes));
}

cairo_status_t bytes_from_cairo(void *closure, const unsigned char *data,
                                unsigned length)
{
    struct bytes *bytes = closure;
    bytes_add(bytes, data, length);
    return bytes->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}
