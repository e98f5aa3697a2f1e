/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs on the computer that builds the firmware: makes of what was linked what
 * is put on the board.
 *
 *   make_image LINKED.bin VERSION IMAGE.bin IMAGE.uf2
 *
 * Fills in boot2's CRC-32, which the boot ROM checks, and the image's header,
 * and writes the image as it is and as UF2, the format that the boot loader
 * takes (a drive to which the file is copied).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/image.h"
#include "firmware/core/wire.h"

enum {
    BOOT2 = 252, /* bytes that its CRC covers */
    FLASH = 0x10000000,
    UF2_BLOCK = 512,
    UF2_DATA = 32, /* where a block's data begins */
    UF2_PAGE = 256,
    UF2_FAMILY_PRESENT = 0x2000,
    UF2_END_AT = 508,
};

/* UF2 specification: magic numbers, and the RP2040's family. */
#define UF2_MAGIC_0 0x0A324655u
#define UF2_MAGIC_1 0x9E5D5157u
#define UF2_MAGIC_END 0x0AB16F30u
#define UF2_RP2040 0xE48BFF56u

/* As the boot ROM reckons it (RP2040 data sheet 2.8.1.3.1): polynomial
 * 0x04C11DB7, from the top bit on, initial value all ones. */
static uint32_t boot_crc(const uint8_t *data, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;

    for (size_t i = 0; i < size; i++) {
        crc ^= (uint32_t)data[i] << 24;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc << 1 ^ (crc >> 31 != 0 ? 0x04C11DB7u : 0);
        }
    }
    return crc;
}

/* Returns the bytes read, 0 where that fails. */
static size_t read_file(const char *path, uint8_t *out, size_t size)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        return 0;
    }
    size_t n = fread(out, 1, size, file);
    fclose(file);
    return n;
}

/* Reads "1.2.3". Returns 0 or -1. */
static int read_version(uint8_t version[3], const char *text)
{
    for (int i = 0; i < 3; i++) {
        char *end;
        unsigned long number = strtoul(text, &end, 10);
        if (end == text || number > UINT8_MAX || *end != (i < 2 ? '.' : '\0')) {
            return -1;
        }
        version[i] = (uint8_t)number;
        text = end + 1;
    }
    return 0;
}

static int fill_in(uint8_t *image, size_t length, const char *version)
{
    struct image_header header = {.length = (uint32_t)length,
                                  .wire = WIRE_VERSION,
                                  .board = "nano_rp2040"};

    if (read_version(header.firmware, version) < 0) {
        return -1;
    }
    put_u32(image + BOOT2, boot_crc(image, BOOT2));
    image_put_header(image + IMAGE_HEADER_AT, &header);
    header.crc = image_crc(image, length);
    image_put_header(image + IMAGE_HEADER_AT, &header);
    return 0;
}

static int write_uf2(FILE *file, const uint8_t *image, size_t length)
{
    uint32_t blocks = (uint32_t)((length + UF2_PAGE - 1) / UF2_PAGE);

    for (uint32_t i = 0; i < blocks; i++) {
        uint8_t block[UF2_BLOCK] = {0};
        size_t at = (size_t)i * UF2_PAGE;
        size_t size = length - at < UF2_PAGE ? length - at : UF2_PAGE;
        put_u32(block, UF2_MAGIC_0);
        put_u32(block + 4, UF2_MAGIC_1);
        put_u32(block + 8, UF2_FAMILY_PRESENT);
        put_u32(block + 12, FLASH + (uint32_t)at);
        put_u32(block + 16, UF2_PAGE);
        put_u32(block + 20, i);
        put_u32(block + 24, blocks);
        put_u32(block + 28, UF2_RP2040);
        memcpy(block + UF2_DATA, image + at, size);
        put_u32(block + UF2_END_AT, UF2_MAGIC_END);
        if (fwrite(block, sizeof block, 1, file) != 1) {
            return -1;
        }
    }
    return 0;
}

static int write_bin(FILE *file, const uint8_t *image, size_t length)
{
    return fwrite(image, 1, length, file) == length ? 0 : -1;
}

static int write_file(const char *path,
                      int (*write)(FILE *, const uint8_t *, size_t),
                      const uint8_t *image, size_t length)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) {
        return -1;
    }
    int err = write(file, image, length);
    return fclose(file) == 0 ? err : -1;
}

int main(int argc, char **argv)
{
    static uint8_t image[IMAGE_LENGTH_MAX + 1];

    if (argc != 5) {
        fprintf(stderr,
                "usage: make_image LINKED.bin VERSION IMAGE.bin IMAGE.uf2\n");
        return EXIT_FAILURE;
    }
    size_t length = read_file(argv[1], image, sizeof image);
    if (length < IMAGE_HEADER_AT + IMAGE_HEADER || length > IMAGE_LENGTH_MAX ||
        fill_in(image, length, argv[2]) < 0) {
        fprintf(stderr, "make_image: %s is no image, or %s no version\n",
                argv[1], argv[2]);
        return EXIT_FAILURE;
    }
    if (write_file(argv[3], write_bin, image, length) < 0 ||
        write_file(argv[4], write_uf2, image, length) < 0) {
        fprintf(stderr, "make_image: cannot write %s or %s\n", argv[3],
                argv[4]);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
