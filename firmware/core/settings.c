/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/settings.h"

#include <stdbool.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

enum {
    SECTOR_PAGES = FLASH_SECTOR / FLASH_PAGE,
    PAGES = 2 * SECTOR_PAGES,
    TRIES = 3, /* of a save, in the pages that follow */
    AT_CONFIG = 12,
    AT_LOGGING = 20,
    AT_CALIBRATION = 36,
};

static uint32_t address_of(uint32_t page)
{
    return FLASH_SETTINGS * FLASH_SECTOR + page * FLASH_PAGE;
}

static void to_page(const struct settings *settings, uint8_t out[FLASH_PAGE])
{
    memset(out, 0, FLASH_PAGE);
    out[4] = SETTINGS_VERSION;
    put_u32(out + 8, settings->number);
    wire_put_config(out + AT_CONFIG, &settings->config);
    wire_put_logging(out + AT_LOGGING, &settings->logging);
    wire_put_calibration(out + AT_CALIBRATION, &settings->calibration);
    put_u32(out, crc32c(0, out + 4, FLASH_PAGE - 4));
}

static bool from_page(struct settings *out, const uint8_t in[FLASH_PAGE])
{
    if (get_u32(in) != crc32c(0, in + 4, FLASH_PAGE - 4) ||
        in[4] != SETTINGS_VERSION) {
        return false;
    }
    out->number = get_u32(in + 8);
    return wire_get_config(&out->config, in + AT_CONFIG) &&
           wire_get_logging(&out->logging, in + AT_LOGGING) &&
           wire_get_calibration(&out->calibration, in + AT_CALIBRATION);
}

static bool is_erased(const uint8_t page[FLASH_PAGE])
{
    for (int i = 0; i < FLASH_PAGE; i++) {
        if (page[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

/* Finds the newest page; returns its place, or -1. */
static int32_t find(struct settings *out, const struct flash *flash)
{
    uint8_t page[FLASH_PAGE];
    int32_t found = -1;

    for (uint32_t i = 0; i < PAGES; i++) {
        struct settings here = {0};
        if (flash->read(flash->ctx, address_of(i), page, FLASH_PAGE) == 0 &&
            from_page(&here, page) &&
            (found < 0 || here.number > out->number)) {
            *out = here;
            found = (int32_t)i;
        }
    }
    return found;
}

void settings_load(struct settings *out, const struct flash *flash)
{
    struct settings found = {0};

    if (find(&found, flash) >= 0) {
        *out = found;
    }
}

/* Makes `page` ready to be programmed, by erasing its sector where it is the
 * sector's first one. Returns false if something stands there. */
static bool make_room(const struct flash *flash, uint32_t page)
{
    uint8_t bytes[FLASH_PAGE];

    if (page % SECTOR_PAGES == 0 &&
        flash->erase(flash->ctx, address_of(page)) != 0) {
        return false;
    }
    return flash->read(flash->ctx, address_of(page), bytes, FLASH_PAGE) == 0 &&
           is_erased(bytes);
}

static bool write_page(const struct flash *flash, uint32_t page,
                       const uint8_t in[FLASH_PAGE])
{
    uint8_t bytes[FLASH_PAGE];

    return make_room(flash, page) &&
           flash->program(flash->ctx, address_of(page), in) == 0 &&
           flash->read(flash->ctx, address_of(page), bytes, FLASH_PAGE) == 0 &&
           memcmp(bytes, in, FLASH_PAGE) == 0;
}

/* The newest page's sector is never erased: the search for room goes on from
 * behind it to the first page of the other sector, and no farther. */
int settings_save(struct settings *settings, const struct flash *flash)
{
    struct settings newest = {0};
    uint8_t page[FLASH_PAGE];
    int32_t last = find(&newest, flash);
    uint32_t at = last < 0 ? 0 : (uint32_t)last + 1;
    uint32_t other = (at + SECTOR_PAGES - 1) / SECTOR_PAGES * SECTOR_PAGES;

    settings->number = newest.number + 1;
    to_page(settings, page);
    for (; at < other + TRIES; at++) {
        if (write_page(flash, at % PAGES, page)) {
            return 0;
        }
    }
    return -1;
}
