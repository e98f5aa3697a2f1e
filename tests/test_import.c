/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recording_maker.h"

#include "acquire/csv_columns.h"
#include "acquire/csv_value.h"
#include "acquire/import.h"

static void put_csv(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Rows of a CSV made by a function: `n` of them, below `header`. */
struct csv {
    const char *header;
    const char *format; /* of one row: time, then 1 g turning about y */
    double (*time)(int row);
    int n;
};

static void make_csv(const char *path, const struct csv *csv)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(csv->header, file);
    for (int i = 0; i < csv->n; i++) {
        fprintf(file, csv->format, csv->time(i), sin(i * 0.01), cos(i * 0.01));
    }
    assert_int_equal(fclose(file), 0);
}

static double even_50(int row)
{
    return row / 50.0;
}

/* ---- numbers, times, names ---- */

static void numbers_are_what_strtod_makes_of_them(void **state)
{
    static const char *const good[] = {
        "0",
        "-0.5",
        "1.25",
        "3.",
        ".5",
        "-.5",
        "123456789012345678901",
        "1e3",
        "-2.5E-3",
        "0.0000000000000000000000012345",
        "9.80665",
        "+4.5",
        "1700000000.123",
        "1700000000123456789",
        "4.9e-324",
        "0.1234567890123456789012345678901234567890",
    };
    static const char *const bad[] = {
        "",    "-",     "+",   ".",  "nan", "NaN",   "inf", "-Infinity", "0x10",
        "1,5", "1.2.3", "12a", "e5", "1e",  "1e400", " 1",  "--1",       "1-2",
    };
    (void)state;
    double value;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(csv_number(good[i], strlen(good[i]), '.', &value));
        double expected = strtod(good[i], NULL);
        assert_true(fabs(value - expected) <= 2e-16 * fabs(expected));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(csv_number(bad[i], strlen(bad[i]), '.', &value));
    }
    assert_true(csv_number("-1,25", 5, ',', &value));
    assert_true(value == -1.25);
    assert_false(csv_number("1.25", 4, ',', &value));
}

static void times_are_iso_8601(void **state)
{
    static const struct {
        const char *text;
        double seconds;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-21T08:15:02.125Z", 1795248902.125},
        {"2026-11-21 08:15:02,125", 1795248902.125},
        {"2026-11-21T09:15:02.125+01:00", 1795248902.125},
        {"2026-11-21T03:45:02.125-0430", 1795248902.125},
        {"2024-02-29T23:59", 1709251140},
        {"1969-12-31T23:59:59Z", -1},
    };
    static const char *const bad[] = {
        "2026-11-21",
        "2026-13-01T00:00:00Z",
        "2026-11-21T08:61:02Z",
        "2026-11-21T08:15:02.1Zulu",
        "21.11.2026 08:15:02",
        "08:15:02",
        "",
        "2026-11-21T08:15:99Z",
    };
    (void)state;
    double value;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(csv_time(good[i].text, strlen(good[i].text), &value));
        assert_true(fabs(value - good[i].seconds) < 1e-6);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(csv_time(bad[i], strlen(bad[i]), &value));
    }
}

