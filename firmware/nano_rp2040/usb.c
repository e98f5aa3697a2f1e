/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/usb.h"

#include "firmware/core/bytes.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/timer.h"
#include "firmware/nano_rp2040/usb_line.h"
#include "firmware/nano_rp2040/vectors.h"

enum {
    ARM_UNTIL_US = 700,  /* after a start of frame was seen: erratum E15 says
                          * 800; it may be seen, and arming done, later */
    TRANSACTION_US = 70, /* token, 64 bytes and handshake, and some more */
};

/* The bulk endpoint: with nothing armed it answers NAK. One that is not enabled
 * answers nothing, which a host takes for a device that is gone. */
#define ENDPOINT_ON (USB_EP_ENABLE | USB_EP_BULK | USB_EP1_DATA_OFFSET)

/* The interrupt's, but for `awake`. */
static struct {
    struct usb_control control;
    struct usb_bulk bulk;
    struct usb_bulk_packet armed[2];
    int armed_count; /* packets that the controller may send */
    bool on;         /* the bulk endpoint is configured, and not halted */
    bool suspended;
    uint32_t frame_us; /* the last start of frame seen */
    uint32_t bus_resets;
    void (*changed)(void *ctx);
    void *ctx;
    volatile bool active; /* configured and not suspended */
} usb;

/* ---- memory of the controller ---- */

static void copy_out(uint32_t to, const uint8_t *from, size_t size)
{
    uint8_t last[4] = {0};
    size_t whole = size & ~(size_t)3;

    for (size_t i = 0; i < whole; i += 4) {
        reg_put(to + i, get_u32(from + i));
    }
    if (size > whole) {
        for (size_t i = whole; i < size; i++) {
            last[i - whole] = from[i];
        }
        reg_put(to + whole, get_u32(last));
    }
}

static void copy_in(uint8_t *to, uint32_t from, size_t size)
{
    for (size_t i = 0; i < size; i += 4) {
        put_u32(to + i, reg_get(from + i));
    }
}

/* Gives a buffer to the controller, which may be in the other clock's domain:
 * it must see all else before it sees AVAIL (data sheet 4.1.2.5.1). The delay
 * is 12 cycles, which is good for up to 576 MHz. */
static void give(uint32_t buffer, uint32_t value)
{
    uint32_t available = USB_BUF_AVAIL | (uint32_t)USB_BUF_AVAIL << 16;

    reg_put(buffer, value & ~available);
    __asm volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\t"
                   "nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop" ::
                       : "memory");
    reg_put(buffer, value);
}

static uint32_t packet_bits(size_t size, bool data1)
{
    return USB_BUF_AVAIL | (data1 ? USB_BUF_DATA1 : 0) | (uint32_t)size;
}

/* ---- bulk ---- */

/* A start of frame from before one was asked for would come at once, and late
 * in its frame: it is forgotten. */
static void want_frames(bool wanted)
{
    if (wanted) {
        if ((reg_get(USB_INTE) & USB_INT_SOF) == 0) {
            (void)reg_get(USB_SOF_RD);
        }
        reg_set(USB_INTE, USB_INT_SOF);
    } else {
        reg_clear(USB_INTE, USB_INT_SOF);
    }
}

/* Arms what is to be sent next. Does nothing while packets are armed. */
static void arm(void)
{
    if (!usb.on || usb.suspended || usb.armed_count > 0) {
        return;
    }
    usb.armed_count = usb_bulk_next(&usb.bulk, usb.armed);
    want_frames(usb.armed_count > 0);
    if (usb.armed_count == 0) {
        return;
    }
    uint32_t control = ENDPOINT_ON;
    uint32_t value = USB_BUF_SEL;
    for (int i = 0; i < usb.armed_count; i++) {
        const struct usb_bulk_packet *packet = &usb.armed[i];
        uint32_t bits = USB_BUF_FULL | packet_bits(packet->size, packet->data1);
        copy_out(USB_DPRAM + USB_EP1_DATA_OFFSET + USB_PACKET * (uint32_t)i,
                 packet->data, packet->size);
        value |= bits << 16 * i;
    }
    control |= usb.armed_count == 2 ? USB_EP_DOUBLE | USB_EP_INT_PAIR
                                    : USB_EP_INT_EACH;
    reg_put(USB_EP1_IN_CTRL, control);
    give(USB_EP1_IN_BUF, value);
}

/* How many of the armed packets the host has not taken. */
static int untaken(void)
{
    uint32_t value = reg_get(USB_EP1_IN_BUF);
    int count = 0;

    for (int i = 0; i < usb.armed_count; i++) {
        count += (value >> 16 * i & USB_BUF_AVAIL) != 0;
    }
    return count;
}

