/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/trend.h"

#include <math.h>
#include <stdlib.h>

#include "acquire/error.h"
#include "acquire/median.h"

const char *const trend_direction_names[TREND_DIRECTIONS] = {
    "too few days", "none", "up", "down"};

static const double DAYS_A_WEEK = 7;
static const double Z_95 = 1.959964;
static const double MAD_TO_SD = 1.482602; /* of a normal distribution */

/* One point a day, the mean of it; returns how many. */
static size_t gather_days(const struct trend_point *points, size_t n,
                          struct trend_point *days)
{
    size_t count = 0;
    for (size_t i = 0; i < n;) {
        size_t same = 0;
        double sum = 0;
        for (; i + same < n && points[i + same].day == points[i].day; same++) {
            sum += points[i + same].value;
        }
        days[count++] = (struct trend_point){points[i].day, sum / (double)same};
        i += same;
    }
    return count;
}

/* Variance of Kendall's S with ties among the values (Sen 1968, 2.6); days have
 * none. `sorted` are the values. */
static double rank_variance(const double *sorted, size_t n)
{
    double total = (double)n * ((double)n - 1) * (2 * (double)n + 5);
    for (size_t i = 0; i < n;) {
        size_t same = 1;
        while (i + same < n && sorted[i + same] == sorted[i]) {
            same++;
        }
        double t = (double)same;
        total -= t * (t - 1) * (2 * t + 5);
        i += same;
    }
    return total / 18;
}

/* The slopes of all pairs; returns how many. */
static size_t pair_slopes(const struct trend_point *days, size_t n,
                          double *slopes)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            slopes[count++] =
                (days[k].value - days[i].value) / (days[k].day - days[i].day);
        }
    }
    return count;
}

static void fit(const struct trend_point *days, size_t n, double *slopes,
                double *values, struct trend *out)
{
    size_t pairs = pair_slopes(days, n, slopes);
    double slope = median(slopes, pairs); /* sorts them */
    for (size_t i = 0; i < n; i++) {
        values[i] = days[i].value;
    }
    median(values, n); /* sorts them */
    double reach = Z_95 * sqrt(rank_variance(values, n));
    size_t outside = (size_t)fmax(0, floor(((double)pairs - reach) / 2));
    outside = outside > 0 ? outside - 1 : 0; /* ranks count from 1 */

    for (size_t i = 0; i < n; i++) {
        values[i] = days[i].value - slope * (days[i].day - days[n - 1].day);
    }
    double level = median(values, n);
    for (size_t i = 0; i < n; i++) {
        values[i] = fabs(values[i] - level);
    }
    double scatter = median(values, n);

    out->slope = DAYS_A_WEEK * slope;
    out->low = DAYS_A_WEEK * slopes[outside];
    out->high = DAYS_A_WEEK * slopes[pairs - 1 - outside];
    out->level = level;
    out->change = slope * (days[n - 1].day - days[0].day);
    out->repeatability = Z_95 * sqrt(2) * MAD_TO_SD * scatter;
    out->direction = out->low > 0    ? TREND_UP
                     : out->high < 0 ? TREND_DOWN
                                     : TREND_NONE;
}

int trend_find(const struct trend_point *points, size_t n, struct trend *out)
{
    *out = (struct trend){0, NAN, NAN, NAN, NAN, NAN, NAN, TREND_TOO_FEW};
    struct trend_point *days = calloc(n + 1, sizeof(*days));
    if (days == NULL) {
        return ERR_NO_MEMORY;
    }
    size_t count = gather_days(points, n, days);
    out->days = count;
    size_t from = count > TREND_DAYS_MAX ? count - TREND_DAYS_MAX : 0;
    size_t used = count - from;
    int err = 0;
    if (used >= TREND_DAYS_MIN) {
        double *slopes = calloc(used * (used - 1) / 2, sizeof(*slopes));
        double *values = calloc(used, sizeof(*values));
        if (slopes == NULL || values == NULL) {
            err = ERR_NO_MEMORY;
        } else {
            fit(days + from, used, slopes, values, out);
        }
        free(values);
        free(slopes);
    }
    free(days);
    return err;
}
