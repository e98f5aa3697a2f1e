/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/recording_maker.h"

#include "analysis/pipeline.h"

static struct summary summary;

static void analyse(const struct folder *folder, const struct made *made)
{
    made_write(folder->file, made);
    struct recording *recording = opened(folder->file);
    const struct pipeline_options options = {0};
    struct error error = {0};
    if (pipeline_run(recording, &options, &summary, &error) < 0) {
        fail_msg("%s", error.text);
    }
    recording_close(recording);
}

static size_t holes(void)
{
    size_t n = 0;
    for (size_t i = 0; i < summary.trace.columns; i++) {
        n += isnan(summary.trace.accel_high_g[i]) ? 1 : 0;
    }
    return n;
}

static void short_gaps_are_bridged_at_any_rate(void **state)
{
    static const struct {
        double rate_hz;
        uint64_t lost;
        bool bridged;
    } cases[] = {
        {26, 24, true},      {104, 102, true},    {104, 110, false},
        {1667, 1600, true},  {1667, 1800, false}, {4000, 3900, true},
        {4000, 4200, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t rows = (uint64_t)(8 * cases[i].rate_hz);
        const struct made made = {.rows = rows,
                                  .block = 100,
                                  .rate_hz = cases[i].rate_hz,
                                  .gap_every = rows / 2,
                                  .lost = cases[i].lost};
        struct folder *folder = *state;
        analyse(folder, &made);
        assert_int_equal(summary.quality.gaps, 1);
        assert_int_equal(summary.quality.lost_samples, cases[i].lost);
        assert_int_equal(holes() == 0, cases[i].bridged);
        summary_free(&summary);
        unlink(folder->file);
    }
}

static void tiny_or_one_sided_recordings_have_reasons_not_numbers(void **state)
{
    static const struct made cases[] = {
        {.rows = 1, .block = 10, .rate_hz = 104},
        {.rows = 2, .block = 10, .rate_hz = 1667},
        {.rows = 25, .block = 10, .rate_hz = 12.5},
        {.rows = 1000, .block = 10, .rate_hz = 104, .no_accel = true},
        {.rows = 200, .block = 10, .rate_hz = 104, .no_gyro = true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct folder *folder = *state;
        analyse(folder, &cases[i]);
        assert_int_equal(summary.rows, cases[i].rows);
        assert_true(summary.trace.columns > 0);
        assert_true(summary.tremor.reason[0] != '\0' || cases[i].no_accel);
        assert_int_equal(isnan(summary.quality.worn_s), cases[i].no_accel);
        if (cases[i].no_accel) {
            assert_non_null(strstr(summary.walking.reason, "accelerometer"));
            assert_non_null(strstr(summary.taps.reason, "accelerometer"));
            assert_non_null(strstr(summary.exercise.reason, "accelerometer"));
        }
        summary_free(&summary);
        unlink(folder->file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(short_gaps_are_bridged_at_any_rate,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(
            tiny_or_one_sided_recordings_have_reasons_not_numbers, folder_new,
            folder_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
