/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repetitions of slow movements, found without being told which: looked for in
 * two directions (repetitions.h), that of gravity in the sensor's axes and,
 * with a gyroscope, the heading: how far the sensor has turned about the
 * vertical, which does not turn gravity. A heading drifts, some degrees in ten
 * seconds, but a repetition is soon over. Of two sets at the same time one is
 * the movement and the other goes with it: gravity's, which does not drift,
 * unless the heading's range is clearly the greater.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "acquire/vector.h"
#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/orientation.h"
#include "analysis/repetitions.h"
#include "analysis/summary.h"

enum {
    WINDOW = 17, /* rows (0.7 s) of the low-pass without a gyroscope */
    DELAY = WINDOW / 2,
    BATCH = 64, /* rows at a time */
};
/* Clearly the greater. In reps-uci, whose movements are upright, the heading
 * has up to 1.2 times gravity's range. */
static const double TURN_RATIO = 1.5;
static const float RAD = 0.01745329252F;
static const double BLUR_S = 0.130; /* standard deviation of that window */

struct exercise_state {
    struct orientation orientation;
    struct repetitions tilt; /* of gravity's direction */
    struct repetitions turn; /* of the heading */
    float heading;           /* [rad] */
    bool has_accel;
    bool has_gyro;
    bool started;
    /* Without gyroscope: the last rows for the low-pass. */
    float weight[WINDOW];
    float history[WINDOW][3];
    size_t history_rows;
};

static void *create(const struct measure_input *input)
{
    struct exercise_state *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    s->has_accel = input->has_accel;
    s->has_gyro = input->has_gyro;
    orientation_init(&s->orientation, EXCURSION_RATE_HZ, input->has_gyro);
    for (int k = 0; k < WINDOW; k++) { /* Hann, sum 1 */
        double sine = sin(M_PI * (k + 1) / (WINDOW + 1));
        s->weight[k] = (float)(2 * sine * sine / (WINDOW + 1));
    }
    s->tilt.blur_s = input->has_gyro ? 0 : BLUR_S;
    return s;
}

/* Without a gyroscope gravity is the smoothed acceleration, DELAY rows ago. */
static int take_accel(struct exercise_state *s, const float accel[3])
{
    memcpy(s->history[s->history_rows++ % WINDOW], accel,
           sizeof(s->history[0]));
    if (s->history_rows < WINDOW) {
        return 0;
    }
    float mean[3] = {0, 0, 0};
    for (size_t k = 0; k < WINDOW; k++) {
        const float *x = s->history[(s->history_rows + k) % WINDOW];
        for (int c = 0; c < 3; c++) {
            mean[c] += s->weight[k] * x[c];
        }
    }
    float norm =
        sqrtf(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2]);
    for (int c = 0; c < 3; c++) {
        mean[c] = norm > 0 ? mean[c] / norm : c == 2;
    }
    const float *now = s->history[(s->history_rows + DELAY) % WINDOW];
    float norm_g = sqrtf(now[0] * now[0] + now[1] * now[1] + now[2] * now[2]);
    return repetitions_update(&s->tilt, mean, norm_g);
}

/* What is looked at of a row. */
struct look {
    float up[3];
    float turn; /* about the vertical, since the row before [rad] */
    float norm_g;
};

static void orient(struct exercise_state *s, const struct motion *rows,
                   size_t n, struct look *look)
{
    struct orientation *o = &s->orientation;
    for (size_t i = 0; i < n; i++) {
        const float *a = rows[i].accel;
        const float *up = o->gravity;
        orientation_update(o, &rows[i]);
        float turning_dps = 0;
        for (int c = 0; c < 3; c++) {
            turning_dps += (rows[i].gyro[c] - o->bias[c]) * up[c];
        }
        memcpy(look[i].up, up, sizeof(look[i].up));
        look[i].turn = RAD / EXCURSION_RATE_HZ * turning_dps;
        look[i].norm_g = sqrtf(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
    }
}

/* Sums up the heading, kept within half a turn of 0, up to each row. */
static void add_turns(struct exercise_state *s, const struct look *look,
                      size_t n, float *heading)
{
    const float half_turn = (float)M_PI;
    for (size_t i = 0; i < n; i++) {
        s->heading += look[i].turn;
        if (!(fabsf(s->heading) <= half_turn)) {
            s->heading = remainderf(s->heading, 2 * half_turn);
        }
        heading[i] = s->heading;
    }
}

/* Unit vectors of headings from -pi to pi, many at a time: sine and cosine of
 * half the angle by their series, and from them those of all of it, to 7e-7. */
VECTOR_CLONES
static void point_ahead(const float *heading, size_t n, float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        float half = 0.5F * heading[i];
        float q = half * half;
        float sine = 1 - q * (1 / 156.0F);
        sine = 1 - q * (1 / 110.0F) * sine;
        sine = 1 - q * (1 / 72.0F) * sine;
        sine = 1 - q * (1 / 42.0F) * sine;
        sine = 1 - q * (1 / 20.0F) * sine;
        sine = 1 - q * (1 / 6.0F) * sine;
        sine *= half;
        float cosine = 1 - q * (1 / 132.0F);
        cosine = 1 - q * (1 / 90.0F) * cosine;
        cosine = 1 - q * (1 / 56.0F) * cosine;
        cosine = 1 - q * (1 / 30.0F) * cosine;
        cosine = 1 - q * (1 / 12.0F) * cosine;
        cosine = 1 - q * (1 / 2.0F) * cosine;
        x[i] = 1 - 2 * sine * sine;
        y[i] = 2 * sine * cosine;
    }
}

