/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *array_add(void *items, size_t count, size_t size)
{
    void *array;
    memcpy(&array, items, sizeof(array));
    if ((count & (count - 1)) == 0) {
        size_t capacity = count == 0 ? 1 : 2 * count;
        if (capacity > SIZE_MAX / 2 / size) {
            return NULL;
        }
        void *grown = realloc(array, capacity * size);
        if (grown == NULL) {
            return NULL;
        }
        array = grown;
        memcpy(items, &array, sizeof(array));
    }
    char *added = (char *)array + count * size;
    memset(added, 0, size);
    return added;
}
