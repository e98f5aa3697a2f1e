/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acquire/journal.h"
#include "firmware/core/bytes.h"
#include "tests/journal_seal.h"

static char folder[64];
static char path[128];

static struct journal journal;
static struct journal_reader reader;

static const struct recording_info info = {
    .uuid = "00000000-0000-4000-8000-000000000001",
    .created_utc = "2026-11-21T08:15:02.123Z",
    .software = "carpus test",
    .participant = "P01",
    .label = "first \xc3\xbc",
    .notes = "two\nlines",
    .serial = "VIRTUAL0001",
    .model = "model",
    .firmware = "0.1.0",
    .placement = PLACEMENT_RIGHT_WRIST,
    .has_accel = true,
    .has_gyro = true,
    .accel_range_g = 8,
    .gyro_range_dps = 2000,
    .accel_scale = 0.000244 * 9.80665,
    .gyro_scale = 0.001221,
    .rate_nominal_hz = 104,
    .calibration = "none",
};
static const struct recording_clock clock_probe = {-1, 1 << 30, INT64_MAX, 42};
static const struct journal_event event = {true, -5, 6000000000,
                                           "reach, then rest", "preset"};
static const struct journal_sync sync_mark = {1, 2, UINT64_MAX};

enum { RECORDS = 8 };

/* A journal with one record of each type; its bytes stay in a file. */
static void write_small(void)
{
    uint8_t frames[300];
    for (size_t i = 0; i < sizeof(frames); i++) {
        frames[i] = (uint8_t)(i * 37);
    }
    /* What looks like the beginning of a record is payload all the same. */
    static const uint8_t decoy[16] = {0xC7, 'J', 'R', 1, 2, 0, 0, 0,
                                      0x10, 0,   0,   0, 9, 0, 0, 0};
    memcpy(frames + 100, decoy, sizeof(decoy));
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    assert_int_equal(journal_append_session(&journal, &info, NULL), 0);
    assert_int_equal(journal_append_clock(&journal, &clock_probe, NULL), 0);
    assert_int_equal(
        journal_append(&journal, JOURNAL_FRAMES, frames, sizeof(frames), NULL),
        0);
    assert_int_equal(journal_append_event(&journal, &event, NULL), 0);
    assert_int_equal(journal_append_gap(&journal, 77, NULL), 0);
    assert_int_equal(journal_append_sync(&journal, &sync_mark, NULL), 0);
    assert_int_equal(journal_append(&journal, JOURNAL_FRAMES, frames, 5, NULL),
                     0);
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_ASKED, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
}

struct bytes {
    uint8_t data[16384];
    size_t size;
};

static void load(struct bytes *out)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    out->size = fread(out->data, 1, sizeof(out->data), file);
    fclose(file);
}

