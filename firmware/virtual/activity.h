/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Activities: what a motion script (script.h) is made of. Each is one row: its
 * name, its parameters with their defaults and ranges, a function that plans it
 * (when which blow falls, what the truth is) and one that moves the body. A new
 * activity is such a row and a line in the table of activity.c.
 *
 * Ownership: a segment's events belong to the plan that it was planned with.
 */
#ifndef FIRMWARE_VIRTUAL_ACTIVITY_H
#define FIRMWARE_VIRTUAL_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/virtual/kinematics.h"
#include "firmware/virtual/script.h"

enum { ACTIVITY_PARAMETERS = 8 };

struct parameter {
    const char *name; /* NULL: no more */
    double fallback;
    double low;
    double high;
};

struct pose {
    const char *name;
    double up[3];       /* against gravity, in the sensor's axes */
    double sway;        /* how much less still than in the lap */
    double drift_dps;   /* rate of slow voluntary motion, rms */
    const char *tremor; /* kind of a tremor in it: rest postural kinetic */
};

/* Something that happens at one time, times from the segment's start. */
struct event {
    double at_s;
    double end_s;    /* of a repetition */
    double size;     /* ring: factor of the wave [g]; repetition: [rad] */
    double pitch_hz; /* of the ring */
    double decay_s;  /* of the ring */
    double spin_dps; /* of a tap's twitch; signed */
    double tempo_s;  /* of a repetition: each way */
};

/* The events of a segment that still act: all that began within its
 * activity's memory, and the last one that began. */
struct acting {
    const struct event *events; /* by rising at_s */
    size_t count;
    double cutoff_hz; /* of the sensor's anti-alias filter */
};

struct plan {
    struct event *events;
    size_t event_count;
    size_t event_room;
    struct script_truth *truths;
    size_t truth_count;
    size_t truth_room;
};

struct segment {
    const struct activity *activity;
    const struct pose *pose;
    double start_s; /* from the script's start */
    double length_s;
    double value[ACTIVITY_PARAMETERS];
    uint64_t seed;
    double lead_s; /* at first: the way from the pose before */
    double axis[3];
    double angle;
    double from_up[3];
    double up[3];
    double start_c;     /* temperature at its start [C] */
    size_t first_event; /* in the plan */
    size_t event_count;
};

struct activity {
    const char *name;
    const char *pose; /* default */
    double lever_m;   /* from the centre of its turns to the sensor */
    double memory_s;  /* how long its longest event acts; 0: it has none */
    double least_s;   /* shortest duration */
    struct parameter parameters[ACTIVITY_PARAMETERS];
    /* Adds the segment's events and truths. Returns 0; or -1 with a clause
     * that says why it cannot be in `why`, "" for want of memory. */
    int (*plan)(const struct segment *segment, struct plan *plan, char *why,
                size_t size);
    /* Moves `body` as at `t_s` from the segment's start. */
    void (*move)(const struct segment *segment, double t_s,
                 const struct acting *acting, struct body *body);
};

/* The rows, each beside its functions (activity_limb.c, activity_blow.c).
 * Parameters: default, least, most. Units: cadence [1/min]; swing, range
 * [deg], swing from end to end; frequency, rate [1/s]; amplitude, strength,
 * micro, spin, sway [deg/s], all but spin rms over the three axes; impact,
 * bounce and size of a knock [g, peak]; size of taps and typing [mg, peak];
 * shaking [mg, rms]; lever [cm]; hold, tempo [s], tempo 0: as fits; twist, yaw
 * [deg], of the axis of a curl, away from across the arm, to its length and to
 * the vertical; jitter: coefficient of variation; asymmetry, decrement, wander,
 * waxing: parts of 1.
 */
extern const struct activity activity_rest;
extern const struct activity activity_walk;
extern const struct activity activity_tremor;
extern const struct activity activity_taps;
extern const struct activity activity_curls;
extern const struct activity activity_wash;
extern const struct activity activity_shake;
extern const struct activity activity_brush;
extern const struct activity activity_typing;
extern const struct activity activity_knock;
extern const struct activity activity_table;
extern const struct activity activity_bag;

/* Returns the activity of that name, NULL if there is none. */
const struct activity *activity_find(const char *name);
const struct pose *pose_find(const char *name);

/* Writes the names of all activities, of all poses, or of an activity's
 * parameters, separated by commas. */
void activity_names(char *out, size_t size);
void pose_names(char *out, size_t size);
void parameter_names(const struct activity *activity, char *out, size_t size);

/* True while the sensor is not worn: it then has the room's temperature. */
bool activity_is_unworn(const struct activity *activity);

#endif
