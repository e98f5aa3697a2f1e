/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/lsm6dsox_regs.h"
#include "firmware/virtual/sensor.h"

static const int64_t MS = 1000000;

enum {
    AT_104 = 0x40, /* CTRL1_XL, CTRL2_G: 104 Hz, 2 g and 250 deg/s */
    BATCH_104 = 0x44,
    CTRL9_XL = 0x18,
    OUTX_L_G = 0x22,
};

/* A sensor and what moves it: the same always. */
struct bench {
    struct sensor sensor;
    struct motion_source motion;
    struct motion_point point;
    double last_t_s;
    size_t samples; /* told by on_sample */
    uint64_t last_number;
};

static int still_at(void *ctx, double t_s, double rate_hz,
                    struct motion_point *out)
{
    struct bench *bench = ctx;
    (void)rate_hz;
    *out = bench->point;
    bench->last_t_s = t_s;
    return 0;
}

static void on_sample(void *ctx, uint64_t number, const int16_t sample[6])
{
    struct bench *bench = ctx;
    (void)sample;
    bench->samples++;
    bench->last_number = number;
}

static void bench_init(struct bench *bench, struct sensor_config config)
{
    memset(bench, 0, sizeof(*bench));
    bench->point = (struct motion_point){
        .accel_g = {0.1, -0.2, 0.9},
        .gyro_dps = {10.0, -20.0, 30.0},
        .temperature_c = 30.0,
    };
    bench->motion = (struct motion_source){
        .ctx = bench, .duration_s = INFINITY, .at = still_at};
    config.motion = &bench->motion;
    config.on_sample = on_sample;
    config.on_sample_ctx = bench;
    sensor_init(&bench->sensor, &config, 0);
    sensor_advance(&bench->sensor, 20 * MS);
}

static uint8_t get(struct bench *bench, uint8_t address)
{
    uint8_t value = 0;
    assert_true(sensor_read(&bench->sensor, address, &value, 1));
    return value;
}

static void set(struct bench *bench, uint8_t address, uint8_t value)
{
    assert_true(sensor_write(&bench->sensor, address, &value, 1));
}

static void run(struct bench *bench, double seconds)
{
    sensor_advance(&bench->sensor,
                   bench->sensor.now_ns + (int64_t)(seconds * 1e9));
}

/* Both sensors and the FIFO at 104 Hz. */
static void stream(struct bench *bench, uint8_t extras)
{
    set(bench, LSM6DSOX_FIFO_CTRL3, BATCH_104);
    set(bench, LSM6DSOX_CTRL10_C, LSM6DSOX_TIMESTAMP_EN);
    set(bench, LSM6DSOX_FIFO_CTRL4, (uint8_t)(LSM6DSOX_FIFO_STREAM | extras));
    set(bench, LSM6DSOX_CTRL1_XL, AT_104);
    set(bench, LSM6DSOX_CTRL2_G, AT_104);
}

static unsigned unread(struct bench *bench)
{
    uint8_t status[2];
    assert_true(sensor_read(&bench->sensor, LSM6DSOX_FIFO_STATUS1, status, 2));
    return get_u16(status) & 0x3FF;
}

static void registers_have_their_reset_values(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    assert_int_equal(get(&bench, LSM6DSOX_WHO_AM_I), 0x6C);
    assert_int_equal(get(&bench, LSM6DSOX_CTRL3_C), 0x04);
    assert_int_equal(get(&bench, CTRL9_XL), 0xE0);
    assert_int_equal(get(&bench, LSM6DSOX_CTRL1_XL), 0x00);
}

static void read_only_registers_cannot_be_written(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    set(&bench, LSM6DSOX_WHO_AM_I, 0x11);
    set(&bench, LSM6DSOX_INTERNAL_FREQ_FINE, 0x11);
    assert_int_equal(get(&bench, LSM6DSOX_WHO_AM_I), 0x6C);
    assert_int_equal(get(&bench, LSM6DSOX_INTERNAL_FREQ_FINE), 0);
}

static void nothing_is_acknowledged_while_booting(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    sensor_power_cycle(&bench.sensor);
    uint8_t value;
    run(&bench, 0.009);
    assert_false(sensor_read(&bench.sensor, LSM6DSOX_WHO_AM_I, &value, 1));
    run(&bench, 0.002);
    assert_true(sensor_read(&bench.sensor, LSM6DSOX_WHO_AM_I, &value, 1));
}

