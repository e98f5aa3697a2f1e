/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Journal reader: whole records in, in any order, with damage between; and any
 * bytes at all.
 */
#include "tests/fuzz/journal_script.h"

static void decode(const struct journal_record *record)
{
    struct recording_info info;
    struct recording_clock clock;
    struct journal_event event;
    struct journal_sync sync;
    uint64_t bytes;
    int64_t from;
    int64_t to;
    bool session = journal_get_session(record, &info);
    FUZZ_RULE(!session || (info.placement < PLACEMENTS &&
                           memchr(info.notes, 0, sizeof(info.notes)) != NULL));
    bool is_event = journal_get_event(record, &event);
    FUZZ_RULE(!is_event || memchr(event.label, 0, sizeof(event.label)) != NULL);
    journal_get_clock(record, &clock);
    journal_get_sync(record, &sync);
    journal_get_gap(record, &bytes);
    journal_get_away(record, &from, &to);
}

static uint64_t read_all(struct journal_reader *reader, uint64_t *bytes)
{
    struct journal_record record;
    struct error error = {0};
    uint64_t count = 0;
    int got;
    *bytes = JOURNAL_FILE_HEAD;
    while ((got = journal_next(reader, &record, &error)) > 0) {
        FUZZ_RULE(record.size <= JOURNAL_PAYLOAD_MAX);
        decode(&record);
        *bytes += JOURNAL_RECORD_HEAD + record.size;
        count++;
    }
    FUZZ_RULE(got == 0);
    *bytes += reader->damaged_bytes;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct journal_script script; /* large: not for the stack */
    static struct journal_reader reader;
    struct error error = {0};
    bool scripted = size > 0 && data[0] != 0;
    const char *path = scripted ? script_journal(&script, data + 1, size - 1)
                                : fuzz_file(data, size);
    if (journal_open(&reader, path, &error) < 0) {
        FUZZ_RULE(error.text[0] != '\0');
        return 0;
    }
    uint64_t bytes;
    uint64_t again_bytes;
    uint64_t count = read_all(&reader, &bytes);
    FUZZ_RULE(bytes <= (scripted ? script.size : size));
    journal_rewind(&reader);
    FUZZ_RULE(read_all(&reader, &again_bytes) == count);
    journal_reader_close(&reader);
    return 0;
}
