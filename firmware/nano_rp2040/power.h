/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sleeping: the processor stops until an interrupt, which wakes it even while
 * interrupts are held back. So nothing that happens between the look at the
 * flag and the sleep is missed.
 */
#ifndef FIRMWARE_NANO_RP2040_POWER_H
#define FIRMWARE_NANO_RP2040_POWER_H

#include <stdbool.h>

static inline void power_sleep_unless(const volatile bool *awake)
{
    __asm volatile("cpsid i" ::: "memory");
    if (!*awake) {
        __asm volatile("dsb\n\twfi" ::: "memory");
    }
    __asm volatile("cpsie i" ::: "memory");
}

#endif
