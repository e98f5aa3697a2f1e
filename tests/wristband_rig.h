/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A virtual wristband with a host that reads its stream and compares it with
 * what the sensor took. For tests of the wristband; included once in each.
 */
#ifndef TESTS_WRISTBAND_RIG_H
#define TESTS_WRISTBAND_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/frames.h"
#include "firmware/virtual/wristband.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const uint16_t RATES_HZ[] = {26, 52, 104, 208, 416, 833, 1667};
static const int64_t STEP_NS = 10000000; /* between reads of the host */

struct taken {
    uint64_t index;
    int16_t axes[6];
};

/* A virtual wristband, the host's end of the stream, and what the sensor says
 * it took. */
struct rig {
    struct wristband *band;
    struct frames decoder;
    struct taken *taken;
    size_t taken_count;
    size_t taken_room;
    struct wire_frame *frames;
    size_t frame_count;
    size_t frame_room;
    bool ended;
    uint64_t digest; /* of the bytes of the stream */
    unsigned releases;
    double true_hz;    /* of the sensor */
    double motion_s;   /* 0: without end */
    double fails_at_s; /* the motion cannot be read from there on; 0: never */
};

/* What a test wants of its rig. */
struct setting {
    uint16_t rate_hz;
    double motion_s; /* 0: without end */
    int (*at)(void *ctx, double t_s, double rate_hz,
              struct motion_point *out); /* NULL: wave_at */
    bool idle;                           /* not to be started */
    struct wristband_config config;
};

static inline void *grown(void *array, size_t count, size_t *room, size_t item)
{
    if (count < *room) {
        return array;
    }
    *room = *room ? 2 * *room : 256;
    void *larger = realloc(array, *room * item);
    assert_non_null(larger);
    return larger;
}

static inline void on_sample(void *ctx, uint64_t index, const int16_t sample[6])
{
    struct rig *rig = ctx;
    rig->taken = grown(rig->taken, rig->taken_count, &rig->taken_room,
                       sizeof(*rig->taken));
    struct taken *taken = &rig->taken[rig->taken_count++];
    taken->index = index;
    memcpy(taken->axes, sample, sizeof(taken->axes));
}

static inline int wave_at(void *ctx, double t_s, double rate_hz,
                          struct motion_point *out)
{
    const struct rig *rig = ctx;
    (void)rate_hz;
    if (rig->fails_at_s > 0.0 && t_s >= rig->fails_at_s) {
        return -1;
    }
    *out = (struct motion_point){
        .accel_g = {0.1 * sin(3.0 * t_s), 1.5 * sin(7.0 * t_s), 1.0},
        .gyro_dps = {200.0 * sin(2.0 * t_s), -30.0, 400.0 * sin(t_s)},
        .temperature_c = 28.0,
    };
    return 0;
}

static inline void wave_release(void *ctx)
{
    struct rig *rig = ctx;
    rig->releases++;
}

static inline int request(struct rig *rig, uint8_t number, uint8_t *data,
                          uint16_t length)
{
    const struct wire_setup setup = {.request = number, .length = length};
    return wristband_request(rig->band, &setup, data);
}

static inline void get_status(struct rig *rig, struct wire_status *status)
{
    const struct wire_setup setup = {
        .in = true, .request = WIRE_REQUEST_STATUS, .length = WIRE_STATUS_SIZE};
    uint8_t data[WIRE_STATUS_SIZE];
    assert_int_equal(wristband_request(rig->band, &setup, data),
                     WIRE_STATUS_SIZE);
    assert_true(wire_get_status(status, data));
}

static inline void rig_init(struct rig *rig, const struct setting *setting)
{
    memset(rig, 0, sizeof(*rig));
    double halvings = round(log2(1667.0 / setting->rate_hz));
    rig->true_hz =
        20000.0 / 12.0 * exp2(-halvings) * (1.0 + setting->config.rate_error);
    rig->motion_s = setting->motion_s;
    frames_init(&rig->decoder);
    struct wristband_config config = setting->config;
    config.on_sample = on_sample;
    config.on_sample_ctx = rig;
    const struct motion_source motion = {
        .ctx = rig,
        .duration_s = setting->motion_s > 0.0 ? setting->motion_s : INFINITY,
        .at = setting->at ? setting->at : wave_at,
        .release = wave_release};
    assert_int_equal(wristband_new(&config, motion, &rig->band), 0);
    wristband_run(rig->band, STEP_NS);
    const struct wire_config wanted = {
        .rate_hz = setting->rate_hz, .accel_g = 4, .gyro_dps = 500};
    uint8_t data[WIRE_CONFIG_SIZE];
    wire_put_config(data, &wanted);
    assert_int_equal(request(rig, WIRE_REQUEST_SET_CONFIG, data, sizeof(data)),
                     0);
    if (!setting->idle) {
        assert_int_equal(request(rig, WIRE_REQUEST_START, NULL, 0), 0);
    }
}

