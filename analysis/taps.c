/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taps: onsets (tap_onset.h) are gathered into stretches, and each stretch is
 * searched for series (tap_series.h) when nothing has struck for a while.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "analysis/measure.h"
#include "analysis/summary.h"
#include "analysis/tap_chain.h"
#include "analysis/tap_faint.h"
#include "analysis/tap_onset.h"
#include "analysis/tap_rate.h"
#include "analysis/tap_series.h"

/* Onsets in rhythm that are stronger than that are no taps for other reasons
 * than that they are faint. */
static const float FAINT_MOST = 2.5F;

enum { ONSETS_MAX = 4096 }; /* of a stretch; a longer one is cut */

struct taps_state {
    double source_hz;
    bool blind; /* no accelerometer */
    struct tap_detector *detector;
    size_t onsets;
    double strong_s; /* the last strong onset of the stretch; NAN: none */
    struct tap_onset onset[ONSETS_MAX];
    bool too_slow;
    struct tap_rate rate;
    struct tap_findings found;
    struct tap_faint faint;
};

static int end_stretch(struct taps_state *s)
{
    int err = 0;
    if (!isnan(s->strong_s)) {
        err = tap_series_find(s->onset, s->onsets, &s->found);
    }
    s->onsets = 0;
    s->strong_s = NAN;
    return err;
}

/* Before the first strong onset only what is near enough matters. */
static void drop_old(struct taps_state *s, double now_s)
{
    size_t old = 0;
    while (old < s->onsets && now_s - s->onset[old].time_s > TAP_CHAIN_GAP_S) {
        old++;
    }
    s->onsets -= old;
    memmove(s->onset, s->onset + old, s->onsets * sizeof(s->onset[0]));
}

/* Whether there is something too faint to count matters where nothing is
 * counted. */
static void look_for_faint(struct taps_state *s, const struct tap_onset *onset)
{
    if (s->found.taps.series_count == 0 && s->found.weak == 0) {
        float strength = tap_faint_take(&s->faint, onset);
        s->found.weak = strength < FAINT_MOST ? strength : 0;
    }
}

static int take_onset(void *ctx, const struct tap_onset *onset)
{
    struct taps_state *s = ctx;
    look_for_faint(s, onset);
    bool over =
        !isnan(s->strong_s) && onset->time_s - s->strong_s > TAP_CHAIN_GAP_S;
    if (over || s->onsets == ONSETS_MAX) {
        int err = end_stretch(s);
        if (err < 0) {
            return err;
        }
    }
    if (isnan(s->strong_s)) {
        drop_old(s, onset->time_s);
    }
    if (tap_onset_is_strong(onset)) {
        s->strong_s = onset->time_s;
    }
    s->onset[s->onsets++] = *onset;
    return 0;
}

static void *create(const struct measure_input *input)
{
    struct taps_state *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    s->source_hz = input->source_hz;
    s->blind = !input->has_accel;
    s->strong_s = NAN;
    tap_faint_init(&s->faint);
    s->too_slow = !tap_rate_of(input->source_hz, &s->rate);
    s->found.rate = &s->rate;
    s->found.lags = &s->faint.lags;
    if (s->too_slow) {
        return s;
    }
    const struct tap_source source = {.rate = &s->rate,
                                      .has_gyro = input->has_gyro};
    s->detector = tap_detector_new(&source, take_onset, s);
    if (s->detector == NULL) {
        free(s);
        return NULL;
    }
    return s;
}

static int push(void *state, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    (void)dt_s;
    struct taps_state *s = state;
    return s->detector == NULL || s->blind
               ? 0
               : tap_detector_push(s->detector, rows, n, t0_s);
}

static int gap(void *state)
{
    struct taps_state *s = state;
    int err = s->detector != NULL ? tap_detector_gap(s->detector) : 0;
    tap_faint_reset(&s->faint);
    return err < 0 ? err : end_stretch(s);
}

/* Says why there are no taps, where there may have been some. */
static void explain(const struct taps_state *s, struct taps *taps)
{
    char *text = taps->reason;
    size_t size = sizeof(taps->reason);
    const struct tap_rate *rate = &s->rate;
    if (s->blind) {
        snprintf(text, size,
                 "taps need an accelerometer, and the recording has none");
    } else if (s->too_slow) {
        snprintf(text, size,
                 "taps need 50 samples a second, this recording has %.3g",
                 s->source_hz);
    } else if (taps->series_count == 0 && s->source_hz < TAP_WHOLE_HZ) {
        snprintf(text, size,
                 "no taps of %.0f dB over noise and at most %.1f a second; "
                 "others need 100 samples a second, this recording has %.3g",
                 20 * log10((double)rate->strength_least),
                 1 / (double)rate->interval_least_s, s->source_hz);
    } else if (taps->series_count == 0 && s->found.weak > 0) {
        snprintf(text, size, "signal-to-noise %.0f dB",
                 20 * log10((double)s->found.weak));
    }
}

static int finish(void *state, struct summary *summary)
{
    struct taps_state *s = state;
    struct taps *taps = &summary->taps;
    *taps = s->found.taps;
    s->found.taps = (struct taps){0};
    explain(s, taps);
    return 0;
}

static void destroy(void *state)
{
    struct taps_state *s = state;
    tap_detector_free(s->detector);
    free(s->found.taps.series);
    free(s->found.taps.tap);
    free(s);
}

const struct measure taps_measure = {
    .name = "taps",
    .rate_hz = TAP_RATE_HZ,
    /* A straight line is without noise, which taps are told from. Of taps-pin
     * with 0.3 s lost in every 10 s, 17 of 24 are found if that is bridged. */
    .bridge_s = 0.25,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
