/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pdf_language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The end of the file: where its table of objects is, and what it says. */
struct trailer {
    unsigned long table; /* offset [bytes] */
    unsigned long size;  /* objects */
    unsigned long root;  /* the catalog's number */
    unsigned long info;
};

/* The last `word` of the file; NULL: there is none. */
static const char *find_last(const struct bytes *pdf, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = pdf->size; i-- > 0;) {
        if (pdf->size - i >= size && memcmp(pdf->data + i, word, size) == 0) {
            return pdf->data + i;
        }
    }
    return NULL;
}

/* The number behind `key`, which stands behind `from`. */
static bool number_after(const char *from, const char *key, unsigned long *out)
{
    const char *at = strstr(from, key);
    char *end = NULL;
    *out = at != NULL ? strtoul(at + strlen(key), &end, 10) : 0;
    return at != NULL && end != at + strlen(key);
}

static bool read_trailer(const struct bytes *pdf, struct trailer *out)
{
    const char *from = find_last(pdf, "trailer");
    return from != NULL && number_after(from, "startxref", &out->table) &&
           number_after(from, "/Size", &out->size) &&
           number_after(from, "/Root", &out->root) &&
           number_after(from, "/Info", &out->info);
}

/* What stands between the brackets of the catalog: heap, or NULL. */
static char *read_catalog(const struct bytes *pdf, unsigned long number)
{
    char head[64];
    snprintf(head, sizeof(head), "\n%lu 0 obj\n<<", number);
    const char *from = find_last(pdf, head);
    const char *end = from != NULL ? strstr(from, "\n>>\nendobj") : NULL;
    return end != NULL ? strndup(from + strlen(head),
                                 (size_t)(end - from) - strlen(head))
                       : NULL;
}

bool pdf_language_add(struct bytes *pdf, const char *code)
{
    struct trailer trailer;
    char *catalog = !pdf->failed && read_trailer(pdf, &trailer)
                        ? read_catalog(pdf, trailer.root)
                        : NULL;
    if (catalog == NULL) {
        return false;
    }
    size_t at = pdf->size;
    bytes_print(pdf, "%lu 0 obj\n<<", trailer.root);
    bytes_add(pdf, catalog, strlen(catalog));
    bytes_print(pdf, "\n   /Lang (%s)\n", code);
    bytes_print(pdf, "   /ViewerPreferences << /DisplayDocTitle true >>\n");
    bytes_print(pdf, ">>\nendobj\n");
    size_t table = pdf->size;
    bytes_print(pdf, "xref\n%lu 1\n%010zu 00000 n \n", trailer.root, at);
    bytes_print(pdf, "trailer\n<< /Size %lu\n   /Root %lu 0 R\n", trailer.size,
                trailer.root);
    bytes_print(pdf, "   /Info %lu 0 R\n   /Prev %lu\n>>\n", trailer.info,
                trailer.table);
    bytes_print(pdf, "startxref\n%zu\n%%%%EOF\n", table);
    free(catalog);
    return true;
}