static void on_bulk(void)
{
    if (usb.armed_count == 0 || untaken() > 0) {
        return;
    }
    usb.armed_count = 0;
    if ((uint32_t)timer_now_us() - usb.frame_us < ARM_UNTIL_US) {
        arm();
    }
}

static void on_frame(void)
{
    (void)reg_get(USB_SOF_RD); /* clears the interrupt */
    usb.frame_us = (uint32_t)timer_now_us();
    if (usb.armed_count == 0) {
        arm();
    }
}

/* Keeps the controller from the bulk endpoint's buffers: hosts get NAK. Some
 * chips were seen not to say when that is so; a transaction's time it is then.
 * On the first chips this does not work (erratum E2): there the endpoint is off
 * for that time, and a host that asks just then takes it for an error on the
 * wire. */
static void hold_buffers(void)
{
    uint32_t begin = (uint32_t)timer_now_us();

    if (reg_get(SYSINFO_CHIP_ID) >> 28 == CHIP_B0_B1) {
        reg_put(USB_EP1_IN_CTRL, 0);
        timer_spin_us(TRANSACTION_US);
        return;
    }
    reg_set(USB_EP_ABORT, USB_BUFF_EP1_IN);
    while ((reg_get(USB_EP_ABORT_DONE) & USB_BUFF_EP1_IN) == 0 &&
           (uint32_t)timer_now_us() - begin <= TRANSACTION_US) {
    }
}

static void release_buffers(void)
{
    reg_clear(USB_EP_ABORT_DONE, USB_BUFF_EP1_IN);
    reg_clear(USB_EP_ABORT, USB_BUFF_EP1_IN);
}

/* Takes armed packets back. Returns how many had not been taken. */
static int disarm(void)
{
    if (usb.armed_count > 0) {
        hold_buffers();
    }
    int count = untaken();
    reg_put(USB_EP1_IN_BUF, 0);
    reg_clear(USB_BUFF_STATUS, USB_BUFF_EP1_IN);
    release_buffers();
    usb.armed_count = 0;
    reg_put(USB_EP1_IN_CTRL, usb.on ? ENDPOINT_ON : 0);
    return count;
}

void usb_drop(void)
{
    usb_bulk_drop(&usb.bulk, disarm());
}

static void set_active(bool active)
{
    usb.active = active;
    usb.changed(usb.ctx);
}

static void set_configured(void *ctx, bool on)
{
    (void)ctx;
    usb_bulk_reset(&usb.bulk, disarm() > 0);
    usb.on = on;
    set_active(on);
    reg_put(USB_EP1_IN_CTRL, on ? ENDPOINT_ON : 0);
    want_frames(on);
}

static void set_halted(void *ctx, bool halted)
{
    (void)ctx;
    usb_bulk_reset(&usb.bulk, disarm() > 0);
    usb.on = !halted;
    reg_put(USB_EP1_IN_CTRL, ENDPOINT_ON);
    if (halted) {
        reg_put(USB_EP1_IN_BUF, USB_BUF_SEL | USB_BUF_STALL);
    }
    want_frames(!halted);
}

/* ---- control ---- */

static void set_address(void *ctx, uint8_t address)
{
    (void)ctx;
    reg_put(USB_ADDR_ENDP, address);
}

static void take_step(const struct usb_step *step)
{
    switch (step->action) {
    case USB_SEND:
        copy_out(USB_EP0_DATA, step->data, step->size);
        give(USB_EP0_IN_BUF,
             USB_BUF_FULL | packet_bits(step->size, step->data1));
        break;
    case USB_RECEIVE:
        give(USB_EP0_OUT_BUF, packet_bits(step->size, step->data1));
        break;
    case USB_STALL:
        reg_set(USB_EP_STALL_ARM, USB_STALL_ARM_EP0);
        reg_put(USB_EP0_IN_BUF, USB_BUF_STALL);
        reg_put(USB_EP0_OUT_BUF, USB_BUF_STALL);
        break;
    case USB_NOTHING:
        break;
    }
}

static void forget_control(void)
{
    reg_put(USB_EP0_IN_BUF, 0);
    reg_put(USB_EP0_OUT_BUF, 0);
    reg_clear(USB_BUFF_STATUS, USB_BUFF_EP0_IN | USB_BUFF_EP0_OUT);
}

static void on_setup(void)
{
    uint8_t packet[8];

    forget_control();
    copy_in(packet, USB_SETUP_PACKET, sizeof packet);
    reg_clear(USB_SIE_STATUS, USB_SIE_SETUP);
    struct usb_step step = usb_control_setup(&usb.control, packet);
    take_step(&step);
}

