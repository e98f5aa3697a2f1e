/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/i2c.h"

#include <stdbool.h>

#include "firmware/nano_rp2040/power.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/timer.h"
#include "firmware/nano_rp2040/vectors.h"

enum {
    SDA = 12,
    SCL = 13,
    IMU_ADDRESS = 0x6a,
    /* Cycles of 48 MHz. The bus is low for LOW + 1 and high for HIGH + SPIKE
     * + 7 of them (data sheet 4.3.14): 1.48 us (1.3 at least) and 1.02 us (0.6
     * at least), 2.5 us together; edges come on top. */
    LOW = 70,
    HIGH = 39,
    SPIKE = 3,           /* 62 ns; 50 are to be suppressed at least */
    HOLD = 15,           /* 312 ns after the clock's falling edge; 300 */
    FIFO = 16,           /* entries, of commands and of bytes received */
    BATCH = 8,           /* bytes an interrupt */
    US_PER_BYTE = 23,    /* nine bits */
    OVERHEAD_BYTES = 4,  /* start, addresses, register, stop */
    PATIENCE_US = 1000,  /* beyond half as long again as it should take */
    HALF_CLOCK_US = 5,   /* of recovery: 100 kHz */
    RECOVERY_CLOCKS = 9, /* the rest of a byte and its acknowledge */
    DISABLE_US = 100,    /* several bytes' time */
};

/* One at a time; the interrupt's until `over`. */
static struct {
    uint8_t *out;
    size_t size;  /* bytes to read */
    size_t asked; /* commands given */
    size_t got;   /* bytes that came */
    bool failed;  /* not acknowledged, arbitration lost, or too slow */
    volatile bool over;
} transfer;

static void set_pins(uint32_t function)
{
    for (uint32_t pin = SDA; pin <= SCL; pin++) {
        reg_put(PADS_BANK0(pin),
                PAD_INPUT | PAD_DRIVE_4MA | PAD_PULL_UP | PAD_SCHMITT);
        reg_put(GPIO_CTRL(pin), function);
    }
}

void i2c_init(void)
{
    reg_set(RESETS_RESET, RESET_I2C0);
    unreset(RESET_I2C0 | RESET_IO_BANK0 | RESET_PADS_BANK0);
    reg_put(I2C_ENABLE, 0);
    reg_put(I2C_CON, I2C_CON_MASTER | I2C_CON_FAST | I2C_CON_RESTART |
                         I2C_CON_NO_SLAVE | I2C_CON_TX_EMPTY);
    reg_put(I2C_FS_SCL_LCNT, LOW);
    reg_put(I2C_FS_SCL_HCNT, HIGH);
    reg_put(I2C_FS_SPKLEN, SPIKE);
    reg_put(I2C_SDA_HOLD, HOLD);
    reg_put(I2C_TAR, IMU_ADDRESS);
    reg_put(I2C_INTR_MASK, 0);
    reg_put(I2C_TX_TL, 0);
    set_pins(GPIO_FUNC_I2C);
    irq_enable(IRQ_I2C0);
}

/* Asks for as many bytes as can be received without being looked after. */
static void ask(void)
{
    while (transfer.asked < transfer.size &&
           transfer.asked - transfer.got < FIFO - 1) {
        uint32_t command = I2C_CMD_READ;
        if (transfer.asked == 0) {
            command |= I2C_CMD_RESTART;
        }
        transfer.asked++;
        if (transfer.asked == transfer.size) {
            command |= I2C_CMD_STOP;
        }
        reg_put(I2C_DATA_CMD, command);
    }
    size_t left = transfer.size - transfer.got;
    reg_put(I2C_RX_TL, (left < BATCH ? left : BATCH) - 1);
}

static void take(void)
{
    for (uint32_t n = reg_get(I2C_RXFLR); n > 0; n--) {
        uint8_t byte = (uint8_t)reg_get(I2C_DATA_CMD);
        if (transfer.got < transfer.size) {
            transfer.out[transfer.got++] = byte;
        }
    }
}

