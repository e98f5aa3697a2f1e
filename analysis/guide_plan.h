/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan of a guided session: a programme as a list of what to do one after
 * the other, for each exercise its sets and in each set both sides; and for
 * each what it is counted by.
 *
 * Ownership: the programme is borrowed; the plan's arrays are freed by
 * guide_plan_free. Threads: one at a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_GUIDE_PLAN_H
#define ANALYSIS_GUIDE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/programme.h"
#include "analysis/programme_event.h"

/* When an exercise is done. */
struct guide_goal {
    enum dose_part part; /* what is counted */
    double low;          /* as much is asked; then it is done */
    double high;         /* as much at most */
    double hold_s;       /* of a repetition; NAN: none is asked */
};

struct guide_item {
    const struct programme_exercise *exercise;
    enum side side;
    uint32_t set; /* 1 is the first */
    uint32_t sets;
    struct guide_goal goal;
    bool measured; /* by a sensor; else by the clock or the wearer's word */
    size_t sensor;
};

struct guide_plan {
    size_t count;
    struct guide_item *item; /* to be led through */
    size_t hand_count;
    const struct programme_exercise *hand[PROGRAMME_EXERCISES]; /* to be asked
                                                                 * for */
};

/* Says whether a sensor can tell of `exercise` on `side`, and which. */
struct guide_senses {
    bool (*sees)(const void *self, const struct programme_exercise *exercise,
                 enum side side, size_t *sensor);
    const void *self;
};

int guide_plan_make(const struct programme *programme, uint32_t week,
                    struct guide_senses senses, struct guide_plan *out);
void guide_plan_free(struct guide_plan *plan);

/* True where a bell sets the pace: repetitions that are held, but for those
 * that a sensor counts as movements there and back. */
bool guide_item_is_paced(const struct guide_item *item);

#endif
