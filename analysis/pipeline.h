/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs all measures over a recording in one pass: reads chunks, resamples each
 * segment once for each rate that measures ask for, pushes, finishes, and lets
 * arbitrate.c settle overlaps. Memory is the same for ten seconds and for a
 * week, apart from the events found.
 *
 * A short gap (PIPELINE_BRIDGE_S) is bridged by a straight line, so that a few
 * lost samples do not end a walk; the lost samples are still reported. A
 * measure for which that line would be too long (bridge_s) is given a gap.
 */
#ifndef ANALYSIS_PIPELINE_H
#define ANALYSIS_PIPELINE_H

#include "acquire/recording.h"
#include "analysis/summary.h"

/* Two steps, or the turn of a slow repetition: the rhythm on both sides says
 * what was there. With 0.5 s lost in every 10 s, 486 of 487 steps of
 * steps-pebble's walks, 150 of 150 repetitions of reps-uci and 88 of 93 s of
 * tremor are found; with gaps there, 387, 30 and 60. */
#define PIPELINE_BRIDGE_S 1.0

struct measure;
struct measure_input;

/* The measures, in the order in which they run; NULL after the last. */
extern const struct measure *const pipeline_measures[];

struct pipeline_options {
    double lever_m;           /* 0: MEASURE_LEVER_MM */
    enum placement placement; /* PLACEMENT_OTHER: as the recording says */
    bool programme;           /* measure what only a programme asks for */
    const struct span *watch; /* guided exercises, as in measure_input */
    size_t watch_count;
};

/* A pipeline by hand, for motion that is not in a recording: push chunks in
 * order, then finish once; what is counted then lies in the chunks' time.
 * Return 0 or ERR_NO_MEMORY (new: also for a rate that cannot be analysed). */
struct pipeline;
int pipeline_new(const struct measure_input *input, struct pipeline **out);
void pipeline_free(struct pipeline *pipeline);
int pipeline_push(struct pipeline *pipeline,
                  const struct recording_chunk *chunk);

/* Ends the last segment and fills in what was measured. */
int pipeline_finish(struct pipeline *pipeline, struct summary *out);

/* Fills `out` (summary_init'ed by it; free with summary_free also on error)
 * from `recording`, which is read from where it stands. */
int pipeline_run(struct recording *recording,
                 const struct pipeline_options *options, struct summary *out,
                 struct error *error);

#endif
