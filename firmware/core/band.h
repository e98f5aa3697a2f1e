/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wristband: everything the firmware does that does not depend on the
 * board. It sets the IMU up, empties its FIFO into a ring of frames, hands
 * those to USB, and answers vendor requests. The board (firmware/nano_rp2040)
 * and the virtual wristband (firmware/virtual) are two ways of calling it.
 *
 * Ownership: the caller owns struct band and the ring's memory; nothing is
 * allocated. Everything outside is reached through struct band_io.
 *
 * Threads: band_poll is called from one context (the main loop). band_request
 * and band_frame may interrupt band_poll (USB interrupt) but not each other;
 * requests that need the IMU are only noted there and carried out by the next
 * band_poll.
 *
 * With flash (flash.h) it also keeps settings (settings.h) and logs (log.h)
 * what it measures while no host is there: from a button, a host's request or
 * motion on. Motion is watched for at 26 Hz, and only while no host is there.
 * Flash is touched by band_poll's context alone.
 *
 * Errors: bus errors are retried, then counted and marked in the stream as
 * lost samples; the IMU is set up anew where that does not help. Nothing here
 * blocks for longer than one FIFO read, or one erase of a flash sector.
 */
#ifndef FIRMWARE_CORE_BAND_H
#define FIRMWARE_CORE_BAND_H

#include "firmware/core/flash.h"
#include "firmware/core/logger.h"
#include "firmware/core/lsm6dsox.h"
#include "firmware/core/ring.h"
#include "firmware/core/selftest.h"
#include "firmware/core/wire.h"

/* What the board gives. `bus` may sleep until its interrupt comes. */
struct band_io {
    struct imu_bus bus;              /* the IMU's I2C bus and the clock */
    void (*led)(void *ctx, bool on); /* the board's LED */
    /* Supply in mV (0: not measured); sets whether USB gives the power.
     * Called by band_request. */
    uint16_t (*supply)(void *ctx, bool *on_usb_power);
    /* The button is held down; NULL: there is none. A change of it must have
     * band_poll called, which asks, and asks again to let it settle. */
    bool (*button)(void *ctx);
    /* A host has configured the device; NULL: never. Likewise. */
    bool (*attached)(void *ctx);
    /* Resets into the boot loader, for a new image; NULL: cannot. Called by
     * band_poll; does not return on a board. */
    void (*update)(void *ctx);
    void *ctx; /* of all these */
};

struct band_config {
    struct band_io io;
    uint8_t *ring;             /* borrowed for the life of the band */
    uint32_t ring_bytes;       /* a power of two, 4096 at least */
    const struct flash *flash; /* borrowed; NULL: this board has none */
    struct wire_image image;   /* zeros where there is none */
    char serial[21];
    char model[33];
    uint8_t firmware[3];
};

/* A request noted for band_poll; written in band_request's context. */
struct band_note {
    uint8_t request; /* enum wire_request */
    uint16_t value;
    uint64_t ns;                         /* when it came */
    struct wire_config config;           /* as wanted then */
    uint8_t data[WIRE_CALIBRATION_SIZE]; /* that came with it */
};

enum { BAND_NOTES = 8 }; /* a power of two */

enum band_phase {
    BAND_IDLE,
    BAND_STREAMING,
    BAND_DRAINING, /* stop requested: the FIFO's rest, then END */
    BAND_ENDING,   /* END waits for room in the ring */
    BAND_TESTING,
    BAND_LOGGING,
    BAND_SENDING, /* a record of the log, or a pattern */
};

/* Numbers of one stream, for the status. */
struct band_counts {
    uint64_t samples;
    uint32_t lost_fifo;
    uint32_t lost_bus;
    uint32_t lost_ring;
};

/* What is shown to the host. */
struct band_show {
    struct wire_status status;
    struct wire_log log;
    struct wire_record record;
    struct wire_calibration record_calibration;
};

/* All fields are private to band.c. */
struct band {
    struct band_config config;
    struct ring ring;

    /* band_request's: what is wanted, and notes up to it. */
    struct settings wanted;
    uint32_t noted_phase; /* enum band_phase after the last note */
    struct band_note notes[BAND_NOTES];
    _Atomic uint32_t noted;

    /* band_poll's, read by band_request. */
    _Atomic uint32_t done;    /* notes carried out */
    _Atomic uint32_t settled; /* notes whose outcome is shown */
    _Atomic uint32_t phase;   /* enum band_phase */
    _Atomic uint32_t silent;  /* the sensor does not answer */
    _Atomic uint32_t shown;   /* which of `shows` is valid: its low bit */
    struct band_show shows[2];

    /* band_poll's alone. */
    struct lsm6dsox imu;
    struct logger logger;
    struct selftest test;
    uint32_t test_tag_errors; /* when the test began */
    int32_t test_flash;       /* its result, likewise */
    struct band_counts counts;
    struct wire_frame frame; /* being filled */
    uint64_t index;          /* of the next sample */
    uint32_t sequence;
    uint32_t lost;         /* not told yet: to go with the next frame */
    uint16_t flags;        /* likewise */
    bool watching;         /* for motion; the sensor runs for that alone */
    uint32_t pattern;      /* frames of a pattern still to send */
    uint32_t pattern_next; /* sequence of the next one */
    bool unsent;           /* `frame` is of a record and not in the ring yet */
    bool probed;
    bool led_on;
    uint64_t blink_until_us;
    uint64_t blink_us;  /* next change of the LED */
    uint64_t end_us;    /* when END, or what is sent, is tried again */
    uint64_t update_us; /* when to go to the boot loader */
    struct slots_sample samples[WIRE_SAMPLES_MAX];
    uint8_t out[WIRE_FRAME_MAX];
};

/* Prepares `band` from `config` (copied; ring and flash are borrowed): mounts
 * the log. Does not touch the bus: the first band_poll does. */
void band_init(struct band *band, const struct band_config *config);

/* Does what is due: carries out noted requests, empties the FIFO when at its
 * watermark, logs, blinks. Call it when the IMU's interrupt pin rises, when the
 * button or the host comes or goes, and at the latest when band_deadline_us()
 * comes. */
void band_poll(struct band *band);

/* Returns the device clock [us] at which band_poll is due even without an
 * interrupt, UINT64_MAX if only a request can make work. */
uint64_t band_deadline_us(const struct band *band);

/* Copies the next whole frame to `out` (WIRE_FRAME_MAX bytes) and removes it
 * from the ring. Returns its length [bytes], 0 if there is none. */
size_t band_frame(struct band *band, uint8_t *out);

/* Answers a vendor request. For IN, writes at most setup->length bytes to
 * `data` (64 bytes at least); for OUT, `data` holds setup->length bytes.
 * Returns the bytes to send (0 for OUT), or -1 to stall. */
int band_request(struct band *band, const struct wire_setup *setup,
                 uint8_t *data);

#endif
