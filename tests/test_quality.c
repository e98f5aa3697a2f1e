/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/measure.h"
#include "analysis/summary.h"

static const double RATE_HZ = 50;

struct session {
    void *state;
    double t_s;
    uint32_t random;
    double celsius; /* goes to `around_c`, by half in 4 min */
    double around_c;
};

static float noise(struct session *session, double size)
{
    session->random = session->random * 1664525U + 1013904223U;
    return (float)(size * ((double)session->random / 4294967296.0 - 0.5) *
                   sqrt(12));
}

static void begin(struct session *session, bool has_gyro)
{
    const struct measure_input input = {
        .source_hz = RATE_HZ, .has_accel = true, .has_gyro = has_gyro};
    *session = (struct session){quality_measure.create(&input), 0, 1,
                                (double)NAN, (double)NAN};
    assert_non_null(session->state);
}

/* Adds `seconds` in which the sensor reads `accel` and both sensors have noise
 * of the given rms. */
static void add(struct session *session, double seconds, const float accel[3],
                double accel_rms_g, double gyro_rms_dps)
{
    int n = (int)(seconds * RATE_HZ);
    for (int i = 0; i < n; i++) {
        session->celsius +=
            (session->around_c - session->celsius) / (350 * RATE_HZ);
        struct motion m = {.temperature = (float)session->celsius};
        for (int axis = 0; axis < 3; axis++) {
            m.accel[axis] = accel[axis] + noise(session, accel_rms_g);
            m.gyro[axis] = 0.4F + noise(session, gyro_rms_dps);
        }
        assert_int_equal(quality_measure.push(session->state, &m, 1,
                                              session->t_s, 1 / RATE_HZ),
                         0);
        session->t_s += 1 / RATE_HZ;
    }
}

static void end(struct session *session, struct summary *summary)
{
    summary_init(summary);
    summary->duration_s = session->t_s;
    assert_int_equal(quality_measure.gap(session->state), 0);
    assert_int_equal(quality_measure.finish(session->state, summary), 0);
    quality_measure.destroy(session->state);
}

static const float flat[3] = {0, 0, 1};

/* As little turning as a bad gyroscope's noise, 0.3 deg/s rms, but turning. */
static void turning_is_told_from_noise_by_its_colour(void **state)
{
    (void)state;
    static const double rates_hz[] = {0.7, 1.2, 3, 5, 8, 12};
    for (size_t k = 0; k < sizeof(rates_hz) / sizeof(rates_hz[0]); k++) {
        struct session session;
        struct summary summary;
        begin(&session, true);
        for (int i = 0; i < 120 * RATE_HZ; i++) {
            double turn = sin(2 * acos(-1) * rates_hz[k] * session.t_s);
            struct motion m = {.accel = {0, 0, 1 + noise(&session, 0.001)},
                               .temperature = NAN};
            for (int axis = 0; axis < 3; axis++) {
                m.gyro[axis] = noise(&session, 0.05);
            }
            m.gyro[1] += (float)(0.42 * turn);
            assert_int_equal(quality_measure.push(session.state, &m, 1,
                                                  session.t_s, 1 / RATE_HZ),
                             0);
            session.t_s += 1 / RATE_HZ;
        }
        end(&session, &summary);
        assert_int_equal(summary.quality.nonwear_count, 0);
        summary_free(&summary);
    }
}

static void table_is_not_worn_and_a_resting_wrist_is(void **state)
{
    (void)state;
    static const struct {
        bool has_gyro;
        double table_s;
        double table_gyro;
        size_t nonwear;
    } cases[] = {
        {true, 60, 0.05, 1}, /* noise of the gyroscope alone */
        {true, 60, 0.4, 0},  /* a wrist at rest, 0.7 deg/s over three axes */
        {true, 60, 0.3, 1},  /* noise of a bad gyroscope */
        {true, 100, 0, 0},   /* a gyroscope that is stuck is none */
        {true, 300, 0, 1},   {true, 10, 0.05, 0}, /* too short to tell */
        {false, 300, 0, 1}, /* accelerometer alone: long enough */
        {false, 100, 0, 0}, /* accelerometer alone: not long enough */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct session session;
        struct summary summary;
        begin(&session, cases[i].has_gyro);
        add(&session, 30, flat, 0.03, 5);
        add(&session, cases[i].table_s, flat, 0.001, cases[i].table_gyro);
        add(&session, 30, flat, 0.03, 5);
        end(&session, &summary);
        assert_int_equal(summary.quality.nonwear_count, cases[i].nonwear);
        double worn = 60 + (cases[i].nonwear ? 0 : cases[i].table_s);
        assert_true(fabs(summary.quality.worn_s - worn) < 2.1);
        summary_free(&summary);
    }
}

