/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Devices: one interface to a wristband, whether it is on USB or simulated. A
 * back-end is one file (device_usb.c, device_virtual.c) and one line in the
 * table of device.c.
 *
 * A device is named by its serial number, by "usb" or "" (the only one that is
 * there), or by "virtual" with, after a colon, a file that moves it: a motion
 * script (its name ends in .motion), a recording, or what import reads.
 * "virtual" alone plays the script SCRIPT_DEFAULT and then rests until it is
 * stopped; with a file, the stream ends where the motion does.
 *
 * Ownership: device_open gives an object, device_close frees it.
 * Threads: device_read and device_probe are called from one thread (the
 * recorder's reader); device_request may be called from another at any time.
 * Errors: negative enum error_code with a sentence.
 */
#ifndef ACQUIRE_DEVICE_H
#define ACQUIRE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"
#include "acquire/recording.h"
#include "firmware/core/wire.h"

struct device_entry {
    char id[64];    /* what --device takes */
    char where[64]; /* "usb 1-2.3", "simulated" */
    char what[192]; /* model, or why it cannot be used */
    bool usable;
};

/* What is there, at most `cap` entries; *count receives how many. That there
 * is no USB on this machine is no error here: *note receives a sentence. */
int device_list(struct device_entry *out, size_t cap, size_t *count,
                struct error *note);

struct device;

/* `simulate` are the virtual wristband's settings, "key=value,..." (see
 * simulate.h). NULL or "" for none; ERR_USAGE for a device that is not
 * virtual. */
int device_open(const char *name, const char *simulate, struct device **out,
                struct error *error);
void device_close(struct device *device);

/* True if `name` names a simulated device, of which there are as many as one
 * likes. */
bool device_is_virtual(const char *name);

void device_info(const struct device *device, struct wire_info *out);

/* A vendor request; `data` as in band_request. Returns bytes or an error. */
int device_request(struct device *device, const struct wire_setup *setup,
                   uint8_t *data, struct error *error);

int device_configure(struct device *device, const struct wire_config *config,
                     struct error *error);
int device_start(struct device *device, struct error *error);
int device_stop(struct device *device, struct error *error);
int device_status(struct device *device, struct wire_status *out,
                  struct error *error);

/* Waits up to `timeout_ms` for stream bytes. Returns how many were copied to
 * `out` (size WIRE_FRAME_MAX at least; 16 KiB is good), 0 on time-out, or an
 * error: ERR_DEVICE_LOST when it is gone. */
int device_read(struct device *device, uint8_t *out, size_t size,
                int timeout_ms, struct error *error);

/* Looks for a device that was lost (ERR_DEVICE_LOST of device_read): 1 if it is
 * back, whatever it now does; 0 if it is not; an error if it will not be. */
int device_reopen(struct device *device, struct error *error);

/* Starts the stream with the settings of the last device_configure. */
int device_restart(struct device *device, struct error *error);

/* Reads the device clock between two readings of the host's. */
int device_probe(struct device *device, struct recording_clock *out,
                 struct error *error);

/* The host's clock as this device sees it: the computer's for a real one and
 * for one that is simulated in real time, else a simulated one [ns]. */
int64_t device_now_ns(const struct device *device);

/* True if the device waits for the host (a simulation run as fast as it can):
 * then nothing is lost by reading late. */
bool device_waits(const struct device *device);

/* Truth of a scripted motion (firmware/virtual/script.h): writes
 * "kind,start_s,end_s,value,value2,note" rows to `path`. Returns 1 if there is
 * none to write, 0 when written. */
int device_write_truth(const struct device *device, const char *path,
                       struct error *error);

#endif
