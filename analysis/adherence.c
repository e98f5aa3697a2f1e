/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/adherence_guided.h"
#include "analysis/adherence_match.h"
#include "analysis/adherence_measure.h"
#include "analysis/array.h"

const char *const verdict_names[VERDICTS] = {"full", "part", "not done",
                                             "not measurable"};
const char *const basis_names[BASES] = {"measured", "clock", "word", "hand",
                                        "none"};
const char *const quality_flag_names[QUALITY_FLAGS] = {
    "too fast", "too small", "holds short", "uneven", "too slow"};

/* What measuring may be off by: tests/accuracy/bars.csv holds the measures to
 * less. */
static const double HOLD_OFF_S = 0.5;
static const double MINUTES_OFF = 0.05; /* of them */
static const double RANGE_OFF_DEG = 3;
static const double UNEVEN_CV = 0.2;
/* Where a hold of so much is asked for, one that cannot be told from none is
 * there and straight back. */
static const double HOLD_ASKED_S = 2;
static const double HOLD_NONE_S = 1; /* twice what it may be off by */

void adherence_init(struct adherence *adherence)
{
    memset(adherence, 0, sizeof(*adherence));
    for (int i = 0; i < SYMPTOM_NONE; i++) {
        for (int k = 0; k < MOMENTS; k++) {
            adherence->symptom[i][k] = NAN;
        }
    }
}

void adherence_free(struct adherence *adherence)
{
    programme_free(adherence->programme);
    free(adherence->item);
    adherence_init(adherence);
}

/* ---- items ---- */

void adherence_item_init(struct adherence_item *item,
                         const struct programme_exercise *exercise,
                         enum side side, uint32_t week)
{
    *item = (struct adherence_item){
        .exercise = exercise,
        .side = side,
        .prescribed = programme_dose(exercise, week),
        .done = done_nothing,
        .basis = BASIS_NONE,
        .fraction = NAN,
        .confidence = NAN,
        .start_s = NAN,
        .end_s = NAN,
    };
}

static int add_item(struct adherence *adherence,
                    const struct programme_exercise *exercise, enum side side)
{
    struct adherence_item *item =
        array_add(&adherence->item, adherence->item_count, sizeof(*item));
    if (item == NULL) {
        return ERR_NO_MEMORY;
    }
    adherence->item_count++;
    adherence_item_init(item, exercise, side, adherence->week);
    return 0;
}

static int add_items(struct adherence *adherence)
{
    const struct programme *programme = adherence->programme;
    int err = 0;
    for (size_t i = 0; i < programme->exercise_count && err == 0; i++) {
        const struct programme_exercise *exercise = &programme->exercise[i];
        enum side side[PROGRAMME_TASKS_MAX];
        size_t tasks = programme_tasks(exercise, side);
        for (size_t k = 0; k < tasks && err == 0; k++) {
            err = add_item(adherence, exercise, side[k]);
        }
    }
    return err;
}

/* ---- judgement ---- */

/* Part of the dose that was done: at most 1, less what measuring may be off by.
 * Where nothing needs to be done, all that is done is enough. */
static double part_of(double done, double dose, double off)
{
    if (!(done > 0)) {
        return 0;
    }
    return done + off >= dose ? 1 : done / dose;
}

static double one_if_none(double dose)
{
    return isfinite(dose) ? dose : 1;
}

static double fraction_of(const struct adherence_item *item)
{
    const struct range *dose = item->prescribed.part;
    const double *done = item->done.part;
    double sets = one_if_none(dose[DOSE_SETS].low);
    if (isfinite(dose[DOSE_MINUTES].low)) {
        double minutes = sets * dose[DOSE_MINUTES].low;
        return part_of(done[DOSE_MINUTES], minutes, MINUTES_OFF * minutes);
    }
    double repetitions = sets * one_if_none(dose[DOSE_REPETITIONS].low);
    double fraction = part_of(done[DOSE_REPETITIONS], repetitions, 0);
    if (isfinite(dose[DOSE_HOLD_S].low) && isfinite(done[DOSE_HOLD_S])) {
        fraction *=
            part_of(done[DOSE_HOLD_S], dose[DOSE_HOLD_S].low, HOLD_OFF_S);
    }
    return fraction;
}

