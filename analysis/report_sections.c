/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report_sections.h"

#include <ctype.h>
#include <stdio.h>

enum { COLUMNS_MAX = 16 };

bool section_begin(const struct section *section, enum voice_key heading,
                   const char *reason)
{
    document_heading(section->document, 2, voice_word(section->voice, heading));
    if (reason[0] == '\0') {
        return true;
    }
    char why[VOICE_TEXT];
    char text[VOICE_TEXT];
    voice_reason(section->voice, reason, why);
    voice_say(section->voice, VOICE_REASON, &(struct voice_parts){{why}}, text);
    document_paragraph(section->document, text);
    return false;
}

/* The words of a line at a glance begin small there. */
void section_none(const struct section *section, enum voice_key key)
{
    char text[VOICE_TEXT];
    snprintf(text, sizeof(text), "%s.", voice_word(section->voice, key));
    text[0] = (char)toupper((unsigned char)text[0]);
    document_paragraph(section->document, text);
}

void section_paragraph(const struct section *section, enum voice_key key)
{
    document_paragraph(section->document, voice_word(section->voice, key));
}

void section_table(const struct section *section,
                   const struct section_column *columns, size_t count)
{
    char text[COLUMNS_MAX][VOICE_SHORT];
    const char *heads[COLUMNS_MAX];
    for (size_t i = 0; i < count && i < COLUMNS_MAX; i++) {
        snprintf(text[i], VOICE_SHORT, "%s%.60s",
                 columns[i].is_number ? "#" : "",
                 voice_word(section->voice, columns[i].head));
        heads[i] = text[i];
    }
    document_table(section->document, heads,
                   count < COLUMNS_MAX ? count : COLUMNS_MAX);
}

void section_number(const struct section *section, int decimals, double value)
{
    char text[VOICE_SHORT];
    voice_number(section->voice, decimals, value, text);
    document_cell(section->document, text);
}

void section_span(const struct section *section, double start_s, double end_s)
{
    char from[VOICE_SHORT];
    char to[VOICE_SHORT];
    char text[2 * VOICE_SHORT + 8];
    voice_clock(start_s, from);
    voice_clock(end_s, to);
    snprintf(text, sizeof(text), "%s \u2013 %s", from, to);
    document_cell(section->document, text);
}

size_t section_shown(size_t rows)
{
    return rows < SECTION_ROWS ? rows : SECTION_ROWS;
}

void section_rows(const struct section *section, size_t rows)
{
    if (rows > SECTION_ROWS) {
        char shown[VOICE_SHORT];
        char all[VOICE_SHORT];
        char text[VOICE_TEXT];
        voice_count(SECTION_ROWS, shown);
        voice_count(rows, all);
        voice_say(section->voice, VOICE_FIRST_ROWS,
                  &(struct voice_parts){{shown, all}}, text);
        document_note(section->document, text);
    }
}