static void store(const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Where the records of a file end. */
static size_t find_ends(const struct bytes *in, size_t *ends)
{
    size_t count = 0;
    size_t at = JOURNAL_FILE_HEAD;
    while (at < in->size) {
        at += JOURNAL_RECORD_HEAD + get_u32(in->data + at + 8);
        ends[count++] = at;
    }
    return count;
}

/* Reads all records, whose sequence numbers are set in *seen; each comes once
 * and after those before it. */
static int read_all(uint32_t *seen, bool *damage)
{
    struct journal_record record;
    *seen = 0;
    *damage = false;
    int err = journal_open(&reader, path, NULL);
    while (err >= 0 && (err = journal_next(&reader, &record, NULL)) > 0) {
        uint32_t bit = 1U << (reader.sequence - 1);
        assert_true(bit > *seen);
        *seen |= bit;
        *damage |= record.after_damage;
    }
    journal_reader_close(&reader);
    return err;
}

static struct journal_record next_record(enum journal_type type)
{
    struct journal_record record;
    assert_int_equal(journal_next(&reader, &record, NULL), 1);
    assert_int_equal(record.type, type);
    assert_false(record.after_damage);
    return record;
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    write_small();
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    struct journal_record record = next_record(JOURNAL_SESSION);
    struct recording_info got_info;
    assert_true(journal_get_session(&record, &got_info));
    assert_memory_equal(&got_info, &info, sizeof(info));

    record = next_record(JOURNAL_CLOCK);
    struct recording_clock got_clock;
    assert_true(journal_get_clock(&record, &got_clock));
    assert_memory_equal(&got_clock, &clock_probe, sizeof(got_clock));

    record = next_record(JOURNAL_FRAMES);
    assert_int_equal(record.size, 300);
    assert_int_equal(record.payload[299], (uint8_t)(299 * 37));

    record = next_record(JOURNAL_EVENT);
    struct journal_event got_event;
    assert_true(journal_get_event(&record, &got_event));
    assert_true(got_event.session_time);
    assert_int_equal(got_event.start_ns, event.start_ns);
    assert_int_equal(got_event.end_ns, event.end_ns);
    assert_string_equal(got_event.label, event.label);
    assert_string_equal(got_event.source, event.source);

    uint64_t bytes;
    record = next_record(JOURNAL_GAP);
    assert_true(journal_get_gap(&record, &bytes));
    assert_int_equal(bytes, 77);

    struct journal_sync got_sync;
    record = next_record(JOURNAL_SYNC);
    assert_true(journal_get_sync(&record, &got_sync));
    assert_int_equal(got_sync.samples, UINT64_MAX);

    assert_int_equal(next_record(JOURNAL_FRAMES).size, 5);
    next_record(JOURNAL_END);
    assert_int_equal(journal_next(&reader, &record, NULL), 0);
    journal_reader_close(&reader);
}

static void every_truncation_keeps_all_whole_records(void **state)
{
    (void)state;
    write_small();
    struct bytes whole;
    size_t ends[RECORDS] = {0};
    load(&whole);
    assert_int_equal(find_ends(&whole, ends), RECORDS);
    for (size_t size = 0; size <= whole.size; size++) {
        uint32_t seen;
        bool damage;
        store(whole.data, size);
        int err = read_all(&seen, &damage);
        uint32_t expected = 0;
        for (size_t i = 0; i < RECORDS; i++) {
            expected |= (ends[i] <= size ? 1U : 0U) << i;
        }
        assert_int_equal(err, size < JOURNAL_FILE_HEAD ? ERR_DATA : 0);
        assert_int_equal(seen, expected);
        assert_false(damage);
    }
}

static void zeros_after_the_end_are_no_damage(void **state)
{
    (void)state;
    write_small();
    static const uint8_t zeros[200000];
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    assert_int_equal(fwrite(zeros, 1, sizeof(zeros), file), sizeof(zeros));
    assert_int_equal(fclose(file), 0);
    uint32_t seen;
    bool damage;
    assert_int_equal(read_all(&seen, &damage), 0);
    assert_int_equal(seen, (1U << RECORDS) - 1);
    assert_false(damage);
    assert_int_equal(reader.damaged_bytes, 0);
}

static void every_bit_flip_costs_its_own_record_only(void **state)
{
    (void)state;
    write_small();
    struct bytes whole;
    size_t ends[RECORDS] = {0};
    load(&whole);
    find_ends(&whole, ends);
    for (size_t bit = 0; bit < 8 * whole.size; bit++) {
        whole.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        store(whole.data, whole.size);
        whole.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        uint32_t expected = (1U << RECORDS) - 1;
        size_t hit = 0;
        while (bit / 8 >= JOURNAL_FILE_HEAD && ends[hit] <= bit / 8) {
            hit++;
        }
        if (bit / 8 >= JOURNAL_FILE_HEAD) {
            expected &= ~(1U << hit);
        }
        uint32_t seen;
        bool damage;
        assert_int_equal(read_all(&seen, &damage), 0);
        assert_int_equal(seen, expected);
        /* Damage to the last record looks like a torn tail. */
        bool inside = bit / 8 >= JOURNAL_FILE_HEAD && hit + 1 < RECORDS;
        assert_int_equal(damage, inside);
        assert_int_equal(reader.damaged_bytes > 0, inside);
    }
}

static void lost_and_inserted_bytes_cost_one_record(void **state)
{
    (void)state;
    write_small();
    struct bytes whole;
    load(&whole);
    for (size_t at = JOURNAL_FILE_HEAD; at < whole.size; at += 7) {
        struct bytes cut = whole;
        memmove(cut.data + at, cut.data + at + 1, cut.size - at - 1);
        store(cut.data, cut.size - 1);
        uint32_t seen;
        bool damage;
        assert_int_equal(read_all(&seen, &damage), 0);
        assert_int_equal(__builtin_popcount(seen), RECORDS - 1);

        memcpy(cut.data, whole.data, at);
        memcpy(cut.data + at + 1, whole.data + at, whole.size - at);
        cut.data[at] = 0xC7;
        store(cut.data, whole.size + 1);
        assert_int_equal(read_all(&seen, &damage), 0);
        assert_true(__builtin_popcount(seen) >= RECORDS - 1);
    }
}

static void records_of_an_older_write_are_not_taken_again(void **state)
{
    (void)state;
    write_small();
    struct bytes whole;
    size_t ends[RECORDS] = {0};
    load(&whole);
    find_ends(&whole, ends);
    size_t second = ends[1] - ends[0];
    memcpy(whole.data + whole.size, whole.data + ends[0], second);
    store(whole.data, whole.size + second);
    uint32_t seen;
    bool damage;
    assert_int_equal(read_all(&seen, &damage), 0);
    assert_int_equal(reader.records, RECORDS);
}

enum { ALL = (1U << RECORDS) - 1 };

/* A journal's records, to be put together in another way. */
struct parts {
    struct bytes whole;
    size_t at[RECORDS + 1]; /* where each begins, and the end */
    struct bytes out;
};

static void take_apart(struct parts *parts)
{
    write_small();
    load(&parts->whole);
    parts->at[0] = JOURNAL_FILE_HEAD;
    assert_int_equal(find_ends(&parts->whole, parts->at + 1), RECORDS);
    parts->out.size = 0;
}

/* Puts records [from, to) behind what is there, the head before them. */
static void put(struct parts *parts, size_t from, size_t to)
{
    struct bytes *out = &parts->out;
    if (out->size == 0) {
        memcpy(out->data, parts->whole.data, JOURNAL_FILE_HEAD);
        out->size = JOURNAL_FILE_HEAD;
    }
    size_t size = parts->at[to] - parts->at[from];
    memcpy(out->data + out->size, parts->whole.data + parts->at[from], size);
    out->size += size;
}

/* Wherever which stretch is repeated. */
static void repeated_stretch_hides_no_record(void **state)
{
    (void)state;
    static struct parts parts;
    take_apart(&parts);
    for (size_t from = 0; from < RECORDS; from++) {
        for (size_t to = from + 1; to <= RECORDS; to++) {
            for (size_t at = 0; at <= RECORDS; at++) {
                uint32_t seen;
                bool damage;
                parts.out.size = 0;
                put(&parts, 0, at);
                put(&parts, from, to);
                put(&parts, at, RECORDS);
                store(parts.out.data, parts.out.size);
                assert_int_equal(read_all(&seen, &damage), 0);
                assert_int_equal(seen, ALL);
                assert_false(damage);
                assert_int_equal(reader.records, RECORDS);
                assert_int_equal(reader.damaged_bytes,
                                 parts.at[to] - parts.at[from]);
            }
        }
    }
}

static void stretches_that_changed_places_are_read_in_order(void **state)
{
    (void)state;
    static struct parts parts;
    take_apart(&parts);
    for (size_t a = 0; a < RECORDS; a++) {
        for (size_t b = a; b <= RECORDS; b++) {
            uint32_t seen;
            bool damage;
            parts.out.size = 0;
            put(&parts, b, RECORDS);
            put(&parts, a, b);
            put(&parts, 0, a);
            store(parts.out.data, parts.out.size);
            assert_int_equal(read_all(&seen, &damage), 0);
            assert_int_equal(seen, ALL);
            assert_false(damage);
            assert_int_equal(reader.damaged_bytes, 0);
            journal_rewind(&reader);
            assert_int_equal(reader.sequence, 0);
        }
    }
}

/* Also where zeros that were set aside follow, or anything else. */
static void stretches_are_read_in_order_whatever_follows(void **state)
{
    (void)state;
    static struct parts parts;
    static const uint8_t behind[] = {0, 'x', 0xC7};
    take_apart(&parts);
    for (size_t i = 0; i < sizeof(behind); i++) {
        uint32_t seen;
        bool damage;
        parts.out.size = 0;
        put(&parts, 3, RECORDS);
        put(&parts, 0, 3);
        memset(parts.out.data + parts.out.size, behind[i], 100);
        store(parts.out.data, parts.out.size + 100);
        assert_int_equal(read_all(&seen, &damage), 0);
        assert_int_equal(seen, ALL);
        assert_false(damage);
        assert_int_equal(reader.damaged_bytes, 0);
    }
}

/* What is damaged in one place and whole in another is there. */
static void damaged_record_is_taken_from_its_repetition(void **state)
{
    (void)state;
    static struct parts parts;
    take_apart(&parts);
    for (size_t hurt = 1; hurt + 1 < RECORDS; hurt++) {
        for (size_t copy = 0; copy < 2; copy++) {
            uint32_t seen;
            bool damage;
            parts.out.size = 0;
            put(&parts, 0, RECORDS);
            parts.out.data[parts.at[hurt] + 10] ^= 1;
            put(&parts, hurt - 1, hurt + copy);
            store(parts.out.data, parts.out.size);
            assert_int_equal(read_all(&seen, &damage), 0);
            assert_int_equal(seen, copy ? ALL : ALL & ~(1U << hurt));
            assert_int_equal(damage, !copy);
        }
    }
}

/* Nor does a repetition end the reading of what is behind a later damage. */
static void damage_behind_a_repetition_costs_its_own_record(void **state)
{
    (void)state;
    static struct parts parts;
    take_apart(&parts);
    for (size_t hurt = 4; hurt + 1 < RECORDS; hurt++) {
        uint32_t seen;
        bool damage;
        parts.out.size = 0;
        put(&parts, 0, 3);
        put(&parts, 1, 2);
        size_t at = parts.out.size;
        put(&parts, 3, RECORDS);
        parts.out.data[at + parts.at[hurt] - parts.at[3] + 10] ^= 1;
        store(parts.out.data, parts.out.size);
        assert_int_equal(read_all(&seen, &damage), 0);
        assert_int_equal(seen, ALL & ~(1U << hurt));
        assert_true(damage);
    }
}

/* A record whose number is far ahead is read behind the others, whose numbers
 * it does not hide. */
static void strange_stretch_hides_no_record(void **state)
{
    (void)state;
    static struct parts parts;
    take_apart(&parts);
    for (size_t at = 0; at <= RECORDS; at++) {
        static const uint32_t numbers[] = {RECORDS / 2, RECORDS + 1, 20, 31};
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
            enum { SIZE = JOURNAL_RECORD_HEAD + JOURNAL_GAP_SIZE };
            uint32_t seen;
            bool damage;
            parts.out.size = 0;
            put(&parts, 0, at);
            put(&parts, 4, 5); /* GAP */
            uint8_t *p = parts.out.data + parts.out.size - SIZE;
            put_u32(p + 12, numbers[i]);
            journal_seal_record(parts.out.data, p, JOURNAL_GAP_SIZE);
            put(&parts, at, RECORDS);
            store(parts.out.data, parts.out.size);
            assert_int_equal(read_all(&seen, &damage), 0);
            assert_int_equal(seen & ALL, ALL);
            bool ours = numbers[i] < RECORDS;
            assert_int_equal(seen, ours ? ALL : ALL | 1U << numbers[i]);
            assert_int_equal(damage, !ours);
        }
    }
}

