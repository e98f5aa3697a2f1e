/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tremor: rows at 100 Hz are halved to 50 Hz, windows of 3 s judged every
 * second, and every half second where there is tremor (tremor_window.c), runs
 * of windows made into bouts (tremor_bout.c), and in the end bouts into
 * segments (tremor_segments.c).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/vector.h"
#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/posture.h"
#include "analysis/spectrum.h"
#include "analysis/summary.h"
#include "analysis/tremor_bout.h"
#include "analysis/tremor_segments.h"
#include "analysis/tremor_window.h"

enum {
    GRID_HZ = 100,
    TAPS = 5,         /* of the filter before halving: binomial */
    DELAY = TAPS / 2, /* of it, rows */
    CHANNELS = 6,     /* gyroscope, accelerometer */
    ACCEL = 3,        /* first channel of the accelerometer */
    MISSED_MAX = 1,   /* windows a bout may go without tremor: no pause that
                       * is doubtful may count as tremor */
    /* a window and the one after it */
    ROWS = TREMOR_WINDOW_ROWS + TREMOR_WINDOW_HOP,
};

/* The filters before keep what is below this share of the recording's rate. */
static const double BAND_SHARE = 0.4;
static const double HIGHEST_HZ = 12.5;
static const double TOP_HZ = 18.0;
static const double LEAST_SOURCE_HZ = 19.5;

/* A worn band moves more than its gyroscope's noise in the same band. */
static const double WORN_FACTOR = 3.0;
static const double NOISE_LOW_HZ = 18.0;
static const double NOISE_HIGH_HZ = 24.0;
static const double SLOW_WIDTH_HZ = 2.05;

/* What is seen in a window. */
struct look {
    const float *x[CHANNELS]; /* TREMOR_WINDOW_ROWS each */
    double middle_s;
    struct tremor_spectra spectra;
    struct tremor_peak peak;
    enum tremor_verdict verdict;
};

struct state {
    struct tremor_limits limits;
    double lever_m;
    char reason[SUMMARY_REASON]; /* why nothing can be measured, or "" */
    struct spectrum *spectrum;
    float gain[TREMOR_BINS];  /* undoes the filter before halving */
    struct motion last[TAPS]; /* rows of the grid, newest last */
    struct motion hold[TAPS];
    uint64_t seen; /* rows of this segment */
    float x[CHANNELS][ROWS];
    size_t rows;
    double row_s;     /* of the newest row */
    bool begun;       /* the segment's first window has been looked at */
    bool was_tremor;  /* the last window */
    struct look look; /* at the window at hand */
    struct look next; /* at the one after it */
    struct posture posture;
    size_t axis; /* whose cycles are counted */
    bool in_bout;
    struct tremor_bout bout;
    size_t result_count;
    struct bout_result *result;
    uint64_t windows;
    uint64_t looks;
    double all[TREMOR_BINS]; /* sum of spectra */
    uint64_t tremor_windows;
    double tremor[TREMOR_BINS]; /* of sure bouts */
};

static void destroy(void *state)
{
    struct state *s = state;
    if (s != NULL) {
        spectrum_free(s->spectrum);
        free(s->result);
        free(s);
    }
}

static void fill_gain(struct state *s)
{
    const double pi = 3.14159265358979323846;
    for (size_t k = 0; k < TREMOR_BINS; k++) {
        double hz = (double)k * tremor_step_hz();
        double response = pow(cos(pi * hz / GRID_HZ), TAPS - 1);
        s->gain[k] = (float)(1.0 / (response * response));
    }
}

