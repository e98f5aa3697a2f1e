/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_match.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "analysis/adherence_fine.h"
#include "analysis/array.h"

/* Nothing is done in less. */
static const double WORN_LEAST_S = 10;
/* Whoever walks for less is on the way to something. */
static const double WALK_LEAST_S = 60;
/* Fewer taps are soon made by chance: they need not even be even
 * (tap_series.c). */
enum { TAPS_LEAST = 8 };
/* Series of taps that are nearer to each other are one set. */
static const double SERIES_APART_S = 10;
/* What is as likely something else is left alone. */
static const double LEAST_CONFIDENCE = 0.5;
/* A match that is worse is none. */
static const double LEAST_SCORE = 0.3;
/* Items whose score is so near to the best explain as much. */
static const double ALIKE = 0.8;

/* A thing that was found, and what tells it from others. NAN: not known. */
struct thing {
    enum movement kind;
    struct span span;
    uint32_t set;
    double count;
    double period_s;
    double range_deg;
    double hold_s;
    double sure; /* that it is an exercise, apart from what measuring says */
};

struct things {
    size_t count;
    struct thing *thing;
};

static int add_thing(struct things *things, struct thing thing)
{
    struct thing *added =
        array_add(&things->thing, things->count, sizeof(*added));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = thing;
    things->count++;
    return 0;
}

/* ---- what was found ---- */

static int add_walks(const struct summary *summary, struct things *things)
{
    int err = 0;
    for (size_t i = 0; i < summary->walking.bout_count && err == 0; i++) {
        const struct walk_bout *bout = &summary->walking.bout[i];
        if (bout->end_s - bout->start_s >= WALK_LEAST_S &&
            bout->confidence >= LEAST_CONFIDENCE) {
            err = add_thing(things,
                            (struct thing){.kind = MOVEMENT_WALK,
                                           .span = {bout->start_s, bout->end_s},
                                           .count = bout->steps,
                                           .period_s = NAN,
                                           .range_deg = NAN,
                                           .hold_s = NAN,
                                           .sure = 1});
        }
    }
    return err;
}

static int add_taps(const struct summary *summary, struct things *things)
{
    const struct tap_series *series = summary->taps.series;
    uint32_t set = 0;
    int err = 0;
    for (size_t i = 0; i < summary->taps.series_count && err == 0; i++) {
        const struct tap_series *s = &series[i];
        if (s->confidence < LEAST_CONFIDENCE || s->count < TAPS_LEAST) {
            continue;
        }
        set += i == 0 || s->start_s - s[-1].end_s > SERIES_APART_S;
        err = add_thing(things, (struct thing){.kind = MOVEMENT_TAPS,
                                               .span = {s->start_s, s->end_s},
                                               .set = set,
                                               .count = s->count,
                                               .period_s = 1 / s->rate_hz,
                                               .range_deg = NAN,
                                               .hold_s = NAN,
                                               .sure = 1});
    }
    return err;
}

static int add_sets(const struct summary *summary, struct things *things)
{
    int err = 0;
    for (size_t i = 0; i < summary->exercise.set_count && err == 0; i++) {
        const struct exercise_set *s = &summary->exercise.set[i];
        double length_s = s->end_s - s->start_s;
        if (s->confidence < LEAST_CONFIDENCE) {
            continue;
        }
        err = add_thing(things,
                        (struct thing){.kind = MOVEMENT_REPETITIONS,
                                       .span = {s->start_s, s->end_s},
                                       .set = (uint32_t)i,
                                       .count = s->repetitions,
                                       .period_s = length_s / s->repetitions,
                                       .range_deg = s->range_deg_median,
                                       .hold_s = s->hold_s_median,
                                       .sure = 1});
    }
    return err;
}

/* True if something else was going on in more than a tenth of the span. */
static bool is_of_others(const struct things *things, struct span span)
{
    double taken_s = 0;
    for (size_t i = 0; i < things->count; i++) {
        const struct span *other = &things->thing[i].span;
        taken_s += things->thing[i].kind == MOVEMENT_HOLD
                       ? 0
                       : fmax(0, fmin(other->end_s, span.end_s) -
                                     fmax(other->start_s, span.start_s));
    }
    return taken_s > 0.1 * (span.end_s - span.start_s);
}

/* A position between two others that are one and the same: there and back, and
 * each soon reached. */
static bool is_position(const struct still *still)
{
    static const double AWAY_DEG = 25;
    static const double WAY_S = 10;
    const struct still *before = still - 1;
    const struct still *after = still + 1;
    return still->start_s - before->end_s <= WAY_S &&
           after->start_s - still->end_s <= WAY_S &&
           adherence_angle_deg(before->up, still->up) >= AWAY_DEG &&
           adherence_angle_deg(after->up, still->up) >= AWAY_DEG &&
           adherence_angle_deg(before->up, after->up) < AWAY_DEG;
}

