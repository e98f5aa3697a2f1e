/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activities in which something strikes: fingers, a blow, the table, a bag. */
#include "firmware/virtual/activity_parts.h"

#include <math.h>

static const double BACK[3] = {0.0, 0.0, 1.0};
static const double BLOW[3] = {0.3, 0.1, 0.94868}; /* up through the hand */
static const double PICK_S = 1.2; /* picking the sensor up, putting it on */

/* taps */

enum {
    TAPS_RATE,
    TAPS_SIZE,
    TAPS_JITTER,
    TAPS_DECREMENT,
    TAPS_HESITATIONS,
    TAPS_SPIN
};

static const double TAP_DECAY_S = 0.02; /* gone after about 60 ms */
static const double TWITCH_S = 0.015;   /* likewise */

static int tap(const struct segment *segment, struct plan *plan, double at_s,
               double strength)
{
    uint64_t k = plan->event_count - segment->first_event;
    uint64_t pitch = part_seed(segment, SERIES_PITCH);
    double size_mg = segment->value[TAPS_SIZE] * strength;
    double pitch_hz = 26.0 + 12.0 * hash_uniform(pitch, 0);
    struct event event =
        part_blow(at_s, size_mg * 1e-3,
                  pitch_hz + 2.0 * hash_uniform(pitch, k + 1), TAP_DECAY_S);
    event.spin_dps = segment->value[TAPS_SPIN] * strength;
    if (part_event(plan, &event) < 0) {
        return -1;
    }
    return part_truth(
        plan, segment,
        (struct script_truth){
            .kind = "tap", .start_s = at_s, .end_s = at_s, .value = size_mg});
}

static int taps_plan(const struct segment *segment, struct plan *plan,
                     char *why, size_t size)
{
    (void)why;
    (void)size;
    const double *value = segment->value;
    double begin_s = segment->lead_s + RAMP_S;
    double span_s = segment->length_s - STEP_S - begin_s;
    double interval_s = 1.0 / value[TAPS_RATE];
    double pauses = 0.0; /* made so far; evenly spread */
    uint64_t seed = part_seed(segment, SERIES_INTERVAL);
    double t_s = 0.0;
    for (uint64_t k = 0; t_s < span_s; k++) {
        double strength = 1.0 - value[TAPS_DECREMENT] * t_s / span_s;
        if (tap(segment, plan, begin_s + t_s, strength) < 0) {
            return -1;
        }
        t_s += interval_s * part_spread(seed, k, value[TAPS_JITTER]);
        if (t_s * (value[TAPS_HESITATIONS] + 1.0) > span_s * (pauses + 1.0)) {
            t_s += 1.5 * interval_s;
            pauses += 1.0;
        }
    }
    return 0;
}

static void taps_move(const struct segment *segment, double t_s,
                      const struct acting *acting, struct body *body)
{
    part_sway(segment, t_s, STILL_DPS, body);
    struct jet turn = {0.0, 0.0, 0.0};
    for (size_t k = 0; k < acting->count; k++) {
        const struct event *event = &acting->events[k];
        turn = jet_sum(turn, jet_scale(jet_twitch(t_s - event->at_s, TWITCH_S),
                                       event->spin_dps * RADIANS));
    }
    body_turn(body, ACROSS, turn);
    body_push(body, BLOW, part_rings(t_s, acting));
}

const struct activity activity_taps = {
    .name = "taps",
    .pose = "table",
    .lever_m = 0.01,
    .memory_s = 0.3,
    .least_s = 2.0,
    .parameters = {[TAPS_RATE] = {"rate", 3.0, 0.5, 8.0},
                   [TAPS_SIZE] = {"size", 20.0, 1.0, 4000.0},
                   [TAPS_JITTER] = {"jitter", 0.03, 0.0, 0.3},
                   [TAPS_DECREMENT] = {"decrement", 0.0, 0.0, 0.95},
                   [TAPS_HESITATIONS] = {"hesitations", 0.0, 0.0, 50.0},
                   [TAPS_SPIN] = {"spin", 1.0, 0.0, 50.0}},
    .plan = taps_plan,
    .move = taps_move};

/* typing: blows like taps, without a rhythm; nothing to be found */

enum { TYPING_RATE, TYPING_SIZE };

static int typing_plan(const struct segment *segment, struct plan *plan,
                       char *why, size_t size)
{
    static const double LEAST_S = 0.06;
    (void)why;
    (void)size;
    double mean_s = 1.0 / segment->value[TYPING_RATE] - LEAST_S;
    double end_s = segment->length_s - STEP_S;
    double t_s = segment->lead_s + RAMP_S;
    for (uint64_t k = 0; t_s < end_s; k++) {
        double size_mg = segment->value[TYPING_SIZE] *
                         part_spread(part_seed(segment, SERIES_SIZE), k, 0.4);
        struct event event = part_blow(t_s, size_mg * 1e-3, 30.0, TAP_DECAY_S);
        event.spin_dps = hash_normal(part_seed(segment, SERIES_RANGE), k);
        if (part_event(plan, &event) < 0) {
            return -1;
        }
        double chance = hash_uniform(part_seed(segment, SERIES_INTERVAL), k);
        t_s += LEAST_S - mean_s * log(1.0 - chance);
    }
    return 0;
}

