/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/guide.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/guide_clock.h"

static const int64_t SECOND_NS = 1000000000;
static const double SYMPTOM_MOST = 10;
static const double REPETITIONS_MOST = 1000;
static const double MINUTES_MOST = 600;
static const double ROUNDING = 1e-6;

/* ---- what happened ---- */

static void add_event(struct guide *g, const struct programme_event *what,
                      int64_t start_ns, int64_t end_ns)
{
    /* They are taken after each tick; no key makes more than three. */
    if (g->event_count < GUIDE_EVENTS) {
        g->event[g->event_count++] =
            (struct guide_event){*what, start_ns, end_ns};
    }
}

static void set_name(struct programme_event *event, const char *name)
{
    snprintf(event->name, sizeof(event->name), "%s", name);
}

/* An event about the item that is done or comes next. */
static struct programme_event of_item(const struct guide *g,
                                      enum programme_event_kind kind)
{
    const struct guide_item *item = &g->plan->item[g->item];
    struct programme_event event = {
        .kind = kind, .side = item->side, .set = item->set};
    set_name(&event, item->exercise->id);
    return event;
}

static void set_state(struct guide *g, enum guide_state state, int64_t now_ns)
{
    g->state = state;
    g->since_ns = now_ns;
}

/* ---- questions ---- */

static void ask(struct guide *g, struct guide_question question, int64_t now_ns)
{
    g->question = question;
    set_state(g, GUIDE_ASK, now_ns);
}

static void ask_symptom(struct guide *g, enum moment when, size_t index,
                        int64_t now_ns)
{
    ask(g,
        (struct guide_question){.kind = GUIDE_QUESTION_SYMPTOM,
                                .when = when,
                                .index = index,
                                .step = 1,
                                .most = SYMPTOM_MOST},
        now_ns);
}

/* It starts from what the bell or the sensor counted; else from what is asked
 * for. */
static void ask_word(struct guide *g, int64_t now_ns)
{
    const struct guide_item *item = &g->plan->item[g->item];
    bool counted = item->measured || !isnan(g->amount);
    ask(g,
        (struct guide_question){.kind = GUIDE_QUESTION_WORD,
                                .value = counted ? g->amount : item->goal.low,
                                .step = 1,
                                .most = REPETITIONS_MOST},
        now_ns);
}

static void ask_hand(struct guide *g, size_t index, int64_t now_ns)
{
    if (index < g->plan->hand_count) {
        ask(g,
            (struct guide_question){.kind = GUIDE_QUESTION_HAND,
                                    .index = index,
                                    .step = GUIDE_MINUTES_STEP,
                                    .most = MINUTES_MOST},
            now_ns);
    } else {
        ask_symptom(g, MOMENT_AFTER, 0, now_ns);
    }
}

/* ---- exercises ---- */

static void begin_item(struct guide *g, size_t item, enum guide_state state,
                       int64_t now_ns)
{
    if (item < g->plan->count) {
        g->item = item;
        set_state(g, state, now_ns);
    } else {
        g->item = g->plan->count;
        ask_hand(g, 0, now_ns);
    }
}

static void start_exercise(struct guide *g, int64_t now_ns)
{
    const struct guide_item *item = &g->plan->item[g->item];
    set_state(g, GUIDE_EXERCISE, now_ns);
    g->start_ns = now_ns;
    g->progress_ns = now_ns;
    g->tick_ns = now_ns;
    g->paused_ns = 0;
    g->enough = false;
    g->by_clock = !item->measured;
    g->amount = item->measured ? 0 : guide_clock_amount(g, now_ns);
    g->count = (struct guide_count){NAN, NAN, NAN};
    g->bell = true;
}

/* A sensor that saw nothing has nothing to say either. */
static bool needs_word(const struct guide *g)
{
    const struct guide_item *item = &g->plan->item[g->item];
    return item->goal.part == DOSE_REPETITIONS &&
           (g->by_clock || !(g->amount > 0));
}

static void add_result(struct guide *g, double amount, enum guide_basis basis)
{
    const struct guide_goal *goal = &g->plan->item[g->item].goal;
    struct guide_result *result = &g->result[g->item];
    bool adds = result->outcome != GUIDE_OPEN && !isnan(result->amount) &&
                goal->part != DOSE_HOLD_S;
    result->amount = adds ? result->amount + amount : amount;
    result->basis = basis;
    result->outcome =
        result->amount >= goal->low - ROUNDING ? GUIDE_FULL : GUIDE_PART;
}

