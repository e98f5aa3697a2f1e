/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/clock_fit.h"

#include <math.h>
#include <string.h>

#include "acquire/median.h"

enum { BINS = 128, PAIRS = BINS * (BINS - 1) / 2 };

/* No clock of a working device is wrong by 1 %: beyond that the probes are not
 * of this device, or damaged. */
static const double rate_error_max = 0.01;

struct point {
    double device; /* [ns] from the first probe */
    double host;
};

static struct point point_of(const struct recording_clock *probe,
                             const struct recording_clock *base)
{
    return (struct point){
        (double)probe->device_ns - (double)base->device_ns,
        (double)probe->host_monotonic_ns - (double)base->host_monotonic_ns,
    };
}

/* The best probe of each stretch of equal length; returns how many. */
static size_t choose(const struct recording_clock *probes, size_t n,
                     struct point *out)
{
    double span = point_of(&probes[n - 1], &probes[0]).device;
    size_t count = 0;
    double bin_end = 0;
    int64_t best = 0;
    for (size_t i = 0; i < n; i++) {
        struct point p = point_of(&probes[i], &probes[0]);
        if (count == 0 || (p.device >= bin_end && count < BINS)) {
            bin_end = span / BINS * (floor(p.device * BINS / span) + 1);
            count++;
            best = INT64_MAX;
        }
        if (probes[i].round_trip_ns < best) {
            best = probes[i].round_trip_ns;
            out[count - 1] = p;
        }
    }
    return count;
}

static double theil_sen(const struct point *p, size_t n)
{
    double slopes[PAIRS];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            if (p[j].device > p[i].device) {
                slopes[count++] =
                    (p[j].host - p[i].host) / (p[j].device - p[i].device);
            }
        }
    }
    return count > 0 ? median(slopes, count) : 0;
}

static double offset_of(const struct point *p, size_t n, double rate)
{
    double offsets[BINS] = {0};
    for (size_t i = 0; i < n; i++) {
        offsets[i] = p[i].host - rate * p[i].device;
    }
    return median(offsets, n);
}

double clock_fit(const struct recording_clock *probes, size_t n,
                 struct clock_fit *out)
{
    memset(out, 0, sizeof(*out));
    if (n < 2 ||
        point_of(&probes[n - 1], &probes[0]).device < CLOCK_FIT_SPAN_S * 1e9) {
        return 1;
    }
    struct point points[BINS] = {{0, 0}};
    size_t count = choose(probes, n, points);
    double rate = theil_sen(points, count);
    if (!(fabs(rate - 1) <= rate_error_max)) {
        return 1;
    }

    double offset = offset_of(points, count, rate);
    double sum = 0;
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        struct point p = point_of(&probes[i], &probes[0]);
        double residual = fabs(p.host - offset - rate * p.device);
        sum += residual * residual;
        most = fmax(most, residual);
    }
    *out = (struct clock_fit){
        .probes = n,
        .ppm = (1 / rate - 1) * 1e6,
        .residual_rms_us = sqrt(sum / (double)n) / 1e3,
        .residual_max_us = most / 1e3,
    };
    return rate;
}
