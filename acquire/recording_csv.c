/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A CSV file read as a recording. Opening reads it twice: the first rows, for
 * the units of time and acceleration and about the rate; then all of it, for
 * whatever is wrong with it, the gaps and the rate. Every row is a block.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acquire/csv_sieve.h"
#include "acquire/gap_finder.h"
#include "acquire/median.h"
#include "acquire/recording_source.h"
#include "acquire/units.h"

enum {
    SURVEY_ROWS = 4096,
    ROWS_MIN = 10, /* fewer have no rate to speak of */
    AHEAD = 8192,  /* rows held; more than a timeline looks ahead, 2^n */
    FULL_SCALE =
        32766, /* the largest becomes this: int16's end means clipped */
};

enum { GRAVITY_PARTS = 16 }; /* of the survey */
static const double gravity_least_g = 0.35;
static const double gravity_most_g = 4;

enum { ROUNDING_NS = 2000 };
static const double meant_share = 0.25;

static const double rate_min_hz = 1;
static const double rate_max_hz = 10000;

struct csv_source {
    const char *path;
    const struct import_options *options;
    struct import_options own; /* that options points to */
    struct source_facts *facts;
    char *own_path;
    struct csv_rows *rows;
    struct csv_sieve sieve;
    double first; /* time of the first row, as it stands */
    uint64_t first_number;
    double time_ns;   /* of one unit of time */
    float unit[6];    /* factor to g and deg/s */
    float largest[2]; /* of a value of accelerometer, gyroscope, as it stands */
    uint64_t in;      /* rows that came as blocks */
    uint64_t out;     /* of them taken as rows */
    struct motion ahead[AHEAD];
};

static int note(struct csv_source *s, const char *text)
{
    char *notes = s->facts->info.notes;
    size_t used = strlen(notes);
    snprintf(notes + used, sizeof(s->facts->info.notes) - used, "%s%s",
             used > 0 ? "; " : "", text);
    return 0;
}

static int64_t row_ns(const struct csv_source *s, const struct csv_row *row)
{
    double number = (double)(row->number - s->first_number);
    return s->options->rate_hz > 0
               ? llround(number * 1e9 / s->options->rate_hz)
               : llround((row->time - s->first) * s->time_ns);
}

/* ---- the first rows: units ---- */

struct survey {
    size_t n;
    double time[SURVEY_ROWS];
    double length[SURVEY_ROWS]; /* of the acceleration, as it stands */
    float accel[SURVEY_ROWS][3];
};

static int read_survey(struct csv_source *s, struct survey *survey,
                       struct error *error)
{
    struct csv_row row;
    int got = 1;
    s->sieve.rows = s->rows;
    s->sieve.path = s->path;
    s->sieve.has_time = s->options->rate_hz == 0;
    while (survey->n < SURVEY_ROWS &&
           (got = csv_sieve_next(&s->sieve, &row, error)) > 0) {
        if (survey->n == 0) {
            s->first_number = row.number;
        }
        survey->time[survey->n] = row.time;
        survey->length[survey->n] =
            hypot(hypot((double)row.value[0], (double)row.value[1]),
                  (double)row.value[2]);
        memcpy(survey->accel[survey->n], row.value,
               sizeof(survey->accel[survey->n]));
        survey->n++;
    }
    if (got < 0) {
        return got;
    }
    if (survey->n < ROWS_MIN) {
        int err = csv_sieve_judge(&s->sieve, error);
        return err < 0 ? err
                       : error_set(error, ERR_DATA,
                                   "'%s' has only %zu rows; %d are the least",
                                   s->path, survey->n, ROWS_MIN);
    }
    return 0;
}

/* Without a unit the step tells: of 2 to 2000 Hz it is below 0.5 in seconds,
 * 0.5 to 500 in milliseconds, and so on. */
static double unit_of_step(double step)
{
    double unit = 1;
    while (step >= 0.5 && unit > 1e-9) {
        step /= 1000;
        unit /= 1000;
    }
    return unit;
}

