/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tremor_bout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "acquire/median.h"
#include "analysis/spectrum.h"

static const double PI = 3.14159265358979323846;
static const double G_MS2 = 9.80665;

/* From window to window the frequency may change by this. */
static const double FREQUENCY_STEP_HZ = 1.2;

/* Windows at either end hold only part of the tremor: those with less than a
 * tenth of the usual power (a third of the amplitude) are not counted in. From
 * 0.05 to 0.25 all that changes is how much is found (tremor-ppp 92 to 88 s);
 * between rates that differs by 0.25 % on average, whatever the share. */
static const double EDGE_SHARE = 0.1;
static const double SHORTEST_S = 1.5;

/* A burst of no length at all gives windows with power over this long: the
 * square of a Hann window of 3 s, by (sum p)^2 / sum p^2. */
static const double WINDOW_SUSTAIN_S = 1.54;

/* Sure: sustained for so long and so many cycles, and so much stronger than
 * slow motion; a tremor below 3.4 Hz must be there for longer, since voluntary
 * rhythms are. */
static const double SURE_S = 2.8;
static const double SURE_CYCLES = 10.0;
static const double SURE_OVERTONE = 0.2;
static const double SURE_RATIO = 1.7;
static const double SURE_RATIO_ACCEL = 2.5;
static const double SURE_MOVING_S = 3.5;
static const double SLOW_TREMOR_HZ = 3.4;
static const double SLOW_TREMOR_S = 4.0;

/* Half-power width of a Hann window's own peak: 1.44 bins of 1/3 Hz. */
static const double WINDOW_WIDTH_HZ = 0.48;

/* A line in a spectrum of 3-s windows. */
static const double LINE_HZ = 0.4;
static const double LINE_LOWEST_HZ = 1.4;
static const double LINE_PROMINENCE = 4.0;
static const double UNDERTONE_SHARE = 0.1;

static const double SEARCH_HZ = 1.5;
static const double HALF_BAND_HZ = 1.0;
static const double AGREE_HZ = 0.5;
static const double AGREE_PROMINENCE = 2.0;
static const double WEAK_MG = 0.3; /* noise of the accelerometer in 2 Hz */

void bout_init(struct tremor_bout *bout)
{
    bout->count = 0;
    bout->clear = 0;
    bout->missed = 0;
    memset(bout->gyro, 0, sizeof(bout->gyro));
    memset(bout->accel, 0, sizeof(bout->accel));
    memset(bout->up, 0, sizeof(bout->up));
    tremor_cycles_init(&bout->cycles);
}

bool bout_continues(const struct tremor_bout *bout,
                    const struct tremor_peak *peak)
{
    double last_hz = bout->window[bout->count - 1].frequency_hz;
    return fabs(peak->frequency_hz - last_hz) <= FREQUENCY_STEP_HZ;
}

bool bout_is_full(const struct tremor_bout *bout)
{
    return bout->count == BOUT_WINDOWS;
}

void bout_add(struct tremor_bout *bout, const struct tremor_peak *peak,
              const struct tremor_spectra *spectra, double middle_s)
{
    bout->window[bout->count++] =
        (struct bout_window){.middle_s = middle_s,
                             .frequency_hz = peak->frequency_hz,
                             .power = peak->power,
                             .ratio = peak->ratio,
                             .slow_rms = peak->slow_rms};
    bout->missed = 0;
    for (size_t k = 0; k < TREMOR_BINS; k++) {
        bout->gyro[k] += (double)spectra->gyro[k];
        bout->accel[k] += (double)spectra->accel[k];
    }
}

/* Median over the windows of the field at `offset` of struct bout_window. */
static double median_of(const struct tremor_bout *bout, size_t offset)
{
    double value[BOUT_WINDOWS] = {0.0};
    size_t n = bout->count;
    for (size_t i = 0; i < n; i++) {
        const char *window = (const char *)&bout->window[i];
        memcpy(&value[i], window + offset, sizeof(*value));
    }
    return median(value, n);
}

struct power_sums {
    double plain;
    double squares;
};

