/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LSM6DSOX registers and constants that carpus uses, for the driver and for
 * the simulated sensor. Sources: data sheets DS12814 (LSM6DSOX) and DS12140
 * (LSM6DSO, its sister), application notes AN5272 and AN5192.
 *
 * FIFO. A word is 7 bytes: a tag and six bytes of data, read from 0x78 on; a
 * longer read goes on at 0x78 with the next word. The tag is
 *
 *   bits 7:3 which sensor (enum lsm6dsox_tag)
 *   bits 2:1 TAG_CNT, counts time slots modulo 4; all words of one time slot
 *            have the same
 *   bit  0   parity: the number of ones in the whole tag byte is even
 *
 * Time slots follow each other at the batch data rate. With timestamps batched
 * in each slot and both sensors at one rate, a slot is three words: gyroscope,
 * accelerometer, timestamp, in whatever order. A timestamp word has the 32-bit
 * counter in its first four bytes, little-endian. FIFO_STATUS1 and 2 count
 * words. In stream mode the newest word takes the place of the oldest when all
 * 512 are used; FIFO_OVR_LATCHED then stays set until FIFO_STATUS2 is read.
 *
 * Time. One oscillator makes both the timestamp (40 kHz nominal, 25 us) and the
 * output rates (6667 Hz / 2^n, which is 40 kHz / (6 * 2^n)): between two
 * samples there is always the same whole number of ticks, however far the
 * oscillator is off. INTERNAL_FREQ_FINE tells how far it is off after trimming.
 */
#ifndef FIRMWARE_CORE_LSM6DSOX_REGS_H
#define FIRMWARE_CORE_LSM6DSOX_REGS_H

enum lsm6dsox_register {
    LSM6DSOX_FIFO_CTRL1 = 0x07, /* watermark, bits 7:0 [words] */
    LSM6DSOX_FIFO_CTRL2 = 0x08, /* bit 0: watermark bit 8 */
    LSM6DSOX_FIFO_CTRL3 = 0x09, /* batch rates: 7:4 gyro, 3:0 accel */
    LSM6DSOX_FIFO_CTRL4 = 0x0A, /* 7:6 timestamp, 2:0 mode */
    LSM6DSOX_INT1_CTRL = 0x0D,  /* bit 3: watermark on pin INT1 */
    LSM6DSOX_WHO_AM_I = 0x0F,
    LSM6DSOX_CTRL1_XL = 0x10, /* 7:4 rate, 3:2 range */
    LSM6DSOX_CTRL2_G = 0x11,  /* 7:4 rate, 3:2 range, 1: 125 deg/s */
    LSM6DSOX_CTRL3_C = 0x12,
    LSM6DSOX_CTRL5_C = 0x14, /* self-test: 3:2 gyro, 1:0 accel */
    LSM6DSOX_CTRL10_C = 0x19,
    LSM6DSOX_OUT_TEMP_L = 0x20,   /* int16, 256 LSB per degree, 0 is 25 C */
    LSM6DSOX_FIFO_STATUS1 = 0x3A, /* words in the FIFO, bits 7:0 */
    LSM6DSOX_FIFO_STATUS2 = 0x3B, /* bits 1:0: words, bits 9:8 */
    LSM6DSOX_TIMESTAMP0 = 0x40,   /* 32 bits, little-endian [ticks] */
    LSM6DSOX_TIMESTAMP2 = 0x42,   /* writing 0xAA sets the counter to 0 */
    LSM6DSOX_INTERNAL_FREQ_FINE = 0x63, /* int8 */
    LSM6DSOX_FIFO_DATA_OUT_TAG = 0x78,
};

