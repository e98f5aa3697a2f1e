/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_fine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/median.h"
#include "analysis/adherence_beat.h"

double adherence_angle_deg(const double a[3], const double b[3])
{
    static const double DEGREES = 57.29577951308232;
    double dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    return DEGREES * acos(fmax(-1, fmin(1, dot)));
}

static void not_measured(struct adherence_item *item, const char *reason)
{
    item->basis = BASIS_NONE;
    snprintf(item->reason, sizeof(item->reason), "%s", reason);
}

/* ---- holds ---- */

/* Countdowns last five seconds: who is in position early has moved since
 * then. */
static const double EARLY_S = 6;
static const double HOME_S = 30; /* before: where the arm was is forgotten */
static const double AWAY_DEG = 15;
static const double HOLD_OFF_S = 0.5; /* of what measuring may be off by */
static const double HOLD_LEAST_S = 2;
static const double HOLD_SHARE = 1.0 / 3; /* of its dose: less is no hold */

double adherence_hold_least_s(const struct dose *dose)
{
    return fmax(HOLD_LEAST_S, HOLD_SHARE * dose->part[DOSE_HOLD_S].low);
}

/* Where the arm was before the exercise, or NULL. Where nothing is known of
 * what was before the countdown, the arm may as well have been there always. */
static const struct still *find_home(const struct stillness *stillness,
                                     double start_s)
{
    const struct still *home = NULL;
    const struct still *first = NULL;
    for (size_t i = 0; i < stillness->count; i++) {
        const struct still *still = &stillness->still[i];
        if (still->start_s >= start_s || still->end_s <= start_s - HOME_S) {
            continue;
        }
        first = first != NULL ? first : still;
        home = still->start_s < start_s - EARLY_S ? still : home;
    }
    return home != NULL ? home : first;
}

/* How much of a span of stillness is the exercise's: what is in its windows,
 * and what leads up to the first of a set or goes on behind the last. */
static double held_s(const struct windows *windows, const struct still *still)
{
    double sum_s = 0;
    for (size_t i = 0; i < windows->count; i++) {
        const struct window *w = &windows->window[i];
        bool is_first = i == 0 || w[-1].set != w->set;
        bool is_last = i + 1 == windows->count || w[1].set != w->set;
        double from_s = w->span.start_s - (is_first ? EARLY_S : 0);
        double to_s = w->span.end_s + (is_last ? EARLY_S : 0);
        bool inside = fmin(w->span.end_s, still->end_s) -
                          fmax(w->span.start_s, still->start_s) >
                      0;
        if (inside) {
            sum_s += fmin(to_s, still->end_s) - fmax(from_s, still->start_s);
        }
    }
    return fmin(sum_s, still->end_s - still->start_s);
}

static int falling(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x < y) - (x > y);
}

/* Part of the dose: of as many holds as are asked for, the longest, each up to
 * its dose. */
static double held_fraction(const struct values *holds,
                            const struct dose *prescribed)
{
    double hold_s = prescribed->part[DOSE_HOLD_S].low;
    double repetitions = prescribed->part[DOSE_REPETITIONS].low;
    double asked = prescribed->part[DOSE_SETS].low *
                   (isfinite(repetitions) ? repetitions : 1);
    double sum = 0;
    if (holds->count > 0) {
        qsort(holds->value, holds->count, sizeof(double), falling);
    }
    for (size_t i = 0; i < holds->count && (double)i < asked; i++) {
        bool whole = holds->value[i] + HOLD_OFF_S >= hold_s;
        sum += whole ? 1 : holds->value[i] / hold_s;
    }
    return asked > 0 ? sum / asked : 1;
}

struct held {
    struct tally tally;
    struct values hold_s;
    struct values away_deg;
    struct values steadiness_dps;
    double kept_s; /* at home */
};

static int take_still(struct held *held, const struct still *still,
                      const struct still *home, double least_s)
{
    double in_s = held_s(held->tally.windows, still);
    double away_deg =
        home != NULL ? adherence_angle_deg(still->up, home->up) : (double)NAN;
    if (in_s > 0 && away_deg < AWAY_DEG) {
        held->kept_s += in_s;
    }
    if (in_s < least_s || away_deg < AWAY_DEG) {
        return 0;
    }
    struct span span = {still->start_s, still->end_s};
    double sure = home != NULL ? fmin(1, away_deg / (3 * AWAY_DEG)) : 0.5;
    if (tally_add(&held->tally, span, sure) == NULL) {
        return 0; /* most of it is somewhere else */
    }
    int err = values_add(&held->hold_s, in_s);
    if (err == 0 && isfinite(away_deg)) {
        err = values_add(&held->away_deg, away_deg);
    }
    if (err == 0 && isfinite(still->steadiness_dps)) {
        err = values_add(&held->steadiness_dps, still->steadiness_dps);
    }
    return err;
}

