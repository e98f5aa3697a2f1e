/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: what the band records to flash while no host is there, in records
 * (one from each start to its stop). It is a ring of blocks that are only ever
 * appended; nothing stands at a fixed place, so that all sectors wear alike:
 * one erase each time round. A sector is erased just before its first block is
 * written, and only once what it held was erased on request: a log that is
 * full stops.
 *
 * A block is four pages. Its number says where it stands (number modulo the
 * blocks there are), its CRC that it is whole. All integers little-endian.
 *
 *   offset size name     meaning
 *        0    4 crc      CRC-32C of bytes 4 .. size - 1
 *        4    1 version  LOG_VERSION
 *        5    1 type     enum log_type
 *        6    2 size     bytes in use; pages that have none stay erased
 *        8    4 number   blocks since the flash was new
 *       12    4 tail     number of the oldest block that is not erased
 *       16    4 begin    number of the BEGIN block of this record
 *       20    4 record   1, 2, ...
 *
 *   BEGIN    24  8  config      struct wire_config
 *            32 u64 device_ns   when it began, device clock
 *            40 u64 clock_ns    device clock and ...
 *            48 u64 utc_ns      ... UTC as the host last set it, 0: it did not
 *            56  40 calibration struct wire_calibration
 *            96  3  firmware    version
 *            99 u8  cause       enum wire_cause
 *   SAMPLES  24 u32 index       of the first sample, as in a frame
 *            28 u32 lost        samples lost just before it
 *            32 u16 flags       of a frame; the LOST ones, FIRST, RESTARTED
 *            34 u16 count       samples
 *            36 u64 device_ns   of the first sample
 *            44 u64 span_ns     from there to the last one
 *            52 u32 ticks       sensor's own time of the first sample
 *            56 u32 span_ticks  from there to the last one
 *            60 i16 temperature raw, of the first sample
 *            62     packed      see pack.h
 *   END      24 u32 index       of the sample that would come next
 *            28 u32 lost        samples lost at the end
 *            32 u16 flags
 *            34 u8  cause       enum wire_cause
 *            36 u64 device_ns
 *   ERASED   nothing more: `tail` and `begin` are its own number, `record` is
 *            the last one that was erased
 *
 * A block holds no samples from two sides of a loss. Each is unpacked without
 * any other, but for the configuration in BEGIN.
 *
 * Power may go at any time. A block that is not whole is not there; what
 * log_add had reported as stored is in blocks before it. After a mount the log
 * goes on behind all that was written, in a sector that a whole block proves to
 * have been erased to the end, or else in the next one, erased anew. So it
 * always mounts, and costs at most one erase more.
 *
 * A block that cannot be read back is written again behind itself.
 *
 * Ownership: caller's storage; the flash is borrowed. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_LOG_H
#define FIRMWARE_CORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/flash.h"
#include "firmware/core/pack.h"
#include "firmware/core/wire.h"

enum {
    LOG_VERSION = 1,
    LOG_BLOCK = 1024, /* bytes: of what a power cut takes, the most */
    LOG_SECTOR_BLOCKS = FLASH_SECTOR / LOG_BLOCK,
    LOG_RESERVE = 8,      /* blocks kept for ends and marks */
    LOG_COUNT_MAX = 1024, /* samples of a block */
};

enum log_type {
    LOG_BEGIN = 1,
    LOG_SAMPLES = 2,
    LOG_END = 3,
    LOG_ERASED = 4,
};

enum log_error {
    LOG_BROKEN = -1, /* the flash does not keep what is written */
    LOG_FULL = -2,   /* erase what was read out */
    LOG_MISSING = -3 /* no such record */
};

/* What a record begins with. */
struct log_begin {
    struct wire_config config; /* rate_hz WIRE_LOG_RATE_MOST at most */
    uint64_t device_ns;
    uint64_t clock_ns; /* with utc_ns: a pair of clocks; 0 for none */
    uint64_t utc_ns;
    struct wire_calibration calibration;
    uint8_t firmware[3];
    uint8_t cause; /* enum wire_cause */
};

