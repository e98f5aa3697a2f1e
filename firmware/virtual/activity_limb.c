/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activities in which the arm turns. */
#include "firmware/virtual/activity_parts.h"

#include <math.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846;
static const double SWING[3] = {0.0, 0.35, 0.93675}; /* arm beside thigh */

/* rest */

enum { REST_MICRO };

static int rest_plan(const struct segment *segment, struct plan *plan,
                     char *why, size_t size)
{
    (void)why;
    (void)size;
    return part_truth(plan, segment,
                      (struct script_truth){.kind = "rest",
                                            .start_s = segment->lead_s,
                                            .end_s = segment->length_s});
}

static void rest_move(const struct segment *segment, double t_s,
                      const struct acting *acting, struct body *body)
{
    (void)acting;
    part_sway(segment, t_s, segment->value[REST_MICRO], body);
}

const struct activity activity_rest = {
    .name = "rest",
    .pose = "lap",
    .lever_m = 0.25,
    .least_s = 0.5,
    .parameters = {[REST_MICRO] = {"micro", 0.4, 0.0, 20.0}},
    .plan = rest_plan,
    .move = rest_move};

/* walk */

enum {
    WALK_CADENCE,
    WALK_SWING,
    WALK_JITTER,
    WALK_IMPACT,
    WALK_BOUNCE,
    WALK_ASYMMETRY
};

/* Steps since the walk set in. Jitter is a smooth wander of the phase, so that
 * the swing keeps to the steps. */
static struct jet walk_phase(const struct segment *segment, double t_s)
{
    double hz = segment->value[WALK_CADENCE] / 60.0;
    double jitter = segment->value[WALK_JITTER] / JET_NOISE_CHANGE;
    struct jet noise =
        jet_noise(part_seed(segment, SERIES_STRIDE), t_s, 1.0 / hz);
    struct jet even = {hz * (t_s - segment->lead_s - STEP_S), hz, 0.0};
    return jet_sum(even, jet_scale(noise, jitter));
}

/* When the phase is `steps`: it rises all the time, so Newton finds it. */
static double walk_time(const struct segment *segment, double steps)
{
    double hz = segment->value[WALK_CADENCE] / 60.0;
    double t_s = segment->lead_s + STEP_S + steps / hz;
    for (int k = 0; k < 12; k++) {
        struct jet phase = walk_phase(segment, t_s);
        t_s -= (phase.x - steps) / phase.v;
    }
    return t_s;
}

static int walk_step(const struct segment *segment, struct plan *plan,
                     double at_s, uint64_t k)
{
    static const double PITCH_HZ = 12.0;
    static const double DECAY_S = 0.05;
    double foot = k % 2 ? -1.0 : 1.0;
    double size = segment->value[WALK_IMPACT] *
                  (1.0 + foot * segment->value[WALK_ASYMMETRY]) *
                  part_spread(part_seed(segment, SERIES_SIZE), k, 0.1);
    double pitch_hz =
        PITCH_HZ * part_spread(part_seed(segment, SERIES_PITCH), k, 0.1);
    struct event event = part_blow(at_s, size, pitch_hz, DECAY_S);
    struct script_truth truth = {
        .kind = "step",
        .start_s = at_s,
        .end_s = at_s,
        .value = 60.0 * walk_phase(segment, at_s).v,
    };
    if (part_event(plan, &event) < 0) {
        return -1;
    }
    return part_truth(plan, segment, truth);
}

static int walk_plan(const struct segment *segment, struct plan *plan,
                     char *why, size_t size)
{
    (void)why;
    (void)size;
    double late = 0.25 * segment->value[WALK_ASYMMETRY];
    double first_s = walk_time(segment, 0.0);
    double last_s = first_s;
    uint64_t k = 0;
    for (double at_s = first_s; at_s < segment->length_s - STEP_S; k++) {
        if (walk_step(segment, plan, at_s, k) < 0) {
            return -1;
        }
        last_s = at_s;
        at_s = walk_time(segment, (double)(k + 1) + (k % 2 ? 0.0 : late));
    }
    struct script_truth walk = {.kind = "walk",
                                .start_s = first_s,
                                .end_s = last_s,
                                .value = (double)k,
                                .value2 = segment->value[WALK_SWING]};
    return k == 0 ? 0 : part_truth(plan, segment, walk);
}

