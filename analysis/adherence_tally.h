/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is gathered of an item from its stretches of a session: the stretches
 * themselves, values of which a median is wanted, and a tally of what was
 * found. Only for adherence_*.c.
 *
 * Ownership: windows and values are the caller's to free. Threads: one at a
 * time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_ADHERENCE_TALLY_H
#define ANALYSIS_ADHERENCE_TALLY_H

#include "analysis/summary.h"

/* All of it NAN. */
extern const struct done done_nothing;

/* A stretch of the session that is an item's. */
struct window {
    struct span span;
    uint32_t set; /* which set of the exercise it is of; pauses cut one */
};

/* By their beginnings, none overlaps the next. */
struct windows {
    size_t count;
    struct window *window;
};

int windows_add(struct windows *windows, struct span span, uint32_t set);
void windows_free(struct windows *windows);

/* Seconds of all, and sets. */
double windows_s(const struct windows *windows);
size_t windows_sets(const struct windows *windows);

/* How much of `span` lies in them. */
double windows_inside_s(const struct windows *windows, struct span span);

/* The window that `time_s` lies in, or NULL. */
const struct window *window_at(const struct windows *windows, double time_s);

struct values {
    size_t count;
    double *value;
};

int values_add(struct values *values, double value);

/* The median, NAN of none; the standard deviation over the mean, NAN of less
 * than three. Both free the values. */
double values_median(struct values *values);
double values_cv(struct values *values);

/* What an item has so far; the caller sets item and windows. */
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
const struct window *tally_add(struct tally *tally, struct span span,
                               double confidence);

/* The item is measured: sets, confidence. */
void tally_end(const struct tally *tally);

/* Where nothing was found, and `reason` (not "") says why nothing could be, the
 * item is not measured. */
bool tally_is_blind(const struct tally *tally, const char *reason);

#endif
