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
enum { BLOCK = 232, KNOTS = BLOCK + SPLINE_AHEAD };

struct knot {
    double t_s;
    double y[3];
    double c; /* m[i] = d - c m[i + 1] */
    double d[3];
    double m[3];
};

struct spline {
    double grid_hz;
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
        spline->grid_hz = grid_hz;
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

/* One equation: lower m[i-1] + middle m[i] + upper m[i+1] = right. */
struct equation {
    double lower;
    double middle;
    double upper;
    double right[3];
};

static struct equation equation_at(const struct knot *knot)
{
    double before = knot[0].t_s - knot[-1].t_s;
    double after = knot[1].t_s - knot[0].t_s;
    struct equation e = {before, 2.0 * (before + after), after, {0.0}};
    for (size_t axis = 0; axis < 3; axis++) {
        double rise = (knot[1].y[axis] - knot[0].y[axis]) / after;
        double risen = (knot[0].y[axis] - knot[-1].y[axis]) / before;
        e.right[axis] = 6.0 * (rise - risen);
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

static void eliminate(struct spline *spline, size_t i, bool last)
{
    struct knot *knot = &spline->knot[i];
    struct equation e = equation_at(knot);
    if (last) {
        drop_last(&e);
    }
    if (spline->first && i == 1) {
        drop_first(&e);
    }
    double scale = 1.0 / (e.middle - e.lower * knot[-1].c);
    knot->c = e.upper * scale;
    for (size_t axis = 0; axis < 3; axis++) {
        knot->d[axis] = (e.right[axis] - e.lower * knot[-1].d[axis]) * scale;
    }
    spline->eliminated = i + 1;
}

/* m of knots settled .. from, going back; m of knot from + 1 is taken as it
 * is. */
static void go_back(struct spline *spline, size_t from)
{
    size_t lowest = spline->first ? 1 : 0;
    for (size_t i = from + 1; i-- > lowest;) {
        struct knot *knot = &spline->knot[i];
        for (size_t axis = 0; axis < 3; axis++) {
            knot->m[axis] = knot->d[axis] - knot->c * knot[1].m[axis];
        }
    }
    if (spline->first) {
        struct knot *knot = spline->knot;
        double ratio =
            (knot[1].t_s - knot[0].t_s) / (knot[2].t_s - knot[1].t_s);
        for (size_t axis = 0; axis < 3; axis++) {
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
    memcpy(knot->y, row, sizeof(knot->y));
    spline->count++;
    if (spline->count >= 3) {
        eliminate(spline, spline->count - 2, false);
    }
    if (spline->count == KNOTS) {
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
    eliminate(spline, n - 2, true);
    go_back(spline, n - 2);
    struct knot *last = &spline->knot[n - 1];
    double ratio = (last[0].t_s - last[-1].t_s) / (last[-1].t_s - last[-2].t_s);
    for (size_t axis = 0; axis < 3; axis++) {
        last->m[axis] =
            (1.0 + ratio) * last[-1].m[axis] - ratio * last[-2].m[axis];
    }
    spline->settled = n;
}

static void evaluate(const struct knot *knot, double t_s, double out[3])
{
    double h = knot[1].t_s - knot[0].t_s;
    double a = (knot[1].t_s - t_s) / h;
    double b = (t_s - knot[0].t_s) / h;
    double bend_a = (a * a * a - a) * h * h / 6.0;
    double bend_b = (b * b * b - b) * h * h / 6.0;
    for (size_t axis = 0; axis < 3; axis++) {
        out[axis] = a * knot[0].y[axis] + b * knot[1].y[axis] +
                    bend_a * knot[0].m[axis] + bend_b * knot[1].m[axis];
    }
}

size_t spline_take(struct spline *spline, double (*out)[3], size_t max)
{
    size_t taken = 0;
    while (taken < max && spline->piece + 1 < spline->settled) {
        const struct knot *knot = &spline->knot[spline->piece];
        double t_s = spline->start_s + spline->next / spline->grid_hz;
        if (t_s >= knot[1].t_s) {
            spline->piece++;
            continue;
        }
        evaluate(knot, t_s, out[taken]);
        taken++;
        spline->next += 1.0;
    }
    return taken;
}
