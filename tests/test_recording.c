/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recording_maker.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* HDF5 1.10.8 never frees a file that it could not write out when the disk was
 * full (full_disk_leaves_nothing_and_does_no_harm). */
const char *__lsan_default_suppressions(void); /* NOLINT: sanitizer's name */
const char *__lsan_default_suppressions(void)  /* NOLINT: sanitizer's name */
{
    return "leak:libhdf5";
}

static void recording_gives_back_what_was_written(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 20000,
                        .block = 38,
                        .rate_hz = 104.3,
                        .gap_every = 7000,
                        .lost = 12};
    made_write(folder->file, &made);
    assert_int_equal(folder_count(folder->path), 1);

    struct recording *r = opened(folder->file);
    struct recording_info wrote = made_info(&made);
    wrote.rate_measured_hz = recording_info(r)->rate_measured_hz;
    assert_memory_equal(recording_info(r), &wrote, sizeof(wrote));
    assert_int_equal(recording_rows(r), made.rows);
    int16_t rows[700][6];
    for (uint64_t at = 0; at < made.rows; at += 500) {
        assert_int_equal(recording_read_raw(r, at, 500, rows, NULL), 0);
        for (uint64_t i = 0; i < 500; i++) {
            int16_t expected[6];
            made_sample(at + i, expected);
            assert_memory_equal(rows[i], expected, sizeof(expected));
        }
    }
    struct error error;
    assert_int_equal(recording_read_raw(r, made.rows - 1, 2, rows, &error),
                     ERR_INTERNAL);
    recording_close(r);
}

static void recording_keeps_gaps_events_and_clock(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 20000,
                        .block = 38,
                        .rate_hz = 104.3,
                        .clock_ppm = 30,
                        .gap_every = 7000,
                        .lost = 12};
    made_write(folder->file, &made);
    struct recording *r = opened(folder->file);
    size_t count;
    const struct recording_gap *gap = recording_gaps(r, &count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(gap[i].at_sample, 7000 * (i + 1));
        assert_int_equal(gap[i].lost_samples, 12);
        assert_int_equal(gap[i].cause, GAP_FIFO | GAP_USB);
        double end_s = made_time_s(&made, gap[i].at_sample);
        assert_true(fabs(recording_session_s(r, gap[i].end_ns) - end_s) < 1e-4);
    }
    const struct recording_event *event = recording_events(r, &count);
    assert_int_equal(count, 1);
    assert_int_equal(event->end_ns, 2500000000);
    assert_string_equal(event->label, "tap");
    assert_string_equal(event->source, "key");
    const struct recording_clock *clock = recording_clocks(r, &count);
    assert_int_equal(count, 1 + (size_t)made_time_s(&made, made.rows - 20));
    assert_int_equal(clock[7].host_monotonic_ns, 16000000000);
    recording_close(r);
}

/* Goes through all chunks: time must be what the truth says within
 * `tolerance_s`, go on without a break except at gaps, and rows must be the
 * ones that were written. */
static void check_time(const char *path, const struct made *made,
                       double tolerance_s)
{
    struct recording *r = opened(path);
    struct recording_chunk chunk;
    uint64_t row = 0;
    double end_s = 0;
    while (recording_read(r, &chunk, NULL) == 0 && chunk.count > 0) {
        assert_int_equal(chunk.first, row);
        bool gap = made->gap_every > 0 && row > 0 && row % made->gap_every == 0;
        assert_int_equal(chunk.gap_before, gap);
        assert_true(chunk.dt_s > 0);
        assert_true(gap ? chunk.t0_s >= end_s
                        : fabs(chunk.t0_s - end_s) < 0.1 * chunk.dt_s);
        for (size_t i = 0; i < chunk.count; i++) {
            double t = chunk.t0_s + (double)i * chunk.dt_s;
            assert_true(fabs(t - made_time_s(made, row + i)) < tolerance_s);
            int16_t raw[6];
            made_sample(row + i, raw);
            double g = made->no_accel ? 0 : raw[1] * 0.244e-3;
            double dps = made->no_gyro ? 0 : raw[4] * 0.07;
            assert_true(fabs((double)chunk.rows[i].accel[1] - g) < 1e-5);
            assert_true(fabs((double)chunk.rows[i].gyro[1] - dps) < 1e-3);
            assert_true(chunk.rows[i].temperature == 31.5F);
        }
        row += chunk.count;
        end_s = chunk.t0_s + (double)chunk.count * chunk.dt_s;
    }
    assert_int_equal(row, made->rows);
    assert_true(fabs(recording_duration_s(r) - end_s) < 2 * tolerance_s);
    recording_close(r);
}