static void columns_are_recognised_as_people_name_them(void **state)
{
    static const struct {
        const char *name;
        enum csv_role role;
        double unit;
    } cases[] = {
        {"t_s", CSV_TIME, 1},
        {"Time (s)", CSV_TIME, 1},
        {"timestamp", CSV_TIME, 0},
        {"timestamp_ms", CSV_TIME, 1e-3},
        {"seconds", CSV_TIME, 1},
        {"ms", CSV_TIME, 1e-3},
        {"Time [\xc2\xb5s]", CSV_TIME, 1e-6},
        {"ax_g", CSV_AX, 1},
        {"Acc_X", CSV_AX, 0},
        {"accel y (mg)", CSV_AY, 1e-3},
        {"Acceleration z (m/s^2)", CSV_AZ, 1 / 9.80665},
        {"accelerometer_z [m/s\xc2\xb2]", CSV_AZ, 1 / 9.80665},
        {"X-axis (g)", CSV_AX, 1},
        {"x", CSV_AX, 0},
        {"z_acc", CSV_AZ, 0},
        {"gx_dps", CSV_GX, 1},
        {"gyro.y [deg/s]", CSV_GY, 1},
        {"Gyroscope Z (rad/s)", CSV_GZ, 57.29577951308232},
        {"rotationRateX", CSV_GX, 0},
        {"rot_z(\xc2\xb0/s)", CSV_GZ, 1},
        {"wz", CSV_GZ, 0},
        {"label_code", CSV_SKIP, 0},
        {"step", CSV_SKIP, 0},
        {"mag_x", CSV_SKIP, 0},
        {"temperature", CSV_SKIP, 0},
        {"", CSV_SKIP, 0},
        {"heart rate", CSV_SKIP, 0},
        {"magnetometer_z", CSV_SKIP, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct csv_columns columns = {.count = 2, .name = {"gy", ""}};
        snprintf(columns.name[1], CSV_NAME_MAX, "%s", cases[i].name);
        if (cases[i].role == CSV_GY) {
            strcpy(columns.name[0], "gx");
        }
        struct error error = {0};
        if (csv_columns_recognise(&columns, NULL, NULL, &error) < 0 ||
            columns.role[1] != cases[i].role ||
            (cases[i].role != CSV_SKIP &&
             fabs(columns.unit[cases[i].role] - cases[i].unit) > 1e-9)) {
            fail_msg("'%s' is %d; %s", cases[i].name, columns.role[1],
                     error.text);
        }
    }
}

/* ---- whole files ---- */

static void check_file(const char *path, const struct import_options *options,
                       double rate_hz, bool gyro)
{
    struct recording *r;
    struct error error = {0};
    if (recording_open(path, options, &r, &error) < 0) {
        fail_msg("%s", error.text);
    }
    const struct recording_info *info = recording_info(r);
    size_t gaps;
    recording_gaps(r, &gaps);
    if (fabs(info->rate_measured_hz / rate_hz - 1) > 1e-3 || gaps != 0 ||
        info->has_gyro != gyro || !info->has_accel) {
        fail_msg("%s: %f Hz, %zu gaps", path, info->rate_measured_hz, gaps);
    }
    struct recording_chunk chunk;
    double turned = 0;
    while (recording_read(r, &chunk, NULL) == 0 && chunk.count > 0) {
        for (size_t i = 0; i < chunk.count; i++) {
            const struct motion *m = &chunk.rows[i];
            turned = fmax(turned, fabs((double)m->accel[0] -
                                       sin((double)(chunk.first + i) * 0.01)));
            turned = fmax(turned,
                          fabs((double)m->gyro[2] - (gyro ? 57.2957795 : 0)));
        }
    }
    assert_true(turned < 1e-3);
    recording_close(r);
}

static double in_ms(int row)
{
    return row * 20;
}

/* 200 a second, written to 10 ms. */
static double rounded_200(int row)
{
    return round(row / 2.0) / 100;
}

static double rounded_156(int row)
{
    return round(row / 1.5625) / 100;
}

/* Thirty rows with one stamp. */
static double in_batches(int row)
{
    return (floor(row / 30.0) + 1) * 0.3;
}

static double epoch_ms(int row)
{
    return 1700000000000 + row * 20.0;
}

static double epoch_ns(int row)
{
    return 1700000000e9 + row * 20e6;
}

static double rounded_80_hz(int row)
{
    return floor(row * 12.5 + 0.5);
}

static double rounded_700_hz(int row)
{
    return floor(row / 0.7 + 0.5);
}

/* Rows that come in bursts of five, stamped when the last has come. */
static double in_bursts(int row)
{
    return (5 * floor(row / 5.0) + 4) * 0.01;
}

/* Rows that are up to 0.3 periods early or late, and now and then four. */
static double jittery(int row)
{
    double jitter = ((row * 7919) % 601 - 300) * 1e-5;
    static const double late[] = {0.04, 0.031, 0.0215, 0.012, 0.0025};
    int phase = row % 150 - 70;
    double stall = phase >= 0 && phase < 5 ? late[phase] : 0;
    return row * 0.01 + (stall > 0 ? stall : jitter);
}

static void files_are_understood_whatever_their_dress(void **state)
{
    static const struct {
        struct csv csv;
        struct import_options options;
        double rate_hz;
        bool gyro;
    } cases[] = {
        {{"t_s,ax_g,ay_g,az_g\n", "%.2f,%.5f,0,%.5f\n", even_50, 500},
         {0},
         50,
         false},
        {{"\xef\xbb\xbft_s;ax_g;ay_g;az_g\r\n", "%.2f;%.5f;0;%.5f\r\n", even_50,
          500},
         {0},
         50,
         false},
        {{"# made by hand\n\nt_s\tax_g\tay_g\taz_g\n# more\n",
          "%.2f\t%.5f\t0\t%.5f\n\n", even_50, 500},
         {0},
         50,
         false},
        {{"\"t_s\",\"ax_g\",\"note, left\",\"az_g\",ay_g\r",
          "\"%.2f\",\"%.5f\",1,\"%.5f\",0\r", even_50, 500},
         {0},
         50,
         false},
        {{"time,x,y,z\n", "%.0f,%.5f,0,%.5f\n", in_ms, 500}, {0}, 50, false},
        {{"timestamp,ax,ay,az,gx,gy,gz (rad/s)\n", "%.0f,%.5f,0,%.5f,0,0,1\n",
          epoch_ms, 500},
         {0},
         50,
         true},
        {{"timestamp,ax,ay,az\n", "%.0f,%.5f,0,%.5f\n", epoch_ns, 500},
         {0},
         50,
         false},
        {{"time_ms,ax_g,ay_g,az_g\n", "%.0f,%.5f,0,%.5f\n", rounded_80_hz,
          2000},
         {0},
         80,
         false},
        {{"time_ms,ax_g,ay_g,az_g\n", "%.0f,%.5f,0,%.5f\n", rounded_700_hz,
          20000},
         {0},
         700,
         false},
        {{"t_s,ax_g,ay_g,az_g\n", "%.2f,%.5f,0,%.5f\n", rounded_200, 4001},
         {0},
         200,
         false},
        {{"t_s,ax_g,ay_g,az_g\n", "%.2f,%.5f,0,%.5f\n", rounded_156, 9000},
         {0},
         156.25,
         false},
        {{"t_s,ax_g,ay_g,az_g\n", "%.3f,%.5f,0,%.5f\n", in_batches, 9000},
         {0},
         100,
         false},
        {{"t_s,ax_g,ay_g,az_g\n", "%.3f,%.5f,0,%.5f\n", in_bursts, 2000},
         {0},
         100,
         false},
        {{"t_s,ax_g,ay_g,az_g\n", "%.4f,%.5f,0,%.5f\n", jittery, 4000},
         {0},
         100,
         false},
        {{"", "%.2f,%.5f,0,%.5f\n", even_50, 500},
         {.columns = "t_s,ax_g,ay_g,az_g"},
         50,
         false},
        {{"a,b,c,d\n", "%.2f,%.5f,7,%.5f\n", even_50, 500},
         {.columns = "t,ax,-,az", .unit = "g,s"},
         50,
         false},
        {{"n,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_rad/s\n",
          "%.2f,%.5f,0,%.5f,0,0,1\n", even_50, 500},
         {.rate_hz = 26},
         26,
         true},
    };
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_csv(folder->file, &cases[i].csv);
        check_file(folder->file, &cases[i].options, cases[i].rate_hz,
                   cases[i].gyro);
    }
}

