/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/uf2.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

enum {
    BLOCK = 512,
    PAYLOAD = 256,
    AT_FLAGS = 8,
    AT_ADDRESS = 12,
    AT_SIZE = 16,
    AT_NUMBER = 20,
    AT_COUNT = 24,
    AT_FAMILY = 28,
    AT_DATA = 32,
    AT_END = 508,
    FLAG_FAMILY = 0x2000,
    FLASH = 0x10000000,
    FILE_MAX = IMAGE_LENGTH_MAX / PAYLOAD * BLOCK,
};

/* UF2's magic numbers, and the RP2040's family. */
static const uint32_t MAGIC_0 = 0x0A324655;
static const uint32_t MAGIC_1 = 0x9E5D5157;
static const uint32_t MAGIC_END = 0x0AB16F30;
static const uint32_t FAMILY_RP2040 = 0xE48BFF56;

static int read_file(const char *path, struct uf2 *out, struct error *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    out->file = malloc(FILE_MAX + 1);
    size_t n = out->file != NULL ? fread(out->file, 1, FILE_MAX + 1, file) : 0;
    int number = out->file == NULL ? ENOMEM : ferror(file) ? errno : 0;
    fclose(file);
    out->file_size = n;
    return number == 0
               ? 0
               : error_from_errno(error, number, "cannot read '%s'", path);
}

/* What is wrong with block `i` of `count`; NULL if nothing. */
static const char *block_fault(const uint8_t *block, uint32_t i, uint32_t count)
{
    if (get_u32(block) != MAGIC_0 || get_u32(block + 4) != MAGIC_1 ||
        get_u32(block + AT_END) != MAGIC_END) {
        return "it is no UF2 file";
    }
    if ((get_u32(block + AT_FLAGS) & FLAG_FAMILY) == 0 ||
        get_u32(block + AT_FAMILY) != FAMILY_RP2040) {
        return "it is for another chip";
    }
    if (get_u32(block + AT_NUMBER) != i || get_u32(block + AT_COUNT) != count ||
        get_u32(block + AT_SIZE) != PAYLOAD ||
        get_u32(block + AT_ADDRESS) != FLASH + i * PAYLOAD) {
        return "blocks are missing or out of order";
    }
    return NULL;
}

/* Puts the payloads one after another to `image`. */
static const char *unpack(const struct uf2 *uf2, uint8_t *image)
{
    uint32_t count = (uint32_t)(uf2->file_size / BLOCK);
    if (count == 0 || uf2->file_size % BLOCK != 0) {
        return "it is no UF2 file";
    }
    if (uf2->file_size > FILE_MAX) {
        return "it is larger than what the firmware may be";
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *block = uf2->file + (size_t)i * BLOCK;
        const char *fault = block_fault(block, i, count);
        if (fault != NULL) {
            return fault;
        }
        memcpy(image + (size_t)i * PAYLOAD, block + AT_DATA, PAYLOAD);
    }
    return NULL;
}

static const char *check_image(struct uf2 *uf2, const uint8_t *image)
{
    size_t size = uf2->file_size / BLOCK * PAYLOAD;
    if (size < IMAGE_HEADER_AT + IMAGE_HEADER ||
        !image_get_header(&uf2->header, image + IMAGE_HEADER_AT)) {
        return "it is no firmware of carpus";
    }
    if (uf2->header.length > size ||
        image_crc(image, uf2->header.length) != uf2->header.crc) {
        return "its checksum is wrong: it is damaged";
    }
    uf2->crc = crc32c(0, image, uf2->header.length);
    return NULL;
}

int uf2_read(const char *path, struct uf2 *out, struct error *error)
{
    *out = (struct uf2){0};
    int err = read_file(path, out, error);
    uint8_t *image = err == 0 ? malloc(IMAGE_LENGTH_MAX) : NULL;
    if (err == 0 && image == NULL) {
        err = error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    if (err == 0) {
        const char *fault = unpack(out, image);
        fault = fault != NULL ? fault : check_image(out, image);
        if (fault != NULL) {
            err = error_set(error, ERR_DATA,
                            "'%s' is nothing for a wristband: %s", path, fault);
        }
    }
    free(image);
    if (err < 0) {
        uf2_free(out);
    }
    return err;
}

void uf2_free(struct uf2 *uf2)
{
    free(uf2->file);
    uf2->file = NULL;
}
