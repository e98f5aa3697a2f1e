/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wristband that tests of USB plug in and out: a virtual one that follows
 * the clock, and an account of all that its sensor took, which recordings are
 * held to.
 *
 * Ownership: caller's storage; band_begin and band_end are a pair.
 * Threads: any; there is a lock inside.
 */
#ifndef TESTS_USB_BAND_H
#define TESTS_USB_BAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/recording.h"
#include "firmware/virtual/wristband.h"

enum { BAND_WHY = 160 };

struct band_sample {
    uint32_t stream; /* counts starts */
    uint64_t index;  /* in the stream */
    int64_t ns;      /* when it was taken, since band_begin */
    int16_t axes[6];
};

struct band {
    pthread_mutex_t lock;
    struct wristband *wristband;
    const char *serial;
    uint64_t seed;
    int64_t begin_ns; /* CLOCK_MONOTONIC */
    int64_t power_ns; /* when it last got power, since then */
    uint32_t stream;
    struct band_sample *taken;
    size_t taken_count;
    size_t taken_room;
};

void band_begin(struct band *band, const char *serial);
void band_end(struct band *band);

/* Takes its power away and gives it back: all that it held is lost. */
void band_reset(struct band *band);

/* As wristband_request and wristband_read, at this moment. */
int band_ask(struct band *band, const struct wire_setup *setup, uint8_t *data);
size_t band_read(struct band *band, uint8_t *out, size_t size);

/* What a recording of it came to. */
struct band_account {
    uint64_t rows;
    uint64_t gaps;
    uint64_t lost;
    uint64_t tail; /* of them, behind the last row */
    uint32_t causes;
};

/* True if every row of the recording at `path` is what the sensor took, in
 * order, and every gap as long as what is missing: to the sample, or, where the
 * band was started anew meanwhile, to within the round trips of the readings of
 * its clock from which the length follows. */
bool band_holds(struct band *band, const char *path, struct band_account *out,
                char why[BAND_WHY]);

#endif
