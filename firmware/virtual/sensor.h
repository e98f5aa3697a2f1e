/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A simulated LSM6DSOX: the registers, FIFO, time and noise that a driver sees
 * on the bus, moved by a motion source that is sampled at the sensor's own
 * sample instants.
 *
 * What is as in the data sheet: registers with their reset values and
 * read-only bits, software reset, boot time, address increment with the FIFO's
 * wrap from 0x7E to 0x78; output and batch data rates; full-scale ranges,
 * quantisation and clipping; a FIFO of 512 tagged words with slot counter and
 * parity, watermark, full and latched overrun flags, in bypass, FIFO and
 * continuous mode; time stamps and temperature in the FIFO; INTERNAL_FREQ_FINE
 * as near to the oscillator's error as its steps allow; INT1; self-test; noise
 * density. What is left out: low-power modes, the filters' group delay, FIFO
 * compression and triggered FIFO modes (taken as bypass), INT2, the embedded
 * functions.
 *
 * Order within a slot of the FIFO, which the data sheet leaves open: time
 * stamp, gyroscope, accelerometer, temperature.
 *
 * Ownership: caller's storage; the motion source is borrowed. Threads: one at
 * a time. Time is the simulation's, in nanoseconds, and must not go back.
 */
#ifndef FIRMWARE_VIRTUAL_SENSOR_H
#define FIRMWARE_VIRTUAL_SENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/virtual/fifo.h"
#include "firmware/virtual/motion.h"

enum { SENSOR_REGISTERS = 128 };

struct sensor_config {
    uint64_t seed;
    double rate_error;        /* of the oscillator, -0.1 .. 0.1 */
    bool no_noise;            /* quantisation and clipping only */
    unsigned startup_samples; /* wrong ones after an output rate is set */
    uint32_t first_ticks;     /* that the time stamp begins with */
    struct motion_source *motion;
    /* Called for each sample of both sensors as it goes into the FIFO: how
     * many went there since the FIFO was last enabled. NULL: none. */
    void (*on_sample)(void *ctx, uint64_t since_enabled,
                      const int16_t sample[6]);
    void *on_sample_ctx;
};

struct sensor {
    struct sensor_config config;
    uint8_t reg[SENSOR_REGISTERS];
    int64_t now_ns;
    int64_t ready_ns;        /* answers on the bus from then on */
    int64_t reset_ns;        /* SW_RESET reads as set until then */
    int64_t motion_start_ns; /* INT64_MAX: not yet */
    bool motion_failed;

    int64_t slot_zero_ns; /* instant of slot 0 of this output rate */
    int64_t slot_ns;      /* instant of the next slot, INT64_MAX: off */
    double slot_period_ns;
    uint64_t slot;         /* number of the next slot */
    uint64_t settled_slot; /* the first with a right sample */
    uint64_t noise;        /* random numbers used so far */
    uint64_t noise_seed;

    int64_t stamp_zero_ns; /* when the time stamp was 0 */
    int16_t sample[6];     /* latest: accelerometer, gyroscope [LSB] */
    int16_t temperature;   /* [1/256 C from 25 C] */

    struct fifo fifo;      /* its faults may be set from outside */
    uint64_t fifo_samples; /* of both sensors, since it was enabled */
};

/* A sensor that has had power for a while: it answers at once. */
void sensor_init(struct sensor *sensor, const struct sensor_config *config,
                 int64_t now_ns);

/* The motion begins at `now_ns`; before, the sensor sees its first instant. */
void sensor_start_motion(struct sensor *sensor, int64_t now_ns);

/* When the next sample is due, INT64_MAX while powered down. */
int64_t sensor_next_ns(const struct sensor *sensor);

/* Takes all samples due up to `now_ns`, that one included. */
void sensor_advance(struct sensor *sensor, int64_t now_ns);

/* Level of INT1. */
bool sensor_int1(const struct sensor *sensor);

/* A bus transfer at the present time. Returns false if the sensor does not
 * acknowledge, as while it boots. */
bool sensor_read(struct sensor *sensor, uint8_t address, uint8_t *data,
                 size_t size);
bool sensor_write(struct sensor *sensor, uint8_t address, const uint8_t *data,
                  size_t size);

/* Loses power for a moment: registers, FIFO and time stamp begin anew. */
void sensor_power_cycle(struct sensor *sensor);

/* True output data rate in force [Hz], 0 if powered down. */
double sensor_rate_hz(const struct sensor *sensor);

#endif
