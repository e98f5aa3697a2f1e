/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three demands make tremor of a peak (Luft 2019: power in a narrow band
 * around the peak against its surroundings; ParaDigMa: slow power tells rest
 * from motion): it stands out from the frequencies beside it, it outweighs slow
 * motion, and it is no overtone of a slower rhythm nor followed by strong
 * overtones of its own, as blows (taps, steps) are.
 */
#include "analysis/tremor_window.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "analysis/spectrum.h"

/* Frequencies [Hz]. The main lobe of a 3-s Hann window ends 0.67 Hz from its
 * peak; 1 Hz to either side holds 99.9 % of a steady tone. */
static const double LOWEST_HZ = 1.9;
/* A stronger peak this far beyond the band leaks into it. */
static const double BEYOND_HZ = 2.0;
static const double HALF_BAND_HZ = 1.0;
static const double SIDE_INNER_HZ = 1.15;
static const double SIDE_OUTER_HZ = 3.0;
static const double SLOW_LOW_HZ = 0.3;
static const double SLOW_HIGH_HZ = 2.35;

/* Below it a rhythm may as well be voluntary: shown by the sets without tremor
 * (reps-uci: arms put down and shaken out). */
static const double SLOW_TREMOR_HZ = 3.3;
static const double SLOW_TREMOR_FACTOR = 2.0;

/* Kinetic tremor: cerebellar tremor begins at 3 Hz, essential at 4. Brushing
 * and scratching, as slow, are less steady (tremor_segments.c). */
static const double KINETIC_LOWEST_HZ = 3.3;
static const double KINETIC_PROMINENCE = 5.0;
static const double KINETIC_RATIO = 0.05;
static const double KINETIC_DPS = 1.0;

/* What a peak must reach, by sensor. Chosen on tremor-ppp against reps-uci,
 * activity-geotec and steps-oxford-phone; ratio and prominence may each be
 * halved or doubled before the count of windows found changes by two. */
struct demands {
    double floor; /* rms, units of the sensor */
    double lowest_hz;
    double likely_ratio;
    double likely_prominence;
    double clear_ratio;
    double clear_prominence;
};

static const struct demands GYRO_DEMANDS = {
    .floor = 0.12, /* physiological sway of a resting arm is below */
    .lowest_hz = 1.9,
    .likely_ratio = 1.0,
    .likely_prominence = 1.5,
    .clear_ratio = 1.4,
    .clear_prominence = 4.0,
};

/* An accelerometer alone shows steps and bumps as well. */
static const struct demands ACCEL_DEMANDS = {
    .floor = 0.002,
    .lowest_hz = 3.4,
    .likely_ratio = 1.5,
    .likely_prominence = 1.5,
    .clear_ratio = 2.1,
    .clear_prominence = 4.0,
};

/* Slow tilting seen by the accelerometer as angular rate at about 1 Hz:
 * 1 g a radian, times 2 pi / s. [deg/s per g] */
static const double TILT_DPS = 360.0;

/* Overtones, as shares of the power at the peak. */
static const double OVERTONE = 0.5;
static const double OVERTONES_ACCEL = 1.5;
enum { OVERTONES = 4 };

/* A slow rhythm: this share of slow motion in one peak. */
static const double RHYTHM_SHARE = 0.6;
static const double RHYTHM_BAND_HZ = 0.4;
static const double RHYTHM_LOW_HZ = 0.5;
static const double RHYTHM_HIGH_HZ = 3.0;
static const double OVERTONE_OFF_HZ = 0.15;
static const double OVERTONE_SERIES = 0.2;
static const double LINE_HZ = 0.2;

double tremor_step_hz(void)
{
    return (double)TREMOR_WINDOW_HZ / TREMOR_WINDOW_FFT;
}

double tremor_sway_dps(const struct tremor_limits *limits, double slow_rms)
{
    return limits->has_gyro ? slow_rms : TILT_DPS * slow_rms;
}

