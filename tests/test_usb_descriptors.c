/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/usb_descriptors.h"
#include "firmware/core/wire.h"

static uint8_t room[USB_ROOM];

static struct usb_bytes get(uint8_t type, uint8_t index)
{
    return usb_descriptor(type, index, "0123ABCD", room);
}

/* USB 2.0 table 9-8, byte by byte. */
static void device_descriptor_names_the_wristband(void **state)
{
    static const uint8_t expected[] = {18, 1,  0x10, 0x02, 0xFF, 0,
                                       0,  64, 0x09, 0x12, 0x01, 0x00,
                                       0,  1,  1,    2,    3,    1};
    struct usb_bytes device = get(USB_DEVICE, 0);

    (void)state;
    assert_int_equal(device.size, sizeof expected);
    assert_memory_equal(device.bytes, expected, sizeof expected);
    assert_int_equal(device.bytes[13], WIRE_VERSION);
}

static void configuration_holds_one_interface_and_one_endpoint(void **state)
{
    static const uint8_t expected[] = {
        9, 2, 25,   0, 1,  1,    0, 0x80, 50, /* configuration */
        9, 4, 0,    0, 1,  0xFF, 0, 0,    2,  /* interface */
        7, 5, 0x81, 2, 64, 0,    0};          /* endpoint */
    struct usb_bytes configuration = get(USB_CONFIGURATION, 0);

    (void)state;
    assert_int_equal(configuration.size, sizeof expected);
    assert_memory_equal(configuration.bytes, expected, sizeof expected);
}

static void strings_are_utf16_with_their_length(void **state)
{
    static const char *const texts[] = {NULL, "carpus", "carpus wristband",
                                        "0123ABCD"};

    (void)state;
    for (uint8_t i = 1; i <= 3; i++) {
        struct usb_bytes string = get(USB_STRING, i);
        size_t length = strlen(texts[i]);
        assert_int_equal(string.size, 2 + 2 * length);
        assert_int_equal(string.bytes[0], string.size);
        assert_int_equal(string.bytes[1], USB_STRING);
        for (size_t k = 0; k < length; k++) {
            assert_int_equal(get_u16(string.bytes + 2 + 2 * k), texts[i][k]);
        }
    }
    assert_int_equal(get_u16(get(USB_STRING, 0).bytes + 2), 0x0409);
}

static void longest_serial_fits(void **state)
{
    struct usb_bytes string =
        usb_descriptor(USB_STRING, 3, "0123456789ABCDEF0123456789ABCDEF", room);

    (void)state;
    assert_int_equal(string.size, 66);
}

static void what_is_not_there_is_null(void **state)
{
    static const uint8_t absent[][2] = {
        {USB_DEVICE, 1}, {USB_STRING, 4}, {USB_STRING, 0xEE}, {6, 0},
        {7, 0},          {USB_BOS, 1},    {0x21, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        assert_null(get(absent[i][0], absent[i][1]).bytes);
    }
}

static void bos_points_to_the_microsoft_set(void **state)
{
    static const uint8_t uuid[] = {0xDF, 0x60, 0xDD, 0xD8, 0x89, 0x45,
                                   0xC7, 0x4C, 0x9C, 0xD2, 0x65, 0x9D,
                                   0x9E, 0x64, 0x8A, 0x9F};
    struct usb_bytes bos = get(USB_BOS, 0);
    const uint8_t *capability = bos.bytes + 5;

    (void)state;
    assert_int_equal(bos.size, get_u16(bos.bytes + 2));
    assert_int_equal(bos.bytes[4], 1);
    assert_int_equal(capability[0], bos.size - 5);
    assert_int_equal(capability[1], USB_CAPABILITY);
    assert_int_equal(capability[2], 5);
    assert_memory_equal(capability + 4, uuid, sizeof uuid);
    assert_int_equal(get_u32(capability + 20), 0x06030000);
    assert_int_equal(get_u16(capability + 24), usb_microsoft_set(room).size);
    assert_int_equal(capability[26], USB_MICROSOFT_CODE);
}

/* A single interface: no configuration or function subset, every length its
 * block's, blocks up to the very end. */
static void microsoft_features_stand_under_the_set_header(void **state)
{
    struct usb_bytes set = usb_microsoft_set(room);
    const uint8_t *end = set.bytes + set.size;
    const uint8_t *p = set.bytes;
    static const uint16_t types[] = {0, 3, 4};

    (void)state;
    assert_int_equal(set.size, 162);
    assert_int_equal(get_u32(p + 4), 0x06030000);
    assert_int_equal(get_u16(p + 8), set.size);
    for (size_t i = 0; i < 3; i++) {
        assert_true(p < end);
        assert_int_equal(get_u16(p + 2), types[i]);
        p += get_u16(p);
    }
    assert_true(p == end);
}

static void windows_gets_driver_and_interface_guid(void **state)
{
    static const char name[] = "DeviceInterfaceGUIDs";
    const uint8_t *compatible = usb_microsoft_set(room).bytes + 10;
    const uint8_t *property = compatible + 20;

    (void)state;
    assert_memory_equal(compatible + 4, "WINUSB\0\0\0\0\0\0\0\0\0", 16);
    assert_int_equal(get_u16(property + 4), 7);
    assert_int_equal(get_u16(property + 6), 2 * sizeof name);
    for (size_t i = 0; i < sizeof name; i++) {
        assert_int_equal(get_u16(property + 8 + 2 * i), name[i]);
    }
    const uint8_t *value = property + 10 + 2 * sizeof name;
    assert_int_equal(get_u16(value - 2), 80);
    assert_int_equal(get_u16(value), '{');
    assert_int_equal(get_u16(value + 2 * 37), '}');
    assert_int_equal(get_u32(value + 2 * 38), 0); /* two ends */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_descriptor_names_the_wristband),
        cmocka_unit_test(configuration_holds_one_interface_and_one_endpoint),
        cmocka_unit_test(strings_are_utf16_with_their_length),
        cmocka_unit_test(longest_serial_fits),
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(bos_points_to_the_microsoft_set),
        cmocka_unit_test(microsoft_features_stand_under_the_set_header),
        cmocka_unit_test(windows_gets_driver_and_interface_guid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
