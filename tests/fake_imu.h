/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sensor just real enough for the rules of driver and band: registers, a FIFO
 * that fills as the clock goes on, and faults to order. What it measures tells
 * which sample it is. firmware/virtual has the real simulation.
 */
#ifndef TESTS_FAKE_IMU_H
#define TESTS_FAKE_IMU_H

#include <stdbool.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/lsm6dsox.h"
#include "firmware/core/lsm6dsox_regs.h"

enum { FAKE_BYTE_NS = 22500 }; /* nine bits at 400 kHz */

struct fake_imu {
    uint64_t ns;         /* controller's clock */
    double tick_ns;      /* true length of a tick */
    uint64_t origin_ns;  /* when the sensor's counter was 0 */
    uint64_t next_tick;  /* of the next sample */
    uint32_t first_tick; /* the counter at origin_ns */
    uint8_t regs[128];
    uint8_t fifo[LSM6DSOX_FIFO_WORDS][LSM6DSOX_WORD];
    unsigned used;    /* words in fifo; the oldest is first */
    uint32_t taken;   /* samples taken since the FIFO was enabled */
    unsigned invalid; /* of them the first ones not measured */
    unsigned nacks;   /* transfers to refuse */
    unsigned recoveries;
    unsigned flip_at; /* 1: the next FIFO word comes with a flipped bit */
    uint8_t flip;     /* the bit */
    bool still;       /* x does not count, as if at rest */
    uint16_t push;    /* on accelerometer x [LSB] */
    bool stuck;       /* actuation changes nothing */
    bool unlatched;   /* the counter goes on while it is read */
    bool wild;        /* next counter reading is far off */
};

static inline void fake_reset(struct fake_imu *imu)
{
    memset(imu->regs, 0, sizeof imu->regs);
    imu->regs[LSM6DSOX_WHO_AM_I] = LSM6DSOX_ID;
    imu->regs[LSM6DSOX_CTRL3_C] = LSM6DSOX_IF_INC;
    imu->origin_ns = imu->ns;
    imu->used = 0;
}

static inline void fake_init(struct fake_imu *imu)
{
    memset(imu, 0, sizeof *imu);
    imu->tick_ns = LSM6DSOX_TICK_NS;
    imu->ns = 5000000;
    fake_reset(imu);
}

static inline uint32_t fake_ticks(const struct fake_imu *imu)
{
    double ticks = (double)(imu->ns - imu->origin_ns) / imu->tick_ns;
    return imu->first_tick + (uint32_t)(uint64_t)ticks;
}

static inline void fake_word(struct fake_imu *imu, int tag,
                             const uint8_t data[6])
{
    uint8_t head = (uint8_t)((unsigned)tag << 3 | (imu->taken & 3) << 1);
    uint8_t *word = imu->fifo[LSM6DSOX_FIFO_WORDS - 1];

    if (imu->used == LSM6DSOX_FIFO_WORDS) {
        memmove(imu->fifo[0], imu->fifo[1],
                sizeof imu->fifo - sizeof imu->fifo[0]);
        imu->regs[LSM6DSOX_FIFO_STATUS2] |= LSM6DSOX_OVR_LATCHED;
    } else {
        word = imu->fifo[imu->used++];
    }
    word[0] = (uint8_t)(head | (__builtin_popcount(head) & 1));
    memcpy(word + 1, data, 6);
}

/* Accelerometer x and gyroscope x count the samples; z is 1 g at 4 g. */
static inline void fake_sample(struct fake_imu *imu)
{
    uint8_t data[6] = {0};
    uint8_t control = imu->regs[LSM6DSOX_CTRL5_C];
    int actuated_accel =
        (control & 3) != 0 && !imu->stuck ? 820 : 0; /* 100 mg */
    int actuated_gyro =
        (control & 12) != 0 && !imu->stuck ? 4286 : 0; /* 300 deg/s */
    bool invalid = imu->taken < imu->invalid;
    uint16_t number = imu->still ? 0 : (uint16_t)(imu->taken % 1000);

    put_u16(data, invalid ? 0x7FFE : (uint16_t)(number + actuated_gyro));
    put_u16(data + 2, (uint16_t)actuated_gyro);
    put_u16(data + 4, (uint16_t)actuated_gyro);
    fake_word(imu, LSM6DSOX_TAG_GYRO, data);
    put_u16(data, (uint16_t)(number + actuated_accel + imu->push));
    put_u16(data + 2, (uint16_t)actuated_accel);
    put_u16(data + 4, (uint16_t)(8197 + actuated_accel));
    fake_word(imu, LSM6DSOX_TAG_ACCEL, data);
    memset(data, 0, sizeof data);
    put_u32(data, imu->first_tick + (uint32_t)imu->next_tick);
    fake_word(imu, LSM6DSOX_TAG_TIMESTAMP, data);
    imu->taken++;
}

