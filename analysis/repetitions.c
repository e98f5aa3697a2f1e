/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/repetitions.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "acquire/error.h"
#include "acquire/median.h"
#include "analysis/array.h"

/*
 * Chosen on reps-uci (3 people, 27 blocks of 10, all exact); in brackets the
 * values that give the same there. Chosen on any two of the people, they count
 * the third's 9 blocks exactly, too.
 */
static const struct {
    float stroke_deg;
    float ratio;
    float drift_share;
    float pause_s;
    float pause_share;
    float pause_max_s;
    float period_s;
    float uneven;
    float faster;
    float shake_g;
    float shake_g_per_deg;
} tune = {
    .stroke_deg = 12, /* shorter strokes are no exercise (10 .. 18) */
    .ratio = 0.45F,   /* least of a stroke's angle over the one before's (0.3 ..
                         0.6) */
    .drift_share = 0.45F, /* furthest from the place two strokes ago, of the
                           * stroke (0.3 .. 0.6) */
    .pause_s = 6, /* a longer pause between repetitions ends a set, (5 .. 8) */
    .pause_share = 3, /* unless it is within this many of the usual ones */
    .pause_max_s = 15,
    .period_s = 1.6F, /* faster is arm swing (steps-oxford-phone,
                       * activity-geotec: 1.0 .. 1.5 s); exercise: 2.7 s */
    .uneven = 0.3F,   /* median deviation of periods and of ranges, over their
                       * medians; sets of reps-uci: 0.21 at most (0.26 ..
                       * 0.4), scripted washing up: 0.28 and more */
    .faster = 1.5F, /* sets differ if one's period is so many times the other's
                     * (1.3 .. 2) */
    .shake_g = 0.08F, /* most of |a|'s deviation on a stroke: walking shakes */
    .shake_g_per_deg = 0.007F, /* so does a hand that swings, by its
                                * centripetal acceleration (0.006 .. 0.008) */
};

enum { SET_LEAST = 3, PART_LEAST = 8 };

/* A run begins at home, unless this many pairs speak against. In reps-uci, cut
 * within the first repetition or the arm lowered before, 100 % of repetitions
 * are in phase with 0.1 to 1, for each of the people. */
static const double HOME_MARGIN = 0.5;

/* Hands move with minimum jerk (Flash and Hogan 1985): from 12 to 88 % of the
 * way takes this part of the time, and the speed over time is a bell with
 * this variance. */
static const double SEEN_SHARE = 0.4699;
static const double BELL_VARIANCE = 1.0 / 28;

/* What a set is judged by. */
struct evenness {
    double period_s; /* median from start to start */
    double uneven;   /* median deviation of periods, of the median, and of
                      * ranges, of theirs */
    double range_deg;
    double shake_g;
};

/* Sorts `x`. NAN if there is none. */
static double median_if_any(double *x, size_t n)
{
    return n > 0 ? median(x, n) : NAN;
}

static double median_of(struct repetitions *s, size_t first, size_t count,
                        size_t offset)
{
    for (size_t i = 0; i < count; i++) {
        const char *item = (const char *)&s->repetition[first + i];
        memcpy(&s->scratch[i], item + offset, sizeof(double));
    }
    return median_if_any(s->scratch, count);
}

static struct evenness judge(struct repetitions *s, size_t first, size_t count)
{
    const struct repetition *r = &s->repetition[first];
    double *x = s->scratch;
    struct evenness even = {0};
    even.range_deg =
        median_of(s, first, count, offsetof(struct repetition, range_deg));
    for (size_t i = 0; i < count; i++) {
        x[i] = (double)s->shake_g[first + i];
    }
    even.shake_g = median_if_any(x, count);
    for (size_t i = 0; i + 1 < count; i++) {
        x[i] = r[i + 1].start_s - r[i].start_s;
    }
    even.period_s = median_if_any(x, count - 1);
    for (size_t i = 0; i + 1 < count; i++) {
        x[i] = fabs(r[i + 1].start_s - r[i].start_s - even.period_s);
    }
    even.uneven = median_if_any(x, count - 1) / even.period_s;
    for (size_t i = 0; i < count; i++) {
        x[i] = fabs(r[i].range_deg - even.range_deg);
    }
    even.uneven += median_if_any(x, count) / even.range_deg;
    return even;
}

