/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report_programme.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/report_text.h"

static const struct {
    enum badge badge;
    enum voice_key word;
} verdicts[VERDICTS] = {
    [VERDICT_FULL] = {BADGE_FULL, VOICE_FULL},
    [VERDICT_PART] = {BADGE_PART, VOICE_PART},
    [VERDICT_NOT] = {BADGE_NOT, VOICE_NOT_DONE},
    [VERDICT_NOT_MEASURABLE] = {BADGE_UNKNOWN, VOICE_NOT_MEASURABLE},
};

static const enum voice_key basis_words[BASES] = {
    [BASIS_MEASURED] = VOICE_BY_SENSOR, [BASIS_CLOCK] = VOICE_BY_CLOCK,
    [BASIS_WORD] = VOICE_BY_WORD,       [BASIS_HAND] = VOICE_BY_HAND,
    [BASIS_NONE] = VOICE_BY_NOTHING,
};

void programme_badges(const struct section *section)
{
    const struct adherence *a = &section->summary->adherence;
    size_t count[VERDICTS] = {0};
    for (size_t i = 0; i < a->item_count; i++) {
        count[a->item[i].verdict]++;
    }
    document_badges(section->document);
    for (int i = 0; i < VERDICTS; i++) {
        /* To the wearer what was done is said first, what was not is not
         * counted up. */
        bool is_said = section->voice->audience == AUDIENCE_THERAPIST ||
                       i == VERDICT_FULL || i == VERDICT_PART;
        if (is_said && count[i] > 0) {
            char number[VOICE_SHORT];
            voice_count(count[i], number);
            document_badge(section->document, verdicts[i].badge,
                           voice_word(section->voice, verdicts[i].word),
                           number);
        }
    }
}

/* ---- the table of the first page ---- */

/* What was done of what was asked, how that is known where not by the sensor,
 * and what could be better. */
static void say_done(const struct voice *voice,
                     const struct adherence_item *item, char out[VOICE_TEXT])
{
    struct dose done;
    char text[VOICE_TEXT];
    for (int part = 0; part < DOSE_PARTS; part++) {
        bool asked = isfinite(item->prescribed.part[part].low);
        double value = asked ? item->done.part[part] : NAN;
        done.part[part] = (struct range){value, value};
    }
    done.part[DOSE_SETS] = (struct range){1, 1}; /* it is of all together */
    out[0] = '\0';
    text_dose(voice, &done, text);
    voice_join(out, ", ", text);
    if (item->basis == BASIS_CLOCK || item->basis == BASIS_WORD ||
        item->basis == BASIS_HAND) {
        voice_join(out, ", ", voice_word(voice, basis_words[item->basis]));
    }
    if (item->skipped) {
        voice_join(out, ", ", voice_word(voice, VOICE_SKIPPED));
    }
    for (int bit = 0; bit < QUALITY_FLAGS; bit++) {
        if ((item->flags >> bit & 1U) != 0) {
            voice_join(out, ", ",
                       voice_word(voice, VOICE_TOO_FAST + (enum voice_key)bit));
        }
    }
}

static void put_state(const struct section *section, unsigned span,
                      const struct adherence_item *item)
{
    const struct voice *voice = section->voice;
    char text[VOICE_TEXT];
    say_done(voice, item, text);
    document_badge_cell(section->document, span, verdicts[item->verdict].badge,
                        voice_word(voice, verdicts[item->verdict].word), text);
}

/* The row of the exercise of items `at` on; returns how many it took: one, or
 * the left and the right. */
static size_t put_row(const struct section *section, size_t at)
{
    const struct adherence *a = &section->summary->adherence;
    const struct adherence_item *item = &a->item[at];
    const struct voice *voice = section->voice;
    char dose[VOICE_TEXT];
    text_dose(voice, &item->prescribed, dose);
    document_cell(section->document, item->exercise->name.in[voice->language]);
    document_cell(section->document, dose);
    bool is_pair = item->side == SIDE_LEFT && at + 1 < a->item_count &&
                   item[1].exercise == item->exercise &&
                   item[1].side == SIDE_RIGHT;
    if (is_pair) {
        put_state(section, 1, item);
        put_state(section, 1, item + 1);
        return 2;
    }
    if (item->side == SIDE_RIGHT) {
        document_cell(section->document, "");
    }
    put_state(section, item->side == SIDE_RIGHT ? 1 : 2, item);
    return 1;
}

/* What went wrong in matching session and programme, if anything did. */
static void put_reason(const struct section *section, const char *reason)
{
    if (reason[0] != '\0') {
        char why[VOICE_TEXT];
        char text[VOICE_TEXT];
        voice_reason(section->voice, reason, why);
        voice_say(section->voice, VOICE_BUT, &(struct voice_parts){{why}},
                  text);
        document_note(section->document, text);
    }
}

