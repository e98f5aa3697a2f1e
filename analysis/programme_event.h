/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a guided session stands in a recording: events of source "programme".
 * Their labels are words "what key=value ...", 63 bytes at most:
 *
 *   programme name=hand-neuropathy week=3       mark, at the beginning
 *   exercise id=wrist-curls side=left set=1     from its start to its end
 *   skipped id=wrist-curls side=left            mark
 *   pause                                       from its start to its end
 *   symptom name=pain when=before value=4       mark; 0 to 10
 *   word id=calf-raises side=none repetitions=12
 *                                               mark; what the wearer says was
 *                                               done; sets, repetitions, hold_s
 *                                               or minutes
 *   hand id=swimming minutes=30                 mark; done without the sensor
 *
 * A label of that source that is none of these is not understood, and left
 * alone. Threads: any.
 */
#ifndef ANALYSIS_PROGRAMME_EVENT_H
#define ANALYSIS_PROGRAMME_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "acquire/recording.h"
#include "analysis/programme.h"

#define PROGRAMME_EVENT_SOURCE "programme"

enum { PROGRAMME_EVENT_LABEL = 64 }; /* bytes, with the NUL */

enum programme_event_kind {
    PROGRAMME_EVENT_PROGRAMME,
    PROGRAMME_EVENT_EXERCISE,
    PROGRAMME_EVENT_SKIPPED,
    PROGRAMME_EVENT_PAUSE,
    PROGRAMME_EVENT_SYMPTOM,
    PROGRAMME_EVENT_WORD,
    PROGRAMME_EVENT_HAND,
    PROGRAMME_EVENTS
};

enum moment { MOMENT_BEFORE, MOMENT_AFTER, MOMENTS };

/* What is not of its kind is 0. */
struct programme_event {
    enum programme_event_kind kind;
    char name[PROGRAMME_ID]; /* of the programme or the exercise */
    uint32_t week;           /* 1 .. PROGRAMME_WEEKS_MAX */
    enum side side;
    uint32_t set; /* 1 is the first */
    enum symptom symptom;
    enum moment when;
    enum dose_part part; /* of WORD, HAND: what `value` is */
    double value;        /* of SYMPTOM, WORD, HAND */
};

/* Writes the label of `event`; out has PROGRAMME_EVENT_LABEL bytes. */
void programme_event_label(const struct programme_event *event, char *out);

/* Understands an event of a recording; false if it is not of a programme. */
bool programme_event_parse(const struct recording_event *event,
                           struct programme_event *out);

/* "before", "after" */
extern const char *const moment_names[MOMENTS];

#endif
