/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/crc32c_fast.h"

#include <string.h>

#include "firmware/core/crc32c.h"

#ifdef __x86_64__
#include <nmmintrin.h>

/* The instruction takes eight bytes as a little-endian number. */
__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t crc, const uint8_t *in, size_t size)
{
    uint64_t state = ~crc;
    uint64_t eight;
    for (; size >= sizeof(eight); in += sizeof(eight), size -= sizeof(eight)) {
        memcpy(&eight, in, sizeof(eight));
        state = _mm_crc32_u64(state, eight);
    }
    for (; size > 0; in++, size--) {
        state = _mm_crc32_u8((uint32_t)state, *in);
    }
    return ~(uint32_t)state;
}

uint32_t crc32c_fast(uint32_t crc, const void *data, size_t size)
{
    return __builtin_cpu_supports("sse4.2") ? by_instruction(crc, data, size)
                                            : crc32c(crc, data, size);
}

#else

uint32_t crc32c_fast(uint32_t crc, const void *data, size_t size)
{
    return crc32c(crc, data, size);
}

#endif