static void put_all(const struct section *section)
{
    static const struct section_column columns[] = {
        {VOICE_EXERCISE_HEAD, false},
        {VOICE_PRESCRIBED, false},
        {VOICE_LEFT, false},
        {VOICE_RIGHT, false},
    };
    const struct adherence *a = &section->summary->adherence;
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < a->item_count;) {
        i += put_row(section, i);
    }
}

/* ---- the same for the wearer: what was done first, the rest by name ---- */

/* "Wrist curls, left". */
static void say_name(const struct voice *voice,
                     const struct adherence_item *item, char out[VOICE_TEXT])
{
    const char *name = item->exercise->name.in[voice->language];
    if (item->side == SIDE_LEFT || item->side == SIDE_RIGHT) {
        voice_say(voice,
                  item->side == SIDE_LEFT ? VOICE_WITH_LEFT : VOICE_WITH_RIGHT,
                  &(struct voice_parts){{name}}, out);
    } else {
        snprintf(out, VOICE_TEXT, "%s", name);
    }
}

static bool is_done(const struct adherence_item *item)
{
    return item->verdict == VERDICT_FULL || item->verdict == VERDICT_PART;
}

static void put_done(const struct section *section)
{
    static const struct section_column columns[] = {
        {VOICE_EXERCISE_HEAD, false},
        {VOICE_PRESCRIBED, false},
        {VOICE_STATE, false},
    };
    const struct adherence *a = &section->summary->adherence;
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < a->item_count; i++) {
        if (is_done(&a->item[i])) {
            char text[VOICE_TEXT];
            say_name(section->voice, &a->item[i], text);
            document_cell(section->document, text);
            text_dose(section->voice, &a->item[i].prescribed, text);
            document_cell(section->document, text);
            put_state(section, 1, &a->item[i]);
        }
    }
}

/* True if the item before is the other side of the same, and fares alike. */
static bool is_other_side(const struct adherence *a, size_t i)
{
    const struct adherence_item *item = &a->item[i];
    return i > 0 && item[-1].exercise == item->exercise &&
           item[-1].verdict == item->verdict;
}

static void put_names(const struct section *section, enum verdict verdict)
{
    const struct adherence *a = &section->summary->adherence;
    const char *word = voice_word(section->voice, verdicts[verdict].word);
    enum badge badge = verdicts[verdict].badge;
    document_badges(section->document);
    for (size_t i = 0; i < a->item_count; i++) {
        const struct adherence_item *item = &a->item[i];
        if (item->verdict != verdict || is_other_side(a, i)) {
            continue;
        }
        char name[VOICE_TEXT];
        bool both = i + 1 < a->item_count && is_other_side(a, i + 1);
        if (both) {
            snprintf(name, sizeof(name), "%s",
                     item->exercise->name.in[section->voice->language]);
        } else {
            say_name(section->voice, item, name);
        }
        document_badge(section->document, badge, word, name);
        badge = BADGE_NONE; /* once, before the first name */
        word = "";
    }
}

static void put_kindly(const struct section *section)
{
    put_done(section);
    put_names(section, VERDICT_NOT);
    put_names(section, VERDICT_NOT_MEASURABLE);
}

void programme_table(const struct section *section)
{
    const struct adherence *a = &section->summary->adherence;
    const struct voice *voice = section->voice;
    char week[VOICE_SHORT];
    char text[VOICE_TEXT];
    voice_count(a->week, week);
    voice_say(
        voice, VOICE_DONE_OF,
        &(struct voice_parts){{a->programme->title.in[voice->language], week}},
        text);
    document_paragraph(section->document, text);
    (voice->audience == AUDIENCE_WEARER ? put_kindly : put_all)(section);
    document_note(section->document,
                  voice_word(voice, a->guided ? VOICE_GUIDED : VOICE_UNGUIDED));
    put_reason(section, a->reason);
}

/* ---- details, for therapists ---- */

static void put_details(const struct section *section,
                        const struct adherence_item *item)
{
    const struct voice *voice = section->voice;
    const struct done *done = &item->done;
    document_cell(section->document, item->exercise->name.in[voice->language]);
    document_cell(section->document, text_side(voice, item->side));
    section_number(section, 0, done->part[DOSE_SETS]);
    section_number(section, 0, done->part[DOSE_REPETITIONS]);
    section_number(section, 1, done->part[DOSE_HOLD_S]);
    section_number(section, 0, done->range_deg);
    section_number(section, 1, done->tempo_s);
    section_number(section, 1, done->part[DOSE_MINUTES]);
    document_cell(section->document,
                  voice_word(voice, basis_words[item->basis]));
    section_number(section, 2, item->confidence);
}