int adherence_holds(const struct summary *summary,
                    const struct windows *windows, struct adherence_item *item)
{
    const struct stillness *stillness = &summary->stillness;
    struct held held = {.tally = {.item = item, .windows = windows}};
    const struct still *home =
        find_home(stillness, windows->window[0].span.start_s);
    double least_s = adherence_hold_least_s(&item->prescribed);
    int err = 0;
    for (size_t i = 0; i < stillness->count && err == 0; i++) {
        err = take_still(&held, &stillness->still[i], home, least_s);
    }
    tally_end(&held.tally);
    item->fraction = held_fraction(&held.hold_s, &item->prescribed);
    item->done.part[DOSE_REPETITIONS] = held.tally.count;
    item->done.part[DOSE_HOLD_S] = values_median(&held.hold_s);
    item->done.range_deg = values_median(&held.away_deg);
    item->done.steadiness_dps = values_median(&held.steadiness_dps);
    if (held.tally.count == 0 && held.kept_s > 0.5 * windows_s(windows)) {
        item->done.part[DOSE_REPETITIONS] = NAN;
        item->fraction = NAN;
        not_measured(item, "the arm kept the position that it had before: "
                           "held or not done, that cannot be told");
    }
    return err;
}

/* ---- active time ---- */

/* Hands that rest sway by 0.3 to 1.5 deg/s. */
static const double ACTIVE_DPS = 2;
static const double ACTIVE_MG = 15; /* without gyroscope */
static const double OVER_NOISE = 3;
static const double OVER_TREMOR = 2;
static const double BREAK_S = 2; /* as long may a movement halt */

/* What a hand that does nothing shows at that time. */
static double floor_at(const struct summary *summary, double time_s)
{
    const struct quality *q = &summary->quality;
    double dps =
        fmax(ACTIVE_DPS,
             isfinite(q->gyro_noise_dps) ? OVER_NOISE * q->gyro_noise_dps : 0);
    for (size_t i = 0; i < summary->tremor.segment_count; i++) {
        const struct tremor_segment *t = &summary->tremor.segment[i];
        if (t->start_s <= time_s && time_s <= t->end_s &&
            isfinite(t->rms_dps)) {
            dps = fmax(dps, OVER_TREMOR * t->rms_dps);
        }
    }
    return dps;
}

/* How much more than that. */
static double over_floor(const struct summary *summary,
                         const struct effort_epoch *epoch)
{
    if (!summary->info.has_gyro) {
        return (double)epoch->accel_mg / ACTIVE_MG;
    }
    return (double)epoch->gyro_dps / floor_at(summary, epoch->time_s);
}

double adherence_active_s(const struct summary *summary, struct tally *tally)
{
    const struct effort *effort = &summary->effort;
    double active_s = 0;
    double last_s = -INFINITY;
    const struct window *last = NULL;
    for (size_t i = 0; i < effort->count; i++) {
        const struct effort_epoch *epoch = &effort->epoch[i];
        double over = over_floor(summary, epoch);
        if (over < 1) {
            continue;
        }
        struct span span = {epoch->time_s, epoch->time_s};
        const struct window *window =
            tally_add(tally, span, fmin(1, 0.5 * over));
        if (window != NULL) {
            double since_s = epoch->time_s - last_s;
            bool goes_on = window == last && since_s <= BREAK_S;
            active_s += goes_on ? since_s : EFFORT_EPOCH_S;
            last_s = epoch->time_s;
            last = window;
        }
    }
    return active_s;
}

int adherence_rhythm(const struct summary *summary,
                     const struct windows *windows, struct adherence_item *item)
{
    struct tally tally = {.item = item, .windows = windows};
    double active_s = adherence_active_s(summary, &tally);
    tally_end(&tally);
    item->done.part[DOSE_MINUTES] = active_s / 60;
    double beat_hz = adherence_beat_hz(summary, windows);
    if (tally.count > 0 && isfinite(beat_hz)) {
        item->done.rate_hz = beat_hz;
        item->done.part[DOSE_REPETITIONS] = round(beat_hz * active_s);
    }
    if (tally.count == 0 && item->exercise->limits.in[0][0] != '\0') {
        item->done.part[DOSE_MINUTES] = NAN;
        not_measured(item, "the hand moved too little to be told from rest");
    }
    return 0;
}

/* ---- touches ---- */