static int find_time_unit(struct csv_source *s, const struct survey *survey,
                          struct error *error)
{
    const struct csv_columns *columns = csv_rows_columns(s->rows);
    s->first = survey->time[0];
    s->time_ns = 1e9;
    if (s->options->rate_hz > 0) {
        return 0;
    }
    if (columns->column[CSV_TIME] < 0) {
        return error_set(error, ERR_DATA,
                         "'%s' has no column of time; name it with --columns "
                         "or give --rate",
                         s->path);
    }
    double unit = columns->unit[CSV_TIME];
    if (csv_rows_iso_time(s->rows)) {
        unit = 1;
    }
    if (unit == 0) {
        unit = unit_of_step(gap_finder_step(survey->time, survey->n));
    }
    s->time_ns = unit * 1e9;
    return 0;
}

/* Most of the time the wrist accelerates little beside gravity: the median
 * length is near 1 g, in whatever unit. */
static const struct {
    double least;
    double most;
    double unit; /* g of one */
    const char *name;
} gravities[] = {
    {0.5, 2, 1, "g"},
    {5, 20, 1 / STANDARD_GRAVITY_MS2, "m/s2"},
    {500, 2000, 1e-3, "mg"},
};

static int guess_accel_unit(struct csv_source *s, struct survey *survey,
                            double *unit, struct error *error)
{
    double length = median(survey->length, survey->n);
    for (size_t i = 0; i < sizeof(gravities) / sizeof(gravities[0]); i++) {
        if (length >= gravities[i].least && length <= gravities[i].most) {
            char text[80];
            snprintf(text, sizeof(text),
                     "unit of the accelerometer told by gravity: %s",
                     gravities[i].name);
            *unit = gravities[i].unit;
            return note(s, text);
        }
    }
    return error_set(error, ERR_DATA,
                     "'%s' does not say the unit of its accelerometer, and "
                     "the length of gravity, %.4g, tells none; give --unit, "
                     "such as g or m/s2",
                     s->path, length);
}

/* Motion comes and goes, gravity stays: the median length of the mean
 * acceleration [g] of some seconds. Of real wrists 0.58 to 1.44, runners'
 * among them; of the same less gravity 0.21 and below, where the median length
 * is up to 1.85. */
static double gravity_g(const struct csv_source *s, const struct survey *survey)
{
    double length[GRAVITY_PARTS];
    size_t parts = survey->n < GRAVITY_PARTS ? survey->n : GRAVITY_PARTS;
    for (size_t part = 0; part < parts; part++) {
        size_t first = survey->n * part / parts;
        size_t end = survey->n * (part + 1) / parts;
        double square = 0;
        for (size_t k = 0; k < 3; k++) {
            double sum = 0;
            for (size_t i = first; i < end; i++) {
                sum += (double)(survey->accel[i][k] * s->unit[k]);
            }
            square += sum * sum;
        }
        length[part] = sqrt(square) / (double)(end - first);
    }
    return median(length, parts);
}

/* An accelerometer whose axes are all there, but gravity is not, is in another
 * unit than it says, or gravity was taken out of it: where the arm is, and with
 * that much else, would be measured wrongly. */
static int check_gravity(const struct csv_source *s,
                         const struct survey *survey, struct error *error)
{
    const int *column = csv_rows_columns(s->rows)->column;
    if (column[CSV_AX] < 0 || column[CSV_AY] < 0 || column[CSV_AZ] < 0) {
        return 0;
    }
    double gravity = gravity_g(s, survey);
    if (gravity >= gravity_least_g && gravity <= gravity_most_g) {
        return 0;
    }
    return error_set(error, ERR_DATA,
                     "'%s': by its accelerometer gravity is %.1f g; say the "
                     "unit with --unit, such as g or m/s2, or with --columns "
                     "which columns have gravity in them",
                     s->path, gravity);
}

