/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/usb/usbfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib-object.h>
#include <glib.h>
#include <linux/usbdevice_fs.h>
#include <umockdev.h>

#include "acquire/clocks.h"
#include "firmware/core/usb_descriptors.h"

enum {
    SETUP = 8,       /* bytes of a control transfer before its data */
    CONTROL = 512,   /* bytes of its data, most */
    ADDRESSES = 100, /* then they come round */
    TEXT = 1024,
    /* libusb asks without a pause: the node is a plain file here, which always
     * seems ready. */
    NAP_US = 500,
};

static const char SYSFS[] = "/sys/devices/usb1/1-1";

/* A file that is open. */
struct opening {
    UMockdevIoctlClient *client;
    bool asked;    /* anything */
    bool gone;     /* its device is */
    GQueue flying; /* UMockdevIoctlData of URBs */
    GQueue done;   /* of those to be reaped */
};

struct usbfs {
    GMutex lock; /* of all below */
    UMockdevTestbed *testbed;
    UMockdevIoctlBase *handler;
    struct band *band; /* NULL: nothing is plugged in */
    unsigned address;
    GList *openings;
    const struct opening *owner; /* of the interface */
    bool stopped;
    bool came[USBFS_MOMENTS];
    enum usbfs_moment pull_at;
    bool pulled;
    uint64_t given;
    int64_t data_ns;
};

const char *usbfs_moment_name(enum usbfs_moment moment)
{
    static const char *const names[USBFS_MOMENTS] = {
        "never",          "open",
        "claim",          "clear halt",
        "ask what it is", "configure",
        "start",          "take data",
        "stop",           "take data after stop",
        "ask its clock"};
    return names[moment];
}

/* ---- what happens to URBs ---- */

static struct usbdevfs_urb *urb_of(UMockdevIoctlData *data)
{
    return (struct usbdevfs_urb *)(void *)data->data;
}

static void complete(struct opening *opening, UMockdevIoctlData *data,
                     int status, int size)
{
    urb_of(data)->status = status;
    urb_of(data)->actual_length = size;
    g_queue_push_tail(&opening->done, data);
}

static void lose_device(struct usbfs *u)
{
    for (GList *l = u->openings; l != NULL; l = l->next) {
        struct opening *opening = l->data;
        opening->gone = true;
        while (!g_queue_is_empty(&opening->flying)) {
            complete(opening, g_queue_pop_head(&opening->flying), -ESHUTDOWN,
                     0);
        }
    }
    u->owner = NULL;
}

/* A program does something. Returns false if that is when the cable is pulled.
 */
static bool moment(struct usbfs *u, enum usbfs_moment what)
{
    u->came[what] = true;
    if (what == USBFS_NEVER || u->pull_at != what) {
        return true;
    }
    u->pull_at = USBFS_NEVER;
    u->pulled = true;
    lose_device(u);
    return false;
}

static void count_samples(struct usbfs *u, const uint8_t *data, size_t size)
{
    struct wire_frame frame;
    int n;
    for (size_t at = 0; at < size; at += (size_t)n) {
        n = wire_get_frame(&frame, data + at, size - at);
        if (n <= 0) {
            abort(); /* whole frames are what it sends */
        }
        u->given += frame.count;
    }
}

/* Has the wristband fill the first URB that flies, if it has something. */
static void fill_one(struct usbfs *u, struct opening *opening)
{
    UMockdevIoctlData *data = g_queue_peek_head(&opening->flying);
    if (data == NULL || u->band == NULL || opening->gone) {
        return;
    }
    size_t room = (size_t)urb_of(data)->buffer_length;
    UMockdevIoctlData *buffer = umockdev_ioctl_data_resolve(
        data, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer), room, NULL);
    size_t n = 0;
    if (u->pull_at != (u->stopped ? USBFS_DRAIN : USBFS_DATA)) {
        n = band_read(u->band, buffer->data, room);
    } else {
        (void)moment(u, u->pull_at);
    }
    if (n > 0) {
        u->came[USBFS_DATA] = true;
        u->data_ns = u->data_ns == 0 ? monotonic_ns() : u->data_ns;
        count_samples(u, buffer->data, n);
        complete(opening, g_queue_pop_head(&opening->flying), 0, (int)n);
    }
    g_object_unref(buffer);
}

/* ---- control transfers ---- */

