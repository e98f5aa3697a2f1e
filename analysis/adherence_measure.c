/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_measure.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "analysis/adherence_fine.h"

/* ---- by kind of movement ---- */

struct series_sums {
    double count;
    double interval_s;
    double cv;
    double decrement;
    double hesitations;
    double halts;
    double seconds;
};

static struct series_sums sum_series(const struct taps *taps,
                                     const struct windows *windows)
{
    struct series_sums sums = {0};
    for (size_t i = 0; i < taps->series_count; i++) {
        const struct tap_series *s = &taps->series[i];
        if (window_at(windows, 0.5 * (s->start_s + s->end_s)) == NULL) {
            continue;
        }
        double weight = s->count;
        sums.count += weight;
        sums.interval_s += weight / s->rate_hz;
        sums.cv += weight * s->interval_cv;
        sums.decrement += weight * s->amplitude_decrement;
        sums.hesitations += s->hesitations;
        sums.halts += s->halts;
        sums.seconds += s->end_s - s->start_s;
    }
    return sums;
}

static int measure_taps(const struct summary *summary,
                        const struct windows *windows,
                        struct adherence_item *item)
{
    const struct taps *taps = &summary->taps;
    struct tally tally = {.item = item, .windows = windows};
    for (size_t i = 0; i < taps->tap_count; i++) {
        double at_s = taps->tap[i].time_s;
        tally_add(&tally, (struct span){at_s, at_s},
                  (double)taps->tap[i].confidence);
    }
    tally_end(&tally);
    if (tally_is_blind(&tally, taps->reason)) {
        return 0;
    }
    struct done *done = &item->done;
    struct series_sums sums = sum_series(taps, windows);
    done->part[DOSE_REPETITIONS] = tally.count;
    done->part[DOSE_MINUTES] = sums.seconds / 60;
    if (sums.count > 0) {
        done->rate_hz = sums.count / sums.interval_s;
        done->interval_cv = sums.cv / sums.count;
        done->decrement = sums.decrement / sums.count;
        done->hesitations = sums.hesitations;
        done->halts = sums.halts;
    }
    return 0;
}

/* Where a sensor sees repetitions of an exercise only sometimes, it did not see
 * that there were none. */
static void explain_none(const struct summary *summary,
                         const struct windows *windows,
                         struct adherence_item *item)
{
    struct tally tally = {.item = item, .windows = windows};
    if (item->exercise->limits.in[0][0] != '\0') {
        double active_s = adherence_active_s(summary, &tally);
        item->basis = BASIS_NONE;
        snprintf(item->reason, sizeof(item->reason),
                 "no repetitions were told from rest; the hand moved for %.0f "
                 "of %.0f s",
                 active_s, windows_s(windows));
    }
}

static int measure_repetitions(const struct summary *summary,
                               const struct windows *windows,
                               struct adherence_item *item)
{
    const struct exercise *exercise = &summary->exercise;
    struct tally tally = {.item = item, .windows = windows};
    struct values holds = {0}, ranges = {0}, tempi = {0}, intervals = {0};
    const struct repetition *before = NULL;
    const struct window *window_before = NULL; /* a pause ends one */
    int err = 0;
    for (size_t i = 0; i < exercise->repetition_count && err == 0; i++) {
        const struct repetition *r = &exercise->repetition[i];
        const struct window *window = tally_add(
            &tally, (struct span){r->start_s, r->end_s}, (double)r->confidence);
        if (window == NULL) {
            continue;
        }
        err = values_add(&holds, r->hold_s);
        err = err < 0 ? err : values_add(&ranges, r->range_deg);
        err = err < 0 ? err : values_add(&tempi, r->tempo_s);
        if (err == 0 && before != NULL && before->set == r->set &&
            window == window_before) {
            err = values_add(&intervals, r->start_s - before->start_s);
        }
        before = r;
        window_before = window;
    }
    tally_end(&tally);
    struct done *done = &item->done;
    done->part[DOSE_HOLD_S] = values_median(&holds);
    done->range_deg = values_median(&ranges);
    done->tempo_s = values_median(&tempi);
    done->interval_cv = values_cv(&intervals);
    done->part[DOSE_REPETITIONS] = tally.count;
    if (!tally_is_blind(&tally, exercise->reason) && tally.count == 0) {
        explain_none(summary, windows, item);
    }
    return err;
}

static void measure_bouts(const struct walking *walking, struct tally *tally)
{
    struct done *done = &tally->item->done;
    double walked_s = 0;
    double longest_s = 0;
    for (size_t i = 0; i < walking->bout_count; i++) {
        const struct walk_bout *bout = &walking->bout[i];
        double part_s = 0;
        for (size_t k = 0; k < tally->windows->count; k++) {
            struct span span = tally->windows->window[k].span;
            span.start_s = fmax(span.start_s, bout->start_s);
            span.end_s = fmin(span.end_s, bout->end_s);
            if (span.start_s < span.end_s) {
                tally_add(tally, span, bout->confidence);
                part_s += span.end_s - span.start_s;
            }
        }
        walked_s += part_s;
        longest_s = fmax(longest_s, part_s);
    }
    done->part[DOSE_MINUTES] = walked_s / 60;
    done->longest_minutes = longest_s / 60;
}

