/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are kept in one buffer, in runs that are even in themselves. An output
 * instant falls into the interval between two rows; how far into it picks the
 * filter's phase: PHASES rows of coefficients a low-rate sample, with straight
 * lines between them. The error of those lines is (2 pi 0.59 / 128)^2 / 8,
 * -80 dB.
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
    BATCH = 8,     /* outputs made at once */
    ROOM = 512,    /* rows that stay in a processor's cache beside others */
};

typedef float quad __attribute__((vector_size(16), may_alias));

/* Rates nearer to each other than this are the same. */
static const double SAME_RATE = 1e-6;

/* Rows that came in one push. */
struct run {
    size_t first;
    double t0_s;
    double per_s; /* rows a second */
    double last;  /* from first row to last */
    double last_s;
    double next_per_s; /* 1 / (time from its last row to the next run) */
};

struct resample {
    double out_hz;
    double step_s;    /* 1 / out_hz */
    size_t half;      /* rows that the filter reaches to either side */
    unsigned phases;  /* a power of two */
    float *table;     /* (phases + 1) x 2 half coefficients */
    float *mixed;     /* 2 half coefficients between two phases */
    bool keeps_rows;  /* phase 0 of the table is a row as it is */
    octet *rows;      /* less `reference` */
    struct run *runs; /* of the rows */
    size_t capacity;  /* rows and runs */
    size_t count;     /* rows held, repeated ones at the edges included */
    size_t run_count;
    size_t run;   /* of the last output instant */
    size_t at;    /* row that the last output was made at */
    int64_t next; /* output instant, in steps */
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
    double lower = out_hz / in_hz; /* rate [in_hz] */
    lower = lower > 1 - SAME_RATE ? 1 : lower;
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
    r->runs = allocate(r->capacity, sizeof(*r->runs));
    if (r->table == NULL || r->mixed == NULL || r->rows == NULL ||
        r->runs == NULL) {
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
    free(r->runs);
    free(r->rows);
    free(r->mixed);
    free(r->table);
    free(r);
}

void resample_reset(struct resample *r)
{
    r->count = 0;
    r->run_count = 0;
    r->begun = false;
    r->flushed = false;
}

static float number_or_0(float x)
{
    return isnan(x) ? 0 : x;
}

static inline const octet *as_octet(const struct motion *motion)
{
    return (const octet *)(const void *)motion;
}

/* Says when the rows from `first` on come. */
static void add_run(struct resample *r, size_t n, double t0_s, double dt_s)
{
    if (r->run_count > 0) {
        struct run *before = &r->runs[r->run_count - 1];
        before->next_per_s = 1 / (t0_s - before->last_s);
    }
    double last = (double)(n - 1);
    r->runs[r->run_count++] = (struct run){.first = r->count,
                                           .t0_s = t0_s,
                                           .per_s = n > 1 ? 1 / dt_s : 0,
                                           .last = last,
                                           .last_s = t0_s + last * dt_s};
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
        r->rows[r->count++] = *as_octet(row) - *as_octet(&r->reference);
    }
    r->at = r->count;
    r->run = 0;
    r->next = (int64_t)ceil(t0_s * r->out_hz - GRID_TOLERANCE);
}

/* Moves what is still needed to the front. */
static void make_room(struct resample *r)
{
    size_t drop = r->at - (r->half - 1);
    r->count -= drop;
    r->at -= drop;
    memmove(r->rows, r->rows + drop, r->count * sizeof(*r->rows));
    r->run_count -= r->run;
    memmove(r->runs, r->runs + r->run, r->run_count * sizeof(*r->runs));
    r->run = 0;
    for (size_t i = 0; i < r->run_count; i++) {
        r->runs[i].first -= drop;
    }
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
    if (r->count > ROOM || r->count + n + tail > r->capacity) {
        make_room(r);
    }
    assert(r->count + n + tail <= r->capacity);
    add_run(r, n, t0_s, dt_s);
    const octet reference = *as_octet(&r->reference);
    octet *to = r->rows + r->count;
    for (size_t i = 0; i < n; i++) {
        to[i] = *as_octet(&rows[i]) - reference;
    }
    r->count += n;
}