static enum usbfs_moment moment_of(const struct wire_setup *setup)
{
    static const struct {
        enum wire_request request;
        enum usbfs_moment moment;
    } requests[] = {
        {WIRE_REQUEST_INFO, USBFS_INFO},
        {WIRE_REQUEST_SET_CONFIG, USBFS_CONFIGURE},
        {WIRE_REQUEST_START, USBFS_START},
        {WIRE_REQUEST_STOP, USBFS_STOP},
        {WIRE_REQUEST_TIME, USBFS_CLOCK},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        if (requests[i].request == setup->request) {
            return requests[i].moment;
        }
    }
    return USBFS_NEVER;
}

static int get_descriptor(const struct usbfs *u, const struct wire_setup *setup,
                          uint8_t *data)
{
    uint8_t room[USB_ROOM];
    struct usb_bytes is =
        usb_descriptor((uint8_t)(setup->value >> 8),
                       (uint8_t)(setup->value & 0xFF), u->band->serial, room);
    if (is.bytes == NULL) {
        return -EPIPE;
    }
    size_t n = MIN(is.size, setup->length);
    memcpy(data, is.bytes, n);
    return (int)n;
}

/* Returns bytes, or -errno as an URB's status. */
static int control(struct usbfs *u, const uint8_t *bytes, uint8_t *data)
{
    enum { STANDARD_IN = 0x80, GET_DESCRIPTOR = 6, VENDOR = 0x40 };
    const struct wire_setup setup = {
        .in = (bytes[0] & 0x80) != 0,
        .request = bytes[1],
        .value = (uint16_t)(bytes[2] | bytes[3] << 8),
        .index = (uint16_t)(bytes[4] | bytes[5] << 8),
        .length = (uint16_t)(bytes[6] | bytes[7] << 8),
    };
    if (bytes[0] == STANDARD_IN && setup.request == GET_DESCRIPTOR) {
        return get_descriptor(u, &setup, data);
    }
    if ((bytes[0] & VENDOR) == 0 || setup.length > CONTROL) {
        return -EPIPE;
    }
    if (!moment(u, moment_of(&setup))) {
        return -ESHUTDOWN;
    }
    u->stopped = setup.request == WIRE_REQUEST_STOP ||
                 (u->stopped && setup.request != WIRE_REQUEST_START);
    int n = band_ask(u->band, &setup, data);
    return n < 0 ? -EPIPE : n;
}

static void submit_control(struct usbfs *u, struct opening *opening,
                           UMockdevIoctlData *data)
{
    UMockdevIoctlData *buffer = umockdev_ioctl_data_resolve(
        data, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer),
        (gsize)urb_of(data)->buffer_length, NULL);
    int n = control(u, buffer->data, buffer->data + SETUP);
    complete(opening, data, n < 0 ? n : 0, n < 0 ? 0 : n);
    g_object_unref(buffer);
}

/* ---- ioctls; each returns 0 or an errno ---- */

static int submit(struct usbfs *u, struct opening *opening,
                  UMockdevIoctlData *argument)
{
    UMockdevIoctlData *data = umockdev_ioctl_data_resolve(
        argument, 0, sizeof(struct usbdevfs_urb), NULL);
    if (urb_of(data)->type == USBDEVFS_URB_TYPE_CONTROL) {
        submit_control(u, opening, data);
        return 0;
    }
    if (urb_of(data)->endpoint != WIRE_BULK_IN || u->owner != opening) {
        g_object_unref(data);
        return ENOENT;
    }
    g_queue_push_tail(&opening->flying, data);
    return 0;
}

static int reap(struct usbfs *u, struct opening *opening,
                UMockdevIoctlData *argument)
{
    if (g_queue_is_empty(&opening->done)) {
        fill_one(u, opening);
    }
    UMockdevIoctlData *data = g_queue_pop_head(&opening->done);
    if (data == NULL) {
        return opening->gone ? ENODEV : EAGAIN;
    }
    UMockdevIoctlData *out =
        umockdev_ioctl_data_resolve(argument, 0, sizeof(gpointer), NULL);
    umockdev_ioctl_data_set_ptr(out, 0, data);
    g_object_unref(out);
    g_object_unref(data);
    return 0;
}

static int discard(struct opening *opening, const UMockdevIoctlData *argument)
{
    for (GList *l = opening->flying.head; l != NULL; l = l->next) {
        UMockdevIoctlData *data = l->data;
        if (data->client_addr == argument->client_addr ||
            data->client_addr == *(gulong *)(void *)argument->data) {
            g_queue_delete_link(&opening->flying, l);
            complete(opening, data, -ENOENT, 0);
            return 0;
        }
    }
    return EINVAL;
}