static struct power_sums sum_power(const struct tremor_bout *bout)
{
    struct power_sums sums = {0.0, 0.0};
    for (size_t i = 0; i < bout->count; i++) {
        double power = bout->window[i].power;
        sums.plain += power;
        sums.squares += power * power;
    }
    return sums;
}

/* The mean of the windows' power, each weighted by its own: what a window of
 * little power adds changes nothing. */
static double usual_power(const struct tremor_bout *bout)
{
    struct power_sums sums = sum_power(bout);
    return sums.plain > 0.0 ? sums.squares / sums.plain : 0.0;
}

struct stretch {
    size_t first;
    size_t last;
    double start_s;
    double end_s;
};

/* When the amplitude was `least` between two windows, on a straight line. */
static double crossing_s(const struct bout_window *outer,
                         const struct bout_window *inner, double least)
{
    double low = sqrt(outer->power);
    double high = sqrt(inner->power);
    double part = (least - low) / (high - low);
    return outer->middle_s + part * (inner->middle_s - outer->middle_s);
}

/* The windows that are full enough, and the time from where to where it is so.
 */
static struct stretch full_range(const struct tremor_bout *bout)
{
    const struct bout_window *window = bout->window;
    struct stretch range = {.first = 0, .last = bout->count - 1};
    double least = EDGE_SHARE * usual_power(bout);
    while (range.first < range.last && window[range.first].power < least) {
        range.first++;
    }
    while (range.last > range.first && window[range.last].power < least) {
        range.last--;
    }
    range.start_s = window[range.first].middle_s;
    range.end_s = window[range.last].middle_s;
    if (range.first > 0) {
        range.start_s = crossing_s(&window[range.first - 1],
                                   &window[range.first], sqrt(least));
    }
    if (range.last + 1 < bout->count) {
        range.end_s = crossing_s(&window[range.last + 1], &window[range.last],
                                 sqrt(least));
    }
    return range;
}

static double mean_power(const struct tremor_bout *bout, struct stretch range)
{
    size_t n = range.last - range.first + 1;
    size_t edge = n >= 8 ? 2 : n >= 5 ? 1 : 0;
    double sum = 0.0;
    for (size_t i = range.first + edge; i + edge <= range.last; i++) {
        sum += bout->window[i].power;
    }
    return sum / (double)(n - 2 * edge);
}

/* How long the power lasted, whatever its course (the participation of its
 * windows, less what a window itself spreads). */
static double sustained(const struct tremor_bout *bout)
{
    static const double HOP_S = (double)TREMOR_WINDOW_HOP / TREMOR_WINDOW_HZ;
    struct power_sums sums = sum_power(bout);
    double length_s = 0.0;
    if (sums.squares > 0.0) {
        length_s = HOP_S * sums.plain * sums.plain / sums.squares;
    }
    double own = WINDOW_SUSTAIN_S * WINDOW_SUSTAIN_S;
    return sqrt(fmax(0.0, length_s * length_s - own));
}

static void weighted_frequency(const struct tremor_bout *bout, double *mean,
                               double *sd)
{
    double weight = 0.0;
    double sum = 0.0;
    double squares = 0.0;
    for (size_t i = 0; i < bout->count; i++) {
        double p = bout->window[i].power;
        double hz = bout->window[i].frequency_hz;
        weight += p;
        sum += p * hz;
        squares += p * hz * hz;
    }
    *mean = weight > 0.0 ? sum / weight : bout->window[0].frequency_hz;
    *sd =
        weight > 0.0 ? sqrt(fmax(0.0, squares / weight - *mean * *mean)) : 0.0;
}

static void to_mean(const double *sum, size_t n, float mean[TREMOR_BINS])
{
    for (size_t k = 0; k < TREMOR_BINS; k++) {
        mean[k] = (float)(sum[k] / (double)n);
    }
}

static size_t bin_near(const float *psd, double low_hz, double high_hz)
{
    double step = tremor_step_hz();
    size_t last = (size_t)fmin(high_hz / step, TREMOR_BINS - 2);
    size_t best = (size_t)fmax(ceil(low_hz / step), 1.0);
    for (size_t k = best; k <= last; k++) {
        if (psd[k] > psd[best]) {
            best = k;
        }
    }
    return best;
}

