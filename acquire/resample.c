/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are kept in one buffer beside their times. An output instant falls into
 * the interval between two rows; how far into it picks the filter's phase:
 * PHASES rows of coefficients a low-rate sample, with straight lines between
 * them. The error of those lines is (2 pi 0.59 / 128)^2 / 8, -80 dB.
 */
#include "acquire/resample.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/vector.h"

/* Kaiser, "Nonrecursive digital filter design using the I0-sinh window
 * function" (1974): attenuation A needs beta = 0.1102 (A - 8.7) and a length
 * of (A - 7.95) / (2.285 x transition width [rad]). */
#define ATTENUATION_DB 64.0
/* Centre of the transition [lower rate]. At one half, the filter to a higher
 * rate is 0 at all rows but the one that it stands on: where the grids
 * coincide, what comes out is what came in. */
#define CUTOFF 0.5
#define TRANSITION 0.196 /* its width [lower rate] */
#define PI 3.14159265358979323846

#define GRID_TOLERANCE 1e-6 /* [output steps] */

enum {
    PHASES = 128,  /* a sample of the lower rate */
    FRACTION = 16, /* bits of the position between two rows: rounding it
                    * keeps rounding of times out of the output (-94 dB) */
    LANES = 4,     /* coefficients taken at once */
};

typedef float quad __attribute__((vector_size(16), may_alias));

struct instant {
    double t_s;
    double per_s; /* 1 / (time to the next row) */
};

struct resample {
    double out_hz;
    double step_s;         /* 1 / out_hz */
    size_t half;           /* rows that the filter reaches to either side */
    unsigned phases;       /* a power of two */
    float *table;          /* (phases + 1) x 2 half coefficients */
    float *mixed;          /* 2 half coefficients between two phases */
    bool keeps_rows;       /* phase 0 of the table is a row as it is */
    struct motion *rows;   /* less `reference` */
    struct instant *times; /* of the rows */
    size_t capacity;       /* rows */
    size_t count;          /* rows held, repeated ones at the edges included */
    size_t last;           /* true last row */
    size_t at;             /* row at or before the next output instant */
    int64_t next;          /* output instant, in steps */
    bool begun;
    bool flushed;
    struct motion reference; /* the segment's first row: what is filtered is
                              * the difference, so a constant stays exact */
};