/* Of runs that hold the same numbers the longest is read, of equal ones the
 * first: which of them came from elsewhere is told by the payload. */
static void longest_of_stretches_with_the_same_numbers_is_read(void **state)
{
    (void)state;
    static struct parts parts;
    static const struct {
        size_t to[2]; /* of the runs from record 3 on, in the file's order */
        size_t whose;
    } cases[] = {{{5, 4}, 0}, {{4, 5}, 1}, {{5, 5}, 0}};
    take_apart(&parts);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        parts.out.size = 0;
        put(&parts, 0, 2); /* 2 is missing */
        for (size_t k = 0; k < 2; k++) {
            size_t at = parts.out.size;
            put(&parts, 3, cases[i].to[k]);
            uint8_t *p = parts.out.data + at;
            p[6] = (uint8_t)k; /* whose it is */
            journal_seal_record(parts.out.data, p, get_u32(p + 8));
        }
        store(parts.out.data, parts.out.size);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        struct journal_record record = {0};
        while (journal_next(&reader, &record, NULL) > 0 &&
               reader.sequence != 4) {
        }
        assert_int_equal(record.sensor, cases[i].whose);
        journal_reader_close(&reader);
    }
}

/* More runs than there is room for at first, in the end as many. */
static void many_stretches_are_put_in_order(void **state)
{
    (void)state;
    enum { MANY = 1025 }; /* the first is read before they are looked for */
    struct journal_record record;
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    for (uint32_t i = 0; i < MANY; i++) {
        journal.sequence = i * 7 % MANY;
        assert_int_equal(journal_append_gap(&journal, journal.sequence, NULL),
                         0);
    }
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    for (size_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < MANY; i++) {
            uint64_t number = MANY;
            assert_int_equal(journal_next(&reader, &record, NULL), 1);
            assert_true(journal_get_gap(&record, &number));
            assert_int_equal(number, i);
        }
        assert_int_equal(journal_next(&reader, &record, NULL), 0);
        assert_int_equal(reader.damaged_bytes, 0);
        journal_rewind(&reader);
    }
    journal_reader_close(&reader);
}

/* A record far from where reading is, so that it is not yet in the window. */
enum { FAR = 12, FAR_SIZE = JOURNAL_RECORD_MAX };

static void write_swapped(void)
{
    static uint8_t payload[JOURNAL_PAYLOAD_MAX];
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    journal.sequence = 1;
    for (uint32_t i = 0; i < FAR; i++) {
        assert_int_equal(journal_append(&journal, JOURNAL_FRAMES, payload,
                                        sizeof(payload), NULL),
                         0);
    }
    journal.sequence = 0;
    assert_int_equal(journal_append_gap(&journal, 1, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
}

static void change_byte(size_t at, int by)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ by, file), byte ^ by);
    assert_int_equal(fclose(file), 0);
}

/* Somebody who does not heed the lock changes a journal while it is read. */
static void journal_that_changes_while_it_is_read_is_an_error(void **state)
{
    (void)state;
    struct journal_record record;
    struct error error;
    size_t far = JOURNAL_FILE_HEAD + (FAR - 1) * (size_t)FAR_SIZE;
    for (size_t renumber = 0; renumber < 2; renumber++) {
        write_swapped();
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        assert_int_equal(journal_next(&reader, &record, NULL), 1);
        assert_int_equal(record.type, JOURNAL_GAP);
        if (renumber) {
            static uint8_t whole[JOURNAL_FILE_HEAD + FAR * FAR_SIZE];
            FILE *file = fopen(path, "r+b");
            assert_non_null(file);
            assert_int_equal(fread(whole, 1, sizeof(whole), file),
                             sizeof(whole));
            put_u32(whole + far + 12, 99);
            journal_seal_record(whole, whole + far, JOURNAL_PAYLOAD_MAX);
            assert_int_equal(fseek(file, (long)far, SEEK_SET), 0);
            assert_int_equal(fwrite(whole + far, 1, JOURNAL_RECORD_HEAD, file),
                             JOURNAL_RECORD_HEAD);
            assert_int_equal(fclose(file), 0);
        } else {
            change_byte(far + JOURNAL_RECORD_HEAD, 1);
        }
        for (size_t i = 1; i < FAR; i++) {
            assert_int_equal(journal_next(&reader, &record, &error), 1);
        }
        assert_int_equal(journal_next(&reader, &record, &error), ERR_IO);
        assert_non_null(strstr(error.text, path));
        journal_reader_close(&reader);
    }
}

