/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calibration of an accelerometer from rest in six positions, each side up
 * once. It watches the samples, takes each side when the band has lain still
 * on it, in any order, and finds offset and gain of each axis such that
 * gravity is 1 g in all of them: the closest-point iteration of van Hees et
 * al., "Autocalibration of accelerometer data", J Appl Physiol 117 (2014). The
 * sides need not be level: only the length of gravity counts.
 *
 * Ownership: caller's storage, nothing allocated. Threads: one at a time.
 */
#ifndef ACQUIRE_SIX_POSITIONS_H
#define ACQUIRE_SIX_POSITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/wire.h"

enum { SIX_POSITIONS = 6 };

struct six_positions {
    double g_per_lsb;
    uint32_t window; /* samples that must be still */
    uint32_t count;  /* of the window at hand */
    double sum[3];   /* [g] */
    double squares[3];
    bool seen[SIX_POSITIONS];      /* x up, x down, y up, ... */
    double mean[SIX_POSITIONS][3]; /* [g] */
};

enum six_step {
    SIX_NOTHING, /* the window is not full */
    SIX_MOVING,  /* it was moved */
    SIX_TILTED,  /* lies on an edge: no side is up */
    SIX_AGAIN,   /* on a side that was taken before */
    SIX_TAKEN,   /* a new one, *side */
};

void six_positions_begin(struct six_positions *six,
                         const struct wire_config *config);

/* Takes a sample in. *side: which is up, of SIX_AGAIN and SIX_TAKEN. */
enum six_step six_positions_add(struct six_positions *six,
                                const int16_t sample[6], int *side);

/* "x up", "x down", ... */
const char *six_positions_name(int side);

/* How many sides have been taken. */
int six_positions_count(const struct six_positions *six);

/* Finds the calibration once all six have been; utc_s is left 0. Returns false
 * if no sensible one explains them: offsets beyond 0.2 g or gains beyond 10 %,
 * many times what the data sheet allows. */
bool six_positions_solve(const struct six_positions *six,
                         struct wire_calibration *out);

#endif
