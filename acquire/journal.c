/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/journal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "acquire/crc32c_fast.h"
#include "firmware/core/bytes.h"

static const uint8_t magic[8] = {0x8C, 'c', 'a', 'r', 'p', 'u', 's', 0x0A};
static const uint8_t sync_bytes[3] = {0xC7, 'J', 'R'};
static const char suffix[] = ".journal";

/* Offsets, as in the tables of journal.h. */
enum {
    FILE_VERSION = 8,
    FILE_ID = 10,
    FILE_CRC = 12,
    RECORD_VERSION = 3,
    RECORD_TYPE = 4,
    RECORD_SENSOR = 6,
    RECORD_LENGTH = 8,
    RECORD_SEQUENCE = 12,
    RECORD_CRC = 16,
};

bool journal_name(const char *path, char *out, size_t size)
{
    /* Of a failure, below 0, this makes what fits nowhere. */
    size_t length = (size_t)snprintf(out, size, "%s%s", path, suffix);
    return length < size;
}

bool journal_recording_name(const char *journal, char *out, size_t size)
{
    size_t length = strlen(journal);
    size_t cut = sizeof(suffix) - 1;
    if (length <= cut || strcmp(journal + length - cut, suffix) != 0 ||
        journal[length - cut - 1] == '/' || length - cut >= size) {
        return false;
    }
    memcpy(out, journal, length - cut);
    out[length - cut] = '\0';
    return true;
}

/* ---- writing ---- */

int journal_create(struct journal *journal, const char *path,
                   struct error *error)
{
    int err = journal_file_create(&journal->file, path, error);
    if (err < 0) {
        return err;
    }
    journal->version = JOURNAL_VERSION;
    journal->sensor = 0;
    journal->sequence = 0;
    uint8_t head[JOURNAL_FILE_HEAD] = {0};
    memcpy(head, magic, sizeof(magic));
    put_u16(head + FILE_VERSION, JOURNAL_VERSION);
    /* Where there are no random numbers 0 is as good as any other. */
    (void)getrandom(head + FILE_ID, 2, 0);
    journal->id = get_u16(head + FILE_ID);
    put_u32(head + FILE_CRC, crc32c_fast(0, head, FILE_CRC));
    err = journal_file_begin(&journal->file, head, sizeof(head), error);
    if (err < 0) {
        /* The error of the write is the one to tell. */
        (void)journal_file_close(&journal->file, NULL);
        (void)journal_file_remove(path, NULL);
    }
    return err;
}

/* Version 1 knew one sensor. */
static bool sensor_good(unsigned version, unsigned sensor)
{
    return sensor < (version == 1 ? 1 : JOURNAL_SENSORS_MAX);
}

static uint32_t record_crc(const uint8_t *record, size_t size)
{
    return crc32c_fast(crc32c_fast(0, record, RECORD_CRC),
                       record + JOURNAL_RECORD_HEAD, size);
}

/* What the id changes in a record's CRC. */
static uint32_t seal(uint16_t id)
{
    return (uint32_t)id << 16 | id;
}

int journal_append(struct journal *journal, enum journal_type type,
                   const void *payload, size_t size, struct error *error)
{
    assert(size <= JOURNAL_PAYLOAD_MAX);
    assert(sensor_good(journal->version, journal->sensor));
    uint8_t *p = journal->record;
    memcpy(p, sync_bytes, sizeof(sync_bytes));
    p[RECORD_VERSION] = journal->version;
    put_u16(p + RECORD_TYPE, (uint16_t)type);
    put_u16(p + RECORD_SENSOR, journal->sensor);
    put_u32(p + RECORD_LENGTH, (uint32_t)size);
    put_u32(p + RECORD_SEQUENCE, journal->sequence);
    memcpy(p + JOURNAL_RECORD_HEAD, payload, size);
    put_u32(p + RECORD_CRC, record_crc(p, size) ^ seal(journal->id));
    int err = journal_file_append(&journal->file, p, JOURNAL_RECORD_HEAD + size,
                                  error);
    if (err < 0) {
        return err;
    }
    journal->sequence++;
    return 0;
}

/* ---- reading ---- */

