/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/usb_control.h"

enum { NONE = -1, BULK = 0x81, LONG = 0x77 };

/* A device, and what its requests did. */
struct bench {
    struct usb_control control;
    int address;    /* that was set, NONE */
    int configured; /* NONE, 0, 1 */
    int halted;     /* likewise */
    unsigned resets;
    struct wire_setup setup; /* of the last vendor request */
    uint8_t data[USB_CONTROL_DATA];
    uint8_t answer[2 * USB_CONTROL_DATA]; /* of an IN transfer */
    size_t answer_size;
    unsigned packets;
};

static int on_vendor(void *ctx, const struct wire_setup *setup, uint8_t *data)
{
    struct bench *bench = ctx;

    bench->setup = *setup;
    if (setup->request != LONG) {
        return -1;
    }
    if (setup->in) {
        assert_true(setup->length <= USB_CONTROL_DATA);
        memset(data, 0x5A, setup->length);
        return setup->length;
    }
    memcpy(bench->data, data, setup->length);
    return 0;
}

static void on_address(void *ctx, uint8_t address)
{
    struct bench *bench = ctx;
    bench->address = address;
}

static void on_configure(void *ctx, bool on)
{
    struct bench *bench = ctx;
    bench->configured = on;
    bench->resets++;
}

static void on_halt(void *ctx, bool halted)
{
    struct bench *bench = ctx;
    bench->halted = halted;
}

static void begin(struct bench *bench)
{
    struct usb_control_io io = {.serial = "SERIAL",
                                .ctx = bench,
                                .vendor = on_vendor,
                                .address = on_address,
                                .configure = on_configure,
                                .halt = on_halt};

    memset(bench, 0, sizeof *bench);
    bench->address = bench->configured = bench->halted = NONE;
    usb_control_init(&bench->control, &io);
}

static struct usb_step set_up(struct bench *bench, uint8_t type,
                              uint8_t request, uint16_t value, uint16_t index,
                              uint16_t length)
{
    uint8_t packet[8] = {type, request};

    put_u16(packet + 2, value);
    put_u16(packet + 4, index);
    put_u16(packet + 6, length);
    return usb_control_setup(&bench->control, packet);
}

static void expect_status_out(struct bench *bench, struct usb_step step)
{
    assert_int_equal(step.action, USB_RECEIVE);
    assert_true(step.data1);
    step = usb_control_received(&bench->control, NULL, 0);
    assert_int_equal(step.action, USB_NOTHING);
}

/* A transfer to the host as a host does it: it takes packets until one is short
 * or it has what it wanted. Returns true, false if it was stalled. */
static bool ask(struct bench *bench, uint8_t type, uint8_t request,
                uint16_t value, uint16_t index, uint16_t length)
{
    struct usb_step step = set_up(bench, type, request, value, index, length);
    bool data1 = true;

    bench->answer_size = 0;
    bench->packets = 0;
    if (step.action == USB_STALL) {
        return false;
    }
    for (;;) {
        assert_int_equal(step.action, USB_SEND);
        assert_int_equal(step.data1, data1);
        assert_true(step.size <= USB_PACKET);
        assert_true(bench->answer_size + step.size <= length);
        size_t room = sizeof bench->answer - bench->answer_size;
        memcpy(bench->answer + bench->answer_size, step.data,
               step.size < room ? step.size : room);
        bench->answer_size += step.size;
        bench->packets++;
        data1 = !data1;
        bool last = step.size < USB_PACKET || bench->answer_size == length;
        step = usb_control_sent(&bench->control);
        if (last) {
            break;
        }
    }
    expect_status_out(bench, step);
    return true;
}

/* One to the device, without data. */
static bool tell(struct bench *bench, uint8_t type, uint8_t request,
                 uint16_t value, uint16_t index)
{
    struct usb_step step = set_up(bench, type, request, value, index, 0);

    if (step.action == USB_STALL) {
        return false;
    }
    assert_int_equal(step.action, USB_SEND);
    assert_int_equal(step.size, 0);
    assert_true(step.data1);
    assert_int_equal(usb_control_sent(&bench->control).action, USB_NOTHING);
    return true;
}

static void configure(struct bench *bench)
{
    begin(bench);
    assert_true(tell(bench, 0, 5, 9, 0));
    assert_true(tell(bench, 0, 9, 1, 0));
}

static void address_holds_only_after_the_status_stage(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    struct usb_step step = set_up(&bench, 0, 5, 42, 0, 0);
    assert_int_equal(step.action, USB_SEND);
    assert_int_equal(bench.address, NONE);
    (void)usb_control_sent(&bench.control);
    assert_int_equal(bench.address, 42);
}

