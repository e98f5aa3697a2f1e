/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wristband on the Arduino Nano RP2040 Connect: brings the parts of the
 * board up and runs the band (firmware/core/band.h) on them.
 */
#include <string.h>

#include "firmware/core/band.h"
#include "firmware/core/wake_pin.h"
#include "firmware/nano_rp2040/board.h"
#include "firmware/nano_rp2040/flash_chip.h"
#include "firmware/nano_rp2040/i2c.h"
#include "firmware/nano_rp2040/pins.h"
#include "firmware/nano_rp2040/power.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/timer.h"
#include "firmware/nano_rp2040/usb.h"
#include "firmware/nano_rp2040/vectors.h"
#include "firmware/nano_rp2040/watchdog.h"

enum { RING_BYTES = 131072 };

static struct band band;
static uint8_t ring[RING_BYTES];
static volatile bool awake; /* the main loop has something to do */

static bool is_button_down(void *ctx)
{
    (void)ctx;
    return flash_chip_button();
}

static bool is_attached(void *ctx)
{
    (void)ctx;
    return usb_active();
}

static uint64_t now_us(void *ctx)
{
    (void)ctx;
    return timer_now_us();
}

/* The board measures no voltage. Where USB is not active, whatever else gives
 * the power. */
static uint16_t supply(void *ctx, bool *on_usb_power)
{
    (void)ctx;
    *on_usb_power = usb_active();
    return 0;
}

/* What was to be sent until now is of no use any more. */
static bool is_stream_begun(const struct wire_setup *setup)
{
    return setup->request == WIRE_REQUEST_START ||
           setup->request == WIRE_REQUEST_PATTERN ||
           setup->request == WIRE_REQUEST_LOG_READ;
}

/* In the USB interrupt. */
static int on_vendor(void *ctx, const struct wire_setup *setup, uint8_t *data)
{
    (void)ctx;
    awake = true;
    int answer = board_request(setup, data);
    if (answer >= 0) {
        return answer;
    }
    answer = band_request(&band, setup, data);
    if (answer >= 0 && is_stream_begun(setup)) {
        usb_drop();
    }
    return answer;
}

static size_t next_frame(void *ctx, uint8_t *out)
{
    (void)ctx;
    return band_frame(&band, out);
}

static void on_usb_change(void *ctx)
{
    (void)ctx;
    awake = true;
}

void irq_timer_wake(void)
{
    timer_clear(TIMER_WAKE);
    awake = true;
}

void irq_pins(void)
{
    pins_take_edge();
    awake = true;
}

void irq_button(void)
{
    flash_chip_clear_button();
    awake = true;
}

/* Sleeps until `at_us`, or until a handler sets `awake`; not so long that the
 * watchdog is not fed. */
static void sleep_until(uint64_t at_us)
{
    struct wake_pin_sleep sleep = {.from_us = timer_now_us()};
    uint64_t latest_us = sleep.from_us + WATCHDOG_SLEEP_US;
    uint32_t edges = pins_int1_edges();

    sleep.due_us = at_us < latest_us ? at_us : latest_us;
    pins_listen(wake_pin_is_heard(board_int1()));
    if (timer_set(TIMER_WAKE, sleep.due_us)) {
        while (!awake) {
            power_sleep_unless(&awake);
        }
        sleep.to_us = timer_now_us();
        sleep.edge = pins_int1_edges() != edges;
        wake_pin_slept(board_int1(), &sleep);
    }
}

_Noreturn static void run(void)
{
    for (;;) {
        awake = false;
        watchdog_feed();
        band_poll(&band);
        usb_wake();
        sleep_until(band_deadline_us(&band));
    }
}

int main(void)
{
    vectors_init();
    timer_init();
    pins_init();
    watchdog_init();
    flash_chip_init();
    board_init();
    i2c_init();

    struct band_config config = {
        .io = {.bus = {.read = i2c_read,
                       .write = i2c_write,
                       .recover = i2c_recover,
                       .now_us = now_us},
               .led = pins_set_led,
               .supply = supply,
               .button = is_button_down,
               .attached = is_attached,
               .update = board_update},
        .ring = ring,
        .ring_bytes = RING_BYTES,
        .flash = &flash_chip_area,
    };
    board_describe(&config);
    band_init(&band, &config);

    struct usb_config usb = {.serial = band.config.serial,
                             .vendor = on_vendor,
                             .frame = next_frame,
                             .changed = on_usb_change};
    usb_init(&usb);
    run();
}
