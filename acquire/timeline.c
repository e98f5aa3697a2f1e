/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/timeline.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void timeline_init(struct timeline *timeline, struct timeline_supply supply,
                   uint64_t rows, double ns_per_row)
{
    double a_second = round(1e9 / ns_per_row);
    *timeline = (struct timeline){
        .supply = supply,
        .rows = rows,
        .ns_per_row = ns_per_row,
        .second_rows = (uint64_t)fmin(fmax(a_second, 1), TIMELINE_GROUP_MAX),
    };
}

void timeline_set_gaps(struct timeline *timeline,
                       const struct recording_gap *gaps, size_t count)
{
    timeline->gaps = gaps;
    timeline->gap_count = count;
}

void timeline_set_exact(struct timeline *timeline)
{
    timeline->exact = true;
}

/* Row at which the stretch under way ends. Gaps before the first row belong to
 * no two rows and are passed over. */
static uint64_t stretch_end(struct timeline *t)
{
    while (t->next_gap < t->gap_count &&
           t->gaps[t->next_gap].at_sample <= t->stretch_first) {
        t->next_gap++;
    }
    return t->next_gap < t->gap_count ? t->gaps[t->next_gap].at_sample
                                      : t->rows;
}

static int take_block(struct timeline *t, uint64_t limit,
                      struct recording_block *block, float *temperature,
                      struct error *error)
{
    int got = t->supply.next(t->supply.self, block, temperature, error);
    if (got < 0) {
        return got;
    }
    if (got == 0 || block->first_sample != t->row || block->count == 0 ||
        block->count > limit - t->row) {
        return error_set(error, ERR_DAMAGED,
                         "'%s' is damaged: its table of blocks does not fit "
                         "the samples at row %" PRIu64,
                         t->supply.path, t->row);
    }
    if (t->row == 0) {
        t->base_ns = block->device_ns;
    }
    return 0;
}

static void group_add(struct timeline_group *g,
                      const struct recording_block *block, double ns,
                      float temperature)
{
    g->anchors += 1;
    g->row += ((double)block->first_sample - g->row) / g->anchors;
    g->ns += (ns - g->ns) / g->anchors;
    g->end = block->first_sample + block->count;
    if (!isnan(temperature)) {
        g->warm += 1;
        g->temperature += ((double)temperature - g->temperature) / g->warm;
    }
}

/* Gathers about a second of rows; what would be left of the stretch as less
 * than half a second goes with them. */
static int gather(struct timeline *t, struct timeline_group *g,
                  struct error *error)
{
    uint64_t limit = stretch_end(t);
    uint64_t rows = t->exact ? 1 : t->second_rows;
    memset(g, 0, sizeof(*g));
    g->first = t->row;
    while (t->row < limit &&
           (t->row - g->first < rows || limit - t->row < rows / 2)) {
        struct recording_block block;
        float temperature = NAN;
        int err = take_block(t, limit, &block, &temperature, error);
        if (err < 0) {
            return err;
        }
        double ns = (double)block.device_ns - (double)t->base_ns;
        group_add(g, &block, ns, temperature);
        t->row = g->end;
    }
    return 0;
}

static void describe(const struct timeline *t, const struct timeline_group *g,
                     struct timeline_line *line)
{
    *line = (struct timeline_line){
        .row = g->row,
        .ns = g->ns,
        .temperature = g->warm > 0 ? (float)g->temperature : NAN,
        .gap_before = g->first == t->stretch_first && g->first > 0,
    };
}

/* A stretch of one centroid: its line has the mean slope. */
static void line_alone(struct timeline *t, struct timeline_line *line)
{
    describe(t, &t->group, line);
    line->first = t->stretch_first;
    line->end = t->group.end;
    line->ns_per_row = t->ns_per_row;
    t->held = false;
}

static int gather_after(struct timeline *t, double before_ns,
                        struct timeline_group *g, struct error *error)
{
    int err = gather(t, g, error);
    if (err == 0 && !(g->ns > before_ns)) {
        return error_set(error, ERR_DAMAGED,
                         "'%s' is damaged: its device time does not go forward "
                         "at row %" PRIu64,
                         t->supply.path, g->first);
    }
    return err;
}

/* Moves `right` on for as long as blocks lie on the line from the held group
 * through it. The first that does not is looked at again next time. */
static int extend(struct timeline *t, struct timeline_group *right,
                  struct error *error)
{
    const struct timeline_group *left = &t->group;
    double ns_per_row = (right->ns - left->ns) / (right->row - left->row);
    while (right->end < stretch_end(t) &&
           right->end - left->first < TIMELINE_GROUP_MAX) {
        t->looked = false;
        int err = gather_after(t, right->ns, &t->ahead, error);
        if (err < 0) {
            return err;
        }
        double ns = left->ns + (t->ahead.row - left->row) * ns_per_row;
        t->looked = fabs(t->ahead.ns - ns) > TIMELINE_EXACT_NS;
        if (t->looked) {
            return 0;
        }
        *right = t->ahead;
    }
    t->looked = false;
    return 0;
}

static int line_to_next(struct timeline *t, struct timeline_line *line,
                        struct error *error)
{
    struct timeline_group right = t->ahead;
    int err = t->looked ? 0 : gather_after(t, t->group.ns, &right, error);
    if (err == 0 && t->exact) {
        err = extend(t, &right, error);
    }
    if (err < 0) {
        return err;
    }
    const struct timeline_group *left = &t->group;
    describe(t, left, line);
    bool first = left->first == t->stretch_first;
    bool last = right.end == stretch_end(t);
    line->first = first ? left->first : (uint64_t)ceil(left->row);
    line->end = last ? right.end : (uint64_t)ceil(right.row);
    line->ns_per_row = (right.ns - left->ns) / (right.row - left->row);
    t->group = right;
    t->held = !last;
    return 0;
}

int timeline_next(struct timeline *timeline, struct timeline_line *line,
                  struct error *error)
{
    struct timeline *t = timeline;
    if (!t->held) {
        if (t->row >= t->rows) {
            return 0;
        }
        t->stretch_first = t->row;
        int err = gather(t, &t->group, error);
        if (err < 0) {
            return err;
        }
        t->held = true;
        if (t->group.end == stretch_end(t)) {
            line_alone(t, line);
            return 1;
        }
    }
    int err = line_to_next(t, line, error);
    return err < 0 ? err : 1;
}
