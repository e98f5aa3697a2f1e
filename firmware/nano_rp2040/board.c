/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/board.h"

#include <string.h>

#include "firmware/core/crc32c.h"
#include "firmware/core/image.h"
#include "firmware/core/wire_board.h"
#include "firmware/nano_rp2040/flash_chip.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/timer.h"
#include "firmware/nano_rp2040/usb.h"
#include "firmware/nano_rp2040/watchdog.h"

enum {
    DETACHED_US = 20000, /* for the host to see that we are gone */
    PIECE = 256,
};

static struct {
    struct image_header image;
    uint32_t crc_found; /* as the header's should be */
    uint32_t crc_all;   /* of the whole image */
    uint32_t flash_id;
    struct wake_pin int1;
    uint8_t number[FLASH_CHIP_NUMBER];
} board;

static uint32_t crc_of(uint32_t crc, uint32_t at, uint32_t end)
{
    uint8_t piece[PIECE];

    while (at < end) {
        uint32_t size = end - at < PIECE ? end - at : PIECE;
        flash_chip_read(at, piece, size);
        crc = crc32c(crc, piece, size);
        at += size;
    }
    return crc;
}

void board_init(void)
{
    uint8_t header[IMAGE_HEADER];

    wake_pin_init(&board.int1);
    board.flash_id = flash_chip_jedec_id();
    flash_chip_number(board.number);
    flash_chip_read(IMAGE_HEADER_AT, header, sizeof header);
    if (image_get_header(&board.image, header)) {
        uint32_t before = crc_of(0, 0, IMAGE_CRC_AT);
        uint32_t behind = IMAGE_CRC_AT + IMAGE_CRC;
        board.crc_found = crc_of(before, behind, board.image.length);
        board.crc_all = crc_of(before, IMAGE_CRC_AT, board.image.length);
    }
}

/* A chip without a number says all ones or all zeros. */
static bool is_numbered(void)
{
    for (size_t i = 1; i < FLASH_CHIP_NUMBER; i++) {
        if (board.number[i] != board.number[0]) {
            return true;
        }
    }
    return board.number[0] != 0 && board.number[0] != 0xFF;
}

void board_describe(struct band_config *config)
{
    static const char digits[] = "0123456789ABCDEF";

    strcpy(config->model, "Arduino Nano RP2040 Connect");
    strcpy(config->serial, "UNNUMBERED");
    memcpy(config->firmware, board.image.firmware, sizeof config->firmware);
    config->image =
        (struct wire_image){.bytes = board.image.length, .crc = board.crc_all};
    if (!is_numbered()) {
        return;
    }
    for (size_t i = 0; i < FLASH_CHIP_NUMBER; i++) {
        config->serial[2 * i] = digits[board.number[i] >> 4];
        config->serial[2 * i + 1] = digits[board.number[i] & 15];
    }
    config->serial[2 * FLASH_CHIP_NUMBER] = '\0';
}

struct wake_pin *board_int1(void)
{
    return &board.int1;
}

static void put_board(uint8_t *out)
{
    struct wire_board answer = {
        .reset = (uint8_t)watchdog_reset_cause(),
        .pin = (uint8_t)board.int1.state,
        .revision = (uint8_t)(reg_get(SYSINFO_CHIP_ID) >> 28),
        .image_length = board.image.length,
        .image_crc = board.image.crc,
        .crc_found = board.crc_found,
        .wire = board.image.wire,
        .flash_id = board.flash_id,
        .failures = watchdog_failures(),
        .bus_resets = usb_bus_resets(),
    };
    uint8_t record[WIRE_FAULT_SIZE];

    watchdog_record(record);
    answer.fault = record[0] != WIRE_FAULT_NONE;
    memcpy(answer.firmware, board.image.firmware, sizeof answer.firmware);
    memcpy(answer.board, board.image.board, sizeof answer.board);
    wire_put_board(out, &answer);
}

static int request_in(const struct wire_setup *setup, uint8_t *data)
{
    uint8_t answer[WIRE_BOARD_SIZE];
    uint16_t size =
        setup->length < sizeof answer ? setup->length : (uint16_t)sizeof answer;

    if (setup->request == WIRE_REQUEST_BOARD) {
        put_board(answer);
    } else if (setup->request == WIRE_REQUEST_FAULT) {
        watchdog_record(answer);
    } else {
        return -1;
    }
    memcpy(data, answer, size);
    return size;
}

int board_request(const struct wire_setup *setup, uint8_t *data)
{
    if (setup->in) {
        return request_in(setup, data);
    }
    if (setup->length != 0) {
        return -1;
    }
    if (setup->request == WIRE_REQUEST_FORGET) {
        watchdog_forget_record();
        return 0;
    }
    return -1;
}

void board_update(void *ctx)
{
    (void)ctx;
    usb_detach();
    timer_spin_us(DETACHED_US);
    watchdog_start_loader();
}