/* Of few repetitions more evenness is asked: two periods are soon alike. */
static bool is_exercise(const struct evenness *even, size_t count)
{
    double uneven = tune.uneven * (1 - 1.5 / (double)count);
    return even->period_s >= tune.period_s && even->uneven <= uneven &&
           even->shake_g <=
               tune.shake_g + tune.shake_g_per_deg * even->range_deg;
}

/* Few, uneven or small repetitions may be something else. How few is fitted to
 * reps-uci, whole blocks and their first 3 to 6 repetitions, against all that
 * is found in recordings without exercise: 1.5 whichever person is left out
 * (log loss of those 0.16), 0.75 to 1 without a set of the others. */
static double confidence_of(const struct evenness *even, size_t count)
{
    double many = 1 - exp(-((double)count - 2) / 1.5);
    double steady = 1 - pow(even->uneven / (2 * tune.uneven), 2);
    double wide = fmin(1, even->range_deg / (1.5 * tune.stroke_deg));
    return many * steady * wide;
}

/* Adds a set of `count` repetitions from `first` on to what was found. */
static int add_set(struct repetitions *s, size_t first, size_t count,
                   const struct evenness *even)
{
    struct exercise *found = &s->found;
    struct exercise_set *set =
        array_add(&found->set, found->set_count, sizeof(*set));
    if (set == NULL) {
        return ERR_NO_MEMORY;
    }
    const struct repetition *r = &s->repetition[first];
    strcpy(set->exercise, "repetition");
    set->start_s = r[0].start_s;
    set->end_s = r[count - 1].end_s;
    set->repetitions = (uint32_t)count;
    set->hold_s_median =
        median_of(s, first, count, offsetof(struct repetition, hold_s));
    set->range_deg_median = even->range_deg;
    set->tempo_s_median =
        median_of(s, first, count, offsetof(struct repetition, tempo_s));
    set->confidence = confidence_of(even, count);
    for (size_t i = 0; i < count; i++) {
        struct repetition *added = array_add(
            &found->repetition, found->repetition_count, sizeof(*added));
        if (added == NULL) {
            return ERR_NO_MEMORY;
        }
        *added = r[i];
        added->set = (uint32_t)found->set_count;
        added->confidence = (float)(set->confidence *
                                    fmin(1, r[i].range_deg / even->range_deg));
        found->repetition_count++;
    }
    s->taken_s = set->end_s;
    found->set_count++;
    return 0;
}

/* The repetition that comes latest after the one before it. */
static size_t longest_wait(const struct repetition *r, size_t count)
{
    size_t cut = 1;
    for (size_t i = 2; i < count; i++) {
        if (r[i].start_s - r[i - 1].start_s >
            r[cut].start_s - r[cut - 1].start_s) {
            cut = i;
        }
    }
    return cut;
}

/* True if the parts before and after `cut` are both long enough to be told from
 * chance, and one is clearly the faster. */
static bool differ(struct repetitions *s, size_t first, size_t cut, size_t end)
{
    if (cut - first < PART_LEAST || end - cut < PART_LEAST) {
        return false;
    }
    double before_s = judge(s, first, cut - first).period_s;
    double after_s = judge(s, cut, end - cut).period_s;
    return fmax(before_s, after_s) > tune.faster * fmin(before_s, after_s);
}

/* Adds what is exercise of repetitions first .. end - 1, if they are at least
 * so many. Uneven ones, or such of two tempi, may be two sets with an idle
 * movement between: they are cut at the longest wait. */
static int add_sets(struct repetitions *s, size_t first, size_t end,
                    size_t least)
{
    size_t count = end - first;
    if (count < least) {
        return 0;
    }
    struct evenness even = judge(s, first, count);
    size_t cut = first + longest_wait(&s->repetition[first], count);
    if (is_exercise(&even, count) && !differ(s, first, cut, end)) {
        return add_set(s, first, count, &even);
    }
    int err = add_sets(s, first, cut, PART_LEAST);
    return err < 0 ? err : add_sets(s, cut, end, PART_LEAST);
}

