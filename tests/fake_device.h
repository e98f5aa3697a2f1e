/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A device that does what a test orders: it stands in place of device.c. Value
 * 0 of each of its samples is the sample's index. And an account of what came
 * of it in a journal. For one test program that includes it once.
 */
#ifndef TESTS_FAKE_DEVICE_H
#define TESTS_FAKE_DEVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "acquire/clocks.h"
#include "acquire/device.h"
#include "acquire/journal.h"
#include "acquire/stream.h"

enum { RATE_HZ = 100, PERIOD_NS = 10000000, COUNT = 10, FRAME_BYTES = 164 };

struct device {
    uint64_t frames;           /* it has so many, then the end */
    _Atomic uint64_t sent;     /* frames */
    _Atomic uint64_t hurry_to; /* up to this frame there is no nap */
    uint64_t lump_at;          /* from here on `lump` frames come in one read */
    uint64_t lump;
    int64_t clock_ns; /* its own and the host's */
    int64_t nap_ns;   /* before each read */
    bool waits;
    bool silent; /* nothing comes, and its clock runs */
    bool no_end;
    bool deaf; /* goes on when asked to stop */
    bool fails_to_start;
    uint64_t lost_at; /* frame at which it is unplugged, 0: never */
    int looks;        /* until it is back, 0: never */
    int64_t look_ns;  /* that passes with each */
    bool loses_power; /* meanwhile; else it streams on, but for `skips` */
    uint64_t skips;   /* frames lost on the wire */
    uint64_t base;    /* sample with which its stream began */
    int64_t boot_ns;  /* when its clock was 0 */
    bool streams;
    int starts;
    int stops;
    bool stopped;
    bool ended;
};

int device_start(struct device *device, struct error *error)
{
    device->starts++;
    device->streams = true;
    return device->fails_to_start
               ? error_set(error, ERR_BUSY, "the device is in use")
               : 0;
}

int device_stop(struct device *device, struct error *error)
{
    (void)error;
    device->stops++;
    device->stopped = !device->deaf;
    return 0;
}

static size_t make_frame(const struct device *device, uint8_t *out)
{
    uint64_t sample = device->base + device->sent * COUNT;
    struct wire_frame frame = {
        .type = WIRE_FRAME_SAMPLES,
        .index = device->sent * COUNT,
        .device_ns = sample * PERIOD_NS - (uint64_t)device->boot_ns,
        .count = COUNT,
    };
    for (size_t i = 0; i < COUNT; i++) {
        frame.samples[i][0] = (int16_t)(sample + i);
        frame.samples[i][2] = INT16_MAX;
        frame.flags = WIRE_CLIP_ACCEL;
    }
    return wire_put_frame(out, &frame);
}

static size_t make_end(const struct device *device, uint8_t *out)
{
    const struct wire_frame frame = {
        .type = WIRE_FRAME_END,
        .index = device->sent * COUNT,
        .device_ns = (device->base + device->sent * COUNT) * PERIOD_NS -
                     (uint64_t)device->boot_ns,
    };
    return wire_put_frame(out, &frame);
}

int device_read(struct device *device, uint8_t *out, size_t size,
                int timeout_ms, struct error *error)
{
    uint64_t wanted =
        device->lump > 0 && device->sent == device->lump_at ? device->lump : 1;
    size_t n = 0;
    if (device->nap_ns > 0 && device->sent >= device->hurry_to) {
        sleep_ns(device->nap_ns);
    }
    if (device->silent || device->ended) {
        device->clock_ns += timeout_ms * 1000000LL;
        return 0;
    }
    if (device->lost_at > 0 && device->sent == device->lost_at) {
        return error_set(error, ERR_DEVICE_LOST, "the device is gone");
    }
    if (device->stopped || device->sent == device->frames) {
        device->ended = true;
        return device->no_end ? 0 : (int)make_end(device, out);
    }
    for (uint64_t i = 0; i < wanted && n + FRAME_BYTES <= size; i++) {
        n += make_frame(device, out + n);
        device->sent++;
        device->clock_ns += COUNT * PERIOD_NS;
    }
    return (int)n;
}