void irq_i2c(void)
{
    uint32_t status = reg_get(I2C_RAW_INTR_STAT);

    take();
    if ((status & I2C_TX_ABRT) != 0) {
        transfer.failed = true;
        (void)reg_get(I2C_CLR_TX_ABRT);
    }
    if ((status & I2C_STOP_DET) != 0) {
        (void)reg_get(I2C_CLR_STOP_DET);
        reg_put(I2C_INTR_MASK, 0);
        transfer.over = true;
    } else if (transfer.got < transfer.size && !transfer.failed) {
        ask();
    }
}

void irq_timer_i2c(void)
{
    timer_clear(TIMER_I2C);
    transfer.failed = true;
    transfer.over = true;
}

/* Switches the controller off, whatever it was doing; what is in its buffers
 * is dropped. */
static void disable(void)
{
    uint64_t until_us = timer_now_us() + DISABLE_US;

    reg_put(I2C_INTR_MASK, 0);
    reg_put(I2C_ENABLE, 0);
    while ((reg_get(I2C_ENABLE_STATUS) & 1) != 0 && timer_now_us() < until_us) {
    }
}

static void begin(uint8_t *out, size_t size)
{
    transfer.out = out;
    transfer.size = size;
    transfer.asked = 0;
    transfer.got = 0;
    transfer.failed = false;
    transfer.over = false;
    reg_put(I2C_ENABLE, 1);
    (void)reg_get(I2C_CLR_INTR);
    reg_put(I2C_RX_TL, 0);
}

/* Sleeps until the transfer of `bytes` is over. */
static int finish(size_t bytes)
{
    uint64_t us = (bytes + OVERHEAD_BYTES) * US_PER_BYTE;

    (void)timer_set(TIMER_I2C, timer_now_us() + us + us / 2 + PATIENCE_US);
    reg_put(I2C_INTR_MASK, I2C_RX_FULL | I2C_TX_ABRT | I2C_STOP_DET);
    while (!transfer.over) {
        power_sleep_unless(&transfer.over);
    }
    timer_cancel(TIMER_I2C);
    if (transfer.failed || transfer.got < transfer.size) {
        disable();
        return -1;
    }
    return 0;
}

int i2c_read(void *ctx, uint8_t reg, uint8_t *out, size_t n)
{
    (void)ctx;
    begin(out, n);
    reg_put(I2C_DATA_CMD, reg);
    ask();
    return finish(n);
}

int i2c_write(void *ctx, uint8_t reg, const uint8_t *in, size_t n)
{
    (void)ctx;
    if (n == 0 || n > I2C_WRITE_MAX) {
        return -1;
    }
    begin(NULL, 0);
    reg_put(I2C_DATA_CMD, reg);
    for (size_t i = 0; i < n; i++) {
        reg_put(I2C_DATA_CMD, in[i] | (i + 1 == n ? I2C_CMD_STOP : 0));
    }
    return finish(n);
}

/* The lines are never driven high: pulled low, or let go. */
static void pull(uint32_t pin)
{
    reg_put(SIO_OE_SET, BIT(pin));
    timer_spin_us(HALF_CLOCK_US);
}

static void let_go(uint32_t pin)
{
    reg_put(SIO_OE_CLR, BIT(pin));
    timer_spin_us(HALF_CLOCK_US);
}

/* A sensor that was cut off while sending waits for clocks, and may hold the
 * data line low until it has them (I2C specification UM10204, 3.1.16). */
void i2c_recover(void *ctx)
{
    (void)ctx;
    disable();
    reg_put(SIO_OE_CLR, BIT(SDA) | BIT(SCL));
    reg_put(SIO_OUT_CLR, BIT(SDA) | BIT(SCL));
    set_pins(GPIO_FUNC_SIO);
    for (int i = 0; i < RECOVERY_CLOCKS; i++) {
        pull(SCL);
        let_go(SCL);
    }
    pull(SCL);
    pull(SDA);
    let_go(SCL);
    let_go(SDA);
    i2c_init();
}
