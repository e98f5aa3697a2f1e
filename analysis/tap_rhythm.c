/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_rhythm.h"

#include <math.h>

#include "analysis/extreme.h"

/* Lags on a logarithmic grid from 8 Hz down to a third of 0.6 Hz: a period is
 * judged by itself, twice and three times itself. */
static const float LAG_MIN_S = 0.125F;
static const float LAG_STEP = 1.03F;
enum {
    PERIODS = 88,    /* 0.125 s x 1.03^87 = 1.64 s */
    TWICE = 23,      /* 1.03^23 = 1.97 */
    THRICE = 37,     /* 1.03^37 = 2.99 */
    WIDTH = 2,       /* steps on either side that count as the same lag */
    ONSETS_MAX = 192 /* at most one in 60 ms */
};
/* A multiple of the true period is as good, half of it a third as good: the
 * shortest lag that comes near enough to the best one is the period. */
static const float AS_GOOD = 0.7F;
/* How far above chance a rhythm is none, and clear. */
static const float CONTRAST_NONE = 1.6F;
static const float CONTRAST_CLEAR = 8.7F;
/* As many onsets of equal weight, so that three or four taps, which always have
 * some interval twice, do not make a rhythm. */
static const float MANY_NONE = 7;
static const float MANY_CLEAR = 11.5F;

struct train {
    size_t n;
    float time_s[ONSETS_MAX]; /* from the moment asked for */
    float weight[ONSETS_MAX];
};

/* The first onset at `from_s` or after it. */
static size_t first_after(const struct tap_onset *onsets, size_t n,
                          double from_s)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (onsets[middle].time_s < from_s) {
            low = middle + 1;
        } else {
            n = middle;
        }
    }
    return low;
}

/* The onsets around, weighted by strength over noise; no knock weighs more than
 * the third strongest. */
static void gather(const struct tap_onset *onsets, size_t n, double at_s,
                   struct train *train)
{
    float top[3] = {0, 0, 0};
    train->n = 0;
    for (size_t i = first_after(onsets, n, at_s - TAP_RHYTHM_REACH_S);
         i < n && onsets[i].time_s <= at_s + TAP_RHYTHM_REACH_S &&
         train->n < ONSETS_MAX;
         i++) {
        float x = onsets[i].strength > 1 ? onsets[i].strength - 1 : 0;
        train->time_s[train->n] = (float)(onsets[i].time_s - at_s);
        train->weight[train->n++] = x * x;
        tap_keep_top(top, 3, x * x);
    }
    for (size_t i = 0; i < train->n; i++) {
        if (train->weight[i] > top[2]) {
            train->weight[i] = top[2];
        }
    }
}

static float clamp(float x, float none, float clear)
{
    return smaller(1, larger(0, (x - none) / (clear - none)));
}

/* Multiplied up, as a power each would cost more than all else. */
void tap_lags_init(struct tap_lags *lags)
{
    lags->lag_s[0] = LAG_MIN_S;
    for (int lag = 1; lag < TAP_LAGS; lag++) {
        lags->lag_s[lag] = lags->lag_s[lag - 1] * LAG_STEP;
    }
    const float half = sqrtf(LAG_STEP);
    int lag = 0;
    for (int step = 0; step < TAP_LAG_STEPS; step++) {
        float s = ((float)step + 0.5F) / TAP_LAG_STEPS_PER_S;
        while (lag < TAP_LAGS && s >= lags->lag_s[lag] * half) {
            lag++;
        }
        lags->of[step] = (uint8_t)(s * half < LAG_MIN_S ? TAP_LAGS : lag);
    }
}

/* Adds the weights of all pairs with the onset `j` to the lag they are apart,
 * of those too near or too far to the one behind all. */
static void add_pairs(const struct train *train, size_t j,
                      const struct tap_lags *lags, float pairs[TAP_LAGS + 1])
{
    for (size_t i = j; i-- > 0;) {
        float s = train->time_s[j] - train->time_s[i];
        float step = s * TAP_LAG_STEPS_PER_S;
        if (step >= TAP_LAG_STEPS) {
            return;
        }
        pairs[lags->of[(int)step]] += train->weight[i] * train->weight[j];
    }
}

/* Lags up to WIDTH steps away count as the same. */
static void widen(const float pairs[TAP_LAGS], float lags[TAP_LAGS])
{
    for (int lag = 0; lag < TAP_LAGS; lag++) {
        int from = lag < WIDTH ? 0 : lag - WIDTH;
        int to = lag + WIDTH < TAP_LAGS ? lag + WIDTH : TAP_LAGS - 1;
        lags[lag] = 0;
        for (int k = from; k <= to; k++) {
            lags[lag] += pairs[k];
        }
    }
}

/* Fills `lags` with how much more often than by chance onsets are that far
 * apart; returns how many onsets of equal weight there are. */
static float correlate(const struct train *train, const struct tap_lags *grid,
                       float lags[TAP_LAGS])
{
    float sum = 0;
    float square = 0;
    float apart[TAP_LAGS + 1] = {0};
    for (size_t j = 0; j < train->n; j++) {
        sum += train->weight[j];
        square += train->weight[j] * train->weight[j];
        add_pairs(train, j, grid, apart);
    }
    widen(apart, lags);
    if (train->n < 2 || square == 0) {
        return 0;
    }
    float span = train->time_s[train->n - 1] - train->time_s[0];
    float pairs = 0.5F * (sum * sum - square);
    for (int k = 0; k < TAP_LAGS; k++) {
        float s = grid->lag_s[k];
        float width = s * (2 * WIDTH + 1) * (LAG_STEP - 1);
        float room = span - s > 0.25F * span ? span - s : 0.25F * span;
        float chance = 2 * room / (span * span) * width;
        lags[k] = chance * pairs > 0 ? lags[k] / (chance * pairs) : 0;
    }
    return sum * sum / square;
}

struct tap_rhythm tap_rhythm_find(const struct tap_onset *onsets, size_t n,
                                  double at_s, const struct tap_lags *grid)
{
    struct train train;
    float lags[TAP_LAGS];
    gather(onsets, n, at_s, &train);
    float many = correlate(&train, grid, lags);
    float contrast[PERIODS];
    float best = 0;
    for (int k = 0; k < PERIODS; k++) {
        contrast[k] = (lags[k] + lags[k + TWICE] + lags[k + THRICE]) / 3;
        best = larger(best, contrast[k]);
    }
    int k = 0;
    while (k < PERIODS - 1 && contrast[k] < AS_GOOD * best) {
        k++;
    }
    while (k < PERIODS - 1 && contrast[k + 1] > contrast[k]) {
        k++;
    }
    struct tap_rhythm rhythm = {
        .period_s = best > 0 ? grid->lag_s[k] : 0,
        .steady = clamp(contrast[k], CONTRAST_NONE, CONTRAST_CLEAR) *
                  clamp(many, MANY_NONE, MANY_CLEAR),
    };
    return rhythm;
}
