/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/orientation.h"

static const double RATE_HZ = 100;
static const double PI = 3.14159265358979;

/* An arm that turns about its x axis by angle(t) = 60 deg sin(2 pi t / 4 s),
 * seen by a sensor whose gyroscope is off by `bias` deg/s. */
static struct motion swing(double t_s, float bias)
{
    double w = 2 * PI / 4;
    double angle = PI / 3 * sin(w * t_s);
    double rate = PI / 3 * w * cos(w * t_s);
    struct motion m = {0};
    m.accel[1] = (float)sin(angle);
    m.accel[2] = (float)cos(angle);
    m.gyro[0] = (float)(rate * 180 / PI) + bias;
    return m;
}

static double degrees_off(const float gravity[3], const float truth[3])
{
    double dot = 0;
    for (int i = 0; i < 3; i++) {
        dot += (double)(gravity[i] * truth[i]);
    }
    return acos(fmin(1, dot)) * 180 / PI;
}

static double worst_swing_error(bool has_gyro, float bias, double after_s)
{
    struct orientation o;
    orientation_init(&o, RATE_HZ, has_gyro);
    double worst = 0;
    for (int i = 0; i < 3000; i++) {
        struct motion m = swing(i / RATE_HZ, bias);
        float truth[3] = {m.accel[0], m.accel[1], m.accel[2]};
        /* The first half second at each turn is shaken hard. */
        if (i % 200 < 50) {
            m.accel[0] += 0.5F * (float)sin(i * 1.9);
        }
        orientation_update(&o, &m);
        if (i / RATE_HZ > after_s) {
            worst = fmax(worst, degrees_off(o.gravity, truth));
        }
    }
    return worst;
}

static void gyroscope_keeps_gravity_while_the_arm_turns(void **state)
{
    (void)state;
    assert_true(worst_swing_error(true, 0, 1) < 2);
}

static void small_bias_tilts_gravity_little(void **state)
{
    (void)state;
    assert_true(worst_swing_error(true, 0.5F, 5) < 4);
}

static void at_rest_gravity_is_what_is_read_in_any_position(void **state)
{
    (void)state;
    static const float ways[][3] = {
        {0, 0, 1}, {0, 0, -1}, {1, 0, 0}, {-1, 0, 0}, {0, 0.6F, -0.8F},
    };
    for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
        for (int gyro = 0; gyro < 2; gyro++) {
            struct orientation o;
            orientation_init(&o, RATE_HZ, gyro);
            struct motion m = {0};
            memcpy(m.accel, ways[w], sizeof(m.accel));
            for (int i = 0; i < 400; i++) {
                orientation_update(&o, &m);
            }
            assert_true(degrees_off(o.gravity, ways[w]) < 0.1);
            assert_true(o.still);
        }
    }
}

static void bias_is_learnt_at_rest_and_kept_over_a_gap(void **state)
{
    (void)state;
    static const float biases[][3] = {{0.8F, -0.4F, 0.2F}, {8, -6, 10}};
    for (size_t k = 0; k < sizeof(biases) / sizeof(biases[0]); k++) {
        struct orientation o;
        orientation_init(&o, RATE_HZ, true);
        struct motion m = {.accel = {0, 0, 1}};
        memcpy(m.gyro, biases[k], sizeof(m.gyro));
        for (int i = 0; i < 1000; i++) {
            orientation_update(&o, &m);
        }
        orientation_reset(&o);
        for (int axis = 0; axis < 3; axis++) {
            assert_float_equal(o.bias[axis], biases[k][axis], 0.02F);
        }
    }
}

/* 15 degrees in 4 s, as an arm that is raised slowly: gravity moves along. */
static void slow_turn_is_no_bias(void **state)
{
    (void)state;
    static const double turn_dps = 4;
    struct orientation o;
    orientation_init(&o, RATE_HZ, true);
    struct motion m = {.accel = {0, 0, 1}};
    for (int i = 0; i < 1000; i++) {
        orientation_update(&o, &m);
    }
    m.gyro[0] = (float)turn_dps;
    for (int i = 0; i < (int)(4 * RATE_HZ); i++) {
        double angle = turn_dps * i / RATE_HZ * 0.017453293;
        m.accel[1] = (float)sin(angle);
        m.accel[2] = (float)cos(angle);
        orientation_update(&o, &m);
    }
    assert_float_equal(o.bias[0], 0, 0.3F);
}

/* The accelerometer says nothing in free fall. */
static void a_fast_turn_in_free_fall_is_followed(void **state)
{
    (void)state;
    static const float dps[] = {10, 300, 1000, 2000};
    for (size_t i = 0; i < sizeof(dps) / sizeof(dps[0]); i++) {
        struct orientation o;
        orientation_init(&o, 25, true);
        struct motion m = {.accel = {0, 0, 1}};
        for (int k = 0; k < 20; k++) {
            orientation_update(&o, &m);
        }
        m = (struct motion){.gyro = {dps[i] * 0.6F, dps[i] * 0.8F, 0}};
        for (int k = 0; k < 25; k++) {
            orientation_update(&o, &m);
        }
        double angle = (double)dps[i] * PI / 180;
        const float truth[3] = {(float)(-0.8 * sin(angle)),
                                (float)(0.6 * sin(angle)), (float)cos(angle)};
        assert_true(degrees_off(o.gravity, truth) < 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gyroscope_keeps_gravity_while_the_arm_turns),
        cmocka_unit_test(small_bias_tilts_gravity_little),
        cmocka_unit_test(at_rest_gravity_is_what_is_read_in_any_position),
        cmocka_unit_test(bias_is_learnt_at_rest_and_kept_over_a_gap),
        cmocka_unit_test(slow_turn_is_no_bias),
        cmocka_unit_test(a_fast_turn_in_free_fall_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
