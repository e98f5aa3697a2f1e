/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_onset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/vector.h"
#include "analysis/extreme.h"
#include "analysis/tap_band.h"
#include "analysis/tap_weight.h"

/*
 * Rows go into hops of half a second. A hop is looked at when the hops around
 * it are there too.
 *
 *   rows -> band -> noise and direction of the hops around
 *        -> weighted sum of squares -> smoothed -> its local maxima
 */
enum {
    REACH = TAP_AROUND / 2,
    RING = 8,   /* hops kept: TAP_AROUND, and one being filled */
    SMOOTH = 2, /* rows on either side that count, too: 50 ms in all */
    EDGE = 2 * (SMOOTH + 1), /* rows before a hop that maxima need */
    PEAK_REACH = 4,          /* rows around an onset in which its peak lies */
    SLOW = 10,               /* rows whose mean is slow motion */
    SLOWS = TAP_HOP / SLOW,
    SWAY_REACH = 5,    /* means on either side that slow motion is over */
    SWAY_LEFT_OUT = 2, /* loudest of them: a knock */
    SWAY_MAX = 2 * SWAY_REACH + 1
};

/* Onsets below this are not worth keeping. */
static const float STRENGTH_MIN = 1.4F;
/* The band-pass rings up for half a cycle: the blow falls this long before the
 * maximum. */
static const double ONSET_LEAD_S = 0.02;

struct hop {
    size_t rows;                   /* TAP_HOP, fewer at a segment's end */
    float axis[TAP_AXES][TAP_HOP]; /* in the band */
    float mean[SLOWS][TAP_LANES];  /* of the rows as they came */
    struct tap_loudness loud[TAP_SENSORS]; /* of a whole hop */
};

struct tap_detector {
    tap_onset_fn *found;
    void *ctx;
    const struct tap_rate *rate;
    int sensors;
    bool alive[TAP_SENSORS]; /* has said something; quiet is not dead */
    bool started;
    double start_s; /* of the segment */
    size_t hops;    /* of the segment, the one being filled included */
    size_t looked;  /* at */
    struct tap_band band;
    struct hop hop[RING];
    struct tap_weight weight; /* in the hop looked at */
    size_t row;               /* of the segment, the first not yet scanned */
    float energy[EDGE + TAP_HOP];
    struct { /* onset held back for a stronger one nearby */
        size_t row;
        float part;   /* of a row, that it is later */
        float energy; /* 0: none */
        float noise;
    } pending;
};

void tap_keep_top(float *top, int n, float x)
{
    for (int k = 0; k < n; k++) {
        float held = larger(x, top[k]);
        x = smaller(x, top[k]);
        top[k] = held;
    }
}

struct tap_detector *tap_detector_new(const struct tap_source *source,
                                      tap_onset_fn *found, void *ctx)
{
    struct tap_detector *d = calloc(1, sizeof(*d));
    if (d == NULL) {
        return NULL;
    }
    d->found = found;
    d->ctx = ctx;
    d->rate = source->rate;
    d->sensors = source->has_gyro ? TAP_SENSORS : 1;
    tap_band_init(&d->band, source->rate, source->hz);
    return d;
}

void tap_detector_free(struct tap_detector *detector)
{
    free(detector);
}

static void start(struct tap_detector *d, const struct motion *row, double t0_s)
{
    tap_band_start(&d->band, row);
    d->started = true;
    d->start_s = t0_s;
    d->hops = 1;
    d->looked = 0;
    d->hop[0].rows = 0;
    d->row = 0;
    d->pending.energy = 0;
    memset(d->energy, 0, sizeof(d->energy));
}

/* Adds rows to the means that they belong to. */
VECTOR_INLINE void add_slow(struct hop *hop, const struct motion *rows,
                            size_t n)
{
    size_t end = hop->rows + n;
    for (size_t at = hop->rows; at < end;) {
        float mean[TAP_LANES] = {0}; /* here they stay in registers */
        size_t slow = at / SLOW;
        size_t next = (slow + 1) * SLOW;
        if (at % SLOW != 0) {
            memcpy(mean, hop->mean[slow], sizeof(mean));
        }
        for (; at < end && at < next; at++) {
            const float *x = tap_lanes(rows++);
            for (int c = 0; c < TAP_LANES; c++) {
                mean[c] += x[c] * (1.0F / SLOW);
            }
        }
        memcpy(hop->mean[slow], mean, sizeof(mean));
    }
}

