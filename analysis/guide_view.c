/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/guide_view.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/guide_clock.h"
#include "analysis/guide_text.h"

/* Bytes of what is put together from texts and numbers. */
enum {
    WORDS = 192,
    GOAL = 2 * WORDS,
    RESULT = 5 * WORDS,
    NAME = 512,
    BAR = 40
};

struct view {
    const struct guide *guide;
    const char *const *text; /* of the language */
    enum language language;
    int64_t now_ns;
    struct screen *out;
};

static void space(const struct view *v)
{
    screen_add(v->out, SCREEN_SPACE, "%s", "");
}

static void say(const struct view *v, enum screen_worth worth,
                enum guide_text text)
{
    screen_add(v->out, worth, "%s", v->text[text]);
}

/* ---- words ---- */

static enum guide_text side_text(const struct guide_item *item)
{
    static const enum guide_text texts[SITES][SIDE_COUNT] = {
        [SITE_WRIST] = {[SIDE_LEFT] = GUIDE_TEXT_LEFT_HAND,
                        [SIDE_RIGHT] = GUIDE_TEXT_RIGHT_HAND,
                        [SIDE_BOTH] = GUIDE_TEXT_BOTH_HANDS},
        [SITE_ANKLE] = {[SIDE_LEFT] = GUIDE_TEXT_LEFT_LEG,
                        [SIDE_RIGHT] = GUIDE_TEXT_RIGHT_LEG,
                        [SIDE_BOTH] = GUIDE_TEXT_BOTH_LEGS},
        [SITE_ANY] = {[SIDE_LEFT] = GUIDE_TEXT_LEFT,
                      [SIDE_RIGHT] = GUIDE_TEXT_RIGHT,
                      [SIDE_BOTH] = GUIDE_TEXT_BOTH},
        [SITE_NONE] = {[SIDE_LEFT] = GUIDE_TEXT_LEFT,
                       [SIDE_RIGHT] = GUIDE_TEXT_RIGHT,
                       [SIDE_BOTH] = GUIDE_TEXT_BOTH},
    };
    return texts[item->exercise->site][item->side];
}

/* "Biceps curls, left hand, set 1 of 2" */
static void name_text(const struct view *v, const struct guide_item *item,
                      char out[NAME])
{
    const char *side =
        item->side != SIDE_NONE ? v->text[side_text(item)] : NULL;
    size_t used = (size_t)snprintf(
        out, PROGRAMME_TEXT, "%s%s%s", item->exercise->name.in[v->language],
        side != NULL ? ", " : "", side != NULL ? side : "");
    if (item->sets > 1 && used < PROGRAMME_TEXT) {
        used += (size_t)sprintf(out + used, ", ");
        snprintf(out + used, PROGRAMME_TEXT, v->text[GUIDE_TEXT_SET], item->set,
                 item->sets);
    }
}

static void range_text(const struct view *v, double low, double high,
                       char out[WORDS])
{
    if (low == high) {
        snprintf(out, WORDS, "%g", low);
    } else {
        snprintf(out, WORDS, v->text[GUIDE_TEXT_TO], low, high);
    }
}

static enum guide_text part_text(enum dose_part part)
{
    return part == DOSE_MINUTES  ? GUIDE_TEXT_MINUTES
           : part == DOSE_HOLD_S ? GUIDE_TEXT_HOLD_S
                                 : GUIDE_TEXT_TIMES;
}

/* Where it does not say what is to be done, but how much. */
static enum guide_text amount_form(enum dose_part part)
{
    return part == DOSE_HOLD_S ? GUIDE_TEXT_SECONDS : part_text(part);
}

/* "10 times, hold 5 s" */
static void goal_text(const struct view *v, const struct guide_goal *goal,
                      char out[GOAL])
{
    char number[WORDS];
    range_text(v, goal->low, goal->high, number);
    int used = snprintf(out, WORDS, v->text[part_text(goal->part)], number);
    if (goal->part == DOSE_REPETITIONS && !isnan(goal->hold_s)) {
        snprintf(number, sizeof(number), "%g", goal->hold_s);
        used += sprintf(out + used, ", ");
        snprintf(out + used, WORDS, v->text[GUIDE_TEXT_HOLD_S], number);
    }
}

