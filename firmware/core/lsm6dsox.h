/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LSM6DSOX driver: sets the sensor up for six axes at one rate and empties its
 * FIFO in batches. It never waits: each call does what is due and says when
 * the next is.
 *
 * Each slot of the FIFO carries its timestamp (three words a sample). That
 * costs a third of the FIFO and of the bus (80 % of a 400 kHz bus at 1667 Hz),
 * but every sample then proves its own place, so that a loss of any kind is
 * known at its exact index without holding samples back.
 *
 * Errors: a transfer that fails is tried three times, with the bus recovered
 * between. Where the bus stays dead the driver keeps trying; a sensor that
 * answers but is no longer set up is set up anew.
 *
 * Ownership: caller's storage. Threads: one at a time.
 */
#ifndef FIRMWARE_CORE_LSM6DSOX_H
#define FIRMWARE_CORE_LSM6DSOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/slots.h"
#include "firmware/core/tickclock.h"
#include "firmware/core/wire.h"

/* How the sensor is reached, and what time it is. read and write transfer `n`
 * bytes from register `reg` on and return 0, or -1 if the sensor did not
 * acknowledge or the bus is stuck. recover frees a stuck bus (nine clocks and
 * a stop). now_us is the controller's clock; it also is called from interrupt
 * context. */
struct imu_bus {
    void *ctx;
    int (*read)(void *ctx, uint8_t reg, uint8_t *out, size_t n);
    int (*write)(void *ctx, uint8_t reg, const uint8_t *in, size_t n);
    void (*recover)(void *ctx);
    uint64_t (*now_us)(void *ctx);
};

enum lsm6dsox_phase {
    LSM6DSOX_OFF,
    LSM6DSOX_RESET,    /* to be reset */
    LSM6DSOX_SETUP,    /* reset given, to be configured */
    LSM6DSOX_SETTLING, /* configured, FIFO still off */
    LSM6DSOX_RUNNING,
};

struct lsm6dsox {
    struct imu_bus bus;
    enum lsm6dsox_phase phase;
    struct wire_config config;
    uint64_t due_us;         /* when lsm6dsox_read has work */
    uint64_t settled_us;     /* when the FIFO may be enabled */
    uint64_t words_us;       /* when the FIFO last had words */
    uint64_t pair_us;        /* when the clock last had a pair */
    uint64_t temperature_us; /* when the temperature was last read */
    uint64_t last_ns;        /* controller's time of the last sample, 0: none */
    uint32_t period_ns;      /* a sample, as measured */
    uint32_t batch;          /* samples at the watermark */
    uint32_t left_words;     /* in the FIFO after the last read */
    uint32_t failures;       /* reads in a row that failed */
    uint32_t bus_errors;     /* transfers that failed, since init */
    uint32_t restarts;       /* times set up anew, since init */
    uint16_t carried;        /* causes that also hold for the next batch */
    int16_t temperature;     /* raw */
    int8_t freq_fine;
    uint8_t who_am_i;
    struct tickclock clock;
    struct slots slots;
};

/* Keeps a copy of `bus`. Does not touch it. */
void lsm6dsox_init(struct lsm6dsox *imu, const struct imu_bus *bus);

/* Asks who is there and how its oscillator was trimmed. Returns 0, or -1 if no
 * LSM6DSOX answers. */
int lsm6dsox_probe(struct lsm6dsox *imu);

/* Begins to measure: the next lsm6dsox_read sets the sensor up. `config` is
 * one that wire_get_config accepts. */
void lsm6dsox_start(struct lsm6dsox *imu, const struct wire_config *config);

/* Does what is due. Returns how many samples it read to `out`
 * (WIRE_SAMPLES_MAX), 0 if there was nothing to read, -1 if the sensor did not
 * answer. With `all`, also reads when below the watermark. */
int lsm6dsox_read(struct lsm6dsox *imu, bool all, struct slots_sample *out);

/* Ends measuring: switches FIFO and sensors off. Returns 0 or -1. */
int lsm6dsox_stop(struct lsm6dsox *imu);

/* Controller's time of a sample [ns]. */
uint64_t lsm6dsox_sample_ns(const struct lsm6dsox *imu, uint32_t ticks);

/* How many samples should have come between the last one and `ns`. */
uint32_t lsm6dsox_missing(const struct lsm6dsox *imu, uint64_t ns);

/* Electrostatic self-test on and off while running: bits of CTRL5_C. */
int lsm6dsox_actuate(struct lsm6dsox *imu, uint8_t bits);

#endif