/* Who holds a position may as well be drinking. */
static const double POSITION_SURE = 0.6;

static int add_positions(const struct summary *summary, struct things *things)
{
    const struct stillness *stillness = &summary->stillness;
    int err = 0;
    for (size_t i = 1; i + 1 < stillness->count && err == 0; i++) {
        const struct still *still = &stillness->still[i];
        struct span span = {still->start_s, still->end_s};
        if (is_position(still) && !is_of_others(things, span)) {
            err = add_thing(things,
                            (struct thing){.kind = MOVEMENT_HOLD,
                                           .span = span,
                                           .count = 1,
                                           .period_s = NAN,
                                           .range_deg = NAN,
                                           .hold_s = span.end_s - span.start_s,
                                           .sure = POSITION_SURE});
        }
    }
    return err;
}

/* ---- how well an item explains a thing ---- */

/* 1 in the range, 0 an octave out of it. */
static double in_range(double value, struct range range)
{
    if (isnan(value) || isnan(range.low)) {
        return 1;
    }
    double octaves = fmax(log2(range.low / value), log2(value / range.high));
    return fmax(0, 1 - fmax(0, octaves));
}

/* Half of what is asked for is still it, badly done. */
static double is_enough(double value, double asked)
{
    return isnan(value) || isnan(asked) ? 1 : fmin(1, value / asked);
}

/* A range above the most is another movement. */
static double fits_range(double range_deg,
                         const struct programme_exercise *exercise)
{
    struct range range = {0, exercise->range_most_deg};
    double most =
        isnan(exercise->range_most_deg) ? 1 : in_range(range_deg, range);
    return most * is_enough(range_deg, exercise->range_deg);
}

/* Holds that are too short are a mistake; holds that nobody asked for speak
 * against the exercise. */
static double fits_hold(double hold_s, struct range asked)
{
    static const double TURN_S = 2; /* so long may one rest in a turn */
    if (isnan(hold_s)) {
        return 1;
    }
    if (isnan(asked.low)) {
        return 1 / (1 + fmax(0, hold_s - TURN_S) / TURN_S);
    }
    return fmin(1, 0.5 + hold_s / asked.low);
}

/* A position is an exercise only by how long it is kept. */
static double fits_position(double hold_s, const struct dose *dose)
{
    return hold_s >= adherence_hold_least_s(dose) &&
                   hold_s <= 2 * dose->part[DOSE_HOLD_S].high
               ? 1
               : 0;
}

static double score_of(const struct thing *thing,
                       const struct adherence_item *item,
                       enum placement placement)
{
    char why[sizeof(item->reason)];
    const struct programme_exercise *exercise = item->exercise;
    struct range hold = item->prescribed.part[DOSE_HOLD_S];
    if (exercise->movement != thing->kind ||
        !adherence_can_measure(item, placement, why, sizeof(why))) {
        return 0;
    }
    if (thing->kind == MOVEMENT_HOLD) {
        return fits_position(thing->hold_s, &item->prescribed);
    }
    return in_range(thing->period_s, exercise->period_s) *
           fits_range(thing->range_deg, exercise) *
           fits_hold(thing->hold_s, hold);
}

/* ---- who gets what ---- */

/* What an item has got. */
struct share {
    struct windows windows;
    double sure; /* of the matches, sum over windows */
};

struct matching {
    const struct summary *summary;
    struct adherence *adherence;
    struct share *share; /* one an item */
    double *score;       /* of the thing at hand, one an item */
};

static int give(struct share *share, const struct thing *thing, double sure)
{
    struct windows *windows = &share->windows;
    struct span span = thing->span;
    if (windows->count > 0) {
        const struct window *last = &windows->window[windows->count - 1];
        span.start_s = fmax(span.start_s, last->span.end_s);
    }
    if (span.start_s >= span.end_s) {
        return 0;
    }
    share->sure += sure;
    return windows_add(windows, span, thing->set);
}

static void append(char *text, size_t size, const char *what)
{
    size_t used = strlen(text);
    if (used + strlen(what) < size) {
        snprintf(text + used, size - used, "%s", what);
    }
}

