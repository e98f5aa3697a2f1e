/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/anonymise.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/recording_source.h"
#include "acquire/verify.h"

struct copy {
    const char *in;
    const char *out;
    struct recording_writer *writer; /* NULL before the first sensor */
    struct source source;            /* of the sensor at hand */
    size_t gap;                      /* the next to be noted */
    int16_t (*rows)[6];              /* of a block */
    size_t room;
    struct anonymise_result *result;
};

/* ---- a sensor ---- */

static int begin_sensor(struct copy *c, struct error *error)
{
    struct recording_info info = c->source.facts.info;
    if (c->writer != NULL) {
        return recording_add_sensor(c->writer, &info, error);
    }
    c->result->notes = strlen(info.notes);
    c->result->label = strlen(info.label);
    memset(info.notes, 0, sizeof(info.notes));
    memset(info.label, 0, sizeof(info.label));
    return recording_create(c->out, &info, &c->writer, error);
}

static int copy_gaps(struct copy *c, uint64_t row, struct error *error)
{
    const struct source_facts *facts = &c->source.facts;
    int err = 0;
    while (c->gap < facts->gap_count && err == 0 &&
           facts->gaps[c->gap].at_sample <= row) {
        err = recording_append_gap(c->writer, facts->gaps[c->gap++], error);
    }
    return err;
}

static int make_room(struct copy *c, size_t rows, struct error *error)
{
    if (rows > c->room) {
        void *room = realloc(c->rows, rows * sizeof(*c->rows));
        if (room == NULL) {
            return error_set(error, ERR_NO_MEMORY, "out of memory");
        }
        c->rows = room;
        c->room = rows;
    }
    return 0;
}

static int copy_block(struct copy *c, const struct recording_block *block,
                      float temperature, struct error *error)
{
    int err = copy_gaps(c, block->first_sample, error);
    err = err < 0 ? err : make_room(c, block->count, error);
    err = err < 0
              ? err
              : c->source.operations->raw(c->source.self, block->first_sample,
                                          block->count, c->rows, error);
    return err < 0 ? err
                   : recording_append(c->writer, *block,
                                      (const int16_t(*)[6])c->rows,
                                      block->count, temperature, error);
}

/* All probes: the source holds the best of each burst only. */
static int copy_probes(struct copy *c, size_t sensor, struct error *error)
{
    struct hdf5_reader *reader = NULL;
    const struct hdf5_contents *contents;
    int err = hdf5_reader_open(c->in, &hdf5_limits_any, sensor, &reader,
                               &contents, error);
    size_t most = hdf5_reader_most(HDF5_SET_CLOCK);
    uint64_t total = c->source.facts.probes.total;
    for (uint64_t first = 0; first < total && err == 0;) {
        const void *rows;
        size_t n = total - first < most ? (size_t)(total - first) : most;
        err = hdf5_reader_read(reader, HDF5_SET_CLOCK, first, n, &rows, error);
        const struct recording_clock *probe = rows;
        for (size_t i = 0; i < n && err == 0; i++) {
            err = recording_append_clock(c->writer, &probe[i], error);
        }
        first += n;
    }
    hdf5_reader_close(reader);
    return err;
}

static int copy_sensor(struct copy *c, size_t sensor, struct error *error)
{
    struct recording_block block;
    float temperature;
    int got = begin_sensor(c, error);
    if (got < 0) {
        return got;
    }
    c->gap = 0;
    recording_choose_sensor(c->writer, sensor);
    while ((got = c->source.operations->block(c->source.self, &block,
                                              &temperature, error)) > 0) {
        int err = copy_block(c, &block, temperature, error);
        if (err < 0) {
            return err;
        }
    }
    got = got < 0 ? got : copy_gaps(c, c->source.facts.rows, error);
    return got < 0 ? got : copy_probes(c, sensor, error);
}

/* ---- the whole ---- */

static void ignore(void *self, const char *text)
{
    (void)self;
    (void)text;
}

static int check_whole(const char *path, size_t sensor, struct error *error)
{
    struct verify_report report;
    int err = verify_file(path, sensor, (struct verify_listener){ignore, NULL},
                          &report, error);
    return err < 0 || report.faults == 0
               ? err
               : error_set(error, ERR_VERIFY,
                           "'%s' has faults, which a copy would hide; `carpus "
                           "verify` tells them",
                           path);
}

static int copy_events(struct copy *c, struct error *error)
{
    const struct source_facts *facts = &c->source.facts;
    int err = 0;
    for (size_t i = 0; i < facts->event_count && err == 0; i++) {
        err = recording_append_event(c->writer, &facts->events[i], error);
    }
    c->result->events = facts->event_count;
    return err;
}

static int copy_all(struct copy *c, struct error *error)
{
    size_t sensors = 1;
    int err = 0;
    for (size_t i = 0; i < sensors && err == 0; i++) {
        err = check_whole(c->in, i, error);
        err = err < 0 ? err : source_open(c->in, NULL, i, &c->source, error);
        if (err == 0) {
            sensors = c->source.facts.sensors.count;
            err = copy_sensor(c, i, error);
        }
        if (err == 0 && i + 1 == sensors) {
            err = copy_events(c, error);
        }
        source_close(&c->source);
    }
    return err;
}

int anonymise_file(const char *in, const char *out,
                   struct anonymise_result *result, struct error *error)
{
    struct copy *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    *result = (struct anonymise_result){0};
    c->in = in;
    c->out = out;
    c->result = result;
    int err = copy_all(c, error);
    if (err == 0) {
        err = recording_commit(c->writer, error);
    } else {
        recording_abort(c->writer);
    }
    free(c->rows);
    free(c);
    return err;
}