/* Written when format version 1 was new; what reads it may never change. */
static void golden_file_of_version_1_reads_as_ever(void **state)
{
    (void)state;
    struct made made = {.rows = 3000,
                        .block = 38,
                        .rate_hz = 104,
                        .clock_ppm = 50,
                        .gap_every = 1000,
                        .lost = 3};
    check_time("tests/data/format-1.h5", &made, 1e-4);
    struct recording *r = opened("tests/data/format-1.h5");
    const struct recording_info *info = recording_info(r);
    assert_string_equal(info->uuid, "01234567-89ab-4cde-8f01-23456789abcd");
    assert_string_equal(info->label, "morning, \xc3\xa9tude 1");
    assert_int_equal(info->placement, PLACEMENT_RIGHT_WRIST);
    size_t gaps;
    assert_int_equal(recording_gaps(r, &gaps)[1].at_sample, 2000);
    assert_int_equal(gaps, 2);
    struct clock_fit fit;
    recording_clock_fit(r, &fit);
    assert_true(fabs(fit.ppm - 50) < 1);
    recording_close(r);
}

static void time_follows_the_host_whatever_the_blocks(void **state)
{
    static const struct {
        struct made made;
        double tolerance_s;
    } cases[] = {
        {{.rows = 60000, .block = 38, .rate_hz = 104.3}, 1e-6},
        {{.rows = 60000, .block = 38, .rate_hz = 104.3, .clock_ppm = 200},
         2e-4},
        {{.rows = 60000, .block = 5, .rate_hz = 99, .jitter_us = 1000}, 6e-4},
        {{.rows = 60000, .block = 1, .rate_hz = 104, .jitter_us = 3000}, 1e-3},
        {{.rows = 3000, .block = 38, .rate_hz = 26, .jitter_us = 100}, 5e-4},
        {{.rows = 60000, .block = 38, .rate_hz = 1667, .jitter_us = 100}, 1e-4},
        {{.rows = 20000, .block = 20000, .rate_hz = 104}, 5e-4},
        {{.rows = 20000,
          .block = 38,
          .rate_hz = 104,
          .gap_every = 30,
          .lost = 3},
         1e-4},
        {{.rows = 20000,
          .block = 38,
          .rate_hz = 104,
          .jitter_us = 200,
          .gap_every = 777,
          .lost = 1},
         5e-4},
        {{.rows = 9, .block = 4, .rate_hz = 104}, 1e-4},
        {{.rows = 20000, .block = 38, .rate_hz = 104, .no_gyro = true}, 1e-6},
        {{.rows = 20000, .block = 38, .rate_hz = 104, .no_accel = true}, 1e-6},
    };
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        made_write(folder->file, &cases[i].made);
        check_time(folder->file, &cases[i].made, cases[i].tolerance_s);
        assert_int_equal(unlink(folder->file), 0);
    }
}

static void measured_rate_is_within_50_ppm_over_10_minutes(void **state)
{
    static const double rates[] = {26, 52 * 1.07, 104 * 0.9, 1667};
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct made made = {.rows = (uint64_t)(600 * rates[i]),
                            .block = 38,
                            .rate_hz = rates[i],
                            .clock_ppm = -150,
                            .jitter_us = 300,
                            .gap_every = 5000,
                            .lost = 7};
        made_write(folder->file, &made);
        struct recording *r = opened(folder->file);
        double rate = recording_info(r)->rate_measured_hz;
        assert_true(fabs(rate / rates[i] - 1) < 50e-6);
        struct clock_fit fit;
        recording_clock_fit(r, &fit);
        assert_true(fabs(fit.ppm + 150) < 1);
        recording_close(r);
        assert_int_equal(unlink(folder->file), 0);
    }
}

