/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/usb_bulk.h"

#include <string.h>

void usb_bulk_init(struct usb_bulk *bulk, const struct usb_bulk_source *source)
{
    memset(bulk, 0, sizeof *bulk);
    bulk->source = *source;
}

static void give(struct usb_bulk *bulk, struct usb_bulk_packet *out)
{
    size_t left = bulk->size - bulk->given;

    out->data = bulk->frame + bulk->given;
    out->size = left < USB_PACKET ? left : USB_PACKET;
    out->data1 = bulk->data1;
    bulk->given += out->size;
    bulk->open = out->size == USB_PACKET;
    bulk->data1 = !bulk->data1;
}

int usb_bulk_next(struct usb_bulk *bulk, struct usb_bulk_packet out[2])
{
    int count = 0;

    if (bulk->given == bulk->size) {
        bulk->size = bulk->source.frame(bulk->source.ctx, bulk->frame);
        bulk->given = 0;
        if (bulk->size == 0 && bulk->open) {
            give(bulk, &out[count++]);
        }
    }
    while (bulk->given < bulk->size && count < 2) {
        give(bulk, &out[count++]);
    }
    return count;
}

void usb_bulk_reset(struct usb_bulk *bulk, bool untaken)
{
    if (untaken || bulk->given < bulk->size) {
        bulk->given = 0;
    }
    bulk->open = false;
    bulk->data1 = false;
}

/* The host may be left with part of a frame; an empty packet ends its transfer.
 */
void usb_bulk_drop(struct usb_bulk *bulk, int untaken)
{
    if (untaken > 0 || bulk->given < bulk->size) {
        bulk->open = true;
    }
    bulk->given = bulk->size;
    bulk->data1 = bulk->data1 != (untaken % 2 != 0);
}