static void new_setup_packet_ends_what_went_before(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    (void)set_up(&bench, 0, 5, 42, 0, 0);
    assert_true(ask(&bench, 0x80, 6, 0x0100, 0, 18));
    assert_int_equal(bench.address, NONE);
    assert_int_equal(bench.answer_size, 18);
    (void)set_up(&bench, 0, 5, 42, 0, 0);
    assert_true(tell(&bench, 0x80, 6, 0x0100, 0));
    assert_int_equal(bench.address, NONE);
}

static void answer_is_cut_to_what_is_asked_for(void **state)
{
    static const struct {
        uint16_t length;
        size_t size;
        unsigned packets;
    } cases[] = {{1, 1, 1}, {8, 8, 1}, {18, 18, 1}, {64, 18, 1}, {255, 18, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        begin(&bench);
        assert_true(ask(&bench, 0x80, 6, 0x0100, 0, cases[i].length));
        assert_int_equal(bench.answer_size, cases[i].size);
        assert_int_equal(bench.packets, cases[i].packets);
    }
}

/* 64 bytes: an empty packet if more was asked for, none if just as much. */
static void full_last_packet_is_followed_by_an_empty_one_if_short(void **state)
{
    struct bench bench;

    (void)state;
    configure(&bench);
    assert_true(ask(&bench, 0xC0, LONG, 0, 0, 64));
    assert_int_equal(bench.packets, 1);
    assert_true(ask(&bench, 0xC0, LONG, 0, 0, 100));
    assert_int_equal(bench.answer_size, 64);
    assert_int_equal(bench.packets, 2);
}

static void microsoft_set_goes_in_three_packets_with_toggles(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    assert_true(ask(&bench, 0xC0, USB_MICROSOFT_CODE, 0, 7, 162));
    assert_int_equal(bench.answer_size, 162);
    assert_int_equal(bench.packets, 3);
    assert_false(ask(&bench, 0xC0, USB_MICROSOFT_CODE, 0, 8, 162));
}

static void transfer_to_host_of_no_length_has_its_status_stage_in(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    assert_true(tell(&bench, 0x80, 6, 0x0100, 0));
}

static void unknown_requests_stall_and_the_next_one_works(void **state)
{
    static const struct {
        uint8_t type;
        uint8_t request;
        uint16_t value;
        uint16_t index;
        uint16_t length;
    } cases[] = {
        {0x80, 6, 0x0600, 0, 10},  /* device qualifier: full speed only */
        {0x80, 6, 0x0305, 0, 255}, /* no such string */
        {0x00, 7, 0x0100, 0, 18},  /* SET_DESCRIPTOR */
        {0x82, 12, 0, BULK, 2},    /* SYNCH_FRAME */
        {0x00, 3, 1, 0, 0},        /* remote wake-up */
        {0x00, 3, 2, 0, 0},        /* test mode */
        {0x02, 3, 0, 0x02, 0},     /* no such endpoint */
        {0x02, 3, 1, BULK, 0},     /* no such feature */
        {0x82, 0, 0, 0x02, 2},     /* likewise */
        {0x81, 0, 0, 1, 2},        /* no such interface */
        {0x01, 11, 1, 0, 0},       /* no such alternate setting */
        {0x01, 11, 0, 1, 0},       /* no such interface */
        {0x00, 9, 2, 0, 0},        /* no such configuration */
        {0x00, 5, 128, 0, 0},      /* no such address */
        {0x21, 0x0A, 0, 0, 0},     /* class request */
        {0xC1, LONG, 0, 0, 8},     /* vendor, to the interface */
        {0xC0, 0x66, 0, 0, 8},     /* vendor, refused */
        {0x40, 0x66, 0, 0, 0},     /* likewise */
        {0x40, LONG, 0, 0, 65},    /* more than there is room for */
        {0x00, 9, 1, 0, 8},        /* standard, with data */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench bench;
        configure(&bench);
        struct usb_step step =
            set_up(&bench, cases[i].type, cases[i].request, cases[i].value,
                   cases[i].index, cases[i].length);
        assert_int_equal(step.action, USB_STALL);
        assert_true(ask(&bench, 0x80, 8, 0, 0, 1));
        assert_int_equal(bench.answer[0], 1);
    }
}

static void configuration_0_switches_the_endpoint_off(void **state)
{
    struct bench bench;

    (void)state;
    configure(&bench);
    assert_int_equal(bench.configured, 1);
    assert_true(usb_control_configured(&bench.control));
    assert_true(tell(&bench, 0, 9, 0, 0));
    assert_int_equal(bench.configured, 0);
    assert_false(usb_control_configured(&bench.control));
    assert_true(ask(&bench, 0x80, 8, 0, 0, 1));
    assert_int_equal(bench.answer[0], 0);
    assert_false(ask(&bench, 0x82, 0, 0, BULK, 2));
    assert_false(ask(&bench, 0x81, 10, 0, 0, 1));
    assert_false(tell(&bench, 0x02, 3, 0, BULK));
}

static void device_without_address_cannot_be_configured(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    assert_false(tell(&bench, 0, 9, 1, 0));
    assert_int_equal(bench.configured, NONE);
}

static void halt_is_told_and_cleared(void **state)
{
    struct bench bench;

    (void)state;
    configure(&bench);
    assert_true(tell(&bench, 0x02, 3, 0, BULK));
    assert_int_equal(bench.halted, 1);
    assert_true(ask(&bench, 0x82, 0, 0, BULK, 2));
    assert_int_equal(get_u16(bench.answer), 1);
    assert_true(tell(&bench, 0x02, 1, 0, BULK));
    assert_int_equal(bench.halted, 0);
    assert_true(ask(&bench, 0x82, 0, 0, BULK, 2));
    assert_int_equal(get_u16(bench.answer), 0);
}

static void choosing_configuration_or_setting_resets_the_endpoint(void **state)
{
    struct bench bench;

    (void)state;
    configure(&bench);
    assert_true(tell(&bench, 0x02, 3, 0, BULK));
    assert_true(tell(&bench, 0x00, 9, 1, 0));
    assert_int_equal(bench.resets, 2);
    assert_true(ask(&bench, 0x82, 0, 0, BULK, 2));
    assert_int_equal(get_u16(bench.answer), 0);
    assert_true(tell(&bench, 0x01, 11, 0, 0));
    assert_int_equal(bench.resets, 3);
}

static void status_of_device_interface_and_control_is_zero(void **state)
{
    static const uint8_t types[] = {0x80, 0x81, 0x82};

    (void)state;
    for (size_t i = 0; i < sizeof types; i++) {
        struct bench bench;
        configure(&bench);
        assert_true(ask(&bench, types[i], 0, 0, 0, 2));
        assert_int_equal(bench.answer_size, 2);
        assert_int_equal(get_u16(bench.answer), 0);
    }
}

static void bus_reset_forgets_address_and_configuration(void **state)
{
    struct bench bench;

    (void)state;
    configure(&bench);
    usb_control_reset(&bench.control);
    assert_false(usb_control_configured(&bench.control));
    assert_false(tell(&bench, 0, 9, 1, 0));
    assert_true(tell(&bench, 0, 5, 3, 0));
    assert_true(tell(&bench, 0, 9, 1, 0));
}

static void data_to_the_device_arrives_before_its_status(void **state)
{
    uint8_t data[USB_CONTROL_DATA];
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(3 * i);
    }
    configure(&bench);
    for (size_t size = 1; size <= sizeof data; size++) {
        struct usb_step step = set_up(&bench, 0x40, LONG, 7, 8, (uint16_t)size);
        assert_int_equal(step.action, USB_RECEIVE);
        assert_true(step.data1);
        step = usb_control_received(&bench.control, data, size);
        assert_int_equal(step.action, USB_SEND);
        assert_int_equal(step.size, 0);
        assert_true(step.data1);
        assert_memory_equal(bench.data, data, size);
        assert_int_equal(bench.setup.length, size);
        assert_int_equal(bench.setup.value, 7);
        assert_int_equal(bench.setup.index, 8);
    }
}

