/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pipeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/resample.h"
#include "analysis/arbitrate.h"
#include "analysis/measure.h"

const struct measure *const pipeline_measures[] = {
    &quality_measure,       &trace_measure, &walking_measure,  &tremor_measure,
    &rest_detector_measure, &taps_measure,  &exercise_measure, &holds_measure,
    &effort_measure,        NULL,
};

enum {
    MEASURES = sizeof(pipeline_measures) / sizeof(pipeline_measures[0]) - 1,
    GRID_ROWS = 1024,  /* pushed at a time */
    BRIDGE_ROWS = 512, /* made at a time */
};

/* Two holes nearer to each other are one to a measure that bridges neither: at
 * a hole the grids lag behind by less. */
static const double HOLES_APART_S = 1.0;
static const double ROUNDING = 1e-6; /* of a row */

/* An even grid that one or more measures run on. Its rows are held until there
 * are many: what a measure needs is then fetched into the processor's caches
 * once in many seconds, where all the others take turns. */
struct grid {
    double rate_hz;
    struct resample *resample;
    size_t held;   /* rows that have not been pushed yet */
    double held_s; /* time of the first */
    struct motion row[GRID_ROWS];
};

struct pipeline {
    struct measure_input input;
    void *state[MEASURES];
    struct grid *grid[MEASURES];
    size_t grids;
    bool started;           /* a segment is under way */
    struct motion last_row; /* of it */
    double last_s;
    double last_dt_s;
    struct span hole; /* the last that was bridged: its two last real rows */
    struct motion bridge[BRIDGE_ROWS];
};

static int add_grid(struct pipeline *p, double rate_hz)
{
    for (size_t i = 0; i < p->grids; i++) {
        if (p->grid[i]->rate_hz == rate_hz) {
            return 0;
        }
    }
    struct grid *grid = aligned_alloc(_Alignof(struct grid), sizeof(*grid));
    if (grid == NULL) {
        return ERR_NO_MEMORY;
    }
    p->grid[p->grids++] = grid;
    grid->rate_hz = rate_hz;
    grid->held = 0;
    grid->resample = resample_new(p->input.source_hz, rate_hz);
    return grid->resample != NULL ? 0 : ERR_NO_MEMORY;
}

void pipeline_free(struct pipeline *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < MEASURES; i++) {
        if (p->state[i] != NULL) {
            pipeline_measures[i]->destroy(p->state[i]);
        }
    }
    for (size_t i = 0; i < p->grids; i++) {
        resample_free(p->grid[i]->resample);
        free(p->grid[i]);
    }
    free(p);
}

int pipeline_new(const struct measure_input *input, struct pipeline **out)
{
    struct pipeline *p = aligned_alloc(_Alignof(struct pipeline), sizeof(*p));
    if (p == NULL) {
        return ERR_NO_MEMORY;
    }
    memset(p, 0, sizeof(*p));
    p->input = *input;
    p->hole = (struct span){-INFINITY, -INFINITY};
    int err = 0;
    for (size_t i = 0; i < MEASURES && err == 0; i++) {
        p->state[i] = pipeline_measures[i]->create(input);
        err = p->state[i] == NULL ? ERR_NO_MEMORY : 0;
        double grid_hz =
            measure_grid_hz(pipeline_measures[i], input->source_hz);
        if (err == 0 && grid_hz > 0) {
            err = add_grid(p, grid_hz);
        }
    }
    if (err < 0) {
        pipeline_free(p);
        return err;
    }
    *out = p;
    return 0;
}

/* How many of n rows from at[0], at[1] apart, lie before time_s. */
static size_t rows_before(size_t n, const double at[2], double time_s)
{
    double rows = ceil((time_s - at[0]) / at[1] - ROUNDING);
    return rows <= 0 ? 0 : rows < (double)n ? (size_t)rows : n;
}

/* Pushes what lies on both sides of the hole, for which the measure is given a
 * gap. */
static int push_around(const struct pipeline *p, size_t i,
                       const struct motion *rows, size_t n, const double at[2])
{
    const struct measure *measure = pipeline_measures[i];
    size_t before = rows_before(n, at, p->hole.start_s);
    size_t after = rows_before(n, at, p->hole.end_s);
    int err = 0;
    if (before > 0) {
        err = measure->push(p->state[i], rows, before, at[0], at[1]);
    }
    if (err == 0 && after > before) {
        err = measure->gap(p->state[i]);
    }
    if (err == 0 && n > after) {
        double t0_s = at[0] + (double)after * at[1];
        err = measure->push(p->state[i], rows + after, n - after, t0_s, at[1]);
    }
    return err;
}

