/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The published rest-tremor method as a measure: the recording's angular rate
 * goes by a cubic spline to the method's grid of 100 Hz, as there, then window
 * by window of 4 s through rest_window.c; in the end the method's summary.
 *
 * It was validated at 64 to 100 Hz. Slower recordings are declined; faster
 * ones come on the pipeline's grid of 100 Hz, band-limited.
 */
#include <math.h>
#include <stdlib.h>
#include <stdio.h>

#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/rest_window.h"
#include "analysis/spline.h"
#include "analysis/summary.h"

/* Rates the method was validated at (ParaDigMa, pull request 281) begin here,
 * with room for a sensor's rate error. */
static const double SLOWEST_HZ = 63.5;

/* Rows this close to the grid, in its steps, are on it: over a window nothing
 * moves that shows. */
static const double GRID_TOLERANCE = 2e-5;

/* Points at which the mode's density is looked at: 0 to 6 by 0.02. */
enum { MODE_POINTS = 301 };
static const double MODE_STEP = 0.02;

enum { POWER_FLOOR = 1 };

struct detector {
    bool able;
    char reason[SUMMARY_REASON];
    struct spline *spline;
    bool on_grid;  /* rows of this segment come at the grid's rate so far */
    double next_s; /* when the next row on the grid is due */
    struct rest_window *window;
    double row[REST_WINDOW_ROWS][3];
    size_t rows;
    struct rest_detector totals;
    size_t power_count;
    double *power_log; /* of tremor windows */
};

static bool can_measure(struct detector *detector,
                        const struct measure_input *input)
{
    if (!input->has_gyro) {
        snprintf(detector->reason, sizeof(detector->reason),
                 "the published rest-tremor method needs a gyroscope");
        return false;
    }
    if (!(input->source_hz >= SLOWEST_HZ)) {
        snprintf(detector->reason, sizeof(detector->reason),
                 "the published rest-tremor method is valid from 64 Hz up; "
                 "this recording has %.4g Hz",
                 input->source_hz);
        return false;
    }
    return true;
}

static void begin_segment(struct detector *detector)
{
    spline_reset(detector->spline);
    detector->rows = 0;
    detector->on_grid = true;
    detector->next_s = (double)NAN;
}

static void destroy(void *state)
{
    struct detector *detector = state;
    if (detector == NULL) {
        return;
    }
    spline_free(detector->spline);
    rest_window_free(detector->window);
    free(detector->power_log);
    free(detector);
}

static void *create(const struct measure_input *input)
{
    struct detector *detector = calloc(1, sizeof(*detector));
    if (detector == NULL) {
        return NULL;
    }
    detector->able = can_measure(detector, input);
    if (!detector->able) {
        return detector;
    }
    detector->spline = spline_new(REST_WINDOW_HZ);
    detector->window = rest_window_new();
    if (detector->spline == NULL || detector->window == NULL) {
        destroy(detector);
        return NULL;
    }
    begin_segment(detector);
    return detector;
}

static int take_window(struct detector *detector)
{
    struct rest_features features;
    rest_window_features(detector->window, detector->row, &features);
    detector->totals.windows++;
    detector->totals.regression_windows += features.regression ? 1 : 0;
    detector->totals.rest_windows += features.at_rest ? 1 : 0;
    if (!features.tremor) {
        return 0;
    }
    detector->totals.tremor_windows++;
    double *power = array_add(&detector->power_log, detector->power_count,
                              sizeof(*detector->power_log));
    if (power == NULL) {
        return ERR_NO_MEMORY;
    }
    *power = log10(features.tremor_power + POWER_FLOOR);
    detector->power_count++;
    return 0;
}

/* Fills windows from the spline until it has no more. */
static int take_rows(struct detector *detector)
{
    for (;;) {
        size_t n = spline_take(detector->spline, detector->row + detector->rows,
                               REST_WINDOW_ROWS - detector->rows);
        if (n == 0) {
            return 0;
        }
        detector->rows += n;
        if (detector->rows == REST_WINDOW_ROWS) {
            detector->rows = 0;
            int err = take_window(detector);
            if (err < 0) {
                return err;
            }
        }
    }
}

/* Whether rows go on at the grid's own rate, so that there is nothing to
 * interpolate; once they do not, the rest of the segment goes by spline. */
static bool is_on_grid(struct detector *detector, double t0_s, double dt_s)
{
    bool even = fabs(dt_s * REST_WINDOW_HZ - 1.0) < GRID_TOLERANCE;
    bool due = isnan(detector->next_s) ||
               fabs(t0_s - detector->next_s) * REST_WINDOW_HZ < GRID_TOLERANCE;
    detector->on_grid = detector->on_grid && even && due;
    return detector->on_grid;
}

