/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the published rest-tremor method makes of each window of a CSV
 * of t_s, three columns of acceleration, three of angular rate [deg/s]:
 *
 *   rest_features FILE [TICK_S [SCALE]]
 *
 * The CSV of data set tremor-ppp holds rounded numbers. With TICK_S times are
 * put back on the multiples of it that they were measured in, with SCALE
 * angular rates on multiples of 1/SCALE: only so can outputs computed from the
 * unrounded numbers be met to more digits than the CSV has.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/rest_window.h"
#include "analysis/spline.h"

struct printer {
    struct spline *spline;
    struct rest_window *window;
    double row[REST_WINDOW_ROWS][3];
    size_t rows;
    unsigned windows;
};

static void print_window(struct printer *printer)
{
    struct rest_features f;
    rest_window_features(printer->window, printer->row, &f);
    printf("%u", 4 * printer->windows++);
    for (size_t k = 0; k < REST_MFCC; k++) {
        printf(",%.15g", f.mfcc[k]);
    }
    printf(",%.15g,%.15g,%.15g,%.6g,%d,%d,%d\n", f.peak_hz, f.below_power,
           f.tremor_power, f.probability, f.regression, f.tremor, f.at_rest);
}

static void drain(struct printer *printer)
{
    size_t n;
    do {
        n = spline_take(printer->spline, printer->row + printer->rows,
                        REST_WINDOW_ROWS - printer->rows);
        printer->rows += n;
        if (printer->rows == REST_WINDOW_ROWS) {
            printer->rows = 0;
            print_window(printer);
        }
    } while (n > 0);
}

static double on_multiples(double value, double per_unit)
{
    return per_unit > 0.0 ? round(value * per_unit) / per_unit : value;
}

/* The line's numbers; returns how many. */
static size_t read_numbers(const char *line, double *out, size_t max)
{
    size_t n = 0;
    char *end;
    for (; n < max; n++) {
        out[n] = strtod(line, &end);
        if (end == line) {
            break;
        }
        line = *end == ',' ? end + 1 : end;
    }
    return n;
}

static int read_rows(FILE *file, double ticks_per_s, double scale,
                     struct printer *printer)
{
    char line[512];
    if (fgets(line, sizeof(line), file) == NULL) {
        return -1;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        double value[7]; /* time, acceleration, angular rate */
        if (read_numbers(line, value, 7) != 7) {
            return -1;
        }
        double *row = value + 4;
        for (size_t axis = 0; axis < 3; axis++) {
            row[axis] = on_multiples(row[axis], scale);
        }
        spline_add(printer->spline, on_multiples(value[0], ticks_per_s), row);
        drain(printer);
    }
    spline_end(printer->spline);
    drain(printer);
    return ferror(file) ? -1 : 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: rest_features FILE [TICK_S [SCALE]]\n");
        return 64;
    }
    double ticks_per_s = argc > 2 ? 1.0 / strtod(argv[2], NULL) : 0.0;
    double scale = argc > 3 ? strtod(argv[3], NULL) : 0.0;
    static struct printer printer;
    printer.spline = spline_new(REST_WINDOW_HZ);
    printer.window = rest_window_new();
    FILE *file = fopen(argv[1], "r");
    int err = -1;
    if (file != NULL && printer.spline != NULL && printer.window != NULL) {
        err = read_rows(file, ticks_per_s, scale, &printer);
    }
    if (err < 0) {
        fprintf(stderr, "rest_features: cannot read '%s'\n", argv[1]);
    }
    if (file != NULL) {
        fclose(file);
    }
    rest_window_free(printer.window);
    spline_free(printer.spline);
    return err < 0 ? 1 : 0;
}