static void decimal_commas_are_read(void **state)
{
    struct folder *folder = *state;
    FILE *file = fopen(folder->file, "w");
    fputs("Sample No;t_s;ax_g;ay_g;az_g\n", file);
    for (int i = 0; i < 200; i++) {
        fprintf(file, "%d;%d,%02d;%d,%05d;0;1,0\n", i, i / 50, i % 50 * 2, 0,
                (int)lround(sin(i * 0.01) * 1e5));
    }
    fclose(file);
    struct recording *r = opened(folder->file);
    struct recording_chunk chunk;
    assert_int_equal(recording_read(r, &chunk, NULL), 0);
    assert_true(fabs((double)chunk.rows[9].accel[0] - sin(0.09)) < 1e-5);
    assert_true(fabs(chunk.dt_s - 0.02) < 1e-9);
    recording_close(r);
}

static void iso_times_give_rate_and_date(void **state)
{
    struct folder *folder = *state;
    FILE *file = fopen(folder->file, "w");
    fputs("datetime,acc_x (m/s2),acc_y (m/s2),acc_z (m/s2)\n", file);
    for (int i = 0; i < 500; i++) {
        fprintf(file, "2026-11-21T08:%02d:%02d.%03dZ,0,0,9.80665\n",
                59 + i / 50 / 60, i / 50, i % 50 * 20);
    }
    fclose(file);
    struct recording *r = opened(folder->file);
    assert_true(fabs(recording_info(r)->rate_measured_hz - 50) < 1e-3);
    assert_string_equal(recording_info(r)->created_utc, "2026-11-21T08:59:00Z");
    struct recording_chunk chunk;
    assert_int_equal(recording_read(r, &chunk, NULL), 0);
    assert_true(fabs((double)chunk.rows[0].accel[2] - 1) < 1e-6);
    recording_close(r);
}