static void software_reset_clears_registers_and_its_own_bit(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    stream(&bench, 0);
    run(&bench, 0.5);
    assert_true(unread(&bench) > 0);
    set(&bench, LSM6DSOX_CTRL3_C, LSM6DSOX_SW_RESET | LSM6DSOX_IF_INC);
    assert_true(get(&bench, LSM6DSOX_CTRL3_C) & LSM6DSOX_SW_RESET);
    run(&bench, 0.0001);
    assert_int_equal(get(&bench, LSM6DSOX_CTRL3_C), 0x04);
    assert_int_equal(get(&bench, LSM6DSOX_CTRL1_XL), 0x00);
    assert_int_equal(unread(&bench), 0);
    assert_true(sensor_next_ns(&bench.sensor) == INT64_MAX);
}

static void address_increments_only_with_if_inc(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    const uint8_t values[2] = {0x40, 0x4C};
    sensor_write(&bench.sensor, LSM6DSOX_CTRL1_XL, values, 2);
    assert_int_equal(get(&bench, LSM6DSOX_CTRL1_XL), 0x40);
    assert_int_equal(get(&bench, LSM6DSOX_CTRL2_G), 0x4C);
    set(&bench, LSM6DSOX_CTRL3_C, 0);
    uint8_t twice[2];
    sensor_read(&bench.sensor, LSM6DSOX_CTRL1_XL, twice, 2);
    assert_int_equal(twice[0], twice[1]);
}

static void samples_come_at_the_true_rate(void **state)
{
    (void)state;
    static const double ERRORS[] = {-0.1, -0.03, 0.0, 0.0004, 0.1};
    for (size_t k = 0; k < 5; k++) {
        struct bench bench;
        bench_init(&bench, (struct sensor_config){.rate_error = ERRORS[k]});
        stream(&bench, 0);
        run(&bench, 100.0);
        double expected = 100.0 * 6666.6667 / 64.0 * (1.0 + ERRORS[k]);
        assert_true(fabs((double)bench.samples - expected) <= 1.0);
        assert_int_equal(bench.last_number, bench.samples - 1);
        int8_t fine = (int8_t)get(&bench, LSM6DSOX_INTERNAL_FREQ_FINE);
        assert_true(fabs(fine * 0.0015 - ERRORS[k]) <= 0.00075 + 1e-12);
    }
}

static void each_rate_code_doubles_the_rate(void **state)
{
    (void)state;
    for (unsigned code = 1; code <= 10; code++) {
        struct bench bench;
        bench_init(&bench, (struct sensor_config){.no_noise = true});
        set(&bench, LSM6DSOX_CTRL1_XL, (uint8_t)(code << 4));
        double expected = 6666.6667 / (double)(1U << (10 - code));
        assert_true(fabs(sensor_rate_hz(&bench.sensor) / expected - 1.0) <
                    1e-6);
    }
}

static void sample_is_the_motion_quantised_and_clipped(void **state)
{
    (void)state;
    static const struct {
        uint8_t accel; /* CTRL1_XL */
        uint8_t gyro;  /* CTRL2_G */
        double accel_lsb_g;
        double gyro_lsb_dps;
    } CASES[] = {
        {0x40, 0x40, 0.061e-3, 8.75e-3},
        {0x48, 0x44, 0.122e-3, 17.5e-3},
        {0x4C, 0x48, 0.244e-3, 35e-3},
        {0x44, 0x4C, 0.488e-3, 70e-3},
    };
    for (size_t k = 0; k < 4; k++) {
        struct bench bench;
        bench_init(&bench, (struct sensor_config){.no_noise = true});
        bench.point.accel_g[1] = -17.0;
        bench.point.gyro_dps[2] = 2400.0;
        set(&bench, LSM6DSOX_CTRL1_XL, CASES[k].accel);
        set(&bench, LSM6DSOX_CTRL2_G, CASES[k].gyro);
        run(&bench, 0.05);
        uint8_t out[12];
        sensor_read(&bench.sensor, OUTX_L_G, out, sizeof(out));
        assert_int_equal(get_i16(out), lround(10.0 / CASES[k].gyro_lsb_dps));
        assert_int_equal(get_i16(out + 4), 32767);
        assert_int_equal(get_i16(out + 6), lround(0.1 / CASES[k].accel_lsb_g));
        assert_int_equal(get_i16(out + 8), -32768);
        assert_int_equal((int8_t)get(&bench, LSM6DSOX_OUT_TEMP_L + 1), 5);
    }
}

/* Rms of what noise adds to the first axis of the accelerometer and of the
 * gyroscope over 20 s at 104 Hz. */
