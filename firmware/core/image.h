/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The firmware's image as it stands in flash, from its first byte on. The
 * header is behind boot2 and the vectors; it says what the image is, and its
 * CRC proves that all of it is there: before an update (host), at start
 * (firmware) and when the image is made (nano_rp2040/make_image.c).
 *
 *   offset size name      meaning
 *        0    4 magic     "CIMG"
 *        4    4 length    bytes of the image
 *        8    4 crc       CRC-32C of the image without these four bytes
 *       12    3 firmware  version: major, minor, patch
 *       15    1 wire      WIRE_VERSION
 *       16   16 board     name, padded with 0
 */
#ifndef FIRMWARE_CORE_IMAGE_H
#define FIRMWARE_CORE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IMAGE_HEADER_AT = 0x1c0, /* 256 bytes of boot2, 48 vectors */
    IMAGE_HEADER = 32,
    IMAGE_CRC_AT = IMAGE_HEADER_AT + 8,
    IMAGE_CRC = 4, /* bytes */
    IMAGE_LENGTH_MAX = 1 << 20,
};

struct image_header {
    uint32_t length; /* [bytes] */
    uint32_t crc;
    uint8_t firmware[3];
    uint8_t wire;
    char board[17]; /* NUL-terminated here, padded with 0 */
};

/* Writes IMAGE_HEADER bytes. */
void image_put_header(uint8_t *out, const struct image_header *header);

/* Reads the header from IMAGE_HEADER bytes. Returns false where there is none:
 * wrong magic, or a length that cannot be. */
bool image_get_header(struct image_header *header, const uint8_t *in);

/* The CRC that belongs into the header of `image`, which has `length` bytes,
 * more than the header's end. */
uint32_t image_crc(const uint8_t *image, size_t length);

#endif
