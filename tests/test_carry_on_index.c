/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "acquire/carry_on.h"
#include "acquire/clock_probes.h"

static const int64_t ms = 1000000;
static struct carry_on carry;

/* 100 Hz, in frames of 10 samples. */
static struct wire_frame put(uint64_t index, int64_t device_ns, uint16_t count)
{
    struct wire_frame frame = {
        .index = index, .device_ns = (uint64_t)device_ns, .count = count};
    carry_on_frame(&carry, &frame);
    return frame;
}

static void assert_at(struct wire_frame frame, uint64_t index,
                      int64_t device_ns)
{
    assert_int_equal(frame.index, index);
    assert_int_equal(frame.device_ns, device_ns);
}

static int64_t put_clock(int64_t device_ns, int64_t host_ns, int64_t trip_ns)
{
    struct recording_clock clock = {device_ns, host_ns, 0, trip_ns};
    carry_on_clock(&carry, &clock);
    return clock.device_ns;
}

static bool back(int64_t device_ns, int64_t host_ns, int64_t trip_ns)
{
    const struct recording_clock clock = {device_ns, host_ns, 0, trip_ns};
    return carry_on_back(&carry, &clock);
}

static void nothing_changes_while_the_device_stays(void **state)
{
    (void)state;
    carry_on_init(&carry, 100);
    assert_false(carry_on_active(&carry));
    assert_true(back(7000 * ms, 8 * ms, 0)); /* no clock to hold against it */
    assert_true(back(1 * ms, 8 * ms, 0));
    assert_at(put(5, 50 * ms, 10), 5, 50 * ms);
    assert_int_equal(put_clock(3 * ms, 9 * ms, 1), 3 * ms);
    assert_false(carry_on_active(&carry));
}

/* The jump of the index is the gap's length by the nominal rate after one
 * frame, by the measured one after two. */
static void index_goes_on_by_the_time_that_passed(void **state)
{
    (void)state;
    carry_on_init(&carry, 100);
    assert_at(put(1000, 10000 * ms, 10), 1000, 10000 * ms);
    carry_on_restart(&carry);
    assert_true(carry_on_active(&carry));
    assert_at(put(0, 15000 * ms, 10), 1500, 15000 * ms);
    assert_at(put(10, 15100 * ms, 10), 1510, 15100 * ms);
    assert_true(carry_on_active(&carry));

    carry_on_init(&carry, 100);
    (void)put(40, 1000 * ms, 10);
    (void)put(50, 1080 * ms, 10); /* 8 ms a sample */
    (void)put(60, 1160 * ms, 10);
    carry_on_restart(&carry);
    assert_at(put(3, 1960 * ms, 10), 160, 1960 * ms);
    assert_at(put(13, 2040 * ms, 10), 170, 2040 * ms);
}

/* No index is given twice: the frame that came last has its samples. */
static void index_never_runs_into_the_last_frame(void **state)
{
    (void)state;
    carry_on_init(&carry, 100);
    (void)put(20, 200 * ms, 10);
    carry_on_restart(&carry);
    assert_int_equal(put(0, 210 * ms, 10).index, 30);
}

/* A frame without samples (status, end) says nothing of the rate. */
static void empty_frames_do_not_count(void **state)
{
    (void)state;
    carry_on_init(&carry, 100);
    assert_at(put(7, 5 * ms, 0), 7, 5 * ms);
    carry_on_restart(&carry);
    assert_at(put(2, 9 * ms, 10), 2, 9 * ms); /* the first with samples */
    assert_false(carry_on_active(&carry));
    (void)put(900, 10 * ms, 0);
    carry_on_restart(&carry);
    assert_int_equal(put(0, 209 * ms, 10).index, 22);
    (void)put(1, 210 * ms, 1);
    carry_on_restart(&carry);
    /* 201 ms since the first frame with samples, 21 samples ago. */
    assert_int_equal(put(0, 210 * ms + 1005 * ms, 1).index, 23 + 105);
}

static void best_probe_of_a_burst_is_kept(void **state)
{
    (void)state;
    carry_on_init(&carry, 100);
    (void)put_clock(1000 * ms, 5000 * ms, 300);
    (void)put_clock(1001 * ms, 5001 * ms, 400);
    assert_int_equal(carry.clock.round_trip_ns, 300);
    (void)put_clock(1002 * ms, 5002 * ms, 200);
    assert_int_equal(carry.clock.round_trip_ns, 200);
    assert_int_equal(carry.clock.device_ns, 1002 * ms);
    (void)put_clock(3000 * ms, 7000 * ms, 900); /* the next burst */
    assert_int_equal(carry.clock.round_trip_ns, 900);
}

/* Power was lost, twice: times and indices go on as the host's clock says. */
static void times_go_on_where_the_clock_began_anew(void **state)
{
    (void)state;
    carry_on_init(&carry, 100);
    (void)put(0, 100000 * ms, 10);
    (void)put(10, 100100 * ms, 10);
    (void)put_clock(100100 * ms, 500000 * ms, 0);
    assert_false(back(50 * ms, 505000 * ms, 0));
    assert_true(carry_on_active(&carry));
    carry_on_restart(&carry);
    assert_at(put(0, 60 * ms, 10), 511, 105110 * ms);
    assert_int_equal(put_clock(70 * ms, 505020 * ms + 600 * ms, 0),
                     105120 * ms);

    assert_true(back(70 * ms + 1000 * ms, 505620 * ms + 1000 * ms, 0));
    assert_false(back(5 * ms, 515620 * ms, 0));
    carry_on_restart(&carry);
    assert_at(put(0, 5 * ms, 10), 1512, 115120 * ms);
}

/* A burst of probes ends where the host's clock is more than half a second
 * away, before or after. */
static void probe_supersedes_worse_ones_and_other_bursts(void **state)
{
    (void)state;
    static const struct {
        int64_t host_ns;
        int64_t trip_ns;
        bool supersedes;
    } cases[] = {
        {0, 100, false},         {0, 99, true},
        {0, 101, false},         {500 * 1000000LL, 200, false},
        {500000001, 200, true},  {-500 * 1000000LL, 200, false},
        {-500000001, 200, true}, {-500000000, 99, true},
    };
    const struct recording_clock best = {.host_monotonic_ns = 9000 * ms,
                                         .round_trip_ns = 100};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct recording_clock probe = {
            .host_monotonic_ns = best.host_monotonic_ns + cases[i].host_ns,
            .round_trip_ns = cases[i].trip_ns};
        assert_int_equal(clock_probe_supersedes(&probe, &best),
                         cases[i].supersedes);
    }
}

/* It kept its clock if that is behind by less than half of what it was. */
static void clock_behind_by_half_was_lost(void **state)
{
    (void)state;
    for (int64_t more = -1; more <= 1; more++) {
        carry_on_init(&carry, 100);
        (void)put_clock(100 * ms, 100 * ms, 0);
        assert_int_equal(back(150 * ms + more, 200 * ms, 0), more > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changes_while_the_device_stays),
        cmocka_unit_test(index_goes_on_by_the_time_that_passed),
        cmocka_unit_test(index_never_runs_into_the_last_frame),
        cmocka_unit_test(empty_frames_do_not_count),
        cmocka_unit_test(best_probe_of_a_burst_is_kept),
        cmocka_unit_test(times_go_on_where_the_clock_began_anew),
        cmocka_unit_test(probe_supersedes_worse_ones_and_other_bursts),
        cmocka_unit_test(clock_behind_by_half_was_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
