/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/wear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/error.h"
#include "analysis/array.h"

static const double STILL_SD_MG = 13;   /* van Hees et al. 2014 */
static const double STILL_GYRO_DPS = 2; /* rms of three axes */

/* On a table. Measured on real recordings: the quietest second of five people
 * at rest has 0.65 deg/s rms over three axes, sensor noise included. Noise
 * alone, below 50 Hz, is 0.05 deg/s with an LSM6DSOX (3.8 mdps/sqrt(Hz), data
 * sheet) and 0.12 with a gyroscope twice and a half as noisy. Between them
 * lies tremor too faint to see, 0.2 deg/s: that is still an arm. */
static const double OFF_GYRO_DPS = 0.15;
static const double OFF_SD_MG = 8; /* DETACH */

/* Noise of up to 0.3 deg/s an axis if it is white. The second of a real arm
 * with the least turning has 0.25 deg/s of it at 12.5 Hz and 0.4 to 1 at 25 Hz
 * and more; with 0.1 to 0.3 deg/s of noise added to each axis at 12.5, 25, 50
 * Hz and their own rate none of these sets has a second off. */
static const double OFF_NOISY_DPS = 0.6;
static const double OFF_COLOUR = 0.4;

/* No gyroscope is so quiet: it is stuck, or filled up with zeros. */
static const double SILENT_DPS = 0.005;
static const double OFF_SD_ALONE_MG = 5; /* accelerometer alone */
static const double OFF_MIN_S = 20;      /* with gyroscope */
static const double OFF_MIN_ALONE_S = 180;
static const double OFF_TURN_G = 0.02; /* mean moves less in the stay */

/* In a bag. Arms that are used turn by more within minutes: of 5 min and
 * longer the development sets have none so steady. */
static const double BAG_MIN_S = 300;
static const double BAG_TURN_G = 0.26; /* 15 degrees, or so much of a push */
static const double BAG_GYRO_DPS = 30; /* an arm that swings turns by more */
enum { BAG_STILL_PART = 2 };           /* still for half of it: an arm rests */

/* One epoch in ten may be odd, and so many in a row. */
enum { ODD_PART = 10, ODD_ROW = 10 };

/* Temperature (DETACH): falls faster than the one after the band was taken
 * off, and no faster than the other on an arm. [C/min] */
static const double COOLING_C = 0.2;
static const double STEADY_C = 0.1;
static const double COOLING_MIN = 5; /* of that; then it levels out */
static const double JUDGED_MIN = 3;  /* a stay of less says nothing */
static const double APART_C = 3;     /* cool and warm are at least */
static const double COOL_SHARE = 0.5;
static const double WARM_SHARE = 0.75; /* of the way from cool to warm */
static const double SMOOTH_S = 30;

enum warmth { WARMTH_UNKNOWN, WARMTH_COLD, WARMTH_WARM };

bool epoch_is_still(const struct epoch *epoch)
{
    return epoch->accel_sd_mg < STILL_SD_MG &&
           epoch->gyro_sd_dps < STILL_GYRO_DPS;
}

bool epoch_has_turned(const struct epoch *epoch, const double first_g[3],
                      double most_g)
{
    for (int axis = 0; axis < 3; axis++) {
        if (fabs(epoch->mean[axis] - first_g[axis]) > most_g) {
            return true;
        }
    }
    return false;
}

bool wear_asks_colour(const struct epoch *epoch)
{
    return epoch->gyro_sd_dps >= OFF_GYRO_DPS &&
           epoch->gyro_sd_dps < OFF_NOISY_DPS && epoch->accel_sd_mg < OFF_SD_MG;
}

void wear_init(struct wear *wear)
{
    wear->celsius = NAN;
    wear->cool_c = NAN;
    wear->warm_c = NAN;
}

void wear_deinit(struct wear *wear)
{
    for (int place = 0; place < WEAR_PLACES; place++) {
        free(wear->stay[place]);
    }
}

static void take_temperature(struct wear *wear, const struct epoch *epoch)
{
    if (isnan(epoch->celsius)) {
        return;
    }
    double length_s = epoch->end_s - epoch->start_s;
    double before = isnan(wear->celsius) ? epoch->celsius : wear->celsius;
    double gain = fmin(1, length_s / SMOOTH_S);
    wear->celsius = before + gain * (epoch->celsius - before);
    wear->cool_c = fmin(wear->cool_c, wear->celsius);
    wear->warm_c = fmax(wear->warm_c, wear->celsius);
}

static double least_s(enum wear_place place, const struct stay *stay)
{
    if (place == WEAR_BAG) {
        return BAG_MIN_S;
    }
    return 2 * stay->heard > stay->epochs ? OFF_MIN_S : OFF_MIN_ALONE_S;
}

static int stay_end(struct wear *wear, enum wear_place place)
{
    struct stay ended = wear->now[place];
    wear->now[place] = (struct stay){0};
    bool is_long =
        ended.span.end_s - ended.span.start_s >= least_s(place, &ended);
    bool is_arm =
        place == WEAR_BAG && BAG_STILL_PART * ended.still > ended.epochs;
    if (ended.epochs == 0 || !is_long || is_arm) {
        return 0;
    }
    struct stay *added =
        array_add(&wear->stay[place], wear->count[place], sizeof(*added));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = ended;
    wear->count[place]++;
    return 0;
}

static bool is_heard(const struct epoch *epoch)
{
    return epoch->gyro_sd_dps > SILENT_DPS;
}

