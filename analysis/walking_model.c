/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/walking_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/spectrum.h"

/*
 * The weights, fitted by maximum likelihood (softmax over the frequencies and
 * "no walking", quadratic penalty 0.003) to the windows of: walking,
 * steps-pebble, steps-oxford-phone, activity-geotec, steps-multigait; no
 * walking, steps-pebble's recordings without steps, reps-uci, taps-pin, seated
 * time of activity-geotec. The gyroscope's weights were then fitted on
 * activity-geotec, reps-uci and taps-pin, the others held.
 *
 * RATE_FAST was fitted as -5.1 and doubled by hand: nobody runs with a wrist
 * so calm, and without it a walk at 76 steps a minute was counted twice.
 *
 * Figures of the whole method, fitted on all; in four-fold cross-validation
 * with whole sessions or people left out; and with the set itself left out:
 *   pebble median absolute error, %      1.0   1.0   2.0
 *   pebble inside the accept band, %    99.0  99.0  80.6
 *   pebble total, %                     -1.1  -1.3 -10.7
 *   pebble false steps a minute          0.4   0.6   1.6
 *   oxford median error, %               0.7   0.7   0.7
 *   oxford F1 within 0.2 s               0.96  0.96  0.91
 *   geotec walking found, %             94.5  90.7  93.1
 *   geotec seated called walking, %      4.7   3.3   3.5
 *   reps-uci false steps a minute        0.3   3.3   6.1 (one in three people)
 *   taps-pin false steps a minute        0     0     0
 * Resampled to 12.5 Hz: pebble 1.5 %, 95 % inside, 0.4 false steps a minute.
 * Without its gyroscope: geotec 73 % found, 1.3 % of seated time.
 */
enum term {
    STEP,        /* share of magnitude's power at f, as amplitude */
    STEP_2,      /* at 2 f */
    STEP_3,      /* at 3 f */
    STEP_HALF,   /* at f / 2: arm swing, seen by the magnitude as well */
    STEP_HALF_3, /* at 3 f / 2 */
    STEP_COMB,   /* on all multiples of f / 2 up to 3 f, as power */
    AXES,        /* the same of acceleration's three axes */
    AXES_2,
    AXES_HALF,
    AXES_HALF_3,
    AXES_COMB,
    RATE,          /* log f */
    RATE_FAR,      /* (|log f - log 1.8 Hz| - 0.25)^2 where that is positive */
    RATE_FAST,     /* excess of log f over log 2.2 Hz times that of a log rms
                    * of -1.2 (0.3 g) over magnitude's: who runs, shakes */
    STRENGTH,      /* log of magnitude's rms */
    STRENGTH_2,    /* its square */
    AXES_STRENGTH, /* log of the axes' rms */
    AXES_SLOW,     /* share of the axes' power below the band */
    MAGNITUDE,     /* magnitude's rms over the axes' */
    GYRO_STEP,     /* as the accelerometer's, 0 without gyroscope */
    GYRO_HALF,
    GYRO_COMB,
    GYRO_STRENGTH,
    GYRO_SLOW,
    GYRO_BIAS, /* 1 with a gyroscope */
    BIAS,
    TERMS
};

static const float WEIGHT[TERMS] = {
    [STEP] = 4.079F,        [STEP_2] = 0.338F,        [STEP_3] = 6.601F,
    [STEP_HALF] = -1.397F,  [STEP_HALF_3] = -0.092F,  [STEP_COMB] = 3.164F,
    [AXES] = 2.729F,        [AXES_2] = 3.011F,        [AXES_HALF] = 3.438F,
    [AXES_HALF_3] = 3.187F, [AXES_COMB] = 0.413F,     [RATE] = 2.682F,
    [RATE_FAR] = -18.823F,  [RATE_FAST] = -10.0F,     [STRENGTH] = 0.445F,
    [STRENGTH_2] = -0.092F, [AXES_STRENGTH] = 0.441F, [AXES_SLOW] = -2.256F,
    [MAGNITUDE] = 2.400F,   [GYRO_STEP] = -2.838F,    [GYRO_HALF] = 1.448F,
    [GYRO_COMB] = -1.058F,  [GYRO_STRENGTH] = 1.817F, [GYRO_SLOW] = -3.143F,
    [GYRO_BIAS] = -0.154F,  [BIAS] = -6.000F,
};

enum { PADDED = 128, BINS = PADDED / 2 + 1, TEETH = 6 };

static const double LOWEST_HZ = 0.65; /* 39 steps a minute: shuffling */
/* A Hann window's line has the power of 1.5 unpadded bins at its peak
 * (Harris 1978, equivalent noise bandwidth). */
