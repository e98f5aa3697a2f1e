/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/flash_chip.h"

#include "firmware/nano_rp2040/power.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/timer.h"
#include "firmware/nano_rp2040/vectors.h"

/* Commands (data sheet DS-AT25SF128A-168E, table of commands). */
enum {
    PROGRAM = 0x02,
    READ = 0x03,
    READ_STATUS = 0x05,
    WRITE_ENABLE = 0x06,
    ERASE_4K = 0x20,
    READ_NUMBER = 0x4B, /* then four bytes of no meaning */
    READ_JEDEC_ID = 0x9F,
    BUSY = 1,
};

enum {
    DIVIDER = 4,   /* 12 MHz of 48 */
    FIFO = 16,     /* entries, of each direction */
    LOOK_US = 200, /* between two looks at the status */
};

/* What goes to the chip in one go, and what comes back behind it. */
struct exchange {
    uint8_t head[5];
    size_t head_size;
    const uint8_t *out; /* behind the head; NULL: zeros */
    uint8_t *in;        /* what comes behind the head; NULL: dropped */
    size_t size;        /* bytes of out and in */
};

static volatile bool slept;

void flash_chip_clear_button(void)
{
    reg_put(IO_QSPI_INTR, IO_QSPI_SS_EDGES);
}

/* Selecting the chip by hand: the controller would let go of it whenever its
 * buffer runs empty, as in an interrupt. That is no edge of the button. */
static void select_chip(bool selected)
{
    reg_clear(IO_QSPI_INTE, IO_QSPI_SS_EDGES);
    uint32_t control =
        reg_get(IO_QSPI_SS_CTRL) & ~(IO_OUTOVER_MASK | IO_OEOVER_MASK);

    control |= selected ? IO_OUTOVER_LOW | IO_OEOVER_ENABLE
                        : IO_OUTOVER_HIGH | IO_OEOVER_DISABLE;
    reg_put(IO_QSPI_SS_CTRL, control);
    (void)reg_get(IO_QSPI_SS_CTRL); /* done before what follows */
    if (!selected) {
        flash_chip_clear_button();
        reg_set(IO_QSPI_INTE, IO_QSPI_SS_EDGES);
    }
}

static uint8_t byte_out(const struct exchange *exchange, size_t at)
{
    if (at < exchange->head_size) {
        return exchange->head[at];
    }
    return exchange->out != NULL ? exchange->out[at - exchange->head_size] : 0;
}

static void do_exchange(const struct exchange *exchange)
{
    size_t all = exchange->head_size + exchange->size;
    size_t put = 0;
    size_t got = 0;

    select_chip(true);
    while (got < all) {
        uint32_t status = reg_get(SSI_SR);
        if (put < all && put - got < FIFO - 2 && (status & SSI_SR_TFNF) != 0) {
            reg_put(SSI_DR0, byte_out(exchange, put));
            put++;
        }
        if ((status & SSI_SR_RFNE) != 0 && got < put) {
            uint8_t byte = (uint8_t)reg_get(SSI_DR0);
            if (got >= exchange->head_size && exchange->in != NULL) {
                exchange->in[got - exchange->head_size] = byte;
            }
            got++;
        }
    }
    select_chip(false);
}

static void give_command(uint8_t command)
{
    const struct exchange exchange = {.head = {command}, .head_size = 1};

    do_exchange(&exchange);
}

static bool is_busy(void)
{
    uint8_t status = BUSY;
    const struct exchange exchange = {
        .head = {READ_STATUS}, .head_size = 1, .in = &status, .size = 1};

    do_exchange(&exchange);
    return (status & BUSY) != 0;
}

void irq_timer_flash(void)
{
    timer_clear(TIMER_FLASH);
    slept = true;
}

static void sleep_a_little(void)
{
    slept = false;
    if (!timer_set(TIMER_FLASH, timer_now_us() + LOOK_US)) {
        return;
    }
    while (!slept) {
        power_sleep_unless(&slept);
    }
}

/* Does what changes the flash's contents. */
static int change(const struct exchange *exchange, uint32_t patience_us)
{
    give_command(WRITE_ENABLE);
    do_exchange(exchange);
    uint64_t until_us = timer_now_us() + patience_us;
    while (is_busy()) {
        if (timer_now_us() >= until_us) {
            return -1;
        }
        sleep_a_little();
    }
    return 0;
}

static struct exchange at_address(uint8_t command, uint32_t at)
{
    return (struct exchange){
        .head = {command, (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at},
        .head_size = 4};
}

/* With the select line an input unless the chip is selected, and an interrupt
 * at each change of it. */
void flash_chip_init(void)
{
    reg_put(SSI_SSIENR, 0);
    reg_put(SSI_BAUDR, DIVIDER);
    reg_put(SSI_CTRLR0, SSI_CTRLR0_BYTES);
    reg_put(SSI_SER, 1);
    reg_put(SSI_SSIENR, 1);
    select_chip(false);
    irq_enable(IRQ_IO_QSPI);
}

uint32_t flash_chip_jedec_id(void)
{
    uint8_t id[3] = {0};
    const struct exchange exchange = {
        .head = {READ_JEDEC_ID}, .head_size = 1, .in = id, .size = sizeof id};

    do_exchange(&exchange);
    return (uint32_t)id[0] << 16 | (uint32_t)id[1] << 8 | id[2];
}

void flash_chip_number(uint8_t number[FLASH_CHIP_NUMBER])
{
    const struct exchange exchange = {.head = {READ_NUMBER},
                                      .head_size = 5,
                                      .in = number,
                                      .size = FLASH_CHIP_NUMBER};

    do_exchange(&exchange);
}

void flash_chip_read(uint32_t at, uint8_t *out, size_t size)
{
    struct exchange exchange = at_address(READ, at);

    exchange.in = out;
    exchange.size = size;
    do_exchange(&exchange);
}

static int area_read(void *ctx, uint32_t address, uint8_t *out, size_t size)
{
    (void)ctx;
    flash_chip_read(FLASH_CHIP_IMAGE + address, out, size);
    return 0;
}

static int area_program(void *ctx, uint32_t address, const uint8_t *in)
{
    struct exchange exchange = at_address(PROGRAM, FLASH_CHIP_IMAGE + address);

    (void)ctx;
    exchange.out = in;
    exchange.size = FLASH_PAGE;
    return change(&exchange, FLASH_CHIP_PROGRAM_US);
}

static int area_erase(void *ctx, uint32_t address)
{
    struct exchange exchange = at_address(ERASE_4K, FLASH_CHIP_IMAGE + address);

    (void)ctx;
    return change(&exchange, FLASH_CHIP_ERASE_US);
}

const struct flash flash_chip_area = {
    .sectors = (FLASH_CHIP_BYTES - FLASH_CHIP_IMAGE) / FLASH_SECTOR,
    .read = area_read,
    .program = area_program,
    .erase = area_erase,
};

bool flash_chip_button(void)
{
    return (reg_get(SIO_GPIO_HI_IN) & SIO_HI_QSPI_SS) == 0;
}