static void noise_has_the_density_of_the_data_sheet(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 3});
    stream(&bench, 0);
    double sum[2] = {0.0, 0.0};
    double n = 20000.0;
    for (int k = 0; k < 20000; k++) {
        sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
        double accel = bench.sensor.sample[0] * 0.061e-3 - 0.1;
        double gyro = bench.sensor.sample[3] * 8.75e-3 - 10.0;
        sum[0] += accel * accel;
        sum[1] += gyro * gyro;
    }
    double band = sqrt(0.5 * 6666.667 / 64.0);
    assert_true(fabs(sqrt(sum[0] / n) / (70e-6 * band) - 1.0) < 0.02);
    assert_true(fabs(sqrt(sum[1] / n) / (3.8e-3 * band) - 1.0) < 0.02);
}

static void self_test_moves_each_axis_by_a_plausible_amount(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.no_noise = true});
    set(&bench, LSM6DSOX_CTRL1_XL, 0x48);
    set(&bench, LSM6DSOX_CTRL2_G, 0x4C);
    run(&bench, 0.1);
    int16_t off[6];
    memcpy(off, bench.sensor.sample, sizeof(off));
    set(&bench, LSM6DSOX_CTRL5_C, 0x05);
    run(&bench, 0.1);
    for (int i = 0; i < 3; i++) {
        double mg = abs(bench.sensor.sample[i] - off[i]) * 0.122;
        double dps = abs(bench.sensor.sample[3 + i] - off[3 + i]) * 0.07;
        assert_true(mg > 50.0 && mg < 1700.0);
        assert_true(dps > 150.0 && dps < 700.0);
    }
}

static void startup_samples_are_wrong_and_then_right(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench,
               (struct sensor_config){.no_noise = true, .startup_samples = 3});
    stream(&bench, 0);
    for (int k = 0; k < 6; k++) {
        sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
        bool right = abs(bench.sensor.sample[0] - 1639) <= 1;
        assert_true(right == (k >= 3));
    }
}

/* Takes the next word and checks its parity. */
static unsigned take_word(struct bench *bench, uint8_t word[FIFO_WORD])
{
    assert_true(sensor_read(&bench->sensor, LSM6DSOX_FIFO_DATA_OUT_TAG, word,
                            FIFO_WORD));
    unsigned ones = 0;
    for (int bit = 0; bit < 8; bit++) {
        ones += word[0] >> bit & 1;
    }
    assert_int_equal(ones % 2, 0);
    return word[0] >> 3;
}

static void words_of_a_slot_share_a_count_that_goes_up_by_one(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    stream(&bench, LSM6DSOX_TS_EACH_SLOT);
    run(&bench, 0.2);
    unsigned count = 0;
    static const unsigned KINDS[] = {LSM6DSOX_TAG_TIMESTAMP, LSM6DSOX_TAG_GYRO,
                                     LSM6DSOX_TAG_ACCEL};
    for (unsigned k = 0; unread(&bench) > 0; k++) {
        uint8_t word[FIFO_WORD];
        unsigned kind = take_word(&bench, word);
        assert_int_equal(kind, KINDS[k % 3]);
        unsigned now = word[0] >> 1 & 3;
        if (k > 0) {
            assert_int_equal(now, (count + (k % 3 == 0)) % 4);
        }
        count = now;
    }
}

static void long_read_wraps_from_word_to_word(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.no_noise = true});
    stream(&bench, 0);
    run(&bench, 0.1);
    uint8_t words[4 * FIFO_WORD];
    unsigned before = unread(&bench);
    sensor_read(&bench.sensor, LSM6DSOX_FIFO_DATA_OUT_TAG, words,
                sizeof(words));
    assert_int_equal(unread(&bench), before - 4);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(words[k * FIFO_WORD] >> 3,
                         k % 2 ? LSM6DSOX_TAG_ACCEL : LSM6DSOX_TAG_GYRO);
    }
    assert_int_equal(get_i16(words + 1), lround(10.0 / 8.75e-3));
    assert_int_equal(get_i16(words + FIFO_WORD + 1), lround(0.1 / 0.061e-3));
}

static void empty_fifo_reads_as_zero(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    uint8_t word[FIFO_WORD];
    assert_int_equal(take_word(&bench, word), 0);
}

