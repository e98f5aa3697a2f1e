/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_guided.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/array.h"

static struct span span_of(const struct recording_event *event)
{
    return (struct span){(double)event->start_ns * 1e-9,
                         (double)event->end_ns * 1e-9};
}

/* What has been turned round, or lies outside of the recording, does not. */
static bool lasts(struct span span)
{
    return span.start_s < span.end_s;
}

bool guided_is(const struct summary *summary)
{
    struct programme_event event;
    for (size_t i = 0; i < summary->event_count; i++) {
        if (programme_event_parse(&summary->event[i], &event) &&
            (event.kind == PROGRAMME_EVENT_PROGRAMME ||
             event.kind == PROGRAMME_EVENT_EXERCISE)) {
            return true;
        }
    }
    return false;
}

bool guided_programme(const struct recording_event *events, size_t count,
                      struct programme_event *out)
{
    for (size_t i = 0; i < count; i++) {
        if (programme_event_parse(&events[i], out) &&
            out->kind == PROGRAMME_EVENT_PROGRAMME) {
            return true;
        }
    }
    return false;
}

static int by_start(const void *a, const void *b)
{
    const struct span *x = a;
    const struct span *y = b;
    return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

/* Makes one of spans that touch; returns how many are left. */
static size_t join(struct span *spans, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && spans[i].start_s <= spans[kept - 1].end_s) {
            spans[kept - 1].end_s = fmax(spans[kept - 1].end_s, spans[i].end_s);
        } else {
            spans[kept++] = spans[i];
        }
    }
    return kept;
}

int guided_spans(const struct recording_event *events, size_t count,
                 struct span **out, size_t *out_count)
{
    size_t n = 0;
    *out_count = 0;
    *out = calloc(count + 1, sizeof(**out));
    if (*out == NULL) {
        return ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        struct programme_event event;
        if (programme_event_parse(&events[i], &event) &&
            event.kind == PROGRAMME_EVENT_EXERCISE &&
            lasts(span_of(&events[i]))) {
            (*out)[n++] = span_of(&events[i]);
        }
    }
    qsort(*out, n, sizeof(**out), by_start);
    *out_count = join(*out, n);
    return 0;
}

/* ---- which item an event is of ---- */

/* The item of that exercise and side, or its only one; NULL if there is none.
 */
static struct adherence_item *item_of(const struct adherence *adherence,
                                      const struct programme_event *event)
{
    struct adherence_item *only = NULL;
    size_t count = 0;
    for (size_t i = 0; i < adherence->item_count; i++) {
        struct adherence_item *item = &adherence->item[i];
        if (strcmp(item->exercise->id, event->name) == 0) {
            if (item->side == event->side) {
                return item;
            }
            only = item;
            count++;
        }
    }
    return count == 1 ? only : NULL;
}

static void note_unknown(struct adherence *adherence,
                         const struct programme_event *event)
{
    if (adherence->reason[0] == '\0') {
        snprintf(adherence->reason, sizeof(adherence->reason),
                 "the session has an exercise '%s' (side: %s) that programme "
                 "'%s' does not have",
                 event->name, side_names[event->side], adherence->name);
    }
}

/* ---- spans of exercises ---- */

struct stint {        /* an exercise's span */
    struct span span; /* first: by_start looks at it */
    struct adherence_item *item;
    uint32_t set;
};

struct stints {
    size_t count;
    struct stint *stint;
    size_t pause_count;
    struct span *pause;
};

/* Both leave out what has no length. */
static int add_stint(struct stints *stints, struct stint stint)
{
    if (!lasts(stint.span)) {
        return 0;
    }
    struct stint *added =
        array_add(&stints->stint, stints->count, sizeof(*added));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = stint;
    stints->count++;
    return 0;
}

static int add_pause(struct stints *stints, struct span span)
{
    if (!lasts(span)) {
        return 0;
    }
    struct span *added =
        array_add(&stints->pause, stints->pause_count, sizeof(*added));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = span;
    stints->pause_count++;
    return 0;
}

