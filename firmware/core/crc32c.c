/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/crc32c.h"

/* Remainders of the sixteen values of half a byte. A table of whole bytes
 * would be faster, but takes 1 KiB of the controller's memory. */
static const uint32_t nibble_remainder[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
    0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
    0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75};

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *in = data;

    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= in[i];
        crc = crc >> 4 ^ nibble_remainder[crc & 15];
        crc = crc >> 4 ^ nibble_remainder[crc & 15];
    }
    return ~crc;
}