/* 60 s at 100 Hz of which rows [1000, 1003) and [2000, 2500) are missing, with
 * stamps that jitter by 2 ms. */
static double with_gaps(int row)
{
    int sample = row < 1000 ? row : row < 1997 ? row + 3 : row + 503;
    return sample * 0.01 + ((sample * 7919) % 401 - 200) * 1e-5;
}

static void gaps_are_found_at_their_row_with_their_length(void **state)
{
    static const struct csv csv = {"t_s,ax_g,ay_g,az_g\n", "%.5f,%.5f,0,%.5f\n",
                                   with_gaps, 5497};
    struct folder *folder = *state;
    make_csv(folder->file, &csv);
    struct recording *r = opened(folder->file);
    size_t count;
    const struct recording_gap *gap = recording_gaps(r, &count);
    assert_int_equal(count, 2);
    assert_int_equal(gap[0].at_sample, 1000);
    assert_int_equal(gap[0].lost_samples, 3);
    assert_int_equal(gap[1].at_sample, 1997);
    assert_int_equal(gap[1].lost_samples, 500);
    assert_int_equal(gap[1].cause, GAP_SOURCE);
    assert_true(fabs(recording_info(r)->rate_measured_hz - 100) < 5e-3);
    struct recording_chunk chunk;
    while (recording_read(r, &chunk, NULL) == 0 && chunk.count > 0) {
        double t = floor(with_gaps((int)chunk.first) * 100 + 0.5) / 100;
        assert_true(fabs(chunk.t0_s - t) < 2e-3);
        assert_int_equal(chunk.gap_before,
                         chunk.first == 1000 || chunk.first == 1997);
    }
    recording_close(r);
}

/* 20 s at 50 Hz below a header. Row 200 has no value, 300 to 349 have none, a
 * row of 400 comes after the next, and 500 comes twice. */
static void put_faults(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("t_s,ax_g,ay_g,az_g\n", file);
    for (int i = 0; i < 1000; i++) {
        int row = i == 400 ? 401 : i == 401 ? 400 : i;
        bool absent = i == 200 || (i >= 300 && i < 350);
        fprintf(file, "%.2f,%d,%s,1\n", row * 0.02, row % 2,
                !absent      ? "0"
                : i % 2 == 0 ? ""
                             : "NaN");
        if (i == 500) {
            fprintf(file, "10.00,0,0,1\n");
        }
    }
    assert_int_equal(fclose(file), 0);
}

