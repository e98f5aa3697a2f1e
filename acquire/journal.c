/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/journal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "acquire/crc32c_fast.h"
#include "firmware/core/bytes.h"

static const uint8_t magic[8] = {0x8C, 'c', 'a', 'r', 'p', 'u', 's', 0x0A};
static const uint8_t sync_bytes[3] = {0xC7, 'J', 'R'};
static const char suffix[] = ".journal";

/* Offsets, as in the tables of journal.h. */
enum {
    FILE_VERSION = 8,
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
    int length = snprintf(out, size, "%s%s", path, suffix);
    return length > 0 && (size_t)length < size;
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
    put_u32(head + FILE_CRC, crc32c_fast(0, head, FILE_CRC));
    err = journal_file_append(&journal->file, head, sizeof(head), error);
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
    put_u32(p + RECORD_CRC, record_crc(p, size));
    int err = journal_file_append(&journal->file, p, JOURNAL_RECORD_HEAD + size,
                                  error);
    if (err < 0) {
        return err;
    }
    journal->sequence++;
    return 0;
}

/* ---- reading ---- */

void journal_rewind(struct journal_reader *reader)
{
    reader->records = 0;
    reader->damaged_bytes = 0;
    reader->sequence = 0;
    reader->skipped = 0;
    reader->window_at = JOURNAL_FILE_HEAD;
    reader->start = 0;
    reader->end = 0;
}

void journal_reader_close(struct journal_reader *reader)
{
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
    reader->version = (uint8_t)version;
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

/* Takes the record at the window's start. Returns its bytes, 0 if there is
 * none. */
static size_t take(struct journal_reader *reader, struct journal_record *out)
{
    const uint8_t *p = reader->window + reader->start;
    size_t left = reader->end - reader->start;
    if (left < JOURNAL_RECORD_HEAD ||
        memcmp(p, sync_bytes, sizeof(sync_bytes)) != 0) {
        return 0;
    }
    uint8_t version = p[RECORD_VERSION];
    uint16_t type = get_u16(p + RECORD_TYPE);
    uint16_t sensor = get_u16(p + RECORD_SENSOR);
    uint32_t size = get_u32(p + RECORD_LENGTH);
    uint32_t sequence = get_u32(p + RECORD_SEQUENCE);
    if (version < 1 || version > JOURNAL_VERSION || type < JOURNAL_SESSION ||
        type > JOURNAL_AWAY || !sensor_good(version, sensor) ||
        size > left - JOURNAL_RECORD_HEAD || size > JOURNAL_PAYLOAD_MAX ||
        sequence < reader->sequence ||
        get_u32(p + RECORD_CRC) != record_crc(p, size)) {
        return 0;
    }
    *out = (struct journal_record){
        .type = (enum journal_type)type,
        .sensor = sensor,
        .size = size,
        .payload = p + JOURNAL_RECORD_HEAD,
        .after_damage = sequence != reader->sequence,
    };
    reader->sequence = sequence + 1;
    reader->version = version;
    return JOURNAL_RECORD_HEAD + size;
}

/* Skips to the next byte that may begin a record. */
static void skip(struct journal_reader *reader)
{
    const uint8_t *from = reader->window + reader->start;
    const uint8_t *to = reader->window + reader->end;
    const uint8_t *next =
        memchr(from + 1, sync_bytes[0], (size_t)(to - from) - 1);
    size_t skipped = (size_t)((next != NULL ? next : to) - from);
    reader->start += skipped;
    reader->skipped += skipped;
}

int journal_next(struct journal_reader *reader, struct journal_record *out,
                 struct error *error)
{
    for (;;) {
        int err = fill(reader, error);
        if (err < 0) {
            return err;
        }
        if (reader->start == reader->end) {
            return 0;
        }
        size_t taken = take(reader, out);
        if (taken > 0) {
            reader->start += taken;
            reader->records++;
            reader->damaged_bytes += reader->skipped;
            reader->skipped = 0;
            return 1;
        }
        skip(reader);
    }
}

int journal_open(struct journal_reader *reader, const char *path,
                 struct error *error)
{
    int err = journal_file_open(&reader->file, path, error);
    if (err < 0) {
        return err;
    }
    journal_rewind(reader);
    bool intact = false;
    err = check_head(reader, &intact, error);
    if (err == 0 && !intact) {
        struct journal_record record;
        err = journal_next(reader, &record, error);
        journal_rewind(reader);
        if (err == 0 && reader->file.size == 0) {
            err = error_set(error, ERR_DATA,
                            "'%s' is empty: nothing was recorded; remove it",
                            path);
        } else if (err == 0) {
            err = error_set(error, ERR_DATA,
                            "'%s' is no journal of carpus; give a file "
                            "NAME.h5.journal",
                            path);
        }
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
    uint64_t end = reader->window_at + reader->start - reader->skipped;
    memcpy(path, reader->file.path, sizeof(path));
    journal->version = reader->version;
    journal->sensor = 0;
    journal->sequence = reader->sequence;
    journal_reader_close(reader);
    return journal_file_continue(&journal->file, path, end, error);
}
