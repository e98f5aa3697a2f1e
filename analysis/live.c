/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/pipeline.h"

enum { CHUNK_ROWS = 1024, ROWS_FIRST = 4096 };

static const double STANDARD_GRAVITY = 9.80665; /* [m/s2] */
static const double DEGREES_PER_RADIAN = 57.29577951308232;
static const double RATE_KNOWN_S = 5; /* of motion that tell the true rate */

/* Rows without a gap inside. */
struct run {
    size_t first; /* row */
    size_t count;
    uint64_t index; /* of its first sample */
    int64_t host_ns;
};

struct live {
    const struct recording_info *info;
    bool keeps;      /* an exercise is under way */
    int64_t zero_ns; /* host's clock at 0 s */
    bool started;
    size_t row_count;
    size_t row_room;
    int16_t (*row)[6];
    size_t run_count;
    struct run *run;
    uint64_t last_index; /* of the motion that came last */
    int64_t last_ns;
};

int live_new(const struct recording_info *info, struct live **out)
{
    struct live *live = calloc(1, sizeof(*live));
    if (live == NULL) {
        return ERR_NO_MEMORY;
    }
    live->info = info;
    *out = live;
    return 0;
}

void live_free(struct live *live)
{
    if (live != NULL) {
        free(live->row);
        free(live->run);
        free(live);
    }
}

double live_s(const struct live *live, int64_t host_ns)
{
    return (double)(host_ns - live->zero_ns) * 1e-9;
}

/* ---- motion ---- */

static int make_room(struct live *live, size_t rows)
{
    size_t room = live->row_room > 0 ? live->row_room : ROWS_FIRST;
    while (room < live->row_count + rows) {
        room *= 2;
    }
    if (room > live->row_room) {
        void *row = realloc(live->row, room * sizeof(*live->row));
        if (row == NULL) {
            return ERR_NO_MEMORY;
        }
        live->row = row;
        live->row_room = room;
    }
    return 0;
}

static struct run *last_run(const struct live *live)
{
    return live->run_count > 0 ? &live->run[live->run_count - 1] : NULL;
}

static int add_run(struct live *live, const struct record_motion *motion)
{
    struct run *run = array_add(&live->run, live->run_count, sizeof(*run));
    if (run == NULL) {
        return ERR_NO_MEMORY;
    }
    *run = (struct run){live->row_count, 0, motion->index, motion->host_ns};
    live->run_count++;
    return 0;
}

/* Forgets what is older than the seconds before an exercise that are kept;
 * whole runs, so that the others stay as they are. */
static void drop_old(struct live *live)
{
    double keep = LIVE_LEAD_S * live->info->rate_nominal_hz;
    size_t runs = 0;
    while (runs + 1 < live->run_count &&
           (double)(live->row_count - live->run[runs + 1].first) >= keep) {
        runs++;
    }
    size_t rows = live->run_count > 0 ? live->run[runs].first : 0;
    live->row_count -= rows;
    live->run_count -= runs;
    memmove(live->row, live->row + rows, live->row_count * sizeof(*live->row));
    memmove(live->run, live->run + runs, live->run_count * sizeof(*live->run));
    for (size_t i = 0; i < live->run_count; i++) {
        live->run[i].first -= rows;
    }
}

int live_push(struct live *live, const struct record_motion *motion)
{
    struct run *run = last_run(live);
    double run_s =
        run != NULL ? (double)run->count / live->info->rate_nominal_hz : 0;
    /* Before an exercise runs are short, so that old ones can be dropped. */
    bool follows = run != NULL && run->index + run->count == motion->index &&
                   (live->keeps || run_s < 1);
    if (!live->started) {
        live->started = true;
        live->zero_ns = motion->host_ns;
    }
    if (live->row_count + motion->count > LIVE_ROWS_MAX) {
        return 0;
    }
    int err = make_room(live, motion->count);
    if (err == 0 && !follows) {
        err = add_run(live, motion);
    }
    if (err < 0) {
        return err;
    }
    memcpy(live->row + live->row_count, motion->samples,
           motion->count * sizeof(*live->row));
    live->row_count += motion->count;
    last_run(live)->count += motion->count;
    live->last_index = motion->index;
    live->last_ns = motion->host_ns;
    if (!live->keeps) {
        drop_old(live);
    }
    return 0;
}

