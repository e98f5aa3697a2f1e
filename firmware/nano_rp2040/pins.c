/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/pins.h"

#include "firmware/nano_rp2040/rp2040.h"

static volatile uint32_t edges;

static void make_output(uint32_t pin)
{
    reg_put(SIO_OUT_CLR, BIT(pin));
    reg_put(SIO_OE_SET, BIT(pin));
    reg_put(PADS_BANK0(pin), PAD_DRIVE_4MA);
    reg_put(GPIO_CTRL(pin), GPIO_FUNC_SIO);
}

/* Pulled down: an open pin shall not make edges. */
void pins_init(void)
{
    unreset(RESET_IO_BANK0 | RESET_PADS_BANK0);
    make_output(PIN_WIFI_RESET);
    make_output(PIN_LED);
    reg_put(PADS_BANK0(PIN_INT1), PAD_INPUT | PAD_PULL_DOWN | PAD_SCHMITT);
    reg_put(GPIO_CTRL(PIN_INT1), GPIO_FUNC_SIO);
    irq_enable(IRQ_IO_BANK0);
}

void pins_set_led(void *ctx, bool on)
{
    (void)ctx;
    reg_put(on ? SIO_OUT_SET : SIO_OUT_CLR, BIT(PIN_LED));
}

uint32_t pins_int1_edges(void)
{
    return edges;
}

void pins_listen(bool on)
{
    reg_put(GPIO_INTR(PIN_INT1), GPIO_EDGE_HIGH(PIN_INT1));
    if (on) {
        reg_set(GPIO_INTE(PIN_INT1), GPIO_EDGE_HIGH(PIN_INT1));
    } else {
        reg_clear(GPIO_INTE(PIN_INT1), GPIO_EDGE_HIGH(PIN_INT1));
    }
}

/* One edge a time: the main loop listens again when it has looked. A pin that
 * will not be quiet so cannot stop everything else. */
void pins_take_edge(void)
{
    edges++;
    pins_listen(false);
}
