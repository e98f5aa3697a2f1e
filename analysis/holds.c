/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stillness: spans in which the arm keeps a position, whatever it is. What of
 * them is a hold of an exercise depends on what was asked for
 * (adherence_measure.c), so that they are looked for only if a programme is
 * known.
 *
 * The arm is still where its angular rate, averaged over half a second as a
 * vector, is small: a tremor averages out, a slow movement does not. Without a
 * gyroscope it is the rate at which gravity turns.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/orientation.h"
#include "analysis/summary.h"

enum {
    RATE_HZ = 25,
    WINDOW = 13, /* rows that are averaged: 0.5 s */
    MIDDLE = WINDOW / 2,
    STEP = 5 /* rows between two directions of gravity, without gyroscope */
};

/* People who hold a position (reps-uci, 134 holds of 2 s and more) turn by 1 to
 * 3 deg/s, median, and by less than 8 in most of the rest; who moves 12 degrees
 * in 2 s has 11 at the fastest. */
static const double STILL_DPS = 8;
/* A wobble that is over so soon, and leads back, is of the hold. */
static const double WOBBLE_S = 1.0;
static const double WOBBLE_DEG = 6;
static const double LEAST_S = 1.0;
static const double DEGREES = 57.29577951308232;

struct row {
    double up[3];   /* gravity's direction */
    double rate[3]; /* without bias [deg/s]; else acceleration [g] */
};

struct holds_state {
    bool wanted;
    bool has_gyro;
    struct orientation orientation;
    struct row row[WINDOW];
    size_t rows;          /* of the segment */
    double past[STEP][3]; /* without gyroscope: the last directions */
    /* the span under way */
    bool open;
    double start_s;
    double end_s;
    double up_sum[3];
    double last_up[3];
    double square_sum;
    double count;
    /* the movement since then */
    double turning_deg;
    double fastest_dps;
    struct stillness found;
};

static void *create(const struct measure_input *input)
{
    struct holds_state *s = calloc(1, sizeof(*s));
    if (s != NULL) {
        s->wanted = input->programme && input->has_accel;
        s->has_gyro = input->has_gyro;
        orientation_init(&s->orientation, RATE_HZ, input->has_gyro);
    }
    return s;
}

static void destroy(void *state)
{
    struct holds_state *s = state;
    free(s->found.still);
    free(s);
}

static double length(const double x[3])
{
    return sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
}

/* Between two directions, which need not be unit vectors. */
static double angle_deg(const double a[3], const double b[3])
{
    double dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    double both = length(a) * length(b);
    return both > 0 ? DEGREES * acos(fmax(-1, fmin(1, dot / both))) : 0;
}

/* Hands move with minimum jerk (Flash and Hogan 1985), which begins and ends so
 * slowly that it cannot be told from stillness. So much of the movement has
 * been taken for that, at each end: where 30 A / T^3 t^2, averaged over the
 * window, is what counts as still. */
static double tail_s(const struct holds_state *s)
{
    static const double FASTEST = 1.875; /* over the mean */
    static const double WINDOW_S = (double)WINDOW / RATE_HZ;
    static const double MOST_S = 0.5;
    double way_deg = s->turning_deg;
    if (!(way_deg > 0)) {
        return 0;
    }
    double length_s = FASTEST * way_deg / s->fastest_dps;
    double square = STILL_DPS * pow(length_s, 3) / (30 * way_deg) -
                    WINDOW_S * WINDOW_S / 12;
    return fmin(MOST_S, sqrt(fmax(0, square)));
}

