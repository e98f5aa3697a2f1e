/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- pieces ---- */

const char *text_placement(const struct voice *voice, enum placement placement)
{
    return voice_word(voice, VOICE_PLACE_OTHER + (enum voice_key)placement);
}

static void join_say(const struct voice *voice, char out[VOICE_TEXT],
                     const char *between, enum voice_key key,
                     const struct voice_parts *parts)
{
    char text[VOICE_TEXT];
    voice_say(voice, key, parts, text);
    voice_join(out, between, text);
}

static void not_measured(const struct voice *voice, const char *reason,
                         char out[VOICE_TEXT])
{
    char why[VOICE_TEXT];
    voice_reason(voice, reason, why);
    voice_say(voice, VOICE_LINE_NOT_MEASURED, &(struct voice_parts){{why}},
              out);
}

static void set_word(const struct voice *voice, enum voice_key key,
                     char out[VOICE_TEXT])
{
    snprintf(out, VOICE_TEXT, "%s", voice_word(voice, key));
}

/* ---- data ---- */

static void say_losses(const struct voice *voice, const struct summary *s,
                       char out[VOICE_TEXT])
{
    const struct quality *q = &s->quality;
    char lost[VOICE_SHORT];
    char all[VOICE_SHORT];
    char gaps[VOICE_SHORT];
    voice_count(q->lost_samples, lost);
    voice_count(q->lost_samples + s->rows, all);
    voice_count(q->gaps, gaps);
    if (q->lost_samples > 0) {
        voice_say(voice, VOICE_DATA_MISSING, &(struct voice_parts){{lost, all}},
                  out);
    } else if (q->gaps > 0) {
        voice_say(voice, voice_plural(VOICE_DATA_INTERRUPTED_ONE, q->gaps),
                  &(struct voice_parts){{gaps}}, out);
    } else {
        set_word(voice, VOICE_DATA_COMPLETE, out);
    }
}

void text_quality_line(const struct summary *s, const struct voice *voice,
                       char out[VOICE_TEXT])
{
    const struct quality *q = &s->quality;
    char worn[VOICE_SHORT];
    char length[VOICE_SHORT];
    char clipped[VOICE_SHORT];
    voice_duration(voice, q->worn_s, worn);
    voice_duration(voice, s->duration_s, length);
    voice_count(q->clipped_samples, clipped);
    say_losses(voice, s, out);
    if (q->clipped_samples > 0) {
        join_say(voice, out, "", VOICE_DATA_CLIPPED,
                 &(struct voice_parts){{clipped}});
    }
    bool unknown = q->wear_unknown_count > 0;
    if (isfinite(q->worn_s) && (unknown || q->nonwear_count > 0)) {
        join_say(voice, out, "",
                 unknown ? VOICE_DATA_WEAR_UNKNOWN : VOICE_DATA_WORN,
                 &(struct voice_parts){{worn, length}});
    }
}

/* ---- walking ---- */

void text_walking_line(const struct summary *s, const struct voice *voice,
                       char out[VOICE_TEXT])
{
    const struct walking *w = &s->walking;
    char steps[VOICE_SHORT];
    char duration[VOICE_SHORT];
    char cadence[VOICE_SHORT];
    voice_count(w->steps, steps);
    voice_duration(voice, w->walking_s, duration);
    voice_number(voice, 0, w->cadence_median_spm, cadence);
    if (w->reason[0] != '\0') {
        not_measured(voice, w->reason, out);
    } else if (w->steps == 0) {
        set_word(voice, VOICE_WALKING_NONE, out);
    } else {
        voice_say(voice,
                  isfinite(w->cadence_median_spm) ? VOICE_WALKING_STEPS_CADENCE
                                                  : VOICE_WALKING_STEPS,
                  &(struct voice_parts){{steps, duration, cadence}}, out);
    }
}

void text_walking_detail(const struct summary *s, const struct voice *voice,
                         char out[VOICE_TEXT])
{
    const struct walking *w = &s->walking;
    char moderate[VOICE_SHORT];
    char vigorous[VOICE_SHORT];
    voice_duration(voice, 60 * w->minutes_over_100_spm, moderate);
    voice_duration(voice, 60 * w->minutes_over_130_spm, vigorous);
    const char *none = voice_word(voice, VOICE_NONE_OF_IT);
    bool some = w->minutes_over_130_spm > 0;
    voice_say(voice,
              w->minutes_over_100_spm > 0 ? VOICE_WALKING_MODERATE
                                          : VOICE_WALKING_NO_MODERATE,
              &(struct voice_parts){{moderate, some ? vigorous : none}}, out);
}

/* ---- taps ---- */

void text_taps_line(const struct summary *s, const struct voice *voice,
                    char out[VOICE_TEXT])
{
    const struct taps *t = &s->taps;
    if (t->reason[0] != '\0') {
        not_measured(voice, t->reason, out);
        return;
    }
    if (t->series_count == 0) {
        set_word(voice, VOICE_TAPS_NONE, out);
        return;
    }
    const struct tap_series *best = t->series;
    for (size_t i = 1; i < t->series_count; i++) {
        best = t->series[i].count > best->count ? &t->series[i] : best;
    }
    char count[VOICE_SHORT];
    char series[VOICE_SHORT];
    char longest[VOICE_SHORT];
    char rate[VOICE_SHORT];
    voice_count(t->count, count);
    voice_count(t->series_count, series);
    voice_count(best->count, longest);
    voice_number(voice, 1, best->rate_hz, rate);
    voice_say(voice, VOICE_TAPS_LINE,
              &(struct voice_parts){{count, series, longest, rate}}, out);
}