static int follow_heading(struct exercise_state *s, const struct look *look,
                          size_t n)
{
    float heading[BATCH];
    float x[BATCH];
    float y[BATCH];
    float ahead[BATCH][3];
    add_turns(s, look, n, heading);
    point_ahead(heading, n, x, y);
    for (size_t i = 0; i < n; i++) {
        ahead[i][0] = x[i];
        ahead[i][1] = y[i];
        ahead[i][2] = 0;
    }
    int err = 0;
    for (size_t i = 0; i < n && err == 0; i++) {
        err = repetitions_update(&s->turn, ahead[i], look[i].norm_g);
    }
    return err;
}

/* All rows in each step before the next: what a step hands on from row to row
 * is a chain, and a processor gets on with one chain while it has no other. */
static int take_rows(struct exercise_state *s, const struct motion *rows,
                     size_t n)
{
    struct look look[BATCH];
    orient(s, rows, n, look);
    int err = 0;
    for (size_t i = 0; i < n && err == 0; i++) {
        err = repetitions_update(&s->tilt, look[i].up, look[i].norm_g);
    }
    return err < 0 ? err : follow_heading(s, look, n);
}

static void begin(struct exercise_state *s, const struct motion *first,
                  double t0_s)
{
    s->started = true;
    repetitions_start(&s->tilt, t0_s);
    repetitions_start(&s->turn, t0_s);
    s->heading = 0;
    orientation_reset(&s->orientation);
    for (size_t k = 0; k < DELAY; k++) {
        memcpy(s->history[k], first->accel, sizeof(s->history[k]));
    }
    s->history_rows = DELAY;
}

static int push(void *state, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    (void)dt_s;
    struct exercise_state *s = state;
    if (!s->has_accel) {
        return 0;
    }
    if (!s->started && n > 0) {
        begin(s, rows, t0_s);
    }
    int err = 0;
    while (n > 0 && err == 0) {
        size_t part = s->has_gyro ? (n < BATCH ? n : BATCH) : 1;
        err = s->has_gyro ? take_rows(s, rows, part)
                          : take_accel(s, rows[0].accel);
        rows += part;
        n -= part;
    }
    return err;
}

static int gap(void *state)
{
    struct exercise_state *s = state;
    if (!s->started) {
        return 0;
    }
    s->started = false;
    int err = 0;
    for (size_t k = 0; !s->has_gyro && k < DELAY && err == 0; k++) {
        float last[3];
        memcpy(last, s->history[(s->history_rows - 1) % WINDOW], sizeof(last));
        err = take_accel(s, last);
    }
    if (err == 0) {
        err = repetitions_end(&s->tilt);
    }
    return err < 0 ? err : repetitions_end(&s->turn);
}

/* True if a set of `others` at the same time has more than `ratio` times the
 * range. */
static bool goes_with(const struct exercise_set *set,
                      const struct exercise *others, double ratio)
{
    for (size_t i = 0; i < others->set_count; i++) {
        const struct exercise_set *other = &others->set[i];
        double both_s =
            fmin(set->end_s, other->end_s) - fmax(set->start_s, other->start_s);
        if (both_s > 0 &&
            other->range_deg_median > ratio * set->range_deg_median) {
            return true;
        }
    }
    return false;
}

/* Adds set `index` of `from` with its repetitions, which stand in the order of
 * their sets: *cursor is the first that has not been looked at. */
static int copy_set(struct exercise *out, const struct exercise *from,
                    size_t index, size_t *cursor, bool keep)
{
    for (; *cursor < from->repetition_count &&
           from->repetition[*cursor].set == index;
         (*cursor)++) {
        if (keep) {
            struct repetition *r =
                array_add(&out->repetition, out->repetition_count, sizeof(*r));
            if (r == NULL) {
                return ERR_NO_MEMORY;
            }
            *r = from->repetition[*cursor];
            r->set = (uint32_t)out->set_count;
            out->repetition_count++;
        }
    }
    struct exercise_set *set =
        keep ? array_add(&out->set, out->set_count, sizeof(*set)) : NULL;
    if (set != NULL) {
        *set = from->set[index];
        out->set_count++;
    }
    return keep && set == NULL ? ERR_NO_MEMORY : 0;
}

/* Adds the sets of both to `out` by their beginnings. */
static int merge(struct exercise *out, const struct exercise *tilt,
                 const struct exercise *turn)
{
    size_t i = 0, k = 0, in_tilt = 0, in_turn = 0;
    int err = 0;
    while (err == 0 && (i < tilt->set_count || k < turn->set_count)) {
        if (k == turn->set_count ||
            (i < tilt->set_count &&
             tilt->set[i].start_s <= turn->set[k].start_s)) {
            bool keep = !goes_with(&tilt->set[i], turn, TURN_RATIO);
            err = copy_set(out, tilt, i++, &in_tilt, keep);
        } else {
            bool keep = !goes_with(&turn->set[k], tilt, 1 / TURN_RATIO);
            err = copy_set(out, turn, k++, &in_turn, keep);
        }
    }
    return err;
}

static int finish(void *state, struct summary *summary)
{
    struct exercise_state *s = state;
    if (!s->has_accel) {
        strcpy(summary->exercise.reason,
               "which way is up needs an accelerometer");
    }
    return merge(&summary->exercise, &s->tilt.found, &s->turn.found);
}

static void destroy(void *state)
{
    struct exercise_state *s = state;
    if (s != NULL) {
        free(s->tilt.found.set);
        free(s->tilt.found.repetition);
        free(s->turn.found.set);
        free(s->turn.found.repetition);
        free(s);
    }
}

const struct measure exercise_measure = {
    .name = "exercise",
    .rate_hz = EXCURSION_RATE_HZ,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