static void *create(const struct measure_input *input)
{
    struct state *s = aligned_alloc(_Alignof(struct state), sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    memset(s, 0, sizeof(*s));
    s->limits = (struct tremor_limits){
        .has_gyro = input->has_gyro,
        .has_accel = input->has_accel,
        .highest_hz = fmin(HIGHEST_HZ, BAND_SHARE * input->source_hz),
        .top_hz = fmin(TOP_HZ, BAND_SHARE * input->source_hz)};
    s->lever_m = input->lever_m;
    if (!(input->source_hz >= LEAST_SOURCE_HZ)) {
        snprintf(s->reason, sizeof(s->reason),
                 "tremor needs 20 samples a second or more; this recording "
                 "has %.4g",
                 input->source_hz);
        return s;
    }
    s->spectrum =
        spectrum_new(TREMOR_WINDOW_ROWS, TREMOR_WINDOW_FFT, TREMOR_WINDOW_HZ);
    if (s->spectrum == NULL) {
        destroy(s);
        return NULL;
    }
    posture_init(&s->posture);
    fill_gain(s);
    return s;
}

static void sum_axes(struct state *s, const float *const axis[3],
                     float psd[TREMOR_BINS])
{
    memset(psd, 0, TREMOR_BINS * sizeof(*psd));
    spectrum_add_axes(s->spectrum, axis, psd);
    for (size_t k = 0; k < TREMOR_BINS; k++) {
        psd[k] *= s->gain[k];
    }
}

static void mean_accel(const struct look *look, double out[3])
{
    /* Every tenth row will do. */
    memset(out, 0, 3 * sizeof(*out));
    for (size_t i = 0; i < TREMOR_WINDOW_ROWS; i += 10) {
        for (size_t axis = 0; axis < 3; axis++) {
            out[axis] += (double)look->x[ACCEL + axis][i];
        }
    }
}

/* Of the sensor that counts. */
static const float *psd_of(const struct state *s, const struct look *look)
{
    return s->limits.has_gyro ? look->spectra.gyro : look->spectra.accel;
}

/* True where slow motion is more than noise: somebody wears the band. */
static bool is_worn(const struct state *s, const struct look *look)
{
    double noise = tremor_power(psd_of(s, look), NOISE_LOW_HZ, NOISE_HIGH_HZ) /
                   (NOISE_HIGH_HZ - NOISE_LOW_HZ) * SLOW_WIDTH_HZ;
    return look->peak.slow_rms * look->peak.slow_rms > WORN_FACTOR * noise;
}

static int close_bout(struct state *s)
{
    struct bout_result result;
    bool was =
        s->in_bout && bout_close(&s->bout, &s->limits, s->lever_m, &result);
    s->in_bout = false;
    if (!was) {
        return 0;
    }
    struct bout_result *kept =
        array_add(&s->result, s->result_count, sizeof(*s->result));
    if (kept == NULL) {
        return ERR_NO_MEMORY;
    }
    *kept = result;
    s->result_count++;
    if (result.sure) {
        const double *sum = s->limits.has_gyro ? s->bout.gyro : s->bout.accel;
        s->tremor_windows += s->bout.count;
        for (size_t k = 0; k < TREMOR_BINS; k++) {
            s->tremor[k] += sum[k];
        }
    }
    return 0;
}

/* The axis that trembles most: differences leave slow motion out. */
static size_t liveliest_axis(const struct state *s, const struct look *look)
{
    size_t channel = s->limits.has_gyro ? 0 : ACCEL;
    float sum[3] = {0.0f};
    for (size_t i = 1; i < TREMOR_WINDOW_ROWS; i++) {
        for (size_t axis = 0; axis < 3; axis++) {
            const float *x = look->x[channel + axis];
            float step = x[i] - x[i - 1];
            sum[axis] += step * step;
        }
    }
    size_t best = sum[1] > sum[0] ? 1 : 0;
    return channel + (sum[2] > sum[best] ? 2 : best);
}

static void add_to_bout(struct state *s, const struct look *look)
{
    if (!s->in_bout) {
        bout_init(&s->bout);
        s->axis = liveliest_axis(s, look);
        s->in_bout = true;
    }
    bout_add(&s->bout, &look->peak, &look->spectra, look->middle_s);
    s->bout.clear += look->verdict == TREMOR_CLEAR ? 1 : 0;
    double up[3];
    mean_accel(look, up);
    for (size_t axis = 0; axis < 3; axis++) {
        s->bout.up[axis] += up[axis];
    }
    tremor_cycles_add(&s->bout.cycles, look->x[s->axis],
                      look->peak.frequency_hz, look->middle_s);
}

/* Goes on with the bout, ends it, or begins one. A clear tremor of another
 * frequency is not kept waiting. */
static int follow(struct state *s, const struct look *look)
{
    int err = 0;
    bool tremor = look->verdict != TREMOR_NONE;
    if (s->in_bout && !(tremor && bout_continues(&s->bout, &look->peak))) {
        s->bout.missed++;
        if (s->bout.missed <= MISSED_MAX && look->verdict != TREMOR_CLEAR) {
            return 0;
        }
        err = close_bout(s);
    }
    if (tremor) {
        add_to_bout(s, look);
        if (bout_is_full(&s->bout)) {
            err = close_bout(s);
        }
    }
    return err;
}

static void note_posture(struct state *s, const struct look *look,
                         uint32_t windows)
{
    double sway = tremor_sway_dps(&s->limits, look->peak.slow_rms);
    if (!s->limits.has_accel || sway > TREMOR_MOVING_DPS || !is_worn(s, look)) {
        return;
    }
    double up[3];
    mean_accel(look, up);
    bool tremor = look->verdict != TREMOR_NONE;
    posture_add(&s->posture, up, tremor ? (double)NAN : sway, windows);
}

VECTOR_CLONES
static void add_to_sum(double sum[TREMOR_BINS], const float psd[TREMOR_BINS])
{
    for (size_t k = 0; k < TREMOR_BINS; k++) {
        sum[k] += (double)psd[k];
    }
}

/* Judges the window that begins with row `from`. */
static void look_at(struct state *s, size_t from, struct look *look)
{
    double back = (double)(s->rows - from) - 0.5 * (TREMOR_WINDOW_ROWS + 1);
    look->middle_s = s->row_s - back / TREMOR_WINDOW_HZ;
    for (size_t channel = 0; channel < CHANNELS; channel++) {
        look->x[channel] = s->x[channel] + from;
    }
    const struct tremor_limits *limits = &s->limits;
    struct tremor_spectra *spectra = &look->spectra;
    if (limits->has_gyro) {
        sum_axes(s, look->x, spectra->gyro);
    } else {
        sum_axes(s, look->x + ACCEL, spectra->accel);
    }
    const float *psd = psd_of(s, look);
    s->looks++;
    add_to_sum(s->all, psd);
    look->verdict = tremor_window_judge(psd, limits, &look->peak);
    if (look->verdict == TREMOR_NONE || !limits->has_accel) {
        return;
    }
    if (limits->has_gyro) {
        sum_axes(s, look->x + ACCEL, spectra->accel);
    }
    if (look->verdict == TREMOR_CLEAR &&
        tremor_window_is_blows(spectra->accel, look->peak.frequency_hz,
                               limits->top_hz)) {
        look->verdict = TREMOR_NONE;
    }
}

/* Takes `look` for what is in so many windows. */
static int take(struct state *s, const struct look *look, uint32_t windows)
{
    s->windows += windows;
    s->was_tremor = look->verdict != TREMOR_NONE;
    note_posture(s, look, windows);
    return follow(s, look);
}

/* The window at hand and the one after it. Between two without tremor there is
 * none that matters: a bout has two windows at least. */
static int judge_two(struct state *s)
{
    look_at(s, TREMOR_WINDOW_HOP, &s->next);
    if (s->next.verdict == TREMOR_NONE && !s->was_tremor && !s->in_bout) {
        return take(s, &s->next, 2);
    }
    look_at(s, 0, &s->look);
    int err = take(s, &s->look, 1);
    return err < 0 ? err : take(s, &s->next, 1);
}

static int judge_one(struct state *s)
{
    look_at(s, 0, &s->look);
    return take(s, &s->look, 1);
}

/* The TAPS rows up to row `at` of a push, one after the other: those before it
 * are in `last`. */
VECTOR_INLINE const octet *taps_at(struct state *s, const struct motion *rows,
                                   size_t at)
{
    const struct motion *tap = s->hold;
    if (at >= TAPS - 1) {
        tap = &rows[at - (TAPS - 1)];
    } else {
        size_t old = TAPS - 1 - at;
        memcpy(s->hold, s->last + TAPS - old, old * sizeof(*s->hold));
        memcpy(s->hold + old, rows, (at + 1) * sizeof(*s->hold));
    }
    return (const octet *)(const void *)tap;
}

/* Halves the rate: `n` filtered rows, the first of the TAPS up to `at`. All of
 * a row's floats go the same way, for the processor's sake. */
VECTOR_CLONES
static void add_rows(struct state *s, const struct motion *rows, size_t at,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const octet *tap = taps_at(s, rows, at + 2 * i);
        octet sum = 0.0625f * (tap[0] + tap[4]) + 0.25f * (tap[1] + tap[3]) +
                    0.375f * tap[2];
        for (size_t axis = 0; axis < 3; axis++) {
            s->x[axis][s->rows + i] = sum[3 + axis];
            s->x[ACCEL + axis][s->rows + i] = sum[axis];
        }
    }
    s->rows += n;
}

