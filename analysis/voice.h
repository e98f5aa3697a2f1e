/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How carpus speaks in what people read: in a language, and to the person who
 * wears the band or to the therapist. All words of a report come from here, one
 * file a language (voice_en.c, voice_de.c); numbers, times and dates are
 * written as that language writes them.
 *
 * A sentence has its parts as {1}, {2}, ...: texts, all of them, so that no
 * table can hold a wrong conversion. What says one thing of one and another of
 * several is two keys in a row, X_ONE and X_MANY.
 *
 * A new language is one file, one line in voice.c and one in language.h; a
 * test holds that every language has every key with the same parts.
 *
 * Threads: any. Errors: none; what is too long is cut.
 */
#ifndef ANALYSIS_VOICE_H
#define ANALYSIS_VOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/language.h"

enum audience { AUDIENCE_THERAPIST, AUDIENCE_WEARER, AUDIENCES };

/* "therapist", "wearer", by enum audience: the words of the option --for. */
extern const char *const audience_names[AUDIENCES];

struct voice {
    enum language language;
    enum audience audience;
};

enum voice_key {
    /* the page */
    VOICE_TITLE,
    VOICE_PAGE,
    VOICE_PARTICIPANT,
    VOICE_NO_CODE,
    VOICE_RECORDED,
    VOICE_LENGTH,
    VOICE_WORN_ON,
    VOICE_SESSION,
    VOICE_SENSOR,
    VOICE_NO_GYROSCOPE,
    VOICE_FILE,
    VOICE_NOTES,
    VOICE_GLANCE,
    VOICE_PLACE_OTHER,
    VOICE_PLACE_LEFT_WRIST,
    VOICE_PLACE_RIGHT_WRIST,
    VOICE_PLACE_LEFT_ANKLE,
    VOICE_PLACE_RIGHT_ANKLE,

    /* times and dates */
    VOICE_DATE,
    VOICE_DAY,
    VOICE_JANUARY,
    VOICE_FEBRUARY,
    VOICE_MARCH,
    VOICE_APRIL,
    VOICE_MAY,
    VOICE_JUNE,
    VOICE_JULY,
    VOICE_AUGUST,
    VOICE_SEPTEMBER,
    VOICE_OCTOBER,
    VOICE_NOVEMBER,
    VOICE_DECEMBER,
    VOICE_UNKNOWN,
    VOICE_SECONDS,
    VOICE_MINUTES,
    VOICE_HOURS,

    /* done against prescribed */
    VOICE_DONE,
    VOICE_DONE_OF,
    VOICE_GUIDED,
    VOICE_UNGUIDED,
    VOICE_BUT,
    VOICE_FULL,
    VOICE_PART,
    VOICE_NOT_DONE,
    VOICE_NOT_MEASURABLE,
    VOICE_EXERCISE_HEAD,
    VOICE_PRESCRIBED,
    VOICE_LEFT,
    VOICE_RIGHT,
    VOICE_BOTH_SIDES,
    VOICE_NO_SIDE,
    VOICE_DOSE_SETS,
    VOICE_DOSE_TIMES_ONE,
    VOICE_DOSE_TIMES_MANY,
    VOICE_DOSE_HOLD_ONE,
    VOICE_DOSE_HOLD_MANY,
    VOICE_DOSE_MINUTES_ONE,
    VOICE_DOSE_MINUTES_MANY,
    VOICE_SKIPPED,
    VOICE_TOO_FAST,
    VOICE_TOO_SMALL,
    VOICE_HOLDS_SHORT,
    VOICE_UNEVEN,
    VOICE_TOO_SLOW,
    VOICE_BY_SENSOR,
    VOICE_BY_CLOCK,
    VOICE_BY_WORD,
    VOICE_BY_HAND,
    VOICE_BY_NOTHING,
    VOICE_CARE,
    VOICE_QUALITY_OF_EXERCISES,
    VOICE_QUALITY_EXPLAINED,
    VOICE_SIDE,
    VOICE_SETS,
    VOICE_MINUTES_HEAD,
    VOICE_STATE,
    VOICE_WITH_LEFT,
    VOICE_WITH_RIGHT,
    VOICE_KNOWN_BY,
    VOICE_SOURCES,
    VOICE_SYMPTOMS,
    VOICE_PAIN,
    VOICE_NUMBNESS,
    VOICE_BEFORE_AFTER,
    VOICE_BEFORE_ONLY,
    VOICE_AFTER_ONLY,

