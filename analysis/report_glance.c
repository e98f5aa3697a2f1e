/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first page: who and when, what was done of what was prescribed, how it
 * felt, and a line for each thing that was measured.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/figures.h"
#include "analysis/report_programme.h"
#include "analysis/report_sections.h"
#include "analysis/report_text.h"

static void fact(const struct section *section, enum voice_key term,
                 const char *text)
{
    document_fact(section->document, voice_word(section->voice, term), text);
}

void section_head(const struct section *section)
{
    const struct recording_info *info = &section->summary->info;
    const struct voice *voice = section->voice;
    char duration[VOICE_SHORT];
    char recorded[VOICE_SHORT];
    voice_duration(voice, section->summary->duration_s, duration);
    voice_date(voice, info->created_utc, recorded);
    document_heading(section->document, 1, voice_word(voice, VOICE_TITLE));
    fact(section, VOICE_PARTICIPANT,
         info->participant[0] != '\0' ? info->participant
                                      : voice_word(voice, VOICE_NO_CODE));
    fact(section, VOICE_RECORDED, recorded);
    fact(section, VOICE_LENGTH, duration);
    fact(section, VOICE_WORN_ON, text_placement(voice, info->placement));
    fact(section, VOICE_SESSION, info->label);
}

/* ---- symptoms ---- */

static void say_symptom(const struct voice *voice, const double value[MOMENTS],
                        char out[VOICE_TEXT])
{
    char before[VOICE_SHORT];
    char after[VOICE_SHORT];
    bool has_before = isfinite(value[MOMENT_BEFORE]);
    bool has_after = isfinite(value[MOMENT_AFTER]);
    voice_number(voice, 0, value[MOMENT_BEFORE], before);
    voice_number(voice, 0, value[MOMENT_AFTER], after);
    if (has_before && has_after) {
        voice_say(voice, VOICE_BEFORE_AFTER,
                  &(struct voice_parts){{before, after}}, out);
    } else if (has_before) {
        voice_say(voice, VOICE_BEFORE_ONLY, &(struct voice_parts){{before}},
                  out);
    } else {
        voice_say(voice, VOICE_AFTER_ONLY, &(struct voice_parts){{after}}, out);
    }
}

static double worst(const double value[MOMENTS])
{
    return fmax(value[MOMENT_BEFORE], value[MOMENT_AFTER]); /* not NAN */
}

/* Cautions that a symptom calls for. */
static void put_cautions(const struct section *section)
{
    const struct adherence *a = &section->summary->adherence;
    for (size_t i = 0; a->programme != NULL && i < a->programme->caution_count;
         i++) {
        const struct caution *caution = &a->programme->caution[i];
        if (caution->symptom < SYMPTOM_NONE &&
            worst(a->symptom[caution->symptom]) >= caution->at_least) {
            fact(section, VOICE_CARE,
                 caution->text.in[section->voice->language]);
        }
    }
}

static void put_symptoms(const struct section *section)
{
    static const enum voice_key names[SYMPTOM_NONE] = {
        [SYMPTOM_PAIN] = VOICE_PAIN,
        [SYMPTOM_NUMBNESS] = VOICE_NUMBNESS,
    };
    const struct adherence *a = &section->summary->adherence;
    if (a->programme == NULL) {
        return;
    }
    for (int i = 0; i < SYMPTOM_NONE; i++) {
        if (isfinite(worst(a->symptom[i]))) {
            char text[VOICE_TEXT];
            say_symptom(section->voice, a->symptom[i], text);
            fact(section, names[i], text);
        }
    }
    put_cautions(section);
}

void section_glance(const struct section *section)
{
    section_begin(section, VOICE_GLANCE, "");
    programme_badges(section);
    put_symptoms(section);
    for (size_t i = 0; i < TEXT_GLANCE; i++) {
        char text[VOICE_TEXT];
        text_glance[i].text(section->summary, section->voice, text);
        fact(section, text_glance[i].term, text);
    }
}

void section_programme(const struct section *section)
{
    const struct adherence *a = &section->summary->adherence;
    if (a->programme != NULL) {
        section_begin(section, VOICE_DONE, "");
        programme_table(section);
    } else if (a->reason[0] != '\0') {
        section_begin(section, VOICE_DONE, a->reason);
    }
}

void section_overview(const struct section *section)
{
    if (section->summary->trace.columns > 0) {
        section_begin(section, VOICE_OVERVIEW, "");
        figures_add(section->document, section->summary, FIGURE_OVERVIEW);
    }
}
