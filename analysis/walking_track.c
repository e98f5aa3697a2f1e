/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/walking_track.h"

#include <math.h>
#include <string.h>

#include "acquire/vector.h"

/* Costs of changes from a window to the next, 0.48 s on, as logarithms of
 * likelihood. With 3 for the first two, steps-pebble left out of an earlier
 * fit changed by 0.3 %. */
static const float ENTER = 4.0F;
static const float LEAVE = 4.0F;
static const float JUMP = 6.0F; /* to a cadence anywhere */
/* Spread of log cadence from a window to the next: 5 %. */
static const float CADENCE_SD = 0.05F;
enum { REACH = 4 }; /* steps of WALKING_RATE_STEP that cadence may go */

/* Scores of no walking: the model's windows overlap, so it takes less than
 * even odds in each to make walking likelier over a bout. From -2 to -1.6,
 * geotec in the fit has 97.1 to 95.8 % found, 5.5 to 2.0 % of its seated time
 * called walking. */
static const float NONE_SCORE = -1.8F;

enum { NONE = WALKING_RATES };

static void start(struct walking_track *track)
{
    track->seen = 0;
    for (size_t i = 0; i < WALKING_RATES; i++) {
        track->value[i] = -1e9F;
    }
    track->value[NONE] = 0;
}

void walking_track_init(struct walking_track *track)
{
    memset(track, 0, sizeof(*track));
    start(track);
}

/* The best rate; the first of equals. Eight are looked at side by side, which
 * a processor compares at once. */
static inline size_t best_rate(const float *value)
{
    enum { LANES = 8 };
    float top[LANES];
    memcpy(top, value, sizeof(top));
    for (size_t i = LANES; i < WALKING_RATES; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            top[k] = value[i + k] > top[k] ? value[i + k] : top[k];
        }
    }
    float most = top[0];
    for (size_t k = 1; k < LANES; k++) {
        most = top[k] > most ? top[k] : most;
    }
    size_t best = 0;
    while (best + 1 < WALKING_RATES && value[best] != most) {
        best++;
    }
    return best;
}

static inline size_t best_state(const float *value)
{
    size_t rate = best_rate(value);
    return value[NONE] > value[rate] ? NONE : rate;
}

/* The best way to walk at each rate, from one that is near; from[i] receives
 * where the way to rate i comes from. */
static inline void best_ways(const float *value, float *best, uint8_t *from)
{
    const float unit = (float)(WALKING_RATE_STEP * WALKING_RATE_STEP) /
                       (2 * CADENCE_SD * CADENCE_SD);
    float padded[REACH + WALKING_RATES + REACH];
    for (size_t i = 0; i < REACH; i++) {
        padded[i] = padded[REACH + WALKING_RATES + i] = -INFINITY;
    }
    memcpy(padded + REACH, value, WALKING_RATES * sizeof(*value));
    memcpy(best, value, WALKING_RATES * sizeof(*value));
    int32_t away[WALKING_RATES] = {0};
    for (int d = -REACH; d <= REACH; d++) {
        const float *near = padded + REACH + d;
        float cost = unit * (float)(d * d);
        for (size_t i = 0; i < WALKING_RATES; i++) {
            float way = near[i] - cost;
            away[i] = way > best[i] ? d : away[i];
            best[i] = way > best[i] ? way : best[i];
        }
    }
    for (size_t i = 0; i < WALKING_RATES; i++) {
        from[i] = (uint8_t)((int32_t)i + away[i]);
    }
}

/* Walking goes on, wherever it is likeliest to come from. */
static inline void go_on(const struct walking_track *track, size_t walking,
                         float *next, uint8_t *from)
{
    const float *value = track->value;
    best_ways(value, next, from);
    for (size_t i = 0; i < WALKING_RATES; i++) {
        if (value[walking] - JUMP > next[i]) {
            next[i] = value[walking] - JUMP;
            from[i] = (uint8_t)walking;
        }
        if (value[NONE] - ENTER > next[i]) {
            next[i] = value[NONE] - ENTER;
            from[i] = NONE;
        }
    }
}

VECTOR_CLONES
static void advance(struct walking_track *track, const float *score,
                    uint8_t *from)
{
    const float *value = track->value;
    float next[WALKING_RATES + 1];
    size_t walking = best_rate(value);
    if (value[walking] < value[NONE] - ENTER) {
        /* Most of life: whoever walks now did not before. */
        memset(from, NONE, WALKING_RATES);
        for (size_t i = 0; i < WALKING_RATES; i++) {
            next[i] = value[NONE] - ENTER;
        }
    } else {
        go_on(track, walking, next, from);
    }
    bool stay = value[NONE] >= value[walking] - LEAVE;
    from[NONE] = (uint8_t)(stay ? NONE : walking);
    next[NONE] = NONE_SCORE + (stay ? value[NONE] : value[walking] - LEAVE);
    for (size_t i = 0; i < WALKING_RATES; i++) {
        next[i] += score[i];
    }
    float top = next[best_state(next)];
    for (size_t i = 0; i <= WALKING_RATES; i++) {
        track->value[i] = next[i] - top;
    }
}

static struct walking_decision decision(const struct walking_track *track,
                                        size_t window, size_t state)
{
    if (state == NONE) {
        return (struct walking_decision){WALKING_NONE, 0};
    }
    return (struct walking_decision){
        (int)state, track->score[window % WALKING_TRACK_RING][state]};
}

bool walking_track_push(struct walking_track *track, const float *score,
                        struct walking_decision *out)
{
    size_t slot = track->seen % WALKING_TRACK_RING;
    memcpy(track->score[slot], score, sizeof(track->score[slot]));
    advance(track, score, track->from[slot]);
    track->seen++;
    if (track->seen <= WALKING_TRACK_LAG) {
        return false;
    }
    size_t state = best_state(track->value);
    size_t window = track->seen - 1;
    for (size_t i = 0; i < WALKING_TRACK_LAG; i++, window--) {
        state = track->from[window % WALKING_TRACK_RING][state];
    }
    *out = decision(track, window, state);
    return true;
}

size_t walking_track_flush(struct walking_track *track,
                           struct walking_decision *out)
{
    size_t open =
        track->seen < WALKING_TRACK_LAG ? track->seen : WALKING_TRACK_LAG;
    size_t state = best_state(track->value);
    for (size_t i = open; i-- > 0;) {
        size_t window = track->seen - open + i;
        out[i] = decision(track, window, state);
        state = track->from[window % WALKING_TRACK_RING][state];
    }
    start(track);
    return open;
}