/* Two minutes of an arm that is used. */
static void use_arm(struct session *session)
{
    static const float poses[3][3] = {{0, 0, 1}, {0, 0.7F, 0.7F}, {-1, 0, 0}};
    session->around_c = 31;
    for (int i = 0; i < 12; i++) {
        add(session, 10, poses[i % 3], 0.06, 40);
    }
}

static void band_in_a_bag_is_told_by_its_temperature(void **state)
{
    (void)state;
    static const struct {
        double arm_c; /* at first */
        double around_c;
        double away_s;
        double accel_rms_g;
        size_t nonwear;
        size_t unknown;
    } cases[] = {
        {31, 21, 900, 0.05, 1, 0},          /* cools: a bag */
        {31, 31, 900, 0.05, 0, 1},          /* no contrast: who knows */
        {(double)NAN, 21, 900, 0.05, 0, 1}, /* not measured: nor then */
        {31, 21, 200, 0.05, 0, 0},          /* too short for anything */
        {21, 31, 900, 0.05, 0, 0},          /* still warming: an arm */
        {21, 31, 900, 0.001, 0, 0},         /* stiller than an arm, but warm */
        {31, 21, 900, 0.001, 1, 0},         /* as still, and cold: a table */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct session session;
        struct summary summary;
        begin(&session, true);
        session.celsius = cases[i].arm_c;
        use_arm(&session);
        session.around_c = cases[i].around_c;
        add(&session, cases[i].away_s, flat, cases[i].accel_rms_g,
            cases[i].accel_rms_g * 40);
        use_arm(&session);
        end(&session, &summary);
        const struct quality *q = &summary.quality;
        assert_int_equal(q->nonwear_count, cases[i].nonwear);
        assert_int_equal(q->wear_unknown_count, cases[i].unknown);
        const struct span *span =
            q->nonwear_count > 0 ? q->nonwear : q->wear_unknown;
        bool some = q->nonwear_count + q->wear_unknown_count > 0;
        double away_s = some ? span->end_s - span->start_s : 0;
        assert_true(!some || fabs(away_s - cases[i].away_s) < 15);
        assert_true(fabs(q->worn_s - (session.t_s - away_s)) < 1.1);
        summary_free(&summary);
    }
}

static void calibration_error_is_found_and_explained_by_a_fit(void **state)
{
    (void)state;
    struct session session;
    struct summary summary;
    begin(&session, true);
    for (int i = 0; i < 20; i++) {
        /* Directions all round; reading = 1.03 * truth + offset. */
        double z = -0.95 + 0.1 * i;
        double turn = 2.4 * i;
        double r = sqrt(1 - z * z);
        const float reading[3] = {(float)(1.03 * r * cos(turn) + 0.02),
                                  (float)(1.03 * r * sin(turn) - 0.03),
                                  (float)(1.03 * z)};
        add(&session, 6, reading, 0.002, 0.5);
    }
    end(&session, &summary);
    assert_true(summary.quality.calibration_error_mg > 20);
    assert_true(summary.quality.calibration_error_after_mg < 1);
    assert_string_equal(summary.quality.calibration_reason, "");
    assert_true(fabs(summary.quality.gyro_bias_dps[0] - 0.4) < 0.1);
    summary_free(&summary);
}

static void too_few_directions_are_named_instead_of_a_fit(void **state)
{
    (void)state;
    struct session session;
    struct summary summary;
    begin(&session, true);
    add(&session, 30, (const float[3]){0, 0, 1.05F}, 0.002, 0.5);
    end(&session, &summary);
    assert_true(fabs(summary.quality.calibration_error_mg - 50) < 2);
    assert_true(isnan(summary.quality.calibration_error_after_mg));
    assert_non_null(strstr(summary.quality.calibration_reason, "six sides"));
    summary_free(&summary);
}

static void motion_without_stillness_has_no_calibration_error(void **state)
{
    (void)state;
    struct session session;
    struct summary summary;
    begin(&session, true);
    add(&session, 30, flat, 0.1, 30);
    end(&session, &summary);
    assert_true(isnan(summary.quality.calibration_error_mg));
    assert_non_null(strstr(summary.quality.calibration_reason, "never still"));
    summary_free(&summary);
}