/* Numbers end with 32 bits; what is written beyond would be read as old. */
static void journal_without_numbers_left_is_not_gone_on_with(void **state)
{
    (void)state;
    struct journal_record record;
    struct error error;
    for (uint32_t left = 0; left < 2; left++) {
        unlink(path);
        assert_int_equal(journal_create(&journal, path, NULL), 0);
        journal.sequence = UINT32_MAX - left;
        assert_int_equal(journal_append_gap(&journal, 1, NULL), 0);
        assert_int_equal(journal_file_close(&journal.file, NULL), 0);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        assert_int_equal(journal_next(&reader, &record, NULL), 1);
        assert_int_equal(journal_next(&reader, &record, NULL), 0);
        assert_int_equal(journal_continue(&journal, &reader, &error),
                         left ? 0 : ERR_DAMAGED);
        if (left) {
            assert_int_equal(journal.sequence, UINT32_MAX);
            assert_int_equal(journal_file_close(&journal.file, NULL), 0);
        } else {
            assert_non_null(strstr(error.text, path));
        }
    }
}

static void what_is_no_journal_is_refused(void **state)
{
    (void)state;
    static const uint8_t text[] = "time,ax,ay,az\n0,0,0,1\n";
    struct error error;
    store(text, sizeof(text));
    assert_int_equal(journal_open(&reader, path, &error), ERR_DATA);
    assert_non_null(strstr(error.text, path));
    store(text, 0);
    assert_int_equal(journal_open(&reader, path, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "is empty"));
    static uint8_t zeros[10000];
    store(zeros, sizeof(zeros));
    assert_int_equal(journal_open(&reader, path, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "nothing but zeros"));
    zeros[sizeof(zeros) - 1] = 1;
    store(zeros, sizeof(zeros));
    assert_int_equal(journal_open(&reader, path, &error), ERR_DATA);
    assert_non_null(strstr(error.text, "no journal of carpus"));
    assert_int_equal(journal_open(&reader, folder, &error), ERR_NO_INPUT);
    unlink(path);
    assert_int_equal(journal_open(&reader, path, &error), ERR_NO_INPUT);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(journal_open(&reader, path, &error), ERR_NO_INPUT);
}

static void newer_version_is_refused_by_name(void **state)
{
    (void)state;
    write_small();
    struct bytes whole;
    struct error error;
    load(&whole);
    put_u16(whole.data + 8, JOURNAL_VERSION + 1);
    journal_seal_head(whole.data);
    store(whole.data, whole.size);
    assert_int_equal(journal_open(&reader, path, &error), ERR_PROTOCOL);
    assert_non_null(strstr(error.text, "version 4"));
}

static void records_bear_the_number_of_their_sensor(void **state)
{
    (void)state;
    struct journal_record record;
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    for (unsigned i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        journal.sensor = (uint16_t)i;
        assert_int_equal(journal_append_gap(&journal, i, NULL), 0);
    }
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    for (unsigned i = 0; i < JOURNAL_SENSORS_MAX; i++) {
        uint64_t bytes = 99;
        assert_int_equal(journal_next(&reader, &record, NULL), 1);
        assert_true(journal_get_gap(&record, &bytes));
        assert_int_equal(record.sensor, i);
        assert_int_equal(bytes, i);
    }
    assert_int_equal(journal_next(&reader, &record, NULL), 0);
    journal_reader_close(&reader);
}

/* Makes a file of a version with two records, the first of which has another
 * version and sensor. */
