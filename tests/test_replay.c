/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replay against a recording that this file makes up: the functions of
 * recording.h that replay needs are defined here.
 */
#include "acquire/replay.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "acquire/recording.h"

#define PI 3.14159265358979323846

enum { CHUNK = 100 };

struct recording {
    struct recording_info info;
    double frequency_hz;
    uint64_t rows;
    uint64_t gap_at; /* row before which there is a gap */
    double gap_s;
    uint64_t fail_at; /* row at which reading fails; 0: none */
    uint64_t next;
    int open;
    struct motion chunk[CHUNK];
};

static struct recording made_up;

/* 60 s of a 3 Hz sine at 100 Hz. */
static int setup(void **state)
{
    (void)state;
    made_up = (struct recording){
        .info = {.has_accel = true, .has_gyro = true, .rate_measured_hz = 100},
        .frequency_hz = 3,
        .rows = 6000,
        .gap_at = UINT64_MAX,
    };
    return 0;
}

static struct motion motion_at(double t_s)
{
    double angle = 2 * PI * made_up.frequency_hz * t_s;
    struct motion motion = {
        .accel = {(float)(0.5 * sin(angle)), 0.25f, 1},
        .temperature = NAN,
    };
    if (made_up.info.has_gyro) {
        motion.gyro[0] = (float)(100 * cos(angle));
        motion.gyro[2] = 50;
    }
    return motion;
}

int recording_open(const char *path, const struct import_options *options,
                   struct recording **out, struct error *error)
{
    assert_null(options);
    if (strcmp(path, "made-up") != 0) {
        return error_set(error, ERR_NO_INPUT, "cannot open '%s'", path);
    }
    made_up.open++;
    *out = &made_up;
    return 0;
}

void recording_close(struct recording *recording)
{
    recording->open--;
}

const struct recording_info *recording_info(const struct recording *recording)
{
    return &recording->info;
}

uint64_t recording_rows(const struct recording *recording)
{
    return recording->rows;
}

double recording_duration_s(const struct recording *recording)
{
    return (double)recording->rows / 100;
}

int recording_rewind(struct recording *recording, struct error *error)
{
    (void)error;
    recording->next = 0;
    return 0;
}

int recording_read(struct recording *recording, struct recording_chunk *chunk,
                   struct error *error)
{
    uint64_t first = recording->next;
    if (recording->fail_at > 0 && first >= recording->fail_at) {
        return error_set(error, ERR_DATA, "the disk is made of cheese");
    }
    uint64_t left = recording->rows - first;
    bool late = first >= recording->gap_at;
    *chunk = (struct recording_chunk){
        .first = first,
        .count = left < CHUNK ? (size_t)left : CHUNK,
        .t0_s = (double)first / 100 + (late ? recording->gap_s : 0),
        .dt_s = 0.01,
        .gap_before = first == recording->gap_at,
        .rows = recording->chunk,
    };
    for (size_t i = 0; i < chunk->count; i++) {
        recording->chunk[i] = motion_at(chunk->t0_s + (double)i * chunk->dt_s);
    }
    recording->next += chunk->count;
    return 0;
}

static struct motion_source open_made_up(void)
{
    struct motion_source source;
    struct error error = {0};
    assert_int_equal(replay_open("made-up", &source, &error), 0);
    return source;
}

static struct motion_point point_at(struct motion_source *source, double t_s,
                                    double rate_hz)
{
    struct motion_point point;
    assert_int_equal(source->at(source->ctx, t_s, rate_hz, &point), 0);
    return point;
}

static void close_source(struct motion_source *source)
{
    source->release(source->ctx);
    assert_int_equal(made_up.open, 0);
}

static void sine_replays_within_half_a_percent_at_every_rate(void **state)
{
    (void)state;
    /* Rates of the sensor, and sines in the pass-band of the lower one. */
    static const double cases[][2] = {{26, 3},    {52, 10},  {104, 25},
                                      {208, 35},  {416, 40}, {833, 40},
                                      {1667, 40}, {101.3, 7}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        made_up.frequency_hz = cases[i][1];
        double rate_hz = cases[i][0];
        struct motion_source source = open_made_up();
        assert_true(source.duration_s == 60);
        for (int k = (int)rate_hz; k < (int)(20 * rate_hz); k++) {
            double t_s = k / rate_hz;
            double angle = 2 * PI * made_up.frequency_hz * t_s;
            struct motion_point point = point_at(&source, t_s, rate_hz);
            assert_true(fabs(point.accel_g[0] - 0.5 * sin(angle)) < 0.0025);
            assert_true(fabs(point.gyro_dps[0] - 100 * cos(angle)) < 0.5);
            assert_true(point.accel_g[1] == 0.25 && point.accel_g[2] == 1);
            assert_true(point.gyro_dps[2] == 50);
            assert_true(point.temperature_c == 25);
        }
        close_source(&source);
    }
}

static void sine_above_the_sensors_band_is_60_db_down(void **state)
{
    (void)state;
    made_up.frequency_hz = 17;
    struct motion_source source = open_made_up();
    for (int k = 26; k < 260; k++) {
        struct motion_point point = point_at(&source, k / 26.0, 26);
        assert_true(fabs(point.accel_g[0]) < 0.5e-3);
    }
    close_source(&source);
}

static void missing_gyroscope_is_no_rotation(void **state)
{
    (void)state;
    made_up.info.has_gyro = false;
    struct motion_source source = open_made_up();
    for (int k = 0; k < 1000; k++) {
        struct motion_point point = point_at(&source, k / 104.0, 104);
        for (int c = 0; c < 3; c++) {
            assert_true(point.gyro_dps[c] == 0);
        }
    }
    close_source(&source);
}

