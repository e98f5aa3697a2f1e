/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "tests/fake_imu.h"

enum { START_DROPPED = 2 };

static const struct wire_config config_833 = {833, 8, 2000};

/* A driver and its sensor, and what came of them. */
struct bench {
    struct fake_imu sensor;
    struct lsm6dsox imu;
    uint64_t index;  /* samples, lost ones too */
    uint32_t number; /* of the last sample, as measured */
    uint32_t lost;
    uint32_t holes;
    uint16_t causes;
    uint32_t restarted;
    double worst_us;     /* sample time against the truth */
    uint64_t latency_us; /* of the last batch's first sample */
};

static void begin(struct bench *bench, const struct wire_config *config)
{
    struct imu_bus bus = fake_bus(&bench->sensor);

    memset(bench, 0, sizeof *bench);
    fake_init(&bench->sensor);
    lsm6dsox_init(&bench->imu, &bus);
    lsm6dsox_start(&bench->imu, config);
}

static void take(struct bench *bench, const struct slots_sample *sample)
{
    const struct fake_imu *sensor = &bench->sensor;
    double ticks = (double)(sample->ticks - sensor->first_tick);
    double truth_ns = (double)sensor->origin_ns + ticks * sensor->tick_ns;
    double ns = (double)lsm6dsox_sample_ns(&bench->imu, sample->ticks);

    bench->worst_us = fmax(bench->worst_us, fabs(ns - truth_ns) / 1000);
    bench->index += sample->lost;
    bench->lost += sample->lost;
    bench->holes += sample->lost > 0;
    bench->causes |= sample->causes;
    bench->restarted += sample->restarted;
    bench->number = (uint32_t)sample->axes[0];
    assert_int_equal(sample->axes[0], sample->axes[3]);
    if (bench->restarted == 0) {
        unsigned first = sensor->invalid;
        first = first > START_DROPPED ? first : START_DROPPED;
        assert_int_equal((bench->index + first) % 1000, sample->axes[0]);
    }
    bench->index++;
}

static int poll_once(struct bench *bench)
{
    struct slots_sample samples[WIRE_SAMPLES_MAX];
    int count = lsm6dsox_read(&bench->imu, false, samples);

    for (int i = 0; i < count; i++) {
        take(bench, &samples[i]);
    }
    if (count > 0) {
        uint64_t ns = lsm6dsox_sample_ns(&bench->imu, samples[0].ticks);
        bench->latency_us = (bench->sensor.ns - ns) / 1000;
    }
    return count;
}

/* Lets the driver do what is due for `ms`. */
static void run(struct bench *bench, uint32_t ms)
{
    uint64_t end = bench->sensor.ns + (uint64_t)ms * 1000000;

    while (bench->sensor.ns < end) {
        uint64_t due = bench->imu.due_us * 1000 + 999;
        fake_until(&bench->sensor, due < end ? due : end);
        (void)poll_once(bench);
    }
}

static void each_rate_gives_every_sample_within_80_ms(void **state)
{
    (void)state;
    static const uint16_t rates[] = {26, 52, 104, 208, 416, 833, 1667};

    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct wire_config config = {rates[i], 2, 250};
        struct bench bench;
        begin(&bench, &config);
        run(&bench, 10000);
        double expected = rates[i] * 9.7;
        assert_true((double)bench.index > expected - 2);
        assert_int_equal(bench.lost, 0);
        assert_int_equal(bench.imu.restarts, 0);
        assert_int_equal(bench.imu.slots.tag_errors, 0);
        assert_true(bench.latency_us < 80000);
        assert_true(bench.worst_us < 40);
    }
}

static void registers_are_set_as_the_data_sheet_codes_them(void **state)
{
    (void)state;
    struct bench bench;
    struct wire_config config = {416, 16, 500};

    begin(&bench, &config);
    run(&bench, 300);
    const uint8_t *regs = bench.sensor.regs;
    assert_int_equal(regs[LSM6DSOX_CTRL1_XL], 0x64);
    assert_int_equal(regs[LSM6DSOX_CTRL2_G], 0x64);
    assert_int_equal(regs[LSM6DSOX_CTRL3_C], 0x44);
    assert_int_equal(regs[LSM6DSOX_CTRL10_C], 0x20);
    assert_int_equal(regs[LSM6DSOX_FIFO_CTRL1], 60);
    assert_int_equal(regs[LSM6DSOX_FIFO_CTRL3], 0x66);
    assert_int_equal(regs[LSM6DSOX_FIFO_CTRL4], 0x46);
    assert_int_equal(regs[LSM6DSOX_INT1_CTRL], 0x08);
    assert_int_equal(lsm6dsox_stop(&bench.imu), 0);
    assert_int_equal(regs[LSM6DSOX_CTRL1_XL], 0);
    assert_int_equal(regs[LSM6DSOX_FIFO_CTRL4], 0);
}

