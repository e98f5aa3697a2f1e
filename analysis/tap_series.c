/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "acquire/median.h"
#include "analysis/array.h"
#include "analysis/extreme.h"
#include "analysis/tap_chain.h"

/*
 * Chosen with the table of tap_chain.c, on the same recordings; `left_out` also
 * on scripted typing.
 */
static const struct {
    float strong;
    float uneven;
    float retry;
    float stray;
    float faint;
    float left_out;
    float left_out_few;
    float alike;
    float tiny;
    float other;
    float slow_s;
    float slow_uneven;
    float unlike_few;
    float unlike;
} tune = {
    .strong = 2.2F,  /* strength that noise alone hardly has */
    .uneven = 0.25F, /* median deviation of intervals, over their median;
                      * of series that are long enough to tell */
    .retry = 1.14F,  /* an uneven series is looked at once more, for what
                      * stands out from it by this factor */
    .stray = 0.55F,  /* of the taps beside it: no tap, at an end */
    .faint = 0.25F,  /* of the median tap: neither */
    .tiny = 12,      /* the median tap has so many times its size: no tap,
                      * anywhere (8 .. 20) */
    .other = 3,      /* sizes on either side of a halt, one over the other, of
                      * what is two things (2 .. 3.5) */
    /* Most of what looks like taps that is none: tapping leaves out nothing,
     * typing a third, daily life half. */
    .left_out = 0.2F,     /* 0.15 .. 0.25 */
    .left_out_few = 0.5F, /* of a few taps (0.45 .. 0.5) */
    .alike = 0.8F,        /* of the median tap: as large as the series' own */
    /* Hands that knock against something do so seconds apart, anyhow, and one
     * blow is many times as strong as another. Chosen on scripts of 252 knocks
     * 1.7 to 5.5 s apart at 208 and 52 Hz (100 series before, 14 then, 5 of
     * them with a confidence above 0.5); no file of taps-pin fares worse. */
    .slow_s = 1.25F,      /* median interval from which on series must be ... */
    .slow_uneven = 0.12F, /* ... so even (0.1 .. 0.12) */
    .unlike_few = 5,      /* the strongest over the third, of a few taps */
    .unlike = 6,          /* strong ones over weak ones (quartiles), of many */
};

enum {
    SERIES_LEAST = 3, /* one tap or two are no series */
    LONG_LEAST = 8,   /* taps from which on a series must be even */
    INNER = 3,        /* taps beside an end that it is compared with */
    TRIM_LEAST = 6    /* more are cut at their ends */
};
static const float STEADY = 0.12F; /* as `uneven`: not by chance */
/* MDS-UPDRS 3.4 names hesitations and halts, not how long they are. */
static const double HESITATION = 1.5; /* median intervals */
static const double HALT = 3;
static const double HALT_S = 1; /* if it is a hesitation, too */
/* Nothing like a tap for so long is between two series, if it makes one
 * uneven. 1 and 1.5 s: 3 and 1 series of scripted typing, 17 and 13 in the 12
 * minutes of tremor-ppp; with 2 s 0 and 9, without parts 0 and 6. */
static const double SILENCE_S = 2;

/* Series are as often right as not where taps stand out from slow motion by
 * this factor. Logistic regression on 136 right and 23 wrong series of taps-pin
 * at 200 and 100 Hz and without gyroscope, tremor-ppp, steps-oxford-phone,
 * steps-multigait and scripts. Count, evenness and turning of the wrist add
 * nothing when the file that is scored is left out. */
static const double OVER_SWAY_EVEN = 2;
static const double OVER_SWAY_POWER = 2.2;
/* Of what is slow only that may be sure which is hardly so: 0.5 at 1.5 s. */
static const double SLOW_POWER = 4;

/* A stretch that is being looked at. */
struct search {
    struct tap_findings *findings; /* borrowed */
    float threshold;               /* that an onset is to have */
    bool again;                    /* may be looked at once more */
    struct tap_onset *onsets;      /* those that may be taps */
    size_t n;
    struct tap_link *links;
    size_t *member; /* of the chain, n at most */
    float *scratch; /* n */
};

