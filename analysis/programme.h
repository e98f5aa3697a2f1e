/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exercise programmes: what a therapist prescribes. A programme is a YAML file
 * (analysis/programmes/hand-neuropathy.yaml is one, and says what each key
 * means); that one is compiled in. Therapists write their own.
 *
 * Everything is checked on reading: unknown keys, missing ones, numbers out of
 * range, doses that do not go with the movement. A mistake is reported as
 * "FILE:LINE:COLUMN: what is wrong, and what to write".
 *
 * Ownership: programme_read gives an object, programme_free frees it. Texts are
 * UTF-8. Threads: any, an object at a time. Errors: negative enum error_code
 * with a sentence.
 */
#ifndef ANALYSIS_PROGRAMME_H
#define ANALYSIS_PROGRAMME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"
#include "analysis/language.h"

enum {
    PROGRAMME_ID = 28, /* bytes, with the NUL; a label has room for it */
    PROGRAMME_TEXT = 256,
    PROGRAMME_EXERCISES = 64,
    PROGRAMME_CAUTIONS = 16,
    PROGRAMME_STEPS = 8, /* of a progression */
    PROGRAMME_WEEKS_MAX = 104,
};

struct text {
    char in[LANGUAGES][PROGRAMME_TEXT]; /* each language has one, if any has */
};

/* What a dose names is low to high; a single number is both; NAN: not asked. */
struct range {
    double low;
    double high;
};

enum movement {
    MOVEMENT_TAPS,        /* quick touches */
    MOVEMENT_TOUCHES,     /* touch, stay, let go */
    MOVEMENT_REPETITIONS, /* there and back, slowly */
    MOVEMENT_HOLD,        /* a position, kept */
    MOVEMENT_RHYTHM,      /* small movements, by active time */
    MOVEMENT_WALK,
    MOVEMENT_BY_HAND, /* not measured: entered */
    MOVEMENTS
};

/* Where the band must be to measure it. */
enum site { SITE_WRIST, SITE_ANKLE, SITE_ANY, SITE_NONE, SITES };

/* Who does it: each hand or leg by itself, both together, or no side at all. */
enum sides { SIDES_EACH, SIDES_BOTH, SIDES_NONE, SIDES };

/* On which side a task is. */
enum side { SIDE_NONE, SIDE_LEFT, SIDE_RIGHT, SIDE_BOTH, SIDE_COUNT };

enum symptom { SYMPTOM_PAIN, SYMPTOM_NUMBNESS, SYMPTOM_NONE, SYMPTOMS };

enum dose_part {
    DOSE_SETS,
    DOSE_REPETITIONS,
    DOSE_HOLD_S,
    DOSE_MINUTES,
    DOSE_PARTS
};

struct dose {
    struct range part[DOSE_PARTS];
};

/* From `week` on (1 is the first), what is not NAN here is asked instead. */
struct dose_step {
    uint32_t week;
    struct dose dose;
};

struct programme_exercise {
    char id[PROGRAMME_ID]; /* [a-z0-9-] */
    struct text name;
    struct text instruction;     /* one plain sentence */
    char source[PROGRAMME_TEXT]; /* of the dose */
    enum movement movement;
    enum site site;
    enum sides sides;
    struct dose dose; /* of week 1; DOSE_SETS is never NAN */
    struct range days_a_week;
    struct range period_s; /* of a repetition, to find it unguided */
    double range_deg;      /* less is too small; NAN: no matter */
    double range_most_deg; /* more is another movement; NAN */
    double tempo_s;        /* quicker there and back is too fast; NAN */
    double cadence_spm;    /* of walks; NAN */
    struct text limits;    /* what the sensor cannot tell, or "" */
    size_t step_count;
    struct dose_step step[PROGRAMME_STEPS];
};

/* Something to be careful about; the wearer reads `text`. Where the limits are
 * not NAN, a history of sessions is held against them. */
struct caution {
    char id[PROGRAMME_ID];
    struct text text;
    enum symptom symptom; /* at `at_least` or more of 10 it applies */
    double at_least;
    double walk_minutes; /* longer walks are too long, if it applies */
    double rise_percent; /* from week to week, more is too much */
};

struct programme {
    char id[PROGRAMME_ID];
    struct text title;
    struct text about;
    uint32_t weeks;
    size_t caution_count;
    struct caution caution[PROGRAMME_CAUTIONS];
    size_t exercise_count;
    struct programme_exercise exercise[PROGRAMME_EXERCISES];
};

/* Reads the programme `name`: one that is compiled in, or else a file. */
int programme_read(const char *name, struct programme **out,
                   struct error *error);

/* As programme_read of a text of `size` bytes that messages call `name`. */
int programme_parse(const char *name, const char *text, size_t size,
                    struct programme **out, struct error *error);
void programme_free(struct programme *programme);

/* The programmes that are compiled in, as they were written. */
struct programme_builtin {
    const char *name;
    const unsigned char *text; /* UTF-8, no NUL behind it */
    size_t size;
};
extern const struct programme_builtin programme_builtins[];
extern const size_t programme_builtin_count;
const struct programme_builtin *programme_builtin(const char *name);

/* What `exercise` asks for in `week`. */
struct dose programme_dose(const struct programme_exercise *exercise,
                           uint32_t week);

/* The tasks that an exercise makes, one or two, by their sides. */
enum { PROGRAMME_TASKS_MAX = 2 };
size_t programme_tasks(const struct programme_exercise *exercise,
                       enum side out[PROGRAMME_TASKS_MAX]);

/* The exercise of that id, or NULL. */
const struct programme_exercise *
programme_find(const struct programme *programme, const char *id);

/* The words of the file for movements, sites and sides, by their enum. */
extern const char *const movement_names[MOVEMENTS];
extern const char *const site_names[SITES];
extern const char *const sides_names[SIDES];
extern const char *const side_names[SIDE_COUNT]; /* "none", "left", ... */
extern const char *const symptom_names[SYMPTOMS];
extern const char *const dose_names[DOSE_PARTS];

#endif
