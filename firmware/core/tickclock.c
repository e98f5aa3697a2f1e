/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/tickclock.h"

enum {
    MEMORY_PAIRS = 64,  /* about three seconds of batches */
    LEARNING_PAIRS = 5, /* before that any distance is believed */
    ODD_PAIRS = 4,      /* in a row begin a new line */
    ODD_NS = 2000000,   /* off the line; a torn reading is off by 6.4 ms, and
                         * 100 ppm learnt wrongly over 10 s by 1 ms */
    ONE_Q16 = 65536,
};

static void begin_line(struct tickclock *clock, uint32_t ticks, uint64_t ns)
{
    clock->ticks = ticks;
    clock->ns = ns;
    clock->pairs = 1;
    clock->odd = 0;
}

void tickclock_init(struct tickclock *clock, uint32_t tick_q16)
{
    begin_line(clock, 0, 0);
    clock->pairs = 0;
    clock->tick_q16 = tick_q16;
}

static int64_t clamp(int64_t value, int64_t limit)
{
    if (value > limit) {
        return limit;
    }
    return value < -limit ? -limit : value;
}

void tickclock_pair(struct tickclock *clock, uint32_t ticks, uint64_t ns)
{
    int64_t elapsed = (int64_t)(ticks - clock->ticks);
    uint64_t line = tickclock_ns(clock, ticks);
    int64_t error = (int64_t)(ns - line);

    if (clock->pairs == 0) {
        begin_line(clock, ticks, ns);
        return;
    }
    if (clock->pairs >= LEARNING_PAIRS && (error > ODD_NS || error < -ODD_NS)) {
        clock->odd++;
        if (clock->odd >= ODD_PAIRS) {
            begin_line(clock, ticks, ns);
        }
        return;
    }
    if (elapsed == 0) {
        return;
    }
    clock->odd = 0;
    if (clock->pairs < MEMORY_PAIRS) {
        clock->pairs++;
    }
    int64_t n = clock->pairs;
    int64_t weight = n * (n + 1);
    int64_t turn = error * ONE_Q16 * 6 / (weight * elapsed);
    /* No oscillator changes by a quarter. */
    turn = clamp(turn, clock->tick_q16 / 4);
    clock->ns = line + (uint64_t)(error * 2 * (2 * n - 1) / weight);
    clock->ticks = ticks;
    clock->tick_q16 = (uint32_t)((int64_t)clock->tick_q16 + turn);
}

uint64_t tickclock_ns(const struct tickclock *clock, uint32_t ticks)
{
    uint32_t after = ticks - clock->ticks;

    if (after <= INT32_MAX) {
        return clock->ns + ((uint64_t)after * clock->tick_q16 >> 16);
    }
    return clock->ns - ((uint64_t)(0 - after) * clock->tick_q16 >> 16);
}
