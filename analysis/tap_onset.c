/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tap_onset.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Rows go into hops of half a second. A hop is looked at when the hops around
 * it are there too, as the noise is that of REACH hops on either side.
 *
 *   rows -> band-pass -> squares [hop][row][channel] -> noise of each channel
 *        -> weighted sum of squares -> smoothed -> its local maxima
 */
enum {
    CHANNELS = 6,
    LANES = 8,   /* CHANNELS, filled up so that compilers see one vector */
    BLOCK = 10,  /* rows: 50 ms, about as long as what a tap leaves behind */
    BLOCKS = 10, /* in a hop */
    HOP = BLOCK * BLOCKS,
    REACH = 3,
    ENERGIES = (2 * REACH + 1) * BLOCKS, /* that noise is a quantile of */
    BINS = 256,                          /* to find it in */
    RING = 8,       /* hops kept: 2 REACH + 1, and one being filled */
    NEAR = 2,       /* hops on either side of a loud one are looked at */
    RENEW = 16,     /* hops after which weights are renewed anyway */
    SMOOTH = 5,     /* rows of each of two running means: 45 ms in all */
    APART = 12,     /* rows: of onsets closer than 60 ms the stronger counts */
    LOUD_RANK = 2,  /* the third loudest block: not one knock */
    PEAK_REACH = 8, /* rows around an onset in which its peak lies */
    SWAY_BLOCKS = 10,  /* blocks before and after that slow motion is over */
    SWAY_LEFT_OUT = 3, /* loudest of them: a knock */
    SWAY_MAX = 2 * SWAY_BLOCKS + 1
};

/*
 * Chosen on taps-pin and on taps of 20 mg in 5 mg of noise; ranges in which
 * results stay within a file in 38.
 */
/* A fingertip's blow reaches the wrist as a burst at 20 Hz and above, with a
 * twitch that is slower. Where a recording is slow the corners give way. */
static const double ACCEL_CORNER_HZ = 20; /* 15 .. 30 */
static const double GYRO_CORNER_HZ = 12;  /* 8 .. 18 */
static const double ACCEL_CORNER_OF_SOURCE = 0.2;
static const double GYRO_CORNER_OF_SOURCE = 0.16;
static const double UPPER_CORNER_HZ = 45; /* 40 .. 60 */
/* The quantile of block energies that stands for noise: while fingers tap at
 * 7 Hz about half of the blocks are quiet. */
static const float NOISE_QUANTILE = 0.3F;
/* No sensor is quieter than this in the band; a coarse one at rest seems so. */
static const float ACCEL_FLOOR_G = 0.5e-3F;
static const float GYRO_FLOOR_DPS = 0.03F;
/* How much more than its noise a channel may count for standing out. */
static const float EXCESS_MAX = 5; /* 4 .. 10 */
/* Onsets below this are not worth keeping. */
static const float STRENGTH_MIN = 1.2F;
/* A block's energy in units of noise that may hold an onset; a hop's that says
 * that noise has become less. */
static const float LOUD = 2.4F;
static const float QUIET = 0.5F;
/* The band-pass rings up for half a cycle and the mean is centred: the blow
 * falls this long before the maximum. */
static const double ONSET_LEAD_S = 0.02;

/* Second-order section, transposed direct form II, a lane a channel. */
struct section {
    float b0[LANES];
    float b1[LANES];
    float b2[LANES];
    float a1[LANES];
    float a2[LANES];
    float delay1[LANES];
    float delay2[LANES];
};

struct hop {
    size_t rows;                 /* HOP, fewer at a segment's end */
    float square[HOP][LANES];    /* of the band-passed channels */
    float energy[BLOCKS][LANES]; /* mean of a block's squares */
    float mean[BLOCKS][LANES];   /* of a block's channels themselves */
};

