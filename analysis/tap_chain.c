/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_chain.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "acquire/median.h"
#include "analysis/extreme.h"
#include "analysis/tap_rhythm.h"

/*
 * Chosen with the tables of tap_band.c, tap_weight.c, tap_rhythm.c and
 * tap_series.c on taps-pin at 200 and 100 Hz and without gyroscope, against
 * daily life (tremor-ppp), walking (steps-oxford-phone, steps-multigait,
 * activity-geotec) and scripts, by the cross-entropy method: the middle of
 * where random draws do well, not the best draw. What each is worth, and what
 * all are on files that had no say: tests/accuracy/left_out.txt.
 */
static const struct {
    float reference;
    float reference_s;
    float echo;
    float echo_s;
    float sway;
    float turn_dps;
    float turn_power;
    float score_max;
    float interval_min_s;
    float nearest;
    float rhythm_width;
    float late_cost;
    float early_cost;
    float pause_cost;
    float beat_width;
    float off_beat_cost;
    float on_beat_gain;
    float hopeless;
} tune = {
    .reference = 0.36F, /* of the third strongest around (0.3 .. 0.45) ... */
    .reference_s = 3,   /* ... within this time */
    .echo = 0.88F,      /* of the onset before: the finger's way back, */
    .echo_s = 0.2F,     /* 0.1 to 0.2 s after the blow (0.8 .. 0.9) */
    .sway = 0.8F,       /* peak over slow motion that scores 0: steps have
                         * 0.05 .. 0.4, taps 1 .. 5 (0.7 .. 0.9) */
    .turn_dps = 80,     /* who turns the wrist faster is not tapping */
    .turn_power = 3,
    .score_max = 1.5F,        /* a knock counts no more than a tap */
    .interval_min_s = 0.125F, /* 8 Hz: nobody taps faster */
    .nearest = 0.6F,          /* of the rhythm's period, where taps that are as
                               * near are few (0.5 .. 0.8) */
    .rhythm_width = 1,        /* of the logarithm of interval over period */
    .late_cost = 0.2F,        /* an interval far too long (0 .. 0.3) */
    .early_cost = 0.73F,      /* far too short (0.5 .. 1) */
    .pause_cost = 1.9F,       /* of beginning another series */
    /* Where the rhythm is clear (tap_rhythm.h): */
    .beat_width = 0.25F, /* of the logarithm of interval over period */
    .off_beat_cost = 1,
    .on_beat_gain = 0.3F,
    .hopeless = -0.8F, /* a score that rhythm hardly makes up for
                        * (-2 .. -0.6) */
};

const float tap_chain_threshold = 1.75F;

enum {
    ROUNDS = 4,    /* of finding a chain and its rhythm in turn */
    AROUND = 6,    /* intervals before and after that rhythm is over */
    LIKELY_MIN = 7 /* fewer do not make one (tap_rhythm.c, MANY_NONE) */
};
static const double RHYTHM_STEP_S = 2;
static const float STEADY_LEAST = 0.2F;

/* How large an onset is, whatever the noise around it: taps may become so fast
 * that they pass for noise themselves, and strength falls. */
static float size_of(const struct tap_onset *onset)
{
    return onset->strength * onset->noise;
}

/* Onsets within `reference_s` of the one asked for; moves on with it. */
struct window {
    size_t from;
    size_t to;
    float top[3]; /* their sizes, the largest */
};

/* The third largest onset around: no single knock and no pair of them can be
 * it, but three taps are. 0 where there are fewer than three. */
static float reference_of(const struct tap_onset *onsets, size_t n, size_t at,
                          const float *size, struct window *window)
{
    float *top = window->top;
    double at_s = onsets[at].time_s;
    double reach_s = (double)tune.reference_s;
    bool lost = false; /* one of the three */
    while (at_s - onsets[window->from].time_s >= reach_s) {
        lost = lost || size[window->from] >= top[2];
        window->from++;
    }
    while (window->to < n && onsets[window->to].time_s - at_s < reach_s) {
        tap_keep_top(top, 3, size[window->to++]);
    }
    if (lost) {
        memset(window->top, 0, sizeof(window->top));
        for (size_t i = window->from; i < window->to; i++) {
            tap_keep_top(top, 3, size[i]);
        }
    }
    return top[2];
}

/* Strength an onset needs: over noise; beside its neighbours, of which it is to
 * be nearer to the large ones than to noise; and after one that may ring on,
 * after a knock no more than after a tap. */
