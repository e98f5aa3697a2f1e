/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/image.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

static const uint8_t magic[4] = {'C', 'I', 'M', 'G'};

enum { BOARD_AT = 16, BOARD_SIZE = 16 };

void image_put_header(uint8_t *out, const struct image_header *header)
{
    memcpy(out, magic, sizeof magic);
    put_u32(out + 4, header->length);
    put_u32(out + 8, header->crc);
    memcpy(out + 12, header->firmware, sizeof header->firmware);
    out[15] = header->wire;
    memcpy(out + BOARD_AT, header->board, BOARD_SIZE);
}

bool image_get_header(struct image_header *header, const uint8_t *in)
{
    header->length = get_u32(in + 4);
    header->crc = get_u32(in + 8);
    memcpy(header->firmware, in + 12, sizeof header->firmware);
    header->wire = in[15];
    memcpy(header->board, in + BOARD_AT, BOARD_SIZE);
    header->board[BOARD_SIZE] = '\0';
    return memcmp(in, magic, sizeof magic) == 0 &&
           header->length >= IMAGE_HEADER_AT + IMAGE_HEADER &&
           header->length <= IMAGE_LENGTH_MAX;
}

uint32_t image_crc(const uint8_t *image, size_t length)
{
    size_t after = IMAGE_CRC_AT + IMAGE_CRC;
    uint32_t crc = crc32c(0, image, IMAGE_CRC_AT);

    return crc32c(crc, image + after, length - after);
}