static void clock_text(double seconds, char out[WORDS])
{
    unsigned whole = (unsigned)fmax(0, floor(seconds));
    snprintf(out, WORDS, "%u:%02u", whole / 60, whole % 60);
}

/* The same after an amount of it: "of 15 to 30 s". */
static void of_goal_text(const struct view *v, const struct guide_goal *goal,
                         char out[GOAL + WORDS])
{
    char words[GOAL];
    char number[WORDS];
    goal_text(v, goal, words);
    if (goal->part == DOSE_HOLD_S) {
        range_text(v, goal->low, goal->high, number);
        snprintf(words, sizeof(words), v->text[amount_form(goal->part)],
                 number);
    }
    snprintf(out, GOAL + WORDS, v->text[GUIDE_TEXT_OF], words);
}

/* An amount of what a goal counts. */
static void amount_text(enum dose_part part, double amount, char out[WORDS])
{
    if (part == DOSE_MINUTES) {
        clock_text(60 * amount, out);
    } else {
        snprintf(out, WORDS, "%.0f", floor(amount + 1e-6));
    }
}

/* "17 of 40 times": nothing where nothing is known. */
static void result_text(const struct view *v, size_t index, char out[RESULT])
{
    const struct guide_item *item = &v->guide->plan->item[index];
    const struct guide_result *result = &v->guide->result[index];
    char asked[GOAL + WORDS];
    char amount[WORDS];
    static const enum guide_text by[] = {
        [GUIDE_BY_SENSOR] = GUIDE_TEXTS,
        [GUIDE_BY_CLOCK] = GUIDE_TEXT_BY_THE_CLOCK,
        [GUIDE_BY_WORD] = GUIDE_TEXT_BY_YOUR_WORD,
    };
    enum guide_text said = by[result->basis];
    out[0] = '\0';
    if (!isnan(result->amount) && result->outcome != GUIDE_OPEN) {
        of_goal_text(v, &item->goal, asked);
        amount_text(item->goal.part, result->amount, amount);
        snprintf(out, RESULT, "%s %s%s%s%s", amount, asked,
                 said != GUIDE_TEXTS ? " (" : "",
                 said != GUIDE_TEXTS ? v->text[said] : "",
                 said != GUIDE_TEXTS ? ")" : "");
    }
}

/* ---- parts of the screen ---- */

static void show_title(const struct view *v)
{
    const struct guide *g = v->guide;
    screen_add(v->out, SCREEN_EXTRA, v->text[GUIDE_TEXT_TITLE],
               g->programme->title.in[v->language], g->week);
    if (guide_item(g) != NULL) {
        screen_add(v->out, SCREEN_EXTRA, v->text[GUIDE_TEXT_PLACE], g->item + 1,
                   g->plan->count);
    }
    space(v);
}

static void show_keys(const struct view *v, enum guide_text keys)
{
    space(v);
    say(v, SCREEN_NEEDED, keys);
    if (v->guide->state != GUIDE_NOTES_LINE) {
        say(v, SCREEN_USEFUL, GUIDE_TEXT_KEYS_STOP);
    }
}

static enum guide_text counted_by(const struct guide *g,
                                  const struct guide_item *item)
{
    bool counts = item->goal.part == DOSE_REPETITIONS;
    bool under_way = g->state == GUIDE_EXERCISE;
    if (item->measured && under_way && g->by_clock) {
        return GUIDE_TEXT_BY_CLOCK_YET;
    }
    if (item->measured) {
        bool begun = under_way && g->amount > 0;
        return begun || !counts ? GUIDE_TEXT_BY_BAND : GUIDE_TEXT_BY_BAND_LATER;
    }
    return guide_item_is_paced(item) ? GUIDE_TEXT_BY_BELL
           : counts                  ? GUIDE_TEXT_BY_WORD
                                     : GUIDE_TEXT_BY_CLOCK;
}