const struct activity activity_typing = {
    .name = "typing",
    .pose = "table",
    .lever_m = 0.01,
    .memory_s = 0.3,
    .least_s = 2.0,
    .parameters = {[TYPING_RATE] = {"rate", 5.0, 0.5, 12.0},
                   [TYPING_SIZE] = {"size", 10.0, 1.0, 1000.0}},
    .plan = typing_plan,
    .move = taps_move};

/* knock */

enum { KNOCK_SIZE };

static int knock_plan(const struct segment *segment, struct plan *plan,
                      char *why, size_t size)
{
    static const double PITCH_HZ = 60.0;
    static const double DECAY_S = 0.012;
    (void)why;
    (void)size;
    double at_s = 0.5 * (segment->lead_s + segment->length_s);
    double size_g = segment->value[KNOCK_SIZE];
    struct event event = part_blow(at_s, size_g, PITCH_HZ, DECAY_S);
    if (part_event(plan, &event) < 0) {
        return -1;
    }
    return part_truth(
        plan, segment,
        (struct script_truth){
            .kind = "knock", .start_s = at_s, .end_s = at_s, .value = size_g});
}

static void knock_move(const struct segment *segment, double t_s,
                       const struct acting *acting, struct body *body)
{
    part_sway(segment, t_s, STILL_DPS, body);
    body_push(body, BLOW, part_rings(t_s, acting));
}

const struct activity activity_knock = {
    .name = "knock",
    .pose = "lap",
    .lever_m = 0.25,
    .memory_s = 0.3,
    .least_s = 0.5,
    .parameters = {[KNOCK_SIZE] = {"size", 3.0, 0.01, 16.0}},
    .plan = knock_plan,
    .move = knock_move};

/* table: put down, lies there unworn, is picked up */

static int table_plan(const struct segment *segment, struct plan *plan,
                      char *why, size_t size)
{
    (void)why;
    (void)size;
    double picked_s = segment->length_s - PICK_S;
    struct event bump = part_blow(segment->lead_s, 0.3, 40.0, TAP_DECAY_S);
    if (segment->lead_s > 0.0 && part_event(plan, &bump) < 0) {
        return -1;
    }
    return part_truth(plan, segment,
                      (struct script_truth){.kind = "nonwear",
                                            .start_s = segment->lead_s,
                                            .end_s = picked_s});
}

static void table_move(const struct segment *segment, double t_s,
                       const struct acting *acting, struct body *body)
{
    static const double SPACING_S = 0.2;
    static const double RATE_DPS = 60.0;
    double picked_s = segment->length_s - PICK_S;
    if (t_s > picked_s) {
        struct jet noise =
            jet_noise(part_seed(segment, SERIES_DRIFT), t_s, SPACING_S);
        struct jet envelope =
            jet_envelope(t_s, picked_s, segment->length_s, 0.5 * PICK_S);
        part_noise(body, TREMBLE, jet_product(envelope, noise), SPACING_S,
                   RATE_DPS);
    }
    body_push(body, BACK, part_rings(t_s, acting));
}

const struct activity activity_table = {.name = "table",
                                        .pose = "table",
                                        .lever_m = 0.25,
                                        .memory_s = 0.3,
                                        .least_s = 5.0,
                                        .plan = table_plan,
                                        .move = table_move};

/* bag: carried in one by somebody who walks, or driven about */

enum { BAG_CADENCE, BAG_SHAKING, BAG_SWAY };

static int bag_plan(const struct segment *segment, struct plan *plan, char *why,
                    size_t size)
{
    (void)why;
    (void)size;
    return part_truth(plan, segment,
                      (struct script_truth){.kind = "nonwear",
                                            .start_s = segment->lead_s,
                                            .end_s = segment->length_s});
}

/* It is shaken in all directions, sways slowly and, where it is carried, bobs
 * at each step and hangs from the arm or the shoulder at half of that; nobody
 * turns it. */
static void bag_move(const struct segment *segment, double t_s,
                     const struct acting *acting, struct body *body)
{
    static const double *const AXES[] = {FOREARM, ACROSS, BACK};
    static const double SHAKING_S = 0.08; /* below 6 Hz: road and springs */
    static const double SWAY_S = 0.8;
    static const double BOB = 3.0; /* of the shaking */
    (void)acting;
    struct jet envelope = part_envelope(segment, t_s);
    double shaking_g =
        1e-3 * envelope.x * segment->value[BAG_SHAKING] / sqrt(3.0);
    part_wander(segment, t_s, SWAY_S, segment->value[BAG_SWAY], body);
    for (unsigned k = 0; k < 3; k++) {
        uint64_t seed = part_seed(segment, SERIES_SWAY + k);
        body_push(body, AXES[k], shaking_g * jet_noise(seed, t_s, SHAKING_S).x);
    }
    struct jet phase = jet_phase(t_s, segment->value[BAG_CADENCE] / 60.0);
    body_push(body, body->up, BOB * shaking_g * sin(phase.x));
    body_turn(body, ACROSS,
              jet_scale(jet_sine(jet_scale(phase, 0.5)), 2.0 * RADIANS));
}

const struct activity activity_bag = {
    .name = "bag",
    .pose = "table",
    .lever_m = 0.5,
    .least_s = 5.0,
    .parameters = {[BAG_CADENCE] = {"cadence", 0.0, 0.0, 160.0},
                   [BAG_SHAKING] = {"shaking", 60.0, 0.0, 1000.0},
                   [BAG_SWAY] = {"sway", 2.0, 0.0, 30.0}},
    .plan = bag_plan,
    .move = bag_move};
