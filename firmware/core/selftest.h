/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Self-test: what the numbers of enum wire_test say about a sensor that lies
 * still. It is fed samples and says what is to be switched; the samples come
 * in three runs, at rest and with each sensor's electrostatic actuation, as in
 * the data sheet's self-test (AN5192 chapter 11: mean with minus mean without).
 *
 * Threads: fed by one context; selftest_results may interrupt it.
 */
#ifndef FIRMWARE_CORE_SELFTEST_H
#define FIRMWARE_CORE_SELFTEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/slots.h"
#include "firmware/core/wire.h"

/* Sums of one run. */
struct selftest_run {
    uint32_t samples;
    int32_t sum[6];
    uint64_t squares[6];
};

struct selftest {
    uint32_t run;  /* 0 rest, 1 accelerometer, 2 gyroscope actuated */
    bool moved;    /* was not at rest in run 0 */
    uint32_t skip; /* samples still to leave out: settling */
    struct selftest_run now;
    int32_t rest[6]; /* mean of run 0 [1/16 LSB] */
    _Atomic uint32_t count;
    _Atomic uint32_t done;
    struct wire_selftest results;
};

/* What the caller knows beside the samples. */
struct selftest_facts {
    uint8_t who_am_i;
    int32_t rate_ppm;    /* sensor's oscillator from nominal */
    uint32_t tag_errors; /* during the test */
    bool has_flash;
    int32_t flash_wrong; /* bytes, -1: it does nothing */
};

/* Rate and ranges to start the sensor with for the test. */
extern const struct wire_config selftest_config;

/* Begins. */
void selftest_begin(struct selftest *test);

/* Takes a sample in. Returns true when a run is over: then call selftest_next.
 */
bool selftest_sample(struct selftest *test, const struct slots_sample *sample);

/* Judges the run that is over. Returns the CTRL5_C bits for the next run, or -1
 * if that was the last. */
int selftest_next(struct selftest *test, const struct selftest_facts *facts);

/* The sensor does not answer: the one result is that WHO_AM_I has failed. */
void selftest_fail(struct selftest *test, uint8_t who_am_i);

/* Says that no more results will come. */
void selftest_end(struct selftest *test);

/* Copies out what there is so far. */
void selftest_results(const struct selftest *test, struct wire_selftest *out);

#endif