bool tap_onset_is_strong(const struct tap_onset *onset)
{
    return onset->strength >= tune.strong;
}

static int search_new(const struct tap_onset *onsets, size_t n,
                      struct search *search)
{
    search->onsets = calloc(n, sizeof(*search->onsets));
    search->links = calloc(n, sizeof(*search->links));
    search->member = calloc(n, sizeof(*search->member));
    search->scratch = calloc(n, sizeof(*search->scratch));
    if (search->onsets == NULL || search->links == NULL ||
        search->member == NULL || search->scratch == NULL) {
        return ERR_NO_MEMORY;
    }
    memcpy(search->onsets, onsets, n * sizeof(*onsets));
    return 0;
}

static void search_free(struct search *search)
{
    free(search->onsets);
    free(search->links);
    free(search->member);
    free(search->scratch);
}

/* The intervals of a series, and how even they are. */
struct rhythm {
    float median_s;
    float longest_s;
    float uneven; /* median deviation over median */
};

static struct rhythm rhythm_of(const struct search *search,
                               const size_t *member, size_t count)
{
    const struct tap_onset *onsets = search->onsets;
    float *scratch = search->scratch;
    struct rhythm rhythm = {0, 0, 0};
    for (size_t k = 0; k + 1 < count; k++) {
        scratch[k] =
            (float)(onsets[member[k + 1]].time_s - onsets[member[k]].time_s);
        rhythm.longest_s = larger(rhythm.longest_s, scratch[k]);
    }
    rhythm.median_s = median_float(scratch, count - 1);
    for (size_t k = 0; k + 1 < count; k++) {
        scratch[k] = fabsf(scratch[k] - rhythm.median_s);
    }
    rhythm.uneven = median_float(scratch, count - 1) / rhythm.median_s;
    return rhythm;
}

static float median_strength(const struct search *search, const size_t *member,
                             size_t count)
{
    for (size_t k = 0; k < count; k++) {
        search->scratch[k] = search->onsets[member[k]].strength;
    }
    return median_float(search->scratch, count);
}

static float median_peak(const struct search *search, const size_t *member,
                         size_t count)
{
    for (size_t k = 0; k < count; k++) {
        search->scratch[k] = search->onsets[member[k]].peak_mg;
    }
    return median_float(search->scratch, count);
}

/* Median of how far the taps stand out from slow motion. */
static float median_over_sway(const struct search *search, const size_t *member,
                              size_t count)
{
    static const float LEAST_MG = 0.1F;
    for (size_t k = 0; k < count; k++) {
        const struct tap_onset *onset = &search->onsets[member[k]];
        float sway_mg = larger(onset->sway_mg, LEAST_MG);
        search->scratch[k] = onset->peak_mg / sway_mg;
    }
    return median_float(search->scratch, count);
}

/* A finger shakes the wrist without moving it; what a moving arm does may be
 * handling things. What hardly stands out may be noise, and what is slow may be
 * knocks. */
static double confidence_of(float strength, float over_sway, double median_s)
{
    double quick = fmin(1, pow((double)tune.slow_s / median_s, SLOW_POWER));
    double still =
        1 / (1 + pow(OVER_SWAY_EVEN / (double)over_sway, OVER_SWAY_POWER));
    double clear = 1 - exp(-((double)strength - 1));
    return fmax(0, still * clear * quick);
}

