/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/excursion.h"

#include <math.h>
#include <string.h>

static const float DEGREES = 57.29578F;

/* A stroke is at least this long; less is sway. */
static const float STROKE_MIN_COS = 0.9781476F; /* 12 degrees */
/* Closer to the last turning point than this, one dwells there still. */
static const float SAME_COS = 0.99862953F; /* 3 degrees */
/* Turned back: by half of the stroke, and by more than a held arm's sag and
 * wobble. */
static const float BACK_MIN_COS = 0.9945219F; /* 6 degrees */
/* As much is enough, however far the stroke went: it may have begun with a
 * change of posture. */
static const float BACK_MAX_COS = 0.9063078F; /* 25 degrees */
/* Dwelling: nothing in the last DWELL_ROWS is further than this away. More, and
 * strokes of 15 degrees in 5 s would dwell on their way. */
static const float DWELL_COS = 0.99862953F; /* 3 degrees */
enum {
    DWELL_ROWS = 38, /* 1.5 s, as rest in orientation.c */
    DWELL_STEP = 4,
    STALE_ROWS = EXCURSION_ROWS - 64
};
/* Near a turning point: within this part of the stroke of it. It is what a
 * person marks as the movement's beginning and end (reps-uci). */
static const float NEAR_SHARE = 0.12F;

/* A stroke passes a place if it comes closer than this part of itself. */
static const float VIA_SHARE = 0.15F;

