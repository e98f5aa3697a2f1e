/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/virtual/activity_parts.h"

#include <math.h>
#include <stdlib.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const double BACK[3] = {0.0, 0.0, 1.0};

uint64_t part_seed(const struct segment *segment, unsigned which)
{
    return hash_index(segment->seed, which);
}

static void *grown(void *array, size_t count, size_t *room, size_t item)
{
    if (count < *room) {
        return array;
    }
    size_t more = *room ? 2 * *room : 64;
    void *larger = realloc(array, more * item);
    if (larger) {
        *room = more;
    }
    return larger;
}

int part_event(struct plan *plan, const struct event *event)
{
    struct event *events = grown(plan->events, plan->event_count,
                                 &plan->event_room, sizeof(*events));
    if (!events) {
        return -1;
    }
    plan->events = events;
    plan->events[plan->event_count++] = *event;
    return 0;
}

int part_truth(struct plan *plan, const struct segment *segment,
               struct script_truth truth)
{
    struct script_truth *truths = grown(plan->truths, plan->truth_count,
                                        &plan->truth_room, sizeof(*truths));
    if (!truths) {
        return -1;
    }
    truth.start_s += segment->start_s;
    truth.end_s += segment->start_s;
    truth.note = truth.note ? truth.note : "";
    plan->truths = truths;
    plan->truths[plan->truth_count++] = truth;
    return 0;
}

struct event part_blow(double at_s, double size_g, double pitch_hz,
                       double decay_s)
{
    return (struct event){.at_s = at_s,
                          .size = size_g * blow_scale(pitch_hz, decay_s),
                          .pitch_hz = pitch_hz,
                          .decay_s = decay_s};
}

double part_spread(uint64_t seed, uint64_t index, double sd)
{
    double n = hash_normal(seed, index);
    return 1.0 + sd * fmax(-2.0, fmin(2.0, n));
}

/* The sensor's filter is taken as second order, Butterworth. */
double part_rings(double t_s, const struct acting *acting)
{
    double sum = 0.0;
    for (size_t k = 0; k < acting->count; k++) {
        const struct event *event = &acting->events[k];
        double ratio = event->pitch_hz / acting->cutoff_hz;
        double gain = 1.0 / sqrt(1.0 + ratio * ratio * ratio * ratio);
        sum += gain * event->size *
               blow_wave(t_s - event->at_s, event->pitch_hz, event->decay_s);
    }
    return sum;
}

struct jet part_envelope(const struct segment *segment, double t_s)
{
    return jet_envelope(t_s, segment->lead_s, segment->length_s, RAMP_S);
}

void part_noise(struct body *body, const double axis[3], struct jet noise,
                double spacing_s, double rms_dps)
{
    double factor = rms_dps * RADIANS * spacing_s / JET_NOISE_RATE;
    body_turn(body, axis, jet_scale(noise, factor));
}

void part_wander(const struct segment *segment, double t_s, double spacing_s,
                 double rms_dps, struct body *body)
{
    static const double *const AXES[] = {ACROSS, FOREARM, BACK};
    struct jet envelope = part_envelope(segment, t_s);
    for (unsigned k = 0; k < COUNT(AXES); k++) {
        struct jet noise = jet_noise(part_seed(segment, SERIES_DRIFT + 16 * k),
                                     t_s, spacing_s);
        part_noise(body, AXES[k], jet_product(envelope, noise), spacing_s,
                   rms_dps / sqrt(3.0));
    }
}

void part_sway(const struct segment *segment, double t_s, double rms_dps,
               struct body *body)
{
    static const double SLOW_S = 0.45;
    static const double FAST_S = 0.05;
    static const double *const AXES[] = {ACROSS, FOREARM};
    struct jet envelope = part_envelope(segment, t_s);
    double part = rms_dps * segment->pose->sway / sqrt(2.0);
    double fast = sqrt(0.1) * FAST_S / SLOW_S;
    for (unsigned k = 0; k < COUNT(AXES); k++) {
        uint64_t seed = part_seed(segment, SERIES_SWAY + 2 * k);
        struct jet noise =
            jet_sum(jet_scale(jet_noise(seed, t_s, SLOW_S), sqrt(0.9)),
                    jet_scale(jet_noise(seed + 1, t_s, FAST_S), fast));
        part_noise(body, AXES[k], jet_product(envelope, noise), SLOW_S, part);
    }
    if (segment->pose->drift_dps > 0.0) {
        part_wander(segment, t_s, 0.7, segment->pose->drift_dps, body);
    }
}

int part_nothing(const struct segment *segment, struct plan *plan, char *why,
                 size_t size)
{
    (void)segment;
    (void)plan;
    (void)why;
    (void)size;
    return 0;
}