static float threshold_of(const struct tap_onset *onsets, size_t at,
                          const float *size, float reference)
{
    float noise = onsets[at].noise;
    float least = larger(tune.reference * reference, sqrtf(reference * noise));
    for (size_t i = at; i > 0; i--) {
        double s = onsets[at].time_s - onsets[i - 1].time_s;
        if (s >= (double)tune.echo_s) {
            break;
        }
        least = larger(least, tune.echo * smaller(size[i - 1], reference));
    }
    return least / noise;
}

/* What slow motion leaves of an onset's score. */
static float score_of_motion(const struct tap_onset *onset)
{
    static const float TINY = 1e-3F;
    float sway = onset->peak_mg / (tune.sway * larger(onset->sway_mg, TINY));
    float turn = tune.turn_dps / larger(onset->turn_dps, TINY);
    float score = smaller(logf(larger(sway, TINY)), tune.score_max);
    return smaller(score, tune.turn_power * logf(turn));
}

bool tap_onset_is_still(const struct tap_onset *onset)
{
    return onset->peak_mg > tune.sway * onset->sway_mg &&
           onset->turn_dps < tune.turn_dps;
}

size_t tap_chain_score(struct tap_onset *onsets, size_t n, float threshold,
                       struct tap_link *links, float *scratch)
{
    struct window window = {0, 0, {0}};
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        scratch[i] = size_of(&onsets[i]);
    }
    for (size_t i = 0; i < n; i++) {
        links[i].score = score_of_motion(&onsets[i]);
        if (links[i].score > tune.hopeless) {
            float reference = reference_of(onsets, n, i, scratch, &window);
            float need = threshold_of(onsets, i, scratch, reference);
            float over = onsets[i].strength / larger(threshold, need);
            links[i].score = smaller(links[i].score, logf(over));
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (links[i].score > tune.hopeless) {
            links[kept].score = links[i].score;
            onsets[kept++] = onsets[i];
        }
    }
    return kept;
}

/* What an interval costs. Without a steady rhythm people still do not tap twice
 * in a row much faster than otherwise; with one, each interval is judged. */
static float interval_cost(float interval_s, const struct tap_link *link)
{
    if (link->period_s == 0) {
        return 0;
    }
    float off = logf(interval_s / link->period_s);
    float wide = off / tune.rhythm_width;
    float cost = off < 0 ? tune.early_cost : tune.late_cost;
    cost *= smaller(1, wide * wide);
    float beat = off / tune.beat_width;
    float beat_cost = tune.off_beat_cost * smaller(1, beat * beat);
    return cost + link->steady * (beat_cost - tune.on_beat_gain);
}

/* How far apart taps are at least: less far where the rhythm is quick. */
static float interval_least(float period_s, float apart_s)
{
    float least_s = period_s > 0 ? tune.nearest * period_s : apart_s;
    return larger(tune.interval_min_s, smaller(least_s, apart_s));
}

/* What the onsets before one offer it. */
struct reach {
    float apart_s;  /* as in tap_chain_rules */
    size_t far;     /* the first within TAP_CHAIN_GAP_S of it */
    size_t distant; /* best chain that ends before `far`, index + 1 */
};

static void reach_on(const struct tap_onset *onsets, size_t j,
                     const struct tap_link *links, struct reach *reach)
{
    while (onsets[j].time_s - onsets[reach->far].time_s > TAP_CHAIN_GAP_S) {
        size_t at = ++reach->far;
        if (reach->distant == 0 ||
            links[at - 1].total > links[reach->distant - 1].total) {
            reach->distant = at;
        }
    }
}

/* Finds the best chain that ends at onset `j`, from those that end before. */
static void end_at(const struct tap_onset *onsets, size_t j,
                   const struct reach *reach, struct tap_link *links)
{
    struct tap_link *link = &links[j];
    size_t distant = reach->distant;
    float best = 0;
    link->before = 0;
    if (distant > 0 && links[distant - 1].total > tune.pause_cost) {
        best = links[distant - 1].total - tune.pause_cost;
        link->before = distant;
    }
    float gain = link->steady * tune.on_beat_gain;
    float least_s = interval_least(link->period_s, reach->apart_s);
    /* No interval gains more than that: not worth looking. */
    for (size_t i = j; i > reach->far && links[i - 1].most + gain > best; i--) {
        const struct tap_link *before = &links[i - 1];
        float interval_s = (float)(onsets[j].time_s - onsets[i - 1].time_s);
        if (interval_s < least_s || before->total + gain <= best) {
            continue;
        }
        float total = before->total - interval_cost(interval_s, link);
        if (total > best) {
            best = total;
            link->before = i;
        }
    }
    link->total = best + link->score;
    link->most = j > 0 ? larger(links[j - 1].most, link->total) : link->total;
}

/* Finds the best chain; returns the index + 1 of its last link, 0 if none.
 * Links before `changed` are as the call before has left them. */
