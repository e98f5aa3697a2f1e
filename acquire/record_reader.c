/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_reader.h"

#include "acquire/clocks.h"
#include "acquire/journal.h"

enum {
    READ_BYTES = JOURNAL_PAYLOAD_MAX, /* one read fills one record at most */
    READ_TIMEOUT_MS = 50,
    PROBES = 8,        /* in a burst, as in liblsl, time_receiver.cpp */
    SILENT_READS = 20, /* a host that slept has heard nothing, nor listened */
    DRAIN_READS = 40,  /* empty reads after which no end will come: 2 s */
    RETURNS_MAX = 16,  /* in a row that brought nothing: then it is given up */
};

static const int64_t PROBE_EVERY_NS = 2000000000; /* as liblsl */
static const int64_t STOP_NS = 10000000000; /* what is left is sent in less */
static const int64_t SILENCE_NS = 30000000000;  /* then it is lost */
static const int64_t AWAY_NS = 600000000000;    /* waited for a device, most */
static const int64_t LOOK_EVERY_NS = 200000000; /* for a device that is away */
static const int64_t WAIT_FOR_ROOM_NS = 500000; /* a few KB at full speed */

static bool must_leave(const struct record_reader *reader)
{
    return atomic_load(&reader->link->control->stop) == STOP_AT_ONCE;
}

/* Puts a message into the queue; a device that waits is made to wait. */
static bool push(struct record_reader *reader, enum record_message type,
                 const void *data, size_t size)
{
    while (!queue_push(reader->link->stream, type, data, size)) {
        if (!reader->waits || must_leave(reader)) {
            return false;
        }
        sleep_ns(WAIT_FOR_ROOM_NS);
    }
    return true;
}

static void deliver(struct record_reader *reader, const uint8_t *data,
                    size_t size)
{
    uint64_t dropped = reader->dropped_bytes;
    if (dropped > 0 && push(reader, MESSAGE_GAP, &dropped, sizeof(dropped))) {
        reader->dropped_bytes = 0;
    }
    if (reader->dropped_bytes > 0 ||
        !push(reader, MESSAGE_FRAMES, data, size)) {
        reader->dropped_bytes += size;
    }
}

/* The writer decodes frames as well, but may be far behind. Where the stream
 * is carried on over an absence, frames are delivered one by one as changed. */
static void look_at_frames(struct record_reader *reader, const uint8_t *data,
                           size_t size)
{
    bool changed = carry_on_active(&reader->carry);
    size_t done = 0;
    while (done < size) {
        struct wire_frame frame;
        done += frames_push(&reader->frames, data + done, size - done);
        while (frames_next(&reader->frames, &frame, NULL) > 0) {
            reader->ended |= frame.type == WIRE_FRAME_END;
            reader->begun = true;
            carry_on_frame(&reader->carry, &frame);
            if (changed) {
                uint8_t out[WIRE_FRAME_MAX];
                deliver(reader, out, wire_put_frame(out, &frame));
            }
        }
    }
    /* The end tells how much was lost before it, and nothing comes after it:
     * so for this one there is time. */
    reader->waits |= reader->ended;
    if (!changed) {
        deliver(reader, data, size);
    }
}

static void keep_clock(struct record_reader *reader,
                       struct recording_clock *clock)
{
    carry_on_clock(&reader->carry, clock);
    (void)push(reader, MESSAGE_CLOCK, clock, sizeof(*clock));
}

/* A burst of probes, all of which are stored. One that fails costs nothing; a
 * device that is gone shows when it is read. */
static void probe(struct record_reader *reader)
{
    for (int i = 0; i < PROBES; i++) {
        struct recording_clock clock;
        if (device_probe(reader->device, &clock, NULL) == 0) {
            keep_clock(reader, &clock);
        }
    }
}

static bool probe_best(const struct record_reader *reader,
                       struct recording_clock *best)
{
    *best = (struct recording_clock){.round_trip_ns = INT64_MAX};
    for (int i = 0; i < PROBES; i++) {
        struct recording_clock clock;
        if (device_probe(reader->device, &clock, NULL) == 0 &&
            clock.round_trip_ns < best->round_trip_ns) {
            *best = clock;
        }
    }
    return best->round_trip_ns < INT64_MAX;
}

