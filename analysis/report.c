/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report.h"

#include <stdio.h>

#include "analysis/report_sections.h"

static const struct {
    section_fn *put;
    bool to[AUDIENCES];
} sections[] = {
    {section_head, {true, true}},       {section_glance, {true, true}},
    {section_programme, {true, true}},  {section_overview, {true, true}},
    {section_exercises, {true, false}}, {section_exercise, {true, true}},
    {section_taps, {true, true}},       {section_walking, {true, true}},
    {section_tremor, {true, true}},     {section_events, {true, false}},
    {section_quality, {true, false}},   {section_sources, {true, false}},
    {section_foot, {true, true}},
};

void report_document(struct document *document, const struct summary *summary,
                     const struct voice *voice)
{
    char title[VOICE_TEXT];
    snprintf(title, sizeof(title), "%s %s", voice_word(voice, VOICE_TITLE),
             summary->info.participant);
    document_init(document, voice, title, "carpus " CARPUS_VERSION);
    struct section section = {document, summary, voice};
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (sections[i].to[voice->audience]) {
            sections[i].put(&section);
        }
    }
}

int report_write(const struct summary *summary,
                 const struct report_options *options, const char *path,
                 struct error *error)
{
    struct document document;
    report_document(&document, summary, &options->voice);
    int err = report_put(&document, options, path, error);
    document_free(&document);
    return err;
}
