/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The firmware's control endpoint and what is behind it, a whole wristband
 * with flash: setup packets, data packets, resets, time passing, in any order.
 */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "firmware/core/usb_control.h"
#include "firmware/virtual/wristband.h"

enum { SETUP, SENT, RECEIVED, RESET, PASS, ACTS };

static int still_at(void *ctx, double t_s, double rate_hz,
                    struct motion_point *out)
{
    (void)ctx;
    (void)t_s;
    (void)rate_hz;
    *out = (struct motion_point){.accel_g = {0, 0, 1}, .temperature_c = 28};
    return 0;
}

static void release(void *ctx)
{
    (void)ctx;
}

static int vendor(void *ctx, const struct wire_setup *setup, uint8_t *data)
{
    int size = wristband_request(ctx, setup, data);
    FUZZ_RULE(size <= USB_CONTROL_DATA);
    return size;
}

static void address(void *ctx, uint8_t value)
{
    (void)ctx;
    FUZZ_RULE(value < 128);
}

static void switched(void *ctx, bool on)
{
    (void)ctx;
    (void)on;
}

static void check(const struct usb_step *step)
{
    FUZZ_RULE(step->size <= 64);
    uint8_t sum = 0;
    for (size_t i = 0; step->action == USB_SEND && i < step->size; i++) {
        sum = (uint8_t)(sum + step->data[i]); /* may be read */
    }
    (void)sum;
}

static struct usb_step act(struct fuzz *fuzz, struct usb_control *control,
                           struct wristband *band)
{
    uint8_t packet[64] = {0};
    uint8_t frames[WIRE_FRAME_MAX];
    size_t size;
    switch (fuzz_number(fuzz, 1) % ACTS) {
    case SETUP: {
        /* Mostly requests that there are. */
        uint64_t how = fuzz_number(fuzz, 1);
        packet[0] = how & 1 ? 0xC0 : 0x40;
        packet[1] = (uint8_t)(how >> 1) % 0x34;
        const uint8_t *rest = fuzz_bytes(fuzz, how & 128 ? 8 : 0, &size);
        memcpy(packet, rest, size);
        if (size == 0) {
            packet[2] = (uint8_t)fuzz_number(fuzz, 1);
            packet[6] = (uint8_t)fuzz_number(fuzz, 1);
        }
        return usb_control_setup(control, packet);
    }
    case SENT:
        return usb_control_sent(control);
    case RECEIVED: {
        const uint8_t *data =
            fuzz_bytes(fuzz, (size_t)fuzz_number(fuzz, 1) % 65, &size);
        memcpy(packet, data, size);
        return usb_control_received(control, packet, size);
    }
    case RESET:
        usb_control_reset(control);
        break;
    default:
        wristband_run(band, wristband_now_ns(band) +
                                (int64_t)fuzz_number(fuzz, 1) * 400000);
        FUZZ_RULE(wristband_read(band, frames, sizeof(frames)) <=
                  sizeof(frames));
    }
    return (struct usb_step){.action = USB_NOTHING};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t flash[FLASH_SECTORS_MIN * FLASH_SECTOR];
    memset(flash, 0xFF, sizeof(flash));
    const struct wristband_config config = {
        .no_noise = true,
        .ring_bytes = 4096,
        .flash = {flash, FLASH_SECTORS_MIN}};
    const struct motion_source motion = {
        .duration_s = INFINITY, .at = still_at, .release = release};
    struct wristband *band;
    FUZZ_RULE(wristband_new(&config, motion, &band) == 0);
    wristband_attach(band);
    const struct usb_control_io io = {.serial = "E66118C4",
                                      .ctx = band,
                                      .vendor = vendor,
                                      .address = address,
                                      .configure = switched,
                                      .halt = switched};
    struct usb_control control;
    usb_control_init(&control, &io);
    struct fuzz fuzz = {data, size};
    while (fuzz.left > 0) {
        struct usb_step step = act(&fuzz, &control, band);
        check(&step);
    }
    wristband_free(band);
    return 0;
}