static const float LINE_BINS = 1.5F * PADDED / WALKING_WINDOW;
static const double BAND_LOW_HZ = 0.35;
static const double BAND_HIGH_HZ = 11.0;
static const double TYPICAL_HZ = 1.8; /* free walking, 108 steps a minute */
static const double TYPICAL_LOG_WIDTH = 0.25; /* 84 .. 139: no preference */
/* Half a step taken for one: fast steps with little motion. */
static const double FAST_HZ = 2.2; /* 132 steps a minute */
static const float FAST_LOG_RMS = -1.2F;
/* Rms that the logarithms start from: noise of the sensors. */
static const float ACCEL_FLOOR_G = 0.005F;
static const float GYRO_FLOOR_DPS = 1.0F;
static const float GYRO_LOG_MIDDLE = 4.0F; /* 55 deg/s */
/* A hand on a rail or in a pocket turns little, and that alone must not deny
 * walking: stiller than 12 deg/s counts as that. */
static const float GYRO_LOG_LEAST = -1.5F;
/* Nobody's wrist is as calm as this while walking [g^2]: not looked at. The
 * least in all walking recordings is 0.06 g. */
static const float CALM_G2 = 0.02F * 0.02F;
static const float CALM_SCORE = -20.0F;
/* The gyroscope adds 5 at the very most: it need not be asked. */
static const float HOPELESS_SCORE = -10.0F;

/* The multiples of f that are looked at: k f / 2 for k = 1 .. 6. */
enum tooth { T_HALF, T_1, T_HALF_3, T_2, T_HALF_5, T_3 };

/* Where a tooth lies in the spectrum. */
struct place {
    size_t bin;
    float next; /* weight of the bin above; the rest is this bin's */
    float in;   /* 0: above the band */
};

struct walking_model {
    bool has_gyro;
    size_t band_low; /* bins */
    size_t band_high;
    float constant[WALKING_RATES]; /* terms that hang on f alone */
    float fast[WALKING_RATES];     /* excess of log f over log FAST_HZ */
    struct place place[TEETH][WALKING_RATES];
    struct spectrum *spectrum;
    float window[WALKING_CHANNELS][WALKING_WINDOW];
    float tooth[TEETH][WALKING_RATES]; /* share of the power */
};

/* Power of a group of channels. */
struct power {
    float psd[BINS];
    float band; /* in the band */
    float slow; /* share of all that is below it */
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

static struct place place_of(double hz, double step_hz)
{
    double x = hz / step_hz;
    size_t bin = (size_t)x;
    if (hz > BAND_HIGH_HZ || bin + 1 >= BINS) {
        return (struct place){0, 0, 0};
    }
    return (struct place){bin, (float)(x - (double)bin), 1};
}

static void fill_tables(struct walking_model *model)
{
    double step_hz = spectrum_step_hz(model->spectrum);
    model->band_low = (size_t)ceil(BAND_LOW_HZ / step_hz);
    model->band_high = (size_t)ceil(BAND_HIGH_HZ / step_hz);
    for (size_t i = 0; i < WALKING_RATES; i++) {
        double hz = walking_rate_hz(i);
        for (size_t k = 0; k < TEETH; k++) {
            double tooth_hz = hz * (double)(k + 1) / 2;
            model->place[k][i] = place_of(tooth_hz, step_hz);
        }
        model->fast[i] = (float)fmax(0, log(hz / FAST_HZ));
        double far = fabs(log(hz / TYPICAL_HZ)) - TYPICAL_LOG_WIDTH;
        far = fmax(0, far);
        model->constant[i] = WEIGHT[BIAS] - logf(WALKING_RATES) +
                             WEIGHT[RATE] * (float)log(hz) +
                             WEIGHT[RATE_FAR] * (float)(far * far);
    }
}

struct walking_model *walking_model_new(bool has_gyro)
{
    struct walking_model *model = calloc(1, sizeof(*model));
    if (model == NULL) {
        return NULL;
    }
    model->has_gyro = has_gyro;
    model->spectrum =
        spectrum_new(WALKING_WINDOW, PADDED, WALKING_RATE_HZ, SPECTRUM_HANN);
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

float *walking_model_window(struct walking_model *model, size_t channel)
{
    return model->window[channel];
}

static bool is_calm(const struct walking_model *model)
{
    float sum = 0;
    for (size_t i = 0; i < WALKING_WINDOW; i++) {
        float x = model->window[WALKING_MAGNITUDE][i];
        sum += x * x;
    }
    return sum < CALM_G2 * WALKING_WINDOW;
}

static void measure_power(struct walking_model *model, size_t first,
                          size_t channels, struct power *power)
{
    memset(power, 0, sizeof(*power));
    for (size_t c = first; c < first + channels; c++) {
        spectrum_add(model->spectrum, model->window[c], 1, 0, power->psd);
    }
    float below = 0;
    for (size_t i = 1; i < model->band_low; i++) {
        below += power->psd[i];
    }
    /* What no sensor resolves keeps shares of nothing at 0. */
    power->band = 1e-9F;
    for (size_t i = model->band_low; i < model->band_high; i++) {
        power->band += power->psd[i];
    }
    power->slow = sqrtf(below / (below + power->band));
    power->rms = sqrtf(power->band * (float)spectrum_step_hz(model->spectrum));
}

/* Shares of power at all teeth of all frequencies. */
static void measure_teeth(struct walking_model *model,
                          const struct power *power)
{
    const float scale = LINE_BINS / power->band;
    for (size_t k = 0; k < TEETH; k++) {
        for (size_t i = 0; i < WALKING_RATES; i++) {
            const struct place *place = &model->place[k][i];
            const float *bin = power->psd + place->bin;
            float at = bin[0] + place->next * (bin[1] - bin[0]);
            model->tooth[k][i] = place->in * scale * at;
        }
    }
}

static float amplitude(float share)
{
    return sqrtf(share < 1 ? share : 1);
}

/* Sum of the first `teeth` teeth, bounded. */
static float comb(const struct walking_model *model, size_t rate, size_t teeth)
{
    float sum = 0;
    for (size_t k = 0; k < teeth; k++) {
        sum += model->tooth[k][rate];
    }
    return sum < 1.5F ? sum : 1.5F;
}

static void add_magnitude(const struct walking_model *model, float *score)
{
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] += WEIGHT[STEP] * amplitude(model->tooth[T_1][i]) +
                    WEIGHT[STEP_2] * amplitude(model->tooth[T_2][i]) +
                    WEIGHT[STEP_3] * amplitude(model->tooth[T_3][i]) +
                    WEIGHT[STEP_HALF] * amplitude(model->tooth[T_HALF][i]) +
                    WEIGHT[STEP_HALF_3] * amplitude(model->tooth[T_HALF_3][i]) +
                    WEIGHT[STEP_COMB] * comb(model, i, TEETH);
    }
}

