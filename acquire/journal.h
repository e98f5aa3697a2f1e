/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Journal: what is written while recording, so that nothing that came is lost
 * whatever happens. It is a file of records that is only ever appended to;
 * each record is guarded by its own CRC, so that after a power cut or damage
 * every whole record is found again. The recording is built from it
 * (session.h). It is named NAME.h5.journal.
 *
 * Format, version 3. All integers are little-endian; a double is its IEEE 754
 * bits as u64; text is UTF-8. The file begins with 16 bytes:
 *
 *   offset size name      meaning
 *        0    8 magic     8C 'c' 'a' 'r' 'p' 'u' 's' 0A
 *        8    2 version   3
 *       10    2 id        of this journal, random
 *       12    4 crc       CRC-32C of the 12 bytes before
 *
 * Then records follow one another without a break:
 *
 *   offset size name      meaning
 *        0    4 sync      C7 'J' 'R' 03 (the version)
 *        4    2 type      enum journal_type
 *        6    2 sensor    0, 1, ...: whose record it is
 *        8    4 length    bytes of payload, n, JOURNAL_PAYLOAD_MAX at most
 *       12    4 sequence  0, 1, 2, ...
 *       16    4 crc       CRC-32C of the 16 bytes before and the payload, both
 *                         halves XOR the id
 *       20    n payload   see below
 *
 *   type     payload
 *   SESSION  text x 10: uuid, created_utc, software, participant, label,
 *            notes, serial, model, firmware, calibration, each u16 length and
 *            bytes; double x 5: accel_range_g, gyro_range_dps, accel_scale,
 *            gyro_scale, rate_nominal_hz; u8 placement. Comes first, and again
 *            from time to time: without it samples have no unit. All are the
 *            same but for the notes, of which the last are meant
 *   FRAMES   bytes from the device as they came (wire.h), cut anywhere
 *   CLOCK    struct recording_clock: 4 x i64 [ns] in its order
 *   EVENT    u8 base (0: host's monotonic clock, 1: session time), i64 start,
 *            i64 end [ns], label char[64], source char[16], both padded with 0
 *   SYNC     i64 host monotonic, i64 host UTC [ns], u64 samples so far: all
 *            before this record was on the disk when it was written
 *   GAP      u64 bytes: so many bytes from the device were thrown away here,
 *            because the host's queue was full
 *   AWAY     i64 from, i64 to [ns], host's monotonic clock: the device was away
 *            here; frames and clocks after it are as if it had not been. If
 *            none come, it was given up at `to`
 *   END      u8 why (enum journal_end): nothing comes after it
 *
 * EVENT and END are of all sensors, with number 0; a record of any other type
 * is of the one whose number it bears, and each sensor has its own SESSION.
 * Version 2 had no id: 0 stands in its place. Version 1 knew one sensor
 * besides: its number is 0. Both are read, and gone on with, as they are.
 *
 * After the last record there may be zeros, set aside for what was to come; or,
 * after a power cut where the file system does not clear what it sets aside
 * (FAT), what stood on the disk before: a journal that was removed, perhaps,
 * whose records by their numbers would follow on ours. By the id they are known
 * to be of another one.
 *
 * Reading: bytes that are no whole record with the right CRC are skipped; so
 * are records of another version or id than the head has, or the first record
 * where the head is damaged. Where stretches of the file were repeated, or have
 * changed places, every record is read all the same, once, in the order of the
 * sequence. Where numbers of that are missing, the next record says so. What
 * follows the last whole record is the torn tail of a recording that was cut
 * off, which is no error.
 *
 * Ownership: caller's storage; create and open are undone by close.
 * Threads: one at a time. Errors: negative enum error_code with a sentence.
 */
#ifndef ACQUIRE_JOURNAL_H
#define ACQUIRE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"
#include "acquire/journal_file.h"
#include "acquire/recording.h"

enum {
    JOURNAL_VERSION = 3,
    JOURNAL_SENSORS_MAX = RECORDING_SENSORS_MAX,
    JOURNAL_FILE_HEAD = 16,
    JOURNAL_RECORD_HEAD = 20,
    JOURNAL_PAYLOAD_MAX = 16384,
    JOURNAL_RECORD_MAX = JOURNAL_RECORD_HEAD + JOURNAL_PAYLOAD_MAX,
    JOURNAL_CLOCK_SIZE = 32,
    JOURNAL_EVENT_SIZE = 97,
    JOURNAL_SYNC_SIZE = 24,
    JOURNAL_GAP_SIZE = 8,
    JOURNAL_END_SIZE = 1,
    JOURNAL_AWAY_SIZE = 16,
};

enum journal_type {
    JOURNAL_SESSION = 1,
    JOURNAL_FRAMES = 2,
    JOURNAL_CLOCK = 3,
    JOURNAL_EVENT = 4,
    JOURNAL_SYNC = 5,
    JOURNAL_GAP = 6,
    JOURNAL_END = 7,
    JOURNAL_AWAY = 8,
};

enum journal_end {
    JOURNAL_END_ASKED = 0,  /* --for, Ctrl-C, or the device ended it */
    JOURNAL_END_DEVICE = 1, /* device lost */
    JOURNAL_END_FULL = 2,   /* disk nearly full */
    JOURNAL_END_ERROR = 3,  /* write or device error */
};

struct journal_event {
    bool session_time; /* start and end count from the first sample; else they
                        * are the host's monotonic clock */
    int64_t start_ns;
    int64_t end_ns;
    char label[64];
    char source[16];
};

struct journal_sync {
    int64_t host_monotonic_ns;
    int64_t host_utc_ns;
    uint64_t samples;
};

/* The name of the journal of the recording `path`, and back: "x.h5" of
 * "x.h5.journal". false if it does not fit `size` or is no journal's name. */
bool journal_name(const char *path, char *out, size_t size);
bool journal_recording_name(const char *journal, char *out, size_t size);

/* ---- writing; sync and close with journal_file_sync and journal_file_close
 * of `file` ---- */

struct journal {
    struct journal_file file;
    uint8_t version;
    uint16_t id;
    uint16_t sensor;   /* of the next record; the caller sets it, 0 at first */
    uint32_t sequence; /* of the next record */
    uint8_t record[JOURNAL_RECORD_MAX];
};

/* Makes the file (ERR_EXISTS if it is there) with its first 16 bytes. */
int journal_create(struct journal *journal, const char *path,
                   struct error *error);

struct journal_reader;

/* Goes on with a journal that `reader` has read to its end: behind its last
 * whole record, in its version. Closes the reader. */
int journal_continue(struct journal *journal, struct journal_reader *reader,
                     struct error *error);

/* Appends one record; after an error the journal ends with the last whole
 * one, and more may be tried. */
int journal_append(struct journal *journal, enum journal_type type,
                   const void *payload, size_t size, struct error *error);
int journal_append_session(struct journal *journal,
                           const struct recording_info *info,
                           struct error *error);
int journal_append_clock(struct journal *journal,
                         const struct recording_clock *clock,
                         struct error *error);
int journal_append_event(struct journal *journal,
                         const struct journal_event *event,
                         struct error *error);
int journal_append_sync(struct journal *journal,
                        const struct journal_sync *sync, struct error *error);
int journal_append_gap(struct journal *journal, uint64_t bytes,
                       struct error *error);
int journal_append_away(struct journal *journal, int64_t from_ns, int64_t to_ns,
                        struct error *error);
int journal_append_end(struct journal *journal, enum journal_end why,
                       struct error *error);

/* ---- reading ---- */

struct journal_record {
    enum journal_type type;
    uint16_t sensor;
    size_t size;
    const uint8_t *payload; /* borrowed until the next read */
    bool after_damage;      /* records are missing just before it */
};

struct journal_run;

struct journal_reader {
    struct journal_file file;
    uint64_t records;       /* read so far */
    uint64_t damaged_bytes; /* that were not read though a record is behind
                             * them: damaged or repeated; at the end */
    uint64_t sequence;      /* next one expected */
    uint8_t version;        /* 0: the head is damaged, and no record was
                             * seen yet */
    uint16_t id;
    uint64_t behind;          /* place in the file after the last whole record
                               * seen; at the end: of all */
    bool surveyed;            /* damage was met: `runs` are read */
    struct journal_run *runs; /* owned; see journal.c */
    size_t run_count;
    size_t run;         /* that is being read */
    uint64_t window_at; /* place in the file of window[0] */
    size_t start;       /* of what is unread in the window */
    size_t end;
    uint8_t window[4 * JOURNAL_RECORD_MAX];
};

/* Opens; ERR_DATA if it is no journal, ERR_PROTOCOL if its version is not
 * known here, ERR_BUSY while it is written. */
int journal_open(struct journal_reader *reader, const char *path,
                 struct error *error);

/* Reads the next whole record. Returns 1, 0 at the end, or an error. */
int journal_next(struct journal_reader *reader, struct journal_record *out,
                 struct error *error);

/* Goes back to the first record. */
void journal_rewind(struct journal_reader *reader);
void journal_reader_close(struct journal_reader *reader);

/* Payloads decoded; false if they are not what the type says. */
bool journal_get_session(const struct journal_record *record,
                         struct recording_info *out);
bool journal_get_clock(const struct journal_record *record,
                       struct recording_clock *out);
bool journal_get_event(const struct journal_record *record,
                       struct journal_event *out);
bool journal_get_sync(const struct journal_record *record,
                      struct journal_sync *out);
bool journal_get_gap(const struct journal_record *record, uint64_t *bytes);
bool journal_get_away(const struct journal_record *record, int64_t *from_ns,
                      int64_t *to_ns);

#endif