/* Says in each item that explains the thing which others do. */
static void name_alike(const struct matching *m, const struct thing *thing,
                       double least)
{
    static const char *const words[MOVEMENTS] = {
        [MOVEMENT_TAPS] = "taps",
        [MOVEMENT_REPETITIONS] = "repetitions",
        [MOVEMENT_HOLD] = "hold",
        [MOVEMENT_WALK] = "steps",
    };
    char text[sizeof(m->adherence->item->reason)];
    snprintf(text, sizeof(text), "%.0f %s at %d:%02d could be", thing->count,
             words[thing->kind], (int)(thing->span.start_s / 60),
             (int)thing->span.start_s % 60);
    const char *next = " ";
    for (size_t i = 0; i < m->adherence->item_count; i++) {
        if (m->score[i] >= least) {
            append(text, sizeof(text), next);
            append(text, sizeof(text), m->adherence->item[i].exercise->id);
            next = " or ";
        }
    }
    for (size_t i = 0; i < m->adherence->item_count; i++) {
        struct adherence_item *item = &m->adherence->item[i];
        if (m->score[i] >= least && item->reason[0] == '\0') {
            memcpy(item->reason, text, sizeof(text));
        }
    }
}

static int place(struct matching *m, const struct thing *thing)
{
    size_t best = 0;
    double next = 0;
    for (size_t i = 0; i < m->adherence->item_count; i++) {
        m->score[i] =
            score_of(thing, &m->adherence->item[i], m->summary->info.placement);
        if (i > 0 && m->score[i] > m->score[best]) {
            next = m->score[best];
            best = i;
        } else if (i > 0) {
            next = fmax(next, m->score[i]);
        }
    }
    double score = m->score[best];
    if (score < LEAST_SCORE) {
        return 0;
    }
    if (next >= ALIKE * score) {
        name_alike(m, thing, ALIKE * score);
        return 0;
    }
    return give(&m->share[best], thing, thing->sure * (score - next));
}

/* ---- items ---- */

/* Why an exercise of that kind would not have been found; "" if it would. */
static const char *blind_reason(const struct summary *summary,
                                const struct programme_exercise *exercise)
{
    if (summary->quality.worn_s < WORN_LEAST_S) { /* not so if it is NAN */
        return "the band was not worn";
    }
    switch (exercise->movement) {
    case MOVEMENT_TAPS:
        return summary->taps.reason;
    case MOVEMENT_REPETITIONS:
        return summary->exercise.reason[0] != '\0' ? summary->exercise.reason
               : exercise->limits.in[0][0] != '\0'
                   ? "a wrist shows such movements only sometimes, and none "
                     "were seen"
                   : "";
    case MOVEMENT_WALK:
        return summary->walking.reason;
    case MOVEMENT_TOUCHES:
    case MOVEMENT_RHYTHM:
        return "small movements are only told from others in a guided session";
    case MOVEMENT_HOLD:
        return isfinite(exercise->range_deg)
                   ? ""
                   : "no such hold was seen; one in a position in which the "
                     "arm rests, too, cannot be told from rest";
    default:
        return "";
    }
}

static int find_item(const struct matching *m, struct adherence_item *item,
                     const struct share *share)
{
    if (item->exercise->movement == MOVEMENT_BY_HAND) {
        snprintf(item->reason, sizeof(item->reason),
                 "it is done without the sensor, and nobody entered it");
        return 0;
    }
    if (share->windows.count > 0) {
        double sure = share->sure / (double)share->windows.count;
        int err = adherence_measure(m->summary, &share->windows, item);
        item->confidence *= sure;
        return err;
    }
    if (item->reason[0] == '\0' &&
        adherence_can_measure(item, m->summary->info.placement, item->reason,
                              sizeof(item->reason))) {
        snprintf(item->reason, sizeof(item->reason), "%s",
                 blind_reason(m->summary, item->exercise));
    }
    return 0;
}

static int place_all(struct matching *m)
{
    struct things things = {0};
    int err = add_walks(m->summary, &things);
    err = err < 0 ? err : add_taps(m->summary, &things);
    err = err < 0 ? err : add_sets(m->summary, &things);
    err = err < 0 ? err : add_positions(m->summary, &things);
    for (size_t i = 0; i < things.count && err == 0; i++) {
        err = place(m, &things.thing[i]);
    }
    free(things.thing);
    for (size_t i = 0; i < m->adherence->item_count && err == 0; i++) {
        err = find_item(m, &m->adherence->item[i], &m->share[i]);
    }
    return err;
}

int match_find(const struct summary *summary, struct adherence *adherence)
{
    size_t count = adherence->item_count;
    struct matching m = {
        .summary = summary,
        .adherence = adherence,
        .share = calloc(count + 1, sizeof(*m.share)),
        .score = calloc(count + 1, sizeof(*m.score)),
    };
    int err =
        m.share == NULL || m.score == NULL ? ERR_NO_MEMORY : place_all(&m);
    for (size_t i = 0; i < count && m.share != NULL; i++) {
        windows_free(&m.share[i].windows);
    }
    free(m.share);
    free(m.score);
    return err;
}