void text_decrement(const struct voice *voice, double fraction,
                    char out[VOICE_TEXT])
{
    char percent[VOICE_SHORT];
    voice_number(voice, 0, 100 * fabs(fraction), percent);
    enum voice_key key = fabs(fraction) < 0.005 ? VOICE_SAME
                         : fraction > 0         ? VOICE_WEAKER
                                                : VOICE_STRONGER;
    if (isfinite(fraction)) {
        voice_say(voice, key, &(struct voice_parts){{percent}}, out);
    } else {
        snprintf(out, VOICE_TEXT, "%s", percent);
    }
}

/* ---- exercise ---- */

void text_exercise_line(const struct summary *s, const struct voice *voice,
                        char out[VOICE_TEXT])
{
    const struct exercise *e = &s->exercise;
    if (e->reason[0] != '\0') {
        not_measured(voice, e->reason, out);
        return;
    }
    if (e->set_count == 0) {
        set_word(voice, VOICE_EXERCISE_NONE, out);
        return;
    }
    unsigned total = 0;
    for (size_t i = 0; i < e->set_count; i++) {
        total += e->set[i].repetitions;
    }
    char count[VOICE_SHORT];
    char sets[VOICE_SHORT];
    voice_count(total, count);
    voice_count(e->set_count, sets);
    voice_say(voice, voice_plural(VOICE_EXERCISE_LINE_ONE, e->set_count),
              &(struct voice_parts){{count, sets}}, out);
}

const char *text_side(const struct voice *voice, enum side side)
{
    static const enum voice_key words[SIDE_COUNT] = {
        [SIDE_NONE] = VOICE_NO_SIDE,
        [SIDE_LEFT] = VOICE_LEFT,
        [SIDE_RIGHT] = VOICE_RIGHT,
        [SIDE_BOTH] = VOICE_BOTH_SIDES,
    };
    return voice_word(voice, words[side]);
}

/* "10", or "10-15". */
void text_range(const struct voice *voice, const struct range *range,
                char out[VOICE_SHORT])
{
    char low[VOICE_SHORT];
    char high[VOICE_SHORT];
    bool is_whole = floor(10 * range->low) / 10 == floor(range->low);
    bool is_plain = voice->audience == AUDIENCE_WEARER && range->low >= 1;
    int decimals = is_whole || is_plain ? 0 : 1; /* half a second is not 0 */
    voice_number(voice, decimals, range->low, low);
    voice_number(voice, decimals, range->high, high);
    bool is_one = !(range->high > range->low);
    snprintf(out, VOICE_SHORT, "%.20s%s%.20s", low, is_one ? "" : "\u2013",
             is_one ? "" : high);
}

void text_dose(const struct voice *voice, const struct dose *dose,
               char out[VOICE_TEXT])
{
    static const enum voice_key keys[DOSE_PARTS] = {
        [DOSE_REPETITIONS] = VOICE_DOSE_TIMES_ONE,
        [DOSE_HOLD_S] = VOICE_DOSE_HOLD_ONE,
        [DOSE_MINUTES] = VOICE_DOSE_MINUTES_ONE,
    };
    char number[VOICE_SHORT];
    char each[VOICE_TEXT] = "";
    for (int part = DOSE_REPETITIONS; part < DOSE_PARTS; part++) {
        if (isfinite(dose->part[part].low)) {
            text_range(voice, &dose->part[part], number);
            bool is_one = strcmp(number, "1") == 0;
            join_say(voice, each, ", ",
                     voice_plural(keys[part], is_one ? 1 : 2),
                     &(struct voice_parts){{number}});
        }
    }
    if (dose->part[DOSE_SETS].high > 1 && each[0] != '\0') {
        text_range(voice, &dose->part[DOSE_SETS], number);
        voice_say(voice, VOICE_DOSE_SETS, &(struct voice_parts){{number, each}},
                  out);
    } else {
        snprintf(out, VOICE_TEXT, "%s", each);
    }
}

/* ---- tremor ---- */

void text_tremor_line(const struct summary *s, const struct voice *voice,
                      char out[VOICE_TEXT])
{
    const struct tremor *t = &s->tremor;
    if (t->reason[0] != '\0') {
        not_measured(voice, t->reason, out);
        return;
    }
    if (t->segment_count == 0) {
        set_word(voice, VOICE_TREMOR_NONE, out);
        return;
    }
    double weight = 0;
    double sum = 0;
    for (size_t i = 0; i < t->segment_count; i++) {
        double length = t->segment[i].end_s - t->segment[i].start_s;
        weight += length;
        sum += length * t->segment[i].frequency_hz;
    }
    char duration[VOICE_SHORT];
    char analysed[VOICE_SHORT];
    char frequency[VOICE_SHORT];
    voice_duration(voice, t->tremor_s, duration);
    voice_duration(voice, t->analysed_s, analysed);
    voice_number(voice, 1, sum / weight, frequency);
    voice_say(voice, VOICE_TREMOR_LINE,
              &(struct voice_parts){{duration, analysed, frequency}}, out);
}

const struct text_line text_glance[TEXT_GLANCE] = {
    {VOICE_DATA, text_quality_line},  {VOICE_WALKING, text_walking_line},
    {VOICE_TAPS, text_taps_line},     {VOICE_EXERCISE, text_exercise_line},
    {VOICE_TREMOR, text_tremor_line},
};