static inline void rig_deinit(struct rig *rig)
{
    wristband_free(rig->band);
    assert_int_equal(rig->releases, 1);
    free(rig->taken);
    free(rig->frames);
}

static inline void take_frames(struct rig *rig)
{
    struct wire_frame frame;
    while (frames_next(&rig->decoder, &frame, NULL) > 0) {
        rig->frames = grown(rig->frames, rig->frame_count, &rig->frame_room,
                            sizeof(*rig->frames));
        rig->frames[rig->frame_count++] = frame;
        rig->ended = rig->ended || frame.type == WIRE_FRAME_END;
    }
}

static inline void read_all(struct rig *rig)
{
    uint8_t bytes[4 * WIRE_FRAME_MAX];
    size_t size;
    while ((size = wristband_read(rig->band, bytes, sizeof(bytes))) > 0) {
        for (size_t k = 0; k < size; k++) {
            rig->digest = (rig->digest ^ bytes[k]) * 1099511628211u;
        }
        for (size_t used = 0; used < size;) {
            used += frames_push(&rig->decoder, bytes + used, size - used);
            take_frames(rig);
        }
    }
}

/* Runs for up to `seconds`, or to the stream's end. */
static inline void rig_run(struct rig *rig, double seconds)
{
    int64_t until_ns = wristband_now_ns(rig->band) + (int64_t)(seconds * 1e9);
    while (!rig->ended && wristband_now_ns(rig->band) < until_ns) {
        wristband_run(rig->band, wristband_now_ns(rig->band) + STEP_NS);
        read_all(rig);
    }
}

/* Runs a whole motion. */
static inline void rig_play(struct rig *rig, const struct setting *setting)
{
    rig_init(rig, setting);
    rig_run(rig, setting->motion_s + 5.0);
    assert_true(rig->ended);
    assert_int_equal(rig->decoder.skipped_bytes, 0);
}

/* What went missing, by cause. */
struct losses {
    uint64_t samples; /* that arrived */
    uint64_t lost;    /* that did not; a gap may have two causes */
    uint64_t fifo;
    uint64_t bus;
    uint64_t ring;
    uint64_t gaps;
};

/* Checks that the stream's indices have no gap but those it tells of. */
static inline struct losses check_chain(const struct rig *rig)
{
    struct losses losses = {0};
    uint64_t next = 0;
    for (size_t k = 0; k < rig->frame_count; k++) {
        const struct wire_frame *frame = &rig->frames[k];
        assert_int_equal(frame->sequence, rig->frames[0].sequence + k);
        assert_int_equal(frame->index, next + frame->lost);
        next = frame->index + frame->count;
        losses.samples += frame->count;
        losses.gaps += frame->lost > 0;
        losses.lost += frame->lost;
        losses.fifo += frame->flags & WIRE_LOST_FIFO ? frame->lost : 0;
        losses.bus += frame->flags & WIRE_LOST_BUS ? frame->lost : 0;
        losses.ring += frame->flags & WIRE_LOST_RING ? frame->lost : 0;
        assert_int_equal(frame->lost > 0, (frame->flags & WIRE_LOST_MASK) != 0);
    }
    return losses;
}

/* Checks every sample that arrived against the one that the sensor took, from
 * frame `from` on, `shift` being what its index is off. Returns how many are
 * equal before the first that is not. */
static inline uint64_t equal_samples(const struct rig *rig, size_t from,
                                     int shift)
{
    uint64_t equal = 0;
    size_t at = 0;
    for (size_t k = from; k < rig->frame_count; k++) {
        const struct wire_frame *frame = &rig->frames[k];
        for (unsigned n = 0; n < frame->count; n++) {
            uint64_t index = frame->index + n + (uint64_t)(int64_t)shift;
            while (at < rig->taken_count && rig->taken[at].index < index) {
                at++;
            }
            if (at == rig->taken_count || rig->taken[at].index != index ||
                memcmp(rig->taken[at].axes, frame->samples[n],
                       sizeof(frame->samples[n])) != 0) {
                return equal;
            }
            equal++;
        }
    }
    return equal;
}

static inline struct losses check_stream(const struct rig *rig)
{
    struct losses losses = check_chain(rig);
    assert_int_equal(equal_samples(rig, 0, 0), losses.samples);
    return losses;
}

#endif