static void rows_at_fault_are_left_out_as_missing_samples(void **state)
{
    static const struct recording_gap expected[] = {
        {.at_sample = 200, .lost_samples = 1},
        {.at_sample = 299, .lost_samples = 50},
        {.at_sample = 349, .lost_samples = 1},
    };
    struct folder *folder = *state;
    put_faults(folder->file);
    for (int with_rate = 0; with_rate < 2; with_rate++) {
        struct import_options options = {.rate_hz = with_rate ? 50 : 0};
        struct recording *r;
        struct error error = {0};
        if (recording_open(folder->file, &options, &r, &error) < 0) {
            fail_msg("%s", error.text);
        }
        /* With a rate, times count for nothing. */
        assert_int_equal(recording_rows(r), with_rate ? 950 : 948);
        size_t count;
        const struct recording_gap *gap = recording_gaps(r, &count);
        assert_int_equal(count, with_rate ? 2 : 3);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(gap[i].at_sample, expected[i].at_sample);
            assert_int_equal(gap[i].lost_samples, expected[i].lost_samples);
            assert_int_equal(gap[i].cause, GAP_SOURCE);
        }
        assert_true(fabs(recording_info(r)->rate_measured_hz - 50) < 1e-3);
        assert_string_equal(
            recording_info(r)->notes,
            with_rate
                ? "51 rows without a value left out, the first in line 202"
                : "51 rows without a value left out, the first in line 202; "
                  "1 row whose time goes back left out, the first in line 403; "
                  "1 row that came twice left out, the first in line 503");
        recording_close(r);
    }
}

/* By three seconds after ten minutes: three seconds of motion are not left
 * out as if they were a fault of some rows. */
static double set_back(int row)
{
    return (row < 30000 ? row : row - 150) / 50.0;
}

static void a_clock_set_back_is_refused(void **state)
{
    static const struct csv csv = {"t_s,ax_g,ay_g,az_g\n", "%.2f,%.5f,0,%.5f\n",
                                   set_back, 40000};
    struct folder *folder = *state;
    make_csv(folder->file, &csv);
    struct error error = {0};
    assert_int_equal(read_all(folder->file, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "line 30002: time goes back, from "
                                       "599.98 to 597, and does so in 149 of "
                                       "40000 rows"));
}

static double even_with_a_gap(int row)
{
    return (row < 1000 ? row : row + 70) / 50.0;
}

/* Times that are exact are followed in chunks no shorter for it. */
static void exact_times_come_in_chunks_of_a_second(void **state)
{
    static const struct csv csv = {"t_s,ax_g,ay_g,az_g\n", "%.2f,%.5f,0,%.5f\n",
                                   even_with_a_gap, 5000};
    struct folder *folder = *state;
    make_csv(folder->file, &csv);
    struct recording *r = opened(folder->file);
    struct recording_chunk chunk;
    size_t chunks = 0;
    while (recording_read(r, &chunk, NULL) == 0 && chunk.count > 0) {
        double t_s = even_with_a_gap((int)chunk.first);
        assert_true(fabs(chunk.t0_s - t_s) < 1e-8);
        assert_true(fabs(chunk.dt_s - 0.02) < 1e-10);
        assert_true(chunk.count <= 75);
        chunks++;
    }
    assert_in_range(chunks, 5000 / 75, 5000 / 50);
    recording_close(r);
}

static void what_had_to_be_assumed_is_noted(void **state)
{
    struct folder *folder = *state;
    static const struct csv csv = {"t_s,ax,ay,az,gx,gz\n",
                                   "%.2f,%.5f,0,%.5f,1,2\n", even_50, 500};
    make_csv(folder->file, &csv);
    struct recording *r = opened(folder->file);
    const char *notes = recording_info(r)->notes;
    assert_non_null(strstr(notes, "told by gravity: g"));
    assert_non_null(strstr(notes, "gyroscope y is missing"));
    assert_non_null(strstr(notes, "gyroscope taken as deg/s"));
    recording_close(r);
}

