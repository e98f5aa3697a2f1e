/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "analysis/document.h"
#include "analysis/pdf_language.h"

static const struct voice english = {LANGUAGE_EN, AUDIENCE_THERAPIST};
static const struct voice german = {LANGUAGE_DE, AUDIENCE_WEARER};

static struct document document;
static char folder[] = "/tmp/carpus-document-XXXXXX";
static char path[64];
static int drawn;

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/carpus-document-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/out", folder);
    document_init(&document, &english, "A title", "a test");
    drawn = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    document_free(&document);
    unlink(path);
    rmdir(folder);
    return 0;
}

static void draw(const struct canvas *canvas, const void *of)
{
    (void)of;
    drawn++;
    cairo_rectangle(canvas->cairo, 1, 1, canvas->width / 3, 5);
    cairo_fill(canvas->cairo);
}

static void add_table(size_t rows)
{
    static const char *const heads[] = {"Name", "#Count"};
    document_table(&document, heads, 2);
    for (size_t i = 0; i < rows; i++) {
        char number[24];
        snprintf(number, sizeof(number), "%zu", i);
        document_cell(&document, "row");
        document_cell(&document, number);
    }
}

static char *read_out(size_t *size)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    *size = fread(text, 1, sizeof(text) - 1, file);
    text[*size] = '\0';
    fclose(file);
    return text;
}

/* ---- HTML ---- */

static xmlDoc *html(void)
{
    struct error error = {0};
    size_t size;
    assert_int_equal(document_html_write(&document, path, &error), 0);
    const char *text = read_out(&size);
    xmlDoc *tree = xmlReadMemory(text, (int)size, NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_HUGE);
    assert_non_null(tree);
    return tree;
}

/* How many nodes an XPath expression finds. */
static int count(xmlDoc *tree, const char *expression)
{
    xmlXPathContext *context = xmlXPathNewContext(tree);
    xmlXPathObject *found =
        xmlXPathEvalExpression((const xmlChar *)expression, context);
    assert_non_null(found);
    int n = found->nodesetval != NULL ? found->nodesetval->nodeNr : 0;
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return n;
}

static void html_has_landmarks_and_sections_with_names(void **state)
{
    (void)state;
    document_heading(&document, 1, "Title");
    document_fact(&document, "Who", "P01");
    document_fact(&document, "Left out", "");
    document_heading(&document, 2, "One");
    document_paragraph(&document, "text");
    document_heading(&document, 2, "Two");
    document_note(&document, "small");
    document_foot(&document);
    document_heading(&document, 2, "Last");
    xmlDoc *tree = html();
    assert_int_equal(count(tree, "/html[@lang='en']"), 1);
    assert_int_equal(count(tree, "/html/body/header/h1"), 1);
    assert_int_equal(count(tree, "/html/body/header/dl/dt"), 1);
    assert_int_equal(count(tree, "/html/body/main/section/h2"), 2);
    assert_int_equal(count(tree, "/html/body/footer/h2"), 1);
    assert_int_equal(count(tree, "//section[@aria-labelledby = ./h2/@id]"), 2);
    xmlFreeDoc(tree);
}

static void html_table_keeps_its_roles_and_rows(void **state)
{
    (void)state;
    static const char *const heads[] = {"A", "B", "C"};
    document_heading(&document, 2, "One");
    document_table(&document, heads, 3);
    document_cell(&document, "first");
    document_badge_cell(&document, 2, BADGE_PART, "part", "of it");
    document_cell(&document, "second");
    document_cell(&document, "x");
    document_cell(&document, "y");
    xmlDoc *tree = html();
    assert_int_equal(count(tree, "//thead/tr/th[@scope='col']"), 3);
    assert_int_equal(count(tree, "//tbody/tr"), 2);
    assert_int_equal(count(tree, "//tbody/tr/th[@scope='row']"), 2);
    assert_int_equal(count(tree, "//tbody/tr[1]/td[@colspan='2']"), 1);
    assert_int_equal(count(tree, "//td[@data-head='C' and . = 'y']"), 1);
    /* A badge says in a word what its colour and symbol say. */
    assert_int_equal(count(tree,
                           "//td/span[contains(@class, 'part') and contains(., "
                           "'part')]/span[@aria-hidden='true']"),
                     1);
    xmlFreeDoc(tree);
}

static void html_figure_is_drawn_wide_and_narrow_with_its_words(void **state)
{
    (void)state;
    document_heading(&document, 2, "One");
    document_figure(&document, &(struct figure){draw, NULL, 100}, "a bar");
    xmlDoc *tree = html();
    assert_int_equal(drawn, 2);
    assert_int_equal(count(tree, "//picture/source[@srcset]"), 1);
    assert_int_equal(count(tree, "//picture/img[@alt='a bar' and @src]"), 1);
    assert_int_equal(count(tree, "//figcaption[. = 'a bar']"), 1);
    xmlFreeDoc(tree);
}

static void nothing_becomes_markup_and_anything_can_be_said(void **state)
{
    (void)state;
    document_heading(&document, 2, "<script>alert(1)</script>");
    document_paragraph(&document, "\xff\x01]]>&amp;\"");
    xmlDoc *tree = html();
    assert_int_equal(count(tree, "//script"), 0);
    assert_int_equal(count(tree, "//h2[. = '<script>alert(1)</script>']"), 1);
    assert_int_equal(count(tree, "//p[contains(., ']]>&amp;')]"), 1);
    xmlFreeDoc(tree);
}

