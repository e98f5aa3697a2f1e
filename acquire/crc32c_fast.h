/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CRC-32C of firmware/core/crc32c.h for whole journals and recordings:
 * the same values, by the processor's instruction where it has one (x86 with
 * SSE 4.2), else by the controller's small table. Any thread may call it.
 */
#ifndef ACQUIRE_CRC32C_FAST_H
#define ACQUIRE_CRC32C_FAST_H

#include <stddef.h>
#include <stdint.h>

/* Returns the CRC of `size` bytes, carrying on from `crc` (0 to begin). */
uint32_t crc32c_fast(uint32_t crc, const void *data, size_t size);

#endif
