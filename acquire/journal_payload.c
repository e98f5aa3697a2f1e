/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads of the journal's records: structs to bytes and back, as the table
 * at the head of journal.h says.
 */
#include "acquire/journal.h"

#include <string.h>

#include "firmware/core/bytes.h"

/* Members of struct recording_info in the order of the SESSION record. */
static const struct {
    size_t offset;
    size_t size;
} texts[] = {
    {offsetof(struct recording_info, uuid), 37},
    {offsetof(struct recording_info, created_utc), 32},
    {offsetof(struct recording_info, software), 64},
    {offsetof(struct recording_info, participant), 64},
    {offsetof(struct recording_info, label), RECORDING_TEXT},
    {offsetof(struct recording_info, notes), 4096},
    {offsetof(struct recording_info, serial), 64},
    {offsetof(struct recording_info, model), 64},
    {offsetof(struct recording_info, firmware), 32},
    {offsetof(struct recording_info, calibration), RECORDING_TEXT},
};

static const size_t doubles[] = {
    offsetof(struct recording_info, accel_range_g),
    offsetof(struct recording_info, gyro_range_dps),
    offsetof(struct recording_info, accel_scale),
    offsetof(struct recording_info, gyro_scale),
    offsetof(struct recording_info, rate_nominal_hz),
};

enum {
    TEXTS = sizeof(texts) / sizeof(texts[0]),
    DOUBLES = sizeof(doubles) / sizeof(doubles[0]),
};

static uint8_t *put_text(uint8_t *p, const char *text, size_t size)
{
    size_t length = strnlen(text, size - 1);
    put_u16(p, (uint16_t)length);
    memcpy(p + 2, text, length);
    return p + 2 + length;
}

int journal_append_session(struct journal *journal,
                           const struct recording_info *info,
                           struct error *error)
{
    /* A text takes one byte more than its place at most. */
    uint8_t payload[sizeof(*info) + TEXTS];
    uint8_t *p = payload;
    for (size_t i = 0; i < TEXTS; i++) {
        p = put_text(p, (const char *)info + texts[i].offset, texts[i].size);
    }
    for (size_t i = 0; i < DOUBLES; i++) {
        uint64_t bits;
        memcpy(&bits, (const char *)info + doubles[i], sizeof(bits));
        put_u64(p, bits);
        p += sizeof(bits);
    }
    *p++ = (uint8_t)info->placement;
    return journal_append(journal, JOURNAL_SESSION, payload,
                          (size_t)(p - payload), error);
}

bool journal_get_session(const struct journal_record *record,
                         struct recording_info *out)
{
    memset(out, 0, sizeof(*out));
    const uint8_t *p = record->payload;
    const uint8_t *end = p + record->size;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t length = end - p >= 2 ? get_u16(p) : texts[i].size;
        if (length >= texts[i].size || (size_t)(end - p) < 2 + length) {
            return false;
        }
        memcpy((char *)out + texts[i].offset, p + 2, length);
        p += 2 + length;
    }
    if ((size_t)(end - p) != 8 * DOUBLES + 1) {
        return false;
    }
    for (size_t i = 0; i < DOUBLES; i++) {
        uint64_t bits = get_u64(p);
        memcpy((char *)out + doubles[i], &bits, sizeof(bits));
        p += sizeof(bits);
    }
    out->placement = *p < PLACEMENTS ? (enum placement) * p : PLACEMENT_OTHER;
    out->has_accel = true;
    out->has_gyro = true;
    return record->type == JOURNAL_SESSION;
}

int journal_append_clock(struct journal *journal,
                         const struct recording_clock *clock,
                         struct error *error)
{
    uint8_t p[JOURNAL_CLOCK_SIZE];
    put_u64(p, (uint64_t)clock->device_ns);
    put_u64(p + 8, (uint64_t)clock->host_monotonic_ns);
    put_u64(p + 16, (uint64_t)clock->host_utc_ns);
    put_u64(p + 24, (uint64_t)clock->round_trip_ns);
    return journal_append(journal, JOURNAL_CLOCK, p, sizeof(p), error);
}