/* How long the movement took of which a stroke shows the middle part. A
 * low-pass adds its variance to the bell's. */
static double movement_s(const struct repetitions *s,
                         const struct stroke *stroke)
{
    double seen_s = (stroke->near_s - stroke->home_s) / SEEN_SHARE;
    double blur_s2 = s->blur_s * s->blur_s / BELL_VARIANCE;
    return sqrt(fmax(0, seen_s * seen_s - blur_s2));
}

static double middle_s(const struct stroke *stroke)
{
    return 0.5 * (stroke->home_s + stroke->near_s);
}

/* The hold is what is left between two movements when both are given the
 * slow beginnings and ends that cannot be told from stillness. They are not
 * longer than the time there is. */
static struct repetition make_repetition(const struct repetitions *s,
                                         const struct stroke *there,
                                         const struct stroke *back)
{
    struct repetition r = {
        .start_s = there->home_s,
        .end_s = back->near_s,
        .range_deg = 0.5 * (double)(there->angle_deg + back->angle_deg),
    };
    double apart_s = middle_s(back) - middle_s(there);
    double moving_s = 0.5 * (movement_s(s, there) + movement_s(s, back));
    moving_s = fmin(moving_s, apart_s);
    r.hold_s = apart_s - moving_s;
    r.tempo_s = 2 * moving_s;
    return r;
}

/* Part of a run: strokes first .. end - 1. */
struct part {
    size_t first;
    size_t end;
};

/* How long the direction dwelt before stroke `i`; after the last, if that is
 * their number. */
static double dwelling_s(const struct repetitions *s, size_t i)
{
    double from_s = i > 0 ? s->stroke[i - 1].near_s : s->arrived_s;
    double to_s = i < s->strokes ? s->stroke[i].home_s : s->left_s;
    return to_s - from_s;
}

/* True if it dwelt there much longer than before or after at the same place. */
static bool is_rest(const struct repetitions *s, size_t i)
{
    double usual_s = i >= 2 ? dwelling_s(s, i - 2) : 0;
    if (i + 2 <= s->strokes) {
        usual_s = fmax(usual_s, dwelling_s(s, i + 2));
    }
    return dwelling_s(s, i) > fmax(tune.pause_s, tune.pause_share * usual_s);
}

/* How much speaks for home being where stroke `first` (0 or 1) of the run
 * begins: the pairs of ways there and back, less where they do not end where
 * they began, and the rests, as where one rests is home. */
static double evidence_of_home(const struct repetitions *s, size_t first)
{
    double sum = 0;
    for (size_t i = first; i + 1 < s->strokes; i += 2) {
        const struct stroke *there = &s->stroke[i];
        const struct stroke *back = there + 1;
        float large = fmaxf(there->angle_deg, back->angle_deg);
        float off_deg = excursion_angle_deg(there->from, back->to);
        sum += (double)fmaxf(0, 1 - off_deg / (tune.drift_share * large));
    }
    for (size_t i = first; i <= s->strokes; i += 2) {
        if (is_rest(s, i)) {
            sum += fmin(dwelling_s(s, i), tune.pause_max_s) / tune.pause_s;
        }
    }
    return sum;
}

/* Pairs strokes into repetitions, of which the first begins at stroke
 * `part.first`; returns how many. `next`, the stroke after the part, (may be
 * NULL) is the way back where there is none in it. */
static size_t pair_strokes(struct repetitions *s, struct part part,
                           const struct stroke *next)
{
    size_t count = 0;
    for (size_t i = part.first; i < part.end; i += 2) {
        const struct stroke *there = &s->stroke[i];
        const struct stroke *back = i + 1 < part.end ? there + 1 : next;
        if (back == NULL || back->angle_deg < tune.ratio * there->angle_deg) {
            break;
        }
        if (there->home_s < s->taken_s) {
            continue;
        }
        s->shake_g[count] = fmaxf(there->shake_g, back->shake_g);
        s->repetition[count++] = make_repetition(s, there, back);
    }
    return count;
}