int device_probe(struct device *device, struct recording_clock *out,
                 struct error *error)
{
    (void)error;
    *out = (struct recording_clock){device->clock_ns - device->boot_ns,
                                    device->clock_ns, 1, 1};
    return 0;
}

int device_reopen(struct device *device, struct error *error)
{
    if (device->looks == 0) {
        return error_set(error, ERR_DEVICE_LOST, "it will not be back");
    }
    device->clock_ns += device->look_ns;
    if (--device->looks > 0) {
        return 0;
    }
    device->lost_at = 0;
    device->sent += device->skips;
    if (device->loses_power) {
        device->base = (uint64_t)(device->clock_ns / PERIOD_NS);
        device->boot_ns = device->clock_ns - PERIOD_NS * 50;
        device->sent = 0;
        device->streams = false;
    }
    return 1;
}

int device_restart(struct device *device, struct error *error)
{
    return device_start(device, error);
}

int device_status(struct device *device, struct wire_status *out,
                  struct error *error)
{
    (void)error;
    *out = (struct wire_status){.state = device->streams ? WIRE_STREAMING
                                                         : WIRE_STOPPED,
                                .on_usb_power = true,
                                .supply_mv = 4900};
    return 0;
}

int64_t device_now_ns(const struct device *device)
{
    return device->clock_ns;
}

bool device_waits(const struct device *device)
{
    return device->waits;
}

/* ---- what came of it ---- */

/* What is in a journal. */
struct account {
    struct stream stream;
    size_t clocks;
    size_t events;
    size_t sessions;
    struct journal_event event; /* the last one */
    struct recording_gap gaps[64];
    size_t gap_count;
    int end; /* -1: none */
};

static void count_runs(struct account *account,
                       const struct journal_record *record)
{
    size_t done = 0;
    while (done < record->size) {
        struct stream_run run;
        done += stream_push(&account->stream, record->payload + done,
                            record->size - done);
        while (stream_next(&account->stream, &run)) {
            if (run.gap.lost_samples > 0 && account->gap_count < 64) {
                account->gaps[account->gap_count++] = run.gap;
            }
            for (uint64_t i = 0; i < run.block.count; i++) {
                assert_int_equal(run.samples[i][0], (int16_t)(run.index + i));
            }
        }
    }
}

static void count_record(struct account *account,
                         const struct journal_record *record)
{
    int64_t from_ns;
    int64_t to_ns;
    uint64_t bytes;
    assert_false(record->after_damage);
    account->clocks += record->type == JOURNAL_CLOCK;
    account->sessions += record->type == JOURNAL_SESSION;
    if (record->type == JOURNAL_FRAMES) {
        count_runs(account, record);
    } else if (journal_get_event(record, &account->event)) {
        account->events++;
    } else if (journal_get_gap(record, &bytes)) {
        assert_true(bytes > 0);
        stream_broken(&account->stream, GAP_HOST);
    } else if (journal_get_away(record, &from_ns, &to_ns)) {
        assert_true(to_ns > from_ns);
        stream_broken(&account->stream, GAP_UNPLUGGED);
    } else if (record->type == JOURNAL_END) {
        account->end = record->payload[0];
    }
}

/* What is there of sensor `sensor`, and of all. */
static struct account *read_journal(const char *path, uint16_t sensor)
{
    static struct account account;
    static struct journal_reader reader;
    struct journal_record record;
    struct error error;
    int more;
    memset(&account, 0, sizeof(account));
    account.end = -1;
    stream_init(&account.stream, RATE_HZ);
    assert_int_equal(journal_open(&reader, path, &error), 0);
    while ((more = journal_next(&reader, &record, &error)) > 0) {
        if (record.sensor == sensor || record.type == JOURNAL_EVENT ||
            record.type == JOURNAL_END) {
            count_record(&account, &record);
        }
    }
    assert_int_equal(more, 0);
    journal_reader_close(&reader);
    return &account;
}

#endif