static bool looks_so(enum wear_place place, const struct epoch *epoch)
{
    if (place == WEAR_BAG) {
        return epoch->gyro_sd_dps < BAG_GYRO_DPS;
    }
    if (is_heard(epoch)) {
        bool is_quiet = epoch->gyro_sd_dps < OFF_GYRO_DPS ||
                        epoch->gyro_colour < OFF_COLOUR;
        return is_quiet && epoch->accel_sd_mg < OFF_SD_MG;
    }
    return epoch->accel_sd_mg < OFF_SD_ALONE_MG;
}

/* An epoch like the others, or one of the few that are not: a step on the
 * floor or a door shakes a table a little; a bag may be pushed anyhow. */
static bool goes_on(const struct wear *wear, enum wear_place place,
                    const struct epoch *epoch, bool *odd)
{
    const struct stay *stay = &wear->now[place];
    if (stay->epochs == 0) {
        return false;
    }
    bool is_bag = place == WEAR_BAG;
    bool turned = epoch_has_turned(epoch, stay->first_g,
                                   is_bag ? BAG_TURN_G : OFF_TURN_G);
    *odd = turned || !looks_so(place, epoch);
    bool may_be = is_bag || (epoch_is_still(epoch) && !turned);
    return !*odd || (may_be && stay->odd_row < ODD_ROW &&
                     ODD_PART * stay->odd < stay->epochs);
}

/* A bag that stands still may be a table or an arm as well: a stay in one
 * begins and ends where it moves. */
static bool shows(enum wear_place place, const struct epoch *epoch)
{
    return place != WEAR_BAG || !epoch_is_still(epoch);
}

static int stay_add(struct wear *wear, enum wear_place place,
                    const struct epoch *epoch)
{
    struct stay *stay = &wear->now[place];
    bool odd = false;
    if (!goes_on(wear, place, epoch, &odd)) {
        int err = stay_end(wear, place);
        if (err < 0 || !looks_so(place, epoch) || !shows(place, epoch)) {
            return err;
        }
        odd = false;
        stay->span.start_s = epoch->start_s;
        stay->first_c = wear->celsius;
        memcpy(stay->first_g, epoch->mean, sizeof(stay->first_g));
    }
    stay->epochs++;
    stay->odd += odd;
    stay->odd_row = odd ? stay->odd_row + 1 : 0;
    stay->still += epoch_is_still(epoch);
    stay->heard += is_heard(epoch);
    if (!odd && shows(place, epoch)) {
        stay->span.end_s = epoch->end_s;
        stay->last_c = wear->celsius;
    }
    return 0;
}

int wear_add(struct wear *wear, const struct epoch *epoch)
{
    take_temperature(wear, epoch);
    int err = stay_add(wear, WEAR_TABLE, epoch);
    return err < 0 ? err : stay_add(wear, WEAR_BAG, epoch);
}

int wear_gap(struct wear *wear)
{
    int err = stay_end(wear, WEAR_TABLE);
    return err < 0 ? err : stay_end(wear, WEAR_BAG);
}

/* What temperature says of a stay. */
static enum warmth warmth_of(const struct wear *wear, const struct stay *stay)
{
    double apart_c = wear->warm_c - wear->cool_c;
    double minutes = (stay->span.end_s - stay->span.start_s) / 60;
    if (!(apart_c >= APART_C) || isnan(stay->first_c) || minutes < JUDGED_MIN) {
        return WARMTH_UNKNOWN;
    }
    double fall_c = stay->first_c - stay->last_c;
    double judged = fmin(minutes, COOLING_MIN);
    double share = (stay->last_c - wear->cool_c) / apart_c;
    bool is_rising = fall_c < -STEADY_C * judged;
    if (fall_c > COOLING_C * judged || (share < COOL_SHARE && !is_rising)) {
        return WARMTH_COLD;
    }
    bool is_falling = fall_c > STEADY_C * judged;
    return share > WARM_SHARE && !is_falling ? WARMTH_WARM : WARMTH_UNKNOWN;
}

static int span_add(struct span **spans, size_t *count, struct span span)
{
    struct span *added = array_add(spans, *count, sizeof(*added));
    if (added == NULL) {
        return ERR_NO_MEMORY;
    }
    *added = span;
    (*count)++;
    return 0;
}

/* A table is told by stillness unless it is as warm as an arm, a bag by being
 * cold; what is neither warm nor cold is not known. */
static int settle(const struct wear *wear, enum wear_place place,
                  const struct stay *stay, struct quality *quality)
{
    enum warmth warmth = warmth_of(wear, stay);
    if (warmth == WARMTH_WARM) {
        return 0;
    }
    if (warmth == WARMTH_COLD || place == WEAR_TABLE) {
        return span_add(&quality->nonwear, &quality->nonwear_count, stay->span);
    }
    return span_add(&quality->wear_unknown, &quality->wear_unknown_count,
                    stay->span);
}

/* A table is no bag: its epochs are still, so that the two overlap by little;
 * where they do, the later begins when the earlier is over. */
int wear_finish(struct wear *wear, struct quality *quality)
{
    size_t at[WEAR_PLACES] = {0};
    double over_s = 0;
    int err = 0;
    while (err == 0) {
        const struct stay *next = NULL;
        enum wear_place place = WEAR_TABLE;
        for (int k = 0; k < WEAR_PLACES; k++) {
            const struct stay *stay = &wear->stay[k][at[k]];
            if (at[k] < wear->count[k] &&
                (next == NULL || stay->span.start_s < next->span.start_s)) {
                next = stay;
                place = (enum wear_place)k;
            }
        }
        if (next == NULL) {
            break;
        }
        at[place]++;
        struct stay stay = *next;
        stay.span.start_s = fmax(stay.span.start_s, over_s);
        if (stay.span.end_s > stay.span.start_s) {
            over_s = stay.span.end_s;
            err = settle(wear, place, &stay, quality);
        }
    }
    return err;
}