static size_t chain(const struct tap_onset *onsets, size_t n, float apart_s,
                    size_t changed, struct tap_link *links)
{
    size_t last = 0; /* of the best chain so far */
    struct reach reach = {.apart_s = apart_s};
    for (size_t j = 0; j < n; j++) {
        reach_on(onsets, j, links, &reach);
        if (j >= changed) {
            end_at(onsets, j, &reach, links);
        }
        if (last == 0 || links[j].total > links[last - 1].total) {
            last = j + 1;
        }
    }
    return last;
}

/* Writes the chain that ends at `last` to `member`, by time; returns its
 * length. */
static size_t unroll(const struct tap_link *links, size_t last, size_t *member)
{
    size_t count = 0;
    for (size_t at = last; at > 0; at = links[at - 1].before) {
        count++;
    }
    size_t k = count;
    for (size_t at = last; at > 0; at = links[at - 1].before) {
        member[--k] = at - 1;
    }
    return count;
}

/* Median interval of the AROUND members on either side of member `k`. */
static float period_around(const struct tap_onset *onsets, const size_t *member,
                           size_t count, size_t k)
{
    float interval[2 * AROUND];
    size_t n = 0;
    size_t from = k > AROUND ? k - AROUND : 0;
    for (size_t i = from; i < k + AROUND && i + 1 < count; i++) {
        double s = onsets[member[i + 1]].time_s - onsets[member[i]].time_s;
        if (s <= TAP_CHAIN_GAP_S) {
            interval[n++] = (float)s;
        }
    }
    return n >= 2 ? median_float(interval, n) : 0;
}

/* Returns the first that has changed, `n` if none has. */
static size_t set_periods(const struct tap_onset *onsets, size_t n,
                          const size_t *member, size_t count,
                          struct tap_link *links)
{
    size_t k = 0;
    size_t known = SIZE_MAX; /* member that `period_s` is that around */
    float period_s = 0;
    size_t changed = n;
    for (size_t i = 0; i < n; i++) {
        while (k + 1 < count && member[k] < i) {
            k++;
        }
        if (links[i].steady >= STEADY_LEAST) {
            continue;
        }
        if (k != known) {
            period_s = period_around(onsets, member, count, k);
            known = k;
        }
        if (changed == n && links[i].period_s != period_s) {
            changed = i;
        }
        links[i].period_s = period_s;
    }
    return changed;
}

/* Onsets that may be taps, a window that moves on with the onset asked for. */
struct likely {
    size_t from;
    size_t to;
    size_t count;
};

/* True if there are enough of them around onset `at` to make a rhythm. */
static bool is_likely(struct likely *likely, const struct tap_onset *onsets,
                      size_t n, const struct tap_link *links, size_t at)
{
    double at_s = onsets[at].time_s;
    for (; likely->to < n &&
           onsets[likely->to].time_s <= at_s + TAP_RHYTHM_REACH_S;
         likely->to++) {
        likely->count += links[likely->to].score > 0;
    }
    for (; onsets[likely->from].time_s < at_s - TAP_RHYTHM_REACH_S;
         likely->from++) {
        likely->count -= links[likely->from].score > 0;
    }
    return likely->count >= LIKELY_MIN;
}

/* Asks for the rhythm every RHYTHM_STEP_S, where there may be one. */
static void set_rhythm(const struct tap_onset *onsets, size_t n,
                       const struct tap_lags *lags, struct tap_link *links)
{
    struct likely likely = {0, 0, 0};
    struct tap_rhythm rhythm = {0, 0};
    double next_s = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (onsets[i].time_s >= next_s) {
            next_s = onsets[i].time_s + RHYTHM_STEP_S;
            rhythm = is_likely(&likely, onsets, n, links, i)
                         ? tap_rhythm_find(onsets, n, onsets[i].time_s, lags)
                         : (struct tap_rhythm){0, 0};
        }
        links[i].steady = rhythm.steady;
        links[i].period_s = rhythm.steady < STEADY_LEAST ? 0 : rhythm.period_s;
    }
}

size_t tap_chain_find(const struct tap_onset *onsets, size_t n,
                      const struct tap_chain_rules *rules,
                      struct tap_link *links, size_t *member)
{
    set_rhythm(onsets, n, rules->lags, links);
    size_t count = 0;
    size_t changed = 0; /* the first link that has */
    for (int round = 0; round < ROUNDS && changed < n; round++) {
        size_t last = chain(onsets, n, rules->apart_s, changed, links);
        count = unroll(links, last, member);
        changed = count < 3 ? n : set_periods(onsets, n, member, count, links);
    }
    return count;
}