static void change_record(uint8_t of_file, uint8_t version, uint16_t sensor)
{
    enum { SIZE = JOURNAL_RECORD_HEAD + JOURNAL_GAP_SIZE };
    struct bytes whole;
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    assert_int_equal(journal_append_gap(&journal, 1, NULL), 0);
    assert_int_equal(journal_append_gap(&journal, 2, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    load(&whole);
    put_u16(whole.data + 8, of_file);
    put_u16(whole.data + 10, of_file < 3 ? 0 : 0xA55A);
    journal_seal_head(whole.data);
    uint8_t *p = whole.data + JOURNAL_FILE_HEAD;
    p[3] = version;
    put_u16(p + 6, sensor);
    p[SIZE + 3] = of_file;
    journal_seal_record(whole.data, p, JOURNAL_GAP_SIZE);
    journal_seal_record(whole.data, p + SIZE, JOURNAL_GAP_SIZE);
    store(whole.data, whole.size);
}

static void version_or_sensor_that_cannot_be_is_damage(void **state)
{
    (void)state;
    static const struct {
        uint8_t of_file;
        uint8_t version;
        uint16_t sensor;
        bool good;
    } cases[] = {
        {3, 3, 0, true},
        {3, 3, JOURNAL_SENSORS_MAX - 1, true},
        {3, 3, JOURNAL_SENSORS_MAX, false},
        {3, 3, UINT16_MAX, false},
        {2, 2, 0, true},
        {2, 2, JOURNAL_SENSORS_MAX - 1, true},
        {2, 2, JOURNAL_SENSORS_MAX, false},
        {1, 1, 0, true},
        {1, 1, 1, false},
        {3, 2, 0, false},
        {3, 1, 0, false},
        {2, 3, 0, false},
        {2, 1, 0, false},
        {3, 0, 0, false},
        {3, 4, 0, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct journal_record record;
        change_record(cases[i].of_file, cases[i].version, cases[i].sensor);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        assert_int_equal(journal_next(&reader, &record, NULL), 1);
        assert_int_equal(record.after_damage, !cases[i].good);
        assert_int_equal(record.sensor, cases[i].good ? cases[i].sensor : 0);
        journal_reader_close(&reader);
    }
}

/* Where the head is damaged, too, it is not believed of the first record. */
static void version_that_cannot_be_is_no_journals(void **state)
{
    (void)state;
    static const uint8_t versions[] = {0, JOURNAL_VERSION + 1};
    for (size_t i = 0; i < sizeof(versions); i++) {
        struct journal_record record;
        change_record(JOURNAL_VERSION, versions[i], 0);
        change_byte(0, 1);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        assert_int_equal(journal_next(&reader, &record, NULL), 1);
        assert_true(record.after_damage);
        assert_int_equal(reader.version, JOURNAL_VERSION);
        journal_reader_close(&reader);
    }
}

/* What stood on the disk before, where space was set aside: whole records of
 * another journal, whose numbers follow on ours, or come between them. */
static void records_of_another_journal_are_not_read(void **state)
{
    (void)state;
    static struct parts parts;
    take_apart(&parts);
    for (size_t hurt = 0; hurt < 2; hurt++) {
        /* With the head and all records gone nobody knows whose it was. */
        for (size_t at = hurt; at <= RECORDS; at++) {
            uint32_t seen;
            bool damage;
            uint8_t other[JOURNAL_FILE_HEAD];
            parts.out.size = 0;
            put(&parts, 0, at);
            size_t from = parts.out.size;
            put(&parts, at, RECORDS);
            put(&parts, 0, 1);
            memcpy(other, parts.out.data, sizeof(other));
            other[11] ^= 1; /* its id */
            uint32_t number = (uint32_t)at;
            for (size_t p = from; p < parts.out.size; number++) {
                uint8_t *record = parts.out.data + p;
                put_u32(record + 12, number);
                journal_seal_record(other, record, get_u32(record + 8));
                p += JOURNAL_RECORD_HEAD + get_u32(record + 8);
            }
            put(&parts, at, RECORDS);
            parts.out.data[9] ^= hurt ? 1 : 0;
            store(parts.out.data, parts.out.size);
            assert_int_equal(read_all(&seen, &damage), 0);
            assert_int_equal(seen, ALL);
            assert_false(damage);
            size_t skipped = at < RECORDS ? parts.at[RECORDS] - parts.at[at] +
                                                parts.at[1] - parts.at[0]
                                          : 0;
            assert_int_equal(reader.damaged_bytes, skipped);
        }
    }
}

/* A record that is written behind them bears the id, whether the head tells it
 * or the records do. */
static void journal_is_gone_on_with_under_its_id(void **state)
{
    (void)state;
    struct journal_record record;
    for (size_t hurt = 0; hurt < 2; hurt++) {
        uint32_t seen;
        bool damage;
        struct bytes whole;
        write_small();
        load(&whole);
        whole.data[8] ^= hurt ? 0x40 : 0;
        store(whole.data, whole.size);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        while (journal_next(&reader, &record, NULL) == 1) {
        }
        memset(&journal, 0xA5, sizeof(journal)); /* by another program */
        assert_int_equal(journal_continue(&journal, &reader, NULL), 0);
        assert_int_equal(journal.id, get_u16(whole.data + 10));
        assert_int_equal(journal_append_gap(&journal, 7, NULL), 0);
        assert_int_equal(journal_file_close(&journal.file, NULL), 0);
        assert_int_equal(read_all(&seen, &damage), 0);
        assert_int_equal(seen, (1U << (RECORDS + 1)) - 1);
        assert_false(damage);
    }
}

/* Each bit of it is 0 in some and 1 in others. */
static void each_journal_has_an_id_of_its_own(void **state)
{
    (void)state;
    enum { TIMES = 64 }; /* fails by chance once in 2^59 */
    struct bytes whole;
    unsigned ones = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < TIMES; i++) {
        write_small();
        load(&whole);
        unsigned id = get_u16(whole.data + 10);
        ones |= id;
        zeros |= ~id;
    }
    assert_int_equal(ones & zeros & UINT16_MAX, UINT16_MAX);
}

static void journal_is_gone_on_with_in_its_version(void **state)
{
    (void)state;
    struct bytes whole;
    struct journal_record record;
    for (size_t damaged = 0; damaged < 2; damaged++) {
        FILE *file = fopen("tests/data/format-1.h5.journal", "rb");
        assert_non_null(file);
        whole.size = fread(whole.data, 1, sizeof(whole.data), file);
        fclose(file);
        whole.data[8] ^= damaged ? 0x40 : 0; /* then the records tell it */
        store(whole.data, whole.size);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        while (journal_next(&reader, &record, NULL) == 1) {
            assert_false(record.after_damage);
        }
        assert_int_equal(journal_continue(&journal, &reader, NULL), 0);
        assert_int_equal(journal_append_gap(&journal, 7, NULL), 0);
        assert_int_equal(journal_file_close(&journal.file, NULL), 0);
        size_t before = whole.size;
        load(&whole);
        assert_true(whole.size > before);
        assert_int_equal(whole.data[before + 3], 1);
    }
}

static void existing_journal_is_never_overwritten(void **state)
{
    (void)state;
    write_small();
    struct bytes before;
    struct bytes after;
    load(&before);
    assert_int_equal(journal_create(&journal, path, NULL), ERR_EXISTS);
    load(&after);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    assert_int_equal(journal_create(&journal, "/no/such/folder/x", NULL),
                     ERR_CREATE);
}

static void journal_being_written_is_not_read(void **state)
{
    (void)state;
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), ERR_BUSY);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    journal_reader_close(&reader);
}

static void long_journal_crosses_every_window_edge(void **state)
{
    (void)state;
    enum { MANY = 600 };
    uint8_t payload[JOURNAL_PAYLOAD_MAX];
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    for (uint32_t i = 0; i < MANY; i++) {
        memset(payload, (int)(i & 0xFF), sizeof(payload));
        assert_int_equal(journal_append(&journal, JOURNAL_FRAMES, payload,
                                        i * 997 % (sizeof(payload) + 1), NULL),
                         0);
    }
    assert_int_equal(journal_file_sync(&journal.file, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    struct journal_record record;
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(journal_next(&reader, &record, NULL), 1);
        assert_int_equal(record.size, i * 997 % (sizeof(payload) + 1));
        memset(payload, (int)(i & 0xFF), sizeof(payload));
        assert_memory_equal(record.payload, payload, record.size);
    }
    assert_int_equal(journal_next(&reader, &record, NULL), 0);
    journal_reader_close(&reader);
}

/* However long the journal, nothing but the reader is written to. */
static void reading_keeps_to_the_window(void **state)
{
    (void)state;
    enum { MANY = 60, BEHIND = 8 * JOURNAL_RECORD_MAX };
    static struct {
        struct journal_reader reader;
        uint8_t behind[BEHIND];
    } held;
    static uint8_t wanted[BEHIND];
    struct journal_record record;
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(journal_append(&journal, JOURNAL_FRAMES, wanted,
                                        JOURNAL_PAYLOAD_MAX - 100 * i, NULL),
                         0);
    }
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    for (size_t i = 0; i < BEHIND; i++) {
        wanted[i] = (uint8_t)(i * 37 + (i >> 8));
    }
    memcpy(held.behind, wanted, BEHIND);
    assert_int_equal(journal_open(&held.reader, path, NULL), 0);
    while (journal_next(&held.reader, &record, NULL) == 1) {
    }
    assert_int_equal(held.reader.records, MANY);
    journal_reader_close(&held.reader);
    assert_memory_equal(held.behind, wanted, BEHIND);
}