static double bessel_i0(double x)
{
    double sum = 1;
    double term = 1;
    for (int k = 1; term > sum * 1e-17; k++) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* Windowed sinc at `d` rows from its middle, not yet normalised. */
static double kernel(double d, double half, double cutoff)
{
    const double beta = 0.1102 * (ATTENUATION_DB - 8.7);
    double x = d / half;
    double window = bessel_i0(beta * sqrt(fmax(0, 1 - x * x)));
    double angle = 2 * PI * cutoff * d;
    return window * (angle == 0 ? 1 : sin(angle) / angle);
}

/* Fills the coefficients of all phases, each with a sum of 1. */
static void fill_table(struct resample *r, double cutoff)
{
    size_t taps = 2 * r->half;
    for (unsigned p = 0; p <= r->phases; p++) {
        float *row = r->table + p * taps;
        double shift = (double)(r->half - 1) + (double)p / r->phases;
        double sum = 0;
        for (size_t j = 0; j < taps; j++) {
            sum += kernel((double)j - shift, (double)r->half, cutoff);
        }
        for (size_t j = 0; j < taps; j++) {
            double h = kernel((double)j - shift, (double)r->half, cutoff);
            row[j] = (float)(h / sum);
        }
    }
}

static void *allocate(size_t count, size_t size)
{
    size_t bytes = (count * size + 31) & ~(size_t)31;
    return aligned_alloc(32, bytes);
}

struct resample *resample_new(double in_hz, double out_hz)
{
    if (!(in_hz >= 1 && in_hz <= 10000 && out_hz >= 1 && out_hz <= 10000)) {
        return NULL;
    }
    struct resample *r = allocate(1, sizeof(*r));
    if (r == NULL) {
        return NULL;
    }
    double lower = fmin(1, out_hz / in_hz); /* [in_hz] */
    double width =
        (ATTENUATION_DB - 7.95) / (2.285 * 2 * PI * TRANSITION * lower);
    *r = (struct resample){.out_hz = out_hz,
                           .step_s = 1 / out_hz,
                           .phases = PHASES,
                           .keeps_rows = lower == 1};
    r->half = LANES / 2 * (size_t)ceil(width / LANES);
    while (r->phases > 2 && r->phases * (1 / lower) >= 2 * PHASES) {
        r->phases /= 2;
    }
    r->capacity = 5 * r->half + 1 + RESAMPLE_PUSH_MAX;
    r->table = allocate(2 * r->half * (r->phases + 1), sizeof(*r->table));
    r->mixed = allocate(2 * r->half, sizeof(*r->mixed));
    r->rows = allocate(r->capacity, sizeof(*r->rows));
    r->times = allocate(r->capacity, sizeof(*r->times));
    if (r->table == NULL || r->mixed == NULL || r->rows == NULL ||
        r->times == NULL) {
        resample_free(r);
        return NULL;
    }
    fill_table(r, CUTOFF * lower);
    return r;
}

void resample_free(struct resample *r)
{
    if (r == NULL) {
        return;
    }
    free(r->times);
    free(r->rows);
    free(r->mixed);
    free(r->table);
    free(r);
}

void resample_reset(struct resample *r)
{
    r->count = 0;
    r->begun = false;
    r->flushed = false;
}

static inline void add_row(struct resample *r, const struct motion *row,
                           double t_s, double per_s)
{
    const octet *in = (const octet *)(const void *)row;
    const octet *reference = (const octet *)(const void *)&r->reference;
    octet *out = (octet *)(void *)&r->rows[r->count];
    *out = *in - *reference;
    r->times[r->count] = (struct instant){t_s, per_s};
    r->count++;
}

static float number_or_0(float x)
{
    return isnan(x) ? 0 : x;
}

static void begin(struct resample *r, const struct motion *row, double t0_s)
{
    resample_reset(r);
    r->begun = true;
    r->reference = *row;
    for (int c = 0; c < 3; c++) {
        r->reference.accel[c] = number_or_0(row->accel[c]);
        r->reference.gyro[c] = number_or_0(row->gyro[c]);
    }
    r->reference.temperature = number_or_0(row->temperature);
    r->reference.spare = number_or_0(row->spare);
    for (size_t j = 0; j + 1 < r->half; j++) {
        add_row(r, row, t0_s, 0);
    }
    r->at = r->count;
    r->next = (int64_t)ceil(t0_s * r->out_hz - GRID_TOLERANCE);
}

/* Moves what is still needed to the buffer's front. */
static void make_room(struct resample *r)
{
    size_t drop = r->at - (r->half - 1);
    r->count -= drop;
    r->at -= drop;
    memmove(r->rows, r->rows + drop, r->count * sizeof(*r->rows));
    memmove(r->times, r->times + drop, r->count * sizeof(*r->times));
}

VECTOR_CLONES
void resample_push(struct resample *r, const struct motion *rows, size_t n,
                   double t0_s, double dt_s)
{
    if (n == 0) {
        return;
    }
    if (!r->begun || r->flushed) {
        begin(r, &rows[0], t0_s);
    }
    size_t tail = r->half + 1; /* what flush adds */
    if (r->count + n + tail > r->capacity) {
        make_room(r);
    }
    assert(r->count + n + tail <= r->capacity);
    struct instant *before = &r->times[r->count - 1];
    before->per_s = 1 / (t0_s - before->t_s);
    for (size_t i = 0; i < n; i++) {
        add_row(r, &rows[i], t0_s + (double)i * dt_s, 1 / dt_s);
    }
    r->last = r->count - 1;
}

void resample_flush(struct resample *r)
{
    if (!r->begun || r->flushed) {
        return;
    }
    size_t first = r->at - (r->half - 1);
    if (r->count + r->half + 1 > r->capacity) {
        make_room(r);
        r->last -= first;
    }
    r->times[r->last].per_s = 0;
    for (size_t j = 0; j <= r->half; j++) {
        r->rows[r->count] = r->rows[r->last];
        r->times[r->count] = (struct instant){INFINITY, 0};
        r->count++;
    }
    r->flushed = true;
}

/* Goes to the row at or before `t_s`. False: rows that the filter needs are
 * not there yet. */
static inline bool seek(struct resample *r, double t_s)
{
    while (r->at + 1 < r->count && r->times[r->at + 1].t_s <= t_s) {
        r->at++;
    }
    return r->at + r->half + 1 < r->count;
}

/* The coefficients `f` of the way from a phase of the table to the next. */
static inline const float *mix(const struct resample *r, const float *phase,
                               float f)
{
    const quad *a = (const quad *)(const void *)phase;
    const quad *b = (const quad *)(const void *)(phase + 2 * r->half);
    quad *out = (quad *)(void *)r->mixed;
    for (size_t j = 0; j < 2 * r->half / LANES; j++) {
        out[j] = a[j] + f * (b[j] - a[j]);
    }
    return r->mixed;
}

/* Adds to `out` the sum of 2 x half rows, weighted by the coefficients `h`. */
static inline void convolve(const struct resample *r, const float *h,
                            const struct motion *rows, octet *out)
{
    const octet *x = (const octet *)(const void *)rows;
    octet sum[LANES] = {{0}};
    for (size_t j = 0; j < 2 * r->half; j += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum[k] += h[j + k] * x[j + k];
        }
    }
    *out += (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Motion at `t_s`, for which seek has just said true. */
static inline void evaluate(const struct resample *r, double t_s,
                            struct motion *out)
{
    double part = (t_s - r->times[r->at].t_s) * r->times[r->at].per_s;
    part = part > 0 ? part : 0;
    uint32_t position = (uint32_t)(part * (1 << FRACTION) + 0.5);
    const struct motion *row = &r->rows[r->at + (position >> FRACTION)];
    position &= (1 << FRACTION) - 1;
    octet *y = (octet *)(void *)out;
    *y = *(const octet *)(const void *)&r->reference;
    if (position == 0 && r->keeps_rows) {
        *y += *(const octet *)(const void *)row;
        return;
    }
    uint32_t scaled = position * r->phases;
    float f = (float)(scaled & ((1 << FRACTION) - 1)) / (1 << FRACTION);
    const float *h = r->table + (scaled >> FRACTION) * 2 * r->half;
    convolve(r, f == 0 ? h : mix(r, h, f), row - (r->half - 1), y);
}

VECTOR_CLONES
size_t resample_pull(struct resample *r, struct motion *out, size_t max,
                     double *t0_s)
{
    if (!r->begun) {
        return 0;
    }
    double end_s = INFINITY;
    if (r->flushed) {
        end_s = r->times[r->last].t_s + GRID_TOLERANCE / r->out_hz;
    }
    /* A copy, which stores to `out` cannot change: it lives in registers. */
    struct resample here = *r;
    *t0_s = (double)here.next / here.out_hz;
    size_t n = 0;
    while (n < max) {
        double t_s = (double)here.next * here.step_s;
        if (t_s > end_s || !seek(&here, t_s)) {
            break;
        }
        evaluate(&here, t_s, &out[n]);
        here.next++;
        n++;
    }
    r->at = here.at;
    r->next = here.next;
    return n;
}

int resample_at(struct resample *r, double t_s, struct motion *out)
{
    if (!r->begun || !seek(r, t_s)) {
        return 0;
    }
    evaluate(r, t_s, out);
    return 1;
}