static int collect(const struct summary *summary, struct adherence *adherence,
                   struct stints *stints)
{
    int err = 0;
    for (size_t i = 0; i < summary->event_count && err == 0; i++) {
        struct programme_event event;
        struct span span = span_of(&summary->event[i]);
        span.start_s = fmax(span.start_s, 0);
        span.end_s = fmin(span.end_s, summary->duration_s);
        if (!programme_event_parse(&summary->event[i], &event)) {
            continue;
        }
        struct adherence_item *item = item_of(adherence, &event);
        if (event.kind == PROGRAMME_EVENT_PAUSE) {
            err = add_pause(stints, span);
        } else if (event.kind == PROGRAMME_EVENT_EXERCISE && item != NULL) {
            err = add_stint(stints, (struct stint){span, item, event.set});
        } else if (event.kind == PROGRAMME_EVENT_EXERCISE) {
            note_unknown(adherence, &event);
        } else if (event.kind == PROGRAMME_EVENT_SKIPPED && item != NULL) {
            item->skipped = true;
        }
    }
    return err;
}

/* One thing is done at a time: what overlaps is cut where the next begins. */
static void cut_overlaps(struct stints *stints, struct adherence *adherence)
{
    for (size_t i = 0; i + 1 < stints->count; i++) {
        struct span *span = &stints->stint[i].span;
        double next_s = stints->stint[i + 1].span.start_s;
        if (span->end_s > next_s) {
            span->end_s = next_s;
            if (adherence->reason[0] == '\0') {
                snprintf(adherence->reason, sizeof(adherence->reason),
                         "exercises overlap in the recording's events; each "
                         "was taken to end where the next begins");
            }
        }
    }
}

/* The first pause that ends after `time_s`. */
static size_t pause_after(const struct stints *stints, double time_s)
{
    size_t low = 0;
    size_t high = stints->pause_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stints->pause[middle].end_s > time_s) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* The stint without the pauses. */
static int add_windows(const struct stints *stints, const struct stint *stint,
                       struct windows *windows)
{
    struct span left = stint->span;
    int err = 0;
    for (size_t i = pause_after(stints, left.start_s);
         i < stints->pause_count && stints->pause[i].start_s < left.end_s &&
         err == 0;
         i++) {
        struct span pause = stints->pause[i];
        if (pause.start_s > left.start_s) {
            struct span part = {left.start_s, pause.start_s};
            err = windows_add(windows, part, stint->set);
        }
        left.start_s = pause.end_s;
    }
    if (err == 0 && left.start_s < left.end_s) {
        err = windows_add(windows, left, stint->set);
    }
    return err;
}

/* ---- what is known without the sensor ---- */

static bool is_time(enum dose_part part)
{
    return part == DOSE_HOLD_S;
}

/* What the wearer said of the item. Counts and minutes of sets add up. */
static void take_word(const struct summary *summary,
                      const struct adherence *adherence,
                      struct adherence_item *item)
{
    for (size_t i = 0; i < summary->event_count; i++) {
        struct programme_event event;
        if (!programme_event_parse(&summary->event[i], &event) ||
            event.kind != PROGRAMME_EVENT_WORD ||
            item_of(adherence, &event) != item) {
            continue;
        }
        double *part = &item->done.part[event.part];
        bool adds = item->basis == BASIS_WORD && isfinite(*part) &&
                    !is_time(event.part);
        *part = adds ? *part + event.value : event.value;
        item->basis = BASIS_WORD;
    }
}

/* Where the dose is a time, the time that the exercise was given. */
static void take_clock(const struct windows *windows,
                       struct adherence_item *item)
{
    const struct range *dose = item->prescribed.part;
    double given_s = windows_s(windows);
    double sets = (double)windows_sets(windows);
    if (isfinite(dose[DOSE_MINUTES].low)) {
        item->done.part[DOSE_MINUTES] = given_s / 60;
    } else if (item->exercise->movement == MOVEMENT_HOLD) {
        double holds = dose[DOSE_REPETITIONS].low;
        holds = sets * (isfinite(holds) ? fmax(1, holds) : 1);
        item->done.part[DOSE_REPETITIONS] = holds;
        item->done.part[DOSE_HOLD_S] = given_s / holds;
    } else {
        return;
    }
    item->done.part[DOSE_SETS] = sets;
    item->basis = BASIS_CLOCK;
}

