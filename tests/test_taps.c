/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "acquire/resample.h"
#include "analysis/measure.h"
#include "analysis/summary.h"
#include "analysis/tap_rate.h"

enum {
    RATE_HZ = 200, /* of a session's rows */
    ROWS_MAX = RATE_HZ * 90,
    PUSH_MAX = 1024,
    TAPS_MAX = 1000
};

/* A session of taps, as the virtual wristband makes them: damped impulses at
 * about 30 Hz along one direction, with a twitch of the wrist. */
struct session {
    struct motion row[ROWS_MAX];
    size_t rows;
    double tap_s[TAPS_MAX];
    size_t taps;
    uint32_t random;
};

static double uniform(struct session *s)
{
    s->random = s->random * 1664525U + 1013904223U;
    return (double)s->random / 4294967296.0;
}

/* Nearly normal, of unit variance. */
static double noise(struct session *s)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        sum += uniform(s);
    }
    return sum - 6;
}

static void rest(struct session *s, double seconds, double noise_mg)
{
    s->random = 1;
    s->taps = 0;
    s->rows = (size_t)(seconds * RATE_HZ);
    assert_true(s->rows <= ROWS_MAX);
    for (size_t i = 0; i < s->rows; i++) {
        struct motion m = {0};
        for (int c = 0; c < 3; c++) {
            m.accel[c] = (float)(c == 2) + (float)(noise_mg * 1e-3 * noise(s));
            m.gyro[c] = (float)(0.1 * noise(s));
        }
        s->row[i] = m;
    }
}

struct blow {
    double at_s;
    double peak_mg;
    double pitch_hz;
    double decay_s;
    double twitch_dps;
};

static void strike(struct session *s, const struct blow *blow)
{
    static const double DIRECTION[3] = {0.3, 0.1, 0.94868};
    size_t first = (size_t)ceil(blow->at_s * RATE_HZ);
    for (size_t i = first; i < s->rows && i < first + RATE_HZ / 4; i++) {
        double t = (double)i / RATE_HZ - blow->at_s;
        double ring =
            1.35 * exp(-t / blow->decay_s) * sin(2 * M_PI * blow->pitch_hz * t);
        double x = t / 0.015;
        for (int c = 0; c < 3; c++) {
            s->row[i].accel[c] +=
                (float)(blow->peak_mg * 1e-3 * DIRECTION[c] * ring);
        }
        s->row[i].gyro[1] +=
            (float)(blow->twitch_dps * x * (2 - x) * exp(-x) / 0.46);
    }
}

static void tap(struct session *s, double at_s, double peak_mg)
{
    const struct blow blow = {at_s, peak_mg, 30, 0.02, 1};
    strike(s, &blow);
    s->tap_s[s->taps++] = at_s;
}

static void taps(struct session *s, const double span_s[2], double rate_hz,
                 double peak_mg)
{
    for (double t = span_s[0]; t < span_s[1];
         t += (1 + 0.03 * noise(s)) / rate_hz) {
        tap(s, t, peak_mg);
    }
}

/* Pushes rows from t0_s on, brought to the rate that taps are measured at, in
 * runs of `chunk` at most, and ends the segment. */
static void push(void *state, const struct motion *rows, size_t n, size_t chunk,
                 double t0_s)
{
    static struct motion pulled[PUSH_MAX];
    struct resample *resample = resample_new(RATE_HZ, taps_measure.rate_hz);
    size_t max = chunk < PUSH_MAX ? chunk : PUSH_MAX;
    assert_non_null(resample);
    for (size_t i = 0; i <= n; i += PUSH_MAX) {
        size_t take = n - i < PUSH_MAX ? n - i : PUSH_MAX;
        size_t got;
        double at_s;
        resample_push(resample, rows + i, take, t0_s + (double)i / RATE_HZ,
                      1.0 / RATE_HZ);
        if (i + take == n) {
            resample_flush(resample);
        }
        while ((got = resample_pull(resample, pulled, max, &at_s)) > 0) {
            assert_int_equal(taps_measure.push(state, pulled, got, at_s,
                                               1 / taps_measure.rate_hz),
                             0);
        }
    }
    resample_free(resample);
    assert_int_equal(taps_measure.gap(state), 0);
}

