/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second stage of the boot ROM (RP2040 data sheet 2.8.1): the first 256
 * bytes of flash, which the ROM copies to RAM, checks by the CRC-32 in their
 * last four (added by make_image.c) and runs. It sets the flash
 * controller to plain reads (command 03h), which every serial flash knows and
 * which leave it as it is: the firmware runs from RAM and reads the flash this
 * way only once, at start. Then it starts what the vector table behind it says.
 */
#define SSI_BASE 0x18000000
#define SSI_CTRLR0 0x00
#define SSI_CTRLR1 0x04
#define SSI_SSIENR 0x08
#define SSI_BAUDR 0x14
#define SSI_SPI_CTRLR0 0x180000f4
#define CLOCK_DIVIDER 4 /* 12 MHz of 48; the AT25SF128A allows 70 */
#define FRAMES_32_READ (31 << 16 | 3 << 8) /* 32 bits; send, then receive */
#define READ_COMMAND (0x03 << 24 | 2 << 8 | 6 << 2) /* 8 bits, address 24 */
#define VECTORS 0x10000100
#define VTOR 0xe000ed08

    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .boot2, "ax"
    .global boot2
    .thumb_func
boot2:
    ldr r3, =SSI_BASE
    movs r1, #0
    str r1, [r3, #SSI_SSIENR]
    movs r1, #CLOCK_DIVIDER
    str r1, [r3, #SSI_BAUDR]
    ldr r1, =FRAMES_32_READ
    str r1, [r3, #SSI_CTRLR0]
    movs r1, #0 /* one frame a read */
    str r1, [r3, #SSI_CTRLR1]
    ldr r1, =READ_COMMAND
    ldr r2, =SSI_SPI_CTRLR0
    str r1, [r2]
    movs r1, #1
    str r1, [r3, #SSI_SSIENR]
    ldr r0, =VECTORS
    ldr r1, =VTOR
    str r0, [r1]
    ldmia r0!, {r1, r2}
    msr msp, r1
    bx r2
    .ltorg
