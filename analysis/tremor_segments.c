/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three questions to a bout: is it sure in itself (tremor_bout.c), is it like
 * a voluntary rhythm, and what else is in the recording. A bout that is short
 * or faint counts only near one that is neither: tremor comes and goes, but a
 * single burst of an arm that is put down swings as well.
 */
#include "analysis/tremor_segments.h"

#include <math.h>

#include "analysis/array.h"

enum { QUIET_BINS = 64 };

/* A bout that is not sure counts this near to one that is. */
static const double NEAR_S = 120.0;
static const double NEAR_HZ = 2.5;
static const bool SUPPORTS[BOUT_EVIDENCES] = {
    [BOUT_PLAIN] = true,
    [BOUT_KINETIC] = true,
    [BOUT_STRONG_AT_REST] = true,
};

/* Keys and taps shake the arm less, and with stronger overtones. */
static const double FAINT_OVERTONE = 0.2;
static const double FAINT_DPS = 0.5;
static const double FAINT_SLOW_HZ = 3.4;
static const double SLOW_STRONG_DPS = 15.0;

/* The share of segments that are right, with gyroscope and without: counted on
 * 200 and 70 random scripts of 4 min in which tremor (of seven persons in ten)
 * goes with rest, walking, brushing, shaking, typing, taps, curls, washing. On
 * 300 and 120 others, 788 and 317 segments: 0.98, 0.98, 0.88; 0.99, none,
 * 0.96. Less is said of faint ones without gyroscope, since the only two in
 * real recordings without tremor (reps-uci) are such. The last two rows are an
 * opinion: few or none are right in scripts, whose tremor is steady however
 * strong, while strong tremor of people is not. */
static const struct {
    double gyro;
    double accel;
} CONFIDENCE[BOUT_EVIDENCES] = {
    [BOUT_PLAIN] = {0.98, 0.98},   [BOUT_KINETIC] = {0.97, 0.6},
    [BOUT_FAINT] = {0.87, 0.85},   [BOUT_STRONG_AT_REST] = {0.5, 0.5},
    [BOUT_CONFIRMED] = {0.3, 0.3},
};

/* Bouts are joined over so short a pause. */
static const double JOIN_S = 1.0;
static const double JOIN_HZ = 0.75;

/* Voluntary rhythms have these amplitudes and more, are no faster than wrist
 * and elbow can go to and fro on purpose (6 Hz), and their cycles differ by 4 %
 * and more (standard deviation; self-paced tapping): changes between cycles
 * have an interquartile range of 1.35 sqrt(2) times that. Below 4 Hz tremor is
 * mostly of an arm at rest; those of tremor-ppp sway by less than 3.5 deg/s.
 *
 * Of 240 scripts of brushing and shaking at 8 to 80 deg/s these bounds call 1
 * tremor; 15 deg/s, without bounds of frequency and stillness, called 77.
 * What is found in tremor-ppp, which had no say in them, is the same. */
static const double STRONG_DPS = 30.0;
static const double STRONG_MOVED_DPS = 5.0;
static const double FASTEST_HZ = 6.5;
static const double SLOW_HZ = 4.0;
static const double STILL_DPS = 3.5;
static const double STEADY_SHARE = 0.045;
static const double CONFIRM_S = 6.0;
static const double CONFIRM_FACTOR = 5.0;
static const double QUIET_STEP_HZ = 0.25;
static const double LEVER_M = 0.25; /* elbow to wrist */
static const double MS2_PER_MG = 0.00980665;
static const double TURN_RAD = 6.283185307179586;
static const double DEGREES = 57.29577951308232;

static double apart_s(const struct bout_result *a, const struct bout_result *b)
{
    return fmax(a->segment.start_s - b->segment.end_s,
                b->segment.start_s - a->segment.end_s);
}

/* Of an accelerometer alone: what turns a quarter of a metre so much. */
static double strength_dps(const struct tremor_segment *segment)
{
    if (!isnan(segment->rms_dps)) {
        return segment->rms_dps;
    }
    double ms2 = segment->accel_rms_mg * MS2_PER_MG;
    return ms2 / (TURN_RAD * segment->frequency_hz * LEVER_M) * DEGREES;
}