static float cosine(const float a[3], const float b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static float angle_of(float cosine)
{
    return DEGREES * acosf(fminf(1, fmaxf(-1, cosine)));
}

float excursion_angle_deg(const float a[3], const float b[3])
{
    return angle_of(cosine(a, b));
}

static const float *at(const struct excursion *e, size_t row)
{
    return e->direction[row % EXCURSION_ROWS];
}

static float cosine_of(const struct excursion *e, size_t a, size_t b)
{
    return cosine(at(e, a), at(e, b));
}

static double time_of(const struct excursion *e, size_t row)
{
    return e->start_s + (double)row / EXCURSION_RATE_HZ;
}

double excursion_now_s(const struct excursion *excursion)
{
    return time_of(excursion, excursion->rows);
}

void excursion_start(struct excursion *excursion, double start_s)
{
    excursion->start_s = start_s;
    excursion->rows = 0;
    excursion->turn = 0;
    excursion->far = 0;
    excursion->far_cos = 1;
}

/* The last row of [from, to] within `deg` of turning point `from`. */
static size_t last_near(const struct excursion *e, size_t from, size_t to,
                        float deg)
{
    float least = cosf(deg / DEGREES);
    size_t row = to;
    while (row > from && cosine_of(e, row, from) <= least) {
        row--;
    }
    return row;
}

/* The first row of [from, to] within `deg` of turning point `to`. */
static size_t first_near(const struct excursion *e, size_t from, size_t to,
                         float deg)
{
    float least = cosf(deg / DEGREES);
    size_t row = from;
    while (row < to && cosine_of(e, row, to) <= least) {
        row++;
    }
    return row;
}

/* When it was at `deg` from `turn`, between row `in`, which is nearer, and its
 * neighbour `out`. */
static double crossing_s(const struct excursion *e, size_t turn, size_t in,
                         size_t out, float deg)
{
    float near = angle_of(cosine_of(e, in, turn));
    float far = angle_of(cosine_of(e, out, turn));
    float share = near < far ? fminf(1, (deg - near) / (far - near)) : 0;
    double in_s = time_of(e, in);
    return in_s + (double)share * (time_of(e, out) - in_s);
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

static void describe(const struct excursion *e, size_t from, size_t to,
                     struct stroke *stroke)
{
    float deg = excursion_angle_deg(at(e, from), at(e, to));
    memcpy(stroke->from, at(e, from), sizeof(stroke->from));
    memcpy(stroke->to, at(e, to), sizeof(stroke->to));
    float limit = NEAR_SHARE * deg;
    size_t home = last_near(e, from, to, limit);
    size_t near = first_near(e, from, to, limit);
    stroke->from_row = from;
    stroke->to_row = to;
    stroke->angle_deg = deg;
    stroke->home_s =
        crossing_s(e, from, home, home < to ? home + 1 : home, limit);
    stroke->near_s =
        crossing_s(e, to, near, near > from ? near - 1 : near, limit);
    stroke->shake_g = home < near ? shake(e, home, near) : 0;
}

/* The row of the stroke that comes closest to `via`; false if none comes close,
 * or if they are forgotten. */
static bool passes(const struct excursion *e, const struct stroke *stroke,
                   const float via[3], size_t *row)
{
    if (e->rows - stroke->from_row >= EXCURSION_ROWS) {
        return false;
    }
    float most = cosf(VIA_SHARE * stroke->angle_deg / DEGREES);
    bool found = false;
    for (size_t i = stroke->from_row; i <= stroke->to_row; i++) {
        float near = cosine(at(e, i), via);
        if (near >= most) {
            most = near;
            *row = i;
            found = true;
        }
    }
    return found;
}

bool excursion_begin_at(const struct excursion *excursion,
                        struct stroke *stroke, const float via[3])
{
    size_t row = 0;
    if (!passes(excursion, stroke, via, &row) || row == stroke->to_row) {
        return false;
    }
    describe(excursion, row, stroke->to_row, stroke);
    return true;
}

bool excursion_end_at(const struct excursion *excursion, struct stroke *stroke,
                      const float via[3])
{
    size_t row = 0;
    if (!passes(excursion, stroke, via, &row) || row == stroke->from_row) {
        return false;
    }
    describe(excursion, stroke->from_row, row, stroke);
    return true;
}

static bool dwells(const struct excursion *e, size_t row)
{
    if (row < DWELL_ROWS) {
        return false;
    }
    /* From the longest ago, which is furthest if it moves. */
    for (size_t back = DWELL_ROWS / DWELL_STEP * DWELL_STEP; back > 0;
         back -= DWELL_STEP) {
        if (cosine(at(e, row - back), at(e, row)) < DWELL_COS) {
            return false;
        }
    }
    return true;
}

static void look_how_far(struct excursion *e, size_t row,
                         const float direction[3])
{
    float far_cos = cosine(direction, at(e, e->turn));
    if (far_cos < e->far_cos) {
        e->far = row;
        e->far_cos = far_cos;
    }
}

/* Begins a stroke at row `turn`, around which all rows since then lie. */
static void begin_at(struct excursion *e, size_t turn)
{
    e->turn = turn;
    e->far = turn;
    e->far_cos = 1;
}

/* Begins a stroke at row `turn`: the way since then is looked at anew. */
static void turn_at(struct excursion *e, size_t turn)
{
    begin_at(e, turn);
    for (size_t row = turn + 1; row < e->rows; row++) {
        look_how_far(e, row, at(e, row));
    }
}

/* True if the direction is on its way back from `far`: half of the stroke, or
 * as much as it takes to be sure and by the way it came (a stroke of 180
 * degrees that goes on comes nearer, too, but on the other side). */
static bool has_turned_back(const struct excursion *e, size_t row)
{
    float back_cos = cosine_of(e, row, e->far);
    if (back_cos >= BACK_MIN_COS) {
        return false;
    }
    float half_cos = sqrtf(fmaxf(0, 0.5F * (1 + e->far_cos)));
    if (back_cos < half_cos) {
        return true;
    }
    if (back_cos >= BACK_MAX_COS) {
        return false;
    }
    size_t before = e->far;
    while (before > e->turn && cosine_of(e, before, e->far) > back_cos) {
        before--;
    }
    return cosine_of(e, before, row) > back_cos;
}

bool excursion_update(struct excursion *excursion, const float direction[3],
                      float norm_g, struct stroke *stroke)
{
    struct excursion *e = excursion;
    size_t row = e->rows++;
    memcpy(e->direction[row % EXCURSION_ROWS], direction,
           sizeof(e->direction[0]));
    e->norm_g[row % EXCURSION_ROWS] = norm_g;
    look_how_far(e, row, direction);
    if (e->far_cos <= STROKE_MIN_COS && has_turned_back(e, row)) {
        size_t far = e->far;
        describe(e, e->turn, far, stroke);
        turn_at(e, far);
        return true;
    }
    if (dwells(e, row)) {
        /* Where it was in the middle of the dwelling: now it may leave. */
        size_t middle = row - DWELL_ROWS / 2;
        float from_cos = cosine(at(e, row), at(e, e->turn));
        bool arrived = middle > e->turn && from_cos <= STROKE_MIN_COS;
        if (arrived) {
            describe(e, e->turn, middle, stroke);
        }
        if (arrived || (middle > e->turn && from_cos > SAME_COS)) {
            begin_at(e, middle);
        }
        return arrived;
    }
    if (row - e->turn >= STALE_ROWS) {
        begin_at(e, row);
    }
    return false;
}

bool excursion_end(struct excursion *excursion, struct stroke *stroke)
{
    struct excursion *e = excursion;
    if (e->rows == 0 || e->far_cos > STROKE_MIN_COS) {
        return false;
    }
    describe(e, e->turn, e->far, stroke);
    return true;
}
