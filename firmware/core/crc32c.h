/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CRC-32C (Castagnoli; polynomial 0x1EDC6F41 reflected, initial value and
 * final exclusive-or 0xFFFFFFFF), as in iSCSI, RFC 3720 appendix B.4:
 * crc32c(0, "123456789", 9) is 0xE3069283. It guards USB frames and journal
 * records. Any block of one can be continued: crc32c(crc32c(0, a), b).
 */
#ifndef FIRMWARE_CORE_CRC32C_H
#define FIRMWARE_CORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Returns the CRC of `size` bytes, carrying on from `crc` (0 to begin). */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

#endif