static bool supports(const struct bout_result *other,
                     const struct bout_result *faint)
{
    double off_hz = other->segment.frequency_hz - faint->segment.frequency_hz;
    return SUPPORTS[other->evidence] && fabs(off_hz) < NEAR_HZ;
}

/* True where a sure bout of about the same frequency is near. A faint one in
 * the midst of motion, or one that looks like blows, is never more than that.
 */
static bool is_supported(const struct tremor_bouts *bouts, size_t at)
{
    const struct bout_result *it = &bouts->result[at];
    const struct tremor_segment *segment = &it->segment;
    bool keys = it->disagree && segment->rms_dps < FAINT_DPS;
    bool slow = segment->frequency_hz < FAINT_SLOW_HZ &&
                strength_dps(segment) > SLOW_STRONG_DPS;
    if (keys || slow || it->sway_dps > TREMOR_MOVING_DPS || it->undertone ||
        segment->harmonic_ratio > FAINT_OVERTONE) {
        return false;
    }
    for (size_t i = at; i-- > 0 && apart_s(it, &bouts->result[i]) < NEAR_S;) {
        if (supports(&bouts->result[i], it)) {
            return true;
        }
    }
    for (size_t i = at + 1;
         i < bouts->count && apart_s(it, &bouts->result[i]) < NEAR_S; i++) {
        if (supports(&bouts->result[i], it)) {
            return true;
        }
    }
    return false;
}

/* Of a bout that is not sure posture cannot be told either: it counts as
 * rest, as the published detector has it. */
static enum tremor_kind kind_of(const struct tremor_bouts *bouts,
                                const struct bout_result *result)
{
    if (result->sway_dps > TREMOR_MOVING_DPS) {
        return TREMOR_KINETIC;
    }
    bool held = result->sure && posture_is_held(bouts->posture, result->up);
    return held ? TREMOR_POSTURAL : TREMOR_REST;
}

/* True of an arm that is moved about; where the rhythm is slow, of one that is
 * not quite still either. */
static bool is_moved(const struct bout_result *result)
{
    bool slow = result->segment.frequency_hz < SLOW_HZ;
    return result->sway_dps > (slow ? STILL_DPS : TREMOR_MOVING_DPS);
}

/* Stronger than an arm that is held up, and more so one that is moved, usually
 * trembles, no faster than people can move on purpose, and no steadier:
 * brushing, shaking and stirring are so. */
static bool may_be_voluntary(const struct bout_result *result)
{
    const struct tremor_segment *segment = &result->segment;
    double strong = is_moved(result) ? STRONG_MOVED_DPS : STRONG_DPS;
    return strength_dps(segment) > strong &&
           segment->frequency_hz < FASTEST_HZ &&
           !(segment->stability_hz < STEADY_SHARE * segment->frequency_hz);
}

/* Tremor of a quiet arm, by frequency. */
struct quiet {
    double s[QUIET_BINS];
    double rms_dps[QUIET_BINS]; /* the strongest */
};

static size_t quiet_bin(double hz)
{
    return (size_t)fmin(fmax(hz / QUIET_STEP_HZ, 1.0), QUIET_BINS - 2);
}

static bool is_confirmed(const struct quiet *quiet,
                         const struct tremor_segment *segment)
{
    size_t bin = quiet_bin(segment->frequency_hz);
    double sum_s = 0.0;
    double rms_dps = 0.0;
    for (size_t k = bin - 1; k <= bin + 1; k++) {
        sum_s += quiet->s[k];
        rms_dps = fmax(rms_dps, quiet->rms_dps[k]);
    }
    return sum_s >= CONFIRM_S &&
           strength_dps(segment) < CONFIRM_FACTOR * rms_dps;
}

/* What the bout itself shows. */
static enum bout_evidence evidence_of(const struct bout_result *result)
{
    bool voluntary = may_be_voluntary(result);
    if (result->sure && !voluntary) {
        bool moves = result->segment.kind == TREMOR_KINETIC;
        return moves ? BOUT_KINETIC : BOUT_PLAIN;
    }
    if (result->sure && result->segment.kind == TREMOR_REST &&
        !is_moved(result)) {
        return BOUT_STRONG_AT_REST;
    }
    return BOUT_NONE;
}

/* A person's tremor keeps to its frequency: where there is tremor of a quiet
 * arm, a rhythm of the same frequency and not much stronger is tremor too. */
