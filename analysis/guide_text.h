/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guide says, in each language: one table. Texts with % take what the
 * comment beside them says.
 */
#ifndef ANALYSIS_GUIDE_TEXT_H
#define ANALYSIS_GUIDE_TEXT_H

#include "analysis/language.h"

enum guide_text {
    GUIDE_TEXT_TITLE,   /* %s programme, %u week */
    GUIDE_TEXT_PLACE,   /* %zu of %zu exercises */
    GUIDE_TEXT_SET,     /* %u of %u sets */
    GUIDE_TEXT_FIRST,   /* %s exercise */
    GUIDE_TEXT_NEXT,    /* %s exercise */
    GUIDE_TEXT_READY,   /* before it begins */
    GUIDE_TEXT_GOES_ON, /* %d s */
    GUIDE_TEXT_TIME,    /* %s */
    GUIDE_TEXT_PAUSE,
    GUIDE_TEXT_TIMES,      /* %s */
    GUIDE_TEXT_HOLD_S,     /* %s */
    GUIDE_TEXT_SECONDS,    /* %s */
    GUIDE_TEXT_MINUTES,    /* %s */
    GUIDE_TEXT_TO,         /* %g, %g */
    GUIDE_TEXT_OF,         /* %s what is asked */
    GUIDE_TEXT_HELD,       /* %.0f s */
    GUIDE_TEXT_CADENCE,    /* %.0f steps a minute */
    GUIDE_TEXT_STILL_HOLD, /* %.0f s */
    GUIDE_TEXT_LET_GO,     /* %.0f s */
    GUIDE_TEXT_ENOUGH,
    GUIDE_TEXT_ENOUGH_MORE, /* %s the most */
    GUIDE_TEXT_BY_BAND,
    GUIDE_TEXT_BY_BAND_LATER,
    GUIDE_TEXT_BY_CLOCK,
    GUIDE_TEXT_BY_CLOCK_YET,
    GUIDE_TEXT_BY_BELL,
    GUIDE_TEXT_BY_WORD,
    GUIDE_TEXT_DONE,    /* %s exercise */
    GUIDE_TEXT_SKIPPED, /* %s exercise */
    GUIDE_TEXT_PART,    /* %s exercise */
    GUIDE_TEXT_BY_YOUR_WORD,
    GUIDE_TEXT_BY_THE_CLOCK,
    GUIDE_TEXT_ASK_PAIN,
    GUIDE_TEXT_ASK_NUMBNESS,
    GUIDE_TEXT_ASK_PAIN_AFTER,
    GUIDE_TEXT_ASK_NUMBNESS_AFTER,
    GUIDE_TEXT_SCALE,
    GUIDE_TEXT_ASK_WORD, /* %s exercise */
    GUIDE_TEXT_NOTHING_SEEN,
    GUIDE_TEXT_ASK_HAND, /* %s exercise */
    GUIDE_TEXT_NONE_IS_ZERO,
    GUIDE_TEXT_ASK_NOTES,
    GUIDE_TEXT_KEYS_ASK,
    GUIDE_TEXT_KEYS_WAIT,
    GUIDE_TEXT_KEYS_COUNTDOWN,
    GUIDE_TEXT_KEYS_EXERCISE,
    GUIDE_TEXT_KEYS_REST,
    GUIDE_TEXT_KEYS_PAUSE,
    GUIDE_TEXT_KEYS_NOTES,
    GUIDE_TEXT_KEYS_STOP,
    GUIDE_TEXT_SUMMARY,
    GUIDE_TEXT_SUMMARY_NOTHING,
    GUIDE_TEXT_SUMMARY_REST,    /* %zu not done */
    GUIDE_TEXT_SUMMARY_SYMPTOM, /* %s, %s before, %s after */
    GUIDE_TEXT_PAIN,
    GUIDE_TEXT_NUMBNESS,
    GUIDE_TEXT_LEFT_HAND,
    GUIDE_TEXT_RIGHT_HAND,
    GUIDE_TEXT_BOTH_HANDS,
    GUIDE_TEXT_LEFT_LEG,
    GUIDE_TEXT_RIGHT_LEG,
    GUIDE_TEXT_BOTH_LEGS,
    GUIDE_TEXT_LEFT,
    GUIDE_TEXT_RIGHT,
    GUIDE_TEXT_BOTH,
    GUIDE_TEXTS
};

extern const char *const guide_texts[LANGUAGES][GUIDE_TEXTS];

#endif