static int copy_rows(struct detector *detector, const struct motion *rows,
                     size_t n)
{
    int err = 0;
    while (n > 0 && err == 0) {
        size_t room = REST_WINDOW_ROWS - detector->rows;
        size_t part = n < room ? n : room;
        double(*to)[3] = detector->row + detector->rows;
        for (size_t i = 0; i < part; i++) {
            for (size_t axis = 0; axis < 3; axis++) {
                to[i][axis] = (double)rows[i].gyro[axis];
            }
        }
        rows += part;
        n -= part;
        detector->rows += part;
        if (detector->rows == REST_WINDOW_ROWS) {
            detector->rows = 0;
            err = take_window(detector);
        }
    }
    return err;
}

static int add_rows(struct detector *detector, const struct motion *rows,
                    size_t n, double t0_s, double dt_s)
{
    if (is_on_grid(detector, t0_s, dt_s)) {
        detector->next_s = t0_s + (double)n * dt_s;
        return copy_rows(detector, rows, n);
    }
    for (size_t i = 0; i < n; i++) {
        const double row[3] = {(double)rows[i].gyro[0], (double)rows[i].gyro[1],
                               (double)rows[i].gyro[2]};
        spline_add(detector->spline, t0_s + (double)i * dt_s, row);
        int err = take_rows(detector);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

static int push(void *state, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    struct detector *detector = state;
    if (!detector->able) {
        return 0;
    }
    return add_rows(detector, rows, n, t0_s, dt_s);
}

static int gap(void *state)
{
    struct detector *detector = state;
    if (!detector->able) {
        return 0;
    }
    spline_end(detector->spline);
    int err = take_rows(detector);
    begin_segment(detector);
    return err;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of `n` sorted values, between neighbours by a straight line. */
static double quantile(const double *sorted, size_t n, double fraction)
{
    double at = fraction * (double)(n - 1);
    size_t below = (size_t)at;
    size_t above = below + 1 < n ? below + 1 : below;
    return sorted[below] +
           (at - (double)below) * (sorted[above] - sorted[below]);
}

static double variance(const double *x, size_t n)
{
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += x[i] / (double)n;
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += (x[i] - mean) * (x[i] - mean);
    }
    return sum / (double)(n - 1);
}

/* Where a Gaussian kernel density (Scott's width) of `n` sorted values is
 * largest, of MODE_POINTS points; NAN where one value leaves the width open. */
static double mode(const double *sorted, size_t n)
{
    if (n < 2) {
        return (double)NAN;
    }
    double width = sqrt(variance(sorted, n)) * pow((double)n, -0.2);
    if (!(width > 0.0)) {
        return (double)NAN;
    }
    const double reach = 8.0 * width; /* the kernel is 1e-14 there */
    size_t begin = 0;
    double best = -1.0;
    double best_at = (double)NAN;
    for (size_t p = 0; p < MODE_POINTS; p++) {
        double at = (double)p * MODE_STEP;
        while (begin < n && sorted[begin] < at - reach) {
            begin++;
        }
        double sum = 0.0;
        for (size_t i = begin; i < n && sorted[i] <= at + reach; i++) {
            double z = (sorted[i] - at) / width;
            sum += exp(-0.5 * z * z);
        }
        if (sum > best) {
            best = sum;
            best_at = at;
        }
    }
    return best_at;
}

static int finish(void *state, struct summary *summary)
{
    struct detector *detector = state;
    struct rest_detector *out = &summary->tremor.rest_detector;
    *out = detector->totals;
    out->tremor_percent = (double)NAN;
    out->power_log_median = (double)NAN;
    out->power_log_mode = (double)NAN;
    out->power_log_p90 = (double)NAN;
    snprintf(out->reason, sizeof(out->reason), "%s", detector->reason);
    if (!detector->able) {
        return 0;
    }
    if (out->windows == 0) {
        snprintf(out->reason, sizeof(out->reason),
                 "no stretch of 4 s without a gap");
        return 0;
    }
    if (out->rest_windows == 0) {
        snprintf(out->reason, sizeof(out->reason),
                 "the arm was never at rest for 4 s");
        return 0;
    }
    out->tremor_percent =
        100.0 * (double)out->tremor_windows / (double)out->rest_windows;
    size_t n = detector->power_count;
    if (n > 0) {
        qsort(detector->power_log, n, sizeof(*detector->power_log), by_value);
        out->power_log_median = quantile(detector->power_log, n, 0.5);
        out->power_log_mode = mode(detector->power_log, n);
        out->power_log_p90 = quantile(detector->power_log, n, 0.9);
    }
    return 0;
}

const struct measure rest_detector_measure = {
    .name = "rest_detector",
    .rate_hz = REST_WINDOW_HZ,
    .as_is_hz = 101.0,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
