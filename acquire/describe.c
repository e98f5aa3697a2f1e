/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/describe.h"

#include <stdio.h>
#include <time.h>

#include "acquire/uuid.h"

static const double GRAVITY = 9.80665;                     /* [m/s2] */
static const double DEGREE = 3.14159265358979323846 / 180; /* [rad] */

void describe_utc(int64_t utc_ns, char *out, size_t size)
{
    time_t seconds = (time_t)(utc_ns / 1000000000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t n = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out + n, size - n, ".%03dZ", (int)(utc_ns % 1000000000 / 1000000));
}

void describe_calibration(const struct wire_calibration *calibration, char *out,
                          size_t size)
{
    const int32_t *offset = calibration->offset_ug;
    const int32_t *gain = calibration->gain_ppm;
    char when[32];
    if (calibration->utc_s == 0) {
        snprintf(out, size, "none");
        return;
    }
    describe_utc((int64_t)calibration->utc_s * 1000000000, when, sizeof(when));
    snprintf(out, size,
             "six positions %.10s, not applied: true = (raw - offset) * gain, "
             "offset_mg %.2f %.2f %.2f, gain %.6f %.6f %.6f, residual_mg %.2f",
             when, offset[0] / 1e3, offset[1] / 1e3, offset[2] / 1e3,
             1 + gain[0] / 1e6, 1 + gain[1] / 1e6, 1 + gain[2] / 1e6,
             calibration->residual_ug / 1e3);
}

int describe_device(const struct device *device,
                    const struct wire_config *config,
                    const struct wire_calibration *calibration,
                    struct recording_info *info, struct error *error)
{
    struct wire_info band;
    device_info(device, &band);
    *info = (struct recording_info){
        .has_accel = true,
        .has_gyro = true,
        .accel_range_g = config->accel_g,
        .gyro_range_dps = config->gyro_dps,
        .accel_scale = wire_accel_ug_per_lsb(config->accel_g) * 1e-6 * GRAVITY,
        .gyro_scale = wire_gyro_udps_per_lsb(config->gyro_dps) * 1e-6 * DEGREE,
        .rate_nominal_hz = config->rate_hz,
        .software = "carpus " CARPUS_VERSION,
    };
    describe_calibration(calibration, info->calibration,
                         sizeof(info->calibration));
    snprintf(info->serial, sizeof(info->serial), "%s", band.serial);
    snprintf(info->model, sizeof(info->model), "%s", band.model);
    snprintf(info->firmware, sizeof(info->firmware), "%u.%u.%u",
             band.firmware[0], band.firmware[1], band.firmware[2]);
    return uuid_new(info->uuid) == 0
               ? 0
               : error_set(error, ERR_INTERNAL,
                           "the system has no random numbers");
}
