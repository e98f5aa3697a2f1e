/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a measure is: something that takes motion in, as it comes, and in the
 * end fills in its part of the summary. Each measure is one file (walking.c,
 * tremor.c, ...) and one line in the table of pipeline.c; none knows another.
 *
 * A measure gets motion on an even grid at the rate it asks for, whatever the
 * recording's rate is, in runs of any length. A gap in the recording ends a
 * segment: nothing may be carried over it but totals. Live use (a guided
 * session) pushes the same way and looks at the result before the end.
 *
 * Memory: fixed, apart from the events found. Threads: one at a time.
 * Errors: 0 or ERR_NO_MEMORY; nothing else can go wrong in a measure.
 */
#ifndef ANALYSIS_MEASURE_H
#define ANALYSIS_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#include "acquire/motion.h"
#include "acquire/recording.h"

struct span;
struct summary;

/* What a measure is told before the first sample. */
struct measure_input {
    double source_hz; /* rate of the recording: what lies above half of it is
                       * not in the samples, whatever grid they come on */
    bool has_accel;
    bool has_gyro;
    enum placement placement;
    double lever_m; /* from the joint to where tremor is wanted [m] */
    bool programme; /* exercises will be looked for in what is found */
    const struct span *watch; /* of a guided session's exercises, by their */
    size_t watch_count;       /* beginnings; borrowed */
};

enum {
    /* Forearm and hand, elbow to middle of the palm, 50th percentile adult;
     * what tremor in degrees is turned into millimetres with. [mm] */
    MEASURE_LEVER_MM = 350
};

struct measure {
    const char *name;
    double rate_hz;  /* grid wanted; 0: the recording's own samples */
    double as_is_hz; /* up to this rate of it, its own samples all the same */
    double bridge_s; /* a longer hole is a gap, even if others are given a
                      * straight line there; 0: it is not */

    /* Makes the measure's state, NULL if memory is short. */
    void *(*create)(const struct measure_input *input);
    /* Takes rows t0_s, t0_s + 1/rate_hz, ... (for rate_hz 0: + dt_s). */
    int (*push)(void *state, const struct motion *rows, size_t n, double t0_s,
                double dt_s);
    /* The segment is over; the next push begins another. May come again
     * before that. */
    int (*gap)(void *state);
    /* Fills in this measure's part of `summary`, which takes what it is
     * given. Called once, after the last gap. */
    int (*finish)(void *state, struct summary *summary);
    void (*destroy)(void *state);
};

/* Grid on which a recording of `source_hz` goes to a measure; 0: as it is. */
static inline double measure_grid_hz(const struct measure *measure,
                                     double source_hz)
{
    return source_hz > measure->as_is_hz ? measure->rate_hz : 0.0;
}

extern const struct measure quality_measure;       /* quality.c */
extern const struct measure walking_measure;       /* walking.c */
extern const struct measure tremor_measure;        /* tremor.c */
extern const struct measure rest_detector_measure; /* rest_detector.c */
extern const struct measure taps_measure;          /* taps.c */
extern const struct measure exercise_measure;      /* exercise.c */
extern const struct measure holds_measure;         /* holds.c */
extern const struct measure effort_measure;        /* effort.c */
extern const struct measure trace_measure;         /* trace.c */

#endif
