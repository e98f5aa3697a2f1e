/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps, cadence, bouts and arm swing. The way: windows of 3.2 s are scored
 * for each step frequency (walking_model.c), a dynamic programme makes of them
 * stretches of walking with their cadence (walking_track.c), each step of them
 * is found (walking_steps.c). A stretch that is nowhere convincing is dropped.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/summary.h"
#include "analysis/walking_model.h"
#include "analysis/walking_steps.h"
#include "analysis/walking_sums.h"
#include "analysis/walking_swing.h"
#include "analysis/walking_track.h"

/* Figures with sets left out are in walking_model.c. */
static const struct parameters {
    double least_source_hz; /* cadence to 3.5 Hz and its harmonic */
    double accept;          /* evidence needed with a gyroscope, */
    double accept_blind;    /* without one, and there */
    double accept_narrow;   /* more, at 12.5 Hz and less, half the band */
    double peak_share;      /* of the best window in evidence() */
    double certainty;       /* log odds a unit of it */
    double slow_steady;     /* evidence: times log of how much slower than */
    double slow_hz;         /* this, times likeness to a step before less */
    double by_chance;       /* so many deviations (1 / sqrt(steps)) */
    size_t least_steps;     /* fewer are no bout; MultiGait takes 4 */
    double least_likeness;  /* to the magnitude a step before */
    double strong_g;        /* rms: who walks so, strikes so hard */
    double swing_missing;   /* where no more of the band is missing: */
    double least_sharpness; /* that it is at least so sharp; and so, who */
    double fast_sharpness;  /* is faster than */
    double fast_hz;         /* this, for he runs */
    double abrupt;          /* change in hard blows, whose magnitude is */
    double alike;           /* so like a step before, or knocks, or, if */
    double unlike;          /* less like that, each counts twice */
    double knocks_hz;       /* sampled slower, they are not abrupt: without a
                             * gyroscope what is */
    double weak_g;          /* weaker than this [rms], lasts */
    size_t weak_hops;       /* so long, and is less like a step and */
    double weak_alike;      /* two before than this */
    double merge_s;         /* bouts this close are one; MultiGait 3 s */
} PARAMETERS = {
    .least_source_hz = 9,
    .accept = -0.3, /* washing up, in scripts: -0.38 and less */
    /* From -0.45 to -0.3, of geotec left out 89 to 84 % is found, and of
     * steps-pebble left out 0.35 steps a minute are false at either. */
    .accept_blind = -0.45,
    /* At 12.5 Hz, of geotec without its gyroscope 98 % of the walking is found
     * and pebble has 0.7 false steps a minute; with 0.25, 98 % and 2.1; with
     * 1.4 and no weak_g, 67 % and 3.7. */
    .accept_narrow = 0.5,
    .peak_share = 0.5,
    .certainty = 1.8,
    /* Of slow walks left out (pebble's and oxford's slowed down, scripts) 62 to
     * 74 % were found without this, 84 to 95 % with what is best for the
     * others: 4 to 6, 1.3 to 1.5, 1.5 to 2.5; false are 794 s, not 774. */
    .slow_steady = 4,
    .slow_hz = 1.5, /* 90 steps a minute */
    .by_chance = 2,
    .least_steps = 5,
    /* Fingers and arms that circle once where two steps were thought: -0.36
     * and less, in scripts. Walks of pebble, whose arms swing, -0.27 and more;
     * all others -0.13. */
    .least_likeness = -0.32,
    /* Arms that are swung or shaken, to and fro once a step: 1.06 in pebble's,
     * 1.05 .. 1.29 in scripts. Of walks so strong, pebble's have 1.39 and more,
     * oxford's 1.45, its runs 2; scripts whose arms swing by 70 degrees and
     * more 1.16, scripted runs 1.7. */
    .strong_g = 0.25,
    /* Sampled at 20 Hz, pebble's and oxford's strong walks have 1.17 and more;
     * at 16 Hz 1.03, at 12.5 Hz 0.84. */
    .swing_missing = 0.25,
    .least_sharpness = 1.1,
    .fast_sharpness = 1.4,
    .fast_hz = 2.3,
    /* A blow of a few g rings at all multiples of the step rate. Scripted walks
     * of such change by 1.3 .. 2.3 and are 0.49 .. 0.84 like a step before; if
     * each step counts twice, -0.26 .. -0.12, and two before 0.51 .. 0.80. All
     * real walks change by 1.1 at most, in pebble's recordings without walks
     * are some of 2.2 that are 0.3 like a step before. */
    .abrupt = 1.5,
    .alike = 0.35,
    .unlike = 0.1,
    /* A road and busy hands of pebble change by 0.25 .. 1.3 at 22 .. 12.5 Hz,
     * as walks do, but have 0.05 .. 0.1 g and are at most 0.44 like a step or
     * two before. Of 1131 bouts of real walks at 25 .. 12.5 Hz, 6 of one
     * unlabelled recording are so weak and unlike; of pebble's and oxford's
     * slowed down 1.4 times, 5 and 0 % of the length, 1.8 times the same; of
     * geotec's, which are short, 0 and 17 %. */
    .knocks_hz = 24,
    .weak_g = 0.11,
    .weak_hops = 28,
    .weak_alike = 0.45,
    .merge_s = 2,
};

