/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure.h"
#include "tests/wristband_rig.h"

#include <errno.h>

static void each_rate_arrives_sample_by_sample(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(RATES_HZ); k++) {
        struct rig rig;
        const struct setting setting = {
            .rate_hz = RATES_HZ[k],
            .motion_s = 10.0,
            .config = {.seed = 1 + k, .rate_error = 0.02}};
        rig_play(&rig, &setting);
        struct losses losses = check_stream(&rig);
        assert_int_equal(losses.gaps, 0);
        assert_true((double)losses.samples >= floor(10.0 * rig.true_hz));
        rig_deinit(&rig);
    }
}

static void startup_samples_do_not_arrive(void **state)
{
    (void)state;
    static const unsigned STARTUP[] = {0, 1, 2, 5, 15, 30};
    for (size_t k = 0; k < COUNT(STARTUP); k++) {
        struct rig rig;
        const struct setting setting = {
            .rate_hz = 104,
            .motion_s = 3.0,
            .config = {.no_noise = true, .startup_samples = STARTUP[k]}};
        rig_play(&rig, &setting);
        check_stream(&rig);
        for (int i = 0; i < 6; i++) {
            assert_true(abs(rig.frames[0].samples[0][i]) < 0x7F00);
        }
        rig_deinit(&rig);
    }
}

/* Motion starts with the first sample, so that times of truth and recording
 * are the same. */
static void first_sample_is_the_motions_first_instant(void **state)
{
    (void)state;
    struct rig rig;
    const struct setting setting = {
        .rate_hz = 104, .motion_s = 2.0, .config = {.no_noise = true}};
    rig_play(&rig, &setting);
    struct motion_point point = {.temperature_c = 0.0};
    double t_s = 100.0 / (20000.0 / 3.0 / 64.0);
    wave_at(&rig, t_s, 104.0, &point);
    assert_true(fabs(rig.taken[100].axes[1] * 0.122e-3 - point.accel_g[1]) <
                0.122e-3);
    wave_at(&rig, 0.0, 104.0, &point);
    assert_true(fabs(rig.taken[0].axes[5] * 17.5e-3 - point.gyro_dps[2]) <
                17.5e-3);
    rig_deinit(&rig);
}

static uint64_t play_digest(uint64_t seed)
{
    const struct wristband_fault faults[] = {{FAULT_TAG, 1.0, 2},
                                             {FAULT_RESET, 2.0, 1}};
    const struct setting setting = {.rate_hz = 208,
                                    .motion_s = 4.0,
                                    .config = {.seed = seed,
                                               .clock_error_ppm = 20.0,
                                               .faults = faults,
                                               .fault_count = 2}};
    struct rig rig;
    rig_play(&rig, &setting);
    uint64_t digest = rig.digest;
    rig_deinit(&rig);
    return digest;
}

static void same_seed_gives_the_same_bytes_and_another_others(void **state)
{
    (void)state;
    uint64_t first = play_digest(77);
    assert_true(first == play_digest(77));
    assert_true(first != play_digest(78));
}

