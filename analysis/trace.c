/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The overview of a session for pictures: least and most of the magnitudes in
 * equal columns. Columns begin narrow; each time they run out, neighbours are
 * joined and all are twice as wide, so that memory stays the same.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/vector.h"
#include "analysis/measure.h"
#include "analysis/summary.h"

static const double FIRST_COLUMN_S = 1.0 / 64;
static const double COLUMN_SAMPLES = 2;

enum { ACCEL = 0, GYRO = 3 }; /* first axis of each in a struct motion */

struct column {
    float accel2_low; /* squares, taken apart at the end */
    float accel2_high;
    float gyro2_high;
    float used; /* 0: nothing fell in */
};

struct state {
    double column_s;
    size_t columns; /* up to the last one used */
    struct column column[TRACE_COLUMNS];
};

static void *create(const struct measure_input *input)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state != NULL) {
        state->column_s = FIRST_COLUMN_S;
        /* Each column must get a sample, or the picture falls apart. */
        while (state->column_s * fmax(input->source_hz, 1) < COLUMN_SAMPLES) {
            state->column_s *= 2;
        }
    }
    return state;
}

static void join(struct column *into, const struct column *other)
{
    if (other->used == 0) {
        return;
    }
    if (into->used == 0) {
        *into = *other;
        return;
    }
    into->accel2_low = fminf(into->accel2_low, other->accel2_low);
    into->accel2_high = fmaxf(into->accel2_high, other->accel2_high);
    into->gyro2_high = fmaxf(into->gyro2_high, other->gyro2_high);
}

static void widen(struct state *state)
{
    for (size_t i = 0; i < TRACE_COLUMNS / 2; i++) {
        struct column pair = state->column[2 * i];
        join(&pair, &state->column[2 * i + 1]);
        state->column[i] = pair;
    }
    memset(&state->column[TRACE_COLUMNS / 2], 0, sizeof(state->column) / 2);
    state->columns = (state->columns + 1) / 2;
    state->column_s *= 2;
}

/* Both magnitudes' squares, at once: in lanes ACCEL and GYRO; the other lanes
 * hold what nobody asks for. */
VECTOR_INLINE void squares(const struct motion *row, octet *out)
{
    octet x = *(const octet *)(const void *)row;
    x *= x;
    *out = x + __builtin_shufflevector(x, x, 1, 2, 3, 4, 5, 6, 7, 0) +
           __builtin_shufflevector(x, x, 2, 3, 4, 5, 6, 7, 0, 1);
}

VECTOR_CLONES
static struct column extremes(const struct motion *rows, size_t n)
{
    float low = INFINITY;
    float high = 0;
    float gyro = 0;
    for (size_t i = 0; i < n; i++) {
        octet here;
        squares(&rows[i], &here);
        low = here[ACCEL] < low ? here[ACCEL] : low;
        high = here[ACCEL] > high ? here[ACCEL] : high;
        gyro = here[GYRO] > gyro ? here[GYRO] : gyro;
    }
    return (struct column){low, high, gyro, 1};
}

/* Rows from `rows` that fall into the column of the first, n at most. */
static size_t rows_in_column(const struct state *state, size_t n, double t_s,
                             double dt_s)
{
    double end_s = (floor(t_s / state->column_s) + 1) * state->column_s;
    double fit = ceil((end_s - t_s) / dt_s);
    return fit < 1 ? 1 : fit < (double)n ? (size_t)fit : n;
}

static int push(void *self, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    struct state *state = self;
    while (n > 0) {
        size_t index = (size_t)fmax(0, t0_s / state->column_s);
        if (index >= TRACE_COLUMNS) {
            widen(state);
            continue;
        }
        size_t take = rows_in_column(state, n, t0_s, dt_s);
        struct column now = extremes(rows, take);
        join(&state->column[index], &now);
        if (index + 1 > state->columns) {
            state->columns = index + 1;
        }
        rows += take;
        n -= take;
        t0_s += (double)take * dt_s;
    }
    return 0;
}

static int gap(void *self)
{
    (void)self;
    return 0;
}

static int finish(void *self, struct summary *summary)
{
    const struct state *state = self;
    struct trace *trace = &summary->trace;
    trace->column_s = state->column_s;
    trace->columns = state->columns;
    for (size_t i = 0; i < state->columns; i++) {
        const struct column *column = &state->column[i];
        bool used = column->used != 0;
        trace->accel_low_g[i] = used ? sqrtf(column->accel2_low) : NAN;
        trace->accel_high_g[i] = used ? sqrtf(column->accel2_high) : NAN;
        trace->gyro_high_dps[i] = used ? sqrtf(column->gyro2_high) : NAN;
    }
    return 0;
}

const struct measure trace_measure = {
    .name = "trace",
    .rate_hz = 0,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = free,
};