static void too_slow_a_recording_says_nothing_of_stillness(void **state)
{
    (void)state;
    const struct measure_input input = {
        .source_hz = 1, .has_accel = true, .has_gyro = true};
    struct session session = {quality_measure.create(&input), 0, 1, (double)NAN,
                              (double)NAN};
    struct summary summary;
    add(&session, 300, flat, 0, 0);
    end(&session, &summary);
    assert_true(isnan(summary.quality.worn_s));
    assert_true(isnan(summary.quality.still_s));
    assert_int_equal(summary.quality.nonwear_count, 0);
    assert_non_null(strstr(summary.quality.reason, "samples a second"));
    summary_free(&summary);
}

static void broken_accelerometer_is_no_matter_of_calibration(void **state)
{
    (void)state;
    struct session session;
    struct summary summary;
    begin(&session, true);
    for (int i = 0; i < 20; i++) {
        const float reading[3] = {0, 0, 0};
        add(&session, 6, reading, 0, 0.5);
    }
    end(&session, &summary);
    assert_true(fabs(summary.quality.calibration_error_mg - 1000) < 1);
    assert_true(isnan(summary.quality.calibration_error_after_mg));
    assert_non_null(strstr(summary.quality.calibration_reason, "broken"));
    summary_free(&summary);
}

/* ---- trace ---- */

static void trace_of_a_slow_sensor_has_no_holes(void **state)
{
    (void)state;
    static const double rates_hz[] = {1, 12.5, 26};
    for (size_t k = 0; k < sizeof(rates_hz) / sizeof(rates_hz[0]); k++) {
        static struct summary summary;
        const struct measure_input input = {.source_hz = rates_hz[k]};
        void *trace = trace_measure.create(&input);
        assert_non_null(trace);
        const struct motion m = {.accel = {0, 0, 1}};
        for (int i = 0; i < 250; i++) {
            trace_measure.push(trace, &m, 1, i / rates_hz[k], 1 / rates_hz[k]);
        }
        summary_init(&summary);
        assert_int_equal(trace_measure.finish(trace, &summary), 0);
        trace_measure.destroy(trace);
        for (size_t i = 0; i < summary.trace.columns; i++) {
            assert_true(summary.trace.accel_high_g[i] == 1);
        }
    }
}

static void trace_session(double seconds, struct summary *summary)
{
    const struct measure_input input = {.source_hz = RATE_HZ};
    void *state = trace_measure.create(&input);
    assert_non_null(state);
    summary_init(summary);
    long n = lround(seconds * RATE_HZ);
    for (long i = 0; i < n; i++) {
        double t_s = (double)i / RATE_HZ;
        struct motion m = {.accel = {0, 0, 1}, .gyro = {3, 4, 0}};
        if (i == n / 2) {
            m.accel[2] = 7;
        }
        /* nothing is known of the second quarter */
        if (t_s < seconds / 4 || t_s >= seconds / 2) {
            trace_measure.push(state, &m, 1, t_s, 1 / RATE_HZ);
        }
    }
    assert_int_equal(trace_measure.finish(state, summary), 0);
    trace_measure.destroy(state);
}

static void trace_shows_each_extreme_whatever_the_length(void **state)
{
    (void)state;
    static const double lengths_s[] = {2, 60, 7200};
    for (size_t k = 0; k < sizeof(lengths_s) / sizeof(lengths_s[0]); k++) {
        static struct summary summary;
        trace_session(lengths_s[k], &summary);
        const struct trace *trace = &summary.trace;
        assert_true(trace->columns <= TRACE_COLUMNS);
        assert_true(trace->column_s * (double)trace->columns >=
                    lengths_s[k] - 0.1);
        size_t middle = (size_t)(lengths_s[k] / 2 / trace->column_s + 1e-9);
        assert_float_equal(trace->accel_high_g[middle], 7, 1e-5);
        assert_float_equal(trace->accel_low_g[0], 1, 1e-5);
        assert_float_equal(trace->gyro_high_dps[0], 5, 1e-5);
        size_t unknown = (size_t)(lengths_s[k] * 3 / 8 / trace->column_s);
        assert_true(isnan(trace->accel_high_g[unknown]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turning_is_told_from_noise_by_its_colour),
        cmocka_unit_test(table_is_not_worn_and_a_resting_wrist_is),
        cmocka_unit_test(band_in_a_bag_is_told_by_its_temperature),
        cmocka_unit_test(calibration_error_is_found_and_explained_by_a_fit),
        cmocka_unit_test(too_few_directions_are_named_instead_of_a_fit),
        cmocka_unit_test(motion_without_stillness_has_no_calibration_error),
        cmocka_unit_test(too_slow_a_recording_says_nothing_of_stillness),
        cmocka_unit_test(broken_accelerometer_is_no_matter_of_calibration),
        cmocka_unit_test(trace_of_a_slow_sensor_has_no_holes),
        cmocka_unit_test(trace_shows_each_extreme_whatever_the_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
