/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "acquire/record_text.h"

#define SENSOR                                                                 \
    {                                                                          \
        .elapsed_s = 3723.9, .rate_hz = 1667.24, .samples = 6208765,           \
        .lost = 41, .causes = GAP_FIFO | GAP_USB, .clipped = 7,                \
        .motion_mg = 12.4, .has_supply = true, .on_usb_power = true,           \
        .supply_mv = 4950                                                      \
    }

static const struct recorder_stats stats = {
    .sensor_count = 1,
    .sensors = {SENSOR},
    .left_s = 5 * 3600,
};
static const char *const names[] = {"left", "right"};

static void status_line_tells_all_where_there_is_room(void **state)
{
    (void)state;
    char line[251];
    record_text_status(&stats, NULL, 250, line);
    assert_string_equal(line, "1:02:04  lost 41 of 6208806 (fifo+usb)  "
                              "1667.2 Hz  move 12 mg  clipped 7  disk 5 h  "
                              "USB");
}

static void status_line_never_exceeds_its_width(void **state)
{
    (void)state;
    char line[251];
    for (size_t width = 0; width <= 250; width++) {
        memset(line, 'x', sizeof(line));
        record_text_status(&stats, NULL, width, line);
        assert_true(strlen(line) <= width);
    }
    record_text_status(&stats, NULL, 7, line);
    assert_string_equal(line, "1:02:04");
}

static void status_line_of_a_good_hour_fits_the_usual_terminal(void **state)
{
    (void)state;
    struct recorder_stats good = stats;
    char line[251];
    good.sensors[0].lost = 0;
    good.sensors[0].samples = 6001200;
    good.sensors[0].elapsed_s = 3600;
    good.sensors[0].motion_mg = 123;
    good.left_s = 118 * 86400.0;
    record_text_status(&good, NULL, 79, line);
    assert_string_equal(line, "1:00:00  lost 0 of 6001200  1667.2 Hz  "
                              "move 123 mg  clipped 7  disk 118 d  USB");
}

static void status_line_shows_both_wrists_on_the_usual_terminal(void **state)
{
    (void)state;
    struct recorder_stats both = {
        .sensor_count = 2,
        .sensors = {SENSOR, SENSOR},
        .left_s = 118 * 86400.0,
    };
    char line[251];
    both.sensors[0].lost = 0;
    both.sensors[1].lost = 0;
    both.sensors[1].motion_mg = 1234;
    both.sensors[1].rate_hz = 1666.1;
    record_text_status(&both, names, 79, line);
    assert_string_equal(line, "1:02:04  left lost 0  right lost 0  "
                              "move 12, 1234 mg  clipped 14  disk 118 d");
    both.sensors[0].away = true;
    both.sensors[1].ended = true;
    both.sensors[1].lost = 41;
    record_text_status(&both, names, 250, line);
    assert_string_equal(line,
                        "1:02:04  left UNPLUGGED lost 0  "
                        "right ENDED lost 41 (fifo+usb)  move 12, 1234 mg  "
                        "clipped 14  disk 118 d  1667.2, 1666.1 Hz");
    for (size_t width = 0; width <= 250; width++) {
        memset(line, 'x', sizeof(line));
        record_text_status(&both, names, width, line);
        assert_true(strlen(line) <= width);
    }
}

/* Of eight who lacks something is named, and nothing is left out that matters.
 */
static void status_line_of_eight_fits_the_usual_terminal(void **state)
{
    (void)state;
    static const char *const eight[] = {"left", "right", "C", "D",
                                        "E",    "F",     "G", "H"};
    struct recorder_stats many = {.sensor_count = 8, .left_s = 118 * 86400.0};
    char line[251];
    for (size_t i = 0; i < 8; i++) {
        many.sensors[i] = (struct recorder_sensor_stats){
            .elapsed_s = 3724,
            .rate_hz = 208.3 + 0.1 * (double)i,
            .samples = 775000,
            .motion_mg = 10 * (double)i,
        };
    }
    record_text_status(&many, eight, 79, line);
    assert_string_equal(line, "1:02:04  8 bands lost 0  move 0 to 70 mg  "
                              "clipped 0  disk 118 d");
    record_text_status(&many, eight, 82, line);
    assert_non_null(strstr(line, "  208.3 to 209.0 Hz"));
    many.sensors[2].lost = 4;
    many.sensors[7].away = true;
    record_text_status(&many, eight, 79, line);
    assert_string_equal(line, "1:02:04  8 bands lost 4  H UNPLUGGED lost 0  "
                              "C lost 4 (unknown)  clipped 0");
    for (size_t width = 0; width <= 250; width++) {
        memset(line, 'x', sizeof(line));
        record_text_status(&many, eight, width, line);
        assert_true(strlen(line) <= width);
    }
}

static void durations_are_hours_minutes_seconds(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0:00:00"},    {-1, "0:00:00"},   {59.4, "0:00:59"},
        {59.9, "0:01:00"}, {3600, "1:00:00"}, {7 * 86400, "168:00:00"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[32];
        record_text_duration(cases[i].seconds, out, sizeof(out));
        assert_string_equal(out, cases[i].text);
    }
}

static void losses_are_an_error_that_says_where_to_look(void **state)
{
    (void)state;
    struct error error = {0};
    struct session_summary summary = {.rows = 10};
    assert_int_equal(record_text_lost(&summary, "x.h5", &error), 0);
    summary.lost = 5;
    summary.causes = GAP_HOST;
    assert_int_equal(record_text_lost(&summary, "x.h5", &error), ERR_LOST);
    assert_non_null(strstr(error.text, "5 samples are missing"));
    assert_non_null(strstr(error.text, "host"));
    assert_non_null(strstr(error.text, "x.h5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_line_tells_all_where_there_is_room),
        cmocka_unit_test(status_line_never_exceeds_its_width),
        cmocka_unit_test(status_line_of_a_good_hour_fits_the_usual_terminal),
        cmocka_unit_test(status_line_shows_both_wrists_on_the_usual_terminal),
        cmocka_unit_test(status_line_of_eight_fits_the_usual_terminal),
        cmocka_unit_test(durations_are_hours_minutes_seconds),
        cmocka_unit_test(losses_are_an_error_that_says_where_to_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