static size_t bin_of(double hz)
{
    double bin = (hz > 0.0 ? hz : 0.0) / tremor_step_hz() + 0.5;
    return bin < TREMOR_BINS - 1 ? (size_t)bin : TREMOR_BINS - 1;
}

/* Four sums side by side, which a processor adds at once. */
double tremor_power(const float *psd, double low_hz, double high_hz)
{
    double sum[4] = {0.0};
    size_t k = bin_of(low_hz);
    size_t end = bin_of(high_hz) + 1;
    for (; k + 4 <= end; k += 4) {
        for (size_t i = 0; i < 4; i++) {
            sum[i] += (double)psd[k + i];
        }
    }
    for (; k < end; k++) {
        sum[0] += (double)psd[k];
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) * tremor_step_hz();
}

/* Densities to both sides of the peak; returns how many. */
static size_t beside(const float *psd, size_t peak, double highest_hz,
                     float side[TREMOR_BINS])
{
    size_t inner = bin_of(SIDE_INNER_HZ);
    size_t outer = bin_of(SIDE_OUTER_HZ);
    size_t last =
        bin_of(fmin(highest_hz + SIDE_INNER_HZ, 0.5 * TREMOR_WINDOW_HZ));
    size_t n = 0;
    for (size_t k = peak > outer + 2 ? peak - outer : 2; k + inner <= peak;
         k++) {
        side[n++] = psd[k];
    }
    for (size_t k = peak + inner; k <= peak + outer && k <= last; k++) {
        side[n++] = psd[k];
    }
    return n;
}

/* The value that n / 2 others stand before when sorted. For a score of values
 * counting takes less time than sorting: there is nothing to guess wrong. */
static float middle_one(const float *x, size_t n)
{
    size_t at = 0;
    for (;; at++) {
        int before = 0;
        int equal = 0;
        for (size_t i = 0; i < n; i++) {
            before += x[i] < x[at] ? 1 : 0;
            equal += x[i] == x[at] ? 1 : 0;
        }
        int middle = (int)(n / 2);
        if (at + 1 == n || (before <= middle && middle < before + equal)) {
            return x[at];
        }
    }
}

/* Median density beside the peak; INFINITY where it is above `most`, 0 where
 * there is nothing beside it. Most are above, and counting takes less time than
 * sorting. */
static double background(const float *psd, size_t peak, double highest_hz,
                         double most)
{
    float side[TREMOR_BINS];
    size_t n = beside(psd, peak, highest_hz, side);
    if (n == 0) {
        return 0.0;
    }
    size_t below = 0;
    for (size_t i = 0; i < n; i++) {
        below += (double)side[i] <= most ? 1 : 0;
    }
    if (below <= n / 2) {
        return (double)INFINITY;
    }
    return (double)middle_one(side, n);
}

static double slow_power(const float *psd, double peak_hz)
{
    return tremor_power(psd, SLOW_LOW_HZ,
                        fmin(SLOW_HIGH_HZ, peak_hz - HALF_BAND_HZ));
}

/* What is asked of a peak before its background is worth looking for. */
struct worth {
    double power;
    double prominence;
};

/* Prominence is 0 of a peak that is not worth it. */
static void measure_peak(const float *psd, size_t bin, double highest_hz,
                         const struct worth *worth, struct tremor_peak *peak)
{
    double hz = (double)bin * tremor_step_hz();
    double power = tremor_power(psd, hz - HALF_BAND_HZ, hz + HALF_BAND_HZ);
    *peak = (struct tremor_peak){.frequency_hz = hz, .power = power};
    if (power < worth->power) {
        return;
    }
    double slow = slow_power(psd, hz);
    peak->ratio = sqrt(power / fmax(slow, 1e-12));
    double width = tremor_step_hz() * (double)(2 * bin_of(HALF_BAND_HZ) + 1);
    double most = power / (width * worth->prominence);
    double floor = width * background(psd, bin, highest_hz, most);
    if (floor > 0.0 && isfinite(floor)) {
        peak->frequency_hz =
            spectrum_peak_hz(psd, TREMOR_BINS, bin, tremor_step_hz(), NULL);
        peak->power = fmax(0.0, power - floor);
        peak->prominence = power / floor;
    }
}

