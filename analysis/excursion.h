/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Excursions: a direction (of gravity in the sensor's axes) on its way between
 * turning points. A turning point is where the direction was farthest from the
 * one before when it had clearly turned back, or where it dwells. No axis is
 * chosen, so that the way a band is worn and the plane of a movement do not
 * matter.
 *
 * A stroke is the way from one turning point to the next.
 *
 * Ownership: caller's storage; nothing allocated. Threads: one at a time.
 */
#ifndef ANALYSIS_EXCURSION_H
#define ANALYSIS_EXCURSION_H

#include <stdbool.h>
#include <stddef.h>

enum {
    EXCURSION_RATE_HZ = 25,
    EXCURSION_ROWS = 4096 /* 164 s: no stroke with its dwelling is longer */
};

struct stroke {
    size_t from_row; /* of the segment */
    size_t to_row;
    float from[3]; /* turning points, unit vectors */
    float to[3];
    float angle_deg; /* between them */
    double home_s;   /* last near `from`: within 12 % of the angle */
    double near_s;   /* first near `to` */
    float shake_g;   /* standard deviation of |a| on the way */
};

struct excursion {
    double start_s; /* of the segment */
    size_t rows;    /* of the segment so far */
    size_t turn;    /* row of the last turning point */
    size_t far;     /* row farthest from it since */
    float far_cos;  /* cosine of how far */
    float direction[EXCURSION_ROWS][3];
    float norm_g[EXCURSION_ROWS]; /* |a| */
};

/* Begins a segment at `start_s`. */
void excursion_start(struct excursion *excursion, double start_s);

/* Takes the next direction (unit vector) and |a|. Returns true where a stroke
 * is over; it is then in `stroke`. */
bool excursion_update(struct excursion *excursion, const float direction[3],
                      float norm_g, struct stroke *stroke);

/* The segment is over. Returns true if a stroke is under way; it is then in
 * `stroke`, as far as it got. */
bool excursion_end(struct excursion *excursion, struct stroke *stroke);

/* Let a stroke begin or end where it came closest to `via`, a place on its way.
 * Return false, and leave it as it is, if it did not pass there or if that was
 * too long ago. */
bool excursion_begin_at(const struct excursion *excursion,
                        struct stroke *stroke, const float via[3]);
bool excursion_end_at(const struct excursion *excursion, struct stroke *stroke,
                      const float via[3]);

/* When the segment so far ends. */
double excursion_now_s(const struct excursion *excursion);

/* The angle between two unit vectors. */
float excursion_angle_deg(const float a[3], const float b[3]);

#endif
