/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/median.h"
#include "analysis/array.h"
#include "analysis/history.h"

const char *const history_judgement_names[HISTORY_JUDGEMENTS] = {
    [HISTORY_TOO_FEW] = "too few days", [HISTORY_NO_TREND] = "no trend",
    [HISTORY_SMALL] = "small",          [HISTORY_BETTER] = "better",
    [HISTORY_WORSE] = "worse",          [HISTORY_CHANGED] = "changed",
};

/* ---- weeks ---- */

static int by_day(const void *a, const void *b)
{
    const struct history_session *x = a;
    const struct history_session *y = b;
    int days = (x->day > y->day) - (x->day < y->day);
    return days != 0 ? days : strcmp(x->file, y->file);
}

/* What the sessions of one day, first .. first + n - 1, make of a task. */
static void add_day(struct history_task_week *week,
                    const struct history_session *first, size_t n, size_t task)
{
    double fraction = 0;
    bool full = false;
    for (size_t i = 0; i < n; i++) {
        const struct history_item *item =
            first[i].item != NULL ? &first[i].item[task] : NULL;
        if (item == NULL || item->verdict == VERDICT_NOT_MEASURABLE) {
            continue;
        }
        week->seen = true;
        full = full || item->verdict == VERDICT_FULL;
        if (item->verdict == VERDICT_NOT) {
            continue;
        }
        const double *part = item->done.part;
        fraction += isfinite(item->fraction) ? item->fraction : 0;
        week->repetitions +=
            isfinite(part[DOSE_REPETITIONS]) ? part[DOSE_REPETITIONS] : 0;
        week->minutes += isfinite(part[DOSE_MINUTES]) ? part[DOSE_MINUTES] : 0;
    }
    if (full || fraction >= 1) {
        week->days_full++;
    } else if (fraction > 0) {
        week->days_part++;
    }
}

static double middle_symptom(const struct history_session *first, size_t n,
                             enum symptom symptom, enum moment when,
                             double *scratch)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(first[i].symptom[symptom][when])) {
            scratch[count++] = first[i].symptom[symptom][when];
        }
    }
    return count > 0 ? median(scratch, count) : NAN;
}

/* Fills `week` from its `n` sessions, `first` and those behind it. */
static void fill_week(struct history_week *week, size_t tasks,
                      const struct history_session *first, size_t n,
                      double *scratch)
{
    week->sessions = (uint32_t)n;
    for (size_t i = 0; i < n;) {
        size_t same = 1;
        while (i + same < n && first[i + same].day == first[i].day) {
            same++;
        }
        week->days++;
        for (size_t task = 0; task < tasks; task++) {
            add_day(&week->task[task], first + i, same, task);
        }
        i += same;
    }
    for (size_t i = 0; i < n; i++) {
        week->walk_minutes +=
            isfinite(first[i].walk_minutes) ? first[i].walk_minutes : 0;
    }
    for (int k = 0; k < SYMPTOM_NONE; k++) {
        for (int when = 0; when < MOMENTS; when++) {
            week->symptom[k][when] = middle_symptom(first, n, (enum symptom)k,
                                                    (enum moment)when, scratch);
        }
    }
}

/* What any session could show is asked for in every week, also in one without
 * a session. More days of one task than are asked for are not those of
 * another. */
static void count_days(struct history *history, size_t task)
{
    double asked = history->task[task].exercise->days_a_week.low;
    bool seen = false;
    for (size_t w = 0; w < history->week_count; w++) {
        seen = seen || history->week[w].task[task].seen;
    }
    for (size_t w = 0; seen && w < history->week_count; w++) {
        struct history_week *week = &history->week[w];
        const struct history_task_week *done = &week->task[task];
        double full = fmin(done->days_full, asked);
        week->asked += asked;
        week->full += full;
        week->part += fmin(done->days_part, asked - full);
        week->repetitions += done->repetitions;
    }
}

