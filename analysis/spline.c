/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Second derivatives m of the spline at the knots solve a tridiagonal system
 * (Press et al., "Numerical Recipes", 3.3, with other ends). Its elimination
 * runs forward and is done row by row; only the way back needs what comes
 * later, and is done a block at a time.
 */
#include "analysis/spline.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Knots held: a block, those ahead of it, and the two before its first. */
enum { BLOCK = 104, KNOTS = BLOCK + SPLINE_AHEAD };

/* Values of a row, and one more that is 0: a processor takes two at once. */
enum { LANES = 4 };

/* Steps as even as this move nothing that shows: what a spline adds to a
 * straight line changes by as little. */
static const double EVEN = 1e-7;

/* What c comes to where they are: 2 - sqrt(3). */
static const double SETTLED_C = 0.26794919243112270647;

struct knot {
    double t_s;
    double y[LANES];
    double step_s; /* to the next knot */
    double per_step;
    double slope[LANES];
    double c; /* m[i] = d - c m[i + 1] */
    double d[LANES];
    double m[LANES];
};

struct spline {
    double grid_s;     /* from row to row */
    double start_s;    /* of the segment */
    double next;       /* grid row to come */
    size_t count;      /* knots held */
    size_t eliminated; /* of them: those with c and d */
    size_t settled;    /* of them: those with m */
    size_t piece;      /* between it and the next knot the grid goes on */
    bool first;        /* knot 0 is the segment's first */
    struct knot knot[KNOTS];
};

struct spline *spline_new(double grid_hz)
{
    struct spline *spline = calloc(1, sizeof(*spline));
    if (spline != NULL) {
        spline->grid_s = 1.0 / grid_hz;
        spline_reset(spline);
    }
    return spline;
}

void spline_free(struct spline *spline)
{
    free(spline);
}

void spline_reset(struct spline *spline)
{
    spline->next = 0.0;
    spline->count = 0;
    spline->eliminated = 0;
    spline->settled = 0;
    spline->piece = 0;
    spline->first = true;
}

/* What lies between this knot and the next. */
static void set_piece(struct knot *knot)
{
    knot->step_s = knot[1].t_s - knot[0].t_s;
    knot->per_step = 1.0 / knot->step_s;
    for (size_t axis = 0; axis < LANES; axis++) {
        knot->slope[axis] =
            (knot[1].y[axis] - knot[0].y[axis]) * knot->per_step;
    }
}

/* One equation: lower m[i-1] + middle m[i] + upper m[i+1] = right. */
struct equation {
    double lower;
    double middle;
    double upper;
    double right[LANES];
};

static struct equation equation_at(const struct knot *knot)
{
    double before = knot[-1].step_s;
    double after = knot[0].step_s;
    struct equation e = {before, 2.0 * (before + after), after, {0.0}};
    for (size_t axis = 0; axis < LANES; axis++) {
        e.right[axis] = 6.0 * (knot[0].slope[axis] - knot[-1].slope[axis]);
    }
    return e;
}

/* Knot 0 has no equation of its own: the third derivative goes on through knot
 * 1, which gives m[0] = (1 + ratio) m[1] - ratio m[2]. */
static void drop_first(struct equation *e)
{
    double ratio = e->lower / e->upper;
    e->middle += e->lower * (1.0 + ratio);
    e->upper -= e->lower * ratio;
    e->lower = 0.0;
}

/* As drop_first, at the other end. */
static void drop_last(struct equation *e)
{
    double ratio = e->upper / e->lower;
    e->middle += e->upper * (1.0 + ratio);
    e->lower -= e->upper * ratio;
    e->upper = 0.0;
}

static void solve(struct knot *knot, const struct equation *e)
{
    double scale = 1.0 / (e->middle - e->lower * knot[-1].c);
    knot->c = e->upper * scale;
    for (size_t axis = 0; axis < LANES; axis++) {
        knot->d[axis] = (e->right[axis] - e->lower * knot[-1].d[axis]) * scale;
    }
}

/* As equation_at and solve where steps have been even for long: nothing to
 * divide by. */
static void solve_even(struct knot *knot)
{
    double scale = 6.0 * SETTLED_C * knot->per_step;
    knot->c = SETTLED_C;
    for (size_t axis = 0; axis < LANES; axis++) {
        double bend = knot[0].slope[axis] - knot[-1].slope[axis];
        knot->d[axis] = bend * scale - SETTLED_C * knot[-1].d[axis];
    }
}

static bool is_settled(const struct knot *knot)
{
    return fabs(knot[0].step_s - knot[-1].step_s) < EVEN * knot->step_s &&
           fabs(knot[-1].c - SETTLED_C) < EVEN;
}

/* Goes on up to knot `end` (not included), all of which have a next one. */
static void eliminate(struct spline *spline, size_t end)
{
    for (size_t i = spline->eliminated - 1; i < end; i++) {
        set_piece(&spline->knot[i]);
    }
    for (size_t i = spline->eliminated; i < end; i++) {
        struct knot *knot = &spline->knot[i];
        if (is_settled(knot)) {
            solve_even(knot);
            continue;
        }
        struct equation e = equation_at(knot);
        if (spline->first && i == 1) {
            drop_first(&e);
        }
        solve(knot, &e);
    }
    spline->eliminated = end;
}

