/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Motion scripts: synthetic motion with known truth. A script is text, a line
 * an activity, in the order in which they happen:
 *
 *   # comment
 *   rest 10 pose=lap
 *   walk 60 cadence=112 swing=35 jitter=0.02
 *   tremor 20 frequency=5.2 amplitude=4 pose=lap      # deg/s rms, rest
 *   tremor 20 frequency=7 amplitude=2 pose=raised     # postural
 *   taps 20 rate=3 size=20 jitter=0.03 decrement=0.2  # size: peak [mg]
 *   curls 90 count=10 range=120 hold=5
 *   curls 90 count=10 range=60 yaw=90    # about the vertical
 *   knock 2 size=3                                    # one blow [g]
 *   table 30                                          # put down, picked up
 *   bag 600 cadence=100                               # not worn, carried
 *
 * The first word after the activity is its duration in seconds; what may
 * follow is in the table of activity.c, and every parameter has a default;
 * pose=NAME is possible everywhere (lap table hanging raised outstretched
 * moving). Beside the activities above there are those in which nothing is to
 * be found: wash, shake, brush, typing.
 * Physically plausible: gravity turns with the arm, poses blend smoothly,
 * taps are damped impulses, walking has impacts at the step rate and swing at
 * half of it. Attitude and angular rate are continuous; the angular rate is
 * the exact derivative of the attitude, and the specific force is gravity in
 * the sensor's axes plus linear acceleration.
 *
 * An activity begins with up to 1.2 s in which the arm goes to its pose, then
 * sets in and at its end dies away over half a second; truth says when it
 * really was there. A tremor's truth covers its full strength only.
 *
 * Truth: what really happened, an entry an event, with the meanings of
 * `carpus analyse --events`.
 */
#ifndef FIRMWARE_VIRTUAL_SCRIPT_H
#define FIRMWARE_VIRTUAL_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/virtual/motion.h"

struct script_truth {
    const char *kind; /* step tap repetition tremor walk nonwear rest knock */
    double start_s;
    double end_s;
    double value;     /* step: cadence [1/min]; tap: peak [mg]; repetition:
                       * range [deg]; tremor: frequency [Hz]; walk: steps;
                       * knock: peak [g]; else 0 */
    double value2;    /* tremor: rms over all axes [deg/s]; repetition: hold
                       * [s]; walk: arm swing from end to end [deg]; else 0 */
    const char *note; /* tremor: rest postural kinetic; else "" */
};

struct script;

/* Three minutes with something of everything. */
extern const char SCRIPT_DEFAULT[];

/* Reads a script from `text`. Returns 0; or -1 with a sentence that names line
 * and word in `why` (size bytes). `seed` sets jitter. Caller frees. */
int script_parse(const char *text, uint64_t seed, struct script **out,
                 char *why, size_t size);
void script_free(struct script *script);

/* What happens, by rising start; borrowed until script_free. */
const struct script_truth *script_truths(const struct script *script,
                                         size_t *count);

/* A source that plays the script; it takes the script and frees it. The truths
 * live as long. After the last activity the arm stays as it is. */
struct motion_source script_motion(struct script *script);

#endif