/* What is in the caller's storage before does not matter. */
static void storage_needs_no_preparation(void **state)
{
    (void)state;
    uint32_t seen;
    bool damage;
    memset(&journal, 0xA5, sizeof(journal));
    write_small();
    for (int i = 0; i < 2; i++) {
        memset(&reader, 0xA5, sizeof(reader));
        assert_int_equal(read_all(&seen, &damage), 0);
        assert_int_equal(seen, ALL);
        assert_false(damage);
        assert_int_equal(reader.records, RECORDS);
        assert_int_equal(reader.damaged_bytes, 0);
        change_byte(0, 1); /* then without the head's help */
    }
}

static void wrong_payloads_are_refused(void **state)
{
    (void)state;
    uint8_t payload[256] = {0};
    struct recording_info got_info;
    struct recording_clock got_clock;
    struct journal_event got_event;
    struct journal_sync got_sync;
    uint64_t bytes;
    for (size_t size = 0; size < sizeof(payload); size++) {
        struct journal_record record = {
            .type = JOURNAL_SESSION, .size = size, .payload = payload};
        /* All zero: ten empty texts, five doubles, one placement. */
        assert_int_equal(journal_get_session(&record, &got_info),
                         size == 10 * 2 + 5 * 8 + 1);
        record.type = JOURNAL_CLOCK;
        assert_int_equal(journal_get_clock(&record, &got_clock),
                         size == JOURNAL_CLOCK_SIZE);
        record.type = JOURNAL_EVENT;
        assert_int_equal(journal_get_event(&record, &got_event),
                         size == JOURNAL_EVENT_SIZE);
        record.type = JOURNAL_SYNC;
        assert_int_equal(journal_get_sync(&record, &got_sync),
                         size == JOURNAL_SYNC_SIZE);
        record.type = JOURNAL_GAP;
        assert_int_equal(journal_get_gap(&record, &bytes),
                         size == JOURNAL_GAP_SIZE);
    }
    payload[0] = 37; /* a uuid without its end */
    struct journal_record record = {
        .type = JOURNAL_SESSION, .size = 200, .payload = payload};
    assert_false(journal_get_session(&record, &got_info));
}

static void names_go_both_ways(void **state)
{
    (void)state;
    char out[32];
    assert_true(journal_name("a/x.h5", out, sizeof(out)));
    assert_string_equal(out, "a/x.h5.journal");
    assert_false(journal_name("a/x.h5", out, 14));
    assert_true(journal_recording_name("a/x.h5.journal", out, sizeof(out)));
    assert_string_equal(out, "a/x.h5");
    assert_false(journal_recording_name("a/.journal", out, sizeof(out)));
    assert_false(journal_recording_name(".journal", out, sizeof(out)));
    assert_false(journal_recording_name("x.h5", out, sizeof(out)));
}

static struct journal_record read_only_record(void)
{
    struct journal_record record;
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    assert_int_equal(journal_next(&reader, &record, NULL), 1);
    journal_reader_close(&reader); /* the window stays */
    return record;
}

static void create_anew(void)
{
    unlink(path);
    assert_int_equal(journal_create(&journal, path, NULL), 0);
}

/* Numbers stand where journal.h says, and every byte of them counts. */
static void numbers_stand_where_the_header_says(void **state)
{
    (void)state;
    static const int64_t a = 0x0102030405060708;
    static const int64_t b = -0x1112131415161718;
    static const int64_t c = 0x2122232425262728;
    static const int64_t d = -0x3132333435363738;
    const struct recording_clock probe = {a, b, c, d};
    const struct journal_sync sync = {a, b, (uint64_t)c};
    struct recording_clock got_probe;
    struct journal_sync got_sync;
    struct journal_event got_event;
    uint64_t bytes;
    int64_t from = 0;
    int64_t to = 0;

    create_anew();
    assert_int_equal(journal_append_clock(&journal, &probe, NULL), 0);
    struct journal_record record = read_only_record();
    const int64_t wanted[] = {a, b, c, d};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(get_u64(record.payload + 8 * i), wanted[i]);
    }
    assert_true(journal_get_clock(&record, &got_probe));
    assert_memory_equal(&got_probe, &probe, sizeof(probe));
    assert_false(journal_get_sync(&record, &got_sync));
    record.size = JOURNAL_EVENT_SIZE;
    assert_false(journal_get_event(&record, &got_event));
    record.size = JOURNAL_GAP_SIZE;
    assert_false(journal_get_gap(&record, &bytes));

    create_anew();
    assert_int_equal(journal_append_sync(&journal, &sync, NULL), 0);
    record = read_only_record();
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(get_u64(record.payload + 8 * i), wanted[i]);
    }
    assert_true(journal_get_sync(&record, &got_sync));
    assert_memory_equal(&got_sync, &sync, sizeof(sync));
    assert_false(journal_get_clock(&record, &got_probe));
    record.type = JOURNAL_CLOCK;
    assert_false(journal_get_clock(&record, &got_probe));

    create_anew();
    assert_int_equal(journal_append_away(&journal, a, b, NULL), 0);
    record = read_only_record();
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(get_u64(record.payload + 8 * i), wanted[i]);
    }
    assert_true(journal_get_away(&record, &from, &to));
    assert_int_equal(from, a);
    assert_int_equal(to, b);
    record.size++;
    assert_false(journal_get_away(&record, &from, &to));
    record.size--;
    record.type = JOURNAL_GAP;
    assert_false(journal_get_away(&record, &from, &to));

    create_anew();
    assert_int_equal(journal_append_end(&journal, 3, NULL), 0);
    record = read_only_record();
    assert_int_equal(record.type, JOURNAL_END);
    assert_int_equal(record.size, 1);
    assert_int_equal(record.payload[0], 3);
}

