/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/excursion.h"

#include <math.h>
#include <string.h>

static const float DEGREES = 57.29578F;

/* A stroke is at least this long; less is sway. */
static const float STROKE_MIN_DEG = 12;
/* Turned back: by this part of the stroke, and by more than a held arm's sag
 * and wobble. */
static const float BACK_SHARE = 0.5F;
static const float BACK_MIN_DEG = 6;
/* Dwelling: nothing in the last DWELL_ROWS is further than this away. */
static const float DWELL_DEG = 4;
enum {
    DWELL_ROWS = 38, /* 1.5 s, as rest in orientation.c */
    DWELL_STEP = 4,
    STALE_ROWS = EXCURSION_ROWS - 64
};
/* A turning point is dwelt at as long as the direction is within this part of
 * the stroke of it; it is held, within the narrower one. The wider is what a
 * person marks as the movement's beginning and end; the narrower comes closest
 * to the plateau (reps-uci: hold 0.3 s too long, median). */
static const float NEAR_SHARE = 0.12F;
static const float HELD_SHARE = 0.05F;

float excursion_angle_deg(const float a[3], const float b[3])
{
    float dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    return DEGREES * acosf(fminf(1, fmaxf(-1, dot)));
}

static const float *at(const struct excursion *e, size_t row)
{
    return e->direction[row % EXCURSION_ROWS];
}

static float angle(const struct excursion *e, size_t a, size_t b)
{
    return excursion_angle_deg(at(e, a), at(e, b));
}

static double time_of(const struct excursion *e, size_t row)
{
    return e->start_s + (double)row / EXCURSION_RATE_HZ;
}

void excursion_start(struct excursion *excursion, double start_s)
{
    excursion->start_s = start_s;
    excursion->rows = 0;
    excursion->turn = 0;
    excursion->far = 0;
    excursion->far_deg = 0;
}

/* The last row of [from, to] within `deg` of turning point `from`. */
static size_t last_near(const struct excursion *e, size_t from, size_t to,
                        float deg)
{
    size_t row = to;
    while (row > from && angle(e, row, from) >= deg) {
        row--;
    }
    return row;
}

/* The first row of [from, to] within `deg` of turning point `to`. */
static size_t first_near(const struct excursion *e, size_t from, size_t to,
                         float deg)
{
    size_t row = from;
    while (row < to && angle(e, row, to) >= deg) {
        row++;
    }
    return row;
}

static float shake(const struct excursion *e, size_t from, size_t to)
{
    double sum = 0;
    double square = 0;
    for (size_t row = from; row <= to; row++) {
        double x = (double)e->norm_g[row % EXCURSION_ROWS];
        sum += x;
        square += x * x;
    }
    double n = (double)(to - from + 1);
    return (float)sqrt(fmax(0, square / n - sum * sum / (n * n)));
}

static void describe(const struct excursion *e, size_t to,
                     struct stroke *stroke)
{
    size_t from = e->turn;
    float deg = angle(e, from, to);
    memcpy(stroke->from, at(e, from), sizeof(stroke->from));
    memcpy(stroke->to, at(e, to), sizeof(stroke->to));
    size_t home = last_near(e, from, to, NEAR_SHARE * deg);
    size_t near = first_near(e, from, to, NEAR_SHARE * deg);
    stroke->angle_deg = deg;
    stroke->home_s = time_of(e, home);
    stroke->leave_s = time_of(e, last_near(e, from, to, HELD_SHARE * deg));
    stroke->arrive_s = time_of(e, first_near(e, from, to, HELD_SHARE * deg));
    stroke->near_s = time_of(e, near);
    stroke->shake_g = home < near ? shake(e, home, near) : 0;
}

static bool dwells(const struct excursion *e, size_t row)
{
    if (row < DWELL_ROWS) {
        return false;
    }
    for (size_t back = DWELL_STEP; back <= DWELL_ROWS; back += DWELL_STEP) {
        if (angle(e, row - back, row) > DWELL_DEG) {
            return false;
        }
    }
    return true;
}

/* Begins a stroke at row `turn`: the way since then is looked at anew. */
static void turn_at(struct excursion *e, size_t turn)
{
    e->turn = turn;
    e->far = turn;
    e->far_deg = 0;
    for (size_t row = turn + 1; row < e->rows; row++) {
        float deg = angle(e, row, turn);
        if (deg > e->far_deg) {
            e->far = row;
            e->far_deg = deg;
        }
    }
}

bool excursion_update(struct excursion *excursion, const float direction[3],
                      float norm_g, struct stroke *stroke)
{
    struct excursion *e = excursion;
    size_t row = e->rows++;
    memcpy(e->direction[row % EXCURSION_ROWS], direction,
           sizeof(e->direction[0]));
    e->norm_g[row % EXCURSION_ROWS] = norm_g;
    float deg = angle(e, row, e->turn);
    if (deg > e->far_deg) {
        e->far = row;
        e->far_deg = deg;
    }
    if (e->far_deg >= STROKE_MIN_DEG &&
        angle(e, row, e->far) > fmaxf(BACK_MIN_DEG, BACK_SHARE * e->far_deg)) {
        size_t far = e->far;
        describe(e, far, stroke);
        turn_at(e, far);
        return true;
    }
    if (dwells(e, row)) {
        /* Where it was in the middle of the dwelling: now it may leave. */
        size_t middle = row - DWELL_ROWS / 2;
        bool arrived = middle > e->turn && deg >= STROKE_MIN_DEG;
        if (arrived) {
            describe(e, middle, stroke);
        }
        if (arrived || (middle > e->turn && deg < STROKE_MIN_DEG / 2)) {
            turn_at(e, middle);
        }
        return arrived;
    }
    if (row - e->turn >= STALE_ROWS) {
        turn_at(e, row);
    }
    return false;
}

bool excursion_end(struct excursion *excursion, struct stroke *stroke)
{
    struct excursion *e = excursion;
    if (e->rows == 0 || e->far_deg < STROKE_MIN_DEG) {
        return false;
    }
    describe(e, e->far, stroke);
    return true;
}
