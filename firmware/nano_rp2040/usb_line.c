/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/usb_line.h"

#include <stdbool.h>
#include <stdint.h>

#include "firmware/nano_rp2040/clocks.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/vectors.h"

enum {
    DP_PIN = 15,
    TICK_US = 1000,
    PATIENCE = 200, /* ticks; a reset takes 10 to 50 ms */
};

/* The system tick's, once begun. */
static struct {
    enum { REST, RESETTING, FORCED } stage;
    uint32_t ticks;
    uint32_t pin; /* as they were */
    uint32_t pad;
} line;

static void run_ticks(bool on)
{
    reg_put(SYST_RVR, TICK_US * CLOCK_MHZ - 1);
    reg_put(SYST_CVR, 0);
    reg_put(SYST_CSR, on ? SYST_ENABLE | SYST_INTERRUPT | SYST_PROCESSOR : 0);
}

static void force_idle(void)
{
    line.pin = reg_get(GPIO_CTRL(DP_PIN));
    line.pad = reg_get(PADS_BANK0(DP_PIN));
    reg_set(PADS_BANK0(DP_PIN), PAD_PULL_UP | PAD_PULL_DOWN); /* bus keeper */
    reg_put(GPIO_CTRL(DP_PIN),
            GPIO_INOVER_HIGH | GPIO_OEOVER_DISABLE | GPIO_FUNC_USB);
    /* The pull-up, by which the host sees the device, stays. */
    reg_set(USB_PHY_DIRECT, USB_PHY_DP_PULLUP);
    reg_set(USB_PHY_OVERRIDE, USB_PHY_OVERRIDE_DP_PULLUP);
    reg_put(USB_MUXING, USB_MUX_TO_PADS | USB_MUX_SOFTCON);
}

static void let_go(void)
{
    reg_put(USB_MUXING, USB_MUX_TO_PHY | USB_MUX_SOFTCON);
    reg_clear(USB_PHY_OVERRIDE, USB_PHY_OVERRIDE_DP_PULLUP);
    reg_put(GPIO_CTRL(DP_PIN), line.pin);
    reg_put(PADS_BANK0(DP_PIN), line.pad);
}

void irq_tick(void)
{
    uint32_t status = reg_get(USB_SIE_STATUS);

    line.ticks++;
    if (line.stage == RESETTING && (status & USB_SIE_LINE_STATE) != 0) {
        force_idle();
        line.stage = FORCED;
        line.ticks = 0;
    } else if (line.stage == FORCED &&
               ((status & USB_SIE_CONNECTED) != 0 || line.ticks > PATIENCE)) {
        let_go();
        line.stage = REST;
    } else if (line.stage == RESETTING && line.ticks > PATIENCE) {
        line.stage = REST; /* not reset, but unplugged */
    }
    if (line.stage == REST) {
        run_ticks(false);
    }
}

void usb_line_reset(void)
{
    if (reg_get(SYSINFO_CHIP_ID) >> 28 != CHIP_B0_B1 || line.stage == FORCED) {
        return;
    }
    line.stage = RESETTING;
    line.ticks = 0;
    run_ticks(true);
}
