/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/verify.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/clock_fit.h"
#include "acquire/hdf5_layout.h"
#include "acquire/recording_source.h"
#include "acquire/slope.h"

enum { ROWS = 4096 };

/* A block may come early or late by two rows, and by a fifth of its rows as
 * the sensor's rate wanders; beyond that samples are missing unsaid. */
static const double slack_rows = 2;
static const double slack_part = 0.2;

struct check {
    struct source source;
    struct verify_listener listener;
    struct verify_report *report;
    struct recording_block before; /* the last block; count 0: none */
    size_t next_gap;
    struct slope slope;
    struct clock_map map;
    int64_t first_ns;
    int16_t rows[ROWS][6];
};

__attribute__((format(printf, 2, 3))) static void fault(struct check *check,
                                                        const char *format, ...)
{
    char text[480];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    check->report->faults++;
    check->listener.fault(check->listener.self, text);
}

static void hear(void *self, const char *text)
{
    struct check *check = self;
    fault(check, "%s", text);
}

/* ---- samples ---- */

static void check_samples(struct check *c)
{
    static const char *const names[2] = {"accelerometer", "gyroscope"};
    const struct source_facts *facts = &c->source.facts;
    const bool there[2] = {facts->info.has_accel, facts->info.has_gyro};
    uint32_t crc[2] = {0, 0};
    for (uint64_t at = 0; at < facts->rows; at += ROWS) {
        uint64_t left = facts->rows - at;
        size_t n = left < ROWS ? (size_t)left : ROWS;
        struct error error = {0};
        if (c->source.operations->raw(c->source.self, at, n, c->rows, &error) <
            0) {
            fault(c, "samples from row %" PRIu64 " on cannot be read: %s", at,
                  error.text);
            return;
        }
        hdf5_crc_rows(crc, c->rows, n);
    }
    for (size_t s = 0; s < 2; s++) {
        if (there[s] && !facts->has_crc[s]) {
            fault(c, "%s has no checksum", names[s]);
        } else if (there[s] && facts->crc[s] != crc[s]) {
            fault(c,
                  "%s: checksum of its samples is %08" PRIx32
                  ", the file says %08" PRIx32,
                  names[s], crc[s], facts->crc[s]);
        }
    }
}

/* ---- blocks and gaps ---- */

/* Rows between the last block and this one by the device's clock, against the
 * rows that the last block has. */
static void check_step(struct check *c, const struct recording_block *block,
                       bool after_gap)
{
    const struct recording_block *before = &c->before;
    const struct recording_info *info = &c->source.facts.info;
    if (block->device_ns <= before->device_ns) {
        fault(c,
              "device time does not go forward at row %" PRIu64 ": %" PRIi64
              " ns after %" PRIi64,
              block->first_sample, block->device_ns, before->device_ns);
        return;
    }
    double ns = (double)block->device_ns - (double)before->device_ns;
    double extra = ns * 1e-9 * info->rate_measured_hz - before->count;
    if (!after_gap && info->rate_measured_hz > 0 &&
        extra > slack_rows + slack_part * before->count) {
        fault(c,
              "about %.0f samples are missing before row %" PRIu64
              " and no gap says so",
              extra, block->first_sample);
    }
}

/* True if a gap stands before row `row`; complains of gaps inside the rows
 * that have been passed. */
static bool pass_gaps(struct check *c, uint64_t row)
{
    const struct source_facts *facts = &c->source.facts;
    bool found = false;
    while (c->next_gap < facts->gap_count &&
           facts->gaps[c->next_gap].at_sample <= row) {
        uint64_t at = facts->gaps[c->next_gap].at_sample;
        if (at < row) {
            fault(c, "gap %zu at row %" PRIu64 " lies inside a block",
                  c->next_gap + 1, at);
        }
        found = true;
        c->next_gap++;
    }
    return found;
}

static void check_block(struct check *c, const struct recording_block *block)
{
    uint64_t expected = c->before.first_sample + c->before.count;
    if (block->first_sample != expected || block->count == 0) {
        fault(c,
              "block %" PRIu64 " has rows %" PRIu64 " to %" PRIu64
              ", where row %" PRIu64 " was to follow",
              c->report->blocks, block->first_sample,
              block->first_sample + block->count, expected);
    }
    bool after_gap =
        pass_gaps(c, block->first_sample) || c->source.facts.no_gaps;
    if (c->before.count > 0) {
        check_step(c, block, after_gap);
    } else {
        c->first_ns = block->device_ns;
    }
    if (after_gap) {
        slope_break(&c->slope);
    }
    slope_add(&c->slope, (double)block->first_sample,
              (double)block->device_ns - (double)c->first_ns);
    c->before = *block;
}

/* The rate was computed from the same tables, but maybe by a carpus that drew
 * the line otherwise through probes that scatter. */
