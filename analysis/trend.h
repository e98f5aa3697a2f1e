/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trends of a measure over days, robust against single odd days.
 *
 * The slope is the median of the slopes between all pairs of days (Theil 1950;
 * Sen 1968, J Am Stat Assoc 63:1379), its 95 % interval Sen's, from the rank
 * correlation's variance with ties. The smallest change that is more than the
 * measure's own scatter is the repeatability, 1.96 sqrt(2) s_w (Bland and
 * Altman 1996, BMJ 313:744), with s_w from the median absolute deviation about
 * the line.
 *
 * Threads: any. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_TREND_H
#define ANALYSIS_TREND_H

#include <stddef.h>

/* Of fewer days nothing is said: below 5 no interval of 95 % is finite. */
enum { TREND_DAYS_MIN = 5, TREND_DAYS_MAX = 3660 };

struct trend_point {
    double day; /* ascending; those of one day are averaged */
    double value;
};

enum trend_direction {
    TREND_TOO_FEW, /* days */
    TREND_NONE,    /* the interval has 0 in it */
    TREND_UP,
    TREND_DOWN,
    TREND_DIRECTIONS
};

/* NAN where there are too few days. */
struct trend {
    size_t days;
    double slope; /* a week */
    double low;   /* 95 % interval of the slope */
    double high;
    double level;         /* of the line on the last day */
    double change;        /* of the line, first to last day */
    double repeatability; /* changes below it may be scatter */
    enum trend_direction direction;
};

/* The trend of `n` points; of more than TREND_DAYS_MAX days the last. */
int trend_find(const struct trend_point *points, size_t n, struct trend *out);

/* "too few days", "none", "up", "down" */
extern const char *const trend_direction_names[TREND_DIRECTIONS];

#endif
