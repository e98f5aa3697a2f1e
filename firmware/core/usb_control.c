/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/usb_control.h"

#include <string.h>

#include "firmware/core/bytes.h"

/* bmRequestType (USB 2.0 table 9-2): direction, type, recipient. */
enum {
    TYPE_IN = 0x80,
    TYPE_VENDOR = 0x40,
    TO_DEVICE = 0,
    TO_INTERFACE = 1,
    TO_ENDPOINT = 2,
    IN_DEVICE = TYPE_IN | TO_DEVICE,
    IN_INTERFACE = TYPE_IN | TO_INTERFACE,
    IN_ENDPOINT = TYPE_IN | TO_ENDPOINT,
    VENDOR_IN = TYPE_IN | TYPE_VENDOR | TO_DEVICE,
    VENDOR_OUT = TYPE_VENDOR | TO_DEVICE,
};

/* bRequest (table 9-4). */
enum {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11,
};

enum {
    ENDPOINT_HALT = 0, /* feature */
    ADDRESS_MAX = 127,
    REFUSED = -1,
};

/* A request that this device knows. `answer` readies what is to be sent (IN)
 * or does what was asked (OUT); it returns REFUSED where that cannot be. */
struct known {
    uint8_t type;
    uint8_t request;
    bool configured; /* makes sense only then */
    int (*answer)(struct usb_control *control, const struct wire_setup *setup);
};

static int send_bytes(struct usb_control *control, const uint8_t *data,
                      size_t size)
{
    control->data = data;
    control->left = size;
    return 0;
}

static int send_number(struct usb_control *control, uint16_t number,
                       size_t size)
{
    put_u16(control->room, number);
    return send_bytes(control, control->room, size);
}

/* Neither self-powered nor able to wake the host; interfaces have no status. */
static int get_status(struct usb_control *control,
                      const struct wire_setup *setup)
{
    (void)setup;
    return send_number(control, 0, 2);
}

static int get_interface_status(struct usb_control *control,
                                const struct wire_setup *setup)
{
    return setup->index == 0 ? send_number(control, 0, 2) : REFUSED;
}

/* The control endpoint can always be asked, the other one only when it is
 * there. */
static int get_endpoint_status(struct usb_control *control,
                               const struct wire_setup *setup)
{
    if ((setup->index & 0x7F) == 0) {
        return send_number(control, 0, 2);
    }
    if (setup->index != WIRE_BULK_IN || control->configuration == 0) {
        return REFUSED;
    }
    return send_number(control, control->halted, 2);
}

static int set_halt(struct usb_control *control, const struct wire_setup *setup)
{
    if (setup->value != ENDPOINT_HALT || setup->index != WIRE_BULK_IN) {
        return REFUSED;
    }
    control->halted = setup->request == SET_FEATURE;
    control->io.halt(control->io.ctx, control->halted);
    return 0;
}

/* The old address holds until the status stage is over (9.4.6). */
static int set_address(struct usb_control *control,
                       const struct wire_setup *setup)
{
    if (setup->value > ADDRESS_MAX || control->configuration != 0) {
        return REFUSED;
    }
    control->new_address = (uint8_t)setup->value;
    control->has_new_address = true;
    return 0;
}

static int get_descriptor(struct usb_control *control,
                          const struct wire_setup *setup)
{
    struct usb_bytes found =
        usb_descriptor((uint8_t)(setup->value >> 8), (uint8_t)setup->value,
                       control->io.serial, control->room);

    if (found.bytes == NULL) {
        return REFUSED;
    }
    return send_bytes(control, found.bytes, found.size);
}

static int get_configuration(struct usb_control *control,
                             const struct wire_setup *setup)
{
    (void)setup;
    return send_number(control, control->configuration, 1);
}

static int set_configuration(struct usb_control *control,
                             const struct wire_setup *setup)
{
    if (setup->value > 1 || control->address == 0) {
        return REFUSED;
    }
    control->configuration = (uint8_t)setup->value;
    control->halted = false;
    control->io.configure(control->io.ctx, setup->value == 1);
    return 0;
}

static int get_interface(struct usb_control *control,
                         const struct wire_setup *setup)
{
    return setup->index == 0 ? send_number(control, 0, 1) : REFUSED;
}

/* There is but one setting; choosing it resets the endpoint (9.1.1.5). */
static int set_interface(struct usb_control *control,
                         const struct wire_setup *setup)
{
    if (setup->index != 0 || setup->value != 0) {
        return REFUSED;
    }
    control->halted = false;
    control->io.configure(control->io.ctx, true);
    return 0;
}

static int vendor_in(struct usb_control *control,
                     const struct wire_setup *setup)
{
    struct wire_setup limited = *setup;

    if (setup->request == USB_MICROSOFT_CODE) {
        struct usb_bytes set = usb_microsoft_set(control->room);
        return setup->index == USB_MICROSOFT_INDEX
                   ? send_bytes(control, set.bytes, set.size)
                   : REFUSED;
    }
    if (limited.length > USB_CONTROL_DATA) {
        limited.length = USB_CONTROL_DATA;
    }
    int size = control->io.vendor(control->io.ctx, &limited, control->room);
    return size < 0 ? REFUSED
                    : send_bytes(control, control->room, (size_t)size);
}

static int vendor_out(struct usb_control *control,
                      const struct wire_setup *setup)
{
    return control->io.vendor(control->io.ctx, setup, control->room);
}