enum {
    HOPS = 256, /* decisions kept */
    AFTER = 5,  /* hops that must be known after a stretch: its steps may
                 * reach WALKING_EXTEND past its end */
    SMOOTH = 2, /* hops on either side that cadence is a mean of */
    FIRST_CENTRE = WALKING_HOP / 2,
    HALF_WINDOW = WALKING_WINDOW / 2,
};

_Static_assert(AFTER *WALKING_HOP > WALKING_EXTEND, "steps past the end");
_Static_assert((WALKING_PIECE + AFTER + WALKING_TRACK_LAG + 1) * WALKING_HOP +
                       WALKING_EXTEND + WALKING_KERNEL + HALF_WINDOW <
                   WALKING_RING,
               "a piece must still be there when it is decided");
_Static_assert(WALKING_PIECE + AFTER + WALKING_TRACK_LAG < HOPS,
               "and its decisions");

struct walker {
    struct measure_input input;
    struct walking_model *model;
    struct walking_track track;
    struct walking_steps steps;
    struct walking_signal signal;
    float edge[WALKING_CHANNELS][WALKING_WINDOW]; /* a window at an end */
    double t0_s;   /* of sample 0 of the segment */
    size_t scored; /* hops */
    size_t decided;
    size_t next;     /* first decided hop not dealt with */
    size_t last_end; /* hop after the last stretch accepted */
    double last_step;
    bool going;  /* hop `next` goes on with a stretch accepted */
    bool halved; /* at half the rate that was decided */
    bool open;   /* the last bout may be merged with */
    struct walking_decision hop[HOPS];
    struct walking_swing swing; /* of the last bout */
    struct walking_piece piece;
    double found[WALKING_STEPS];
    struct walking out;
};

static void walking_destroy(void *state)
{
    struct walker *w = state;
    if (w != NULL) {
        walking_model_free(w->model);
        free(w->out.step);
        free(w->out.bout);
        free(w->out.minute);
        free(w->out.cadence);
        free(w);
    }
}

static void start_segment(struct walker *w)
{
    w->signal.count = 0;
    w->scored = 0;
    w->decided = 0;
    w->next = 0;
    w->last_end = 0;
    w->last_step = -1;
    w->going = false;
    w->halved = false;
    w->open = false;
    walking_track_init(&w->track);
}

static void *walking_create(const struct measure_input *input)
{
    struct walker *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        return NULL;
    }
    w->input = *input;
    w->model = walking_model_new(input->has_gyro, input->source_hz);
    if (w->model == NULL) {
        walking_destroy(w);
        return NULL;
    }
    walking_steps_init(&w->steps);
    start_segment(w);
    return w;
}