/* Makes sets of a part of the run: what pauses divide. */
static int end_part(struct repetitions *s, struct part part,
                    const struct stroke *next)
{
    size_t count = pair_strokes(s, part, next);
    const struct repetition *r = s->repetition;
    double *pause = s->scratch;
    for (size_t i = 0; i + 1 < count; i++) {
        pause[i] = r[i + 1].start_s - r[i].end_s;
    }
    double usual_s = count > 1 ? median_if_any(pause, count - 1) : 0;
    double most_s =
        fmin(fmax(tune.pause_s, tune.pause_share * usual_s), tune.pause_max_s);
    size_t first = 0;
    for (size_t i = 1; i <= count; i++) {
        if (i == count || r[i].start_s - r[i - 1].end_s > most_s) {
            int err = add_sets(s, first, i, SET_LEAST);
            if (err < 0) {
                return err;
            }
            first = i;
        }
    }
    return 0;
}

/* Makes sets of the run. `next` is the stroke after it, or NULL. */
static int end_run(struct repetitions *s, const struct stroke *next)
{
    struct stroke last;
    s->left_s = next != NULL ? next->home_s : excursion_now_s(&s->excursion);
    if (next != NULL && s->strokes > 0) {
        last = *next;
        excursion_end_at(&s->excursion, &last, s->stroke[s->strokes - 1].from);
        next = &last;
    }
    bool is_later =
        evidence_of_home(s, 1) > evidence_of_home(s, 0) + HOME_MARGIN;
    struct part part = {is_later, is_later};
    int err = 0;
    while (part.end < s->strokes && err == 0) {
        bool is_last = ++part.end == s->strokes;
        if (is_last || is_rest(s, part.end)) {
            err = end_part(s, part, is_last ? next : NULL);
            /* A rest away from home: its repetition is none. */
            part.first = part.end + (part.end - part.first) % 2;
        }
    }
    s->strokes = 0;
    return err;
}

/* True if stroke `b` leads back to where stroke `a`, before it, began. */
static bool returns(const struct stroke *a, const struct stroke *b)
{
    float small = fminf(a->angle_deg, b->angle_deg);
    float large = fmaxf(a->angle_deg, b->angle_deg);
    return small >= tune.stroke_deg && small > tune.ratio * large &&
           excursion_angle_deg(b->to, a->from) < tune.drift_share * large;
}

/* Begins a run with `stroke`, which does not go on with the one before. */
static int begin_run(struct repetitions *s, const struct stroke *stroke)
{
    size_t last = s->strokes - 1;
    struct stroke first = s->stroke[last];
    double arrived_s = first.home_s - dwelling_s(s, last);
    int err = end_run(s, stroke);
    if (err < 0) {
        return err;
    }
    s->arrived_s = first.near_s;
    /* On the way to the first repetition, perhaps past its beginning. */
    if (excursion_begin_at(&s->excursion, &first, stroke->to) &&
        returns(&first, stroke)) {
        s->stroke[s->strokes++] = first;
        s->arrived_s = arrived_s;
    }
    return 0;
}

static int take_stroke(struct repetitions *s, const struct stroke *stroke)
{
    if (s->strokes > 0 && (s->strokes == REPETITIONS_STROKES ||
                           !returns(&s->stroke[s->strokes - 1], stroke))) {
        int err = begin_run(s, stroke);
        if (err < 0) {
            return err;
        }
    }
    s->stroke[s->strokes++] = *stroke;
    return 0;
}

void repetitions_start(struct repetitions *repetitions, double start_s)
{
    excursion_start(&repetitions->excursion, start_s);
    repetitions->arrived_s = start_s;
}

int repetitions_update(struct repetitions *repetitions,
                       const float direction[3], float norm_g)
{
    struct stroke stroke;
    if (!excursion_update(&repetitions->excursion, direction, norm_g,
                          &stroke)) {
        return 0;
    }
    return take_stroke(repetitions, &stroke);
}

int repetitions_end(struct repetitions *repetitions)
{
    struct stroke stroke;
    int err = 0;
    if (excursion_end(&repetitions->excursion, &stroke)) {
        err = take_stroke(repetitions, &stroke);
    }
    return err < 0 ? err : end_run(repetitions, NULL);
}