/* What it is, how it is done, how much of it, and who counts. */
static void show_item(const struct view *v, enum guide_text form)
{
    const struct guide_item *item = guide_item(v->guide);
    const char *limits = item->exercise->limits.in[v->language];
    char name[NAME];
    char goal[GOAL];
    name_text(v, item, name);
    goal_text(v, &item->goal, goal);
    if (form < GUIDE_TEXTS) {
        screen_add(v->out, SCREEN_NEEDED, v->text[form], name);
    } else {
        screen_add(v->out, SCREEN_NEEDED, "%s", name);
    }
    screen_add(v->out, SCREEN_USEFUL, "%s", goal);
    space(v);
    screen_add(v->out, SCREEN_NEEDED, "%s",
               item->exercise->instruction.in[v->language]);
    space(v);
    say(v, SCREEN_USEFUL, counted_by(v->guide, item));
    if (item->measured && limits[0] != '\0') {
        screen_add(v->out, SCREEN_EXTRA, "%s", limits);
    }
}

/* What of the cautions is of this session: all that are not about a symptom,
 * and those whose symptom is as strong as that. */
static void show_cautions(const struct view *v)
{
    const struct programme *programme = v->guide->programme;
    for (size_t i = 0; i < programme->caution_count; i++) {
        const struct caution *caution = &programme->caution[i];
        bool applies = caution->symptom == SYMPTOM_NONE ||
                       v->guide->symptom[caution->symptom][MOMENT_BEFORE] >=
                           caution->at_least;
        if (applies) {
            space(v);
            screen_add(v->out, SCREEN_EXTRA, "%s",
                       caution->text.in[v->language]);
        }
    }
}

/* A figure that changes with time alone. */
static void show_time(const struct view *v, const char *time)
{
    screen_add_figure(v->out, time, "");
    v->out->line[v->out->count - 1].ticks = true;
}

static void show_bar(const struct view *v, double share)
{
    static const char full[] = "████████████████████████████████████████";
    static const char empty[] = "░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░";
    const int bytes = 3; /* of each of them in UTF-8 */
    int filled = (int)lround(BAR * fmin(fmax(share, 0), 1));
    screen_add_ticking(v->out, SCREEN_EXTRA, "%.*s%.*s", bytes * filled, full,
                       bytes * (BAR - filled), empty);
}

/* The figure that matters: what was counted, or else the time. */
static void show_amount(const struct view *v)
{
    const struct guide *g = v->guide;
    const struct guide_goal *goal = &guide_item(g)->goal;
    double elapsed_s = guide_elapsed_s(g, v->now_ns);
    char words[GOAL];
    char asked[GOAL + WORDS];
    if (isnan(g->amount)) {
        clock_text(elapsed_s, words);
        show_time(v, words);
        return;
    }
    of_goal_text(v, goal, asked);
    amount_text(goal->part, g->amount, words);
    screen_add_figure(v->out, words, asked);
    v->out->line[v->out->count - 1].ticks = goal->part != DOSE_REPETITIONS;
    space(v);
    show_bar(v, g->amount / goal->low);
    clock_text(elapsed_s, words);
    screen_add_ticking(v->out, SCREEN_USEFUL, v->text[GUIDE_TEXT_TIME], words);
}

static void show_how(const struct view *v)
{
    const struct guide *g = v->guide;
    const struct guide_item *item = guide_item(g);
    if (guide_item_is_paced(item)) {
        double pace_s = guide_pace_s(g, v->now_ns);
        screen_add_ticking(
            v->out, SCREEN_NEEDED,
            v->text[pace_s > 0 ? GUIDE_TEXT_STILL_HOLD : GUIDE_TEXT_LET_GO],
            ceil(fabs(pace_s)));
    }
    if (g->count.hold_s > 0 && item->goal.part != DOSE_HOLD_S) {
        screen_add(v->out, SCREEN_USEFUL, v->text[GUIDE_TEXT_HELD],
                   g->count.hold_s);
    }
    if (g->count.cadence_spm > 0) {
        screen_add(v->out, SCREEN_USEFUL, v->text[GUIDE_TEXT_CADENCE],
                   g->count.cadence_spm);
    }
}

static void show_enough(const struct view *v)
{
    const struct guide *g = v->guide;
    const struct guide_goal *goal = &guide_item(g)->goal;
    char most[WORDS];
    char words[GOAL];
    if (!g->enough) {
        return;
    }
    if (goal->high <= goal->low) {
        say(v, SCREEN_NEEDED, GUIDE_TEXT_ENOUGH);
        return;
    }
    range_text(v, goal->high, goal->high, most);
    snprintf(words, sizeof(words), v->text[amount_form(goal->part)], most);
    screen_add(v->out, SCREEN_NEEDED, v->text[GUIDE_TEXT_ENOUGH_MORE], words);
}