struct tap_detector {
    tap_onset_fn *found;
    void *ctx;
    bool has_gyro;
    float sway_gain;
    struct section high;
    struct section low;
    bool started;
    double start_s; /* of the segment */
    size_t hops;    /* of the segment, the one being filled included */
    size_t looked;  /* at */
    struct hop hop[RING];
    bool alive[CHANNELS];   /* has said something; quiet is not dead */
    float weight[CHANNELS]; /* of squares in the hop looked at */
    float noise;            /* level in it */
    size_t row;             /* next to be smoothed, of the segment */
    float window[2][SMOOTH];
    float last[2]; /* smoothed energy of the two rows before */
    struct {       /* onset held back for a stronger one nearby */
        size_t row;
        float energy; /* 0: none */
        float noise;
    } pending;
};

void tap_keep_top(float *top, int n, float x)
{
    for (int k = 0; k < n && x > top[n - 1]; k++) {
        if (x > top[k]) {
            float held = top[k];
            top[k] = x;
            x = held;
        }
    }
}

enum pass { LOW, HIGH };

/* Second-order Butterworth (bilinear transform) for lanes from .. to - 1. */
static void set_section(struct section *s, enum pass pass, double corner_hz,
                        const int lanes[2])
{
    double k = tan(M_PI * corner_hz / TAP_RATE_HZ);
    double norm = 1 / (1 + M_SQRT2 * k + k * k);
    double gain = pass == LOW ? k * k * norm : norm;
    for (int c = lanes[0]; c < lanes[1]; c++) {
        s->b0[c] = (float)gain;
        s->b1[c] = (float)(pass == LOW ? 2 * gain : -2 * gain);
        s->b2[c] = (float)gain;
        s->a1[c] = (float)(2 * (k * k - 1) * norm);
        s->a2[c] = (float)((1 - M_SQRT2 * k + k * k) * norm);
    }
}

static void filter(struct section *restrict s, float x[restrict LANES])
{
    for (int c = 0; c < LANES; c++) {
        float y = s->b0[c] * x[c] + s->delay1[c];
        s->delay1[c] = s->b1[c] * x[c] - s->a1[c] * y + s->delay2[c];
        s->delay2[c] = s->b2[c] * x[c] - s->a2[c] * y;
        x[c] = y;
    }
}

struct tap_detector *tap_detector_new(double source_hz, bool has_gyro,
                                      tap_onset_fn *found, void *ctx)
{
    static const int accel[2] = {0, 3};
    static const int gyro[2] = {3, CHANNELS};
    static const int both[2] = {0, CHANNELS};
    struct tap_detector *d = calloc(1, sizeof(*d));
    if (d == NULL) {
        return NULL;
    }
    d->found = found;
    d->ctx = ctx;
    d->has_gyro = has_gyro;
    double accel_hz = fmin(ACCEL_CORNER_HZ, ACCEL_CORNER_OF_SOURCE * source_hz);
    double gyro_hz = fmin(GYRO_CORNER_HZ, GYRO_CORNER_OF_SOURCE * source_hz);
    set_section(&d->high, HIGH, accel_hz, accel);
    set_section(&d->high, HIGH, gyro_hz, gyro);
    set_section(&d->low, LOW, UPPER_CORNER_HZ, both);
    /* The lower the band begins, the more of slow motion is in it. */
    d->sway_gain = (float)sqrt(ACCEL_CORNER_HZ / accel_hz);
    return d;
}

void tap_detector_free(struct tap_detector *detector)
{
    free(detector);
}

/* A row as a vector: its lanes behind the channels (temperature) go along and
 * are never looked at. */
static void lanes_of(const struct motion *row, float x[LANES])
{
    static_assert(sizeof(*row) == LANES * sizeof(float) &&
                      offsetof(struct motion, gyro) == 3 * sizeof(float),
                  "a row is eight floats, accelerometer first");
    memcpy(x, row, LANES * sizeof(float));
}

/* Begins a segment: the high-pass as if its first row had been there for ever.
 */
