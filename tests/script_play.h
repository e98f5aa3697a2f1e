/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays a motion script in a test; included once in each. */
#ifndef TESTS_SCRIPT_PLAY_H
#define TESTS_SCRIPT_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "firmware/virtual/script.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const double RATE_HZ = 1000.0;
static const double RADIANS = 3.14159265358979323846 / 180.0;

static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.9g is not within %.3g of %.9g", value, tolerance, expected);
    }
}

/* A script being played, its truths at hand. */
struct play {
    struct motion_source motion;
    const struct script_truth *truths;
    size_t count;
};

static inline struct play play_new(const char *text, uint64_t seed)
{
    struct script *script;
    char why[256] = "";
    int err = script_parse(text, seed, &script, why, sizeof(why));
    if (err < 0) {
        fail_msg("%s", why);
    }
    struct play play;
    play.truths = script_truths(script, &play.count);
    play.motion = script_motion(script);
    return play;
}

static inline void play_free(struct play *play)
{
    play->motion.release(play->motion.ctx);
}

static inline struct motion_point at(const struct play *play, double t_s)
{
    struct motion_point point;
    assert_int_equal(play->motion.at(play->motion.ctx, t_s, RATE_HZ, &point),
                     0);
    return point;
}

static inline double length(const double v[3])
{
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

static inline size_t count_kind(const struct play *play, const char *kind)
{
    size_t count = 0;
    for (size_t k = 0; k < play->count; k++) {
        count += strcmp(play->truths[k].kind, kind) == 0;
    }
    return count;
}

static inline const struct script_truth *find_kind(const struct play *play,
                                                   const char *kind)
{
    for (size_t k = 0; k < play->count; k++) {
        if (strcmp(play->truths[k].kind, kind) == 0) {
            return &play->truths[k];
        }
    }
    fail_msg("no truth of kind %s", kind);
    return NULL;
}

#endif