/* Shaken by 1.5 g, to and fro, on top of `gravity_g`. */
static int open_shaken(const char *path, double gravity_g, const char *unit,
                       struct error *error)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "t_s,ax_%s,ay_%s,az_%s\n", unit, unit, unit);
    for (int i = 0; i < 500; i++) {
        fprintf(file, "%.2f,%.1f,%.1f,0\n", i * 0.02, i % 2 == 0 ? 1.5 : -1.5,
                gravity_g);
    }
    assert_int_equal(fclose(file), 0);
    struct recording *r = NULL;
    int err = recording_open(path, NULL, &r, error);
    recording_close(r);
    return err;
}

static void an_acceleration_without_gravity_is_refused(void **state)
{
    struct folder *folder = *state;
    struct error error = {0};
    assert_int_equal(open_shaken(folder->file, 1, "g", &error), 0);
    assert_int_equal(open_shaken(folder->file, 0, "g", &error), ERR_DATA);
    assert_non_null(strstr(error.text, "gravity is 0.0 g; say the unit"));
    assert_int_equal(open_shaken(folder->file, 1, "ms2", &error), ERR_DATA);
    assert_non_null(strstr(error.text, "gravity is 0.1 g"));
    assert_int_equal(open_shaken(folder->file, 9.8, "g", &error), ERR_DATA);
    assert_non_null(strstr(error.text, "gravity is 9.8 g"));
}

/* Twelve good rows behind `head`, then `tail`. */
static void put_rows(const char *path, const char *head, const char *tail)
{
    FILE *file = fopen(path, "w");
    fputs(head, file);
    for (int i = 0; i < 12; i++) {
        fprintf(file, "%.2f,0,0,1\n", i * 0.02);
    }
    fputs(tail, file);
    fclose(file);
}

static void bad_files_are_refused_with_line_and_reason(void **state)
{
    static const struct {
        const char *head;
        const char *tail;
        struct import_options options;
        int code;
        const char *says;
    } cases[] = {
        {"t_s,ax_g,ay_g,az_g\n",
         "0.24,1,2\n",
         {0},
         ERR_DATA,
         "line 14: 3 fields, but there are 4"},
        {"t_s,ax_g,ay_g,az_g\n",
         "0.24,0,0,1,9\n",
         {0},
         ERR_DATA,
         "line 14: 5 fields"},
        {"# c\n\nt_s,ax_g,ay_g,az_g\n",
         "0.24,0,nun,1\n",
         {0},
         ERR_DATA,
         "line 16, column 'ay_g': 'nun'"},
        {"t_s,ax_g,ay_g,az_g\n", "0.24,0,inf,1\n", {0}, ERR_DATA, "'inf'"},
        {"t_s,ax_g,ay_g,az_g\n",
         "1,,0,1\n2,,0,1\n3,,0,1\n4,,0,1\n5,,0,1\n6,,0,1\n7,,0,1\n"
         "8,,0,1\n9,,0,1\n10,,0,1\n11,,0,1\n12,,0,1\n13,,0,1\n",
         {0},
         ERR_DATA,
         "line 14: a value is missing, as in 13 of 25 rows; leave out"},
        {"t_s,ax_g,ay_g,az_g\n", "0.24,0,x,1\n", {0}, ERR_DATA, "'x'"},
        {"t_s,ax_g,ay_g,az_g\n",
         "soon,0,0,1\n",
         {0},
         ERR_DATA,
         "'soon' is no time"},
        {"t_s,ax_g,ay_g,az_g\n",
         "0.20,0,0,1\n",
         {0},
         ERR_DATA,
         "line 14: time goes back"},
        {"t_s,ax_g,ay_g,az_g\n", "0.24,0,\"0,1\n", {0}, ERR_DATA, ""},
        {"t_s,a,b,c\n", "", {0}, ERR_DATA, "no column of an accelerometer"},
        {"t_s,ax_g,ay_g,x_g\n",
         "",
         {0},
         ERR_DATA,
         "'ax_g' and 'x_g' mean the same"},
        {"n,ax_g,ay_g,az_g\n", "", {0}, ERR_DATA, "no column of time"},
        {"t_s,ax_g,ay_g,az_furlongs\n",
         "",
         {0},
         ERR_DATA,
         "'az_furlongs' is not known; to leave it out, add --columns "
         "'t_s,ax_g,ay_g,-'"},
        {"t_s,ax_g,ay_g,gxx\n", "", {0}, ERR_DATA, "'gxx' is not known"},
        {"t_s,ax_g,ay_g,az_g\n",
         "0.24,0,1e30,1\n",
         {0},
         ERR_DATA,
         "line 14: no wrist has an acceleration of 1e+30 g"},
        {"t_s,gx,gy,gz\n",
         "0.24,0,30000,1\n",
         {0},
         ERR_DATA,
         "line 14: no wrist has an angular rate of 3e+04 deg/s"},
        {"", "", {0}, ERR_DATA, "no line of column names"},
        {"", "", {.columns = "t,ax,ay,nose"}, ERR_USAGE, "column 'nose'"},
        {"", "", {.columns = "t,ax,ay,az,gx"}, ERR_USAGE, "more columns"},
        {"",
         "",
         {.columns = "t,ax,ay,az", .unit = "stone"},
         ERR_USAGE,
         "unit 'stone'"},
        {"t_s,ax_g,ay_g,az_g\n# ", "", {.rate_hz = 0}, 0, ""},
        {"t_ms,ax_g,ay_g,az_g\n", "", {0}, ERR_DATA, "rows a second"},
    };
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put_rows(folder->file, cases[i].head, cases[i].tail);
        struct recording *r = NULL;
        struct error error = {0};
        int err = recording_open(folder->file, &cases[i].options, &r, &error);
        if (err != cases[i].code || strstr(error.text, cases[i].says) == NULL) {
            fail_msg("case %zu: %d, '%s'", i, err, error.text);
        }
        recording_close(r);
    }
}

