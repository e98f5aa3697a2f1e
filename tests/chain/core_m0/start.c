/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Start of a unit test on QEMU's microbit: a Cortex-M0. Output and exit go to
 * the computer by semihosting (newlib's rdimon).
 */
#include <stdint.h>
#include <stdlib.h>

int main(void);
void initialise_monitor_handles(void);
void stack_top(void); /* of link.ld: no function */

void start_m0(void);

void start_m0(void)
{
    initialise_monitor_handles();
    exit(main());
}

/* The test fails by what it does not print. */
static void fault(void)
{
    abort();
}

typedef void (*handler)(void);

__attribute__((section(".vectors"), used)) static const handler vectors[4] = {
    stack_top, start_m0, fault, fault};
