/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flash in memory, as strict as a chip: a page is programmed only once it was
 * erased, bits go from one to zero only, and it counts each sector's erases.
 * Power can be cut in the middle of any operation: fake_flash_tear leaves what
 * a chip might.
 */
#ifndef TESTS_FAKE_FLASH_H
#define TESTS_FAKE_FLASH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "firmware/core/flash.h"

#ifndef FAKE_FLASH_SECTORS
#define FAKE_FLASH_SECTORS 16
#endif

struct fake_flash {
    struct flash flash;
    uint32_t erases[FAKE_FLASH_SECTORS];
    uint32_t operations; /* programs and erases */
    uint32_t bad_pages;  /* the next ones keep a wrong bit */
    uint32_t bad_erases; /* the next ones fail */
    uint32_t seed;
    /* Called before each program (`in` not NULL) and erase. */
    void (*before)(void *ctx, uint32_t address, const uint8_t *in);
    void *ctx;
    uint8_t bytes[FAKE_FLASH_SECTORS * FLASH_SECTOR];
};

/* Numerical Recipes' generator, chapter 7.1: any will do. */
static inline uint32_t fake_flash_random(struct fake_flash *fake)
{
    fake->seed = fake->seed * 1664525u + 1013904223u;
    return fake->seed >> 8;
}

static inline int fake_flash_read(void *ctx, uint32_t address, uint8_t *out,
                                  size_t size)
{
    const struct fake_flash *fake = ctx;
    assert_true(address + size <= sizeof(fake->bytes));
    memcpy(out, fake->bytes + address, size);
    return 0;
}

static inline int fake_flash_program(void *ctx, uint32_t address,
                                     const uint8_t *in)
{
    struct fake_flash *fake = ctx;
    assert_int_equal(address % FLASH_PAGE, 0);
    assert_true(address + FLASH_PAGE <= sizeof(fake->bytes));
    for (uint32_t i = 0; i < FLASH_PAGE; i++) {
        assert_int_equal(fake->bytes[address + i], 0xFF);
    }
    if (fake->before != NULL) {
        fake->before(fake->ctx, address, in);
    }
    memcpy(fake->bytes + address, in, FLASH_PAGE);
    fake->operations++;
    if (fake->bad_pages > 0) {
        fake->bad_pages--;
        fake->bytes[address + 50] ^= 4;
    }
    return 0;
}

static inline int fake_flash_erase(void *ctx, uint32_t address)
{
    struct fake_flash *fake = ctx;
    assert_int_equal(address % FLASH_SECTOR, 0);
    assert_true(address + FLASH_SECTOR <= sizeof(fake->bytes));
    if (fake->before != NULL) {
        fake->before(fake->ctx, address, NULL);
    }
    fake->operations++;
    if (fake->bad_erases > 0) {
        fake->bad_erases--;
        return -1;
    }
    memset(fake->bytes + address, 0xFF, FLASH_SECTOR);
    fake->erases[address / FLASH_SECTOR]++;
    return 0;
}

/* A chip from the factory is erased, but nobody relies on that. */
static inline void fake_flash_init(struct fake_flash *fake)
{
    memset(fake, 0, sizeof(*fake));
    memset(fake->bytes, 0xFF, sizeof(fake->bytes));
    fake->flash = (struct flash){.ctx = fake,
                                 .sectors = FAKE_FLASH_SECTORS,
                                 .read = fake_flash_read,
                                 .program = fake_flash_program,
                                 .erase = fake_flash_erase};
    fake->seed = 1;
}

/* The flash as `from` is, with another's hooks; for trying what a power cut
 * would leave. */
static inline void fake_flash_copy(struct fake_flash *to,
                                   const struct fake_flash *from)
{
    *to = *from;
    to->flash.ctx = to;
    to->before = NULL;
}

/* Bytes of a page that was being programmed: whole up to one point, some bits
 * in the next few, nothing of the rest. */
static inline void fake_flash_tear_page(struct fake_flash *fake,
                                        uint32_t address, const uint8_t *in)
{
    uint32_t whole = fake_flash_random(fake) % (FLASH_PAGE + 1);
    uint32_t some = whole + fake_flash_random(fake) % 16;
    for (uint32_t i = 0; i < FLASH_PAGE; i++) {
        uint8_t kept = 0;
        if (i < whole) {
            kept = 0xFF;
        } else if (i < some) {
            kept = (uint8_t)fake_flash_random(fake);
        }
        fake->bytes[address + i] &= (uint8_t)(in[i] | (uint8_t)~kept);
    }
}

/* A sector that was being erased: each byte as it was, erased, or in
 * between. In some cuts nearly nothing, in some nearly all had happened. */
static inline void fake_flash_tear_sector(struct fake_flash *fake,
                                          uint32_t address)
{
    uint32_t done = fake_flash_random(fake) % 257;
    uint32_t loose = fake_flash_random(fake) % 3 * 8;
    for (uint32_t i = 0; i < FLASH_SECTOR; i++) {
        uint32_t draw = fake_flash_random(fake) % 256;
        uint8_t erased = 0;
        if (draw < done) {
            erased = 0xFF;
        } else if (draw < done + loose) {
            erased = (uint8_t)fake_flash_random(fake);
        }
        fake->bytes[address + i] |= erased;
    }
}

static inline void fake_flash_tear(struct fake_flash *fake, uint32_t address,
                                   const uint8_t *in)
{
    if (in != NULL) {
        fake_flash_tear_page(fake, address, in);
    } else {
        fake_flash_tear_sector(fake, address);
    }
}

#endif
