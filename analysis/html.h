/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTML by libxml2's text writer, so that no text can become markup. A thin
 * layer for what a document needs; errors stick and html_finish reports them.
 * Texts are UTF-8 without control characters (document.c sees to that).
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

/* Begins a page: doctype, head with `title` and `style`, body; `language` is
 * its ISO 639-1 code. */
int html_begin(struct html *html, const char *language, const char *title,
               const char *style);

/* Elements: open and close; `class` may be NULL. */
void html_open(struct html *html, const char *name, const char *class);
void html_close(struct html *html);
void html_attribute(struct html *html, const char *name, const char *value);

/* Text inside the open element. */
void html_text(struct html *html, const char *text);

/* A whole element with text. */
void html_element(struct html *html, const char *name, const char *class,
                  const char *text);

/* An attribute that holds a picture: a data URI of the SVG document. */
void html_svg_attribute(struct html *html, const char *name, const char *svg,
                        size_t size);

/* Ends an element that can hold nothing. */
void html_close_empty(struct html *html);

/* Ends the page. Returns its text, valid until html_free, or NULL if anything
 * failed. */
const char *html_finish(struct html *html);
void html_free(struct html *html);

#endif
