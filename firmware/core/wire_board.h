/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vendor requests that the board answers, beside those of the band (wire.h): of
 * what it is and what went wrong with it. A virtual wristband stalls them.
 */
#ifndef FIRMWARE_CORE_WIRE_BOARD_H
#define FIRMWARE_CORE_WIRE_BOARD_H

#include <stdbool.h>
#include <stdint.h>

/* Recipient device, little-endian, as in wire.h. */
enum wire_board_request {
    WIRE_REQUEST_BOARD = 0x30,  /* IN  wire_board */
    WIRE_REQUEST_FAULT = 0x31,  /* IN  wire_fault */
    WIRE_REQUEST_FORGET = 0x32, /* OUT none; the fault is forgotten */
};

enum {
    WIRE_BOARD_SIZE = 64,
    WIRE_FAULT_SIZE = 64,
};

/* Why the board was last reset. */
enum wire_reset {
    WIRE_RESET_UNKNOWN = 0,
    WIRE_RESET_POWER = 1,    /* switched on, or the supply broke in */
    WIRE_RESET_PIN = 2,      /* the button */
    WIRE_RESET_DEBUGGER = 3, /* over the debug port */
    WIRE_RESET_WATCHDOG = 4, /* hung with interrupts held back */
    WIRE_RESET_FAULT = 5,    /* there is a record of it */
    WIRE_RESET_HANG = 6,     /* likewise */
    WIRE_RESET_ASKED = 7,    /* left the boot loader */
};

/* What is known of the IMU's interrupt pin. */
enum wire_pin {
    WIRE_PIN_UNKNOWN = 0, /* the sensor has not measured yet */
    WIRE_PIN_USED = 1,
    WIRE_PIN_SILENT = 2, /* no edge when the FIFO was full: a timer is used */
    WIRE_PIN_NOISY = 3,  /* edges when there could be none: likewise */
};

/* offset: 0 reset u8, 1 pin u8, 2 chip revision u8, 3 fault u8 (1: there is a
 * record), 4 image_length u32, 8 image_crc u32, 12 crc_found u32, 16 firmware
 * u8 x 3, 19 wire u8, 20 flash_id u32, 24 failures u32, 28 bus_resets u32,
 * 32 board char[16], 48 reserved */
struct wire_board {
    uint8_t reset; /* enum wire_reset */
    uint8_t pin;   /* enum wire_pin */
    uint8_t revision;
    bool fault;
    uint32_t image_length; /* as the image's header says [bytes] */
    uint32_t image_crc;    /* likewise */
    uint32_t crc_found;    /* of the flash's contents at start */
    uint8_t firmware[3];
    uint8_t wire;
    uint32_t flash_id;   /* JEDEC: maker, type, size */
    uint32_t failures;   /* resets by fault or watchdog since power-on */
    uint32_t bus_resets; /* of USB since reset */
    char board[17];      /* NUL-terminated here, padded with 0 */
};

enum wire_fault_kind {
    WIRE_FAULT_NONE = 0,
    WIRE_FAULT_HARD = 1, /* the processor could not go on */
    WIRE_FAULT_HANG = 2, /* the main loop did not come round */
};

/* Where the processor was. offset: 0 kind u8, 1 exception u8, 2 count u16,
 * 4 r0 r1 r2 r3 r12 lr pc psr u32 x 8, 36 sp u32, 40 uptime_ms u32, 44
 * reserved, 60 crc u32 (CRC-32C of the 60 bytes before) */
struct wire_fault {
    uint8_t kind;          /* enum wire_fault_kind */
    uint8_t exception;     /* number of the one it was in; 0: none */
    uint16_t count;        /* faults since power-on, this one included */
    uint32_t registers[8]; /* r0 r1 r2 r3 r12 lr pc psr */
    uint32_t sp;
    uint32_t uptime_ms;
};

/* Each put writes the size named above; each get reads as many and returns
 * false where a value is not one that the format allows. */
void wire_put_board(uint8_t *out, const struct wire_board *board);
bool wire_get_board(struct wire_board *board, const uint8_t *in);
void wire_put_fault(uint8_t *out, const struct wire_fault *fault);
bool wire_get_fault(struct wire_fault *fault, const uint8_t *in);

#endif