/* Writes down the exercise that is under way. */
static void close_exercise(struct guide *g, int64_t end_ns)
{
    const struct guide_item *item = &g->plan->item[g->item];
    struct programme_event event = of_item(g, PROGRAMME_EVENT_EXERCISE);
    add_event(g, &event, g->start_ns, end_ns);
    if (!needs_word(g)) {
        add_result(g, g->amount,
                   g->by_clock ? GUIDE_BY_CLOCK : GUIDE_BY_SENSOR);
    } else if (g->result[g->item].outcome == GUIDE_OPEN) {
        g->result[g->item] = (struct guide_result){
            .outcome = GUIDE_PART, .amount = item->measured ? 0 : (double)NAN};
    }
}

static void skip_item(struct guide *g, int64_t now_ns)
{
    struct programme_event event = of_item(g, PROGRAMME_EVENT_SKIPPED);
    g->result[g->item].outcome = GUIDE_SKIPPED;
    add_event(g, &event, now_ns, now_ns);
}

static void go_on(struct guide *g, int64_t now_ns)
{
    g->finished = g->item;
    begin_item(g, g->item + 1, GUIDE_REST, now_ns);
}

static void after_exercise(struct guide *g, int64_t now_ns)
{
    if (needs_word(g)) {
        ask_word(g, now_ns);
    } else {
        go_on(g, now_ns);
    }
}

static void finish_exercise(struct guide *g, int64_t now_ns)
{
    close_exercise(g, now_ns);
    after_exercise(g, now_ns);
}

/* ---- pauses ---- */

static void pause_now(struct guide *g, int64_t now_ns)
{
    g->paused = g->state;
    set_state(g, GUIDE_PAUSE, now_ns);
}

static void close_pause(struct guide *g, int64_t now_ns)
{
    const struct programme_event event = {.kind = PROGRAMME_EVENT_PAUSE};
    add_event(g, &event, g->since_ns, now_ns);
}

static void resume(struct guide *g, int64_t now_ns)
{
    int64_t paused_ns = now_ns - g->since_ns;
    close_pause(g, now_ns);
    set_state(g, g->paused, now_ns);
    if (g->state == GUIDE_EXERCISE) {
        g->paused_ns += paused_ns;
        g->progress_ns += paused_ns;
        g->tick_ns = now_ns;
    }
}

/* Something else comes than what is under way: closes an exercise, and a pause
 * as well; an exercise that it interrupted ended when it began. The state is
 * then what it was without the pause. */
static void leave(struct guide *g, int64_t now_ns)
{
    int64_t end_ns = now_ns;
    if (g->state == GUIDE_PAUSE) {
        end_ns = g->since_ns;
        close_pause(g, now_ns);
        g->state = g->paused;
    }
    if (g->state == GUIDE_EXERCISE) {
        close_exercise(g, end_ns);
    }
}

/* ---- keys ---- */

static void skip(struct guide *g, int64_t now_ns)
{
    leave(g, now_ns);
    if (g->state == GUIDE_EXERCISE && g->enough) {
        after_exercise(g, now_ns);
        return;
    }
    skip_item(g, now_ns);
    if (g->state == GUIDE_WAIT) {
        begin_item(g, g->item + 1, GUIDE_WAIT, now_ns);
    } else {
        go_on(g, now_ns);
    }
}

static void repeat(struct guide *g, int64_t now_ns)
{
    enum guide_state next = GUIDE_COUNTDOWN;
    size_t item = g->item;
    leave(g, now_ns);
    if (g->state == GUIDE_REST) {
        item = g->finished;
    } else if (g->state == GUIDE_WAIT || g->state == GUIDE_COUNTDOWN) {
        item = item > 0 ? item - 1 : 0;
        next = g->state;
    }
    begin_item(g, item, next, now_ns);
}

static void press_space(struct guide *g, int64_t now_ns)
{
    switch (g->state) {
    case GUIDE_WAIT:
    case GUIDE_REST:
        set_state(g, GUIDE_COUNTDOWN, now_ns);
        break;
    case GUIDE_COUNTDOWN:
        start_exercise(g, now_ns);
        break;
    case GUIDE_EXERCISE:
        finish_exercise(g, now_ns);
        break;
    case GUIDE_PAUSE:
        resume(g, now_ns);
        break;
    default:
        break;
    }
}

static void press_pause(struct guide *g, int64_t now_ns)
{
    if (g->state == GUIDE_PAUSE) {
        resume(g, now_ns);
    } else if (g->state != GUIDE_WAIT) {
        pause_now(g, now_ns);
    }
}

/* ---- answers ---- */