/* Not the slope of something beyond the band. Both sides are asked at once:
 * half of all bins are above the one before, which no processor can guess. */
static bool is_local_peak(const float *psd, size_t bin)
{
    int rises = psd[bin] > psd[bin - 1];
    int falls = psd[bin] >= psd[bin + 1];
    return (rises & falls) != 0;
}

static size_t local_peaks(const float *psd, size_t first, size_t last,
                          size_t peak[TREMOR_BINS])
{
    size_t n = 0;
    for (size_t k = first; k <= last; k++) {
        peak[n] = k;
        n += is_local_peak(psd, k) ? 1 : 0;
    }
    return n;
}

/* Of something within the band that is higher. */
static bool is_side_lobe(const float *psd, size_t peak)
{
    for (size_t off = 2; off <= bin_of(HALF_BAND_HZ); off++) {
        if (psd[peak - off] > psd[peak] || psd[peak + off] > psd[peak]) {
            return true;
        }
    }
    return false;
}

/* The highest bin from `low_hz` on. */
static size_t highest_bin(const float *psd, double low_hz, double high_hz)
{
    size_t last = bin_of(high_hz);
    size_t best = bin_of(low_hz);
    for (size_t k = best + 1; k <= last; k++) {
        if (psd[k] > psd[best]) {
            best = k;
        }
    }
    return best;
}

/* The local peak that stands out most, for spectra that slope down from slow
 * motion. Returns false if there is none. */
static bool most_prominent(const float *psd, double highest_hz, double power,
                           struct tremor_peak *peak)
{
    struct tremor_peak best = {0};
    struct worth worth = {power, KINETIC_PROMINENCE};
    size_t local[TREMOR_BINS];
    size_t n =
        local_peaks(psd, bin_of(KINETIC_LOWEST_HZ), bin_of(highest_hz), local);
    for (size_t i = 0; i < n; i++) {
        if (!is_side_lobe(psd, local[i])) {
            struct tremor_peak here;
            measure_peak(psd, local[i], highest_hz, &worth, &here);
            if (here.prominence > best.prominence) {
                best = here;
            }
        }
    }
    *peak = best;
    return best.prominence > 0.0;
}

static double line(const float *psd, double hz)
{
    return tremor_power(psd, hz - LINE_HZ, hz + LINE_HZ);
}

/* True where slow motion is a rhythm and `hz` one of a series of overtones of
 * it, so that one before is there as well: the next that the peak itself does
 * not reach. Two steps make a stride, so halves count above 1.4 Hz. */
static bool is_overtone_of_slow(const float *psd, double hz)
{
    static const double STEPS_HZ = 1.4;
    size_t bin = highest_bin(psd, RHYTHM_LOW_HZ, RHYTHM_HIGH_HZ);
    double slow_hz =
        spectrum_peak_hz(psd, TREMOR_BINS, bin, tremor_step_hz(), NULL);
    double one =
        tremor_power(psd, slow_hz - RHYTHM_BAND_HZ, slow_hz + RHYTHM_BAND_HZ);
    double all = tremor_power(psd, SLOW_LOW_HZ, RHYTHM_HIGH_HZ);
    if (one < RHYTHM_SHARE * all) {
        return false;
    }
    double base_hz = slow_hz > STEPS_HZ ? 0.5 * slow_hz : slow_hz;
    double off_hz = fabs(hz - base_hz * round(hz / base_hz));
    double before_hz = hz - base_hz * ceil(HALF_BAND_HZ / base_hz);
    return off_hz < OVERTONE_OFF_HZ &&
           line(psd, before_hz) > OVERTONE_SERIES * line(psd, hz);
}