/* Rate by a straight line through times of frames and indices [Hz]. */
static double fitted_rate_hz(const struct rig *rig)
{
    double n = 0.0;
    double x = 0.0;
    double y = 0.0;
    double xx = 0.0;
    double xy = 0.0;
    double zero_ns = (double)rig->frames[0].device_ns;
    for (size_t k = 0; k < rig->frame_count; k++) {
        const struct wire_frame *frame = &rig->frames[k];
        if (frame->count == 0) {
            continue;
        }
        double t_s = ((double)frame->device_ns - zero_ns) * 1e-9;
        double i = (double)frame->index;
        n += 1.0;
        x += t_s;
        y += i;
        xx += t_s * t_s;
        xy += t_s * i;
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

static void measured_rate_is_within_50_ppm_over_10_minutes(void **state)
{
    (void)state;
    static const struct {
        uint16_t rate_hz;
        double rate_error;
        double clock_ppm;
    } CASES[] = {{26, 0.0, 0.0},     {104, 0.1, 30.0},  {104, -0.1, -30.0},
                 {104, 0.0007, 0.0}, {104, -0.0371, 0}, {416, 0.0222, 50.0}};
    for (size_t k = 0; k < COUNT(CASES); k++) {
        struct rig rig;
        const struct setting setting = {
            .rate_hz = CASES[k].rate_hz,
            .motion_s = 600.0,
            .config = {.rate_error = CASES[k].rate_error,
                       .no_noise = true,
                       .clock_error_ppm = CASES[k].clock_ppm}};
        rig_play(&rig, &setting);
        double true_hz = rig.true_hz / (1.0 + CASES[k].clock_ppm * 1e-6);
        double off_ppm = (fitted_rate_hz(&rig) / true_hz - 1.0) * 1e6;
        if (fabs(off_ppm) > 50.0) {
            fail_msg("case %zu: %.1f ppm off", k, off_ppm);
        }
        rig_deinit(&rig);
    }
}

static int harsh_at(void *ctx, double t_s, double rate_hz,
                    struct motion_point *out)
{
    wave_at(ctx, t_s, rate_hz, out);
    out->accel_g[2] = t_s > 1.0 && t_s < 1.5 ? -9.0 : 1.0;
    out->gyro_dps[1] = t_s > 2.0 && t_s < 2.5 ? 700.0 : 0.0;
    return 0;
}

static void clipped_samples_are_flagged_in_their_frames_only(void **state)
{
    (void)state;
    struct rig rig;
    const struct setting setting = {
        .rate_hz = 104, .motion_s = 4.0, .at = harsh_at};
    rig_play(&rig, &setting);
    check_stream(&rig);
    bool accel = false;
    bool gyro = false;
    for (size_t k = 0; k < rig.frame_count; k++) {
        const struct wire_frame *frame = &rig.frames[k];
        bool clipped[2] = {false, false};
        for (unsigned n = 0; n < frame->count; n++) {
            for (int i = 0; i < 6; i++) {
                int16_t value = frame->samples[n][i];
                clipped[i / 3] |= value == INT16_MAX || value == INT16_MIN;
            }
        }
        assert_int_equal(clipped[0], (frame->flags & WIRE_CLIP_ACCEL) != 0);
        assert_int_equal(clipped[1], (frame->flags & WIRE_CLIP_GYRO) != 0);
        accel = accel || clipped[0];
        gyro = gyro || clipped[1];
    }
    assert_true(accel && gyro);
    rig_deinit(&rig);
}

static void motion_that_fails_ends_the_stream(void **state)
{
    (void)state;
    struct rig rig;
    const struct setting setting = {.rate_hz = 104, .motion_s = 60.0};
    rig_init(&rig, &setting);
    rig.fails_at_s = 3.0;
    rig_run(&rig, 20.0);
    assert_true(rig.ended);
    assert_true(wristband_failed(rig.band));
    assert_true(fabs((double)rig.taken_count / 104.17 - 3.0) < 0.2);
    rig_deinit(&rig);
}

static void stream_can_be_stopped_and_started_again(void **state)
{
    (void)state;
    struct rig rig;
    const struct setting setting = {.rate_hz = 208, .config = {.seed = 3}};
    rig_init(&rig, &setting);
    rig_run(&rig, 2.0);
    assert_int_equal(request(&rig, WIRE_REQUEST_STOP, NULL, 0), 0);
    rig_run(&rig, 2.0);
    assert_true(rig.ended);
    assert_int_equal(check_stream(&rig).gaps, 0);
    rig.taken_count = 0;
    rig.frame_count = 0;
    rig.ended = false;
    assert_int_equal(request(&rig, WIRE_REQUEST_START, NULL, 0), 0);
    rig_run(&rig, 2.0);
    struct losses losses = check_stream(&rig);
    assert_int_equal(losses.gaps, 0);
    assert_true(losses.samples > 300);
    rig_deinit(&rig);
}

static void stream_started_after_the_motion_ends_at_once(void **state)
{
    (void)state;
    struct rig rig;
    const struct setting setting = {.rate_hz = 104, .motion_s = 2.0};
    rig_play(&rig, &setting);
    rig.frame_count = 0;
    rig.ended = false;
    assert_int_equal(request(&rig, WIRE_REQUEST_START, NULL, 0), 0);
    rig_run(&rig, 1.0);
    assert_true(rig.ended);
    assert_int_equal(check_chain(&rig).samples, 0);
    rig_deinit(&rig);
}

static int still_at(void *ctx, double t_s, double rate_hz,
                    struct motion_point *out)
{
    (void)ctx;
    (void)t_s;
    (void)rate_hz;
    *out = (struct motion_point){.accel_g = {0.6, 0.0, 0.8}};
    return 0;
}

static void self_test_of_a_still_sensor_passes(void **state)
{
    (void)state;
    struct rig rig;
    const struct setting setting = {.rate_hz = 104,
                                    .idle = true,
                                    .at = still_at,
                                    .config = {.seed = 1, .rate_error = 0.01}};
    rig_init(&rig, &setting);
    assert_int_equal(request(&rig, WIRE_REQUEST_SELFTEST, NULL, 0), 0);
    rig_run(&rig, 10.0);
    const struct wire_setup setup = {.in = true,
                                     .request = WIRE_REQUEST_RESULTS,
                                     .length = WIRE_SELFTEST_SIZE};
    uint8_t data[WIRE_SELFTEST_SIZE];
    assert_int_equal(wristband_request(rig.band, &setup, data),
                     WIRE_SELFTEST_SIZE);
    struct wire_selftest results;
    assert_true(wire_get_selftest(&results, data));
    assert_true(results.done && results.count >= 6);
    for (unsigned k = 0; k < results.count; k++) {
        assert_int_equal(results.test[k].verdict, WIRE_TEST_PASSED);
    }
    rig_deinit(&rig);
}

static void impossible_settings_are_refused(void **state)
{
    (void)state;
    const struct wristband_fault unknown = {FAULT_KINDS, 1.0, 1.0};
    const struct wristband_fault early = {FAULT_NACK, -1.0, 1.0};
    const struct wristband_fault nothing = {FAULT_NACK, 1.0, NAN};
    const struct wristband_config CASES[] = {
        {.rate_error = 0.2},
        {.rate_error = NAN},
        {.clock_error_ppm = 1e5},
        {.ring_bytes = 5000},
        {.ring_bytes = 2048},
        {.serial = "123456789012345678901"},
        {.faults = &unknown, .fault_count = 1},
        {.faults = &early, .fault_count = 1},
        {.faults = &nothing, .fault_count = 1},
    };
    for (size_t k = 0; k < COUNT(CASES); k++) {
        struct rig rig = {.releases = 0};
        const struct motion_source motion = {
            .ctx = &rig, .at = wave_at, .release = wave_release};
        struct wristband *band;
        errno = 0;
        assert_int_equal(wristband_new(&CASES[k], motion, &band), -1);
        assert_int_equal(errno, EINVAL);
        assert_int_equal(rig.releases, 1);
        assert_null(band);
    }
}

/* The sensor's 32 bits of 25 us and the controller's of 1 us come round two
 * seconds after the start. */
static void counters_that_come_round_change_nothing(void **state)
{
    (void)state;
    static const uint16_t rates[] = {104, 1667};
    double worst_ns = 0;
    unsigned long long frames = 0;
    for (size_t k = 0; k < COUNT(rates); k++) {
        const struct setting setting = {
            .rate_hz = rates[k],
            .motion_s = 6.0,
            .config = {.seed = 4,
                       .first_ticks = UINT32_MAX - 2 * 40000u,
                       .first_us = UINT32_MAX - 2 * 1000000u}};
        struct rig rig;
        rig_play(&rig, &setting);
        struct losses losses = check_stream(&rig);
        assert_int_equal(losses.lost, 0);
        for (size_t i = 1; i + 1 < rig.frame_count; i++) {
            const struct wire_frame *frame = &rig.frames[i];
            double ns = (double)(frame->device_ns - rig.frames[0].device_ns);
            double at_ns = (double)frame->index * 1e9 / rig.true_hz;
            worst_ns = fmax(worst_ns, fabs(ns - at_ns));
            frames++;
        }
        rig_deinit(&rig);
    }
    assert_true(worst_ns < 50000);
    figure("counters",
           "32 bits of 25 us (29.83 h) and of 1 us (71.6 min) come round",
           frames, "0 lost, device time within %.1f us", worst_ns / 1e3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rate_arrives_sample_by_sample),
        cmocka_unit_test(startup_samples_do_not_arrive),
        cmocka_unit_test(first_sample_is_the_motions_first_instant),
        cmocka_unit_test(same_seed_gives_the_same_bytes_and_another_others),
        cmocka_unit_test(measured_rate_is_within_50_ppm_over_10_minutes),

        cmocka_unit_test(clipped_samples_are_flagged_in_their_frames_only),
        cmocka_unit_test(motion_that_fails_ends_the_stream),
        cmocka_unit_test(stream_can_be_stopped_and_started_again),
        cmocka_unit_test(stream_started_after_the_motion_ends_at_once),
        cmocka_unit_test(self_test_of_a_still_sensor_passes),
        cmocka_unit_test(impossible_settings_are_refused),
        cmocka_unit_test(counters_that_come_round_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