static bool is_measurable(const struct walker *w)
{
    return w->input.has_accel &&
           w->input.source_hz >= PARAMETERS.least_source_hz;
}

/* ---- from decisions to steps ---- */

static struct walking_decision *hop_at(struct walker *w, size_t hop)
{
    return &w->hop[hop % HOPS];
}

static bool is_walking(struct walker *w, size_t hop)
{
    return hop < w->decided && hop_at(w, hop)->rate != WALKING_NONE;
}

/* How convincing the piece is: even odds at 0. One good window makes a bout, or
 * many fair. Length tells nothing by itself, for exercises last, too. */
static double evidence(struct walker *w)
{
    const struct walking_piece *piece = &w->piece;
    double n = (double)(piece->last - piece->first);
    double mean = 0;
    double most = -INFINITY;
    for (size_t i = piece->first; i < piece->last; i++) {
        double score = (double)hop_at(w, i)->score;
        mean += score / n;
        most = fmax(most, score);
    }
    return mean + PARAMETERS.peak_share * most;
}

/* More of it: the model prefers cadences at which the young and quick walk. No
 * window of slow steps may convince, but a minute of them is steady. What is
 * reached for, knocked on or exercised is not so at its "step". */
static double evidence_if_slow(const struct walker *w, size_t count)
{
    struct walking_rhythm r =
        walking_steps_rhythm(&w->steps, &w->piece, w->found, count);
    double slow = log(PARAMETERS.slow_hz) - r.log_hz;
    double steady = r.likeness - PARAMETERS.by_chance / sqrt((double)count);
    return PARAMETERS.slow_steady * fmax(0, slow) * fmax(0, steady);
}

/* All motion looks more regular where the recording has nothing of the upper
 * part of the band. */
static double evidence_needed(const struct measure_input *input)
{
    return input->has_gyro ? PARAMETERS.accept
                           : PARAMETERS.accept_blind +
                                 PARAMETERS.accept_narrow *
                                     walking_band_missing(input->source_hz);
}

static void smooth_rates(struct walker *w)
{
    struct walking_piece *piece = &w->piece;
    size_t low = piece->begins ? piece->first : piece->first - SMOOTH;
    size_t high = piece->last;
    while (high < piece->last + SMOOTH && is_walking(w, high)) {
        high++;
    }
    for (size_t i = piece->first; i < piece->last; i++) {
        double sum = 0;
        for (size_t k = 0; k <= 2 * SMOOTH; k++) {
            size_t hop = i + k < low + SMOOTH ? low : i + k - SMOOTH;
            hop = hop < high ? hop : high - 1;
            sum += walking_rate_log((size_t)hop_at(w, hop)->rate);
        }
        piece->log_rate[i - piece->first] =
            sum / (2 * SMOOTH + 1) - (w->halved ? log(2) : 0);
    }
}

/* Sets the samples that the piece's steps may lie in. */
static void set_limits(struct walker *w)
{
    struct walking_piece *piece = &w->piece;
    piece->earliest = piece->first * WALKING_HOP;
    piece->latest = piece->last * WALKING_HOP;
    if (piece->begins) {
        size_t least = w->last_end * WALKING_HOP;
        piece->earliest = piece->earliest > least + WALKING_EXTEND
                              ? piece->earliest - WALKING_EXTEND
                              : least;
    }
    if (piece->ends) {
        size_t next = piece->last;
        while (next < piece->last + AFTER && !is_walking(w, next)) {
            next++;
        }
        size_t most = next * WALKING_HOP;
        piece->latest += WALKING_EXTEND;
        piece->latest = piece->latest < most ? piece->latest : most;
    }
    if (piece->latest > w->signal.count) {
        piece->latest = w->signal.count;
    }
    piece->last_step = w->last_step;
}