static void german_document_says_so(void **state)
{
    (void)state;
    document_free(&document);
    document_init(&document, &german, "Titel", "a test");
    document_heading(&document, 1, "Titel");
    xmlDoc *tree = html();
    assert_int_equal(count(tree, "/html[@lang='de']/body[@class='large']"), 1);
    xmlFreeDoc(tree);
}

/* ---- PDF ---- */

static const char *pdf(enum paper paper, size_t *size)
{
    struct error error = {0};
    unlink(path);
    assert_int_equal(document_pdf_write(&document, paper, path, &error), 0);
    return read_out(size);
}

/* The first `word` in it, or NULL; a PDF has zeros within. */
static const char *find(const char *text, size_t size, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(text + i, word, length) == 0) {
            return text + i;
        }
    }
    return NULL;
}

/* How many pages the document has as PDF; Cairo writes the number into the
 * root of the page tree. */
static int pages(void)
{
    size_t size;
    const char *text = pdf(PAPER_A4, &size);
    const char *root = find(text, size, "/Type /Pages");
    const char *count =
        root != NULL ? find(root, size - (size_t)(root - text), "/Count ")
                     : NULL;
    return count != NULL ? (int)strtol(count + 7, NULL, 10) : -1;
}

static void pdf_is_tagged_titled_and_says_its_language(void **state)
{
    (void)state;
    size_t size;
    document_heading(&document, 1, "Title");
    add_table(2);
    document_figure(&document, &(struct figure){draw, NULL, 100}, "a bar");
    const char *text = pdf(PAPER_A4, &size);
    assert_memory_equal(text, "%PDF-1.4", 8);
    static const char *const wanted[] = {
        "/StructTreeRoot", "/Marked true", "/Title (A title)", "/S /H1",
        "/S /Table",       "/S /Figure",   "/Lang (en)"};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (find(text, size, wanted[i]) == NULL) {
            fail_msg("the PDF lacks %s", wanted[i]);
        }
    }
    assert_int_equal(drawn, 1); /* not while pages were counted */
    assert_int_equal(pages(), 1);
}

static void pdf_paper_is_what_was_asked_for(void **state)
{
    (void)state;
    size_t size;
    document_paragraph(&document, "text");
    const char *text = pdf(PAPER_LETTER, &size);
    assert_non_null(find(text, size, "612 792"));
    text = pdf(PAPER_A4, &size);
    assert_null(find(text, size, "612 792"));
}

static void long_tables_and_texts_go_on_over_pages(void **state)
{
    (void)state;
    add_table(200);
    int of_table = pages();
    assert_in_range(of_table, 3, 8);
    char large[20000];
    for (size_t i = 0; i < sizeof(large); i++) {
        large[i] = i % 7 == 6 ? ' ' : 'x';
    }
    large[sizeof(large) - 1] = '\0';
    document_fact(&document, "Notes", large);
    assert_true(pages() >= of_table + 2);
    document_page(&document);
    document_paragraph(&document, "on a page of its own");
    int before = pages();
    document_page(&document);
    document_page(&document); /* an empty page is none */
    document_paragraph(&document, "and another");
    assert_int_equal(pages(), before + 1);
}

static void what_is_no_pdf_of_cairo_is_left_as_it_is(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "trailer startxref",
        "trailer << /Size 3 /Root 2 0 R /Info 1 0 R >> startxref 12",
        "\n2 0 obj\n<< /Type /Catalog\ntrailer << /Size 3 /Root 2 0 R /Info 1 "
        "0 R >> startxref 12",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct bytes bytes = {0};
        bytes_add(&bytes, texts[i], strlen(texts[i]));
        assert_false(pdf_language_add(&bytes, "en"));
        assert_string_equal(bytes.data, texts[i]);
        bytes_free(&bytes);
    }
}

static void what_is_there_is_kept(void **state)
{
    (void)state;
    struct error error = {0};
    size_t size;
    document_paragraph(&document, "text");
    pdf(PAPER_A4, &size);
    assert_int_equal(document_pdf_write(&document, PAPER_A4, path, &error),
                     ERR_EXISTS);
    assert_int_equal(document_html_write(&document, path, &error), ERR_EXISTS);
}

static void a_document_that_memory_failed_is_not_written(void **state)
{
    (void)state;
    struct error error = {0};
    document_paragraph(&document, "text");
    document.failed = true;
    assert_int_equal(document_html_write(&document, path, &error),
                     ERR_NO_MEMORY);
    assert_int_equal(document_pdf_write(&document, PAPER_A4, path, &error),
                     ERR_NO_MEMORY);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            html_has_landmarks_and_sections_with_names, begin, end),
        cmocka_unit_test_setup_teardown(html_table_keeps_its_roles_and_rows,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            html_figure_is_drawn_wide_and_narrow_with_its_words, begin, end),
        cmocka_unit_test_setup_teardown(
            nothing_becomes_markup_and_anything_can_be_said, begin, end),
        cmocka_unit_test_setup_teardown(german_document_says_so, begin, end),
        cmocka_unit_test_setup_teardown(
            pdf_is_tagged_titled_and_says_its_language, begin, end),
        cmocka_unit_test_setup_teardown(pdf_paper_is_what_was_asked_for, begin,
                                        end),
        cmocka_unit_test_setup_teardown(long_tables_and_texts_go_on_over_pages,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            what_is_no_pdf_of_cairo_is_left_as_it_is, begin, end),
        cmocka_unit_test_setup_teardown(what_is_there_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(
            a_document_that_memory_failed_is_not_written, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