static bool is_straight_back(const struct adherence_item *item)
{
    return item->prescribed.part[DOSE_HOLD_S].low >= HOLD_ASKED_S &&
           item->done.part[DOSE_HOLD_S] < HOLD_NONE_S;
}

static unsigned flags_of(const struct adherence_item *item)
{
    const struct programme_exercise *exercise = item->exercise;
    const struct done *done = &item->done;
    const struct {
        enum quality_flag flag;
        bool is; /* a comparison with NAN is false */
    } all[] = {
        {QUALITY_TOO_FAST,
         done->tempo_s < exercise->tempo_s || is_straight_back(item)},
        {QUALITY_TOO_SMALL,
         done->range_deg < exercise->range_deg - RANGE_OFF_DEG},
        {QUALITY_HOLDS_SHORT,
         done->part[DOSE_HOLD_S] <
             item->prescribed.part[DOSE_HOLD_S].low - HOLD_OFF_S},
        {QUALITY_UNEVEN, done->interval_cv > UNEVEN_CV},
        {QUALITY_TOO_SLOW, done->cadence_spm < exercise->cadence_spm},
    };
    unsigned flags = 0;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        flags |= all[i].is ? (unsigned)all[i].flag : 0;
    }
    return flags;
}

static void judge(struct adherence_item *item)
{
    bool known = item->basis != BASIS_NONE;
    if (!known && item->reason[0] != '\0') {
        item->verdict = VERDICT_NOT_MEASURABLE;
        item->done = done_nothing;
        item->fraction = NAN;
        item->confidence = NAN;
        return;
    }
    if (isnan(item->fraction)) {
        item->fraction = known ? fraction_of(item) : 0;
    }
    item->flags = flags_of(item);
    item->verdict = item->fraction >= 1  ? VERDICT_FULL
                    : item->fraction > 0 ? VERDICT_PART
                                         : VERDICT_NOT;
}

/* What is odd about the session, if anything is. */
static void note(struct adherence *adherence,
                 const struct programme_event *mark)
{
    const struct programme *programme = adherence->programme;
    char *reason = adherence->reason;
    size_t size = sizeof(adherence->reason);
    if (programme == NULL) {
        snprintf(reason, size,
                 "the session was guided by programme '%s', which is not built "
                 "in: name its file with --programme",
                 adherence->name);
    } else if (mark != NULL && strcmp(mark->name, programme->id) != 0) {
        snprintf(reason, size,
                 "the session was guided by programme '%s'; it is compared "
                 "with '%s'",
                 mark->name, programme->id);
    } else if (adherence->week > programme->weeks) {
        snprintf(reason, size,
                 "week %" PRIu32 " is beyond the programme's %" PRIu32
                 "; the doses are those of its last",
                 adherence->week, programme->weeks);
    }
}

static int find_items(struct summary *summary)
{
    struct adherence *adherence = &summary->adherence;
    int err = add_items(adherence);
    if (err < 0) {
        return err;
    }
    return adherence->guided ? guided_find(summary, adherence)
                             : match_find(summary, adherence);
}

int adherence_find(struct summary *summary, struct programme *programme,
                   uint32_t week)
{
    struct adherence *adherence = &summary->adherence;
    struct programme_event event;
    const struct programme_event *mark =
        guided_programme(summary->event, summary->event_count, &event) ? &event
                                                                       : NULL;
    if (programme == NULL && mark == NULL) {
        return 0;
    }
    adherence->programme = programme;
    snprintf(adherence->name, sizeof(adherence->name), "%s",
             programme != NULL ? programme->id : mark->name);
    adherence->week = week > 0 ? week : mark != NULL ? mark->week : 1;
    adherence->guided = guided_is(summary);
    note(adherence, mark);
    int err = programme != NULL ? find_items(summary) : 0;
    if (err < 0) {
        return err;
    }
    guided_enter(summary, adherence);
    for (size_t i = 0; i < adherence->item_count; i++) {
        judge(&adherence->item[i]);
    }
    return 0;
}