static void files_that_are_no_csv_are_refused(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"Dear diary, today I walked.\n", "no column of an accelerometer"},
        {"{\"format\": \"json\"}\n", "no column of an accelerometer"},
        {"\x7f"
         "ELF\x02\x01\x01",
         "neither a recording (HDF5) nor"},
        {"\x1f\x8b\x08...", "packed with gzip"},
        {"PK\x03\x04...", "a ZIP archive or a spreadsheet"},
        {"\xff\xfet...", "UTF-16"},
        {"t_s,ax_g,ay_g,az_g\n", "no rows"},
        {"\n\n\n", "no rows"},
        {"t_s,ax_g,ay_g,az_g\n0,0,0,1\n0.1,0,0,1\n", "only 2 rows"},
        {"t_s,ax,ay,az\n0,0,0,3\n1,0,0,3\n2,0,0,3\n3,0,0,3\n4,0,0,3\n"
         "5,0,0,3\n6,0,0,3\n7,0,0,3\n8,0,0,3\n9,0,0,3\n",
         "give --unit"},
        {"t_s,ax_g,ay_g,az_g\n1,0,0,1\n1,0,0,1\n1,0,0,1\n1,0,0,1\n1,0,0,1\n"
         "1,0,0,1\n1,0,0,1\n1,0,0,1\n1,0,0,1\n1,0,0,1\n",
         "rows a second"},
    };
    struct folder *folder = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put_csv(folder->file, cases[i].text);
        struct error error = {0};
        int err = read_all(folder->file, &error);
        if (err != ERR_DATA || strstr(error.text, cases[i].says) == NULL) {
            fail_msg("case %zu: %d, '%s'", i, err, error.text);
        }
    }
}

static void a_quote_without_end_does_not_take_all_memory(void **state)
{
    struct folder *folder = *state;
    FILE *file = fopen(folder->file, "w");
    fputs("t_s,ax_g,ay_g,az_g\n0,\"0,0,1\n", file);
    for (int i = 0; i < 20000; i++) {
        fprintf(file, "%.2f,0,0,1\n", i * 0.02);
    }
    fclose(file);
    struct error error = {0};
    assert_int_equal(read_all(folder->file, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "quote missing"));
}

/* ---- import ---- */