/* The last equation; knot `i` is the last but one. */
static void eliminate_last(struct spline *spline, size_t i)
{
    eliminate(spline, i);
    set_piece(&spline->knot[i]);
    struct equation e = equation_at(&spline->knot[i]);
    drop_last(&e);
    if (spline->first && i == 1) {
        drop_first(&e);
    }
    solve(&spline->knot[i], &e);
    spline->eliminated = i + 1;
}

/* m of knots settled .. from, going back; m of knot from + 1 is taken as it
 * is. */
static void go_back(struct spline *spline, size_t from)
{
    size_t lowest = spline->first ? 1 : 0;
    double m[LANES];
    memcpy(m, spline->knot[from + 1].m, sizeof(m));
    for (size_t i = from + 1; i-- > lowest;) {
        struct knot *knot = &spline->knot[i];
        for (size_t axis = 0; axis < LANES; axis++) {
            m[axis] = knot->d[axis] - knot->c * m[axis];
            knot->m[axis] = m[axis];
        }
    }
    if (spline->first) {
        struct knot *knot = spline->knot;
        double ratio = knot[0].step_s / knot[1].step_s;
        for (size_t axis = 0; axis < LANES; axis++) {
            knot[0].m[axis] =
                (1.0 + ratio) * knot[1].m[axis] - ratio * knot[2].m[axis];
        }
    }
}

/* Makes room: only the last settled knot and what follows is kept. */
static void drop_done(struct spline *spline)
{
    size_t done = spline->settled - 1;
    memmove(spline->knot, spline->knot + done,
            (spline->count - done) * sizeof(*spline->knot));
    spline->count -= done;
    spline->eliminated -= done;
    spline->settled = 0;
    spline->piece = 0;
    spline->first = false;
}

void spline_add(struct spline *spline, double t_s, const double row[3])
{
    if (spline->settled > 0) {
        drop_done(spline);
    }
    if (spline->count == 0) {
        spline->start_s = t_s;
        spline->knot[0].c = 0.0;
        memset(spline->knot[0].d, 0, sizeof(spline->knot[0].d));
        spline->eliminated = 1;
    }
    struct knot *knot = &spline->knot[spline->count];
    knot->t_s = t_s;
    memcpy(knot->y, row, 3 * sizeof(*row));
    knot->y[3] = 0.0;
    spline->count++;
    if (spline->count == KNOTS) {
        eliminate(spline, KNOTS - 1);
        /* Whatever m is here, SPLINE_AHEAD knots back it has no say. */
        memset(spline->knot[KNOTS - 1].m, 0, sizeof(spline->knot[0].m));
        go_back(spline, KNOTS - 2);
        spline->settled = KNOTS - SPLINE_AHEAD;
    }
}

void spline_end(struct spline *spline)
{
    if (spline->settled > 0) {
        drop_done(spline);
    }
    size_t n = spline->count;
    size_t least = spline->first ? 4 : 3;
    if (n < least) {
        /* Too short for a spline: nothing to be had. */
        return;
    }
    eliminate_last(spline, n - 2);
    go_back(spline, n - 2);
    struct knot *last = &spline->knot[n - 1];
    double ratio = last[-1].step_s / last[-2].step_s;
    for (size_t axis = 0; axis < LANES; axis++) {
        last->m[axis] =
            (1.0 + ratio) * last[-1].m[axis] - ratio * last[-2].m[axis];
    }
    spline->settled = n;
}

static void evaluate(const struct knot *knot, double t_s, double out[3])
{
    double a = (knot[1].t_s - t_s) * knot->per_step;
    double b = (t_s - knot[0].t_s) * knot->per_step;
    double bend = knot->step_s * knot->step_s / 6.0;
    double bend_a = (a * a * a - a) * bend;
    double bend_b = (b * b * b - b) * bend;
    double at[LANES];
    for (size_t axis = 0; axis < LANES; axis++) {
        at[axis] = a * knot[0].y[axis] + b * knot[1].y[axis] +
                   bend_a * knot[0].m[axis] + bend_b * knot[1].m[axis];
    }
    memcpy(out, at, 3 * sizeof(*out));
}

size_t spline_take(struct spline *spline, double (*out)[3], size_t max)
{
    const struct knot *knot = &spline->knot[spline->piece];
    const struct knot *end = &spline->knot[spline->settled];
    double next = spline->next;
    size_t taken = 0;
    while (taken < max && knot + 1 < end) {
        double t_s = spline->start_s + next * spline->grid_s;
        if (t_s >= knot[1].t_s) {
            knot++;
            continue;
        }
        evaluate(knot, t_s, out[taken]);
        taken++;
        next += 1.0;
    }
    spline->piece = (size_t)(knot - spline->knot);
    spline->next = next;
    return taken;
}