static double rate_slack(const struct check *c)
{
    const struct clock_probes *probes = &c->source.facts.probes;
    if (c->map.fit.probes == 0) {
        return 1e-6;
    }
    double span_us = ((double)probes->best[probes->count - 1].device_ns -
                      (double)probes->best[0].device_ns) *
                     1e-3;
    return 1e-6 + 4 * c->map.fit.residual_rms_us / fabs(span_us);
}

static void check_rate(struct check *c)
{
    const struct source_facts *facts = &c->source.facts;
    double ns_per_row = slope_value(&c->slope) * c->map.rate;
    double rate = facts->info.rate_measured_hz;
    if (ns_per_row > 0 && fabs(rate * ns_per_row * 1e-9 - 1) > rate_slack(c)) {
        fault(c, "rate_measured_hz is %.6f, but blocks and clock say %.6f",
              rate, 1e9 / ns_per_row);
    }
}

static void check_blocks(struct check *c)
{
    uint64_t rows = c->source.facts.rows;
    if (c->source.facts.no_blocks) {
        return; /* opening has told why */
    }
    struct recording_block block;
    float temperature;
    struct error error = {0};
    int got;
    while ((got = c->source.operations->block(c->source.self, &block,
                                              &temperature, &error)) > 0) {
        c->report->blocks++;
        check_block(c, &block);
    }
    if (got < 0) {
        fault(c, "blocks cannot be read: %s", error.text);
        return;
    }
    pass_gaps(c, rows);
    if (c->before.first_sample + c->before.count != rows) {
        fault(c,
              "blocks end at row %" PRIu64 ", but %" PRIu64
              " rows are committed",
              c->before.first_sample + c->before.count, rows);
    }
    check_rate(c);
}

static void check_gaps(struct check *c)
{
    const struct source_facts *facts = &c->source.facts;
    for (size_t i = 0; i < facts->gap_count; i++) {
        const struct recording_gap *gap = &facts->gaps[i];
        if (gap->end_ns < gap->start_ns) {
            fault(c,
                  "gap %zu ends (%" PRIi64 " ns) before it starts (%" PRIi64
                  ")",
                  i + 1, gap->end_ns, gap->start_ns);
        }
        if (i > 0 && gap->start_ns < facts->gaps[i - 1].end_ns) {
            fault(c,
                  "gap %zu starts (%" PRIi64
                  " ns) before the one before it ends (%" PRIi64 ")",
                  i + 1, gap->start_ns, gap[-1].end_ns);
        }
        if (gap->lost_samples == 0 || gap->cause == 0) {
            fault(c,
                  "gap %zu has no length or no cause: %" PRIu64
                  " samples, cause %" PRIu32,
                  i + 1, gap->lost_samples, gap->cause);
        }
        c->report->lost_samples += gap->lost_samples;
        c->report->lost_at_end +=
            gap->at_sample >= facts->rows ? gap->lost_samples : 0;
    }
}

/* ---- clock and events ---- */

static void check_clocks(struct check *c)
{
    const struct source_facts *facts = &c->source.facts;
    if (facts->probes.faults > 0) {
        fault(c,
              "%" PRIu64 " of %" PRIu64 " clock probes go back in time, or "
              "have a negative round trip; the first is number %" PRIu64,
              facts->probes.faults, facts->probes.total,
              facts->probes.first_fault);
    }
}

static void check_events(struct check *c)
{
    const struct source_facts *facts = &c->source.facts;
    for (size_t i = 0; i < facts->event_count; i++) {
        const struct recording_event *event = &facts->events[i];
        if (event->end_ns < event->start_ns) {
            fault(c, "event %zu, '%s', ends before it starts", i + 1,
                  event->label);
        }
    }
}

static int check_all(struct check *c, const char *path, size_t sensor,
                     struct error *error)
{
    struct error why;
    c->source.listener = (struct source_listener){hear, c};
    int err = source_open(path, NULL, sensor, &c->source, &why);
    if (err < 0) {
        return error_set(error, err, "%s", why.text);
    }
    if (c->source.operations->raw == NULL) {
        return error_set(error, ERR_DATA,
                         "'%s' is a CSV file, which has nothing to verify it "
                         "by; import it first",
                         path);
    }
    const struct source_facts *facts = &c->source.facts;
    c->report->rows = facts->rows;
    c->report->gaps = facts->gap_count;
    c->report->probes = facts->probes.total;
    c->report->events = facts->event_count;
    err = clock_map_init(&c->map, &facts->probes, error);
    if (err < 0) {
        return err;
    }
    check_samples(c);
    check_blocks(c);
    check_gaps(c);
    check_clocks(c);
    check_events(c);
    return 0;
}

int verify_file(const char *path, size_t sensor,
                struct verify_listener listener, struct verify_report *report,
                struct error *error)
{
    struct check *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    c->listener = listener;
    c->report = report;
    *report = (struct verify_report){0};
    int err = check_all(c, path, sensor, error);
    clock_map_deinit(&c->map);
    source_close(&c->source);
    free(c);
    return err;
}
