/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/hdf5_chunk.h"

#include <stdbool.h>
#include <string.h>

#include "acquire/hdf5_layout.h"
#include "acquire/vector.h"

/* Words of a block: as many as a sum of 32 bits holds, each times its place. */
enum { BLOCK = 360 };

/* Modulo 65535: 0 of 0 only. */
static uint64_t fold(uint64_t sum)
{
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* Words are of two bytes, the high one first. Those of a processor that has
 * the low one first are 256 times as large, modulo 65535, and so are sums. */
static uint32_t swapped(uint64_t sum)
{
    return (uint32_t)((sum & 0xff) << 8 | sum >> 8);
}

/* HDF5's checksum of `n` words as a processor with the low byte first has
 * them: the sum of the words, and that of all the sums on the way. */
VECTOR_CLONES
static uint32_t fletcher32(const uint16_t *word, size_t n)
{
    uint64_t sum = 0;
    uint64_t sums = 0;
    while (n > 0) {
        uint32_t count = n < BLOCK ? (uint32_t)n : BLOCK;
        uint32_t block_sum = 0;
        uint32_t block_sums = 0;
        for (uint32_t i = 0; i < count; i++) {
            block_sum += word[i];
            block_sums += (count - i) * word[i];
        }
        sums = fold(sums + count * sum + block_sums);
        sum = fold(sum + block_sum);
        word += count;
        n -= count;
    }
    return swapped(sums) << 16 | swapped(sum);
}

static bool is_little_endian(hid_t type)
{
    return H5Tget_order(type) == H5T_ORDER_LE;
}

/* Fletcher-32 alone. */
static bool is_plain(hid_t how)
{
    unsigned flags;
    size_t values = 0;
    return H5Pget_layout(how) == H5D_CHUNKED && H5Pget_nfilters(how) == 1 &&
           H5Pget_filter2(how, 0, &flags, &values, NULL, 0, NULL, NULL) ==
               H5Z_FILTER_FLETCHER32;
}

size_t hdf5_chunk_rows(hid_t dataset, hid_t type)
{
    hsize_t chunk[2] = {0, 0};
    hsize_t extent[2] = {0, 0};
    hid_t stored = H5Dget_type(dataset);
    hid_t how = H5Dget_create_plist(dataset);
    hid_t space = H5Dget_space(dataset);
    bool plain = stored >= 0 && how >= 0 && space >= 0 &&
                 H5Tequal(stored, type) > 0 && is_little_endian(type) &&
                 is_plain(how) &&
                 H5Sget_simple_extent_dims(space, extent, NULL) == 2 &&
                 H5Pget_chunk(how, 2, chunk) == 2 && chunk[1] == extent[1];
    hdf5_release(space);
    hdf5_release(how);
    hdf5_release(stored);
    return plain ? (size_t)chunk[0] : 0;
}

int hdf5_chunk_read(hid_t dataset, uint64_t first, size_t bytes, void *out)
{
    const hsize_t at[2] = {first, 0};
    hsize_t stored = 0;
    uint32_t skipped = 0; /* filters */
    if (H5Dget_chunk_storage_size(dataset, at, &stored) < 0 ||
        stored != bytes + HDF5_CHUNK_CHECKSUM ||
        H5Dread_chunk(dataset, H5P_DEFAULT, at, &skipped, out) < 0 ||
        skipped != 0) {
        return -1;
    }
    uint32_t checksum;
    memcpy(&checksum, (const char *)out + bytes, sizeof(checksum));
    return checksum == fletcher32(out, bytes / 2) ? 0 : -1;
}
