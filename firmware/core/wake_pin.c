/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/wake_pin.h"

enum {
    EARLY_MOST = 8,     /* then it is noisy */
    SILENT_MOST = 8,    /* then it is silent, if it never was good */
    SILENT_USED = 64,   /* or if it was: a loop that is late sees no edge */
    EARLY_FRACTION = 4, /* of a sleep: an edge that leaves more is early */
    EARLY_US = 1000,    /* and more than this */
};

void wake_pin_init(struct wake_pin *pin)
{
    *pin = (struct wake_pin){.state = WIRE_PIN_UNKNOWN};
}

static void count(uint8_t *counter)
{
    if (*counter < UINT8_MAX) {
        (*counter)++;
    }
}

static void on_edge(struct wake_pin *pin, const struct wake_pin_sleep *sleep)
{
    uint64_t left_us =
        sleep->due_us > sleep->to_us ? sleep->due_us - sleep->to_us : 0;
    uint64_t slack_us =
        (sleep->due_us - sleep->from_us) / EARLY_FRACTION + EARLY_US;

    if (left_us <= slack_us) {
        pin->early = 0;
        pin->silent = 0;
        pin->state = WIRE_PIN_USED;
        return;
    }
    count(&pin->early);
    if (pin->early >= EARLY_MOST) {
        pin->state = WIRE_PIN_NOISY;
    }
}

void wake_pin_slept(struct wake_pin *pin, const struct wake_pin_sleep *sleep)
{
    if (pin->state == WIRE_PIN_NOISY) {
        return;
    }
    if (sleep->edge) {
        on_edge(pin, sleep);
    } else if (sleep->to_us >= sleep->due_us) {
        count(&pin->silent);
        uint8_t most = pin->state == WIRE_PIN_USED ? SILENT_USED : SILENT_MOST;
        if (pin->silent >= most) {
            pin->state = WIRE_PIN_SILENT;
        }
    }
}

bool wake_pin_is_heard(const struct wake_pin *pin)
{
    return pin->state != WIRE_PIN_NOISY;
}