static void watermark_raises_int1_until_read_below(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    set(&bench, LSM6DSOX_FIFO_CTRL1, 20);
    set(&bench, LSM6DSOX_INT1_CTRL, LSM6DSOX_INT1_FIFO_TH);
    stream(&bench, 0);
    while (unread(&bench) < 18) {
        sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
    }
    assert_false(sensor_int1(&bench.sensor));
    assert_false(get(&bench, LSM6DSOX_FIFO_STATUS2) & LSM6DSOX_WTM);
    sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
    assert_true(sensor_int1(&bench.sensor));
    assert_true(get(&bench, LSM6DSOX_FIFO_STATUS2) & LSM6DSOX_WTM);
    uint8_t word[FIFO_WORD];
    take_word(&bench, word);
    assert_false(sensor_int1(&bench.sensor));
}

static void overrun_keeps_the_newest_words_and_is_latched(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    stream(&bench, 0);
    run(&bench, 10.0);
    assert_int_equal(bench.sensor.fifo.used, FIFO_WORDS);
    assert_int_equal(bench.sensor.fifo.lost, 2 * bench.samples - FIFO_WORDS);
    uint8_t word[FIFO_WORD];
    take_word(&bench, word);
    uint8_t status = get(&bench, LSM6DSOX_FIFO_STATUS2);
    assert_true(status & LSM6DSOX_OVR_LATCHED);
    assert_false(status & LSM6DSOX_OVR);
    status = get(&bench, LSM6DSOX_FIFO_STATUS2);
    assert_false(status & LSM6DSOX_OVR_LATCHED);
    int16_t newest = bench.sensor.sample[0];
    while (unread(&bench) > 0) {
        take_word(&bench, word);
    }
    assert_int_equal(get_i16(word + 1), newest);
}

static void full_fifo_has_512_unread_words(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    stream(&bench, 0);
    while (bench.sensor.fifo.used < FIFO_WORDS) {
        sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
    }
    uint8_t status[2];
    sensor_read(&bench.sensor, LSM6DSOX_FIFO_STATUS1, status, 2);
    assert_int_equal(get_u16(status) & 0x3FF, 512);
    assert_true(status[1] & LSM6DSOX_FIFO_FULL);
    assert_false(status[1] & LSM6DSOX_OVR_LATCHED);
}

static void fifo_mode_stops_when_full_and_bypass_empties(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.no_noise = true});
    stream(&bench, 0);
    set(&bench, LSM6DSOX_FIFO_CTRL4, FIFO_STOPS);
    run(&bench, 5.0);
    bench.point.accel_g[0] = 0.5;
    run(&bench, 5.0);
    assert_int_equal(unread(&bench), FIFO_WORDS);
    uint8_t word[FIFO_WORD];
    for (int k = 0; k < FIFO_WORDS; k++) {
        if (take_word(&bench, word) == LSM6DSOX_TAG_ACCEL) {
            assert_int_equal(get_i16(word + 1), lround(0.1 / 0.061e-3));
        }
    }
    run(&bench, 1.0);
    set(&bench, LSM6DSOX_FIFO_CTRL4, FIFO_BYPASS);
    assert_int_equal(unread(&bench), 0);
}

static void time_stamps_count_25_us_of_the_sensor(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.rate_error = 0.07});
    stream(&bench, LSM6DSOX_TS_EACH_SLOT);
    uint32_t before = 0;
    for (int k = 0; k < 100; k++) {
        sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
        uint8_t word[FIFO_WORD];
        assert_int_equal(take_word(&bench, word), LSM6DSOX_TAG_TIMESTAMP);
        uint32_t now = get_u32(word + 1);
        if (k > 0) {
            /* the same oscillator: 384 ticks a sample, whatever its error */
            assert_true(now - before >= 383 && now - before <= 385);
        }
        before = now;
        take_word(&bench, word);
        take_word(&bench, word);
    }
}

static void time_stamps_come_as_often_as_set(void **state)
{
    (void)state;
    static const unsigned EVERY[] = {0, 1, 8, 32};
    for (unsigned k = 0; k < 4; k++) {
        struct bench bench;
        bench_init(&bench, (struct sensor_config){.seed = 1});
        stream(&bench, (uint8_t)(k << 6));
        unsigned stamps = 0;
        for (int n = 0; n < 64; n++) {
            sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
        }
        uint8_t word[FIFO_WORD];
        while (unread(&bench) > 0) {
            stamps += take_word(&bench, word) == LSM6DSOX_TAG_TIMESTAMP;
        }
        assert_int_equal(stamps, EVERY[k] ? 64 / EVERY[k] : 0);
    }
}

