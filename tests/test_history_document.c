/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/history_document.h"
#include "analysis/report_options.h"
#include "tests/history_sample.h"

static struct history history;
static char folder[] = "/tmp/carpus-history-XXXXXX";

static int begin(void **state)
{
    (void)state;
    struct error error = {0};
    setenv("TZ", "UTC", 1);
    snprintf(folder, sizeof(folder), "/tmp/carpus-history-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return history_sample(&history, &error);
}

static int end(void **state)
{
    (void)state;
    history_free(&history);
    rmdir(folder);
    return 0;
}

/* What is written in that voice and format. */
static const char *write_out(struct voice voice, enum report_format format)
{
    static char text[1 << 20];
    char path[64];
    struct document document;
    struct error error = {0};
    struct report_options options = {voice, PAPER_A4, format};
    snprintf(path, sizeof(path), "%s/out", folder);
    history_document(&document, &history, &voice);
    assert_int_equal(report_put(&document, &options, path, &error), 0);
    document_free(&document);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    fclose(file);
    unlink(path);
    return text;
}

static void the_sample_has_what_it_is_to_show(void **state)
{
    (void)state;
    size_t judged[HISTORY_JUDGEMENTS] = {0};
    for (size_t i = 0; i < history.series_count; i++) {
        judged[history.series[i].judgement]++;
    }
    assert_int_equal(history.week_count, 6);
    assert_true(judged[HISTORY_BETTER] > 0 && judged[HISTORY_WORSE] > 0 &&
                judged[HISTORY_NO_TREND] > 0);
    assert_true(history.warning_count > 2);
}

static void the_therapist_reads_figures(void **state)
{
    (void)state;
    const struct voice voice = {LANGUAGE_EN, AUDIENCE_THERAPIST};
    const char *html = write_out(voice, REPORT_HTML);
    static const char *const words[] = {
        "1 October 2026 to 11 November 2026",
        "Biceps curls",
        "Week 6",
        "Range of motion (\u00b0): Biceps curls, left",
        "better",
        "Theil-Sen",
        "Farrar et al. 2001",
        "With numb feet",
        "no diagnosis"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strstr(html, words[i]) == NULL) {
            fail_msg("'%s' is missing", words[i]);
        }
    }
    assert_null(strstr(html, "nan"));
    assert_null(strstr(html, "{1}"));
    assert_null(strstr(html, "Swimming")); /* nobody asked, nobody did */
}

static void the_wearer_reads_few(void **state)
{
    (void)state;
    const struct voice voice = {LANGUAGE_DE, AUDIENCE_WEARER};
    const char *html = write_out(voice, REPORT_HTML);
    static const char *const words[] = {
        "Ihre Wochen", "1. Oktober 2026 bis 11. November 2026", "Bizepsbeugen",
        "besser", "keine Diagnose"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strstr(html, words[i]) == NULL) {
            fail_msg("'%s' is missing", words[i]);
        }
    }
    assert_null(strstr(html, "Theil"));
    assert_null(strstr(html, "{1}"));
}

static void the_pdf_is_one(void **state)
{
    (void)state;
    const struct voice voice = {LANGUAGE_EN, AUDIENCE_WEARER};
    assert_memory_equal(write_out(voice, REPORT_PDF), "%PDF-", 5);
}

/* One day is no trend, and a recording need not be of a programme. */
static void a_single_session_without_a_programme_is_enough(void **state)
{
    (void)state;
    static struct summary summary;
    struct error error = {0};
    history_free(&history);
    history_init(&history);
    summary_init(&summary);
    strcpy(summary.info.created_utc, "2026-10-01T12:00:00.000Z");
    assert_int_equal(history_add(&history, &summary, &error), 0);
    assert_int_equal(history_settle(&history, &error), 0);
    const struct voice voice = {LANGUAGE_EN, AUDIENCE_THERAPIST};
    const char *html = write_out(voice, REPORT_HTML);
    assert_non_null(strstr(html, "1 October 2026"));
    assert_null(strstr(html, "exercise days")); /* of what programme? */
    assert_non_null(strstr(html, "No measure has changed"));
    assert_null(strstr(html, "nan"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_sample_has_what_it_is_to_show),
        TEST(the_therapist_reads_figures),
        TEST(the_wearer_reads_few),
        TEST(the_pdf_is_one),
        TEST(a_single_session_without_a_programme_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
