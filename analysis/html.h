/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML by libxml2's text writer, so that no text can become markup. A thin
 * layer for what a report needs; errors stick and html_finish reports them.
 */
#ifndef ANALYSIS_HTML_H
#define ANALYSIS_HTML_H

#include <libxml/xmlwriter.h>
#include <stdbool.h>
#include <stddef.h>

struct html {
    xmlTextWriter *writer;
    xmlBuffer *buffer;
    bool failed;
};

/* Begins a page: doctype, head with `title` and `style`, body. */
int html_begin(struct html *html, const char *title, const char *style);

/* Elements: open and close; `class` may be NULL. */
void html_open(struct html *html, const char *name, const char *class);
void html_close(struct html *html);
void html_attribute(struct html *html, const char *name, const char *value);

/* Text inside the open element, formatted. */
void html_text(struct html *html, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A whole element with formatted text. */
void html_element(struct html *html, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A picture held in the page itself; `alternative` says it in words. */
void html_svg(struct html *html, const char *svg, size_t size,
              const char *alternative);

/* Ends the page. Returns its text, valid until html_free, or NULL if anything
 * failed. */
const char *html_finish(struct html *html);
void html_free(struct html *html);

#endif
