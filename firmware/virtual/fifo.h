/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The FIFO of a simulated LSM6DSOX (data sheet, section 6; AN5272, section 9):
 * 3 KiB in tagged words of seven bytes. The tag has the kind of word in bits
 * 7:3, a two-bit counter of slots (output instants) in 2:1, and in bit 0 a
 * parity that makes the number of ones even.
 *
 * Ownership: caller's storage; all zero is an empty FIFO in bypass mode.
 */
#ifndef FIRMWARE_VIRTUAL_FIFO_H
#define FIRMWARE_VIRTUAL_FIFO_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/lsm6dsox_regs.h"

enum {
    FIFO_WORDS = LSM6DSOX_FIFO_WORDS,
    FIFO_WORD = LSM6DSOX_WORD, /* bytes: tag and three axes, or whatever */
    FIFO_DATA = FIFO_WORD - 1, /* bytes of it after the tag */
};

/* Modes that are simulated, as in FIFO_CTRL4; all others are as bypass. */
enum fifo_mode {
    FIFO_BYPASS = 0,
    FIFO_STOPS = 1, /* stops when full */
    FIFO_CONTINUOUS = 6,
};

struct fifo {
    uint8_t word[FIFO_WORDS][FIFO_WORD];
    unsigned first;
    unsigned used;
    unsigned mode;
    unsigned watermark;   /* [words]; 0: none */
    bool stop_at_mark;    /* the watermark is its depth */
    bool overrun;         /* a word was lost, none was read since */
    bool overrun_latched; /* a word was lost since fifo_unlatch */
    unsigned slot;        /* the tag's counter */
    uint64_t slots;       /* since it was enabled */
    uint64_t lost;        /* words overwritten or refused so far */
    uint64_t seed;        /* of the bits that flip */
    /* Faults still to come. */
    unsigned flip_tags;  /* words read with a flipped bit in the tag */
    unsigned drop_words; /* words that vanish instead of being stored */
};

/* Sets the mode; bypass empties the FIFO. */
void fifo_set_mode(struct fifo *fifo, unsigned mode);
void fifo_clear(struct fifo *fifo);

/* True in the modes in which words go in. */
bool fifo_is_on(const struct fifo *fifo);

/* Begins a slot: the words put after it carry its count. */
void fifo_begin_slot(struct fifo *fifo);
void fifo_put(struct fifo *fifo, unsigned kind, const uint8_t data[FIFO_DATA]);

/* FIFO_STATUS1 in the low, FIFO_STATUS2 in the high byte. */
uint16_t fifo_status(const struct fifo *fifo);
void fifo_unlatch(struct fifo *fifo);

/* Byte `at` (0 .. 6) of the oldest word, 0 if there is none; reading the last
 * byte takes the word out. */
uint8_t fifo_read(struct fifo *fifo, unsigned at);

#endif
