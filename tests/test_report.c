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

#include <cairo-svg.h>

#include "analysis/array.h"
#include "analysis/bytes.h"
#include "analysis/figures.h"
#include "analysis/report.h"
#include "analysis/report_text.h"

static struct summary summary;
static struct report_options options; /* therapist, English, HTML */
static const struct voice therapist = {LANGUAGE_EN, AUDIENCE_THERAPIST};
static char folder[] = "/tmp/carpus-report-XXXXXX";
static char path[64];

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/carpus-report-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/report.html", folder);
    memset(&options, 0, sizeof(options));
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
    assert_int_equal(report_write(&summary, &options, path, &error), 0);
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
        "540 steps in 5 min 00 s, median cadence 108 a minute",
        "30 in 1 series; the longest has 30, 3.0 a second",
        "10 repetitions in 1 set",
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

/* ---- with a programme ---- */

static void add_event(double start_s, double end_s, const char *label)
{
    struct recording_event *event =
        array_add(&summary.event, summary.event_count++, sizeof(*event));
    event->start_ns = llround(start_s * 1e9);
    event->end_ns = llround(end_s * 1e9);
    snprintf(event->label, sizeof(event->label), "%s", label);
    snprintf(event->source, sizeof(event->source), PROGRAMME_EVENT_SOURCE);
}

/* Curls for the left arm are done, for the right cannot be seen, walking is
 * too short, all else is not done. */
static void add_guided_session(void)
{
    struct programme *programme = NULL;
    struct error error = {0};
    add_results();
    summary.info.placement = PLACEMENT_LEFT_WRIST;
    add_event(0, 0, "programme name=hand-neuropathy week=2");
    add_event(1, 1, "symptom name=pain when=before value=8");
    add_event(20, 290, "exercise id=walking side=none set=1");
    add_event(295, 365, "exercise id=biceps-curls side=left set=1");
    add_event(370, 380, "exercise id=biceps-curls side=right set=1");
    add_event(390, 390, "skipped id=wrist-curls side=left");
    add_event(400, 400, "hand id=swimming minutes=30");
    assert_int_equal(programme_read("hand-neuropathy", &programme, &error), 0);
    assert_int_equal(adherence_find(&summary, programme, 0), 0);
}

static void assert_has(const char *page, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(page, texts[i]) == NULL) {
            fail_msg("the report lacks: %s", texts[i]);
        }
    }
}

static void programme_is_told_item_by_item(void **state)
{
    (void)state;
    add_guided_session();
    const char *page = written();
    static const char *const texts[] = {
        "Programme \u201cHands and walking with neuropathy\u201d, week 2.",
        "> full</span> 10 times<",
        "> full</span> 30 min, entered by hand<",
        "> not done</span> skipped<",
        "<dd>8 before; after it was not asked</dd>",
        "<dt>Caution</dt><dd>Stop where it hurts.",
        "Kleckner et al. 2018", /* the source of the dose */
    };
    assert_has(page, texts, sizeof(texts) / sizeof(texts[0]));
    assert_non_null(strstr(page, "Biceps curls, right: a band on the left "
                                 "wrist does not see the right hand."));
    /* How a session stands in a recording is no mark for people to read. */
    assert_null(strstr(page, "id=biceps-curls"));
    assert_null(strstr(page, "Marked while recording"));
}

static void wearer_hears_what_was_done_and_what_was_not_by_name(void **state)
{
    (void)state;
    add_guided_session();
    options.voice = (struct voice){LANGUAGE_DE, AUDIENCE_WEARER};
    const char *page = written();
    static const char *const texts[] = {
        "<h1 id=\"h0\">Ihre Übungen</h1>",
        ">Bizepsbeugen, links</th>",
        "> heute nicht</span> Fingertippen</li>", /* both sides in one */
        "<li>Handgelenk beugen</li>",
        "<dt>Achtung</dt><dd>Hören Sie auf, wo es wehtut.",
    };
    assert_has(page, texts, sizeof(texts) / sizeof(texts[0]));
    assert_null(strstr(page, "Sicherheit")); /* confidence */
    assert_null(strstr(page, "Kleckner"));
}

static void a_reason_is_said_once_with_exercises_by_name(void **state)
{
    (void)state;
    add_guided_session();
    for (int i = 0; i < 2; i++) {
        snprintf(summary.adherence.item[i].reason, SUMMARY_REASON,
                 "7 repetitions at 1:17 could be wrist-curls or biceps-curls");
    }
    const char *page = written();
    assert_non_null(strstr(page, "Finger taps, left; Finger taps, right: 7 "
                                 "repetitions at 1:17 could be Wrist curls or "
                                 "Biceps curls.<"));
    unlink(path);
    options.voice.language = LANGUAGE_DE;
    page = written();
    assert_non_null(strstr(page, "7 Wiederholungen bei 1:17 können sein: "
                                 "Handgelenk beugen oder Bizepsbeugen.<"));
}