static int find_units(struct csv_source *s, struct survey *survey,
                      struct error *error)
{
    static const char *const axes[] = {"accelerometer x", "accelerometer y",
                                       "accelerometer z", "gyroscope x",
                                       "gyroscope y",     "gyroscope z"};
    const struct csv_columns *columns = csv_rows_columns(s->rows);
    struct recording_info *info = &s->facts->info;
    info->has_accel = csv_columns_has_accel(columns);
    info->has_gyro = csv_columns_has_gyro(columns);
    double guessed = 1;
    bool guess = false;
    for (int k = CSV_AX; k <= CSV_AZ; k++) {
        guess |= columns->column[k] >= 0 && columns->unit[k] == 0;
    }
    int err = guess ? guess_accel_unit(s, survey, &guessed, error) : 0;
    if (err < 0) {
        return err;
    }

    bool assumed = false;
    for (int k = CSV_AX; k <= CSV_GZ; k++) {
        bool accel = k <= CSV_AZ;
        double unit = columns->unit[k];
        s->unit[k] = (float)(unit > 0 ? unit : accel ? guessed : 1);
        bool there = columns->column[k] >= 0;
        assumed |= !accel && there && unit == 0;
        if (!there && (accel ? info->has_accel : info->has_gyro)) {
            char text[64];
            snprintf(text, sizeof(text), "%s is missing and taken as 0",
                     axes[k]);
            note(s, text);
        }
    }
    err = assumed ? note(s, "unit of the gyroscope taken as deg/s") : 0;
    return err == 0 ? check_gravity(s, survey, error) : err;
}

static void find_date(struct csv_source *s)
{
    enum { YEAR_2000 = 946684800 }; /* [s] since 1970 */
    double seconds = s->first * s->time_ns * 1e-9;
    /* Time that counts from switching on is far below, and no date is beyond
     * the year 9999. */
    if (s->options->rate_hz == 0 && seconds > YEAR_2000 && seconds < 2.5e11) {
        time_t whole = (time_t)seconds;
        struct tm utc;
        if (gmtime_r(&whole, &utc) != NULL) {
            strftime(s->facts->info.created_utc,
                     sizeof(s->facts->info.created_utc), "%Y-%m-%dT%H:%M:%SZ",
                     &utc);
        }
    }
}

/* Sets up the finder of gaps and what is thought of rows with the same time. */
static int find_period(struct csv_source *s, struct survey *survey,
                       struct gap_finder *finder, struct error *error)
{
    if (s->options->rate_hz > 0) {
        gap_finder_init(finder, 1e9 / s->options->rate_hz, 0);
        return 0;
    }
    for (size_t i = 0; i < survey->n; i++) {
        survey->time[i] = (survey->time[i] - s->first) * s->time_ns;
    }
    int err = gap_finder_survey(finder, survey->time, survey->n);
    s->sieve.drops_copies = finder->tick_ns == 0;
    return err < 0 ? error_set(error, err, "out of memory") : 0;
}