    /* lines at a glance: term and sentence */
    VOICE_DATA,
    VOICE_DATA_MISSING,
    VOICE_DATA_INTERRUPTED_ONE,
    VOICE_DATA_INTERRUPTED_MANY,
    VOICE_DATA_COMPLETE,
    VOICE_DATA_CLIPPED,
    VOICE_DATA_WORN,
    VOICE_DATA_WEAR_UNKNOWN,
    VOICE_LINE_NOT_MEASURED,
    VOICE_WALKING,
    VOICE_WALKING_NONE,
    VOICE_WALKING_STEPS,
    VOICE_WALKING_STEPS_CADENCE,
    VOICE_TAPS,
    VOICE_TAPS_NONE,
    VOICE_TAPS_LINE,
    VOICE_EXERCISE,
    VOICE_EXERCISE_NONE,
    VOICE_EXERCISE_LINE_ONE,
    VOICE_EXERCISE_LINE_MANY,
    VOICE_TREMOR,
    VOICE_TREMOR_NONE,
    VOICE_TREMOR_LINE,

    /* the overview */
    VOICE_OVERVIEW,
    VOICE_OVERVIEW_ALT,
    VOICE_OVERVIEW_TURNING_ALT,
    VOICE_STRIP_PROGRAMME,
    VOICE_STRIP_WALKING,
    VOICE_STRIP_TAPS,
    VOICE_STRIP_EXERCISE,
    VOICE_STRIP_TREMOR,
    VOICE_STRIP_NONWEAR,
    VOICE_STRIP_MARKED,
    VOICE_AXIS_TIME,
    VOICE_AXIS_ACCELERATION,
    VOICE_AXIS_TURNING,

    /* walking */
    VOICE_WALKING_NO_MODERATE,
    VOICE_WALKING_MODERATE,
    VOICE_NONE_OF_IT,
    VOICE_CADENCE_ALT,
    VOICE_AXIS_CADENCE,
    VOICE_LEVEL_MODERATE,
    VOICE_LEVEL_VIGOROUS,
    VOICE_FROM_TO,
    VOICE_STEPS,
    VOICE_CADENCE,
    VOICE_SPREAD,
    VOICE_ARM_SWING,
    VOICE_CONFIDENCE,
    VOICE_FIRST_ROWS,

    /* taps */
    VOICE_TAPS_EXPLAINED,
    VOICE_TAPS_ALT,
    VOICE_AXIS_INTERVAL,
    VOICE_AXIS_TAP,
    VOICE_TAPS_HEAD,
    VOICE_RATE,
    VOICE_VARIATION,
    VOICE_LAST_THIRD,
    VOICE_HESITATIONS,
    VOICE_HALTS,
    VOICE_WEAKER,
    VOICE_STRONGER,
    VOICE_SAME,

    /* exercise */
    VOICE_EXERCISE_EXPLAINED,
    VOICE_RANGE_ALT,
    VOICE_RANGE_MEAN_ALT,
    VOICE_HOLD_ALT,
    VOICE_ASKED_ALT,
    VOICE_AXIS_RANGE,
    VOICE_AXIS_HOLD,
    VOICE_AXIS_REPETITION,
    VOICE_MOVEMENT,
    VOICE_REPETITION,
    VOICE_REPETITIONS,
    VOICE_RANGE,
    VOICE_HOLD,
    VOICE_TEMPO,