/* A touch and a release are short moments that stand out from a quiet hand. */
static const double NOISE_LEAST_MG = 0.1; /* no sensor has less */
static const double TOUCH_OVER = 4;       /* the quiet: 12 dB */
static const double TOUCH_APART_S = 0.6;
static const double TOUCH_UNEVEN = 0.4; /* median deviation of holds */

enum { TOUCHES_LEAST = 2 };

struct touches {
    struct values moment_s; /* touch, release, touch, ... */
    struct values strength;
    double strongest; /* anything at all */
    double noise_mg;
};

/* The median of what is in the windows. */
static int quiet_mg(const struct effort *effort, const struct windows *windows,
                    double *out)
{
    struct values all = {0};
    int err = 0;
    for (size_t i = 0; i < effort->count && err == 0; i++) {
        if (window_at(windows, effort->epoch[i].time_s) != NULL) {
            err = values_add(&all, (double)effort->epoch[i].accel_mg);
        }
    }
    *out = values_median(&all);
    return err;
}

static int find_touches(const struct effort *effort,
                        const struct windows *windows, struct touches *touches)
{
    int err = quiet_mg(effort, windows, &touches->noise_mg);
    touches->noise_mg = fmax(touches->noise_mg, NOISE_LEAST_MG);
    for (size_t i = 0; i < effort->count && err == 0; i++) {
        const struct effort_epoch *epoch = &effort->epoch[i];
        double over = (double)epoch->accel_mg / touches->noise_mg;
        if (window_at(windows, epoch->time_s) == NULL) {
            continue;
        }
        touches->strongest = fmax(touches->strongest, over);
        size_t n = touches->moment_s.count;
        if (over < TOUCH_OVER) {
            continue;
        }
        if (n > 0 &&
            epoch->time_s - touches->moment_s.value[n - 1] < TOUCH_APART_S) {
            continue;
        }
        err = values_add(&touches->moment_s, epoch->time_s);
        err = err < 0 ? err : values_add(&touches->strength, over);
    }
    return err;
}

/* Touch and release in turn; fills in the holds between. */
static int pair_touches(const struct touches *touches, struct tally *tally,
                        struct values *holds)
{
    const double *at_s = touches->moment_s.value;
    int err = 0;
    for (size_t i = 0; i + 1 < touches->moment_s.count && err == 0; i += 2) {
        double sure = fmin(1, touches->strength.value[i] / (2 * TOUCH_OVER));
        if (tally_add(tally, (struct span){at_s[i], at_s[i + 1]}, sure) !=
            NULL) {
            err = values_add(holds, at_s[i + 1] - at_s[i]);
        }
    }
    return err;
}

/* True if the holds are alike: a moment that was missed turns the order of
 * touch and release round. */
static bool are_alike(const struct values *holds)
{
    double middle = 0;
    for (size_t i = 0; i < holds->count; i++) {
        middle += holds->value[i] / (double)holds->count;
    }
    size_t off = 0;
    for (size_t i = 0; i < holds->count; i++) {
        off += fabs(holds->value[i] - middle) > TOUCH_UNEVEN * middle;
    }
    return 4 * off <= holds->count;
}

/* Why nothing is counted. */
static void explain_touches(const struct touches *touches, bool paired,
                            struct adherence_item *item)
{
    double snr_db = 20 * log10(touches->strongest);
    item->done = done_nothing;
    item->confidence = NAN;
    item->basis = BASIS_NONE;
    if (paired) {
        snprintf(item->reason, sizeof(item->reason),
                 "touches do not stand out from the hand's rest: "
                 "signal-to-noise %.0f dB, and 12 are needed",
                 snr_db);
    } else {
        snprintf(item->reason, sizeof(item->reason),
                 "touch and release cannot be told from each other: "
                 "signal-to-noise %.0f dB",
                 snr_db);
    }
}

int adherence_touches(const struct summary *summary,
                      const struct windows *windows,
                      struct adherence_item *item)
{
    struct touches touches = {0};
    struct tally tally = {.item = item, .windows = windows};
    struct values holds = {0};
    int err = find_touches(&summary->effort, windows, &touches);
    if (err == 0) {
        err = pair_touches(&touches, &tally, &holds);
    }
    tally_end(&tally);
    bool paired = touches.moment_s.count % 2 == 0 && are_alike(&holds);
    item->done.part[DOSE_REPETITIONS] = tally.count;
    item->done.part[DOSE_HOLD_S] = values_median(&holds);
    if (touches.moment_s.count < TOUCHES_LEAST || !paired) {
        explain_touches(&touches, paired, item);
    }
    free(touches.moment_s.value);
    free(touches.strength.value);
    return err;
}
