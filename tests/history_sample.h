/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Six weeks of a person who does some of the built-in programme, more from week
 * to week, made up by hand so that a history has all that it can show: changes
 * for better and worse, days in part, skipped days, symptoms, and cautions that
 * apply. For tests of what is made of a history.
 */
#ifndef TESTS_HISTORY_SAMPLE_H
#define TESTS_HISTORY_SAMPLE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/array.h"
#include "analysis/history.h"

enum { HISTORY_SAMPLE_DAYS = 41, HISTORY_SAMPLE_START = 20727 }; /* 1 Oct */

static inline void history_sample_task(struct summary *summary, const char *id,
                                       enum dose_part part, double amount,
                                       double fraction)
{
    for (size_t i = 0; i < summary->adherence.item_count; i++) {
        struct adherence_item *item = &summary->adherence.item[i];
        if (strcmp(item->exercise->id, id) == 0 && item->side != SIDE_RIGHT) {
            item->basis = BASIS_MEASURED;
            item->fraction = fraction;
            item->verdict = fraction >= 1 ? VERDICT_FULL : VERDICT_PART;
            item->done.part[part] = amount;
        }
    }
}

static inline void history_sample_walk(struct summary *summary, double minutes)
{
    struct walking *walking = &summary->walking;
    struct walk_bout *bout =
        array_add(&walking->bout, walking->bout_count++, sizeof(*bout));
    *bout = (struct walk_bout){.start_s = 60, .end_s = 60 + 60 * minutes};
    walking->walking_s = 60 * minutes;
    walking->steps = (uint64_t)(105 * minutes);
    walking->cadence_median_spm = 101 + 0.2 * minutes;
    history_sample_task(summary, "walking", DOSE_MINUTES, minutes,
                        fmin(1, minutes / 30));
}

static inline void history_sample_taps(struct summary *summary, int day)
{
    struct taps *taps = &summary->taps;
    struct tap_series *series =
        array_add(&taps->series, taps->series_count++, sizeof(*series));
    *series = (struct tap_series){.count = 40,
                                  .rate_hz = 3 + 0.02 * day + 0.1 * sin(day),
                                  .interval_cv = 0.2 + 0.02 * cos(3 * day),
                                  .amplitude_decrement = 0.1 + 0.004 * day,
                                  .confidence = 0.9};
    taps->count = 40;
    history_sample_task(summary, "finger-taps", DOSE_REPETITIONS, 40, 1);
}

static inline void history_sample_curls(struct summary *summary, int day)
{
    bool half = day % 5 == 0;
    history_sample_task(summary, "biceps-curls", DOSE_REPETITIONS,
                        half ? 5 : 12, half ? 0.5 : 1);
    for (size_t i = 0; i < summary->adherence.item_count; i++) {
        struct adherence_item *item = &summary->adherence.item[i];
        if (strcmp(item->exercise->id, "biceps-curls") == 0 &&
            item->side == SIDE_LEFT) {
            item->done.range_deg = 80 + 0.9 * day + 3 * sin(2 * day);
            item->done.tempo_s = 3 + 0.3 * cos(day);
        }
    }
}

static inline void history_sample_symptoms(struct summary *summary, int day)
{
    double(*symptom)[MOMENTS] = summary->adherence.symptom;
    symptom[SYMPTOM_PAIN][MOMENT_BEFORE] = round(7.4 - 0.12 * day);
    symptom[SYMPTOM_PAIN][MOMENT_AFTER] = round(6 - 0.12 * day);
    symptom[SYMPTOM_NUMBNESS][MOMENT_BEFORE] = 5 + day % 3;
    symptom[SYMPTOM_NUMBNESS][MOMENT_AFTER] = 5;
}

/* Adds the session of one day; 0, or the error of what it calls. */
static inline int history_sample_day(struct history *history, int day,
                                     struct error *error)
{
    static struct summary summary;
    struct programme *programme = NULL;
    summary_init(&summary);
    snprintf(summary.path, sizeof(summary.path), "day%02d.h5", day);
    snprintf(summary.info.uuid, sizeof(summary.info.uuid), "day-%02d", day);
    char date[HISTORY_DATE];
    history_date(HISTORY_SAMPLE_START + day, date);
    snprintf(summary.info.created_utc, sizeof(summary.info.created_utc),
             "%.10sT12:00:00Z", date);
    strcpy(summary.info.participant, "P01");
    summary.info.placement = PLACEMENT_LEFT_WRIST;
    summary.duration_s = 2400;
    int err = programme_read("hand-neuropathy", &programme, error);
    err = err < 0 ? err
                  : adherence_find(&summary, programme,
                                   (uint32_t)(day / HISTORY_WEEK) + 1);
    if (err == 0) {
        history_sample_taps(&summary, day);
        history_sample_symptoms(&summary, day);
        if (day % 2 == 0) {
            history_sample_curls(&summary, day);
            history_sample_walk(&summary, day < 14 ? 12 : 22 + day / 3);
        }
        err = history_add(history, &summary, error);
    }
    summary_free(&summary);
    return err;
}

/* Fills `history`, which history_free frees. */
static inline int history_sample(struct history *history, struct error *error)
{
    int err = 0;
    history_init(history);
    for (int day = 0; day <= HISTORY_SAMPLE_DAYS && err == 0; day++) {
        if (day % 7 != 3 && day != 12) {
            err = history_sample_day(history, day, error);
        }
    }
    return err < 0 ? err : history_settle(history, error);
}

#endif
