/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When each row was taken. Blocks give the device time of single rows, with
 * jitter and as often as every row; the timeline gathers about a second of
 * them and keeps their centroid (mean row, mean time), which lies on their
 * least-squares line with a fraction of the jitter. Through neighbouring
 * centroids go straight lines, so time is continuous and, where blocks go
 * forward, strictly increasing. Gaps end a line; beyond the first and the last
 * centroid of a stretch its lines are carried on to its ends.
 *
 * Where the times of blocks are known to be exact (a CSV whose steps were
 * meant), lines follow them from block to block instead.
 *
 * Ownership: caller's storage, nothing allocated; what init is given is
 * borrowed. Memory and look-ahead are two groups of blocks.
 */
#ifndef ACQUIRE_TIMELINE_H
#define ACQUIRE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/recording.h"

/* Rows gathered at most: so that a line, which spans 2.5 groups at most,
 * stays well inside what a source holds ahead. */
enum { TIMELINE_GROUP_MAX = 2048 };

/* How far from a line an exact time may be: the last digit of a CSV's. */
enum { TIMELINE_EXACT_NS = 2000 };

/* Where blocks come from: 1 for a block, 0 at the end, or an error. */
struct timeline_supply {
    int (*next)(void *self, struct recording_block *block, float *temperature,
                struct error *error);
    void *self;
    const char *path; /* borrowed: of the file, for what is said of it */
};

/* Row r, first <= r < end, was taken at ns + (r - row) * ns_per_row. */
struct timeline_line {
    uint64_t first;
    uint64_t end;
    double row;
    double ns; /* device time from base_ns [ns] */
    double ns_per_row;
    float temperature; /* [C], NAN if not known */
    bool gap_before;
};

struct timeline_group {
    uint64_t first;
    uint64_t end;
    double anchors;
    double row; /* centroid */
    double ns;
    double warm; /* blocks with a temperature, and their mean */
    double temperature;
};

struct timeline {
    struct timeline_supply supply;
    const struct recording_gap *gaps;
    size_t gap_count;
    uint64_t rows;
    double ns_per_row;    /* nominal, for stretches with a single centroid */
    uint64_t second_rows; /* rows of about a second */
    bool exact;
    int64_t base_ns; /* device time of the first block */
    size_t next_gap;
    uint64_t row; /* all before are in a group */
    bool held;    /* group is the left end of the next line */
    struct timeline_group group;
    bool looked; /* exact: `ahead` is the block after it */
    struct timeline_group ahead;
    uint64_t stretch_first;
};

/* `rows` and `gaps` are of the whole recording, `ns_per_row` its mean. */
void timeline_init(struct timeline *timeline, struct timeline_supply supply,
                   uint64_t rows, double ns_per_row);
void timeline_set_gaps(struct timeline *timeline,
                       const struct recording_gap *gaps, size_t count);

/* Says that blocks' times have no jitter: a line goes from block to block for
 * as long as their steps are the same. */
void timeline_set_exact(struct timeline *timeline);

/* The next line. Returns 1, 0 at the end, or an error where the blocks do not
 * follow one another in rows and in time. */
int timeline_next(struct timeline *timeline, struct timeline_line *line,
                  struct error *error);

#endif