static double session_s(const struct walker *w, double sample)
{
    return w->t0_s + sample / WALKING_RATE_HZ;
}

static int add_steps(struct walker *w, size_t count, double confidence)
{
    for (size_t i = 0; i < count; i++) {
        struct step *step =
            array_add(&w->out.step, w->out.step_count, sizeof(*w->out.step));
        if (step == NULL) {
            return ERR_NO_MEMORY;
        }
        step->time_s = session_s(w, w->found[i]);
        step->confidence = (float)confidence;
        w->out.step_count++;
        w->last_step = w->found[i];
    }
    return 0;
}

/* When the bout of a step at `sample` begins or ends: half a step before it
 * or after it (way -1, 1), and not outside the recording. */
static double bout_edge_s(const struct walker *w, double sample, int way)
{
    double half_s = 0.5 / walking_piece_hz(&w->piece, sample);
    double edge = sample + way * half_s * WALKING_RATE_HZ;
    return session_s(w, fmax(0, fmin(edge, (double)(w->signal.count - 1))));
}

/* Opens a bout, unless the last one is so close that it goes on. */
static int open_bout(struct walker *w, double confidence)
{
    double start_s = bout_edge_s(w, w->found[0], -1);
    struct walking *out = &w->out;
    if (w->open &&
        start_s - out->bout[out->bout_count - 1].end_s <= PARAMETERS.merge_s) {
        struct walk_bout *bout = &out->bout[out->bout_count - 1];
        bout->confidence = fmax(bout->confidence, confidence);
        return 0;
    }
    struct walk_bout *bout =
        array_add(&out->bout, out->bout_count, sizeof(*bout));
    if (bout == NULL) {
        return ERR_NO_MEMORY;
    }
    out->bout_count++;
    bout->start_s = start_s;
    bout->confidence = confidence;
    memset(&w->swing, 0, sizeof(w->swing));
    w->open = true;
    return 0;
}

/* Takes the steps found in the piece into the last bout. */
static int extend_bout(struct walker *w, size_t count)
{
    struct walk_bout *bout = &w->out.bout[w->out.bout_count - 1];
    if (count > 0) {
        bout->end_s = bout_edge_s(w, w->found[count - 1], 1);
        bout->steps += (uint32_t)count;
    }
    bout->arm_swing_deg = NAN;
    if (w->input.has_gyro) {
        walking_swing_add(&w->swing, &w->signal, &w->piece);
        bout->arm_swing_deg = walking_swing_median(&w->swing);
    }
    return add_steps(w, count, bout->confidence);
}

/* Step frequency in the middle of the piece. */
static double middle_hz(const struct walking_piece *piece)
{
    double middle = 0.5 * (double)((piece->first + piece->last) * WALKING_HOP);
    return walking_piece_hz(piece, middle);
}

/* Blows so hard that each was taken for two steps. */
static bool is_doubled(const struct walker *w)
{
    const struct walking_piece *piece = &w->piece;
    const struct walking_steps *steps = &w->steps;
    return middle_hz(piece) > 2 * walking_rate_hz(0) &&
           walking_steps_motion(steps, piece).change > PARAMETERS.abrupt &&
           walking_steps_likeness(steps, piece, 1) < PARAMETERS.unlike &&
           walking_steps_likeness(steps, piece, 2) > PARAMETERS.alike;
}

/* An arm that is swung or shaken hard, without a foot that strikes. */
static bool is_swung(const struct walker *w,
                     const struct walking_motion *motion)
{
    bool fast = middle_hz(&w->piece) > PARAMETERS.fast_hz;
    return walking_band_missing(w->input.source_hz) <
               PARAMETERS.swing_missing &&
           motion->rms_g > PARAMETERS.strong_g &&
           motion->sharpness <
               (fast ? PARAMETERS.fast_sharpness : PARAMETERS.least_sharpness);
}

/* A road, or busy hands: knocks, which do not come back as steps and strides
 * do. */
