/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/walking_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/vector.h"
#include "analysis/spectrum.h"

/*
 * The weights, fitted by tests/accuracy/walking_fit.py: maximum likelihood
 * (softmax over the frequencies and "no walking", quadratic penalty 1e-5) on
 * windows of walking (steps-pebble, steps-oxford-phone, activity-geotec,
 * steps-multigait) and of none (steps-pebble's recordings without steps,
 * reps-uci, taps-pin, seated time of activity-geotec), each set's walking
 * counting as much as any other's, and its idling; and, at 0.3 of that, on
 * scripted motion of the virtual wristband: walks of 50 to 200 steps a minute,
 * curls, tremor, brushing, shaking, washing, typing, taps, knocks. What is a
 * sign of steps may have no negative weight. Those who walk in the sets are
 * young and quick, those whom the band is for are not: at 0.15, the walks of
 * pebble and oxford are fitted on slowed down 1.4, 1.8 and 2.3 times as well,
 * with accelerations smaller by the square.
 *
 * The gyroscope's two are set by hand: with a gyroscope only one set walks.
 * So geotec's figures with it are not wholly left out. In an earlier fit,
 * geotec left out, 93 to 97 % was found for SWING of 2 .. 6 and TURNING of 0 ..
 * -1, and reps-uci, left out, had 1.2 false steps a minute for SWING of 2 .. 4.
 *
 * Figures of the whole method, fitted on all and with the set left out:
 *   pebble median absolute error, %        1.0   1.0
 *   pebble inside the accept band, %      99.0  98.0
 *   pebble total, off, %                   0.2   0.4
 *   pebble false steps a minute            0.3   0.3
 *   oxford median error, %                 0.4   0.4
 *   oxford F1 within 0.2 s                 0.98  0.98
 *   oxford cadence within 2, %            98.6  98.6
 *   oxford windows an octave off           0     0
 *   geotec walking found, %               96.8  95.9
 *   geotec seated called walking, %        3.3   1.3
 *   without its gyroscope: found, %       96.0  89.2
 *   reps-uci, taps-pin: false steps        0     0
 * The weights are of a fit to 11 Hz; fitted to 10 Hz, as the sets left out are,
 * 96.3 and 94.6 % of geotec are found, and 2.2 % of its steps change if the
 * band is not calibrated (1.9). Without SMOOTH and ROUGH, 84 and 82 % of
 * geotec's walking were found without its gyroscope, and oxford left out had 4
 * windows an octave off. ROUGH from 0.55 on finds more of geotec, but loses two
 * fifths of a slow walk on a carpet of oxford left out. Nothing at all came of
 * terms that compare f with f / 2 and 2 f (teeth at half, one and a half and
 * two; the autocorrelation at a step, half of one and two): arms that swing put
 * as much there as what is no walk. Of whole bouts that can be told: walking.c.
 */
enum term {
    STEP,      /* share of magnitude's power at f, as amplitude */
    STEP_3,    /* at 3 f: impacts are sharp */
    AXES_2,    /* of acceleration's three axes, at 2 f */
    AXES_HALF, /* at f / 2: arm swing */
    RATE,      /* log f */
    RATE_FAR,  /* (|log f - log 1.8 Hz| - 0.25)^2 where that is positive */
    RATE_FAST, /* excess of log f over log 2.2 Hz times that of a log rms of
                * -0.7 (0.5 g) over magnitude's: who runs, shakes */
    AXES_SLOW, /* share of the axes' power below the band */
    MAGNITUDE, /* magnitude's rms over the axes': impacts, not turns */
    SMOOTH,    /* what is missing of the axes' sharpness to 0.3: no foot has
                * struck, an arm was moved */
    ROUGH,     /* excess of sharpness over 0.65 times that of a log rms of
                * -1.5 (0.2 g) over magnitude's: knocks, a road */
    SWING,     /* amplitude of turning at f / 2 less that at f; times */
    TURNING, /* 1 from 30 deg/s up, in proportion below, 0 without gyroscope */
    BIAS,
    TERMS
};

/* Other weights are for walking_fit.py, which leaves out sets. */
#ifndef WALKING_WEIGHTS
#define WALKING_WEIGHTS "analysis/walking_weights.inc"
#endif

