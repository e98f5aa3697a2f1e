/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growing arrays of results. Events are few (thousands); samples never go in.
 */
#ifndef ANALYSIS_ARRAY_H
#define ANALYSIS_ARRAY_H

#include <stddef.h>

/* Makes room for one more element of `size` bytes behind `count` of them.
 * `items` is the address of the pointer to them (heap, or NULL when count is
 * 0). Capacity is the next power of two, so that it need not be kept. Returns
 * the new element, zeroed, or NULL where memory is short (then the array is as
 * before). The caller counts. */
void *array_add(void *items, size_t count, size_t size);

#endif
