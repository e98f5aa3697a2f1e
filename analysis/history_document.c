/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/history_document.h"

#include <math.h>
#include <stdio.h>

#include "analysis/history_figures.h"
#include "analysis/report_text.h"

/* Weeks that fit side by side, the last ones, in letters small and large; all
 * are in the JSON. */
enum { WEEKS_SHOWN = 6, WEEKS_SHOWN_LARGE = 4, FIGURES_MAX = 10 };

struct section {
    struct document *document;
    const struct history *history;
    const struct voice *voice;
};

/* ---- pieces ---- */

static void say(const struct section *section, enum voice_key key,
                const struct voice_parts *parts, char out[VOICE_TEXT])
{
    voice_say(section->voice, key, parts, out);
}

static void put_heading(const struct section *section, enum voice_key key)
{
    document_heading(section->document, 2, voice_word(section->voice, key));
}

static void put_paragraph(const struct section *section, enum voice_key key,
                          const struct voice_parts *parts)
{
    char text[VOICE_TEXT];
    say(section, key, parts, text);
    document_paragraph(section->document, text);
}

static void put_number(const struct section *section, int decimals,
                       double value)
{
    char text[VOICE_SHORT];
    voice_number(section->voice, decimals, value, text);
    document_cell(section->document, text);
}

/* As many decimals as make three digits; to the wearer, one. */
static int decimals_of(const struct section *section, double value)
{
    double size = fabs(value);
    bool wearer = section->voice->audience == AUDIENCE_WEARER;
    return size >= 100 ? 0 : size >= 10 || wearer ? 1 : 2;
}

static void put_table(const struct section *section, const enum voice_key *keys,
                      size_t words, size_t numbers)
{
    char text[WEEKS_SHOWN + 4][VOICE_SHORT];
    const char *heads[WEEKS_SHOWN + 4];
    for (size_t i = 0; i < words + numbers; i++) {
        snprintf(text[i], VOICE_SHORT, "%s%.60s", i >= words ? "#" : "",
                 voice_word(section->voice, keys[i]));
        heads[i] = text[i];
    }
    document_table(section->document, heads, words + numbers);
}

/* The first of the weeks that are shown. */
static size_t first_shown(const struct section *section)
{
    size_t count = section->history->week_count;
    size_t most = section->document->is_large ? WEEKS_SHOWN_LARGE : WEEKS_SHOWN;
    return count > most ? count - most : 0;
}

/* A day as the voice writes it. */
static void say_day(const struct section *section, int64_t day,
                    char out[VOICE_SHORT])
{
    char date[HISTORY_DATE];
    history_date(day, date);
    voice_day(section->voice, date, out);
}

/* ---- head and glance ---- */

static void put_head(const struct section *section)
{
    const struct history *h = section->history;
    const struct voice *voice = section->voice;
    document_heading(section->document, 1,
                     voice_word(voice, VOICE_HISTORY_TITLE));
    document_fact(section->document, voice_word(voice, VOICE_PARTICIPANT),
                  h->participant[0] != '\0' ? h->participant
                                            : voice_word(voice, VOICE_NO_CODE));
    if (h->programme != NULL) {
        document_fact(section->document,
                      voice_word(voice, VOICE_HISTORY_PROGRAMME),
                      h->programme->title.in[voice->language]);
    }
    char from[VOICE_SHORT];
    char to[VOICE_SHORT];
    char sessions[VOICE_SHORT];
    char text[VOICE_TEXT];
    say_day(section, h->session[0].day, from);
    say_day(section, h->session[h->session_count - 1].day, to);
    voice_count(h->session_count, sessions);
    say(section, VOICE_HISTORY_PERIOD_VALUE,
        &(struct voice_parts){{from, to, sessions}}, text);
    document_fact(section->document, voice_word(voice, VOICE_HISTORY_PERIOD),
                  text);
}

static void put_last_week(const struct section *section)
{
    const struct history *h = section->history;
    const struct history_week *week = &h->week[h->week_count - 1];
    const double days[] = {week->number, week->full, week->part, week->asked,
                           week->days};
    char text[5][VOICE_SHORT];
    for (int i = 0; i < 5; i++) {
        voice_number(section->voice, 0, days[i], text[i]);
    }
    bool is_over = h->session[h->session_count - 1].day >=
                   week->first_day + HISTORY_WEEK - 1;
    put_paragraph(
        section, is_over ? VOICE_HISTORY_LAST_WEEK : VOICE_HISTORY_THIS_WEEK,
        &(struct voice_parts){{text[0], text[1], text[2], text[3], text[4]}});
}

static const char *judgement_word(const struct section *section,
                                  const struct history_series *series)
{
    return voice_word(section->voice, VOICE_HISTORY_TOO_FEW +
                                          (enum voice_key)series->judgement);
}

