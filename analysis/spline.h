/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Interpolating cubic spline ("not a knot" at both ends) through rows of three
 * values at any rising times, evaluated on an even grid that starts at the
 * first row. What scipy's interp1d(kind="cubic") does with all rows at once,
 * this does as they come: a row's influence falls by a factor of 3.7 from row
 * to row, so that SPLINE_AHEAD rows later a piece is settled to 1e-14.
 *
 * It interpolates and does not limit the band: rows that come faster than the
 * grid must have been low-passed (acquire/resample.h).
 *
 * Double precision, since the published detector's cepstra are differences of
 * logarithms and have to be met to 1e-6.
 *
 * Ownership: spline_new gives a heap object; nothing is allocated later.
 * Threads: one at a time.
 */
#ifndef ANALYSIS_SPLINE_H
#define ANALYSIS_SPLINE_H

#include <stddef.h>

enum { SPLINE_AHEAD = 24 };

struct spline;

/* NULL where memory is short. */
struct spline *spline_new(double grid_hz);
void spline_free(struct spline *spline);

/* Forgets all: the next row begins a segment. */
void spline_reset(struct spline *spline);

/* Adds the row at `t_s`, which must be later than the one before. Take all
 * output before adding more. */
void spline_add(struct spline *spline, double t_s, const double row[3]);

/* Says that the segment ends with the last row; what is held back comes out by
 * spline_take. */
void spline_end(struct spline *spline);

/* Takes up to `max` rows of the grid. Returns how many; 0: add more. Row k of
 * a segment is at its first row's time + k / grid_hz. */
size_t spline_take(struct spline *spline, double (*out)[3], size_t max);

#endif