bool journal_get_clock(const struct journal_record *record,
                       struct recording_clock *out)
{
    if (record->type != JOURNAL_CLOCK || record->size != JOURNAL_CLOCK_SIZE) {
        return false;
    }
    const uint8_t *p = record->payload;
    out->device_ns = (int64_t)get_u64(p);
    out->host_monotonic_ns = (int64_t)get_u64(p + 8);
    out->host_utc_ns = (int64_t)get_u64(p + 16);
    out->round_trip_ns = (int64_t)get_u64(p + 24);
    return true;
}

enum { EVENT_LABEL = 17, EVENT_SOURCE = 81 }; /* offsets */

int journal_append_event(struct journal *journal,
                         const struct journal_event *event, struct error *error)
{
    uint8_t p[JOURNAL_EVENT_SIZE] = {event->session_time};
    put_u64(p + 1, (uint64_t)event->start_ns);
    put_u64(p + 9, (uint64_t)event->end_ns);
    memcpy(p + EVENT_LABEL, event->label,
           strnlen(event->label, sizeof(event->label) - 1));
    memcpy(p + EVENT_SOURCE, event->source,
           strnlen(event->source, sizeof(event->source) - 1));
    return journal_append(journal, JOURNAL_EVENT, p, sizeof(p), error);
}

bool journal_get_event(const struct journal_record *record,
                       struct journal_event *out)
{
    if (record->type != JOURNAL_EVENT || record->size != JOURNAL_EVENT_SIZE ||
        record->payload[0] > 1) {
        return false;
    }
    const uint8_t *p = record->payload;
    out->session_time = p[0] == 1;
    out->start_ns = (int64_t)get_u64(p + 1);
    out->end_ns = (int64_t)get_u64(p + 9);
    memcpy(out->label, p + EVENT_LABEL, sizeof(out->label));
    memcpy(out->source, p + EVENT_SOURCE, sizeof(out->source));
    out->label[sizeof(out->label) - 1] = '\0';
    out->source[sizeof(out->source) - 1] = '\0';
    return true;
}

int journal_append_sync(struct journal *journal,
                        const struct journal_sync *sync, struct error *error)
{
    uint8_t p[JOURNAL_SYNC_SIZE];
    put_u64(p, (uint64_t)sync->host_monotonic_ns);
    put_u64(p + 8, (uint64_t)sync->host_utc_ns);
    put_u64(p + 16, sync->samples);
    return journal_append(journal, JOURNAL_SYNC, p, sizeof(p), error);
}

bool journal_get_sync(const struct journal_record *record,
                      struct journal_sync *out)
{
    if (record->type != JOURNAL_SYNC || record->size != JOURNAL_SYNC_SIZE) {
        return false;
    }
    out->host_monotonic_ns = (int64_t)get_u64(record->payload);
    out->host_utc_ns = (int64_t)get_u64(record->payload + 8);
    out->samples = get_u64(record->payload + 16);
    return true;
}

int journal_append_gap(struct journal *journal, uint64_t bytes,
                       struct error *error)
{
    uint8_t p[JOURNAL_GAP_SIZE];
    put_u64(p, bytes);
    return journal_append(journal, JOURNAL_GAP, p, sizeof(p), error);
}

bool journal_get_gap(const struct journal_record *record, uint64_t *bytes)
{
    if (record->type != JOURNAL_GAP || record->size != JOURNAL_GAP_SIZE) {
        return false;
    }
    *bytes = get_u64(record->payload);
    return true;
}

int journal_append_away(struct journal *journal, int64_t from_ns, int64_t to_ns,
                        struct error *error)
{
    uint8_t p[JOURNAL_AWAY_SIZE];
    put_u64(p, (uint64_t)from_ns);
    put_u64(p + 8, (uint64_t)to_ns);
    return journal_append(journal, JOURNAL_AWAY, p, sizeof(p), error);
}

bool journal_get_away(const struct journal_record *record, int64_t *from_ns,
                      int64_t *to_ns)
{
    if (record->type != JOURNAL_AWAY || record->size != JOURNAL_AWAY_SIZE) {
        return false;
    }
    *from_ns = (int64_t)get_u64(record->payload);
    *to_ns = (int64_t)get_u64(record->payload + 8);
    return true;
}

int journal_append_end(struct journal *journal, enum journal_end why,
                       struct error *error)
{
    uint8_t p[JOURNAL_END_SIZE] = {(uint8_t)why};
    return journal_append(journal, JOURNAL_END, p, sizeof(p), error);
}
