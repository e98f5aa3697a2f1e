/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/history.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/adherence_measure.h"
#include "analysis/array.h"

/* Published smallest changes. Pain: Farrar et al. 2001, two points of ten.
 * Tremor: one grade of a rating scale is 10^-0.5 of the amplitude or 10^0.5
 * times it (Elble et al. 2006): a change by 68 % of what it was, downwards. */
static const char farrar[] = "Farrar et al. 2001, Pain 94:149";
static const char elble[] = "Elble et al. 2006, Brain 129:2660";

#define OWN_SCATTER NAN, NAN, NULL

const struct history_measure_kind history_measures[HISTORY_MEASURES] = {
    [HISTORY_TAP_RATE] = {"tap_rate_hz", 1, OWN_SCATTER},
    [HISTORY_TAP_VARIATION] = {"tap_interval_cv", -1, OWN_SCATTER},
    [HISTORY_TAP_DECREMENT] = {"tap_decrement", -1, OWN_SCATTER},
    [HISTORY_TREMOR_REST] = {"tremor_rest_rms_dps", -1, NAN, 0.68, elble},
    [HISTORY_TREMOR_POSTURAL] = {"tremor_postural_rms_dps", -1, NAN, 0.68,
                                 elble},
    [HISTORY_TREMOR_SHARE] = {"tremor_percent_of_time", -1, OWN_SCATTER},
    [HISTORY_CADENCE] = {"cadence_spm", 1, OWN_SCATTER},
    [HISTORY_WALK_MINUTES] = {"walking_minutes", 1, OWN_SCATTER},
    [HISTORY_STEPS] = {"steps", 1, OWN_SCATTER},
    [HISTORY_RANGE] = {"range_deg", 1, OWN_SCATTER},
    [HISTORY_TEMPO] = {"tempo_s", 0, OWN_SCATTER},
    [HISTORY_HOLD] = {"hold_s", 1, OWN_SCATTER},
    [HISTORY_PAIN_BEFORE] = {"pain_before", -1, 2, NAN, farrar},
    [HISTORY_PAIN_AFTER] = {"pain_after", -1, 2, NAN, farrar},
    [HISTORY_NUMBNESS_BEFORE] = {"numbness_before", -1, OWN_SCATTER},
    [HISTORY_NUMBNESS_AFTER] = {"numbness_after", -1, OWN_SCATTER},
};

enum { EPOCH = 719163 }; /* GLib's day number of 1970-01-01 */

void history_init(struct history *history)
{
    *history = (struct history){0};
}

int history_use_programme(struct history *history, struct programme *programme)
{
    history->programme = programme;
    history->task = calloc(PROGRAMME_TASKS_MAX * programme->exercise_count + 1,
                           sizeof(*history->task));
    if (history->task == NULL) {
        return ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < programme->exercise_count; i++) {
        const struct programme_exercise *exercise = &programme->exercise[i];
        enum side side[PROGRAMME_TASKS_MAX];
        size_t tasks = programme_tasks(exercise, side);
        for (size_t k = 0; k < tasks; k++) {
            history->task[history->task_count++] =
                (struct history_task){exercise, side[k]};
        }
    }
    return 0;
}

/* Which task an item is; task_count: none. */
static size_t find_task(const struct history *history,
                        const struct adherence_item *item)
{
    size_t i = 0;
    while (i < history->task_count &&
           (history->task[i].side != item->side ||
            strcmp(history->task[i].exercise->id, item->exercise->id) != 0)) {
        i++;
    }
    return i;
}

void history_free(struct history *history)
{
    for (size_t i = 0; i < history->session_count; i++) {
        free(history->session[i].file);
        free(history->session[i].item);
    }
    for (size_t i = 0; i < history->week_count; i++) {
        free(history->week[i].task);
    }
    for (size_t i = 0; i < history->series_count; i++) {
        free(history->series[i].point);
    }
    programme_free(history->programme);
    free(history->task);
    free(history->session);
    free(history->week);
    free(history->series);
    free(history->warning);
    history_init(history);
}

/* ---- days ---- */

