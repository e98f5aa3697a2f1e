/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report_options.h"

#include <string.h>
#include <strings.h>

const char *const report_format_names[REPORT_FORMATS] = {"html", "pdf"};

enum { OPTION_FOR = 0x400, OPTION_LANG, OPTION_PAPER };

static const struct argp_option option_table[] = {
    {"for", OPTION_FOR, "WHOM", 0,
     "therapist (figures, units, confidence; the default) or wearer (plain "
     "words, large letters, few numbers)",
     0},
    {"lang", OPTION_LANG, "LANGUAGE", 0, "en (the default) or de", 0},
    {"paper", OPTION_PAPER, "PAPER", 0, "Of a PDF: a4 (the default) or letter",
     0},
    {0},
};

int report_choose(struct argp_state *state, const char *option,
                  const char *const *names, int count, const char *word)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], word) == 0) {
            return i;
        }
    }
    argp_error(state, "%s: '%s' is none of %s and %s", option, word, names[0],
               names[1]);
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct report_options *out = state->input;
    switch (key) {
    case OPTION_FOR:
        out->voice.audience = (enum audience)report_choose(
            state, "--for", audience_names, AUDIENCES, value);
        return 0;
    case OPTION_LANG:
        out->voice.language = (enum language)report_choose(
            state, "--lang", language_codes, LANGUAGES, value);
        return 0;
    case OPTION_PAPER:
        out->paper = (enum paper)report_choose(state, "--paper", paper_names,
                                               PAPERS, value);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp report_argp = {option_table, parse, NULL, NULL,
                                 NULL,         NULL,  NULL};

bool report_format_of(const char *path, enum report_format *out)
{
    const char *dot = strrchr(path, '.');
    for (int i = 0; dot != NULL && i < REPORT_FORMATS; i++) {
        if (strcasecmp(dot + 1, report_format_names[i]) == 0) {
            *out = (enum report_format)i;
            return true;
        }
    }
    return false;
}

int report_put(const struct document *document,
               const struct report_options *options, const char *path,
               struct error *error)
{
    return options->format == REPORT_PDF
               ? document_pdf_write(document, options->paper, path, error)
               : document_html_write(document, path, error);
}
