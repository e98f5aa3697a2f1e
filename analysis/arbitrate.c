/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/arbitrate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "analysis/walking_sums.h"

/* Who claims time. */
enum claimant { NONWEAR, UNKNOWN, WALKING, TREMOR, TAPS, EXERCISE, CLAIMANTS };

/* Taps slower than this are no rhythm; people tap at 1 to 7 Hz when asked to
 * (MDS-UPDRS 3.4). */
static const double RHYTHM_HZ = 0.9;
static const double BY_HAND_CONFIDENCE = 0.8;
enum { BY_HAND_COUNT = 10 };
/* Taps that stand out from slow motion twelvefold (tap_series.c). Strong taps
 * of scripts do 19-fold, whatever their size; of scripted walks whose steps
 * strike with 1.5 g on an arm that hangs still, 7-fold, and 12-fold only if the
 * body moves less than a centimetre. No tap series of the sets that walk
 * (oxford, geotec, multigait) lies in a bout. */
static const double STILL_CONFIDENCE = 0.98;

static const double SURE = 0.9;
static const double SURE_SET = 0.8; /* no set without exercise reached 0.8 */
static const double SMALL_DEG = 25; /* a trembling arm drifts by that */
/* An arm that swings does so once in two steps; within this many. But where
 * that passes for repetitions, two steps take 1.6 s and more (repetitions.c):
 * in so slow a walk arms swing less than at usual paces, where
 * activity-geotec's do by 20 to 67 degrees. 22 of reps-uci's 27 blocks turn the
 * wrist by more than this. */
static const double STRIDE_STEPS = 2;
static const double STRIDE_OFF = 0.3;
static const double SWING_DEG = 50;
/* In an exercise, harmonics of a repetition pass for steps, a few in each. With
 * so many it is a walk, over and over, between rests. */
static const double WALK_STEPS = 12;

static double overlap(struct span a, struct span b)
{
    return fmax(0, fmin(a.end_s, b.end_s) - fmax(a.start_s, b.start_s));
}

/* ---- what may win, what may yield ---- */

/* A long and clear rhythm of taps has a hand in it. */
static bool is_by_hand(const struct summary *summary, size_t index)
{
    const struct tap_series *series = &summary->taps.series[index];
    return series->rate_hz >= RHYTHM_HZ && series->count >= BY_HAND_COUNT &&
           series->confidence >= BY_HAND_CONFIDENCE;
}

/* A step that strikes as hard lifts the body, too, and the wrist with it. */
static bool is_still_hand(const struct summary *summary, size_t index)
{
    const struct tap_series *series = &summary->taps.series[index];
    return series->rate_hz >= RHYTHM_HZ &&
           series->confidence >= STILL_CONFIDENCE;
}

static bool is_sure_tremor(const struct summary *summary, size_t index)
{
    return summary->tremor.segment[index].confidence >= SURE;
}

static bool is_unsure_tremor(const struct summary *summary, size_t index)
{
    return !is_sure_tremor(summary, index);
}

/* Sure, and of an arm that is quiet but for it. */
static bool is_quiet_tremor(const struct summary *summary, size_t index)
{
    return is_sure_tremor(summary, index) &&
           summary->tremor.segment[index].kind != TREMOR_KINETIC;
}

static bool is_sure_set(const struct summary *summary, size_t index)
{
    return summary->exercise.set[index].confidence >= SURE_SET;
}

static bool is_small_set(const struct summary *summary, size_t index)
{
    return summary->exercise.set[index].range_deg_median < SMALL_DEG;
}

static bool is_in_step(const struct exercise_set *set,
                       const struct walk_bout *bout)
{
    struct span span = {set->start_s, set->end_s};
    struct span walk = {bout->start_s, bout->end_s};
    double period_s = (set->end_s - set->start_s) / set->repetitions;
    double steps = period_s * bout->cadence_spm / 60;
    bool swings = fabs(steps - STRIDE_STEPS) < STRIDE_OFF &&
                  set->range_deg_median < SWING_DEG;
    return overlap(span, walk) > 0 && (swings || steps > WALK_STEPS);
}

/* Repetitions that are sure and no arm's swing. */
static bool is_no_swing(const struct summary *summary, size_t index)
{
    const struct walking *walking = &summary->walking;
    for (size_t i = 0; i < walking->bout_count; i++) {
        if (is_in_step(&summary->exercise.set[index], &walking->bout[i])) {
            return false;
        }
    }
    return is_sure_set(summary, index);
}

/* ---- the rules ---- */

/* Shares of an item's time. [percent] */
enum { ANY = 0, HALF = 50, MOST = 80 };

typedef bool item_test(const struct summary *summary, size_t index);

/* An item of `loser` falls if more than `share` of its time is claimed by
 * items of `winner`. Tests that are NULL let all items win or yield. */