static void answer_symptom(struct guide *g, int64_t now_ns)
{
    const struct guide_question *q = &g->question;
    const struct programme_event event = {
        .kind = PROGRAMME_EVENT_SYMPTOM,
        .symptom = (enum symptom)q->index,
        .when = q->when,
        .value = q->value,
    };
    add_event(g, &event, now_ns, now_ns);
    g->symptom[q->index][q->when] = q->value;
    if (q->index + 1 < SYMPTOM_NONE) {
        ask_symptom(g, q->when, q->index + 1, now_ns);
    } else if (q->when == MOMENT_BEFORE) {
        begin_item(g, 0, GUIDE_WAIT, now_ns);
    } else {
        set_state(g, GUIDE_NOTES_LINE, now_ns);
    }
}

static void answer_word(struct guide *g, int64_t now_ns)
{
    struct programme_event event = of_item(g, PROGRAMME_EVENT_WORD);
    event.part = DOSE_REPETITIONS;
    event.value = g->question.value;
    add_event(g, &event, now_ns, now_ns);
    add_result(g, event.value, GUIDE_BY_WORD);
    go_on(g, now_ns);
}

static void answer_hand(struct guide *g, int64_t now_ns)
{
    struct programme_event event = {.kind = PROGRAMME_EVENT_HAND,
                                    .part = DOSE_MINUTES,
                                    .value = g->question.value};
    set_name(&event, g->plan->hand[g->question.index]->id);
    if (event.value > 0) {
        add_event(g, &event, now_ns, now_ns);
    }
    ask_hand(g, g->question.index + 1, now_ns);
}

static void press_in_question(struct guide *g, const struct key *key,
                              int64_t now_ns)
{
    static void (*const answers[])(struct guide *, int64_t) = {
        [GUIDE_QUESTION_SYMPTOM] = answer_symptom,
        [GUIDE_QUESTION_WORD] = answer_word,
        [GUIDE_QUESTION_HAND] = answer_hand,
    };
    struct guide_question *q = &g->question;
    if (key->kind == KEY_RIGHT) {
        q->value = fmin(q->value + q->step, q->most);
    } else if (key->kind == KEY_LEFT) {
        q->value = fmax(q->value - q->step, 0);
    } else if (key->kind == KEY_TEXT && key->text[0] == ' ') {
        answers[q->kind](g, now_ns);
    }
}

static void press_in_notes(struct guide *g, const struct key *key,
                           int64_t now_ns)
{
    size_t length = strlen(g->notes);
    bool space = strcmp(key->text, " ") == 0;
    if (key->kind == KEY_ENTER || (space && length == 0)) {
        while (length > 0 && g->notes[length - 1] == ' ') {
            g->notes[--length] = '\0';
        }
        set_state(g, GUIDE_DONE, now_ns);
    } else if (key->kind == KEY_BACKSPACE && length > 0) {
        do { /* a character may have several bytes */
            length--;
        } while (((unsigned char)g->notes[length] & 0xc0) == 0x80);
        g->notes[length] = '\0';
    } else if (key->kind == KEY_TEXT &&
               length + strlen(key->text) < sizeof(g->notes)) {
        memcpy(g->notes + length, key->text, strlen(key->text) + 1);
    }
}

static void press_in_exercises(struct guide *g, const struct key *key,
                               int64_t now_ns)
{
    switch (key->kind) {
    case KEY_RIGHT:
        skip(g, now_ns);
        break;
    case KEY_LEFT:
        repeat(g, now_ns);
        break;
    case KEY_UP:
    case KEY_DOWN:
        press_pause(g, now_ns);
        break;
    case KEY_TEXT:
        if (key->text[0] == ' ') {
            press_space(g, now_ns);
        }
        break;
    default:
        break;
    }
}

void guide_key(struct guide *g, const struct key *key, int64_t now_ns)
{
    if (g->state == GUIDE_DONE) {
        return;
    }
    if (g->state == GUIDE_NOTES_LINE) {
        press_in_notes(g, key, now_ns);
    } else if (strcmp(key->text, "q") == 0) {
        guide_stop(g, now_ns);
    } else if (g->state == GUIDE_ASK) {
        press_in_question(g, key, now_ns);
    } else {
        press_in_exercises(g, key, now_ns);
    }
}

/* ---- time ---- */

static void reach_dose(struct guide *g)
{
    g->enough = true;
    g->bell = true;
}

static void take_amount(struct guide *g, double amount, int64_t now_ns)
{
    const struct guide_item *item = &g->plan->item[g->item];
    if (amount != g->amount && !isnan(amount)) {
        g->progress_ns = now_ns;
        g->amount = amount;
    }
    if (!g->enough && g->amount >= item->goal.low - ROUNDING) {
        reach_dose(g);
    }
}