static void start(struct tap_detector *d, const struct motion *row, double t0_s)
{
    float x[LANES];
    lanes_of(row, x);
    memset(d->low.delay1, 0, sizeof(d->low.delay1));
    memset(d->low.delay2, 0, sizeof(d->low.delay2));
    for (int c = 0; c < LANES; c++) {
        d->high.delay1[c] = -d->high.b0[c] * x[c];
        d->high.delay2[c] = d->high.b2[c] * x[c];
    }
    d->started = true;
    d->start_s = t0_s;
    d->hops = 1;
    d->looked = 0;
    d->hop[0].rows = 0;
    d->row = 0;
    d->pending.energy = 0;
    memset(d->window, 0, sizeof(d->window));
    memset(d->last, 0, sizeof(d->last));
}

static void add(float sum[restrict LANES], const float x[restrict LANES])
{
    for (int c = 0; c < LANES; c++) {
        sum[c] += x[c] * (1.0F / BLOCK);
    }
}

static void take_row(struct tap_detector *d, struct hop *hop,
                     const struct motion *row)
{
    float x[LANES];
    float *square = hop->square[hop->rows];
    float *energy = hop->energy[hop->rows / BLOCK];
    float *mean = hop->mean[hop->rows / BLOCK];
    if (hop->rows % BLOCK == 0) {
        memset(energy, 0, sizeof(hop->energy[0]));
        memset(mean, 0, sizeof(hop->mean[0]));
    }
    hop->rows++;
    lanes_of(row, x);
    add(mean, x);
    filter(&d->high, x);
    filter(&d->low, x);
    for (int c = 0; c < LANES; c++) {
        square[c] = x[c] * x[c];
    }
    add(energy, square);
}

/* Whole blocks only: a block cut short by a segment's end says nothing. */
static size_t whole_blocks(const struct hop *hop)
{
    return hop->rows / BLOCK;
}

/* A quarter of an octave: the exponent of a float and two bits of its
 * mantissa, from 2^-40 up. */
static unsigned bin_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    uint32_t bin = bits >> 21;
    uint32_t first = (127 - 40) * 4;
    return bin < first ? 0 : bin - first < BINS ? bin - first : BINS - 1;
}

/* The value that `rank` of the `n` energies (<= ENERGIES) are below: first its
 * bin, then its place among the few in there. */
static float select_rank(const float *x, size_t n, size_t rank)
{
    uint8_t bin[ENERGIES];
    uint8_t count[BINS] = {0};
    unsigned at = BINS - 1;
    for (size_t i = 0; i < n; i++) {
        bin[i] = (uint8_t)bin_of(x[i]);
        count[bin[i]]++;
        at = bin[i] < at ? bin[i] : at;
    }
    while (rank >= count[at]) {
        rank -= count[at++];
    }
    float inside[ENERGIES] = {0}; /* the bin's values, kept sorted */
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (bin[i] == at) {
            size_t k = m++;
            for (; k > 0 && inside[k - 1] > x[i]; k--) {
                inside[k] = inside[k - 1];
            }
            inside[k] = x[i];
        }
    }
    return inside[rank];
}

/* A channel around a hop: mean square of its noise, and how far its loudest
 * moments stand out from it. */
struct loudness {
    float noise; /* 0: the channel is dead, it never said anything */
    float excess;
};

static struct loudness loudness_of(struct tap_detector *d, size_t at,
                                   int channel)
{
    float energy[ENERGIES] = {0};
    float top[LOUD_RANK] = {0};
    size_t n = 0;
    size_t from = at > REACH ? at - REACH : 0;
    for (size_t h = from; h <= at + REACH && h < d->hops; h++) {
        const struct hop *hop = &d->hop[h % RING];
        for (size_t b = 0; b < whole_blocks(hop); b++) {
            energy[n] = hop->energy[b][channel];
            tap_keep_top(top, LOUD_RANK, energy[n]);
            n++;
        }
    }
    struct loudness loud = {0, 0};
    d->alive[channel] = d->alive[channel] || top[0] > 0;
    if (!d->alive[channel] || n == 0) {
        return loud;
    }
    float floor = channel < 3 ? ACCEL_FLOOR_G : GYRO_FLOOR_DPS;
    size_t rank = (size_t)(NOISE_QUANTILE * (float)(n - 1));
    loud.noise = fmaxf(select_rank(energy, n, rank), floor * floor);
    float excess = top[LOUD_RANK - 1] / loud.noise - 1;
    loud.excess = fminf(fmaxf(0, excess), EXCESS_MAX);
    return loud;
}