static void walk_move(const struct segment *segment, double t_s,
                      const struct acting *acting, struct body *body)
{
    struct jet envelope = part_envelope(segment, t_s);
    struct jet phase = walk_phase(segment, t_s);
    double half_rad = 0.5 * segment->value[WALK_SWING] * RADIANS;
    struct jet swing = jet_product(envelope, jet_sine(jet_scale(phase, PI)));
    body_turn(body, SWING, jet_scale(swing, half_rad));
    /* The trunk is lowest, and pushed up most, soon after the foot falls. */
    double turn = 2.0 * PI * (phase.x - 0.1);
    double bounce = envelope.x * segment->value[WALK_BOUNCE];
    double impact = part_rings(t_s, acting);
    body_push(body, body->up, bounce * cos(turn) + impact);
    body_push(body, body->ahead, 0.5 * bounce * sin(turn) - 0.4 * impact);
}

const struct activity activity_walk = {
    .name = "walk",
    .pose = "hanging",
    .lever_m = 0.55,
    .memory_s = 0.4,
    .least_s = 2.0,
    .parameters = {[WALK_CADENCE] = {"cadence", 112.0, 40.0, 220.0},
                   [WALK_SWING] = {"swing", 35.0, 0.0, 120.0},
                   [WALK_JITTER] = {"jitter", 0.02, 0.0, 0.1},
                   [WALK_IMPACT] = {"impact", 0.25, 0.0, 4.0},
                   [WALK_BOUNCE] = {"bounce", 0.12, 0.0, 1.0},
                   [WALK_ASYMMETRY] = {"asymmetry", 0.05, 0.0, 0.5}},
    .plan = walk_plan,
    .move = walk_move};

/* tremor */

enum {
    TREMOR_FREQUENCY,
    TREMOR_AMPLITUDE,
    TREMOR_LEVER,
    TREMOR_WANDER,
    TREMOR_WAXING,
    TREMOR_MICRO
};

static int tremor_plan(const struct segment *segment, struct plan *plan,
                       char *why, size_t size)
{
    (void)why;
    (void)size;
    struct script_truth truth = {
        .kind = "tremor",
        .start_s = segment->lead_s + RAMP_S,
        .end_s = segment->length_s - RAMP_S,
        .value = segment->value[TREMOR_FREQUENCY],
        .value2 = segment->value[TREMOR_AMPLITUDE],
        .note = segment->pose->tremor,
    };
    return part_truth(plan, segment, truth);
}

/* The amplitude waxes and wanes and the frequency wanders with rhythms of
 * several seconds; the root mean square stays what was asked for. */
static void tremor_move(const struct segment *segment, double t_s,
                        const struct acting *acting, struct body *body)
{
    static const double WANDER_HZ = 0.13;
    static const double WAXING_HZ = 0.21;
    (void)acting;
    const double *value = segment->value;
    double hz = value[TREMOR_FREQUENCY];
    part_sway(segment, t_s, value[TREMOR_MICRO], body);
    struct jet roam = jet_scale(jet_sine(jet_phase(t_s, WANDER_HZ)),
                                value[TREMOR_WANDER] * hz / WANDER_HZ);
    struct jet wave = jet_sine(jet_sum(jet_phase(t_s, hz), roam));
    double depth = value[TREMOR_WAXING];
    struct jet waxing = jet_scale(jet_sine(jet_phase(t_s, WAXING_HZ)), depth);
    waxing.x += 1.0;
    double rms = value[TREMOR_AMPLITUDE] * RADIANS;
    double peak =
        rms * sqrt(2.0) / (2.0 * PI * hz * sqrt(1.0 + 0.5 * depth * depth));
    wave = jet_scale(jet_product(waxing, wave), peak);
    body_turn(body, TREMBLE, jet_product(part_envelope(segment, t_s), wave));
    body->lever_m = 0.01 * value[TREMOR_LEVER];
}