static int claim(struct usbfs *u, const struct opening *opening)
{
    if (u->owner != NULL && u->owner != opening) {
        return EBUSY;
    }
    if (!moment(u, USBFS_CLAIM)) {
        return ENODEV;
    }
    u->owner = opening;
    return 0;
}

static int release(struct usbfs *u, const struct opening *opening)
{
    if (u->owner == opening) {
        u->owner = NULL;
    }
    return 0;
}

static int get_capabilities(UMockdevIoctlData *argument)
{
    const uint32_t capabilities =
        USBDEVFS_CAP_REAP_AFTER_DISCONNECT | USBDEVFS_CAP_BULK_SCATTER_GATHER |
        USBDEVFS_CAP_BULK_CONTINUATION | USBDEVFS_CAP_NO_PACKET_SIZE_LIM;
    UMockdevIoctlData *out =
        umockdev_ioctl_data_resolve(argument, 0, sizeof(capabilities), NULL);
    memcpy(out->data, &capabilities, sizeof(capabilities));
    g_object_unref(out);
    return 0;
}

static int serve(struct usbfs *u, struct opening *opening, gulong request,
                 UMockdevIoctlData *argument)
{
    bool reaps =
        request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY;
    if (!opening->asked && !opening->gone) {
        opening->asked = true;
        (void)moment(u, USBFS_OPEN);
    }
    if (opening->gone && !reaps) {
        return ENODEV;
    }
    switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
        return get_capabilities(argument);
    case USBDEVFS_CLAIMINTERFACE:
        return claim(u, opening);
    case USBDEVFS_RELEASEINTERFACE:
        return release(u, opening);
    case USBDEVFS_CLEAR_HALT:
        return moment(u, USBFS_CLEAR) ? 0 : ENODEV;
    case USBDEVFS_SUBMITURB:
        return submit(u, opening, argument);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        return reap(u, opening, argument);
    case USBDEVFS_DISCARDURB:
        return discard(opening, argument);
    default:
        return ENOTTY;
    }
}

/* ---- umockdev's side ---- */

static struct opening *find_opening(struct usbfs *u,
                                    UMockdevIoctlClient *client)
{
    for (GList *l = u->openings; l != NULL; l = l->next) {
        struct opening *opening = l->data;
        if (opening->client == client) {
            return opening;
        }
    }
    struct opening *opening = g_new0(struct opening, 1);
    opening->client = g_object_ref(client); /* so that no other has its place */
    opening->gone = u->band == NULL || u->pulled;
    u->openings = g_list_prepend(u->openings, opening);
    return opening;
}

static gboolean on_ioctl(UMockdevIoctlBase *handler,
                         UMockdevIoctlClient *client, gpointer context)
{
    struct usbfs *u = context;
    (void)handler;
    g_mutex_lock(&u->lock);
    int number = serve(u, find_opening(u, client),
                       umockdev_ioctl_client_get_request(client),
                       umockdev_ioctl_client_get_arg(client));
    g_mutex_unlock(&u->lock);
    if (number == EAGAIN) {
        usleep(NAP_US);
    }
    umockdev_ioctl_client_complete(client, number == 0 ? 0 : -1, number);
    return TRUE;
}

static void on_vanished(UMockdevIoctlBase *handler, UMockdevIoctlClient *client,
                        gpointer context)
{
    struct usbfs *u = context;
    (void)handler;
    g_mutex_lock(&u->lock);
    struct opening *opening = find_opening(u, client);
    u->openings = g_list_remove(u->openings, opening);
    (void)release(u, opening);
    g_queue_clear_full(&opening->flying, g_object_unref);
    g_queue_clear_full(&opening->done, g_object_unref);
    g_object_unref(opening->client);
    g_free(opening);
    g_mutex_unlock(&u->lock);
}

/* ---- plugging ---- */

struct usbfs *usbfs_new(void)
{
    struct usbfs *u = g_new0(struct usbfs, 1);
    g_mutex_init(&u->lock);
    u->testbed = umockdev_testbed_new();
    u->handler = umockdev_ioctl_base_new();
    u->address = 1;
    g_signal_connect(u->handler, "handle-ioctl", G_CALLBACK(on_ioctl), u);
    g_signal_connect(u->handler, "client-vanished", G_CALLBACK(on_vanished), u);
    /* Without a root hub it would be a computer without USB. */
    static const char hub[] =
        "P: /devices/usb1\nN: bus/usb/001/001\nE: SUBSYSTEM=usb\n"
        "E: BUSNUM=001\nE: DEVNUM=001\nE: DEVNAME=/dev/bus/usb/001/001\n"
        "E: DEVTYPE=usb_device\nA: bConfigurationValue=1\\n\n"
        "A: busnum=1\\n\nA: devnum=1\\n\nA: speed=480\\n\n"
        "H: descriptors=12010002090001406b1d020015060302010109021900010100e000"
        "0904000001090000000705810304000c\n";
    if (!umockdev_testbed_add_from_string(u->testbed, hub, NULL)) {
        abort();
    }
    return u;
}