/* Sets what each channel's squares count around hop `at`, accelerometer and
 * gyroscope alike, so that noise adds up to 1. Within a sensor a channel counts
 * by how far its loud moments stand out: taps have a direction, noise none. */
static void weigh(struct tap_detector *d, size_t at)
{
    struct loudness loud[CHANNELS];
    float sum[2] = {0, 0};
    float logs = 0;
    int live = 0;
    for (int c = 0; c < CHANNELS; c++) {
        loud[c] = (struct loudness){0, 0};
        if (c < 3 || d->has_gyro) {
            loud[c] = loudness_of(d, at, c);
        }
        if (loud[c].noise > 0) {
            sum[c / 3] += 1 + loud[c].excess;
            logs += logf(loud[c].noise);
            live++;
        }
    }
    float sensors = (float)((sum[0] > 0) + (sum[1] > 0));
    for (int c = 0; c < CHANNELS; c++) {
        d->weight[c] =
            loud[c].noise > 0
                ? (1 + loud[c].excess) / loud[c].noise / (sum[c / 3] * sensors)
                : 0;
    }
    d->noise = live > 0 ? expf(0.5F * logs / (float)live) : 1;
}

static float peak_mg(const struct tap_detector *d, size_t row)
{
    float most = 0;
    size_t from = row > PEAK_REACH ? row - PEAK_REACH : 0;
    for (size_t n = from; n <= row + PEAK_REACH && n / HOP < d->hops; n++) {
        const struct hop *hop = &d->hop[n / HOP % RING];
        size_t i = n % HOP;
        if (i < hop->rows) {
            const float *x = hop->square[i];
            most = fmaxf(most, x[0] + x[1] + x[2]);
        }
    }
    return 1000 * sqrtf(most);
}

/* Root of the mean of all but the largest values: a knock is not slow. */
static float root_mean(const float *square, size_t n)
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
    return kept > 0 ? sqrtf(fmaxf(0, sum) / (float)kept) : 0;
}

/* Slow motion in the second around `row`, from block means: acceleration about
 * its mean, angular rate as it is. */
static void slow_motion(const struct tap_detector *d, size_t row,
                        struct tap_onset *onset)
{
    float mean[SWAY_MAX][CHANNELS];
    float centre[3] = {0, 0, 0};
    size_t n = 0;
    size_t at = row / BLOCK;
    size_t from = at > SWAY_BLOCKS ? at - SWAY_BLOCKS : 0;
    for (size_t b = from; b <= at + SWAY_BLOCKS && b / BLOCKS < d->hops; b++) {
        const struct hop *hop = &d->hop[b / BLOCKS % RING];
        if (b % BLOCKS >= whole_blocks(hop)) {
            break;
        }
        for (int c = 0; c < CHANNELS; c++) {
            mean[n][c] = hop->mean[b % BLOCKS][c];
            centre[c % 3] += c < 3 ? mean[n][c] : 0;
        }
        n++;
    }
    float sway[SWAY_MAX];
    float turn[SWAY_MAX];
    for (size_t b = 0; b < n; b++) {
        sway[b] = 0;
        turn[b] = 0;
        for (int c = 0; c < 3; c++) {
            float x = mean[b][c] - centre[c] / (float)n;
            sway[b] += x * x;
            turn[b] += mean[b][c + 3] * mean[b][c + 3];
        }
    }
    onset->sway_mg = 1000 * d->sway_gain * root_mean(sway, n);
    onset->turn_dps = root_mean(turn, n);
}

static int report(struct tap_detector *d)
{
    if (d->pending.energy == 0) {
        return 0;
    }
    struct tap_onset onset = {
        .time_s =
            d->start_s + (double)d->pending.row / TAP_RATE_HZ - ONSET_LEAD_S,
        .strength = sqrtf(d->pending.energy),
        .noise = d->pending.noise,
        .peak_mg = peak_mg(d, d->pending.row),
    };
    onset.time_s = fmax(onset.time_s, d->start_s);
    slow_motion(d, d->pending.row, &onset);
    d->pending.energy = 0;
    return d->found(d->ctx, &onset);
}