static bool is_over(const struct guide *g, int64_t now_ns)
{
    const struct guide_item *item = &g->plan->item[g->item];
    bool idle =
        item->measured && now_ns - g->progress_ns >= GUIDE_IDLE_S * SECOND_NS;
    return g->enough && (g->amount >= item->goal.high - ROUNDING || idle);
}

/* A hold is over, or the next one begins. */
static bool bell_is_due(const struct guide *g, int64_t before_ns,
                        int64_t now_ns)
{
    return guide_item_is_paced(&g->plan->item[g->item]) &&
           (guide_pace_s(g, before_ns) > 0) != (guide_pace_s(g, now_ns) > 0);
}

void guide_counted(struct guide *g, const struct guide_count *count,
                   int64_t now_ns)
{
    if (g->state == GUIDE_EXERCISE && g->plan->item[g->item].measured) {
        g->count = *count;
        g->by_clock = isnan(count->amount);
        take_amount(g, count->amount, now_ns);
    }
}

static void tick_exercise(struct guide *g, int64_t now_ns)
{
    const struct guide_item *item = &g->plan->item[g->item];
    if (g->by_clock) {
        take_amount(g, guide_clock_amount(g, now_ns), now_ns);
    }
    /* A wrist may show less of small movements than was done. */
    if (item->exercise->movement == MOVEMENT_RHYTHM && !g->enough &&
        guide_clock_amount(g, now_ns) >= item->goal.low) {
        reach_dose(g);
    }
    g->bell |= bell_is_due(g, g->tick_ns, now_ns);
    g->tick_ns = now_ns;
    if (is_over(g, now_ns)) {
        finish_exercise(g, now_ns);
    }
}

void guide_tick(struct guide *g, int64_t now_ns)
{
    int64_t passed_ns = now_ns - g->since_ns;
    if (g->state == GUIDE_EXERCISE) {
        tick_exercise(g, now_ns);
    } else if (g->state == GUIDE_COUNTDOWN &&
               passed_ns >= GUIDE_COUNTDOWN_S * SECOND_NS) {
        start_exercise(g, now_ns);
    } else if (g->state == GUIDE_REST &&
               passed_ns >= GUIDE_REST_S * SECOND_NS) {
        set_state(g, GUIDE_COUNTDOWN, now_ns);
    }
}

/* ---- beginning and end ---- */

struct guide *guide_new(const struct programme *programme, uint32_t week,
                        const struct guide_plan *plan)
{
    struct guide *g = calloc(1, sizeof(*g));
    struct guide_result *result = calloc(plan->count + 1, sizeof(*result));
    if (g == NULL || result == NULL) {
        free(g);
        free(result);
        return NULL;
    }
    g->programme = programme;
    g->week = week;
    g->plan = plan;
    g->result = result;
    for (size_t i = 0; i < SYMPTOM_NONE; i++) {
        g->symptom[i][MOMENT_BEFORE] = NAN;
        g->symptom[i][MOMENT_AFTER] = NAN;
    }
    return g;
}

void guide_free(struct guide *g)
{
    if (g != NULL) {
        free(g->result);
        free(g);
    }
}

void guide_start(struct guide *g, int64_t now_ns)
{
    struct programme_event event = {.kind = PROGRAMME_EVENT_PROGRAMME,
                                    .week = g->week};
    set_name(&event, g->programme->id);
    add_event(g, &event, now_ns, now_ns);
    ask_symptom(g, MOMENT_BEFORE, 0, now_ns);
}

void guide_stop(struct guide *g, int64_t now_ns)
{
    leave(g, now_ns);
    set_state(g, GUIDE_DONE, now_ns);
}

bool guide_next_event(struct guide *g, struct guide_event *out)
{
    if (g->event_count == 0) {
        return false;
    }
    *out = g->event[0];
    g->event_count--;
    memmove(g->event, g->event + 1, g->event_count * sizeof(g->event[0]));
    return true;
}

bool guide_take_bell(struct guide *g)
{
    bool bell = g->bell;
    g->bell = false;
    return bell;
}

const struct guide_item *guide_item(const struct guide *g)
{
    bool exercises =
        g->state == GUIDE_WAIT || g->state == GUIDE_COUNTDOWN ||
        g->state == GUIDE_EXERCISE || g->state == GUIDE_REST ||
        g->state == GUIDE_PAUSE ||
        (g->state == GUIDE_ASK && g->question.kind == GUIDE_QUESTION_WORD);
    return exercises ? &g->plan->item[g->item] : NULL;
}