static void long_gap_is_bridged_at_rest_and_without_a_jump(void **state)
{
    (void)state;
    made_up.gap_at = 3000;
    made_up.gap_s = 7.1;
    struct motion_source source = open_made_up();
    struct motion_point before = point_at(&source, 29, 104);
    for (int k = 1; k < 10 * 104; k++) {
        double t_s = 29 + k / 104.0;
        struct motion_point point = point_at(&source, t_s, 104);
        /* The sine itself goes by up to 0.094 g a sample. */
        assert_true(fabs(point.accel_g[0] - before.accel_g[0]) < 0.15);
        assert_true(point.accel_g[2] > 0.999 && point.accel_g[2] < 1.001);
        if (t_s > 30.25 && t_s < 36.8) {
            assert_true(point.gyro_dps[2] == 0);
        }
        before = point;
    }
    struct motion_point after = point_at(&source, 50, 104);
    assert_true(fabs(after.gyro_dps[2] - 50) < 1e-4);
    assert_true(fabs(after.accel_g[0]) < 0.0025); /* sin of 150 cycles */
    close_source(&source);
}

static void short_gap_is_crossed_smoothly(void **state)
{
    (void)state;
    made_up.frequency_hz = 0.5;
    made_up.gap_at = 3000;
    made_up.gap_s = 0.2;
    struct motion_source source = open_made_up();
    for (int k = 0; k < 60 * 104; k++) {
        double t_s = k / 104.0;
        struct motion_point point = point_at(&source, t_s, 104);
        assert_true(fabs(point.accel_g[0] - 0.5 * sin(PI * t_s)) < 0.05);
        assert_true(fabs(point.gyro_dps[2] - 50) < 1e-4);
    }
    close_source(&source);
}

static void time_going_back_or_another_rate_starts_anew(void **state)
{
    (void)state;
    struct motion_source source = open_made_up();
    struct motion_point first = point_at(&source, 0.5, 104);
    point_at(&source, 40, 104);
    struct motion_point again = point_at(&source, 0.5, 104);
    assert_memory_equal(&first, &again, sizeof(first));
    point_at(&source, 40, 104);
    point_at(&source, 41, 416);
    struct motion_point other = point_at(&source, 41.5, 416);
    assert_true(fabs(other.accel_g[0]) < 0.0025);
    close_source(&source);
}

static void after_the_end_the_last_sample_holds(void **state)
{
    (void)state;
    struct motion_source source = open_made_up();
    struct motion_point last = point_at(&source, 59.99, 104);
    struct motion_point later = point_at(&source, 100, 104);
    assert_memory_equal(&last, &later, sizeof(last));
    close_source(&source);
}

/* A sensor of which a filter's reach is long against the file's step. */
static void gap_is_at_rest_for_a_slow_sensor_too(void **state)
{
    (void)state;
    made_up.gap_at = 3000;
    made_up.gap_s = 100;
    struct motion_source source = open_made_up();
    for (int k = 0; k < 26 * 160; k++) {
        struct motion_point point = point_at(&source, k / 26.0, 26);
        bool at_rest = k > 26 * 30.3 && k < 26 * 129.7;
        double want = at_rest ? 0 : 50;
        if (at_rest || k < 26 * 29.9 || k > 26 * 130.1) {
            assert_true(fabs(point.gyro_dps[2] - want) < 1e-4);
        }
    }
    close_source(&source);
}

static void read_error_is_told(void **state)
{
    (void)state;
    made_up.fail_at = 3000;
    struct motion_source source = open_made_up();
    struct motion_point point = point_at(&source, 20, 104);
    assert_int_equal(replay_error(&source)->code, 0);
    assert_int_equal(source.at(source.ctx, 30, 104, &point), -1);
    assert_int_equal(replay_error(&source)->code, ERR_DATA);
    assert_non_null(strstr(replay_error(&source)->text, "cheese"));
    assert_int_equal(source.at(source.ctx, 31, 104, &point), -1);
    close_source(&source);
}

static void what_is_no_motion_is_refused(void **state)
{
    (void)state;
    struct motion_source source;
    struct error error = {0};
    assert_int_equal(replay_open("missing", &source, &error), ERR_NO_INPUT);
    made_up.info.has_accel = false;
    assert_int_equal(replay_open("made-up", &source, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "no accelerometer"));
    setup(state);
    made_up.rows = 0;
    assert_int_equal(replay_open("made-up", &source, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "no samples"));
    setup(state);
    made_up.info.rate_measured_hz = 0.1;
    assert_int_equal(replay_open("made-up", &source, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "rate"));
    assert_int_equal(made_up.open, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sine_replays_within_half_a_percent_at_every_rate,
                               setup),
        cmocka_unit_test_setup(sine_above_the_sensors_band_is_60_db_down,
                               setup),
        cmocka_unit_test_setup(missing_gyroscope_is_no_rotation, setup),
        cmocka_unit_test_setup(long_gap_is_bridged_at_rest_and_without_a_jump,
                               setup),
        cmocka_unit_test_setup(short_gap_is_crossed_smoothly, setup),
        cmocka_unit_test_setup(time_going_back_or_another_rate_starts_anew,
                               setup),
        cmocka_unit_test_setup(after_the_end_the_last_sample_holds, setup),
        cmocka_unit_test_setup(gap_is_at_rest_for_a_slow_sensor_too, setup),
        cmocka_unit_test_setup(read_error_is_told, setup),
        cmocka_unit_test_setup(what_is_no_motion_is_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