/* Cadence of each second of walking; a second stands for as much of the
 * minutes as any other. */
static int measure_cadence(const struct walking *walking,
                           const struct windows *windows, struct done *done)
{
    static const double BRISK_SPM = 100;
    struct values cadence = {0};
    double brisk = 0;
    int err = 0;
    for (size_t i = 0; i < walking->cadence_count && err == 0; i++) {
        const struct cadence_point *point = &walking->cadence[i];
        if (window_at(windows, point->time_s) != NULL) {
            err = values_add(&cadence, (double)point->cadence_spm);
            brisk += (double)point->cadence_spm >= BRISK_SPM;
        }
    }
    double seconds = fmax(1, (double)cadence.count);
    done->minutes_over_100_spm = done->part[DOSE_MINUTES] * brisk / seconds;
    done->cadence_spm = values_median(&cadence);
    return err;
}

static int measure_walk(const struct summary *summary,
                        const struct windows *windows,
                        struct adherence_item *item)
{
    const struct walking *walking = &summary->walking;
    struct tally tally = {.item = item, .windows = windows};
    measure_bouts(walking, &tally);
    tally_end(&tally);
    if (tally_is_blind(&tally, walking->reason)) {
        return 0;
    }
    item->done.steps = 0;
    for (size_t i = 0; i < walking->step_count; i++) {
        item->done.steps += window_at(windows, walking->step[i].time_s) != NULL;
    }
    return measure_cadence(walking, windows, &item->done);
}

typedef int measure_fn(const struct summary *summary,
                       const struct windows *windows,
                       struct adherence_item *item);

static measure_fn *const table[MOVEMENTS] = {
    [MOVEMENT_TAPS] = measure_taps,
    [MOVEMENT_TOUCHES] = adherence_touches,
    [MOVEMENT_REPETITIONS] = measure_repetitions,
    [MOVEMENT_HOLD] = adherence_holds,
    [MOVEMENT_RHYTHM] = adherence_rhythm,
    [MOVEMENT_WALK] = measure_walk,
};

int adherence_measure(const struct summary *summary,
                      const struct windows *windows,
                      struct adherence_item *item)
{
    measure_fn *measure = table[item->exercise->movement];
    assert(measure != NULL); /* what is done by hand is not measured */
    item->start_s = INFINITY;
    item->end_s = -INFINITY;
    int err = measure(summary, windows, item);
    if (!(item->start_s <= item->end_s)) {
        item->start_s = NAN;
        item->end_s = NAN;
    }
    return err;
}

/* ---- who sees what ---- */

static const struct {
    enum site site;
    enum side side;
    const char *where;
} places[PLACEMENTS] = {
    [PLACEMENT_OTHER] = {SITE_NONE, SIDE_NONE, "an unknown place"},
    [PLACEMENT_LEFT_WRIST] = {SITE_WRIST, SIDE_LEFT, "the left wrist"},
    [PLACEMENT_RIGHT_WRIST] = {SITE_WRIST, SIDE_RIGHT, "the right wrist"},
    [PLACEMENT_LEFT_ANKLE] = {SITE_ANKLE, SIDE_LEFT, "the left ankle"},
    [PLACEMENT_RIGHT_ANKLE] = {SITE_ANKLE, SIDE_RIGHT, "the right ankle"},
};

static const char *const limbs[SITES][SIDE_COUNT] = {
    [SITE_WRIST] = {"the hands", "the left hand", "the right hand",
                    "the hands"},
    [SITE_ANKLE] = {"the legs", "the left leg", "the right leg", "the legs"},
};

enum side adherence_side(enum placement placement)
{
    return places[placement].side;
}

bool adherence_can_measure(const struct adherence_item *item,
                           enum placement placement, char *why, size_t size)
{
    enum site site = item->exercise->site;
    bool sided = item->side == SIDE_LEFT || item->side == SIDE_RIGHT;
    if (item->exercise->movement == MOVEMENT_BY_HAND) {
        why[0] = '\0'; /* nobody expects it */
        return false;
    }
    if (site == SITE_ANY || site == SITE_NONE) {
        return true;
    }
    if (placement == PLACEMENT_OTHER) {
        snprintf(why, size,
                 "where the band was is not known; say it with --placement");
        return false;
    }
    if (places[placement].site != site ||
        (sided && places[placement].side != item->side)) {
        snprintf(why, size, "a band on %s does not see %s",
                 places[placement].where, limbs[site][item->side]);
        return false;
    }
    return true;
}