const struct activity activity_tremor = {
    .name = "tremor",
    .pose = "lap",
    .lever_m = 0.25,
    .least_s = 3.0,
    .parameters = {[TREMOR_FREQUENCY] = {"frequency", 5.0, 2.0, 12.0},
                   [TREMOR_AMPLITUDE] = {"amplitude", 3.0, 0.05, 200.0},
                   [TREMOR_LEVER] = {"lever", 25.0, 0.0, 60.0},
                   [TREMOR_WANDER] = {"wander", 0.0, 0.0, 0.1},
                   [TREMOR_WAXING] = {"waxing", 0.0, 0.0, 0.9},
                   [TREMOR_MICRO] = {"micro", 0.02, 0.0, 20.0}},
    .plan = tremor_plan,
    .move = tremor_move};

/* curls */

enum {
    CURLS_COUNT,
    CURLS_RANGE,
    CURLS_HOLD,
    CURLS_TEMPO,
    CURLS_JITTER,
    CURLS_TWIST,
    CURLS_YAW
};

/* Each way of a repetition [s], 0 where it does not fit into `period_s`. */
static double curl_tempo(const struct segment *segment, double period_s)
{
    static const double EASY_S = 1.2;
    static const double FASTEST_S = 0.25;
    const double *value = segment->value;
    double free_s = period_s - value[CURLS_HOLD];
    double slowest_s = 0.5 * free_s / (1.0 + 2.0 * value[CURLS_JITTER]);
    if (value[CURLS_TEMPO] > 0.0) {
        return value[CURLS_TEMPO] <= slowest_s ? value[CURLS_TEMPO] : 0.0;
    }
    double tempo_s = fmin(EASY_S, 0.9 * slowest_s);
    return tempo_s >= FASTEST_S ? tempo_s : 0.0;
}

static int curl(const struct segment *segment, struct plan *plan,
                struct event event, uint64_t k)
{
    double jitter = segment->value[CURLS_JITTER];
    double hold_s = segment->value[CURLS_HOLD];
    double range = segment->value[CURLS_RANGE] *
                   part_spread(part_seed(segment, SERIES_RANGE), k, jitter);
    event.size = range * RADIANS;
    event.tempo_s *=
        part_spread(part_seed(segment, SERIES_INTERVAL), k, jitter);
    event.end_s = event.at_s + 2.0 * event.tempo_s + hold_s;
    if (part_event(plan, &event) < 0) {
        return -1;
    }
    return part_truth(plan, segment,
                      (struct script_truth){.kind = "repetition",
                                            .start_s = event.at_s,
                                            .end_s = event.end_s,
                                            .value = range,
                                            .value2 = hold_s});
}

