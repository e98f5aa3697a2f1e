/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/guide_plan.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/array.h"

/* What of the dose is counted: repetitions where there are any to speak of. A
 * hold that is asked for once is counted in seconds. */
static struct guide_goal goal_of(const struct programme_exercise *exercise,
                                 const struct dose *dose)
{
    const struct range *part = dose->part;
    bool once = exercise->movement == MOVEMENT_HOLD &&
                !(part[DOSE_REPETITIONS].high > 1);
    enum dose_part counted = !isnan(part[DOSE_REPETITIONS].low) && !once
                                 ? DOSE_REPETITIONS
                             : !isnan(part[DOSE_MINUTES].low) ? DOSE_MINUTES
                                                              : DOSE_HOLD_S;
    return (struct guide_goal){
        .part = counted,
        .low = part[counted].low,
        .high = part[counted].high,
        .hold_s = part[DOSE_HOLD_S].low,
    };
}

static int add_set(const struct guide_item *like, struct guide_senses senses,
                   struct guide_plan *out)
{
    enum side sides[PROGRAMME_TASKS_MAX];
    size_t count = programme_tasks(like->exercise, sides);
    for (size_t i = 0; i < count; i++) {
        struct guide_item *item =
            array_add(&out->item, out->count, sizeof(*item));
        if (item == NULL) {
            return ERR_NO_MEMORY;
        }
        *item = *like;
        item->side = sides[i];
        item->measured =
            senses.sees(senses.self, item->exercise, item->side, &item->sensor);
        out->count++;
    }
    return 0;
}

static int add_exercise(const struct programme_exercise *exercise,
                        uint32_t week, struct guide_senses senses,
                        struct guide_plan *out)
{
    struct dose dose = programme_dose(exercise, week);
    struct guide_item item = {
        .exercise = exercise,
        .sets = (uint32_t)fmax(1, dose.part[DOSE_SETS].low),
        .goal = goal_of(exercise, &dose),
    };
    int err = 0;
    for (item.set = 1; item.set <= item.sets && err == 0; item.set++) {
        err = add_set(&item, senses, out);
    }
    return err;
}

int guide_plan_make(const struct programme *programme, uint32_t week,
                    struct guide_senses senses, struct guide_plan *out)
{
    int err = 0;
    *out = (struct guide_plan){0};
    for (size_t i = 0; i < programme->exercise_count && err == 0; i++) {
        const struct programme_exercise *exercise = &programme->exercise[i];
        if (exercise->movement == MOVEMENT_BY_HAND) {
            out->hand[out->hand_count++] = exercise;
        } else {
            err = add_exercise(exercise, week, senses, out);
        }
    }
    if (err < 0) {
        guide_plan_free(out);
    }
    return err;
}

void guide_plan_free(struct guide_plan *plan)
{
    free(plan->item);
    *plan = (struct guide_plan){0};
}

bool guide_item_is_paced(const struct guide_item *item)
{
    bool moves = item->exercise->movement == MOVEMENT_REPETITIONS;
    return !(item->measured && moves) && item->goal.part == DOSE_REPETITIONS &&
           !isnan(item->goal.hold_s);
}
