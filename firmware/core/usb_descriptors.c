/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/usb_descriptors.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/wire.h"

enum {
    REVISION = 0, /* of the descriptors; bcdDevice's low byte */
    BUS_POWERED = 0x80,
    MILLIAMPERES = 100, /* firmware/README.md has the estimate */
    BULK = 2,
    VENDOR_CLASS = 0xFF,
    PLATFORM = 5, /* device capability */
    CONFIGURATION_SIZE = 9 + 9 + 7,
    BOS_SIZE = 5 + 28,
    ENGLISH_US = 0x0409,
};

/* Of the Microsoft OS 2.0 descriptors; names as in the specification. */
enum {
    SET_HEADER = 0,
    FEATURE_COMPATIBLE_ID = 3,
    FEATURE_REG_PROPERTY = 4,
    SET_HEADER_SIZE = 10,
    COMPATIBLE_ID_SIZE = 20,
    PROPERTY_SIZE = 10, /* without name and value */
    MULTI_SZ = 7,       /* several strings, and an empty one */
};

enum string_index { LANGUAGES, MANUFACTURER, PRODUCT, SERIAL };

/* By these programs on Windows find the interface; drawn for carpus. */
static const char guids_name[] = "DeviceInterfaceGUIDs";
static const char guid[] = "{28886D8A-97F3-410E-AFED-101DDEEFE415}";

enum {
    NAME_SIZE = 2 * sizeof guids_name,
    VALUE_SIZE = 2 * sizeof guid + 2,
    MICROSOFT_SIZE = SET_HEADER_SIZE + COMPATIBLE_ID_SIZE + PROPERTY_SIZE +
                     NAME_SIZE + VALUE_SIZE,
};

_Static_assert((int)MICROSOFT_SIZE <= (int)USB_ROOM, "the set has to fit");

#define LE16(v) (uint8_t)((v)&0xFF), (uint8_t)((v) >> 8)
#define LE32(v) LE16((v)&0xFFFF), LE16((v) >> 16)
#define WINDOWS_8_1 0x06030000u /* the first that knows these descriptors */

static const uint8_t device[18] = {
    sizeof device,
    USB_DEVICE,
    LE16(0x0210), /* USB 2.1: there is a BOS descriptor */
    VENDOR_CLASS,
    0, /* subclass */
    0, /* protocol */
    USB_PACKET,
    LE16(WIRE_VENDOR_ID),
    LE16(WIRE_PRODUCT_ID),
    REVISION,
    WIRE_VERSION,
    MANUFACTURER,
    PRODUCT,
    SERIAL,
    1, /* configuration */
};

static const uint8_t configuration[CONFIGURATION_SIZE] = {
    9,
    USB_CONFIGURATION,
    LE16(CONFIGURATION_SIZE),
    1, /* interface */
    1, /* the configuration's value */
    0, /* no name */
    BUS_POWERED,
    MILLIAMPERES / 2,

    9,
    USB_INTERFACE,
    0, /* number */
    0, /* alternate setting */
    1, /* endpoint */
    VENDOR_CLASS,
    0, /* subclass */
    0, /* protocol */
    PRODUCT,

    7,
    USB_ENDPOINT,
    WIRE_BULK_IN,
    BULK,
    LE16(USB_PACKET),
    0, /* interval */
};

static const uint8_t bos[BOS_SIZE] = {
    5,
    USB_BOS,
    LE16(BOS_SIZE),
    1, /* capability */

    28,
    USB_CAPABILITY,
    PLATFORM,
    0,
    LE32(0xD8DD60DFu), /* D8DD60DF-4589-4CC7-9CD2-659D9E648A9F */
    LE16(0x4589),
    LE16(0x4CC7),
    0x9C,
    0xD2,
    0x65,
    0x9D,
    0x9E,
    0x64,
    0x8A,
    0x9F,
    LE32(WINDOWS_8_1),
    LE16(MICROSOFT_SIZE),
    USB_MICROSOFT_CODE,
    0, /* no other enumeration */
};

/* Writes `text`, without its end, as UTF-16. Returns what comes behind it. */
static uint8_t *put_utf16(uint8_t *out, const char *text)
{
    for (; *text != '\0'; text++) {
        put_u16(out, (uint8_t)*text);
        out += 2;
    }
    return out;
}

static struct usb_bytes string_of(const char *text, uint8_t *room)
{
    size_t size = (size_t)(put_utf16(room + 2, text) - room);

    room[0] = (uint8_t)size;
    room[1] = USB_STRING;
    return (struct usb_bytes){room, size};
}

static struct usb_bytes string(uint8_t index, const char *serial, uint8_t *room)
{
    static const uint8_t languages[4] = {4, USB_STRING, LE16(ENGLISH_US)};

    switch (index) {
    case LANGUAGES:
        return (struct usb_bytes){languages, sizeof languages};
    case MANUFACTURER:
        return string_of("carpus", room);
    case PRODUCT:
        return string_of("carpus wristband", room);
    case SERIAL:
        return string_of(serial, room);
    default:
        return (struct usb_bytes){NULL, 0};
    }
}

struct usb_bytes usb_descriptor(uint8_t type, uint8_t index, const char *serial,
                                uint8_t *room)
{
    static const struct {
        uint8_t type;
        struct usb_bytes is;
    } fixed[] = {
        {USB_DEVICE, {device, sizeof device}},
        {USB_CONFIGURATION, {configuration, sizeof configuration}},
        {USB_BOS, {bos, sizeof bos}},
    };

    if (type == USB_STRING) {
        return string(index, serial, room);
    }
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (fixed[i].type == type && index == 0) {
            return fixed[i].is;
        }
    }
    return (struct usb_bytes){NULL, 0};
}

struct usb_bytes usb_microsoft_set(uint8_t *room)
{
    static const uint8_t compatible_id[8] = {'W', 'I', 'N', 'U', 'S', 'B'};
    uint8_t *p = room;

    memset(room, 0, MICROSOFT_SIZE);
    put_u16(p, SET_HEADER_SIZE);
    put_u16(p + 2, SET_HEADER);
    put_u32(p + 4, WINDOWS_8_1);
    put_u16(p + 8, MICROSOFT_SIZE);
    p += SET_HEADER_SIZE;

    put_u16(p, COMPATIBLE_ID_SIZE);
    put_u16(p + 2, FEATURE_COMPATIBLE_ID);
    memcpy(p + 4, compatible_id, sizeof compatible_id);
    p += COMPATIBLE_ID_SIZE;

    put_u16(p, PROPERTY_SIZE + NAME_SIZE + VALUE_SIZE);
    put_u16(p + 2, FEATURE_REG_PROPERTY);
    put_u16(p + 4, MULTI_SZ);
    put_u16(p + 6, NAME_SIZE);
    (void)put_utf16(p + 8, guids_name);
    put_u16(p + 8 + NAME_SIZE, VALUE_SIZE);
    (void)put_utf16(p + PROPERTY_SIZE + NAME_SIZE, guid);
    return (struct usb_bytes){room, MICROSOFT_SIZE};
}
