/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/wire_board.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

enum { BOARD_WIDTH = 16, REGISTERS = 8, CRC_AT = 60 };

void wire_put_board(uint8_t *out, const struct wire_board *board)
{
    memset(out, 0, WIRE_BOARD_SIZE);
    out[0] = board->reset;
    out[1] = board->pin;
    out[2] = board->revision;
    out[3] = board->fault;
    put_u32(out + 4, board->image_length);
    put_u32(out + 8, board->image_crc);
    put_u32(out + 12, board->crc_found);
    memcpy(out + 16, board->firmware, sizeof board->firmware);
    out[19] = board->wire;
    put_u32(out + 20, board->flash_id);
    put_u32(out + 24, board->failures);
    put_u32(out + 28, board->bus_resets);
    memcpy(out + 32, board->board, BOARD_WIDTH);
}

bool wire_get_board(struct wire_board *board, const uint8_t *in)
{
    board->reset = in[0];
    board->pin = in[1];
    board->revision = in[2];
    board->fault = in[3] == 1;
    board->image_length = get_u32(in + 4);
    board->image_crc = get_u32(in + 8);
    board->crc_found = get_u32(in + 12);
    memcpy(board->firmware, in + 16, sizeof board->firmware);
    board->wire = in[19];
    board->flash_id = get_u32(in + 20);
    board->failures = get_u32(in + 24);
    board->bus_resets = get_u32(in + 28);
    memcpy(board->board, in + 32, BOARD_WIDTH);
    board->board[BOARD_WIDTH] = '\0';
    return board->reset <= WIRE_RESET_ASKED && board->pin <= WIRE_PIN_NOISY &&
           in[3] <= 1;
}

void wire_put_fault(uint8_t *out, const struct wire_fault *fault)
{
    memset(out, 0, WIRE_FAULT_SIZE);
    out[0] = fault->kind;
    out[1] = fault->exception;
    put_u16(out + 2, fault->count);
    for (size_t i = 0; i < REGISTERS; i++) {
        put_u32(out + 4 + 4 * i, fault->registers[i]);
    }
    put_u32(out + 36, fault->sp);
    put_u32(out + 40, fault->uptime_ms);
    put_u32(out + CRC_AT, crc32c(0, out, CRC_AT));
}

bool wire_get_fault(struct wire_fault *fault, const uint8_t *in)
{
    fault->kind = in[0];
    fault->exception = in[1];
    fault->count = get_u16(in + 2);
    for (size_t i = 0; i < REGISTERS; i++) {
        fault->registers[i] = get_u32(in + 4 + 4 * i);
    }
    fault->sp = get_u32(in + 36);
    fault->uptime_ms = get_u32(in + 40);
    return fault->kind <= WIRE_FAULT_HANG &&
           get_u32(in + CRC_AT) == crc32c(0, in, CRC_AT);
}
