/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run of bytes that grows: where pictures and pages are written before they
 * become files. Begin with all 0; bytes_free frees. Where memory is short
 * `failed` is set, and what came is kept.
 */
#ifndef ANALYSIS_BYTES_H
#define ANALYSIS_BYTES_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

struct bytes {
    char *data; /* a NUL behind `size`, NULL while nothing came */
    size_t size;
    size_t capacity;
    bool failed;
};

void bytes_add(struct bytes *bytes, const void *data, size_t size);
void bytes_print(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bytes_free(struct bytes *bytes);

/* Writes a Cairo surface into `closure`, a struct bytes. */
cairo_status_t bytes_from_cairo(void *closure, const unsigned char *data,
                                unsigned length);

#endif
