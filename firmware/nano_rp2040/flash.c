/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/flash.h"

#include "firmware/nano_rp2040/rp2040.h"

/* Commands (data sheet DS-AT25SF128A, table 6-1). */
enum {
    READ = 0x03,
    READ_JEDEC_ID = 0x9F,
    READ_UNIQUE_ID = 0x4B, /* then four bytes of no meaning */
    DIVIDER = 4,           /* 12 MHz of 48 */
    FIFO = 16,             /* entries, of each direction */
};

/* Selecting the chip by hand: the controller would let go of it whenever its
 * buffer runs empty, as in an interrupt. */
static void select_chip(uint32_t level)
{
    uint32_t control = reg_get(IO_QSPI_SS_CTRL) & ~IO_OUTOVER_MASK;

    reg_put(IO_QSPI_SS_CTRL, control | level);
    (void)reg_get(IO_QSPI_SS_CTRL); /* done before what follows */
}

/* Sends `sent` bytes of `out` and zeros after them; the answer from then on
 * goes to `in`. */
static void command(const uint8_t *out, size_t sent, uint8_t *in, size_t size)
{
    size_t put = 0;
    size_t got = 0;

    select_chip(IO_OUTOVER_LOW);
    while (got < sent + size) {
        uint32_t status = reg_get(SSI_SR);
        if (put < sent + size && put - got < FIFO - 2 &&
            (status & SSI_SR_TFNF) != 0) {
            reg_put(SSI_DR0, put < sent ? out[put] : 0);
            put++;
        }
        if ((status & SSI_SR_RFNE) != 0 && got < put) {
            uint8_t byte = (uint8_t)reg_get(SSI_DR0);
            if (got >= sent) {
                in[got - sent] = byte;
            }
            got++;
        }
    }
    select_chip(IO_OUTOVER_HIGH);
}

void flash_init(void)
{
    reg_put(SSI_SSIENR, 0);
    reg_put(SSI_BAUDR, DIVIDER);
    reg_put(SSI_CTRLR0, SSI_CTRLR0_BYTES);
    reg_put(SSI_SER, 1);
    reg_put(SSI_SSIENR, 1);
    select_chip(IO_OUTOVER_HIGH);
}

uint32_t flash_jedec_id(void)
{
    const uint8_t out[] = {READ_JEDEC_ID};
    uint8_t in[3];

    command(out, sizeof out, in, sizeof in);
    return (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
}

void flash_unique_id(uint8_t id[FLASH_ID_SIZE])
{
    const uint8_t out[5] = {READ_UNIQUE_ID};

    command(out, sizeof out, id, FLASH_ID_SIZE);
}

void flash_read(uint32_t at, uint8_t *out, size_t size)
{
    const uint8_t begin[] = {READ, (uint8_t)(at >> 16), (uint8_t)(at >> 8),
                             (uint8_t)at};

    command(begin, sizeof begin, out, size);
}
