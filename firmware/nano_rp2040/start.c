/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From boot2 to main. Runs from flash; copies all else to RAM.
 */
#include "firmware/core/image.h"
#include "firmware/nano_rp2040/clocks.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/vectors.h"

/* Of link.ld. */
extern uint32_t stack_guard[];
extern uint32_t ram_begin[];
extern uint32_t ram_end[];
extern const uint32_t ram_image[];
extern uint32_t bss_begin[];
extern uint32_t bss_end[];

enum { VECTORS = 48 };

int main(void);

/* Nothing can be recorded yet: the watchdog of the boot ROM or a person has to
 * help. */
static void start_fault(void)
{
    for (;;) {
    }
}

/* Of link.ld: no function, but the table begins with the stack. */
void stack_top(void);

typedef void (*handler)(void);

__attribute__((section(".start_vectors"),
               used)) static const handler start_vectors[VECTORS] = {
    stack_top,
    start_reset,
    start_fault,
    start_fault,
};

/* Filled in when the image is made (make_image.c). */
__attribute__((section(".image_header"),
               used)) static const uint8_t image_header[IMAGE_HEADER] = {0};

/* Whoever touches the guard faults. The first 256 bytes of the stack's memory,
 * no access for anybody; all other addresses as without MPU. */
static void guard_stack(void)
{
    enum { SIZE_256 = 7 << 1, ENABLE = 1, NEVER_EXECUTE = 1 << 28 };
    enum { REGION_0_VALID = 1 << 4, BACKGROUND = 1 << 2 };

    reg_put(MPU_RBAR, (uint32_t)(uintptr_t)stack_guard | REGION_0_VALID);
    reg_put(MPU_RASR, NEVER_EXECUTE | SIZE_256 | ENABLE);
    reg_put(MPU_CTRL, BACKGROUND | ENABLE);
}

static size_t words(const uint32_t *begin, const uint32_t *end)
{
    return ((uintptr_t)end - (uintptr_t)begin) / sizeof *begin;
}

void start_reset(void)
{
    clocks_init();
    for (size_t i = 0; i < words(ram_begin, ram_end); i++) {
        ram_begin[i] = ram_image[i];
    }
    for (size_t i = 0; i < words(bss_begin, bss_end); i++) {
        bss_begin[i] = 0;
    }
    guard_stack();
    (void)main();
    start_fault();
}