void resample_flush(struct resample *r)
{
    if (!r->begun || r->flushed) {
        return;
    }
    if (r->count + r->half + 1 > r->capacity) {
        make_room(r);
    }
    for (size_t j = 0; j <= r->half; j++) {
        r->rows[r->count] = r->rows[r->count - 1];
        r->count++;
    }
    r->flushed = true;
}

/* Goes to the row at `t_s`. Returns where that is: rows, and parts of
 * 1 / 2^FRACTION of one. */
VECTOR_INLINE uint64_t seek(struct resample *r, double t_s)
{
    while (r->run + 1 < r->run_count && r->runs[r->run + 1].t0_s <= t_s) {
        r->run++;
    }
    const struct run *run = &r->runs[r->run];
    double row = t_s > run->last_s
                     ? run->last + (t_s - run->last_s) * run->next_per_s
                     : (t_s - run->t0_s) * run->per_s;
    row = row > 0 ? row : 0;
    uint64_t place = (uint64_t)(int64_t)(row * (1 << FRACTION) + 0.5);
    place += (uint64_t)run->first << FRACTION;
    r->at = (size_t)(place >> FRACTION);
    return place;
}

/* How many rows from that at `place` on have all those that the filter needs
 * for them. */
VECTOR_INLINE size_t reached(const struct resample *r, uint64_t place)
{
    size_t needed = (size_t)(place >> FRACTION) + r->half + 1;
    return needed < r->count ? r->count - needed : 0;
}