static void ask_status(struct record_reader *reader)
{
    struct wire_status status;
    if (device_status(reader->device, &status, NULL) == 0) {
        (void)push(reader, MESSAGE_STATUS, &status, sizeof(status));
    }
}

/* A device that was asked to stop takes no more samples: it is read no later
 * than that, unless its end has come (session.h). */
static void keep_time(struct record_reader *reader, int64_t now_ns)
{
    atomic_store(&reader->link->clock_offset_ns, now_ns - monotonic_ns());
    if (now_ns >= reader->probe_ns && !reader->stopping) {
        probe(reader);
        ask_status(reader);
        reader->probe_ns = now_ns + PROBE_EVERY_NS;
    }
}

static bool stop_due(const struct record_reader *reader, int64_t now_ns)
{
    bool over = reader->begun && now_ns - reader->begin_ns >= reader->for_ns;
    return !reader->stopping &&
           (over || atomic_load(&reader->link->control->stop) != STOP_NOT);
}

/* The device sends what it still has, and the end. */
static int ask_to_stop(struct record_reader *reader, int64_t now_ns)
{
    probe(reader);
    reader->stopping = true;
    reader->stop_ns = now_ns;
    return device_stop(reader->device, &reader->error);
}

/* A device must send until it is asked to stop, and then come to an end. */
static int check_device(struct record_reader *reader, int64_t now_ns)
{
    if (reader->stopping && now_ns - reader->stop_ns >= STOP_NS) {
        return error_set(&reader->error, ERR_PROTOCOL,
                         "the device was asked to stop and goes on sending; "
                         "unplug it and plug it in again");
    }
    if (now_ns - reader->heard_ns < SILENCE_NS ||
        reader->silent_reads < SILENT_READS) {
        return 0;
    }
    return error_set(&reader->error, ERR_DEVICE_LOST,
                     "the device has sent nothing for %d s; unplug it, plug it "
                     "in again and start anew",
                     (int)(SILENCE_NS / 1000000000));
}

/* ---- a device that is away ---- */

static void go_away(struct record_reader *reader)
{
    reader->away = true;
    reader->back = false;
    reader->returns++;
    reader->away_ns = monotonic_ns();
    atomic_store(&reader->link->away, true);
}

/* The message must not get lost, so it waits for room. */
static void tell_away(struct record_reader *reader)
{
    struct record_away away = {reader->away_ns, monotonic_ns()};
    while (!must_leave(reader) &&
           !push(reader, MESSAGE_AWAY, &away, sizeof(away))) {
        sleep_ns(WAIT_FOR_ROOM_NS);
    }
}

/* The stream goes on. */
static void come_back(struct record_reader *reader)
{
    tell_away(reader);
    frames_init(&reader->frames);
    reader->away = false;
    reader->error = (struct error){0};
    reader->heard_ns = device_now_ns(reader->device);
    reader->silent_reads = 0;
    reader->probe_ns = reader->heard_ns;
    atomic_store(&reader->link->away, false);
}

/* A device that is back may still be streaming (or trying to, with a sensor
 * that does not answer), or be stopped, or do something else, from which it is
 * stopped first. Returns true if it streams now. */
static bool carry_on(struct record_reader *reader)
{
    struct recording_clock clock;
    struct wire_status status;
    if (!probe_best(reader, &clock) ||
        device_status(reader->device, &status, NULL) < 0) {
        reader->back = false;
        return false;
    }
    bool streams =
        status.state == WIRE_STREAMING || status.state == WIRE_FAILED;
    if (carry_on_back(&reader->carry, &clock) && streams) {
        keep_clock(reader, &clock);
        return true;
    }
    if (device_restart(reader->device, NULL) < 0) {
        (void)device_stop(reader->device, NULL);
        return false;
    }
    carry_on_restart(&reader->carry);
    keep_clock(reader, &clock);
    return true;
}

static bool wait_is_over(const struct record_reader *reader)
{
    int64_t now_ns = device_now_ns(reader->device);
    return atomic_load(&reader->link->control->stop) != STOP_NOT ||
           monotonic_ns() - reader->away_ns >= AWAY_NS ||
           reader->returns > RETURNS_MAX ||
           (reader->begun && now_ns - reader->begin_ns >= reader->for_ns);
}