/* Why the band saw nothing of at least half of the time; "" if it was there. */
static const char *absence_reason(const struct summary *summary,
                                  const struct windows *windows)
{
    const struct quality *quality = &summary->quality;
    const struct effort *effort = &summary->effort;
    double half_s = 0.5 * windows_s(windows);
    double off_s = 0;
    double seen_s = 0;
    for (size_t i = 0; i < quality->nonwear_count; i++) {
        off_s += windows_inside_s(windows, quality->nonwear[i]);
    }
    for (size_t i = 0; i < effort->count; i++) {
        bool inside = window_at(windows, effort->epoch[i].time_s) != NULL;
        seen_s += inside ? EFFORT_EPOCH_S : 0;
    }
    if (off_s > half_s) {
        return "the band was not worn";
    }
    bool looked = effort->count > 0 && effort->count < EFFORT_EPOCHS_MOST;
    if (looked && seen_s < half_s) {
        return "samples are missing from most of it";
    }
    return "";
}

static bool was_there(const struct summary *summary,
                      const struct windows *windows,
                      struct adherence_item *item)
{
    const char *why = absence_reason(summary, windows);
    if (why[0] != '\0') {
        snprintf(item->reason, sizeof(item->reason), "%s", why);
    }
    return why[0] == '\0';
}

static int find_item(const struct summary *summary,
                     const struct adherence *adherence,
                     const struct windows *windows, struct adherence_item *item)
{
    if (windows->count == 0) {
        take_word(summary, adherence, item);
        return 0;
    }
    bool sees = adherence_can_measure(item, summary->info.placement,
                                      item->reason, sizeof(item->reason));
    int err = sees ? adherence_measure(summary, windows, item) : 0;
    bool found = item->basis == BASIS_MEASURED && isfinite(item->start_s);
    /* A hand may be as still as a table: what was found proves it was there. */
    sees = sees && (found || was_there(summary, windows, item));
    if (err < 0 || (sees && item->basis == BASIS_MEASURED)) {
        return err;
    }
    item->basis = BASIS_NONE;
    item->done = done_nothing;
    item->fraction = NAN;
    item->confidence = NAN;
    item->start_s = windows->window[0].span.start_s;
    item->end_s = windows->window[windows->count - 1].span.end_s;
    take_word(summary, adherence, item);
    /* A movement may be too small for a wrist that could see it. */
    if (item->basis == BASIS_NONE &&
        (!sees || item->exercise->movement == MOVEMENT_RHYTHM)) {
        take_clock(windows, item);
    }
    return 0;
}

/* Puts them in order: none overlaps the next. */
static void settle(struct stints *stints, struct adherence *adherence)
{
    if (stints->count > 0) {
        qsort(stints->stint, stints->count, sizeof(*stints->stint), by_start);
        cut_overlaps(stints, adherence);
    }
    if (stints->pause_count > 0) {
        qsort(stints->pause, stints->pause_count, sizeof(*stints->pause),
              by_start);
        stints->pause_count = join(stints->pause, stints->pause_count);
    }
}

int guided_find(const struct summary *summary, struct adherence *adherence)
{
    struct stints stints = {0};
    int err = collect(summary, adherence, &stints);
    settle(&stints, adherence);
    for (size_t i = 0; i < adherence->item_count && err == 0; i++) {
        struct adherence_item *item = &adherence->item[i];
        struct windows windows = {0};
        for (size_t k = 0; k < stints.count && err == 0; k++) {
            if (stints.stint[k].item == item) {
                err = add_windows(&stints, &stints.stint[k], &windows);
            }
        }
        if (err == 0) {
            err = find_item(summary, adherence, &windows, item);
        }
        windows_free(&windows);
    }
    free(stints.stint);
    free(stints.pause);
    return err;
}

/* ---- what was entered ---- */

static void enter(struct adherence *adherence,
                  const struct programme_event *event)
{
    for (size_t i = 0; i < adherence->item_count; i++) {
        struct adherence_item *item = &adherence->item[i];
        if (strcmp(item->exercise->id, event->name) != 0 ||
            (item->basis != BASIS_NONE && item->basis != BASIS_HAND)) {
            continue;
        }
        double *part = &item->done.part[event->part];
        *part = (isfinite(*part) ? *part : 0) + event->value;
        item->basis = BASIS_HAND;
        item->reason[0] = '\0';
    }
}

void guided_enter(const struct summary *summary, struct adherence *adherence)
{
    for (size_t i = 0; i < summary->event_count; i++) {
        struct programme_event event;
        if (!programme_event_parse(&summary->event[i], &event)) {
            continue;
        }
        if (event.kind == PROGRAMME_EVENT_SYMPTOM) {
            adherence->symptom[event.symptom][event.when] = event.value;
        } else if (event.kind == PROGRAMME_EVENT_HAND) {
            enter(adherence, &event);
        }
    }
}