static void rewind_gives_the_same_again(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 40000,
                        .block = 38,
                        .rate_hz = 104.3,
                        .jitter_us = 100,
                        .gap_every = 9000,
                        .lost = 5};
    made_write(folder->file, &made);
    struct recording *r = opened(folder->file);
    struct recording_chunk chunk;
    double sum[2] = {0, 0};
    for (int round = 0; round < 2; round++) {
        while (recording_read(r, &chunk, NULL) == 0 && chunk.count > 0) {
            sum[round] += chunk.t0_s + (double)chunk.rows[0].gyro[2];
        }
        assert_int_equal(recording_rewind(r, NULL), 0);
    }
    assert_true(sum[0] == sum[1] && sum[0] != 0);
    recording_close(r);
}

static void clipped_rows_are_counted(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rate_hz = 104};
    struct recording_info info = made_info(&made);
    struct recording_writer *w;
    assert_int_equal(recording_create(folder->file, &info, &w, NULL), 0);
    static const int16_t rows[20][6] = {
        [3] = {0, INT16_MAX, 0, 0, 0, 0},
        [4] = {INT16_MIN, INT16_MAX, 0, 0, 0, INT16_MIN},
        [5] = {INT16_MAX - 1, INT16_MIN + 1, 0, 0, 0, 0},
    };
    struct recording_block block = {.device_ns = 1};
    assert_int_equal(recording_append(w, block, rows, 20, NAN, NULL), 0);
    assert_int_equal(recording_commit(w, NULL), 0);
    struct recording *r = opened(folder->file);
    struct recording_chunk chunk;
    assert_int_equal(recording_read(r, &chunk, NULL), 0);
    assert_int_equal(chunk.clipped_accel, 2);
    assert_int_equal(chunk.clipped_gyro, 1);
    assert_true(isnan(chunk.rows[0].temperature));
    recording_close(r);
}

/* ---- nothing is overwritten, nothing half-written ---- */

static void create_refuses_what_exists(void **state)
{
    struct folder *folder = *state;
    FILE *file = fopen(folder->file, "w");
    fputs("precious", file);
    fclose(file);
    struct made made = {.rate_hz = 104};
    struct recording_info info = made_info(&made);
    struct recording_writer *w;
    struct error error;
    assert_int_equal(recording_create(folder->file, &info, &w, &error),
                     ERR_EXISTS);
    struct stat status;
    assert_int_equal(stat(folder->file, &status), 0);
    assert_int_equal(status.st_size, 8);
    assert_int_equal(folder_count(folder->path), 1);
}

static void commit_does_not_overwrite_what_came_meanwhile(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 100, .block = 10, .rate_hz = 104};
    struct recording_info info = made_info(&made);
    struct recording_writer *w;
    assert_int_equal(recording_create(folder->file, &info, &w, NULL), 0);
    assert_int_equal(made_append(w, &made, NULL), 0);
    FILE *file = fopen(folder->file, "w");
    fputs("precious", file);
    fclose(file);
    struct error error;
    assert_int_equal(recording_commit(w, &error), ERR_EXISTS);
    struct stat status;
    assert_int_equal(stat(folder->file, &status), 0);
    assert_int_equal(status.st_size, 8);
    assert_int_equal(folder_count(folder->path), 1);
}

static void abort_and_empty_commit_leave_nothing(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 100, .block = 10, .rate_hz = 104};
    struct recording_info info = made_info(&made);
    struct recording_writer *w;
    assert_int_equal(recording_create(folder->file, &info, &w, NULL), 0);
    assert_int_equal(made_append(w, &made, NULL), 0);
    assert_int_equal(folder_count(folder->path), 1);
    recording_abort(w);
    assert_int_equal(folder_count(folder->path), 0);
    recording_abort(NULL);

    assert_int_equal(recording_create(folder->file, &info, &w, NULL), 0);
    struct error error;
    assert_int_equal(recording_commit(w, &error), ERR_DATA);
    assert_int_equal(folder_count(folder->path), 0);
}