static void add_axes(const struct walking_model *model, float *score)
{
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] += WEIGHT[AXES] * amplitude(model->tooth[T_1][i]) +
                    WEIGHT[AXES_2] * amplitude(model->tooth[T_2][i]) +
                    WEIGHT[AXES_HALF] * amplitude(model->tooth[T_HALF][i]) +
                    WEIGHT[AXES_HALF_3] * amplitude(model->tooth[T_HALF_3][i]) +
                    WEIGHT[AXES_COMB] * comb(model, i, TEETH);
    }
}

static void add_gyro(const struct walking_model *model, float *score)
{
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] += WEIGHT[GYRO_STEP] * amplitude(model->tooth[T_1][i]) +
                    WEIGHT[GYRO_HALF] * amplitude(model->tooth[T_HALF][i]) +
                    WEIGHT[GYRO_COMB] * comb(model, i, T_2 + 1);
    }
}

/* Terms that are the same for all frequencies, but for RATE_FAST. */
static void add_strength(const struct walking_model *model,
                         const struct power *magnitude,
                         const struct power *axes, float *score)
{
    float strength = logf(magnitude->rms + ACCEL_FLOOR_G);
    strength = fmaxf(-4.0F, fminf(0.3F, strength));
    float axes_strength = logf(axes->rms + ACCEL_FLOOR_G);
    axes_strength = fmaxf(-5.0F, fminf(1.0F, axes_strength));
    float common =
        WEIGHT[STRENGTH] * strength + WEIGHT[STRENGTH_2] * strength * strength +
        WEIGHT[AXES_STRENGTH] * axes_strength + WEIGHT[AXES_SLOW] * axes->slow +
        WEIGHT[MAGNITUDE] * amplitude(magnitude->band / axes->band);
    float weak = WEIGHT[RATE_FAST] * fmaxf(0, FAST_LOG_RMS - strength);
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] += common + weak * model->fast[i];
    }
}

static void add_gyro_strength(const struct power *gyro, float *score)
{
    float strength = logf(gyro->rms + GYRO_FLOOR_DPS);
    strength = fmaxf(GYRO_LOG_LEAST, fminf(6.0F, strength) - GYRO_LOG_MIDDLE);
    float common = WEIGHT[GYRO_BIAS] + WEIGHT[GYRO_STRENGTH] * strength +
                   WEIGHT[GYRO_SLOW] * gyro->slow;
    for (size_t i = 0; i < WALKING_RATES; i++) {
        score[i] += common;
    }
}

static bool is_hopeless(const float *score)
{
    bool hopeless = true;
    for (size_t i = 0; i < WALKING_RATES; i++) {
        hopeless &= score[i] < HOPELESS_SCORE;
    }
    return hopeless;
}

void walking_model_score(struct walking_model *model, float *score)
{
    if (is_calm(model)) {
        for (size_t i = 0; i < WALKING_RATES; i++) {
            score[i] = CALM_SCORE;
        }
        return;
    }
    memcpy(score, model->constant, sizeof(model->constant));
    struct power magnitude;
    struct power axes;
    measure_power(model, WALKING_MAGNITUDE, 1, &magnitude);
    measure_teeth(model, &magnitude);
    add_magnitude(model, score);
    measure_power(model, WALKING_ACCEL, 3, &axes);
    measure_teeth(model, &axes);
    add_axes(model, score);
    add_strength(model, &magnitude, &axes, score);
    if (model->has_gyro && !is_hopeless(score)) {
        struct power gyro;
        measure_power(model, WALKING_GYRO, 3, &gyro);
        measure_teeth(model, &gyro);
        add_gyro(model, score);
        add_gyro_strength(&gyro, score);
    }
}
