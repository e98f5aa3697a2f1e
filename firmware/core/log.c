/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/log.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

enum {
    TRIES = 3,      /* of a block, each behind the one before */
    AT_VERSION = 4, /* offsets, log.h */
    AT_TYPE = 5,
    AT_SIZE = 6,
    AT_NUMBER = 8,
    AT_TAIL = 12,
    AT_BEGIN = 16,
    AT_RECORD = 20,
    HEADER = 24,
    AT_CONFIG = 24, /* of BEGIN */
    AT_BEGIN_NS = 32,
    AT_CLOCK_NS = 40,
    AT_UTC_NS = 48,
    AT_CALIBRATION = 56,
    AT_FIRMWARE = 96,
    AT_BEGIN_CAUSE = 99,
    BEGIN_SIZE = 100,
    BEGIN_BLOCKS = 2, /* a record has samples */
    AT_INDEX = 24,    /* of SAMPLES and END */
    AT_LOST = 28,
    AT_FLAGS = 32,
    AT_COUNT = 34, /* of SAMPLES */
    AT_DEVICE_NS = 36,
    AT_SPAN_NS = 44,
    AT_TICKS = 52,
    AT_SPAN_TICKS = 56,
    AT_TEMPERATURE = 60,
    AT_PACKED = 62,
    AT_END_CAUSE = 34, /* of END */
    END_SIZE = 44,
};

/* ---- blocks ---- */

static uint32_t address_of(const struct log *log, uint32_t number)
{
    return FLASH_LOG * FLASH_SECTOR + number % log->blocks * LOG_BLOCK;
}

static bool read_at(const struct log *log, uint32_t number, uint8_t *out,
                    size_t size)
{
    return log->flash->read(log->flash->ctx, address_of(log, number), out,
                            size) == 0;
}

/* True if `block` is whole and stands where block `place` (modulo the blocks
 * there are) would. */
static bool is_block(const struct log *log, uint32_t place,
                     const uint8_t block[LOG_BLOCK])
{
    size_t size = get_u16(block + AT_SIZE);

    return block[AT_VERSION] == LOG_VERSION && block[AT_TYPE] >= LOG_BEGIN &&
           block[AT_TYPE] <= LOG_ERASED && size >= HEADER &&
           size <= LOG_BLOCK &&
           get_u32(block + AT_NUMBER) % log->blocks == place % log->blocks &&
           get_u32(block) == crc32c(0, block + AT_VERSION, size - AT_VERSION);
}

/* Reads block `number`; false if it is not there. */
static bool read_block(const struct log *log, uint32_t number,
                       uint8_t out[LOG_BLOCK])
{
    return read_at(log, number, out, LOG_BLOCK) && is_block(log, number, out) &&
           get_u32(out + AT_NUMBER) == number;
}