static void decide(const struct tremor_bouts *bouts)
{
    struct quiet quiet = {0};
    for (size_t i = 0; i < bouts->count; i++) {
        struct bout_result *result = &bouts->result[i];
        struct tremor_segment *segment = &result->segment;
        segment->kind = kind_of(bouts, result);
        result->evidence = evidence_of(result);
        if (result->evidence == BOUT_PLAIN) {
            size_t bin = quiet_bin(segment->frequency_hz);
            quiet.s[bin] += result->sustained_s;
            quiet.rms_dps[bin] =
                fmax(quiet.rms_dps[bin], strength_dps(segment));
        }
    }
    for (size_t i = 0; i < bouts->count; i++) {
        struct bout_result *result = &bouts->result[i];
        if (result->evidence != BOUT_NONE) {
            continue;
        }
        if (result->sure) {
            bool is = is_confirmed(&quiet, &result->segment);
            result->evidence = is ? BOUT_CONFIRMED : BOUT_NONE;
        } else if (!may_be_voluntary(result) && is_supported(bouts, i)) {
            result->evidence = BOUT_FAINT;
        }
    }
}

/* Mean of two segments' values, by how long they are; one may be missing. */
static double joined(double a, double b, double share)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) ? b : a;
    }
    return a + share * (b - a);
}

static double joined_rms(double a, double b, double share)
{
    return sqrt(joined(a * a, b * b, share));
}

static bool can_join(const struct tremor_segment *a,
                     const struct tremor_segment *b)
{
    return a->kind == b->kind && b->start_s - a->end_s < JOIN_S &&
           fabs(a->frequency_hz - b->frequency_hz) < JOIN_HZ;
}

static void join(struct tremor_segment *a, const struct tremor_segment *b)
{
    double length = b->end_s - b->start_s;
    double share = length / (length + a->end_s - a->start_s);
    a->end_s = b->end_s;
    a->frequency_hz = joined(a->frequency_hz, b->frequency_hz, share);
    a->frequency_sd_hz = joined(a->frequency_sd_hz, b->frequency_sd_hz, share);
    a->half_width_hz = joined(a->half_width_hz, b->half_width_hz, share);
    a->harmonic_ratio = joined(a->harmonic_ratio, b->harmonic_ratio, share);
    a->stability_hz = joined(a->stability_hz, b->stability_hz, share);
    a->rms_dps = joined_rms(a->rms_dps, b->rms_dps, share);
    a->peak_to_peak_deg =
        joined_rms(a->peak_to_peak_deg, b->peak_to_peak_deg, share);
    a->peak_to_peak_mm =
        joined_rms(a->peak_to_peak_mm, b->peak_to_peak_mm, share);
    a->accel_rms_mg = joined_rms(a->accel_rms_mg, b->accel_rms_mg, share);
    a->confidence = joined(a->confidence, b->confidence, share);
    if (!a->sensors_agree && b->sensors_agree) {
        a->sensors_agree = true;
        a->note[0] = '\0';
    }
}

static int add_segment(struct tremor *out, const struct tremor_segment *segment)
{
    struct tremor_segment *last =
        out->segment_count > 0 ? &out->segment[out->segment_count - 1] : NULL;
    if (last != NULL && can_join(last, segment)) {
        join(last, segment);
        return 0;
    }
    struct tremor_segment *added =
        array_add(&out->segment, out->segment_count, sizeof(*out->segment));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = *segment;
    if (out->segment_count > 0) {
        added->start_s = fmax(added->start_s, added[-1].end_s);
    }
    out->segment_count++;
    return 0;
}

int tremor_segments_add(const struct tremor_bouts *bouts,
                        const struct tremor_limits *limits, struct tremor *out)
{
    decide(bouts);
    for (size_t i = 0; i < bouts->count; i++) {
        const struct bout_result *result = &bouts->result[i];
        if (result->evidence == BOUT_NONE) {
            continue;
        }
        struct tremor_segment segment = result->segment;
        segment.confidence = limits->has_gyro
                                 ? CONFIDENCE[result->evidence].gyro
                                 : CONFIDENCE[result->evidence].accel;
        int err = add_segment(out, &segment);
        if (err < 0) {
            return err;
        }
    }
    for (size_t i = 0; i < out->segment_count; i++) {
        out->tremor_s += out->segment[i].end_s - out->segment[i].start_s;
    }
    return 0;
}