struct rule {
    enum claimant loser;
    enum claimant winner;
    item_test *yields;
    item_test *wins;
    int share;
};

/* In this order: what has fallen claims nothing further down. */
static const struct rule rules[] = {
    /* A hand on a table whose fingers tap may be as still as the table; so may
     * a stretch that is held, but nobody puts a band down in the midst of
     * repetitions; and what trembles or exercises is no bag. */
    {NONWEAR, TAPS, NULL, is_by_hand, ANY},
    {NONWEAR, EXERCISE, NULL, NULL, MOST},
    {UNKNOWN, TAPS, NULL, is_by_hand, ANY},
    {UNKNOWN, EXERCISE, NULL, is_sure_set, ANY},
    {UNKNOWN, TREMOR, NULL, is_sure_tremor, HALF},

    /* A band that is not worn moves by what the table or the bag does. */
    {WALKING, NONWEAR, NULL, NULL, HALF},
    {TREMOR, NONWEAR, NULL, NULL, HALF},
    {TAPS, NONWEAR, NULL, NULL, HALF},
    {EXERCISE, NONWEAR, NULL, NULL, HALF},

    /* Nobody walks with an arm that is quiet but for its tremor, nor with one
     * that exercises; but an arm that swings repeats itself, too. */
    {WALKING, TREMOR, NULL, is_quiet_tremor, MOST},
    {WALKING, EXERCISE, NULL, is_no_swing, HALF},

    /* Nor does a body that walks keep as still as a hand whose fingers tap. */
    {WALKING, TAPS, NULL, is_still_hand, HALF},

    /* Steps shake the hand like taps, the arm's swing repeats like an exercise,
     * and the harmonics of both lie where tremor does; but tremor that is sure
     * has been told from them, and may itself look like steps. */
    {TREMOR, WALKING, is_unsure_tremor, NULL, HALF},
    {TAPS, WALKING, NULL, NULL, HALF},
    {EXERCISE, WALKING, NULL, NULL, HALF},

    /* An arm that is held up and trembles drifts and sways a little. */
    {EXERCISE, TREMOR, is_small_set, is_quiet_tremor, HALF},

    /* Tremor has been told from blows by its spectrum (tremor_window.c), which
     * shows it better than onsets do: jerks in the midst of it are its own. */
    {TAPS, TREMOR, NULL, NULL, HALF},
};

/* ---- items of each claimant ---- */

static size_t count_of(const struct summary *summary, enum claimant who)
{
    const size_t counts[CLAIMANTS] = {
        summary->quality.nonwear_count, summary->quality.wear_unknown_count,
        summary->walking.bout_count,    summary->tremor.segment_count,
        summary->taps.series_count,     summary->exercise.set_count};
    return counts[who];
}

static struct span span_of(const struct summary *summary, enum claimant who,
                           size_t index)
{
    switch (who) {
    case NONWEAR:
        return summary->quality.nonwear[index];
    case UNKNOWN:
        return summary->quality.wear_unknown[index];
    case WALKING:
        return (struct span){summary->walking.bout[index].start_s,
                             summary->walking.bout[index].end_s};
    case TREMOR:
        return (struct span){summary->tremor.segment[index].start_s,
                             summary->tremor.segment[index].end_s};
    case TAPS:
        return (struct span){summary->taps.series[index].start_s,
                             summary->taps.series[index].end_s};
    case EXERCISE:
    default:
        return (struct span){summary->exercise.set[index].start_s,
                             summary->exercise.set[index].end_s};
    }
}

/* What falls was worn after all. */
static void drop_spans(struct quality *quality, struct span *spans,
                       size_t *count, const bool *falls)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        if (falls[i]) {
            quality->worn_s += spans[i].end_s - spans[i].start_s;
        } else {
            spans[kept++] = spans[i];
        }
    }
    *count = kept;
}

/* Steps, taps and repetitions stand in the order of the bout, series or set
 * they belong to, so that one cursor serves. A bout has `steps` of them. */
static int drop_walking(struct walking *walking, const bool *falls)
{
    size_t kept = 0;
    size_t steps_kept = 0;
    size_t cursor = 0;
    for (size_t i = 0; i < walking->bout_count; i++) {
        struct walk_bout bout = walking->bout[i];
        if (!falls[i]) {
            memmove(walking->step + steps_kept, walking->step + cursor,
                    bout.steps * sizeof(*walking->step));
            steps_kept += bout.steps;
            walking->bout[kept++] = bout;
        }
        cursor += bout.steps;
    }
    walking->bout_count = kept;
    walking->step_count = steps_kept;
    return walking_sum_up(walking);
}