/* A point of a series' line, which may leave the scale of a symptom. */
static void say_level(const struct section *section,
                      const struct history_series *series, double level,
                      char out[VOICE_SHORT])
{
    bool is_symptom = series->measure >= HISTORY_PAIN_BEFORE;
    voice_number(section->voice, decimals_of(section, series->trend.level),
                 is_symptom ? fmax(0, fmin(10, level)) : level, out);
}

static void put_changed(const struct section *section)
{
    const struct history *h = section->history;
    size_t changed = 0;
    for (size_t i = 0; i < h->series_count; i++) {
        const struct history_series *series = &h->series[i];
        if (series->judgement < HISTORY_BETTER) {
            continue;
        }
        const struct trend *trend = &series->trend;
        char name[VOICE_TEXT];
        char before[VOICE_SHORT];
        char now[VOICE_SHORT];
        history_series_name(section->voice, series, name);
        say_level(section, series, trend->level - trend->change, before);
        say_level(section, series, trend->level, now);
        put_paragraph(
            section, VOICE_HISTORY_FROM_TO,
            &(struct voice_parts){
                {name, judgement_word(section, series), before, now}});
        changed++;
    }
    if (changed == 0) {
        put_paragraph(section, VOICE_HISTORY_NOTHING,
                      &(struct voice_parts){{NULL}});
    }
}

/* Each caution that any day came under, once. */
static void put_cautions(const struct section *section)
{
    const struct history *h = section->history;
    for (size_t i = 0; i < h->warning_count; i++) {
        const struct caution *caution = h->warning[i].caution;
        size_t before = 0;
        while (before < i && h->warning[before].caution != caution) {
            before++;
        }
        if (before == i) {
            document_fact(section->document,
                          voice_word(section->voice, VOICE_CARE),
                          caution->text.in[section->voice->language]);
        }
    }
}

/* The last week, what changed, what to take care of: a line each. */
static void put_glance(const struct section *section)
{
    const struct history *h = section->history;
    put_heading(section, VOICE_GLANCE);
    if (h->programme != NULL) {
        put_last_week(section);
    }
    if (h->others > 0) {
        char number[VOICE_SHORT];
        voice_count(h->others, number);
        put_paragraph(section, VOICE_HISTORY_OTHERS,
                      &(struct voice_parts){{number}});
    }
    put_changed(section);
    put_cautions(section);
}

/* ---- exercises by week ---- */

static void put_task_week(const struct section *section,
                          const struct history_task *task,
                          const struct history_task_week *week)
{
    bool enough = week->days_full >= task->exercise->days_a_week.low;
    bool some = week->days_full + week->days_part > 0;
    enum badge badge = !week->seen      ? BADGE_UNKNOWN
                       : enough && some ? BADGE_FULL
                       : some           ? BADGE_PART
                       : enough         ? BADGE_NONE
                                        : BADGE_NOT;
    char full[VOICE_SHORT];
    char part[VOICE_SHORT];
    char text[VOICE_TEXT] = "";
    voice_count(week->days_full, full);
    voice_count(week->days_part, part);
    if (week->days_part > 0) {
        say(section, VOICE_HISTORY_DAYS_AND_PART,
            &(struct voice_parts){{full, part}}, text);
    }
    document_badge_cell(section->document, 1, badge,
                        week->days_part > 0 ? text
                        : week->seen        ? full
                                            : "",
                        "");
}

/* Whether a task has a row: it could be seen, and was asked for or done. */
static bool has_row(const struct history *h, size_t task)
{
    bool seen = false;
    bool wanted = h->task[task].exercise->days_a_week.low > 0;
    for (size_t w = 0; w < h->week_count; w++) {
        const struct history_task_week *week = &h->week[w].task[task];
        seen = seen || week->seen;
        wanted = wanted || week->days_full + week->days_part > 0;
    }
    return seen && wanted;
}

/* What was asked for and could not be seen in any session, a line a side. */
static void put_unseen(const struct section *section)
{
    const struct history *h = section->history;
    for (int side = 0; side < SIDE_COUNT; side++) {
        char names[VOICE_TEXT] = "";
        char text[VOICE_TEXT];
        for (size_t i = 0; i < h->task_count; i++) {
            const struct programme_exercise *exercise = h->task[i].exercise;
            if ((int)h->task[i].side == side && !has_row(h, i) &&
                exercise->days_a_week.low > 0) {
                voice_join(names, ", ",
                           exercise->name.in[section->voice->language]);
            }
        }
        if (names[0] != '\0') {
            say(section, VOICE_HISTORY_UNSEEN + (enum voice_key)side,
                &(struct voice_parts){{names}}, text);
            document_note(section->document, text);
        }
    }
}

