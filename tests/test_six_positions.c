/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/six_positions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

static const struct wire_config config = {
    .rate_hz = 104, .accel_g = 2, .gyro_dps = 2000};

enum { WINDOW = 208 };

static const double OFFSET_G[3] = {0.03, -0.02, 0.01};
static const double GAIN[3] = {1.02, 0.99, 0.97}; /* of the sensor */

/* Lays the band on `side`, tilted by `tilt` about two axes, for a window; what
 * it says at the end. */
static enum six_step lay(struct six_positions *six, int side, double tilt,
                         double shake_g, int *seen)
{
    enum six_step step = SIX_NOTHING;
    double true_g[3];
    int up = side / 2;
    double sign = side % 2 == 0 ? 1 : -1;
    true_g[up] = sign * cos(tilt) * cos(tilt);
    true_g[(up + 1) % 3] = sin(tilt) * cos(tilt);
    true_g[(up + 2) % 3] = sin(tilt);
    for (int i = 0; i < WINDOW; i++) {
        int16_t sample[6] = {0};
        for (int axis = 0; axis < 3; axis++) {
            double shake = shake_g * sin(0.9 * i + axis);
            double raw_g = (true_g[axis] + shake) * GAIN[axis] + OFFSET_G[axis];
            sample[axis] = (int16_t)lround(raw_g / 61e-6);
        }
        assert_int_equal(step, SIX_NOTHING);
        step = six_positions_add(six, sample, seen);
    }
    return step;
}

static void check(const struct wire_calibration *calibration)
{
    for (int axis = 0; axis < 3; axis++) {
        double gain = 1 + calibration->gain_ppm[axis] * 1e-6;
        assert_true(fabs(calibration->offset_ug[axis] * 1e-6 - OFFSET_G[axis]) <
                    0.0003);
        assert_true(fabs(gain * GAIN[axis] - 1) < 0.0003);
    }
    assert_true(calibration->residual_ug < 300);
}

/* In any order, and as level as a table with a book: ten degrees. */
static void offset_and_gain_are_found_however_it_is_tilted(void **state)
{
    (void)state;
    static const int order[] = {4, 1, 0, 5, 3, 2};
    for (double tilt = 0; tilt < 0.18; tilt += 0.058) {
        struct six_positions six;
        struct wire_calibration calibration;
        int side = -1;
        six_positions_begin(&six, &config);
        for (int i = 0; i < SIX_POSITIONS; i++) {
            double sign = i % 2 == 0 ? 1 : -1;
            assert_int_equal(lay(&six, order[i], sign * tilt, 0, &side),
                             SIX_TAKEN);
            assert_int_equal(side, order[i]);
            assert_int_equal(six_positions_count(&six), i + 1);
        }
        assert_true(six_positions_solve(&six, &calibration));
        check(&calibration);
    }
}

static void what_moves_lies_on_an_edge_or_was_there_is_not_taken(void **state)
{
    (void)state;
    struct six_positions six;
    int side = -1;
    six_positions_begin(&six, &config);
    assert_int_equal(lay(&six, 4, 0, 0.05, &side), SIX_MOVING);
    assert_int_equal(lay(&six, 4, 0.7, 0, &side), SIX_TILTED);
    assert_int_equal(lay(&six, 4, 0, 0, &side), SIX_TAKEN);
    assert_int_equal(lay(&six, 4, 0, 0, &side), SIX_AGAIN);
    assert_int_equal(six_positions_count(&six), 1);
    assert_string_equal(six_positions_name(4), "z up");
}

/* An axis that reads half of what it should is broken, not off. */
static void sensor_that_is_broken_is_not_calibrated(void **state)
{
    (void)state;
    struct six_positions six = {0};
    struct wire_calibration calibration;
    for (int side = 0; side < SIX_POSITIONS; side++) {
        six.seen[side] = true;
        six.mean[side][side / 2] = side % 2 == 0 ? 1 : -1;
    }
    assert_true(six_positions_solve(&six, &calibration));
    six.mean[0][0] = 0.5;
    six.mean[1][0] = -0.5;
    assert_false(six_positions_solve(&six, &calibration));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offset_and_gain_are_found_however_it_is_tilted),
        cmocka_unit_test(what_moves_lies_on_an_edge_or_was_there_is_not_taken),
        cmocka_unit_test(sensor_that_is_broken_is_not_calibrated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
