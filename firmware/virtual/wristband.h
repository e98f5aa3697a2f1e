/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtual wristband: firmware/core running on this computer against a
 * simulated LSM6DSOX (sensor.h), moved by a motion source. It lives on a
 * virtual clock that only wristband_run moves: the same seed, motion and calls
 * give the same bytes, however fast it is run. It jumps from sample to sample
 * and lets bus transfers take their time at 400 kHz, and flash what its data
 * sheet calls typical.
 *
 * Ownership: wristband_new copies its configuration, takes the motion source
 * (it calls release in wristband_free, and itself where it fails) and gives a
 * heap object.
 * Threads: one at a time.
 * Errors: -1 with errno ENOMEM or EINVAL; a motion source that fails ends the
 * stream as if the motion were over, and wristband_failed() says so.
 */
#ifndef FIRMWARE_VIRTUAL_WRISTBAND_H
#define FIRMWARE_VIRTUAL_WRISTBAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/flash.h"
#include "firmware/core/wire.h"
#include "firmware/virtual/motion.h"

enum wristband_fault_kind {
    FAULT_STALL, /* firmware does not run for `amount` s: FIFO overruns */
    FAULT_NACK,  /* the next `amount` bus transfers are not acknowledged */
    FAULT_STUCK, /* SDA held low until recovered `amount` times */
    FAULT_TAG,   /* `amount` FIFO words come with a flipped tag bit */
    FAULT_DROP,  /* `amount` FIFO words vanish (tag counter skips) */
    FAULT_RESET, /* the sensor loses power for a moment (registers reset) */
    FAULT_DEAF,  /* host does not fetch frames for `amount` s: ring fills */
    FAULT_KINDS
};

struct wristband_fault {
    enum wristband_fault_kind kind;
    double at_s;   /* from the start of the motion [s] */
    double amount; /* see the kind */
};

/* Every sample of the stream that the sensor put into its FIFO, whether or not
 * it arrives. `index` is that of the stream: sample k of a frame is sample
 * frame.index + k here, exactly. Start-up samples, which the firmware drops,
 * are left out. Only where the sensor was set up anew (WIRE_RESTARTED) is the
 * index by the clock on both sides, and may differ by one or two from then
 * on. */
typedef void wristband_sample_fn(void *ctx, uint64_t index,
                                 const int16_t sample[6]);

/* Flash of the band, in memory that outlasts it if the caller wants it to. */
struct wristband_flash {
    uint8_t *bytes; /* borrowed, sectors * FLASH_SECTOR; erased: 0xFF */
    uint32_t sectors;
};

enum { WRISTBAND_PRESSES = 16 };

struct wristband_config {
    const char *serial; /* NULL: "VIRTUAL0001" */
    uint8_t firmware[3];
    struct wire_image image;  /* that it says it runs; zeros: none */
    uint64_t seed;            /* of the noise */
    double rate_error;        /* of the sensor's oscillator, +-0.1 */
    double clock_error_ppm;   /* of the controller's clock */
    bool no_noise;            /* quantisation and clipping only */
    unsigned startup_samples; /* wrong ones the sensor emits first */
    uint32_t first_ticks;     /* the sensor's counter when it is set up: */
    uint64_t first_us;        /* and the controller's at power-on, for what
                               * happens where they come round */
    uint32_t ring_bytes;      /* 0: 192 KiB down to a power of two */
    const struct wristband_fault *faults; /* copied */
    size_t fault_count;
    struct wristband_flash flash; /* sectors 0: the band has none */
    /* When the button is pressed, for 0.2 s [s from wristband_new, rising]. */
    double presses[WRISTBAND_PRESSES];
    size_t press_count;
    bool alone; /* no host is there until wristband_attach */
    wristband_sample_fn *on_sample; /* NULL: none */
    void *on_sample_ctx;
};

struct wristband;

int wristband_new(const struct wristband_config *config,
                  struct motion_source motion, struct wristband **out);
void wristband_free(struct wristband *band);

/* A host comes. */
void wristband_attach(struct wristband *band);

/* The band has gone to its boot loader. */
bool wristband_updating(const struct wristband *band);

/* Moves the virtual clock on to `until_ns` (host time, 0 at wristband_new) and
 * lets the firmware do what falls due; a transfer under way is finished. The
 * motion starts with the first sample of the first stream or record of the log
 * (or that motion is watched for with), so that its times are those of the
 * recording; when it is over the stream ends by itself. A
 * later stream goes on where the motion is by then. */
void wristband_run(struct wristband *band, int64_t until_ns);

/* Virtual host time [ns]. The device's own clock differs by its error. */
int64_t wristband_now_ns(const struct wristband *band);

/* A vendor request, as band_request. */
int wristband_request(struct wristband *band, const struct wire_setup *setup,
                      uint8_t *data);

/* Copies out whole frames, `size` bytes at most (WIRE_FRAME_MAX at least).
 * Returns the bytes copied. */
size_t wristband_read(struct wristband *band, uint8_t *out, size_t size);

/* The motion source failed before its end. */
bool wristband_failed(const struct wristband *band);

#endif