static void temperature_goes_into_the_fifo_at_its_own_rate(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.no_noise = true});
    stream(&bench, 3 << 4); /* 52 Hz: every second slot */
    for (int n = 0; n < 20; n++) {
        sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
    }
    unsigned found = 0;
    uint8_t word[FIFO_WORD];
    while (unread(&bench) > 0) {
        if (take_word(&bench, word) == LSM6DSOX_TAG_TEMPERATURE) {
            assert_int_equal(get_i16(word + 1), 5 * 256);
            found++;
        }
    }
    assert_int_equal(found, 10);
}

static void writing_aa_resets_the_time_stamp(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    set(&bench, LSM6DSOX_CTRL10_C, LSM6DSOX_TIMESTAMP_EN);
    run(&bench, 2.0);
    uint8_t ticks[4];
    sensor_read(&bench.sensor, LSM6DSOX_TIMESTAMP0, ticks, 4);
    assert_int_equal(get_u32(ticks), 80000);
    set(&bench, LSM6DSOX_TIMESTAMP2, 0xAA);
    run(&bench, 0.001);
    sensor_read(&bench.sensor, LSM6DSOX_TIMESTAMP0, ticks, 4);
    assert_int_equal(get_u32(ticks), 40);
}

static void dropped_words_leave_a_hole_in_the_count(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    stream(&bench, 0);
    run(&bench, 0.1);
    unsigned before = unread(&bench);
    bench.sensor.fifo.drop_words = 2;
    sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
    assert_int_equal(unread(&bench), before);
    sensor_advance(&bench.sensor, sensor_next_ns(&bench.sensor));
    uint8_t word[FIFO_WORD] = {0};
    for (unsigned k = 0; k < before; k++) {
        take_word(&bench, word);
    }
    unsigned count = word[0] >> 1 & 3;
    take_word(&bench, word);
    assert_int_equal(word[0] >> 1 & 3, (count + 2) % 4);
}

static void flipped_tag_differs_in_one_bit(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    stream(&bench, 0);
    run(&bench, 0.1);
    uint8_t right = bench.sensor.fifo.word[0][0];
    bench.sensor.fifo.flip_tags = 1;
    unsigned differs = get(&bench, LSM6DSOX_FIFO_DATA_OUT_TAG) ^ right;
    assert_true(differs != 0 && (differs & (differs - 1)) == 0);
}

static void motion_begins_when_it_is_started(void **state)
{
    (void)state;
    struct bench bench;
    bench_init(&bench, (struct sensor_config){.seed = 1});
    stream(&bench, 0);
    run(&bench, 1.0);
    assert_true(bench.last_t_s == 0.0);
    sensor_start_motion(&bench.sensor, bench.sensor.now_ns);
    run(&bench, 1.0);
    assert_true(fabs(bench.last_t_s - 1.0) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_have_their_reset_values),
        cmocka_unit_test(read_only_registers_cannot_be_written),
        cmocka_unit_test(nothing_is_acknowledged_while_booting),
        cmocka_unit_test(software_reset_clears_registers_and_its_own_bit),
        cmocka_unit_test(address_increments_only_with_if_inc),
        cmocka_unit_test(samples_come_at_the_true_rate),
        cmocka_unit_test(each_rate_code_doubles_the_rate),
        cmocka_unit_test(sample_is_the_motion_quantised_and_clipped),
        cmocka_unit_test(noise_has_the_density_of_the_data_sheet),
        cmocka_unit_test(self_test_moves_each_axis_by_a_plausible_amount),
        cmocka_unit_test(startup_samples_are_wrong_and_then_right),
        cmocka_unit_test(words_of_a_slot_share_a_count_that_goes_up_by_one),
        cmocka_unit_test(long_read_wraps_from_word_to_word),
        cmocka_unit_test(empty_fifo_reads_as_zero),
        cmocka_unit_test(watermark_raises_int1_until_read_below),
        cmocka_unit_test(overrun_keeps_the_newest_words_and_is_latched),
        cmocka_unit_test(full_fifo_has_512_unread_words),
        cmocka_unit_test(fifo_mode_stops_when_full_and_bypass_empties),
        cmocka_unit_test(time_stamps_count_25_us_of_the_sensor),
        cmocka_unit_test(time_stamps_come_as_often_as_set),
        cmocka_unit_test(temperature_goes_into_the_fifo_at_its_own_rate),
        cmocka_unit_test(writing_aa_resets_the_time_stamp),
        cmocka_unit_test(dropped_words_leave_a_hole_in_the_count),
        cmocka_unit_test(flipped_tag_differs_in_one_bit),
        cmocka_unit_test(motion_begins_when_it_is_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