/* The exercise that `text` begins with the id of; ids that begin alike: the
 * longest. */
static const struct programme_exercise *id_at(const struct programme *programme,
                                              const char *text)
{
    const struct programme_exercise *found = NULL;
    for (size_t i = 0; i < programme->exercise_count; i++) {
        const struct programme_exercise *exercise = &programme->exercise[i];
        size_t size = strlen(exercise->id);
        if (strncmp(text, exercise->id, size) == 0 &&
            (found == NULL || size > strlen(found->id))) {
            found = exercise;
        }
    }
    return found;
}

/* A reason in the voice's language, exercises by their names: "a or b". */
static void say_reason(const struct section *section, const char *reason,
                       char out[VOICE_TEXT])
{
    static const char OR[] = " or ";
    const struct programme *programme = section->summary->adherence.programme;
    const struct voice *voice = section->voice;
    char why[VOICE_TEXT];
    voice_reason(voice, reason, why);
    out[0] = '\0';
    for (const char *c = why; *c != '\0';) {
        bool at_word = c == why || c[-1] == ' ';
        const struct programme_exercise *exercise =
            at_word ? id_at(programme, c) : NULL;
        bool is_or = strncmp(c, OR, sizeof(OR) - 1) == 0 &&
                     id_at(programme, c + sizeof(OR) - 1) != NULL;
        const char letter[2] = {*c, '\0'};
        voice_join(out, "",
                   exercise != NULL ? exercise->name.in[voice->language]
                   : is_or          ? voice_word(voice, VOICE_OR)
                                    : letter);
        c += exercise != NULL ? strlen(exercise->id)
             : is_or          ? sizeof(OR) - 1
                              : 1;
    }
}

/* True if an item before `index` has the same reason. */
static bool is_said_before(const struct adherence *a, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(a->item[i].reason, a->item[index].reason) == 0) {
            return true;
        }
    }
    return false;
}

/* Why something was not measured, under the table: each reason once, and what
 * it is of. */
static void put_reasons(const struct section *section)
{
    const struct adherence *a = &section->summary->adherence;
    for (size_t i = 0; i < a->item_count; i++) {
        if (a->item[i].reason[0] == '\0' || is_said_before(a, i)) {
            continue;
        }
        char names[VOICE_TEXT] = "";
        for (size_t k = i; k < a->item_count; k++) {
            char name[VOICE_TEXT];
            say_name(section->voice, &a->item[k], name);
            bool same = strcmp(a->item[k].reason, a->item[i].reason) == 0;
            voice_join(names, "; ", same ? name : "");
        }
        char why[VOICE_TEXT];
        char text[VOICE_TEXT];
        say_reason(section, a->item[i].reason, why);
        voice_say(section->voice, VOICE_REASON_OF,
                  &(struct voice_parts){{names, why}}, text);
        document_note(section->document, text);
    }
}

static void put_qualities(const struct section *section)
{
    static const struct section_column columns[] = {
        {VOICE_EXERCISE_HEAD, false}, {VOICE_SIDE, false},
        {VOICE_SETS, true},           {VOICE_REPETITIONS, true},
        {VOICE_HOLD, true},           {VOICE_RANGE, true},
        {VOICE_TEMPO, true},          {VOICE_MINUTES_HEAD, true},
        {VOICE_KNOWN_BY, false},      {VOICE_CONFIDENCE, true},
    };
    const struct adherence *a = &section->summary->adherence;
    section_paragraph(section, VOICE_QUALITY_EXPLAINED);
    section_table(section, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < a->item_count; i++) {
        if (is_done(&a->item[i])) {
            put_details(section, &a->item[i]);
        }
    }
}

void section_exercises(const struct section *section)
{
    const struct adherence *a = &section->summary->adherence;
    size_t done = 0;
    size_t reasons = 0;
    for (size_t i = 0; i < a->item_count; i++) {
        done += is_done(&a->item[i]);
        reasons += a->item[i].reason[0] != '\0';
    }
    if (done + reasons > 0) {
        section_begin(section, VOICE_QUALITY_OF_EXERCISES, "");
    }
    if (done > 0) {
        put_qualities(section);
    }
    put_reasons(section);
}

/* Of those that were done, each once. */
void section_sources(const struct section *section)
{
    const struct adherence *a = &section->summary->adherence;
    const struct programme_exercise *last = NULL;
    for (size_t i = 0; i < a->item_count; i++) {
        const struct programme_exercise *exercise = a->item[i].exercise;
        if (!is_done(&a->item[i]) || exercise == last) {
            continue;
        }
        if (last == NULL) {
            section_begin(section, VOICE_SOURCES, "");
        }
        document_fact(section->document,
                      exercise->name.in[section->voice->language],
                      exercise->source);
        last = exercise;
    }
}
