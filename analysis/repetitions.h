/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sets of repetitions of a direction: strokes (excursion.h) that go there and
 * back between the same two places make a run; a run with enough, and even
 * enough, repetitions is a set.
 *
 * Ownership: caller's storage, zeroed before first use; what was found is on
 * the heap and the caller's to take or to free. Threads: one at a time.
 * Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_REPETITIONS_H
#define ANALYSIS_REPETITIONS_H

#include <stdbool.h>

#include "analysis/excursion.h"
#include "analysis/summary.h"

enum {
    REPETITIONS_STROKES = 1024, /* in a run; a longer one is cut */
    REPETITIONS_ROOM = REPETITIONS_STROKES / 2 + 1
};

struct repetitions {
    double blur_s; /* the direction's low-pass: its window's standard
                    * deviation; 0: none */
    struct excursion excursion;
    size_t strokes;   /* of the run */
    double arrived_s; /* where it begins */
    double left_s;    /* where it ends */
    double taken_s;   /* up to here time is a repetition's */
    struct stroke stroke[REPETITIONS_STROKES];
    struct repetition repetition[REPETITIONS_ROOM];
    float shake_g[REPETITIONS_ROOM];
    double scratch[REPETITIONS_STROKES];
    struct exercise found;
};

/* Begins a segment at `start_s`. */
void repetitions_start(struct repetitions *repetitions, double start_s);

/* Takes the next direction (unit vector) and |a|, at EXCURSION_RATE_HZ. */
int repetitions_update(struct repetitions *repetitions,
                       const float direction[3], float norm_g);

/* The segment is over. */
int repetitions_end(struct repetitions *repetitions);

#endif
