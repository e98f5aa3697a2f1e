/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal out of a fuzzer's script: records with the right CRC, of any type,
 * sensor and order, among them what a device sends; and damage.
 */
#ifndef TESTS_FUZZ_JOURNAL_SCRIPT_H
#define TESTS_FUZZ_JOURNAL_SCRIPT_H

#include "tests/fuzz/fuzz.h"

#include "acquire/journal.h"
#include "firmware/core/bytes.h"
#include "firmware/core/wire.h"
#include "tests/journal_seal.h"

enum {
    SCRIPT_BYTES = 1 << 20,
    SCRIPT_TEXTS = 10,
    SCRIPT_DOUBLES = 5,
    SCRIPT_PERIOD_NS = 9615385 /* 104 Hz */
};

struct journal_script {
    struct fuzz fuzz;
    size_t size;
    uint32_t sequence;
    uint64_t index[JOURNAL_SENSORS_MAX]; /* of the next sample */
    uint64_t device_ns[JOURNAL_SENSORS_MAX];
    uint64_t host_ns;
    bool odd; /* something says what nothing says: times that jump, the rate */
    uint8_t bytes[SCRIPT_BYTES];
};

/* A sensible description, of which one byte may be changed. */
static inline size_t script_session(struct journal_script *s, unsigned sensor,
                                    uint8_t *out)
{
    static const double doubles[SCRIPT_DOUBLES] = {8, 2000, 0.002, 0.001, 104};
    uint8_t *p = out;
    for (size_t i = 0; i < SCRIPT_TEXTS; i++) {
        put_u16(p, 1);
        p[2] = (uint8_t)('A' + sensor);
        p += 3;
    }
    for (size_t i = 0; i < SCRIPT_DOUBLES; i++) {
        uint64_t bits;
        memcpy(&bits, &doubles[i], sizeof(bits));
        put_u64(p, bits);
        p += 8;
    }
    *p++ = (uint8_t)(sensor % 5);
    size_t size = (size_t)(p - out);
    size_t at = (size_t)fuzz_number(&s->fuzz, 1);
    if (at < size) {
        out[at] = (uint8_t)fuzz_number(&s->fuzz, 1);
        s->odd = true;
    }
    return size;
}

static inline size_t script_frames(struct journal_script *s, unsigned sensor,
                                   uint8_t *out)
{
    struct wire_frame frame = {.type = WIRE_FRAME_SAMPLES};
    size_t size = 0;
    uint64_t how = fuzz_number(&s->fuzz, 1);
    for (uint64_t n = how % 8; n > 0; n--) {
        frame.count =
            (uint16_t)(fuzz_number(&s->fuzz, 1) % (WIRE_SAMPLES_MAX + 1));
        frame.lost = how & 8 ? (uint32_t)fuzz_number(&s->fuzz, 1) : 0;
        frame.flags = how & 8 ? WIRE_LOST_FIFO : 0;
        s->index[sensor] += how & 16 ? fuzz_number(&s->fuzz, 8) : frame.lost;
        s->odd |= (how & 48) != 0;
        s->device_ns[sensor] +=
            how & 32 ? fuzz_number(&s->fuzz, 8) : SCRIPT_PERIOD_NS * frame.lost;
        frame.index = s->index[sensor];
        frame.device_ns = s->device_ns[sensor];
        frame.sequence++;
        size += wire_put_frame(out + size, &frame);
        s->index[sensor] += frame.count;
        s->device_ns[sensor] += SCRIPT_PERIOD_NS * frame.count;
    }
    return how & 64 ? size - size / 3 : size;
}

/* The clocks as they are, of which any may be anything. */
static inline size_t script_clock(struct journal_script *s, unsigned sensor,
                                  uint8_t *out)
{
    uint64_t how = fuzz_number(&s->fuzz, 1);
    s->host_ns += 1000000 * fuzz_number(&s->fuzz, 2);
    uint64_t clock[] = {s->device_ns[sensor], s->host_ns, s->host_ns,
                        fuzz_number(&s->fuzz, 3)};
    for (size_t i = 0; i < sizeof(clock) / sizeof(clock[0]); i++) {
        if (how & 1 << i) {
            clock[i] = fuzz_number(&s->fuzz, 8);
            s->odd = true;
        }
        put_u64(out + 8 * i, clock[i]);
    }
    return JOURNAL_CLOCK_SIZE;
}