static int left_s(const struct view *v, int of_s)
{
    double passed_s = (double)(v->now_ns - v->guide->since_ns) * 1e-9;
    return (int)fmax(0, ceil(of_s - passed_s));
}

/* ---- states ---- */

static void view_question(const struct view *v)
{
    static const enum guide_text symptoms[MOMENTS][SYMPTOM_NONE] = {
        {GUIDE_TEXT_ASK_PAIN, GUIDE_TEXT_ASK_NUMBNESS},
        {GUIDE_TEXT_ASK_PAIN_AFTER, GUIDE_TEXT_ASK_NUMBNESS_AFTER},
    };
    const struct guide *g = v->guide;
    const struct guide_question *q = &g->question;
    char name[NAME];
    char value[WORDS];
    if (q->kind == GUIDE_QUESTION_SYMPTOM) {
        say(v, SCREEN_NEEDED, symptoms[q->when][q->index]);
        say(v, SCREEN_USEFUL, GUIDE_TEXT_SCALE);
    } else if (q->kind == GUIDE_QUESTION_WORD) {
        name_text(v, guide_item(g), name);
        screen_add(v->out, SCREEN_NEEDED, v->text[GUIDE_TEXT_ASK_WORD], name);
        if (guide_item(g)->measured) {
            say(v, SCREEN_USEFUL, GUIDE_TEXT_NOTHING_SEEN);
        }
    } else {
        screen_add(v->out, SCREEN_NEEDED, v->text[GUIDE_TEXT_ASK_HAND],
                   g->plan->hand[q->index]->name.in[v->language]);
        say(v, SCREEN_USEFUL, GUIDE_TEXT_NONE_IS_ZERO);
    }
    space(v);
    snprintf(value, sizeof(value), "%.0f", q->value);
    screen_add_figure(v->out, value, "");
    space(v);
    if (q->kind == GUIDE_QUESTION_SYMPTOM) {
        show_bar(v, q->value / q->most);
    }
    show_keys(v, GUIDE_TEXT_KEYS_ASK);
}

static void view_wait(const struct view *v)
{
    show_item(v, GUIDE_TEXT_FIRST);
    show_cautions(v);
    show_keys(v, GUIDE_TEXT_KEYS_WAIT);
}

static void view_countdown(const struct view *v)
{
    char left[WORDS];
    show_item(v, GUIDE_TEXTS);
    space(v);
    say(v, SCREEN_USEFUL, GUIDE_TEXT_READY);
    space(v);
    snprintf(left, sizeof(left), "%d", left_s(v, GUIDE_COUNTDOWN_S));
    show_time(v, left);
    show_keys(v, GUIDE_TEXT_KEYS_COUNTDOWN);
}

static void view_exercise(const struct view *v)
{
    show_item(v, GUIDE_TEXTS);
    space(v);
    show_amount(v);
    show_how(v);
    show_enough(v);
    show_keys(v, GUIDE_TEXT_KEYS_EXERCISE);
}

static void show_outcome(const struct view *v, size_t index)
{
    static const enum guide_text forms[] = {
        [GUIDE_OPEN] = GUIDE_TEXT_PART,
        [GUIDE_FULL] = GUIDE_TEXT_DONE,
        [GUIDE_PART] = GUIDE_TEXT_PART,
        [GUIDE_SKIPPED] = GUIDE_TEXT_SKIPPED,
    };
    char name[NAME];
    char result[RESULT];
    name_text(v, &v->guide->plan->item[index], name);
    result_text(v, index, result);
    screen_add(v->out, SCREEN_USEFUL,
               v->text[forms[v->guide->result[index].outcome]], name);
    if (result[0] != '\0') {
        screen_add(v->out, SCREEN_USEFUL, "  %s", result);
    }
}

static void view_rest(const struct view *v)
{
    show_outcome(v, v->guide->finished);
    space(v);
    show_item(v, GUIDE_TEXT_NEXT);
    space(v);
    screen_add_ticking(v->out, SCREEN_NEEDED, v->text[GUIDE_TEXT_GOES_ON],
                       left_s(v, GUIDE_REST_S));
    show_keys(v, GUIDE_TEXT_KEYS_REST);
}