static bool is_erased(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

/* The sector of block `number` may be erased: it is not the oldest live one.
 * `ahead` so many blocks later. */
static bool is_free(const struct log *log, uint32_t number, uint32_t ahead)
{
    uint32_t sectors = log->blocks / LOG_SECTOR_BLOCKS;
    uint32_t wanted = (number + ahead) / LOG_SECTOR_BLOCKS;

    return wanted - log->tail / LOG_SECTOR_BLOCKS < sectors;
}

/* Makes head's place ready. A sector that fails is passed over. */
static bool make_room(struct log *log)
{
    if (log->head % LOG_SECTOR_BLOCKS != 0) {
        return true;
    }
    log->erases++;
    if (log->flash->erase(log->flash->ctx, address_of(log, log->head)) == 0) {
        return true;
    }
    log->head += LOG_SECTOR_BLOCKS;
    return false;
}

static bool program(struct log *log, size_t size)
{
    const struct flash *flash = log->flash;
    uint32_t address = address_of(log, log->head);

    for (uint32_t at = 0; at < size; at += FLASH_PAGE) {
        if (flash->program(flash->ctx, address + at, log->block + at) != 0) {
            return false;
        }
    }
    return read_at(log, log->head, log->check, size) &&
           memcmp(log->check, log->block, size) == 0;
}

static void set_header(struct log *log, enum log_type type, size_t size)
{
    uint8_t *block = log->block;

    if (type == LOG_BEGIN || type == LOG_ERASED) {
        log->begin = log->head;
    }
    if (type == LOG_ERASED) {
        log->tail = log->head;
    }
    block[AT_VERSION] = LOG_VERSION;
    block[AT_TYPE] = (uint8_t)type;
    put_u16(block + AT_SIZE, (uint16_t)size);
    put_u32(block + AT_NUMBER, log->head);
    put_u32(block + AT_TAIL, log->tail);
    put_u32(block + AT_BEGIN, log->begin);
    put_u32(block + AT_RECORD, log->record);
    put_u32(block, crc32c(0, block + AT_VERSION, size - AT_VERSION));
}

/* Writes log->block, of which `size` bytes are in use. */
static int write_block(struct log *log, enum log_type type, size_t size)
{
    uint32_t tail = log->tail;
    uint32_t begin = log->begin;

    memset(log->block + size, 0xFF, LOG_BLOCK - size);
    for (int tried = 0; tried < TRIES; tried++) {
        if (type != LOG_ERASED && !is_free(log, log->head, 0)) {
            return LOG_FULL;
        }
        if (!make_room(log)) {
            continue;
        }
        set_header(log, type, size);
        bool written = program(log, size);
        log->head++;
        if (written) {
            return 0;
        }
    }
    log->tail = tail;
    log->begin = begin;
    return LOG_BROKEN;
}

/* ---- mounting ---- */

/* Notes block `place` if it is whole and the newest so far. Returns whether it
 * is. */
static bool is_newest(struct log *log, uint32_t place, bool found)
{
    uint8_t *block = log->check;

    if (!read_at(log, place, block, AT_VERSION + 1) ||
        block[AT_VERSION] != LOG_VERSION ||
        !read_at(log, place, block, HEADER) ||
        (found && get_u32(block + AT_NUMBER) < log->head) ||
        !read_at(log, place, block, LOG_BLOCK) ||
        !is_block(log, place, block)) {
        return false;
    }
    log->head = get_u32(block + AT_NUMBER);
    log->tail = get_u32(block + AT_TAIL);
    log->begin = get_u32(block + AT_BEGIN);
    log->record = get_u32(block + AT_RECORD);
    return true;
}

/* Behind the newest block: to where nothing was written, or else the next
 * sector. What was written at all takes its place. */
static void find_room(struct log *log)
{
    log->head++;
    uint32_t end = (log->head + LOG_SECTOR_BLOCKS - 1) / LOG_SECTOR_BLOCKS *
                   LOG_SECTOR_BLOCKS;
    for (uint32_t at = end; at > log->head; at--) {
        if (!read_at(log, at - 1, log->check, LOG_BLOCK) ||
            !is_erased(log->check, LOG_BLOCK)) {
            log->head = at;
        }
    }
}

/* The record of the oldest block that can be read. */
static uint32_t find_oldest(struct log *log)
{
    for (uint32_t number = log->tail; number < log->head; number++) {
        if (read_block(log, number, log->check)) {
            bool mark = log->check[AT_TYPE] == LOG_ERASED;
            return get_u32(log->check + AT_RECORD) + (mark ? 1 : 0);
        }
    }
    return log->record + 1;
}

void log_mount(struct log *log, const struct flash *flash)
{
    bool found = false;

    memset(log, 0, sizeof *log);
    log->flash = flash;
    log->oldest = 1;
    pack_init(&log->pack);
    if (flash->sectors < FLASH_SECTORS_MIN) {
        return;
    }
    log->blocks = (flash->sectors - FLASH_LOG) * LOG_SECTOR_BLOCKS;
    /* Numbers rise with the place: from the last place down, few are newer
     * than those seen before, and only these are read whole: the board has but
     * a second to start. */
    for (uint32_t place = log->blocks; place > 0; place--) {
        found |= is_newest(log, place - 1, found);
    }
    if (found) {
        find_room(log);
    }
    log->oldest = find_oldest(log);
}

/* ---- writing ---- */

/* There is room for `blocks` and for what must always find some. */
static bool has_room(const struct log *log, uint32_t blocks)
{
    return log->blocks > 0 && is_free(log, log->head, blocks - 1 + LOG_RESERVE);
}

int32_t log_begin(struct log *log, const struct log_begin *begin)
{
    uint8_t *block = log->block;

    if (!has_room(log, BEGIN_BLOCKS)) {
        return log->blocks > 0 ? LOG_FULL : LOG_BROKEN;
    }
    log->record++;
    wire_put_config(block + AT_CONFIG, &begin->config);
    put_u64(block + AT_BEGIN_NS, begin->device_ns);
    put_u64(block + AT_CLOCK_NS, begin->clock_ns);
    put_u64(block + AT_UTC_NS, begin->utc_ns);
    wire_put_calibration(block + AT_CALIBRATION, &begin->calibration);
    memcpy(block + AT_FIRMWARE, begin->firmware, sizeof begin->firmware);
    block[AT_BEGIN_CAUSE] = begin->cause;
    int err = write_block(log, LOG_BEGIN, BEGIN_SIZE);
    if (err < 0) {
        log->record--;
        return err;
    }
    log->open = true;
    log->stored = 0;
    log->pack.count = 0;
    return (int32_t)log->record;
}

static void put_samples_header(struct log *log)
{
    const struct log_sample *first = &log->first;
    uint8_t *block = log->block;

    put_u32(block + AT_INDEX, first->index);
    put_u32(block + AT_LOST, first->lost);
    put_u16(block + AT_FLAGS, first->flags);
    put_u16(block + AT_COUNT, (uint16_t)log->pack.count);
    put_u64(block + AT_DEVICE_NS, first->device_ns);
    put_u64(block + AT_SPAN_NS, log->last.device_ns - first->device_ns);
    put_u32(block + AT_TICKS, first->ticks);
    put_u32(block + AT_SPAN_TICKS, log->last.ticks - first->ticks);
    put_u16(block + AT_TEMPERATURE, (uint16_t)first->temperature);
}

int log_flush(struct log *log)
{
    if (!log->open || log->pack.count == 0) {
        return 0;
    }
    uint32_t next = log->first.index + log->pack.count;
    put_samples_header(log);
    int err = LOG_FULL;
    if (has_room(log, 1)) {
        err = write_block(log, LOG_SAMPLES, AT_PACKED + pack_bytes(&log->pack));
    }
    log->pack.count = 0;
    if (err == 0) {
        log->stored = next;
    }
    return err;
}

/* No block holds samples from two sides of a loss. */
static bool fits(struct log *log, const struct log_sample *sample)
{
    return sample->lost == 0 && sample->flags == 0 &&
           log->pack.count < LOG_COUNT_MAX &&
           pack_add(&log->pack, sample->axes);
}

int log_add(struct log *log, const struct log_sample *sample)
{
    int err = 0;

    if (!log->open) {
        return LOG_MISSING;
    }
    if (log->pack.count == 0 || !fits(log, sample)) {
        err = log_flush(log);
        log->first = *sample;
        pack_begin(&log->pack, log->block + AT_PACKED, LOG_BLOCK - AT_PACKED);
        (void)pack_add(&log->pack, sample->axes); /* a first one fits */
    }
    log->last = *sample;
    return err;
}

uint32_t log_stored(const struct log *log)
{
    return log->stored;
}

int log_end(struct log *log, const struct log_sample *end, uint8_t cause)
{
    uint8_t *block = log->block;
    int err = log_flush(log);

    if (!log->open) {
        return LOG_MISSING;
    }
    put_u32(block + AT_INDEX, end->index);
    put_u32(block + AT_LOST, end->lost);
    put_u16(block + AT_FLAGS, end->flags);
    block[AT_END_CAUSE] = cause;
    put_u64(block + AT_DEVICE_NS, end->device_ns);
    int ended = write_block(log, LOG_END, END_SIZE);
    log->open = false;
    return err < 0 ? err : ended;
}

int log_erase(struct log *log, uint32_t record)
{
    if (log->open || record != log->record || log->oldest > log->record) {
        return LOG_MISSING;
    }
    int err = write_block(log, LOG_ERASED, HEADER);
    log->oldest = err < 0 ? find_oldest(log) : log->record + 1;
    return err;
}

/* ---- looking ---- */

void log_state(const struct log *log, struct wire_log *out)
{
    memset(out, 0, sizeof *out);
    out->oldest = log->oldest;
    out->newest = log->record;
    out->used = log->head - log->tail;
    out->blocks = log->blocks;
    out->block_bytes = LOG_BLOCK;
    out->logging = log->open;
    out->full = !has_room(log, BEGIN_BLOCKS);
    out->stored = log->stored;
    out->erases = log->erases;
}

/* Reads the newest block before `number` that is whole; false if there is
 * none. */
static bool read_before(struct log *log, uint32_t number)
{
    while (number > log->tail) {
        number--;
        if (read_block(log, number, log->check)) {
            return true;
        }
    }
    return false;
}

/* Finds the BEGIN of a record, and the first block behind it that is not its
 * own; the record's last block is left in log->check. From the newest record
 * back, each step one record. */
static bool find_record(struct log *log, uint32_t record, uint32_t *begin,
                        uint32_t *stop)
{
    *stop = log->head;
    while (read_before(log, *stop)) {
        *begin = get_u32(log->check + AT_BEGIN);
        if (get_u32(log->check + AT_RECORD) == record) {
            return log->check[AT_TYPE] != LOG_ERASED && *begin >= log->tail;
        }
        if (*begin >= *stop) {
            return false;
        }
        *stop = *begin;
    }
    return false;
}

/* What the last block of a record, in log->check, tells. */
static void tell_end(const struct log *log, struct wire_record *out)
{
    const uint8_t *block = log->check;

    out->ended = log->open && out->number == log->record ? 0 : WIRE_CAUSE_CUT;
    if (block[AT_TYPE] == LOG_SAMPLES) {
        out->samples = get_u32(block + AT_INDEX) + get_u16(block + AT_COUNT);
        out->end_ns =
            get_u64(block + AT_DEVICE_NS) + get_u64(block + AT_SPAN_NS);
    } else if (block[AT_TYPE] == LOG_END) {
        out->samples = get_u32(block + AT_INDEX);
        out->end_ns = get_u64(block + AT_DEVICE_NS);
        out->ended = block[AT_END_CAUSE];
    } else {
        out->end_ns = get_u64(block + AT_BEGIN_NS);
    }
}

int log_find(struct log *log, uint32_t record, struct wire_record *out,
             struct wire_calibration *calibration)
{
    const uint8_t *block = log->check;
    struct wire_calibration unwanted;
    uint32_t begin;
    uint32_t stop;

    memset(out, 0, sizeof *out);
    if (!find_record(log, record, &begin, &stop)) {
        return LOG_MISSING;
    }
    out->number = record;
    out->blocks = stop - begin;
    tell_end(log, out);
    if (!read_block(log, begin, log->check) ||
        !wire_get_config(&out->config, block + AT_CONFIG)) {
        return LOG_MISSING;
    }
    out->begin_ns = get_u64(block + AT_BEGIN_NS);
    out->clock_ns = get_u64(block + AT_CLOCK_NS);
    out->utc_ns = get_u64(block + AT_UTC_NS);
    memcpy(out->firmware, block + AT_FIRMWARE, sizeof out->firmware);
    out->began = block[AT_BEGIN_CAUSE];
    (void)wire_get_calibration(calibration != NULL ? calibration : &unwanted,
                               block + AT_CALIBRATION);
    return 0;
}

/* ---- reading out ---- */

int log_open(struct log_reader *reader, struct log *log, uint32_t record,
             uint32_t index)
{
    uint32_t begin;
    uint32_t stop;

    memset(reader, 0, sizeof *reader);
    if (!find_record(log, record, &begin, &stop)) {
        return LOG_MISSING;
    }
    reader->log = log;
    reader->begin = begin;
    reader->next = begin + 1;
    reader->stop = stop;
    reader->index = index;
    return 0;
}

/* True if the head of block reader->next says that it is of samples that are
 * not wanted; so most of a record can be passed over quickly. */
static bool is_before(const struct log_reader *reader)
{
    uint8_t head[AT_DEVICE_NS];

    return read_at(reader->log, reader->next, head, sizeof head) &&
           head[AT_TYPE] == LOG_SAMPLES &&
           get_u32(head + AT_NUMBER) == reader->next &&
           get_u32(head + AT_BEGIN) == reader->begin &&
           get_u32(head + AT_INDEX) + get_u16(head + AT_COUNT) <= reader->index;
}

/* How many samples are missing before the block at hand, and why: those that
 * the band lost itself, or else what the flash did not keep. */
static void note_missing(struct log_reader *reader)
{
    struct log_sample *first = &reader->first;
    uint32_t known = first->lost;

    first->lost = first->index - reader->index;
    if (first->lost > known) {
        first->flags |= WIRE_LOST_LOG;
    } else if (first->lost == 0) {
        first->flags &= (uint16_t)~WIRE_LOST_MASK;
    }
}

static void take_samples(struct log_reader *reader)
{
    struct log_sample *first = &reader->first;
    const uint8_t *block = reader->block;

    first->index = get_u32(block + AT_INDEX);
    first->lost = get_u32(block + AT_LOST);
    first->flags = get_u16(block + AT_FLAGS);
    first->device_ns = get_u64(block + AT_DEVICE_NS);
    first->ticks = get_u32(block + AT_TICKS);
    first->temperature = get_i16(block + AT_TEMPERATURE);
    reader->span_ns = get_u64(block + AT_SPAN_NS);
    reader->span_ticks = get_u32(block + AT_SPAN_TICKS);
    reader->count = get_u16(block + AT_COUNT);
    reader->taken = 0;
    unpack_begin(&reader->unpack, block + AT_PACKED,
                 get_u16(block + AT_SIZE) - (size_t)AT_PACKED);
    int16_t passed[6];
    for (; first->index + reader->taken < reader->index; reader->taken++) {
        (void)unpack_next(&reader->unpack, passed);
        first->flags = 0;
        first->lost = 0;
    }
    if (reader->taken == 0) {
        note_missing(reader);
    }
}

/* Finds the next block of the record; false behind its last one. */
static bool next_block(struct log_reader *reader)
{
    for (; reader->next < reader->stop; reader->next++) {
        if (!is_before(reader) &&
            read_block(reader->log, reader->next, reader->block) &&
            get_u32(reader->block + AT_BEGIN) == reader->begin) {
            reader->next++;
            return true;
        }
    }
    return false;
}

static uint64_t between(uint64_t span, const struct log_reader *reader)
{
    uint32_t steps = reader->count > 1 ? reader->count - 1U : 1U;

    return span * reader->taken / steps;
}

/* Frames of a block: its line from first to last sample gives their times. */
static void make_samples(struct log_reader *reader, struct wire_frame *out)
{
    struct log_sample *first = &reader->first;

    memset(out, 0, sizeof *out);
    out->type = WIRE_FRAME_SAMPLES;
    out->flags = first->flags;
    out->lost = first->lost;
    out->index = first->index + reader->taken;
    out->device_ns = first->device_ns + between(reader->span_ns, reader);
    out->imu_ticks =
        first->ticks + (uint32_t)between(reader->span_ticks, reader);
    out->temperature = first->temperature;
    while (out->count < WIRE_SAMPLES_MAX && reader->taken < reader->count) {
        int16_t *sample = out->samples[out->count];
        (void)unpack_next(&reader->unpack, sample); /* the CRC was right */
        out->flags |= wire_clip_flags(sample);
        out->count++;
        reader->taken++;
    }
    reader->index = (uint32_t)out->index + out->count;
    first->flags = 0;
    first->lost = 0;
}

static void make_end(struct log_reader *reader, bool whole,
                     struct wire_frame *out)
{
    const uint8_t *block = reader->block;

    memset(out, 0, sizeof *out);
    out->type = WIRE_FRAME_END;
    out->flags = WIRE_CUT;
    if (whole) {
        struct log_sample *end = &reader->first;
        end->index = get_u32(block + AT_INDEX);
        end->lost = get_u32(block + AT_LOST);
        end->flags = get_u16(block + AT_FLAGS);
        reader->index = end->index < reader->index ? end->index : reader->index;
        note_missing(reader);
        out->flags = end->flags;
        out->lost = end->lost;
        out->device_ns = get_u64(block + AT_DEVICE_NS);
        reader->index = end->index;
    }
    out->index = reader->index;
    reader->done = true;
}

bool log_next(struct log_reader *reader, struct wire_frame *out)
{
    if (reader->done) {
        return false;
    }
    bool end = false;
    while (!end && reader->taken == reader->count) {
        bool any = next_block(reader);
        end = !any || reader->block[AT_TYPE] == LOG_END;
        if (end) {
            make_end(reader, any, out);
        } else if (reader->block[AT_TYPE] == LOG_SAMPLES) {
            take_samples(reader);
        }
    }
    if (!end) {
        make_samples(reader, out);
    }
    out->sequence = reader->sequence++;
    return true;
}
