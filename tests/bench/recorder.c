/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_recorder JOURNAL SECONDS: what recording two wristbands at 1667 Hz
 * takes, but for what makes their frames: those are made beforehand and come
 * one at a time when they are due, as over USB. Prints seconds of wall and
 * processor, most resident memory [KiB] and samples that were lost.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/device_backend.h"
#include "acquire/recorder.h"
#include "tests/bench/tape.h"

enum { BANDS = 2, LOOK_NS = 50000000 /* as record does */ };

/* A wristband that plays a tape. */
struct player {
    struct device device;
    const struct tape *tape; /* borrowed */
    size_t next;             /* frame */
    size_t at;               /* of its first byte */
    int64_t begin_ns;        /* host's clock when it was started */
    bool ended;
};

static struct player *from(struct device *device)
{
    return (struct player *)device;
}

static int player_request(struct device *device, const struct wire_setup *setup,
                          uint8_t *data, struct error *error)
{
    const struct wire_status status = {.state = WIRE_STREAMING};
    switch (setup->request) {
    case WIRE_REQUEST_START:
        from(device)->begin_ns = monotonic_ns();
        return 0;
    case WIRE_REQUEST_STATUS:
        wire_put_status(data, &status);
        return WIRE_STATUS_SIZE;
    default:
        return device_refused(setup, error);
    }
}

static int read_end(struct player *player, uint8_t *out)
{
    const struct wire_frame end = {.type = WIRE_FRAME_END,
                                   .sequence = (uint32_t)player->next,
                                   .index = player->tape->samples};
    player->ended = true;
    return (int)wire_put_frame(out, &end);
}

static int player_read(struct device *device, uint8_t *out, size_t size,
                       int timeout_ms, struct error *error)
{
    struct player *player = from(device);
    const struct tape *tape = player->tape;
    (void)size;
    (void)error;
    if (player->ended) {
        return 0;
    }
    if (player->next == tape->count) {
        return read_end(player, out);
    }
    const struct tape_frame *frame = &tape->frames[player->next];
    int64_t wait_ns = player->begin_ns + frame->due_ns - monotonic_ns();
    if (wait_ns > timeout_ms * 1000000LL) {
        sleep_ns(timeout_ms * 1000000LL);
        return 0;
    }
    if (wait_ns > 0) {
        sleep_ns(wait_ns);
    }
    memcpy(out, tape->bytes + player->at, frame->size);
    player->at += frame->size;
    player->next++;
    return (int)frame->size;
}

static int player_probe(struct device *device, struct recording_clock *out,
                        struct error *error)
{
    const struct player *player = from(device);
    int64_t now_ns = monotonic_ns();
    (void)error;
    *out = (struct recording_clock){
        .device_ns =
            now_ns - player->begin_ns + player->tape->frames[0].device_ns,
        .host_monotonic_ns = now_ns,
        .host_utc_ns = utc_ns(),
        .round_trip_ns = 1000,
    };
    return 0;
}

static int64_t player_now_ns(const struct device *device)
{
    (void)device;
    return monotonic_ns();
}

static bool player_waits(const struct device *device)
{
    (void)device;
    return false;
}

static const struct device_backend player_backend = {
    .request = player_request,
    .read = player_read,
    .probe = player_probe,
    .now_ns = player_now_ns,
    .waits = player_waits,
};

static void record(const struct tape *tape, const char *journal,
                   struct recorder_stats *stats)
{
    struct player players[BANDS] = {0};
    struct recorder_source sources[BANDS];
    struct recorder *recorder;
    struct error error = {0};
    for (size_t i = 0; i < BANDS; i++) {
        players[i].device.backend = &player_backend;
        players[i].tape = tape;
        sources[i] = (struct recorder_source){&players[i].device, &tape->info};
    }
    const struct recorder_config config = {
        .sources = sources, .source_count = BANDS, .journal = journal};
    must(recorder_start(&config, &recorder, &error) == 0, error.text);
    while (recorder_running(recorder)) {
        (void)recorder_stats(recorder, stats);
        sleep_ns(LOOK_NS);
    }
    must(recorder_finish(recorder, stats, &error) == 0, error.text);
}

int main(int argc, char **argv)
{
    struct tape tape;
    struct recorder_stats stats = {0};
    struct rusage used;
    uint64_t lost = 0;
    double seconds = argc == 3 ? strtod(argv[2], NULL) : 0;
    must(seconds > 0, "Usage: bench_recorder JOURNAL SECONDS");
    tape_make(&tape, seconds);
    int64_t wall_ns = monotonic_ns();
    int64_t processor_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    record(&tape, argv[1], &stats);
    wall_ns = monotonic_ns() - wall_ns;
    processor_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - processor_ns;
    unlink(argv[1]);
    for (size_t i = 0; i < BANDS; i++) {
        lost += stats.sensors[i].lost;
        must(stats.sensors[i].samples == tape.samples, "samples are missing");
    }
    must(getrusage(RUSAGE_SELF, &used) == 0, "no account of memory");
    printf("%.3f %.3f %ld %llu\n", (double)wall_ns / 1e9,
           (double)processor_ns / 1e9, used.ru_maxrss,
           (unsigned long long)lost);
    return 0;
}