static void keep_last(struct state *s, const struct motion *rows, size_t n)
{
    size_t fresh = n < TAPS ? n : TAPS;
    memmove(s->last, s->last + fresh, (TAPS - fresh) * sizeof(*s->last));
    memcpy(s->last + TAPS - fresh, rows + n - fresh, fresh * sizeof(*s->last));
}

static void drop_rows(struct state *s, size_t n)
{
    s->rows -= n;
    for (size_t channel = 0; channel < CHANNELS; channel++) {
        float *x = s->x[channel];
        memmove(x, x + n, s->rows * sizeof(*x));
    }
}

/* Judges what is there to be judged. */
static int judge(struct state *s)
{
    int err = 0;
    if (!s->begun && s->rows == TREMOR_WINDOW_ROWS) {
        s->begun = true;
        err = judge_one(s);
        drop_rows(s, TREMOR_WINDOW_HOP);
    } else if (s->rows == ROWS) {
        err = judge_two(s);
        drop_rows(s, 2 * (size_t)TREMOR_WINDOW_HOP);
    }
    return err;
}

/* The first of n rows up to which there are TAPS, every other row. */
static size_t first_row(const struct state *s, size_t n)
{
    static const uint64_t FIRST = TAPS - 1;
    uint64_t first = s->seen < FIRST ? FIRST - s->seen : s->seen % 2;
    return first < n ? (size_t)first : n;
}

