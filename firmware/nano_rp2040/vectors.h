/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who handles which exception; the table is in vectors.c. Each handler is
 * defined by the module it is named for. All interrupts have one priority, so
 * none interrupts another, but for the hang alarm, which interrupts all.
 */
#ifndef FIRMWARE_NANO_RP2040_VECTORS_H
#define FIRMWARE_NANO_RP2040_VECTORS_H

void start_reset(void);
void fault_entry(void);
void hang_entry(void);
void irq_tick(void);
void irq_timer_wake(void);
void irq_timer_i2c(void);
void irq_timer_flash(void);
void irq_usb(void);
void irq_pins(void);
void irq_button(void);
void irq_i2c(void);

/* Makes the table the valid one, and sets the priorities. */
void vectors_init(void);

#endif
