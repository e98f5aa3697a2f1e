/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logger: the band's part that uses flash. It keeps the settings, and decides
 * when a record begins and ends: on the host's request, a press of the button,
 * motion or its absence, the end of the room there is. It does not know the
 * sensor; band.c brings it samples and takes frames.
 *
 * Ownership: caller's storage; the flash is borrowed. Threads: one at a time
 * (band_poll's).
 */
#ifndef FIRMWARE_CORE_LOGGER_H
#define FIRMWARE_CORE_LOGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/log.h"
#include "firmware/core/settings.h"
#include "firmware/core/watch.h"

/* A button that settles: contacts bounce for some milliseconds. */
struct button {
    bool down;          /* as last seen */
    bool held;          /* settled */
    uint64_t settle_us; /* when `down` counts, UINT64_MAX: it does */
};

struct logger {
    const struct flash *flash;
    struct settings settings;
    struct log log;
    struct log_reader reader;
    struct watch watch;
    struct button button;
    uint32_t first_record; /* since reset */
    uint64_t clock_ns;     /* a pair of clocks: the host's word; 0: none */
    uint64_t utc_ns;
    uint8_t firmware[3];
    uint8_t began;  /* enum wire_cause of the record that goes on */
    uint8_t ending; /* enum wire_cause: it is to end; 0: not yet */
    bool failed;    /* the last request did not come to its end */
    struct wire_record looked_up;
    struct wire_calibration looked_up_calibration;
};

/* How the sensor is to measure while motion is watched for. */
extern const struct wire_config logger_watch_config;

/* Mounts the log and loads the settings; what was never saved is as in
 * `settings`. `flash` may be NULL. */
void logger_init(struct logger *logger, const struct flash *flash,
                 const struct settings *settings, const uint8_t firmware[3]);

/* True if this board has flash. */
bool logger_exists(const struct logger *logger);

/* Saves the settings as they are now. */
void logger_save(struct logger *logger);

/* Begins a record; returns whether it has. */
bool logger_begin(struct logger *logger, uint8_t cause, uint64_t now_ns);

/* Takes a sample in. Afterwards `ending` may be set. */
void logger_add(struct logger *logger, const struct log_sample *sample);

/* Ends the record; see log_end. */
void logger_end(struct logger *logger, const struct log_sample *end);

/* Looks a record up, for the host. */
void logger_look(struct logger *logger, uint32_t record);

/* Erases all records, if `record` is the newest. */
void logger_erase(struct logger *logger, uint32_t record);

/* Begins to read a record out; then log_next of `reader`. */
bool logger_read(struct logger *logger, const struct wire_log_read *read);

/* Motion is to begin a record, and there is room for one. */
bool logger_watches(const struct logger *logger);

/* Takes the button in; returns whether this is a press that counts. Call again
 * at button.settle_us. */
bool logger_button(struct logger *logger, bool down, uint64_t now_us);

/* Tries the flash on the scratch sector. Returns how many bytes come back
 * wrong, -1 if it does nothing. */
int32_t logger_test(const struct logger *logger);

#endif
