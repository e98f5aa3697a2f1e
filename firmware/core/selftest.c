/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/selftest.h"

#include <string.h>

#include "firmware/core/lsm6dsox_regs.h"

const struct wire_config selftest_config = {
    .rate_hz = 208, .accel_g = 4, .gyro_dps = 2000};

enum {
    UG_PER_LSB = 122,    /* of selftest_config */
    MDPS_PER_LSB = 70,   /* likewise */
    REST_SAMPLES = 416,  /* two seconds */
    SWITCH_SAMPLES = 42, /* 0.2 s: twice the wait AN5192 asks for */
    ACTUATED_SAMPLES = 64,
    FINE = 16,        /* means and deviations are in LSB / FINE */
    MOVED_UG = 20000, /* more noise than that is a hand */
    MOVED_MDPS = 2000,
};

struct limit {
    uint8_t number; /* enum wire_test */
    bool needs_rest;
    int32_t low;
    int32_t high;
};

static const struct limit limits[] = {
    {WIRE_TEST_WHO_AM_I, false, LSM6DSOX_ID, LSM6DSOX_ID},
    {WIRE_TEST_RATE, false, -100000, 100000},
    {WIRE_TEST_ACCEL_NOISE, true, 0, 3000}, /* 0.7 mg typical at 208 Hz */
    {WIRE_TEST_GYRO_NOISE, true, 0, 200},   /* 40 mdeg/s typical */
    {WIRE_TEST_GRAVITY, true, 950, 1050},
    {WIRE_TEST_ACCEL_SELF, true, 50, 1700}, /* DS12140 table 2 */
    {WIRE_TEST_GYRO_SELF, true, 150, 700},  /* likewise */
    {WIRE_TEST_FIFO_TAGS, false, 0, 0},
    {WIRE_TEST_FLASH, false, 0, 0},
};

/* Floor of the square root, a bit at a time (the M0+ has no unit for it). */
static uint32_t square_root(uint64_t x)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 2) {
        if (x >= root + bit) {
            x -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint32_t)root;
}