static int curls_plan(const struct segment *segment, struct plan *plan,
                      char *why, size_t size)
{
    double begin_s = segment->lead_s + STEP_S;
    double count = floor(segment->value[CURLS_COUNT]);
    double period_s = (segment->length_s - STEP_S - begin_s) / count;
    double tempo_s = curl_tempo(segment, period_s);
    if (tempo_s <= 0.0) {
        snprintf(why, size, "%.0f curls with a hold of %g s do not fit in %g s",
                 count, segment->value[CURLS_HOLD], segment->length_s);
        return -1;
    }
    for (uint64_t k = 0; k < (uint64_t)count; k++) {
        struct event event = {.at_s = begin_s + (double)k * period_s,
                              .tempo_s = tempo_s};
        if (curl(segment, plan, event, k) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Across the arm; with `twist` towards its length (turning the palm up), with
 * `yaw` towards the vertical (reaching round to the side). */
static void curl_axis(const struct segment *segment, double axis[3])
{
    double twist = segment->value[CURLS_TWIST] * RADIANS;
    double yaw = segment->value[CURLS_YAW] * RADIANS;
    for (int i = 0; i < 3; i++) {
        double limb = cos(twist) * ACROSS[i] + sin(twist) * FOREARM[i];
        axis[i] = cos(yaw) * limb + sin(yaw) * segment->up[i];
    }
    vector_normalise(axis);
}

static void curls_move(const struct segment *segment, double t_s,
                       const struct acting *acting, struct body *body)
{
    part_sway(segment, t_s, STILL_DPS, body);
    if (acting->count == 0) {
        return;
    }
    const struct event *event = &acting->events[acting->count - 1];
    struct jet up = jet_rise(t_s, event->at_s, event->tempo_s);
    struct jet down =
        jet_rise(t_s, event->end_s - event->tempo_s, event->tempo_s);
    struct jet bend = jet_sum(up, jet_scale(down, -1.0));
    double axis[3];
    curl_axis(segment, axis);
    body_turn(body, axis, jet_scale(bend, event->size));
}

const struct activity activity_curls = {
    .name = "curls",
    .pose = "hanging",
    .lever_m = 0.27,
    .least_s = 2.0,
    .parameters = {[CURLS_COUNT] = {"count", 10.0, 1.0, 10000.0},
                   [CURLS_RANGE] = {"range", 120.0, 5.0, 170.0},
                   [CURLS_HOLD] = {"hold", 1.0, 0.0, 600.0},
                   [CURLS_TEMPO] = {"tempo", 0.0, 0.0, 60.0},
                   [CURLS_JITTER] = {"jitter", 0.03, 0.0, 0.2},
                   [CURLS_TWIST] = {"twist", 0.0, 0.0, 90.0},
                   [CURLS_YAW] = {"yaw", 0.0, 0.0, 90.0}},
    .plan = curls_plan,
    .move = curls_move};

/* wash */

enum { WASH_STRENGTH };

static void wash_move(const struct segment *segment, double t_s,
                      const struct acting *acting, struct body *body)
{
    static const double SPACING_S = 0.22; /* power at about 0.3 .. 2.5 Hz */
    (void)acting;
    part_wander(segment, t_s, SPACING_S, segment->value[WASH_STRENGTH], body);
}

const struct activity activity_wash = {
    .name = "wash",
    .pose = "moving",
    .lever_m = 0.25,
    .least_s = 2.0,
    .parameters = {[WASH_STRENGTH] = {"strength", 60.0, 5.0, 400.0}},
    .plan = part_nothing,
    .move = wash_move};

/* shake, brush: voluntary rhythms, which are no tremor */

enum { RHYTHM_FREQUENCY, RHYTHM_AMPLITUDE, RHYTHM_JITTER };

static void rhythm_move(const struct segment *segment, double t_s,
                        const struct acting *acting, struct body *body)
{
    (void)acting;
    double hz = segment->value[RHYTHM_FREQUENCY];
    double jitter = segment->value[RHYTHM_JITTER];
    struct jet noise =
        jet_noise(part_seed(segment, SERIES_STRIDE), t_s, 1.0 / hz);
    struct jet phase =
        jet_sum(jet_phase(t_s, hz),
                jet_scale(noise, 2.0 * PI * jitter / JET_NOISE_CHANGE));
    struct jet strength =
        jet_scale(jet_noise(part_seed(segment, SERIES_SIZE), t_s, 1.0), 0.3);
    strength.x += 1.0;
    struct jet wave = jet_product(strength, jet_sine(phase));
    double peak = segment->value[RHYTHM_AMPLITUDE] * RADIANS * sqrt(2.0) /
                  (2.0 * PI * hz);
    wave = jet_scale(jet_product(part_envelope(segment, t_s), wave), peak);
    part_wander(segment, t_s, 0.7, 10.0, body);
    body_turn(body, TREMBLE, wave);
}

const struct activity activity_shake = {
    .name = "shake",
    .pose = "raised",
    .lever_m = 0.30,
    .least_s = 2.0,
    .parameters = {[RHYTHM_FREQUENCY] = {"frequency", 2.5, 0.5, 6.0},
                   [RHYTHM_AMPLITUDE] = {"amplitude", 120.0, 5.0, 500.0},
                   [RHYTHM_JITTER] = {"jitter", 0.06, 0.0, 0.1}},
    .plan = part_nothing,
    .move = rhythm_move};

const struct activity activity_brush = {
    .name = "brush",
    .pose = "raised",
    .lever_m = 0.20,
    .least_s = 2.0,
    .parameters = {[RHYTHM_FREQUENCY] = {"frequency", 3.8, 0.5, 6.0},
                   [RHYTHM_AMPLITUDE] = {"amplitude", 60.0, 5.0, 500.0},
                   [RHYTHM_JITTER] = {"jitter", 0.08, 0.0, 0.1}},
    .plan = part_nothing,
    .move = rhythm_move};