/* The coefficients `f` of the way from a phase of the table to the next. */
VECTOR_INLINE const float *mix(const struct resample *r, const float *phase,
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

/* The sum of 2 x half rows, weighted by the coefficients `h`. */
VECTOR_INLINE void convolve(const struct resample *r, const float *h,
                            const octet *rows, octet *out)
{
    octet sum[LANES] = {{0}};
    for (size_t j = 0; j < 2 * r->half; j += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum[k] += h[j + k] * rows[j + k];
        }
    }
    *out = (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* The same of BATCH outputs, whose rows are `stride` apart: a coefficient is
 * fetched once for all. */
VECTOR_INLINE void convolve_batch(const struct resample *r, const float *h,
                                  const octet *rows, size_t stride, octet *out)
{
    octet part[LANES][BATCH];
    for (size_t k = 0; k < LANES; k++) {
        octet sum[BATCH] = {{0}};
        for (size_t j = k; j < 2 * r->half; j += LANES) {
            for (size_t i = 0; i < BATCH; i++) {
                sum[i] += h[j] * rows[i * stride + j];
            }
        }
        memcpy(part[k], sum, sizeof(sum));
    }
    for (size_t i = 0; i < BATCH; i++) {
        out[i] = (part[0][i] + part[1][i]) + (part[2][i] + part[3][i]);
    }
}

VECTOR_INLINE const float *coefficients(const struct resample *r,
                                        uint64_t place)
{
    uint32_t scaled = (uint32_t)place % (1 << FRACTION) * r->phases;
    float f = (float)(scaled % (1 << FRACTION)) / (1 << FRACTION);
    const float *h = r->table + (scaled >> FRACTION) * 2 * r->half;
    return f == 0 ? h : mix(r, h, f);
}

/* Motion at `place`, which is reached. */
VECTOR_INLINE void evaluate(const struct resample *r, uint64_t place,
                            octet *out)
{
    const octet *row = &r->rows[place >> FRACTION];
    octet sum = *row;
    if (place % (1 << FRACTION) != 0 || !r->keeps_rows) {
        convolve(r, coefficients(r, place), row - (r->half - 1), &sum);
    }
    *out = *as_octet(&r->reference) + sum;
}

/* Motion at BATCH places that are `stride` rows apart. */
VECTOR_INLINE void evaluate_batch(const struct resample *r, uint64_t place,
                                  size_t stride, octet *out)
{
    const octet *row = &r->rows[place >> FRACTION];
    octet sum[BATCH];
    convolve_batch(r, coefficients(r, place), row - (r->half - 1), stride, sum);
    for (size_t i = 0; i < BATCH; i++) {
        out[i] = *as_octet(&r->reference) + sum[i];
    }
}

/* How many output instants, `most` at most, fall on one row of a run each, one
 * after the other. */
static size_t on_rows(struct resample *r, size_t most)
{
    uint64_t place = seek(r, (double)r->next * r->step_s);
    const struct run *run = &r->runs[r->run];
    size_t row = r->at;
    size_t end = run->first + (size_t)run->last + 1;
    size_t n = row < end ? end - row : 0;
    n = n < most ? n : most;
    n = n < reached(r, place) ? n : reached(r, place);
    if (n == 0 || place % (1 << FRACTION) != 0) {
        return 0;
    }
    double last_s = (double)(r->next + (int64_t)n - 1) * r->step_s;
    uint64_t last = place + ((uint64_t)(n - 1) << FRACTION);
    bool all = last_s <= run->last_s && seek(r, last_s) == last;
    r->at = row;
    return all ? n : 0;
}

/* Takes the output that is rows as they are, where much is. */
VECTOR_CLONES
static size_t take_rows(struct resample *r, octet *out, size_t max)
{
    const octet reference = *as_octet(&r->reference);
    size_t taken = 0;
    size_t n;
    while (r->keeps_rows && (n = on_rows(r, max - taken)) > 0) {
        const octet *row = &r->rows[r->at];
        for (size_t i = 0; i < n; i++) {
            out[taken + i] = reference + row[i];
        }
        r->next += (int64_t)n;
        taken += n;
    }
    return taken;
}

/* The places of the next `most` output instants; returns how many of them are
 * reached and not after `end_s`. */
VECTOR_INLINE size_t next_places(struct resample *r, double end_s, size_t most,
                                 uint64_t place[BATCH])
{
    size_t n = 0;
    for (; n < most; n++) {
        double t_s = (double)r->next * r->step_s;
        place[n] = seek(r, t_s);
        if (t_s > end_s || reached(r, place[n]) == 0) {
            break;
        }
        r->next++;
    }
    return n;
}

/* Rows from each place to the next, 0 unless all are whole and alike: then
 * all places have the same coefficients. */
VECTOR_INLINE size_t stride_of(const uint64_t place[BATCH])
{
    uint64_t step = place[1] - place[0];
    uint64_t off = step % (1 << FRACTION);
    for (size_t i = 2; i < BATCH; i++) {
        off |= (place[i] - place[i - 1]) ^ step;
    }
    return off == 0 ? (size_t)(step >> FRACTION) : 0;
}

VECTOR_CLONES
static size_t take(struct resample *r, octet *out, size_t max)
{
    double end_s = INFINITY;
    if (r->flushed) {
        end_s = r->runs[r->run_count - 1].last_s + GRID_TOLERANCE / r->out_hz;
    }
    if (reached(r, seek(r, (double)r->next * r->step_s)) == 0) {
        return 0;
    }
    /* A copy, which stores to `out` cannot change: it lives in registers. */
    struct resample here = *r;
    size_t n = 0;
    size_t got = BATCH;
    while (got == BATCH && n < max) {
        uint64_t place[BATCH];
        size_t most = max - n < BATCH ? max - n : BATCH;
        got = next_places(&here, end_s, most, place);
        size_t stride = got == BATCH ? stride_of(place) : 0;
        if (stride > 0 && !here.keeps_rows) {
            evaluate_batch(&here, place[0], stride, &out[n]);
        } else {
            for (size_t i = 0; i < got; i++) {
                evaluate(&here, place[i], &out[n + i]);
            }
        }
        n += got;
    }
    r->run = here.run;
    r->at = here.at;
    r->next = here.next;
    return n;
}

size_t resample_pull(struct resample *r, struct motion *out, size_t max,
                     double *t0_s)
{
    if (!r->begun) {
        return 0;
    }
    *t0_s = (double)r->next / r->out_hz;
    octet *to = (octet *)(void *)out;
    size_t n = take_rows(r, to, max);
    return n + take(r, to + n, max - n);
}

int resample_at(struct resample *r, double t_s, struct motion *out)
{
    if (!r->begun) {
        return 0;
    }
    uint64_t place = seek(r, t_s);
    if (reached(r, place) == 0) {
        return 0;
    }
    evaluate(r, place, (octet *)(void *)out);
    return 1;
}
