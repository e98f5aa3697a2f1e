/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_faint.h"

#include <math.h>

#include "acquire/median.h"
#include "analysis/tap_chain.h"

static const double WINDOW_S = 2 * TAP_RHYTHM_REACH_S;
/* Of scripted rest and white noise few windows are as steady, and the next one
 * is so with another period if at all: none named in 40 hours. */
static const float STEADY_LEAST = 0.2F;
static const float PERIOD_OFF = 0.05F; /* of the period: as a person varies */
static const float PERIOD_LEAST_S = 0.14F;

void tap_faint_init(struct tap_faint *faint)
{
    tap_lags_init(&faint->lags);
    tap_faint_reset(faint);
}

void tap_faint_reset(struct tap_faint *faint)
{
    faint->onsets = 0;
    faint->period_s = 0;
}

/* Median strength of as many of the strongest onsets as the rhythm has beats.
 */
static float strength_of(const struct tap_faint *faint, float period_s)
{
    float strength[TAP_FAINT_ONSETS];
    size_t n = faint->onsets;
    size_t beats = (size_t)(WINDOW_S / (double)period_s);
    for (size_t i = 0; i < n; i++) {
        strength[i] = faint->onset[i].strength;
    }
    sort_floats(strength, n);
    size_t from = n > beats ? n - beats : 0;
    return strength[from + (n - from) / 2];
}

/* Looks at a whole window. */
static float look(struct tap_faint *faint)
{
    struct tap_rhythm rhythm =
        tap_rhythm_find(faint->onset, faint->onsets,
                        faint->start_s + TAP_RHYTHM_REACH_S, &faint->lags);
    float before_s = faint->period_s;
    faint->period_s = 0;
    if (rhythm.steady < STEADY_LEAST || rhythm.period_s < PERIOD_LEAST_S) {
        return 0;
    }
    faint->period_s = rhythm.period_s;
    return fabsf(rhythm.period_s - before_s) <= PERIOD_OFF * before_s
               ? strength_of(faint, rhythm.period_s)
               : 0;
}

float tap_faint_take(struct tap_faint *faint, const struct tap_onset *onset)
{
    float strength = 0;
    if (!tap_onset_is_still(onset)) {
        return 0;
    }
    if (faint->onsets > 0 && (onset->time_s > faint->start_s + WINDOW_S ||
                              faint->onsets == TAP_FAINT_ONSETS)) {
        strength = look(faint);
        faint->onsets = 0;
    }
    if (faint->onsets == 0) {
        faint->start_s = onset->time_s;
    }
    faint->onset[faint->onsets++] = *onset;
    return strength;
}