/* The span is over, by a movement if there was one since then. */
static int end_span(struct holds_state *s)
{
    if (!s->open) {
        return 0;
    }
    s->open = false;
    s->end_s -= tail_s(s);
    if (s->end_s - s->start_s < LEAST_S) {
        return 0; /* a moment on the way */
    }
    struct still *still =
        array_add(&s->found.still, s->found.count, sizeof(*still));
    if (still == NULL) {
        return ERR_NO_MEMORY;
    }
    s->found.count++;
    still->start_s = s->start_s;
    still->end_s = s->end_s;
    still->steadiness_dps =
        s->has_gyro ? sqrt(s->square_sum / s->count) : (double)NAN;
    double norm = length(s->up_sum);
    for (int c = 0; c < 3; c++) {
        still->up[c] = norm > 0 ? s->up_sum[c] / norm : 0;
    }
    return 0;
}

static void begin_span(struct holds_state *s, double time_s)
{
    s->open = true;
    s->start_s = time_s + tail_s(s);
    s->square_sum = 0;
    s->count = 0;
    memset(s->up_sum, 0, sizeof(s->up_sum));
}

static int take_still(struct holds_state *s, const struct row *row,
                      double time_s)
{
    bool goes_on = s->open && time_s - s->end_s <= WOBBLE_S &&
                   angle_deg(row->up, s->last_up) <= WOBBLE_DEG;
    if (!goes_on) {
        int err = end_span(s);
        if (err < 0) {
            return err;
        }
        begin_span(s, time_s);
    }
    s->turning_deg = 0;
    s->fastest_dps = 0;
    s->end_s = time_s;
    double rate = length(row->rate);
    s->square_sum += rate * rate;
    s->count++;
    memcpy(s->last_up, row->up, sizeof(s->last_up));
    for (int c = 0; c < 3; c++) {
        s->up_sum[c] += row->up[c];
    }
    return 0;
}

/* How fast the arm turns about the middle of the window. */
static double speed_dps(struct holds_state *s)
{
    double mean[3] = {0, 0, 0};
    for (size_t k = 0; k < WINDOW; k++) {
        for (int c = 0; c < 3; c++) {
            mean[c] += s->row[k].rate[c] / WINDOW;
        }
    }
    if (s->has_gyro) {
        return length(mean);
    }
    double *past = s->past[s->rows % STEP];
    double turned_deg = length(past) > 0 ? angle_deg(mean, past) : 0;
    memcpy(past, mean, sizeof(mean));
    return turned_deg * RATE_HZ / STEP;
}

static int take_row(struct holds_state *s, const struct motion *motion,
                    double time_s)
{
    orientation_update(&s->orientation, motion);
    struct row *row = &s->row[s->rows++ % WINDOW];
    for (int c = 0; c < 3; c++) {
        row->up[c] = (double)s->orientation.gravity[c];
        row->rate[c] = s->has_gyro
                           ? (double)(motion->gyro[c] - s->orientation.bias[c])
                           : (double)motion->accel[c];
    }
    if (s->rows < WINDOW) {
        return 0;
    }
    double dps = speed_dps(s);
    if (dps >= STILL_DPS) {
        s->turning_deg += dps / RATE_HZ;
        s->fastest_dps = fmax(s->fastest_dps, dps);
        return 0;
    }
    return take_still(s, &s->row[(s->rows + MIDDLE) % WINDOW],
                      time_s - (double)MIDDLE / RATE_HZ);
}

static int push(void *state, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    struct holds_state *s = state;
    int err = 0;
    for (size_t i = 0; s->wanted && i < n && err == 0; i++) {
        err = take_row(s, &rows[i], t0_s + (double)i * dt_s);
    }
    return err;
}

static int gap(void *state)
{
    struct holds_state *s = state;
    int err = end_span(s);
    s->rows = 0;
    s->turning_deg = 0;
    s->fastest_dps = 0;
    memset(s->past, 0, sizeof(s->past));
    orientation_reset(&s->orientation);
    return err;
}

static int finish(void *state, struct summary *summary)
{
    struct holds_state *s = state;
    summary->stillness = s->found;
    s->found = (struct stillness){0};
    return 0;
}

const struct measure holds_measure = {
    .name = "holds",
    .rate_hz = RATE_HZ,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
