/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UF2: the file that a board's boot loader takes (github.com/microsoft/uf2):
 * blocks of 512 bytes with 256 of the image in each. Only what carpus.uf2 is
 * gets through: for the RP2040, without gaps, from flash's first byte on, and
 * with an image header (firmware/core/image.h) whose CRC is right.
 *
 * Ownership: uf2_read gives an object's content, uf2_free takes it back.
 * Errors: negative enum error_code with a sentence.
 */
#ifndef ACQUIRE_UF2_H
#define ACQUIRE_UF2_H

#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"
#include "firmware/core/image.h"

struct uf2 {
    uint8_t *file; /* as it stands */
    size_t file_size;
    struct image_header header;
    uint32_t crc; /* CRC-32C of all of the image, as the wristband tells it */
};

/* Reads and checks `path`; ERR_DATA if it is no image for a wristband. */
int uf2_read(const char *path, struct uf2 *out, struct error *error);
void uf2_free(struct uf2 *uf2);

#endif