/* A text that fills its place to the last byte loses that one, to its end. */
static void texts_are_cut_to_their_place(void **state)
{
    (void)state;
    struct recording_info full;
    struct recording_info got = {0};
    memset(&full, 'x', sizeof(full));
    full.placement = PLACEMENT_RIGHT_WRIST;
    full.accel_range_g = 1.5;
    full.gyro_range_dps = 2.5;
    full.accel_scale = 3.5;
    full.gyro_scale = 4.5;
    full.rate_nominal_hz = 5.5;
    create_anew();
    assert_int_equal(journal_append_session(&journal, &full, NULL), 0);
    struct journal_record record = read_only_record();
    assert_true(journal_get_session(&record, &got));
    assert_true(got.has_accel);
    assert_true(got.has_gyro);
    const struct {
        const char *text;
        size_t size;
    } texts[] = {
        {got.uuid, 37},
        {got.created_utc, 32},
        {got.software, 64},
        {got.participant, 64},
        {got.label, RECORDING_TEXT},
        {got.notes, 4096},
        {got.serial, 64},
        {got.model, 64},
        {got.firmware, 32},
        {got.calibration, RECORDING_TEXT},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(strlen(texts[i].text), texts[i].size - 1);
    }
    assert_true(got.accel_range_g == 1.5);
    assert_true(got.gyro_range_dps == 2.5);
    assert_true(got.accel_scale == 3.5);
    assert_true(got.gyro_scale == 4.5);
    assert_true(got.rate_nominal_hz == 5.5);
    assert_int_equal(got.placement, PLACEMENT_RIGHT_WRIST);

    struct journal_event long_event;
    struct journal_event got_event;
    memset(&long_event, 'y', sizeof(long_event));
    memset(&got_event, 'z', sizeof(got_event));
    long_event.session_time = false;
    create_anew();
    assert_int_equal(journal_append_event(&journal, &long_event, NULL), 0);
    record = read_only_record();
    assert_true(journal_get_event(&record, &got_event));
    assert_false(got_event.session_time);
    assert_int_equal(strlen(got_event.label), sizeof(got_event.label) - 1);
    assert_int_equal(strlen(got_event.source), sizeof(got_event.source) - 1);
    uint8_t bytes[JOURNAL_EVENT_SIZE];
    memset(bytes, 'y', sizeof(bytes)); /* without any end */
    bytes[0] = 1;
    record.payload = bytes;
    memset(&got_event, 'z', sizeof(got_event));
    assert_true(journal_get_event(&record, &got_event));
    assert_true(got_event.session_time);
    assert_int_equal(strlen(got_event.label), sizeof(got_event.label) - 1);
    assert_int_equal(strlen(got_event.source), sizeof(got_event.source) - 1);
    bytes[0] = 2;
    assert_false(journal_get_event(&record, &got_event));
}

/* A description is read to its last byte and no further. */
static void description_is_whole_or_refused(void **state)
{
    (void)state;
    struct recording_info got;
    create_anew();
    assert_int_equal(journal_append_session(&journal, &info, NULL), 0);
    struct journal_record record = read_only_record();
    size_t size = record.size;
    uint8_t *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, record.payload, size);
    copy[size] = 0;
    for (record.size = 0; record.size <= size + 1; record.size++) {
        /* Of its own size, so that reading beyond its end is found. */
        uint8_t *exact = malloc(record.size + 1);
        assert_non_null(exact);
        memcpy(exact + 1, copy, record.size);
        record.payload = exact + 1;
        assert_int_equal(journal_get_session(&record, &got),
                         record.size == size);
        free(exact);
    }
    record.size = size;
    record.payload = copy;
    record.type = JOURNAL_EVENT;
    assert_false(journal_get_session(&record, &got));
    record.type = JOURNAL_SESSION;
    copy[size - 1] = PLACEMENTS;
    assert_true(journal_get_session(&record, &got));
    assert_int_equal(got.placement, PLACEMENT_OTHER);
    copy[size - 1] = PLACEMENTS - 1;
    assert_true(journal_get_session(&record, &got));
    assert_int_equal(got.placement, PLACEMENTS - 1);
    put_u16(copy, 36 + 1); /* the uuid, its own 36 and no room for an end */
    assert_false(journal_get_session(&record, &got));
    free(copy);
}

/* A text needs the two bytes of its length and as many as that says. */
static void text_ends_within_the_record(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        uint8_t length; /* of the first text */
    } cases[] = {{0, 0}, {1, 0}, {2, 1}, {3, 2}, {7, 6}, {8, 30}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct recording_info got;
        uint8_t *exact = calloc(1, cases[i].size + 1);
        assert_non_null(exact);
        exact[0] = cases[i].length;
        struct journal_record record = {
            .type = JOURNAL_SESSION, .size = cases[i].size, .payload = exact};
        assert_false(journal_get_session(&record, &got));
        for (size_t k = 0; k < sizeof(got.uuid); k++) {
            assert_int_equal(got.uuid[k], 0);
        }
        free(exact);
    }
}

/* The name of a journal fits, with its end, into as many bytes as it has. */
static void names_fit_to_the_byte(void **state)
{
    (void)state;
    char out[32];
    assert_true(journal_name("a/x.h5", out, 15));
    assert_false(journal_name("a/x.h5", out, 14));
    assert_true(journal_recording_name("a/x.h5.journal", out, 7));
    assert_string_equal(out, "a/x.h5");
    assert_false(journal_recording_name("a/x.h5.journal", out, 6));
    assert_true(journal_recording_name("x.journal", out, 2));
    assert_string_equal(out, "x");
    assert_false(journal_recording_name("/.journal", out, sizeof(out)));
    assert_false(journal_recording_name("", out, sizeof(out)));
    assert_false(journal_recording_name("x.h5.journals", out, sizeof(out)));
}

/* Of a record the sync bytes, version, type, length and CRC are looked at. */
static void every_field_of_a_record_counts(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        bool good;
    } cases[] = {
        {0, 0xC6, false},
        {1, 'K', false},
        {2, 'S', false},
        {3, 0, false},
        {3, 1, false},
        {3, 2, false},
        {3, 3, true},
        {3, 4, false},
        {4, 0, false},
        {4, 1, true},
        {4, JOURNAL_AWAY, true},
        {4, JOURNAL_AWAY + 1, false},
        {5, 1, false},
        {8, JOURNAL_GAP_SIZE + 1, false},
        {10, 1, false},
        {11, 0x80, false},
        {12, 1, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes whole;
        struct journal_record record;
        create_anew();
        assert_int_equal(journal_append_gap(&journal, 1, NULL), 0);
        assert_int_equal(journal_file_close(&journal.file, NULL), 0);
        load(&whole);
        uint8_t *p = whole.data + JOURNAL_FILE_HEAD;
        p[cases[i].at] = cases[i].value;
        journal_seal_record(whole.data, p, JOURNAL_GAP_SIZE);
        store(whole.data, whole.size);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        assert_int_equal(journal_next(&reader, &record, NULL), cases[i].good);
        assert_int_equal(reader.records, cases[i].good);
        assert_int_equal(reader.damaged_bytes, 0); /* a torn tail is none */
        if (cases[i].good) {
            assert_int_equal(record.after_damage, cases[i].at == 12);
            assert_int_equal(reader.sequence, cases[i].at == 12 ? 2 : 1);
        } else {
            assert_int_equal(reader.behind, JOURNAL_FILE_HEAD);
        }
        journal_reader_close(&reader);
    }
}

