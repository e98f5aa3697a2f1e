/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/rom.h"

#include <stddef.h>

/* Addresses of 16-bit pointers (2.8.3). */
enum { FUNCTIONS_AT = 0x14, LOOKUP_AT = 0x18 };

typedef uintptr_t (*rom_lookup)(const uint16_t *table, uint32_t code);
typedef void (*rom_reset_to_usb_boot)(uint32_t activity, uint32_t disable);

/* NOLINTBEGIN(performance-no-int-to-ptr): the ROM's addresses are fixed */

/* The address is hidden from the compiler, which takes what is near 0 for a
 * null pointer's. */
static uintptr_t pointer_at(uintptr_t address)
{
    __asm volatile("" : "+r"(address));
    return *(const uint16_t *)address;
}

void rom_start_loader(uint32_t activity)
{
    rom_lookup lookup = (rom_lookup)pointer_at(LOOKUP_AT);
    const uint16_t *functions = (const uint16_t *)pointer_at(FUNCTIONS_AT);
    rom_reset_to_usb_boot reset =
        (rom_reset_to_usb_boot)lookup(functions, 'U' | (uint32_t)'B' << 8);

    if (reset != NULL) {
        reset(activity, 0);
    }
}

/* NOLINTEND(performance-no-int-to-ptr) */
