/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/wristband_rig.h"

/* A fault at 3 s into each rate. */
static void play_fault(struct rig *rig, uint16_t rate_hz,
                       enum wristband_fault_kind kind, double amount)
{
    const struct wristband_fault fault = {
        .kind = kind, .at_s = 3.003, .amount = amount};
    const struct setting setting = {
        .rate_hz = rate_hz,
        .motion_s = 8.0 + (kind == FAULT_STALL ? amount : 0.0),
        .config = {.seed = rate_hz,
                   .rate_error = -0.01,
                   .ring_bytes = kind == FAULT_DEAF ? 4096 : 0,
                   .faults = &fault,
                   .fault_count = 1}};
    rig_play(rig, &setting);
}

/* Samples that came and samples told lost make up all that the sensor took to
 * the end of the motion. */
static void check_sum(const struct rig *rig, const struct losses *losses)
{
    const struct wire_frame *last = &rig->frames[rig->frame_count - 1];
    uint64_t all = last->index + last->count;
    assert_int_equal(all, losses->samples + losses->lost);
    assert_true((double)all >= floor(rig->motion_s * rig->true_hz));
}

static void stall_loses_what_the_fifo_cannot_hold(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        struct rig rig;
        double stall_s = 300.0 / RATES_HZ[k];
        play_fault(&rig, RATES_HZ[k], FAULT_STALL, stall_s);
        struct losses losses = check_stream(&rig);
        check_sum(&rig, &losses);
        /* 512 words hold 170 samples; up to a batch of 39 was in them when
         * about 300 more came */
        assert_int_equal(losses.gaps, 1);
        assert_int_equal(losses.bus + losses.ring, 0);
        assert_in_range(losses.fifo, 120, 170);
        rig_deinit(&rig);
    }
}

static void short_stall_loses_nothing(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        struct rig rig;
        play_fault(&rig, RATES_HZ[k], FAULT_STALL, 100.0 / RATES_HZ[k]);
        assert_int_equal(check_stream(&rig).gaps, 0);
        rig_deinit(&rig);
    }
}

static void transfers_that_fail_once_or_twice_lose_nothing(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        for (unsigned fails = 1; fails <= 2; fails++) {
            struct rig rig;
            play_fault(&rig, RATES_HZ[k], FAULT_NACK, fails);
            assert_int_equal(check_stream(&rig).gaps, 0);
            struct wire_status status;
            get_status(&rig, &status);
            assert_int_equal(status.bus_errors, fails);
            rig_deinit(&rig);
        }
    }
}

static void long_silence_of_the_sensor_is_survived(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        struct rig rig;
        play_fault(&rig, RATES_HZ[k], FAULT_NACK, 40);
        struct losses losses = check_stream(&rig);
        check_sum(&rig, &losses);
        rig_deinit(&rig);
    }
}

static void stuck_bus_is_recovered(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        for (unsigned times = 1; times <= 3; times++) {
            struct rig rig;
            play_fault(&rig, RATES_HZ[k], FAULT_STUCK, times);
            struct losses losses = check_stream(&rig);
            assert_int_equal(losses.gaps, 0);
            rig_deinit(&rig);
        }
    }
}

static void flipped_tags_lose_at_most_their_samples(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        for (unsigned words = 1; words <= 4; words++) {
            struct rig rig;
            play_fault(&rig, RATES_HZ[k], FAULT_TAG, words);
            struct losses losses = check_stream(&rig);
            check_sum(&rig, &losses);
            assert_int_equal(losses.fifo + losses.ring, 0);
            assert_true(losses.bus >= 1 && losses.bus <= words);
            struct wire_status status;
            get_status(&rig, &status);
            assert_true(status.tag_errors >= words);
            rig_deinit(&rig);
        }
    }
}

/* A slot that comes next after a hole of whole rounds of the tag counter looks
 * as any other and may itself be mixed, so that it is left out too. Where a
 * hole is longer than the driver waits, it sets the sensor up anew instead. */