/* A stretch of records that follow one another without a break. */
struct journal_run {
    uint64_t at;    /* place in the file of its first record */
    uint64_t first; /* sequence of that */
    uint64_t from;  /* of the first that is taken: it is not in another run */
    uint64_t last;
};

static void go_to(struct journal_reader *reader, uint64_t at)
{
    reader->window_at = at;
    reader->start = 0;
    reader->end = 0;
}

void journal_rewind(struct journal_reader *reader)
{
    go_to(reader, JOURNAL_FILE_HEAD);
    reader->records = 0;
    reader->damaged_bytes = 0;
    reader->sequence = 0;
    reader->behind = JOURNAL_FILE_HEAD;
    free(reader->runs);
    reader->runs = NULL;
    reader->run_count = 0;
    reader->surveyed = false;
}

void journal_reader_close(struct journal_reader *reader)
{
    free(reader->runs);
    reader->runs = NULL;
    /* Nothing was written: a failing close can lose nothing. */
    (void)journal_file_close(&reader->file, NULL);
}

/* A damaged head is no reason to give up the records behind it; journal_open
 * then looks for one. */
static int check_head(struct journal_reader *reader, bool *intact,
                      struct error *error)
{
    uint8_t head[JOURNAL_FILE_HEAD] = {0};
    int n = journal_file_read(&reader->file, 0, head, sizeof(head), error);
    if (n < 0) {
        return n;
    }
    *intact = memcmp(head, magic, sizeof(magic)) == 0 &&
              get_u32(head + FILE_CRC) == crc32c_fast(0, head, FILE_CRC);
    unsigned version = get_u16(head + FILE_VERSION);
    if (*intact && (version < 1 || version > JOURNAL_VERSION)) {
        return error_set(error, ERR_PROTOCOL,
                         "'%s' is a journal of version %u, this carpus knows "
                         "up to %d; use a newer one",
                         reader->file.path, version, JOURNAL_VERSION);
    }
    reader->version = *intact ? (uint8_t)version : 0;
    reader->id = get_u16(head + FILE_ID);
    return 0;
}

/* Makes the window hold a whole record of any length, or the file's end. */
static int fill(struct journal_reader *reader, struct error *error)
{
    if (reader->end - reader->start >= JOURNAL_RECORD_MAX) {
        return 0;
    }
    memmove(reader->window, reader->window + reader->start,
            reader->end - reader->start);
    reader->window_at += reader->start;
    reader->end -= reader->start;
    reader->start = 0;
    int n = journal_file_read(&reader->file, reader->window_at + reader->end,
                              reader->window + reader->end,
                              sizeof(reader->window) - reader->end, error);
    if (n < 0) {
        return n;
    }
    reader->end += (size_t)n;
    return 0;
}

/* Whether a record is of this journal; `sealed` is what was done to its CRC. */
static bool is_ours(struct journal_reader *reader, uint8_t version,
                    uint32_t sealed)
{
    uint16_t id = (uint16_t)sealed;
    if (sealed != seal(id)) {
        return false;
    }
    if (reader->version == 0) {
        reader->version = version;
        reader->id = id;
    }
    return version == reader->version && id == reader->id;
}

/* Whether there is a whole record at the window's start. */
static bool look(struct journal_reader *reader, struct journal_record *out,
                 uint32_t *sequence)
{
    const uint8_t *p = reader->window + reader->start;
    size_t left = reader->end - reader->start;
    if (left < JOURNAL_RECORD_HEAD ||
        memcmp(p, sync_bytes, sizeof(sync_bytes)) != 0) {
        return false;
    }
    uint8_t version = p[RECORD_VERSION];
    uint16_t type = get_u16(p + RECORD_TYPE);
    uint16_t sensor = get_u16(p + RECORD_SENSOR);
    uint32_t size = get_u32(p + RECORD_LENGTH);
    if (version < 1 || version > JOURNAL_VERSION || type < JOURNAL_SESSION ||
        type > JOURNAL_AWAY || !sensor_good(version, sensor) ||
        size > left - JOURNAL_RECORD_HEAD || size > JOURNAL_PAYLOAD_MAX ||
        !is_ours(reader, version,
                 get_u32(p + RECORD_CRC) ^ record_crc(p, size))) {
        return false;
    }
    *out = (struct journal_record){
        .type = (enum journal_type)type,
        .sensor = sensor,
        .size = size,
        .payload = p + JOURNAL_RECORD_HEAD,
    };
    *sequence = get_u32(p + RECORD_SEQUENCE);
    return true;
}