void live_begin(struct live *live)
{
    live->keeps = true;
}

void live_end(struct live *live)
{
    live->keeps = false;
    drop_old(live);
}

/* ---- measuring ---- */

/* Seconds from sample to sample, as they came; the nominal ones at first. */
static double period_s(const struct live *live)
{
    const struct run *first = &live->run[0];
    double passed_s = (double)(live->last_ns - first->host_ns) * 1e-9;
    double samples = (double)live->last_index - (double)first->index;
    return passed_s >= RATE_KNOWN_S && samples > 0
               ? passed_s / samples
               : 1 / live->info->rate_nominal_hz;
}

static void to_motion(const struct live *live, const int16_t raw[6],
                      struct motion *out)
{
    *out = (struct motion){.temperature = NAN};
    for (int axis = 0; axis < 3; axis++) {
        out->accel[axis] =
            (float)(raw[axis] * live->info->accel_scale / STANDARD_GRAVITY);
        out->gyro[axis] = (float)(raw[axis + 3] * live->info->gyro_scale *
                                  DEGREES_PER_RADIAN);
    }
}

/* Pushes a run; it goes on from the one before where no sample is missing. */
static int push_run(const struct live *live, size_t index, double dt_s,
                    struct pipeline *pipeline)
{
    struct motion rows[CHUNK_ROWS];
    const struct run *run = &live->run[index];
    const struct run *before = index > 0 ? run - 1 : NULL;
    bool gap = before != NULL && before->index + before->count != run->index;
    int err = 0;
    for (size_t done = 0; done < run->count && err == 0;) {
        size_t n = run->count - done;
        n = n < CHUNK_ROWS ? n : CHUNK_ROWS;
        for (size_t i = 0; i < n; i++) {
            to_motion(live, live->row[run->first + done + i], &rows[i]);
        }
        const struct recording_chunk chunk = {
            .first = run->first + done,
            .count = n,
            .t0_s = live_s(live, run->host_ns) + (double)done * dt_s,
            .dt_s = dt_s,
            .gap_before = gap && done == 0,
            .rows = rows,
        };
        err = pipeline_push(pipeline, &chunk);
        done += n;
    }
    return err;
}

static int run_pipeline(const struct live *live, struct summary *out)
{
    double dt_s = period_s(live);
    const struct measure_input input = {
        .source_hz = 1 / dt_s,
        .has_accel = live->info->has_accel,
        .has_gyro = live->info->has_gyro,
        .placement = live->info->placement,
        .lever_m = MEASURE_LEVER_MM / 1000.0,
        .programme = true,
    };
    struct pipeline *pipeline = NULL;
    int err = pipeline_new(&input, &pipeline);
    for (size_t i = 0; i < live->run_count && err == 0; i++) {
        err = push_run(live, i, dt_s, pipeline);
    }
    if (err == 0) {
        err = pipeline_finish(pipeline, out);
    }
    pipeline_free(pipeline);
    return err;
}

int live_measure(struct live *live, const struct windows *windows,
                 struct adherence_item *item)
{
    static struct summary summary; /* large: not for the stack */
    int err = 0;
    summary_init(&summary);
    summary.info = *live->info;
    if (live->run_count > 0) {
        summary.duration_s = live_s(live, live->last_ns);
        err = run_pipeline(live, &summary);
    }
    if (err == 0) {
        err = adherence_measure(&summary, windows, item);
    }
    summary_free(&summary);
    return err;
}
