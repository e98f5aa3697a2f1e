/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lossless packing of six-axis samples into a buffer of a fixed size, one
 * sample at a time, until it is full; and back.
 *
 * Each axis is predicted from its own past in four ways, and each time the one
 * that was least off of late is believed (as in Shorten, Robinson 1994, but
 * chosen sample by sample, so that no choice has to be written down). What it
 * was off is written as a Rice code (Rice 1979) whose parameter follows the
 * mean of what came before (as in JPEG-LS, ITU-T T.87, A.5.1): quiet axes take
 * two bits a sample, and nothing has to be known beforehand. A buffer is
 * unpacked without any other.
 *
 *   bytes  0 .. 2   the Rice parameters to begin with, four bits an axis, the
 *                   first axis in the low bits of byte 0
 *   bits   from 24  the samples, bit 0 of a byte first. The first sample is
 *                   six times 16 bits as they are. After it each value is the
 *                   quotient in ones and a zero, then the remainder in as many
 *                   bits as the parameter says; or PACK_ESCAPE ones and 16
 *                   bits of what is left to code.
 *
 * Ownership: caller's storage, the buffer is borrowed. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_PACK_H
#define FIRMWARE_CORE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACK_HEADER = 3,     /* bytes */
    PACK_ESCAPE = 24,    /* ones: a value that was not to be expected */
    PACK_PREDICTORS = 4, /* a slow mean, and polynomials of order 0 .. 2 */
};

/* What is known of an axis. */
struct pack_axis {
    int32_t past[3];               /* its last values, newest first */
    int32_t mean;                  /* slow, 16 times */
    uint32_t off[PACK_PREDICTORS]; /* fading sum of what each was off */
    uint32_t sum;                  /* of what was coded */
    uint32_t weight;               /* values in it */
};

struct pack {
    uint8_t *bytes;
    uint32_t bits; /* in use */
    uint32_t size; /* [bits] */
    uint32_t count;
    struct pack_axis axis[6];
};

struct unpack {
    const uint8_t *bytes;
    uint32_t bits;
    uint32_t size;
    uint32_t count;
    struct pack_axis axis[6];
};

/* Once, before the first buffer: nothing is known of the signal. */
void pack_init(struct pack *pack);

/* Begins a buffer of `size` bytes (64 at least) with what the buffer before it
 * taught of the Rice parameters. */
void pack_begin(struct pack *pack, uint8_t *bytes, size_t size);

/* Adds a sample. Returns false, and changes nothing, if it does not fit. */
bool pack_add(struct pack *pack, const int16_t sample[6]);

/* Bytes in use. */
size_t pack_bytes(const struct pack *pack);

/* Reads a buffer back, sample by sample; false when it has no more. How many
 * samples there are, the caller knows. */
void unpack_begin(struct unpack *unpack, const uint8_t *bytes, size_t size);
bool unpack_next(struct unpack *unpack, int16_t sample[6]);

#endif
