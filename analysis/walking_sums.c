/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/walking_sums.h"

#include <math.h>
#include <stdlib.h>

#include "acquire/error.h"
#include "acquire/median.h"
#include "analysis/array.h"

/* Cadence at a moment is that of the steps around it [s]. */
static const double CADENCE_HALF_S = 2.5;
/* CADENCE-Adults (Tudor-Locke 2019, 2020): 3 and 6 METs. */
static const double MODERATE_SPM = 100;
static const double VIGOROUS_SPM = 130;

/* Steps taken until `t_s`, counted as a straight line between steps. *cursor
 * is the step to look from; t_s must not go back by more than that. */
static double phase_at(const struct step *step, size_t count, double t_s,
                       size_t *cursor)
{
    while (*cursor + 2 < count && step[*cursor + 1].time_s < t_s) {
        ++*cursor;
    }
    const struct step *from = &step[*cursor];
    double interval_s = from[1].time_s - from[0].time_s;
    return (double)*cursor + (t_s - from[0].time_s) / interval_s;
}

static int add_cadence(struct walking *out, double t_s, double cadence_spm)
{
    struct cadence_point *point =
        array_add(&out->cadence, out->cadence_count, sizeof(*point));
    if (point == NULL) {
        return ERR_NO_MEMORY;
    }
    point->time_s = t_s;
    point->cadence_spm = (float)cadence_spm;
    out->cadence_count++;
    return 0;
}

/* Cadence at each second of a bout, whose steps begin at `step`. */
static int trace_cadence(struct walking *out, const struct walk_bout *bout,
                         const struct step *step)
{
    double half_s = CADENCE_HALF_S;
    double first_s = step[0].time_s;
    double last_s = step[bout->steps - 1].time_s;
    size_t from = 0;
    size_t to = 0;
    for (double t = ceil(bout->start_s); t < bout->end_s; t += 1) {
        double a = fmax(fmin(t, last_s) - half_s, first_s);
        double b = fmin(fmax(t, first_s) + half_s, last_s);
        double steps = phase_at(step, bout->steps, b, &to) -
                       phase_at(step, bout->steps, a, &from);
        int err = add_cadence(out, t, 60 * steps / (b - a));
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

/* Median of `count` cadences; `room` holds as many. */
static double cadence_median(const struct cadence_point *point, size_t count,
                             float *room)
{
    for (size_t i = 0; i < count; i++) {
        room[i] = point[i].cadence_spm;
    }
    sort_floats(room, count);
    return 0.5 * ((double)room[(count - 1) / 2] + (double)room[count / 2]);
}

static double deviation(const struct cadence_point *point, size_t count)
{
    double mean = 0;
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        mean += (double)point[i].cadence_spm / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        double off = (double)point[i].cadence_spm - mean;
        square += off * off / (double)count;
    }
    return sqrt(square);
}

/* Minutes of moderate and of vigorous walking. A point stands for as much of
 * its bout as any other: whole seconds would add up to more than the bout. */
static void add_minutes(struct walking *out, const struct walk_bout *bout,
                        const struct cadence_point *point, size_t count)
{
    double share_min = (bout->end_s - bout->start_s) / (double)count / 60;
    for (size_t i = 0; i < count; i++) {
        double spm = (double)point[i].cadence_spm;
        out->minutes_over_100_spm += spm >= MODERATE_SPM ? share_min : 0;
        out->minutes_over_130_spm += spm >= VIGOROUS_SPM ? share_min : 0;
    }
}

static int describe_bouts(struct walking *out)
{
    const struct step *step = out->step;
    for (size_t i = 0; i < out->bout_count; i++) {
        struct walk_bout *bout = &out->bout[i];
        size_t before = out->cadence_count;
        int err = trace_cadence(out, bout, step);
        if (err < 0) {
            return err;
        }
        size_t count = out->cadence_count - before;
        float *room = calloc(count + 1, sizeof(*room));
        if (room == NULL) {
            return ERR_NO_MEMORY;
        }
        const struct cadence_point *point = out->cadence + before;
        bout->cadence_spm = cadence_median(point, count, room);
        bout->cadence_sd_spm = deviation(point, count);
        add_minutes(out, bout, point, count);
        free(room);
        out->walking_s += bout->end_s - bout->start_s;
        step += bout->steps;
    }
    return 0;
}

static int count_minutes(struct walking *out)
{
    for (size_t i = 0; i < out->step_count; i++) {
        double start_s = 60 * floor(out->step[i].time_s / 60);
        size_t n = out->minute_count;
        if (n == 0 || out->minute[n - 1].start_s < start_s) {
            struct walk_minute *minute =
                array_add(&out->minute, n, sizeof(*minute));
            if (minute == NULL) {
                return ERR_NO_MEMORY;
            }
            minute->start_s = start_s;
            out->minute_count = ++n;
        }
        out->minute[n - 1].steps++;
    }
    return 0;
}

static int count_cadence(struct walking *out)
{
    if (out->cadence_count == 0) {
        return 0;
    }
    float *room = calloc(out->cadence_count, sizeof(*room));
    if (room == NULL) {
        return ERR_NO_MEMORY;
    }
    out->cadence_median_spm =
        cadence_median(out->cadence, out->cadence_count, room);
    free(room);
    return 0;
}

int walking_sum_up(struct walking *out)
{
    out->steps = out->step_count;
    out->walking_s = 0;
    out->cadence_median_spm = NAN;
    out->minutes_over_100_spm = 0;
    out->minutes_over_130_spm = 0;
    out->minute_count = 0;
    out->cadence_count = 0;
    int err = describe_bouts(out);
    if (err == 0) {
        err = count_minutes(out);
    }
    if (err == 0) {
        err = count_cadence(out);
    }
    return err;
}