static void describe(const struct search *search, const size_t *member,
                     size_t count, struct tap_series *series)
{
    const struct tap_onset *onsets = search->onsets;
    struct rhythm rhythm = rhythm_of(search, member, count);
    double median_s = (double)rhythm.median_s;
    series->start_s = onsets[member[0]].time_s;
    series->end_s = onsets[member[count - 1]].time_s;
    series->count = (uint32_t)count;
    double mean_s = (series->end_s - series->start_s) / (double)(count - 1);
    series->rate_hz = 1 / mean_s;
    double square = 0;
    for (size_t k = 0; k + 1 < count; k++) {
        double s = onsets[member[k + 1]].time_s - onsets[member[k]].time_s;
        square += (s - mean_s) * (s - mean_s);
        bool late = s > HESITATION * median_s;
        bool halt = s > HALT * median_s || (late && s > HALT_S);
        series->halts += halt;
        series->hesitations += late && !halt;
    }
    series->interval_cv = sqrt(square / (double)(count - 1)) / mean_s;
    size_t third = (count + 2) / 3;
    float first = median_peak(search, member, third);
    float last = median_peak(search, member + count - third, third);
    series->amplitude_decrement = 1 - (double)(last / first);
    float strength = median_strength(search, member, count);
    series->snr_db = 20 * log10((double)strength);
    float over_sway = median_over_sway(search, member, count);
    series->confidence = confidence_of(strength, over_sway, median_s);
}

static int add_series(const struct search *search, const size_t *member,
                      size_t count, struct taps *taps)
{
    const struct tap_onset *onsets = search->onsets;
    struct tap_series *series =
        array_add(&taps->series, taps->series_count, sizeof(*series));
    if (series == NULL) {
        return ERR_NO_MEMORY;
    }
    describe(search, member, count, series);
    for (size_t k = 0; k < count; k++) {
        struct tap *tap = array_add(&taps->tap, taps->tap_count, sizeof(*tap));
        if (tap == NULL) {
            return ERR_NO_MEMORY;
        }
        double own = 0.7 + (double)search->links[member[k]].score;
        tap->time_s = onsets[member[k]].time_s;
        tap->series = (uint32_t)taps->series_count;
        tap->confidence = (float)(series->confidence * fmin(1, fmax(0.3, own)));
        taps->tap_count++;
    }
    taps->series_count++;
    taps->count += count;
    return 0;
}

static float size_of(const struct tap_onset *onset)
{
    return onset->strength * onset->noise;
}

static float median_size(const struct search *search, const size_t *member,
                         size_t count)
{
    for (size_t k = 0; k < count; k++) {
        search->scratch[k] = size_of(&search->onsets[member[k]]);
    }
    return median_float(search->scratch, count);
}

/* The part of what looks like the series' taps, from its first to its last,
 * that is left out: a series that is one among other things is none. */
static float left_out(const struct search *search, const size_t *member,
                      size_t count)
{
    const struct tap_onset *onsets = search->onsets;
    float least = tune.alike * median_size(search, member, count);
    size_t own = 0;
    for (size_t k = 0; k < count; k++) {
        own += search->links[member[k]].score > 0 &&
               size_of(&onsets[member[k]]) >= least;
    }
    size_t all = 0;
    for (size_t i = member[0]; i <= member[count - 1]; i++) {
        all += search->links[i].score > 0 && size_of(&onsets[i]) >= least;
    }
    return all > 0 ? 1 - (float)own / (float)all : 0;
}

/* Slow and without rhythm, or a few strong ones among weak ones. */
static bool are_knocks(const struct search *search, const size_t *member,
                       size_t count, const struct rhythm *rhythm)
{
    if (rhythm->median_s > tune.slow_s &&
        (rhythm->uneven > tune.slow_uneven ||
         rhythm->longest_s > (float)TAP_CHAIN_GAP_S)) {
        return true;
    }
    float *peak = search->scratch;
    for (size_t k = 0; k < count; k++) {
        peak[k] = search->onsets[member[k]].peak_mg;
    }
    sort_floats(peak, count);
    return count < LONG_LEAST
               ? peak[count - 1] > tune.unlike_few * peak[count - 3]
               : peak[(3 * count - 1) / 4] > tune.unlike * peak[count / 4];
}

enum judgement { NO_SERIES, TOO_WEAK, UNEVEN, SERIES };