void history_date(int64_t day, char out[HISTORY_DATE])
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)(day + EPOCH));
    g_date_strftime(out, HISTORY_DATE, "%Y-%m-%d", &date);
}

static int64_t day_of(GDateTime *time)
{
    GDate date;
    int year, month, day;
    g_date_time_get_ymd(time, &year, &month, &day);
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return (int64_t)g_date_get_julian(&date) - EPOCH;
}

bool history_day(const char *utc, int64_t *out)
{
    GDateTime *time = g_date_time_new_from_iso8601(utc, NULL);
    if (time == NULL) {
        return false;
    }
    GDateTime *here = g_date_time_to_local(time);
    g_date_time_unref(time);
    if (here == NULL) {
        return false; /* beyond the calendar */
    }
    *out = day_of(here);
    g_date_time_unref(here);
    return true;
}

int history_start(struct history *history, const char *date,
                  struct error *error)
{
    GTimeZone *utc = g_time_zone_new_utc();
    char midnight[32];
    snprintf(midnight, sizeof(midnight), "%.20sT00:00:00Z", date);
    GDateTime *time = g_date_time_new_from_iso8601(midnight, utc);
    g_time_zone_unref(utc);
    if (time == NULL) {
        return error_set(error, ERR_USAGE,
                         "--start: '%s' is no date; write it as 2026-11-30",
                         date);
    }
    history->start = day_of(time);
    history->has_start = true;
    g_date_time_unref(time);
    return 0;
}

uint32_t history_week_number(const struct history *history, int64_t day)
{
    return !history->has_start || day < history->start
               ? 1
               : (uint32_t)((day - history->start) / HISTORY_WEEK) + 1;
}

/* ---- series ---- */

static struct history_series *find_series(struct history *history,
                                          enum history_measure measure,
                                          struct history_task of)
{
    for (size_t i = 0; i < history->series_count; i++) {
        struct history_series *series = &history->series[i];
        if (series->measure == measure && series->of.exercise == of.exercise &&
            series->of.side == of.side) {
            return series;
        }
    }
    struct history_series *series =
        array_add(&history->series, history->series_count, sizeof(*series));
    if (series != NULL) {
        history->series_count++;
        *series = (struct history_series){.measure = measure, .of = of};
    }
    return series;
}

int history_add_point(struct history *history, enum history_measure measure,
                      struct history_task of, int64_t day, double value)
{
    if (!isfinite(value)) {
        return 0;
    }
    struct history_series *series = find_series(history, measure, of);
    struct trend_point *point =
        series != NULL
            ? array_add(&series->point, series->count, sizeof(*point))
            : NULL;
    if (point == NULL) {
        return ERR_NO_MEMORY;
    }
    *point = (struct trend_point){(double)day, value};
    series->count++;
    return 0;
}

/* ---- what a summary says ---- */

/* A mean that knows its weight. */
struct mean {
    double sum;
    double weight;
};

static void add_to(struct mean *mean, double value, double weight)
{
    if (isfinite(value)) {
        mean->sum += weight * value;
        mean->weight += weight;
    }
}

static double value_of(struct mean mean)
{
    return mean.weight > 0 ? mean.sum / mean.weight : NAN;
}

/* Values of a session that begin or go on series. */
struct value {
    enum history_measure measure;
    double value;
};

static int add_values(struct history *history, struct history_task of,
                      int64_t day, const struct value *values, size_t n)
{
    int err = 0;
    for (size_t i = 0; i < n && err == 0; i++) {
        err = history_add_point(history, values[i].measure, of, day,
                                values[i].value);
    }
    return err;
}

#define ADD_VALUES(history, of, day, values)                                   \
    add_values(history, of, day, values, sizeof(values) / sizeof((values)[0]))