/* Of maxima closer than APART the stronger one is kept. */
static int take_maximum(struct tap_detector *d, size_t row, float energy)
{
    if (d->pending.energy > 0 && row - d->pending.row <= APART) {
        if (energy > d->pending.energy) {
            d->pending.row = row;
            d->pending.noise = d->noise;
            d->pending.energy = energy;
        }
        return 0;
    }
    int err = report(d);
    d->pending.row = row;
    d->pending.noise = d->noise;
    d->pending.energy = energy;
    return err;
}

static float running_mean(struct tap_detector *d, int stage, float x)
{
    float *oldest = &d->window[stage][d->row % SMOOTH];
    *oldest = x;
    float sum = 0;
    for (int i = 0; i < SMOOTH; i++) {
        sum += d->window[stage][i];
    }
    return sum / SMOOTH;
}

/* Takes the energy of the segment's next row. */
static int smooth(struct tap_detector *d, float energy)
{
    float x = running_mean(d, 1, running_mean(d, 0, energy));
    size_t row = d->row++;
    bool maximum = d->last[0] >= d->last[1] && d->last[0] > x;
    float top = d->last[0];
    d->last[1] = d->last[0];
    d->last[0] = x;
    if (!maximum || top < STRENGTH_MIN * STRENGTH_MIN) {
        return 0;
    }
    /* Two means delay by SMOOTH - 1 rows; the maximum is one row back. */
    return take_maximum(d, row > SMOOTH ? row - SMOOTH : 0, top);
}

/* True if something in the hop may be an onset, or if weights have become
 * wrong: a first cheap glance with the weights of a hop before. */
static bool is_loud(const struct tap_detector *d, const struct hop *hop)
{
    float sum = 0;
    float most = 0;
    size_t blocks = whole_blocks(hop);
    for (size_t b = 0; b < blocks; b++) {
        float energy = 0;
        for (int c = 0; c < CHANNELS; c++) {
            energy += d->weight[c] * hop->energy[b][c];
        }
        sum += energy;
        most = fmaxf(most, energy);
    }
    return blocks < BLOCKS || most > LOUD || sum < QUIET * BLOCKS;
}

/* Goes over the hop without looking: nothing is in it. */
static int skip(struct tap_detector *d)
{
    d->row += HOP;
    d->looked++;
    memset(d->window, 0, sizeof(d->window));
    memset(d->last, 0, sizeof(d->last));
    return report(d);
}

static int look(struct tap_detector *d)
{
    const struct hop *hop = &d->hop[d->looked % RING];
    bool loud = d->looked % RENEW == 0;
    size_t from = d->looked > NEAR ? d->looked - NEAR : 0;
    for (size_t h = from; h <= d->looked + NEAR && h < d->hops && !loud; h++) {
        loud = is_loud(d, &d->hop[h % RING]);
    }
    if (!loud) {
        return skip(d);
    }
    weigh(d, d->looked);
    d->looked++;
    for (size_t n = 0; n < hop->rows; n++) {
        float energy = 0;
        for (int c = 0; c < CHANNELS; c++) {
            energy += d->weight[c] * hop->square[n][c];
        }
        int err = smooth(d, energy);
        if (err < 0) {
            return err;
        }
    }
    return 0;
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
    for (size_t i = 0; i < n; i++) {
        struct hop *hop = &d->hop[(d->hops - 1) % RING];
        if (hop->rows == HOP) {
            int err = begin_hop(d);
            if (err < 0) {
                return err;
            }
            hop = &d->hop[(d->hops - 1) % RING];
        }
        take_row(d, hop, &rows[i]);
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
    for (int i = 0; d->started && i < 2 * SMOOTH && err == 0; i++) {
        err = smooth(d, 0);
    }
    if (err == 0) {
        err = report(d);
    }
    d->started = false;
    return err;
}