/* A few taps that are `part` of more must leave out as little as many. */
static enum judgement judge(const struct search *search, const size_t *member,
                            size_t count, bool part)
{
    const struct tap_rate *rate = search->findings->rate;
    if (count < SERIES_LEAST) {
        return NO_SERIES;
    }
    float total = 0;
    size_t like_taps = 0;
    for (size_t k = 0; k < count; k++) {
        float score = search->links[member[k]].score;
        total += score;
        like_taps += score > 0;
    }
    if (total < rate->total_least || 2 * like_taps <= count) {
        return NO_SERIES;
    }
    struct rhythm rhythm = rhythm_of(search, member, count);
    float strength = median_strength(search, member, count);
    if (strength < rate->strength_least) {
        bool clear = count >= LONG_LEAST && rhythm.uneven < STEADY;
        return clear ? TOO_WEAK : NO_SERIES;
    }
    if (rhythm.median_s < rate->interval_least_s) {
        return NO_SERIES;
    }
    if (are_knocks(search, member, count, &rhythm)) {
        return UNEVEN;
    }
    float out = left_out(search, member, count);
    if (count < LONG_LEAST) {
        float most = part ? tune.left_out : tune.left_out_few;
        return out > most ? UNEVEN : SERIES;
    }
    bool even = rhythm.uneven <= tune.uneven && out <= tune.left_out;
    return even ? SERIES : UNEVEN;
}

/* Where rhythm is clear, noise before the first tap and after the last passes
 * for taps on the beat. True if the end member `member[0]` is such: far smaller
 * than the next ones, which lie `step` further each. */
static bool is_stray(const struct tap_onset *onsets, const size_t *member,
                     ptrdiff_t step, float least)
{
    float size = size_of(&onsets[*member]);
    float inner[INNER];
    for (ptrdiff_t k = 0; k < INNER; k++) {
        const struct tap_onset *onset = &onsets[member[(k + 1) * step]];
        inner[k] = size_of(onset);
    }
    return size < larger(least, tune.stray * median_float(inner, INNER));
}

/* Noise may fall where a tap might have, before the first or between two.
 * Returns how many are left. */
static size_t leave_out_tiny(const struct search *search, size_t *member,
                             size_t count)
{
    float least = median_peak(search, member, count) / tune.tiny;
    size_t kept = 0;
    for (size_t k = 0; k < count; k++) {
        if (search->onsets[member[k]].peak_mg >= least) {
            member[kept++] = member[k];
        }
    }
    return kept;
}

/* Takes strays off both ends of a series: *member moves on, the new length is
 * returned. */
static size_t leave_out_strays(const struct search *search, size_t **member,
                               size_t count)
{
    const struct tap_onset *onsets = search->onsets;
    float least = tune.faint * median_size(search, *member, count);
    while (count > TRIM_LEAST && is_stray(onsets, *member, 1, least)) {
        (*member)++;
        count--;
    }
    while (count > TRIM_LEAST &&
           is_stray(onsets, *member + count - 1, -1, least)) {
        count--;
    }
    return count;
}

/* Leaves out what is tiny or stray, until nothing is: many strays make the
 * median so small that others among them are not tiny. */
static size_t trim(const struct search *search, size_t **member, size_t count)
{
    size_t before = 0;
    while (count != before) {
        before = count;
        count = leave_out_tiny(search, *member, count);
        count = leave_out_strays(search, member, count);
    }
    return count;
}

/* A halt with taps of another size behind it: that is another series, if it is
 * one. Returns the first of them, 0 if there is none. */
static size_t find_change(const struct search *search, const size_t *member,
                          size_t count)
{
    struct rhythm rhythm = rhythm_of(search, member, count);
    double least_s = fmax(SILENCE_S, HALT * (double)rhythm.median_s);
    if ((double)rhythm.longest_s < least_s) {
        return 0;
    }
    for (size_t k = 1; k < count; k++) {
        double s = search->onsets[member[k]].time_s -
                   search->onsets[member[k - 1]].time_s;
        size_t before = k < INNER ? k : INNER;
        size_t behind = count - k < INNER ? count - k : INNER;
        float old = median_size(search, member + k - before, before);
        float new = median_size(search, member + k, behind);
        if (s >= least_s && larger(old, new) > tune.other * smaller(old, new)) {
            return k;
        }
    }
    return 0;
}

