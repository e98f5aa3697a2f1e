/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/timer.h"

#include "firmware/nano_rp2040/rp2040.h"

void timer_init(void)
{
    unreset(RESET_TIMER);
    reg_put(TIMER_INTE, BIT(TIMER_WAKE) | BIT(TIMER_I2C) | BIT(TIMER_HANG) |
                            BIT(TIMER_FLASH));
    irq_enable(IRQ_TIMER_0);
    irq_enable(IRQ_TIMER_1);
    irq_enable(IRQ_TIMER_2);
    irq_enable(IRQ_TIMER_3);
}

/* Not the latched pair of registers: an interrupt could come between. */
uint64_t timer_now_us(void)
{
    uint32_t high;
    uint32_t low;

    do {
        high = reg_get(TIMER_RAWH);
        low = reg_get(TIMER_RAWL);
    } while (reg_get(TIMER_RAWH) != high);
    return (uint64_t)high << 32 | low;
}

/* The alarm goes off when the clock's low half is equal: one set too late
 * would go off 71 minutes later. */
bool timer_set(enum timer_alarm alarm, uint64_t at_us)
{
    if (timer_now_us() >= at_us) {
        return false;
    }
    reg_put(TIMER_ALARM((uint32_t)alarm), (uint32_t)at_us);
    if (timer_now_us() < at_us) {
        return true;
    }
    timer_cancel(alarm);
    return false;
}

void timer_clear(enum timer_alarm alarm)
{
    reg_put(TIMER_INTR, BIT(alarm));
}

void timer_cancel(enum timer_alarm alarm)
{
    reg_put(TIMER_ARMED, BIT(alarm));
    reg_put(TIMER_INTR, BIT(alarm));
}

void timer_spin_us(uint32_t us)
{
    uint32_t begin = reg_get(TIMER_RAWL);

    while (reg_get(TIMER_RAWL) - begin <= us) {
    }
}
