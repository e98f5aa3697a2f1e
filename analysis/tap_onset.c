/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_onset.h"

#include <math.h>
#include <stdint.h>
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
    SLOWS = TAP_HOP / SLOW,  /* in a hop */
    SWAY_REACH = 5,          /* means on either side that slow motion is over */
    SWAY_LEFT_OUT = 2,       /* loudest of them: a knock */
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
    octet mean[RING * SLOWS]; /* of SLOW rows each, as they came */
    octet part;               /* of the next one, ... */
    size_t part_rows;         /* ... so many rows of it */
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
    struct tap_detector *d =
        aligned_alloc(_Alignof(struct tap_detector), sizeof(*d));
    if (d == NULL) {
        return NULL;
    }
    memset(d, 0, sizeof(*d));
    d->found = found;
    d->ctx = ctx;
    d->rate = source->rate;
    d->sensors = source->has_gyro ? TAP_SENSORS : 1;
    tap_band_init(&d->band, source->rate);
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
    d->part = (octet){0};
    d->part_rows = 0;
    d->row = 0;
    d->pending.energy = 0;
    memset(d->energy, 0, sizeof(d->energy));
}

/* Rows of the segment so far. */
static size_t rows_of(const struct tap_detector *d)
{
    size_t last = d->hops - 1;
    return last * TAP_HOP + d->hop[last % RING].rows;
}

/* Writes what of `n` rows that the hop has room for is in the band to `out`,
 * and takes their means on the way. */
VECTOR_INLINE void filter(struct tap_detector *d, const struct motion *rows,
                          size_t n, octet *out)
{
    struct tap_band band = d->band; /* here they stay in registers */
    octet part = d->part;
    size_t part_rows = d->part_rows;
    size_t slow = rows_of(d) / SLOW % (RING * SLOWS);
    for (size_t i = 0; i < n; i++) {
        tap_band_next(&band, &rows[i], &out[i]);
        part += *tap_lanes(&rows[i]) * (1.0F / SLOW);
        if (++part_rows == SLOW) {
            d->mean[slow++] = part; /* a hop's end is one of a mean */
            part = (octet){0};
            part_rows = 0;
        }
    }
    d->band = band;
    d->part = part;
    d->part_rows = part_rows;
}

/* Takes rows that the hop has room for. */
VECTOR_CLONES
static void fill(struct tap_detector *d, struct hop *hop,
                 const struct motion *rows, size_t n)
{
    octet out[TAP_HOP];
    filter(d, rows, n, out);
    const float(*band)[TAP_LANES] = (const float(*)[TAP_LANES])(void *)out;
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < TAP_AXES; c++) {
            hop->axis[c][hop->rows + i] = band[i][c];
        }
    }
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
    tap_weight_set(&d->weight, around, n, d->alive);
}

static float peak_mg(const struct tap_detector *d, size_t row)
{
    float most = 0;
    size_t from = row > PEAK_REACH ? row - PEAK_REACH : 0;
    size_t h = from / TAP_HOP;
    size_t i = from % TAP_HOP;
    size_t left = row + PEAK_REACH + 1 - from;
    for (; left > 0 && h < d->hops; h++, i = 0) {
        const struct hop *hop = &d->hop[h % RING];
        for (; left > 0 && i < hop->rows; i++, left--) {
            float x = hop->axis[0][i];
            float y = hop->axis[1][i];
            float z = hop->axis[2][i];
            most = larger(most, x * x + y * y + z * z);
        }
    }
    return 1000 * sqrtf(most);
}

/* In each lane, puts the larger value into `more`. Without branches, which here
 * would go either way. */
VECTOR_INLINE void sort_lanes(octet *more, octet *less)
{
    typedef int32_t mask __attribute__((vector_size(sizeof(octet))));
    mask swapped = ((mask)*more ^ (mask)*less) & (*less > *more);
    *more = (octet)((mask)*more ^ swapped);
    *less = (octet)((mask)*less ^ swapped);
}

/* Root of the mean in a lane of all but the largest values: a knock is not
 * slow. */
