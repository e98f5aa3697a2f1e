/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/guide_clock.h"

#include <math.h>

static const int64_t NS_PER_S = 1000000000;
static const double ROUNDING = 1e-6;

double guide_elapsed_s(const struct guide *g, int64_t now_ns)
{
    bool paused = g->state == GUIDE_PAUSE;
    int64_t end_ns = paused ? g->since_ns : now_ns;
    return (double)(end_ns - g->start_ns - g->paused_ns) / (double)NS_PER_S;
}

static double turn_s(const struct guide *g)
{
    return g->plan->item[g->item].goal.hold_s + GUIDE_LET_GO_S;
}

double guide_pace_s(const struct guide *g, int64_t now_ns)
{
    double in_turn_s = fmod(guide_elapsed_s(g, now_ns), turn_s(g));
    double hold_s = g->plan->item[g->item].goal.hold_s;
    return in_turn_s < hold_s ? hold_s - in_turn_s : in_turn_s - turn_s(g);
}

double guide_clock_amount(const struct guide *g, int64_t now_ns)
{
    const struct guide_item *item = &g->plan->item[g->item];
    double elapsed_s = guide_elapsed_s(g, now_ns);
    switch (item->goal.part) {
    case DOSE_MINUTES:
        return elapsed_s / 60;
    case DOSE_REPETITIONS:
        if (!guide_item_is_paced(item)) {
            return NAN;
        }
        /* A hold counts when it is over, not when the next one begins. */
        return floor((elapsed_s + GUIDE_LET_GO_S) / turn_s(g) + ROUNDING);
    default:
        return elapsed_s;
    }
}