static void import_rounds_to_less_than_it_says(void **state)
{
    static const struct csv csv = {"t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps\n",
                                   "%.5f,%.6f,-3.5,%.6f,0,0,250\n", with_gaps,
                                   5497};
    struct folder *folder = *state;
    char in[160];
    snprintf(in, sizeof(in), "%s/in.csv", folder->path);
    make_csv(in, &csv);
    struct import_options options = {.placement = PLACEMENT_LEFT_ANKLE};
    struct import_result result;
    struct error error = {0};
    if (import_file(in, folder->file, &options, &result, &error) < 0) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(result.rows, 5497);
    assert_int_equal(result.gaps, 2);
    assert_int_equal(result.lost_samples, 503);
    assert_true(result.accel_step_mg < 3500.0 / 32000);

    struct recording *a = opened(in);
    struct recording *b = opened(folder->file);
    assert_int_equal(recording_info(b)->placement, PLACEMENT_LEFT_ANKLE);
    assert_string_equal(recording_info(b)->label, "in.csv");
    struct recording_chunk one;
    struct recording_chunk other;
    size_t at = 0;
    other.count = 0;
    while (recording_read(a, &one, NULL) == 0 && one.count > 0) {
        for (size_t i = 0; i < one.count; i++, at++) {
            if (at >= other.count) {
                assert_int_equal(recording_read(b, &other, NULL), 0);
                at = 0;
            }
            double t = other.t0_s + (double)at * other.dt_s;
            assert_true(fabs(t - one.t0_s - (double)i * one.dt_s) < 1e-3);
            for (size_t k = 0; k < 3; k++) {
                double da = (double)one.rows[i].accel[k] -
                            (double)other.rows[at].accel[k];
                double dg = (double)one.rows[i].gyro[k] -
                            (double)other.rows[at].gyro[k];
                assert_true(fabs(da) <= 0.51e-3 * result.accel_step_mg);
                assert_true(fabs(dg) <= 0.51e-3 * result.gyro_step_mdps);
            }
        }
        assert_int_equal(other.clipped_accel + other.clipped_gyro, 0);
    }
    recording_close(a);
    recording_close(b);
    assert_int_equal(unlink(in), 0);
}

static void import_refuses_a_recording(void **state)
{
    struct folder *folder = *state;
    struct made made = {.rows = 100, .block = 10, .rate_hz = 104};
    made_write(folder->file, &made);
    char out[160];
    snprintf(out, sizeof(out), "%s/out.h5", folder->path);
    struct error error;
    assert_int_equal(import_file(folder->file, out, NULL, NULL, &error),
                     ERR_USAGE);
    assert_int_equal(folder_count(folder->path), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_what_strtod_makes_of_them),
        cmocka_unit_test(times_are_iso_8601),
        cmocka_unit_test(columns_are_recognised_as_people_name_them),
        cmocka_unit_test_setup_teardown(
            files_are_understood_whatever_their_dress, folder_new, folder_free),
        cmocka_unit_test_setup_teardown(decimal_commas_are_read, folder_new,
                                        folder_free),
        cmocka_unit_test_setup_teardown(iso_times_give_rate_and_date,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(
            gaps_are_found_at_their_row_with_their_length, folder_new,
            folder_free),
        cmocka_unit_test_setup_teardown(
            rows_at_fault_are_left_out_as_missing_samples, folder_new,
            folder_free),
        cmocka_unit_test_setup_teardown(a_clock_set_back_is_refused, folder_new,
                                        folder_free),
        cmocka_unit_test_setup_teardown(exact_times_come_in_chunks_of_a_second,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(what_had_to_be_assumed_is_noted,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(
            bad_files_are_refused_with_line_and_reason, folder_new,
            folder_free),
        cmocka_unit_test_setup_teardown(
            an_acceleration_without_gravity_is_refused, folder_new,
            folder_free),
        cmocka_unit_test_setup_teardown(files_that_are_no_csv_are_refused,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(
            a_quote_without_end_does_not_take_all_memory, folder_new,
            folder_free),
        cmocka_unit_test_setup_teardown(import_rounds_to_less_than_it_says,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(import_refuses_a_recording, folder_new,
                                        folder_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