/* Power around overtone `n` of the peak, 0 where the recording has none. */
static double overtone(const float *psd, double hz, int n, double top_hz)
{
    double at_hz = hz * n;
    if (at_hz + HALF_BAND_HZ > top_hz) {
        return 0.0;
    }
    return tremor_power(psd, at_hz - HALF_BAND_HZ, at_hz + HALF_BAND_HZ);
}

/* Blows ring: most of their power is in overtones. */
static bool has_strong_overtones(const float *psd, double hz, double top_hz)
{
    double own = tremor_power(psd, hz - HALF_BAND_HZ, hz + HALF_BAND_HZ);
    return overtone(psd, hz, 2, top_hz) > OVERTONE * own;
}

bool tremor_window_is_blows(const float accel[TREMOR_BINS], double hz,
                            double top_hz)
{
    double own = tremor_power(accel, hz - HALF_BAND_HZ, hz + HALF_BAND_HZ);
    double sum = 0.0;
    for (int n = 2; n <= OVERTONES; n++) {
        sum += overtone(accel, hz, n, top_hz);
    }
    return sum > OVERTONES_ACCEL * own;
}

static enum tremor_verdict judge_moving(const float *psd,
                                        const struct tremor_limits *limits,
                                        struct tremor_peak *peak)
{
    double slow_rms = peak->slow_rms;
    double least = fmax(KINETIC_DPS, KINETIC_RATIO * slow_rms);
    bool found = most_prominent(psd, limits->highest_hz, least * least, peak);
    peak->slow_rms = slow_rms;
    if (!found || sqrt(peak->power) < least ||
        is_overtone_of_slow(psd, peak->frequency_hz) ||
        has_strong_overtones(psd, peak->frequency_hz, limits->top_hz)) {
        return TREMOR_NONE;
    }
    return TREMOR_CLEAR;
}

static enum tremor_verdict judge_still(const float *psd,
                                       const struct tremor_limits *limits,
                                       const struct tremor_peak *peak)
{
    const struct demands *demands =
        limits->has_gyro ? &GYRO_DEMANDS : &ACCEL_DEMANDS;
    double hz = peak->frequency_hz;
    double factor = hz < SLOW_TREMOR_HZ ? SLOW_TREMOR_FACTOR : 1.0;
    if (!is_local_peak(psd, bin_of(hz)) || hz < demands->lowest_hz ||
        hz > limits->highest_hz || sqrt(peak->power) < demands->floor ||
        peak->ratio < factor * demands->likely_ratio ||
        peak->prominence < demands->likely_prominence) {
        return TREMOR_NONE;
    }
    if (peak->ratio < factor * demands->clear_ratio ||
        peak->prominence < demands->clear_prominence) {
        return TREMOR_LIKELY;
    }
    return has_strong_overtones(psd, hz, limits->top_hz) ? TREMOR_NONE
                                                         : TREMOR_CLEAR;
}

enum tremor_verdict tremor_window_judge(const float psd[TREMOR_BINS],
                                        const struct tremor_limits *limits,
                                        struct tremor_peak *peak)
{
    size_t bin = highest_bin(psd, LOWEST_HZ, limits->highest_hz + BEYOND_HZ);
    const struct demands *demands =
        limits->has_gyro ? &GYRO_DEMANDS : &ACCEL_DEMANDS;
    struct worth worth = {demands->floor * demands->floor,
                          demands->likely_prominence};
    measure_peak(psd, bin, limits->highest_hz, &worth, peak);
    peak->slow_rms = sqrt(slow_power(psd, (double)bin * tremor_step_hz()));
    bool moving = limits->has_gyro && peak->slow_rms > TREMOR_MOVING_DPS;
    return moving ? judge_moving(psd, limits, peak)
                  : judge_still(psd, limits, peak);
}