    /* tremor */
    VOICE_TREMOR_EXPLAINED,
    VOICE_TREMOR_BANDS,
    VOICE_SPECTRUM_TREMOR_ALT,
    VOICE_SPECTRUM_ALT,
    VOICE_AXIS_FREQUENCY,
    VOICE_AXIS_POWER_TURNING,
    VOICE_AXIS_POWER_ACCELERATION,
    VOICE_AMPLITUDE_ALT,
    VOICE_AXIS_AMPLITUDE_DEG,
    VOICE_AXIS_AMPLITUDE_MG,
    VOICE_LENGTH_S,
    VOICE_KIND,
    VOICE_KIND_REST,
    VOICE_KIND_POSTURAL,
    VOICE_KIND_KINETIC,
    VOICE_FREQUENCY,
    VOICE_RMS,
    VOICE_ANGLE,
    VOICE_PATH,
    VOICE_LONGEST_ROWS,
    VOICE_DETECTOR_NOT_USED,
    VOICE_DETECTOR_NO_REST,
    VOICE_DETECTOR,

    /* marks, quality, foot */
    VOICE_EVENTS,
    VOICE_WHAT,
    VOICE_SET_BY,
    VOICE_SET_BY_KEY,
    VOICE_SET_BY_PRESET,
    VOICE_SET_BY_IMPORT,
    VOICE_SET_BY_CLOCK,
    VOICE_QUALITY,
    VOICE_REASON,
    VOICE_REASON_OF,
    VOICE_OR,
    VOICE_SAMPLES,
    VOICE_SAMPLES_VALUE,
    VOICE_LOST,
    VOICE_LOST_ONE,
    VOICE_LOST_MANY,
    VOICE_CLIPPED,
    VOICE_CLIPPED_VALUE,
    VOICE_WORN,
    VOICE_GRAVITY,
    VOICE_GRAVITY_VALUE,
    VOICE_CALIBRATION,
    VOICE_CALIBRATION_VALUE,
    VOICE_GYROSCOPE,
    VOICE_GYROSCOPE_VALUE,
    VOICE_CLOCK,
    VOICE_CLOCK_VALUE,
    VOICE_LIMITS,
    VOICE_LIMITS_TEXT,
    VOICE_LIMITS_CADENCE,
    VOICE_MADE_BY,

    /* the history; its measures are in the order of enum history_measure, its
     * judgements in that of enum history_judgement */
    VOICE_HISTORY_TITLE,
    VOICE_HISTORY_PROGRAMME,
    VOICE_HISTORY_PERIOD,
    VOICE_HISTORY_PERIOD_VALUE,
    VOICE_HISTORY_LAST_WEEK,
    VOICE_HISTORY_THIS_WEEK, /* not over when its last session was */
    VOICE_HISTORY_OTHERS,
    VOICE_HISTORY_EARLIER,
    VOICE_HISTORY_OF,
    VOICE_HISTORY_FROM_TO,
    VOICE_HISTORY_NOTHING,
    VOICE_HISTORY_EXERCISES,
    VOICE_HISTORY_EXERCISES_EXPLAINED,
    VOICE_HISTORY_DOSE_ALT,
    VOICE_HISTORY_AXIS_WEEK,
    VOICE_HISTORY_AXIS_DONE,
    VOICE_HISTORY_DAYS_ASKED,
    VOICE_HISTORY_WEEK,
    VOICE_HISTORY_DAYS_AND_PART,
    VOICE_HISTORY_UNSEEN, /* four, in the order of enum side */
    VOICE_HISTORY_UNSEEN_LEFT,
    VOICE_HISTORY_UNSEEN_RIGHT,
    VOICE_HISTORY_UNSEEN_BOTH,
    VOICE_HISTORY_WEEKS,
    VOICE_HISTORY_FROM,
    VOICE_HISTORY_DAYS,
    VOICE_HISTORY_WALKING,
    VOICE_HISTORY_SERIES_ALT,
    VOICE_HISTORY_CHANGES,
    VOICE_HISTORY_CHANGES_EXPLAINED,
    VOICE_HISTORY_MEASURE,
    VOICE_HISTORY_JUDGEMENT,
    VOICE_HISTORY_LEVEL,
    VOICE_HISTORY_SLOPE,
    VOICE_HISTORY_BETWEEN,
    VOICE_HISTORY_INTERVAL,
    VOICE_HISTORY_SMALLEST,
    VOICE_HISTORY_CARE,
    VOICE_HISTORY_WHEN,
    VOICE_HISTORY_CAUTION,
    VOICE_HISTORY_VALUE,
    VOICE_HISTORY_LIMIT,
    VOICE_HISTORY_WEEK_OF,
    VOICE_HISTORY_DAY_OF,
    VOICE_HISTORY_LIMITS,
    VOICE_HISTORY_MADE_BY,
    VOICE_HISTORY_LEFT,
    VOICE_HISTORY_RIGHT,
    VOICE_HISTORY_TOO_FEW,
    VOICE_HISTORY_NO_TREND,
    VOICE_HISTORY_SMALL,
    VOICE_HISTORY_BETTER,
    VOICE_HISTORY_WORSE,
    VOICE_HISTORY_CHANGED,
    VOICE_HISTORY_TAP_RATE,
    VOICE_HISTORY_TAP_VARIATION,
    VOICE_HISTORY_TAP_DECREMENT,
    VOICE_HISTORY_TREMOR_REST,
    VOICE_HISTORY_TREMOR_POSTURAL,
    VOICE_HISTORY_TREMOR_SHARE,
    VOICE_HISTORY_CADENCE,
    VOICE_HISTORY_WALK_MINUTES,
    VOICE_HISTORY_STEPS,
    VOICE_HISTORY_RANGE,
    VOICE_HISTORY_TEMPO,
    VOICE_HISTORY_HOLD,
    VOICE_HISTORY_PAIN_BEFORE,
    VOICE_HISTORY_PAIN_AFTER,
    VOICE_HISTORY_NUMBNESS_BEFORE,
    VOICE_HISTORY_NUMBNESS_AFTER,

