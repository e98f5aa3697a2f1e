/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/virtual/fifo.h"

#include <string.h>

#include "firmware/virtual/kinematics.h"

void fifo_clear(struct fifo *fifo)
{
    fifo->first = 0;
    fifo->used = 0;
    fifo->slots = 0;
    fifo->overrun = false;
    fifo->overrun_latched = false;
}

void fifo_set_mode(struct fifo *fifo, unsigned mode)
{
    fifo->mode = mode;
    if (!fifo_is_on(fifo)) {
        fifo_clear(fifo);
    }
}

bool fifo_is_on(const struct fifo *fifo)
{
    return fifo->mode == FIFO_STOPS || fifo->mode == FIFO_CONTINUOUS;
}

void fifo_begin_slot(struct fifo *fifo)
{
    fifo->slot = (fifo->slot + 1) & 3;
    fifo->slots++;
}

static uint8_t make_tag(unsigned kind, unsigned slot)
{
    unsigned tag = kind << 3 | slot << 1;
    unsigned ones = tag ^ tag >> 4;
    ones ^= ones >> 2;
    ones ^= ones >> 1;
    return (uint8_t)(tag | (ones & 1));
}

static unsigned depth(const struct fifo *fifo)
{
    bool marked = fifo->stop_at_mark && fifo->watermark > 0;
    return marked ? fifo->watermark : FIFO_WORDS;
}

void fifo_put(struct fifo *fifo, unsigned kind, const uint8_t data[FIFO_DATA])
{
    if (fifo->drop_words > 0) {
        fifo->drop_words--;
        return;
    }
    if (fifo->used >= depth(fifo)) {
        fifo->overrun = true;
        fifo->overrun_latched = true;
        fifo->lost++;
        if (fifo->mode == FIFO_STOPS) {
            return;
        }
        fifo->first = (fifo->first + 1) % FIFO_WORDS;
        fifo->used--;
    }
    uint8_t *word = fifo->word[(fifo->first + fifo->used) % FIFO_WORDS];
    word[0] = make_tag(kind, fifo->slot);
    memcpy(word + 1, data, FIFO_DATA);
    fifo->used++;
}

uint16_t fifo_status(const struct fifo *fifo)
{
    static const unsigned SLOT_WORDS = 4; /* go in at once, at most */
    unsigned flags = 0;
    if (fifo->watermark > 0 && fifo->used >= fifo->watermark) {
        flags |= LSM6DSOX_WTM;
    }
    if (fifo->overrun) {
        flags |= LSM6DSOX_OVR;
    }
    if (fifo->used + SLOT_WORDS > depth(fifo)) {
        flags |= LSM6DSOX_FIFO_FULL;
    }
    if (fifo->overrun_latched) {
        flags |= LSM6DSOX_OVR_LATCHED;
    }
    return (uint16_t)(flags << 8 | fifo->used);
}

void fifo_unlatch(struct fifo *fifo)
{
    fifo->overrun_latched = false;
}

uint8_t fifo_read(struct fifo *fifo, unsigned at)
{
    if (fifo->used == 0) {
        return 0;
    }
    uint8_t *word = fifo->word[fifo->first];
    if (at == 0 && fifo->flip_tags > 0) {
        fifo->flip_tags--;
        uint64_t bit = hash_index(fifo->seed, fifo->flip_tags) % 8;
        word[0] ^= (uint8_t)(1U << bit);
    }
    uint8_t value = word[at];
    if (at == FIFO_WORD - 1) {
        fifo->first = (fifo->first + 1) % FIFO_WORDS;
        fifo->used--;
        fifo->overrun = false;
    }
    return value;
}
