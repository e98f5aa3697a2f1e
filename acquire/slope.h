/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The common slope of several stretches of points: least squares in which
 * every stretch has its own offset, so that a gap between two stretches does
 * not bend it. Time per row over hours of jittery stamps, in fixed memory.
 *
 * Ownership: caller's storage; all zero is a new one.
 */
#ifndef ACQUIRE_SLOPE_H
#define ACQUIRE_SLOPE_H

struct slope {
    double n; /* of this stretch: points, means, centred sums */
    double mean_x;
    double mean_y;
    double sxx;
    double sxy;
    double total_sxx; /* of those before it */
    double total_sxy;
};

void slope_add(struct slope *slope, double x, double y);

/* Ends a stretch. */
void slope_break(struct slope *slope);

/* y per x; 0 where no stretch had two different x. */
double slope_value(const struct slope *slope);

#endif
