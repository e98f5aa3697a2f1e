/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_tally.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "acquire/median.h"
#include "analysis/array.h"

const struct done done_nothing = {
    {NAN, NAN, NAN, NAN},
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
    NAN,
};

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

double windows_inside_s(const struct windows *windows, struct span span)
{
    double sum_s = 0;
    for (size_t i = 0; i < windows->count; i++) {
        struct span window = windows->window[i].span;
        sum_s += fmax(0, fmin(window.end_s, span.end_s) -
                             fmax(window.start_s, span.start_s));
    }
    return sum_s;
}

const struct window *window_at(const struct windows *windows, double time_s)
{
    size_t low = 0;
    size_t high = windows->count;
    while (low < high) { /* the first that does not end before */
        size_t middle = low + (high - low) / 2;
        if (windows->window[middle].span.end_s >= time_s) {
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

int values_add(struct values *values, double value)
{
    double *added = array_add(&values->value, values->count, sizeof(value));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = value;
    values->count++;
    return 0;
}

double values_median(struct values *values)
{
    double middle =
        values->count > 0 ? median(values->value, values->count) : (double)NAN;
    free(values->value);
    return middle;
}

double values_cv(struct values *values)
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

const struct window *tally_add(struct tally *tally, struct span span,
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

void tally_end(const struct tally *tally)
{
    struct adherence_item *item = tally->item;
    item->basis = BASIS_MEASURED;
    item->done.part[DOSE_SETS] = tally->sets;
    item->confidence =
        tally->count > 0 ? tally->confidence / tally->count : (double)NAN;
}

bool tally_is_blind(const struct tally *tally, const char *reason)
{
    struct adherence_item *item = tally->item;
    if (tally->count > 0 || reason[0] == '\0') {
        return false;
    }
    item->basis = BASIS_NONE;
    snprintf(item->reason, sizeof(item->reason), "%s", reason);
    return true;
}
