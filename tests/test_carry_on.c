/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device that was away: did its clock go on, and where does it go on now? */
#include "acquire/carry_on.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S (1000 * NS_PER_MS)
#define HOUR_S 3600.0

static const double RATE_HZ = 100;
static const int64_t HOST_NS = 7777 * NS_PER_S; /* host's clock, at the start */

static int64_t to_ns(double s)
{
    return (int64_t)(s * 1e9);
}

/* A probe whose true middle is at `host_s` from the start on; the host's clock
 * is found `wrong_s` ahead of that. */
static struct recording_clock probe(double device_s, double host_s,
                                    double wrong_s, double round_trip_s)
{
    return (struct recording_clock){
        .device_ns = to_ns(device_s),
        .host_monotonic_ns = HOST_NS + to_ns(host_s + wrong_s),
        .round_trip_ns = to_ns(round_trip_s),
    };
}

struct absence {
    const char *name;
    double up_s;      /* what its clock shows before */
    double away_s;    /* until the probe after it */
    double reset_s;   /* into it, power is lost; negative: it is not */
    double drift_ppm; /* of the device's clock */
    double wrong_s;   /* the host's clock after it, ahead */
    double round_trip_s;
};

static const struct absence absences[] = {
    {"cable out", 60, 1, -1, 0, 0, 1e-3},
    {"cable out, power lost", 60, 1, 0.5, 0, 0, 1e-3},
    {"just plugged in, power lost at once", 0.3, 1, 0, 0, 0, 1e-3},
    {"just plugged in, cable out", 0.3, 1, -1, 200, 0, 1e-3},
    {"busy host, cable out", 3, 1, -1, 0, 0.1, 0.3},
    {"busy host, power lost", 3, 1, 0, 0, -0.1, 0.3},
    {"host asleep", 60, 8 * HOUR_S, -1, 100, 0, 1e-3},
    {"host asleep, crystal at its worst", 60, 8 * HOUR_S, -1, -1000, 0, 1e-3},
    {"host asleep, power lost as it falls asleep", 60, 8 * HOUR_S, 0, 100, 0,
     1e-3},
    {"host asleep at once, power lost", 10, 8 * HOUR_S, 0, 100, 0, 1e-3},
    {"host asleep, power lost as it wakes", 60, 8 * HOUR_S, 8 * HOUR_S - 1, 100,
     0, 1e-3},
    /* The length of a sleep may be known by the host's RTC, to a second. */
    {"short sleep, its length 1 s too long", 10, 20, -1, 0, 1, 1e-3},
    {"short sleep, its length 1 s too short", 10, 20, -1, 0, -1, 1e-3},
    {"short sleep 1 s too long, power lost", 10, 20, 5, 0, 1, 1e-3},
    {"short sleep 1 s too short, power lost", 10, 20, 5, 0, -1, 1e-3},
    {"first probe after a sleep is slow", 10, 20, -1, 0, 0.4, 0.9},
    {"host's clock stands still while it sleeps", 60, HOUR_S, -1, 0, -HOUR_S,
     1e-3},
    {"a day on, a night asleep", 16 * HOUR_S, 8 * HOUR_S, -1, 50, 0, 1e-3},
    {"a day on, a night asleep, power lost", 16 * HOUR_S, 8 * HOUR_S, 60, 50, 0,
     1e-3},
};

static void a_clock_that_went_on_is_told_from_one_that_began_anew(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(absences) / sizeof(absences[0]); i++) {
        const struct absence *a = &absences[i];
        double rate = 1 + a->drift_ppm * 1e-6;
        bool reset = a->reset_s >= 0;
        double since_s = reset ? a->away_s - a->reset_s : a->away_s;
        struct carry_on carry;
        carry_on_init(&carry, RATE_HZ);
        struct recording_clock before = probe(a->up_s, 0, 0, 1e-3);
        carry_on_clock(&carry, &before);
        struct recording_clock after =
            probe((reset ? 0 : a->up_s) + since_s * rate, a->away_s, a->wrong_s,
                  a->round_trip_s);
        if (carry_on_back(&carry, &after) == reset) {
            fail_msg("%s: taken for the other", a->name);
        }
        /* Where it began anew the host's clock says how long it was away. */
        carry_on_clock(&carry, &after);
        double want_s = reset ? a->up_s + a->away_s + a->wrong_s
                              : a->up_s + a->away_s * rate;
        if (llabs(after.device_ns - to_ns(want_s)) > 1000) {
            fail_msg("%s: its clock is carried on wrongly", a->name);
        }
    }
}

/* It loses power again before it could be started. */
static void a_clock_that_began_anew_twice_is_carried_on_once(void **state)
{
    (void)state;
    struct carry_on carry;
    carry_on_init(&carry, RATE_HZ);
    struct recording_clock clock = probe(60, 0, 0, 1e-3);
    carry_on_clock(&carry, &clock);
    clock = probe(0.5, 10, 0, 1e-3);
    assert_false(carry_on_back(&carry, &clock));
    clock = probe(0.4, 11, 0, 1e-3);
    assert_false(carry_on_back(&carry, &clock));
    clock = probe(1.4, 12, 0, 1e-3);
    assert_true(carry_on_back(&carry, &clock));
    carry_on_clock(&carry, &clock);
    assert_int_equal(clock.device_ns, 72 * NS_PER_S);
}

static void frames_after_a_sleep_are_placed_by_their_time(void **state)
{
    (void)state;
    struct carry_on carry;
    carry_on_init(&carry, RATE_HZ);
    struct wire_frame frame = {
        .index = 500, .count = 10, .device_ns = (uint64_t)(60 * NS_PER_S)};
    struct recording_clock clock = probe(60, 0, 0, 1e-3);
    carry_on_clock(&carry, &clock);
    carry_on_frame(&carry, &frame);
    clock = probe(5, 8 * HOUR_S, 0, 1e-3);
    assert_false(carry_on_back(&carry, &clock));
    carry_on_restart(&carry);
    frame = (struct wire_frame){
        .index = 0, .count = 10, .device_ns = (uint64_t)(6 * NS_PER_S)};
    carry_on_frame(&carry, &frame);
    assert_int_equal(frame.index, 500 + (8 * 3600 + 1) * 100);
    assert_int_equal(frame.device_ns, to_ns(60 + 8 * HOUR_S + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_went_on_is_told_from_one_that_began_anew),
        cmocka_unit_test(a_clock_that_began_anew_twice_is_carried_on_once),
        cmocka_unit_test(frames_after_a_sleep_are_placed_by_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