static void data_of_another_length_than_said_stalls(void **state)
{
    static const size_t sizes[] = {0, 7, 9, 64};
    uint8_t data[USB_PACKET] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bench bench;
        configure(&bench);
        bench.setup.request = 0;
        (void)set_up(&bench, 0x40, LONG, 0, 0, 8);
        struct usb_step step =
            usb_control_received(&bench.control, data, sizes[i]);
        assert_int_equal(step.action, USB_STALL);
        assert_int_equal(bench.setup.request, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_holds_only_after_the_status_stage),
        cmocka_unit_test(new_setup_packet_ends_what_went_before),
        cmocka_unit_test(answer_is_cut_to_what_is_asked_for),
        cmocka_unit_test(full_last_packet_is_followed_by_an_empty_one_if_short),
        cmocka_unit_test(microsoft_set_goes_in_three_packets_with_toggles),
        cmocka_unit_test(transfer_to_host_of_no_length_has_its_status_stage_in),
        cmocka_unit_test(unknown_requests_stall_and_the_next_one_works),
        cmocka_unit_test(configuration_0_switches_the_endpoint_off),
        cmocka_unit_test(device_without_address_cannot_be_configured),
        cmocka_unit_test(halt_is_told_and_cleared),
        cmocka_unit_test(choosing_configuration_or_setting_resets_the_endpoint),
        cmocka_unit_test(status_of_device_interface_and_control_is_zero),
        cmocka_unit_test(bus_reset_forgets_address_and_configuration),
        cmocka_unit_test(data_to_the_device_arrives_before_its_status),
        cmocka_unit_test(data_of_another_length_than_said_stalls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
