/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/logger.h"

#include <string.h>

enum { SETTLE_US = 30000 }; /* twice what most contacts bounce */

static const struct flash no_flash = {0};

const struct wire_config logger_watch_config = {
    .rate_hz = 26, .accel_g = 4, .gyro_dps = 2000};

void logger_init(struct logger *logger, const struct flash *flash,
                 const struct settings *settings, const uint8_t firmware[3])
{
    memset(logger, 0, sizeof *logger);
    logger->flash = flash != NULL ? flash : &no_flash;
    logger->settings = *settings;
    memcpy(logger->firmware, firmware, sizeof logger->firmware);
    logger->button.settle_us = UINT64_MAX;
    log_mount(&logger->log, logger->flash);
    if (logger_exists(logger)) {
        settings_load(&logger->settings, logger->flash);
    }
    logger->first_record = logger->log.record + 1;
}

bool logger_exists(const struct logger *logger)
{
    return logger->flash->sectors >= FLASH_SECTORS_MIN;
}

void logger_save(struct logger *logger)
{
    logger->failed = settings_save(&logger->settings, logger->flash) < 0;
}

/* ---- records ---- */

bool logger_begin(struct logger *logger, uint8_t cause, uint64_t now_ns)
{
    struct log_begin begin = {.config = logger->settings.logging.config,
                              .device_ns = now_ns,
                              .clock_ns = logger->clock_ns,
                              .utc_ns = logger->utc_ns,
                              .calibration = logger->settings.calibration,
                              .cause = cause};

    memcpy(begin.firmware, logger->firmware, sizeof begin.firmware);
    logger->failed = log_begin(&logger->log, &begin) < 0;
    if (logger->failed) {
        return false;
    }
    watch_begin(&logger->watch, &begin.config,
                logger->settings.logging.motion_mg);
    logger->began = cause;
    logger->ending = 0;
    return true;
}

void logger_add(struct logger *logger, const struct log_sample *sample)
{
    int err = log_add(&logger->log, sample);

    (void)watch_sample(&logger->watch, sample->axes);
    if (err < 0) {
        logger->ending = err == LOG_FULL ? WIRE_CAUSE_FULL : WIRE_CAUSE_FLASH;
    } else if (logger->began == WIRE_CAUSE_MOTION && logger->ending == 0 &&
               watch_still_s(&logger->watch) >=
                   logger->settings.logging.still_s) {
        logger->ending = WIRE_CAUSE_MOTION;
    }
}

void logger_end(struct logger *logger, const struct log_sample *end)
{
    logger->failed = log_end(&logger->log, end, logger->ending) < 0;
}

/* ---- for the host ---- */

void logger_look(struct logger *logger, uint32_t record)
{
    logger->failed = log_find(&logger->log, record, &logger->looked_up,
                              &logger->looked_up_calibration) < 0;
    logger->looked_up.same_clock = record >= logger->first_record;
}

void logger_erase(struct logger *logger, uint32_t record)
{
    logger->failed = log_erase(&logger->log, record) < 0;
}

bool logger_read(struct logger *logger, const struct wire_log_read *read)
{
    logger->failed =
        log_open(&logger->reader, &logger->log, read->number, read->index) < 0;
    return !logger->failed;
}

/* ---- what begins a record ---- */

bool logger_watches(const struct logger *logger)
{
    struct wire_log state;

    if ((logger->settings.logging.flags & WIRE_BY_MOTION) == 0 ||
        !logger_exists(logger)) {
        return false;
    }
    log_state(&logger->log, &state);
    return !state.full;
}

bool logger_button(struct logger *logger, bool down, uint64_t now_us)
{
    struct button *button = &logger->button;

    if (down != button->down) {
        button->down = down;
        button->settle_us = now_us + SETTLE_US;
    }
    if (now_us < button->settle_us) {
        return false;
    }
    bool pressed = down && !button->held;
    button->held = down;
    button->settle_us = UINT64_MAX;
    return pressed && logger_exists(logger) &&
           (logger->settings.logging.flags & WIRE_BY_BUTTON) != 0;
}

/* ---- test ---- */

/* Each byte of the sector its own, and the neighbours' inverse. */
static uint8_t pattern(uint32_t at)
{
    return (uint8_t)((at % 2 == 0 ? 0x55 : 0xAA) ^ at / FLASH_PAGE);
}

static int32_t wrong_bytes(const struct flash *flash, bool erased)
{
    uint8_t page[FLASH_PAGE];
    int32_t wrong = 0;

    for (uint32_t at = 0; at < FLASH_SECTOR; at++) {
        if (at % FLASH_PAGE == 0 &&
            flash->read(flash->ctx, FLASH_SCRATCH * FLASH_SECTOR + at, page,
                        FLASH_PAGE) != 0) {
            return -1;
        }
        wrong += page[at % FLASH_PAGE] != (erased ? 0xFF : pattern(at));
    }
    return wrong;
}

static int write_pattern(const struct flash *flash)
{
    uint8_t page[FLASH_PAGE];

    for (uint32_t at = 0; at < FLASH_SECTOR; at++) {
        page[at % FLASH_PAGE] = pattern(at);
        if (at % FLASH_PAGE == FLASH_PAGE - 1 &&
            flash->program(flash->ctx,
                           FLASH_SCRATCH * FLASH_SECTOR +
                               at / FLASH_PAGE * FLASH_PAGE,
                           page) != 0) {
            return -1;
        }
    }
    return 0;
}

int32_t logger_test(const struct logger *logger)
{
    const struct flash *flash = logger->flash;

    if (flash->erase(flash->ctx, FLASH_SCRATCH * FLASH_SECTOR) != 0) {
        return -1;
    }
    int32_t left = wrong_bytes(flash, true);
    if (left != 0) {
        return left;
    }
    if (write_pattern(flash) != 0) {
        return -1;
    }
    return wrong_bytes(flash, false);
}