static struct taps measure_as(const struct session *s, size_t chunk,
                              const struct measure_input *input)
{
    void *state = taps_measure.create(input);
    assert_non_null(state);
    push(state, s->row, s->rows, chunk, 0);
    struct summary summary;
    summary_init(&summary);
    assert_int_equal(taps_measure.finish(state, &summary), 0);
    taps_measure.destroy(state);
    return summary.taps;
}

static struct taps measure(const struct session *s, size_t chunk,
                           double source_hz)
{
    const struct measure_input input = {
        .source_hz = source_hz, .has_accel = true, .has_gyro = true};
    return measure_as(s, chunk, &input);
}

static void release(struct taps *found)
{
    free(found->series);
    free(found->tap);
}

static bool within(double found, double truth, double part)
{
    return fabs(found - truth) <= part * truth + 1e-9;
}

static const double SPAN_S[2] = {3, 43};

static void
taps_of_20_mg_in_5_mg_of_noise_are_counted_within_1_percent(void **unused)
{
    (void)unused;
    for (int rate = 1; rate <= 6; rate++) {
        static struct session s;
        rest(&s, 46, 5);
        taps(&s, SPAN_S, rate, 20);
        struct taps found = measure(&s, 1000, RATE_HZ);
        assert_true(within((double)found.count, (double)s.taps, 0.01));
        assert_int_equal(found.series_count, 1);
        assert_true(within(found.series[0].rate_hz, rate, 0.02));
        assert_true(found.series[0].confidence > 0.6);
        release(&found);
    }
}

static void each_tap_is_where_it_was(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 46, 3);
    taps(&s, SPAN_S, 3, 60);
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.tap_count, s.taps);
    for (size_t i = 0; i < found.tap_count; i++) {
        assert_true(fabs(found.tap[i].time_s - s.tap_s[i]) < 0.03);
        assert_int_equal(found.tap[i].series, 0);
    }
    release(&found);
}

static void knock_of_3_g_changes_the_count_by_one_at_most(void **unused)
{
    (void)unused;
    for (int i = 0; i < 12; i++) {
        static struct session s;
        rest(&s, 46, 1.5);
        taps(&s, SPAN_S, 1 + i % 5, 20);
        const struct blow knock = {10.05 + 0.37 * i, 3000, 60, 0.012, 30};
        strike(&s, &knock);
        struct taps found = measure(&s, 1000, RATE_HZ);
        assert_true(fabs((double)found.count - (double)s.taps) <= 1);
        release(&found);
    }
}

static void knocks_alone_are_no_series(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 60, 1.5);
    static const double at_s[] = {5, 12, 12.4, 20, 33, 33.3, 47};
    for (size_t i = 0; i < sizeof(at_s) / sizeof(at_s[0]); i++) {
        const struct blow knock = {at_s[i], 500.0 * (double)(i + 1), 60, 0.012,
                                   30};
        strike(&s, &knock);
    }
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.count, 0);
    assert_string_equal(found.reason, "");
    release(&found);
}

static void rest_has_no_taps(void **unused)
{
    (void)unused;
    static struct session s;
    static const double noise_mg[] = {0, 0.2, 1.5, 20};
    for (size_t i = 0; i < 4; i++) {
        rest(&s, 80, noise_mg[i]);
        struct taps found = measure(&s, 1000, RATE_HZ);
        assert_int_equal(found.count, 0);
        assert_string_equal(found.reason, "");
        release(&found);
    }
}

static void knocks_without_rhythm_are_no_sure_series(void **unused)
{
    (void)unused;
    static struct session s;
    uint32_t random = 1;
    for (int i = 0; i < 40; i++) {
        rest(&s, 60, 0.5);
        s.random = random;
        for (double t = 5; t < 55; t += 1.5 + 2.5 * uniform(&s)) {
            const struct blow knock = {t, 100 * exp(4 * uniform(&s)), 60, 0.012,
                                       0};
            strike(&s, &knock);
        }
        random = s.random;
        struct taps found = measure(&s, 1000, RATE_HZ);
        for (size_t k = 0; k < found.series_count; k++) {
            assert_true(found.series[k].confidence < 0.5);
        }
        release(&found);
    }
}

