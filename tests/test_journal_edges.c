/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Journals at their edges: without records, with damage far into a long one,
 * with a byte too many, gone on with in an older version.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/journal.h"
#include "firmware/core/bytes.h"
#include "tests/journal_seal.h"

enum { LONG = 24, FILE_MOST = (LONG + 1) * JOURNAL_RECORD_MAX };

static char folder[64];
static char path[128];
static struct journal journal;
static struct journal_reader reader;
static uint8_t bytes[FILE_MOST];
static size_t byte_count;

static void load(const char *name)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    byte_count = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
}

static void store(void)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, byte_count, file), byte_count);
    assert_int_equal(fclose(file), 0);
}

/* `n` records of `size` bytes; then their bytes are in memory, too. */
static void write_frames(uint32_t n, size_t size)
{
    static uint8_t payload[JOURNAL_PAYLOAD_MAX];
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    for (uint32_t i = 0; i < n; i++) {
        memset(payload, (int)(i + 1), sizeof(payload));
        assert_int_equal(
            journal_append(&journal, JOURNAL_FRAMES, payload, size, NULL), 0);
    }
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    load(path);
}

static size_t place_of(uint32_t record, size_t size)
{
    return JOURNAL_FILE_HEAD + record * (JOURNAL_RECORD_HEAD + size);
}

/* How many records there are; which of them come after damage, as bits. */
static uint32_t read_records(uint32_t *damaged)
{
    struct journal_record record;
    uint32_t n = 0;
    *damaged = 0;
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    while (journal_next(&reader, &record, NULL) == 1) {
        *damaged |= record.after_damage ? 1U << n : 0;
        n++;
    }
    journal_reader_close(&reader);
    return n;
}