static void to_the_wearer_nothing_found_is_no_section(void **state)
{
    (void)state;
    snprintf(summary.taps.reason, SUMMARY_REASON, "sampled too slowly");
    const char *page = written();
    assert_non_null(strstr(page, ">Walking</h2>"));
    unlink(path);
    options.voice.audience = AUDIENCE_WEARER;
    page = written();
    assert_null(strstr(page, ">Walking</h2>"));
    assert_null(strstr(page, ">Finger taps</h2>"));
    assert_non_null(strstr(page, "<dt>Walking</dt>"));
    assert_non_null(strstr(page, "could not be measured this time"));
}

static void unknown_programme_is_named(void **state)
{
    (void)state;
    add_event(0, 0, "programme name=mine week=1");
    assert_int_equal(adherence_find(&summary, NULL, 0), 0);
    const char *page = written();
    assert_non_null(strstr(page, "guided by programme 'mine', which is not"));
}

static void every_voice_makes_both_formats(void **state)
{
    (void)state;
    add_guided_session();
    for (int i = 0; i < LANGUAGES * AUDIENCES; i++) {
        options.voice = (struct voice){(enum language)(i % LANGUAGES),
                                       (enum audience)(i / LANGUAGES)};
        options.format = REPORT_HTML;
        written();
        unlink(path);
        struct error error = {0};
        options.format = REPORT_PDF;
        assert_int_equal(report_write(&summary, &options, path, &error), 0);
        unlink(path);
    }
}

static void empty_session_is_a_report_all_the_same(void **state)
{
    (void)state;
    summary_free(&summary);
    const char *page = written();
    assert_non_null(strstr(page, "no code given"));
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "nan"));
}

static void report_says_why_something_was_not_measured(void **state)
{
    (void)state;
    snprintf(summary.taps.reason, SUMMARY_REASON, "sampled too slowly");
    summary.quality.lost_samples = 100;
    const char *page = written();
    assert_non_null(strstr(page, "not measured; sampled too slowly"));
    assert_non_null(strstr(page, "100 of 62500 samples are missing"));
    assert_non_null(strstr(page, "none was found"));
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
    char text[VOICE_TEXT];
    summary.quality.gaps = 2;
    text_quality_line(&summary, &therapist, text);
    assert_string_equal(text, "interrupted 2 times");
    summary.quality.gaps = 0;
    summary.quality.clipped_samples = 7;
    text_quality_line(&summary, &therapist, text);
    assert_string_equal(text, "complete, no sample lost; 7 were beyond the "
                              "sensor's range");
    summary.walking.steps = 4;
    summary.walking.walking_s = 3;
    text_walking_line(&summary, &therapist, text);
    assert_string_equal(text, "4 steps in 3.0 s");
}

/* What a figure draws, as a picture of its size. */
static size_t overview_size(void)
{
    struct document document;
    struct bytes svg = {0};
    document_init(&document, &therapist, "", "");
    figures_add(&document, &summary, FIGURE_OVERVIEW);
    assert_int_equal(document.block_count, 1);
    const struct figure *figure = &document.block[0].figure;
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(bytes_from_cairo, &svg, 720, 300);
    cairo_t *cairo = cairo_create(surface);
    figure->draw(&(struct canvas){cairo, 720, 300, 13, &therapist}, figure->of);
    assert_int_equal(cairo_status(cairo), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    size_t size = svg.size;
    bytes_free(&svg);
    document_free(&document);
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
        char out[VOICE_SHORT];
        voice_date(&therapist, cases[i][0], out);
        assert_string_equal(out, cases[i][1]);
    }
}

static void existing_report_is_kept(void **state)
{
    (void)state;
    written();
    struct error error = {0};
    assert_int_equal(report_write(&summary, &options, path, &error),
                     ERR_EXISTS);
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
        char out[VOICE_SHORT];
        voice_duration(&therapist, cases[i].seconds, out);
        assert_string_equal(out, cases[i].duration);
        voice_clock(cases[i].seconds, out);
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
        char out[VOICE_TEXT];
        text_decrement(&therapist, cases[i].fraction, out);
        assert_string_equal(out, cases[i].words);
    }
}

static void little_walking_is_said_in_seconds(void **state)
{
    (void)state;
    char text[VOICE_TEXT];
    summary.walking.steps = 12;
    text_walking_detail(&summary, &therapist, text);
    assert_string_equal(text,
                        "No time at 100 steps a minute or more (moderate).");
    summary.walking.minutes_over_100_spm = 0.1;
    text_walking_detail(&summary, &therapist, text);
    assert_string_equal(text, "6.0 s at 100 steps a minute or more "
                              "(moderate), none of it at 130 or more "
                              "(vigorous).");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(report_says_what_was_measured, begin,
                                        end),
        cmocka_unit_test_setup_teardown(programme_is_told_item_by_item, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            wearer_hears_what_was_done_and_what_was_not_by_name, begin, end),
        cmocka_unit_test_setup_teardown(
            a_reason_is_said_once_with_exercises_by_name, begin, end),
        cmocka_unit_test_setup_teardown(
            to_the_wearer_nothing_found_is_no_section, begin, end),
        cmocka_unit_test_setup_teardown(unknown_programme_is_named, begin, end),
        cmocka_unit_test_setup_teardown(every_voice_makes_both_formats, begin,
                                        end),
        cmocka_unit_test_setup_teardown(empty_session_is_a_report_all_the_same,
                                        begin, end),
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