static const float WEIGHT[TERMS] = {
#include WALKING_WEIGHTS
};

/* Windows overlap by 85 %, so that what one says the next ones repeat: each
 * counts half. */
static const float REPEATED = 0.5F;
/* A window that does not look like walking at all is no stronger evidence than
 * that: people turn, stop and reach. In earlier fits, with -2, 6 % of geotec's
 * seated time was walking; without it, pebble left out was -9.1 % instead of
 * -8.2 %. */
static const float LEAST_SCORE = -3.0F;

enum { PADDED = 128, BINS = PADDED / 2 + 1 };

static const double LOWEST_HZ = 0.65; /* 39 steps a minute: shuffling */
/* A Hann window's line has the power of 1.5 unpadded bins at its peak
 * (Harris 1978, equivalent noise bandwidth). */
static const double LINE_BINS = 1.5 * PADDED / WALKING_WINDOW;
static const double BAND_LOW_HZ = 0.35;
static const double BAND_HIGH_HZ = 10.0; /* a 25-Hz filter passes it */
static const double TYPICAL_HZ = 1.8;    /* free walking, 108 steps a minute */
static const double TYPICAL_LOG_WIDTH = 0.25; /* 84 .. 139: no preference */
/* Half a step taken for one: fast steps with little motion. */
static const double FAST_HZ = 2.2; /* 132 steps a minute */
static const float FAST_LOG_RMS = -0.7F;
/* Feet strike, and some of that comes through to the wrist: where an arm moves
 * by itself, hardly any acceleration is this quick. Sharpness is the share of
 * the power that is, as amplitude. Over whole bouts of walking it is 0.26 to
 * 0.66 in pebble, oxford and geotec alike; in arms swung for fun 0.13, in
 * exercises up to 0.18, in a car 0.55 to 0.7, but weak. */
static const double SHARP_HZ = 3.5;
/* At 12.5 Hz, sharpness in pebble, oxford and geotec is 0.67, 0.60 and 0.68 of
 * what it is at 25 and 100 Hz, at the median of windows. */
static const float SHARP_MISSING = 0.5F;
static const float SMOOTH_BELOW = 0.3F;
static const float ROUGH_ABOVE = 0.65F;
static const float ROUGH_LOG_RMS = -1.5F;
/* Rms that the logarithm starts from: noise of the sensor. */
static const float ACCEL_FLOOR_G = 0.005F;

/* A hand on a rail or in a pocket turns little, which tells nothing. */
static const float TURNING_DPS = 30.0F;
/* Nobody's wrist is as calm as this while walking [g^2]: not looked at. The
 * least in all walking recordings is 0.06 g. */
static const float CALM_G2 = 0.02F * 0.02F;
static const float CALM_SCORE = -20.0F;
/* The gyroscope adds 1.75 at the very most: it need not be asked. */
static const float HOPELESS_SCORE = -5.0F;

/* The multiples of f that are looked at. */
enum tooth { T_HALF, T_1, T_2, T_3, TEETH };

static const double TOOTH[TEETH] = {0.5, 1, 2, 3};

/* Where a tooth lies in the spectrum, for each frequency. */
struct places {
    int bin[WALKING_RATES];
    float here[WALKING_RATES]; /* weight of the bin; 0: above the band */
    float next[WALKING_RATES]; /* of the bin above */
};

struct walking_model {
    bool has_gyro;
    float sharp_gain; /* what makes up for the band's missing part */
    size_t band_low;  /* bins */
    size_t band_sharp;
    size_t band_high;
    float constant[WALKING_RATES]; /* terms that hang on f alone */
    float fast[WALKING_RATES];     /* excess of log f over log FAST_HZ */
    struct places place[TEETH];
    struct spectrum *spectrum;
};

/* Power of a group of channels. */
struct power {
    float psd[BINS];
    float band;  /* in the band */
    float slow;  /* share of all that is below it, as amplitude */
    float sharp; /* and of the band that is above SHARP_HZ */
    float rms;
};

double walking_rate_log(size_t rate)
{
    return log(LOWEST_HZ) + WALKING_RATE_STEP * (double)rate;
}

double walking_rate_hz(size_t rate)
{
    return exp(walking_rate_log(rate));
}