/* The version of a record that is appended to what there is. */
static uint8_t version_gone_on_with(void)
{
    struct journal_record record;
    size_t before = byte_count;
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    while (journal_next(&reader, &record, NULL) == 1) {
    }
    assert_int_equal(journal_continue(&journal, &reader, NULL), 0);
    assert_int_equal(journal_append_gap(&journal, 7, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    load(path);
    assert_int_equal(byte_count,
                     before + JOURNAL_RECORD_HEAD + JOURNAL_GAP_SIZE);
    return bytes[before + 3];
}

static void version_is_the_heads_where_there_is_no_record(void **state)
{
    (void)state;
    for (int version = 1; version <= JOURNAL_VERSION; version++) {
        write_frames(0, 0);
        byte_count = JOURNAL_FILE_HEAD;
        put_u16(bytes + 8, (uint16_t)version);
        journal_seal_head(bytes);
        store();
        assert_int_equal(version_gone_on_with(), version);
    }
}

static void version_is_the_records_where_the_head_is_damaged(void **state)
{
    (void)state;
    load("tests/data/format-1.h5.journal");
    put_u16(bytes + 8, JOURNAL_VERSION);
    store();
    assert_int_equal(version_gone_on_with(), 1);
}

/* An empty file is a recording that never began, not a wrong file. */
static void empty_journal_is_told_from_what_is_none(void **state)
{
    (void)state;
    struct error error;
    byte_count = 0;
    store();
    assert_int_equal(journal_open(&reader, path, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "is empty"));
    byte_count = 1;
    store();
    assert_int_equal(journal_open(&reader, path, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "is no journal"));
    byte_count = 1000;
    memset(bytes, 'x', byte_count);
    store();
    assert_int_equal(journal_open(&reader, path, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "is no journal"));
}

static void record_without_payload_may_be_the_last(void **state)
{
    (void)state;
    uint32_t damaged;
    write_frames(3, 0);
    assert_int_equal(read_records(&damaged), 3);
    assert_int_equal(damaged, 0);
    byte_count--;
    store();
    assert_int_equal(read_records(&damaged), 2);
}

/* A byte too many, here and there, costs no record, and is counted. */
static void byte_between_records_costs_none(void **state)
{
    (void)state;
    enum { SIZE = 50 };
    static const uint8_t strays[] = {0, 0xC7, 'J'};
    for (size_t i = 0; i < sizeof(strays); i++) {
        uint32_t damaged;
        write_frames(5, SIZE);
        for (uint32_t before = 4; before >= 2; before -= 2) {
            size_t at = place_of(before, SIZE);
            memmove(bytes + at + 1, bytes + at, byte_count - at);
            bytes[at] = strays[i];
            byte_count++;
        }
        store();
        assert_int_equal(read_records(&damaged), 5);
        assert_int_equal(damaged, 0);
        assert_int_equal(reader.damaged_bytes, 2);
    }
}

/* Wherever it lies: in a journal longer than what is held in memory, too. */
static void damage_costs_its_records_and_is_counted(void **state)
{
    (void)state;
    static const size_t sizes[] = {30, 5000, JOURNAL_PAYLOAD_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (uint32_t first = 0; first < LONG - 3; first++) {
            uint32_t damaged;
            write_frames(LONG, sizes[i]);
            bytes[place_of(first, sizes[i]) + JOURNAL_RECORD_HEAD] ^= 1;
            bytes[place_of(first + 2, sizes[i]) + JOURNAL_RECORD_HEAD] ^= 1;
            store();
            assert_int_equal(read_records(&damaged), LONG - 2);
            assert_int_equal(damaged, 3U << first);
            assert_int_equal(reader.damaged_bytes,
                             2 * (JOURNAL_RECORD_HEAD + sizes[i]));
        }
    }
}

/* No more than the name is written. */
static void name_of_a_recording_ends_where_it_ends(void **state)
{
    (void)state;
    char out[64];
    memset(out, '#', sizeof(out));
    assert_true(journal_recording_name("a/x.h5.journal", out, sizeof(out)));
    assert_string_equal(out, "a/x.h5");
    for (size_t i = strlen(out) + 1; i < sizeof(out); i++) {
        assert_int_equal(out[i], '#');
    }
}

/* A text as long as its place has no end, though all else fits. */
static void text_without_an_end_is_refused(void **state)
{
    (void)state;
    static const struct recording_info info = {
        .uuid = "00000000-0000-4000-8000-000000000001"};
    struct recording_info got;
    struct journal_record record;
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    assert_int_equal(journal_append_session(&journal, &info, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    assert_int_equal(journal_next(&reader, &record, NULL), 1);
    journal_reader_close(&reader);
    size_t length = strlen(info.uuid);
    put_u16(bytes, (uint16_t)(length + 1));
    memset(bytes + 2, '7', length + 1);
    memcpy(bytes + 3 + length, record.payload + 2 + length,
           record.size - 2 - length);
    record.payload = bytes;
    record.size++;
    assert_false(journal_get_session(&record, &got));
}

/* The texts of an event have their end in the file, however long they were. */
static void texts_of_an_event_end_within_their_places(void **state)
{
    (void)state;
    struct journal_event event;
    struct journal_record record;
    memset(&event, 'y', sizeof(event));
    event.session_time = true;
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    assert_int_equal(journal_append_event(&journal, &event, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    assert_int_equal(journal_next(&reader, &record, NULL), 1);
    journal_reader_close(&reader);
    assert_int_equal(record.size, JOURNAL_EVENT_SIZE);
    for (size_t i = 17; i < JOURNAL_EVENT_SIZE; i++) {
        assert_int_equal(record.payload[i], i == 80 || i == 96 ? 0 : 'y');
    }
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/carpus-test-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/x.h5.journal", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_the_heads_where_there_is_no_record),
        cmocka_unit_test(version_is_the_records_where_the_head_is_damaged),
        cmocka_unit_test(empty_journal_is_told_from_what_is_none),
        cmocka_unit_test(record_without_payload_may_be_the_last),
        cmocka_unit_test(byte_between_records_costs_none),
        cmocka_unit_test(damage_costs_its_records_and_is_counted),
        cmocka_unit_test(name_of_a_recording_ends_where_it_ends),
        cmocka_unit_test(text_without_an_end_is_refused),
        cmocka_unit_test(texts_of_an_event_end_within_their_places),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