static void startup_values_are_left_out_and_not_counted(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    bench.sensor.invalid = 17;
    run(&bench, 1000);
    assert_true(bench.index > 600);
    assert_int_equal(bench.lost, 0);
}

static void oscillator_off_by_a_tenth_is_followed(void **state)
{
    (void)state;
    static const double lengths_ns[] = {22500, 25000, 27500};

    for (size_t i = 0; i < 3; i++) {
        struct bench bench;
        begin(&bench, &config_833);
        bench.sensor.tick_ns = lengths_ns[i];
        run(&bench, 1000);
        bench.worst_us = 0;
        run(&bench, 9000);
        assert_true(bench.worst_us < 40);
        assert_int_equal(bench.lost, 0);
    }
}

static void sensor_time_may_wrap(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    bench.sensor.first_tick = (uint32_t)-60000; /* 1.5 s */
    run(&bench, 5000);
    assert_true(bench.index > 3900);
    assert_int_equal(bench.lost, 0);
    assert_true(bench.worst_us < 40);
}

/* The counter's bytes go over the bus one after another; the fake reads the
 * low one first, the others when it may have come round. */
static void counter_read_in_pieces_does_not_disturb_the_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        struct bench bench;
        begin(&bench, &config_833);
        bench.sensor.tick_ns = 23000 + 20 * i;
        bench.sensor.unlatched = true;
        run(&bench, 1000);
        assert_true(bench.worst_us < 50);
    }
}

static void wild_reading_of_the_counter_is_ignored(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    run(&bench, 2000);
    bench.sensor.wild = true;
    run(&bench, 2000);
    assert_true(bench.worst_us < 40);
    assert_int_equal(bench.imu.restarts, 0);
}

/* Each bit of the tag, on each of six words. */
static void flipped_tag_bit_costs_one_sample_and_is_counted(void **state)
{
    (void)state;
    for (unsigned word = 1; word <= 6; word++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct bench bench;
            begin(&bench, &config_833);
            run(&bench, 500);
            bench.sensor.flip = (uint8_t)(1 << bit);
            bench.sensor.flip_at = word;
            run(&bench, 500);
            assert_int_equal(bench.lost, 1);
            assert_int_equal(bench.holes, 1);
            assert_int_equal(bench.causes, WIRE_LOST_BUS);
            assert_int_equal(bench.imu.slots.tag_errors, 1);
        }
    }
}

/* Words that vanish, from any place in a slot, up to beyond the point where
 * the tag counter has come round. */
static void vanished_words_are_marked_at_the_exact_index(void **state)
{
    (void)state;
    for (unsigned phase = 0; phase < 3; phase++) {
        for (unsigned words = 1; words <= 30; words++) {
            struct bench bench;
            uint8_t out[LSM6DSOX_WORD];
            begin(&bench, &config_833);
            run(&bench, 500);
            struct fake_imu *sensor = &bench.sensor;
            while (sensor->used < 36) {
                fake_until(sensor, sensor->ns + 100000);
            }
            unsigned kept = sensor->used - phase;
            for (unsigned i = 0; i < words; i++) {
                memmove(sensor->fifo[phase], sensor->fifo[phase + 1],
                        (kept - i) * sizeof sensor->fifo[0]);
                sensor->used--;
            }
            (void)out;
            run(&bench, 500);
            unsigned most = (phase + words + 2) / 3 + 1;
            assert_in_range(bench.lost, words / 3, most);
            assert_true(bench.lost > 0);
            assert_int_equal(bench.causes, WIRE_LOST_BUS);
            assert_true(bench.imu.slots.tag_errors >= 1);
        }
    }
}

static void overrun_is_counted_exactly_from_the_timestamps(void **state)
{
    (void)state;
    static const unsigned stalls_ms[] = {250, 1000, 1001, 1002, 1003, 60000};

    for (size_t i = 0; i < sizeof stalls_ms / sizeof stalls_ms[0]; i++) {
        struct bench bench;
        begin(&bench, &config_833);
        run(&bench, 500);
        uint64_t before = bench.index;
        fake_until(&bench.sensor,
                   bench.sensor.ns + stalls_ms[i] * UINT64_C(1000000));
        run(&bench, 1000);
        assert_int_equal(bench.causes, WIRE_LOST_FIFO);
        assert_int_equal(bench.holes, 1);
        assert_int_equal(bench.imu.slots.tag_errors, 0);
        assert_int_equal(bench.imu.restarts, 0);
        double came = (double)(bench.index - before);
        assert_true(fabs(came - (stalls_ms[i] + 1000) * 0.8333) < 60);
    }
}