static size_t size_of(const struct journal_record *record)
{
    return JOURNAL_RECORD_HEAD + record->size;
}

/* Passes the record at the window's start. */
static void pass(struct journal_reader *reader,
                 const struct journal_record *record)
{
    reader->start += size_of(record);
    uint64_t behind = reader->window_at + reader->start;
    reader->behind = behind > reader->behind ? behind : reader->behind;
}

static void take(struct journal_reader *reader, struct journal_record *out,
                 uint32_t sequence)
{
    out->after_damage = sequence != reader->sequence;
    reader->sequence = (uint64_t)sequence + 1;
    reader->records++;
    pass(reader, out);
}

/* Skips to the next byte that may begin a record. */
static void skip(struct journal_reader *reader)
{
    const uint8_t *from = reader->window + reader->start;
    const uint8_t *to = reader->window + reader->end;
    const uint8_t *next =
        memchr(from + 1, sync_bytes[0], (size_t)(to - from) - 1);
    reader->start += (size_t)((next != NULL ? next : to) - from);
}

/* ---- reading behind damage ----
 *
 * A file system that was repaired, or a copy that went wrong, may leave
 * stretches of a journal twice, or in another order. Where the next record is
 * not the one expected, all that is behind is looked through once. What is
 * found are runs; of these a plan is made that takes every record once and in
 * order, whatever lies where. Only damaged journals and torn tails pay for it.
 */