static int push_one(const struct pipeline *p, size_t i,
                    const struct motion *rows, size_t n, const double at[2])
{
    const struct measure *measure = pipeline_measures[i];
    double hole_s = p->hole.end_s - p->hole.start_s;
    if (measure->bridge_s > 0 && at[0] < p->hole.end_s &&
        hole_s > measure->bridge_s) {
        return push_around(p, i, rows, n, at);
    }
    return measure->push(p->state[i], rows, n, at[0], at[1]);
}

static int push_all(struct pipeline *p, double rate_hz,
                    const struct motion *rows, size_t n, const double at[2])
{
    for (size_t i = 0; i < MEASURES; i++) {
        const struct measure *measure = pipeline_measures[i];
        if (measure_grid_hz(measure, p->input.source_hz) == rate_hz) {
            int err = push_one(p, i, rows, n, at);
            if (err < 0) {
                return err;
            }
        }
    }
    return 0;
}

static int push_held(struct pipeline *p, struct grid *grid)
{
    const double at[2] = {grid->held_s, 1 / grid->rate_hz};
    size_t n = grid->held;
    grid->held = 0;
    return n > 0 ? push_all(p, grid->rate_hz, grid->row, n, at) : 0;
}

static int drain(struct pipeline *p, struct grid *grid)
{
    size_t n;
    double t0_s;
    while ((n = resample_pull(grid->resample, grid->row + grid->held,
                              GRID_ROWS - grid->held, &t0_s)) > 0) {
        if (grid->held == 0) {
            grid->held_s = t0_s;
        }
        grid->held += n;
        int err = grid->held == GRID_ROWS ? push_held(p, grid) : 0;
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

/* Rows that are even in themselves: t0_s, t0_s + dt_s, ... */
static int push_rows(struct pipeline *p, const struct motion *rows, size_t n,
                     double t0_s, double dt_s)
{
    while (n > 0) {
        size_t take = n < RESAMPLE_PUSH_MAX ? n : RESAMPLE_PUSH_MAX;
        const double at[2] = {t0_s, dt_s};
        int err = push_all(p, 0, rows, take, at);
        for (size_t i = 0; i < p->grids && err == 0; i++) {
            resample_push(p->grid[i]->resample, rows, take, t0_s, dt_s);
            err = drain(p, p->grid[i]);
        }
        if (err < 0) {
            return err;
        }
        rows += take;
        n -= take;
        t0_s += (double)take * dt_s;
    }
    return 0;
}

static int end_segment(struct pipeline *p)
{
    int err = 0;
    for (size_t i = 0; i < p->grids && err == 0; i++) {
        resample_flush(p->grid[i]->resample);
        err = drain(p, p->grid[i]);
        err = err == 0 ? push_held(p, p->grid[i]) : err;
        resample_reset(p->grid[i]->resample);
    }
    for (size_t i = 0; i < MEASURES && err == 0; i++) {
        err = pipeline_measures[i]->gap(p->state[i]);
    }
    p->started = false;
    p->hole = (struct span){-INFINITY, -INFINITY};
    return err;
}

static void interpolate(const struct motion *a, const struct motion *b,
                        float share, struct motion *out)
{
    *out = *a;
    for (int axis = 0; axis < 3; axis++) {
        out->accel[axis] += share * (b->accel[axis] - a->accel[axis]);
        out->gyro[axis] += share * (b->gyro[axis] - a->gyro[axis]);
    }
}

/* Notes a hole that is too long for some measure. */
static void note_hole(struct pipeline *p, double start_s, double end_s)
{
    for (size_t i = 0; i < MEASURES; i++) {
        double bridge_s = pipeline_measures[i]->bridge_s;
        if (bridge_s > 0 && end_s - start_s > bridge_s) {
            if (start_s - p->hole.end_s > HOLES_APART_S) {
                p->hole.start_s = start_s;
            }
            p->hole.end_s = end_s;
            return;
        }
    }
}

/* Fills a short gap before `chunk` with a straight line. */
static int bridge(struct pipeline *p, const struct recording_chunk *chunk)
{
    int err = 0;
    for (size_t i = 0; i < p->grids && err == 0; i++) {
        err = push_held(p, p->grid[i]);
    }
    note_hole(p, p->last_s, chunk->t0_s);
    double span_s = chunk->t0_s - p->last_s;
    long missing = lround(span_s / p->last_dt_s) - 1;
    double dt_s = span_s / (double)(missing + 1);
    for (long done = 0; done < missing && err == 0;) {
        size_t n = 0;
        for (; n < BRIDGE_ROWS && done + (long)n < missing; n++) {
            float share = (float)(done + (long)n + 1) / (float)(missing + 1);
            interpolate(&p->last_row, &chunk->rows[0], share, &p->bridge[n]);
        }
        err = push_rows(p, p->bridge, n, p->last_s + (double)(done + 1) * dt_s,
                        dt_s);
        done += (long)n;
    }
    return err;
}

int pipeline_push(struct pipeline *p, const struct recording_chunk *chunk)
{
    if (p->started && chunk->gap_before) {
        bool is_short = chunk->t0_s - p->last_s <= PIPELINE_BRIDGE_S;
        int err = is_short ? bridge(p, chunk) : end_segment(p);
        if (err < 0) {
            return err;
        }
    }
    p->started = true;
    p->last_row = chunk->rows[chunk->count - 1];
    p->last_s = chunk->t0_s + (double)(chunk->count - 1) * chunk->dt_s;
    p->last_dt_s = chunk->dt_s;
    return push_rows(p, chunk->rows, chunk->count, chunk->t0_s, chunk->dt_s);
}

static int read_all(struct pipeline *p, struct recording *recording,
                    struct summary *out, struct error *error)
{
    struct recording_chunk chunk;
    for (;;) {
        int err = recording_read(recording, &chunk, error);
        if (err < 0) {
            return err;
        }
        if (chunk.count == 0) {
            break;
        }
        out->quality.clipped_samples +=
            chunk.clipped_accel + chunk.clipped_gyro;
        if (pipeline_push(p, &chunk) < 0) {
            return error_set(error, ERR_NO_MEMORY, "out of memory");
        }
    }
    return 0;
}

int pipeline_finish(struct pipeline *p, struct summary *out)
{
    int err = end_segment(p);
    for (size_t i = 0; i < MEASURES && err == 0; i++) {
        err = pipeline_measures[i]->finish(p->state[i], out);
    }
    return err < 0 ? err : arbitrate(out);
}

/* What the recording itself says. */
static int describe(const struct recording *recording, struct summary *out,
                    struct error *error)
{
    out->info = *recording_info(recording);
    out->rows = recording_rows(recording);
    out->duration_s = recording_duration_s(recording);
    recording_clock_fit(recording, &out->clock);

    const struct recording_gap *gaps =
        recording_gaps(recording, &out->quality.gaps);
    for (size_t i = 0; i < out->quality.gaps; i++) {
        out->quality.lost_samples += gaps[i].lost_samples;
    }
    size_t events;
    const struct recording_event *event = recording_events(recording, &events);
    if (events > 0) {
        out->event = malloc(events * sizeof(*event));
        if (out->event == NULL) {
            return error_set(error, ERR_NO_MEMORY, "out of memory");
        }
        memcpy(out->event, event, events * sizeof(*event));
        out->event_count = events;
    }
    return 0;
}

static struct measure_input input_of(const struct recording_info *info,
                                     const struct pipeline_options *options)
{
    bool placed = options->placement != PLACEMENT_OTHER;
    return (struct measure_input){
        .source_hz = info->rate_measured_hz > 0 ? info->rate_measured_hz
                                                : info->rate_nominal_hz,
        .has_accel = info->has_accel,
        .has_gyro = info->has_gyro,
        .placement = placed ? options->placement : info->placement,
        .lever_m =
            options->lever_m > 0 ? options->lever_m : MEASURE_LEVER_MM / 1000.0,
        .programme = options->programme,
        .watch = options->watch,
        .watch_count = options->watch_count,
    };
}

int pipeline_run(struct recording *recording,
                 const struct pipeline_options *options, struct summary *out,
                 struct error *error)
{
    summary_init(out);
    int err = describe(recording, out, error);
    if (err < 0) {
        return err;
    }
    struct measure_input input = input_of(&out->info, options);
    out->info.placement = input.placement;
    struct pipeline *p = NULL;
    if (pipeline_new(&input, &p) < 0) {
        return error_set(error, ERR_NO_MEMORY,
                         "out of memory, or a sample rate (%g Hz) that cannot "
                         "be analysed",
                         input.source_hz);
    }
    err = read_all(p, recording, out, error);
    if (err >= 0 && pipeline_finish(p, out) < 0) {
        err = error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    pipeline_free(p);
    return err;
}