static void noise_without_gyroscope_has_no_taps(void **unused)
{
    (void)unused;
    static struct session s;
    static const double noise_mg[] = {6, 12, 20, 30};
    const struct measure_input input = {.source_hz = RATE_HZ,
                                        .has_accel = true};
    rest(&s, 80, 0);
    for (int i = 0; i < 40; i++) {
        for (size_t k = 0; k < s.rows; k++) {
            struct motion m = {0};
            for (int c = 0; c < 3; c++) {
                m.accel[c] = (float)(c == 2) +
                             (float)(noise_mg[i % 4] * 1e-3 * noise(&s));
            }
            s.row[k] = m;
        }
        struct taps found = measure_as(&s, 1000, &input);
        assert_int_equal(found.count, 0);
        assert_string_equal(found.reason, "");
        release(&found);
    }
}

static void faint_taps_are_named_rather_than_counted(void **unused)
{
    (void)unused;
    static struct session s;
    for (int rate = 2; rate <= 5; rate++) {
        rest(&s, 46, 0.7);
        for (double t = SPAN_S[0]; t < SPAN_S[1]; t += 1.0 / rate) {
            const struct blow faint = {t, 4, 30, 0.02, 0};
            strike(&s, &faint);
        }
        struct taps found = measure(&s, 1000, RATE_HZ);
        assert_int_equal(found.count, 0);
        assert_non_null(strstr(found.reason, "signal-to-noise"));
        release(&found);
    }
}

/* Steps at the wrist: blows at the step rate on a swing of 0.3 g. */
static void walking_is_no_tapping(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 60, 5);
    for (size_t i = 0; i < s.rows; i++) {
        double phase = 2 * M_PI * 0.95 * (double)i / RATE_HZ;
        s.row[i].accel[0] += (float)(0.3 * sin(phase));
        s.row[i].accel[2] += (float)(0.2 * sin(2 * phase));
        s.row[i].gyro[1] += (float)(110 * sin(phase));
    }
    taps(&s, (const double[2]){1, 59}, 1.9, 80);
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.count, 0);
    release(&found);
}

/* Blows without rhythm and of all sizes are not taps. */
static void typing_is_no_tapping(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 80, 1.5);
    for (double t = 3; t < 77; t += 0.06 - 0.15 * log(1 - uniform(&s))) {
        tap(&s, t, 20 * exp(0.5 * noise(&s)));
    }
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.count, 0);
    release(&found);
}

static void hesitations_halts_and_decrement_are_seen(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 40, 1.5);
    double t = 3;
    for (int i = 0; i < 60; i++) {
        tap(&s, t, 120 - i);
        t += i == 20 || i == 30 ? 0.75 : i == 40 ? 1.6 : 0.4;
    }
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.series_count, 1);
    const struct tap_series *series = &found.series[0];
    assert_int_equal(series->count, 60);
    assert_int_equal(series->hesitations, 2);
    assert_int_equal(series->halts, 1);
    assert_true(fabs(series->amplitude_decrement - 0.36) < 0.06);
    assert_true(series->interval_cv > 0.3);
    assert_true(series->snr_db > 10);
    release(&found);
}

static void regular_series_has_little_variation(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 46, 1.5);
    taps(&s, SPAN_S, 4, 60);
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.series_count, 1);
    assert_true(found.series[0].interval_cv < 0.06);
    assert_true(fabs(found.series[0].amplitude_decrement) < 0.1);
    assert_int_equal(found.series[0].hesitations, 0);
    assert_int_equal(found.series[0].halts, 0);
    assert_true(found.series[0].confidence > 0.9);
    release(&found);
}