/* Takes rows that the hop has room for. */
VECTOR_CLONES
static void fill(struct tap_detector *d, struct hop *hop,
                 const struct motion *rows, size_t n)
{
    float band[TAP_HOP][TAP_LANES];
    tap_band_filter(&d->band, rows, n, band);
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < TAP_AXES; c++) {
            hop->axis[c][hop->rows + i] = band[i][c];
        }
    }
    add_slow(hop, rows, n);
    hop->rows += n;
    const struct hop *whole = hop;
    for (int s = 0; s < d->sensors && hop->rows == TAP_HOP; s++) {
        tap_loudness_of(&whole->axis[3 * s], d->rate->quiet_rank,
                        &hop->loud[s]);
        d->alive[s] = d->alive[s] || hop->loud[s].loud > 0;
    }
}

/* Weights in hop `at`, from the whole hops around. */
static void weigh(struct tap_detector *d, size_t at)
{
    const struct tap_loudness *around[TAP_AROUND];
    size_t n = 0;
    size_t from = at > REACH ? at - REACH : 0;
    for (size_t h = from; h <= at + REACH && h < d->hops; h++) {
        const struct hop *hop = &d->hop[h % RING];
        if (hop->rows == TAP_HOP) {
            around[n++] = hop->loud;
        }
    }
    tap_weight_set(&d->weight, around, n, d->alive, d->rate->lone_noise);
}

static float peak_mg(const struct tap_detector *d, size_t row)
{
    float most = 0;
    size_t from = row > PEAK_REACH ? row - PEAK_REACH : 0;
    for (size_t n = from; n <= row + PEAK_REACH && n / TAP_HOP < d->hops; n++) {
        const struct hop *hop = &d->hop[n / TAP_HOP % RING];
        size_t i = n % TAP_HOP;
        if (i < hop->rows) {
            float x = hop->axis[0][i];
            float y = hop->axis[1][i];
            float z = hop->axis[2][i];
            most = larger(most, x * x + y * y + z * z);
        }
    }
    return 1000 * sqrtf(most);
}

/* Root of the mean of all but the largest values: a knock is not slow. */
VECTOR_INLINE float root_mean(const float *square, size_t n)
{
    float top[SWAY_LEFT_OUT] = {0};
    float sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += square[i];
        tap_keep_top(top, SWAY_LEFT_OUT, square[i]);
    }
    size_t kept = n;
    if (n > 2 * SWAY_LEFT_OUT) {
        for (int k = 0; k < SWAY_LEFT_OUT; k++) {
            sum -= top[k];
        }
        kept -= SWAY_LEFT_OUT;
    }
    return kept > 0 ? sqrtf(larger(0, sum) / (float)kept) : 0;
}

/* The means of slow motion in the second around `row`. Whole ones only: one cut
 * short by a segment's end says nothing. */
VECTOR_INLINE size_t slow_means(const struct tap_detector *d, size_t row,
                                const float *mean[SWAY_MAX])
{
    size_t n = 0;
    size_t at = row / SLOW;
    size_t from = at > SWAY_REACH ? at - SWAY_REACH : 0;
    for (size_t b = from; b <= at + SWAY_REACH && b / SLOWS < d->hops; b++) {
        const struct hop *hop = &d->hop[b / SLOWS % RING];
        if (b % SLOWS >= hop->rows / SLOW) {
            break;
        }
        mean[n++] = hop->mean[b % SLOWS];
    }
    return n;
}

/* Slow acceleration about its mean, angular rate as it is. */
VECTOR_CLONES
static void slow_motion(const struct tap_detector *d, size_t row,
                        struct tap_onset *onset)
{
    const float *mean[SWAY_MAX];
    size_t n = slow_means(d, row, mean);
    float centre[TAP_LANES] = {0};
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < TAP_LANES; c++) {
            centre[c] += mean[i][c];
        }
    }
    for (int c = 0; c < TAP_LANES; c++) {
        centre[c] = c < 3 ? centre[c] / (float)n : 0;
    }
    float sway[SWAY_MAX];
    float turn[SWAY_MAX];
    for (size_t i = 0; i < n; i++) {
        float square[TAP_LANES];
        for (int c = 0; c < TAP_LANES; c++) {
            float x = mean[i][c] - centre[c];
            square[c] = x * x;
        }
        sway[i] = square[0] + square[1] + square[2];
        turn[i] = square[3] + square[4] + square[5];
    }
    onset->sway_mg = 1000 * d->rate->sway_gain * root_mean(sway, n);
    onset->turn_dps = root_mean(turn, n);
}

