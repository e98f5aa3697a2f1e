/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/median.h"
#include "analysis/array.h"

/* ---- windows ---- */

int windows_add(struct windows *windows, struct span span, uint32_t set)
{
    struct window *window =
        array_add(&windows->window, windows->count, sizeof(*window));
    if (window == NULL) {
        return ERR_NO_MEMORY;
    }
    *window = (struct window){span, set};
    windows->count++;
    return 0;
}

void windows_free(struct windows *windows)
{
    free(windows->window);
    *windows = (struct windows){0};
}

double windows_s(const struct windows *windows)
{
    double sum_s = 0;
    for (size_t i = 0; i < windows->count; i++) {
        struct span span = windows->window[i].span;
        sum_s += span.end_s - span.start_s;
    }
    return sum_s;
}

size_t windows_sets(const struct windows *windows)
{
    size_t sets = windows->count > 0;
    for (size_t i = 1; i < windows->count; i++) {
        sets += windows->window[i].set != windows->window[i - 1].set;
    }
    return sets;
}

/* The window that `time_s` lies in, or NULL. */
static const struct window *window_at(const struct windows *windows,
                                      double time_s)
{
    size_t low = 0;
    size_t high = windows->count;
    while (low < high) { /* the first that ends later */
        size_t middle = low + (high - low) / 2;
        if (windows->window[middle].span.end_s > time_s) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    bool inside =
        low < windows->count && windows->window[low].span.start_s <= time_s;
    return inside ? &windows->window[low] : NULL;
}

/* ---- what is gathered from windows ---- */

struct values {
    size_t count;
    double *value;
};

static int values_add(struct values *values, double value)
{
    double *added = array_add(&values->value, values->count, sizeof(value));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = value;
    values->count++;
    return 0;
}

/* Sorts and frees them. NAN of none. */
static double values_median(struct values *values)
{
    double middle =
        values->count > 0 ? median(values->value, values->count) : (double)NAN;
    free(values->value);
    return middle;
}

/* Standard deviation over mean; NAN of less than three. Frees them. */
static double values_cv(struct values *values)
{
    double sum = 0;
    double sum2 = 0;
    double n = (double)values->count;
    for (size_t i = 0; i < values->count; i++) {
        sum += values->value[i];
    }
    for (size_t i = 0; i < values->count; i++) {
        double off = values->value[i] - sum / n;
        sum2 += off * off;
    }
    free(values->value);
    return n >= 3 && sum > 0 ? sqrt(sum2 / (n - 1)) / (sum / n) : (double)NAN;
}

/* What an item has so far. */
struct tally {
    struct adherence_item *item;
    const struct windows *windows;
    double count;
    double sets;
    const struct window *last; /* that something was in */
    double confidence;         /* sum over count */
};

/* Notes something at [start_s, end_s] if its middle is in a window; returns
 * that window, else NULL. */
static const struct window *tally_add(struct tally *tally, struct span span,
                                      double confidence)
{
    const struct window *window =
        window_at(tally->windows, 0.5 * (span.start_s + span.end_s));
    if (window == NULL) {
        return NULL;
    }
    struct adherence_item *item = tally->item;
    tally->sets += tally->last == NULL || tally->last->set != window->set;
    tally->last = window;
    tally->count++;
    tally->confidence += confidence;
    item->start_s = fmin(item->start_s, span.start_s);
    item->end_s = fmax(item->end_s, span.end_s);
    return window;
}

static void tally_end(const struct tally *tally)
{
    struct adherence_item *item = tally->item;
    item->basis = BASIS_MEASURED;
    item->done.part[DOSE_SETS] = tally->sets;
    item->confidence =
        tally->count > 0 ? tally->confidence / tally->count : (double)NAN;
}

/* Nothing was found where `reason` says why nothing could be. */
static bool is_blind(struct adherence_item *item, double count,
                     const char *reason)
{
    if (count > 0 || reason[0] == '\0') {
        return false;
    }
    item->basis = BASIS_NONE;
    snprintf(item->reason, sizeof(item->reason), "%s", reason);
    return true;
}

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
    if (is_blind(item, tally.count, taps->reason)) {
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

static int measure_repetitions(const struct summary *summary,
                               const struct windows *windows,
                               struct adherence_item *item)
{
    const struct exercise *exercise = &summary->exercise;
    struct tally tally = {.item = item, .windows = windows};
    struct values holds = {0}, ranges = {0}, tempi = {0}, intervals = {0};
    const struct repetition *before = NULL;
    int err = 0;
    for (size_t i = 0; i < exercise->repetition_count && err == 0; i++) {
        const struct repetition *r = &exercise->repetition[i];
        if (tally_add(&tally, (struct span){r->start_s, r->end_s},
                      (double)r->confidence) == NULL) {
            continue;
        }
        err = values_add(&holds, r->hold_s);
        err = err < 0 ? err : values_add(&ranges, r->range_deg);
        err = err < 0 ? err : values_add(&tempi, r->tempo_s);
        if (err == 0 && before != NULL && before->set == r->set) {
            err = values_add(&intervals, r->start_s - before->start_s);
        }
        before = r;
    }
    tally_end(&tally);
    struct done *done = &item->done;
    done->part[DOSE_HOLD_S] = values_median(&holds);
    done->range_deg = values_median(&ranges);
    done->tempo_s = values_median(&tempi);
    done->interval_cv = values_cv(&intervals);
    if (!is_blind(item, tally.count, exercise->reason)) {
        done->part[DOSE_REPETITIONS] = tally.count;
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
    if (is_blind(item, tally.count, walking->reason)) {
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
    [MOVEMENT_REPETITIONS] = measure_repetitions,
    [MOVEMENT_WALK] = measure_walk,
};

int adherence_measure(const struct summary *summary,
                      const struct windows *windows,
                      struct adherence_item *item)
{
    measure_fn *measure = table[item->exercise->movement];
    item->start_s = INFINITY;
    item->end_s = -INFINITY;
    int err = 0;
    if (measure == NULL) {
        item->basis = BASIS_NONE;
        snprintf(item->reason, sizeof(item->reason),
                 "%s: such movements are not measured",
                 movement_names[item->exercise->movement]);
    } else {
        err = measure(summary, windows, item);
    }
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

bool adherence_can_measure(const struct adherence_item *item,
                           enum placement placement, char *why, size_t size)
{
    enum site site = item->exercise->site;
    bool sided = item->side == SIDE_LEFT || item->side == SIDE_RIGHT;
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
