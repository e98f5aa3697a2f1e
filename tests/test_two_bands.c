/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two virtual wristbands with clocks of their own play the same motion: in one
 * recording both must show it at the same time, from the first minute to the
 * last. The lag is found from the motion itself: where one is the other, late
 * by a little, their difference is the slope times the lag.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/import.h"
#include "acquire/record_devices.h"
#include "acquire/recorder.h"
#include "acquire/session.h"

enum { BANDS = 2, RATE_HZ = 208, FOR_S = 1840 };

/* Ten movements at each end, half an hour apart. */
static const char script[] = "rest 5\ncurls 40\nrest 1740\ncurls 40\nrest 30\n";
static const double windows_s[][2] = {{6, 44}, {1786, 1824}};

static char folder[64];
static char motion_path[128];
static char journal_path[128];
static char path[128];
static struct error error;

struct track {
    size_t count;
    double *t_s;
    float (*gyro)[3];
};

/* Records both bands, with what each is simulated by. */
static void record(const char *const simulate[BANDS])
{
    static const enum placement places[BANDS] = {PLACEMENT_LEFT_WRIST,
                                                 PLACEMENT_RIGHT_WRIST};
    static struct record_devices devices;
    static const struct wire_config wire = {RATE_HZ, 8, 2000};
    static const struct recording_info common = {.participant = "P01"};
    struct recorder_source sources[BANDS];
    struct recorder *recorder = NULL;
    struct session_summary summary;
    char name[160];
    unlink(path);
    unlink(journal_path);
    snprintf(name, sizeof(name), "virtual:%s", motion_path);
    devices = (struct record_devices){.count = BANDS};
    for (int i = 0; i < BANDS; i++) {
        devices.device[i] = (struct record_device){
            .name = name, .simulate = simulate[i], .placement = places[i]};
    }
    assert_int_equal(record_devices_open(&devices, &wire, &common, &error), 0);
    for (int i = 0; i < BANDS; i++) {
        sources[i] = (struct recorder_source){devices.device[i].device,
                                              &devices.device[i].info};
    }
    const struct recorder_config config = {.sources = sources,
                                           .source_count = BANDS,
                                           .journal = journal_path,
                                           .for_s = FOR_S};
    assert_int_equal(recorder_start(&config, &recorder, &error), 0);
    assert_int_equal(recorder_finish(recorder, NULL, &error), 0);
    record_devices_close(&devices);
    assert_int_equal(session_build(journal_path, path, &summary, &error), 0);
    assert_int_equal(summary.lost, 0);
}

static void load(const char *sensor, struct track *out)
{
    const struct import_options options = {.sensor = sensor};
    struct recording *recording = NULL;
    struct recording_chunk chunk;
    assert_int_equal(recording_open(path, &options, &recording, &error), 0);
    size_t rows = recording_rows(recording);
    *out = (struct track){.t_s = calloc(rows, sizeof(*out->t_s)),
                          .gyro = calloc(rows, sizeof(*out->gyro))};
    while (recording_read(recording, &chunk, &error) == 0 && chunk.count > 0) {
        for (size_t i = 0; i < chunk.count; i++) {
            out->t_s[out->count] = chunk.t0_s + (double)i * chunk.dt_s;
            memcpy(out->gyro[out->count++], chunk.rows[i].gyro,
                   sizeof(*out->gyro));
        }
    }
    assert_int_equal(out->count, rows);
    recording_close(recording);
}

static void unload(struct track *track)
{
    free(track->t_s);
    free(track->gyro);
}

/* How much later `b` shows what `a` does between `from_s` and `to_s` [s]. */
static double lag_s(const struct track *a, const struct track *b, double from_s,
                    double to_s)
{
    double products = 0;
    double squares = 0;
    size_t k = 0;
    for (size_t i = 1; i + 1 < a->count; i++) {
        double t = a->t_s[i];
        while (k + 2 < b->count && b->t_s[k + 1] <= t) {
            k++;
        }
        if (t < from_s || t > to_s || b->t_s[k] > t) {
            continue;
        }
        double share = (t - b->t_s[k]) / (b->t_s[k + 1] - b->t_s[k]);
        for (int axis = 0; axis < 3; axis++) {
            double slope =
                (double)(a->gyro[i + 1][axis] - a->gyro[i - 1][axis]) /
                (a->t_s[i + 1] - a->t_s[i - 1]);
            double there = (double)b->gyro[k][axis] * (1 - share) +
                           (double)b->gyro[k + 1][axis] * share;
            products += ((double)a->gyro[i][axis] - there) * slope;
            squares += slope * slope;
        }
    }
    assert_true(squares > 0);
    return products / squares;
}

static void check(const char *const simulate[BANDS])
{
    struct track tracks[BANDS];
    record(simulate);
    load("left", &tracks[0]);
    load("right", &tracks[1]);
    for (size_t w = 0; w < sizeof(windows_s) / sizeof(windows_s[0]); w++) {
        double lag =
            lag_s(&tracks[0], &tracks[1], windows_s[w][0], windows_s[w][1]);
        print_message("right after left at %.0f s: %.0f us\n", windows_s[w][0],
                      lag * 1e6);
        assert_true(fabs(lag) < 1e-3);
    }
    unload(&tracks[0]);
    unload(&tracks[1]);
}

/* A band's motion begins with its first sample, which with the same oscillator
 * both take at the same time. */
static void both_show_the_same_motion_at_the_same_time(void **state)
{
    (void)state;
    static const char *const simulate[BANDS] = {
        "speed=max,seed=3,noise=off,clock_ppm=200,rate_error=0.02",
        "speed=max,seed=3,noise=off,clock_ppm=-200,rate_error=0.02"};
    check(simulate);
}

static void noise_and_slow_answers_change_little(void **state)
{
    (void)state;
    static const char *const simulate[BANDS] = {
        "speed=max,seed=3,clock_ppm=-50,asymmetry_us=400",
        "speed=max,seed=3,clock_ppm=80,asymmetry_us=-300"};
    check(simulate);
}

/* The test itself: a lag is found where there is one. */
static void lag_of_known_length_is_found(void **state)
{
    (void)state;
    enum { ROWS = 400 };
    static double times[BANDS][ROWS];
    static float gyro[BANDS][ROWS][3];
    struct track tracks[BANDS];
    for (int b = 0; b < BANDS; b++) {
        for (int i = 0; i < ROWS; i++) {
            times[b][i] = i / (200.0 + b);
            double t_s = times[b][i] - 0.002 * b;
            gyro[b][i][0] = (float)(100 * sin(2 * M_PI * 1.5 * t_s));
        }
        tracks[b] = (struct track){ROWS, times[b], gyro[b]};
    }
    assert_true(fabs(lag_s(&tracks[0], &tracks[1], 0.1, 1.8) - 0.002) < 1e-4);
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(strcpy(folder, "/tmp/carpus-bands-XXXXXX")) == NULL) {
        return -1;
    }
    snprintf(journal_path, sizeof(journal_path), "%s/x.h5.journal", folder);
    snprintf(path, sizeof(path), "%s/x.h5", folder);
    snprintf(motion_path, sizeof(motion_path), "%s/x.motion", folder);
    FILE *file = fopen(motion_path, "w");
    if (file == NULL) {
        return -1;
    }
    fputs(script, file);
    return fclose(file);
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(journal_path);
    unlink(path);
    unlink(motion_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lag_of_known_length_is_found),
        cmocka_unit_test(both_show_the_same_motion_at_the_same_time),
        cmocka_unit_test(noise_and_slow_answers_change_little),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