/* Opens the table: three columns, and one a week. */
static void put_exercise_heads(const struct section *section)
{
    static const enum voice_key keys[] = {VOICE_EXERCISE_HEAD, VOICE_SIDE,
                                          VOICE_HISTORY_DAYS_ASKED};
    enum { FIXED = sizeof(keys) / sizeof(keys[0]) };
    const struct history *h = section->history;
    char week[WEEKS_SHOWN][VOICE_TEXT];
    const char *heads[FIXED + WEEKS_SHOWN];
    size_t columns = 0;
    for (; columns < FIXED; columns++) {
        heads[columns] = voice_word(section->voice, keys[columns]);
    }
    for (size_t w = first_shown(section); w < h->week_count; w++, columns++) {
        char number[VOICE_SHORT];
        voice_count(h->week[w].number, number);
        say(section, VOICE_HISTORY_WEEK, &(struct voice_parts){{number}},
            week[columns - FIXED]);
        heads[columns] = week[columns - FIXED];
    }
    document_table(section->document, heads, columns);
}

static void put_exercises(const struct section *section)
{
    const struct history *h = section->history;
    if (h->programme == NULL) {
        return;
    }
    put_heading(section, VOICE_HISTORY_EXERCISES);
    put_paragraph(section, VOICE_HISTORY_EXERCISES_EXPLAINED,
                  &(struct voice_parts){{NULL}});
    history_figure_dose(section->document, h);
    put_exercise_heads(section);
    for (size_t i = 0; i < h->task_count; i++) {
        const struct programme_exercise *exercise = h->task[i].exercise;
        if (!has_row(h, i)) {
            continue;
        }
        document_cell(section->document,
                      exercise->name.in[section->voice->language]);
        char days[VOICE_SHORT];
        text_range(section->voice, &exercise->days_a_week, days);
        document_cell(section->document,
                      text_side(section->voice, h->task[i].side));
        document_cell(section->document, days);
        for (size_t w = first_shown(section); w < h->week_count; w++) {
            put_task_week(section, &h->task[i], &h->week[w].task[i]);
        }
    }
    if (first_shown(section) > 0) {
        document_note(section->document,
                      voice_word(section->voice, VOICE_HISTORY_EARLIER));
    }
    put_unseen(section);
}

/* ---- weeks ---- */

/* Series that are drawn with the weeks, beside what was done. */
static bool is_of_weeks(const struct history_series *series)
{
    return series->measure == HISTORY_PAIN_BEFORE ||
           series->measure == HISTORY_NUMBNESS_BEFORE ||
           series->measure == HISTORY_WALK_MINUTES;
}

static void put_weeks(const struct section *section)
{
    static const enum voice_key keys[] = {
        VOICE_HISTORY_AXIS_WEEK,
        VOICE_HISTORY_FROM,
        VOICE_HISTORY_DAYS,
        VOICE_REPETITIONS,
        VOICE_HISTORY_WALKING,
        VOICE_HISTORY_PAIN_BEFORE,
        VOICE_HISTORY_NUMBNESS_BEFORE,
    };
    const struct history *h = section->history;
    put_heading(section, VOICE_HISTORY_WEEKS);
    put_table(section, keys, 2, 5);
    for (size_t i = 0; i < h->week_count; i++) {
        const struct history_week *week = &h->week[i];
        char date[VOICE_SHORT];
        char number[VOICE_SHORT];
        say_day(section, week->first_day, date);
        voice_count(week->number, number);
        document_cell(section->document, number);
        document_cell(section->document, date);
        put_number(section, 0, week->days);
        put_number(section, 0, week->repetitions);
        put_number(section, 0, week->walk_minutes);
        put_number(section, 1, week->symptom[SYMPTOM_PAIN][MOMENT_BEFORE]);
        put_number(section, 1, week->symptom[SYMPTOM_NUMBNESS][MOMENT_BEFORE]);
    }
    for (size_t i = 0; i < h->series_count; i++) {
        if (is_of_weeks(&h->series[i])) {
            history_figure_series(section->document, &h->series[i]);
        }
    }
}

/* ---- changes ---- */

static void put_change(const struct section *section,
                       const struct history_series *series)
{
    const struct trend *trend = &series->trend;
    char name[VOICE_TEXT];
    char low[VOICE_SHORT];
    char high[VOICE_SHORT];
    char text[VOICE_TEXT] = "\u2013";
    history_series_name(section->voice, series, name);
    document_cell(section->document, name);
    document_cell(section->document, judgement_word(section, series));
    int decimals =
        decimals_of(section, fmax(fabs(trend->low), fabs(trend->high)));
    voice_number(section->voice, decimals, trend->low, low);
    voice_number(section->voice, decimals, trend->high, high);
    if (isfinite(trend->low)) {
        say(section, VOICE_HISTORY_INTERVAL, &(struct voice_parts){{low, high}},
            text);
    }
    put_number(section, 0, (double)trend->days);
    put_number(section, decimals_of(section, trend->level), trend->level);
    put_number(section, decimals, trend->slope);
    document_cell(section->document, text);
    put_number(section, decimals_of(section, series->meaningful),
               series->meaningful);
}

