/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
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

#include "analysis/array.h"
#include "analysis/figures.h"
#include "analysis/report.h"
#include "analysis/report_text.h"

static struct summary summary;
static char folder[] = "/tmp/carpus-report-XXXXXX";
static char path[64];

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/carpus-report-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/report.html", folder);
    summary_init(&summary);
    summary.info.has_accel = summary.info.has_gyro = true;
    summary.duration_s = 600;
    summary.rows = 62400;
    summary.quality.worn_s = 600;
    summary.trace.column_s = 1;
    summary.trace.columns = 600;
    for (size_t i = 0; i < 600; i++) {
        summary.trace.accel_low_g[i] = i == 300 ? NAN : 0.9F;
        summary.trace.accel_high_g[i] = i == 300 ? NAN : 1.4F;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    summary_free(&summary);
    unlink(path);
    rmdir(folder);
    return 0;
}

static void add_results(void)
{
    struct walking *w = &summary.walking;
    for (int i = 0; i < 30; i++) {
        struct walk_bout *bout =
            array_add(&w->bout, w->bout_count++, sizeof(*bout));
        *bout = (struct walk_bout){20 * i, 20 * i + 10, 18, 108, 3, 31, 0.9};
        struct cadence_point *point =
            array_add(&w->cadence, w->cadence_count++, sizeof(*point));
        *point = (struct cadence_point){20 * i, 108};
        w->steps += 18;
    }
    w->walking_s = 300;
    w->cadence_median_spm = 108;

    struct tremor *t = &summary.tremor;
    struct tremor_segment *segment =
        array_add(&t->segment, t->segment_count++, sizeof(*segment));
    *segment = (struct tremor_segment){.start_s = 100,
                                       .end_s = 130,
                                       .frequency_hz = 5.25,
                                       .rms_dps = 12,
                                       .peak_to_peak_deg = 1.03,
                                       .peak_to_peak_mm = NAN,
                                       .confidence = 0.8};
    t->tremor_s = 30;
    t->analysed_s = 600;
    t->spectrum_step_hz = 0.25;
    for (int i = 0; i < TREMOR_BINS; i++) {
        t->spectrum[i] = exp(-pow(0.25 * i - 5.25, 2));
    }
    struct taps *taps = &summary.taps;
    struct tap_series *series =
        array_add(&taps->series, taps->series_count++, sizeof(*series));
    *series = (struct tap_series){200, 210, 30, 3, 0.1, 0.2, 1, 0, 20, 0.9};
    for (int i = 0; i < 30; i++) {
        struct tap *tap =
            array_add(&taps->tap, taps->tap_count++, sizeof(*tap));
        tap->time_s = 200 + 0.33 * i;
    }
    taps->count = 30;

    struct exercise *e = &summary.exercise;
    struct exercise_set *set = array_add(&e->set, e->set_count++, sizeof(*set));
    *set = (struct exercise_set){"repetition", 300, 360, 10, 5, 95, 3, 0.9};
    for (int i = 0; i < 10; i++) {
        struct repetition *r =
            array_add(&e->repetition, e->repetition_count++, sizeof(*r));
        *r = (struct repetition){300 + 6 * i, 305 + 6 * i, 2, 95, 3, 0.9F, 0};
    }
}

/* The page as text, after a check that it is well-formed. */
static char *written(void)
{
    struct error error = {0};
    assert_int_equal(report_write(&summary, path, &error), 0);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    static char page[1 << 20];
    size_t size = fread(page, 1, sizeof(page) - 1, file);
    fclose(file);
    page[size] = '\0';
    xmlDoc *document = xmlReadMemory(page, (int)size, NULL, NULL,
                                     XML_PARSE_NONET | XML_PARSE_HUGE);
    assert_non_null(document);
    xmlFreeDoc(document);
    return page;
}

static void report_says_what_was_measured(void **state)
{
    (void)state;
    add_results();
    const char *page = written();
    static const char *const texts[] = {
        "540 steps in 5 min 00 s, at 108 steps a minute",
        "30 in 1 series; the longest has 30, 3.0 a second",
        "10 repetitions in 1 set.",
        "found for 30.0 s of the 10 min 00 s looked at, at 5.2 Hz",
        "complete, no sample lost",
        "The first 25 of 30 are shown",
        "not a medical device",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strstr(page, texts[i]) == NULL) {
            fail_msg("the report lacks: %s", texts[i]);
        }
    }
}

static void of_many_tremors_the_longest_are_shown(void **state)
{
    (void)state;
    struct tremor *t = &summary.tremor;
    for (int i = 0; i < 29; i++) {
        struct tremor_segment *segment =
            array_add(&t->segment, t->segment_count++, sizeof(*segment));
        double length_s = i % 3 == 1 ? 10 : 1.5;
        *segment = (struct tremor_segment){.start_s = 20 * i,
                                           .end_s = 20 * i + length_s,
                                           .frequency_hz = 5 + 0.01 * i,
                                           .confidence = 0.8};
    }
    const char *page = written();
    assert_non_null(strstr(page, "The 10 longest are shown; 19 more, 28.5 s"));
    assert_non_null(strstr(page, ">5.25<")); /* the ninth of 10 s */
    assert_null(strstr(page, ">5.02<"));
}

static void report_says_why_something_was_not_measured(void **state)
{
    (void)state;
    snprintf(summary.taps.reason, SUMMARY_REASON, "sampled too slowly");
    summary.quality.lost_samples = 100;
    const char *page = written();
    assert_non_null(strstr(page, "Finger taps: not measured; sampled too"));
    assert_non_null(strstr(page, "100 of 62500 samples are missing"));
    assert_non_null(strstr(page, "Walking: none was found"));
}