static int push(void *state, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    struct state *s = state;
    if (s->spectrum == NULL) {
        return 0;
    }
    for (size_t i = first_row(s, n); i < n;) {
        size_t room = (s->begun ? ROWS : TREMOR_WINDOW_ROWS) - s->rows;
        size_t left = (n - i + 1) / 2;
        size_t part = left < room ? left : room;
        add_rows(s, rows, i, part);
        i += 2 * part;
        s->row_s = t0_s + (double)(i - 2) * dt_s - (double)DELAY / GRID_HZ;
        int err = judge(s);
        if (err < 0) {
            return err;
        }
    }
    s->seen += n;
    keep_last(s, rows, n);
    return 0;
}

static int gap(void *state)
{
    struct state *s = state;
    int err = 0;
    if (s->begun && s->rows >= TREMOR_WINDOW_ROWS) {
        err = judge_one(s);
    }
    s->rows = 0;
    s->seen = 0;
    s->begun = false;
    s->was_tremor = false;
    return err < 0 ? err : close_bout(s);
}

static void mean_spectrum(const struct state *s, struct tremor *out)
{
    out->spectrum_step_hz = tremor_step_hz();
    out->spectrum_is_gyro = s->limits.has_gyro;
    out->spectrum_is_tremor = s->tremor_windows > 0;
    const double *sum = out->spectrum_is_tremor ? s->tremor : s->all;
    double n = (double)(out->spectrum_is_tremor ? s->tremor_windows : s->looks);
    for (size_t k = 0; k < TREMOR_BINS; k++) {
        out->spectrum[k] = sum[k] / fmax(n, 1.0);
    }
}

static int finish(void *state, struct summary *summary)
{
    struct state *s = state;
    struct tremor *out = &summary->tremor;
    out->lever_m = s->lever_m;
    snprintf(out->reason, sizeof(out->reason), "%s", s->reason);
    if (s->spectrum == NULL) {
        return 0;
    }
    if (s->windows == 0) {
        snprintf(out->reason, sizeof(out->reason),
                 "no stretch of 3 s without a gap");
        return 0;
    }
    out->analysed_s = (double)s->windows * TREMOR_WINDOW_HOP / TREMOR_WINDOW_HZ;
    mean_spectrum(s, out);
    const struct tremor_bouts bouts = {s->result_count, s->result, &s->posture};
    return tremor_segments_add(&bouts, &s->limits, out);
}

const struct measure tremor_measure = {
    .name = "tremor",
    .rate_hz = GRID_HZ,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