/* Room for twice as many. */
static int grow(struct journal_reader *reader, size_t *room,
                struct error *error)
{
    size_t more = *room > 0 ? 2 * *room : 16;
    struct journal_run *runs =
        realloc(reader->runs, more * sizeof(reader->runs[0]));
    if (runs == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    reader->runs = runs;
    *room = more;
    return 0;
}

/* Finds all runs from here to the file's end. */
static int find_runs(struct journal_reader *reader, struct error *error)
{
    struct journal_record record;
    uint32_t sequence;
    size_t room = 0;
    struct journal_run *run = NULL; /* the one that goes on, if any does */
    for (;;) {
        int err = fill(reader, error);
        if (err < 0 || reader->start == reader->end) {
            return err;
        }
        if (!look(reader, &record, &sequence)) {
            skip(reader);
            run = NULL;
            continue;
        }
        if (run == NULL || sequence != run->last + 1) {
            if (reader->run_count == room) {
                err = grow(reader, &room, error);
            }
            if (err < 0) {
                return err;
            }
            run = &reader->runs[reader->run_count++];
            run->at = reader->window_at + reader->start;
            run->first = sequence;
        }
        run->last = sequence;
        pass(reader, &record);
    }
}

/* By sequence; of two with the same the one that comes first in the file. */
static int compare_runs(const void *left, const void *right)
{
    const struct journal_run *a = left;
    const struct journal_run *b = right;
    int order = (a->first > b->first) - (a->first < b->first);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* Of the runs that have the next record the one that reaches furthest is
 * taken: a stretch that was repeated is short, or not of this journal. What is
 * left of the runs stands in the place of those that were looked at. */
static void plan(struct journal_reader *reader)
{
    struct journal_run *runs = reader->runs;
    size_t count = reader->run_count;
    uint64_t next = reader->sequence;
    size_t at = 0;
    if (runs == NULL) {
        return;
    }
    reader->run_count = 0;
    qsort(runs, count, sizeof(runs[0]), compare_runs);
    while (at < count) {
        struct journal_run best = runs[at++];
        next = best.first > next ? best.first : next;
        while (at < count && runs[at].first <= next) {
            best = runs[at].last > best.last ? runs[at] : best;
            at++;
        }
        if (best.last >= next) {
            best.from = next;
            next = best.last + 1;
            runs[reader->run_count++] = best;
        }
    }
}

/* What is read next is this run, if there are so many. */
static void begin_run(struct journal_reader *reader, size_t run)
{
    reader->run = run;
    if (run < reader->run_count) {
        go_to(reader, reader->runs[run].at);
    }
}

static int survey(struct journal_reader *reader, struct error *error)
{
    uint64_t here = reader->window_at + reader->start;
    int err = find_runs(reader, error);
    if (err < 0) {
        return err;
    }
    plan(reader);
    /* Each record that is read takes its bytes from it again. */
    reader->damaged_bytes = reader->behind - here;
    reader->surveyed = true;
    begin_run(reader, 0);
    return 0;
}

/* Reads the next record of the plan. */
static int next_planned(struct journal_reader *reader,
                        struct journal_record *out, struct error *error)
{
    while (reader->run < reader->run_count) {
        struct journal_run *run = &reader->runs[reader->run];
        uint32_t sequence;
        int err = fill(reader, error);
        if (err < 0) {
            return err;
        }
        if (!look(reader, out, &sequence) || sequence != run->first) {
            return error_set(error, ERR_IO, "'%s' changed while it was read",
                             reader->file.path);
        }
        if (run->first++ < run->from) {
            pass(reader, out);
            continue;
        }
        take(reader, out, sequence);
        reader->damaged_bytes -= size_of(out);
        if (sequence == run->last) {
            begin_run(reader, reader->run + 1);
        }
        return 1;
    }
    return 0;
}

int journal_next(struct journal_reader *reader, struct journal_record *out,
                 struct error *error)
{
    if (!reader->surveyed) {
        uint32_t sequence;
        int err = fill(reader, error);
        if (err < 0 || reader->start == reader->end) {
            return err;
        }
        if (look(reader, out, &sequence) && sequence == reader->sequence) {
            take(reader, out, sequence);
            return 1;
        }
        err = survey(reader, error);
        if (err < 0) {
            return err;
        }
    }
    return next_planned(reader, out, error);
}

/* Whether there is nothing but zeros, as on a disk that was never written. */
static int is_blank(const struct journal_reader *reader, struct error *error)
{
    uint8_t bytes[4096];
    uint64_t at = 0;
    for (;;) {
        int n =
            journal_file_read(&reader->file, at, bytes, sizeof(bytes), error);
        if (n <= 0) {
            return n < 0 ? n : 1;
        }
        for (int i = 0; i < n; i++) {
            if (bytes[i] != 0) {
                return 0;
            }
        }
        at += (uint64_t)n;
    }
}

/* A file without any record: says what it is instead. */
static int refuse(const struct journal_reader *reader, struct error *error)
{
    int blank = is_blank(reader, error);
    const char *path = reader->file.path;
    if (blank < 0) {
        return blank;
    }
    if (reader->file.size == 0) {
        return error_set(error, ERR_DATA,
                         "'%s' is empty: nothing was recorded; remove it",
                         path);
    }
    return blank > 0 ? error_set(error, ERR_DATA,
                                 "'%s' holds nothing but zeros: what was "
                                 "recorded did not reach the disk, or was "
                                 "wiped off it; it can be removed",
                                 path)
                     : error_set(error, ERR_DATA,
                                 "'%s' is no journal of carpus; give a file "
                                 "NAME.h5.journal",
                                 path);
}

int journal_open(struct journal_reader *reader, const char *path,
                 struct error *error)
{
    int err = journal_file_open(&reader->file, path, error);
    if (err < 0) {
        return err;
    }
    reader->runs = NULL;
    journal_rewind(reader);
    bool intact = false;
    err = check_head(reader, &intact, error);
    if (err == 0 && !intact) {
        struct journal_record record;
        int found = journal_next(reader, &record, error);
        journal_rewind(reader);
        err = found == 0 ? refuse(reader, error) : found;
    }
    if (err < 0) {
        journal_reader_close(reader);
        return err;
    }
    return 0;
}

int journal_continue(struct journal *journal, struct journal_reader *reader,
                     struct error *error)
{
    char path[sizeof(reader->file.path)];
    memcpy(path, reader->file.path, sizeof(path));
    journal_reader_close(reader);
    if (reader->sequence > UINT32_MAX) {
        return error_set(error, ERR_DAMAGED,
                         "'%s' is damaged: its records have no numbers left to "
                         "go on with; run `carpus recover %s`",
                         path, path);
    }
    journal->version = reader->version;
    journal->id = reader->id;
    journal->sensor = 0;
    journal->sequence = (uint32_t)reader->sequence;
    return journal_file_continue(&journal->file, path, reader->behind, error);
}
