/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History: what the sessions of one participant show over the weeks: what of
 * the programme was done, how measures change, how the wearer felt, and where
 * the programme's cautions say to take care. It reports; it does not diagnose.
 *
 * Use: history_init, history_add for each summary by their days, history_settle
 * once; then all of it may be read; history_free.
 *
 * Days are those of the computer's time zone. Week 1 begins with the day of the
 * first session, or where history_start says; weeks have seven days each. A
 * session of several sensors comes as one summary a sensor with the same uuid:
 * of an exercise the one counts that saw it best. Several sessions of a day add
 * up.
 *
 * Ownership: the arrays and the programme are freed by history_free.
 * Threads: one at a time. Errors: negative enum error_code with a sentence.
 */
#ifndef ANALYSIS_HISTORY_H
#define ANALYSIS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"

#include "analysis/summary.h"
#include "analysis/trend.h"

enum { HISTORY_DATE = 16, HISTORY_WEEK = 7 }; /* bytes; days */

/* What is followed over the days. Of some there is one series a hand, of some
 * one an exercise and hand. */
enum history_measure {
    HISTORY_TAP_RATE,
    HISTORY_TAP_VARIATION,
    HISTORY_TAP_DECREMENT,
    HISTORY_TREMOR_REST,
    HISTORY_TREMOR_POSTURAL,
    HISTORY_TREMOR_SHARE,
    HISTORY_CADENCE,
    HISTORY_WALK_MINUTES,
    HISTORY_STEPS,
    HISTORY_RANGE,
    HISTORY_TEMPO,
    HISTORY_HOLD,
    HISTORY_PAIN_BEFORE,
    HISTORY_PAIN_AFTER,
    HISTORY_NUMBNESS_BEFORE,
    HISTORY_NUMBNESS_AFTER,
    HISTORY_MEASURES
};

struct history_measure_kind {
    const char *key; /* in JSON and CSV, with its unit */
    int better;      /* 1: more is better, -1: less is, 0: neither */
    /* The smallest change that means something, as published: absolute, or as
     * a fraction of the first level. NAN, NAN, NULL: no such figure is known,
     * and the measure's own scatter is taken (trend.h, repeatability). */
    double smallest;
    double smallest_fraction;
    const char *citation;
};
extern const struct history_measure_kind history_measures[HISTORY_MEASURES];

/* One exercise and side, in one session. */
struct history_item {
    enum verdict verdict;
    enum basis basis;
    double fraction; /* of the dose, 0 .. 1; NAN */
    struct done done;
};

/* One session, all of its sensors. */
struct history_session {
    char *file;
    char uuid[37];
    int64_t day; /* since 1970-01-01 */
    uint32_t week;
    double duration_s;
    bool has_programme;
    struct history_item *item;             /* history.task_count of them */
    double symptom[SYMPTOM_NONE][MOMENTS]; /* 0 .. 10, NAN */
    double walk_minutes;                   /* NAN: not measured */
    double longest_walk_minutes;
    double steps;
};

struct history_task {
    const struct programme_exercise *exercise;
    enum side side;
};

/* One task in one week. */
struct history_task_week {
    uint32_t days_full;
    uint32_t days_part;
    bool seen; /* a session of the week could have shown it */
    double repetitions;
    double minutes;
};

struct history_week {
    uint32_t number; /* 1 is the first */
    int64_t first_day;
    uint32_t sessions;
    uint32_t days;                  /* with a session */
    struct history_task_week *task; /* history.task_count of them */
    double asked; /* days of all tasks that are prescribed and could be seen */
    double full;  /* of them, done in full */
    double part;  /* and in part */
    double repetitions; /* of all tasks */
    double walk_minutes;
    double symptom[SYMPTOM_NONE][MOMENTS]; /* medians, NAN */
};

enum history_judgement {
    HISTORY_TOO_FEW,  /* days */
    HISTORY_NO_TREND, /* the slope's interval has 0 in it */
    HISTORY_SMALL,    /* there is one, less than means something */
    HISTORY_BETTER,
    HISTORY_WORSE,
    HISTORY_CHANGED, /* a measure of which more is neither */
    HISTORY_JUDGEMENTS
};

struct history;

struct history_series {
    const struct history *history; /* that it is of, whose weeks they are */
    enum history_measure measure;
    struct history_task of; /* exercise NULL: of the session */
    size_t count;
    struct trend_point *point; /* by day */
    struct trend trend;
    double meaningful; /* the smallest change that means something */
    enum history_judgement judgement;
};

/* A caution that a day or a week came under. */
struct history_warning {
    const struct caution *caution;
    int64_t day;  /* of the session, or the first of the week */
    bool of_week; /* a rise from the week before */
    const struct history_task *task; /* of a rise, what rose; else NULL */
    double value;                    /* symptom, minutes, or rise in percent */
    double limit;
};

struct history {
    struct programme *programme; /* NULL: none */
    char participant[64];
    bool has_start;
    int64_t start;     /* day on which week 1 begins */
    size_t others;     /* sessions that another programme guided */
    size_t task_count; /* exercises and sides of the programme */
    struct history_task *task;
    size_t session_count;
    struct history_session *session; /* by day, once settled */
    size_t week_count;               /* each from the first to the last */
    struct history_week *week;
    size_t series_count;
    struct history_series *series;
    size_t warning_count;
    struct history_warning *warning; /* by day */
};

void history_init(struct history *history);
void history_free(struct history *history);

/* Sets the programme that sessions are held against, before the first of them,
 * and takes it over, also on error. Without it that is the first one which a
 * session has. ERR_NO_MEMORY. */
int history_use_programme(struct history *history, struct programme *programme);

/* Sets the day on which week 1 begins, "2026-11-02"; ERR_USAGE if it is none.
 * Without it that is the first session's that is added. */
int history_start(struct history *history, const char *date,
                  struct error *error);

/* The week of a day, 1 or more: what is before week 1 counts as of it. */
uint32_t history_week_number(const struct history *history, int64_t day);

/* The day, on this computer, of a time in UTC (ISO 8601); false if it is none.
 */
bool history_day(const char *utc, int64_t *day);

/* Takes a session, or another sensor of one. ERR_DATA where it has no date, or
 * is of another participant than the sessions before. */
int history_add(struct history *history, const struct summary *summary,
                struct error *error);

/* Adds a point to a series, if `value` is a number. ERR_NO_MEMORY. */
int history_add_point(struct history *history, enum history_measure measure,
                      struct history_task of, int64_t day, double value);

/* Sorts and finds weeks, trends and warnings. ERR_NO_MEMORY. */
int history_settle(struct history *history, struct error *error);

/* "2026-11-21" of a day. */
void history_date(int64_t day, char out[HISTORY_DATE]);

/* "too few days", "no trend", "small", "better", "worse", "changed" */
extern const char *const history_judgement_names[HISTORY_JUDGEMENTS];

#endif