/* Returns 0, or an error if the device is given up; `error` still says why it
 * went. */
static int look_for_it(struct record_reader *reader)
{
    if (wait_is_over(reader)) {
        return reader->error.code;
    }
    if (!reader->back) {
        int found = device_reopen(reader->device, NULL);
        if (found < 0) {
            return reader->error.code;
        }
        reader->back = found > 0;
    }
    if (reader->back && carry_on(reader)) {
        come_back(reader);
    } else {
        sleep_ns(LOOK_EVERY_NS);
    }
    return 0;
}

/* ---- the stream ---- */

/* Returns bytes read, 0 or an error. */
static int step(struct record_reader *reader, uint8_t *buffer)
{
    if (reader->away) {
        return look_for_it(reader);
    }
    int n = device_read(reader->device, buffer, READ_BYTES, READ_TIMEOUT_MS,
                        &reader->error);
    if (n == ERR_DEVICE_LOST && !reader->stopping) {
        go_away(reader);
        return 0;
    }
    if (n < 0) {
        return n;
    }
    int64_t now_ns = device_now_ns(reader->device);
    if (n > 0) {
        /* The first frame comes when all of its samples are there: a recording
         * counted from it is never shorter than was asked for. */
        bool begun = reader->begun;
        look_at_frames(reader, buffer, (size_t)n);
        reader->begin_ns = begun ? reader->begin_ns : now_ns;
        reader->heard_ns = now_ns;
        reader->returns = 0;
    }
    reader->silent_reads = n > 0 ? 0 : reader->silent_reads + 1;
    if (reader->ended) {
        return n;
    }
    keep_time(reader, now_ns);
    int err = check_device(reader, now_ns);
    if (err == 0 && stop_due(reader, now_ns)) {
        err = ask_to_stop(reader, now_ns);
    }
    return err < 0 ? err : n;
}

static void tell_dropped(struct record_reader *reader)
{
    while (reader->dropped_bytes > 0 && !must_leave(reader)) {
        if (queue_push(reader->link->stream, MESSAGE_GAP,
                       &reader->dropped_bytes, sizeof(reader->dropped_bytes))) {
            reader->dropped_bytes = 0;
        } else {
            sleep_ns(WAIT_FOR_ROOM_NS);
        }
    }
}

/* A device that is gone may have been found so by a request: what it had sent
 * before that is still to be read. */
static void take_rest(struct record_reader *reader, uint8_t *buffer)
{
    int n = 1;
    while (reader->error.code == ERR_DEVICE_LOST && !reader->away && n > 0 &&
           !must_leave(reader)) {
        n = device_read(reader->device, buffer, READ_BYTES, 0, NULL);
        if (n > 0) {
            look_at_frames(reader, buffer, (size_t)n);
        }
    }
}

/* Only the end says that nothing was lost before it. */
static void check_end(struct record_reader *reader)
{
    if (reader->error.code == 0 && !reader->ended && !must_leave(reader)) {
        error_set(&reader->error, ERR_DEVICE_LOST,
                  "the device was asked to stop and did not say that it has "
                  "sent all; what it may still have had is missing");
    }
}

void *record_reader_run(void *argument)
{
    struct record_reader *reader = argument;
    uint8_t buffer[READ_BYTES];
    int empty = 0;

    frames_init(&reader->frames);
    carry_on_init(&reader->carry, reader->rate_hz);
    reader->waits = device_waits(reader->device);
    reader->heard_ns = device_now_ns(reader->device);
    reader->probe_ns = reader->heard_ns;
    keep_time(reader, reader->heard_ns);

    while (!reader->ended && empty < DRAIN_READS && !must_leave(reader)) {
        int n = step(reader, buffer);
        if (n < 0) {
            break;
        }
        empty = n == 0 && reader->stopping ? empty + 1 : 0;
    }
    if (!reader->stopping && must_leave(reader)) {
        (void)device_stop(reader->device, NULL);
    }
    if (reader->error.code == 0 && reader->ended) {
        probe(reader);
    }
    take_rest(reader, buffer);
    check_end(reader);
    tell_dropped(reader);
    if (reader->away) {
        tell_away(reader);
    }
    atomic_store(&reader->link->reader_done, true);
    return NULL;
}