static const struct known standard[] = {
    {IN_DEVICE, GET_STATUS, false, get_status},
    {IN_INTERFACE, GET_STATUS, true, get_interface_status},
    {IN_ENDPOINT, GET_STATUS, false, get_endpoint_status},
    {TO_ENDPOINT, CLEAR_FEATURE, true, set_halt},
    {TO_ENDPOINT, SET_FEATURE, true, set_halt},
    {TO_DEVICE, SET_ADDRESS, false, set_address},
    {IN_DEVICE, GET_DESCRIPTOR, false, get_descriptor},
    {IN_DEVICE, GET_CONFIGURATION, false, get_configuration},
    {TO_DEVICE, SET_CONFIGURATION, false, set_configuration},
    {IN_INTERFACE, GET_INTERFACE, true, get_interface},
    {TO_INTERFACE, SET_INTERFACE, true, set_interface},
};

static int answer(struct usb_control *control)
{
    const struct wire_setup *setup = &control->setup;

    if (control->type == VENDOR_IN) {
        return vendor_in(control, setup);
    }
    if (control->type == VENDOR_OUT) {
        return vendor_out(control, setup);
    }
    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++) {
        const struct known *known = &standard[i];
        if (known->type == control->type && known->request == setup->request) {
            return known->configured && control->configuration == 0
                       ? REFUSED
                       : known->answer(control, setup);
        }
    }
    return REFUSED;
}

/* ---- stages ---- */

static struct usb_step nothing(void)
{
    return (struct usb_step){.action = USB_NOTHING};
}

static struct usb_step stall(struct usb_control *control)
{
    control->stage = USB_IDLE;
    return (struct usb_step){.action = USB_STALL};
}

static bool next_toggle(struct usb_control *control)
{
    bool data1 = control->data1;

    control->data1 = !data1;
    return data1;
}

static struct usb_step receive(struct usb_control *control)
{
    return (struct usb_step){.action = USB_RECEIVE,
                             .data1 = next_toggle(control),
                             .size = USB_PACKET};
}

/* A status packet always is DATA1 (8.5.3). */
static struct usb_step status_in(struct usb_control *control)
{
    control->stage = USB_STATUS_IN;
    return (struct usb_step){
        .action = USB_SEND, .data1 = true, .data = control->room};
}

static struct usb_step status_out(struct usb_control *control)
{
    control->stage = USB_STATUS_OUT;
    control->data1 = true;
    return receive(control);
}

static struct usb_step send_next(struct usb_control *control)
{
    size_t size = control->left < USB_PACKET ? control->left : USB_PACKET;
    struct usb_step step = {.action = USB_SEND,
                            .data1 = next_toggle(control),
                            .data = control->data,
                            .size = size};

    control->data += size;
    control->left -= size;
    if (size < USB_PACKET) {
        control->end_zero = false;
    }
    return step;
}

/* An answer shorter than asked for ends with a short packet, which may have to
 * be an empty one (8.5.3.2). */
static struct usb_step begin_in(struct usb_control *control)
{
    size_t wanted = control->setup.length;

    if (answer(control) < 0) {
        return stall(control);
    }
    control->end_zero = control->left < wanted;
    if (control->left > wanted) {
        control->left = wanted;
    }
    if (wanted == 0) {
        return status_in(control);
    }
    control->stage = USB_DATA_IN;
    return send_next(control);
}

static struct usb_step begin_out(struct usb_control *control)
{
    if (control->setup.length > 0) {
        /* Only vendor requests have data to take. */
        if (control->type != VENDOR_OUT ||
            control->setup.length > USB_CONTROL_DATA) {
            return stall(control);
        }
        control->stage = USB_DATA_OUT;
        control->left = control->setup.length;
        return receive(control);
    }
    return answer(control) < 0 ? stall(control) : status_in(control);
}

/* ---- events ---- */

void usb_control_init(struct usb_control *control,
                      const struct usb_control_io *io)
{
    memset(control, 0, sizeof *control);
    control->io = *io;
}

void usb_control_reset(struct usb_control *control)
{
    struct usb_control_io io = control->io;

    usb_control_init(control, &io);
}

struct usb_step usb_control_setup(struct usb_control *control,
                                  const uint8_t *packet)
{
    control->type = packet[0];
    control->setup = (struct wire_setup){
        .in = (packet[0] & TYPE_IN) != 0,
        .request = packet[1],
        .value = get_u16(packet + 2),
        .index = get_u16(packet + 4),
        .length = get_u16(packet + 6),
    };
    control->stage = USB_IDLE;
    control->data1 = true; /* after the setup packet's DATA0 */
    control->has_new_address = false;
    control->left = 0;
    return control->setup.in ? begin_in(control) : begin_out(control);
}

struct usb_step usb_control_sent(struct usb_control *control)
{
    if (control->stage == USB_DATA_IN) {
        return control->left > 0 || control->end_zero ? send_next(control)
                                                      : status_out(control);
    }
    if (control->has_new_address) {
        control->has_new_address = false;
        control->address = control->new_address;
        control->io.address(control->io.ctx, control->address);
    }
    control->stage = USB_IDLE;
    return nothing();
}

struct usb_step usb_control_received(struct usb_control *control,
                                     const uint8_t *data, size_t size)
{
    if (control->stage != USB_DATA_OUT) {
        control->stage = USB_IDLE;
        return nothing();
    }
    if (size > control->left) {
        return stall(control);
    }
    memcpy(control->room + control->setup.length - control->left, data, size);
    control->left -= size;
    if (control->left > 0 && size == USB_PACKET) {
        return receive(control);
    }
    if (control->left > 0 || answer(control) < 0) {
        return stall(control);
    }
    return status_in(control);
}

bool usb_control_configured(const struct usb_control *control)
{
    return control->configuration != 0;
}