static void stall_within_the_fifo_loses_nothing(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    run(&bench, 500);
    fake_until(&bench.sensor, bench.sensor.ns + 140000000);
    run(&bench, 500);
    assert_int_equal(bench.lost, 0);
}

static void refused_transfers_are_repeated_without_loss(void **state)
{
    (void)state;
    for (unsigned nacks = 1; nacks <= 20; nacks++) {
        struct bench bench;
        begin(&bench, &config_833);
        run(&bench, 500);
        bench.sensor.nacks = nacks;
        run(&bench, 500);
        assert_int_equal(bench.lost, 0);
        assert_int_equal(bench.imu.bus_errors, nacks);
        assert_int_equal(bench.sensor.recoveries, (nacks + 1) / 3);
    }
}

static void dead_bus_is_outlived_and_the_loss_marked(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    run(&bench, 500);
    bench.sensor.nacks = 300; /* one second and more */
    run(&bench, 3000);
    assert_int_equal(bench.sensor.nacks, 0);
    assert_true(bench.lost > 500);
    assert_int_equal(bench.causes, WIRE_LOST_FIFO | WIRE_LOST_BUS);
    assert_int_equal(bench.holes, 1);
    assert_int_equal(bench.imu.restarts, 0);
}

/* The sensor's time begins anew, so the loss is told by the controller's. */
static void sensor_that_lost_power_is_set_up_anew(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    run(&bench, 500);
    uint64_t last_ns = bench.imu.last_ns;
    uint64_t before = bench.index;
    fake_reset(&bench.sensor);
    run(&bench, 1000);
    assert_int_equal(bench.imu.restarts, 1);
    assert_int_equal(bench.restarted, 1);
    assert_int_equal(bench.causes, WIRE_LOST_BUS);
    double elapsed_ns = (double)(bench.imu.last_ns - last_ns);
    double came = (double)(bench.index - before);
    assert_true(fabs(came - elapsed_ns / 1.2e6) < 0.6);
}

static void sensor_that_falls_silent_is_set_up_anew(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    run(&bench, 500);
    bench.sensor.regs[LSM6DSOX_CTRL1_XL] = 0;
    run(&bench, 1000);
    assert_int_equal(bench.imu.restarts, 1);
    assert_int_equal(bench.restarted, 1);
    assert_true(bench.lost > 0);
}

static void absent_sensor_is_tried_until_it_answers(void **state)
{
    (void)state;
    struct bench bench;

    begin(&bench, &config_833);
    bench.sensor.regs[LSM6DSOX_WHO_AM_I] = 0;
    run(&bench, 1000);
    assert_true(bench.imu.failures > 50);
    assert_int_equal(bench.index, 0);
    bench.sensor.regs[LSM6DSOX_WHO_AM_I] = LSM6DSOX_ID;
    run(&bench, 1000);
    assert_int_equal(bench.imu.failures, 0);
    assert_true(bench.index > 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rate_gives_every_sample_within_80_ms),
        cmocka_unit_test(registers_are_set_as_the_data_sheet_codes_them),
        cmocka_unit_test(startup_values_are_left_out_and_not_counted),
        cmocka_unit_test(oscillator_off_by_a_tenth_is_followed),
        cmocka_unit_test(sensor_time_may_wrap),
        cmocka_unit_test(counter_read_in_pieces_does_not_disturb_the_time),
        cmocka_unit_test(wild_reading_of_the_counter_is_ignored),
        cmocka_unit_test(flipped_tag_bit_costs_one_sample_and_is_counted),
        cmocka_unit_test(vanished_words_are_marked_at_the_exact_index),
        cmocka_unit_test(overrun_is_counted_exactly_from_the_timestamps),
        cmocka_unit_test(stall_within_the_fifo_loses_nothing),
        cmocka_unit_test(refused_transfers_are_repeated_without_loss),
        cmocka_unit_test(dead_bus_is_outlived_and_the_loss_marked),
        cmocka_unit_test(sensor_that_lost_power_is_set_up_anew),
        cmocka_unit_test(sensor_that_falls_silent_is_set_up_anew),
        cmocka_unit_test(absent_sensor_is_tried_until_it_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