static int report(struct tap_detector *d)
{
    if (d->pending.energy == 0) {
        return 0;
    }
    double rows = (double)d->pending.row + (double)d->pending.part;
    struct tap_onset onset = {
        .time_s = d->start_s + rows / TAP_RATE_HZ - ONSET_LEAD_S,
        .strength = sqrtf(d->pending.energy),
        .noise = d->pending.noise,
        .peak_mg = peak_mg(d, d->pending.row),
    };
    onset.time_s = fmax(onset.time_s, d->start_s);
    slow_motion(d, d->pending.row, &onset);
    d->pending.energy = 0;
    return d->found(d->ctx, &onset);
}

/* Takes a maximum and the values on either side of it, through which a parabola
 * says where between rows it is. Of maxima too close together the stronger
 * one is kept. */
static int take_maximum(struct tap_detector *d, size_t row, const float *mean)
{
    int err = 0;
    if (d->pending.energy > 0 && row - d->pending.row <= d->rate->apart) {
        if (mean[0] <= d->pending.energy) {
            return 0;
        }
    } else {
        err = report(d);
    }
    float bend = 2 * mean[0] - mean[-1] - mean[1];
    d->pending.row = row;
    d->pending.part = 0.5F * (mean[1] - mean[-1]) / bend;
    d->pending.energy = mean[0];
    d->pending.noise = d->weight.noise;
    return err;
}

/* Looks for maxima among `rows` more energies, which stand behind those of the
 * EDGE rows before. */
static int scan(struct tap_detector *d, size_t rows)
{
    const float least = STRENGTH_MIN * STRENGTH_MIN;
    float mean[EDGE + TAP_HOP] = {0};
    const float *e = d->energy;
    size_t end = EDGE + rows;
    int err = 0;
    for (size_t i = SMOOTH; i < end - SMOOTH; i++) {
        float sum = e[i - 2] + e[i + 2] + 2 * (e[i - 1] + e[i + 1]) + 3 * e[i];
        mean[i] = sum * (1.0F / 9);
    }
    for (size_t i = SMOOTH + 1; i < end - SMOOTH - 1 && err == 0; i++) {
        if (mean[i] >= least && mean[i] >= mean[i - 1] &&
            mean[i] > mean[i + 1]) {
            /* None is before the segment's first row: there, means rise. */
            err = take_maximum(d, d->row + i - EDGE, &mean[i]);
        }
    }
    memmove(d->energy, d->energy + rows, EDGE * sizeof(d->energy[0]));
    d->row += rows;
    return err;
}

static int look(struct tap_detector *d)
{
    const struct hop *hop = &d->hop[d->looked % RING];
    weigh(d, d->looked);
    d->looked++;
    tap_weight_apply(&d->weight, hop->axis, hop->rows, d->energy + EDGE);
    return scan(d, hop->rows);
}

static int begin_hop(struct tap_detector *d)
{
    int err = d->hops > REACH ? look(d) : 0;
    d->hop[d->hops % RING].rows = 0;
    d->hops++;
    return err;
}

int tap_detector_push(struct tap_detector *detector, const struct motion *rows,
                      size_t n, double t0_s)
{
    struct tap_detector *d = detector;
    if (!d->started && n > 0) {
        start(d, rows, t0_s);
    }
    while (n > 0) {
        struct hop *hop = &d->hop[(d->hops - 1) % RING];
        if (hop->rows == TAP_HOP) {
            int err = begin_hop(d);
            if (err < 0) {
                return err;
            }
            hop = &d->hop[(d->hops - 1) % RING];
        }
        size_t room = TAP_HOP - hop->rows;
        size_t take = n < room ? n : room;
        fill(d, hop, rows, take);
        rows += take;
        n -= take;
    }
    return 0;
}

int tap_detector_gap(struct tap_detector *detector)
{
    struct tap_detector *d = detector;
    int err = 0;
    while (d->started && d->looked < d->hops && err == 0) {
        err = look(d);
    }
    if (d->started && err == 0) {
        memset(d->energy + EDGE, 0, EDGE * sizeof(d->energy[0]));
        err = scan(d, EDGE);
    }
    if (err == 0) {
        err = report(d);
    }
    d->started = false;
    return err;
}