VECTOR_INLINE float root_mean(const octet *sum, size_t n,
                              const octet top[SWAY_LEFT_OUT], int lane)
{
    float kept_sum = (*sum)[lane];
    size_t kept = n;
    if (n > 2 * SWAY_LEFT_OUT) {
        for (int k = 0; k < SWAY_LEFT_OUT; k++) {
            kept_sum -= top[k][lane];
        }
        kept -= SWAY_LEFT_OUT;
    }
    return kept > 0 ? sqrtf(larger(0, kept_sum) / (float)kept) : 0;
}

/* The means of slow motion in the second around `row`. Whole ones only: one cut
 * short by a segment's end says nothing. */
VECTOR_INLINE size_t slow_means(const struct tap_detector *d, size_t row,
                                octet mean[SWAY_MAX])
{
    size_t n = 0;
    size_t at = row / SLOW;
    size_t from = at > SWAY_REACH ? at - SWAY_REACH : 0;
    size_t whole = rows_of(d) / SLOW;
    size_t k = from % (RING * SLOWS);
    for (size_t b = from; b <= at + SWAY_REACH && b < whole; b++) {
        mean[n++] = d->mean[k];
        k = k + 1 < RING * SLOWS ? k + 1 : 0;
    }
    return n;
}

/* Slow acceleration about its mean, angular rate as it is. */
VECTOR_CLONES
static void slow_motion(const struct tap_detector *d, size_t row,
                        struct tap_onset *onset)
{
    octet mean[SWAY_MAX];
    size_t n = slow_means(d, row, mean);
    octet centre = {0};
    for (size_t i = 0; i < n; i++) {
        centre += mean[i];
    }
    centre = centre / (float)n * (octet){1, 1, 1};
    octet sum = {0};
    octet top[SWAY_LEFT_OUT] = {{0}};
    for (size_t i = 0; i < n; i++) {
        octet x = mean[i] - centre;
        x *= x;
        x = x + (octet){x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[0]} +
            (octet){x[2], x[3], x[4], x[5], x[6], x[7], x[0], x[1]};
        sum += x;
        for (int k = 0; k < SWAY_LEFT_OUT; k++) {
            sort_lanes(&top[k], &x);
        }
    }
    enum { SWAY = 0, TURN = 3 }; /* lanes that have a sensor's three axes */
    float sway = root_mean(&sum, n, top, SWAY);
    onset->sway_mg = 1000 * sway;
    onset->turn_dps = root_mean(&sum, n, top, TURN);
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

/* Smooths `n` energies to `mean`, and writes where that has maxima to `at`.
 * Returns how many. Without branches: one row is as likely one as the next. */
VECTOR_CLONES
static size_t find_maxima(const float *energy, size_t n, float *restrict mean,
                          uint8_t *at)
{
    const float least = STRENGTH_MIN * STRENGTH_MIN;
    int is_maximum[EDGE + TAP_HOP];
    size_t count = 0;
    for (size_t i = SMOOTH; i < n - SMOOTH; i++) {
        const float *e = &energy[i];
        float sum = e[-2] + e[2] + 2 * (e[-1] + e[1]) + 3 * e[0];
        mean[i] = sum * (1.0F / 9);
    }
    for (size_t i = SMOOTH + 1; i < n - SMOOTH - 1; i++) {
        is_maximum[i] = (mean[i] >= least) & (mean[i] >= mean[i - 1]) &
                        (mean[i] > mean[i + 1]);
    }
    for (size_t i = SMOOTH + 1; i < n - SMOOTH - 1; i++) {
        at[count] = (uint8_t)i;
        count += (size_t)is_maximum[i];
    }
    return count;
}

/* Looks for maxima among `rows` more energies, which stand behind those of the
 * EDGE rows before. */
static int scan(struct tap_detector *d, size_t rows)
{
    float mean[EDGE + TAP_HOP] = {0};
    uint8_t at[EDGE + TAP_HOP] = {0};
    size_t count = find_maxima(d->energy, EDGE + rows, mean, at);
    int err = 0;
    for (size_t k = 0; k < count && err == 0; k++) {
        /* None is before the segment's first row: there, means rise. */
        err = take_maximum(d, d->row + at[k] - EDGE, &mean[at[k]]);
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