struct log_sample {
    int16_t axes[6];
    uint32_t index; /* of the stream */
    uint32_t lost;  /* just before it */
    uint16_t flags; /* enum wire_flag, of lost samples; FIRST, RESTARTED */
    uint64_t device_ns;
    uint32_t ticks;
    int16_t temperature;
};

/* All fields are private to log.c. */
struct log {
    const struct flash *flash;
    uint32_t blocks; /* there are; 0: no log */
    uint32_t head;   /* number of the next block */
    uint32_t tail;   /* number of the oldest one that is not erased */
    uint32_t begin;  /* BEGIN block of the newest record */
    uint32_t record; /* newest, 0: none yet */
    uint32_t oldest; /* that is not erased; record + 1: none */
    uint32_t stored; /* index up to which samples are safe */
    uint32_t erases; /* of sectors, since mount */
    bool open;       /* the newest record goes on */
    struct pack pack;
    struct log_sample first; /* of the block being filled */
    struct log_sample last;
    uint8_t block[LOG_BLOCK];
    uint8_t check[LOG_BLOCK]; /* what is read */
};

/* Finds out what is there: reads the heads of all blocks, and some blocks. What
 * was being written when power went is left behind. Never fails: a flash that
 * cannot be read is an empty one that cannot be written. */
void log_mount(struct log *log, const struct flash *flash);

/* Begins a record. Returns its number or an enum log_error. */
int32_t log_begin(struct log *log, const struct log_begin *begin);

/* Takes a sample in. It is safe once log_stored has passed it, which is when
 * its block is full, or log_flush was called. Returns 0 or an enum log_error;
 * then the samples of the block are lost. */
int log_add(struct log *log, const struct log_sample *sample);

/* Writes the samples that are not safe yet. */
int log_flush(struct log *log);

/* Samples of the open record with an index below this are safe. */
uint32_t log_stored(const struct log *log);

/* Ends the record: writes what is left and an END with `end`'s index, lost,
 * flags and device_ns. The record is not open any more, even on error. */
int log_end(struct log *log, const struct log_sample *end, uint8_t cause);

/* Erases all records, of which `record` must be the newest and not open: so
 * none goes that the host has not seen. One block is written; the flash itself
 * is erased when its turn comes. Returns 0 or an enum log_error. */
int log_erase(struct log *log, uint32_t record);

/* How much there is: all of `out` but watching, busy and failed. */
void log_state(const struct log *log, struct wire_log *out);

/* Looks a record up. *calibration (may be NULL) is what it was made with. */
int log_find(struct log *log, uint32_t record, struct wire_record *out,
             struct wire_calibration *calibration);

/* ---- reading a record out, as the frames of a live stream ---- */

struct log_reader {
    struct log *log;
    uint32_t begin; /* BEGIN block of the record */
    uint32_t next;  /* block */
    uint32_t stop;  /* the first behind the record */
    uint32_t index; /* of the next sample */
    uint32_t sequence;
    uint16_t count; /* samples of the block at hand */
    uint16_t taken; /* of them */
    bool done;
    struct log_sample first; /* of the block at hand; `lost` and `flags` until
                              * they are told */
    uint64_t span_ns;
    uint32_t span_ticks;
    struct unpack unpack;
    uint8_t block[LOG_BLOCK];
};

/* Begins to read `record` from sample `index` on: the first frame is of that
 * sample or the first one after it. Returns 0 or LOG_MISSING. */
int log_open(struct log_reader *reader, struct log *log, uint32_t record,
             uint32_t index);

/* Makes the next frame, the last one WIRE_FRAME_END. What cannot be read any
 * more is `lost` with WIRE_LOST_LOG; where the END is missing, because power
 * went, WIRE_FRAME_END has WIRE_CUT. Returns false when there is no more. */
bool log_next(struct log_reader *reader, struct wire_frame *out);

#endif
