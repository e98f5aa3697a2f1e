/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Effort: how much the hand moves in each tenth of a second of the exercises of
 * a guided session, whatever it does. Small movements that no other measure
 * tells from noise show there, because it is known when to look for them;
 * outside of those spans nothing is looked at.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/summary.h"

enum { RATE_HZ = 100, EPOCH_ROWS = 10 /* EFFORT_EPOCH_S */ };

/* Slower than that is posture, or a gyroscope's bias. */
static const double SLOW_GYRO_S = 4;
static const double SLOW_ACCEL_S = 0.1; /* a touch is over in no time */

struct effort_state {
    const struct span *watch; /* by their beginnings */
    size_t watch_count;
    size_t at; /* the first that is not over */
    bool started;
    double slow[6];
    double square[2]; /* sums of the epoch, accelerometer and gyroscope */
    double turn[3];   /* likewise, gyroscope */
    size_t rows;      /* of it */
    struct effort found;
};

static void *create(const struct measure_input *input)
{
    struct effort_state *s = calloc(1, sizeof(*s));
    if (s != NULL) {
        s->watch = input->watch;
        s->watch_count = input->watch_count;
    }
    return s;
}

static void destroy(void *state)
{
    struct effort_state *s = state;
    free(s->found.epoch);
    free(s);
}

/* What is fast of a row, squared. */
static void add_row(struct effort_state *s, const struct motion *row)
{
    double x[6];
    for (int c = 0; c < 3; c++) {
        x[c] = (double)row->accel[c];
        x[3 + c] = (double)row->gyro[c];
    }
    if (!s->started) {
        memcpy(s->slow, x, sizeof(s->slow));
        s->started = true;
    }
    for (int c = 0; c < 6; c++) {
        double slow_s = c < 3 ? SLOW_ACCEL_S : SLOW_GYRO_S;
        s->slow[c] += (x[c] - s->slow[c]) / (slow_s * RATE_HZ);
        double fast = x[c] - s->slow[c];
        s->square[c / 3] += fast * fast;
        if (c >= 3) {
            s->turn[c - 3] += fast;
        }
    }
    s->rows++;
}

static void begin_epoch(struct effort_state *s)
{
    s->rows = 0;
    memset(s->square, 0, sizeof(s->square));
    memset(s->turn, 0, sizeof(s->turn));
}

static int end_epoch(struct effort_state *s, double end_s)
{
    struct effort_epoch *epoch =
        array_add(&s->found.epoch, s->found.count, sizeof(*epoch));
    if (epoch == NULL) {
        return ERR_NO_MEMORY;
    }
    s->found.count++;
    double rows = (double)s->rows;
    epoch->time_s = end_s - 0.5 * rows / RATE_HZ;
    epoch->accel_mg = (float)(1000 * sqrt(s->square[0] / rows));
    epoch->gyro_dps = (float)sqrt(s->square[1] / rows);
    for (int c = 0; c < 3; c++) {
        epoch->turn_dps[c] = (float)(s->turn[c] / rows);
    }
    begin_epoch(s);
    return 0;
}

static bool is_watched(struct effort_state *s, double time_s)
{
    while (s->at < s->watch_count && s->watch[s->at].end_s <= time_s) {
        s->at++;
    }
    return s->at < s->watch_count && s->watch[s->at].start_s <= time_s &&
           s->found.count < EFFORT_EPOCHS_MOST;
}

/* What comes next does not go on with what was. */
static void rest(struct effort_state *s)
{
    s->started = false;
    begin_epoch(s);
}

static int push(void *state, const struct motion *rows, size_t n, double t0_s,
                double dt_s)
{
    struct effort_state *s = state;
    int err = 0;
    for (size_t i = 0; s->watch_count > 0 && i < n && err == 0; i++) {
        double time_s = t0_s + (double)i * dt_s;
        if (!is_watched(s, time_s)) {
            rest(s);
            continue;
        }
        add_row(s, &rows[i]);
        err = s->rows == EPOCH_ROWS ? end_epoch(s, time_s) : 0;
    }
    return err;
}

static int gap(void *state)
{
    rest(state);
    return 0;
}

static int finish(void *state, struct summary *summary)
{
    struct effort_state *s = state;
    summary->effort = s->found;
    s->found = (struct effort){0};
    return 0;
}

const struct measure effort_measure = {
    .name = "effort",
    .rate_hz = RATE_HZ,
    .create = create,
    .push = push,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
};