static void two_series_are_told_apart(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 40, 1.5);
    taps(&s, (const double[2]){3, 13}, 3, 60);
    size_t first = s.taps;
    taps(&s, (const double[2]){25, 35}, 5, 40);
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.series_count, 2);
    assert_int_equal(found.series[0].count, first);
    assert_int_equal(found.series[1].count, s.taps - first);
    assert_int_equal(found.count, s.taps);
    release(&found);
}

/* Five taps, and more of what is far smaller on either side. */
static void strays_do_not_undo_a_series(void **unused)
{
    (void)unused;
    static struct session s;
    static const double peak_mg[] = {10,  20,  40, 800, 800, 800,
                                     800, 800, 12, 16,  22};
    rest(&s, 40, 1);
    for (size_t i = 0; i < sizeof(peak_mg) / sizeof(peak_mg[0]); i++) {
        tap(&s, 5 + 1.7 * (double)i, peak_mg[i]);
    }
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.series_count, 1);
    assert_int_equal(found.count, 5);
    release(&found);
}

/* The same fingers tap on, or another thing is done: far smaller blows after a
 * halt are no part of the series before. */
static void another_size_after_a_halt_is_another_series(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 46, 1.5);
    taps(&s, (const double[2]){3, 15}, 3, 150);
    size_t first = s.taps;
    double again_s = s.tap_s[first - 1] + 2.2;
    taps(&s, (const double[2]){again_s, again_s + 12}, 3, 25);
    struct taps found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.series_count, 2);
    assert_int_equal(found.series[0].count, first);
    assert_int_equal(found.count, s.taps);
    release(&found);
    rest(&s, 46, 1.5);
    taps(&s, (const double[2]){3, 15}, 3, 150);
    again_s = s.tap_s[s.taps - 1] + 2.2;
    taps(&s, (const double[2]){again_s, again_s + 12}, 3, 100);
    found = measure(&s, 1000, RATE_HZ);
    assert_int_equal(found.series_count, 1);
    assert_int_equal(found.count, s.taps);
    release(&found);
}

static void size_of_chunks_changes_nothing(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 30.7, 3);
    taps(&s, (const double[2]){2, 28}, 2.3, 40);
    struct taps whole = measure(&s, s.rows, RATE_HZ);
    static const size_t chunks[] = {1, 7, 100, 101, 4096};
    for (size_t i = 0; i < 5; i++) {
        struct taps found = measure(&s, chunks[i], RATE_HZ);
        assert_int_equal(found.tap_count, whole.tap_count);
        assert_memory_equal(found.tap, whole.tap,
                            found.tap_count * sizeof(struct tap));
        release(&found);
    }
    release(&whole);
}

static void gap_carries_nothing_over(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 46, 1.5);
    taps(&s, SPAN_S, 3, 60);
    const struct measure_input input = {
        .source_hz = RATE_HZ, .has_accel = true, .has_gyro = true};
    void *state = taps_measure.create(&input);
    size_t half = s.rows / 2;
    struct summary summary;
    summary_init(&summary);
    push(state, s.row, half, PUSH_MAX, 0);
    push(state, s.row + half, s.rows - half, PUSH_MAX, 100);
    assert_int_equal(taps_measure.finish(state, &summary), 0);
    taps_measure.destroy(state);
    assert_int_equal(summary.taps.series_count, 2);
    assert_true(summary.taps.series[0].end_s < 23);
    assert_true(summary.taps.series[1].start_s >= 100);
    assert_true(fabs((double)summary.taps.count - (double)s.taps) <= 1);
    release(&summary.taps);
}

static struct taps measure_turned(const struct session *s, double angle)
{
    static struct session turned;
    turned = *s;
    for (size_t k = 0; k < turned.rows; k++) {
        float *v[2] = {turned.row[k].accel, turned.row[k].gyro};
        for (int j = 0; j < 6; j++) {
            int a = j % 3;
            int b = (j + 1) % 3;
            double x = (double)v[j / 3][a];
            double y = (double)v[j / 3][b];
            v[j / 3][a] = (float)(cos(angle) * x - sin(angle) * y);
            v[j / 3][b] = (float)(sin(angle) * x + cos(angle) * y);
        }
    }
    return measure(&turned, PUSH_MAX, RATE_HZ);
}

