/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flash of a virtual wristband: a file that is mapped, so that it outlasts the
 * program whatever ends it, or memory that does not.
 *
 * Ownership: caller's storage; open is undone by close. Errors: negative enum
 * error_code with a sentence.
 */
#ifndef ACQUIRE_VIRTUAL_FLASH_H
#define ACQUIRE_VIRTUAL_FLASH_H

#include <stdint.h>

#include "acquire/error.h"

struct virtual_flash {
    uint8_t *bytes;
    uint32_t sectors;
};

/* `path` "" for memory (1 MiB). A file that is not there is made as large as
 * the board's (15 MiB, erased); one that is there must be whole sectors. */
int virtual_flash_open(struct virtual_flash *flash, const char *path,
                       struct error *error);
void virtual_flash_close(struct virtual_flash *flash);

#endif
