/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_devices.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "acquire/describe.h"
#include "acquire/requests.h"
#include "acquire/simulate.h"

enum { SIMULATE = 4096 + 32 };

static bool is_nameless(const char *name)
{
    return name[0] == '\0' || strcmp(name, "usb") == 0;
}

static int check_pair(const struct record_device *a,
                      const struct record_device *b, struct error *error)
{
    if (!device_is_virtual(a->name) && strcmp(a->name, b->name) == 0) {
        return error_set(error, ERR_USAGE,
                         "--device: '%s' is given twice; each device records "
                         "once",
                         a->name);
    }
    if (a->placement == b->placement && a->placement != PLACEMENT_OTHER) {
        return error_set(error, ERR_USAGE,
                         "two devices cannot both be on the %s; give each its "
                         "own --wrist or --placement after its --device",
                         placement_name(a->placement));
    }
    return 0;
}

static bool same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    if (a[0] == '\0' || strcmp(a, b) == 0) {
        return a[0] != '\0';
    }
    return stat(a, &one) == 0 && stat(b, &other) == 0 &&
           one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

/* A real wristband is none that is simulated, and as fast as time. */
static int simulated(const struct record_device *device, struct simulate *out,
                     struct error *error)
{
    return simulate_parse(
        device_is_virtual(device->name) ? device->simulate : NULL, out, error);
}

/* Two lives at different speeds have no common time line, and two wristbands
 * no common flash. */
static int check_simulated(const struct record_device *a,
                           const struct record_device *b, struct error *error)
{
    struct simulate one = {.speed = 1};
    struct simulate other = {.speed = 1};
    int err = simulated(a, &one, error);
    if (err == 0) {
        err = simulated(b, &other, error);
    }
    if (err < 0) {
        return err;
    }
    if (one.speed != other.speed) {
        return error_set(error, ERR_USAGE,
                         "--simulate: devices that record together run at one "
                         "speed; write speed= before the first --device, where "
                         "it is of all (wristbands on USB run at 1)");
    }
    if (same_file(one.flash, other.flash) ||
        same_file(one.samples, other.samples)) {
        return error_set(
            error, ERR_USAGE,
            "--simulate: '%.200s' is given to two devices; each "
            "has a %s file of its own",
            same_file(one.flash, other.flash) ? one.flash : one.samples,
            same_file(one.flash, other.flash) ? "flash=" : "samples=");
    }
    return 0;
}

int record_devices_check(const struct record_devices *devices,
                         struct error *error)
{
    int err = 0;
    for (size_t i = 0; err == 0 && i < devices->count; i++) {
        const struct record_device *device = &devices->device[i];
        if (devices->count > 1 && is_nameless(device->name)) {
            return error_set(error, ERR_USAGE,
                             "--device: of several devices each needs its "
                             "serial number; `carpus devices` lists them");
        }
        for (size_t k = 0; err == 0 && k < i; k++) {
            err = check_pair(&devices->device[k], device, error);
            if (err == 0) {
                err = check_simulated(&devices->device[k], device, error);
            }
        }
    }
    return err;
}

/* Simulated devices get serial numbers in turn, unless one is given. */
static int open_device(const struct record_devices *devices, size_t i,
                       struct device **out, struct error *error)
{
    const struct record_device *device = &devices->device[i];
    char simulate[SIMULATE];
    if (i == 0 || !device_is_virtual(device->name)) {
        return device_open(device->name, device->simulate, out, error);
    }
    snprintf(simulate, sizeof(simulate), "serial=VIRTUAL%04zu,%s", i + 1,
             device->simulate != NULL ? device->simulate : "");
    return device_open(device->name, simulate, out, error);
}

static int check_serial(const struct record_devices *devices, size_t i,
                        struct error *error)
{
    const struct record_device *device = devices->device;
    for (size_t k = 0; k < i; k++) {
        if (strcmp(device[k].info.serial, device[i].info.serial) == 0) {
            return error_set(error, ERR_USAGE,
                             "it is the same wristband as '%s' (%s); each "
                             "records once",
                             device[k].name, device[k].info.serial);
        }
    }
    return 0;
}

static int describe(struct record_device *device,
                    const struct wire_config *config,
                    const struct recording_info *common, struct error *error)
{
    struct wire_calibration calibration;
    struct recording_info *info = &device->info;
    int err = request_calibration(device->device, &calibration, error);
    if (err == 0) {
        err =
            describe_device(device->device, config, &calibration, info, error);
    }
    info->placement = device->placement;
    memcpy(info->created_utc, common->created_utc, sizeof(info->created_utc));
    memcpy(info->participant, common->participant, sizeof(info->participant));
    memcpy(info->label, common->label, sizeof(info->label));
    memcpy(info->notes, common->notes, sizeof(info->notes));
    return err;
}

static int set_up(struct record_devices *devices, size_t i,
                  const struct wire_config *config,
                  const struct recording_info *common, struct error *error)
{
    struct record_device *device = &devices->device[i];
    int err = open_device(devices, i, &device->device, error);
    if (err == 0) {
        err = device_configure(device->device, config, error);
    }
    if (err == 0) {
        err = describe(device, config, common, error);
    }
    if (err == 0) {
        err = check_serial(devices, i, error);
    }
    /* One recording has one name. */
    memcpy(device->info.uuid, devices->device[0].info.uuid,
           sizeof(device->info.uuid));
    return err;
}

int record_devices_open(struct record_devices *devices,
                        const struct wire_config *config,
                        const struct recording_info *common,
                        struct error *error)
{
    for (size_t i = 0; i < devices->count; i++) {
        struct error why = {0};
        int err = set_up(devices, i, config, common, &why);
        if (err < 0 && devices->count > 1) {
            return error_set(error, err, "--device %s: %s; nothing is recorded",
                             devices->device[i].name, why.text);
        }
        if (err < 0) {
            *error = why;
            return err;
        }
    }
    return 0;
}

void record_devices_close(struct record_devices *devices)
{
    for (size_t i = 0; i < devices->count; i++) {
        device_close(devices->device[i].device);
        devices->device[i].device = NULL;
    }
}

const char *record_device_nickname(const struct record_device *device)
{
    switch (device->placement) {
    case PLACEMENT_LEFT_WRIST:
        return "left";
    case PLACEMENT_RIGHT_WRIST:
        return "right";
    case PLACEMENT_OTHER:
        return device->info.serial;
    default:
        return placement_name(device->placement);
    }
}