/* Of the greatest length is read, one byte more is damage though the CRC is
 * right. */
static void longest_record_is_read_and_no_longer_one(void **state)
{
    (void)state;
    static uint8_t record[JOURNAL_RECORD_MAX + 1];
    for (size_t more = 0; more < 2; more++) {
        struct journal_record got;
        struct bytes head;
        size_t size = JOURNAL_PAYLOAD_MAX + more;
        create_anew();
        assert_int_equal(journal_append_gap(&journal, 1, NULL), 0);
        assert_int_equal(journal_file_close(&journal.file, NULL), 0);
        load(&head);
        memcpy(record, head.data + JOURNAL_FILE_HEAD, JOURNAL_RECORD_HEAD);
        put_u32(record + 8, (uint32_t)size);
        journal_seal_record(head.data, record, size);
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        fwrite(head.data, 1, JOURNAL_FILE_HEAD, out);
        fwrite(record, 1, JOURNAL_RECORD_HEAD + size, out);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(journal_open(&reader, path, NULL), 0);
        assert_int_equal(journal_next(&reader, &got, NULL), 1 - more);
        journal_reader_close(&reader);
    }
}

/* A damaged head is no reason to give up the records, an unknown version in an
 * intact one is. */
static void head_tells_the_version(void **state)
{
    (void)state;
    static const struct {
        uint16_t version;
        bool intact;
        int result;
    } cases[] = {
        {0, true, ERR_PROTOCOL}, {3, true, 0},  {4, true, ERR_PROTOCOL},
        {0, false, 0},           {4, false, 0}, {0x102, true, ERR_PROTOCOL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes whole;
        struct journal_record record;
        write_small();
        load(&whole);
        put_u16(whole.data + 8, cases[i].version);
        if (cases[i].intact) {
            journal_seal_head(whole.data);
        }
        store(whole.data, whole.size);
        assert_int_equal(journal_open(&reader, path, NULL), cases[i].result);
        if (cases[i].result == 0) {
            assert_int_equal(reader.records, 0);
            assert_int_equal(reader.behind, JOURNAL_FILE_HEAD);
            assert_int_equal(journal_next(&reader, &record, NULL), 1);
            assert_int_equal(record.type, JOURNAL_SESSION);
            assert_false(record.after_damage);
            journal_reader_close(&reader);
        } else {
            assert_int_equal(reader.file.fd, -1);
        }
    }
}

/* What is gone on with is cut behind its last whole record, and counts on. */
static void writing_goes_on_behind_the_last_record(void **state)
{
    (void)state;
    struct bytes whole;
    struct journal_record record;
    write_small();
    load(&whole);
    store(whole.data, whole.size - 1); /* the last record is torn */
    assert_int_equal(journal_open(&reader, path, NULL), 0);
    while (journal_next(&reader, &record, NULL) > 0) {
    }
    assert_int_equal(reader.records, RECORDS - 1);
    journal.sensor = 9;
    assert_int_equal(journal_continue(&journal, &reader, NULL), 0);
    assert_int_equal(journal.sensor, 0);
    assert_int_equal(journal.version, JOURNAL_VERSION);
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_ASKED, NULL), 0);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
    struct bytes again;
    load(&again);
    assert_int_equal(again.size, whole.size);
    assert_memory_equal(again.data, whole.data, whole.size);
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/carpus-journal-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/x.h5.journal", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(every_truncation_keeps_all_whole_records),
        cmocka_unit_test(zeros_after_the_end_are_no_damage),
        cmocka_unit_test(every_bit_flip_costs_its_own_record_only),
        cmocka_unit_test(lost_and_inserted_bytes_cost_one_record),
        cmocka_unit_test(records_of_an_older_write_are_not_taken_again),
        cmocka_unit_test(repeated_stretch_hides_no_record),
        cmocka_unit_test(stretches_that_changed_places_are_read_in_order),
        cmocka_unit_test(stretches_are_read_in_order_whatever_follows),
        cmocka_unit_test(damaged_record_is_taken_from_its_repetition),
        cmocka_unit_test(damage_behind_a_repetition_costs_its_own_record),
        cmocka_unit_test(strange_stretch_hides_no_record),
        cmocka_unit_test(longest_of_stretches_with_the_same_numbers_is_read),
        cmocka_unit_test(many_stretches_are_put_in_order),
        cmocka_unit_test(journal_that_changes_while_it_is_read_is_an_error),
        cmocka_unit_test(journal_without_numbers_left_is_not_gone_on_with),
        cmocka_unit_test(what_is_no_journal_is_refused),
        cmocka_unit_test(newer_version_is_refused_by_name),
        cmocka_unit_test(records_bear_the_number_of_their_sensor),
        cmocka_unit_test(version_or_sensor_that_cannot_be_is_damage),
        cmocka_unit_test(version_that_cannot_be_is_no_journals),
        cmocka_unit_test(records_of_another_journal_are_not_read),
        cmocka_unit_test(journal_is_gone_on_with_under_its_id),
        cmocka_unit_test(each_journal_has_an_id_of_its_own),
        cmocka_unit_test(journal_is_gone_on_with_in_its_version),
        cmocka_unit_test(existing_journal_is_never_overwritten),
        cmocka_unit_test(journal_being_written_is_not_read),
        cmocka_unit_test(long_journal_crosses_every_window_edge),
        cmocka_unit_test(reading_keeps_to_the_window),
        cmocka_unit_test(storage_needs_no_preparation),
        cmocka_unit_test(wrong_payloads_are_refused),
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(numbers_stand_where_the_header_says),
        cmocka_unit_test(texts_are_cut_to_their_place),
        cmocka_unit_test(description_is_whole_or_refused),
        cmocka_unit_test(text_ends_within_the_record),
        cmocka_unit_test(names_fit_to_the_byte),
        cmocka_unit_test(every_field_of_a_record_counts),
        cmocka_unit_test(longest_record_is_read_and_no_longer_one),
        cmocka_unit_test(head_tells_the_version),
        cmocka_unit_test(writing_goes_on_behind_the_last_record),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