static void on_sent(void)
{
    reg_clear(USB_BUFF_STATUS, USB_BUFF_EP0_IN);
    struct usb_step step = usb_control_sent(&usb.control);
    take_step(&step);
}

static void on_received(void)
{
    uint8_t data[USB_PACKET];
    size_t size = reg_get(USB_EP0_OUT_BUF) & 0x3FFu;

    reg_clear(USB_BUFF_STATUS, USB_BUFF_EP0_OUT);
    size = size < sizeof data ? size : sizeof data;
    copy_in(data, USB_EP0_DATA, sizeof data);
    struct usb_step step = usb_control_received(&usb.control, data, size);
    take_step(&step);
}

/* ---- bus ---- */

static void on_reset(void)
{
    reg_clear(USB_SIE_STATUS, USB_SIE_BUS_RESET);
    reg_put(USB_ADDR_ENDP, 0);
    usb_line_reset();
    usb.bus_resets++;
    usb_control_reset(&usb.control);
    forget_control();
    set_configured(NULL, false);
    usb.suspended = false;
    reg_set(USB_INTE, USB_INT_SUSPEND);
}

/* The interrupt is asked for again when the bus is awake: the state may last
 * whatever is written to it. */
static void on_suspend(void)
{
    usb.suspended = true;
    set_active(false);
    reg_clear(USB_INTE, USB_INT_SUSPEND);
    reg_clear(USB_SIE_STATUS, USB_SIE_SUSPENDED);
}

static void on_resume(void)
{
    reg_clear(USB_SIE_STATUS, USB_SIE_RESUME);
    usb.suspended = false;
    set_active(usb_control_configured(&usb.control));
    reg_set(USB_INTE, USB_INT_SUSPEND);
    want_frames(usb.on);
}

/* Ends of transfers are seen before a setup packet that came after them. */
void irq_usb(void)
{
    uint32_t why = reg_get(USB_INTS);

    if ((why & USB_INT_BUS_RESET) != 0) {
        on_reset();
    }
    if ((why & USB_INT_RESUME) != 0) {
        on_resume();
    }
    if ((why & USB_INT_SUSPEND) != 0) {
        on_suspend();
    }
    if ((why & USB_INT_BUFF) != 0) {
        uint32_t buffers = reg_get(USB_BUFF_STATUS);
        if ((buffers & USB_BUFF_EP0_IN) != 0) {
            on_sent();
        }
        if ((buffers & USB_BUFF_EP0_OUT) != 0) {
            on_received();
        }
        if ((buffers & USB_BUFF_EP1_IN) != 0) {
            reg_clear(USB_BUFF_STATUS, USB_BUFF_EP1_IN);
            on_bulk();
        }
    }
    if ((why & USB_INT_SETUP) != 0) {
        on_setup();
    }
    if ((why & USB_INT_SOF) != 0) {
        on_frame();
    }
}

void usb_init(const struct usb_config *config)
{
    struct usb_control_io io = {.serial = config->serial,
                                .ctx = config->ctx,
                                .vendor = config->vendor,
                                .address = set_address,
                                .configure = set_configured,
                                .halt = set_halted};
    struct usb_bulk_source source = {config->ctx, config->frame};

    usb.changed = config->changed;
    usb.ctx = config->ctx;
    usb_control_init(&usb.control, &io);
    usb_bulk_init(&usb.bulk, &source);
    reg_set(RESETS_RESET, RESET_USBCTRL);
    unreset(RESET_USBCTRL);
    for (uint32_t i = 0; i < USB_DPRAM_BYTES; i += 4) {
        reg_put(USB_DPRAM + i, 0);
    }
    reg_put(USB_MUXING, USB_MUX_TO_PHY | USB_MUX_SOFTCON);
    reg_put(USB_PWR, USB_PWR_VBUS | USB_PWR_VBUS_OVERRIDE);
    reg_put(USB_MAIN_CTRL, USB_MAIN_ENABLE);
    reg_put(USB_SIE_CTRL, USB_SIE_EP0_INT);
    reg_put(USB_INTE, USB_INT_BUFF | USB_INT_BUS_RESET | USB_INT_SETUP |
                          USB_INT_SUSPEND | USB_INT_RESUME);
    irq_enable(IRQ_USBCTRL);
    reg_set(USB_SIE_CTRL, USB_SIE_PULLUP);
}

/* The interrupt may come between: asking once too often does no harm. */
void usb_wake(void)
{
    if (usb.active) {
        want_frames(true);
    }
}

bool usb_active(void)
{
    return usb.active;
}

uint32_t usb_bus_resets(void)
{
    return usb.bus_resets;
}

void usb_detach(void)
{
    reg_clear(USB_INTE, ~0u);
    reg_clear(USB_SIE_CTRL, USB_SIE_PULLUP);
}