/* Faint taps in noise of which an axis has more than the others: what is found
 * depends on every number, and must not depend on the axes. */
static void way_of_wearing_changes_nothing(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 46, 5);
    taps(&s, SPAN_S, 3, 12);
    for (size_t k = 0; k < s.rows; k++) {
        s.row[k].accel[1] += (float)(0.01 * noise(&s));
    }
    struct taps as_is = measure_turned(&s, 0);
    assert_true(as_is.count > 0);
    for (int i = 1; i < 6; i++) {
        struct taps found = measure_turned(&s, 0.9 * i);
        assert_int_equal(found.tap_count, as_is.tap_count);
        for (size_t k = 0; k < found.tap_count; k++) {
            assert_true(fabs(found.tap[k].time_s - as_is.tap[k].time_s) < 1e-3);
        }
        release(&found);
    }
    release(&as_is);
}

static void slow_recording_is_declined_with_a_reason(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 46, 1.5);
    taps(&s, SPAN_S, 3, 60);
    struct taps found = measure(&s, 1000, 25);
    assert_int_equal(found.count, 0);
    assert_non_null(strstr(found.reason, "50 samples a second"));
    assert_non_null(strstr(found.reason, "25"));
    release(&found);
}

/* Brings all rows to another rate; returns how many there are then. */
static size_t bring_to(struct motion *rows, size_t n, double from_hz,
                       double to_hz)
{
    static struct motion out[ROWS_MAX];
    struct resample *resample = resample_new(from_hz, to_hz);
    size_t count = 0;
    double at_s;
    assert_non_null(resample);
    for (size_t i = 0; i < n; i += PUSH_MAX) {
        size_t take = n - i < PUSH_MAX ? n - i : PUSH_MAX;
        resample_push(resample, rows + i, take, (double)i / from_hz,
                      1 / from_hz);
        if (i + take == n) {
            resample_flush(resample);
        }
        count += resample_pull(resample, out + count, ROWS_MAX - count, &at_s);
    }
    resample_free(resample);
    memcpy(rows, out, count * sizeof(*rows));
    return count;
}

/* What is left of a session where the recording has `source_hz`. */
static struct taps measure_slow(struct session *s, double source_hz)
{
    size_t n = bring_to(s->row, s->rows, RATE_HZ, source_hz);
    s->rows = bring_to(s->row, n, source_hz, RATE_HZ);
    return measure(s, PUSH_MAX, source_hz);
}

/* At 50 Hz half of the band is missing: strong taps are counted, and where
 * there are none it says what could not have been seen. */
static void half_the_band_shows_strong_taps_and_says_so(void **unused)
{
    (void)unused;
    static struct session s;
    rest(&s, 46, 1.5);
    taps(&s, SPAN_S, 3, 120);
    struct taps found = measure_slow(&s, 50);
    assert_int_equal(found.count, s.taps);
    assert_string_equal(found.reason, "");
    release(&found);
    rest(&s, 46, 5);
    for (double t = SPAN_S[0]; t < SPAN_S[1]; t += 0.33) {
        const struct blow faint = {t, 20, 30, 0.02, 0.1};
        strike(&s, &faint);
    }
    found = measure_slow(&s, 50);
    assert_int_equal(found.count, 0);
    assert_non_null(strstr(found.reason, "100 samples a second"));
    release(&found);
    rest(&s, 46, 1.5);
    taps(&s, SPAN_S, 6, 120);
    found = measure_slow(&s, 50);
    assert_int_equal(found.count, 0);
    assert_non_null(strstr(found.reason, "100 samples a second"));
    release(&found);
}

/* Nor are faint ones lost there, or made of noise. */
static void half_the_band_shows_faint_taps_and_none_at_rest(void **unused)
{
    (void)unused;
    static struct session s;
    static const double rates_hz[] = {48, 52, 64, 85};
    for (size_t i = 0; i < sizeof(rates_hz) / sizeof(rates_hz[0]); i++) {
        for (int rate = 1; rate <= 4; rate++) {
            rest(&s, 46, 1.5);
            taps(&s, SPAN_S, rate, 20);
            struct taps found = measure_slow(&s, rates_hz[i]);
            assert_true(within((double)found.count, (double)s.taps, 0.01));
            assert_int_equal(found.series_count, 1);
            release(&found);
        }
        rest(&s, 80, 1.5);
        struct taps found = measure_slow(&s, rates_hz[i]);
        assert_int_equal(found.count, 0);
        release(&found);
    }
}