/* It does not end before it starts; its texts may be anything. */
static inline size_t script_event(struct journal_script *s, uint8_t *out)
{
    enum { TEXTS_AT = 17, TEXTS = JOURNAL_EVENT_SIZE - TEXTS_AT };
    out[0] = (uint8_t)fuzz_number(&s->fuzz, 1);
    uint64_t start = fuzz_number(&s->fuzz, 8) >> 2;
    put_u64(out + 1, start);
    put_u64(out + 9, start + fuzz_number(&s->fuzz, 4));
    size_t size;
    const uint8_t *texts = fuzz_bytes(&s->fuzz, TEXTS, &size);
    memset(out + TEXTS_AT, 0, TEXTS);
    memcpy(out + TEXTS_AT, texts, size);
    return JOURNAL_EVENT_SIZE;
}

static inline void script_record(struct journal_script *s)
{
    uint8_t *head = s->bytes + s->size;
    uint8_t *payload = head + JOURNAL_RECORD_HEAD;
    uint64_t how = fuzz_number(&s->fuzz, 1);
    unsigned type = how % 10;
    unsigned sensor = (how >> 4) % 4;
    size_t size;
    if (type == JOURNAL_SESSION) {
        size = script_session(s, sensor, payload);
    } else if (type == JOURNAL_FRAMES || type == 9) {
        type = JOURNAL_FRAMES;
        size = script_frames(s, sensor, payload);
    } else if (type == JOURNAL_CLOCK) {
        size = script_clock(s, sensor, payload);
    } else if (type == JOURNAL_EVENT) {
        size = script_event(s, payload);
    } else {
        const uint8_t *bytes = fuzz_bytes(&s->fuzz, 33, &size);
        memcpy(payload, bytes, size);
        size_t wanted = type == JOURNAL_SYNC   ? JOURNAL_SYNC_SIZE
                        : type == JOURNAL_GAP  ? JOURNAL_GAP_SIZE
                        : type == JOURNAL_AWAY ? JOURNAL_AWAY_SIZE
                        : type == JOURNAL_END  ? JOURNAL_END_SIZE
                                               : size;
        size = size < wanted ? size : wanted;
    }
    bool shared = type == JOURNAL_EVENT || type == JOURNAL_END;
    memcpy(head, "\xc7JR\3", 4);
    put_u16(head + 4, (uint16_t)type);
    put_u16(head + 6, (uint16_t)(shared ? 0 : sensor));
    put_u32(head + 8, (uint32_t)size);
    put_u32(head + 12, s->sequence);
    journal_seal_record(s->bytes, head, size);
    s->sequence += how & 128 ? 2 : 1; /* or one is missing */
    s->size += JOURNAL_RECORD_HEAD + size;
}

/* Makes the journal: `bytes` and `size`. */
static inline void script_journal(struct journal_script *s, const uint8_t *data,
                                  size_t size)
{
    memset(s->index, 0, sizeof(s->index));
    memset(s->device_ns, 0, sizeof(s->device_ns));
    s->fuzz = (struct fuzz){data, size};
    s->host_ns = 0;
    s->sequence = 0;
    s->odd = false;
    s->size = JOURNAL_FILE_HEAD;
    memset(s->bytes, 0, JOURNAL_FILE_HEAD);
    memcpy(s->bytes,
           "\x8c"
           "carpus\n",
           8);
    put_u16(s->bytes + 8, JOURNAL_VERSION);
    put_u16(s->bytes + 10, (uint16_t)fuzz_number(&s->fuzz, 2));
    journal_seal_head(s->bytes);
    uint64_t damage = fuzz_number(&s->fuzz, 3);
    while (s->fuzz.left > 0 &&
           s->size + JOURNAL_RECORD_MAX < sizeof(s->bytes)) {
        script_record(s);
    }
    if (damage != 0 && damage < s->size) {
        s->bytes[damage] ^= 0x10;
    }
}

#endif