static void place(struct places *places, size_t rate, double hz, double step_hz)
{
    double x = hz / step_hz;
    size_t bin = (size_t)x;
    if (hz > BAND_HIGH_HZ || bin + 1 >= BINS) {
        return;
    }
    double part = x - (double)bin;
    places->bin[rate] = (int)bin;
    places->here[rate] = (float)(LINE_BINS * (1 - part));
    places->next[rate] = (float)(LINE_BINS * part);
}

static void fill_tables(struct walking_model *model)
{
    double step_hz = spectrum_step_hz(model->spectrum);
    model->band_low = (size_t)ceil(BAND_LOW_HZ / step_hz);
    model->band_sharp = (size_t)ceil(SHARP_HZ / step_hz);
    model->band_high = (size_t)ceil(BAND_HIGH_HZ / step_hz);
    for (size_t i = 0; i < WALKING_RATES; i++) {
        double hz = walking_rate_hz(i);
        for (size_t k = 0; k < TEETH; k++) {
            place(&model->place[k], i, hz * TOOTH[k], step_hz);
        }
        model->fast[i] = (float)fmax(0, log(hz / FAST_HZ));
        double far = fabs(log(hz / TYPICAL_HZ)) - TYPICAL_LOG_WIDTH;
        far = fmax(0, far);
        model->constant[i] = REPEATED * (WEIGHT[BIAS] - logf(WALKING_RATES) +
                                         WEIGHT[RATE] * (float)log(hz) +
                                         WEIGHT[RATE_FAR] * (float)(far * far));
    }
}

double walking_band_missing(double source_hz)
{
    const double full_hz = 22;
    const double half_hz = 12.5;
    return fmax(0, fmin(1, (full_hz - source_hz) / (full_hz - half_hz)));
}

struct walking_model *walking_model_new(bool has_gyro, double source_hz)
{
    struct walking_model *model = calloc(1, sizeof(*model));
    if (model == NULL) {
        return NULL;
    }
    model->has_gyro = has_gyro;
    model->sharp_gain =
        1 + SHARP_MISSING * (float)walking_band_missing(source_hz);
    model->spectrum = spectrum_new(WALKING_WINDOW, PADDED, WALKING_RATE_HZ);
    if (model->spectrum == NULL) {
        walking_model_free(model);
        return NULL;
    }
    fill_tables(model);
    return model;
}

void walking_model_free(struct walking_model *model)
{
    if (model != NULL) {
        spectrum_free(model->spectrum);
        free(model);
    }
}

/* Four sums side by side, which a processor adds at once. */
static inline bool is_calm(const float *magnitude)
{
    enum { LANES = 4 };
    float sum[LANES] = {0};
    float squares[LANES] = {0};
    for (size_t i = 0; i < WALKING_WINDOW; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            /* All are near the first: nothing is lost in the difference. */
            float x = magnitude[i + k] - magnitude[0];
            sum[k] += x;
            squares[k] += x * x;
        }
    }
    float all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    float square = (squares[0] + squares[1]) + (squares[2] + squares[3]);
    return square - all * all / WALKING_WINDOW < CALM_G2 * WALKING_WINDOW;
}