static bool is_knocked(const struct walker *w,
                       const struct walking_motion *motion, double likeness)
{
    const struct walking_piece *piece = &w->piece;
    if (w->input.has_gyro || w->input.source_hz >= PARAMETERS.knocks_hz) {
        return motion->change > PARAMETERS.abrupt &&
               likeness < PARAMETERS.alike;
    }
    return motion->rms_g < PARAMETERS.weak_g &&
           piece->last - piece->first >= PARAMETERS.weak_hops &&
           likeness < PARAMETERS.weak_alike &&
           walking_steps_likeness(&w->steps, piece, 2) < PARAMETERS.weak_alike;
}

/* What is as regular as steps, but moved an arm alone, or shook it. */
static bool is_no_walk(const struct walker *w)
{
    double likeness = walking_steps_likeness(&w->steps, &w->piece, 1);
    struct walking_motion motion = walking_steps_motion(&w->steps, &w->piece);
    bool circles = likeness < PARAMETERS.least_likeness;
    return circles || is_knocked(w, &motion, likeness) || is_swung(w, &motion);
}

/* Finds the steps of the piece, and their rate. Returns how many. */
static size_t find_steps(struct walker *w)
{
    set_limits(w);
    w->halved = w->halved && !w->piece.begins;
    smooth_rates(w);
    size_t count =
        walking_steps_find(&w->steps, &w->signal, &w->piece, w->found);
    if (w->piece.begins && is_doubled(w)) {
        w->halved = true;
        smooth_rates(w);
        count = walking_steps_find(&w->steps, &w->signal, &w->piece, w->found);
    }
    return count;
}

/* Judges a piece and takes its steps. w->going: it was accepted. */
static int take_piece(struct walker *w)
{
    w->going = false;
    size_t count = find_steps(w);
    if (w->piece.begins) {
        if (count < PARAMETERS.least_steps || is_no_walk(w)) {
            return 0;
        }
        double found = evidence(w) + evidence_if_slow(w, count);
        if (found < evidence_needed(&w->input)) {
            return 0;
        }
        int err = open_bout(w, 1 / (1 + exp(-PARAMETERS.certainty * found)));
        if (err < 0) {
            return err;
        }
    }
    w->going = !w->piece.ends;
    w->last_end = w->piece.last;
    return extend_bout(w, count);
}

/* Deals with the stretches that are decided as far as it takes; all of them
 * at the end of a segment. */
