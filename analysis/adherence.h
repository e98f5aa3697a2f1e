/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adherence: what of a programme was done in a session, how well, and how that
 * is known. One item for each exercise and side of the programme.
 *
 * Guided. Where the recording has events of a guided session
 * (programme_event.h), an item is what was measured inside the spans of its
 * exercise, without the pauses; an exercise without a span was not done. Spans
 * that overlap are cut where the next begins.
 *
 * Unguided. Without such events the walks, series of taps, sets of repetitions
 * and holds that the analysis found anyway are matched to the exercises: of
 * that kind, at that place and side, with that period, range and hold; each
 * goes to one exercise at most, the best match first. `confidence` says how
 * much better the match is than the next; a set that two exercises explain
 * equally well is shared by neither's name but by `reason`.
 *
 * Nothing is guessed: what the sensor cannot tell at its place is
 * VERDICT_NOT_MEASURABLE, or is known by the clock or the wearer's word, and
 * then says so (basis).
 *
 * Full is what is prescribed, less what measuring it may be off by: half a
 * second of a hold, a twentieth of minutes, no repetition.
 *
 * Ownership: the items' array and the programme are freed by adherence_free.
 * Threads: one at a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_ADHERENCE_H
#define ANALYSIS_ADHERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/programme.h"
#include "analysis/programme_event.h"

struct summary;

enum verdict {
    VERDICT_FULL, /* at least the lower end of what is prescribed */
    VERDICT_PART,
    VERDICT_NOT, /* not done */
    VERDICT_NOT_MEASURABLE,
    VERDICTS
};

/* How it is known. */
enum basis {
    BASIS_MEASURED, /* by the sensor */
    BASIS_CLOCK,    /* the time it was given in the guided session */
    BASIS_WORD,     /* the wearer said so */
    BASIS_HAND,     /* entered by hand */
    BASIS_NONE,     /* not at all */
    BASES
};

/* What could be better; bits. */
enum quality_flag {
    QUALITY_TOO_FAST = 1 << 0,    /* tempo below the exercise's tempo_s, or no
                                   * hold at all where one is asked for */
    QUALITY_TOO_SMALL = 1 << 1,   /* range below its range_deg */
    QUALITY_HOLDS_SHORT = 1 << 2, /* holds below its dose */
    QUALITY_UNEVEN = 1 << 3,      /* intervals vary (CV) by more than a fifth */
    QUALITY_TOO_SLOW = 1 << 4,    /* cadence below its cadence_spm */
};

/* What was done; NAN where the exercise has no such thing, or it was not
 * measured. Repetitions and minutes are those of all sets together (a dose has
 * those of one); hold_s is the median. */
struct done {
    double part[DOSE_PARTS];
    double range_deg; /* medians */
    double tempo_s;
    double rate_hz;
    double interval_cv;
    double decrement; /* fraction of strength lost, first to last third */
    double hesitations;
    double halts;
    double steadiness_dps; /* rms angular rate while holding */
    double steps;
    double cadence_spm;
    double minutes_over_100_spm;
    double longest_minutes;
};

struct adherence_item {
    const struct programme_exercise *exercise; /* of adherence.programme */
    enum side side;
    struct dose prescribed; /* of the week */
    struct done done;
    enum verdict verdict;
    enum basis basis;
    unsigned flags;        /* enum quality_flag */
    double fraction;       /* of the dose that was done, 0 .. 1; NAN */
    double confidence;     /* 0 .. 1; NAN where nothing was measured */
    double start_s, end_s; /* first to last of it; NAN */
    bool skipped;          /* the wearer went on to the next */
    char reason[160];      /* why not measurable, or "" */
};

struct adherence {
    struct programme *programme; /* owned; NULL: no programme */
    char name[PROGRAMME_ID];     /* its id, or that of one which is missing */
    uint32_t week;
    bool guided;
    size_t item_count;
    struct adherence_item *item;
    double symptom[SYMPTOM_NONE][MOMENTS]; /* 0 .. 10; NAN: not asked */
    char reason[160]; /* why there is none, or what is odd about it, or "" */
};

/* No programme, nothing done. */
void adherence_init(struct adherence *adherence);

/* Fills in summary->adherence from all the rest of the summary. Takes
 * `programme` over, also on error; NULL: it is not known, and if the recording
 * was guided by one, that is said. `week` 0: as the recording says, or 1. */
int adherence_find(struct summary *summary, struct programme *programme,
                   uint32_t week);
void adherence_free(struct adherence *adherence);

/* "full", "part", "not done", "not measurable"; "measured", "clock", "word",
 * "hand", "none"; "too fast", ... by bit number. */
extern const char *const verdict_names[VERDICTS];
extern const char *const basis_names[BASES];
enum { QUALITY_FLAGS = 5 };
extern const char *const quality_flag_names[QUALITY_FLAGS];

#endif
