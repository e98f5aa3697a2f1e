/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Band-limited resampling of six-axis motion to an even grid: a windowed-sinc
 * polyphase filter (Kaiser window; Smith, "Digital Audio Resampling"), whose
 * cut-off is below half of the lower of the two rates. Input comes in runs that
 * are even in themselves (struct recording_chunk), each with its own start and
 * step, so that a sensor's true rate is followed.
 *
 * Between the segments of a recording (gaps) resample_reset starts anew; at
 * both ends of a segment the edge sample is repeated. Output sample k of a
 * segment is at start + k / out_hz, start being the first multiple of
 * 1 / out_hz at or after the segment's first sample; the last is at or before
 * its last sample (both within a millionth of a step, so that grids that
 * coincide lose no sample to rounding). Output time is true time: the filter
 * has no delay. A constant comes out exactly as it went in; so does a sample
 * that an instant of a grid as fast or faster falls on. A NAN spreads over the
 * samples that the filter reaches, in its own column.
 *
 * Measured (tests/test_resample.c): within 0.1 dB up to 0.4 of the lower rate,
 * at least 60 dB down from 0.6 of it.
 *
 * Ownership: resample_new gives a heap object; nothing is allocated later.
 * Threads: one at a time.
 */
#ifndef ACQUIRE_RESAMPLE_H
#define ACQUIRE_RESAMPLE_H

#include <stddef.h>

#include "acquire/motion.h"

struct resample;

/* For input of about `in_hz` (within 20 %; the cut-off follows the true input
 * rate) and output of exactly `out_hz`. Returns NULL where memory is short or a
 * rate is not in 1 .. 10,000 Hz. */
struct resample *resample_new(double in_hz, double out_hz);
void resample_free(struct resample *resample);

/* Forgets all: the next push begins a segment (as it does after a flush). */
void resample_reset(struct resample *resample);

/* Gives `n` rows at t0_s, t0_s + dt_s, ... (RESAMPLE_PUSH_MAX at most); pull
 * all output before the next push. */
enum { RESAMPLE_PUSH_MAX = 4096 };
void resample_push(struct resample *resample, const struct motion *rows,
                   size_t n, double t0_s, double dt_s);

/* Says that the segment ends here: what is held back comes out by pull. */
void resample_flush(struct resample *resample);

/* Takes up to `max` output rows; *t0_s receives the time of the first.
 * Returns how many; 0: push more. */
size_t resample_pull(struct resample *resample, struct motion *out, size_t max,
                     double *t0_s);

/* Instead of pull: the motion at any instant `t_s`, which may not be before
 * that of the call before. Before the segment's first sample that one holds,
 * after a flush the last one does. Returns 1, or 0: push more. */
int resample_at(struct resample *resample, double t_s, struct motion *out);

#endif