/* Series that are sure to be taps, each by how many it has. */
static int add_taps(struct history *history, const struct summary *summary,
                    int64_t day)
{
    static const double SURE = 0.5;
    struct mean rate = {0}, variation = {0}, decrement = {0};
    for (size_t i = 0; i < summary->taps.series_count; i++) {
        const struct tap_series *s = &summary->taps.series[i];
        if (s->confidence >= SURE) {
            add_to(&rate, s->rate_hz, s->count);
            add_to(&variation, s->interval_cv, s->count);
            add_to(&decrement, s->amplitude_decrement, s->count);
        }
    }
    const struct value values[] = {
        {HISTORY_TAP_RATE, value_of(rate)},
        {HISTORY_TAP_VARIATION, value_of(variation)},
        {HISTORY_TAP_DECREMENT, value_of(decrement)},
    };
    struct history_task hand = {NULL, adherence_side(summary->info.placement)};
    return ADD_VALUES(history, hand, day, values);
}

static int add_tremor(struct history *history, const struct summary *summary,
                      int64_t day)
{
    const struct tremor *tremor = &summary->tremor;
    struct mean rms[] = {[TREMOR_REST] = {0}, [TREMOR_KINETIC] = {0}};
    for (size_t i = 0; i < tremor->segment_count; i++) {
        const struct tremor_segment *s = &tremor->segment[i];
        add_to(&rms[s->kind], s->rms_dps, s->end_s - s->start_s);
    }
    const struct value values[] = {
        {HISTORY_TREMOR_REST, value_of(rms[TREMOR_REST])},
        {HISTORY_TREMOR_POSTURAL, value_of(rms[TREMOR_POSTURAL])},
        {HISTORY_TREMOR_SHARE, 100 * tremor->tremor_s / tremor->analysed_s},
    };
    struct history_task hand = {NULL, adherence_side(summary->info.placement)};
    return ADD_VALUES(history, hand, day, values);
}

/* How an exercise was done, where that was measured. */
static int add_exercise(struct history *history, struct history_task task,
                        const struct adherence_item *item, int64_t day)
{
    const struct value values[] = {
        {HISTORY_RANGE, item->done.range_deg},
        {HISTORY_TEMPO, item->done.tempo_s},
        {HISTORY_HOLD, item->done.part[DOSE_HOLD_S]},
    };
    return item->basis == BASIS_MEASURED
               ? ADD_VALUES(history, task, day, values)
               : 0;
}

/* ---- sessions ---- */

/* The session that `summary` is of: one that is there, of another of its
 * sensors, or a new one. */
static struct history_session *find_session(struct history *history,
                                            const struct summary *summary)
{
    const char *uuid = summary->info.uuid;
    for (size_t i = 0; i < history->session_count && uuid[0] != '\0'; i++) {
        if (strcmp(history->session[i].uuid, uuid) == 0) {
            return &history->session[i];
        }
    }
    struct history_session *session =
        array_add(&history->session, history->session_count, sizeof(*session));
    char *file = strdup(summary->path);
    if (session == NULL || file == NULL) {
        free(file);
        return NULL;
    }
    history->session_count++;
    *session = (struct history_session){.file = file,
                                        .walk_minutes = NAN,
                                        .longest_walk_minutes = NAN,
                                        .steps = NAN};
    snprintf(session->uuid, sizeof(session->uuid), "%s", uuid);
    for (int k = 0; k < SYMPTOM_NONE; k++) {
        session->symptom[k][MOMENT_BEFORE] = NAN;
        session->symptom[k][MOMENT_AFTER] = NAN;
    }
    return session;
}

/* Makes room for what the session says of each task. */
static int make_items(const struct history *history,
                      struct history_session *session)
{
    session->item = calloc(history->task_count + 1, sizeof(*session->item));
    for (size_t i = 0; session->item != NULL && i < history->task_count; i++) {
        session->item[i].verdict = VERDICT_NOT_MEASURABLE;
        session->item[i].basis = BASIS_NONE;
        session->item[i].fraction = NAN;
    }
    return session->item != NULL ? 0 : ERR_NO_MEMORY;
}

