/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/core/wake_pin.h"

enum { BATCH_US = 48000 };

static void sleep_for(struct wake_pin *pin, uint64_t slept_us, bool edge)
{
    struct wake_pin_sleep sleep = {.from_us = 1000,
                                   .due_us = 1000 + BATCH_US,
                                   .to_us = 1000 + slept_us,
                                   .edge = edge};

    wake_pin_slept(pin, &sleep);
}

static void edge_shortly_before_the_end_is_the_sensor(void **state)
{
    struct wake_pin pin;

    (void)state;
    wake_pin_init(&pin);
    assert_int_equal(pin.state, WIRE_PIN_UNKNOWN);
    sleep_for(&pin, BATCH_US - 200, true);
    assert_int_equal(pin.state, WIRE_PIN_USED);
    assert_true(wake_pin_is_heard(&pin));
}

static void pin_that_never_rises_is_silent_and_still_heard(void **state)
{
    struct wake_pin pin;

    (void)state;
    wake_pin_init(&pin);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pin.state, WIRE_PIN_UNKNOWN);
        sleep_for(&pin, BATCH_US, false);
    }
    assert_int_equal(pin.state, WIRE_PIN_SILENT);
    assert_true(wake_pin_is_heard(&pin));
    sleep_for(&pin, BATCH_US - 200, true);
    assert_int_equal(pin.state, WIRE_PIN_USED);
}

static void sleep_ended_by_something_else_says_nothing(void **state)
{
    struct wake_pin pin;

    (void)state;
    wake_pin_init(&pin);
    for (int i = 0; i < 1000; i++) {
        sleep_for(&pin, 100, false);
    }
    assert_int_equal(pin.state, WIRE_PIN_UNKNOWN);
}

static void pin_that_rises_at_any_time_is_not_heard_any_more(void **state)
{
    struct wake_pin pin;

    (void)state;
    wake_pin_init(&pin);
    for (int i = 0; i < 8; i++) {
        assert_true(wake_pin_is_heard(&pin));
        sleep_for(&pin, 100, true);
    }
    assert_int_equal(pin.state, WIRE_PIN_NOISY);
    assert_false(wake_pin_is_heard(&pin));
    sleep_for(&pin, BATCH_US - 200, true);
    assert_int_equal(pin.state, WIRE_PIN_NOISY);
}

/* A loop that was late finds the FIFO full again before it sleeps. */
static void single_missed_and_early_edges_change_nothing(void **state)
{
    struct wake_pin pin;

    (void)state;
    wake_pin_init(&pin);
    for (int i = 0; i < 1000; i++) {
        sleep_for(&pin, BATCH_US - 200, true);
        sleep_for(&pin, BATCH_US, false);
        sleep_for(&pin, 5000, true);
        assert_int_equal(pin.state, WIRE_PIN_USED);
    }
}

static void pin_that_falls_silent_is_said_to_be(void **state)
{
    struct wake_pin pin;

    (void)state;
    wake_pin_init(&pin);
    sleep_for(&pin, BATCH_US - 200, true);
    for (int i = 0; i < 63; i++) {
        sleep_for(&pin, BATCH_US, false);
        assert_int_equal(pin.state, WIRE_PIN_USED);
    }
    sleep_for(&pin, BATCH_US, false);
    assert_int_equal(pin.state, WIRE_PIN_SILENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edge_shortly_before_the_end_is_the_sensor),
        cmocka_unit_test(pin_that_never_rises_is_silent_and_still_heard),
        cmocka_unit_test(sleep_ended_by_something_else_says_nothing),
        cmocka_unit_test(pin_that_rises_at_any_time_is_not_heard_any_more),
        cmocka_unit_test(single_missed_and_early_edges_change_nothing),
        cmocka_unit_test(pin_that_falls_silent_is_said_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