/* Series that changed come first, then, for therapists, the others. */
static void draw_changes(const struct section *section)
{
    const struct history *h = section->history;
    size_t drawn = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < h->series_count && drawn < FIGURES_MAX; i++) {
            const struct history_series *series = &h->series[i];
            bool changed = series->judgement >= HISTORY_BETTER;
            bool has_trend = series->judgement != HISTORY_TOO_FEW;
            if (changed == (pass == 0) && has_trend && !is_of_weeks(series) &&
                (changed || section->voice->audience == AUDIENCE_THERAPIST)) {
                history_figure_series(section->document, series);
                drawn++;
            }
        }
    }
}

static void put_changes(const struct section *section)
{
    static const enum voice_key keys[] = {
        VOICE_HISTORY_MEASURE,  VOICE_HISTORY_JUDGEMENT, VOICE_HISTORY_DAYS,
        VOICE_HISTORY_LEVEL,    VOICE_HISTORY_SLOPE,     VOICE_HISTORY_BETWEEN,
        VOICE_HISTORY_SMALLEST,
    };
    const struct history *h = section->history;
    put_heading(section, VOICE_HISTORY_CHANGES);
    put_paragraph(section, VOICE_HISTORY_CHANGES_EXPLAINED,
                  &(struct voice_parts){{NULL}});
    if (section->voice->audience == AUDIENCE_THERAPIST) {
        put_table(section, keys, 2, 5);
        for (size_t i = 0; i < h->series_count; i++) {
            put_change(section, &h->series[i]);
        }
    }
    draw_changes(section);
}

/* ---- cautions ---- */

/* The exercise, the walk or the symptom that a warning is about. */
static const char *what_it_is_of(const struct section *section,
                                 const struct history_warning *warning)
{
    if (warning->task != NULL) {
        return warning->task->exercise->name.in[section->voice->language];
    }
    enum voice_key key =
        isfinite(warning->caution->walk_minutes)    ? VOICE_HISTORY_WALKING
        : warning->caution->symptom == SYMPTOM_PAIN ? VOICE_PAIN
                                                    : VOICE_NUMBNESS;
    return voice_word(section->voice, key);
}

static void put_warnings(const struct section *section)
{
    static const enum voice_key keys[] = {
        VOICE_HISTORY_WHEN, VOICE_HISTORY_CAUTION, VOICE_HISTORY_OF,
        VOICE_HISTORY_VALUE, VOICE_HISTORY_LIMIT};
    const struct history *h = section->history;
    if (h->warning_count == 0) {
        return;
    }
    put_heading(section, VOICE_HISTORY_CARE);
    put_table(section, keys, 3, 2);
    for (size_t i = 0; i < h->warning_count; i++) {
        const struct history_warning *warning = &h->warning[i];
        char date[VOICE_SHORT];
        char text[VOICE_TEXT];
        say_day(section, warning->day, date);
        say(section,
            warning->of_week ? VOICE_HISTORY_WEEK_OF : VOICE_HISTORY_DAY_OF,
            &(struct voice_parts){{date}}, text);
        document_cell(section->document, text);
        document_cell(section->document,
                      warning->caution->text.in[section->voice->language]);
        document_cell(section->document, what_it_is_of(section, warning));
        put_number(section, 0, warning->value);
        put_number(section, 0, warning->limit);
    }
}

static void put_foot(const struct section *section)
{
    document_foot(section->document);
    document_heading(section->document, 2,
                     voice_word(section->voice, VOICE_LIMITS));
    document_note(section->document,
                  voice_word(section->voice, VOICE_HISTORY_LIMITS));
    char text[VOICE_TEXT];
    voice_say(section->voice, VOICE_HISTORY_MADE_BY,
              &(struct voice_parts){{CARPUS_VERSION}}, text);
    document_note(section->document, text);
}

void history_document(struct document *document, const struct history *history,
                      const struct voice *voice)
{
    char title[VOICE_TEXT];
    snprintf(title, sizeof(title), "%s %s",
             voice_word(voice, VOICE_HISTORY_TITLE), history->participant);
    document_init(document, voice, title, "carpus " CARPUS_VERSION);
    struct section section = {document, history, voice};
    put_head(&section);
    put_glance(&section);
    put_exercises(&section);
    put_weeks(&section);
    put_changes(&section);
    put_warnings(&section);
    put_foot(&section);
}
