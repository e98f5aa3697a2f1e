/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Damage to a good HDF5 file that gets past HDF5's own guards: a script of
 * changes, after which the checksums of the superblock and of each object
 * header, group node and index that is still where it was are put right.
 */
#ifndef TESTS_FUZZ_HDF5_MUTATION_H
#define TESTS_FUZZ_HDF5_MUTATION_H

#include "tests/fuzz/fuzz.h"

#include "firmware/core/bytes.h"

enum { MUTATION_BYTES = 1 << 18, MUTATION_BLOCKS = 256 };

/* A good file and where in it are blocks that end with a checksum. */
struct mutation_base {
    size_t size;
    size_t blocks;
    struct {
        size_t at;
        size_t size; /* without the checksum */
    } block[MUTATION_BLOCKS];
    uint8_t bytes[MUTATION_BYTES];
};

static inline uint32_t rotate(uint32_t x, unsigned by)
{
    return x << by | x >> (32 - by);
}

/* HDF5's checksum of metadata: Bob Jenkins's lookup3, hashlittle, public
 * domain (burtleburtle.net/bob/c/lookup3.c), from 0. */
static inline uint32_t hdf5_checksum(const uint8_t *in, size_t size)
{
    uint32_t a = 0xDEADBEEF + (uint32_t)size;
    uint32_t b = a;
    uint32_t c = a;
    uint8_t tail[12] = {0};
    for (; size > 12; in += 12, size -= 12) {
        a += get_u32(in);
        b += get_u32(in + 4);
        c += get_u32(in + 8);
        a = (a - c) ^ rotate(c, 4);
        c += b;
        b = (b - a) ^ rotate(a, 6);
        a += c;
        c = (c - b) ^ rotate(b, 8);
        b += a;
        a = (a - c) ^ rotate(c, 16);
        c += b;
        b = (b - a) ^ rotate(a, 19);
        a += c;
        c = (c - b) ^ rotate(b, 4);
        b += a;
    }
    if (size == 0) {
        return c;
    }
    memcpy(tail, in, size);
    a += get_u32(tail);
    b += get_u32(tail + 4);
    c += get_u32(tail + 8);
    c = (c ^ b) - rotate(b, 14);
    a = (a ^ c) - rotate(c, 11);
    b = (b ^ a) - rotate(a, 25);
    c = (c ^ b) - rotate(b, 16);
    a = (a ^ c) - rotate(c, 4);
    b = (b ^ a) - rotate(a, 14);
    return (c ^ b) - rotate(b, 24);
}

/* Finds the blocks by trying where such a checksum is right. */
static inline void mutation_find(struct mutation_base *base)
{
    static const char *const magic[] = {"\x89HDF", "OHDR", "OCHK", "FRHP",
                                        "FHDB",    "BTHD", "BTLF", "BTIN"};
    enum { MOST = 4096, LEAST = 12 };
    base->blocks = 0;
    for (size_t at = 0; at + LEAST < base->size; at++) {
        const uint8_t *in = base->bytes + at;
        bool known = false;
        for (size_t k = 0; k < sizeof(magic) / sizeof(magic[0]); k++) {
            known |= memcmp(in, magic[k], 4) == 0;
        }
        for (size_t size = LEAST;
             known && size < MOST && at + size + 4 <= base->size; size++) {
            if (hdf5_checksum(in, size) == get_u32(in + size) &&
                base->blocks < MUTATION_BLOCKS) {
                base->block[base->blocks].at = at;
                base->block[base->blocks++].size = size;
                break;
            }
        }
    }
}

/* Carries out a script on a copy of the file; returns its size. */
static inline size_t mutate(const struct mutation_base *base, struct fuzz *fuzz,
                            uint8_t *out)
{
    static const uint64_t values[] = {
        0,      1,          2,          0x7F,       0xFF,       0x8000,
        0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1ULL << 32, 1ULL << 62, UINT64_MAX};
    size_t size = base->size;
    memcpy(out, base->bytes, size);
    for (unsigned n = 0; fuzz->left > 0 && n < 16; n++) {
        uint64_t how = fuzz_number(fuzz, 1);
        uint64_t where = fuzz_number(fuzz, 3);
        /* Half of the changes go where the structure is. */
        size_t block = base->blocks > 0 ? where % base->blocks : 0;
        size_t at =
            how & 1 && base->blocks > 0
                ? base->block[block].at + where / 256 % base->block[block].size
                : where % size;
        size_t width = (size_t)1 << (how >> 1) % 4;
        uint64_t value =
            how & 8 ? fuzz_number(fuzz, width) : values[(how >> 4) % 12];
        for (size_t k = 0; k < width && at + k < size; k++) {
            out[at + k] = (uint8_t)(value >> (8 * k));
        }
        if (how == 0xFE) {
            size = at + 1;
        }
    }
    for (size_t i = 0; i < base->blocks; i++) {
        size_t end = base->block[i].at + base->block[i].size;
        if (end + 4 <= size) {
            put_u32(out + end, hdf5_checksum(out + base->block[i].at,
                                             base->block[i].size));
        }
    }
    return size;
}

static inline void mutation_load(struct mutation_base *base, const char *path)
{
    FILE *file = fopen(path, "rb");
    FUZZ_RULE(file != NULL);
    base->size = fread(base->bytes, 1, sizeof(base->bytes), file);
    FUZZ_RULE(base->size > 0 && base->size < sizeof(base->bytes));
    fclose(file);
    mutation_find(base);
}

#endif
