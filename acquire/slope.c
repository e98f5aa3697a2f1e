/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/slope.h"

/* Means and centred sums are carried on point by point (Welford 1962): the
 * plain sums of row numbers and nanoseconds would cancel. */
void slope_add(struct slope *slope, double x, double y)
{
    slope->n += 1;
    double dx = x - slope->mean_x;
    slope->mean_x += dx / slope->n;
    slope->mean_y += (y - slope->mean_y) / slope->n;
    slope->sxx += dx * (x - slope->mean_x);
    slope->sxy += dx * (y - slope->mean_y);
}

void slope_break(struct slope *slope)
{
    *slope = (struct slope){
        .total_sxx = slope->total_sxx + slope->sxx,
        .total_sxy = slope->total_sxy + slope->sxy,
    };
}

double slope_value(const struct slope *slope)
{
    double sxx = slope->total_sxx + slope->sxx;
    return sxx > 0 ? (slope->total_sxy + slope->sxy) / sxx : 0;
}
