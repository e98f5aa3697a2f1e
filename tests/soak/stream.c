/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soak_stream [HOURS]: a virtual wristband streams at 1667 Hz for 24 h of its
 * own time, its counters set to come round a minute after the start: the
 * sensor's 32 bits of 25 us (29.8 h), the low 32 bits of the controller's
 * microseconds (71.6 min, then each 71.6 min again). Every sample must arrive
 * as the sensor took it, at its index, and device time must go on evenly.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/frames.h"
#include "firmware/virtual/wristband.h"
#include "tests/figure.h"

enum { RATE_HZ = 1667, TICKS = 24, SOON_S = 60 };

static const int64_t SECOND_NS = 1000000000;
static const int64_t READ_EVERY_NS = 20000000;
static const double PERIOD_NS = 600000; /* 24 ticks of 25 us */
static const double JITTER_NS = 50000;  /* of device time, twice a tick */

/* More samples than are ever on their way. */
enum { HELD = 1 << 16 };

static struct {
    uint64_t taken;        /* samples, by the sensor */
    int16_t held[HELD][6]; /* the last of them */
    uint64_t came;
    struct frames frames;
    uint64_t lost;
    uint64_t frames_count;
    uint64_t first_ns; /* device time of sample 0 */
    uint32_t first_ticks;
    uint64_t wrapped_ticks; /* times that the sensor's counter came round */
    uint64_t wrapped_us;    /* likewise the controller's */
    uint32_t last_ticks;
    uint32_t last_us;
    double worst_ns;
    bool failed;
} soak;

static void on_sample(void *ctx, uint64_t index, const int16_t sample[6])
{
    (void)ctx;
    memcpy(soak.held[index % HELD], sample, sizeof(soak.held[0]));
    soak.taken = index + 1;
}

static int turn_at(void *ctx, double t_s, double rate_hz,
                   struct motion_point *out)
{
    (void)ctx;
    (void)rate_hz;
    *out = (struct motion_point){
        .accel_g = {sin(t_s), cos(t_s), 0.1 * sin(50 * t_s)},
        .gyro_dps = {0, 0, 57.3 + sin(9 * t_s)},
        .temperature_c = 30,
    };
    return 0;
}

static void release(void *ctx)
{
    (void)ctx;
}

static void fail(const char *what, uint64_t at)
{
    if (!soak.failed) {
        printf("soak: %s at sample %" PRIu64 "\n", what, at);
    }
    soak.failed = true;
}

static void check_times(const struct wire_frame *frame)
{
    uint32_t us = (uint32_t)(frame->device_ns / 1000);
    if (soak.frames_count == 0) {
        soak.first_ns = frame->device_ns;
        soak.first_ticks = frame->imu_ticks;
    } else {
        soak.wrapped_ticks += frame->imu_ticks < soak.last_ticks;
        soak.wrapped_us += us < soak.last_us;
    }
    soak.last_ticks = frame->imu_ticks;
    soak.last_us = us;
    double right_ns = (double)frame->index * PERIOD_NS;
    double off_ns = (double)(frame->device_ns - soak.first_ns) - right_ns;
    soak.worst_ns = fmax(soak.worst_ns, fabs(off_ns));
    uint32_t ticks = soak.first_ticks + (uint32_t)(frame->index * TICKS);
    if (fabs(off_ns) > JITTER_NS || frame->imu_ticks - ticks + 2 > 4) {
        fail("time is wrong", frame->index);
    }
}

static void take(const struct wire_frame *frame)
{
    soak.lost += frame->lost;
    if (frame->index != soak.came || frame->lost > 0 ||
        frame->sequence != (uint32_t)soak.frames_count) {
        fail("samples are missing", soak.came);
    }
    if (frame->count > 0) {
        check_times(frame);
    }
    for (unsigned i = 0; i < frame->count; i++) {
        if (memcmp(frame->samples[i], soak.held[soak.came % HELD],
                   sizeof(frame->samples[i])) != 0) {
            fail("it is not what was taken", soak.came);
        }
        soak.came++;
    }
    soak.frames_count++;
}

static void read_all(struct wristband *band)
{
    uint8_t bytes[16384];
    struct wire_frame frame;
    size_t size = wristband_read(band, bytes, sizeof(bytes));
    for (size_t done = 0; done < size;) {
        done += frames_push(&soak.frames, bytes + done, size - done);
        while (frames_next(&soak.frames, &frame, NULL) > 0) {
            take(&frame);
        }
    }
}

static struct wristband *begin(void)
{
    const struct wristband_config config = {
        .seed = 1,
        .no_noise = true,
        .first_ticks = UINT32_MAX - SOON_S * 40000u,
        .first_us = UINT32_MAX - SOON_S * 1000000u,
        .on_sample = on_sample,
    };
    const struct motion_source motion = {
        .duration_s = INFINITY, .at = turn_at, .release = release};
    const struct wire_config wanted = {RATE_HZ, 4, 500};
    const struct wire_setup set = {.request = WIRE_REQUEST_SET_CONFIG,
                                   .length = WIRE_CONFIG_SIZE};
    const struct wire_setup start = {.request = WIRE_REQUEST_START};
    uint8_t data[WIRE_CONFIG_SIZE];
    struct wristband *band = NULL;
    wire_put_config(data, &wanted);
    if (wristband_new(&config, motion, &band) < 0 ||
        wristband_request(band, &set, data) < 0 ||
        wristband_request(band, &start, NULL) < 0) {
        wristband_free(band);
        return NULL;
    }
    return band;
}

/* True if all came but a FIFO's rest, which no frame holds. */
static bool drain(struct wristband *band)
{
    const struct wire_setup stop = {.request = WIRE_REQUEST_STOP};
    (void)wristband_request(band, &stop, NULL);
    for (int i = 0; i < 50; i++) {
        wristband_run(band, wristband_now_ns(band) + READ_EVERY_NS);
        read_all(band);
    }
    return soak.taken - soak.came <= 64;
}

int main(int argc, char **argv)
{
    double hours = argc > 1 ? strtod(argv[1], NULL) : 24;
    int64_t end_ns = (int64_t)(hours * 3600) * SECOND_NS;
    struct wristband *band = begin();
    if (band == NULL) {
        return 70;
    }
    frames_init(&soak.frames);
    while (wristband_now_ns(band) < end_ns && !soak.failed) {
        wristband_run(band, wristband_now_ns(band) + READ_EVERY_NS);
        read_all(band);
    }
    if (!drain(band)) {
        fail("the end is missing", soak.came);
    }
    wristband_free(band);
    char what[64];
    snprintf(what, sizeof(what), "a stream of %.4g h at %d Hz", hours, RATE_HZ);
    figure("soak", what, soak.came,
           "%" PRIu64 " lost, device time within %.1f us; 25 us counter came "
           "round %" PRIu64 " times, 1 us counter %" PRIu64,
           soak.lost, soak.worst_ns / 1e3, soak.wrapped_ticks, soak.wrapped_us);
    bool wrapped = soak.wrapped_ticks >= 1 && soak.wrapped_us >= 1;
    printf("%d passed, %d failed\n", !soak.failed && wrapped,
           soak.failed || !wrapped);
    return soak.failed || !wrapped;
}
