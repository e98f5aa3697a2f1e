/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/nano_rp2040/watchdog.h"

#include <string.h>

#include "firmware/nano_rp2040/pins.h"
#include "firmware/nano_rp2040/rom.h"
#include "firmware/nano_rp2040/rp2040.h"
#include "firmware/nano_rp2040/timer.h"
#include "firmware/nano_rp2040/vectors.h"

enum {
    BITE_US = 2000000,
    HANG_US = 1500000,
    TAP_US = 500000, /* between two presses of the button */
    REGISTERS = 8,   /* that an exception saves */
    EXCEPTION_MASK = 0x3f,
};

#define KEPT 0x6b657074u
#define TAPPED 0x74617021u
#define FATAL 0x64656164u

/* Keeps its contents over a reset without power-off. */
__attribute__((section(".kept"))) static struct {
    uint32_t kept;     /* KEPT: what follows is ours */
    uint32_t tapped;   /* TAPPED: the button was pressed just now */
    uint32_t fatal;    /* FATAL: the record was written just now */
    uint32_t failures; /* since power-on */
    uint8_t record[WIRE_FAULT_SIZE];
} kept;

static enum wire_reset cause;

/* ---- at start ---- */

static enum wire_reset find_cause(void)
{
    uint32_t reason = reg_get(WATCHDOG_REASON);
    uint32_t chip = reg_get(CHIP_RESET);

    if ((reason & WATCHDOG_REASON_TIMER) != 0) {
        return WIRE_RESET_WATCHDOG;
    }
    if ((reason & WATCHDOG_REASON_FORCE) != 0) {
        return WIRE_RESET_ASKED;
    }
    if ((chip & CHIP_RESET_HAD_POR) != 0) {
        return WIRE_RESET_POWER;
    }
    if ((chip & CHIP_RESET_HAD_RUN) != 0) {
        return WIRE_RESET_PIN;
    }
    return (chip & CHIP_RESET_HAD_PSM) != 0 ? WIRE_RESET_DEBUGGER
                                            : WIRE_RESET_UNKNOWN;
}

/* A record written just now says more than the reset's cause. */
static void look_at_record(void)
{
    struct wire_fault fault;

    if (!wire_get_fault(&fault, kept.record)) {
        watchdog_forget_record();
    } else if (kept.fatal == FATAL) {
        cause =
            fault.kind == WIRE_FAULT_HANG ? WIRE_RESET_HANG : WIRE_RESET_FAULT;
    }
    kept.fatal = 0;
    if (cause == WIRE_RESET_WATCHDOG || cause == WIRE_RESET_FAULT ||
        cause == WIRE_RESET_HANG) {
        kept.failures++;
    }
}

static void look_at_button(void)
{
    bool again = cause == WIRE_RESET_PIN && kept.tapped == TAPPED;

    kept.tapped = cause == WIRE_RESET_PIN && !again ? TAPPED : 0;
    if (again) {
        watchdog_start_loader();
    }
}

/* Only oscillators go on: the chip starts as from power-on, but for memory. */
static void start_dog(void)
{
    reg_clear(WATCHDOG_CTRL, WATCHDOG_ENABLE);
    reg_put(PSM_WDSEL, PSM_WDSEL_ALL & ~(PSM_WDSEL_ROSC | PSM_WDSEL_XOSC));
    reg_put(WATCHDOG_SCRATCH4, 0); /* the boot ROM starts from flash */
    watchdog_feed();
    reg_set(WATCHDOG_CTRL, WATCHDOG_ENABLE | WATCHDOG_PAUSE);
}

void watchdog_init(void)
{
    cause = find_cause();
    if (cause == WIRE_RESET_POWER || kept.kept != KEPT) {
        memset(&kept, 0, sizeof kept);
        kept.kept = KEPT;
    }
    look_at_record();
    look_at_button();
    start_dog();
}

/* ---- while running ---- */

/* The counter goes down by two a microsecond (erratum E1). */
void watchdog_feed(void)
{
    uint64_t now_us = timer_now_us();

    reg_put(WATCHDOG_LOAD, 2 * BITE_US);
    (void)timer_set(TIMER_HANG, now_us + HANG_US);
    if (now_us > TAP_US) {
        kept.tapped = 0;
    }
}

enum wire_reset watchdog_reset_cause(void)
{
    return cause;
}

uint32_t watchdog_failures(void)
{
    return kept.failures;
}

void watchdog_record(uint8_t out[WIRE_FAULT_SIZE])
{
    memcpy(out, kept.record, WIRE_FAULT_SIZE);
}

void watchdog_forget_record(void)
{
    static const struct wire_fault none = {.kind = WIRE_FAULT_NONE};

    wire_put_fault(kept.record, &none);
}

void watchdog_start_loader(void)
{
    reg_clear(WATCHDOG_CTRL, WATCHDOG_ENABLE);
    rom_start_loader(BIT(PIN_LED));
    for (;;) {
    }
}

/* ---- when it fails ---- */

void watchdog_fail(const uint32_t *frame, uint32_t kind)
{
    struct wire_fault fault = {
        .kind = (uint8_t)kind,
        .exception = frame[REGISTERS - 1] & EXCEPTION_MASK,
        .count = (uint16_t)(kept.failures + 1),
        .sp = (uint32_t)(uintptr_t)(frame + REGISTERS),
        .uptime_ms = (uint32_t)(timer_now_us() / 1000),
    };

    memcpy(fault.registers, frame, sizeof fault.registers);
    wire_put_fault(kept.record, &fault);
    kept.fatal = FATAL;
    reg_set(WATCHDOG_CTRL, WATCHDOG_TRIGGER);
    for (;;) {
    }
}
