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
#include "analysis/tap_onset.h"
#include "analysis/tap_series.h"

/* Below, too little of a tap is left: at 25 Hz a burst of 20 Hz and more is
 * gone. A nominal 50 Hz may be a little slow. */
static const double SOURCE_MIN_HZ = 48;
/* Below, half of the band is missing, and what is left of a burst is longer. Of
 * taps-pin at 50 Hz the counts of series weaker than this are 10 % off, those
 * of stronger ones are not; of scripted taps at 52 Hz none are lost at 4.5 a
 * second, 1 % at 5, 8 % at 5.5. */
static const double SOURCE_FULL_HZ = 90;
static const struct tap_limits slow_limits = {
    .strength_least = 5,
    .interval_least_s = 0.195F,
};

enum { ONSETS_MAX = 4096 }; /* of a stretch; a longer one is cut */

struct taps_state {
    double source_hz;
    bool slow;
    bool blind; /* no accelerometer */
    struct tap_detector *detector;
    size_t onsets;
    double strong_s; /* the last strong onset of the stretch; NAN: none */
    struct tap_onset onset[ONSETS_MAX];
    struct tap_findings found;
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

static int take_onset(void *ctx, const struct tap_onset *onset)
{
    struct taps_state *s = ctx;
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
    s->slow = input->source_hz < SOURCE_MIN_HZ;
    s->blind = !input->has_accel;
    s->strong_s = NAN;
    if (input->source_hz < SOURCE_FULL_HZ) {
        s->found.limits = slow_limits;
    }
    s->detector =
        tap_detector_new(input->source_hz, input->has_gyro, take_onset, s);
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
    return s->slow || s->blind ? 0
                               : tap_detector_push(s->detector, rows, n, t0_s);
}

static int gap(void *state)
{
    struct taps_state *s = state;
    int err = tap_detector_gap(s->detector);
    return err < 0 ? err : end_stretch(s);
}

/* Says why there are no taps, where there may have been some. */
static void explain(const struct taps_state *s, struct taps *taps)
{
    char *text = taps->reason;
    size_t size = sizeof(taps->reason);
    if (s->blind) {
        snprintf(text, size,
                 "taps need an accelerometer, and the recording has none");
    } else if (s->slow) {
        snprintf(text, size,
                 "taps need 50 samples a second, this recording has %.3g",
                 s->source_hz);
    } else if (taps->series_count == 0 && s->source_hz < SOURCE_FULL_HZ) {
        snprintf(text, size,
                 "no taps of %.0f dB over noise and at most %.1f a second; "
                 "others need 100 samples a second, this recording has %.3g",
                 20 * log10((double)slow_limits.strength_least),
                 1 / (double)slow_limits.interval_least_s, s->source_hz);
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
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