static int32_t absolute(int32_t x)
{
    return x < 0 ? -x : x;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t mean_of(const struct selftest_run *run, int axis)
{
    return run->sum[axis] * FINE / (int32_t)run->samples;
}

static int32_t deviation_of(const struct selftest_run *run, int axis)
{
    uint64_t n = run->samples;
    int64_t sum = run->sum[axis];
    uint64_t spread = n * run->squares[axis] - (uint64_t)(sum * sum);

    return (int32_t)square_root(spread * FINE * FINE / (n * n));
}

/* Largest deviation of three axes from `first` on [LSB / FINE]. */
static int32_t noise_of(const struct selftest_run *run, int first)
{
    int32_t most = 0;

    for (int axis = first; axis < first + 3; axis++) {
        most = larger(most, deviation_of(run, axis));
    }
    return most;
}

static void add(struct selftest *test, uint8_t number, int32_t value,
                enum wire_verdict verdict)
{
    uint32_t count = atomic_load_explicit(&test->count, memory_order_relaxed);

    test->results.test[count].number = number;
    test->results.test[count].value = value;
    test->results.test[count].verdict = (uint8_t)verdict;
    atomic_store_explicit(&test->count, count + 1, memory_order_release);
}

/* Judges by the least and the most of what was measured; reports the least. */
static void judge(struct selftest *test, enum wire_test number, int32_t least,
                  int32_t most)
{
    const struct limit *limit = limits;

    while (limit->number != number) {
        limit++;
    }
    enum wire_verdict verdict = WIRE_TEST_PASSED;
    if (least < limit->low || most > limit->high) {
        verdict = WIRE_TEST_FAILED;
    }
    if (limit->needs_rest && test->moved) {
        verdict = WIRE_TEST_NOT_POSSIBLE;
    }
    add(test, (uint8_t)number, least, verdict);
}

static void judge_rest(struct selftest *test,
                       const struct selftest_facts *facts)
{
    const struct selftest_run *run = &test->now;
    int32_t noise_ug = noise_of(run, 0) * UG_PER_LSB / FINE;
    int32_t noise_mdps = noise_of(run, 3) * MDPS_PER_LSB / FINE;
    uint64_t square = 0;

    for (int axis = 0; axis < 6; axis++) {
        test->rest[axis] = mean_of(run, axis);
    }
    for (int axis = 0; axis < 3; axis++) {
        int64_t mean = test->rest[axis];
        square += (uint64_t)(mean * mean);
    }
    uint64_t gravity_ug = (uint64_t)square_root(square) * UG_PER_LSB / FINE;
    int32_t gravity_mg = (int32_t)(gravity_ug / 1000);
    test->moved = noise_ug > MOVED_UG || noise_mdps > MOVED_MDPS;
    judge(test, WIRE_TEST_WHO_AM_I, facts->who_am_i, facts->who_am_i);
    judge(test, WIRE_TEST_RATE, facts->rate_ppm, facts->rate_ppm);
    judge(test, WIRE_TEST_ACCEL_NOISE, noise_ug, noise_ug);
    judge(test, WIRE_TEST_GYRO_NOISE, noise_mdps, noise_mdps);
    judge(test, WIRE_TEST_GRAVITY, gravity_mg, gravity_mg);
}

/* What the actuation changed on three axes from `first` on, in units of which
 * `thousandths` / 1000 are an LSB. */
static void judge_actuated(struct selftest *test, enum wire_test number,
                           int first, int32_t thousandths)
{
    int32_t least = INT32_MAX;
    int32_t most = 0;

    for (int axis = first; axis < first + 3; axis++) {
        int32_t change = mean_of(&test->now, axis) - test->rest[axis];
        int32_t value = absolute(change) / FINE * thousandths / 1000;
        least = value < least ? value : least;
        most = larger(most, value);
    }
    judge(test, number, least, most);
}

static void begin_run(struct selftest *test, uint32_t run)
{
    memset(&test->now, 0, sizeof test->now);
    test->run = run;
    test->skip = SWITCH_SAMPLES;
}

void selftest_begin(struct selftest *test)
{
    atomic_store_explicit(&test->done, 0, memory_order_relaxed);
    atomic_store_explicit(&test->count, 0, memory_order_release);
    test->moved = false;
    begin_run(test, 0);
}

bool selftest_sample(struct selftest *test, const struct slots_sample *sample)
{
    struct selftest_run *run = &test->now;

    if (test->skip > 0) {
        test->skip--;
        return false;
    }
    for (int axis = 0; axis < 6; axis++) {
        int32_t value = sample->axes[axis];
        run->sum[axis] += value;
        run->squares[axis] += (uint64_t)((int64_t)value * value);
    }
    run->samples++;
    return run->samples == (test->run == 0 ? REST_SAMPLES : ACTUATED_SAMPLES);
}

int selftest_next(struct selftest *test, const struct selftest_facts *facts)
{
    switch (test->run) {
    case 0:
        judge_rest(test, facts);
        begin_run(test, 1);
        return LSM6DSOX_ST_XL_POSITIVE;
    case 1:
        judge_actuated(test, WIRE_TEST_ACCEL_SELF, 0, UG_PER_LSB);
        begin_run(test, 2);
        return LSM6DSOX_ST_G_POSITIVE;
    default:
        judge_actuated(test, WIRE_TEST_GYRO_SELF, 3, MDPS_PER_LSB);
        judge(test, WIRE_TEST_FIFO_TAGS, (int32_t)facts->tag_errors,
              (int32_t)facts->tag_errors);
        if (facts->has_flash) {
            judge(test, WIRE_TEST_FLASH, facts->flash_wrong,
                  facts->flash_wrong);
        }
        return -1;
    }
}

void selftest_fail(struct selftest *test, uint8_t who_am_i)
{
    atomic_store_explicit(&test->count, 0, memory_order_relaxed);
    add(test, WIRE_TEST_WHO_AM_I, who_am_i, WIRE_TEST_FAILED);
}

void selftest_end(struct selftest *test)
{
    atomic_store_explicit(&test->done, 1, memory_order_release);
}

void selftest_results(const struct selftest *test, struct wire_selftest *out)
{
    out->done = atomic_load_explicit(&test->done, memory_order_acquire) != 0;
    out->count =
        (uint8_t)atomic_load_explicit(&test->count, memory_order_acquire);
    memcpy(out->test, test->results.test, out->count * sizeof out->test[0]);
}