/* The clock goes on to `ns`; samples are taken on the way. */
static inline void fake_until(struct fake_imu *imu, uint64_t ns)
{
    unsigned rate = imu->regs[LSM6DSOX_CTRL1_XL] >> LSM6DSOX_RATE_SHIFT;
    bool stream = (imu->regs[LSM6DSOX_FIFO_CTRL4] & 7) == LSM6DSOX_FIFO_STREAM;
    uint64_t period = (uint64_t)LSM6DSOX_TICKS_1667
                      << (LSM6DSOX_RATE_1667 - rate);

    while (rate != 0) {
        double at =
            (double)imu->origin_ns + (double)imu->next_tick * imu->tick_ns;
        if (at > (double)ns) {
            break;
        }
        if (stream) {
            fake_sample(imu);
        }
        imu->next_tick += period;
    }
    imu->ns = ns > imu->ns ? ns : imu->ns;
}

static inline int fake_transfer(struct fake_imu *imu, size_t n)
{
    fake_until(imu, imu->ns + n * FAKE_BYTE_NS);
    if (imu->nacks > 0) {
        imu->nacks--;
        return -1;
    }
    return 0;
}

static inline void fake_pop(struct fake_imu *imu, uint8_t *out)
{
    memset(out, 0, LSM6DSOX_WORD);
    if (imu->used == 0) {
        return;
    }
    memcpy(out, imu->fifo[0], LSM6DSOX_WORD);
    memmove(imu->fifo[0], imu->fifo[1], sizeof imu->fifo - sizeof imu->fifo[0]);
    imu->used--;
    if (imu->flip_at > 0 && --imu->flip_at == 0) {
        out[0] ^= imu->flip;
    }
}

static inline int fake_read(void *ctx, uint8_t reg, uint8_t *out, size_t n)
{
    struct fake_imu *imu = ctx;

    /* The counter is read after address, register and address again. */
    fake_until(imu, imu->ns + 3 * FAKE_BYTE_NS);
    uint32_t ticks = fake_ticks(imu);
    if (fake_transfer(imu, n) < 0) {
        return -1;
    }
    if (reg == LSM6DSOX_FIFO_DATA_OUT_TAG) {
        for (size_t i = 0; i < n; i += LSM6DSOX_WORD) {
            fake_pop(imu, out + i);
        }
        return 0;
    }
    if (imu->regs[LSM6DSOX_CTRL10_C] == 0) {
        ticks = 0;
    }
    if (imu->unlatched) {
        ticks = (fake_ticks(imu) & ~UINT32_C(0xFF)) | (ticks & 0xFF);
    }
    put_u32(imu->regs + LSM6DSOX_TIMESTAMP0, ticks + (imu->wild ? 256 : 0));
    imu->wild = imu->wild && reg != LSM6DSOX_TIMESTAMP0;
    uint8_t *status = imu->regs + LSM6DSOX_FIFO_STATUS1;
    status[0] = (uint8_t)imu->used;
    status[1] = (uint8_t)((status[1] & LSM6DSOX_OVR_LATCHED) | imu->used >> 8);
    memcpy(out, imu->regs + reg, n);
    if (reg == LSM6DSOX_FIFO_STATUS1) {
        status[1] = 0;
    }
    return 0;
}

static inline int fake_write(void *ctx, uint8_t reg, const uint8_t *in,
                             size_t n)
{
    struct fake_imu *imu = ctx;

    if (fake_transfer(imu, n) < 0) {
        return -1;
    }
    memcpy(imu->regs + reg, in, n);
    if (reg == LSM6DSOX_CTRL3_C && (in[0] & LSM6DSOX_SW_RESET) != 0) {
        fake_reset(imu);
    }
    if (reg == LSM6DSOX_CTRL1_XL) {
        imu->next_tick = fake_ticks(imu) - imu->first_tick + 100;
    }
    if (reg == LSM6DSOX_FIFO_CTRL4) {
        imu->used = 0;
        imu->taken = 0;
    }
    return 0;
}

static inline void fake_recover(void *ctx)
{
    struct fake_imu *imu = ctx;
    imu->recoveries++;
}

static inline uint64_t fake_now_us(void *ctx)
{
    const struct fake_imu *imu = ctx;
    return imu->ns / 1000;
}

static inline struct imu_bus fake_bus(struct fake_imu *imu)
{
    return (struct imu_bus){.ctx = imu,
                            .read = fake_read,
                            .write = fake_write,
                            .recover = fake_recover,
                            .now_us = fake_now_us};
}

#endif
