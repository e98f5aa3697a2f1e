/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run of windows with tremor of about one frequency, and the segment that is
 * made of it: where it begins and ends, frequency, amplitude, shape.
 *
 * Caller's storage; memory is fixed: a bout that is full is closed, and the
 * next goes on behind it (tremor.c joins them again).
 */
#ifndef ANALYSIS_TREMOR_BOUT_H
#define ANALYSIS_TREMOR_BOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/summary.h"
#include "analysis/tremor_cycles.h"
#include "analysis/tremor_window.h"

enum { BOUT_WINDOWS = 128 }; /* a minute */

struct bout_window {
    double middle_s;
    double frequency_hz;
    double power;
    double ratio;
    double slow_rms;
};

struct tremor_bout {
    size_t count;
    size_t clear;  /* of them: without doubt */
    size_t missed; /* windows since the last that belonged here */
    struct bout_window window[BOUT_WINDOWS];
    double gyro[TREMOR_BINS]; /* sums of spectra */
    double accel[TREMOR_BINS];
    double up[3]; /* sum of the accelerometer */
    struct tremor_cycles cycles;
};

/* Why a bout is thought to be tremor. */
enum bout_evidence {
    BOUT_NONE,           /* it is not */
    BOUT_PLAIN,          /* sure; of a quiet arm, and like nothing voluntary */
    BOUT_KINETIC,        /* the same of a moving arm */
    BOUT_FAINT,          /* short or weak, beside one of these */
    BOUT_STRONG_AT_REST, /* sure; like shaking, but of an arm at rest */
    BOUT_CONFIRMED, /* sure; like shaking, at the frequency of plain ones */
    BOUT_EVIDENCES
};

/* A bout that is over. `segment.kind` and `evidence` are still open. */
struct bout_result {
    struct tremor_segment segment;
    double sustained_s; /* for how long its power was there */
    double ratio;       /* medians of its windows */
    double sway_dps;    /* slow motion */
    double up[3];
    bool disagree;  /* the sensors do, where there are both */
    bool undertone; /* there is a line at half the frequency */
    bool sure;      /* tremor, unless it is voluntary */
    enum bout_evidence evidence;
};

void bout_init(struct tremor_bout *bout);

/* True if a window with this peak goes on with the bout. */
bool bout_continues(const struct tremor_bout *bout,
                    const struct tremor_peak *peak);

/* Adds a window; there must be room (bout_is_full). */
void bout_add(struct tremor_bout *bout, const struct tremor_peak *peak,
              const struct tremor_spectra *spectra, double middle_s);
bool bout_is_full(const struct tremor_bout *bout);

/* Ends the bout. Returns false if there was no tremor in it. */
bool bout_close(struct tremor_bout *bout, const struct tremor_limits *limits,
                double lever_m, struct bout_result *out);

#endif