    VOICE_KEYS
};

/* What is said to a therapist, and to the wearer where that differs (NULL: the
 * same). */
struct voice_words {
    const char *to[AUDIENCES];
};

extern const struct voice_words voice_en[VOICE_KEYS];
extern const struct voice_words voice_de[VOICE_KEYS];

enum {
    VOICE_TEXT = 1024, /* bytes of a sentence, with the NUL */
    VOICE_SHORT = 64,  /* of a number, a time, a date */
    VOICE_PARTS = 6,
};

/* What stands for {1}, {2}, ...; NULL: nothing. Borrowed. */
struct voice_parts {
    const char *of[VOICE_PARTS];
};

/* The words as they are in the table. */
const char *voice_word(const struct voice *voice, enum voice_key key);

/* A sentence with its parts. */
void voice_say(const struct voice *voice, enum voice_key key,
               const struct voice_parts *parts, char out[VOICE_TEXT]);

/* As voice_say of words that stand elsewhere. */
void voice_fill(const char *sentence, const struct voice_parts *parts,
                char out[VOICE_TEXT]);

/* Adds `text` to `out`, with `between` where there is something already; an
 * empty text adds nothing. */
void voice_join(char out[VOICE_TEXT], const char *between, const char *text);

/* X_ONE where `count` is 1, else X_MANY. */
enum voice_key voice_plural(enum voice_key one, size_t count);

/* "12.5", "12,5"; a dash for what is not finite. */
void voice_number(const struct voice *voice, int decimals, double value,
                  char out[VOICE_SHORT]);

/* Gives a number that was written with a point the language's own. */
void voice_localise(const struct voice *voice, char *number);

/* A whole number of things. */
void voice_count(unsigned long long count, char out[VOICE_SHORT]);

/* "12.5 s", "3 min 20 s", "2 h 05 min"; to the wearer without tenths. */
void voice_duration(const struct voice *voice, double seconds,
                    char out[VOICE_SHORT]);

/* Time in the session, "1:05" or "1:02:05". */
void voice_clock(double seconds, char out[VOICE_SHORT]);

/* "21 November 2026, 08:05 UTC" of an ISO 8601 time in UTC; what is none comes
 * back as it is. */
void voice_date(const struct voice *voice, const char *iso,
                char out[VOICE_SHORT]);

/* "21 November 2026" of a date, "2026-11-21"; what is none comes back as it is.
 */
void voice_day(const struct voice *voice, const char *iso,
               char out[VOICE_SHORT]);

/* A reason that a measure gave, which is in English, in the voice's language
 * (voice_reason.c). One that is not known there comes back as it is. */
void voice_reason(const struct voice *voice, const char *reason,
                  char out[VOICE_TEXT]);

#endif