static void view_pause(const struct view *v)
{
    char passed[WORDS];
    say(v, SCREEN_NEEDED, GUIDE_TEXT_PAUSE);
    clock_text((double)(v->now_ns - v->guide->since_ns) * 1e-9, passed);
    space(v);
    show_time(v, passed);
    space(v);
    show_item(v, GUIDE_TEXTS);
    show_keys(v, GUIDE_TEXT_KEYS_PAUSE);
}

static void view_notes(const struct view *v)
{
    say(v, SCREEN_NEEDED, GUIDE_TEXT_ASK_NOTES);
    space(v);
    screen_add_ticking(v->out, SCREEN_NEEDED, "> %s_", v->guide->notes);
    show_keys(v, GUIDE_TEXT_KEYS_NOTES);
}

void guide_view(const struct guide *guide, enum language language,
                int64_t now_ns, struct screen *out)
{
    static void (*const views[])(const struct view *) = {
        [GUIDE_ASK] = view_question,        [GUIDE_WAIT] = view_wait,
        [GUIDE_COUNTDOWN] = view_countdown, [GUIDE_EXERCISE] = view_exercise,
        [GUIDE_REST] = view_rest,           [GUIDE_PAUSE] = view_pause,
        [GUIDE_NOTES_LINE] = view_notes,    [GUIDE_DONE] = NULL,
    };
    const struct view view = {guide, guide_texts[language], language, now_ns,
                              out};
    if (views[guide->state] != NULL) {
        show_title(&view);
        views[guide->state](&view);
    }
}

/* ---- after ---- */

/* Tells a line that is made as printf makes one. */
static void tell(struct guide_listener listener, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void tell(struct guide_listener listener, const char *format, ...)
{
    char line[SCREEN_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    listener.hear(listener.self, line);
}

static void tell_symptom(const struct view *v, enum symptom symptom,
                         enum guide_text name, struct guide_listener listener)
{
    char values[MOMENTS][WORDS];
    const double *answers = v->guide->symptom[symptom];
    for (size_t i = 0; i < MOMENTS; i++) {
        snprintf(values[i], sizeof(values[i]), isnan(answers[i]) ? "–" : "%.0f",
                 answers[i]);
    }
    if (!isnan(answers[MOMENT_BEFORE])) {
        tell(listener, v->text[GUIDE_TEXT_SUMMARY_SYMPTOM], v->text[name],
             values[MOMENT_BEFORE], values[MOMENT_AFTER]);
    }
}

static bool is_done(const struct guide *guide, size_t index)
{
    const struct guide_result *result = &guide->result[index];
    return (result->outcome == GUIDE_FULL || result->outcome == GUIDE_PART) &&
           (isnan(result->amount) || result->amount > 0);
}

/* Returns how many were done. */
static size_t tell_done(const struct view *v, struct guide_listener listener)
{
    size_t done = 0;
    for (size_t i = 0; i < v->guide->plan->count; i++) {
        char name[NAME];
        char result[RESULT];
        if (!is_done(v->guide, i)) {
            continue;
        }
        if (done++ == 0) {
            tell(listener, "%s", v->text[GUIDE_TEXT_SUMMARY]);
        }
        name_text(v, &v->guide->plan->item[i], name);
        result_text(v, i, result);
        tell(listener, "  %s%s%s", name, result[0] != '\0' ? ": " : "", result);
    }
    return done;
}

void guide_sum_up(const struct guide *guide, enum language language,
                  struct guide_listener listener)
{
    const struct view v = {guide, guide_texts[language], language, 0, NULL};
    size_t done = tell_done(&v, listener);
    if (done == 0) {
        tell(listener, "%s", v.text[GUIDE_TEXT_SUMMARY_NOTHING]);
    } else if (done < guide->plan->count) {
        tell(listener, v.text[GUIDE_TEXT_SUMMARY_REST],
             guide->plan->count - done);
    }
    tell_symptom(&v, SYMPTOM_PAIN, GUIDE_TEXT_PAIN, listener);
    tell_symptom(&v, SYMPTOM_NUMBNESS, GUIDE_TEXT_NUMBNESS, listener);
}
