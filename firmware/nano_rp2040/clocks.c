/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/clocks.h"

#include "firmware/nano_rp2040/rp2040.h"

enum {
    /* Time for the oscillator to start, in 256 of its cycles; 1 ms, data sheet
     * 2.16.3. The board's is a MEMS one that has long been running. */
    STARTUP = 47,
    FEEDBACK = 100, /* 1200 MHz, within 750 to 1600 (2.18.2) */
    DIVIDER_1 = 5,
    DIVIDER_2 = 5, /* 48 MHz */
};

static void start_oscillator(void)
{
    reg_put(XOSC_STARTUP, STARTUP);
    reg_put(XOSC_CTRL, XOSC_1_15_MHZ);
    reg_set(XOSC_CTRL, XOSC_ENABLE);
    while ((reg_get(XOSC_STATUS) & XOSC_STABLE) == 0) {
    }
}

static void start_pll(void)
{
    unreset(RESET_PLL_USB);
    reg_put(PLL_CS, 1); /* reference divider */
    reg_put(PLL_FBDIV, FEEDBACK);
    reg_clear(PLL_PWR, PLL_PWR_PD | PLL_PWR_VCOPD);
    while ((reg_get(PLL_CS) & PLL_LOCK) == 0) {
    }
    reg_put(PLL_PRIM, DIVIDER_1 << 16 | DIVIDER_2 << 12);
    reg_clear(PLL_PWR, PLL_PWR_POSTDIVPD);
}

/* After a watchdog's reset the clocks may still be as they were: first back to
 * the oscillator, then the PLL anew, then onto it. */
void clocks_init(void)
{
    start_oscillator();
    reg_put(CLK_REF_CTRL, CLK_REF_XOSC);
    while (reg_get(CLK_REF_SELECTED) != BIT(CLK_REF_XOSC)) {
    }
    reg_clear(CLK_SYS_CTRL, CLK_SYS_AUX);
    while (reg_get(CLK_SYS_SELECTED) != 1) {
    }
    reg_set(RESETS_RESET, RESET_PLL_USB);
    start_pll();
    reg_put(CLK_SYS_CTRL, CLK_SYS_AUX_PLL_USB);
    reg_set(CLK_SYS_CTRL, CLK_SYS_AUX);
    while (reg_get(CLK_SYS_SELECTED) != 2) {
    }
    reg_put(CLK_PERI_CTRL, CLK_ENABLE);
    reg_put(CLK_USB_CTRL, CLK_ENABLE); /* from the USB PLL */
    /* The tick of timer and watchdog: 1 us. */
    reg_put(WATCHDOG_TICK, OSCILLATOR_MHZ | WATCHDOG_TICK_ENABLE);
}