enum lsm6dsox_bit {
    LSM6DSOX_ID = 0x6C,               /* WHO_AM_I */
    LSM6DSOX_RATE_SHIFT = 4,          /* CTRL1_XL, CTRL2_G */
    LSM6DSOX_RANGE_SHIFT = 2,         /* CTRL1_XL, CTRL2_G */
    LSM6DSOX_SW_RESET = 1 << 0,       /* CTRL3_C; clears itself in 50 us */
    LSM6DSOX_IF_INC = 1 << 2,         /* CTRL3_C; set after reset */
    LSM6DSOX_BDU = 1 << 6,            /* CTRL3_C */
    LSM6DSOX_BOOT = 1 << 7,           /* CTRL3_C */
    LSM6DSOX_ST_XL_POSITIVE = 1 << 0, /* CTRL5_C */
    LSM6DSOX_ST_G_POSITIVE = 1 << 2,  /* CTRL5_C */
    LSM6DSOX_TIMESTAMP_EN = 1 << 5,   /* CTRL10_C; the counter runs */
    LSM6DSOX_INT1_FIFO_TH = 1 << 3,   /* INT1_CTRL */
    LSM6DSOX_FIFO_BYPASS = 0,         /* FIFO_CTRL4; empties the FIFO */
    LSM6DSOX_FIFO_STREAM = 6,         /* FIFO_CTRL4 */
    LSM6DSOX_TS_EACH_SLOT = 1 << 6,   /* FIFO_CTRL4; 2 << 6: /8, 3 << 6: /32 */
    LSM6DSOX_DIFF_HIGH = 0x03,        /* FIFO_STATUS2 */
    LSM6DSOX_OVR_LATCHED = 1 << 3,    /* FIFO_STATUS2; cleared by reading */
    LSM6DSOX_FIFO_FULL = 1 << 5,      /* FIFO_STATUS2 */
    LSM6DSOX_OVR = 1 << 6,            /* FIFO_STATUS2 */
    LSM6DSOX_WTM = 1 << 7,            /* FIFO_STATUS2 */
    LSM6DSOX_TIMESTAMP_RESET = 0xAA,  /* into TIMESTAMP2 */
};

enum lsm6dsox_tag {
    LSM6DSOX_TAG_GYRO = 0x01,
    LSM6DSOX_TAG_ACCEL = 0x02,
    LSM6DSOX_TAG_TEMPERATURE = 0x03,
    LSM6DSOX_TAG_TIMESTAMP = 0x04,
    LSM6DSOX_TAG_CONFIG_CHANGE = 0x05,
    LSM6DSOX_TAG_SENSOR_SHIFT = 3,
    LSM6DSOX_TAG_COUNT_SHIFT = 1,
};

/* Codes of rates and ranges; rates in CTRL1_XL, CTRL2_G and FIFO_CTRL3. */
enum lsm6dsox_code {
    LSM6DSOX_RATE_OFF = 0,
    LSM6DSOX_RATE_26 = 2,
    LSM6DSOX_RATE_52 = 3,
    LSM6DSOX_RATE_104 = 4,
    LSM6DSOX_RATE_208 = 5,
    LSM6DSOX_RATE_416 = 6,
    LSM6DSOX_RATE_833 = 7,
    LSM6DSOX_RATE_1667 = 8,
    LSM6DSOX_ACCEL_2G = 0,
    LSM6DSOX_ACCEL_16G = 1, /* the codes do not rise with the range */
    LSM6DSOX_ACCEL_4G = 2,
    LSM6DSOX_ACCEL_8G = 3,
    LSM6DSOX_GYRO_250 = 0,
    LSM6DSOX_GYRO_500 = 1,
    LSM6DSOX_GYRO_1000 = 2,
    LSM6DSOX_GYRO_2000 = 3,
};

enum {
    LSM6DSOX_WORD = 7,             /* bytes of a FIFO word */
    LSM6DSOX_FIFO_WORDS = 512,     /* 3 KiB + tags */
    LSM6DSOX_SLOT_WORDS = 3,       /* gyroscope, accelerometer, timestamp */
    LSM6DSOX_TICK_NS = 25000,      /* nominal */
    LSM6DSOX_TICK_TRIM_PS = 37500, /* a tick is shorter by this for each step
                                    * of INTERNAL_FREQ_FINE (0.15 %) [ps] */
    LSM6DSOX_TICKS_1667 = 24,      /* ticks a sample; doubles with each rate
                                    * below: 48 at 833 ... 1536 at 26 Hz */
    LSM6DSOX_INVALID = 0x7FFD,     /* values from here on in the first samples
                                    * after power-up are not measured */
};

#endif
