/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taps too faint to be told one by one from noise may still show their rhythm:
 * then there is something, and how faint it is can be said. Looks at ten
 * seconds after ten seconds of a hand that is still but for them.
 */
#ifndef ANALYSIS_TAP_FAINT_H
#define ANALYSIS_TAP_FAINT_H

#include <stddef.h>

#include "analysis/tap_onset.h"
#include "analysis/tap_rhythm.h"

enum { TAP_FAINT_ONSETS = 192 }; /* at most one in 60 ms for ten seconds */

struct tap_faint {
    struct tap_lags lags;
    double start_s; /* of the ten seconds */
    size_t onsets;
    struct tap_onset onset[TAP_FAINT_ONSETS];
    float period_s; /* of those before; 0: they had none */
};

void tap_faint_init(struct tap_faint *faint);

/* Begins anew. */
void tap_faint_reset(struct tap_faint *faint);

/* Takes an onset. Returns the strength over noise of those in rhythm where the
 * last twenty seconds had one and the same, else 0. */
float tap_faint_take(struct tap_faint *faint, const struct tap_onset *onset);

#endif
