/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/history_json.h"

#include <math.h>

#include "analysis/json_builder.h"

enum { HISTORY_VERSION = 1 };

static void put_date(struct json_builder *b, json_t *object, const char *key,
                     int64_t day)
{
    char date[HISTORY_DATE];
    history_date(day, date);
    json_put_text(b, object, key, date);
}

static void put_task(struct json_builder *b, json_t *object,
                     const struct history_task *task)
{
    json_put(b, object, "exercise",
             task->exercise != NULL ? json_string(task->exercise->id)
                                    : json_null());
    json_put_text(b, object, "side", side_names[task->side]);
}

static void put_symptoms(struct json_builder *b, json_t *object,
                         const double symptom[SYMPTOM_NONE][MOMENTS])
{
    json_t *symptoms = json_object();
    for (int k = 0; k < SYMPTOM_NONE; k++) {
        json_t *one = json_object();
        for (int when = 0; when < MOMENTS; when++) {
            json_put_real(b, one, moment_names[when], symptom[k][when]);
        }
        json_put(b, symptoms, symptom_names[k], one);
    }
    json_put(b, object, "symptoms", symptoms);
}

/* ---- sessions ---- */

static json_t *item_json(struct json_builder *b,
                         const struct history_task *task,
                         const struct history_item *item)
{
    json_t *o = json_object();
    put_task(b, o, task);
    json_put_text(b, o, "verdict", verdict_names[item->verdict]);
    json_put_text(b, o, "basis", basis_names[item->basis]);
    json_put_real(b, o, "fraction", item->fraction);
    for (int part = 0; part < DOSE_PARTS; part++) {
        json_put_real(b, o, dose_names[part], item->done.part[part]);
    }
    return o;
}

static json_t *session_json(struct json_builder *b, const struct history *h,
                            const struct history_session *session)
{
    json_t *o = json_object();
    put_date(b, o, "date", session->day);
    json_put_count(b, o, "week", session->week);
    json_put_text(b, o, "file", session->file);
    json_put_text(b, o, "uuid", session->uuid);
    json_put_real(b, o, "duration_s", session->duration_s);
    json_put_real(b, o, "walking_minutes", session->walk_minutes);
    json_put_real(b, o, "longest_walk_minutes", session->longest_walk_minutes);
    json_put_real(b, o, "steps", session->steps);
    put_symptoms(b, o, session->symptom);
    json_t *items = json_array();
    for (size_t i = 0; session->item != NULL && i < h->task_count; i++) {
        json_append(b, items, item_json(b, &h->task[i], &session->item[i]));
    }
    json_put(b, o, "items", items);
    return o;
}

/* ---- weeks ---- */

static json_t *range_json(struct json_builder *b, const struct range *range)
{
    json_t *o = json_array();
    json_append(b, o, json_real(range->low));
    json_append(b, o, json_real(range->high));
    return o;
}

static json_t *week_json(struct json_builder *b, const struct history *h,
                         const struct history_week *week)
{
    json_t *o = json_object();
    json_put_count(b, o, "week", week->number);
    put_date(b, o, "first_date", week->first_day);
    json_put_count(b, o, "sessions", week->sessions);
    json_put_count(b, o, "days", week->days);
    json_put_real(b, o, "exercise_days_prescribed", week->asked);
    json_put_real(b, o, "exercise_days_full", week->full);
    json_put_real(b, o, "exercise_days_part", week->part);
    json_put_real(b, o, "repetitions", week->repetitions);
    json_put_real(b, o, "walking_minutes", week->walk_minutes);
    put_symptoms(b, o, week->symptom);
    json_t *tasks = json_array();
    for (size_t i = 0; i < h->task_count; i++) {
        const struct history_task_week *done = &week->task[i];
        json_t *task = json_object();
        put_task(b, task, &h->task[i]);
        json_put(b, task, "days_prescribed",
                 range_json(b, &h->task[i].exercise->days_a_week));
        json_put(b, task, "measurable", json_boolean(done->seen));
        json_put_count(b, task, "days_full", done->days_full);
        json_put_count(b, task, "days_part", done->days_part);
        json_put_real(b, task, "repetitions", done->repetitions);
        json_put_real(b, task, "minutes", done->minutes);
        json_append(b, tasks, task);
    }
    json_put(b, o, "tasks", tasks);
    return o;
}

/* ---- trends and warnings ---- */

static json_t *series_json(struct json_builder *b,
                           const struct history_series *series)
{
    const struct trend *trend = &series->trend;
    const struct history_measure_kind *kind =
        &history_measures[series->measure];
    json_t *o = json_object();
    json_put_text(b, o, "measure", kind->key);
    put_task(b, o, &series->of);
    json_put_text(b, o, "judgement",
                  history_judgement_names[series->judgement]);
    json_put_count(b, o, "days", trend->days);
    json_put_real(b, o, "slope_a_week", trend->slope);
    json_put_real(b, o, "slope_low", trend->low);
    json_put_real(b, o, "slope_high", trend->high);
    json_put_real(b, o, "change", trend->change);
    json_put_real(b, o, "level", trend->level);
    json_put_real(b, o, "smallest_meaningful_change", series->meaningful);
    json_put_text(b, o, "smallest_change_from",
                  kind->citation != NULL ? kind->citation
                                         : "own scatter between days");
    json_t *points = json_array();
    for (size_t i = 0; i < series->count; i++) {
        json_t *point = json_object();
        put_date(b, point, "date", (int64_t)series->point[i].day);
        json_put_real(b, point, "value", series->point[i].value);
        json_append(b, points, point);
    }
    json_put(b, o, "values", points);
    return o;
}

