/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts that activities are made of: adding to the plan, blows, and the small
 * and large motions no arm is without. Only for activity*.c.
 */
#ifndef FIRMWARE_VIRTUAL_ACTIVITY_PARTS_H
#define FIRMWARE_VIRTUAL_ACTIVITY_PARTS_H

#include "firmware/virtual/activity.h"

static const double RADIANS = 3.14159265358979323846 / 180.0;
static const double RAMP_S = 0.5;    /* an activity sets in and dies away */
static const double STEP_S = 0.3;    /* rim of a walk or a set without events */
static const double STILL_DPS = 0.1; /* sway while only fingers move */

/* The sensor's axes on the arm: x along the forearm to the fingers, y across
 * it, z out of its back. */
static const double ACROSS[3] = {0.0, 1.0, 0.0};
static const double FOREARM[3] = {1.0, 0.0, 0.0};
static const double TREMBLE[3] = {0.55, 0.75, 0.36742}; /* mostly flexion */

/* The independent random series of a segment. */
enum part_series {
    SERIES_SWAY = 1,
    SERIES_DRIFT = 8,
    SERIES_STRIDE,
    SERIES_SIZE,
    SERIES_INTERVAL,
    SERIES_PITCH,
    SERIES_RANGE
};

/* Seed of one of them. */
uint64_t part_seed(const struct segment *segment, unsigned which);

/* Both return 0, or -1 for want of memory. The truth's times are from the
 * segment's start. */
int part_event(struct plan *plan, const struct event *event);
int part_truth(struct plan *plan, const struct segment *segment,
               struct script_truth truth);

/* A blow of `size_g` at its highest point. */
struct event part_blow(double at_s, double size_g, double pitch_hz,
                       double decay_s);

/* All rings that still sound, as the sensor's filter lets them through [g]. */
double part_rings(double t_s, const struct acting *acting);

/* A random factor around 1 with that spread, never further than twice it. */
double part_spread(uint64_t seed, uint64_t index, double sd);

/* 1 while the segment's activity lasts, 0 at its rims. */
struct jet part_envelope(const struct segment *segment, double t_s);

/* Turns by smooth noise of `rms_dps` about one axis. */
void part_noise(struct body *body, const double axis[3], struct jet noise,
                double spacing_s, double rms_dps);

/* Irregular voluntary motion about all axes, below 0.5 / spacing_s. */
void part_wander(const struct segment *segment, double t_s, double spacing_s,
                 double rms_dps, struct body *body);

/* No hand is still: a slow sway, and a tenth of its power in the band of
 * physiological tremor (8 to 12 Hz; Elble and Randall 1978). */
void part_sway(const struct segment *segment, double t_s, double rms_dps,
               struct body *body);

/* For activities without events or truth. */
int part_nothing(const struct segment *segment, struct plan *plan, char *why,
                 size_t size);

#endif
