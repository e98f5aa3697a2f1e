/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guide: leads the wearer through a programme's exercises, as a machine of
 * states. It is told of keys, of the time and of what the sensors count, and
 * says what state it is in, what happened (events), and when a bell is to ring.
 * It knows no terminal, no clock and no language; guide_view.h has the words.
 *
 *   ASK pain, numbness (before) -> WAIT -> COUNTDOWN -> EXERCISE -> [ASK word]
 *       -> REST -> COUNTDOWN -> EXERCISE ... -> ASK by-hand exercises
 *       -> ASK pain, numbness (after) -> NOTES -> DONE
 *
 *   key          WAIT, COUNTDOWN     EXERCISE    REST        PAUSE      ASK
 *   space        start               finished    go on       go on      confirm
 *   right        skip                skip *      skip next   skip       more
 *   left         the one before      again       again       again      less
 *   up, down     pause (not in WAIT) pause       pause       go on      -
 *   q            the session ends, in every state but NOTES
 *
 * (* Where enough is done, right is as good as space.)
 *
 * A sensor that is there may not be able to tell (guide_counted with NAN): the
 * clock, or the bell that sets the pace of holds, stands in until it can.
 *
 * An exercise ends by itself: when the upper end of its dose is reached, or the
 * lower end and nothing more is done; one that is done for its time, when that
 * is up. In NOTES keys are text, Enter ends it (so
 * does space before any text).
 *
 * Times are nanoseconds of one clock that never goes back.
 * Ownership: guide_new gives an object; what it was given is borrowed.
 * Threads: one at a time.
 */
#ifndef ANALYSIS_GUIDE_H
#define ANALYSIS_GUIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/keys.h"
#include "analysis/guide_plan.h"

enum {
    GUIDE_COUNTDOWN_S = 5,
    GUIDE_REST_S = 8,
    GUIDE_LET_GO_S = 3, /* between holds to the bell */
    GUIDE_IDLE_S = 6,   /* with enough done and nothing more, it is over */
    GUIDE_NOTES = 512,  /* bytes, with the NUL */
    GUIDE_EVENTS = 64,
    GUIDE_MINUTES_STEP = 5, /* of what is entered by hand */
};

enum guide_state {
    GUIDE_ASK,
    GUIDE_WAIT, /* for the wearer to be ready for the first exercise */
    GUIDE_COUNTDOWN,
    GUIDE_EXERCISE,
    GUIDE_REST,
    GUIDE_PAUSE,
    GUIDE_NOTES_LINE,
    GUIDE_DONE,
};

enum guide_question_kind {
    GUIDE_QUESTION_SYMPTOM,
    GUIDE_QUESTION_WORD, /* how many repetitions of the exercise just done */
    GUIDE_QUESTION_HAND, /* how many minutes of an exercise by hand */
};

struct guide_question {
    enum guide_question_kind kind;
    enum moment when; /* of a symptom */
    size_t index;     /* enum symptom; or of plan->hand */
    double value;
    double step;
    double most;
};

/* What a sensor has counted of the exercise so far; NAN: not known. */
struct guide_count {
    double amount; /* of what the goal counts */
    double hold_s; /* of the repetition done last */
    double cadence_spm;
};

enum guide_outcome {
    GUIDE_OPEN, /* not come to yet */
    GUIDE_FULL, /* as much as is asked */
    GUIDE_PART, /* less; or as much as was not counted */
    GUIDE_SKIPPED,
};

/* How an amount is known. */
enum guide_basis { GUIDE_BY_SENSOR, GUIDE_BY_CLOCK, GUIDE_BY_WORD };

/* What came of an item. What is done again comes on top, as it does where the
 * recording is analysed; of holds in seconds the last one counts. */
struct guide_result {
    enum guide_outcome outcome;
    double amount; /* of what the goal counts; NAN: not known */
    enum guide_basis basis;
};

struct guide_event {
    struct programme_event what;
    int64_t start_ns;
    int64_t end_ns;
};

struct guide {
    const struct programme *programme;
    uint32_t week;
    const struct guide_plan *plan;
    struct guide_result *result; /* plan->count */

    enum guide_state state;
    int64_t since_ns;        /* when it began */
    enum guide_state paused; /* the state that a pause interrupts */
    struct guide_question question;
    double symptom[SYMPTOM_NONE][MOMENTS]; /* answers; NAN: none yet */
    char notes[GUIDE_NOTES];

    size_t item;       /* that is done, or comes next */
    size_t finished;   /* the one before a REST */
    int64_t start_ns;  /* of the exercise */
    int64_t paused_ns; /* of the time since then */
    int64_t tick_ns;   /* the last one of it */
    double amount;     /* of what the goal counts; NAN: not known */
    bool by_clock;     /* no sensor can tell, as yet: time and the bell do */
    struct guide_count count;
    bool enough;         /* the lower end of the dose is reached */
    int64_t progress_ns; /* when `amount` changed last */

    bool bell;
    size_t event_count;
    struct guide_event event[GUIDE_EVENTS];
};

/* Returns NULL where memory is short. */
struct guide *guide_new(const struct programme *programme, uint32_t week,
                        const struct guide_plan *plan);
void guide_free(struct guide *guide);

void guide_start(struct guide *guide, int64_t now_ns);
void guide_key(struct guide *guide, const struct key *key, int64_t now_ns);

/* What a sensor has counted by now, of the exercise that is done. */
void guide_counted(struct guide *guide, const struct guide_count *count,
                   int64_t now_ns);

/* Time goes on. */
void guide_tick(struct guide *guide, int64_t now_ns);

/* Ends the session; what is under way is written as far as it got. */
void guide_stop(struct guide *guide, int64_t now_ns);

/* Takes the oldest event; false if there is none. */
bool guide_next_event(struct guide *guide, struct guide_event *out);

/* Whether the bell is to ring; only once each time. */
bool guide_take_bell(struct guide *guide);

/* The item that is done now or comes next; NULL outside of exercises. */
const struct guide_item *guide_item(const struct guide *guide);

#endif