static json_t *warning_json(struct json_builder *b,
                            const struct history_warning *warning)
{
    json_t *o = json_object();
    json_put_text(b, o, "caution", warning->caution->id);
    put_date(b, o, warning->of_week ? "week_of" : "date", warning->day);
    if (warning->task != NULL) {
        put_task(b, o, warning->task);
    }
    json_put_real(b, o, "value", warning->value);
    json_put_real(b, o, "limit", warning->limit);
    json_put_text(b, o, "text", warning->caution->text.in[LANGUAGE_EN]);
    return o;
}

static json_t *history_json(struct json_builder *b, const struct history *h)
{
    json_t *o = json_object();
    json_put_text(b, o, "format", "carpus-history");
    json_put_count(b, o, "version", HISTORY_VERSION);
    json_put_text(b, o, "participant", h->participant);
    json_put(b, o, "programme",
             h->programme != NULL ? json_string(h->programme->id)
                                  : json_null());
    json_t *sessions = json_array();
    for (size_t i = 0; i < h->session_count; i++) {
        json_append(b, sessions, session_json(b, h, &h->session[i]));
    }
    json_put(b, o, "sessions", sessions);
    json_t *weeks = json_array();
    for (size_t i = 0; i < h->week_count; i++) {
        json_append(b, weeks, week_json(b, h, &h->week[i]));
    }
    json_put(b, o, "weeks", weeks);
    json_t *trends = json_array();
    for (size_t i = 0; i < h->series_count; i++) {
        json_append(b, trends, series_json(b, &h->series[i]));
    }
    json_put(b, o, "trends", trends);
    json_t *warnings = json_array();
    for (size_t i = 0; i < h->warning_count; i++) {
        json_append(b, warnings, warning_json(b, &h->warning[i]));
    }
    json_put(b, o, "warnings", warnings);
    return o;
}

int history_json_write(const struct history *history, FILE *out,
                       struct error *error)
{
    struct json_builder builder = {true};
    json_t *root = history_json(&builder, history);
    bool written = json_dumpf(root, out, JSON_DUMP | JSON_INDENT(1)) == 0 &&
                   fputc('\n', out) != EOF;
    json_decref(root);
    if (!builder.ok) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    return written ? 0 : error_set(error, ERR_IO, "cannot write the history");
}

/* ---- CSV ---- */

struct row {
    const char *date;
    uint32_t week;
    const char *session;
    const char *of;
    enum side side;
};

static void put_row(FILE *out, const struct row *row, const char *measure,
                    double value)
{
    if (isfinite(value)) {
        fprintf(out, "%s,%u,%s,%s,%s,%s,%.10g\n", row->date, row->week,
                row->session, row->of, side_names[row->side], measure, value);
    }
}

static void put_word(FILE *out, const struct row *row, const char *measure,
                     const char *word)
{
    fprintf(out, "%s,%u,%s,%s,%s,%s,%s\n", row->date, row->week, row->session,
            row->of, side_names[row->side], measure, word);
}

static void session_rows(const struct history *h,
                         const struct history_session *session, FILE *out)
{
    char date[HISTORY_DATE];
    history_date(session->day, date);
    struct row row = {date, session->week, session->uuid, "session", SIDE_NONE};
    put_row(out, &row, "duration_s", session->duration_s);
    put_row(out, &row, "walking_minutes", session->walk_minutes);
    put_row(out, &row, "longest_walk_minutes", session->longest_walk_minutes);
    put_row(out, &row, "steps", session->steps);
    for (size_t i = 0; session->item != NULL && i < h->task_count; i++) {
        const struct history_item *item = &session->item[i];
        row.of = h->task[i].exercise->id;
        row.side = h->task[i].side;
        put_word(out, &row, "verdict", verdict_names[item->verdict]);
        put_word(out, &row, "basis", basis_names[item->basis]);
        for (int part = 0; part < DOSE_PARTS; part++) {
            put_row(out, &row, dose_names[part], item->done.part[part]);
        }
    }
}

static void series_rows(const struct history *h,
                        const struct history_series *series, FILE *out)
{
    for (size_t i = 0; i < series->count; i++) {
        char date[HISTORY_DATE];
        int64_t day = (int64_t)series->point[i].day;
        history_date(day, date);
        struct row row = {date, history_week_number(h, day), "",
                          series->of.exercise != NULL ? series->of.exercise->id
                                                      : "day",
                          series->of.side};
        put_row(out, &row, history_measures[series->measure].key,
                series->point[i].value);
    }
}

int history_csv_write(const struct history *history, FILE *out,
                      struct error *error)
{
    fputs("date,week,session,of,side,measure,value\n", out);
    for (size_t i = 0; i < history->session_count; i++) {
        session_rows(history, &history->session[i], out);
    }
    for (size_t i = 0; i < history->series_count; i++) {
        series_rows(history, &history->series[i], out);
    }
    return ferror(out) ? error_set(error, ERR_IO, "cannot write the history")
                       : 0;
}