static void dropped_words_lose_their_samples(void **state)
{
    (void)state;
    static const struct {
        unsigned words;
        unsigned least;
        unsigned most;
        uint16_t from_hz;
    } CASES[] = {{1, 1, 2, 26},    {3, 1, 2, 26},  {4, 2, 3, 26},
                 {9, 3, 4, 26},    {12, 4, 5, 26}, {30, 10, 11, 104},
                 {36, 12, 13, 104}};
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        for (size_t n = 0; n < COUNT(CASES); n++) {
            if (RATES_HZ[k] < CASES[n].from_hz) {
                continue;
            }
            struct rig rig;
            play_fault(&rig, RATES_HZ[k], FAULT_DROP, CASES[n].words);
            struct losses losses = check_stream(&rig);
            check_sum(&rig, &losses);
            assert_int_equal(losses.gaps, 1);
            assert_int_equal(losses.fifo + losses.ring, 0);
            assert_in_range(losses.bus, CASES[n].least, CASES[n].most);
            rig_deinit(&rig);
        }
    }
}

static void deaf_host_loses_what_the_ring_cannot_hold(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        struct rig rig;
        double deaf_s = fmin(4.0, 1200.0 / RATES_HZ[k]);
        play_fault(&rig, RATES_HZ[k], FAULT_DEAF, deaf_s);
        struct losses losses = check_stream(&rig);
        check_sum(&rig, &losses);
        assert_int_equal(losses.fifo + losses.bus, 0);
        assert_true(RATES_HZ[k] < 208 || losses.ring > 100);
        rig_deinit(&rig);
    }
}

/* The number of samples missed while the sensor was set up anew is known only
 * by the controller's clock. */
static void reset_sensor_is_set_up_anew_and_the_stream_goes_on(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        struct rig rig;
        play_fault(&rig, RATES_HZ[k], FAULT_RESET, 1);
        struct losses losses = check_chain(&rig);
        assert_int_equal(losses.gaps, 1);
        size_t gap = 0;
        while (rig.frames[gap].lost == 0) {
            gap++;
        }
        assert_true(rig.frames[gap].flags & WIRE_RESTARTED);
        uint64_t before = equal_samples(&rig, 0, 0);
        assert_true(before >= rig.frames[gap].index - rig.frames[gap].lost);
        bool found = false;
        for (int shift = -2; shift <= 2; shift++) {
            found = found || equal_samples(&rig, gap, shift) ==
                                 losses.samples - (rig.frames[gap].index -
                                                   rig.frames[gap].lost);
        }
        assert_true(found);
        struct wire_status status;
        get_status(&rig, &status);
        assert_int_equal(status.restarts, 1);
        rig_deinit(&rig);
    }
}

static void many_faults_at_once_are_all_told_of(void **state)
{
    (void)state;
    const struct wristband_fault faults[] = {
        {FAULT_TAG, 9.0, 2},  {FAULT_STALL, 2.0, 1.0}, {FAULT_NACK, 2.5, 7},
        {FAULT_DROP, 4.0, 5}, {FAULT_STUCK, 5.0, 2},   {FAULT_DEAF, 6.0, 2.0},
        {FAULT_TAG, 6.5, 3},  {FAULT_STALL, 9.5, 0.8}, {FAULT_DROP, 9.6, 1}};
    const struct setting setting = {.rate_hz = 416,
                                    .motion_s = 15.0,
                                    .config = {.seed = 5,
                                               .ring_bytes = 4096,
                                               .faults = faults,
                                               .fault_count = COUNT(faults)}};
    struct rig rig;
    rig_play(&rig, &setting);
    struct losses losses = check_stream(&rig);
    assert_true(losses.fifo > 0 && losses.bus > 0 && losses.ring > 0);
    rig_deinit(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stall_loses_what_the_fifo_cannot_hold),
        cmocka_unit_test(short_stall_loses_nothing),
        cmocka_unit_test(transfers_that_fail_once_or_twice_lose_nothing),
        cmocka_unit_test(long_silence_of_the_sensor_is_survived),
        cmocka_unit_test(stuck_bus_is_recovered),
        cmocka_unit_test(flipped_tags_lose_at_most_their_samples),
        cmocka_unit_test(dropped_words_lose_their_samples),
        cmocka_unit_test(deaf_host_loses_what_the_ring_cannot_hold),
        cmocka_unit_test(reset_sensor_is_set_up_anew_and_the_stream_goes_on),
        cmocka_unit_test(many_faults_at_once_are_all_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
