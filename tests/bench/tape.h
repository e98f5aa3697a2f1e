/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a wristband sends, made beforehand: the frames of a virtual one at
 * 1667 Hz, so that a benchmark measures what takes them and not what makes
 * them. Failures end the program.
 *
 * Ownership: tape_make gives what `tape` points to; it goes with the program.
 */
#ifndef TESTS_BENCH_TAPE_H
#define TESTS_BENCH_TAPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/describe.h"
#include "acquire/device.h"
#include "acquire/frames.h"

enum { TAPE_RATE_HZ = 1667 };

struct tape_frame {
    size_t size;       /* [bytes] */
    int64_t device_ns; /* of its first sample */
    int64_t due_ns;    /* when its last one is taken, after the first of all */
};

struct tape {
    struct recording_info info;
    uint8_t *bytes;
    size_t size;
    struct tape_frame *frames;
    size_t count;
    uint64_t samples;
};

static inline void must(bool well, const char *text)
{
    if (!well) {
        fprintf(stderr, "bench: %s\n", text);
        exit(EXIT_FAILURE);
    }
}

static inline void tape_add(struct tape *tape, const struct wire_frame *frame,
                            const uint8_t *bytes, size_t size)
{
    const int64_t length_ns = frame->count * 1000000000LL / TAPE_RATE_HZ;
    struct tape_frame *out = &tape->frames[tape->count++];
    out->size = size;
    out->device_ns = (int64_t)frame->device_ns;
    out->due_ns = out->device_ns + length_ns - tape->frames[0].device_ns;
    memcpy(tape->bytes + tape->size, bytes, size);
    tape->size += size;
    tape->samples += frame->count;
}

static inline struct device *tape_band(struct tape *tape)
{
    static const struct wire_config config = {TAPE_RATE_HZ, 8, 1000};
    const struct wire_calibration calibration = {0};
    struct error error = {0};
    struct device *band;
    must(device_open("virtual", "speed=max", &band, &error) == 0, error.text);
    must(device_configure(band, &config, &error) == 0 &&
             describe_device(band, &config, &calibration, &tape->info,
                             &error) == 0 &&
             device_start(band, &error) == 0,
         error.text);
    return band;
}

/* Makes `seconds` of frames, without an end. */
static inline void tape_make(struct tape *tape, double seconds)
{
    const uint64_t wanted = (uint64_t)(seconds * TAPE_RATE_HZ);
    static struct frames frames;
    struct wire_frame frame;
    struct error error = {0};
    uint8_t in[16384];
    const uint8_t *bytes;
    size_t size;
    *tape = (struct tape){0};
    struct device *band = tape_band(tape);
    /* Room for frames of one sample; memory that is not touched costs none. */
    tape->bytes = malloc(wanted * (WIRE_HEADER + WIRE_SAMPLE + WIRE_CRC) +
                         WIRE_FRAME_MAX);
    tape->frames = malloc(wanted * sizeof(*tape->frames));
    must(tape->bytes != NULL && tape->frames != NULL, "out of memory");
    frames_init(&frames);
    while (tape->samples < wanted) {
        int n = device_read(band, in, sizeof(in), 1000, &error);
        must(n > 0, error.text);
        for (size_t done = 0; done < (size_t)n;) {
            done += frames_push(&frames, in + done, (size_t)n - done);
            while ((size = frames_next(&frames, &frame, &bytes)) > 0) {
                if (tape->samples < wanted) {
                    tape_add(tape, &frame, bytes, size);
                }
            }
        }
    }
    device_close(band);
}

#endif
