/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * I2C0 on GPIO12 (data) and 13 (clock), 400 kHz, to the IMU. A transfer sleeps
 * until the interrupt says that it is over, and gives up when it takes much
 * longer than it should. From the main loop only.
 */
#ifndef FIRMWARE_NANO_RP2040_I2C_H
#define FIRMWARE_NANO_RP2040_I2C_H

#include <stddef.h>
#include <stdint.h>

void i2c_init(void);

/* Functions of struct imu_bus (firmware/core/lsm6dsox.h); `ctx` is not used. A
 * write takes I2C_WRITE_MAX bytes at most. */
enum { I2C_WRITE_MAX = 15 };
int i2c_read(void *ctx, uint8_t reg, uint8_t *out, size_t n);
int i2c_write(void *ctx, uint8_t reg, const uint8_t *in, size_t n);
void i2c_recover(void *ctx);

#endif