/* The disk is full at every size from nothing to the whole file. */
static void full_disk_leaves_nothing_and_does_no_harm(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 9000, .block = 38, .rate_hz = 104};
    struct recording_info info = made_info(&made);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    int err = ERR_FULL;
    for (rlim_t size = 0; err < 0; size += 16384) {
        struct rlimit limit = {size, before.rlim_max};
        struct recording_writer *w;
        struct error error = {0};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        err = recording_create(folder->file, &info, &w, &error);
        if (err == 0) {
            err = made_append(w, &made, &error);
            if (err == 0) {
                err = recording_commit(w, &error);
            } else {
                recording_abort(w);
            }
        }
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        if (err < 0) {
            assert_int_equal(err, ERR_FULL);
            assert_non_null(strstr(error.text, "recording.h5"));
            assert_int_equal(folder_count(folder->path), 0);
        }
    }
    check_time(folder->file, &made, 1e-6);
}

static void gaps_without_a_row_between_are_one(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 100, .block = 10, .rate_hz = 104};
    struct recording_info info = made_info(&made);
    struct recording_writer *w;
    assert_int_equal(recording_create(folder->file, &info, &w, NULL), 0);
    assert_int_equal(made_append(w, &made, NULL), 0);
    struct recording_gap gap = {.lost_samples = 3,
                                .start_ns = 5000000000,
                                .end_ns = 5100000000,
                                .cause = GAP_USB};
    assert_int_equal(recording_append_gap(w, gap, NULL), 0);
    gap = (struct recording_gap){.lost_samples = 4,
                                 .start_ns = 5100000000,
                                 .end_ns = 5200000000,
                                 .cause = GAP_HOST};
    assert_int_equal(recording_append_gap(w, gap, NULL), 0);
    assert_int_equal(recording_commit(w, NULL), 0);
    struct recording *r = opened(folder->file);
    size_t count;
    const struct recording_gap *found = recording_gaps(r, &count);
    assert_int_equal(count, 1);
    assert_int_equal(found->at_sample, 100);
    assert_int_equal(found->lost_samples, 7);
    assert_int_equal(found->start_ns, 5000000000);
    assert_int_equal(found->end_ns, 5200000000);
    assert_int_equal(found->cause, GAP_USB | GAP_HOST);
    recording_close(r);
}

static void names_of_places_and_causes(void **state)
{
    (void)state;
    enum placement place;
    for (int i = 0; i < PLACEMENTS; i++) {
        assert_true(placement_parse(placement_name((enum placement)i), &place));
        assert_int_equal(place, i);
    }
    assert_true(placement_parse("left", &place));
    assert_int_equal(place, PLACEMENT_LEFT_WRIST);
    assert_false(placement_parse("nose", &place));
    char text[64];
    gap_cause_text(GAP_FIFO | GAP_USB, text);
    assert_string_equal(text, "fifo+usb");
    gap_cause_text(0, text);
    assert_string_equal(text, "unknown");
    gap_cause_text(UINT32_MAX, text);
    assert_string_equal(text, "fifo+bus+device+usb+host+unplugged+source+log");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(recording_gives_back_what_was_written,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(recording_keeps_gaps_events_and_clock,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(
            time_follows_the_host_whatever_the_blocks, folder_new, folder_free),
        cmocka_unit_test(golden_file_of_version_1_reads_as_ever),
        cmocka_unit_test_setup_teardown(
            measured_rate_is_within_50_ppm_over_10_minutes, folder_new,
            folder_free),
        cmocka_unit_test_setup_teardown(rewind_gives_the_same_again, folder_new,
                                        folder_free),
        cmocka_unit_test_setup_teardown(clipped_rows_are_counted, folder_new,
                                        folder_free),
        cmocka_unit_test_setup_teardown(create_refuses_what_exists, folder_new,
                                        folder_free),
        cmocka_unit_test_setup_teardown(
            commit_does_not_overwrite_what_came_meanwhile, folder_new,
            folder_free),
        cmocka_unit_test_setup_teardown(abort_and_empty_commit_leave_nothing,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(
            full_disk_leaves_nothing_and_does_no_harm, folder_new, folder_free),
        cmocka_unit_test_setup_teardown(gaps_without_a_row_between_are_one,
                                        folder_new, folder_free),
        cmocka_unit_test(names_of_places_and_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