void usbfs_free(struct usbfs *u)
{
    g_object_unref(u->handler);
    g_object_unref(u->testbed);
    g_mutex_clear(&u->lock);
    g_free(u);
}

static void node_name(const struct usbfs *u, char out[TEXT])
{
    snprintf(out, TEXT, "/dev/bus/usb/001/%03u", u->address);
}

static GString *describe(const struct usbfs *u)
{
    uint8_t room[USB_ROOM];
    GString *text = g_string_new(NULL);
    g_string_append_printf(
        text,
        "P: /devices/usb1/1-1\nN: bus/usb/001/%03u\nE: SUBSYSTEM=usb\n"
        "E: DRIVER=usb\nE: BUSNUM=001\nE: DEVNUM=%03u\n"
        "E: DEVNAME=/dev/bus/usb/001/%03u\nE: DEVTYPE=usb_device\n"
        "A: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum=%u\\n\n"
        "A: speed=12\\n\nH: descriptors=",
        u->address, u->address, u->address, u->address);
    for (int type = USB_DEVICE; type <= USB_CONFIGURATION; type++) {
        struct usb_bytes is = usb_descriptor((uint8_t)type, 0, "", room);
        for (size_t i = 0; i < is.size; i++) {
            g_string_append_printf(text, "%02x", is.bytes[i]);
        }
    }
    return g_string_append(text, "\n");
}

void usbfs_plug(struct usbfs *u, struct band *band)
{
    char node[TEXT];
    GError *error = NULL;
    g_mutex_lock(&u->lock);
    u->address = 2 + (u->address - 1) % ADDRESSES;
    u->band = band;
    u->pulled = u->stopped = false;
    u->data_ns = 0;
    memset(u->came, 0, sizeof(u->came));
    GString *text = describe(u);
    g_mutex_unlock(&u->lock);
    node_name(u, node);
    /* In this order: libusb opens it as soon as it hears of it. */
    if (!umockdev_testbed_attach_ioctl(u->testbed, node, u->handler, &error) ||
        !umockdev_testbed_add_from_string(u->testbed, text->str, &error)) {
        fprintf(stderr, "umockdev: %s\n", error->message);
        abort();
    }
    g_string_free(text, TRUE);
}

void usbfs_unplug(struct usbfs *u)
{
    char node[TEXT];
    GError *error = NULL;
    g_mutex_lock(&u->lock);
    lose_device(u);
    u->band = NULL;
    g_mutex_unlock(&u->lock);
    node_name(u, node);
    umockdev_testbed_uevent(u->testbed, SYSFS, "remove");
    umockdev_testbed_remove_device(u->testbed, SYSFS);
    if (!umockdev_testbed_detach_ioctl(u->testbed, node, &error)) {
        fprintf(stderr, "umockdev: %s\n", error->message);
        abort();
    }
}

void usbfs_pull_at(struct usbfs *u, enum usbfs_moment when)
{
    g_mutex_lock(&u->lock);
    u->pull_at = when;
    g_mutex_unlock(&u->lock);
}

bool usbfs_pulled(struct usbfs *u)
{
    g_mutex_lock(&u->lock);
    bool pulled = u->pulled;
    g_mutex_unlock(&u->lock);
    return pulled;
}

bool usbfs_came(struct usbfs *u, enum usbfs_moment what)
{
    g_mutex_lock(&u->lock);
    bool came = u->came[what];
    g_mutex_unlock(&u->lock);
    return came;
}

uint64_t usbfs_given(struct usbfs *u)
{
    g_mutex_lock(&u->lock);
    uint64_t given = u->given;
    g_mutex_unlock(&u->lock);
    return given;
}

int64_t usbfs_data_ns(struct usbfs *u)
{
    g_mutex_lock(&u->lock);
    int64_t data_ns = u->data_ns;
    g_mutex_unlock(&u->lock);
    return data_ns;
}
