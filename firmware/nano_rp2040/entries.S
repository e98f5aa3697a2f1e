/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exceptions that end the firmware: watchdog_fail gets the frame that the
 * processor saved on the one stack that there is, and the kind of failure
 * (enum wire_fault_kind).
 */
    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .text.entries, "ax"

    .global fault_entry
    .thumb_func
fault_entry:
    mov r0, sp
    movs r1, #1
    b fail

    .global hang_entry
    .thumb_func
hang_entry:
    mov r0, sp
    movs r1, #2
fail:
    ldr r2, =watchdog_fail
    bx r2
    .ltorg
