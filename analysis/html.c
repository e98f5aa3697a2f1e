/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/html.h"

#include <glib.h>
#include <string.h>

static const xmlChar *xml(const char *text)
{
    return (const xmlChar *)text;
}

static void check(struct html *html, int result)
{
    html->failed = html->failed || result < 0;
}

void html_open(struct html *html, const char *name, const char *class)
{
    check(html, xmlTextWriterStartElement(html->writer, xml(name)));
    if (class != NULL) {
        html_attribute(html, "class", class);
    }
}

/* The full end: HTML knows no <td/>. */
void html_close(struct html *html)
{
    check(html, xmlTextWriterFullEndElement(html->writer));
}

void html_attribute(struct html *html, const char *name, const char *value)
{
    check(html,
          xmlTextWriterWriteAttribute(html->writer, xml(name), xml(value)));
}

void html_text(struct html *html, const char *text)
{
    check(html, xmlTextWriterWriteString(html->writer, xml(text)));
}

void html_element(struct html *html, const char *name, const char *class,
                  const char *text)
{
    html_open(html, name, class);
    html_text(html, text);
    html_close(html);
}

/* HTML has no end tag for those that are always empty. */
void html_close_empty(struct html *html)
{
    check(html, xmlTextWriterEndElement(html->writer));
}

static void put_meta(struct html *html, const char *name, const char *content)
{
    html_open(html, "meta", NULL);
    html_attribute(html, "name", name);
    html_attribute(html, "content", content);
    html_close_empty(html);
}

int html_begin(struct html *html, const char *language, const char *title,
               const char *style)
{
    memset(html, 0, sizeof(*html));
    html->buffer = xmlBufferCreate();
    html->writer =
        html->buffer != NULL ? xmlNewTextWriterMemory(html->buffer, 0) : NULL;
    if (html->writer == NULL) {
        html_free(html);
        return -1;
    }
    check(html, xmlTextWriterWriteRaw(html->writer, xml("<!DOCTYPE html>\n")));
    html_open(html, "html", NULL);
    html_attribute(html, "lang", language);
    html_open(html, "head", NULL);
    html_open(html, "meta", NULL);
    html_attribute(html, "charset", "utf-8");
    html_close_empty(html);
    put_meta(html, "viewport", "width=device-width, initial-scale=1");
    put_meta(html, "color-scheme", "light dark");
    html_element(html, "title", NULL, title);
    html_open(html, "style", NULL);
    check(html, xmlTextWriterWriteRaw(html->writer, xml(style)));
    html_close(html);
    html_close(html);
    html_open(html, "body", NULL);
    return 0;
}

void html_svg_attribute(struct html *html, const char *name, const char *svg,
                        size_t size)
{
    static const char prefix[] = "data:image/svg+xml;base64,";
    char *base64 = g_base64_encode((const guchar *)svg, size);
    char *source = g_strconcat(prefix, base64, NULL);
    html_attribute(html, name, source);
    g_free(source);
    g_free(base64);
}

const char *html_finish(struct html *html)
{
    html_close(html); /* body */
    html_close(html); /* html */
    html_text(html, "\n");
    check(html, xmlTextWriterFlush(html->writer));
    return html->failed ? NULL : (const char *)xmlBufferContent(html->buffer);
}

void html_free(struct html *html)
{
    if (html->writer != NULL) {
        xmlFreeTextWriter(html->writer);
    }
    if (html->buffer != NULL) {
        xmlBufferFree(html->buffer);
    }
    html->writer = NULL;
    html->buffer = NULL;
}