/* Nothing leaps from one rate to the next: what is right at 50 and at 83 Hz is
 * mixed between. */
static void what_is_asked_of_taps_changes_gradually_with_the_rate(void **unused)
{
    (void)unused;
    struct tap_rate slow;
    struct tap_rate whole;
    struct tap_rate middle;
    struct tap_rate fast;
    assert_false(tap_rate_of(47.9, &slow));
    assert_true(tap_rate_of(50, &slow));
    assert_true(tap_rate_of(TAP_WHOLE_HZ, &whole));
    assert_true(tap_rate_of((50 + TAP_WHOLE_HZ) / 2, &middle));
    assert_true(tap_rate_of(200, &fast));
    assert_true(slow.accel_hz < whole.accel_hz);
    assert_true(slow.tap_apart_s > whole.tap_apart_s);
    assert_float_equal(2 * middle.accel_hz, slow.accel_hz + whole.accel_hz,
                       1e-4);
    assert_float_equal(2 * middle.tap_apart_s,
                       slow.tap_apart_s + whole.tap_apart_s, 1e-4);
    assert_float_equal(fast.accel_hz, whole.accel_hz, 1e-6);
    assert_int_equal(fast.quiet_rank, whole.quiet_rank);
    assert_int_equal(fast.apart, whole.apart);
}

/* There, a finger's way back may look like another tap; a few taps without
 * rhythm are not counted twice. */
static void half_the_band_counts_no_finger_twice(void **unused)
{
    (void)unused;
    static struct session s;
    static const double at_s[] = {5, 5.45, 5.85, 6.4};
    for (int i = 0; i < 3; i++) {
        rest(&s, 12, 1.5);
        for (size_t k = 0; k < 4; k++) {
            tap(&s, at_s[k], 60);
            const struct blow back = {at_s[k] + 0.15 + 0.01 * i, 55, 30, 0.02,
                                      1};
            strike(&s, &back);
        }
        struct taps found = measure_slow(&s, 50);
        assert_int_equal(found.count, 4);
        release(&found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            taps_of_20_mg_in_5_mg_of_noise_are_counted_within_1_percent),
        cmocka_unit_test(each_tap_is_where_it_was),
        cmocka_unit_test(knock_of_3_g_changes_the_count_by_one_at_most),
        cmocka_unit_test(knocks_alone_are_no_series),
        cmocka_unit_test(rest_has_no_taps),
        cmocka_unit_test(knocks_without_rhythm_are_no_sure_series),
        cmocka_unit_test(noise_without_gyroscope_has_no_taps),
        cmocka_unit_test(faint_taps_are_named_rather_than_counted),
        cmocka_unit_test(walking_is_no_tapping),
        cmocka_unit_test(typing_is_no_tapping),
        cmocka_unit_test(hesitations_halts_and_decrement_are_seen),
        cmocka_unit_test(regular_series_has_little_variation),
        cmocka_unit_test(two_series_are_told_apart),
        cmocka_unit_test(strays_do_not_undo_a_series),
        cmocka_unit_test(another_size_after_a_halt_is_another_series),
        cmocka_unit_test(size_of_chunks_changes_nothing),
        cmocka_unit_test(gap_carries_nothing_over),
        cmocka_unit_test(way_of_wearing_changes_nothing),
        cmocka_unit_test(slow_recording_is_declined_with_a_reason),
        cmocka_unit_test(half_the_band_shows_strong_taps_and_says_so),
        cmocka_unit_test(half_the_band_shows_faint_taps_and_none_at_rest),
        cmocka_unit_test(half_the_band_counts_no_finger_twice),
        cmocka_unit_test(what_is_asked_of_taps_changes_gradually_with_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