static void drop_tremor(struct tremor *tremor, const bool *falls)
{
    size_t kept = 0;
    tremor->tremor_s = 0;
    for (size_t i = 0; i < tremor->segment_count; i++) {
        if (!falls[i]) {
            struct tremor_segment segment = tremor->segment[i];
            tremor->segment[kept++] = segment;
            tremor->tremor_s += segment.end_s - segment.start_s;
        }
    }
    tremor->segment_count = kept;
}

static void drop_taps(struct taps *taps, const bool *falls)
{
    size_t kept = 0;
    size_t taps_kept = 0;
    size_t cursor = 0;
    taps->count = 0;
    for (size_t i = 0; i < taps->series_count; i++) {
        for (; cursor < taps->tap_count && taps->tap[cursor].series == i;
             cursor++) {
            if (!falls[i]) {
                taps->tap[taps_kept] = taps->tap[cursor];
                taps->tap[taps_kept++].series = (uint32_t)kept;
            }
        }
        if (!falls[i]) {
            taps->count += taps->series[i].count;
            taps->series[kept++] = taps->series[i];
        }
    }
    taps->series_count = kept;
    taps->tap_count = taps_kept;
}

/* Faint taps of a hand as still as a table are not measurable; that is not to
 * say that there were none. */
static void explain_faint_taps(struct taps *taps, const bool *falls)
{
    double snr_db = -INFINITY;
    for (size_t i = 0; i < taps->series_count; i++) {
        if (!falls[i]) {
            return;
        }
        snr_db = fmax(snr_db, taps->series[i].snr_db);
    }
    snprintf(taps->reason, sizeof(taps->reason),
             "signal-to-noise %.0f dB in a hand as still as a table", snr_db);
}

static void drop_exercise(struct exercise *exercise, const bool *falls)
{
    size_t kept = 0;
    size_t repetitions = 0;
    size_t cursor = 0;
    for (size_t i = 0; i < exercise->set_count; i++) {
        for (; cursor < exercise->repetition_count &&
               exercise->repetition[cursor].set == i;
             cursor++) {
            if (!falls[i]) {
                exercise->repetition[repetitions] =
                    exercise->repetition[cursor];
                exercise->repetition[repetitions++].set = (uint32_t)kept;
            }
        }
        if (!falls[i]) {
            exercise->set[kept++] = exercise->set[i];
        }
    }
    exercise->set_count = kept;
    exercise->repetition_count = repetitions;
}

static int drop(struct summary *summary, enum claimant who, const bool *falls)
{
    struct quality *quality = &summary->quality;
    switch (who) {
    case NONWEAR:
        drop_spans(quality, quality->nonwear, &quality->nonwear_count, falls);
        break;
    case UNKNOWN:
        drop_spans(quality, quality->wear_unknown, &quality->wear_unknown_count,
                   falls);
        break;
    case WALKING:
        return drop_walking(&summary->walking, falls);
    case TREMOR:
        drop_tremor(&summary->tremor, falls);
        break;
    case TAPS:
        drop_taps(&summary->taps, falls);
        break;
    case EXERCISE:
    default:
        drop_exercise(&summary->exercise, falls);
        break;
    }
    return 0;
}

/* ---- judgement ---- */

/* How much of `item` the winners claim. Items stand by their beginnings and
 * those of one claimant do not overlap by much: `*from` is the first that may
 * still reach later ones. */
static double claimed_s(const struct summary *summary, const struct rule *rule,
                        struct span item, size_t *from)
{
    double sum = 0;
    size_t count = count_of(summary, rule->winner);
    while (*from < count &&
           span_of(summary, rule->winner, *from).end_s <= item.start_s) {
        (*from)++;
    }
    for (size_t i = *from; i < count; i++) {
        struct span claim = span_of(summary, rule->winner, i);
        if (claim.start_s >= item.end_s) {
            break;
        }
        if (rule->wins == NULL || rule->wins(summary, i)) {
            sum += overlap(item, claim);
        }
    }
    return sum;
}

static int apply(struct summary *summary, const struct rule *rule)
{
    size_t count = count_of(summary, rule->loser);
    if (count == 0 || count_of(summary, rule->winner) == 0) {
        return 0;
    }
    bool *falls = calloc(count, sizeof(*falls));
    if (falls == NULL) {
        return ERR_NO_MEMORY;
    }
    bool any = false;
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        struct span item = span_of(summary, rule->loser, i);
        double claimed = claimed_s(summary, rule, item, &from);
        falls[i] = 100 * claimed > rule->share * (item.end_s - item.start_s) &&
                   (rule->yields == NULL || rule->yields(summary, i));
        any = any || falls[i];
    }
    if (any && rule->loser == TAPS && rule->winner == NONWEAR) {
        explain_faint_taps(&summary->taps, falls);
    }
    int err = any ? drop(summary, rule->loser, falls) : 0;
    free(falls);
    return err;
}

int arbitrate(struct summary *summary)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        int err = apply(summary, &rules[i]);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}