static int find_weeks(struct history *history, double *scratch)
{
    struct history_session *session = history->session;
    size_t count = history->session_count;
    size_t weeks = history_week_number(history, session[count - 1].day);
    history->week = calloc(weeks, sizeof(*history->week));
    if (history->week == NULL) {
        return ERR_NO_MEMORY;
    }
    size_t first = 0;
    for (size_t w = 0; w < weeks; w++) {
        struct history_week *week = &history->week[w];
        week->task = calloc(history->task_count + 1, sizeof(*week->task));
        if (week->task == NULL) {
            return ERR_NO_MEMORY;
        }
        history->week_count++;
        week->number = (uint32_t)w + 1;
        week->first_day = history->start + (int64_t)(w * HISTORY_WEEK);
        size_t n = 0;
        while (first + n < count &&
               history_week_number(history, session[first + n].day) ==
                   week->number) {
            session[first + n++].week = week->number;
        }
        fill_week(week, history->task_count, session + first, n, scratch);
        first += n;
    }
    for (size_t task = 0; task < history->task_count; task++) {
        count_days(history, task);
    }
    return 0;
}

/* ---- series ---- */

static int by_time(const void *a, const void *b)
{
    const struct trend_point *x = a;
    const struct trend_point *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

/* What is not known of one session does not hide what is of another. */
static double sum_known(double sum, double value)
{
    return isnan(sum) ? value : isnan(value) ? sum : sum + value;
}

/* What is known by session, not by sensor; walking adds up over a day. */
static int add_sessions(struct history *history)
{
    static const struct history_task all = {NULL, SIDE_NONE};
    static const enum history_measure symptoms[SYMPTOM_NONE][MOMENTS] = {
        {HISTORY_PAIN_BEFORE, HISTORY_PAIN_AFTER},
        {HISTORY_NUMBNESS_BEFORE, HISTORY_NUMBNESS_AFTER},
    };
    int err = 0;
    for (size_t i = 0; i < history->session_count && err == 0;) {
        const struct history_session *session = &history->session[i];
        double minutes = NAN, steps = NAN;
        for (; i < history->session_count && err == 0 &&
               history->session[i].day == session->day;
             i++) {
            const struct history_session *s = &history->session[i];
            minutes = sum_known(minutes, s->walk_minutes);
            steps = sum_known(steps, s->steps);
            for (int k = 0; k < SYMPTOM_NONE * MOMENTS && err == 0; k++) {
                err = history_add_point(history, symptoms[k / 2][k % 2], all,
                                        s->day, s->symptom[k / 2][k % 2]);
            }
        }
        err = err < 0 ? err
                      : history_add_point(history, HISTORY_WALK_MINUTES, all,
                                          session->day, minutes);
        err = err < 0 ? err
                      : history_add_point(history, HISTORY_STEPS, all,
                                          session->day, steps);
    }
    return err;
}

static enum history_judgement judge(const struct history_series *series)
{
    const struct trend *trend = &series->trend;
    int better = history_measures[series->measure].better;
    if (trend->direction == TREND_TOO_FEW) {
        return HISTORY_TOO_FEW;
    }
    if (trend->direction == TREND_NONE) {
        return HISTORY_NO_TREND;
    }
    if (!(fabs(trend->change) >= series->meaningful)) {
        return HISTORY_SMALL;
    }
    if (better == 0) {
        return HISTORY_CHANGED;
    }
    return (trend->change > 0) == (better > 0) ? HISTORY_BETTER : HISTORY_WORSE;
}

static double meaningful_change(const struct history_series *series)
{
    const struct history_measure_kind *kind =
        &history_measures[series->measure];
    if (isfinite(kind->smallest)) {
        return kind->smallest;
    }
    if (isfinite(kind->smallest_fraction)) {
        return kind->smallest_fraction *
               (series->trend.level - series->trend.change);
    }
    return series->trend.repeatability;
}

static int by_measure(const void *a, const void *b)
{
    const struct history_series *x = a;
    const struct history_series *y = b;
    int order = (x->measure > y->measure) - (x->measure < y->measure);
    if (order == 0) {
        order = (x->of.exercise > y->of.exercise) -
                (x->of.exercise < y->of.exercise);
    }
    return order != 0 ? order : (int)x->of.side - (int)y->of.side;
}

static int find_trends(struct history *history)
{
    int err = add_sessions(history);
    if (history->series_count > 0) {
        qsort(history->series, history->series_count, sizeof(*history->series),
              by_measure);
    }
    for (size_t i = 0; i < history->series_count && err == 0; i++) {
        struct history_series *series = &history->series[i];
        qsort(series->point, series->count, sizeof(*series->point), by_time);
        series->history = history;
        err = trend_find(series->point, series->count, &series->trend);
        series->meaningful = meaningful_change(series);
        series->judgement = judge(series);
    }
    return err;
}

/* ---- warnings ---- */

static int warn(struct history *history, struct history_warning warning)
{
    struct history_warning *new =
        array_add(&history->warning, history->warning_count, sizeof(*new));
    if (new == NULL) {
        return ERR_NO_MEMORY;
    }
    *new = warning;
    history->warning_count++;
    return 0;
}

/* A caution about a symptom: alone, or together with long walks. */
static int warn_of_session(struct history *history,
                           const struct caution *caution,
                           const struct history_session *session)
{
    if (caution->symptom == SYMPTOM_NONE) {
        return 0;
    }
    const double *felt = session->symptom[caution->symptom];
    double most = fmax(felt[MOMENT_BEFORE], felt[MOMENT_AFTER]);
    if (!(most >= caution->at_least)) {
        return 0;
    }
    struct history_warning warning = {.caution = caution,
                                      .day = session->day,
                                      .value = most,
                                      .limit = caution->at_least};
    if (isfinite(caution->walk_minutes)) {
        if (!(session->longest_walk_minutes > caution->walk_minutes)) {
            return 0;
        }
        warning.value = session->longest_walk_minutes;
        warning.limit = caution->walk_minutes;
    }
    return warn(history, warning);
}

/* What was done of a task in a week, in doses of that week: a rise that the
 * programme itself asks for is none. */
static double load(const struct history *history, size_t week, size_t task)
{
    const struct programme_exercise *exercise = history->task[task].exercise;
    const struct history_task_week *done = &history->week[week].task[task];
    struct dose dose = programme_dose(exercise, history->week[week].number);
    bool walk = exercise->movement == MOVEMENT_WALK;
    enum dose_part part = walk ? DOSE_MINUTES : DOSE_REPETITIONS;
    return (walk ? done->minutes : done->repetitions) /
           (dose.part[DOSE_SETS].low * dose.part[part].low);
}

/* The load before `week`: of the week before it, or the last with any. */
static double last_load(const struct history *history, size_t week, size_t task)
{
    double before = 0;
    for (size_t w = week; w > 0 && !(before > 0); w--) {
        before = load(history, w - 1, task);
    }
    return before;
}

/* The greatest rise from the week before, of what weighs on the body: walking
 * and repetitions. Of less than a dose nothing is said. */
static int warn_of_week(struct history *history, const struct caution *caution,
                        size_t week)
{
    struct history_warning warning = {
        .caution = caution,
        .of_week = true,
        .day = history->week[week].first_day,
        .limit = caution->rise_percent,
    };
    for (size_t i = 0; week > 0 && i < history->task_count; i++) {
        enum movement movement = history->task[i].exercise->movement;
        if (movement != MOVEMENT_WALK && movement != MOVEMENT_REPETITIONS) {
            continue;
        }
        double before = last_load(history, week, i);
        double now = load(history, week, i);
        double rise = 100 * (now - before) / before;
        if (before > 0 && now >= 1 && rise > caution->rise_percent &&
            rise > warning.value) {
            warning.value = rise;
            warning.task = &history->task[i];
        }
    }
    return warning.task != NULL ? warn(history, warning) : 0;
}

static int find_warnings(struct history *history)
{
    const struct programme *programme = history->programme;
    int err = 0;
    size_t session = 0;
    for (size_t w = 0; w < history->week_count && err == 0; w++) {
        for (size_t c = 0; c < programme->caution_count && err == 0; c++) {
            err = warn_of_week(history, &programme->caution[c], w);
        }
        for (; session < history->session_count && err == 0 &&
               history->session[session].week == w + 1;
             session++) {
            for (size_t c = 0; c < programme->caution_count && err == 0; c++) {
                err = warn_of_session(history, &programme->caution[c],
                                      &history->session[session]);
            }
        }
    }
    return err;
}

int history_settle(struct history *history, struct error *error)
{
    if (history->session_count == 0) {
        return 0;
    }
    qsort(history->session, history->session_count, sizeof(*history->session),
          by_day);
    double *scratch = calloc(history->session_count, sizeof(*scratch));
    int err = scratch != NULL ? find_weeks(history, scratch) : ERR_NO_MEMORY;
    free(scratch);
    err = err < 0 ? err : find_trends(history);
    if (err == 0 && history->programme != NULL) {
        err = find_warnings(history);
    }
    return err < 0 ? error_set(error, err, "out of memory") : 0;
}
