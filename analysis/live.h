/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Live: counts an exercise while it is done, by the very measures that analyse
 * the recording afterwards. The motion since the exercise began, and a few
 * seconds before, is kept in memory; each count runs the whole pipeline over
 * it. That costs 38 ms for half an hour of walking at 208 Hz and needs no
 * second method that could say something else.
 *
 * What can differ afterwards: a measure that needs what came long before or
 * comes later (whether the band was worn, say; which of two places the arm
 * rests in, and so which way a hold is of), and the fit of the clocks. Counts
 * are the same within one (tests/test_live.c).
 *
 * Ownership: live_new gives an object. Threads: one at a time.
 * Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_LIVE_H
#define ANALYSIS_LIVE_H

#include <stdint.h>

#include "acquire/record_motion.h"
#include "acquire/recording.h"
#include "analysis/adherence_measure.h"

enum {
    LIVE_LEAD_S = 10, /* kept before the exercise */
    /* An exercise is counted up to here: 5 h at 208 Hz, 40 min at 1667 Hz, in
     * 48 MB. */
    LIVE_ROWS_MAX = 4000000,
};

struct live;

/* A sensor's; `info` is borrowed. */
int live_new(const struct recording_info *info, struct live **out);
void live_free(struct live *live);

/* Takes what came. Until live_begin only the last seconds are kept. */
int live_push(struct live *live, const struct record_motion *motion);

/* An exercise begins: all is kept from now on. */
void live_begin(struct live *live);

/* The exercise is over. */
void live_end(struct live *live);

/* Seconds on the line on which windows stand, of a time of the host's clock. */
double live_s(const struct live *live, int64_t host_ns);

/* Fills in item->done (see adherence_measure) by what came so far. */
int live_measure(struct live *live, const struct windows *windows,
                 struct adherence_item *item);

#endif