static void nothing_in_a_recording_becomes_markup(void **state)
{
    (void)state;
    snprintf(summary.info.participant, sizeof(summary.info.participant),
             "<script>alert(1)</script>&\"\x01\xff");
    const char *page = written();
    assert_null(strstr(page, "<script>"));
    assert_non_null(strstr(page, "&lt;script&gt;"));
}

static void quality_line_hides_no_trouble(void **state)
{
    (void)state;
    char text[TEXT_LINE];
    summary.quality.gaps = 2;
    text_quality_line(&summary, text);
    assert_string_equal(text, "Data: interrupted 2 times.");
    summary.quality.gaps = 0;
    summary.quality.clipped_samples = 7;
    text_quality_line(&summary, text);
    assert_string_equal(text, "Data: complete, no sample lost; 7 were beyond "
                              "the sensor's range.");
    summary.walking.steps = 4;
    summary.walking.walking_s = 3;
    text_walking_line(&summary, text);
    assert_string_equal(text, "Walking: 4 steps in 3.0 s.");
}

/* What a figure draws, as a picture of its size. */
static size_t overview_size(void)
{
    size_t size = 0;
    char *svg = figure_overview(&summary, &size);
    assert_non_null(svg);
    free(svg);
    return size;
}

static void overview_shows_marks_and_lives_with_any_label(void **state)
{
    (void)state;
    size_t without = overview_size();
    struct recording_event *event =
        array_add(&summary.event, summary.event_count++, sizeof(*event));
    event->start_ns = 100 * INT64_C(1000000000);
    event->end_ns = 200 * INT64_C(1000000000);
    snprintf(event->label, sizeof(event->label), "tremor \xff\xfe\n<b>");
    assert_true(overview_size() > without);
}

static void without_accelerometer_the_overview_shows_turning(void **state)
{
    (void)state;
    summary.info.has_accel = false;
    for (size_t i = 0; i < summary.trace.columns; i++) {
        summary.trace.accel_low_g[i] = summary.trace.accel_high_g[i] = 0;
        summary.trace.gyro_high_dps[i] = 0;
    }
    size_t still = overview_size();
    for (size_t i = 0; i < summary.trace.columns; i++) {
        summary.trace.gyro_high_dps[i] = (float)(i % 7) * 20;
    }
    assert_true(overview_size() > still);
}

static void dates_read_as_a_person_writes_them(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"2026-11-21T08:05:42.722Z", "21 November 2026, 08:05 UTC"},
        {"2026-01-02T23:59:59Z", "2 January 2026, 23:59 UTC"},
        {"", ""},
        {"yesterday", "yesterday"},
        {"2026-13-01T00:00:00Z", "2026-13-01T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[TEXT_DATE];
        text_date(cases[i][0], out);
        assert_string_equal(out, cases[i][1]);
    }
}

static void existing_report_is_kept(void **state)
{
    (void)state;
    written();
    struct error error = {0};
    assert_int_equal(report_write(&summary, path, &error), ERR_EXISTS);
}

static void durations_read_as_a_person_says_them(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *duration;
        const char *clock;
    } cases[] = {
        {0, "0.0 s", "0:00"},
        {59.94, "59.9 s", "1:00"},
        {59.96, "1 min 00 s", "1:00"},
        {200, "3 min 20 s", "3:20"},
        {3599.7, "1 h 00 min", "1:00:00"},
        {7500, "2 h 05 min", "2:05:00"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[32];
        text_duration(cases[i].seconds, out);
        assert_string_equal(out, cases[i].duration);
        text_clock(cases[i].seconds, out);
        assert_string_equal(out, cases[i].clock);
    }
}

static void taps_end_in_words(void **state)
{
    (void)state;
    static const struct {
        double fraction;
        const char *words;
    } cases[] = {{0.63, "63 % weaker"},
                 {-0.27, "27 % stronger"},
                 {0.004, "the same"},
                 {NAN, "\u2013"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[32];
        text_decrement(cases[i].fraction, out);
        assert_string_equal(out, cases[i].words);
    }
}

static void little_walking_is_said_in_seconds(void **state)
{
    (void)state;
    char text[TEXT_LINE];
    summary.walking.steps = 12;
    text_walking_detail(&summary, text);
    assert_string_equal(text,
                        "No time at 100 steps a minute or more (moderate).");
    summary.walking.minutes_over_100_spm = 0.1;
    text_walking_detail(&summary, text);
    assert_string_equal(text, "6.0 s at 100 steps a minute or more "
                              "(moderate), none of it at 130 or more "
                              "(vigorous).");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(report_says_what_was_measured, begin,
                                        end),
        cmocka_unit_test_setup_teardown(of_many_tremors_the_longest_are_shown,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            report_says_why_something_was_not_measured, begin, end),
        cmocka_unit_test_setup_teardown(nothing_in_a_recording_becomes_markup,
                                        begin, end),
        cmocka_unit_test_setup_teardown(existing_report_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(quality_line_hides_no_trouble, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            overview_shows_marks_and_lives_with_any_label, begin, end),
        cmocka_unit_test_setup_teardown(
            without_accelerometer_the_overview_shows_turning, begin, end),
        cmocka_unit_test(dates_read_as_a_person_writes_them),
        cmocka_unit_test(taps_end_in_words),
        cmocka_unit_test_setup_teardown(little_walking_is_said_in_seconds,
                                        begin, end),
        cmocka_unit_test(durations_read_as_a_person_says_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