/* Of each exercise what says most: a lower verdict, then a greater part. */
static int take_items(struct history *history, struct history_session *session,
                      const struct adherence *adherence)
{
    int err = session->item == NULL && adherence->item_count > 0
                  ? make_items(history, session)
                  : 0;
    for (size_t i = 0; i < adherence->item_count && err == 0; i++) {
        const struct adherence_item *item = &adherence->item[i];
        size_t task = find_task(history, item);
        if (task == history->task_count) {
            continue; /* of another programme */
        }
        struct history_item *mine = &session->item[task];
        if (item->verdict < mine->verdict ||
            (item->verdict == mine->verdict &&
             !(item->fraction <= mine->fraction))) {
            *mine = (struct history_item){item->verdict, item->basis,
                                          item->fraction, item->done};
        }
        err = add_exercise(history, history->task[task], item, session->day);
    }
    return err;
}

/* Who stands for less at a crossing is still on the same walk. */
static const double REST_S = 60;

static void take_walking(struct history_session *session,
                         const struct walking *walking)
{
    if (walking->reason[0] != '\0') {
        return;
    }
    double longest = 0;
    double walked = 0; /* since the last rest */
    for (size_t i = 0; i < walking->bout_count; i++) {
        const struct walk_bout *bout = &walking->bout[i];
        bool rested =
            i > 0 && bout->start_s - walking->bout[i - 1].end_s > REST_S;
        walked = (rested ? 0 : walked) + bout->end_s - bout->start_s;
        longest = fmax(longest, walked);
    }
    session->walk_minutes =
        fmax(session->walk_minutes, walking->walking_s / 60);
    session->longest_walk_minutes =
        fmax(session->longest_walk_minutes, longest / 60);
    session->steps = fmax(session->steps, (double)walking->steps);
}

static void take_symptoms(struct history_session *session,
                          const struct adherence *adherence)
{
    for (int k = 0; k < SYMPTOM_NONE; k++) {
        for (int when = 0; when < MOMENTS; when++) {
            if (isfinite(adherence->symptom[k][when])) {
                session->symptom[k][when] = adherence->symptom[k][when];
            }
        }
    }
}

/* A session that was guided by a programme, but not by this history's. */
static bool of_another_programme(const struct history *history,
                                 const struct adherence *adherence)
{
    return adherence->name[0] != '\0' &&
           (history->programme == NULL ||
            strcmp(adherence->name, history->programme->id) != 0);
}

static int check(struct history *history, const struct summary *summary,
                 int64_t *day, struct error *error)
{
    const char *participant = summary->info.participant;
    if (!history_day(summary->info.created_utc, day)) {
        return error_set(error, ERR_DATA,
                         "'%s' does not say when it was recorded",
                         summary->path);
    }
    if (history->session_count == 0) {
        snprintf(history->participant, sizeof(history->participant), "%s",
                 participant);
    } else if (strcmp(history->participant, participant) != 0) {
        return error_set(error, ERR_DATA,
                         "'%s' is of participant '%s', not of '%s'; choose "
                         "with --participant",
                         summary->path, participant, history->participant);
    }
    return 0;
}

int history_add(struct history *history, const struct summary *summary,
                struct error *error)
{
    int64_t day = 0;
    int err = check(history, summary, &day, error);
    if (err < 0) {
        return err;
    }
    if (!history->has_start) {
        history->start = day;
        history->has_start = true;
    }
    const struct programme *programme = summary->adherence.programme;
    if (programme != NULL && history->programme == NULL) {
        struct programme *copy;
        err = programme_read(programme->id, &copy, error);
        err = err < 0 ? err : history_use_programme(history, copy);
    }
    struct history_session *session =
        err < 0 ? NULL : find_session(history, summary);
    if (session == NULL) {
        return err < 0 ? err : error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    session->day = day;
    if (of_another_programme(history, &summary->adherence)) {
        history->others++;
    }
    session->duration_s = fmax(session->duration_s, summary->duration_s);
    take_walking(session, &summary->walking);
    take_symptoms(session, &summary->adherence);
    err = take_items(history, session, &summary->adherence);
    err = err < 0 ? err : add_taps(history, summary, day);
    err = err < 0 ? err : add_tremor(history, summary, day);
    err = err < 0 ? err
                  : history_add_point(history, HISTORY_CADENCE,
                                      (struct history_task){NULL, SIDE_NONE},
                                      day, summary->walking.cadence_median_spm);
    return err < 0 ? error_set(error, err, "out of memory") : 0;
}