/* Four sums side by side, for speed. */
static inline float sum_bins(const float *psd, size_t first, size_t end)
{
    float sum[4] = {0};
    size_t bin = first;
    for (; bin + 4 <= end; bin += 4) {
        for (size_t k = 0; k < 4; k++) {
            sum[k] += psd[bin + k];
        }
    }
    for (; bin < end; bin++) {
        sum[0] += psd[bin];
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Sums over the band; psd is there. */
static inline void measure_power(const struct walking_model *model,
                                 struct power *power)
{
    float below = sum_bins(power->psd, 1, model->band_low);
    float sharp = sum_bins(power->psd, model->band_sharp, model->band_high);
    /* What no sensor resolves keeps shares of nothing at 0. */
    power->band = 1e-9F + sharp +
                  sum_bins(power->psd, model->band_low, model->band_sharp);
    power->slow = sqrtf(below / (below + power->band));
    power->sharp = sqrtf(sharp / power->band);
    power->rms = sqrtf(power->band * (float)spectrum_step_hz(model->spectrum));
}

static float amplitude(float share)
{
    return sqrtf(share < 1 ? share : 1);
}

/* Adds, for each frequency, the share of the power at a tooth. */
static inline void add_tooth(const struct walking_model *model,
                             const struct power *power, enum tooth tooth,
                             float weight, float *score)
{
    const struct places *places = &model->place[tooth];
    const float per_band = 1 / power->band;
    weight *= REPEATED;
    float psd[WALKING_RATES][2];
    for (size_t i = 0; i < WALKING_RATES; i++) {
        memcpy(psd[i], &power->psd[places->bin[i]], sizeof(psd[i]));
    }
    /* What is next to each other by now, a processor takes at once. */
    for (size_t i = 0; i < WALKING_RATES; i++) {
        float share = places->here[i] * psd[i][0] + places->next[i] * psd[i][1];
        score[i] += weight * amplitude(per_band * share);
    }
}

/* Terms that are the same for all frequencies, but for RATE_FAST. */
static inline void add_strength(const struct walking_model *model,
                                const struct power *magnitude,
                                const struct power *axes, float *score)
{
    float strength = logf(magnitude->rms + ACCEL_FLOOR_G);
    float weak = WEIGHT[RATE_FAST] * fmaxf(0, FAST_LOG_RMS - strength);
    float smooth = fmaxf(0, SMOOTH_BELOW - model->sharp_gain * axes->sharp);
    float rough = fmaxf(0, axes->sharp - ROUGH_ABOVE) *
                  fmaxf(0, ROUGH_LOG_RMS - strength);
    float common = WEIGHT[AXES_SLOW] * axes->slow + WEIGHT[SMOOTH] * smooth +
                   WEIGHT[ROUGH] * rough +
                   WEIGHT[MAGNITUDE] * amplitude(magnitude->band / axes->band);
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] += REPEATED * (common + weak * model->fast[i]);
    }
}

static inline void add_gyro(const struct walking_model *model,
                            const float *const axis[3], float *score)
{
    struct power gyro = {0};
    spectrum_add_axes(model->spectrum, axis, gyro.psd);
    measure_power(model, &gyro);
    float turning = fminf(1, gyro.rms / TURNING_DPS);
    add_tooth(model, &gyro, T_HALF, turning * WEIGHT[SWING], score);
    add_tooth(model, &gyro, T_1, -turning * WEIGHT[SWING], score);
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] += REPEATED * turning * WEIGHT[TURNING];
    }
}

static inline bool is_hopeless(const float *score)
{
    bool hopeless = true;
    for (size_t i = 0; i < WALKING_RATES; i++) {
        hopeless &= score[i] < HOPELESS_SCORE;
    }
    return hopeless;
}

VECTOR_CLONES
void walking_model_score(struct walking_model *model,
                         const float *const channel[WALKING_CHANNELS],
                         float *score)
{
    if (is_calm(channel[WALKING_MAGNITUDE])) {
        for (size_t i = 0; i < WALKING_RATES; i++) {
            score[i] = CALM_SCORE;
        }
        return;
    }
    memcpy(score, model->constant, sizeof(model->constant));
    struct power magnitude = {0};
    struct power axes = {0};
    const float *const *axis = channel + WALKING_ACCEL;
    spectrum_add_each(
        model->spectrum,
        (const float *const[]){channel[WALKING_MAGNITUDE], axis[0]},
        (float *const[]){magnitude.psd, axes.psd});
    spectrum_add(model->spectrum, axis[1], axis[2], axes.psd);
    measure_power(model, &magnitude);
    measure_power(model, &axes);
    add_tooth(model, &magnitude, T_1, WEIGHT[STEP], score);
    add_tooth(model, &magnitude, T_3, WEIGHT[STEP_3], score);
    add_tooth(model, &axes, T_2, WEIGHT[AXES_2], score);
    add_tooth(model, &axes, T_HALF, WEIGHT[AXES_HALF], score);
    add_strength(model, &magnitude, &axes, score);
    if (model->has_gyro && !is_hopeless(score)) {
        add_gyro(model, channel + WALKING_GYRO, score);
    }
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] = score[i] > LEAST_SCORE ? score[i] : LEAST_SCORE;
    }
}
