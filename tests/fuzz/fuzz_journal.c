/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Journal reader: whole records in, in any order, with damage between; and any
 * bytes at all. Then a record is added, as `carpus get` does that goes on.
 */
#include "acquire/crc32c_fast.h"
#include "firmware/core/bytes.h"
#include "tests/fuzz/journal_memory.h"
#include "tests/fuzz/journal_script.h"

static const char path[] = "fuzz.h5.journal";

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

static void open_again(struct journal_reader *reader)
{
    struct error error = {0};
    FUZZ_RULE(journal_open(reader, path, &error) == 0);
}

/* True if a whole record begins before `at` and ends behind it: damage that
 * makes one together with what was added there. A check sum of 32 bits cannot
 * rule that out, and a fuzzer that sees it compared finds it. */
static bool made_together(struct journal_reader *reader, uint64_t at)
{
    static uint8_t record[JOURNAL_RECORD_MAX];
    struct error error = {0};
    uint64_t from = at > JOURNAL_RECORD_MAX ? at - JOURNAL_RECORD_MAX : 0;
    for (uint64_t i = from; i < at; i++) {
        int n =
            journal_file_read(&reader->file, i, record, sizeof(record), &error);
        if (n < JOURNAL_RECORD_HEAD || memcmp(record, "\xC7JR", 3) != 0) {
            continue;
        }
        uint64_t size = get_u32(record + 8);
        if (size > (uint64_t)n - JOURNAL_RECORD_HEAD ||
            i + JOURNAL_RECORD_HEAD + size <= at) {
            continue;
        }
        uint32_t id = get_u32(record + 16) ^
                      crc32c_fast(crc32c_fast(0, record, 16),
                                  record + JOURNAL_RECORD_HEAD, size);
        if (id >> 16 == (id & 0xFFFF)) {
            return true;
        }
    }
    return false;
}

/* Adds a record behind the last whole one; it is found there, and all before
 * it. */
static void go_on(struct journal_reader *reader, uint64_t count)
{
    static struct journal journal; /* large: not for the stack */
    struct error error = {0};
    uint64_t bytes;
    uint64_t damaged = reader->damaged_bytes;
    uint64_t behind = reader->behind;
    bool numbers_left = reader->sequence <= UINT32_MAX;
    int err = journal_continue(&journal, reader, &error);
    FUZZ_RULE(err == (numbers_left ? 0 : ERR_DAMAGED));
    if (!numbers_left) {
        return;
    }
    FUZZ_RULE(journal_append_end(&journal, JOURNAL_END_ASKED, &error) == 0);
    FUZZ_RULE(journal_file_close(&journal.file, &error) == 0);
    open_again(reader);
    uint64_t again = read_all(reader, &bytes);
    if (again != count + 1 && made_together(reader, behind)) {
        return;
    }
    FUZZ_RULE(again == count + 1);
    FUZZ_RULE(reader->damaged_bytes == damaged &&
              reader->behind == reader->file.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct journal_script script;
    static struct journal_reader reader;
    struct error error = {0};
    bool scripted = size > 0 && data[0] != 0;
    if (scripted) {
        script_journal(&script, data + 1, size - 1);
        data = script.bytes;
        size = script.size;
    }
    journal_memory_set(data, size);
    if (journal_open(&reader, path, &error) < 0) {
        FUZZ_RULE(error.text[0] != '\0');
        return 0;
    }
    uint64_t bytes;
    uint64_t again_bytes;
    uint64_t count = read_all(&reader, &bytes);
    FUZZ_RULE(bytes <= size);
    journal_rewind(&reader);
    FUZZ_RULE(read_all(&reader, &again_bytes) == count);
    go_on(&reader, count);
    journal_reader_close(&reader);
    return 0;
}
