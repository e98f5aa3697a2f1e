/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the band was worn, from one-second epochs.
 *
 * A wrist is never as still as a table: pulse, breath and muscle turn it by
 * more than a gyroscope's noise, even at rest. So with a gyroscope a band is
 * off when its turning stays near the noise floor for some time. How high that
 * is depends on the gyroscope: little turning without colour is noise, whose
 * samples know nothing of one another, while an arm's do. With an
 * accelerometer alone, or a gyroscope that says nothing, which sees little of
 * that, stillness must last longer (after Vert et al. 2022, DETACH: 8 mg for 5
 * min).
 *
 * A band in a bag moves, with a person or a vehicle, but nobody turns it: for
 * minutes no change of posture. So does a passenger's arm; only temperature
 * can tell them apart, and where there is none the time counts as not known.
 *
 * Temperature: an arm is warmer than what is around it, and a band that is
 * taken off cools by 0.4 C a minute at first (DETACH). Sensors are off by
 * degrees and boards warm themselves, so that only changes and the recording's
 * own extremes count, and only where these lie apart.
 *
 * Ownership: caller's storage, zeroed and then wear_init; spans found are on
 * the heap until wear_finish hands them over or wear_deinit frees them.
 * Threads: one at a time. Errors: 0 or ERR_NO_MEMORY.
 */
#ifndef ANALYSIS_WEAR_H
#define ANALYSIS_WEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/summary.h"

struct epoch { /* about a second */
    double start_s;
    double end_s;
    double mean[6];     /* accelerometer [g], gyroscope [deg/s] */
    double accel_sd_mg; /* largest of the axes */
    double gyro_sd_dps; /* rms of three axes; 0 without gyroscope */
    double gyro_colour; /* 0 is white noise, 1 is all motion; NAN: not asked */
    double celsius;     /* NAN: not known */
};

/* True if colour decides: the gyroscope is between a good one's noise and what
 * the quietest arm does. */
bool wear_asks_colour(const struct epoch *epoch);

/* As still as an arm at rest, and no stiller. */
bool epoch_is_still(const struct epoch *epoch);

/* True if the mean direction has left `first_g` by more than `most_g`. */
bool epoch_has_turned(const struct epoch *epoch, const double first_g[3],
                      double most_g);

/* Epochs in a row in which the band kept its place. */
struct stay {
    struct span span;
    double first_g[3]; /* mean of its first epoch */
    double first_c;    /* temperature at its beginning and its end */
    double last_c;     /* with the last that was not odd */
    unsigned epochs;
    unsigned odd; /* of them not as the others */
    unsigned odd_row;
    unsigned still; /* as still as an arm at rest */
    unsigned heard; /* with a gyroscope that is at work */
};

enum wear_place { WEAR_TABLE, WEAR_BAG, WEAR_PLACES };

struct wear {
    struct stay now[WEAR_PLACES]; /* under way */
    size_t count[WEAR_PLACES];    /* those that were long enough */
    struct stay *stay[WEAR_PLACES];
    double celsius; /* low-passed; NAN: none yet */
    double cool_c;  /* least and most of it */
    double warm_c;
};

void wear_init(struct wear *wear);
void wear_deinit(struct wear *wear);
int wear_add(struct wear *wear, const struct epoch *epoch);

/* Nothing is known of what follows. */
int wear_gap(struct wear *wear);

/* Sets nonwear and wear_unknown of `quality`, by start. */
int wear_finish(struct wear *wear, struct quality *quality);

#endif