/* Distance from the peak at `bin` to where it falls to half, going by `way`
 * (+1 or -1), in bins. */
static double half_at(const float *psd, size_t bin, int way)
{
    double half = 0.5 * (double)psd[bin];
    double above = (double)psd[bin];
    size_t k = bin;
    for (size_t off = 1;; off++) {
        if (k == 0 || k + 1 == TREMOR_BINS) {
            return (double)off;
        }
        k = way > 0 ? k + 1 : k - 1;
        double here = (double)psd[k];
        if (here <= half) {
            return (double)off - 1.0 + (above - half) / (above - here);
        }
        above = here;
    }
}

static double half_width(const float *psd, size_t bin)
{
    double width =
        (half_at(psd, bin, 1) + half_at(psd, bin, -1)) * tremor_step_hz();
    double own = WINDOW_WIDTH_HZ;
    return sqrt(fmax(0.0, width * width - own * own));
}

/* True if there is a line at half the frequency, which stands out from beside
 * it: then the peak is an overtone of taps or steps. */
static bool has_undertone(const float *psd, double hz)
{
    double half_hz = 0.5 * hz;
    double line = tremor_power(psd, half_hz - LINE_HZ, half_hz + LINE_HZ);
    double below =
        tremor_power(psd, half_hz - 3.0 * LINE_HZ, half_hz - 2.0 * LINE_HZ);
    double above =
        tremor_power(psd, half_hz + 2.0 * LINE_HZ, half_hz + 3.0 * LINE_HZ);
    double own = tremor_power(psd, hz - LINE_HZ, hz + LINE_HZ);
    return half_hz > LINE_LOWEST_HZ && line > UNDERTONE_SHARE * own &&
           line > LINE_PROMINENCE * (below + above);
}

static double harmonic_ratio(const float *psd, double hz, double top_hz)
{
    double at_hz = 2.0 * hz;
    if (at_hz + HALF_BAND_HZ > top_hz) {
        return (double)NAN;
    }
    return tremor_power(psd, at_hz - HALF_BAND_HZ, at_hz + HALF_BAND_HZ) /
           tremor_power(psd, hz - HALF_BAND_HZ, hz + HALF_BAND_HZ);
}

/* Whether the accelerometer shows the gyroscope's frequency, or why not. */
static void compare_sensors(const float *accel, double highest_hz,
                            struct tremor_segment *segment)
{
    double hz = segment->frequency_hz;
    size_t bin = bin_near(accel, 2.0, highest_hz);
    double accel_hz =
        spectrum_peak_hz(accel, TREMOR_BINS, bin, tremor_step_hz(), NULL);
    double own = tremor_power(accel, hz - AGREE_HZ, hz + AGREE_HZ);
    double below =
        tremor_power(accel, hz - 4.0 * AGREE_HZ, hz - 2.0 * AGREE_HZ);
    double above =
        tremor_power(accel, hz + 2.0 * AGREE_HZ, hz + 4.0 * AGREE_HZ);
    segment->sensors_agree = fabs(accel_hz - hz) <= AGREE_HZ ||
                             own > AGREE_PROMINENCE * fmax(below, above);
    if (segment->sensors_agree) {
        return;
    }
    if (segment->accel_rms_mg < WEAK_MG) {
        snprintf(segment->note, sizeof(segment->note),
                 "too weak for the accelerometer to show it");
    } else {
        snprintf(segment->note, sizeof(segment->note),
                 "the accelerometer shows most at %.1f Hz", accel_hz);
    }
}

static void amplitude(const struct tremor_limits *limits, double power,
                      double lever_m, struct tremor_segment *segment)
{
    double turn = 2.0 * PI * segment->frequency_hz; /* rad/s */
    double peak_to_peak = 2.0 * sqrt(2.0 * power);  /* of the sensor */
    if (limits->has_gyro) {
        segment->rms_dps = sqrt(power);
        segment->peak_to_peak_deg = peak_to_peak / turn;
        segment->peak_to_peak_mm =
            segment->peak_to_peak_deg * PI / 180.0 * 1000.0 * lever_m;
    } else {
        segment->rms_dps = (double)NAN;
        segment->peak_to_peak_deg = (double)NAN;
        segment->peak_to_peak_mm =
            peak_to_peak * G_MS2 * 1000.0 / (turn * turn);
    }
}