static int survey_rows(struct csv_source *s, struct gap_finder *finder,
                       struct error *error)
{
    struct survey *survey = calloc(1, sizeof(*survey));
    if (survey == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = read_survey(s, survey, error);
    if (err == 0) {
        err = find_time_unit(s, survey, error);
    }
    if (err == 0) {
        err = find_units(s, survey, error);
    }
    if (err == 0) {
        find_date(s);
        err = find_period(s, survey, finder, error);
    }
    free(survey);
    return err;
}

/* ---- all rows: order, gaps, rate ---- */

static int check_time(struct csv_source *s, const struct csv_row *row,
                      double before, struct error *error)
{
    static const double century_ns = 3.2e18; /* int64 holds almost three */
    if (s->options->rate_hz > 0) {
        return 0;
    }
    if ((row->time - s->first) * s->time_ns > century_ns) {
        return error_set(error, ERR_DATA,
                         "'%s', line %" PRIu64 ": time jumps a century, from "
                         "%.9g to %.9g",
                         s->path, row->line, before, row->time);
    }
    return 0;
}

/* Beyond all that is sold for a body: of one such value the scale of all the
 * others would become too coarse to tell anything. */
static const struct {
    float most;
    const char *what;
    const char *unit;
} sensible[2] = {{1000, "an acceleration", "g"},
                 {20000, "an angular rate", "deg/s"}};

static int take_largest(struct csv_source *s, const struct csv_row *row,
                        struct error *error)
{
    for (size_t k = 0; k < 6; k++) {
        float value = fabsf(row->value[k] * s->unit[k]);
        if (!(value <= sensible[k / 3].most)) {
            return error_set(error, ERR_DATA,
                             "'%s', line %" PRIu64 ": no wrist has %s of %.4g "
                             "%s; take the row out, or say the unit with "
                             "--unit",
                             s->path, row->line, sensible[k / 3].what,
                             (double)value, sensible[k / 3].unit);
        }
        s->largest[k / 3] = fmaxf(s->largest[k / 3], value);
    }
    return 0;
}

/* Steps of time, each against the one before. */
struct steps {
    int64_t last_ns;
    int64_t step_ns;
    uint64_t rows;
    uint64_t changes; /* by more than the last digits' rounding */
    bool forward;     /* all of them */
};

static void steps_add(struct steps *steps, int64_t ns)
{
    int64_t step_ns = ns - steps->last_ns;
    if (steps->rows > 0) {
        steps->forward = steps->forward && step_ns > 0;
    }
    if (steps->rows > 1 && llabs(step_ns - steps->step_ns) > ROUNDING_NS) {
        steps->changes++;
    }
    steps->last_ns = ns;
    steps->step_ns = step_ns;
    steps->rows++;
}

/* Jitter changes nearly every step. Where most steps repeat the one before,
 * those that do not were meant: a clock that was set right, or samples that
 * came early or late. */
static bool steps_were_meant(const struct steps *steps)
{
    return steps->forward && steps->changes > 0 &&
           (double)steps->changes < meant_share * (double)steps->rows;
}

static int scan(struct csv_source *s, struct gap_finder *finder,
                struct error *error)
{
    struct source_facts *facts = s->facts;
    struct csv_row row;
    struct steps steps = {.forward = true};
    double before = s->first;
    int got;
    while ((got = csv_sieve_next(&s->sieve, &row, error)) > 0) {
        int err = check_time(s, &row, before, error);
        if (err == 0) {
            err = take_largest(s, &row, error);
        }
        if (err < 0) {
            return err;
        }
        before = row.time;
        int64_t now_ns = row_ns(s, &row);
        facts->last_ns = (double)now_ns;
        facts->rows++;
        steps_add(&steps, now_ns);
        err = gap_finder_add(finder, now_ns);
        if (err < 0) {
            return error_set(error, err, "'%s' has too many gaps", s->path);
        }
    }
    if (got < 0) {
        return got;
    }
    char text[240];
    csv_sieve_describe(&s->sieve, text, sizeof(text));
    if (text[0] != '\0') {
        note(s, text);
    }
    got = csv_sieve_judge(&s->sieve, error);
    if (got < 0) {
        return got;
    }
    facts->exact_times = steps_were_meant(&steps);
    got = gap_finder_finish(finder);
    return got < 0 ? error_set(error, got, "'%s' has too many gaps", s->path)
                   : 0;
}

static int check_rate(const struct csv_source *s, double rate_hz,
                      struct error *error)
{
    if (rate_hz >= rate_min_hz && rate_hz <= rate_max_hz) {
        return 0;
    }
    return error_set(error, ERR_DATA,
                     "'%s': by its column of time it has %.4g rows a second; "
                     "say its unit with --unit (s, ms, us, ns) or give --rate",
                     s->path, rate_hz);
}

/* The finest scale that holds the largest value, for whoever stores it. */
static double scale_of(float largest, double unit)
{
    double value = largest > 0 ? (double)largest : 1;
    return value * unit / FULL_SCALE;
}

static int scan_all(struct csv_source *s, struct gap_finder *finder,
                    struct error *error)
{
    struct source_facts *facts = s->facts;
    struct recording_info *info = &facts->info;
    int err = check_rate(s, 1e9 / finder->period_ns, error);
    if (err == 0) {
        err = csv_sieve_rewind(&s->sieve, error);
    }
    if (err < 0) {
        return err;
    }
    err = scan(s, finder, error);
    facts->gaps = finder->gaps;
    facts->gap_count = finder->count;
    if (err < 0) {
        return err;
    }
    info->rate_measured_hz = 1e9 / slope_value(&finder->slope);
    info->rate_nominal_hz =
        s->options->rate_hz > 0 ? s->options->rate_hz : info->rate_measured_hz;
    info->accel_scale = scale_of(s->largest[0], STANDARD_GRAVITY_MS2);
    info->gyro_scale = scale_of(s->largest[1], 1 / DEGREES_PER_RADIAN);
    return check_rate(s, info->rate_measured_hz, error);
}

/* ---- rows and blocks in order ---- */

static int csv_block(void *self, struct recording_block *block,
                     float *temperature, struct error *error)
{
    struct csv_source *s = self;
    struct csv_row row;
    int got = csv_sieve_next(&s->sieve, &row, error);
    if (got <= 0) {
        return got;
    }
    if (s->in - s->out == AHEAD) {
        return error_set(error, ERR_INTERNAL, "rows are not taken");
    }
    struct motion *motion = &s->ahead[s->in % AHEAD];
    memset(motion, 0, sizeof(*motion));
    for (size_t k = 0; k < 3; k++) {
        motion->accel[k] = row.value[k] * s->unit[k];
        motion->gyro[k] = row.value[3 + k] * s->unit[3 + k];
    }
    *block = (struct recording_block){
        .first_sample = s->in,
        .device_ns = row_ns(s, &row),
        .count = 1,
    };
    *temperature = NAN;
    s->in++;
    return 1;
}

static int csv_take(void *self, struct motion *out, size_t n,
                    struct recording_chunk *clipped, struct error *error)
{
    struct csv_source *s = self;
    (void)clipped; /* a CSV does not say where its sensor's range ends */
    if (n > s->in - s->out) {
        return error_set(error, ERR_INTERNAL, "rows are not there yet");
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = s->ahead[s->out++ % AHEAD];
    }
    return 0;
}

static int csv_rewind(void *self, struct error *error)
{
    struct csv_source *s = self;
    s->in = 0;
    s->out = 0;
    return csv_sieve_rewind(&s->sieve, error);
}

static void csv_close(void *self)
{
    struct csv_source *s = self;
    csv_rows_close(s->rows);
    free(s->own_path);
    free(s);
}

static const struct source_operations operations = {
    .block = csv_block,
    .rows = csv_take,
    .rewind = csv_rewind,
    .close = csv_close,
};

static int open_all(struct csv_source *s, struct error *error)
{
    int err = csv_rows_open(s->path, s->options, &s->rows, error);
    struct gap_finder finder = {0};
    if (err == 0) {
        err = survey_rows(s, &finder, error);
    }
    if (err == 0) {
        err = scan_all(s, &finder, error);
    }
    return err < 0 ? err : csv_rewind(s, error);
}

int source_open_csv(const char *path, const struct import_options *options,
                    struct source *out, struct error *error)
{
    static const struct import_options none = {0};
    struct csv_source *s =
        aligned_alloc(_Alignof(struct csv_source), sizeof(*s));
    if (s == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    memset(s, 0, sizeof(*s));
    out->operations = &operations;
    out->self = s;
    s->facts = &out->facts;
    s->own = options != NULL ? *options : none;
    s->options = &s->own;
    s->own_path = strdup(path);
    s->path = s->own_path;
    out->facts.info.placement = s->own.placement;
    strcpy(out->facts.info.calibration, "none");
    strcpy(out->facts.info.state, "complete");
    return s->path == NULL ? error_set(error, ERR_NO_MEMORY, "out of memory")
                           : open_all(s, error);
}
