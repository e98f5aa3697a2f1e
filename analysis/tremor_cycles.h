/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How steady a tremor is from cycle to cycle: the tremor stability index (di
 * Biase et al. 2017), the interquartile range of the change in frequency from
 * one cycle to the next. Cycles are where the phase of the band around the
 * tremor's frequency comes round.
 *
 * Caller's storage; memory is fixed, changes are counted in a histogram.
 */
#ifndef ANALYSIS_TREMOR_CYCLES_H
#define ANALYSIS_TREMOR_CYCLES_H

#include <stdint.h>

enum { CYCLE_BINS = 800 }; /* -4 to 4 Hz */

struct tremor_cycles {
    double phase;    /* 0 to 1 [cycles] */
    double row_s;    /* time of that phase */
    double turned_s; /* when the last cycle was full; NAN: none yet */
    double cycle_hz; /* frequency of the last cycle; NAN: none yet */
    uint32_t changes;
    uint32_t change[CYCLE_BINS];
};

void tremor_cycles_init(struct tremor_cycles *cycles);

/* Takes the middle TREMOR_WINDOW_HOP rows of a window of one axis; `t_s` is the
 * window's middle, `hz` about its tremor. Windows a hop apart go on without a
 * seam; others begin anew. */
void tremor_cycles_add(struct tremor_cycles *cycles, const float *x, double hz,
                       double t_s);

/* The index [Hz]; NAN below 8 changes. */
double tremor_cycles_index(const struct tremor_cycles *cycles);

#endif