static void spectral_shape(const struct tremor_bout *bout,
                           const struct tremor_limits *limits,
                           struct bout_result *out)
{
    struct tremor_segment *segment = &out->segment;
    float gyro[TREMOR_BINS];
    float accel[TREMOR_BINS];
    to_mean(bout->gyro, bout->count, gyro);
    to_mean(bout->accel, bout->count, accel);
    const float *psd = limits->has_gyro ? gyro : accel;
    double mean_hz;
    weighted_frequency(bout, &mean_hz, &segment->frequency_sd_hz);
    size_t bin = bin_near(psd, mean_hz - SEARCH_HZ, mean_hz + SEARCH_HZ);
    segment->frequency_hz =
        spectrum_peak_hz(psd, TREMOR_BINS, bin, tremor_step_hz(), NULL);
    segment->half_width_hz = half_width(psd, bin);
    double hz = segment->frequency_hz;
    segment->harmonic_ratio = harmonic_ratio(psd, hz, limits->top_hz);
    out->undertone = has_undertone(psd, hz) ||
                     (limits->has_accel && has_undertone(accel, hz));
    segment->accel_rms_mg = (double)NAN;
    if (limits->has_accel) {
        double power =
            tremor_power(accel, hz - HALF_BAND_HZ, hz + HALF_BAND_HZ);
        segment->accel_rms_mg = 1000.0 * sqrt(power);
    }
    if (!limits->has_gyro || !limits->has_accel) {
        snprintf(segment->note, sizeof(segment->note), "there is no %s",
                 limits->has_gyro ? "accelerometer" : "gyroscope");
    } else {
        compare_sensors(accel, limits->highest_hz, segment);
    }
}

static bool is_sure(const struct bout_result *result,
                    const struct tremor_limits *limits)
{
    double hz = result->segment.frequency_hz;
    if (result->disagree || result->segment.harmonic_ratio > SURE_OVERTONE ||
        result->undertone || result->sustained_s * hz < SURE_CYCLES ||
        (hz < SLOW_TREMOR_HZ && result->sustained_s < SLOW_TREMOR_S)) {
        return false;
    }
    if (limits->has_gyro && result->sway_dps > TREMOR_MOVING_DPS) {
        return result->sustained_s >= SURE_MOVING_S;
    }
    double ratio = limits->has_gyro ? SURE_RATIO : SURE_RATIO_ACCEL;
    return result->sustained_s >= SURE_S && result->ratio >= ratio;
}

bool bout_close(struct tremor_bout *bout, const struct tremor_limits *limits,
                double lever_m, struct bout_result *out)
{
    if (bout->clear == 0 || bout->count < 2) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    struct stretch range = full_range(bout);
    struct tremor_segment *segment = &out->segment;
    segment->start_s = range.start_s;
    segment->end_s = range.end_s;
    double short_s = SHORTEST_S - (segment->end_s - segment->start_s);
    if (short_s > 0.0) {
        segment->start_s -= 0.5 * short_s;
        segment->end_s += 0.5 * short_s;
    }
    spectral_shape(bout, limits, out);
    amplitude(limits, mean_power(bout, range), lever_m, segment);
    segment->stability_hz = tremor_cycles_index(&bout->cycles);
    out->sustained_s = sustained(bout);
    out->ratio = median_of(bout, offsetof(struct bout_window, ratio));
    out->sway_dps = tremor_sway_dps(
        limits, median_of(bout, offsetof(struct bout_window, slow_rms)));
    out->disagree =
        limits->has_gyro && limits->has_accel && !segment->sensors_agree;
    memcpy(out->up, bout->up, sizeof(out->up));
    out->sure = is_sure(out, limits);
    return true;
}
