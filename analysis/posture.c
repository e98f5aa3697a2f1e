/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/posture.h"

#include <math.h>
#include <string.h>

/* Orientations closer than this are one place. [cosine of 15 degrees] */
static const double SAME_COSINE = 0.966;

/* Held up: turned this far from where it rests [cosine of 18 degrees]. */
static const double AWAY_COSINE = 0.951;

/* Forearm along gravity; it is the sensor's x axis on wrist-worn devices. */
static const double HANGING = 0.85;

/* The stillest place is looked for among those of 5 s and more; a place's sway
 * is that of its stiller quarter. */
static const uint32_t LEAST_WINDOWS = 10;
static const double STILLER_SHARE = 0.25;

/* Nobody holds an arm up like this for 40 s without need. [windows] */
static const uint32_t LONG_STAY = 80;

/* Levels are quarter octaves from 0.005 deg/s up. */
static const double LEVEL_LOW_DPS = 0.005;
static const double LEVELS_PER_OCTAVE = 4.0;

void posture_init(struct posture *posture)
{
    memset(posture, 0, sizeof(*posture));
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Returns false where there is no direction. */
static bool direction(const double accel[3], double up[3])
{
    double length = sqrt(dot(accel, accel));
    if (!(length > 0.0)) {
        return false;
    }
    for (size_t axis = 0; axis < 3; axis++) {
        up[axis] = accel[axis] / length;
    }
    return true;
}

static size_t level_of(double sway_dps)
{
    double level = LEVELS_PER_OCTAVE * log2(sway_dps / LEVEL_LOW_DPS);
    level = fmin(fmax(level, 0.0), POSTURE_LEVELS - 1);
    return (size_t)level;
}

static double level_dps(size_t level)
{
    return LEVEL_LOW_DPS * exp2(((double)level + 0.5) / LEVELS_PER_OCTAVE);
}

static size_t place_at(struct posture *posture, const double up[3])
{
    for (size_t i = 0; i < posture->count; i++) {
        if (dot(posture->place[i].up, up) > SAME_COSINE) {
            return i;
        }
    }
    /* When all are taken the least used one gives way. */
    size_t use = posture->count;
    if (use == POSTURE_PLACES) {
        use = 0;
        for (size_t i = 1; i < POSTURE_PLACES; i++) {
            if (posture->place[i].windows < posture->place[use].windows) {
                use = i;
            }
        }
    } else {
        posture->count++;
    }
    struct posture_place *place = &posture->place[use];
    memset(place, 0, sizeof(*place));
    memcpy(place->up, up, sizeof(place->up));
    return use;
}

void posture_add(struct posture *posture, const double accel[3],
                 double sway_dps, uint32_t windows)
{
    double up[3];
    if (!direction(accel, up)) {
        return;
    }
    size_t at = place_at(posture, up);
    struct posture_place *place = &posture->place[at];
    place->windows += windows;
    posture->in_row = windows + (at == posture->at ? posture->in_row : 0);
    posture->at = at;
    if (posture->in_row > place->longest) {
        place->longest = posture->in_row;
    }
    if (!isnan(sway_dps)) {
        place->quiet += windows;
        place->level[level_of(sway_dps)] += windows;
    }
}

static double stiller_sway(const struct posture_place *place)
{
    double wanted = STILLER_SHARE * place->quiet;
    double below = 0.0;
    size_t level = 0;
    while (level + 1 < POSTURE_LEVELS && below + place->level[level] < wanted) {
        below += place->level[level];
        level++;
    }
    return level_dps(level);
}

static const struct posture_place *stillest(const struct posture *posture)
{
    const struct posture_place *best = NULL;
    double least = (double)INFINITY;
    for (size_t i = 0; i < posture->count; i++) {
        const struct posture_place *place = &posture->place[i];
        double sway = stiller_sway(place);
        if (place->quiet >= LEAST_WINDOWS && sway < least) {
            best = place;
            least = sway;
        }
    }
    return best;
}

bool posture_is_held(const struct posture *posture, const double accel[3])
{
    double up[3];
    const struct posture_place *still = stillest(posture);
    if (still == NULL || !direction(accel, up) || fabs(up[0]) > HANGING) {
        return false;
    }
    for (size_t i = 0; i < posture->count; i++) {
        const struct posture_place *place = &posture->place[i];
        bool rests = place == still || place->longest >= LONG_STAY;
        if (rests && dot(place->up, up) > AWAY_COSINE) {
            return false;
        }
    }
    return true;
}
