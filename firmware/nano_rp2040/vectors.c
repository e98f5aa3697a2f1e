/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/vectors.h"

#include "firmware/nano_rp2040/rp2040.h"

enum {
    EXCEPTIONS = 16,
    LOWER = 0x40, /* priority of all but the hang alarm */
};

/* Of link.ld: no function, but the table begins with the stack. */
void stack_top(void);

typedef void (*handler)(void);

/* What nobody should cause is a fault, too. */
__attribute__((
    section(".vectors"), used,
    aligned(256))) static const handler vectors[EXCEPTIONS + IRQ_COUNT] = {
    stack_top,
    start_reset,
    fault_entry, /* NMI */
    fault_entry,
    [11] = fault_entry, /* supervisor call */
    [14] = fault_entry, /* PendSV */
    [15] = irq_tick,
    [EXCEPTIONS + IRQ_TIMER_0] = irq_timer_wake,
    [EXCEPTIONS + IRQ_TIMER_1] = irq_timer_i2c,
    [EXCEPTIONS + IRQ_TIMER_2] = hang_entry,
    [EXCEPTIONS + IRQ_TIMER_3] = irq_timer_flash,
    [EXCEPTIONS + IRQ_USBCTRL] = irq_usb,
    [EXCEPTIONS + IRQ_IO_BANK0] = irq_pins,
    [EXCEPTIONS + IRQ_IO_QSPI] = irq_button,
    [EXCEPTIONS + IRQ_I2C0] = irq_i2c,
};

void vectors_init(void)
{
    uint32_t all = LOWER | LOWER << 8 | LOWER << 16 | (uint32_t)LOWER << 24;

    for (uint32_t i = 0; i < 8; i++) {
        reg_put(NVIC_IPR(i), all);
    }
    reg_put(NVIC_IPR(IRQ_TIMER_2 / 4),
            all & ~(0xffu << (8 * (IRQ_TIMER_2 % 4))));
    reg_put(SCB_SHPR3, (uint32_t)LOWER << 24);
    reg_put(SCB_VTOR, (uint32_t)(uintptr_t)vectors);
}