/* Whether nothing between two onsets looks like a tap. */
static bool is_silent(const struct search *search, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++) {
        if (search->links[i].score > 0) {
            return false;
        }
    }
    return true;
}

/* The longest silence in a run, 0 if there is none; *after becomes the member
 * that ends it. */
static double longest_silence(const struct search *search, const size_t *member,
                              size_t count, size_t *after)
{
    double longest_s = 0;
    for (size_t k = 1; k < count; k++) {
        double s = search->onsets[member[k]].time_s -
                   search->onsets[member[k - 1]].time_s;
        if (s > longest_s && is_silent(search, member[k - 1], member[k])) {
            longest_s = s;
            *after = k;
        }
    }
    return longest_s;
}

static int find(const struct tap_onset *onsets, size_t n, float threshold,
                bool again, struct tap_findings *findings);

static int take_run(const struct search *search, size_t *member, size_t length,
                    bool part);

/* Takes what is before member `after` of a run, and the rest. */
static int take_parts(const struct search *search, size_t *member,
                      size_t length, size_t after)
{
    int err = take_run(search, member, after, true);
    return err < 0 ? err
                   : take_run(search, member + after, length - after, true);
}

/* Takes a run of the chain, or a part of one, as a series if it is one. One
 * that is too uneven is looked at once more if the search says so: its parts
 * before and after the longest silence, or without one, what stands out from
 * it. */
static int take_run(const struct search *search, size_t *member, size_t length,
                    bool part)
{
    struct tap_findings *findings = search->findings;
    size_t after = length > 1 ? find_change(search, member, length) : 0;
    if (after > 0) {
        return take_parts(search, member, length, after);
    }
    length = trim(search, &member, length);
    enum judgement verdict = judge(search, member, length, part);
    float strength = median_strength(search, member, length);
    if (verdict == SERIES) {
        return add_series(search, member, length, &findings->taps);
    }
    if (verdict == TOO_WEAK) {
        findings->weak = larger(findings->weak, strength);
    }
    if (verdict != UNEVEN || !search->again) {
        return 0;
    }
    if (longest_silence(search, member, length, &after) >= SILENCE_S) {
        return take_parts(search, member, length, after);
    }
    return find(search->onsets + member[0], member[length - 1] + 1 - member[0],
                tune.retry * larger(strength, search->threshold), false,
                findings);
}

/* Finds series with at least `threshold`. */
static int find(const struct tap_onset *onsets, size_t n, float threshold,
                bool again, struct tap_findings *findings)
{
    const struct tap_chain_rules rules = {findings->lags,
                                          findings->rate->tap_apart_s};
    struct search search = {
        .findings = findings, .threshold = threshold, .again = again};
    int err = search_new(onsets, n, &search);
    size_t count = 0;
    if (err == 0) {
        search.n = tap_chain_score(search.onsets, n, threshold, search.links,
                                   search.scratch);
        count = tap_chain_find(search.onsets, search.n, &rules, search.links,
                               search.member);
    }
    size_t first = 0;
    for (size_t k = 1; k <= count && err == 0; k++) {
        size_t *member = &search.member[first];
        if (k < count && search.onsets[search.member[k]].time_s -
                                 search.onsets[search.member[k - 1]].time_s <=
                             TAP_CHAIN_GAP_S) {
            continue;
        }
        err = take_run(&search, member, k - first, false);
        first = k;
    }
    search_free(&search);
    return err;
}

int tap_series_find(const struct tap_onset *onsets, size_t n,
                    struct tap_findings *findings)
{
    return n < SERIES_LEAST
               ? 0
               : find(onsets, n, tap_chain_threshold, true, findings);
}