static int settle(struct walker *w, bool segment_over)
{
    while (w->next < w->decided) {
        if (!is_walking(w, w->next)) {
            w->next++;
            w->going = false;
            continue;
        }
        size_t end = w->next;
        while (is_walking(w, end) && end - w->next < WALKING_PIECE) {
            end++;
        }
        if (!segment_over && w->decided < end + AFTER) {
            return 0;
        }
        w->piece.first = w->next;
        w->piece.last = end;
        w->piece.begins = !w->going;
        w->piece.ends = !is_walking(w, end);
        w->next = end;
        int err = take_piece(w);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}

/* ---- from samples to decisions ---- */

/* Fills w->edge with one channel of the window around sample `centre`, of which
 * a part lies outside the segment: less its mean, so that there it is 0. */
static void fill_edge(struct walker *w, size_t channel, size_t centre)
{
    float *window = w->edge[channel];
    memset(window, 0, sizeof(w->edge[channel]));
    size_t skip = centre < HALF_WINDOW ? HALF_WINDOW - centre : 0;
    size_t first = centre + skip - HALF_WINDOW;
    size_t last = centre + HALF_WINDOW;
    last = last < w->signal.count ? last : w->signal.count;
    float mean = 0;
    for (size_t i = first; i < last; i++) {
        mean +=
            walking_signal_at(&w->signal, channel, i) / (float)(last - first);
    }
    for (size_t i = first; i < last; i++) {
        window[skip + i - first] =
            walking_signal_at(&w->signal, channel, i) - mean;
    }
}

static const float *window_of(struct walker *w, size_t channel, size_t centre)
{
    if (centre < HALF_WINDOW || centre + HALF_WINDOW > w->signal.count) {
        fill_edge(w, channel, centre);
        return w->edge[channel];
    }
    return &w->signal.channel[channel][(centre - HALF_WINDOW) % WALKING_RING];
}

static int score_hop(struct walker *w)
{
    size_t centre = FIRST_CENTRE + w->scored * WALKING_HOP;
    const float *window[WALKING_CHANNELS];
    for (size_t c = 0; c < WALKING_CHANNELS; c++) {
        window[c] = window_of(w, c, centre);
    }
    float score[WALKING_RATES];
    walking_model_score(w->model, window, score);
    w->scored++;
    struct walking_decision decision;
    if (walking_track_push(&w->track, score, &decision)) {
        *hop_at(w, w->decided++) = decision;
    }
    return settle(w, false);
}

static void take_row(struct walking_signal *signal, const struct motion *row)
{
    size_t at = signal->count++ % WALKING_RING;
    const float *a = row->accel;
    const float *w = row->gyro;
    const float x[WALKING_CHANNELS] = {
        sqrtf(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]),
        a[0],
        a[1],
        a[2],
        w[0],
        w[1],
        w[2],
    };
    for (size_t c = 0; c < WALKING_CHANNELS; c++) {
        signal->channel[c][at] = x[c];
        if (at < WALKING_WINDOW) {
            signal->channel[c][WALKING_RING + at] = x[c];
        }
    }
}

static int walking_push(void *state, const struct motion *rows, size_t n,
                        double t0_s, double dt_s)
{
    struct walker *w = state;
    (void)dt_s;
    if (!is_measurable(w)) {
        return 0;
    }
    if (w->signal.count == 0) {
        w->t0_s = t0_s;
    }
    for (size_t i = 0; i < n; i++) {
        take_row(&w->signal, &rows[i]);
        size_t centre = FIRST_CENTRE + w->scored * WALKING_HOP;
        if (w->signal.count == centre + HALF_WINDOW) {
            int err = score_hop(w);
            if (err < 0) {
                return err;
            }
        }
    }
    return 0;
}

static int walking_gap(void *state)
{
    struct walker *w = state;
    while (FIRST_CENTRE + w->scored * WALKING_HOP < w->signal.count) {
        int err = score_hop(w);
        if (err < 0) {
            return err;
        }
    }
    struct walking_decision open[WALKING_TRACK_LAG];
    size_t count = walking_track_flush(&w->track, open);
    for (size_t i = 0; i < count; i++) {
        *hop_at(w, w->decided++) = open[i];
    }
    int err = settle(w, true);
    start_segment(w);
    return err;
}

static void give_reason(const struct walker *w, struct walking *out)
{
    if (!w->input.has_accel) {
        snprintf(out->reason, sizeof(out->reason),
                 "steps need an accelerometer, and the recording has none");
    } else if (!is_measurable(w)) {
        snprintf(out->reason, sizeof(out->reason),
                 "sampled at %.3g Hz, and steps need %g Hz or more",
                 w->input.source_hz, PARAMETERS.least_source_hz);
    }
}

static int walking_finish(void *state, struct summary *summary)
{
    struct walker *w = state;
    int err = walking_gap(w);
    struct walking *out = &w->out;
    if (err == 0) {
        err = walking_sum_up(out);
    }
    if (err < 0) {
        return err;
    }
    give_reason(w, out);
    summary->walking = *out;
    memset(out, 0, sizeof(*out));
    return 0;
}

const struct measure walking_measure = {
    .name = "walking",
    .rate_hz = WALKING_RATE_HZ,
    .create = walking_create,
    .push = walking_push,
    .gap = walking_gap,
    .finish = walking_finish,
    .destroy = walking_destroy,
};
