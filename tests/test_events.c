/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/events.h"

static char path[] = "/tmp/carpus-events-XXXXXX";
static struct journal_event *events;
static size_t count;
static struct error error;

static int read_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    events = NULL;
    count = 0;
    return events_read(path, &events, &count, &error);
}

static void rows_become_events(void **state)
{
    (void)state;
    assert_int_equal(read_text("start_s,end_s,label\n"
                               "0,1.5,rest\n"
                               "2,,\"tap, then \"\"hold\"\"\"\r\n"
                               "\n"
                               "3.25,60,walk"),
                     0);
    assert_int_equal(count, 3);
    assert_true(events[0].session_time);
    assert_int_equal(events[0].end_ns, 1500000000);
    assert_string_equal(events[0].source, "preset");
    assert_int_equal(events[1].start_ns, 2000000000);
    assert_int_equal(events[1].end_ns, 2000000000);
    assert_string_equal(events[1].label, "tap, then \"hold\"");
    assert_int_equal(events[2].start_ns, 3250000000);
    assert_string_equal(events[2].label, "walk");
    free(events);
}

static void a_fourth_column_says_of_what_kind_they_are(void **state)
{
    (void)state;
    assert_int_equal(read_text("start_s,end_s,label,source\n"
                               "0,1.5,rest,\n"
                               "2,3,pause,programme\n"
                               "4,5,tap,preset\n"),
                     0);
    assert_int_equal(count, 3);
    assert_string_equal(events[0].source, "preset");
    assert_string_equal(events[1].source, "programme");
    assert_string_equal(events[2].source, "preset");
    free(events);
    assert_int_equal(read_text("start_s,end_s,label,source\n0,1,rest\n"),
                     ERR_DATA);
    assert_int_equal(read_text("start_s,end_s,label,source\n0,1,rest,key\n"),
                     ERR_DATA);
    assert_non_null(strstr(error.text, "source"));
    assert_int_equal(read_text("start_s,end_s,label\n0,1,rest,preset\n"),
                     ERR_DATA);
}

static void long_labels_are_cut_and_many_rows_read(void **state)
{
    (void)state;
    static char text[64 * 1024];
    size_t used = (size_t)sprintf(text, "start_s,end_s,label\n");
    for (int i = 0; i < 300; i++) {
        used += (size_t)sprintf(text + used, "%d,%d,%0100d\n", i, i + 1, i);
    }
    assert_int_equal(read_text(text), 0);
    assert_int_equal(count, 300);
    assert_int_equal(strlen(events[299].label), 63);
    free(events);
}

static void excel_files_and_letters_beyond_ascii_are_read(void **state)
{
    (void)state;
    /* 61 bytes, then a letter of three: it would be cut in its middle. */
    assert_int_equal(read_text("\xef\xbb\xbfstart_s,end_s,label\n"
                               "1,2,\xc3\xa4\n"
                               "1,2,0123456789012345678901234567890123456789"
                               "012345678901234567890\xe2\x82\xac!\n"),
                     0);
    assert_int_equal(count, 2);
    assert_string_equal(events[0].label, "\xc3\xa4");
    assert_int_equal(strlen(events[1].label), 61);
    free(events);
}

static void wrong_files_are_refused_by_row(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        const char *says;
    } cases[] = {
        {"", ERR_NO_INPUT, "empty"},
        {"time,label\n", ERR_DATA, "row 1"},
        {"start_s,end_s,label,more\n", ERR_DATA, "row 1"},
        {"start_s,end_s,label\n1,2,a\n1,2\n", ERR_DATA, "row 3"},
        {"start_s,end_s,label\n1,2,a,b\n", ERR_DATA, "row 2"},
        {"start_s,end_s,label\nx,2,a\n", ERR_DATA, "start_s"},
        {"start_s,end_s,label\n-1,2,a\n", ERR_DATA, "start_s"},
        {"start_s,end_s,label\nnan,2,a\n", ERR_DATA, "start_s"},
        {"start_s,end_s,label\n1e300,,a\n", ERR_DATA, "start_s"},
        {"start_s,end_s,label\n2,1,a\n", ERR_DATA, "end_s"},
        {"start_s,end_s,label\n1,2,\"a\n", ERR_DATA, "row 2"},
        {"start_s,end_s,label\n1,2,\"a\"b\n", ERR_DATA, "row 2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_text(cases[i].text), cases[i].code);
        assert_non_null(strstr(error.text, cases[i].says));
    }
    assert_int_equal(events_read("/no/such", &events, &count, &error),
                     ERR_NO_INPUT);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd >= 0 ? close(fd) : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_events),
        cmocka_unit_test(a_fourth_column_says_of_what_kind_they_are),
        cmocka_unit_test(long_labels_are_cut_and_many_rows_read),
        cmocka_unit_test(excel_files_and_letters_beyond_ascii_are_read),
        cmocka_unit_test(wrong_files_are_refused_by_row),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
